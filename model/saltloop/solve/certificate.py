"""Judge a solution from the arrays alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from saltloop.solve.solution import Certificate, Measured

# Written arrays are judged without the programme that they came from.
if TYPE_CHECKING:
    from saltloop.formulation.arrays import Arrays

TOLERANCE = 1e-7
_NOUGHT = 1e-9
# In natural units: in a plan with larger columns the tolerance would be more than a natural unit.
_LARGEST = 1 / TOLERANCE
Bounds = tuple[np.ndarray, np.ndarray]


def _sum(first: np.ndarray, second: np.ndarray) -> float:
    """Sum of products, pairwise: more exact than a dot product, and without the threads that BLAS starts for one."""
    return float(np.sum(first * second))


@dataclass(frozen=True)
class NaturalUnits:
    """One natural unit of each thing that is judged, counted in the units of the programme.

    Args:
        rows: of the left side of each row.
        columns: of each column.
        row_duals: of the dual of each row.
        column_duals: of the reduced cost of each column.
        objective: of the objective.
    """

    rows: np.ndarray
    columns: np.ndarray
    row_duals: np.ndarray
    column_duals: np.ndarray
    objective: float


def _measured(violation: np.ndarray, size: Callable[[], Any], unit: np.ndarray) -> Measured:
    """The largest violation; the sizes of rows or columns are asked for only if there is one."""
    if not violation.any():
        return Measured(0.0, 0.0)
    return Measured(float(np.max(violation)), float(np.max(violation / (np.minimum(1.0, unit) + size()))))


def _largest_in_rows(matrix: sparse.csr_array, weights: np.ndarray) -> np.ndarray:
    """Largest |coefficient x weight of its column| of each row."""
    found, filled = np.zeros(matrix.shape[0]), np.flatnonzero(np.diff(matrix.indptr))
    if len(filled):
        found[filled] = np.maximum.reduceat(np.abs(matrix.data * weights[matrix.indices]), matrix.indptr[filled])
    return found


def _largest_in_columns(matrix: sparse.csr_array, weights: np.ndarray) -> np.ndarray:
    """Largest |coefficient x weight of its row| of each column."""
    found = np.zeros(matrix.shape[1])
    np.maximum.at(found, matrix.indices, np.abs(matrix.data * np.repeat(weights, np.diff(matrix.indptr))))
    return found


def _outside(values: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    outside: np.ndarray = np.maximum(np.maximum(lower - values, values - upper), 0.0)
    return outside


@dataclass(frozen=True)
class _Pointed:
    """Rows or columns with the bound that the sign of each dual points to.

    Args:
        dual: of each.
        bound: that bound, nothing where it is infinite.
        is_finite: whether it is finite.
    """

    dual: np.ndarray
    bound: np.ndarray
    is_finite: np.ndarray

    @classmethod
    def of(cls, dual: np.ndarray, upwards: np.ndarray, bounds: Bounds) -> _Pointed:
        """Duals, and for each whether it points to the upper bound."""
        bound = np.where(upwards, bounds[1], bounds[0])
        is_finite = np.isfinite(bound)
        return cls(dual, np.where(is_finite, bound, 0.0), is_finite)

    def endless(self) -> np.ndarray:
        """Magnitude of each dual that points to no bound."""
        found: np.ndarray = np.where(self.is_finite, 0.0, np.abs(self.dual))
        return found

    def products(self, values: np.ndarray) -> np.ndarray:
        """Dual times distance to its bound, where there is one."""
        found: np.ndarray = np.abs(self.dual * np.where(self.is_finite, self.bound - values, 0.0))
        return found


def certificate(
    matrix: sparse.csr_array,
    row_bounds: Bounds,
    column_bounds: Bounds,
    costs: np.ndarray,
    maximise: bool,
    values: np.ndarray,
    duals: np.ndarray,
    units: NaturalUnits | None = None,
) -> Certificate:
    """Judge a solution from the arrays alone.

    Primal and dual infeasibility, complementarity and objective gap are computed from A, bounds, costs, values and duals;
    nothing that the solver reports about itself is used. Duals are changes of the objective per unit more of the right
    side, so for a maximum a positive dual belongs to an upper bound, for a minimum to a lower one.

    Args:
        matrix: m rows by n columns.
        row_bounds: lower and upper of each row.
        column_bounds: lower and upper of each column.
        costs: objective coefficient of each column.
        maximise: sense of the objective.
        values: of the n columns.
        duals: of the m rows.
        units: natural units, so that a row counted in units so large that all its terms are tiny cannot hide a violation; None: all 1.

    Returns:
        Four pairs, absolute and relative to 1 + the largest term of that row or column (for the gap: of the objective); where the
        natural unit is smaller than 1 it stands in its place.

    Source: optimality conditions of linear programming.
    """
    m, n = matrix.shape
    units = units or NaturalUnits(np.ones(m), np.ones(n), np.ones(m), np.ones(n), 1.0)
    activity, reduced = matrix @ values, costs - matrix.T @ duals
    rows = _Pointed.of(duals, (duals > 0) == maximise, row_bounds)
    columns = _Pointed.of(reduced, (reduced > 0) == maximise, column_bounds)
    dual = [
        _measured(rows.endless(), lambda: np.max(np.abs(duals)), units.row_duals),
        _measured(columns.endless(), lambda: np.maximum(np.abs(costs), _largest_in_columns(matrix, duals)), units.column_duals),
    ]
    products = float(np.sum(rows.products(activity))) + float(np.sum(columns.products(values)))
    objective, dual_objective = _sum(costs, values), _sum(duals, rows.bound) + _sum(reduced, columns.bound)
    gap = abs(objective - dual_objective)
    terms = np.abs(costs * values).max(initial=0.0) + min(1.0, units.objective)
    return Certificate(
        _primal(matrix, activity, row_bounds, column_bounds, values, units),
        max(dual, key=lambda m: m.relative),
        Measured(products, float(products / terms)),
        Measured(gap, float(gap / terms)),
    )


def _primal(matrix: sparse.csr_array, activity: np.ndarray, row_bounds: Bounds, column_bounds: Bounds, values: np.ndarray, units: NaturalUnits) -> Measured:
    """How far values lie outside the bounds of rows and columns."""
    rows = _measured(_outside(activity, *row_bounds), lambda: _largest_in_rows(matrix, values), units.rows)
    columns = _measured(_outside(values, *column_bounds), lambda: np.abs(values), units.columns)
    return max(rows, columns, key=lambda m: m.relative)


def infeasibility(arrays: Arrays, values: np.ndarray) -> float:
    """How far a plan lies outside the bounds, relative to 1 + the largest term of that row or column.

    Args:
        arrays: the unscaled numbers.
        values: of every column.
    """
    m, n = arrays.layout.shape
    units = NaturalUnits(np.ones(m), np.ones(n), np.ones(m), np.ones(n), 1.0)
    return _primal(arrays.matrix, arrays.matrix @ values, arrays.row_bounds, arrays.column_bounds, values, units).relative


def _interval(weights: np.ndarray, bounds: Bounds, size: np.ndarray) -> tuple[float, float, float]:
    """Least and greatest of a weighted sum within bounds, and its largest finite term.

    A weight that is nothing beside the terms it is made of counts for nothing at an infinite bound.
    """
    noise = np.abs(weights) <= _NOUGHT * size
    endless = [np.where(noise, 0.0, np.copysign(np.inf, weights * np.sign(side))) for side in bounds]
    ends = [np.where(np.isfinite(side), weights * np.where(np.isfinite(side), side, 0.0), far) for side, far in zip(bounds, endless, strict=True)]
    terms = np.abs(np.concatenate(ends))
    largest = float(np.max(terms, initial=0.0, where=np.isfinite(terms)))
    return float(np.minimum(*ends).sum()), float(np.maximum(*ends).sum()), largest


def proves_infeasible(arrays: Arrays, multipliers: np.ndarray, units: np.ndarray | None = None) -> bool:
    """Whether multipliers of the rows prove that no plan exists.

    The weighted sum of the rows is one row; if the values that its bounds allow and those that the bounds of the columns allow
    have nothing in common, nothing fulfils all rows. Bounds that cross need no multipliers.

    Args:
        arrays: the unscaled numbers.
        multipliers: of each row; empty: none are known.
        units: natural unit of each column; if given, what rounding leaves at infinite bounds may only help a plan whose columns are ten million of these.

    Source: Farkas' lemma.
    """
    if any(np.any(lower - upper > _NOUGHT * np.abs(lower)) for lower, upper in (arrays.row_bounds, arrays.column_bounds)):
        return True
    if not len(multipliers):
        return False
    rows = _interval(multipliers, arrays.row_bounds, np.zeros(len(multipliers)))
    columns = _interval(arrays.matrix.T @ multipliers, arrays.column_bounds, _largest_in_columns(arrays.matrix, multipliers))
    gap = max(columns[0] - rows[1], rows[0] - columns[1])
    if gap > _NOUGHT * max(rows[2], columns[2]):
        return True
    return units is not None and any(_apart(arrays, sign * multipliers, units) for sign in (1.0, -1.0))


def _apart(arrays: Arrays, multipliers: np.ndarray, units: np.ndarray) -> bool:
    """Whether the weighted sum of the rows is less than the columns can make it, none of them larger than the largest that is thought of."""
    weights, (lower, upper) = arrays.matrix.T @ multipliers, arrays.column_bounds
    bound = np.where(weights > 0, lower, upper)
    endless = ~np.isfinite(bound)
    terms = np.where(endless, 0.0, weights * np.where(endless, 0.0, bound))
    most, largest = _interval(multipliers, arrays.row_bounds, np.zeros(len(multipliers)))[1:]
    left = float(np.sum(terms)) - most - _LARGEST * float(np.sum(np.abs(weights) * units, where=endless))
    return left > _NOUGHT * max(largest, float(np.max(np.abs(terms), initial=0.0)))


def proves_unbounded(arrays: Arrays, direction: np.ndarray) -> bool:
    """Whether a direction betters the objectives, in their order, without end and keeps every bound, from any plan that there is.

    Args:
        arrays: the unscaled numbers.
        direction: of each column.
    """
    moved, size = arrays.matrix @ direction, _largest_in_rows(arrays.matrix, direction)
    return (
        _betters(arrays, direction)
        and _stays(moved, arrays.row_bounds, size)
        and _stays(direction, arrays.column_bounds, np.full(len(direction), np.max(np.abs(direction), initial=0.0)))
    )


def _betters(arrays: Arrays, direction: np.ndarray) -> bool:
    """Whether the first objective that a direction moves becomes better."""
    for stage, sense in enumerate(arrays.layout.senses):
        terms = arrays.costs(stage) * direction
        gain = float(np.sum(terms)) * (1.0 if sense == "maximise" else -1.0)
        if abs(gain) > TOLERANCE * float(np.max(np.abs(terms), initial=0.0)):
            return gain > 0
    return False


def _stays(move: np.ndarray, bounds: Bounds, size: np.ndarray) -> bool:
    """Whether nothing moves towards a finite bound."""
    up, down = move > TOLERANCE * size, move < -TOLERANCE * size
    return not bool(np.any(up & np.isfinite(bounds[1])) or np.any(down & np.isfinite(bounds[0])))
