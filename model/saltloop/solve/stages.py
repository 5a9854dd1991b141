"""Objectives in order: a later stage moves only among the optimal plans of the earlier ones."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np

from saltloop.formulation.arrays import Layout
from saltloop.solve.live import Live, State, numbers

_FACE = 1e-9
# The reduced cost of a basic column is nothing; what is computed of it may be as much as this.
_ROUNDING = 1e-7
# Columns that move money between accounts without changing what is made.
_MONEY = ("charged", "allowance_buy", "allowance_sell")
OPTIMAL = "optimal"
LOST = "stopped: the plan of an earlier objective was lost in a later one"


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
    live.stands = True
    return First(duals, live.solver.getBasis())


def reduced_costs(live: Live) -> np.ndarray:
    """Of every column after the first stage: change of the objective, in its own sense and unit, per unit more of it."""
    sign = -1.0 if live.arrays.layout.senses[0] == "maximise" else 1.0
    found: np.ndarray = numbers(live.solver.getSolution().col_dual) / (live.scale.column * live.scale.worth) * sign
    return found


@dataclass(frozen=True)
class _Optimum:
    """An optimum of one stage, scaled, of the minimum that HiGHS solves.

    Args:
        values: of every column.
        activity: of every row.
        reduced: costs of every column.
        duals: of every row.
    """

    values: np.ndarray
    activity: np.ndarray
    reduced: np.ndarray
    duals: np.ndarray


def later_stages(live: Live) -> tuple[str, np.ndarray]:
    """Solve the stages after the first, then settle the charges.

    A stage for which the plan at hand is proven optimal already is not given to the solver, which then keeps standing where it stands.

    Returns:
        how it ended, as `Live.run` says it, though never infeasible; the columns, unscaled and within their bounds.
    """
    start, status, layout = time.perf_counter(), OPTIMAL, live.arrays.layout
    if len(layout.senses) == 1 and not len(settling_rows(layout)):
        values = live.values()
    else:
        status, values = _later(live)
    live.seconds["later_stages"] = time.perf_counter() - start
    return status, np.clip(values * live.scale.column * live.scale.size, *live.arrays.column_bounds)


def _later(live: Live) -> tuple[str, np.ndarray]:
    """How the later stages ended, and the columns, scaled."""
    optimum, state = _optimum(live), live.state
    for stage in range(1, len(live.arrays.layout.senses)):
        state = replace(_face(state, optimum), costs=live.wanted(stage).costs)
        status, optimum = _next(live, state, optimum)
        if status != OPTIMAL:
            return status, optimum.values
    return OPTIMAL, _settled(live, state, optimum)


def _optimum(live: Live) -> _Optimum:
    """What the solver has found."""
    values, duals, matrix = live.values(), live.row_duals(), live.scaled().matrix
    return _Optimum(values, matrix @ values, live.state.costs - matrix.T @ duals, duals)


def _next(live: Live, state: State, optimum: _Optimum) -> tuple[str, _Optimum]:
    """The optimum of a state, from that of another whose plan it allows."""
    stays = _same_plan(live, state, optimum)
    return (OPTIMAL, stays) if stays is not None else _solved(live, state, optimum)


def _solved(live: Live, state: State, optimum: _Optimum) -> tuple[str, _Optimum]:
    """The optimum of a state, from where the solver stands; the one at hand if it finds none."""
    live.stands = False
    live.put(state)
    status = live.run()
    if status == "infeasible":  # which it is not: the plan at hand is one
        status = live.run_unreduced()
    return LOST if status == "infeasible" else status, _optimum(live) if status == OPTIMAL else optimum


def _same_plan(live: Live, state: State, optimum: _Optimum) -> _Optimum | None:
    """The plan at hand with duals that prove it optimal for other costs; None if those of its basis do not.

    They prove it if every reduced cost and dual that is not nothing points to a bound at which the plan lies.
    """
    outcome, basic = live.solver.getBasicVariables()
    if outcome != highspy.HighsStatus.kOk:
        return None
    outcome, duals = live.solver.getBasisTransposeSolve(np.where(basic >= 0, state.costs[np.maximum(basic, 0)], 0.0))
    if outcome != highspy.HighsStatus.kOk:
        return None
    reduced = state.costs - live.scaled().matrix.T @ duals
    proven = _points_home(reduced, optimum.values, state.columns) and _points_home(duals, optimum.activity, state.rows)
    return replace(optimum, reduced=reduced, duals=duals) if proven else None


def _points_home(signs: np.ndarray, at: np.ndarray, bounds: tuple[np.ndarray, np.ndarray]) -> bool:
    """Whether everything lies at the bound that its sign points to."""
    up, down = np.flatnonzero(signs > _FACE), np.flatnonzero(signs < -_FACE)
    return bool(np.all(at[up] <= bounds[0][up] + _FACE) and np.all(at[down] >= bounds[1][down] - _FACE))


def _face(state: State, optimum: _Optimum) -> State:
    """A state with everything held that the optimal duals say must stay, so that what follows moves only among optimal plans.

    The plan at hand is one of them, whatever rounding has done to its duals.
    """

    def held(bounds: tuple[np.ndarray, np.ndarray], activity: np.ndarray, sign: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        bound = np.where(sign > 0, bounds[0], bounds[1])
        is_there = np.isfinite(bound) & (np.abs(activity - bound) <= _FACE * (1 + np.abs(bound)))
        moving = np.abs(sign) <= np.where(is_there, _FACE, _ROUNDING)
        at = np.where(is_there, bound, activity)
        return np.where(moving, bounds[0], at), np.where(moving, bounds[1], at)

    return replace(state, columns=held(state.columns, optimum.values, optimum.reduced), rows=held(state.rows, optimum.activity, optimum.duals))


def settling_rows(layout: Layout) -> np.ndarray:
    """Rows with money that can be moved between accounts without changing what is made, as positions."""
    money = layout.columns_of(*_MONEY)
    if not any(family != "charged" or key[1] != 1 for family, key in (layout.columns[n] for n in np.flatnonzero(money))):
        return np.zeros(0, dtype=np.intp)
    found: np.ndarray = np.unique(layout.entry_rows[money[layout.indices]])
    return found


def _settled(live: Live, state: State, optimum: _Optimum) -> np.ndarray:
    """The plan with the tiers of charges filled from the cheapest, no site in a tier for more than it owes, and no more allowances traded than it needs.

    Where no objective feels that money, every split is optimal and the solver's is arbitrary; all but the money stays as it is.
    Returns the scaled columns.
    """
    values, layout = optimum.values, live.arrays.layout
    money = layout.columns_of(*_MONEY)
    if not len(settling_rows(layout)):
        return values
    face, fixed = _face(state, optimum), ~money & ~layout.columns_of("account")
    price = np.where(money, -(live.arrays.matrix.T @ layout.rows_of("account_definition").astype(float)), 0.0)
    least = _least_charged(live, values)
    columns = np.where(fixed, values, np.maximum(face.columns[0], least)), np.where(fixed, values, face.columns[1])
    settle = _solved if np.any(values < least - _FACE) else _next
    return settle(live, replace(face, costs=price * live.scale.column, columns=columns), optimum)[1].values


def _least_charged(live: Live, values: np.ndarray) -> np.ndarray:
    """For every column that is a part of what a site is charged for, nothing, or all of it where that is negative; scaled, and -inf for other columns.

    The first tier is free, so that what one more unit costs is known where there is none. Among several sites it could stand below nothing at one and
    so make room for another.
    """
    layout, size = live.arrays.layout, live.scale.column * live.scale.size
    inside = layout.columns_of("charged")[layout.indices] & layout.rows_of("charge_base")[layout.entry_rows]
    row, column = layout.entry_rows[inside], layout.indices[inside]
    owed = np.bincount(row, weights=(values * size)[column], minlength=layout.shape[0])
    found = np.full(len(values), -np.inf)
    found[column] = np.minimum(owed[row], 0.0) / size[column]
    return found


def basic_columns(basis: Any) -> np.ndarray:
    """Whether each column is basic."""
    return np.array([status == highspy.HighsBasisStatus.kBasic for status in basis.col_status], dtype=bool)
