"""Objectives in order: a later stage moves only among the optimal plans of the earlier ones."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np

from saltloop.solve.live import Live, State

_FACE = 1e-9
# Columns that move money between accounts without changing what is made.
_MONEY = ("charged", "allowance_buy", "allowance_sell")
OPTIMAL = "optimal"


@dataclass(frozen=True)
class First:
    """The optimum of the first stage, unscaled.

    Args:
        duals: of every row: change of the objective, in its own sense and unit, per unit more of the right side.
        basis: HiGHS's own object, the start of a next solve.
    """

    duals: np.ndarray
    basis: Any


def first_stage(live: Live) -> First:
    """Duals and basis of a first stage that has just been solved to its optimum."""
    scale, sign = live.scale, -1.0 if live.arrays.layout.senses[0] == "maximise" else 1.0
    duals = live.row_duals() * scale.row / scale.worth * sign
    return First(duals, live.solver.getBasis())


def reduced_costs(live: Live) -> np.ndarray:
    """Of every column after the first stage: change of the objective, in its own sense and unit, per unit more of it."""
    sign = -1.0 if live.arrays.layout.senses[0] == "maximise" else 1.0
    found: np.ndarray = np.array(live.solver.getSolution().col_dual) / (live.scale.column * live.scale.worth) * sign
    return found


def later_stages(live: Live) -> tuple[str, np.ndarray]:
    """Solve the stages after the first, then settle the charges.

    Returns:
        how it ended, as `Live.run` says it; the columns, unscaled and within their bounds.
    """
    start, status = time.perf_counter(), OPTIMAL
    for stage in range(1, len(live.arrays.layout.senses)):
        held = _face(live)
        live.put(replace(held, costs=live.wanted(stage).costs))
        status = live.run()
        if status != OPTIMAL:
            break
    values = _settled(live) * live.scale.column * live.scale.size
    live.seconds["later_stages"] = time.perf_counter() - start
    return status, np.clip(values, *live.arrays.column_bounds)


def _face(live: Live) -> State:
    """The state with everything held that the optimal duals say must stay, so that what follows moves only among optimal plans."""
    solution = live.solver.getSolution()

    def held(bounds: tuple[np.ndarray, np.ndarray], at: Any, duals: Any) -> tuple[np.ndarray, np.ndarray]:
        sign, activity = np.array(duals), np.array(at)
        bound = np.where(sign > 0, bounds[0], bounds[1])
        bound = np.where(np.isfinite(bound), bound, activity)
        moving = np.abs(sign) <= _FACE
        return np.where(moving, bounds[0], bound), np.where(moving, bounds[1], bound)

    columns = held(live.state.columns, solution.col_value, solution.col_dual)
    return replace(live.state, columns=columns, rows=held(live.state.rows, solution.row_value, solution.row_dual))


def _settled(live: Live) -> np.ndarray:
    """The plan with the tiers of charges filled from the cheapest, and no more allowances traded than it needs.

    Where no objective feels that money, every split is optimal and the solver's is arbitrary; all but the money stays as it is.
    Returns the scaled columns.
    """
    values, layout = live.values(), live.arrays.layout
    money = layout.columns_of(*_MONEY)
    if not any(family != "charged" or key[1] != 1 for family, key in (layout.columns[n] for n in np.flatnonzero(money))):
        return values
    face, fixed = _face(live), ~money & ~layout.columns_of("account")
    price = np.where(money, -(live.arrays.matrix.T @ layout.rows_of("account_definition").astype(float)), 0.0)
    columns = np.where(fixed, values, face.columns[0]), np.where(fixed, values, face.columns[1])
    live.put(replace(face, costs=price * live.scale.column, columns=columns))
    return live.values() if live.run() == OPTIMAL else values


def basic_columns(basis: Any) -> np.ndarray:
    """Whether each column is basic."""
    return np.array([status == highspy.HighsBasisStatus.kBasic for status in basis.col_status], dtype=bool)
