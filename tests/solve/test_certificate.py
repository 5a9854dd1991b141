"""The certificate passes exact optima and catches every planted error, from the arrays alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from arrays import INF, program
from saltloop.errors import STOPPED, SolveError
from saltloop.formulation.program import Program
from saltloop.solve import highs
from saltloop.solve.certificate import TOLERANCE, certificate
from saltloop.solve.solution import Certificate, Measured
from shifted import refuse


@dataclass(frozen=True)
class Exact:
    """A programme with its optimum in whole numbers."""

    arrays: Program
    values: tuple[float, ...]
    duals: tuple[float, ...]


# Duals are changes of the objective per unit more of the right side, in the sense of the objective.
EXACT = {
    # 3x + 2y, x + y <= 4 (dual 2), x + 3y <= 6 (slack at 3 + 3), x <= 3: x = 3, y = 1.
    "maximise": Exact(program([[1, 1], [1, 3]], [(-INF, 4), (-INF, 9)], [3, 2], [(0, 3), (0, INF)]), (3, 1), (2, 0)),
    # 2x + 3y, x + y >= 4 (dual 2), y >= 1 as a row (dual 1).
    "minimise": Exact(program([[1, 1], [0, 1]], [(4, INF), (1, INF)], [2, 3], sense="minimise"), (3, 1), (2, 1)),
    # x - y = 1 with y free and y <= 5 as a row: maximise x; the equality is worth 1, the row 1.
    "equality and free": Exact(program([[1, -1], [0, 1]], [(1, 1), (-INF, 5)], [1, 0], [(0, INF), (-INF, INF)]), (6, 5), (1, 1)),
    # a row with two bounds, at its lower one: minimise x + y, 2 <= x + y <= 3.
    "two bounds": Exact(program([[1, 1]], [(2, 3)], [1, 1], sense="minimise"), (2, 0), (1,)),
    # two binding rows at one point: any dual on the edge between them is optimal.
    "degenerate": Exact(program([[1, 0], [1, 1], [0, 1]], [(-INF, 1), (-INF, 1), (-INF, 0)], [1, 1]), (1, 0), (0, 1, 0)),
}


def judged(arrays: Program, values: object, duals: object) -> Certificate:
    sense, costs = arrays.stages[0]
    bounds = [(frame["lower"].to_numpy(), frame["upper"].to_numpy()) for frame in (arrays.rows, arrays.columns)]
    return certificate(arrays.matrix, *bounds, costs, sense == "maximise", np.array(values, dtype=float), np.array(duals, dtype=float))


@pytest.mark.parametrize("name", EXACT)
def test_an_exact_optimum_has_no_violation_at_all(name: str) -> None:
    exact = EXACT[name]
    found = judged(exact.arrays, exact.values, exact.duals)
    assert found.worst == 0
    assert {found.primal_infeasibility, found.dual_infeasibility, found.complementarity, found.objective_gap} == {Measured(0.0, 0.0)}


@pytest.mark.parametrize("name", EXACT)
def test_the_solver_finds_it(name: str) -> None:
    exact = EXACT[name]
    solution = highs.solve(exact.arrays, refuse)
    assert solution.objectives[0] == pytest.approx(float(exact.arrays.stages[0][1] @ exact.values))
    assert solution.certificate.worst <= TOLERANCE


PLANTED = {
    "more than a row allows": ("maximise", (3, 1.001), (2, 0), "primal_infeasibility"),
    "more than a column allows": ("maximise", (3.001, 0.999), (2, 0), "primal_infeasibility"),
    "less than nothing": ("maximise", (4.5, -0.5), (2, 0), "primal_infeasibility"),
    "an equality that does not hold": ("equality and free", (6.001, 5), (1, 1), "primal_infeasibility"),
    "feasible, not optimal": ("maximise", (2.999, 1), (2, 0), "complementarity"),
    "too little of everything": ("maximise", (0, 0), (2, 0), "objective_gap"),
    "a dual of the wrong size": ("maximise", (3, 1), (1.999, 0), "dual_infeasibility"),
    "a dual of the wrong sign": ("maximise", (3, 1), (2, -0.001), "dual_infeasibility"),
    "a dual of the wrong sign in a minimum": ("minimise", (3, 1), (2, -1), "dual_infeasibility"),
    "a dual on a row with slack": ("maximise", (3, 1), (2, 0.001), "complementarity"),
    "a free column with a reduced cost": ("equality and free", (6, 5), (1, 0.999), "dual_infeasibility"),
    "no duals at all": ("minimise", (3, 1), (0, 0), "complementarity"),
    "duals of the other sense": ("maximise", (3, 1), (-2, 0), "dual_infeasibility"),
}


@pytest.mark.parametrize("error", PLANTED)
def test_a_planted_error_is_caught_by_the_condition_it_breaks(error: str) -> None:
    name, values, duals, condition = PLANTED[error]
    found = judged(EXACT[name].arrays, values, duals)
    assert getattr(found, condition).relative > 100 * TOLERANCE
    assert getattr(found, condition).absolute > 100 * TOLERANCE
    assert found.worst > 100 * TOLERANCE


@pytest.mark.parametrize("place", ["values", "duals"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_never_passes(place: str, bad: float) -> None:
    exact = EXACT["maximise"]
    with np.errstate(invalid="ignore"):
        found = judged(exact.arrays, (3, bad) if place == "values" else (3, 1), (bad, 0) if place == "duals" else (2, 0))
    assert not found.worst <= TOLERANCE


def test_a_large_dual_elsewhere_does_not_hide_a_small_wrong_one() -> None:
    """Two programmes side by side: one in CNY per t with duals of 1e6, one whose only dual has the wrong sign by 0.01."""
    arrays = program([[1, 0], [0, 1]], [(-INF, 1), (-INF, 1)], [1e6, 0.01])
    assert judged(arrays, (1, 1), (1e6, 0.01)).worst == 0
    assert judged(arrays, (1, 0), (1e6, -0.01)).dual_infeasibility.relative > TOLERANCE


def test_an_answer_that_fails_the_certificate_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a solver says optimal and is wrong: nothing is written, the exit code is that of a stop."""
    honest = highs.certificate

    def worse(*arguments: object) -> Certificate:
        found = honest(*arguments)  # type: ignore[arg-type]
        return replace(found, objective_gap=Measured(3.0, 3e-3))

    monkeypatch.setattr(highs, "certificate", worse)
    with pytest.raises(SolveError, match="certificate") as told:
        highs.solve(EXACT["maximise"].arrays, refuse)
    assert told.value.exit_code == STOPPED
    assert "最优性检验" in told.value.text("zh")


@pytest.mark.parametrize("worst", [2 * TOLERANCE, np.nan])
def test_the_limit_of_the_certificate_is_the_one_that_is_told(monkeypatch: pytest.MonkeyPatch, worst: float) -> None:
    """The run would fail its own verification otherwise."""
    honest = highs.certificate
    monkeypatch.setattr(highs, "certificate", lambda *a: replace(honest(*a), primal_infeasibility=Measured(worst, worst)))
    with pytest.raises(SolveError):
        highs.solve(EXACT["minimise"].arrays, refuse)
