"""The plan of a study: every case with an id made from what it says, in an order in which neighbours differ little, cut into chunks.

The plan is compact: a case is two small numbers and an id of eight bytes; its values are written out when they are needed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from saltloop import __version__
from saltloop.results.study import STATUS_COLUMNS
from saltloop.scenario.overlay import key_path
from saltloop.scenario.resolve import resolved
from saltloop.scenario.space import Values
from saltloop.scenario.study import Study

LARGEST_CHUNK = 100
AS_BUILT = " (as built)"
_BLOCK = 2_500
_SILENT = ("title", "note", "language", "shows")
# Numbers may take any value without another row or column; what else varies makes another programme.
_NUMBERS = ("prices", "set")


@dataclass(frozen=True)
class Option:
    """One thing that is decided, with how it meets the states.

    Args:
        name: what tables call it.
        values: value by path.
        frozen: empty: it plans anew in every state; else the name of the plan whose capacities it keeps.
    """

    name: str
    values: Values
    frozen: str = ""


@dataclass(frozen=True)
class CasePlan:
    """All cases of a study.

    Args:
        study: what varies.
        plans: digest of each frozen plan by name, as far as it comes from a run.
    """

    study: Study
    plans: dict[str, str]

    @cached_property
    def base(self) -> str:
        """Twelve letters for what all cases share: the base scenario as resolved, its pack, this version and what it writes of a case."""
        study = self.study
        document = {key: value for key, value in resolved(study.base)["document"].items() if key not in _SILENT}
        return digest(["base", document, sorted(study.base.pack.hashes.values()), study.detail, __version__, STATUS_COLUMNS])[:12]

    @property
    def options(self) -> int:
        """Number of options, frozen plans among them."""
        return len(self.study.options) + len(self.study.frozen)

    @property
    def states(self) -> int:
        """Number of states."""
        return len(self.study.states)

    def __len__(self) -> int:
        return self.options * self.states

    def option(self, number: int) -> Option:
        """An option by number; the frozen plans come after the others."""
        space = self.study.options
        if number < len(space):
            return Option(space.name(number), space.values(number))
        name = self.study.frozen[number - len(space)]
        point = space.named(name)
        return Option(name + AS_BUILT, {} if point is None else space.values(point), name)

    def values(self, case: int) -> Values:
        """What a case says, by path."""
        return self.option(case // self.states).values | self.study.states.values(case % self.states)

    def frozen(self, case: int) -> str:
        """The plan whose capacities a case keeps; empty: none."""
        number = case // self.states - len(self.study.options)
        return self.study.frozen[number] if number >= 0 else ""

    @cached_property
    def ids(self) -> np.ndarray:
        """Id of each case: 64 bits of the digest of all that it says."""
        found = np.empty((self.options, self.states), dtype=np.uint64)
        options = []
        for n in range(self.options):
            option, own = self.option(n), hashlib.sha256(self.base.encode())
            own.update(_json([option.values, option.frozen, self.plans.get(option.frozen, "")]))
            options.append(own)
        for m in range(self.states):
            state = _json(self.study.states.values(m))
            for n, own in enumerate(options):
                each = own.copy()
                each.update(state)
                found[n, m] = int.from_bytes(each.digest()[:8], "big")
        return found.ravel()

    @cached_property
    def order(self) -> np.ndarray:
        """Cases in the order in which they are solved: by structure, then so that neighbours differ little."""
        options = np.concatenate([self.study.options.tour(), np.arange(len(self.study.options), self.options, dtype=np.int64)])
        cases: np.ndarray = options * self.states + self.study.states.tour()[:, None]
        cases[1::2] = cases[1::2, ::-1]
        cases = cases.ravel()
        return cases[np.argsort(self.groups[cases], kind="stable")]

    @cached_property
    def groups(self) -> np.ndarray:
        """A number for each case that is the same where all that may change the structure is the same."""
        decided = (self.option(n) for n in range(self.options))
        options = _numbered(_structure(option.values, option.frozen) for option in decided)
        states = _numbered(_structure(self.study.states.values(n), "") for n in range(self.states))
        found: np.ndarray = (options[:, None] * (states.max() + 1) + states).ravel()
        return found

    def chunk_numbers(self, size: int) -> np.ndarray:
        """The number of the chunk of each case in the order: pieces of one structure each, of at most size cases."""
        places = np.arange(len(self))
        starts = np.flatnonzero(np.diff(self.groups[self.order], prepend=-1))
        since = places - starts[np.searchsorted(starts, places, side="right") - 1]
        found: np.ndarray = np.cumsum(since % size == 0) - 1
        return found

    def chunks(self, size: int) -> Iterator[np.ndarray]:
        """The order cut into chunks."""
        yield from pieces(self.order, self.chunk_numbers(size))

    def frames(self) -> Iterator[pd.DataFrame]:
        """The table of the plan in blocks: case, option, state, frozen, then a column for each path, values as written."""
        for start in range(0, len(self), _BLOCK):
            cases = np.arange(start, min(start + _BLOCK, len(self)))
            options, states = (np.unique(each, return_inverse=True) for each in np.divmod(cases, self.states))
            decided = [self.option(n) for n in options[0].tolist()]
            names = [option.name for option in decided], [self.study.states.name(n) for n in states[0].tolist()]
            columns = {
                "case": [case_name(number) for number in self.ids[cases]],
                "option": _taken(names[0], options[1]),
                "state": _taken(names[1], states[1]),
                "frozen": _taken([option.frozen for option in decided], options[1]),
            }
            happened = [self.study.states.values(n) for n in states[0].tolist()]
            columns |= {path: _taken([written(option.values.get(path)) for option in decided], options[1]) for path in self.study.options.all_paths()}
            columns |= {path: _taken([written(values.get(path)) for values in happened], states[1]) for path in self.study.states.all_paths()}
            yield pd.DataFrame(columns, dtype="string")


def pieces(cases: np.ndarray, numbers: np.ndarray) -> Iterator[np.ndarray]:
    """Cases cut where their number changes, one piece at a time."""
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(cases)], strict=True):
        yield cases[start:end]


def _taken(words: Sequence[str | None], places: np.ndarray) -> Any:
    return np.array(words, dtype=object)[places]


def case_name(number: np.uint64) -> str:
    """An id as text."""
    return f"{int(number):016x}"


def written(value: object) -> str | None:
    """A value as a table shows it; None: the base holds."""
    return None if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def digest(data: Any) -> str:
    """A short text that is the same for the same data on every machine."""
    return hashlib.sha256(_json(data)).hexdigest()


def _json(data: Any) -> bytes:
    return json.dumps(data, sort_keys=True, ensure_ascii=False, default=str).encode()


def _structure(values: Values, frozen: str) -> str:
    """What of some values may change the structure of the programme."""
    found = {path: value for path, value in values.items() if not (_is_number_of_the_pack(path) or _is_number_of_a_rule(path, value))}
    return _json([found, frozen]).decode()


def _is_number_of_the_pack(path: str) -> bool:
    """Prices and settings; background is read once for each structure."""
    keys = key_path(path)
    return keys[0] in _NUMBERS and not str(keys[-1]).startswith("background.")


def _is_number_of_a_rule(path: str, value: object) -> bool:
    return key_path(path)[0] == "rules" and len(key_path(path)) > 2 and any(letter.isdigit() for letter in str(value))


def _numbered(words: Iterable[str]) -> np.ndarray:
    known: dict[str, int] = {}
    return np.fromiter((known.setdefault(word, len(known)) for word in words), dtype=np.int64)
