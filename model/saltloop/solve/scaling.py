"""Scaling by powers of two, so that the solver never sees tonnes beside gigawatts.

HiGHS drops coefficients below 1e-9; a matrix that spans more than that gave a wrong optimum with status optimal.
Powers of two change no digit, so scaling and unscaling are exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from saltloop.formulation.arrays import Arrays
from saltloop.solve.certificate import NaturalUnits

_PASSES = 6


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


def _middle(matrix: sparse.csr_array) -> np.ndarray:
    """Geometric middle of the smallest and largest magnitude of each row; 1 for an empty one."""
    magnitude = np.abs(matrix.data)
    middle = np.ones(matrix.shape[0])
    filled = np.flatnonzero(np.diff(matrix.indptr))
    starts = matrix.indptr[filled]
    if len(starts):
        middle[filled] = np.sqrt(np.minimum.reduceat(magnitude, starts) * np.maximum.reduceat(magnitude, starts))
    return middle


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
    matrix = coefficients.copy()
    matrix.eliminate_zeros()
    row, column = np.ones(matrix.shape[0]), np.ones(matrix.shape[1])
    for _ in range(_PASSES):
        row = row / _middle(sparse.csr_array(sparse.diags_array(row) @ matrix @ sparse.diags_array(column)))
        column = column / _middle(sparse.csr_array((sparse.diags_array(row) @ matrix @ sparse.diags_array(column)).T))
    row, column = _power(row), _power(column)
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
