"""Which rows of a programme can go, by the numbers of one case."""

from __future__ import annotations

import numpy as np

from saltloop.formulation.arrays import Arrays
from saltloop.solve.reduce.bounding import Bounding
from saltloop.solve.reduce.form import Form

# A pair whose coefficient is smaller than this share of the largest of its row, both scaled, would make large what is small.
_PIVOT = 1e-3
# Entries that a pair may add to the programme beside those that it takes away.
_FILL = 10


def bounding(form: Form, arrays: Arrays, stays: np.ndarray, first: int) -> Bounding:
    """Every row of one column, of none, or without bounds."""
    length, (lower, upper) = np.diff(arrays.layout.starts), arrays.row_bounds
    one = np.flatnonzero((length == 1) & ~stays)
    one = one[arrays.part("entries")[arrays.layout.starts[one]] != 0]
    idle = (length == 0) & (lower <= 0) & (upper >= 0)
    unbounded = (length > 1) & ~np.isfinite(lower) & ~np.isfinite(upper)
    return Bounding(form, one, np.flatnonzero(idle & ~stays), np.flatnonzero(unbounded & ~stays), first)


def pivots_of(arrays: Arrays, rows: np.ndarray, columns: np.ndarray, stays: np.ndarray) -> np.ndarray:
    """Entries of pairs of a row and a column that it says, none in the way of another; those that leave fewest entries first.

    Args:
        arrays: of a case.
        rows: factors that scale them.
        columns: likewise.
        stays: whether each row is to stay.
    """
    layout = arrays.layout
    (m, n), entry_rows, indices = layout.shape, layout.entry_rows, layout.indices
    length, height = np.diff(layout.starts)[entry_rows], np.bincount(indices, minlength=n)[indices]
    left = (length - 1) * (height - 1) - (length + height - 1)
    candidates = np.flatnonzero(_says(arrays) & _is_stable(arrays, rows, columns) & (left <= _FILL) & ~stays[entry_rows])
    by_column, begin = np.argsort(indices, kind="stable"), np.searchsorted(np.sort(indices), np.arange(n + 1))
    met_rows, met_columns, found = np.zeros(m, dtype=bool), np.zeros(n, dtype=bool), list[int]()
    for entry in candidates[np.argsort(left[candidates], kind="stable")].tolist():
        row, column = entry_rows[entry], indices[entry]
        if not (met_rows[row] or met_columns[column]):
            found.append(entry)
            met_columns[indices[layout.starts[row] : layout.starts[row + 1]]] = True
            met_rows[entry_rows[by_column[begin[column] : begin[column + 1]]]] = True
    return np.array(found, dtype=np.intp)


def _says(arrays: Arrays) -> np.ndarray:
    """Whether the row of each entry is an equation that keeps its column within the column's bounds, whatever the others do within theirs."""
    layout, entries = arrays.layout, arrays.part("entries")
    rows, bounds = layout.entry_rows, [side[layout.indices] for side in arrays.column_bounds]
    lower, upper = arrays.row_bounds
    with np.errstate(invalid="ignore", divide="ignore"):
        ends = [np.where(entries == 0, 0.0, entries * side) for side in bounds]
        others = (_without_own(side, rows, layout.shape[0]) for side in (np.minimum(*ends), np.maximum(*ends)))
        implied = [(lower[rows] - side) / entries for side in others]
        inside = (np.minimum(*implied) >= bounds[0]) & (np.maximum(*implied) <= bounds[1])
    found: np.ndarray = inside & (lower == upper)[rows] & (entries != 0)
    return found


def _without_own(terms: np.ndarray, rows: np.ndarray, count: int) -> np.ndarray:
    """Of every term the sum of the other terms of its row; those that are infinite are all of one sign."""
    endless = ~np.isfinite(terms)
    finite, far = np.where(endless, 0.0, terms), np.sign(terms[endless]).max(initial=-1.0)
    others: np.ndarray = np.bincount(rows, finite, count)[rows] - finite
    return np.where(np.bincount(rows, endless, count)[rows] - endless > 0, far * np.inf, others)


def _is_stable(arrays: Arrays, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Whether each coefficient, scaled, is not small beside the largest of its row."""
    layout = arrays.layout
    size = np.abs(arrays.part("entries")) * rows[layout.entry_rows] * columns[layout.indices]
    largest = np.zeros(layout.shape[0])
    np.maximum.at(largest, layout.entry_rows, size)
    found: np.ndarray = size >= _PIVOT * largest[layout.entry_rows]
    return found
