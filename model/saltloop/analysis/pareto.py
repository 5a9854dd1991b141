"""The front of two accounts: how much of the one every level of the other costs, its kinks, and what binds between them.

The first account is driven to its best at evenly spaced levels of the second (epsilon constraint), each from the last basis. The front
of a linear programme is made of straight pieces and bends one way only, so the kinks between are found exactly, where tangents meet.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from saltloop.analysis.beside import Place, own_plan, placed_frame
from saltloop.analysis.pieces import Kinked, Sample, kinked
from saltloop.analysis.spans import Regime, binding_frame, spans_frame
from saltloop.analysis.trade import End, Trade, accounts_frame, ends
from saltloop.results.solved import per
from saltloop.solve.levels import Answer, Levels

POINTS = 21
# Share of the front by which the level nearest to its steep end keeps away from it, where rounding would leave no plan.
_ASIDE = 1e-7
_SAME = 1e-9
_ROUNDS = 4


@dataclass(frozen=True)
class Front:
    """A front of two accounts as tables.

    Args:
        accounts: role, account, wish, why_en, why_zh, title_en, title_zh, unit.
        points: kind (end, point, kink), second, first, error: along the second account.
        segments: segment, second_from, second_to, first_from, first_to, worth, worth_unit: straight pieces; worth is what one unit more of
            the second account brings of the first.
        binding: what binds in each segment, as `binding_frame` gives it.
        spans: from which level of the second account to which each rule or limit binds, as `spans_frame` gives it.
        placed: plans beside the front at an equal second account, as `placed_frame` gives them.
        seconds: of each step.
        solves: how many programmes were solved for points and kinks.
    """

    accounts: pd.DataFrame
    points: pd.DataFrame
    segments: pd.DataFrame
    binding: pd.DataFrame
    spans: pd.DataFrame
    placed: pd.DataFrame
    seconds: dict[str, float] = field(default_factory=dict)
    solves: int = 0

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        names = ("points", "segments", "binding", "spans", "placed", "accounts")
        return {name: getattr(self, name) for name in names if not getattr(self, name).empty or name == "points"}


@dataclass(eq=False)
class _Walk:
    """The levels that were asked, each once.

    Args:
        trade: the accounts.
        levels: the programme in the solver.
        known: answers by level.
    """

    trade: Trade
    levels: Levels
    known: dict[float, Answer] = field(default_factory=dict)

    def ask(self, level: float) -> Sample[Answer] | None:
        """The front at a level of the second account."""
        if level not in self.known:
            self.known[level] = self.levels.at(self.trade.bounds([level]))
        answer = self.known[level]
        if answer.status != "optimal":
            return None
        return Sample(level, answer.value, float(answer.duals[self.trade.row(1)]), answer)

    def judge(self) -> bool:
        """Judge the answers that were not; whether one of them had to be solved again."""
        before = list(self.known.items())
        self.known = dict(zip((level for level, _ in before), self.levels.judged(answer for _, answer in before), strict=True))
        return any(self.known[level].value != answer.value for level, answer in before)


def front(trade: Trade, points: int = POINTS, places: Iterable[Place] = ()) -> Front:
    """The front of two accounts.

    Args:
        trade: a scenario with two accounts.
        points: how many levels of the second account, evenly spaced from end to end.
        places: plans to show beside it; the scenario's own always is.

    Raises:
        SolveError: an account has no limit in the direction in which it is wished.
    """
    seconds, start = dict[str, float](), time.perf_counter()
    first_best, second_best = ends(trade)
    seconds["ends"], start = time.perf_counter() - start, time.perf_counter()
    walk = _Walk(trade, trade.levels(first_best.basis))
    seconds["hand_over"], start = time.perf_counter() - start, time.perf_counter()
    grid = np.linspace(first_best.reached[1], second_best.reached[1], max(points, 2)).tolist()
    size = max(abs(first_best.reached[1]), abs(second_best.reached[1])) or 1.0
    if abs(grid[0] - grid[-1]) <= _SAME * size:
        return _one_point(trade, first_best, places)
    for level in grid[1:-1]:
        walk.ask(level)
    aside = grid[-1] + _ASIDE * (grid[0] - grid[-1])
    walk.ask(aside)
    walk.judge()
    seconds["points"], start = time.perf_counter() - start, time.perf_counter()
    found = _kinked(walk, first_best, second_best, [*grid[1:-1], aside])
    seconds["kinks"] = time.perf_counter() - start
    return _tables(trade, walk, found, (first_best, second_best), grid, seconds, places)


def _kinked(walk: _Walk, first_best: End, second_best: End, levels: list[float]) -> Kinked[Answer]:
    """The front between its ends, from answers that all stand."""
    for _ in range(_ROUNDS):
        inner = [sample for level in levels if (sample := walk.ask(level)) is not None]
        begin, end = (Sample(e.reached[1], e.reached[0], 0.0, _answer_of(walk.trade, e)) for e in (first_best, second_best))
        near = inner[-1] if inner else begin
        # The tangent at the steep end is that of the nearest level, or the line to it.
        hits = abs(near.tangent(end.at) - end.value) <= _ASIDE * max(abs(end.value), abs(begin.value))
        slope = near.slope if hits else (end.value - near.value) / (end.at - near.at)
        samples = sorted([begin, *inner, Sample(end.at, end.value, slope, near.answer)], key=lambda s: s.at)
        found = kinked(samples, walk.ask)
        if not walk.judge():
            break
    return found


def _kinks(found: Kinked[Answer], walk: _Walk) -> Iterator[tuple[float, float, float]]:
    """Where pieces meet: second account, first account, and the larger error of the answers that both pieces were read from."""
    for before, after in pairwise(found.pieces):
        errors = [walk.known[p.sample.at].error for p in (before, after) if p.sample.at in walk.known]
        yield before.end, before.value(before.end), max(errors, default=np.nan)


def _answer_of(trade: Trade, end: End) -> Answer:
    """An end as an answer, its duals in the sense of the first account."""
    return Answer("optimal", {}, end.reached[0], np.zeros(0), -trade.wishes[0].sign * end.duals)


def _one_point(trade: Trade, end: End, places: Iterable[Place]) -> Front:
    """The front where both accounts are at their best in one plan."""
    points = pd.DataFrame([("end", end.reached[1], end.reached[0], 0.0)], columns=["kind", "second", "first", "error"])
    nothing = pd.DataFrame()

    def height(levels: Sequence[float]) -> float:
        there = _beyond(trade, end, end, levels[0])
        return np.nan if there is None else there

    placed = placed_frame(trade, (own_plan(trade), *places), height)
    return Front(accounts_frame(trade), points, nothing, nothing, nothing, placed)


def _beyond(trade: Trade, first_best: End, second_best: End, level: float) -> float | None:
    """The front at a level that is not between its ends: flat where the second account is worse, none where it is better; None: between."""
    sign, size = trade.wishes[1].sign, max(abs(first_best.reached[1]), abs(second_best.reached[1])) or 1.0
    if sign * (level - first_best.reached[1]) <= 0:
        return first_best.reached[0]
    past = sign * (level - second_best.reached[1])
    return None if past < 0 else second_best.reached[0] if past <= _SAME * size else np.nan


def _tables(
    trade: Trade, walk: _Walk, found: Kinked[Answer], both_ends: tuple[End, End], grid: list[float], seconds: dict[str, float], places: Iterable[Place]
) -> Front:
    """A front as tables."""
    start, scale = time.perf_counter(), walk.levels.live.scale
    first, second = trade.wishes
    rows = [("end", end.reached[1], end.reached[0], 0.0) for end in both_ends]
    rows += [("point", level, walk.known[level].value, walk.known[level].error) for level in grid[1:-1]]
    rows += [("kink", *kink) for kink in _kinks(found, walk)]
    points = pd.DataFrame(rows, columns=["kind", "second", "first", "error"]).sort_values("second", kind="stable", ignore_index=True)
    unit = per(first.unit, second.unit)
    segments = pd.DataFrame(
        [(n, p.start, p.end, p.value(p.start), p.value(p.end), p.slope + 0.0, unit) for n, p in enumerate(found.pieces, 1)],
        columns=["segment", "second_from", "second_to", "first_from", "first_to", "worth", "worth_unit"],
    )
    regimes = [Regime(p.start, p.end, p.sample.answer.duals, walk.levels.arrays) for p in found.pieces]
    binding = binding_frame(trade.program, regimes, scale, first.unit)

    def height(levels: Sequence[float]) -> float:
        outside = _beyond(trade, *both_ends, levels[0])
        return found.value(levels[0]) if outside is None else outside

    placed = placed_frame(trade, (own_plan(trade), *places), height)
    seconds["tables"] = time.perf_counter() - start
    return Front(accounts_frame(trade), points, segments, binding, spans_frame(binding, regimes), placed, seconds, walk.levels.solves)
