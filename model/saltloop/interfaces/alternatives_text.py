"""Near-optimal plans as text: what all of them have, what none has, and how the most different ones differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from saltloop.analysis.alternatives import MAY, MUST, NEVER, UNKNOWN, Alternatives
from saltloop.data.pack import Pack
from saltloop.data.read import records
from saltloop.interfaces.voice import Teller, aligned, teller_of
from saltloop.language import listed, percent

_SHOWN, _DIFFERENCES = 12, 4
_FELT = 1e-3
_TEXTS: dict[str, tuple[str, str]] = {
    "title": (
        "Plans within {within} of the best objective, {best}: at most {slack} is lost. {tried} such plans were found.",
        "目标值与最优值 {best} 相差不超过 {within}（至多损失 {slack}）的方案；共找到 {tried} 个。",
    ),
    "must": ("In every such plan (must-have), {count} of {all}:", "所有这类方案都有（必有），{count}/{all} 项："),
    "may": ("In some of them (may-have), {count} of {all}; those that can vary most:", "有的方案有、有的没有（可有），{count}/{all} 项；变化余地最大者："),
    "never": ("In none of them (must-avoid), {count} of {all}:", "所有这类方案都没有（必无），{count}/{all} 项："),
    "unknown": ("The solver gave no answer within its limit for {count}:", "求解器未在限时内给出答案，{count} 项："),
    "more": ("... and {count} more", "……另有 {count} 项"),
    "kind": ("kind", "类别"),
    "sold": ("sold", "销售"),
    "built": ("built", "新建"),
    "process": ("process", "工艺"),
    "item": ("item", "项目"),
    "least": ("least", "最少"),
    "value": ("best plan", "最优方案"),
    "most": ("most", "最多"),
    "plans": ("The plans that differ most from the best and from each other:", "与最优方案及彼此差别最大的方案："),
    "plan": (
        "Plan {plan} ({method}): loses {loss} ({share}); on average {distance} of the most of each product is otherwise.",
        "方案 {plan}（{method}）：损失 {loss}（{share}）；各产品平均有其最大量的 {distance} 与最优方案不同。",
    ),
    "instead": ("{kind} {item}: {value} instead of {best}", "{kind} {item}：{value}，原为 {best}"),
    "alone": ("No other plan is within reach: the best plan is the only one.", "没有其他可及的方案：最优方案是唯一的。"),
    "nothing": ("Nothing of this kind can exist in this scenario.", "本情景中没有这类对象。"),
    "best": ("best", "最优"),
    "most_of": ("most of one product", "某产品最多"),
    "least_of": ("least of one product", "某产品最少"),
    "hop_skip_jump": ("Hop-Skip-Jump", "跳跃法 Hop-Skip-Jump"),
    "distance": ("largest distance", "最大距离"),
    "random": ("random direction", "随机方向"),
}
_METHODS = {"most": "most_of", "least": "least_of"}


def say(key: str, language: str, **values: object) -> str:
    """A text in one language."""
    return _TEXTS[key][language == "zh"].format(**values)


def alternatives_text(found: Alternatives, pack: Pack, unit: str, within: float, language: str = "en") -> str:
    """What near-optimal plans have in common, and those that differ most.

    Args:
        found: by `alternatives`.
        pack: for titles.
        unit: of the objective.
        within: share of the objective that may be lost.
        language: en or zh.
    """
    return "\n".join(_Page(found, teller_of(pack, language), unit).lines(within))


class _Page:
    """Lines in one language."""

    def __init__(self, found: Alternatives, teller: Teller, unit: str) -> None:
        self.found, self.teller, self.unit, self.language = found, teller, unit, teller.language
        self.several_years = found.products["period"].nunique() > 1

    def say(self, key: str, **values: object) -> str:
        return say(key, self.language, **values)

    def lines(self, within: float) -> Iterator[str]:
        found, amount = self.found, self.teller.amount
        yield self.say(
            "title", within=percent(within, self.language), best=amount(found.best, self.unit), slack=amount(found.slack, self.unit), tried=found.tried
        )
        if found.products.empty:
            yield self.say("nothing")
            return
        for status, key in ((MUST, "must"), (MAY, "may"), (NEVER, "never"), (UNKNOWN, "unknown")):
            yield from self._group(found.products[found.products["status"] == status], key)
        yield ""
        others = found.plans[found.plans["plan"] > 0]
        yield self.say("plans" if len(others) else "alone")
        for plan in records(others):
            yield from self._plan(plan)

    def _group(self, frame: pd.DataFrame, key: str) -> Iterator[str]:
        """The products of one status: those that can never be as a list, the others with what they can be."""
        if frame.empty:
            return
        yield ""
        yield self.say(key, count=len(frame), all=len(self.found.products))
        if key in ("never", "unknown"):
            yield "  " + listed([self._name(r) for r in records(frame)], self.language)
            return
        shown = self._by_span(frame) if key == "may" else frame
        heads = [self.say(k) for k in ("kind", "item", "least", "value", "most")]
        rows = [[self.say(r["kind"]), self._name(r), *(self.teller.amount(r[c], r["unit"]) for c in ("least", "value", "most"))] for r in records(shown)]
        yield from aligned(heads, rows[:_SHOWN] if key == "may" else rows)
        if key == "may" and len(rows) > _SHOWN:
            yield "  " + self.say("more", count=len(rows) - _SHOWN)

    def _by_span(self, frame: pd.DataFrame) -> pd.DataFrame:
        """What moves the largest share of the objective's slack is not known; the widest against the best plan comes first."""
        spread = (frame["most"] - frame["least"]) / frame["value"].where(frame["value"] > _FELT * frame["most"], np.inf)
        order = spread.sort_values(ascending=False, kind="stable").index
        return frame.loc[order]

    def _plan(self, plan: dict[str, Any]) -> Iterator[str]:
        levels = self.found.levels
        method = self.say(_METHODS.get(plan["method"], plan["method"]))
        yield ""
        yield self.say(
            "plan",
            plan=plan["plan"],
            method=method,
            loss=self.teller.amount(plan["loss"], plan["unit"]),
            share=percent(plan["loss_share"], self.language),
            distance=percent(plan["distance"], self.language),
        )
        own = levels[(levels["plan"] == plan["plan"]) & (levels["share"].abs() > _FELT)]
        for r in records(own.loc[own["share"].abs().sort_values(ascending=False, kind="stable").index].head(_DIFFERENCES)):
            value, best = (self.teller.amount(r[c], r["unit"]) for c in ("value", "best"))
            yield "  - " + self.say("instead", kind=self.say(r["kind"]), item=self._name(r), value=value, best=best)

    def _name(self, r: dict[str, Any]) -> str:
        parts = [self.teller.title(r["item"]), self.teller.title(r["site"]) if r["site"] else "", str(r["period"]) if self.several_years else ""]
        return " · ".join(part for part in parts if part)
