"""limit: one account is at most, at least or exactly a value."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from saltloop.formulation.rules.keys import about, expected
from saltloop.formulation.rules.rule import Amount, Context, Rule, Schedule, constant


class Limit(Rule, kind="limit"):
    r"""One account over an area, background included, is bounded.

    .. math:: \sum_{p \in area} account_{apy} + background_{ay} \le value_y

    Example: ``carbon_cap: {limit: co2, at_most: 12 Mt, in: zone}``
    Dual: objective unit per unit of the account.
    """

    title = ("Limit", "限额")
    in_chinese = (
        "一个区域的账户值（含背景值）不超过、不低于或等于给定值。",
        "",
        "目标单位/账户单位。",
    )
    account: str = about("account that is bounded", "受限的账户", alias="limit")
    at_most: Amount | None = about("upper bound", "上限", None)
    at_least: Amount | None = about("lower bound", "下限", None)
    equals: Amount | None = about("exact value", "定值", None)
    background: bool = about(
        "yes: the part of the area outside the model counts where the pack declares it; no: the model alone",
        "yes：数据包给出背景值处，计入区域在模型之外的部分；no：只计模型",
        True)

    @model_validator(mode="after")
    def _one_bound(self) -> Limit:
        if sum(x is not None for x in (self.at_most, self.at_least, self.equals)) != 1:
            raise expected(
                "give exactly one of at_most, at_least, equals (two bounds are two rules)",
                "at_most、at_least、equals 须恰给出一个（两个界限写成两条规则）")
        return self

    @property
    def sense(self) -> str:
        """Which bound is given: at_most, at_least or equals."""
        return "at_most" if self.at_most is not None else "at_least" if self.at_least is not None else "equals"

    def bind_fields(self, context: Context) -> dict[str, Schedule]:
        """Bound and background in the unit of the account."""
        unit = context.account_unit(self.account, self.kind)
        self._unit = unit or "1"
        background = context.background(self.account, self.area) if self.area and self.background else {}
        return {"bound": context.schedule(getattr(self, self.sense), unit, self.sense), "background": constant(background, context.years)}

    def row(self, m: Any, y: Any) -> Any:
        """The bounded sum of the account."""
        left = sum(m.account[self.account, p, y] for p in m.sites_of_rule[self.name]) + m.rule_number[self.name, "background", y]
        bound = m.rule_number[self.name, "bound", y]
        return {"at_most": left <= bound, "at_least": left >= bound, "equals": left == bound}[self.sense]
