"""Names and units of lines as texts: what many lines share is written once, and a name is put together of its start and its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute

if TYPE_CHECKING:
    from saltloop.formulation.lines import FamilyOfLines

_TEXT = pa.large_string()
# What the numbers of one family are below at most, so that those of a hundred families find room beside each other.
_MOST = 2**55
# A number for every line, and what all of them are below.
_Numbers = tuple[np.ndarray, int]
# Texts, and for every line which of them it has.
Texts = tuple[list[str], np.ndarray]


def names(families: Sequence[FamilyOfLines]) -> pa.Array:
    """Name of every line, family[key,key,...].

    Args:
        families: one after another.
    """
    start, end = _texts(families, _starts, _starts_of_names), _texts(families, _ends, _ends_of_names)
    return compute.binary_join_element_wise(spread(*start), spread(*end), pa.scalar("", _TEXT))


def units(families: Sequence[FamilyOfLines]) -> Texts:
    """Unit of every line; read once for each name that units depend on.

    Args:
        families: one after another.
    """
    return _texts(families, _unit_numbers, lambda family, lines: [family.unit_of(family.keys[n]) for n in family.places_of(lines)[0].tolist()])


def spread(texts: list[str], number: np.ndarray) -> pa.Array:
    """The text of every line."""
    return pa.array(texts, _TEXT).take(pa.array(number))


def _texts(families: Sequence[FamilyOfLines], number_of: Callable[[FamilyOfLines], _Numbers], write: Callable[[FamilyOfLines, np.ndarray], list[str]]) -> Texts:
    """A text for every line.

    Args:
        families: one after another.
        number_of: numbers of the lines of a family; those of one number have one text.
        write: texts of some lines of a family.
    """
    if not families:
        return [], np.zeros(0, dtype=np.int64)
    numbers, base = [], 0
    for each in families:
        own, below = number_of(each)
        numbers.append(own + base)
        base += below
    number, met = pd.factorize(np.concatenate(numbers))
    # The first line of each number: they rise, since numbers are in the order in which they are met.
    line = np.empty(len(met), dtype=np.int64)
    line[number[::-1]] = np.arange(len(number))[::-1]
    ends = np.cumsum([len(each) for each in families])
    parts = np.split(line, np.searchsorted(line, ends[:-1]))
    texts = (write(each, part - end + len(each)) for each, part, end in zip(families, parts, ends, strict=True))
    return [text for part in texts for text in part], number


def _starts_of_names(family: FamilyOfLines, lines: np.ndarray) -> list[str]:
    """What ends with the first index."""
    return [f"{family.name}[{key[0] if key else ''}" for key in family.keys_of(lines)]


def _ends_of_names(family: FamilyOfLines, lines: np.ndarray) -> list[str]:
    """What follows the first index."""
    form = ",%s" * len(family.over[1:]) + "]"
    return [form % key[1:] for key in family.keys_of(lines)]


def _starts(family: FamilyOfLines) -> _Numbers:
    """Equal for lines that share the first index."""
    found = family.numbered
    number = (found.codes[:, 0], len(found.labels)) if family.over else _nothing(family)
    return _of_lines(family, number, len(family.over) == 1)


def _ends(family: FamilyOfLines) -> _Numbers:
    """Equal for lines that share the indices after the first."""
    found, number = family.numbered, _nothing(family)
    for column in found.codes.T[1:]:
        number = _paired(number, (column, len(found.labels)))
    return _of_lines(family, number, len(family.over) > 1)


def _unit_numbers(family: FamilyOfLines) -> _Numbers:
    """Equal only for lines of one unit."""
    found = family.numbered
    number = (np.arange(len(family.keys)), len(family.keys)) if family.unit_at is None else (found.codes[:, family.unit_at], len(found.labels))
    return _of_lines(family, number, False)


def _nothing(family: FamilyOfLines) -> _Numbers:
    return np.zeros(len(family.keys), dtype=np.int64), 1


def _of_lines(family: FamilyOfLines, number: _Numbers, by_slice: bool) -> _Numbers:
    """Numbers of lines from those of their keys; of different slices different ones, if asked for."""
    if not family.numbered.timed.any():
        return number
    key, piece = family.places
    lines = number[0][key], number[1]
    return _paired(lines, (piece + 1, len(family.slices) + 1)) if by_slice else lines


def _paired(first: _Numbers, second: _Numbers) -> _Numbers:
    """A number for each pair of numbers."""
    number, count = first
    if count * second[1] > _MOST:
        number, met = pd.factorize(number)
        count = len(met)
    return number * second[1] + second[0], count * second[1]
