"""Why there is no plan: the smallest set of rows and bounds that contradict each other, or the ray that makes money without end."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np

from saltloop.formulation.arrays import Arrays, arrays_of
from saltloop.formulation.program import RULE, Program
from saltloop.solve.elastic import Elastic
from saltloop.solve.live import Live, Options, hand_over

IIS_FROM_LP_IRREDUCIBLE = 6
_HEAVIEST = 8
# Rows up to which the solver's own search is quick, and its answer short enough to read.
_SMALL = 1_500


@dataclass(frozen=True)
class Conflict:
    """Rows and columns, by position, that cannot hold together; dropping any one leaves the others possible.

    Args:
        rows: positions of rows.
        columns: positions of columns whose bound takes part.
        complete: False if the search was stopped, so that the set may be larger than needed.
        rules_only: True if no rule can be left out, while of the physical limits only the weightiest are named.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    complete: bool
    rules_only: bool = False


@dataclass(frozen=True)
class Ray:
    """Columns that can grow together without end, with their rates (largest 1)."""

    columns: tuple[tuple[int, float], ...]


def conflict(program: Program, time_limit: float = 20.0) -> Conflict:
    """What of an infeasible programme contradicts each other.

    A small programme gets the irreducible set of the solver's own search. On a large one that search loses its way, and a set of a thousand
    capacities tells nobody anything: there the rules that contradict each other are found by what they cost and by leaving out one at
    a time, all physical limits standing as they are; of those the weightiest are named.

    Args:
        program: an infeasible programme.
        time_limit: seconds for each of the steps.
    """
    arrays = arrays_of(program)
    if arrays.layout.shape[0] <= _SMALL:
        small = _irreducible(arrays, time_limit)
        if small.rows:
            return small
    elastic = Elastic(arrays, np.flatnonzero(arrays.layout.rows_of(RULE)), time_limit)
    found = elastic.cheapest()
    if not found.priced:
        return _without_rules(arrays, time_limit)
    weights = np.where(arrays.layout.rows_of(RULE), 0.0, found.weights)
    heaviest = tuple(int(n) for n in np.argsort(-weights, kind="stable")[:_HEAVIEST] if weights[n] > 0)
    return Conflict((*elastic.needed(found.priced), *heaviest), (), False, rules_only=True)


def _without_rules(arrays: Arrays, time_limit: float) -> Conflict:
    """A contradiction among the physical limits themselves."""
    suspects = np.array(Elastic(arrays, range(arrays.layout.shape[0]), time_limit).cheapest().priced, dtype=int)
    found = _irreducible(_only(arrays, suspects), time_limit) if len(suspects) else Conflict((), (), False)
    rows = tuple(int(suspects[row]) for row in found.rows) or tuple(map(int, suspects))
    return Conflict(rows, found.columns, found.complete and bool(found.rows))


def _only(arrays: Arrays, rows: np.ndarray) -> Arrays:
    """The programme with these rows alone."""
    named = arrays.layout.named
    bounds = {side: found[rows] for side, found in zip(("lower", "upper"), arrays.row_bounds, strict=True)}
    columns = named.columns.assign(lower=arrays.column_bounds[0], upper=arrays.column_bounds[1])
    stages = (("minimise", np.zeros(arrays.layout.shape[1])),)
    kept = named.rows.iloc[rows].reset_index(drop=True).assign(**bounds)
    return arrays_of(Program.of_frames(columns, kept, arrays.matrix[rows], stages, named.objective_unit))


def _irreducible(arrays: Arrays, time_limit: float) -> Conflict:
    """The solver's own search; its default strategy may answer with an empty set, number 6 (from the LP, irreducible) does not."""
    live = hand_over(arrays, Options(ranging=False))
    live.solver.setOptionValue("iis_strategy", IIS_FROM_LP_IRREDUCIBLE)
    live.solver.setOptionValue("iis_time_limit", float(time_limit))
    live.solver.run()
    _, found = live.solver.getIis()
    free = int(highspy.IisBoundStatus.kIisBoundStatusFree)
    columns = tuple(int(c) for c, status in zip(found.col_index_, found.col_bound_, strict=True) if int(status) != free)
    return Conflict(tuple(int(r) for r in found.row_index_), columns, bool(found.valid_))


def ray(live: Live) -> Ray:
    """The unbounded direction that the solver found, in the units of the columns."""
    outcome = live.solver.getPrimalRay()
    values = np.asarray(outcome[2]) if len(outcome) > 2 else np.zeros(0)
    if not len(values):
        return Ray(())
    direction = values * live.scale.column
    largest = np.max(np.abs(direction))
    moving = np.flatnonzero(np.abs(direction) > 1e-6 * largest)
    return Ray(tuple((int(n), float(direction[n] / largest)) for n in moving))
