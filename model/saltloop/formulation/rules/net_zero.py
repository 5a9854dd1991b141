"""net_zero: an account of a site or area, sinks included, is not above zero."""

from __future__ import annotations

from typing import Any

from saltloop.formulation.rules.keys import about
from saltloop.formulation.rules.rule import Context, Rule, Schedule


class NetZero(Rule, kind="net_zero"):
    r"""What a place emits over the year is not more than what it takes back.

    .. math:: \sum_{p \in area} account_{apy} \le 0

    Example: ``zero_carbon: {net_zero: co2, in: park}``
    Background does not count: the place itself must come to zero.
    Dual: objective unit per unit of the account.
    """

    title = ("Net zero", "净零")
    in_chinese = (
        "一地全年的排放不超过其吸收。",
        "不计背景值：该地自身须归零。",
        "目标单位/账户单位。",
    )
    account: str = about("account that must not be above zero", "不得大于零的账户", alias="net_zero")

    def bind_fields(self, context: Context) -> dict[str, Schedule]:
        """No numbers; the unit is that of the account."""
        self._unit = context.account_unit(self.account, self.kind) or "1"
        return {}

    def row(self, m: Any, y: Any) -> Any:
        """The account without background: the place itself must be at zero."""
        return sum(m.account[self.account, p, y] for p in m.sites_of_rule[self.name]) <= 0
