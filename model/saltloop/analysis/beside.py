"""Plans that are shown beside a front or a surface, and what is said of where they lie."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from saltloop.analysis.trade import Trade
from saltloop.language import Both

OWN = ("this scenario's own plan", "本情景自身方案")
TOLD = ["front", "distance", "share", "verdict", "note_en", "note_zh", "changes"]
_ON = 1e-6


@dataclass(frozen=True)
class Place:
    """A plan that is shown beside a front.

    Args:
        name: file or folder, or empty for the scenario's own plan.
        title: English and Chinese.
        reached: by account; nan where it has none.
        note: why it has no place, or on which other front it was placed; empty: it lies beside the front that is shown.
        best: the best of the first account on that other front, at the plan's levels of the others; nan: no plan there goes so far;
            None: there is no other front.
        changes: what its scenario says differently, as paths.
    """

    name: str
    title: Both
    reached: tuple[float, ...]
    note: Both = ("", "")
    best: float | None = None
    changes: tuple[str, ...] = ()

    @property
    def compared(self) -> bool:
        """Whether it lies beside some front."""
        return not self.note[0] or self.best is not None


def own_plan(trade: Trade) -> Place:
    """The plan of the scenario itself."""
    return Place("", OWN, trade.own)


def placed_frame(trade: Trade, places: Iterable[Place], best: Callable[[Sequence[float]], float]) -> pd.DataFrame:
    """Where plans lie.

    Args:
        trade: the accounts.
        places: the plans.
        best: of the first account on the front that is shown, at levels of the others; nan where no plan goes so far.

    Returns:
        name, title_en, title_zh, second, (third,) first, front, distance, share, verdict, note_en, note_zh, changes.
    """
    rows, sign = [], trade.wishes[0].sign
    for place in places:
        first, *others = place.reached
        there = (np.nan if place.best is None else place.best) if place.note[0] else best(others)
        distance = sign * (there - first) + 0.0
        share = distance / abs(there) if there else np.nan
        word = verdict(there, distance) if place.compared else "no_place"
        rows.append((place.name, *place.title, *others, first, there, distance, share, word, *place.note, " ".join(place.changes)))
    roles = ("second", "third")[: len(trade.wishes) - 1]
    return pd.DataFrame(rows, columns=["name", "title_en", "title_zh", *roles, "first", *TOLD])


def verdict(there: float, distance: float) -> str:
    """on, inside or outside the front, or beyond its end."""
    if np.isnan(there):
        return "beyond"
    return "on" if abs(distance) <= _ON * max(abs(there), 1.0) else "inside" if distance > 0 else "outside"
