"""Plans under risk as text: what to build, how each plan does in each state, what foresight would be worth."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from saltloop.analysis.failure import titles
from saltloop.analysis.risk.risk import MEAN, STOCHASTIC, Risk
from saltloop.data.read import records
from saltloop.data.relations import plain_unit
from saltloop.interfaces.voice import aligned
from saltloop.language import NOTHING, number, percent
from saltloop.scenario.study import Study

_SHOWN = 12
_TEXTS: dict[str, tuple[str, str]] = {
    "title": ("{title}: {count} states, {measure}", "{title}：{count} 个状态，{measure}"),
    "expected": ("expected value", "期望值"),
    "worst": ("worst state", "最差状态"),
    "cvar": ("mean of the worst {share} of the states (CVaR)", "最差 {share} 状态的均值（CVaR）"),
    STOCHASTIC: ("plan for all states", "兼顾各状态的方案"),
    MEAN: ("plan for the mean of the states", "按均值状态的方案"),
    "own": ("plan for '{name}' alone", "只按“{name}”的方案"),
    "values": ("Objective of each plan in each state, its capacities held:", "各方案（产能固定）在各状态下的目标值："),
    "plan": ("plan", "方案"),
    "measure_head": ("measure", "度量值"),
    "regret": ("largest regret", "最大遗憾"),
    "no_plan": ("none", "无"),
    "recourse": ("Plan for all states: {value}.", "兼顾各状态的方案：{value}。"),
    "solution": (
        "It gains {value} over the plan for the mean of the states (value of the stochastic solution).",
        "比按均值状态的方案多得 {value}（随机规划解的价值）。",
    ),
    "mean_fails": ("The plan for the mean of the states cannot operate in every state.", "按均值状态的方案不能在每个状态下运行。"),
    "information": (
        "The value of knowing the state before building is {value} (expected value of perfect information).",
        "建设前预知状态的信息价值为 {value}（完全信息价值）。",
    ),
    "built": ("What it decides, and what the plan for each state alone would:", "其产能决策，以及只按各状态时的决策："),
    "new_capacity": ("build", "新建"),
    "retired_capacity": ("give up", "退役"),
    "more": ("... and {count} more", "……另有 {count} 项"),
    "nothing": ("It builds and gives up nothing.", "不新建也不退役。"),
    "losses": (
        "Plants at a loss under the plan for all states, all costs that the objective counts included:",
        "兼顾各状态的方案下亏损装置的比例（按目标函数计入的全部成本）：",
    ),
    "losses_head": ("state|chance|share of plants|share of capital", "状态|概率|占装置数|占投资"),
}


def risk_text(study: Study, found: Risk, language: str = "en") -> str:
    """Everything that a board wants to know before it builds.

    Args:
        study: whose states were planned for.
        found: the answer.
        language: en or zh.
    """
    return "\n".join(_Page(study, found, language).lines())


class _Page:
    """Lines in one language."""

    def __init__(self, study: Study, found: Risk, language: str) -> None:
        self.study, self.found, self.language = study, found, language
        self.known = titles(study.pack)
        self.states = list(dict.fromkeys(found.values["state"]))

    def say(self, key: str, **values: object) -> str:
        return _TEXTS[key][self.language == "zh"].format(**values)

    def amount(self, value: float, unit: str) -> str:
        return NOTHING if pd.isna(value) else number(value, plain_unit(unit), self.language)

    def title(self, name: str) -> str:
        return self.known[name][self.language == "zh"] if name in self.known else name

    def plan(self, name: str) -> str:
        return self.say(name) if name in (STOCHASTIC, MEAN) else self.say("own", name=name)

    def lines(self) -> Iterator[str]:
        """Everything, line by line."""
        measure = self.found.measure
        words = self.say(measure.kind, share=percent(measure.share, self.language))
        yield self.say("title", title=self.study.title[self.language], count=len(self.states), measure=words)
        yield self.say("recourse", value=self.amount(self.found.recourse, self.found.unit))
        fails = pd.isna(self.found.solution_value)
        yield self.say("mean_fails") if fails else self.say("solution", value=self.amount(self.found.solution_value, self.found.unit))
        yield self.say("information", value=self.amount(self.found.information_value, self.found.unit))
        yield from ("", self.say("values"))
        yield from aligned([self.say("plan"), *self.states[:_SHOWN], self.say("measure_head"), self.say("regret")], list(self._values()))
        yield from self._built()
        yield from ("", self.say("losses"))
        own = self.found.values[self.found.values["plan"] == STOCHASTIC]
        shares = ("chance", "plants_at_loss", "capital_at_loss")
        rows = [[r["state"], *(NOTHING if pd.isna(r[c]) else percent(r[c], self.language) for c in shares)] for r in records(own.head(_SHOWN))]
        yield from aligned(self.say("losses_head").split("|"), rows)

    def _values(self) -> Iterator[list[str]]:
        wide = self.found.values.pivot(index="plan", columns="state", values="objective")
        for r in records(self.found.plans.head(_SHOWN)):
            cells = [self.say("no_plan") if pd.isna(v) else self.amount(v, self.found.unit) for v in wide.loc[r["plan"], self.states[:_SHOWN]]]
            yield [self.plan(r["plan"]), *cells, self.amount(r["measure"], self.found.unit), self.amount(r["largest_regret"], self.found.unit)]

    def _built(self) -> Iterator[str]:
        frame = self.found.capacities
        keys = ["what", "site", "equipment", "period"]
        wide = frame.pivot_table(index=keys, columns="plan", values="value", aggfunc="sum", fill_value=0.0).reset_index()
        plans = [p for p in (STOCHASTIC, *self.states[:_SHOWN]) if p in wide]
        if not plans:
            yield from ("", self.say("nothing"))
            return
        units = dict(zip(frame["equipment"], frame["unit"], strict=True))
        # What the states disagree about comes first: there foresight is worth something.
        apart = (wide[plans].max(axis=1) - wide[plans].min(axis=1)) / wide[plans].max(axis=1)
        shown = wide.loc[apart.sort_values(ascending=False, kind="stable").index]
        yield from ("", self.say("built"))
        rows = [
            [
                f"{self.say(r['what'])} {self.title(r['equipment'])}@{self.title(r['site'])}",
                *(self.amount(r[p], units[r["equipment"]]) if r[p] else NOTHING for p in plans),
            ]
            for r in records(shown.head(_SHOWN))
        ]
        yield from aligned(["", *(self.say(STOCHASTIC) if p == STOCHASTIC else p for p in plans)], rows)
        if len(shown) > _SHOWN:
            yield "  " + self.say("more", count=len(shown) - _SHOWN)
