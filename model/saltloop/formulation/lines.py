"""The columns, or the rows, of a programme: bounds as arrays, names made only when somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from saltloop.formulation.tables import Family, Key, Labels, Member
from saltloop.formulation.written import Written


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
        unit_of: unit of a name, or of a key.
        unit_at: position of the one index whose name the unit depends on; None: it may depend on the whole key.
        known: the keys as numbers of names, if there are such already.
    """

    name: str
    over: tuple[str, ...]
    keys: tuple[Key, ...]
    slices: tuple[str, ...]
    unit_of: Callable[[Any], str]
    unit_at: int | None = None
    known: Family | None = None

    @cached_property
    def numbered(self) -> Family:
        """The keys as numbers of names."""
        labels = Labels(())
        return self.known or Family(labels, labels.codes(self.keys, len(self.over)), len(self.slices))

    def __len__(self) -> int:
        return self.numbered.size

    @cached_property
    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """For every line, its key and its slice (-1: written out)."""
        return self.places_of(np.arange(len(self)))

    def places_of(self, lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For some lines, likewise."""
        found = self.numbered
        if not found.timed.any():
            return lines, np.full(len(lines), -1)
        key = np.searchsorted(found.first, lines, side="right") - 1
        return key, np.where(found.timed[key], lines - found.first[key], -1)

    def codes(self, labels: Labels) -> np.ndarray:
        """Every line as numbers of names (lines, indices), its slice written out.

        Args:
            labels: the numbers of names, to which those of this family are added.
        """
        own = self.numbered.codes if self.numbered.labels is labels else labels.codes(self.keys, len(self.over))
        if not self.numbered.timed.any():
            return own
        key, piece = self.places
        found: np.ndarray = own[key]
        found[piece >= 0, -1] = labels.codes(self.slices, 1)[piece[piece >= 0], 0]
        return found

    def indices(self) -> dict[str, np.ndarray]:
        """Every index as a column of names."""
        key, piece = self.places
        parts = list(zip(*self.keys, strict=True)) if self.keys else [()] * len(self.over)
        found = {}
        for name, part in zip(self.over, parts, strict=True):
            values = np.array(part, dtype=np.int64 if name in ("period", "tier", "until") else object)[key]
            found[name] = np.where(piece >= 0, np.array(self.slices, dtype=object)[piece], values) if name == "slice" else values
        return found

    def table(self, **more: np.ndarray) -> pd.DataFrame:
        """Every index as a column, and more of them; names stay Python strings, which costs less than turning them into Arrow and back."""
        return pd.DataFrame({name: pd.Series(values, dtype=values.dtype) for name, values in (self.indices() | more).items()})

    def units(self) -> np.ndarray:
        """Unit of every line."""
        return _objects(Written([self]).units())

    def written_keys(self) -> tuple[Key, ...]:
        """Key of every line, its slice written out."""
        if len(self) == len(self.keys):
            return self.keys
        return tuple(zip(*(column.tolist() for column in self.indices().values()), strict=True))

    def key(self, line: int) -> Key:
        """Key of a line, its slice written out."""
        return self.keys_of(np.array([line]))[0]

    def keys_of(self, lines: np.ndarray) -> list[Key]:
        """Keys of some lines, slices written out."""
        at, pieces = (part.tolist() for part in self.places_of(lines))
        return [self.keys[n] if piece < 0 else (*self.keys[n][:-1], self.slices[piece]) for n, piece in zip(at, pieces, strict=True)]


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

    def units(self) -> np.ndarray:
        """Unit of every line."""
        return _objects(Written(self.filled()).units())

    def filled(self) -> list[FamilyOfLines]:
        """Families that have lines."""
        return [family for family in self.families if len(family.keys)]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One line each: family, key (tuple), unit, lower, upper. Costly where there are millions."""
        keys = [key for family in self.families for key in family.written_keys()]
        name = np.repeat(np.array([family.name for family in self.families], dtype=object), np.diff(self._first))
        units = self.units()
        texts = {"family": name, "key": keys, "unit": units}
        return pd.DataFrame({what: pd.Series(x, dtype=object) for what, x in texts.items()} | {"lower": self.lower, "upper": self.upper})


def _objects(texts: pa.Array) -> np.ndarray:
    found: np.ndarray = texts.to_numpy(zero_copy_only=False)
    return found


def lines_of(frame: pd.DataFrame) -> Lines:
    """Lines that are written out: family, key, unit, lower, upper; lines of one family stand together."""
    families = []
    for name, part in frame.groupby("family", sort=False):
        units = dict(zip(part["key"], part["unit"], strict=True))
        over = tuple(f"index {n}" for n in range(len(part["key"].iloc[0])))
        families.append(FamilyOfLines(str(name), over, tuple(part["key"]), (), units.__getitem__))
    return Lines(tuple(families), frame["lower"].to_numpy(dtype=float), frame["upper"].to_numpy(dtype=float))
