"""What a study draws at random: distributions of one number each, their correlation, and the plans of sampling.

A sample is drawn in the unit cube by `scipy.stats.qmc`, correlated by a Gaussian copula and carried to each distribution by its
inverse. The same plan and seed give the same numbers on every machine: they are kept to six significant digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from saltloop.units import has_sign, split_quantity

PLANS = ("latin_hypercube", "sobol", "random")
KINDS = ("uniform", "triangular", "normal", "discrete")
_DIGITS = 6
_LOWEST_CHANGE = -100.0


@dataclass(frozen=True)
class Draw:
    """One number of the scenario that varies at random.

    Args:
        kind: uniform, triangular, normal or discrete.
        numbers: uniform: lowest and highest; triangular: lowest, likeliest, highest; normal: mean, deviation and, where it is cut,
            lowest and highest; all in `unit`.
        unit: text behind the number, such as %; empty: none.
        signed: whether it is written with its sign, as changes are.
        values: discrete: the values as written.
        chances: discrete: their probabilities.
    """

    kind: str
    numbers: tuple[float, ...] = ()
    unit: str = ""
    signed: bool = False
    values: tuple[object, ...] = ()
    chances: tuple[float, ...] = ()

    def at(self, shares: np.ndarray) -> np.ndarray:
        """The number below which each share of the draws lies; of a discrete draw the position of the value.

        Args:
            shares: between 0 and 1, any shape.
        """
        if self.kind == "discrete":
            edges = np.cumsum(self.chances)
            found: np.ndarray = np.minimum(np.searchsorted(edges, shares, side="right"), len(edges) - 1)
            return found
        return _rounded(_INVERSES[self.kind](self, shares))

    def text(self, number: float) -> object:
        """A drawn number as a scenario would write it."""
        if self.kind == "discrete":
            return self.values[int(number)]
        sign = "+" if self.signed and number >= 0 else ""
        return f"{sign}{number:.{_DIGITS}g} {self.unit}".strip() if self.unit or self.signed else float(number)

    def extremes(self) -> tuple[object, ...]:
        """The values at the ends and in the middle, as text: what is tried before anything is solved."""
        if self.kind == "discrete":
            return self.values
        return tuple(self.text(number) for number in self.at(np.array([1e-6, 0.5, 1 - 1e-6])))


def _rounded(numbers: np.ndarray) -> np.ndarray:
    """Numbers at six significant digits."""
    size = np.floor(np.log10(np.maximum(np.abs(numbers), 1e-300)))
    step = 10.0 ** (_DIGITS - 1 - size)
    found: np.ndarray = np.where(numbers == 0, 0.0, np.round(numbers * step) / step) + 0.0
    return found


def _uniform(draw: Draw, shares: np.ndarray) -> np.ndarray:
    low, high = draw.numbers
    found: np.ndarray = low + (high - low) * shares
    return found


def _triangular(draw: Draw, shares: np.ndarray) -> np.ndarray:
    low, mode, high = draw.numbers
    width = high - low
    turn = (mode - low) / width
    found: np.ndarray = np.where(shares < turn, low + np.sqrt(shares * width * (mode - low)), high - np.sqrt((1 - shares) * width * (high - mode)))
    return found


def _normal(draw: Draw, shares: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr, ndtri

    mean, deviation = draw.numbers[:2]
    low, high = draw.numbers[2:] or (_LOWEST_CHANGE if draw.signed and draw.unit == "%" else -math.inf, math.inf)
    below, above = ndtr((low - mean) / deviation), ndtr((high - mean) / deviation)
    found: np.ndarray = mean + deviation * ndtri(np.clip(below + (above - below) * shares, 1e-12, 1 - 1e-12))
    return found


_INVERSES: dict[str, Callable[[Draw, np.ndarray], np.ndarray]] = {"uniform": _uniform, "triangular": _triangular, "normal": _normal}


def quantities(texts: list[object]) -> tuple[tuple[float, ...], str, bool] | None:
    """Several quantities as numbers in one unit; None if one is no number or their units differ.

    Returns:
        numbers, unit, whether one of them has a sign.
    """
    parts = [split_quantity(str(text)) for text in texts if not isinstance(text, bool)]
    if len(parts) != len(texts) or any(part is None for part in parts):
        return None
    found = [part for part in parts if part is not None]
    units = {unit for number, unit in found if number != 0 or unit} or {""}
    if len(units) > 1:
        return None
    signed = any(has_sign(text) for text in texts)
    return tuple(number for number, _ in found), units.pop(), signed


def unit_cube(plan: str, count: int, dimensions: int, seed: int) -> np.ndarray:
    """Points of the unit cube, count by dimensions.

    Args:
        plan: latin_hypercube, sobol (scrambled) or random.
        count: number of points.
        dimensions: of the cube.
        seed: of the generator.
    """
    generator = np.random.default_rng(seed)
    if plan == "random":
        return generator.random((count, dimensions))
    from scipy.stats import qmc

    if plan == "latin_hypercube":
        found: np.ndarray = qmc.LatinHypercube(dimensions, rng=generator).random(count)
        return found
    points: np.ndarray = qmc.Sobol(dimensions, rng=generator).random_base2(math.ceil(math.log2(max(count, 1))))[:count]
    return points


def correlated(points: np.ndarray, matrix: np.ndarray, keep_layers: bool) -> np.ndarray:
    """Points of the unit cube whose columns hang together as a Gaussian copula has it.

    Args:
        points: independent, count by dimensions.
        matrix: correlation of the normals behind the columns, positive definite.
        keep_layers: True: each column keeps its own values and only their order changes, so that a Latin hypercube stays one.
    """
    from scipy.special import ndtr, ndtri

    together: np.ndarray = ndtr(ndtri(np.clip(points, 1e-12, 1 - 1e-12)) @ np.linalg.cholesky(matrix).T)
    if not keep_layers:
        return together
    found = np.empty_like(points)
    for column in range(points.shape[1]):
        found[np.argsort(together[:, column], kind="stable"), column] = np.sort(points[:, column])
    return found


def sample(draws: tuple[Draw, ...], plan: str, count: int, seed: int, matrix: np.ndarray | None = None) -> np.ndarray:
    """A sample of several draws.

    Args:
        draws: one for each column.
        plan: latin_hypercube, sobol or random.
        count: number of rows.
        seed: of the generator.
        matrix: correlation; None: independent.

    Returns:
        count by len(draws): numbers in the unit of each draw; of a discrete draw the positions of its values.
    """
    points = unit_cube(plan, count, len(draws), seed)
    if matrix is not None:
        points = correlated(points, matrix, plan == "latin_hypercube")
    return np.column_stack([draw.at(points[:, n]) for n, draw in enumerate(draws)]) if draws else np.zeros((count, 0))
