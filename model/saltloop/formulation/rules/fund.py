"""fund: money paid out per unit of accounts, until a sum is spent."""

from __future__ import annotations

from typing import Any

from pydantic import field_validator

from saltloop.formulation.rules.keys import about, expected
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
    in_chinese = (
        "按账户单位数付钱，一年合计不超过一个总额；总额之外的不再支付。",
        "对一个账户的支付不超过单位标准乘账户值，账户不得为负。资金从账户 to（缺省为数据包的收费账户）付出，因而是受付者的收益。",
        "专项资金多一元的价值。",
    )
    budget: Amount = about("money that may be paid out in a year", "一年可付出的金额", alias="fund")
    pays: dict[str, Amount] = about(
        "money per unit of each account that is paid for; a share where the account counts money", "对各账户每单位的支付；账户以金额计时写比率")
    to: str | None = about("account that the money enters; absent: the pack's account for charges", "收款账户；缺省：数据包的收费账户", None)
    _to: str = ""

    @field_validator("pays")
    @classmethod
    def _not_empty(cls, pays: dict[str, Schedule]) -> dict[str, Schedule]:
        if not pays:
            raise expected("at least one account, such as {investment: 20 %}", "至少一个账户，如 {investment: 20 %}")
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
