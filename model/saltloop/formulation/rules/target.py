"""target: one account is at least, or at most, a ratio of another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import model_validator

from saltloop.errors import Place, Problem, message
from saltloop.formulation.rules.keys import about, expected
from saltloop.formulation.rules.rule import MIXED_BOUNDARY, Amount, Context, Rule, Schedule, constant
from saltloop.units import split_quantity

BARE_RATIO = message(
    "S142", ("{key}: '{text}' without a unit is a ratio of {percent}", "{key}：“{text}”不带单位，即 {percent}"),
    ("write it with its sign: {text} %, or {percent} if that is meant", "请写百分号：{text} %；确指 {percent} 时也请这样写"))


class Target(Rule, kind="target"):
    r"""One account is at least a ratio of another, on the official boundary.

    .. math:: \sum_{p \in area} (account_{apy} - ratio_y\, account_{bpy}) + background_{ay} - ratio_y\, background_{by} \ge 0

    Example: ``waste_use: {target: solid_waste_used, at_least: 60 %, of: solid_waste_made, in: zone}``
    Dual: objective unit per unit of account a.
    """

    title = ("Target ratio", "比率目标")
    in_chinese = (
        "按官方口径，一个账户不低于（或不高于）另一账户的一定比率。",
        "",
        "目标单位/账户 a 的单位。",
    )
    account: str = about("upper account of the ratio", "比率的分子账户", alias="target")
    of: str = about("lower account of the ratio", "比率的分母账户")
    at_least: Amount | None = about("smallest ratio", "最小比率", None)
    at_most: Amount | None = about("largest ratio", "最大比率", None)
    background: bool = about(
        "yes: the part of the area outside the model counts where the pack declares it; no: the model alone",
        "yes：数据包给出背景值处，计入区域在模型之外的部分；no：只计模型",
        True)

    @model_validator(mode="after")
    def _one_bound(self) -> Target:
        if (self.at_most is None) == (self.at_least is None):
            raise expected("give exactly one of at_least, at_most", "at_least 与 at_most 须恰给出一个")
        return self

    @property
    def sense(self) -> str:
        """Which bound is given: at_most or at_least."""
        return "at_most" if self.at_most is not None else "at_least"

    def bind_fields(self, context: Context) -> dict[str, Schedule]:
        """Ratio in unit of a per unit of b, and what the background adds to the left side."""
        unit, per = context.account_unit(self.account, self.kind), context.account_unit(self.of, "of")
        self._unit = unit or "1"
        base = None if unit is None or per is None else f"({unit})/({per})"
        given = self.at_least or self.at_most or Schedule(None)
        ratio = context.schedule(given, base, self.sense)
        if unit is not None and unit == per:
            context.problems.extend(_more_than_whole(given, context.place_of(self.sense), f"{context.key}.{self.sense}"))
        upper = context.background(self.account, self.area) if self.area and self.background else {}
        lower = context.background(self.of, self.area) if self.area and self.background else {}
        context.problems.add(self._mixed(upper, lower, context))
        background = {y: upper.get(y, 0.0) - (ratio.at(y) or 0.0) * lower.get(y, 0.0) for y in context.years}
        return {"ratio": ratio, "background": constant(background, context.years)}

    def _mixed(self, upper: dict[int, float], lower: dict[int, float], context: Context) -> Problem | None:
        apart = sorted(set(upper) ^ set(lower))
        if not apart:
            return None
        has, lacks = (self.account, self.of) if apart[0] in upper else (self.of, self.account)
        return MIXED_BOUNDARY.at(context.place_of("in"), rule=context.key, area=self.area, has=has, lacks=lacks, year=apart[0])

    def row(self, m: Any, y: Any) -> Any:
        """The ratio as a linear row, since both sides are accounts."""
        left = (sum(m.account[self.account, p, y] - m.rule_number[self.name, "ratio", y] * m.account[self.of, p, y]
                    for p in m.sites_of_rule[self.name]) + m.rule_number[self.name, "background", y])
        return left >= 0 if self.sense == "at_least" else left <= 0


def _more_than_whole(ratio: Schedule, place: Place, key: str) -> Iterator[Problem]:
    """A problem for each number without a unit that is more than the whole: 60 where 60 % may be meant."""
    for _, text in ratio.parts():
        split = split_quantity(str(text))
        if split is not None and not split[1] and split[0] > 1:
            yield BARE_RATIO.at(place, key=key, text=text, percent=f"{split[0] * 100:g} %")
