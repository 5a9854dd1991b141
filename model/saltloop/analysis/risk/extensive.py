"""Extensive form of a two-stage programme: one copy of the programme per state, all of which share what is decided first.

Capacities built and given up (FIRST) are one column for all states; everything else has a column in each. Three ways to weigh the states: the
expected value, the worst state, and the conditional value at risk: the mean of the worst share of the states, by the linear form of
Rockafellar and Uryasev (2000).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from saltloop.formulation.arrays import Arrays, arrays_of
from saltloop.formulation.program import Program

FIRST = ("new_capacity", "retired_capacity")
EXPECTED, WORST, CVAR = "expected", "worst", "cvar"


@dataclass(frozen=True)
class Measure:
    """How the values of the states are made one.

    Args:
        kind: expected, worst or cvar.
        share: of the worst states whose mean counts; only for cvar.
    """

    kind: str = EXPECTED
    share: float = 1.0

    def of(self, values: np.ndarray, chances: np.ndarray, higher: bool) -> float:
        """The measure of known values.

        Args:
            values: by state; nan: no plan, which makes the measure nan.
            chances: probability of each state.
            higher: whether more is better.
        """
        if np.isnan(values).any():
            return float("nan")
        if self.kind == EXPECTED:
            return float(values @ chances)
        order = np.argsort(values if higher else -values, kind="stable")
        if self.kind == WORST:
            return float(values[order[0]])
        before = np.concatenate([[0.0], np.cumsum(chances[order])[:-1]])
        weights = np.clip(np.minimum(chances[order], self.share - before), 0.0, None)
        return float(values[order] @ weights / weights.sum())


@dataclass(frozen=True, eq=False)
class Extensive:
    """The programme of all states together.

    Args:
        arrays: to be solved.
        first: positions, in the programme of one state, of the columns decided first.
    """

    arrays: Arrays
    first: np.ndarray

    def decided(self, values: np.ndarray) -> np.ndarray:
        """What a plan of the extensive form decides first, in the order of `first`."""
        return values[: len(self.first)]


def extensive_form(states: Sequence[Arrays], chances: np.ndarray, measure: Measure) -> Extensive:
    """All states in one programme; the same rows and columns for every measure, so that one can start from the basis of another.

    Args:
        states: programmes on one layout; their first objective counts.
        chances: probability of each.
        measure: what is optimised.
    """
    layout = states[0].layout
    shared = layout.columns_of(*FIRST)
    first, own = np.flatnonzero(shared), np.flatnonzero(~shared)
    higher = layout.senses[0] == "maximise"
    blocks = sparse.hstack([sparse.vstack([s.matrix[:, first] for s in states]), sparse.block_diag([s.matrix[:, own] for s in states])], format="csr")
    lower, upper = (np.concatenate([s.row_bounds[n] for s in states]) for n in (0, 1))
    lows = np.concatenate([np.max([s.column_bounds[0][first] for s in states], axis=0), *(s.column_bounds[0][own] for s in states)])
    highs = np.concatenate([np.min([s.column_bounds[1][first] for s in states], axis=0), *(s.column_bounds[1][own] for s in states)])
    values = _values(states, first, own)
    extra = _measured(measure, chances, higher)
    count, width = len(states), extra.columns
    costs = np.concatenate([(chances @ values) if measure.kind == EXPECTED else np.zeros(values.shape[1]), extra.costs])
    matrix = sparse.hstack([blocks, sparse.csr_array((blocks.shape[0], width))], format="csr")
    # value of the state against what the measure asks of it
    matrix = sparse.vstack([matrix, sparse.hstack([sparse.csr_array(values), extra.matrix])], format="csr")
    free = np.full(count, np.inf)
    lower, upper = np.concatenate([lower, np.zeros(count) if higher else -free]), np.concatenate([upper, free if higher else np.zeros(count)])
    lows, highs = np.concatenate([lows, extra.lower]), np.concatenate([highs, np.full(width, np.inf)])
    columns, rows = _lines("column", len(lows), lows, highs), _lines("row", len(lower), lower, upper)
    program = Program.of_frames(columns, rows, sparse.csr_array(matrix), ((layout.senses[0], costs),), "")
    return Extensive(arrays_of(program), first)


def _values(states: Sequence[Arrays], first: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Objective of each state as coefficients of the columns of all: states by columns."""
    found = np.zeros((len(states), len(first) + len(states) * len(own)))
    for n, state in enumerate(states):
        found[n, : len(first)] = state.costs()[first]
        start = len(first) + n * len(own)
        found[n, start : start + len(own)] = state.costs()[own]
    return found


@dataclass(frozen=True, eq=False)
class _Extra:
    """Columns that a measure adds, and their coefficients in one row per state: value of the state + matrix x columns >= 0 (<= 0)."""

    columns: int
    costs: np.ndarray
    lower: np.ndarray
    matrix: sparse.csr_array


def _measured(measure: Measure, chances: np.ndarray, higher: bool) -> _Extra:
    """A threshold for all states, and how far each stays below it; for the expected value both cost nothing.

    The worst state is the mean of a share of the states that is no more than any of them.
    """
    count, sign = len(chances), 1.0 if higher else -1.0
    share = float(np.min(chances)) if measure.kind == WORST else measure.share
    costs = np.zeros(1 + count) if measure.kind == EXPECTED else np.append(1.0, -sign * chances / share)
    below = sparse.hstack([sparse.csr_array(-np.ones((count, 1))), sign * sparse.eye_array(count)], format="csr")
    return _Extra(1 + count, costs, np.append(-np.inf, np.zeros(count)), below)


def _lines(family: str, count: int, lower: np.ndarray, upper: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"family": family, "key": [(n,) for n in range(count)], "unit": "1", "lower": lower, "upper": upper})
