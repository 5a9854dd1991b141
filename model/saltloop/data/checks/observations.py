"""Checks of what is compared and scored: observations name what the model knows, points rise with what is better."""

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
NO_SPAN = message(
    "D202",
    (
        "score '{score}' gives 0 points at {zero:g} and 100 at {hundred:g} of '{indicator}', of which {better} is better",
        "综合指标“{score}”对“{indicator}”在 {zero:g} 得 0 分、在 {hundred:g} 得 100 分，而该指标{better}为好",
    ),
    ("let at_hundred lie on the better side of at_zero", "at_hundred 应比 at_zero 更好"),
)
_BETTER = {"higher": Words("higher", "越高"), "lower": Words("lower", "越低")}
_WHAT = {"account": Words("account", "账户"), "activity": Words("process or tag", "工艺或标签")}
_COMMODITY = Words("commodity or tag", "物料或标签")


@data_check(
    NOT_OBSERVABLE,
    OTHER_UNIT,
    in_chinese=(
        "每个观测值都写明本数据包的账户或物料，且单位可换算。",
        "查找 observations 每一行的 item（物料数量则逐词查找），并换算其单位。kind 为 other 的行不查。",
        "没有可比对象的公布值会不声不响地从回测中消失。",
    ),
)
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


@data_check(
    NO_SPAN,
    in_chinese=(
        "得 100 分的水平优于得 0 分的水平。",
        "将 score_terms 每一行的 at_zero 和 at_hundred 与其指标的优劣方向比较。",
        "方向写反，得分就会称赞本应下降的东西。",
    ),
)
def points_rise_with_what_is_better(relations: Relations) -> Iterator[Problem]:
    """The level that earns 100 points is better than the one that earns none.

    What it does: compares at_zero and at_hundred of each row of score_terms with the direction of its indicator.

    Why: turned round, a score praises what should fall.
    """
    better = {row["indicator"]: row["better"] for row in relations.rows("indicators")}
    for row in relations.rows("score_terms"):
        span, direction = row["at_hundred"] - row["at_zero"], better[row["indicator"]]
        if span == 0 or (span > 0) != (direction == "higher"):
            words = {"zero": row["at_zero"], "hundred": row["at_hundred"], "better": _BETTER[direction]}
            yield NO_SPAN.at(place_of(row), score=row["score"], indicator=row["indicator"], **words)
