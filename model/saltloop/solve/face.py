"""The plans that are as good as the best, and how far any sum of columns can vary over a set of plans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from saltloop.formulation.arrays import Arrays, with_row
from saltloop.solve.certificate import TOLERANCE, infeasibility
from saltloop.solve.live import PRIMAL, Options, hand_over
from saltloop.solve.scaling import scaling
from saltloop.solve.stages import OPTIMAL

# Scaled duals and reduced costs above this say that a bound must stay for the objective to stay.
_FELT = 1e-9
# A plan further outside its bounds than this is computed anew from its basis, then from nothing.
_EXACT = 1e-9
NEAR_BEST = "near_best"


@dataclass(frozen=True)
class Extreme:
    """The least and the most of a sum of columns, with the plans where they are reached.

    Args:
        least: -inf if there is no end; nan if the solver stopped without an answer.
        most: inf if there is no end.
        plans: values of every column at the least and at the most, as far as reached.
    """

    least: float
    most: float
    plans: tuple[np.ndarray, ...]


def optimal_face(arrays: Arrays, values: np.ndarray, reduced_costs: np.ndarray, duals: np.ndarray) -> Arrays:
    """The programme whose feasible plans are exactly the optimal plans of the first stage.

    What has a reduced cost stays at its bound, and what has a dual stays binding: by complementarity these are the optimal
    plans, whatever optimal dual is taken.

    Args:
        arrays: as solved.
        values: of every column, at an optimal plan.
        reduced_costs: of every column.
        duals: of every row.
    """
    scale, parts = scaling(arrays), arrays.layout.parts
    missed = np.abs(reduced_costs * scale.column * scale.worth) > _FELT
    felt = np.abs(duals * scale.worth / scale.row) > _FELT
    numbers = arrays.numbers.copy()
    for side, held, now in (("column", missed, values), ("row", felt, arrays.matrix @ values)):
        lower, upper = (numbers[parts[f"{side}_{end}"]] for end in ("lower", "upper"))
        bound = _nearest(lower, upper, now)[held]
        lower[held], upper[held] = bound, bound
    return Arrays(arrays.layout, numbers)


def _nearest(lower: np.ndarray, upper: np.ndarray, now: np.ndarray) -> np.ndarray:
    """The finite bound that a value sits at; the value itself where there is none."""
    with np.errstate(invalid="ignore"):
        at = np.where(np.abs(now - lower) <= np.abs(upper - now), lower, upper)
    return np.where(np.isfinite(at), at, now)


def near_best(arrays: Arrays, best: float, slack: float, unit: str) -> Arrays:
    """The programme whose feasible plans lose no more than so much of the best value of the first stage.

    Args:
        arrays: as solved.
        best: value of the first stage.
        slack: how much of it may be lost, in its unit; not negative.
        unit: of the first stage.
    """
    bounds = (best - slack, np.inf) if arrays.layout.senses[0] == "maximise" else (-np.inf, best + slack)
    return with_row(arrays, NEAR_BEST, unit, arrays.costs(), bounds)


def _of_columns(arrays: Arrays, chosen: np.ndarray, still: np.ndarray) -> Arrays:
    """The programme of some columns, the others at their values; its names are not those of its columns."""
    layout, parts = arrays.layout, arrays.layout.parts
    matrix = arrays.matrix[:, chosen]
    matrix.sort_indices()
    held = arrays.matrix @ still
    numbers = [arrays.costs(stage)[chosen] for stage in range(len(layout.senses))]
    numbers += [arrays.numbers[parts[f"column_{side}"]][chosen] for side in ("lower", "upper")]
    numbers += [arrays.numbers[parts[f"row_{side}"]] - held for side in ("lower", "upper")]
    reduced = replace(layout, shape=(layout.shape[0], len(chosen)), starts=matrix.indptr, indices=matrix.indices)
    return Arrays(reduced, np.concatenate([*numbers, matrix.data]))


class Plans:
    """The feasible plans of a programme, kept in the solver to be asked for their ends.

    From one question to the next the last plan stays feasible and only the objective changes: a case for the primal simplex method. Columns
    that cannot move are left out; over the optimal plans of a programme those are most.

    Args:
        arrays: their objective does not matter.
        options: how to solve; its limit of time is for each end.
    """

    def __init__(self, arrays: Arrays, options: Options | None = None) -> None:
        lower, upper = arrays.column_bounds
        moving = lower < upper
        self.arrays, self.moving = arrays, np.flatnonzero(moving) if np.any(moving) else np.arange(len(lower))
        self.still = lower.copy()
        self.still[self.moving] = 0.0
        self.live = hand_over(_of_columns(arrays, self.moving, self.still), options or Options(ranging=False))
        self.live.solver.setOptionValue("simplex_strategy", PRIMAL)

    def least(self, weights: np.ndarray) -> tuple[float, np.ndarray | None]:
        """The smallest value of a weighted sum of columns and a plan that reaches it; -inf without end, nan without an answer.

        Args:
            weights: of every column.
        """
        live = self.live
        costs = weights[self.moving] * live.scale.column
        size = float(np.max(np.abs(costs), initial=0.0))
        live.start_clock()
        live.put(replace(live.state, costs=costs / np.exp2(np.round(np.log2(size))) if size else costs))
        status, plan = live.run(), self._plan()
        outside = infeasibility(self.arrays, plan) if status == OPTIMAL else np.inf
        for again in (self._factor_anew, live.solver.clearSolver):
            if status != OPTIMAL or outside <= _EXACT:
                break
            again()
            status, plan = live.run(), self._plan()
            outside = infeasibility(self.arrays, plan) if status == OPTIMAL else np.inf
        if outside <= TOLERANCE:
            return float(weights @ plan), plan
        return (-np.inf if status == "unbounded" else np.nan), None

    def _plan(self) -> np.ndarray:
        """Every column after the last solve, unscaled and within its bounds."""
        live, plan = self.live, self.still.copy()
        plan[self.moving] = np.clip(live.values() * live.scale.column * live.scale.size, *live.arrays.column_bounds)
        return plan

    def _factor_anew(self) -> None:
        """Put right what rounding errors of many updates have moved: the same basis, factored anew."""
        self.live.solver.setBasis(self.live.solver.getBasis())

    def most(self, weights: np.ndarray) -> tuple[float, np.ndarray | None]:
        """The largest value, likewise; inf without end."""
        value, plan = self.least(-weights)
        return -value, plan


def extremes(arrays: Arrays, directions: Iterable[np.ndarray], options: Options | None = None) -> Iterator[Extreme]:
    """The least and the most of each weighted sum of columns over the feasible plans, each from the last basis.

    Args:
        arrays: their objective does not matter.
        directions: weights of every column, one array for each question.
        options: how to solve; its limit of time is for each end.
    """
    plans = Plans(arrays, options)
    for weights in directions:
        (least, low), (most, high) = plans.least(weights), plans.most(weights)
        yield Extreme(least, most, tuple(plan for plan in (low, high) if plan is not None))
