"""Checks of size: numbers that fit their unit but not the world, with the unit that was probably meant."""

from __future__ import annotations

from collections.abc import Iterator

from saltloop.data.checks.registry import data_check
from saltloop.data.relations import Relations, place_of, plain_unit
from saltloop.errors import Problem, message
from saltloop.units import Units

# In each group the units that stand for each other by mistake, the likeliest first.
_MIXED_UP = (("kWh", "MWh", "GJ", "MJ", "GWh", "tce", "kgce"), ("kg", "t", "g", "mg", "kt", "万吨"), ("L", "m3", "万立方米", "hm3"), ("m2", "mu", "ha", "km2"))

TOO_LARGE = message(
    "D157",
    ("{value:g} {unit} of '{commodity}' per unit of '{process}' is more than plausible", "每单位“{process}”的“{commodity}”为 {value:g} {unit}，超出合理范围"),
    (
        "{slip}The largest plausible is {largest:g} {unit} (commodities.largest_coefficient); correct the row, or the limit",
        "{slip_zh}合理最大值为 {largest:g} {unit}（commodities.largest_coefficient）；请改正该行或上限",
    ),
)
PRICE_OUTSIDE = message(
    "D158",
    ("a price of {value:g} {unit} for '{commodity}' is not plausible", "“{commodity}”的价格 {value:g} {unit} 不合理"),
    (
        "{slip}Plausible is {low} to {high} {unit} (commodities.price_low, price_high); correct the row, or the range",
        "{slip_zh}合理范围为 {low} 至 {high} {unit}（commodities.price_low、price_high）；请改正该行或范围",
    ),
)


def _money_units(units: Units) -> tuple[str, ...]:
    return tuple(u for u in (units.currency, "万元", "千元", "亿元") if u == units.currency or u in units.known())


def likely_slip(units: Units, value: float, unit: str, low: float, high: float) -> tuple[str, str] | None:
    """The two units that were probably mixed up.

    Args:
        units: the registry.
        value: the number, in unit, outside low to high.
        unit: such as MWh, t or CNY/MWh; a quotient is tried above and below the stroke.
        low: smallest plausible value.
        high: largest plausible value.

    Returns:
        the unit that was meant and the unit that was written: the most common mistake that brings the number inside; None
        if none does.
    """
    upper, _, lower = plain_unit(unit).partition("/")
    for group in (*_MIXED_UP, _money_units(units)):
        for base, power in ((upper, 1), (lower, -1)):
            for other in group if base in group else ():
                factor = units.factor(other, base)
                if other != base and factor and low <= value * factor**power <= high:
                    return (f"{other}/{lower}".rstrip("/") if power == 1 else f"{upper}/{other}"), plain_unit(unit)
    return None


def _words(slip: tuple[str, str] | None) -> dict[str, str]:
    if slip is None:
        return {"slip": "", "slip_zh": ""}
    return {"slip": f"Read as {slip[0]} it would fit: {slip[0]} for {slip[1]}? ", "slip_zh": f"若以 {slip[0]} 计则合理：是否把 {slip[0]} 误作 {slip[1]}？"}


@data_check(
    TOO_LARGE,
    in_chinese=(
        "工艺单位活动量的物料投入或产出不超过合理范围。",
        "给出 commodities.largest_coefficient 时，将 recipes 的每一行与之比较，并指出可能混淆的单位（kWh 误作 MWh、kg 误作 t、L 误作 m3、GJ 误作 MWh）。",
        "量纲正确而词头错误的单位，能通过一切单位检查。",
    ),
)
def coefficients_are_plausible(relations: Relations) -> Iterator[Problem]:
    """No unit of a process takes or gives more of a commodity than is plausible.

    What it does: compares every row of recipes with commodities.largest_coefficient, where one is given, and names the
    units that were probably mixed up (kWh for MWh, kg for t, L for m3, GJ for MWh).

    Why: the right dimension with the wrong prefix passes every check of units.
    """
    largest = {row["commodity"]: row["largest_coefficient"] for row in relations.rows("commodities") if row["largest_coefficient"] is not None}
    for row in relations.rows("recipes"):
        most = largest.get(row["commodity"])
        if most is not None and row["value"] > most:
            slip = likely_slip(relations.pack.units, row["value"], row["unit"], 0, most)
            yield TOO_LARGE.at(
                place_of(row), value=row["value"], unit=row["unit"], commodity=row["commodity"], process=row["process"], largest=most, **_words(slip)
            )


@data_check(
    PRICE_OUTSIDE,
    in_chinese=(
        "每个价格都在其物料的合理范围内。",
        "给出 commodities.price_low 和 price_high 时，将 prices 的每一行与之比较，并指出可能混淆的单位（CNY 误作万元、每 kWh 误作每 MWh）。",
        "一个高出千倍的价格足以决定整个方案。",
    ),
)
def prices_are_plausible(relations: Relations) -> Iterator[Problem]:
    """Every price lies in the plausible range of its commodity.

    What it does: compares every row of prices with commodities.price_low and price_high, where they are given, and names
    the units that were probably mixed up (CNY for 万元, per kWh for per MWh).

    Why: one price a thousand times too high decides the whole plan.
    """
    range_of = {row["commodity"]: (row["price_low"], row["price_high"]) for row in relations.rows("commodities")}
    for row in relations.rows("prices"):
        low, high = range_of[row["commodity"]]
        least, most = -float("inf") if low is None else low, float("inf") if high is None else high
        if not least <= row["value"] <= most:
            slip = likely_slip(relations.pack.units, row["value"], row["unit"], least, most)
            shown = {name: "-" if bound is None else f"{bound:g}" for name, bound in (("low", low), ("high", high))}
            yield PRICE_OUTSIDE.at(place_of(row), value=row["value"], unit=plain_unit(row["unit"]), commodity=row["commodity"], **shown, **_words(slip))
