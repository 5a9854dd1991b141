"""The sweep of one number in words, tables and a chart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pandas as pd

from saltloop.analysis.regimes import Regimes
from saltloop.interfaces.answer import ACCENT, Answer, Figure, Table, axis, printed, scaled
from saltloop.interfaces.front_text import Speaker, bars_figure, spans_table
from saltloop.language import Both

# Levels that a terminal shows: the ones looked at first, and some changes.
_LEVELS = 30


class _Regimes(Speaker):
    """A sweep in one language."""

    texts: ClassVar[dict[str, Both]] = {
        **Speaker.texts,
        "title": ("{scenario}: what binds as {path} moves", "{scenario}：{path} 变化时起作用的约束"),
        "count": (
            "From {low} to {high}, levels at which something begins or ceases to bind: {count} ({how}).",
            "自 {low} 至 {high}，起作用的规则与限额变化 {count} 次（{how}）。",
        ),
        "exact": ("exact: the number enters in proportion", "精确：该数值按比例进入模型"),
        "near": ("to a millionth of the way", "精度为全程的百万分之一"),
        "none": ("There is no plan at any of the levels.", "所有水平上均无可行方案。"),
        "below": ("Below {level} there is no plan.", "低于 {level} 时没有可行方案。"),
        "above": ("Above {level} there is no plan.", "高于 {level} 时没有可行方案。"),
        "objective": ("Objective", "目标函数"),
    }

    def __init__(self, found: Regimes, names: pd.DataFrame, language: str) -> None:
        super().__init__(names, language)
        self.found = found

    def answer(self, scenario: dict[str, str]) -> Answer:
        """All of it."""
        found, caption = self.found, self.tell("spans")
        title = self.tell("title", scenario=scenario[self.language], path=found.path)
        if found.segments.empty:
            return Answer(title, list(self._lines()), [], [])
        figures = [bars_figure(self, found.spans, caption, found.path, found.unit), self._curve()]
        return Answer(title, list(self._lines()), figures, [spans_table(self, found.spans, caption, found.path, found.unit), self._levels()])

    def _lines(self) -> Iterator[str]:
        points, segments = self.found.points, self.found.segments
        if segments.empty:
            yield self.tell("none")
            return
        low, high = (self.amount(level, self.found.unit) for level in (segments["start"].iloc[0], segments["end"].iloc[-1]))
        how = self.tell("exact" if self.found.exact else "near")
        yield self.tell("count", low=low, high=high, count=len(segments) - 1, how=how)
        if points["level"].iloc[0] < segments["start"].iloc[0]:
            yield self.tell("below", level=low)
        if points["level"].iloc[-1] > segments["end"].iloc[-1]:
            yield self.tell("above", level=high)

    def _levels(self) -> Table:
        points = self.found.points[self.found.points["status"] == "optimal"]
        levels, unit = printed(points["level"].tolist(), self.found.unit, self.language)
        values, money = printed(points["objective"].tolist(), self.found.money, self.language)
        heads = [f"{self.found.path} [{unit}]", f"{self.tell('objective')} [{money}]"]
        # Near a change the levels lie closer than what is printed tells apart.
        apart = dict(zip(levels, values, strict=True))
        return Table(self.tell("objective"), heads, [list(row) for row in apart.items()], _LEVELS)

    def _curve(self) -> Figure:
        points = self.found.points
        levels, unit = scaled(points["level"], self.found.unit, self.language)
        values, money = scaled(points["objective"], self.found.money, self.language)
        data = {"type": "scatter", "mode": "lines+markers", "x": levels, "y": values, "line": {"color": ACCENT}, "showlegend": False}
        return Figure(self.tell("objective"), [data], {"xaxis": axis(self.found.path, unit), "yaxis": axis(self.tell("objective"), money)})


def regimes_answer(found: Regimes, names: pd.DataFrame, scenario: dict[str, str], language: str = "en") -> Answer:
    """The sweep of a number in one language.

    Args:
        found: as `analysis.regimes.regimes` gives it.
        names: titles, as `results.titles.names_of` gives them.
        scenario: its title by language.
        language: en or zh.
    """
    return _Regimes(found, names, language).answer(scenario)
