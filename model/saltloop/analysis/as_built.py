"""A scenario with the capacities of an earlier run: what was built and given up there is held, and only the operation is planned anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from saltloop.errors import InputError, Place, Problem, message
from saltloop.formulation.program import Program
from saltloop.results.run import PROGRAM, Run

CHOSEN = ("new_capacity", "retired_capacity")
NOT_ALLOWED = message(
    "R170",
    ("run '{run}' builds or gives up what this scenario cannot: {items}", "运行“{run}”新建或退役了本情景中没有的产能：{items}"),
    (
        "let the scenario build the same (capacity.may_build, capacity.may_retire), with the same pack, areas and periods, or name another run",
        "请让情景允许同样的产能（capacity.may_build、capacity.may_retire），数据包、区域与时期相同，或改用另一次运行",
    ),
)
HELD = message(
    "R171",
    ("capacities are held as built in {run}: this scenario builds and gives up nothing of its own", "产能按 {run} 建成后的状态固定：本情景自身不新建、不退役"),
    ("leave --as-built out to plan capacities as well", "如需同时规划产能，请去掉 --as-built"),
    warning=True,
)
# A capacity that is held may lie this much below, so that rounding cannot make a plan impossible.
_ROOM = 1e-7
_NOTHING = 1e-6
_MOST_NAMED = 5


def capacities_of(run: Run) -> dict[str, float]:
    """What a run builds and gives up, by name of the column, in the unit of the equipment.

    Raises:
        InputError: R101, the run is not whole.
    """
    table = run.table(f"{PROGRAM}/columns")
    at = table["name"].str.startswith(tuple(f"{family}[" for family in CHOSEN))
    return dict(zip(table.loc[at, "name"], table.loc[at, "value"].astype(float), strict=True))


def held(program: Program, capacities: Mapping[str, float], name: str) -> Program:
    """A programme that builds and gives up as much as a run did; what the run does not know is not built.

    Args:
        program: whose other columns stay free.
        capacities: as `capacities_of` gives them.
        name: of the run, for messages.

    Raises:
        InputError: R170, the run built what the programme has no column for.
    """
    across = program.across
    at = np.flatnonzero(across.within(*CHOSEN))
    names = [across.name(int(n)) for n in at]
    strange = unknown(capacities, names)
    if strange:
        raise InputError(NOT_ALLOWED.at(Place(), run=name, items=strange))
    lower, upper = across.lower.copy(), across.upper.copy()
    lower[at], upper[at] = held_bounds(names, capacities)
    return replace(program, across=replace(across, lower=lower, upper=upper))


def unknown(capacities: Mapping[str, float], names: Iterable[str]) -> str:
    """The first of the columns that a run used and a programme lacks, in words; empty if there are none."""
    known = set(names)
    strange = sorted(item for item, value in capacities.items() if value > _NOTHING and item not in known)
    return ", ".join(strange[:_MOST_NAMED]) + (" ..." if len(strange) > _MOST_NAMED else "")


def held_bounds(names: Iterable[str], capacities: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper bounds that hold columns at capacities; what is not among these is not built.

    Args:
        names: of the columns.
        capacities: by name of the column.
    """
    kept = np.array([max(0.0, capacities.get(name, 0.0)) for name in names])
    return kept * (1 - _ROOM), kept


def note_of(name: str) -> Problem:
    """What the text of a plan says of it."""
    return HELD.at(Place(), run=name)
