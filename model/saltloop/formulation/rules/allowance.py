"""allowance: a limit that can be bought out of and sold from."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from saltloop.errors import message
from saltloop.formulation.rules.keys import about, expected
from saltloop.formulation.rules.rule import Amount, Context, Rule, Schedule

FREE_TRADE = message(
    "S221", ("{key}: allowances are sold at {sell:g} and bought at {buy:g}", "{key}：配额售价 {sell:g} 高于购价 {buy:g}"),
    ("the selling price must not be above the buying price, else money comes from nothing", "售价不得高于购价，否则凭空生财"))


class Allowance(Rule, kind="allowance"):
    r"""An account is at most the allowances held; more can be bought, unused ones sold.

    .. math:: \sum_{p \in area} (account_{apy} - allowance\_buy_{rpy} + allowance\_sell_{rpy}) \le value_y

    Example: ``carbon_market: {allowance: co2, at_most: 12 Mt, buy_at: 80 CNY/t, sell_at: 75 CNY/t}``
    Example: ``west: {allowance: fresh_water, at_most: 30 hm3, in: west, market: water_rights}``
    With prices it is traded with the outside; with `market` among the holders that name the same rule of the kind permit_market.
    Dual: objective unit per unit of the account. How the trade is split over the sites of the area is not determined.
    """

    title = ("Tradable allowance", "可交易配额")
    in_chinese = (
        "账户值不超过持有的配额；不足可购，多余可售。",
        "有价格时同外部交易；写 market 时，在写同一条 permit_market 规则的持有者之间交易。",
        "目标单位/账户单位。购售在区域内各地点间如何分配并不唯一。",
    )
    account: str = about("account that needs allowances", "需要配额的账户", alias="allowance")
    at_most: Amount = about("allowances held without trade", "不经交易即持有的配额")
    buy_at: Amount | None = about("price of one more; with `sell_at`, or `market` instead", "多购一单位的价格；与 sell_at 同写，或改写 market", None)
    sell_at: Amount | None = about("price received for one less", "售出一单位的所得", None)
    market: str | None = about("rule of the kind permit_market in which it is traded among holders", "在持有者之间交易所依的 permit_market 规则", None)
    to: str | None = about("account that the money enters; absent: the pack's account for charges", "收款账户；缺省：数据包的收费账户", None)
    _to: str = ""

    @model_validator(mode="after")
    def _one_market(self) -> Allowance:
        if len({self.buy_at is None, self.sell_at is None, self.market is not None}) > 1:
            raise expected("give both buy_at and sell_at, or market", "buy_at 与 sell_at 须同时给出，或改写 market")
        return self

    @property
    def paid_into(self) -> str:
        """The account that the money enters."""
        return self._to

    def bind_fields(self, context: Context) -> dict[str, Schedule]:
        """Bound in the unit of the account; buy and sell in money per unit."""
        unit = context.account_unit(self.account, self.kind)
        self._unit = unit or "1"
        self._to = self.to or context.pack.role("charges", "taxes")
        context.account_unit(self._to, "to")
        base = None if unit is None else f"{context.pack.units.currency}/({unit})"
        numbers = {"bound": context.schedule(self.at_most, unit, "at_most")}
        if self.buy_at is None or self.sell_at is None:
            return numbers
        numbers |= {"buy": context.schedule(self.buy_at, base, "buy_at"), "sell": context.schedule(self.sell_at, base, "sell_at")}
        for year in context.years:
            buy, sell = numbers["buy"].at(year), numbers["sell"].at(year)
            if buy is not None and sell is not None and sell > buy:
                context.problems.add(FREE_TRADE.at(context.place_of("sell_at"), key=context.key, sell=sell, buy=buy))
        return numbers

    def row(self, m: Any, y: Any) -> Any:
        """What is emitted, less bought, plus sold, is covered by what is held."""
        return sum(m.account[self.account, p, y] - m.allowance_buy[self.name, p, y] + m.allowance_sell[self.name, p, y]
                   for p in m.sites_of_rule[self.name]) <= m.rule_number[self.name, "bound", y]
