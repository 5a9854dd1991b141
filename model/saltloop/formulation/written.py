"""Names and units of lines as texts: each text is written once and taken by all lines that share it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute

from saltloop.formulation.tables import Labels

if TYPE_CHECKING:
    from saltloop.formulation.lines import FamilyOfLines

_TEXT = pa.large_string()
# What numbers of combinations stay below; and up to how many, for each line, a place is kept for every one that there could be.
_MOST, _DENSE = 2**62, 4
# Texts, and which of them every line has.
_Texts = tuple[pa.Array, np.ndarray]


class Written:
    """Lines of several families, one after another, as numbers.

    Args:
        families: one after another.

    Attributes:
        owner: which family every line is of.
        codes: of the lines of each family, the numbers of their indices (lines, indices).
        words: what these numbers stand for.
    """

    def __init__(self, families: Sequence[FamilyOfLines]) -> None:
        # The numbers that most of them have already.
        labels = next((each.known.labels for each in families if each.known), Labels(()))
        self.families = families
        self.owner = np.repeat(np.arange(len(families)), [len(each) for each in families])
        self.codes = [each.codes(labels) for each in families]
        self.words = labels.texts()

    def names(self) -> pa.Array:
        """Name of every line, family[key,key,...]; no two lines share one, but many share its start or its end."""
        # A column for each index; the last word, which is none, where a family has no more of them.
        indices = np.full((max((own.shape[1] for own in self.codes), default=0), len(self.owner)), len(self.words))
        for own, end in zip(self.codes, np.cumsum([len(own) for own in self.codes]), strict=True):
            indices[: own.shape[1], end - len(own) : end] = own.T
        first = pa.array([*self.words, None], _TEXT)
        later = compute.binary_join_element_wise(pa.scalar(",", _TEXT), first, pa.scalar("", _TEXT))
        start = (pa.array([f"{each.name}[" for each in self.families], _TEXT), self.owner), *((first, own) for own in indices[:1])
        end = *((later, own) for own in indices[1:]), (pa.array(["]"], _TEXT), np.zeros(len(self.owner), dtype=np.int64))
        return _end_to_end(_combined(start), _combined(end))

    def units(self) -> pa.Array:
        """Unit of every line; read once for each name that it depends on, also where several families read it from the same place."""
        same: dict[object, int] = {}
        alike = [same.setdefault(n if each.unit_at is None else each.unit_of, n) for n, each in enumerate(self.families)]
        reads = [each.places[0] if each.unit_at is None else own[:, each.unit_at] for each, own in zip(self.families, self.codes, strict=True)]
        read = np.concatenate([np.zeros(0, dtype=np.int64), *reads])
        below = int(np.max(read, initial=0)) + 1
        kind = np.array(alike, dtype=np.int64)[self.owner]
        number, one = _distinct(kind * below + read, len(alike) * below)
        kind, read, texts = kind[one], read[one], np.empty(len(one), dtype=object)
        for n in same.values():
            own, each = kind == n, self.families[n]
            known = each.keys if each.unit_at is None else self.words
            texts[own] = [each.unit_of(known[place]) for place in read[own].tolist()]
        return _taken(pa.array(texts, _TEXT), number)


def _taken(texts: pa.Array, own: np.ndarray) -> pa.Array:
    """The text of every line."""
    return texts.take(pa.array(own))


def _joined(*parts: pa.Array) -> pa.Array:
    """Texts of the same lines put together, none where there is none; of few lines, since every text is written twice.

    Every line has one text at least: pyarrow leaves out those that have none.
    """
    return compute.binary_join_element_wise(*parts, pa.scalar("", _TEXT), null_handling="skip")


def _end_to_end(*parts: _Texts) -> pa.Array:
    """Text of every line, put together of several, none of them missing.

    They are laid out one after another, line by line: the letters of a line then stand together, and it ends where the last of its texts ends.
    """
    first = np.cumsum([0, *(len(texts) for texts, _ in parts)])
    places = np.stack([own + n for (_, own), n in zip(parts, first, strict=False)], axis=1)
    _, ends, letters = _taken(pa.concat_arrays([texts for texts, _ in parts]), places.ravel()).buffers()
    own = np.frombuffer(ends, dtype=np.int64, count=places.size + 1)[:: len(parts)].copy()
    return pa.LargeStringArray.from_buffers(len(places), pa.py_buffer(own), letters)


def _combined(parts: Sequence[_Texts]) -> _Texts:
    """Text of every line, put together of several; once for each combination."""
    number, count = np.zeros(len(parts[0][1]), dtype=np.int64), 1
    for texts, own in parts:
        if count * len(texts) > _MOST:
            number, one = _distinct(number, count)
            count = len(one)
        number, count = number * len(texts) + own, count * len(texts)
    number, one = _distinct(number, count)
    return _joined(*(_taken(texts, own[one]) for texts, own in parts)), number


def _distinct(values: np.ndarray, below: int) -> tuple[np.ndarray, np.ndarray]:
    """For each value which of the distinct ones it is, and for each of these a place where it stands.

    Args:
        values: numbers from 0.
        below: what they stay below.
    """
    if below > _DENSE * len(values):
        number, met = pd.factorize(values)
        place = np.empty(len(met), dtype=np.int64)
        place[number] = np.arange(len(number))
        return number, place
    place = np.full(below, -1)
    place[values] = np.arange(len(values))
    met = np.flatnonzero(place >= 0)
    number = np.empty(below, dtype=np.int64)
    number[met] = np.arange(len(met))
    return number[values], place[met]
