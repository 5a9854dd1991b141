"""permit_market: holders of allowances trade among themselves."""

from __future__ import annotations

from typing import Any

from saltloop.formulation.rules.keys import about
from saltloop.formulation.rules.rule import Context, Rule, Schedule


class PermitMarket(Rule, kind="permit_market"):
    r"""What holders of allowances buy from each other, others of them sell; nothing comes from outside.

    .. math:: \sum_{i \in market} \sum_{p \in area} (allowance\_buy_{ipy} - allowance\_sell_{ipy}) \le 0

    Example: ``water_rights: {permit_market: fresh_water}``
    It joins every `allowance` rule whose `market` names it: ``west: {allowance: fresh_water, at_most: 30 hm3, in: west, market: water_rights}``.
    Dual: the price at which the permits change hands.
    """

    title = ("Permit market", "配额交易市场")
    in_chinese = (
        "配额持有者之间买卖，买入之和不超过卖出之和，不从外部取得。",
        "它连接 market 写其名称的全部 allowance 规则。",
        "配额的成交价格。",
    )
    account: str = about("account whose allowances are traded", "交易其配额的账户", alias="permit_market")

    @property
    def selects(self) -> bool:
        """It joins allowances."""
        return True

    def bind_fields(self, context: Context) -> dict[str, Schedule]:
        """A bound of zero in the unit of the account."""
        self._unit = context.account_unit(self.account, self.kind) or "1"
        return {"bound": Schedule(None, ((0, 0.0),))}

    def row(self, m: Any, y: Any) -> Any:
        """Bought less sold, over all holders."""
        return sum(m.allowance_buy[i, p, y] - m.allowance_sell[i, p, y] for i, p in m.allowances_of_rule[self.name, y]) <= m.rule_number[self.name, "bound", y]
