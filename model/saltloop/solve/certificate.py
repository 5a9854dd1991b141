"""Judge a solution from the arrays alone."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from saltloop.solve.solution import Certificate, Measured

TOLERANCE = 1e-7


def _measured(violation: np.ndarray, size: np.ndarray) -> Measured:
    if not len(violation):
        return Measured(0.0, 0.0)
    return Measured(float(np.max(violation)), float(np.max(violation / (1 + size))))


def _largest(matrix: sparse.csr_array, weights: np.ndarray) -> np.ndarray:
    """Largest |coefficient x weight| of each row."""
    terms = abs(sparse.csr_array(matrix @ sparse.diags_array(weights)))
    return np.asarray(terms.max(axis=1).todense(), dtype=float).ravel() if terms.nnz else np.zeros(matrix.shape[0])


def _outside(values: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    outside: np.ndarray = np.maximum(np.maximum(lower - values, values - upper), 0.0)
    return outside


def _product(dual: np.ndarray, values: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Dual times distance to the bound that its sign points to; the dual itself where there is no such bound."""
    bound = np.where(dual > 0, upper, lower)
    distance = np.where(np.isfinite(bound), np.abs(np.where(np.isfinite(bound), bound, 0.0) - values), 0.0)
    product: np.ndarray = np.abs(dual) * distance
    return product


def certificate(
    matrix: sparse.csr_array,
    row_bounds: tuple[np.ndarray, np.ndarray],
    column_bounds: tuple[np.ndarray, np.ndarray],
    costs: np.ndarray,
    maximise: bool,
    values: np.ndarray,
    duals: np.ndarray,
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

    Returns:
        Four pairs, absolute and relative to 1 + the largest term of that row or column (for the gap: of the objective).

    Source: optimality conditions of linear programming.
    """
    activity, transposed = matrix @ values, sparse.csr_array(matrix.T)
    sign = 1.0 if maximise else -1.0
    reduced = costs - transposed @ duals
    primal = [_measured(_outside(activity, *row_bounds), _largest(matrix, values)), _measured(_outside(values, *column_bounds), np.abs(values))]
    row_sign, column_sign = sign * duals, sign * reduced
    no_bound_rows = np.where(row_sign > 0, ~np.isfinite(row_bounds[1]), ~np.isfinite(row_bounds[0])) * np.abs(row_sign)
    no_bound_columns = np.where(column_sign > 0, ~np.isfinite(column_bounds[1]), ~np.isfinite(column_bounds[0])) * np.abs(column_sign)
    largest_cost = np.maximum(np.abs(costs), _largest(transposed, duals))
    dual = [_measured(no_bound_rows, np.full(len(duals), np.max(np.abs(duals), initial=0.0))), _measured(no_bound_columns, largest_cost)]
    objective = float(costs @ values)
    products = np.concatenate([_product(row_sign, activity, *row_bounds), _product(column_sign, values, *column_bounds)])
    dual_objective = _bound_value(row_sign, duals, row_bounds) + _bound_value(column_sign, reduced, column_bounds)
    gap = abs(objective - dual_objective)
    terms = np.abs(costs * values).max(initial=0.0)
    return Certificate(
        max(primal, key=lambda m: m.relative),
        max(dual, key=lambda m: m.relative),
        Measured(float(products.sum()), float(products.sum() / (1 + terms))),
        Measured(gap, gap / (1 + terms)),
    )


def _bound_value(sign: np.ndarray, dual: np.ndarray, bounds: tuple[np.ndarray, np.ndarray]) -> float:
    """Sum of dual times the bound that its sign points to; infinite bounds are judged as infeasible duals elsewhere."""
    bound = np.where(sign > 0, bounds[1], bounds[0])
    return float(dual @ np.where(np.isfinite(bound), bound, 0.0))
