"""How every number of a programme answers to the inputs that vary, measured on a few programmes instead of being written down.

A programme is a function from inputs to numbers, and each number depends smoothly on very few inputs: a price on its own change, a
coefficient on a recipe and a factor. Programmes are compiled at points where all inputs move at once; each number is then explained by
the fewest inputs that fit all points but two, which no other inputs do. What nothing explains is named, never guessed. So nothing about
patching has to be known by equations, rules or packs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.polynomial.chebyshev import chebvander

from saltloop.formulation.arrays import Arrays, Layout, place_name

# Numbers of a programme have rounding errors of 1e-16 of their size; a wrong explanation misses by far more than this.
EXACT = 2e-12
_SPARE = 2
_NOUGHT = 1e-13


@dataclass(frozen=True, eq=False)
class Piece:
    """Numbers that depend on the same inputs: a polynomial in each, multiplied out.

    Args:
        axes: positions of the inputs; empty: the numbers are constant.
        degrees: of the polynomial in each of them.
        places: positions in the vector of the programme.
        sizes: largest magnitude of each number over the points.
        coefficients: terms by places.
    """

    axes: tuple[int, ...]
    degrees: tuple[int, ...]
    places: np.ndarray
    sizes: np.ndarray
    coefficients: np.ndarray


@dataclass(frozen=True, eq=False)
class Response:
    """A programme as a function of its inputs.

    Args:
        layout: of its numbers.
        numbers: of a programme of this structure; those that vary are replaced.
        pieces: the numbers that vary.
        unexplained: positions of the numbers that no few inputs explain.
    """

    layout: Layout
    numbers: np.ndarray
    pieces: tuple[Piece, ...]
    unexplained: np.ndarray

    def at(self, point: np.ndarray) -> Arrays:
        """The programme at a point.

        Args:
            point: the inputs, each from -1 to 1 over its range.
        """
        numbers = self.numbers.copy()
        for piece in self.pieces:
            values = (_terms(point[None, :], piece.axes, piece.degrees)[0][:, None] * piece.coefficients).sum(axis=0)
            numbers[piece.places] = np.where(np.abs(values) > _NOUGHT * piece.sizes, values, 0.0)
        return Arrays(self.layout, numbers)

    def misses(self, point: np.ndarray, arrays: Arrays) -> np.ndarray:
        """Positions where a programme compiled at a point is another than this response says."""
        said, true = self.at(point).numbers, arrays.numbers
        size = np.maximum(np.abs(true), np.abs(self.numbers))
        for piece in self.pieces:
            size[piece.places] = np.maximum(size[piece.places], piece.sizes)
        differs = np.flatnonzero(said != true)
        wrong: np.ndarray = differs[~(np.abs(said[differs] - true[differs]) <= 10 * EXACT * size[differs])]
        return wrong

    def names(self, places: np.ndarray, most: int = 3) -> str:
        """Some positions in words."""
        shown = ", ".join(place_name(self.layout, int(n)) for n in places[:most])
        return f"{shown} and {len(places) - most} more" if len(places) > most else shown


def measured(points: np.ndarray, programmes: Sequence[Arrays]) -> Response:
    """The response of programmes to their inputs.

    Args:
        points: K by n, the inputs at which each programme was compiled, each from -1 to 1 over its range.
        programmes: K, on one layout, with infinite bounds at the same places.
    """
    layout, first = programmes[0].layout, programmes[0].numbers
    varies = np.zeros(len(first), dtype=bool)
    for each in programmes[1:]:
        varies |= each.numbers != first
    left = np.flatnonzero(varies)
    values = np.array([each.numbers[left] for each in programmes])
    pieces: list[Piece] = []
    for axes, degrees in _models(*points.shape):
        if not len(left):
            break
        fits = _fits(points, axes, degrees, values)
        if fits.any():
            pieces.append(_piece(points, axes, degrees, left[fits], values[:, fits]))
            left, values = left[~fits], values[:, ~fits]
    return Response(layout, first.copy(), tuple(pieces), left)


def _models(count: int, inputs: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Explanations from the simplest on that a number of points can tell from chance."""

    def affordable(axes: int, *degrees: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
        if int(np.prod([d + 1 for d in degrees])) + _SPARE <= count:
            yield from ((found, degrees) for found in combinations(range(inputs), axes))

    yield from affordable(1, 1)
    yield from affordable(2, 1, 1)
    yield from affordable(3, 1, 1, 1)
    for degree in range(2, count - _SPARE):
        yield from affordable(1, degree)
    for degree in range(2, count // 2 - _SPARE + 1):
        yield from affordable(2, 1, degree)
        yield from affordable(2, degree, 1)


def _terms(points: np.ndarray, axes: tuple[int, ...], degrees: tuple[int, ...]) -> np.ndarray:
    """Every product of Chebyshev polynomials of the axes up to their degrees: points by terms."""
    found = np.ones((len(points), 1))
    for axis, degree in zip(axes, degrees, strict=True):
        place = points[:, axis]
        own = np.stack([np.ones(len(place)), place], axis=1) if degree == 1 else chebvander(place, degree)
        found = (found[:, :, None] * own[:, None, :]).reshape(len(points), -1)
    return found


def _fits(points: np.ndarray, axes: tuple[int, ...], degrees: tuple[int, ...], values: np.ndarray) -> np.ndarray:
    """Which columns of values a model explains at every point; a polynomial must have come to its end, not only pass through."""
    terms, sizes = _terms(points, axes, degrees), np.abs(values).max(axis=0)
    base, triangle = np.linalg.qr(terms)
    found: np.ndarray = np.abs(values - base @ (base.T @ values)).max(axis=0) <= EXACT * sizes
    if max(degrees) > 1 and found.any():
        powers = np.indices([d + 1 for d in degrees]).reshape(len(degrees), -1)
        last = np.any((powers == np.array(degrees)[:, None]) & (np.array(degrees)[:, None] > 1), axis=0)
        coefficients = np.linalg.solve(triangle, base.T @ values[:, found])
        found[found] = np.abs(coefficients[last]).max(axis=0) <= EXACT * sizes[found]
    return found


def _piece(points: np.ndarray, axes: tuple[int, ...], degrees: tuple[int, ...], places: np.ndarray, values: np.ndarray) -> Piece:
    coefficients = np.linalg.lstsq(_terms(points, axes, degrees), values, rcond=None)[0]
    return Piece(axes, degrees, places, np.abs(values).max(axis=0), coefficients)


def spread_points(count: int, inputs: int, generator: np.random.Generator) -> np.ndarray:
    """Points that tell the inputs apart: each input takes both ends and places between, in an order of its own.

    Args:
        count: of points.
        inputs: how many.
        generator: of the orders and of small moves that make no two inputs alike.
    """
    if count < _SPARE + 1 or not inputs:
        return np.zeros((count, inputs))
    even = -np.cos(np.pi * np.arange(count) / (count - 1))
    moves = generator.uniform(-0.4, 0.4, (count, inputs)) * np.gradient(even)[:, None]
    moves[[0, -1]] = 0.0
    return generator.permuted(np.clip(even[:, None] + moves, -1, 1), axis=0)
