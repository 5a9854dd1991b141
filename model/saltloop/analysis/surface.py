"""Three accounts as a surface: the best of the first on a grid of levels of the two others."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from saltloop.analysis.beside import Place, own_plan, placed_frame
from saltloop.analysis.trade import Trade, accounts_frame, ends
from saltloop.results.solved import per
from saltloop.solve.levels import Answer

GRID = 9
_ASIDE = 1e-7
POINTS = ["point", "second", "third", "first", "worth_second", "worth_second_unit", "worth_third", "worth_third_unit", "status", "error"]


@dataclass(frozen=True)
class Surface:
    """The surface of three accounts as tables.

    Args:
        accounts: role, account, wish, why_en, why_zh, title_en, title_zh, unit.
        points: point, second, third, first, worth_second, worth_second_unit, worth_third, worth_third_unit, status, error: a row for each pair of
            levels; without a plan, first is missing. Worth is what one unit more of an account brings of the first.
        triangles: a, b, c: points that span the surface.
        ends: account, second, third, first: the best of each account, then of the others in order.
        placed: plans beside the surface at equal levels of the others, as `placed_frame` gives them.
        seconds: of each step.
    """

    accounts: pd.DataFrame
    points: pd.DataFrame
    triangles: pd.DataFrame
    ends: pd.DataFrame
    placed: pd.DataFrame
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {name: getattr(self, name) for name in ("points", "triangles", "ends", "placed", "accounts")}


def surface(trade: Trade, points: int = GRID, places: Iterable[Place] = ()) -> Surface:
    """The surface of three accounts.

    Args:
        trade: a scenario with three accounts.
        points: levels of the second account, and of the third.
        places: plans to show beside it; the scenario's own always is.

    Raises:
        SolveError: an account has no limit in the direction in which it is wished.
    """
    begun = time.perf_counter()
    best = ends(trade)
    levels = trade.levels(best[0].basis)
    across, along = (_grid([end.reached[n] for end in best], best[n].reached[n], points) for n in (1, 2))
    pairs = list(_serpentine(across, along))
    plans = [own_plan(trade), *places]
    beside = list(dict.fromkeys((p.reached[1], p.reached[2]) for p in plans if not p.note[0]))
    asked = [levels.at(trade.bounds(pair)) for pair in [*pairs, *beside]]
    answers = levels.judged(asked)
    found = dict(zip(pairs, answers[: len(pairs)], strict=True))
    ordered = [(second, third) for second in across for third in along]
    frame = pd.DataFrame([_row(trade, n, pair, found[pair]) for n, pair in enumerate(ordered)], columns=POINTS)
    triangles = pd.DataFrame(_triangles(trade, frame["first"].to_numpy().reshape(len(across), len(along))), columns=["a", "b", "c"]).astype("int64")
    reached = pd.DataFrame(
        [(trade.wishes[e.best].name, e.reached[1], e.reached[2], e.reached[0]) for e in best], columns=["account", "second", "third", "first"]
    )
    best_beside = {pair: answer.value for pair, answer in zip(beside, answers[len(pairs) :], strict=True)}
    placed = placed_frame(trade, plans, lambda pair: best_beside[pair[0], pair[1]])
    return Surface(accounts_frame(trade), frame, triangles, reached, placed, {"all": time.perf_counter() - begun})


def _grid(reached: Sequence[float], best: float, points: int) -> list[float]:
    """Levels from the best of an account to its worst where another is best; the first a little aside, where rounding would leave no plan."""
    worst = max(reached, key=lambda level: abs(level - best))
    levels: list[float] = np.linspace(best, worst, max(points, 2)).tolist()
    levels[0] += _ASIDE * (worst - best)
    return list(dict.fromkeys(levels))


def _serpentine(across: list[float], along: list[float]) -> Iterator[tuple[float, float]]:
    """Every pair, each a neighbour of the one before, from the loosest on."""
    for n, second in enumerate(reversed(across)):
        yield from ((second, third) for third in (reversed(along) if n % 2 == 0 else along))


def _row(trade: Trade, number: int, pair: tuple[float, float], answer: Answer) -> tuple[object, ...]:
    first, second, third = (wish.unit for wish in trade.wishes)
    known = answer.status == "optimal"
    worth = [float(answer.duals[trade.row(n)]) + 0.0 if known else np.nan for n in (1, 2)]
    return (number, *pair, answer.value, worth[0], per(first, second), worth[1], per(first, third), answer.status, answer.error)


def _triangles(trade: Trade, heights: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """Two triangles for each cell of the grid, split where the surface stays nearer to the true one, which bends one way only."""
    sign, wide = trade.wishes[0].sign, heights.shape[1]
    for i, j in np.ndindex(heights.shape[0] - 1, wide - 1):
        corners = [i * wide + j, i * wide + j + 1, (i + 1) * wide + j + 1, (i + 1) * wide + j]
        own = sign * heights.ravel()[corners]
        there = [corner for corner, height in zip(corners, own, strict=True) if not np.isnan(height)]
        if len(there) == 3:
            yield there[0], there[1], there[2]
        elif len(there) == 4:
            a, b, c, d = corners
            yield from ((a, b, c), (a, c, d)) if own[0] + own[2] >= own[1] + own[3] else ((a, b, d), (b, c, d))
