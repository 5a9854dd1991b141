"""limit: one account is at most, at least or exactly a value."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from saltloop.formulation.rules.rule import Amount, Context, Rule, Schedule, constant


class Limit(Rule, kind="limit"):
    r"""One account over an area, background included, is bounded.

    .. math:: \sum_{p \in area} account_{apy} + background_{ay} \le value_y

    Example: ``carbon_cap: {limit: co2, at_most: 12 Mt, in: zone}``
    Dual: objective unit per unit of the account.
    """

    title = ("Limit", "限额")
    account: str = Field(alias="limit", description="account that is bounded")
    at_most: Amount | None = Field(None, description="upper bound")
    at_least: Amount | None = Field(None, description="lower bound")
    equals: Amount | None = Field(None, description="exact value")
    background: bool = Field(True, description="yes: the part of the area outside the model counts where the pack declares it; no: the model alone")

    @model_validator(mode="after")
    def _one_bound(self) -> Limit:
        if sum(x is not None for x in (self.at_most, self.at_least, self.equals)) != 1:
            raise ValueError("give exactly one of at_most, at_least, equals (two bounds are two rules)")
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
