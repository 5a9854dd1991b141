"""Which rules and limits bind along a line, such as a front or the sweep of a number, and from where to where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from saltloop.formulation.arrays import Arrays
from saltloop.formulation.calendar import YEAR
from saltloop.formulation.program import EQUATIONS, RULE, Program
from saltloop.results.solved import per
from saltloop.results.worth import LIMITS
from saltloop.solve.scaling import Scaling

_FELT = 1e-8
_OVER = {RULE: (RULE, "period"), **{e.name: e.over for e in EQUATIONS}}
NAMED = ["family", "place", "item", "period", "slice"]
BINDING = ["segment", *NAMED, "bound", "unit", "marginal_value", "marginal_unit", "weight"]
SPANS = [*NAMED, "start", "end", "marginal_low", "marginal_high", "marginal_unit", "weight"]


@dataclass(frozen=True, eq=False)
class Regime:
    """A stretch of a line on which the same rows bind.

    Args:
        start, end: of the stretch.
        duals: of every row: change of the objective per unit more of the right side.
        arrays: whose bounds they belong to.
    """

    start: float
    end: float
    duals: np.ndarray
    arrays: Arrays


def felt_rows(program: Program, duals: np.ndarray, scale: Scaling) -> np.ndarray:
    """Positions of the rules and physical limits that have a marginal value, larger than rounding."""
    named = program.down.within(RULE, *LIMITS)
    count = len(named)
    felt = np.abs(duals[:count] * scale.worth / scale.row[:count]) > _FELT
    found: np.ndarray = np.flatnonzero(named & felt)
    return found


def binding_frame(program: Program, regimes: Sequence[Regime], scale: Scaling, money: str) -> pd.DataFrame:
    """What binds in each stretch.

    Args:
        program: names of the rows; the arrays of a regime may have more rows behind them.
        regimes: in order.
        scale: tells rounding from a value.
        money: unit of the objective.

    Returns:
        segment (from 1), family, place, item, period, slice, bound, unit, marginal_value [marginal_unit], weight (|marginal value x bound|).
    """
    rows, units, known = [], program.down.units(), dict[int, tuple[object, ...]]()
    for number, regime in enumerate(regimes, 1):
        for n in felt_rows(program, regime.duals, scale).tolist():
            if n not in known:
                known[n] = _named(program, n)
            bound, dual = _bound(regime.arrays, n, regime.duals[n]), float(regime.duals[n])
            rows.append((number, *known[n], bound, units[n], dual, per(money, str(units[n])), abs(dual * bound)))
    return pd.DataFrame(rows, columns=BINDING)


def _bound(arrays: Arrays, row: int, dual: float) -> float:
    """The bound of a row that its dual belongs to."""
    lower, upper = (float(side[row]) for side in arrays.row_bounds)
    maximise = arrays.layout.senses[0] == "maximise"
    first, second = (upper, lower) if (dual > 0) == maximise else (lower, upper)
    return first if np.isfinite(first) else second


def _named(program: Program, row: int) -> tuple[object, ...]:
    """Family, place, item, period and slice of a row."""
    family, key = program.down.key(row)
    parts = dict(zip(_OVER[family], key, strict=True))
    period, piece = int(parts.pop("period", 0)), str(parts.pop("slice", YEAR))
    names = [str(part) for part in parts.values()]
    return family, "" if family == RULE else names[0], names[0] if family == RULE else " ".join(names[1:]), period, piece


def spans_frame(binding: pd.DataFrame, regimes: Sequence[Regime]) -> pd.DataFrame:
    """From where to where each rule or limit binds; one that lets go and binds again has a line for each time.

    Args:
        binding: as `binding_frame` gives it.
        regimes: in order.

    Returns:
        family, place, item, period, slice, start, end, marginal_low, marginal_high, marginal_unit, weight (the largest); weightiest first.
    """
    found = []
    for key, part in binding.groupby(NAMED, sort=False):
        for run in _runs(part["segment"]):
            own = part[part["segment"].isin(run)]
            worth = own["marginal_value"]
            ends = regimes[run[0] - 1].start, regimes[run[-1] - 1].end
            found.append((*key, *ends, worth.min(), worth.max(), own["marginal_unit"].iloc[0], own["weight"].max()))
    return pd.DataFrame(found, columns=SPANS).sort_values("weight", ascending=False, ignore_index=True)


def _runs(numbers: Iterable[int]) -> list[list[int]]:
    """Numbers in order, those that follow each other together."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return found
