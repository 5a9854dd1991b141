"""fund: money paid out per unit of accounts, until a sum is spent."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from saltloop.formulation.rules.rule import Amount, Context, Rule, Schedule


class Fund(Rule, kind="fund"):
    r"""Money is paid per unit of accounts, in a year no more than a sum; what the sum does not reach goes without.

    .. math:: \sum_{k} \sum_{p \in area} charged_{rkpy} \le value_y

    Example: ``special_fund: {fund: 10 亿元, pays: {investment: 20 %, co2_captured: 50 CNY/t}}``
    What is paid for an account is at most the money per unit times the account, which must not fall below zero. The money leaves the account
    `to` (by default the pack's account for charges), so it is a gain of whoever pays those.
    Dual: what one unit of money more in the fund is worth.
    """

    title = ("Fund", "专项资金")
    budget: Amount = Field(alias="fund", description="money that may be paid out in a year")
    pays: dict[str, Amount] = Field(description="money per unit of each account that is paid for; a share where the account counts money")
    to: str | None = Field(None, description="account that the money enters; absent: the pack's account for charges")
    _to: str = ""

    @field_validator("pays")
    @classmethod
    def _not_empty(cls, pays: dict[str, Schedule]) -> dict[str, Schedule]:
        if not pays:
            raise ValueError("name at least one account, such as {investment: 20 %}")
        return pays

    @property
    def tiers(self) -> tuple[int, ...]:
        """One for each account that is paid for, from 1."""
        return tuple(range(1, 1 + len(self.pays)))

    @property
    def charged_accounts(self) -> dict[int, str]:
        """The account that each tier pays for."""
        return dict(enumerate(self.pays, 1))

    @property
    def paid_into(self) -> str:
        """The account that the money enters, as a negative amount."""
        return self._to

    def bind_fields(self, context: Context) -> dict[str, Schedule]:
        """The bound in money, and paid_k of every account in money per unit."""
        currency = context.pack.units.currency
        self._unit = currency
        self._to = self.to or context.pack.role("charges", "taxes")
        context.account_unit(self._to, "to")
        numbers = {"bound": context.schedule(self.budget, currency, self.kind)}
        for k, (account, paid) in enumerate(self.pays.items(), 1):
            unit = context.account_unit(account, "pays")
            numbers[f"paid_{k}"] = context.schedule(paid, None if unit is None else f"{currency}/({unit})", "pays")
        return numbers

    def row(self, m: Any, y: Any) -> Any:
        """What is paid out stays within the sum."""
        return sum(m.charged[self.name, k, p, y] for k, p in m.grants_of_rule[self.name]) <= m.rule_number[self.name, "bound", y]
