"""Exact kinks of a function that is made of straight pieces and bends one way only, from its values and slopes at a few places.

The optimum of a linear programme is such a function of any number that enters its right sides alone, or its objective alone. Two
tangents meet at a kink, or the function leaves them there, and its own tangent is one more piece.
Source: Eisner and Severance, Mathematical techniques for efficient record segmentation, Journal of the ACM 23 (1976).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
# Relative to the size of the function: a bend that moves it less than this is rounding.
FINE = 1e-9
_CLOSE = 1e-9
# How far from where tangents meet the function is looked at, as a multiple of what is taken as the same place.
_ASIDE = 10.0


@dataclass(frozen=True)
class Sample(Generic[Answer]):
    """The function at one place.

    Args:
        at: the place.
        value: there.
        slope: of a tangent there.
        answer: what it was read from.
    """

    at: float
    value: float
    slope: float
    answer: Answer

    def tangent(self, at: float) -> float:
        """The tangent at another place."""
        return self.value + self.slope * (at - self.at)


@dataclass(frozen=True)
class Piece(Generic[Answer]):
    """A straight piece.

    Args:
        start, end: where it begins and ends.
        sample: whose tangent it is.
    """

    start: float
    end: float
    sample: Sample[Answer]

    @property
    def slope(self) -> float:
        """Of the piece."""
        return self.sample.slope

    def value(self, at: float) -> float:
        """The function at a place on the piece."""
        return self.sample.tangent(at)


@dataclass(frozen=True)
class Kinked(Generic[Answer]):
    """A function made of pieces.

    Args:
        pieces: from left to right, each beginning where the last ends.
        asked: places that had to be looked at besides those given.
    """

    pieces: tuple[Piece[Answer], ...]
    asked: tuple[Sample[Answer], ...]

    def value(self, at: float) -> float:
        """The function at a place; beyond its ends, the straight continuation."""
        return next((p for p in self.pieces if at <= p.end), self.pieces[-1]).value(at)

    @property
    def kinks(self) -> tuple[float, ...]:
        """Where two pieces meet."""
        return tuple(piece.end for piece in self.pieces[:-1])


def kinked(samples: Sequence[Sample[Answer]], ask: Callable[[float], Sample[Answer] | None], fine: float = FINE) -> Kinked[Answer]:
    """The pieces between the first and the last of some samples.

    Args:
        samples: at least two, by rising place.
        ask: the function at another place; None where there is no answer, which ends the search there.
        fine: relative to the largest value: a smaller bend counts for nothing.
    """
    width, size = samples[-1].at - samples[0].at, max(abs(s.value) for s in samples) or 1.0
    search = _Search(ask, fine * size, _CLOSE * width)
    bends = [bend for left, right in pairwise(samples) for bend in search.between(left, right)]
    pieces: list[Piece[Answer]] = []
    start, owner = samples[0].at, samples[0]
    for at, left, right in bends:
        if at - start > search.close:
            pieces.append(Piece(start, at, left))
            start = at
        owner = right
    if samples[-1].at - start > search.close or not pieces:
        pieces.append(Piece(start, samples[-1].at, owner))
    else:
        pieces[-1] = Piece(pieces[-1].start, samples[-1].at, pieces[-1].sample)
    return Kinked(tuple(_joined(pieces, search.fine)), tuple(search.asked))


def _joined(pieces: list[Piece[Answer]], fine: float) -> Iterator[Piece[Answer]]:
    """Pieces that go on straight, as one."""
    last = pieces[0]
    for piece in pieces[1:]:
        if abs(last.value(piece.end) - piece.value(piece.end)) <= fine:
            last = Piece(last.start, piece.end, last.sample)
        else:
            yield last
            last = piece
    yield last


class _Search(Generic[Answer]):
    """The bends between two samples, by tangents that meet."""

    def __init__(self, ask: Callable[[float], Sample[Answer] | None], fine: float, close: float) -> None:
        self.ask, self.fine, self.close = ask, fine, close
        self.asked: list[Sample[Answer]] = []

    def between(self, left: Sample[Answer], right: Sample[Answer]) -> Iterator[tuple[float, Sample[Answer], Sample[Answer]]]:
        """Place of each bend, with a sample of the piece before and of the piece behind it."""
        from_left = abs(left.tangent(right.at) - right.value) <= self.fine
        from_right = abs(right.tangent(left.at) - left.value) <= self.fine
        if from_left and from_right:
            return
        if from_left or from_right:
            yield (right.at if from_left else left.at), left, right
            return
        if left.slope == right.slope:
            return
        at = left.at + (right.tangent(left.at) - left.value) / (left.slope - right.slope)
        if not left.at + self.close < at < right.at - self.close:
            yield min(max(at, left.at), right.at), left, right
            return
        # Not at the bend itself: a plan there touches two limits at once, and rounding puts it outside one of them.
        place = min(at + _ASIDE * self.close, (at + right.at) / 2)
        found = self.ask(place)
        if found is None:
            yield at, left, right
            return
        self.asked.append(found)
        if abs(found.value - right.tangent(place)) <= self.fine:
            yield at, left, right
            return
        yield from self.between(left, found)
        yield from self.between(found, right)
