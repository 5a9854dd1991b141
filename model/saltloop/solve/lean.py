"""The lean programme of a structure: what is left when reductions took all rows that they can, and the way there and back for every case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from saltloop.formulation.arrays import Arrays, Layout
from saltloop.solve.reduce.bounding import Bounding
from saltloop.solve.reduce.choice import bounding, pivots_of
from saltloop.solve.reduce.determined import Determined
from saltloop.solve.reduce.form import Form, Optimum, Statuses, spread
from saltloop.solve.scaling import Scaling

Step = Determined | Bounding
# A round that takes fewer rows than this share of those left is the last.
_ENOUGH = 0.002


@dataclass(frozen=True, eq=False)
class Lean:
    """What is done to the programme of a structure, in order.

    Args:
        layout: of the structure.
        steps: each on the form that the one before it leaves.
    """

    layout: Layout
    steps: tuple[Step, ...]

    @cached_property
    def after(self) -> Form:
        """The lean programme."""
        return self.steps[-1].after if self.steps else _whole(self.layout)

    def scale(self, scale: Scaling) -> Scaling:
        """That of the lean programme, so that one natural unit is the same before and after.

        Args:
            scale: of the structure.
        """
        return replace(scale, down=scale.down[self.after.rows], across=scale.across[self.after.columns])

    def of(self, arrays: Arrays, last: Reduced | None = None) -> tuple[Reduced, np.ndarray]:
        """A case reduced, and the rows of the structure whose numbers do not allow it; where there are any, there is nothing in it.

        Args:
            arrays: on the layout.
            last: a case that it is like, reduced; what is made from the same numbers is taken from there.
        """
        if not self.steps:
            return Reduced(self, arrays, arrays.numbers), np.zeros(0, dtype=np.intp)
        own = len(arrays.numbers)
        numbers = np.zeros(own + 1 + sum(step.made for step in self.steps)) if last is None else last.numbers.copy()
        numbers[:own] = arrays.numbers
        moved = None if last is None else np.flatnonzero(numbers[:own] != last.numbers[:own])
        for step in self.steps:
            refused = step.make(numbers, moved)
            if len(refused):
                return Reduced(self, arrays, numbers), step.before.rows[refused]
            if last is not None and moved is not None:
                made = slice(step.first, step.first + step.made)
                moved = np.append(moved, step.first + np.flatnonzero(numbers[made] != last.numbers[made]))
        return Reduced(self, arrays, numbers), np.zeros(0, dtype=np.intp)


@dataclass(frozen=True, eq=False)
class Reduced:
    """A case with the numbers of every step.

    Args:
        lean: the steps.
        before: the case as it was.
        numbers: all numbers: of the case, a nought, of each step.
    """

    lean: Lean
    before: Arrays
    numbers: np.ndarray

    @cached_property
    def arrays(self) -> Arrays:
        """The lean programme; the case itself if nothing is taken."""
        return Arrays(self.lean.after.layout, self.numbers[self.lean.after.at]) if self.lean.steps else self.before

    def restored(self, values: np.ndarray, duals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Plan and duals of the whole case.

        Args:
            values: of the columns of the lean programme.
            duals: of its rows, of the first stage, in the sense of that.
        """
        found = self._opened(self.lean.after, values, duals, self.arrays.costs() - self.arrays.matrix.T @ duals)
        for step in reversed(self.lean.steps):
            step.restore(self.numbers, found)
        return found.values, found.duals

    def _opened(self, form: Form, values: np.ndarray, duals: np.ndarray, reduced: np.ndarray) -> Optimum:
        """An optimum of the structure that has what is known of some of its columns and rows."""
        m, n = self.lean.layout.shape
        return Optimum(spread(n, form.columns, values), spread(m, form.rows, duals), spread(n, form.columns, reduced))

    def multipliers(self, ray: np.ndarray) -> np.ndarray:
        """Multipliers of all rows that contradict each other as those of the lean programme do; empty from empty."""
        return self._direction(np.zeros(self.arrays.layout.shape[1]), ray).duals if len(ray) else ray

    def contradiction(self) -> np.ndarray:
        """Multipliers of all rows by which two bounds of one column contradict each other; empty if none do."""
        for n, step in enumerate(self.lean.steps):
            duals = step.contradiction(self.numbers)
            if len(duals):
                before = Arrays(step.before.layout, self.numbers[step.before.at])
                values, reduced = np.zeros(before.layout.shape[1]), -(before.matrix.T @ duals)
                return self._back(self._opened(step.before, values, duals, reduced), self.lean.steps[:n]).duals
        return np.zeros(0)

    def direction(self, ray: np.ndarray) -> np.ndarray:
        """Direction of all columns from that of the columns of the lean programme; empty from empty."""
        return self._direction(ray, np.zeros(self.arrays.layout.shape[0])).values if len(ray) else ray

    def _direction(self, values: np.ndarray, duals: np.ndarray) -> Optimum:
        found = self._opened(self.lean.after, values, duals, -(self.arrays.matrix.T @ duals))
        return self._back(found, self.lean.steps)

    def _back(self, found: Optimum, steps: tuple[Step, ...]) -> Optimum:
        """A direction of all columns and rows from what the programme after some steps says of it."""
        for step in reversed(steps):
            step.restore_direction(self.numbers, found)
        return found

    def full_basis(self, basis: Statuses) -> Statuses:
        """A basis of the whole case from one of the lean programme."""
        for step in reversed(self.lean.steps):
            basis = step.full_basis(self.numbers, basis)
        return basis

    def lean_basis(self, basis: Statuses) -> Statuses:
        """A basis of the lean programme from one of the whole case; it may have too many basic columns and rows, or too few."""
        for step in self.lean.steps:
            basis = step.lean_basis(self.numbers, basis)
        return basis


def whole(arrays: Arrays) -> Reduced:
    """A case from which nothing is taken."""
    return Lean(arrays.layout, ()).of(arrays)[0]


def _whole(layout: Layout) -> Form:
    """A programme from which nothing is taken."""
    rows, columns = layout.shape
    return Form(layout, np.arange(layout.parts["entries"].stop), np.arange(rows), np.arange(columns))


def lean_of(arrays: Arrays, scale: Scaling, spared: np.ndarray) -> Lean:
    """What can be taken from the programme of a structure.

    Args:
        arrays: one of its cases.
        scale: by which sizes of coefficients are compared.
        spared: positions of rows that are to stay.
    """
    steps, form, numbers = list[Step](), _whole(arrays.layout), np.append(arrays.numbers, 0.0)
    stays = np.zeros(arrays.layout.shape[0], dtype=bool)
    stays[spared] = True
    while True:
        at_hand, stay = Arrays(form.layout, numbers[form.at]), stays[form.rows]
        step: Step = bounding(form, at_hand, stay, len(numbers))
        if len(step.kept_rows) == form.layout.shape[0]:
            pivots = pivots_of(at_hand, scale.row[form.rows], scale.column[form.columns], stay)
            free = np.all([~np.isfinite(side[form.layout.indices[pivots]]) for side in at_hand.column_bounds], axis=0)
            step = Determined(form, pivots, free, len(arrays.numbers), len(numbers))
        if form.layout.shape[0] - len(step.kept_rows) <= _ENOUGH * form.layout.shape[0]:
            return Lean(arrays.layout, tuple(steps))
        longer = np.append(numbers, np.zeros(step.made))
        refused = step.make(longer)
        if len(refused):
            stays[form.rows[refused]] = True
            continue
        steps.append(step)
        form, numbers = step.after, longer
