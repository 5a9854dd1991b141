"""The columns, or the rows, of a programme: bounds as arrays, names made only when somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from saltloop.formulation.calendar import EACH
from saltloop.formulation.tables import Key, Member


def name_of(family: str, key: Iterable[Member]) -> str:
    """Name of a row or column: family[key,key,...]."""
    return f"{family}[{','.join(map(str, key))}]"


@dataclass(frozen=True)
class FamilyOfLines:
    """Lines of one family, one after another.

    Args:
        name: of the family.
        over: names of the indices.
        keys: one per line, or, ending with EACH, one per line and slice.
        slices: names of the slices.
        unit_of: unit of a key.
    """

    name: str
    over: tuple[str, ...]
    keys: tuple[Key, ...]
    slices: tuple[str, ...]
    unit_of: Callable[[Key], str]

    @cached_property
    def _first(self) -> np.ndarray:
        """Position of the first line of each key, and the end (n + 1,)."""
        count = np.fromiter((len(self.slices) if key and key[-1] == EACH else 1 for key in self.keys), dtype=np.int64, count=len(self.keys))
        first: np.ndarray = np.concatenate([[0], np.cumsum(count)])
        return first

    def __len__(self) -> int:
        return int(self._first[-1])

    @cached_property
    def _of(self) -> tuple[np.ndarray, np.ndarray]:
        """For every line, its key and its slice (-1: written out)."""
        count = np.diff(self._first)
        key = np.repeat(np.arange(len(self.keys)), count)
        within = np.arange(len(key)) - self._first[key]
        timed = np.fromiter((bool(k) and k[-1] == EACH for k in self.keys), dtype=bool, count=len(self.keys))
        return key, np.where(timed[key], within, -1)

    def indices(self) -> dict[str, np.ndarray]:
        """Every index as a column of names."""
        key, piece = self._of
        parts = list(zip(*self.keys, strict=True)) if self.keys else [()] * len(self.over)
        found = {}
        for name, part in zip(self.over, parts, strict=True):
            values = np.array(part, dtype=np.int64 if name in ("period", "tier") else object)[key]
            found[name] = np.where(piece >= 0, np.array(self.slices, dtype=object)[piece], values) if name == "slice" else values
        return found

    def table(self, **more: np.ndarray) -> pd.DataFrame:
        """Every index as a column, and more of them; names stay Python strings, which costs less than turning them into Arrow and back."""
        return pd.DataFrame({name: pd.Series(values, dtype=values.dtype) for name, values in (self.indices() | more).items()})

    def units(self) -> np.ndarray:
        """Unit of every line."""
        units: np.ndarray = np.array([self.unit_of(key) for key in self.keys], dtype=object)[self._of[0]]
        return units

    def written_keys(self) -> tuple[Key, ...]:
        """Key of every line, its slice written out."""
        if len(self) == len(self.keys):
            return self.keys
        return tuple(zip(*(column.tolist() for column in self.indices().values()), strict=True))

    def names(self) -> list[str]:
        """Name of every line: family[key,key,...]."""
        found: list[str] = []
        for key in self.keys:
            if key and key[-1] == EACH:
                start = name_of(self.name, (*key[:-1], ""))[:-1]
                found += [f"{start}{piece}]" for piece in self.slices]
            else:
                found.append(name_of(self.name, key))
        return found

    def key(self, line: int) -> Key:
        """Key of a line, its slice written out."""
        n = int(np.searchsorted(self._first, line, side="right")) - 1
        key = self.keys[n]
        return (*key[:-1], self.slices[line - int(self._first[n])]) if key and key[-1] == EACH else key


@dataclass(frozen=True)
class Lines:
    """Columns or rows: families one after another.

    Args:
        families: in order.
        lower, upper: bounds.
    """

    families: tuple[FamilyOfLines, ...]
    lower: np.ndarray
    upper: np.ndarray

    def __len__(self) -> int:
        return len(self.lower)

    @cached_property
    def _first(self) -> np.ndarray:
        first: np.ndarray = np.cumsum([0, *(len(family) for family in self.families)])
        return first

    def span(self, family: str) -> slice:
        """Positions of a family; none if it has no lines."""
        for n, each in enumerate(self.families):
            if each.name == family:
                return slice(int(self._first[n]), int(self._first[n + 1]))
        return slice(0, 0)

    def within(self, *families: str) -> np.ndarray:
        """Whether each line belongs to one of the families."""
        found = np.zeros(len(self), dtype=bool)
        for family in families:
            found[self.span(family)] = True
        return found

    def family(self, name: str) -> FamilyOfLines:
        """A family by name.

        Raises:
            KeyError: there is none.
        """
        return {family.name: family for family in self.families}[name]

    def key(self, position: int) -> tuple[str, Key]:
        """Family and key of a line."""
        n = int(np.searchsorted(self._first, position, side="right")) - 1
        return self.families[n].name, self.families[n].key(position - int(self._first[n]))

    def name(self, position: int) -> str:
        """Name of a line: family[key,key,...]."""
        return name_of(*self.key(position))

    def keys(self) -> list[tuple[str, Key]]:
        """Family and key of every line."""
        return [(family.name, key) for family in self.families for key in family.written_keys()]

    def names(self) -> list[str]:
        """Name of every line."""
        return [name for family in self.families for name in family.names()]

    def units(self) -> np.ndarray:
        """Unit of every line."""
        return np.concatenate([family.units() for family in self.families]) if self.families else np.zeros(0, dtype=object)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One line each: family, key (tuple), unit, lower, upper. Costly where there are millions."""
        keys = [key for family in self.families for key in family.written_keys()]
        name = np.repeat(np.array([family.name for family in self.families], dtype=object), np.diff(self._first))
        units = self.units()
        texts = {"family": name, "key": keys, "unit": units}
        return pd.DataFrame({what: pd.Series(x, dtype=object) for what, x in texts.items()} | {"lower": self.lower, "upper": self.upper})


def lines_of(frame: pd.DataFrame) -> Lines:
    """Lines that are written out: family, key, unit, lower, upper; lines of one family stand together."""
    families = []
    for name, part in frame.groupby("family", sort=False):
        units = dict(zip(part["key"], part["unit"], strict=True))
        over = tuple(f"index {n}" for n in range(len(part["key"].iloc[0])))
        families.append(FamilyOfLines(str(name), over, tuple(part["key"]), (), units.__getitem__))
    return Lines(tuple(families), frame["lower"].to_numpy(dtype=float), frame["upper"].to_numpy(dtype=float))
