"""A space of variations: axes of listed values, crossed with each other and with a sample; points by number, neighbours first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from saltloop.scenario.draws import Draw

BASE = "base"
Values = dict[str, object]
# Up to here the tour visits the nearest point not yet visited, which takes time with the square of the count.
_MOST_TOURED = 4000
_LAYERS = 8


@dataclass(frozen=True)
class Level:
    """One step of an axis.

    Args:
        name: what tables call it.
        values: value by path of the scenario.
    """

    name: str
    values: Mapping[str, object]


@dataclass(frozen=True)
class Space:
    """Variations of a scenario, all points of which are meant.

    Args:
        axes: each a tuple of levels; every combination is a point.
        paths: paths of the sampled numbers.
        draws: their distributions.
        sample: points by paths; no columns: nothing is sampled.
    """

    axes: tuple[tuple[Level, ...], ...] = ()
    paths: tuple[str, ...] = ()
    draws: tuple[Draw, ...] = ()
    sample: np.ndarray = field(default_factory=lambda: np.zeros((1, 0)))

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Number of levels of each axis, then number of sampled points."""
        return (*(len(axis) for axis in self.axes), len(self.sample))

    def __len__(self) -> int:
        return math.prod(self.shape)

    def values(self, point: int) -> Values:
        """The values of a point by path."""
        *steps, row = (int(n) for n in np.unravel_index(point, self.shape))
        found: Values = {}
        for axis, step in zip(self.axes, steps, strict=True):
            found |= axis[step].values
        return found | {path: draw.text(number) for path, draw, number in zip(self.paths, self.draws, self.sample[row], strict=True)}

    def name(self, point: int) -> str:
        """The name of a point: its levels, and the number of its sampled point from 1."""
        *steps, row = (int(n) for n in np.unravel_index(point, self.shape))
        parts = [axis[step].name for axis, step in zip(self.axes, steps, strict=True)]
        return "; ".join([*parts, *([str(row + 1)] if self.paths else [])]) or BASE

    def named(self, name: str) -> int | None:
        """The point of a name; None if there is none."""
        return next((n for n in range(len(self)) if self.name(n) == name), None)

    def all_paths(self) -> list[str]:
        """Every path that varies, in order."""
        return list(dict.fromkeys([path for axis in self.axes for level in axis for path in level.values] + list(self.paths)))

    def tour(self) -> np.ndarray:
        """All points in an order in which neighbours differ little: a snake over the axes, the sample from near to near."""
        order = snake(self.shape[:-1])
        rows = near_to_near(self.sample)
        count = len(rows)
        turned = [rows if n % 2 == 0 else rows[::-1] for n in range(len(order))]
        return np.concatenate([point * count + each for point, each in zip(order, turned, strict=True)])


def snake(shape: tuple[int, ...]) -> np.ndarray:
    """Every point of a grid so that each differs from the one before by one step of one axis.

    Args:
        shape: number of levels of each axis.

    Returns:
        positions in the grid laid out row by row.
    """
    order = np.zeros(1, dtype=np.int64)
    for size in shape:
        ahead = np.arange(size, dtype=np.int64)
        order = (order[:, None] * size + np.where((np.arange(len(order)) % 2 == 0)[:, None], ahead, ahead[::-1])).ravel()
    return order


def near_to_near(points: np.ndarray) -> np.ndarray:
    """An order of sampled points in which neighbours lie close; by layers where there are too many to compare each with each."""
    if points.shape[1] == 0 or len(points) < 3:
        return np.arange(len(points), dtype=np.int64)
    spread = np.ptp(points, axis=0)
    scaled = (points - points.min(axis=0)) / np.where(spread > 0, spread, 1.0)
    return _layers(scaled) if len(points) > _MOST_TOURED else _nearest(scaled)


def _nearest(points: np.ndarray) -> np.ndarray:
    """From each point on to the nearest that was not visited."""
    order, left = np.zeros(len(points), dtype=np.int64), np.ones(len(points), dtype=bool)
    left[0] = False
    for n in range(1, len(points)):
        away = np.square(points - points[order[n - 1]]).sum(axis=1)
        away[~left] = np.inf
        order[n] = int(np.argmin(away))
        left[order[n]] = False
    return order


def _layers(points: np.ndarray) -> np.ndarray:
    """A snake over layers of the first columns; within the last layer in order of its column."""
    columns = min(3, points.shape[1])
    cells = np.minimum((points[:, :columns] * _LAYERS).astype(np.int64), _LAYERS - 1)
    rank = np.empty(_LAYERS**columns, dtype=np.int64)
    rank[snake((_LAYERS,) * columns)] = np.arange(_LAYERS**columns)
    place = rank[np.ravel_multi_index(tuple(cells.T), (_LAYERS,) * columns)]
    return np.lexsort((points[:, -1], place)).astype(np.int64)
