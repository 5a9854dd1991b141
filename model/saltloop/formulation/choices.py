"""What a scenario decides, as plain data: the half of a Case that does not come from a pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from saltloop.errors import Place

if TYPE_CHECKING:
    from saltloop.formulation.rules.rule import Rule


NOWHERE = Place()


@dataclass(frozen=True)
class Stage:
    """One objective.

    Args:
        sense: maximise or minimise.
        weights: account and weight; the weight converts to the unit of the first account.
    """

    sense: str
    weights: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class PriceChange:
    """A price moved away from the pack's.

    Args:
        commodity: whose price.
        market: in which market; None: all.
        relative: True: values are shares (-0.68), False: money per unit.
        values: period and value; a period uses the last entry that is not later, none before the first.
        place: where it is written.
    """

    commodity: str
    market: str | None
    relative: bool
    values: tuple[tuple[int, float], ...]
    place: Place = NOWHERE


@dataclass(frozen=True)
class Window:
    """The part of the year that an account counts.

    Args:
        months: 1 to 12.
        hours: hours of the day, 0 to 23, each by the o'clock at which it begins.
    """

    months: tuple[int, ...]
    hours: tuple[int, ...]


@dataclass(frozen=True)
class Choices:
    """Scope, horizon, prices, capacities, objective and rules.

    Args:
        areas: areas or sites that are optimised; the rest of the pack is left out.
        periods: milestone year and the number of years that it stands for.
        slices: year, months, typical_days (12 months x 24 hours) or hours.
        price_year: year of the prices.
        missing_price: nearest: take the nearest year and say so; error: refuse.
        price_changes: later ones win.
        existing: statuses of capacities.csv that stand.
        may_build: statuses that the plan may add.
        may_retire: True: standing capacity may be given up (it then saves its fixed cost).
        discount_rate: share per year, for annuities and for weighing periods.
        objective: stages in order; a later one chooses among the optimal plans of the earlier.
        rules: bound rules, in order of the scenario.
        windows: accounts that count a part of the year only, with that part.
    """

    areas: tuple[str, ...]
    periods: tuple[tuple[int, float], ...]
    price_year: int
    objective: tuple[Stage, ...]
    slices: str = "year"
    missing_price: str = "nearest"
    price_changes: tuple[PriceChange, ...] = ()
    existing: tuple[str, ...] = ("existing",)
    may_build: tuple[str, ...] = ()
    may_retire: bool = False
    discount_rate: float = 0.08
    rules: tuple[Rule, ...] = field(default=())
    windows: Mapping[str, Window] = field(default_factory=dict)

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The milestone years."""
        return tuple(year for year, _ in self.periods)
