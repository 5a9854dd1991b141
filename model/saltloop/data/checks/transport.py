"""Checks of links and modes, and of the words by which tables select commodities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from saltloop.data.checks.registry import data_check
from saltloop.data.read import nearest
from saltloop.data.relations import Relations, Row, place_of
from saltloop.errors import Problem, message

SELECTS_NOTHING = message(
    "D160",
    ("'{word}' in {table}.{column} selects no commodity{where} ({count} row(s))", "{table}.{column} 中的“{word}”没有选中任何物料{where_zh}（{count} 行）"),
    ("write a commodity, a tag of commodities, or * where the table allows it.{hint}", "请写物料、物料标签，或（表允许时）*。{hint}"),
    warning=True,
)
SAME_ENDS = message(
    "D161", ("link '{link}' leads from '{site}' to itself", "线路“{link}”起讫均为“{site}”"), ("correct origin or destination", "请改正起点或终点")
)
NO_ROOM = message(
    "D162",
    ("link '{link}' has the capacity 0", "线路“{link}”的运力为 0"),
    ("leave the cell empty for no limit, or remove the link", "不限则留空，否则删去该线路"),
)
WRONG_DIMENSION = message(
    "D163",
    ("mode '{mode}' counts {unit}, but carries {list}", "运输方式“{mode}”以 {unit} 计量，却运输 {list}"),
    (
        "all that a mode carries has the dimension of its unit; make a second mode, or correct `carries` or the tags",
        "同一方式所运物料须与其单位量纲一致；请另设方式，或改正 carries 或标签",
    ),
)


@data_check(
    SELECTS_NOTHING,
    in_chinese=(
        "代表物料的每个词都能选到物料。",
        "查找 modes.carries、market_access.commodity（在该市场交易的物料之内）和 disposals.commodity 中的词；每个词在每张表、每个市场只提示一次。",
        "写错的词作为标签不算错误，只是不起作用。",
    ),
)
def words_select_commodities(relations: Relations) -> Iterator[Problem]:
    """Every word that stands for commodities finds some.

    What it does: looks up the words in modes.carries, market_access.commodity (among what the market trades) and
    disposals.commodity; a word is told once per table and market.

    Why: a misspelt word is no error to a tag, it just has no effect.
    """
    known = relations.known("commodity")
    for (table, column, word, market), rows in _idle_words(relations).items():
        where = ("", "") if market is None else (f" that market '{market}' trades", f"（限市场“{market}”交易的）")
        yield SELECTS_NOTHING.at(
            place_of(rows[0]),
            word=word,
            table=table,
            column=column,
            where=where[0],
            where_zh=where[1],
            count=len(rows),
            hint="" if word in known else nearest(word, known),
        )


def _idle_words(relations: Relations) -> dict[tuple[str, str, str, str | None], list[Row]]:
    """Rows by table, column, word and market, where the word selects nothing."""
    found: dict[tuple[str, str, str, str | None], list[Row]] = defaultdict(list)
    for row in relations.rows("modes"):
        for word in row["carries"]:
            if not relations.named("commodity", word):
                found["modes", "carries", word, None].append(row)
    for table in ("market_access", "disposals"):
        for row in relations.rows(table):
            word, market = row["commodity"], row.get("market")
            chosen = relations.named("commodity", word)
            if not (chosen if market is None else chosen & relations.traded.get(market, frozenset())):
                found[table, "commodity", word, market].append(row)
    return found


@data_check(
    SAME_ENDS,
    NO_ROOM,
    in_chinese=(
        "线路连接两个地点，且有运力。",
        "起点与终点不同；给出的运力大于零。",
        "连到自身的线路是免费的循环，没有运力的线路则是一行空话。",
    ),
)
def links_lead_somewhere(relations: Relations) -> Iterator[Problem]:
    """A link joins two sites and has room.

    What it does: origin and destination differ; a capacity that is given is more than zero.

    Why: a link onto itself is a loop for free, and one without room is a row that says nothing.
    """
    for row in relations.rows("links"):
        if row["origin"] == row["destination"]:
            yield SAME_ENDS.at(place_of(row), link=row["link"], site=row["origin"])
        if row["capacity"] == 0:
            yield NO_ROOM.at(place_of(row), link=row["link"])


@data_check(
    WRONG_DIMENSION,
    in_chinese=(
        "运输方式所运的物料，计量单位与之相符。",
        "`carries` 中的词所选的每种物料，其单位须能换算成该运输方式的单位。",
        "线路上的运量按其单位相加；MWh 与 t 无法相加。",
    ),
)
def modes_carry_what_they_count(relations: Relations) -> Iterator[Problem]:
    """What a mode carries is counted like the mode.

    What it does: the unit of each commodity that the words in `carries` select converts to the unit of the mode.

    Why: the loads of a link are added up in its unit; MWh and t cannot be.
    """
    for row in relations.rows("modes"):
        wrong = sorted(c for c in relations.carried[row["mode"]] if relations.pack.units.factor(relations.unit[c], row["unit"]) is None)
        if wrong:
            shown = ", ".join(f"'{c}' ({relations.unit[c]})" for c in wrong[:6])
            yield WRONG_DIMENSION.at(place_of(row), mode=row["mode"], unit=row["unit"], list=shown)
