"""A row of one column is a bound of it, b_i / a_ij; one of no column, or without bounds, says nothing.

On the way back a reduced cost d_j that points to such a bound is the row's: y_i = d_j / a_ij.

Source: Andersen and Andersen (1995), Presolving in linear programming, Mathematical Programming 71, 221-245.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from saltloop.solve.reduce.form import BASIC, LOWER, UPPER, Form, Optimum, Source, Statuses, form_of, kept, ordered, places, starts_of

# Bounds that cross by no more than this share are equal.
_CROSSED = 1e-12


@dataclass(frozen=True, eq=False)
class Bounding:
    """Rows of one column, which are bounds of it, and rows of no column or without bounds, which say nothing.

    Args:
        before: the programme with them.
        rows: of one column.
        idle: rows of no column.
        unbounded: rows of several columns without bounds.
        first: position of the first number that is made.
    """

    before: Form
    rows: np.ndarray
    idle: np.ndarray
    unbounded: np.ndarray
    first: int

    @cached_property
    def kept_rows(self) -> np.ndarray:
        """Rows that stay."""
        return kept(self.before.layout.shape[0], np.concatenate([self.rows, self.idle, self.unbounded]))

    @property
    def kept_columns(self) -> np.ndarray:
        """All."""
        return np.arange(self.before.layout.shape[1])

    @cached_property
    def columns(self) -> np.ndarray:
        """Column of each row of one."""
        layout = self.before.layout
        found: np.ndarray = layout.indices[layout.starts[self.rows]]
        return found

    @cached_property
    def _met(self) -> tuple[np.ndarray, np.ndarray]:
        """The columns that have such rows, and of each row the place of its column among them."""
        found: tuple[np.ndarray, np.ndarray] = np.unique(self.columns, return_inverse=True)
        return found

    @cached_property
    def _entries(self) -> np.ndarray:
        """Position among all numbers of the entry of each row of one column."""
        found: np.ndarray = self.before.part("entries")[self.before.layout.starts[self.rows]]
        return found

    @cached_property
    def _sides(self) -> np.ndarray:
        """Positions of both bounds of every row."""
        return self.before.bounds("row")

    @cached_property
    def _own(self) -> np.ndarray:
        """Positions of both bounds of the columns met."""
        return self.before.bounds("column")[:, self._met[0]]

    @cached_property
    def after(self) -> Form:
        """The programme without them."""
        before, rows = self.before.layout, self.kept_rows
        stay = np.flatnonzero(places(before.shape[0], rows)[before.entry_rows] >= 0)
        bounds = self.before.bounds("column")
        bounds[:, self._met[0]] = self.first + np.arange(self.made).reshape(2, -1)
        lower, upper = self._sides[:, rows]
        stand = {"costs": self.before.part("costs"), "column_lower": bounds[0], "column_upper": bounds[1], "row_lower": lower, "row_upper": upper}
        stand["entries"] = self.before.part("entries")[stay]
        return form_of(self.before, rows, self.kept_columns, (starts_of(np.diff(before.starts)[rows]), before.indices[stay]), stand)

    @property
    def made(self) -> int:
        """How many numbers are made."""
        return 2 * len(self._met[0])

    @cached_property
    def _source(self) -> Source:
        """What the bounds are made from."""
        rows = np.concatenate([self.rows, self.idle, self.unbounded])
        return Source.of(self.first, self._entries, self._sides[:, rows], self._own)

    def make(self, numbers: np.ndarray, moved: np.ndarray | None = None) -> np.ndarray:
        """Put the numbers that are made into the vector of all numbers.

        Args:
            numbers: all numbers; those that are made may stand there from another case.
            moved: positions of the numbers before them that differ from that case; None: none stand there.

        Returns:
            rows of a case that do not hold what is asked of them, as positions; if there are any, nothing is made.
        """
        if not self._source.has_any(moved):
            return np.zeros(0, dtype=np.intp)
        refused = self._refused(numbers)
        if len(refused):
            return refused
        lower, upper = numbers[self._own]
        low, high = self._said(numbers)
        np.maximum.at(lower, self._met[1], low)
        np.minimum.at(upper, self._met[1], high)
        with np.errstate(invalid="ignore"):
            crossed = np.flatnonzero((lower > upper) & (lower - upper <= _CROSSED * np.abs(upper)))
        lower[crossed] = upper[crossed]
        numbers[self.first : self.first + self.made] = np.concatenate([lower, upper])
        return refused

    def _refused(self, numbers: np.ndarray) -> np.ndarray:
        idle, unbounded = numbers[self._sides[:, self.idle]], numbers[self._sides[:, self.unbounded]]
        empty = self.rows[numbers[self._entries] == 0]
        return np.concatenate([empty, self.idle[(idle[0] > 0) | (idle[1] < 0)], self.unbounded[np.isfinite(unbounded).any(axis=0)]])

    def _said(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What the rows of one column say of it: lower and upper."""
        return ordered(*(numbers[self._sides[:, self.rows]] / numbers[self._entries]))

    def _owners(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of every column met the place among the rows of the one that sets its lower, and its upper bound; -1: no row does."""
        of_row = self._met[1]
        found = []
        for own, said, way in zip(numbers[self._own], self._said(numbers), (1.0, -1.0), strict=True):
            tightest, owner = way * own, np.full(len(own), -1)
            np.maximum.at(tightest, of_row, way * said)
            sets = np.flatnonzero((way * said == tightest[of_row]) & (way * said > way * own[of_row]))
            # Of several that say the same the first.
            owner[of_row[sets[::-1]]] = sets[::-1]
            found.append(owner)
        return found[0], found[1]

    def restore(self, numbers: np.ndarray, found: Optimum) -> None:
        """Put the duals of the rows into the optimum of the programme without them, for the reduced costs that they explain.

        Args:
            numbers: all numbers of the case.
            found: gets them.
        """
        self._restore(numbers, found, self.before.layout.senses[0] == "maximise")

    def restore_direction(self, numbers: np.ndarray, found: Optimum) -> None:
        """Likewise for a direction, that of duals as HiGHS gives it, who minimises."""
        self._restore(numbers, found, False)

    def _restore(self, numbers: np.ndarray, found: Optimum, maximise: bool) -> None:
        lower, upper = self._owners(numbers)
        columns = self.before.columns[self._met[0]]
        reduced = found.reduced[columns]
        owner = np.where(reduced == 0, -1, np.where((reduced > 0) == maximise, upper, lower))
        taken = np.flatnonzero(owner >= 0)
        rows = owner[taken]
        found.duals[self.before.rows[self.rows[rows]]] = reduced[taken] / numbers[self._entries[rows]]
        found.reduced[columns[taken]] = 0.0

    def contradiction(self, numbers: np.ndarray) -> np.ndarray:
        """Multipliers of the rows that set bounds of one column which cross; empty if none do."""
        made = numbers[self.first : self.first + self.made].reshape(2, -1)
        crossed = np.flatnonzero(made[0] > made[1])
        if not len(crossed):
            return np.zeros(0)
        column, duals = crossed[0], np.zeros(self.before.layout.shape[0])
        for owner, way in zip(self._owners(numbers), (1.0, -1.0), strict=True):
            if owner[column] >= 0:
                duals[self.rows[owner[column]]] = way / numbers[self._entries[owner[column]]]
        return duals

    def full_basis(self, numbers: np.ndarray, basis: Statuses) -> Statuses:
        """The basis of the programme with them: a column at the bound that a row sets is basic, the row at that bound."""
        columns, rows = basis.columns.copy(), np.full(self.before.layout.shape[0], BASIC, dtype=basis.rows.dtype)
        rows[self.kept_rows] = basis.rows
        entries = numbers[self._entries]
        for owner, status, other in zip(self._owners(numbers), (LOWER, UPPER), (UPPER, LOWER), strict=True):
            at = np.flatnonzero((owner >= 0) & (basis.columns[self._met[0]] == status))
            columns[self._met[0][at]] = BASIC
            rows[self.rows[owner[at]]] = np.where(entries[owner[at]] > 0, status, other)
        return Statuses(columns, rows)

    def lean_basis(self, numbers: np.ndarray, basis: Statuses) -> Statuses:
        """The basis of the programme without them: a column whose row lies at its bound lies there itself."""
        columns, entries = basis.columns.copy(), numbers[self._entries]
        for status, other in ((LOWER, UPPER), (UPPER, LOWER)):
            at = np.flatnonzero(basis.rows[self.rows] == status)
            columns[self.columns[at]] = np.where(entries[at] > 0, status, other)
        return Statuses(columns, basis.rows[self.kept_rows])
