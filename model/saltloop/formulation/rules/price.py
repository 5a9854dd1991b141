"""price: the path of a price, away from that of the pack."""

from __future__ import annotations

from pydantic import model_validator

from saltloop.data.read import meant
from saltloop.errors import message
from saltloop.formulation.choices import PriceChange
from saltloop.formulation.rules.keys import about, expected
from saltloop.formulation.rules.rule import Amount, Context, Rule, Schedule
from saltloop.units import split_quantity

NOT_A_CHANGE = message(
    "S230", ("'{text}' in {key} is not a change of a price", "{key} 中的“{text}”不是价格变化率"),
    ("expected a share with its sign and unit, not below -100 %, such as -10 %; an amount of money goes under `to`",
     "应写带符号和单位且不低于 -100 % 的比率，如 -10 %；金额请写在 to 下"))
UNKNOWN_MARKET = message(
    "S231", ("unknown market '{name}' in {key}", "{key} 中的市场“{name}”未知"),
    ("markets: {known}.{hint}", "可用市场：{known}。{hint}"))


class Price(Rule, kind="price"):
    r"""The price of a commodity follows a path: a change against the pack, or an amount.

    .. math:: price_{cy} = (1 + change_y)\, price^{pack}_{cy} \quad \text{or} \quad price_{cy} = to_y

    Example: ``cheap_potash: {price: potassium_chloride, change: {2025: -10 %, 2030: -30 %}}``
    Example: ``soda_ash: {price: soda_ash, market: export, to: 1500 CNY/t}``
    It bounds nothing, so it has no dual; what a price does to the plan is told by the reduced costs.
    """

    title = ("Price path", "价格路径")
    in_chinese = (
        "物料价格沿给定路径变化：相对数据包的变化率，或直接给出价格。",
        "它不构成约束，因此没有对偶值；价格对方案的影响见缩减成本。",
        "",
    )
    commodity: str = about("commodity whose price moves", "价格变动的物料", alias="price")
    market: str | None = about("market in which it moves; absent: all", "适用市场；缺省：全部", None)
    change: Amount | None = about("change against the pack's price, such as -10 %", "相对数据包价格的变化率，如 -10 %", None)
    to: Amount | None = about("the price itself, money per unit", "价格本身", None)

    @model_validator(mode="after")
    def _one_form(self) -> Price:
        if (self.change is None) == (self.to is None):
            raise expected("give exactly one of change, to", "change 与 to 须恰给出一个")
        if self.area is not None:
            raise expected("a price holds in a market, not in an area: use `market` instead of `in`", "价格属于市场而不属于区域：请写 `market`，不写 `in`")
        return self

    @property
    def has_row(self) -> bool:
        """A price bounds nothing."""
        return False

    @property
    def price_changes(self) -> tuple[PriceChange, ...]:
        """The path as the case applies it."""
        relative = self.change is not None
        values = self.numbers["change" if relative else "to"].values
        return (PriceChange(self.commodity, self.market, relative, values, self.place),)

    def bind_fields(self, context: Context) -> dict[str, Schedule]:
        """The change as shares, or to in money per unit of the commodity."""
        unit = context.commodity_unit(self.commodity, self.kind)
        base = None if unit is None else f"{context.pack.units.currency}/({unit})"
        self._unit = base or "1"
        markets = context.names("markets", "market")
        if self.market is not None and self.market not in markets:
            context.problems.add(UNKNOWN_MARKET.at(context.place_of("market"), name=self.market, key=f"{context.key}.market",
                                                   known=", ".join(markets), hint=meant(self.market, context.pack.titles("markets"))))
        if self.change is None:
            return {"to": context.schedule(self.to or Schedule(None), base, "to")}
        change = context.schedule(self.change, "1", "change")
        if any(share < -1 for _, share in change.values) or not all(_has_unit(text) for _, text in self.change.parts()):
            context.problems.add(NOT_A_CHANGE.at(context.place_of("change"), text=self.change.text, key=f"{context.key}.change"))
        return {"change": change}


def _has_unit(text: object) -> bool:
    """Whether a share is written with a unit; -10 alone could mean -10 % or -1000 %. What is no number at all is told by the units."""
    split = split_quantity(str(text))
    return split is None or bool(split[1]) or split[0] == 0
