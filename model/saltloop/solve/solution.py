"""What a solve returns, as arrays in the order of the programme's columns and rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Measured:
    """A violation, absolute and relative to 1 + the largest term it is made of."""

    absolute: float
    relative: float


@dataclass(frozen=True)
class Certificate:
    """How far a solution is from the optimality conditions, computed from the arrays alone."""

    primal_infeasibility: Measured
    dual_infeasibility: Measured
    complementarity: Measured
    objective_gap: Measured

    @property
    def worst(self) -> float:
        """The largest relative violation; nan if one of them is no number."""
        return float(np.max([m.relative for m in (self.primal_infeasibility, self.dual_infeasibility, self.complementarity, self.objective_gap)]))


@dataclass(frozen=True)
class Ranging:
    """How far bounds and costs can move before the basis changes; nan where nothing is known.

    Args:
        row_from, row_to: values of the active bound of each row between which its dual holds.
        cost_worse, cost_better: how much the objective coefficient of each column may fall or rise (in the sense of the
            objective) before the plan changes.
    """

    row_from: np.ndarray
    row_to: np.ndarray
    cost_worse: np.ndarray
    cost_better: np.ndarray


@dataclass(frozen=True)
class Solution:
    """An optimal plan.

    Args:
        values: of every column.
        activity: of every row, matrix times values.
        duals: of every row: change of the objective, in its own sense and unit, per unit more of the row's right side.
        reduced_costs: of every column: change of the objective per unit more of the column.
        objectives: value of each stage.
        certificate: of values and duals on the unscaled arrays.
        ranging: at the optimal basis.
        algorithm: which was used, and why.
        seconds: of each step.
        solver: name and version.
        basic: whether each column is basic.
        messages: what the solver said.
    """

    values: np.ndarray
    activity: np.ndarray
    duals: np.ndarray
    reduced_costs: np.ndarray
    objectives: tuple[float, ...]
    certificate: Certificate
    ranging: Ranging
    algorithm: str
    seconds: dict[str, float]
    solver: str
    basic: np.ndarray
    messages: tuple[str, ...] = field(default=())
