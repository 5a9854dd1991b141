"""Index tables: names as numbers, so that keys are found by arrays instead of one by one.

Every name gets one number, the same in all tables. A table is an array with a line per key and a column per index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from saltloop.formulation.calendar import EACH, Steps

Member = str | int
Key = tuple[Member, ...]
# A table of keys is kept as one array over all combinations if that is not much larger than the table.
_DENSE = 16


class Labels:
    """Numbers of names; the words for slices come first."""

    def __init__(self, words: Iterable[str]) -> None:
        self._code: defaultdict[Any, int] = defaultdict()
        self._code.default_factory = self._code.__len__
        self.words = {self._code[word]: word for word in (EACH, *(w for w in words if w != EACH))}

    def __len__(self) -> int:
        return len(self._code)

    def code(self, label: Member) -> int:
        """The number of a name."""
        return self._code[label]

    def codes(self, keys: Collection[Any], width: int) -> np.ndarray:
        """Numbers of keys (n, width); keys of one part may come without the tuple."""
        flat: Iterable[Any] = keys
        if width > 1 or isinstance(next(iter(keys), None), tuple):
            flat = chain.from_iterable(keys)
        return np.fromiter(map(self._code.__getitem__, flat), dtype=np.int64, count=len(keys) * width).reshape(len(keys), width)

    def texts(self) -> list[str]:
        """The names as texts, in the order of their numbers."""
        return list(map(str, self._code))

    def named(self, codes: Iterable[int]) -> Key:
        """Names of numbers."""
        names = list(self._code)
        return tuple(names[c] for c in codes)


class Table:
    """Keys that can be found by their numbers.

    Args:
        labels: the numbers of names.
        codes: of the keys (n, width), no key twice.
    """

    def __init__(self, labels: Labels, codes: np.ndarray) -> None:
        self.labels, self.codes = labels, codes
        self._places: list[np.ndarray] = []

    def __len__(self) -> int:
        return len(self.codes)

    def _prepare(self) -> None:
        """Number the names of each column anew, so that a key becomes one integer; names that are in no key share the last number."""
        key, size = np.zeros(len(self.codes), dtype=np.int64), 1
        self._sizes = []
        for column in self.codes.T:
            met = np.flatnonzero(np.bincount(column))
            place = np.full(len(self.labels) + 1, len(met))
            place[met] = np.arange(len(met))
            key = key * (len(met) + 1) + place[column]
            size *= len(met) + 1
            self._places.append(place)
            self._sizes.append(len(met) + 1)
        if size > 2**62:
            raise OverflowError(f"a table of {len(self.codes)} keys has more combinations of names than can be counted")
        self._dense: np.ndarray | None = None
        if size <= _DENSE * len(key) + 1024:
            self._dense = np.full(size, -1)
            self._dense[key] = np.arange(len(key))
        else:
            self._order = np.argsort(key)
            self._sorted = key[self._order]

    def find(self, query: Sequence[np.ndarray | int], size: int) -> np.ndarray:
        """Positions of keys, -1 where there is none.

        Args:
            query: numbers, a column each; one number alone stands for all.
            size: number of keys.
        """
        if len(self.codes) == 0:
            return np.full(size, -1)
        if not self._places:
            self._prepare()
        key: Any = 0
        for place, count, column in zip(self._places, self._sizes, query, strict=True):
            key = key * count + place.take(column, mode="clip")  # names that were met since are as the last, which is no name
        if self._dense is not None:
            found = self._dense.take(key)
        else:
            at = np.minimum(np.searchsorted(self._sorted, key), len(self._sorted) - 1)
            found = np.where(self._sorted[at] == key, self._order[at], -1)
        return found if np.ndim(found) else np.full(size, found)


class Family(Table):
    """Keys of columns or rows, each one line, or one line per slice where it ends with EACH.

    Attributes:
        first: position of the first line of a key within the family.
        timed: whether a key has a line per slice.
        size: number of lines.
    """

    def __init__(self, labels: Labels, codes: np.ndarray, slices: int) -> None:
        super().__init__(labels, codes)
        self.timed: np.ndarray = codes[:, -1] == labels.code(EACH) if codes.shape[1] else np.zeros(len(codes), dtype=bool)
        count = np.where(self.timed, slices, 1)
        self.first: np.ndarray = np.cumsum(count) - count
        self.size = int(count.sum())


class Numbers(Table):
    """A parameter: a number per key, or one per slice.

    Attributes:
        value: of each key (n,).
        series: numbers over the slices (k, T), where keys have them.
        at: line of series of each key (n,), -1 where the number is the same in all slices.
    """

    def __init__(self, labels: Labels, numbers: Mapping[Any, Any]) -> None:
        first = next(iter(numbers), ())
        super().__init__(labels, labels.codes(numbers, len(first) if isinstance(first, tuple) else 1))
        self.series: np.ndarray | None = None
        if (self.codes == labels.code(EACH)).any():
            self._read_series(list(numbers.values()))
        else:
            self.value = np.fromiter(numbers.values(), dtype=float, count=len(numbers))

    def _read_series(self, values: list[Any]) -> None:
        lines: dict[int, int] = {}
        arrays: list[np.ndarray] = []
        self.at, self.value = np.full(len(values), -1, dtype=np.int64), np.zeros(len(values))
        for n, value in enumerate(values):
            if not isinstance(value, np.ndarray):
                self.value[n] = value
                continue
            if id(value) not in lines:
                lines[id(value)] = len(arrays)
                arrays.append(value)
            self.at[n] = lines[id(value)]
        self.series = np.stack(arrays) if arrays else None


class Members(Table):
    """An indexed set: members of each key one after another.

    Attributes:
        start: position of the first member of each key, and the end (n + 1,).
        members: numbers (all members, width).
        words: numbers of the words for slices met in each column of members.
    """

    def __init__(self, labels: Labels, sets: Mapping[Any, Sequence[Any]], width: int) -> None:
        first = next(iter(sets), ())
        super().__init__(labels, labels.codes(sets, len(first) if isinstance(first, tuple) else 1))
        count = np.fromiter(map(len, sets.values()), dtype=np.int64, count=len(sets))
        self.start = np.concatenate([[0], np.cumsum(count)])
        members = list(chain.from_iterable(sets.values()))
        self.members = labels.codes(members, width)
        last = max(labels.words)
        self.words = [np.unique(column[column <= last]) for column in self.members.T]

    def of(self, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For keys at positions: which of them each member belongs to, and the position of the member."""
        count = self.start[positions + 1] - self.start[positions]
        owner = np.repeat(np.arange(len(positions)), count)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
        return owner, self.start[positions][owner] + within


Sets = Mapping[str, tuple[Mapping[Any, Sequence[Any]], int]]


def tables(
    steps: Steps, variables: Mapping[str, Collection[Key]], members: Sets, numbers: Mapping[str, Mapping[Any, Any]]
) -> tuple[Labels, dict[str, Family], dict[str, Members], dict[str, Numbers]]:
    """Tables of columns, of indexed sets (with the length of a member) and of numbers, by name."""
    labels = Labels(steps.words)
    families = {
        name: Family(labels, labels.codes(keys, len(next(iter(keys), ()))) if keys else np.zeros((0, 1), dtype=np.int64), len(steps))
        for name, keys in variables.items()
    }
    sets = {name: Members(labels, found, width) for name, (found, width) in members.items()}
    return labels, families, sets, {name: Numbers(labels, values) for name, values in numbers.items()}
