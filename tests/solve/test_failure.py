"""No plan: the smallest contradiction, the direction without end, the limit of time; each with its exit code and in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from arrays import only
from everything import CHOICES, EVERYTHING, RULES
from feasibility.test_barely import CASES, rules_of
from rules.works import WORKS
from saltloop.errors import INFEASIBLE, STOPPED, UNBOUNDED, SolveError
from saltloop.formulation.program import Program
from saltloop.solve.conflict import conflict, ray
from saltloop.solve.highs import Live, Options, hand_over, solve
from shifted import refuse
from tiny import program_of, solve_pack


def has_plan(arrays: Program, rows: list[int]) -> bool:
    """Whether these rows and all column bounds can hold together."""
    part = replace(only(arrays, np.isin(np.arange(len(arrays.down)), rows)), stages=(("maximise", np.zeros(arrays.matrix.shape[1])),))
    try:
        solve(part, refuse, Options(ranging=False))
    except SolveError as error:
        if error.exit_code != INFEASIBLE:
            raise
        return False
    return True


INFEASIBLE_CASES = {name: (CASES[name][0], {"rules": rules_of(name, CASES[name][4]), **CASES[name][5]}) for name in CASES}
INFEASIBLE_CASES["everything"] = (
    EVERYTHING,
    {**CHOICES, "rules": {**RULES, "tight": {"limit": "co2", "at_most": "500 t", "in": "all"}, "busy": {"minimum": "burn", "at_least": "1000 MWh"}}},
)


@pytest.mark.parametrize("name", INFEASIBLE_CASES)
def test_a_conflict_is_a_contradiction_and_feasible_once_any_row_is_dropped(name: str) -> None:
    text, choices = INFEASIBLE_CASES[name]
    arrays = program_of(text, **choices)
    found = conflict(arrays)
    assert found.complete
    assert found.rows
    assert not has_plan(arrays, list(found.rows))
    for row in found.rows:
        assert has_plan(arrays, [r for r in found.rows if r != row]), arrays.rows.loc[row].tolist()


LOOP = """
sites east | sites west
commodities salt t | commodities soda t
processes turn soda | processes back salt
recipes turn soda make 1 | recipes turn salt use 1 | recipes back salt make 1 | recipes back soda use 1
capacities east turn 10 | capacities west back 10
markets cheap supply | markets dear demand
market_tiers cheap salt | market_tiers dear salt
prices salt 4 - cheap | prices salt 10 - dear
"""


def test_a_ray_names_what_grows_without_end_together() -> None:
    """Salt bought at 4 sells at 10 at the same site, without limit: buy and sell grow alike, and with them the accounts."""
    arrays = program_of(LOOP)
    caught: list[Live] = []

    def keep(live: Live, kind: str) -> SolveError:
        caught.append(live)
        return refuse(live, kind)

    with pytest.raises(SolveError) as told:
        solve(arrays, keep)
    assert told.value.exit_code == UNBOUNDED
    moving = {(arrays.columns.loc[n, "family"], arrays.columns.loc[n, "key"][0]): rate for n, rate in ray(caught[0]).columns}
    assert {family for family, _ in moving} == {"buy", "sell", "account"}
    site = next(place for family, place in moving if family == "buy")
    assert moving["buy", site] == pytest.approx(moving["sell", site])
    assert max(moving.values()) == pytest.approx(1)


def test_an_unbounded_case_is_told_in_words() -> None:
    with pytest.raises(SolveError) as told:
        solve_pack(LOOP)
    assert told.value.exit_code == UNBOUNDED
    for language, bought, sold in (("en", "buy", "sell"), ("zh", "购买", "出售")):
        words = told.value.text(language).splitlines()
        assert any(bought in w and "cheap" in w for w in words)
        assert any(sold in w and "dear" in w for w in words)


def test_a_case_without_limit_that_the_solver_says_has_no_plan_is_told_as_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """HiGHS 1.15.1 has said so of small programmes: nothing in them contradicts itself."""
    monkeypatch.setattr(Live, "run", lambda *_: "infeasible")
    with pytest.raises(SolveError) as told:
        solve_pack(LOOP)
    assert told.value.exit_code == UNBOUNDED
    assert "sell" in told.value.text("en")


def test_a_solver_that_finds_a_plan_when_asked_again_is_told_as_of_two_minds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Live, "run", lambda *_: "infeasible")
    with pytest.raises(SolveError, match="found one when it was asked again") as told:
        solve_pack(WORKS)
    assert told.value.exit_code == STOPPED
    assert "再次求解" in told.value.text("zh")


def test_a_ray_of_a_programme_that_presolve_settles_is_found_too() -> None:
    """One column, no row that bounds it: the solver may see this before its simplex starts."""
    text = LOOP + "market_tiers dear soda | prices soda 1"
    with pytest.raises(SolveError) as told:
        solve_pack(text, areas=("east",))
    assert told.value.exit_code == UNBOUNDED
    assert "sell" in told.value.text("en")


def test_no_time_is_a_stop_and_not_a_plan() -> None:
    with pytest.raises(SolveError) as told:
        solve_pack(EVERYTHING, Options(time_limit=1e-6), **CHOICES)
    assert told.value.exit_code == STOPPED
    assert "stopped before an optimal plan was found" in told.value.text("en")
    assert "停止" in told.value.text("zh")


def test_handing_over_twice_gives_the_same_arrays_and_plan() -> None:
    arrays = program_of(WORKS)
    first, second = (hand_over(arrays, Options()).solver.getLp() for _ in range(2))
    assert np.array_equal(first.a_matrix_.value_, second.a_matrix_.value_)
    plans = [solve(arrays, refuse).values for _ in range(2)]
    assert np.array_equal(*plans)
