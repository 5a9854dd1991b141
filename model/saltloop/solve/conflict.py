"""Why there is no plan: the smallest set of rows and bounds that contradict each other, or the ray that makes money without end."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np

from saltloop.formulation.program import Program
from saltloop.solve.highs import Live, Options, hand_over

IIS_FROM_LP_IRREDUCIBLE = 6


@dataclass(frozen=True)
class Conflict:
    """Rows and columns, by position, that cannot hold together; dropping any one leaves the others possible.

    Args:
        rows: positions of rows.
        columns: positions of columns whose bound takes part.
        complete: False if the search was stopped, so that the set may be larger than needed.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    complete: bool


@dataclass(frozen=True)
class Ray:
    """Columns that can grow together without end, with their rates (largest 1)."""

    columns: tuple[tuple[int, float], ...]


def conflict(program: Program, time_limit: float = 20.0) -> Conflict:
    """The irreducible conflict of an infeasible programme.

    The default strategy of HiGHS may answer with an empty set; strategy 6 (from the LP, irreducible) does not.

    Args:
        program: an infeasible programme.
        time_limit: seconds for the search.
    """
    live = hand_over(program, Options(ranging=False))
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
