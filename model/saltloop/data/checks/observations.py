"""Checks of observations: they name what the model knows, in a unit that converts."""

from __future__ import annotations

from collections.abc import Iterator

from saltloop.data.checks.registry import data_check
from saltloop.data.read import nearest
from saltloop.data.relations import Relations, Row, place_of
from saltloop.errors import Problem, Words, message

NOT_OBSERVABLE = message(
    "D200",
    ("the observation names '{item}', which is no {what}", "观测值所指“{item}”不是{what}"),
    ("correct the name, or write kind other: it is then kept and told, but not compared.{hint}", "请改正名称；或用 other，则只保留和显示，不作比较。{hint}"),
)
OTHER_UNIT = message(
    "D201",
    ("'{item}' is counted in {base}, which {unit} does not convert to", "“{item}”以 {base} 计量，{unit} 无法换算"),
    ("correct the unit, or the item", "请改正单位或对象"),
)
_WHAT = {"account": Words("account", "账户"), "activity": Words("process or tag", "工艺或标签")}
_COMMODITY = Words("commodity or tag", "物料或标签")


@data_check(NOT_OBSERVABLE, OTHER_UNIT)
def observations_can_be_compared(relations: Relations) -> Iterator[Problem]:
    """Every observation names an account, or commodities, of this pack, in a unit that converts to theirs.

    What it does: looks the item of each row of observations up (every word of it, for amounts of commodities) and
    converts its unit. Rows of kind other are not looked up.

    Why: a published figure that nothing is compared with would silently drop out of the backtest.
    """
    accounts = {row["account"]: row["unit"] for row in relations.rows("accounts")}
    process_units = {row["process"]: relations.unit[row["reference"]] for row in relations.rows("processes")}
    for row in relations.rows("observations"):
        if row["kind"] == "account":
            yield from _compared(relations, row, row["item"], [accounts[row["item"]]] if row["item"] in accounts else [], list(accounts))
        elif row["kind"] != "other":
            for word in str(row["item"]).split():
                thing = "process" if row["kind"] == "activity" else "commodity"
                units = process_units if thing == "process" else relations.unit
                named = relations.named(thing, word)
                yield from _compared(relations, row, word, sorted({units[name] for name in named}), relations.known(thing))


def _compared(relations: Relations, row: Row, item: str, units: list[str], known: list[str]) -> Iterator[Problem]:
    """The problems of one word of an item, given the units of what it names."""
    what = _WHAT.get(row["kind"], _COMMODITY)
    if not units:
        yield NOT_OBSERVABLE.at(place_of(row), item=item, what=what, hint=nearest(item, known))
    for base in units:
        if relations.pack.units.factor(row["unit"], base) is None:
            yield OTHER_UNIT.at(place_of(row), item=item, base=base, unit=row["unit"])
