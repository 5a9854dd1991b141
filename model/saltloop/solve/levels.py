"""A programme in the solver of which only the bounds of a few rows move: each answer starts where the last one ended.

Answers are kept as the solver gives them and judged together at the end, since judging one by one costs more than solving.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from scipy import sparse

from saltloop.formulation.arrays import Arrays
from saltloop.solve.basis import Basis
from saltloop.solve.certificate import TOLERANCE
from saltloop.solve.live import Options, hand_over
from saltloop.solve.stages import OPTIMAL, first_stage
from saltloop.solve.warm import Status, Warm

Bounds = Mapping[int, tuple[float, float]]
_TOGETHER = 64
_SEEN = 1e-9
# A violation below this share of one term of its row is no matter.
_CLEAR = 1e-10


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
        # Else rounding errors of many updates move from one answer to the next, and most of them do not stand their judgement.
        self.live.solver.setOptionValue("no_unnecessary_rebuild_refactor", False)
        if start is not None:
            self.live.solver.setBasis(start.whole)
        self.solves = 0

    def at(self, bounds: Bounds, refine: bool = False) -> Answer:
        """The answer with other bounds of some rows; the others stay as they are.

        Args:
            bounds: lower and upper by position of the row, unscaled.
            refine: whether the optimum is computed once more from its basis.
        """
        live, self.solves = self.live, self.solves + 1
        factor = live.scale.row / live.scale.size
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
        values, duals = (np.array([getattr(each, name) for each in answers]).T for name in ("values", "duals"))
        sign, costs = (1.0 if arrays.layout.senses[0] == "maximise" else -1.0), arrays.costs()[:, None]
        activity, reduced = arrays.matrix @ values, costs - arrays.matrix.T @ duals
        moved = sorted({row for each in answers for row in each.bounds})
        own = tuple(np.array([[each.bounds.get(row, known)[side] for each in answers] for row, known in self._bounds(moved)]) for side in (0, 1))
        primal = _outside(activity, *(side[:, None] for side in arrays.row_bounds))
        primal[moved] = _outside(activity[moved], *own)
        standing = sign * duals
        standing[moved] = 0.0
        row_gain, row_missed = _bound_part(standing, *arrays.row_bounds)
        moved_gain, moved_missed = _own_part(sign * duals[moved], *own)
        column_gain, column_missed = _bound_part(sign * reduced, *arrays.column_bounds)
        terms = costs[self._priced] * values[self._priced]
        gap = np.abs(np.sum(terms, axis=0) - sign * (row_gain + moved_gain + column_gain)) / (1 + np.abs(terms).max(axis=0, initial=0.0))
        largest_dual = 1 + np.abs(duals).max(axis=0, initial=0.0)
        parts = [
            _relative(_missed(primal, np.arange(len(primal))), self._magnitudes, values, np.zeros(len(primal))),
            _relative(column_missed, self._transposed, duals, np.abs(arrays.costs())),
            row_missed.worst(largest_dual),
            moved_missed.worst(largest_dual),
            gap,
        ]
        worst: np.ndarray = np.max(parts, axis=0)
        return worst

    def _bounds(self, rows: Iterable[int]) -> Iterator[tuple[int, tuple[float, float]]]:
        """Rows with their own bounds."""
        lower, upper = self.arrays.row_bounds
        yield from ((row, (float(lower[row]), float(upper[row]))) for row in rows)

    @cached_property
    def _priced(self) -> np.ndarray:
        """Positions of the columns that the objective counts."""
        found: np.ndarray = np.flatnonzero(self.arrays.costs())
        return found

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


def _outside(values: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.maximum(np.maximum(lower - values, values - upper), 0.0)
    return found


@dataclass(frozen=True)
class _Missed:
    """What stands outside by more than rounding.

    Args:
        rows: of the programme, or columns.
        answers: position of the answer.
        amounts: by how much.
    """

    rows: np.ndarray
    answers: np.ndarray
    amounts: np.ndarray

    def worst(self, size: np.ndarray) -> np.ndarray:
        """The largest of each answer as a share of a size of that answer."""
        found = np.zeros(len(size))
        np.maximum.at(found, self.answers, self.amounts / size[self.answers])
        return found


def _missed(amounts: np.ndarray, rows: np.ndarray) -> _Missed:
    """What of an array, whose lines are some rows, is more than rounding."""
    lines, answers = np.nonzero(amounts > _SEEN)
    return _Missed(rows[lines], answers, amounts[lines, answers])


def _bound_part(dual: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> tuple[np.ndarray, _Missed]:
    """What duals times the bounds that they point to come to, and duals that point to no bound; bounds are the same for every answer."""
    gain, parts = np.zeros(dual.shape[1]), []
    for bound, way in ((upper, 1.0), (lower, -1.0)):
        # Most bounds are nought or none: what counts is little.
        finite = np.isfinite(bound)
        counts, none = np.flatnonzero(finite & (bound != 0)), np.flatnonzero(~finite)
        gain += np.sum(np.maximum(way * dual[counts], 0.0) * (way * bound[counts, None]), axis=0)
        parts.append(_missed(way * dual[none], none))
    return gain, _Missed(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("rows", "answers", "amounts")))


def _own_part(dual: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> tuple[np.ndarray, _Missed]:
    """Likewise, for bounds that every answer has its own of."""
    bound = np.where(dual > 0, upper, lower)
    finite = np.isfinite(bound)
    return np.sum(dual * np.where(finite, bound, 0.0), axis=0), _missed(np.where(finite, 0.0, np.abs(dual)), np.arange(len(dual)))


def _relative(missed: _Missed, magnitudes: sparse.csr_array, weights: np.ndarray, more: np.ndarray) -> np.ndarray:
    """Largest violation of each answer, relative to 1 + the largest term of its row.

    One term of each row is looked at first: a violation that is nothing beside it is nothing beside the largest. The others are looked at
    in full.
    """
    rows, answers = missed.rows, missed.answers
    several, first, which = np.unique(rows, return_index=True, return_inverse=True)
    heavy = np.array([_heaviest(magnitudes, row, weights[:, answers[n]]) for row, n in zip(several.tolist(), first.tolist(), strict=True)], dtype=int)
    entry = heavy[which]
    size = np.maximum(more[rows], np.where(entry < 0, 0.0, magnitudes.data[entry] * np.abs(weights[magnitudes.indices[entry], answers])))
    for n in np.flatnonzero(missed.amounts > _CLEAR * (1 + size)).tolist():
        part = slice(magnitudes.indptr[rows[n]], magnitudes.indptr[rows[n] + 1])
        terms = magnitudes.data[part] * np.abs(weights[magnitudes.indices[part], answers[n]])
        size[n] = max(size[n], float(np.max(terms, initial=0.0)))
    found = np.zeros(weights.shape[1])
    np.maximum.at(found, answers, missed.amounts / (1 + size))
    return found


def _heaviest(magnitudes: sparse.csr_array, row: int, weights: np.ndarray) -> int:
    """Position of the entry of a row that makes its largest term; -1 if it has none."""
    part = slice(magnitudes.indptr[row], magnitudes.indptr[row + 1])
    return int(part.start + np.argmax(magnitudes.data[part] * np.abs(weights[magnitudes.indices[part]]))) if part.stop > part.start else -1
