"""The slices of a year and their chronology."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

YEAR = "year"
HOURS = 8760.0
# Words that stand for slices in keys, so that no set is written out slice by slice: every slice, and, in a member of a set,
# the slice before on the same day or over the year, and the slices of a month.
EACH = "*"
DAY_BEFORE, YEAR_BEFORE = "*day before", "*year before"
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True)
class Slice:
    """A part of the year.

    Args:
        name: its name in files; the only slice of an annual model is `year`.
        hours: hours of the year that it stands for.
        previous: the slice before it over the year, cyclic; empty: typical days do not follow one another.
        previous_in_day: the slice before it on the same day, cyclic; the slice itself if it is longer than a day.
        repeats: how often it occurs in the year, so that a level is counted once per occurrence.
        months: months it belongs to, 1 to 12, with the share of its hours in each.
        hour: hour of the day, 0 to 23; None: the whole day.
    """

    name: str
    hours: float
    previous: str
    previous_in_day: str
    repeats: float
    months: tuple[tuple[int, float], ...]
    hour: int | None = None


def month_name(month: int) -> str:
    """Name of a month, which is also its slice where slices are months."""
    return f"m{month:02}"


def in_month(month: int) -> str:
    """The word for the slices of a month."""
    return f"*{month_name(month)}"


@cache
def slices(kind: str) -> tuple[Slice, ...]:
    """The slices of a scenario: year, months, typical_days (a day a month, 24 hours) or hours (8,760)."""
    return {"year": _year, "months": _months, "typical_days": _typical_days, "hours": _hours}[kind]()


def within(pieces: tuple[Slice, ...], months: tuple[int, ...], hours: tuple[int, ...]) -> tuple[frozenset[str], float]:
    """Names of the slices that lie in some months and hours of the day, and their share of the year."""
    inside = [s for s in pieces if (s.hour is None or s.hour in hours) and all(month in months for month, _ in s.months)]
    return frozenset(s.name for s in inside), sum(s.hours for s in inside) / HOURS


@dataclass(frozen=True)
class Steps:
    """The slices of a year as positions.

    Args:
        names: of the slices, in order.
        words: positions that a word stands for: all for EACH; those before, one per slice; those of a month.
    """

    names: tuple[str, ...]
    words: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.names)


@cache
def steps(kind: str) -> Steps:
    """The slices of a scenario as positions; a year as one slice has no words, its only slice is written out."""
    parts = slices(kind)
    names = tuple(piece.name for piece in parts)
    if names == (YEAR,):
        return Steps(names, {})
    at = {name: n for n, name in enumerate(names)}
    month = np.array([piece.months[0][0] for piece in parts])
    words = {EACH: np.arange(len(parts)), DAY_BEFORE: np.array([at[piece.previous_in_day] for piece in parts])}
    if parts[0].previous:
        words[YEAR_BEFORE] = np.array([at[piece.previous] for piece in parts])
    return Steps(names, words | {in_month(m): np.flatnonzero(month == m) for m in range(1, 13)})


def _year() -> tuple[Slice, ...]:
    return (Slice(YEAR, HOURS, YEAR, YEAR, 1.0, tuple((m, d / 365) for m, d in enumerate(_DAYS, 1))),)


def _months() -> tuple[Slice, ...]:
    return tuple(Slice(f"m{m:02}", d * 24.0, f"m{(m - 2) % 12 + 1:02}", f"m{m:02}", 1.0, ((m, 1.0),)) for m, d in enumerate(_DAYS, 1))


def _typical_days() -> tuple[Slice, ...]:
    return tuple(
        Slice(f"m{m:02}h{h:02}", float(d), "", f"m{m:02}h{(h - 1) % 24:02}", float(d), ((m, 1.0),), h) for m, d in enumerate(_DAYS, 1) for h in range(24)
    )


def _hours() -> tuple[Slice, ...]:
    stamps = [(m, h) for m, d in enumerate(_DAYS, 1) for _ in range(d) for h in range(24)]
    names = [f"h{n:04}" for n in range(1, len(stamps) + 1)]
    return tuple(
        Slice(name, 1.0, names[n - 1], names[n - 1 if h else n + 23], 1.0, ((m, 1.0),), h) for n, (name, (m, h)) in enumerate(zip(names, stamps, strict=True))
    )
