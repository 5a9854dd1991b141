"""Backtests as `saltloop backtest` prints them: what makes the grade first, a line to a figure, places as headings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pandas as pd

from saltloop.analysis.backtest import Backtest, grade
from saltloop.data.pack import Pack
from saltloop.data.read import records
from saltloop.interfaces.backtest import Page, signed
from saltloop.interfaces.voice import aligned, width
from saltloop.language import percent
from saltloop.results.indicators import MODEL

Lines = Iterator[str]
Row = dict[str, Any]
_AGREE = 5e-4

_TEXTS: dict[str, tuple[str, str]] = {
    "same": ("Same boundary: the misfits that make the grade", "口径相同：据以评级的偏差"),
    "part": ("Official totals of which the modelled plants are a part", "模型只是其中一部分的官方总量"),
    "ceiling": ("Ceilings", "上限"),
    "none": ("Published, but not comparable", "已公布但不可比"),
    "most": ("ceiling", "上限值"),
    "used": ("of it used", "占上限"),
    "inside": ("inside", "范围内"),
    "outside": ("outside", "超出范围"),
    "by_totals": ("by the totals; model {share}", "总量可重现；模型 {share}"),
    "plants": ("{share}, modelled plants alone", "{share}，仅模型内装置"),
    "agree": (
        "{count} of {all} background values of the pack agree with what the official totals imply within 0.1 %.",
        "数据包的 {all} 个背景值中有 {count} 个与官方总量推得值相差不超过 0.1%。",
    ),
    "more": ("Sources, places and remarks of every figure: --out FILE.", "各项数据的来源、出处与说明：--out 文件。"),
}


class _Terminal(Page):
    """The tables of one language, narrow enough for a terminal."""

    def own(self, key: str, **values: object) -> str:
        return _TEXTS[key][self.which].format(**values)

    def figures(self, test: Backtest) -> Lines:
        """Every observation of the year, by how it compares."""
        found = records(test.items)
        for kind, head, cells in (
            ("same", [*self.head("what", "model", "published", "misfit", "range"), ""], self._same),
            ("part", [*self.head("what", "model", "with_background", "published", "misfit", "range"), ""], self._part),
            ("ceiling", [*self.head("what", "model"), self.own("most"), self.own("used"), ""], self._ceiling),
            ("none", self.head("what", "model", "published"), self._none),
        ):
            rows = [row for row in found if row["compares"] == kind]
            if rows:
                yield from _title(self.own(kind), "-")
                yield from aligned([*head, self.say("grade")], self._by_area(rows, cells))

    def _by_area(self, rows: Sequence[Row], cells: Callable[[Row], list[str]]) -> list[list[str]]:
        """The cells of rows, under a line for each place."""
        found: list[list[str]] = []
        for area in dict.fromkeys(row["area"] for row in rows):
            told = [cells(row) for row in rows if row["area"] == area]
            found += [[self.areas[area], *[""] * (len(told[0]) - 1)], *([f"  {first}", *others] for first, *others in told)]
        return found

    def _amounts(self, row: Row, *names: str) -> list[str]:
        return [self.amount(row[name], row["unit"]) for name in names]

    def _where(self, row: Row) -> str:
        if row["contradiction"]:
            return self.say(f"{row['compares']}_over")
        return "" if pd.isna(row["misfit"]) or row["low"] == row["high"] else self.own("inside" if row["within"] else "outside")

    def _misfit(self, row: Row) -> list[str]:
        return [signed(row["misfit"], self.language), self.range(row), self._where(row)]

    def _same(self, row: Row) -> list[str]:
        return [self.what(row), *self._amounts(row, "model", "published"), *self._misfit(row), row["grade"]]

    def _part(self, row: Row) -> list[str]:
        whole = self.amount(row["total"], row["unit"]) if row["background"] else "–"
        model, published = self._amounts(row, "model", "published")
        return [self.what(row), model, whole, published, *self._misfit(row), row["grade"]]

    def _ceiling(self, row: Row) -> list[str]:
        share = row["model"] / row["published"] if row["published"] else float("nan")
        return [self.what(row), *self._amounts(row, "model", "published"), percent(share, self.language), self._where(row), row["grade"]]

    def _none(self, row: Row) -> list[str]:
        return [self.what(row), *self._amounts(row, "model", "published"), row["grade"]]

    def indicators_told(self, test: Backtest) -> Lines:
        """Every published indicator of the year with what reproduces it."""
        rows = records(test.indicators)
        if rows:
            yield from _title(self.say("indicators"), "-")
            yield self.say("indicators_note")
            yield ""
            head = self.head("indicator", "official", "from_totals", "model", "verdict")
            yield from aligned(head, self._by_area(rows, self._indicator))

    def _indicator(self, row: Row) -> list[str]:
        return [self.indicators[row["indicator"]], *self._amounts(row, "published", "from_totals", "model"), self._reading(row)]

    def _reading(self, row: Row) -> str:
        if row["reproduces"] or pd.isna(row["model"]):
            return self.verdict_of(row)
        share = self.apart(row)
        if row["totals_reproduce"]:
            return self.own("by_totals", share=share)
        return self.own("plants", share=share) if row["basis"] == MODEL else share

    def backgrounds_told(self, test: Backtest) -> Lines:
        """The implied backgrounds that the pack lacks or has otherwise, and how many it has."""
        rows = records(test.background)
        apart = [row for row in rows if not row["present"] or abs(row["present"] / row["value"] - 1) > _AGREE]
        if rows:
            yield from _title(self.say("backgrounds"), "-")
            yield self.say("backgrounds_note")
            yield ""
        if apart:
            yield from aligned(self.head("account_name", "implied", "present", "verdict"), self._by_area(apart, self.background))
        if len(apart) < len(rows):
            yield self.own("agree", count=len(rows) - len(apart), all=len(rows))


def _title(words: str, line: str) -> Lines:
    yield from ("", words, line * width(words))


def backtest_text(pack: Pack, tests: Sequence[Backtest], language: str = "en") -> str:
    """The backtests of a pack for a terminal.

    Args:
        pack: as loaded.
        tests: one for each base year.
        language: en or zh.
    """
    page = _Terminal(pack, language)
    lines = [page.say("title", title=pack.about["title"][language])]
    for test in tests:
        lines += [*_title(page.say("year", year=test.year), "="), page.opening(test)]
        lines += [*page.figures(test), *page.indicators_told(test), *page.backgrounds_told(test)]
    return "\n".join([*lines, "", *page.verdict(grade(tests)), page.own("more")])
