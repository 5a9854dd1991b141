"""Which numbers to measure next, as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from saltloop.analysis.failure import Titles, titles
from saltloop.analysis.influence.influence import Influence
from saltloop.data.read import records
from saltloop.data.relations import plain_unit
from saltloop.interfaces.voice import aligned
from saltloop.language import NOTHING, number, span
from saltloop.scenario.resolve import Scenario

_TEXTS: dict[str, tuple[str, str]] = {
    "title": ("{title}: which numbers should be measured next", "{title}：下一步应测定哪些数值"),
    "counts": (
        "{in_programme} of {with_range} numbers of grade C or D with a range show in this programme; {built} programmes built, {solved} plans solved.",
        "有范围的 C、D 级数值 {with_range} 个，其中 {in_programme} 个进入本规划；构建 {built} 个模型，求解 {solved} 次。",
    ),
    "objective": (
        "Objective as the numbers are: {value}. At either end of its range a number moves it by:",
        "按现值，目标为 {value}。各数值取范围两端时，目标变化为：",
    ),
    "head": ("|number|value|range|grade|at lowest|at highest|plan|Morris", "|数值|现值|范围|等级|取下限|取上限|方案|Morris"),
    "changes": ("changes", "改变"),
    "stays": ("same", "不变"),
    "no_plan": ("no plan", "无方案"),
    "where": ("Where they stand:", "出处："),
    "where_line": ("{rank}. {place}, source {source}", "{rank}. {place}，来源 {source}"),
    "enters": ("; enters: {names}", "；进入：{names}"),
    "leaves": ("; leaves: {names}", "；退出：{names}"),
    "legend": (
        "at lowest, at highest: change of the objective with a new plan. plan: whether other processes run at one of the ends. "
        "Morris: mean size of the effect over the range while the others in the table vary too.",
        "取下限、取上限：重新求解后目标的变化。方案：两端运行的工艺是否不同。Morris：其余数值同时变化时，该数值全范围效应的平均大小。",
    ),
    "unmeasured": (
        "{count} numbers add or take away a part of the programme when they move and are not ranked: {names}",
        "{count} 个数值变动时会增减模型的行列，未参与排序：{names}",
    ),
    "nothing": ("No number of grade C or D with a range shows in this programme.", "没有带范围的 C、D 级数值进入本规划。"),
}
_WORDS: dict[str, tuple[str, str]] = {
    "make": ("made", "产出"),
    "use": ("used", "消耗"),
    "existing": ("existing", "现有"),
    "planned": ("planned", "规划"),
    "option": ("option", "备选"),
    "draw_limit": ("draw limit", "取用限额"),
    "stock": ("stock", "储量"),
    "variable_cost": ("variable cost", "可变成本"),
    "fixed_cost": ("fixed cost", "固定成本"),
    "capital_cost": ("capital cost", "投资"),
    "lifetime": ("lifetime", "寿命"),
    "availability": ("availability", "可用率"),
    "labour": ("labour", "用工"),
    "freight_distance": ("freight per distance", "里程运费"),
    "resource_tax": ("resource tax", "资源税"),
    "land": ("land", "用地"),
    "energy_content": ("energy content", "折标系数"),
    "evaporation": ("evaporation", "蒸发"),
    "process": ("process", "工艺"),
    "equipment": ("equipment", "设备"),
    "commodity": ("commodity", "物料"),
    "basin": ("basin", "资源"),
    "mode": ("mode", "运输方式"),
    "market": ("market", "市场"),
}
_NAMED = 4


def influence_text(scenario: Scenario, found: Influence, top: int, language: str = "en") -> str:
    """The top numbers as a table, then where each stands and what it does to the plan.

    Args:
        scenario: that was looked at.
        found: the answer.
        top: lines.
        language: en or zh.
    """
    return "\n".join(_Page(scenario, found, top, language).lines())


class _Page:
    """Lines in one language."""

    def __init__(self, scenario: Scenario, found: Influence, top: int, language: str) -> None:
        self.scenario, self.found, self.top, self.language = scenario, found, top, language
        self.known: Titles = titles(scenario.pack)

    def say(self, key: str, **values: object) -> str:
        return _TEXTS[key][self.language == "zh"].format(**values)

    def amount(self, value: float, unit: str) -> str:
        return number(value, plain_unit(unit), self.language)

    def title(self, name: str) -> str:
        """An id, process@site or a part of a key in words."""
        known = {**_WORDS, **self.known}
        return "@".join(known[part][self.language == "zh"] if part in known else part.replace("_", " ") for part in name.split("@"))

    def lines(self) -> Iterator[str]:
        """Everything, line by line."""
        yield self.say("title", title=self.scenario.title[self.language])
        if not len(self.found.frame):
            yield self.say("nothing")
            return
        yield self.say("counts", **self.found.counts)
        yield self.say("objective", value=self.amount(self.found.objective, self.found.unit))
        top = self.found.frame.head(self.top)
        yield from aligned(self.say("head").split("|"), [self._row(r) for r in records(top)])
        yield "  " + self.say("legend")
        yield self.say("where")
        yield from ("  " + self._where(r) for r in records(top))
        if self.found.unmeasured:
            names = self.found.unmeasured
            yield self.say("unmeasured", count=len(names), names=", ".join(names[:_NAMED]) + (" ..." if len(names) > _NAMED else ""))
        yield from (note.zh if self.language == "zh" else str(note) for note in self.found.notes)

    def _row(self, r: dict[str, Any]) -> list[str]:
        name = " · ".join(self.title(part) for part in r["key"].split(" / "))
        plan = NOTHING if r["plan_changes"] is None else self.say("changes" if r["plan_changes"] else "stays")
        ends = [self.say("no_plan") if pd.isna(r[at]) else self.amount(r[at], self.found.unit) for at in ("at_low", "at_high")]
        screened = NOTHING if pd.isna(r["morris_mean"]) else self.amount(r["morris_mean"], self.found.unit)
        reach = span(r["low"], r["high"], plain_unit(r["unit"]), self.language)
        return [str(r["rank"]), name, self.amount(r["value"], r["unit"]), reach, r["grade"], *ends, plan, screened]

    def _where(self, r: dict[str, Any]) -> str:
        said = self.say("where_line", rank=r["rank"], place=r["place"], source=r["source"])
        for key in ("enters", "leaves"):
            names = r[key].split()
            if names:
                said += self.say(key, names=", ".join(map(self.title, names[:_NAMED])) + (" ..." if len(names) > _NAMED else ""))
        return said
