"""A programme without a plan, some rows of which may be missed at a price: which of them contradict each other, and how far each must give way.

Source: elastic filter and deletion filter, Chinneck, Feasibility and Infeasibility in Optimization (2008), chapter 6.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import highspy
import numpy as np

from saltloop.formulation.arrays import Arrays
from saltloop.solve.basis import Basis
from saltloop.solve.live import Options, hand_over
from saltloop.solve.stages import OPTIMAL

# Scaled: a smaller sum of violations is rounding, a smaller price is none.
_MISSED, _FELT = 1e-7, 1e-9
# The least that HiGHS allows: what a price may miss by, together, decides whether a contradiction is proven.
_EXACT = 1e-10
_CHANGED = 1e-7
_PRIMAL = 4
Ask = Callable[[np.ndarray], "np.ndarray | None"]


@dataclass(frozen=True)
class Cheapest:
    """The way out with the smallest sum of violations, each as a share of its bound.

    Args:
        priced: rows on which it depends; together with what may not be missed they contradict each other. Empty: no way out, or no contradiction.
        reached: left side of the rows that are missed, by position.
        weights: of every row of the programme, |price x bound|: what it weighs in the contradiction.
    """

    priced: tuple[int, ...]
    reached: dict[int, float]
    weights: np.ndarray


class Elastic:
    """A programme in the solver with slacks on some of its rows.

    Args:
        arrays: an infeasible programme.
        rows: positions of the rows that may be missed.
        seconds: limit for all questions together.

    Attributes:
        status: how the last question ended, as `Live.run` says it.
    """

    def __init__(self, arrays: Arrays, rows: Iterable[int], seconds: float) -> None:
        self.arrays, self.rows = arrays, np.array(sorted(rows), dtype=np.int32)
        self.live, self.end = hand_over(arrays, Options(ranging=False, time_limit=seconds)), time.monotonic() + seconds
        self.count = arrays.layout.shape[1]
        self.slacks: dict[int, list[int]] = {int(row): [] for row in self.rows}
        self.price, self.status = np.zeros(0), ""
        self._cost(np.zeros(self.count))
        for bounds, sign in zip(self.live.state.rows, (1.0, -1.0), strict=True):
            self._add(self.rows[np.isfinite(bounds[self.rows])], bounds, sign)

    def _add(self, rows: np.ndarray, bounds: np.ndarray, sign: float) -> None:
        """A slack for one side of some rows, whose price is one over the size of the bound."""
        count, price = len(rows), 1 / (1 + np.abs(bounds[rows]))
        for n, row in enumerate(rows):
            self.slacks[int(row)].append(self.count + len(self.price) + n)
        self.price = np.concatenate([self.price, price])
        self.live.solver.addCols(
            count, price, np.zeros(count), np.full(count, highspy.kHighsInf), count, np.arange(count, dtype=np.int32), rows, np.full(count, sign)
        )

    def _cost(self, costs: np.ndarray) -> None:
        self.live.solver.changeColsCost(self.count, np.arange(self.count, dtype=np.int32), costs)

    def _allow(self, free: Iterable[int], is_held: bool = False) -> None:
        """Let some rows be missed freely; the others at their price, or not at all."""
        slacks = np.arange(self.count, self.count + len(self.price), dtype=np.int32)
        freed = np.zeros(len(slacks), dtype=bool)
        freed[[slack - self.count for row in free for slack in self.slacks[int(row)]]] = True
        limits = np.where(freed | (not is_held), highspy.kHighsInf, 0.0)
        self.live.solver.changeColsBounds(len(slacks), slacks, np.zeros(len(slacks)), limits)
        self.live.solver.changeColsCost(len(slacks), slacks, np.where(freed, 0.0, self.price))

    def _clash(self, free: Iterable[int]) -> bool | None:
        """Whether the rows clash even if some may be missed freely; None without an answer."""
        self._cost(np.zeros(self.count))
        self._allow(free)
        return bool(self.live.solver.getInfo().objective_function_value > _MISSED) if self.again() == OPTIMAL else None

    def again(self) -> str:
        """Put the last question once more, from its answer; how it ended, as `Live.run` says it."""
        left = self.end - time.monotonic()
        self.live.solver.setOptionValue("time_limit", self.live.solver.getRunTime() + max(0.0, left))
        self.status = self.live.run() if left > 0 else "stopped"
        return self.status

    def _plan(self) -> np.ndarray:
        plan: np.ndarray = self.live.values()[: self.count] * self.live.scale.column * self.live.scale.size
        return plan

    def cheapest(self) -> Cheapest:
        """The cheapest way out if all of the rows may be missed at their price."""
        state, layout = self.live.state, self.arrays.layout
        if not self._clash(()):
            return Cheapest((), {}, np.zeros(layout.shape[0]))
        # From here on the plan at hand is feasible for every question, which is where the primal simplex method starts.
        self.live.solver.setOptionValue("simplex_strategy", _PRIMAL)
        prices, activity = np.abs(self.live.row_duals()), self.arrays.matrix @ self._plan()
        lower, upper = self.arrays.row_bounds
        apart = np.maximum(np.maximum(lower - activity, activity - upper), 0.0) / (1 + np.abs(activity))
        bound = np.where(np.isfinite(state.rows[1]), state.rows[1], np.where(np.isfinite(state.rows[0]), state.rows[0], 0.0))
        priced = tuple(int(row) for row in self.rows if prices[row] > _FELT)
        return Cheapest(priced, {int(row): float(activity[row]) for row in self.rows if apart[row] > _CHANGED}, prices * np.abs(bound))

    def needed(self, suspects: Iterable[int]) -> tuple[int, ...]:
        """Those of the suspects without any of which the others could hold: each is left out in turn, and stays out if the others still clash."""
        kept = [int(row) for row in suspects]
        for each in tuple(kept):
            held = [row for row in kept if row != each]
            if self._clash(set(self.slacks) - set(held)):
                kept = held
        return tuple(kept)

    def clash(self, rows: Iterable[int]) -> bool | None:
        """Whether some of the rows clash with each other, all others left out; None without an answer."""
        return self._clash(set(self.slacks) - set(map(int, rows)))

    def without(self, *rows: int) -> Ask:
        """A question to the plans that hold everything but some rows: the plan with the smallest sum for given weights of the columns.

        The answer is None where there is no such plan, no smallest one, or no time left. Ask before the next question is put.
        """
        can_hold = self._clash(rows) is False
        if can_hold:
            self._allow(rows, is_held=True)

        def smallest(weights: np.ndarray) -> np.ndarray | None:
            costs = weights * self.live.scale.column
            size = float(np.max(np.abs(costs), initial=0.0))
            self._cost(costs / np.exp2(np.round(np.log2(size))) if size else costs)
            return self._plan() if can_hold and self.again() == OPTIMAL else None

        return smallest


def multipliers(arrays: Arrays, seconds: float, start: Basis | None = None) -> np.ndarray:
    """Multipliers of the rows that contradict each other: the prices at which the rows together miss least. Empty if nothing is missed, or no time is left.

    Args:
        arrays: a programme.
        seconds: limit.
        start: basis of a case of the same structure; with no column dearer than another it is as good as an optimum but for the rows that it misses.
    """
    elastic = Elastic(arrays, range(arrays.layout.shape[0]), seconds)
    if start is not None:
        columns, rows = start.packed()
        elastic.live.solver.setBasis(Basis.of(np.concatenate([columns, np.zeros(len(elastic.price), dtype=np.uint8)]), rows, alien=True).own)
    if not elastic.clash(elastic.slacks):
        return np.zeros(0)
    elastic.live.solver.setOptionValue("dual_feasibility_tolerance", _EXACT)
    if elastic.again() != OPTIMAL:
        return np.zeros(0)
    duals, (lower, upper) = elastic.live.row_duals(), arrays.row_bounds
    # A side that is infinite cannot be missed: what points to it is rounding.
    found: np.ndarray = np.where(np.isfinite(np.where(duals > 0, lower, upper)), duals, 0.0) * elastic.live.scale.row
    return found


def nearest(ask: Ask, arrays: Arrays, row: int) -> float | None:
    """The left side of a freed row that comes nearest to its bounds; None if there is no plan even without the row."""
    weights = arrays.matrix[[row]].toarray()[0]
    lower, upper = (float(side[row]) for side in arrays.row_bounds)
    plan = ask(weights if np.isfinite(upper) else -weights)
    if plan is None:
        return None
    reached = float(weights @ plan)
    if np.isfinite(upper) and np.isfinite(lower) and reached < lower:  # it is the lower side that cannot be met
        other = ask(-weights)
        return None if other is None else float(weights @ other)
    return reached
