"""A programme in the solver of which only the bounds of a few rows move: each answer starts where the last one ended.

Answers are kept as the solver gives them and judged together at the end, since judging one by one costs more than solving.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from scipy import sparse

from saltloop.formulation.arrays import Arrays
from saltloop.solve.certificate import TOLERANCE
from saltloop.solve.live import Options, hand_over
from saltloop.solve.stages import OPTIMAL, first_stage
from saltloop.solve.warm import Basis, Status, Warm

Bounds = Mapping[int, tuple[float, float]]
_TOGETHER = 64
_SEEN = 1e-9


@dataclass(frozen=True, eq=False)
class Answer:
    """What the solver says at one place.

    Args:
        status: as in Outcome.
        bounds: of the rows that were moved: lower and upper.
        value: of the objective, in its own sense; nan without a plan.
        values: of every column.
        duals: of every row: change of the objective per unit more of the right side.
        start: warm, or cold where the answer from the last basis did not stand.
        error: largest relative violation of the optimality conditions; nan before it is judged.
    """

    status: Status
    bounds: dict[int, tuple[float, float]]
    value: float = np.nan
    values: np.ndarray = field(default_factory=lambda: np.zeros(0))
    duals: np.ndarray = field(default_factory=lambda: np.zeros(0))
    start: Literal["warm", "cold"] = "warm"
    error: float = np.nan


class Levels:
    """One programme with rows whose bounds move.

    Args:
        arrays: of one stage.
        start: basis to start from.
    """

    def __init__(self, arrays: Arrays, start: Basis | None = None) -> None:
        self.arrays, self.live = arrays, hand_over(arrays, Options(ranging=False))
        if start is not None:
            self.live.solver.setBasis(start.own)
        self.solves = 0

    def at(self, bounds: Bounds, refine: bool = False) -> Answer:
        """The answer with other bounds of some rows; the others stay as they are.

        Args:
            bounds: lower and upper by position of the row, unscaled.
            refine: whether the optimum is computed once more from its basis.
        """
        live, self.solves = self.live, self.solves + 1
        factor = live.scale.row / live.scale.size
        # The basis is factored anew: rounding errors of many updates would else move from one answer to the next.
        live.solver.setBasis(live.solver.getBasis())
        for row, (lower, upper) in bounds.items():
            live.solver.changeRowBounds(row, lower * factor[row], upper * factor[row])
        live.start_clock()
        status = live.run()
        if refine and status == OPTIMAL:
            live.solver.setBasis(live.solver.getBasis())
            status = live.run()
        if status != OPTIMAL:
            return self.cold(bounds)
        values = np.clip(live.values() * live.scale.column * live.scale.size, *self.arrays.column_bounds)
        return Answer("optimal", dict(bounds), float(np.sum(self.arrays.costs() * values)), values, first_stage(live).duals)

    def cold(self, bounds: Bounds) -> Answer:
        """The answer from nothing, certified or proven by itself."""
        found = Warm(self.moved(bounds)).solve()
        if found.status != "optimal":
            return Answer(found.status, dict(bounds), start="cold")
        error = 0.0 if found.certificate is None else found.certificate.worst
        return Answer("optimal", dict(bounds), found.objectives[0], found.values, found.duals, "cold", error)

    def moved(self, bounds: Bounds) -> Arrays:
        """The arrays with other bounds."""
        numbers, parts = self.arrays.numbers.copy(), self.arrays.layout.parts
        for row, (lower, upper) in bounds.items():
            numbers[parts["row_lower"]][row], numbers[parts["row_upper"]][row] = lower, upper
        return Arrays(self.arrays.layout, numbers)

    def judged(self, answers: Iterable[Answer]) -> list[Answer]:
        """The answers, each with its error; one that does not stand is computed anew from its basis, then from nothing."""
        found = self._with_errors(list(answers))
        found = self._with_errors([self.at(each.bounds, refine=True) if _falls(each) else each for each in found])
        return [self.cold(each.bounds) if _falls(each) else each for each in found]

    def _with_errors(self, answers: list[Answer]) -> list[Answer]:
        """The answers, those judged that were not."""
        found = list[Answer]()
        for first in range(0, len(answers), _TOGETHER):
            part = answers[first : first + _TOGETHER]
            open_ones = [each for each in part if each.status == "optimal" and np.isnan(each.error)]
            errors = iter(self._errors(open_ones) if open_ones else ())
            found += [replace(each, error=float(next(errors))) if any(each is other for other in open_ones) else each for each in part]
        return found

    def _errors(self, answers: list[Answer]) -> np.ndarray:
        """Largest relative violation of each answer: primal, dual, and the gap between both objectives.

        Without a gap between feasible answers of both sides, complementarity holds too.
        """
        arrays = self.arrays
        values, duals = (np.column_stack([getattr(each, name) for each in answers]) for name in ("values", "duals"))
        lower, upper = (np.repeat(side[:, None], len(answers), axis=1) for side in arrays.row_bounds)
        for n, each in enumerate(answers):
            for row, (low, high) in each.bounds.items():
                lower[row, n], upper[row, n] = low, high
        sign, costs = (1.0 if arrays.layout.senses[0] == "maximise" else -1.0), arrays.costs()[:, None]
        activity, reduced = arrays.matrix @ values, costs - arrays.matrix.T @ duals
        columns = tuple(side[:, None] for side in arrays.column_bounds)
        primal = np.maximum(np.maximum(lower - activity, activity - upper), 0.0)
        row_gain, row_dual = _bound_part(sign * duals, lower, upper)
        column_gain, column_dual = _bound_part(sign * reduced, *columns)
        objective, terms = np.sum(costs * values, axis=0), 1 + np.abs(costs * values).max(axis=0)
        gap = np.abs(objective - sign * (row_gain + column_gain)) / terms
        parts = [
            _relative(primal, self._magnitudes, np.abs(values)),
            _relative(column_dual, self._transposed, np.abs(duals), np.abs(costs)),
            row_dual.max(axis=0) / (1 + np.abs(duals).max(axis=0)),
            gap,
        ]
        worst: np.ndarray = np.max(parts, axis=0)
        return worst

    @cached_property
    def _magnitudes(self) -> sparse.csr_array:
        return sparse.csr_array(abs(self.arrays.matrix))

    @cached_property
    def _transposed(self) -> sparse.csr_array:
        """Magnitudes, columns by rows."""
        return sparse.csr_array(abs(self.arrays.matrix).T)


def _falls(answer: Answer) -> bool:
    """Whether an answer does not stand its judgement."""
    return answer.status == "optimal" and not answer.error <= TOLERANCE


def _bound_part(dual: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What duals times the bounds that they point to come to, and duals that point to no bound."""
    bound = np.where(dual > 0, upper, lower)
    finite = np.isfinite(bound)
    return np.sum(dual * np.where(finite, bound, 0.0), axis=0), np.where(finite, 0.0, np.abs(dual))


def _relative(missed: np.ndarray, magnitudes: sparse.csr_array, weights: np.ndarray, more: np.ndarray | None = None) -> np.ndarray:
    """Largest violation of each answer, relative to 1 + the largest term of its row; those too small to matter are not looked at."""
    found = np.zeros(missed.shape[1])
    rows, answers = np.nonzero(missed > _SEEN)
    count = np.diff(magnitudes.indptr)[rows]
    # Every entry of every row that is looked at, one row after the other.
    starts = np.cumsum(count) - count
    entries = np.arange(int(count.sum())) + np.repeat(magnitudes.indptr[rows] - starts, count)
    terms = magnitudes.data[entries] * weights[magnitudes.indices[entries], np.repeat(answers, count)]
    size, filled = np.zeros(len(rows)), np.flatnonzero(count)
    if len(filled):
        size[filled] = np.maximum.reduceat(terms, starts[filled])
    if more is not None:
        size = np.maximum(size, more[rows, 0])
    np.maximum.at(found, answers, missed[rows, answers] / (1 + size))
    return found
