"""The plans that are as good as the best, and how far any sum of columns can vary over a set of plans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import highspy
import numpy as np

from saltloop.formulation.program import Program
from saltloop.solve.highs import Live, Options, hand_over
from saltloop.solve.scaling import scaling

# Scaled duals and reduced costs above this say that a bound must stay for the objective to stay.
_FELT = 1e-9


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


def optimal_face(program: Program, values: np.ndarray, reduced_costs: np.ndarray, duals: np.ndarray) -> Program:
    """The programme whose feasible plans are exactly the optimal plans of the first stage.

    What has a reduced cost stays at its bound, and what has a dual stays binding: by complementarity these are the optimal
    plans, whatever optimal dual is taken.

    Args:
        program: as solved.
        values: of every column, at an optimal plan.
        reduced_costs: of every column.
        duals: of every row.
    """
    scale = scaling(program)
    columns, rows = program.columns.copy(), program.rows.copy()
    missed = np.abs(reduced_costs * scale.column * scale.worth) > _FELT
    felt = np.abs(duals * scale.worth / scale.row) > _FELT
    for frame, held, now in ((columns, missed, values), (rows, felt, program.matrix @ values)):
        bound = _nearest(frame["lower"].to_numpy(), frame["upper"].to_numpy(), now)
        frame["lower"], frame["upper"] = (np.where(held, bound, frame[side]) for side in ("lower", "upper"))
    return replace(program, columns=columns, rows=rows)


def _nearest(lower: np.ndarray, upper: np.ndarray, now: np.ndarray) -> np.ndarray:
    """The finite bound that a value sits at; the value itself where there is none."""
    with np.errstate(invalid="ignore"):
        at = np.where(np.abs(now - lower) <= np.abs(upper - now), lower, upper)
    return np.where(np.isfinite(at), at, now)


def extremes(program: Program, directions: Iterable[np.ndarray], options: Options | None = None) -> Iterator[Extreme]:
    """The least and the most of each weighted sum of columns over the feasible plans, each from the last basis.

    Args:
        program: its objective does not matter.
        directions: weights of every column, one array for each question.
        options: how to solve.
    """
    live = hand_over(program, options or Options(ranging=False))
    for weights in directions:
        low, high = (_end(live, sign * weights) for sign in (1.0, -1.0))
        plans = tuple(plan for _, plan in (low, high) if plan is not None)
        least, most = (float(weights @ plan) if plan is not None else end for end, plan in (low, (-high[0], high[1])))
        yield Extreme(least, most, plans)


def _end(live: Live, weights: np.ndarray) -> tuple[float, np.ndarray | None]:
    """The smallest value of a sum and the plan that reaches it; -inf without end, nan without an answer."""
    costs = weights * live.scale.column
    size = np.max(np.abs(costs), initial=0.0)
    costs = costs / np.exp2(np.round(np.log2(size))) if size else costs
    live.solver.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
    live.solver.run()
    status = live.solver.getModelStatus()
    if status == highspy.HighsModelStatus.kOptimal:
        return 0.0, np.asarray(live.solver.getSolution().col_value) * live.scale.column * live.scale.size
    return (-np.inf if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible) else np.nan), None
