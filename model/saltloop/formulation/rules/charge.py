"""charge: money per unit of an account; a negative price is a subsidy."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from pydantic import field_validator

from saltloop.errors import Problem, message
from saltloop.formulation.rules.keys import about, expected
from saltloop.formulation.rules.rule import Amount, Context, Rule, Schedule

FALLING_TIERS = message(
    "S220", ("the tiers of {key} fall from {first:g} to {second:g}", "{key} 的分档价格由 {first:g} 降到 {second:g}"),
    ("prices of a charge must rise from tier to tier, and each start must lie above the one before",
     "分档价格须逐档上升，且各档起点递增"))


class Charge(Rule, kind="charge"):
    r"""Every unit of an account costs money, by rising tiers if there are several.

    .. math::
        \sum_{k} charged_{rkpy} = account_{apy}, \qquad \sum_{p} charged_{rkpy} \le width_{rk}, \qquad
        taxes_{py} \mathrel{+}= \sum_k price_{rky}\, charged_{rkpy}

    Example: ``carbon_price: {charge: co2, price: 60 CNY/t}``
    Example: ``water_tiers: {charge: fresh_water, price: [[0 hm3, 1.2 CNY/m3], [80 hm3, 2.4 CNY/m3]], in: zone}``
    A charge is a transfer: it enters the account `to` (by default the pack's account for charges), not value added.
    Tiers are counted over the area together: what all its sites pay is determined, which of them fills the cheap tiers is not.
    Tiers are paid in order only where nobody gains by paying more: an objective, a rule or an account of a front that does is refused (M325).
    """

    title = ("Charge", "收费或补贴")
    in_chinese = (
        "账户的每一单位都要付钱；可分档，档价递增。",
        "收费是转移支付：计入 `to` 账户（默认为数据包的收费账户），不减少增加值。"
        "各档按区域合计：各地点合计所付是确定的，由哪个地点占用低价档则不确定。"
        "仅当无人因多付款而获益时，各档才按序计费；因此获益的目标、规则或前沿账户不予接受（M325）。",
        "",
    )
    account: str = about("account that pays", "被收费的账户", alias="charge")
    price: Amount | list[tuple[int | float | str, int | float | str]] = about(
        "money per unit, or rising tiers as [[start, price], ...]",
        "单价，或递增分档 [[起点, 价格], ...]")
    to: str | None = about("account that the money enters; absent: the pack's account for charges", "收款账户；缺省：数据包的收费账户", None)

    @field_validator("price")
    @classmethod
    def _not_empty(cls, price: Any) -> Any:
        if isinstance(price, list) and not price:
            raise expected("at least one tier as [start, price]", "至少一档，写成 [起点, 价格]")
        return price

    @property
    def has_row(self) -> bool:
        """A charge bounds nothing."""
        return False

    @property
    def tiers(self) -> tuple[int, ...]:
        """Numbers of the tiers, from 1."""
        return tuple(range(1, 1 + (len(self.price) if isinstance(self.price, list) else 1)))

    def bind_fields(self, context: Context) -> dict[str, Schedule]:
        """price_k, and width_k of every tier but the last, in units of the account."""
        unit = context.account_unit(self.account, self.kind)
        self._unit = unit or "1"
        self._to = self.to or context.pack.role("charges", "taxes")
        context.account_unit(self._to, "to")
        base = None if unit is None else f"{context.pack.units.currency}/({unit})"
        if not isinstance(self.price, list):
            return {"price_1": context.schedule(self.price, base, "price")}
        begun = [context.schedule(Schedule(s), unit, "price").at(0) for s, _ in self.price]
        prices = [context.schedule(Schedule(p), base, "price") for _, p in self.price]
        context.problems.add(None if unit is None else self._falling((begun, [p.at(0) for p in prices]), context))
        starts = [start or 0.0 for start in begun]
        widths = {f"width_{k}": Schedule(None, ((0, b - a),)) for k, (a, b) in enumerate(pairwise(starts), 1)}
        return {f"price_{k}": p for k, p in enumerate(prices, 1)} | widths

    _to: str = ""

    @property
    def paid_into(self) -> str:
        """The account that the money enters."""
        return self._to

    def _falling(self, columns: tuple[list[float | None], ...], context: Context) -> Problem | None:
        """What is wrong with starts or prices that do not rise; of what could not be read nothing is said twice."""
        for values in columns:
            for first, second in pairwise(values):
                if first is not None and second is not None and second <= first:
                    return FALLING_TIERS.at(context.place_of("price"), key=context.key, first=first, second=second)
        return None
