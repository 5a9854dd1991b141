"""Ranges of duals on a thousand random small programmes, each checked by solving again just inside and just outside."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from arrays import program
from saltloop.errors import SolveError
from saltloop.formulation.program import Program
from saltloop.solve.highs import Live, solve
from saltloop.solve.solution import Solution

BATCHES, EACH = 20, 50


def refuse(live: Live, kind: str) -> SolveError:
    return SolveError(3, lambda _: kind)


def random_program(seed: int) -> Program:
    """Products from up to five scarce resources: bounded, feasible, with some integers so that ties happen."""
    random = np.random.default_rng(seed)
    rows, columns = int(random.integers(1, 6)), int(random.integers(1, 7))
    matrix = random.integers(0, 4, size=(rows, columns)) * random.choice([1.0, 1.5, 10.0], size=(rows, columns))
    matrix[0] += 1.0
    bounds = [(-np.inf, float(b)) for b in random.integers(1, 50, size=rows)]
    return program(matrix.tolist(), bounds, random.integers(-2, 12, size=columns).astype(float).tolist())


def at(arrays: Program, row: int, bound: float) -> float:
    """The objective at another right side, by another door to a solver."""
    upper = arrays.rows["upper"].to_numpy().copy()
    upper[row] = bound
    outcome = linprog(-arrays.stages[0][1], A_ub=arrays.matrix.toarray(), b_ub=upper)
    assert outcome.status == 0, outcome.message
    return -float(outcome.fun)


def check(arrays: Program, found: Solution, row: int) -> int:
    """Holds inside, and pays less outside; returns how many ends could be checked."""
    bound, dual, base, ends = float(arrays.rows["upper"].iloc[row]), found.duals[row], found.objectives[0], 0
    for edge, way in ((found.ranging.row_from[row], -1), (found.ranging.row_to[row], 1)):
        if not np.isfinite(edge):
            far = bound + way * 1e3
            if way > 0:
                assert at(arrays, row, far) == pytest.approx(base + dual * (far - bound), abs=1e-6)
            continue
        inside = bound + (edge - bound) * 0.999
        assert at(arrays, row, inside) == pytest.approx(base + dual * (inside - bound), abs=1e-6)
        outside = edge + way * max(1e-2, 1e-2 * abs(edge))
        if outside > 0:
            assert at(arrays, row, outside) <= base + dual * (outside - bound) + 1e-7
            ends += 1
    return ends


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_dual_holds_to_the_ends_of_its_range_on_random_programmes(batch: int) -> None:
    checked = 0
    for seed in range(batch * EACH, (batch + 1) * EACH):
        arrays = random_program(seed)
        found = solve(arrays, refuse)
        dearest = int(np.argmax(np.abs(found.duals)))
        checked += check(arrays, found, dearest) if found.duals[dearest] else 0
    assert checked > EACH / 2, "the random programmes do not bind"
