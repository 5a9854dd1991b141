"""What reductions share: all numbers of a case in one vector, and a programme as positions in it.

First stand the numbers of the programme, then a nought, then those that each reduction makes, so that what a reduction leaves alone is
never copied.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from saltloop.formulation.arrays import PARTS, Layout

# HiGHS's numbers of the status of a column or row in a basis.
LOWER, BASIC, UPPER = 0, 1, 2


@dataclass(frozen=True)
class Optimum:
    """A plan and its proof, or a direction in which one of them goes on for ever, of the columns and rows of the structure.

    A reduction puts in, on the way back, what it took: until then it is nothing there.

    Args:
        values: of every column.
        duals: of every row.
        reduced: costs of every column.
    """

    values: np.ndarray
    duals: np.ndarray
    reduced: np.ndarray


@dataclass(frozen=True)
class Statuses:
    """A basis: HiGHS's number of the status of every column and of every row."""

    columns: np.ndarray
    rows: np.ndarray


@dataclass(frozen=True, eq=False)
class Form:
    """A programme as positions in the vector of all numbers.

    Args:
        layout: of the programme.
        at: position of each of its numbers.
        rows: of each of its rows the position in the structure.
        columns: of each of its columns likewise.
    """

    layout: Layout
    at: np.ndarray
    rows: np.ndarray
    columns: np.ndarray

    def part(self, name: str) -> np.ndarray:
        """Positions of a part, by its name in PARTS."""
        found: np.ndarray = self.at[self.layout.parts[name]]
        return found

    def costs(self) -> np.ndarray:
        """Positions of the costs, stages by columns."""
        return self.part("costs").reshape(len(self.layout.senses), -1)

    def bounds(self, what: str) -> np.ndarray:
        """Positions of the lower and upper bounds, two by columns or rows.

        Args:
            what: column or row.
        """
        return np.stack([self.part(f"{what}_lower"), self.part(f"{what}_upper")])


@dataclass(frozen=True, eq=False)
class Source:
    """The numbers that something is made from.

    Args:
        asked: whether it is made from each of those before it.
    """

    asked: np.ndarray

    @staticmethod
    def of(count: int, *positions: np.ndarray) -> Source:
        """Some of the first numbers, by their positions."""
        asked = np.zeros(count, dtype=bool)
        for each in positions:
            asked[each] = True
        return Source(asked)

    def has_any(self, moved: np.ndarray | None) -> bool:
        """Whether one of the numbers that moved is among them, so that what is made from them is to be made anew; None: all did."""
        return moved is None or bool(self.asked[moved].any())


def kept(count: int, taken: np.ndarray) -> np.ndarray:
    """Positions that are not taken."""
    left = np.ones(count, dtype=bool)
    left[taken] = False
    return np.flatnonzero(left)


def places(count: int, kept: np.ndarray) -> np.ndarray:
    """Position of each among those kept; -1 for the others."""
    found = np.full(count, -1)
    found[kept] = np.arange(len(kept))
    return found


def spread(count: int, kept: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values at the positions kept, nothing elsewhere."""
    found = np.zeros(count, dtype=values.dtype)
    found[kept] = values
    return found


def ordered(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The smaller and the larger of each pair."""
    return np.minimum(first, second), np.maximum(first, second)


def starts_of(lengths: np.ndarray) -> np.ndarray:
    """First entry of each row, and the number of entries, from the number of entries of each."""
    return np.concatenate([[0], np.cumsum(lengths)])


def form_of(before: Form, rows: np.ndarray, columns: np.ndarray, lines: tuple[np.ndarray, np.ndarray], at: dict[str, np.ndarray]) -> Form:
    """The form of some rows and columns of a programme.

    Args:
        before: the programme.
        rows: that stay.
        columns: that stay.
        lines: starts and indices of the entries.
        at: positions of every part.
    """
    layout = before.layout
    names = tuple(map(layout.columns.__getitem__, columns.tolist())), tuple(map(layout.rows.__getitem__, rows.tolist()))
    units = tuple(map(layout.row_units.__getitem__, rows.tolist()))
    own = Layout.of_names(*names, units, layout.senses, *(line.astype(np.int32) for line in lines))
    return Form(own, np.concatenate([at[name].ravel() for name in PARTS]), before.rows[rows], before.columns[columns])
