"""(e) The points of a front against the bare re-solves of the same levels: 101 of them, on the annual programme.

The bare contender moves the bound of one row of a solver that has everything ready, level after level from the loosest on, each from the last
basis. The points of a front are the same levels with everything that the front needs of them: plan, duals, value, and the certificate of each.
The exact kinks between the points, and the ends of the front, are measured apart.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from benchmarks.pack import SCENARIO, SMALL, TINY
from benchmarks.registry import Benchmark, Target, Work, ratio
from saltloop.analysis.pareto import front
from saltloop.analysis.trade import End, Trade, ends, trade_of
from saltloop.formulation.case import build_case
from saltloop.scenario.resolve import load_scenario
from saltloop.solve.levels import Levels

# First account and second, of the annual programme and of what tests run instead.
ACCOUNTS = {SCENARIO: ("value_added", "co2"), SMALL: ("total_cost", "import_cost")}
BARE, POINTS = "bare re-solves", "certified points"
# Share of the front by which the last level keeps away from its steep end, as in the front itself.
ASIDE = 1e-7


@cache
def _trade(size: str) -> tuple[Trade, tuple[End, ...]]:
    path = SMALL if size == TINY else SCENARIO
    loaded = load_scenario(path)
    trade = trade_of(build_case(loaded.pack, loaded.choices), ACCOUNTS[path])
    return trade, ends(trade)


def _count(size: str) -> int:
    return 5 if size == TINY else int(size)


def _levels(size: str) -> tuple[Levels, End, list[float]]:
    trade, (first, second) = _trade(size)
    grid = np.linspace(first.reached[1], second.reached[1], _count(size))
    grid[-1] += ASIDE * (grid[0] - grid[-1])
    return trade.levels(first.basis), first, grid.tolist()


def bare(size: str) -> Work:
    """Move one bound and run, level after level."""
    levels, first, grid = _levels(size)
    trade, solver = _trade(size)[0], levels.live.solver
    row = trade.row(1)
    factor = float((levels.live.scale.row / levels.live.scale.size)[row])
    # As HiGHS comes, but for the tolerances that the package sets.
    solver.setOptionValue("no_unnecessary_rebuild_refactor", True)

    def work() -> dict[str, Any]:
        solver.setBasis(first.basis.whole)
        total = 0.0
        for level in grid:
            lower, upper = trade.bounds([level])[row]
            solver.changeRowBounds(row, lower * factor, upper * factor)
            solver.run()
            total += solver.getObjectiveValue()
        return {"note": f"{len(grid)} levels"}

    return work


def points(size: str) -> Work:
    """The same levels as points of a front: answers, judged."""
    levels, first, grid = _levels(size)
    trade = _trade(size)[0]

    def work() -> dict[str, Any]:
        levels.live.solver.setBasis(first.basis.whole)
        found = levels.judged([levels.at(trade.bounds([level])) for level in grid])
        return {"note": f"largest error {max(each.error for each in found):.0e}"}

    return work


def both_ends(size: str) -> Work:
    """The best of each account, then of the other."""
    trade = _trade(size)[0]
    return lambda: {"note": f"{len(ends(trade))} ends"}


def whole(size: str) -> Work:
    """Ends, points, exact kinks, what binds in each piece, and the tables."""
    trade = _trade(size)[0]

    def work() -> dict[str, Any]:
        found = front(trade, _count(size))
        return {"note": f"{int((found.points['kind'] == 'kink').sum())} kinks, {found.solves} programmes"}

    return work


BENCHMARK = Benchmark(
    "front",
    "A front of 101 points: bare re-solves of its levels against certified points, its ends, and the front with its exact kinks",
    ("101",),
    {BARE: bare, POINTS: points, "ends alone": both_ends, "front with exact kinks": whole},
    lambda told, _: dict(told),
    tests=TINY,
    targets=(Target("101 points of a front against the bare re-solves of their levels", 1.3, ratio("101", POINTS, BARE)),),
    remarks=(
        "Value added against CO2 of the annual programme; the same levels in the same order, each from the last basis.",
        "The exact kinks between the points are work that the bare re-solves do not do.",
    ),
)
