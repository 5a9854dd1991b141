"""Scaling by powers of two, so that the solver never sees tonnes beside gigawatts.

HiGHS drops coefficients below 1e-9; a matrix that spans more than that gave a wrong optimum with status optimal.
Powers of two change no digit, so scaling and unscaling are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from saltloop.solve.certificate import NaturalUnits

if TYPE_CHECKING:
    from saltloop.formulation.arrays import Arrays

_PASSES = 6
_SHORT = 8


@dataclass(frozen=True)
class Scaling:
    """Factors: scaled matrix = row * A * column; scaled value = value / (column * size); scaled cost = cost * column * worth."""

    row: np.ndarray
    column: np.ndarray
    size: float
    worth: float


def _power(values: np.ndarray) -> np.ndarray:
    powers: np.ndarray = np.exp2(np.round(np.log2(values)))
    return powers


@dataclass(frozen=True)
class _Lines:
    """The rows, or the columns, of a matrix as logarithms: lines of about one length together, the n-th entries of all of them side by side.

    Reducing such blocks takes a fifth of the time of products of sparse matrices.

    Args:
        blocks: positions of the lines (k,), the other index of their entries (length, k), logarithms of their magnitudes (length, k).
        count: of all lines, those without entries among them.
    """

    blocks: tuple[tuple[np.ndarray, np.ndarray, np.ndarray], ...]
    count: int

    @classmethod
    def of(cls, starts: np.ndarray, others: np.ndarray, sizes: np.ndarray) -> _Lines:
        """Lines of a compressed sparse matrix without zeros."""
        length = np.diff(starts)
        # Longer lines are filled up to a power of two by their last entry, which changes neither the smallest nor the largest.
        filled = np.where(length > _SHORT, np.exp2(np.ceil(np.log2(np.maximum(length, 1)))), length).astype(np.int32)
        blocks = []
        for n in np.flatnonzero(np.bincount(filled)).tolist():
            lines = np.flatnonzero(filled == n)
            entries = starts[lines] + np.minimum(np.arange(n, dtype=starts.dtype)[:, None], length[lines] - 1)
            if len(entries):
                blocks.append((lines, others.take(entries).astype(np.intp), sizes.take(entries)))
        return cls(tuple(blocks), len(length))

    def levelled(self, factors: np.ndarray) -> np.ndarray:
        """Logarithms of factors that bring the geometric middle of smallest and largest magnitude of every line to 1.

        Args:
            factors: logarithms of those of the other side.
        """
        found = np.zeros(self.count)
        for lines, others, sizes in self.blocks:
            scaled = factors.take(others)
            scaled += sizes
            found[lines] = -(scaled.min(axis=0) + scaled.max(axis=0)) / 2
        return found


def _sides(matrix: sparse.csr_array) -> tuple[_Lines, _Lines]:
    """The rows and the columns of a matrix without zeros."""
    magnitudes = np.abs(matrix.data)
    by_row = sparse.csr_array((np.log2(magnitudes, out=magnitudes), matrix.indices, matrix.indptr), shape=matrix.shape)
    rows, by_column = _Lines.of(by_row.indptr, by_row.indices, by_row.data), by_row.tocsc()
    return rows, _Lines.of(by_column.indptr, by_column.indices, by_column.data)


def _median(values: np.ndarray) -> float:
    chosen = np.abs(values[np.isfinite(values) & (values != 0)])
    return float(np.median(chosen)) if len(chosen) else 1.0


Bounds = tuple[np.ndarray, np.ndarray]


def scaling_of(coefficients: sparse.csr_array, row_bounds: Bounds, column_bounds: Bounds, first_costs: np.ndarray) -> Scaling:
    """Geometric scaling of the matrix, then one factor for all sizes and one for all costs.

    Args:
        coefficients: m rows by n columns; entries may be zero.
        row_bounds: lower and upper of each row.
        column_bounds: lower and upper of each column.
        first_costs: of each column in the first stage of the objective.
    """
    matrix = coefficients
    if not matrix.data.all():
        matrix = matrix.copy()
        matrix.eliminate_zeros()
    rows, columns = _sides(matrix)
    across = np.zeros(columns.count)
    for _ in range(_PASSES):
        down = rows.levelled(across)
        across = columns.levelled(down)
    row, column = np.exp2(np.round(down)), np.exp2(np.round(across))
    sizes = np.concatenate([*(side * row for side in row_bounds), *(side / column for side in column_bounds)])
    costs = first_costs * column
    return Scaling(row, column, float(_power(np.array([_median(sizes)]))[0]), float(_power(np.array([1 / _median(costs)]))[0]))


def scaling(arrays: Arrays) -> Scaling:
    """The scaling of a programme.

    Args:
        arrays: its matrix, bounds and first objective are looked at.
    """
    return scaling_of(arrays.matrix, arrays.row_bounds, arrays.column_bounds, arrays.costs())


def natural_units(scale: Scaling) -> NaturalUnits:
    """The units in which a solution is judged: the powers of two that bring every number near one."""
    return NaturalUnits(scale.size / scale.row, scale.size * scale.column, scale.row / scale.worth, 1 / (scale.column * scale.worth), scale.size / scale.worth)
