"""Checks of table factors: each number belongs to something, is read by something, and in the right unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from saltloop.data.checks.ledger import READ_FROM
from saltloop.data.checks.registry import data_check
from saltloop.data.chemistry import GASES
from saltloop.data.factors import ANNUITY, BY_DISTANCE, BY_KIND_AND_NAME
from saltloop.data.read import nearest
from saltloop.data.relations import Relations, place_of
from saltloop.data.schema import BY_NAME
from saltloop.errors import Problem, message

UNKNOWN_ITEM = message("D180", ("there is no {kind} '{item}'", "没有{kind}“{item}”"), ("name an id of {tables}.{hint}", "请填 {tables} 的代号。{hint}"))
NOBODY_READS = message(
    "D181",
    ("no equation and no account reads the factor '{factor}' of kind {kind} ({count} rows)", "没有方程或账户使用 {kind} 的系数“{factor}”（{count} 行）"),
    ("correct its name or kind, or add an account that measures it.{hint}", "请改正名称或类别，或增加使用它的账户。{hint}"),
    warning=True,
)
NO_LIFETIME = message(
    "D183",
    ("'{item}' has a capital_cost, but no lifetime", "“{item}”有 capital_cost，但没有 lifetime"),
    ("account '{account}' spreads capital over the lifetime; add the factor lifetime in a", "账户“{account}”按寿命分摊投资；请补充 lifetime（a）"),
)
NOT_A_SHARE = message(
    "D184",
    ("'{factor}' of {kind} '{item}' is {value:g}", "{kind}“{item}”的“{factor}”为 {value:g}"),
    ("expected a share from 0 to 1 (30 % is 0.3)", "应为 0 至 1 的份额（30 % 写 0.3）"),
)
NO_CLASS = message(
    "D185",
    ("'{item}' takes land, but of no class", "“{item}”占地但没有用地类别"),
    ("fill land_class in {table}.csv; without, the land of the site does not bound it", "请在 {table}.csv 填 land_class，否则不受该地用地约束"),
    warning=True,
)
NO_LAND = message(
    "D186",
    ("'{item}' takes {land_class} land, of which '{site}' states no amount", "“{item}”占用 {land_class} 用地，而“{site}”未给出其面积"),
    ("add a row to land.csv; without, the land there has no limit", "请在 land.csv 中补充，否则该处用地不受限"),
    warning=True,
)
NO_LIMIT = message(
    "D187",
    ("basin '{basin}' has no limit", "资源体“{basin}”没有限额"),
    ("add a row to basin_limits.csv; without, any amount may be drawn", "请在 basin_limits.csv 中补充，否则可无限取用"),
    warning=True,
)
NO_EVAPORATION = message(
    "D188",
    ("pond '{process}' at '{site}' is not bound by evaporation", "“{site}”的盐田“{process}”不受蒸发约束"),
    ("it needs rows in evaporation.csv for the site and a pond_area of its equipment", "需有该地点的 evaporation 数据及其设备的 pond_area"),
    warning=True,
)

_TABLES = {
    "process": ("processes",),
    "equipment": ("equipment", "processes"),
    "commodity": ("commodities",),
    "basin": ("basins",),
    "link": ("links",),
    "mode": ("modes",),
    "route": ("routes",),
    "store": ("stores",),
    "market": ("markets",),
}
_ID = {table: BY_NAME[table].key[0] for tables in _TABLES.values() for table in tables}
_ON_LAND = (("equipment", "equipment"), ("equipment", "processes"), ("route", "routes"))


@data_check(
    UNKNOWN_ITEM,
    in_chinese=(
        "系数属于确实存在的对象。",
        "在相应类别的代号中查找每一行的 item；工艺自有设备的代号即工艺的代号。",
        "该列为文字，所属的表随 kind 而变，读表时无从得知。",
    ),
)
def factors_belong_to_something(relations: Relations) -> Iterator[Problem]:
    """A factor belongs to something that exists.

    What it does: looks the item of every row up among the ids of its kind; equipment of a process's own has the id of
    the process.

    Why: the column is text, since its table depends on the kind, so the reader cannot know.
    """
    known = {kind: {row[_ID[table]] for table in tables for row in relations.rows(table)} for kind, tables in _TABLES.items()}
    for (kind, item, _), row in relations.factor.items():
        if item not in known[kind]:
            yield UNKNOWN_ITEM.at(
                place_of(row), kind=kind, item=item, tables=" or ".join(f"{t}.csv" for t in _TABLES[kind]), hint=nearest(item, sorted(known[kind]))
            )


def _read(relations: Relations) -> set[tuple[str, str]]:
    """Kind and name of every factor that an equation, an account, a norm or the element balance asks for."""
    asked = set(BY_KIND_AND_NAME) | {("process", name) for name in GASES}
    asked |= {("commodity", norm["measure"]) for norm in relations.rows("norms") if norm["measure"] is not None}
    for term in relations.rows("account_terms"):
        for kind in READ_FROM.get(term["flow"], ()) if term["measure"] is not None else ():
            asked |= {(kind, term["measure"])} | ({(kind, f"{term['measure']}{BY_DISTANCE}")} if kind == "mode" else set())
    return asked


@data_check(
    NOBODY_READS,
    in_chinese=(
        "系数总有用处。",
        "汇集方程所用和账户所计量的系数名，其余的按类别和名称各提示一次。",
        "把 capital_cost 误写成 `capitl_cost`，设备就不要钱了。",
    ),
)
def factors_are_read(relations: Relations) -> Iterator[Problem]:
    """A factor is there for something.

    What it does: collects the names that the equations know and those that the accounts measure, and tells the others
    once per kind and name.

    Why: `capitl_cost` would make the equipment free.
    """
    asked, unread = _read(relations), dict[tuple[str, str], list[dict[str, Any]]]()
    for (kind, _, name), row in relations.factor.items():
        if (kind, name) not in asked:
            unread.setdefault((kind, name), []).append(row)
    for (kind, name), rows in unread.items():
        elsewhere = [f" It is read of kind {other}." for other, known in sorted(asked) if known == name]
        hint = elsewhere[0] if elsewhere else nearest(name, sorted(known for other, known in asked if other == kind))
        yield NOBODY_READS.at(place_of(rows[0]), kind=kind, factor=name, count=len(rows), hint=hint)


@data_check(
    NOT_A_SHARE,
    in_chinese=(
        "方程所用的份额在 0 到 1 之间。",
        "检查方程所用系数中的份额；单位在读入时已换算。",
        "可用率写成 20 而非 20 %，装置就大了一百倍。",
    ),
)
def known_factors_fit(relations: Relations) -> Iterator[Problem]:
    """A share that the equations read lies between 0 and 1.

    What it does: looks at the shares among the factors that the equations know. Their units were converted on reading.

    Why: an availability of 20 instead of 20 % makes a plant a hundred times as large.
    """
    for (kind, item, name), row in relations.factor.items():
        known = BY_KIND_AND_NAME.get((kind, name))
        if known is not None and known.share and not 0 <= row["value"] <= 1:
            yield NOT_A_SHARE.at(place_of(row), kind=kind, item=item, factor=name, value=row["value"])


@data_check(
    NO_LIFETIME,
    in_chinese=(
        "资本费用按寿命分摊的设备须有寿命。",
        "若有账户计量 capital_annuity，则凡在某地有产能且有 capital_cost 的设备都须有系数 lifetime。",
        "没有寿命就没有可计的年金。",
    ),
)
def capital_has_a_lifetime(relations: Relations) -> Iterator[Problem]:
    """Equipment whose capital is spread over its life has one.

    What it does: if an account measures capital_annuity, every equipment with capacity somewhere and a capital_cost needs
    the factor lifetime.

    Why: without it there is no yearly share to count.
    """
    users = [row["account"] for row in relations.rows("account_terms") if row["measure"] == ANNUITY]
    standing = {row["equipment"] for row in relations.rows("capacities")}
    for (kind, item, name), row in relations.factor.items():
        if users and kind == "equipment" and name == "capital_cost" and item in standing and ("equipment", item, "lifetime") not in relations.factor:
            yield NO_LIFETIME.at(place_of(row), item=item, account=users[0])


@data_check(
    NO_CLASS,
    NO_LAND,
    in_chinese=(
        "占地须有出处。",
        "带系数 land 的设备和处置途径须写明用地类别；可能建有这类设备的地点须给出该类土地的面积。",
        "缺少一行意味着不限，而不是零。",
    ),
)
def land_is_bounded(relations: Relations) -> Iterator[Problem]:
    """What takes land takes it from somewhere.

    What it does: equipment and routes with the factor land name a class; each site where such equipment may stand states
    how much land of that class it has.

    Why: an absent row is no limit, not a zero.
    """
    classes = {(kind, row[_ID[table]]): (table, row["land_class"]) for kind, table in _ON_LAND for row in relations.rows(table)}
    for (kind, item, name), row in relations.factor.items():
        if name == "land" and (kind, item) in classes and classes[kind, item][1] is None:
            yield NO_CLASS.at(place_of(row), item=item, table=classes[kind, item][0])
    stated, told = {(row["site"], row["land_class"]) for row in relations.rows("land")}, set[tuple[str, str]]()
    for row in relations.rows("capacities"):
        key = (row["site"], classes.get(("equipment", row["equipment"]), ("", None))[1])
        takes = relations.factor.get(("equipment", row["equipment"], "land"))
        if key[1] is not None and takes is not None and takes["value"] > 0 and key not in stated | told:
            told.add(key)
            yield NO_LAND.at(place_of(row), item=row["equipment"], land_class=key[1], site=row["site"])


@data_check(
    NO_LIMIT,
    NO_EVAPORATION,
    in_chinese=(
        "自然所给不超过其所有。",
        "每个有供给的资源体须有年限额或储量；每个盐田（带系数 evaporation 的工艺）须有 pond_area，且所在地在 evaporation 表中有行。",
        "缺少一行意味着不限，而不是零。",
    ),
)
def nature_is_bounded(relations: Relations) -> Iterator[Problem]:
    """Nature gives no more than it has.

    What it does: each basin that supplies something has a limit per year or a stock; each pond (a process with the factor
    evaporation) has a pond_area and stands where table evaporation has rows.

    Why: an absent row is no limit, not a zero.
    """
    limited, basins = {row["basin"] for row in relations.rows("basin_limits")}, relations.by("basins", "basin")
    for basin in sorted({row["basin"] for row in relations.rows("basin_supplies")} - limited):
        yield NO_LIMIT.at(place_of(basins[basin]), basin=basin)
    sunny = {row["site"] for row in relations.rows("evaporation")}
    for (kind, item, name), row in relations.factor.items():
        if kind != "process" or name != "evaporation" or item not in relations.need:
            continue
        has_area = any(("equipment", u, "pond_area") in relations.factor for u in relations.need[item])
        for site in sorted(relations.sites_of.get(item, frozenset()) if not has_area else relations.sites_of.get(item, frozenset()) - sunny):
            yield NO_EVAPORATION.at(place_of(row), process=item, site=site)
