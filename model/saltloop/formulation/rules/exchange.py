"""exchange: what may pass between sites, how much of it, and what the receiver pays the giver."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from saltloop.formulation.rules.keys import about, expected
from saltloop.formulation.rules.rule import Amount, Context, Rule, Schedule

EVERY = "*"


class Exchange(Rule, kind="exchange"):
    r"""What sites hand over to each other is forbidden, bounded, or paid for.

    .. math:: \sum_{l \in rule} \sum_t ship_{lcyt} \le bound_y

    Example: ``no_chlorine_trade: {exchange: chlorine, allow: no}``
    Example: ``free_salt: {exchange: waste_salt, from: ponds, to: works, price: 0 CNY/t}``
    Example: ``zones_apart: {exchange: "*", from: east, to: west, both_ways: yes, allow: no}``
    Example: ``priced_slag: {exchange: processed_waste, price: 15 CNY/t}``
    Links from a site of `from` to a site of `to` count. Forbidden: the bound is zero and the dual is what permission for one more unit is
    worth. A price is a transfer from the receiver to the giver, entered in the pack's account for transfers; it bounds nothing.
    With ``*`` every good is forbidden, each in its own unit, and the dual is what one unit of the good in most demand would be worth.
    Dual: objective unit per unit of the commodity.
    """

    title = ("Exchange between sites", "地点间交换")
    in_chinese = (
        "地点之间的转交被禁止、限量，或按约定付费。",
        "计入自 `from` 所含地点至 `to` 所含地点的线路。"
        "禁止时界限为零，对偶值是多允许一单位的价值。"
        "价格是接收方付给提供方的转移支付，记入数据包的转移账户，不构成约束。"
        "写 `*` 时禁止一切货物（各按自身单位计），对偶值是最紧缺货物一单位的价值。",
        "目标单位/物料单位。",
    )
    commodity: str = about(
        "commodity or tag that is handed over; `*`: every good, which can only be forbidden", "转交的物料或标签；`*`：一切货物，只能禁止", alias="exchange")
    origin: str | None = about("area or site that gives; absent: all sites of the scenario", "提供方区域或地点；缺省：情景的全部地点", None, alias="from")
    destination: str | None = about("area or site that receives; absent: all sites of the scenario", "接收方区域或地点；缺省：情景的全部地点", None, alias="to")
    both_ways: bool = about("yes: what passes from `to` to `from` counts as well", "yes：自 `to` 至 `from` 的转交同样计入", False)
    allow: bool | None = about("no: nothing may be handed over", "no：不得转交", None)
    price: Amount | None = about("money per unit that the receiver pays the giver", "接收方付给提供方的单价", None)
    at_most: Amount | None = about("most that is handed over in a year", "年最大转交量", None)
    _origins: tuple[str, ...] = ()
    _destinations: tuple[str, ...] = ()
    _transfer_account: str = ""
    _commodities: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_form(self) -> Exchange:
        if sum(x is not None for x in (self.allow, self.price, self.at_most)) != 1:
            raise expected("give exactly one of allow: no, price, at_most", "allow: no、price、at_most 须恰给出一个")
        if self.allow:
            raise expected(
                "allow: yes changes nothing, since links decide what can be shipped; only `allow: no` is a rule",
                "allow: yes 不起作用，因为能否运输由线路决定；只有 `allow: no` 是规则")
        if self.commodity == EVERY and self.allow is None:
            raise expected(
                "`*` would add goods of different units: it can only be forbidden, with allow: no",
                "`*` 会把不同单位的货物相加：只能用 allow: no 禁止")
        if self.area is not None:
            raise expected("an exchange has two ends: use `from` and `to` instead of `in`", "交换有两端：请写 `from` 与 `to`，不写 `in`")
        return self

    @property
    def has_row(self) -> bool:
        """A price bounds nothing."""
        return self.price is None

    @property
    def selects(self) -> bool:
        """It acts on shipments."""
        return True

    def counts(self, commodity: str, origin: str, destination: str) -> bool:
        """Whether the rule counts a commodity on its way from one site to another."""
        there = origin in self._origins and destination in self._destinations
        back = self.both_ways and origin in self._destinations and destination in self._origins
        return (self.commodity == EVERY or commodity in self._commodities) and (there or back)

    @property
    def transfer_account(self) -> str:
        """The account that a price enters: less at the receiver, more at the giver."""
        return self._transfer_account

    def bind_fields(self, context: Context) -> dict[str, Schedule]:
        """The bound in the unit of the commodity, or price in money per unit."""
        self._commodities, unit = ((), "1") if self.commodity == EVERY else context.commodities_in(self.commodity, self.kind)
        self._unit = unit or "1"
        self._origins = context.sites if self.origin is None else context.sites_in(self.origin, "from")
        self._destinations = context.sites if self.destination is None else context.sites_in(self.destination, "to")
        if self.price is not None:
            self._transfer_account = context.pack.role("transfers", "transfers")
            context.account_unit(self._transfer_account, "price")
            base = None if unit is None else f"{context.pack.units.currency}/({unit})"
            return {"price": context.schedule(self.price, base, "price")}
        return {"bound": context.schedule(self.at_most or Schedule(0.0), unit, "at_most")}

    def row(self, m: Any, y: Any) -> Any:
        """What passes the links is under the bound."""
        return sum(m.ship[l, c, y, t] for l, c, t in m.shipments_of_rule[self.name]) <= m.rule_number[self.name, "bound", y]
