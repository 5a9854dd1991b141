"""net_zero: an account of a site or area, sinks included, is not above zero."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from saltloop.formulation.rules.rule import Context, Rule, Schedule


class NetZero(Rule, kind="net_zero"):
    r"""What a place emits over the year is not more than what it takes back.

    .. math:: \sum_{p \in area} account_{apy} \le 0

    Example: ``zero_carbon: {net_zero: co2, in: park}``
    Dual: objective unit per unit of the account.
    """

    title = ("Net zero", "净零")
    account: str = Field(alias="net_zero", description="account that must not be above zero")

    def bind_fields(self, context: Context) -> dict[str, Schedule]:
        """No numbers; the unit is that of the account."""
        self._unit = context.account_unit(self.account, self.kind) or "1"
        return {}

    def row(self, m: Any, y: Any) -> Any:
        """The account without background: the place itself must be at zero."""
        return sum(m.account[self.account, p, y] for p in m.sites_of_rule[self.name]) <= 0
