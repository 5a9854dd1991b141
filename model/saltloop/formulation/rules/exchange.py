"""exchange: what may pass between sites, how much of it, and what the receiver pays the giver."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

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
    commodity: str = Field(alias="exchange", description="commodity or tag that is handed over; `*`: every good, which can only be forbidden")
    origin: str | None = Field(None, alias="from", description="area or site that gives; absent: all sites of the scenario")
    destination: str | None = Field(None, alias="to", description="area or site that receives; absent: all sites of the scenario")
    both_ways: bool = Field(False, description="yes: what passes from `to` to `from` counts as well")
    allow: bool | None = Field(None, description="no: nothing may be handed over")
    price: Amount | None = Field(None, description="money per unit that the receiver pays the giver")
    at_most: Amount | None = Field(None, description="most that is handed over in a year")
    _origins: tuple[str, ...] = ()
    _destinations: tuple[str, ...] = ()
    _transfer_account: str = ""
    _commodities: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_form(self) -> Exchange:
        if sum(x is not None for x in (self.allow, self.price, self.at_most)) != 1:
            raise ValueError("give exactly one of allow: no, price, at_most")
        if self.allow:
            raise ValueError("allow: yes changes nothing, since links decide what can be shipped; only `allow: no` is a rule")
        if self.commodity == EVERY and self.allow is None:
            raise ValueError("`*` would add goods of different units: it can only be forbidden, with allow: no")
        if self.area is not None:
            raise ValueError("an exchange has two ends: use `from` and `to` instead of `in`")
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
