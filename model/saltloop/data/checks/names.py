"""Checks of names: one word means one thing, and every unit is one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from saltloop.data.checks.registry import data_check
from saltloop.data.read import nearest
from saltloop.data.relations import Relations, Row, place_of
from saltloop.data.schema import TABLES
from saltloop.errors import Problem, message
from saltloop.units import UNKNOWN_UNIT, Units

_ID = re.compile(r"[a-z][a-z0-9_]*")
_GROUPS = (("processes", "equipment"), ("links", "modes"), ("sites", "areas"))
_FREE = frozenset({"sources"})

TWO_THINGS = message(
    "D190",
    ("'{name}' is an id in {table} and in {other} ({where})", "“{name}”同时是 {table} 与 {other}（{where}）的代号"),
    ("rename one; both can stand in the same place of a rule, an account or a capacity", "请改名；二者会出现在规则、账户或产能的同一位置"),
)
TAG_IS_ID = message(
    "D191",
    ("the tag '{tag}' of '{item}' is the id of something in {table} ({where})", "“{item}”的标签“{tag}”与 {table} 中的代号相同（{where}）"),
    ("choose another word for the tag: a rule that names it would select both", "请换一个标签词：写到它的规则会同时选中二者"),
)
BAD_ID = message(
    "D192",
    ("'{name}' is no name for files and rows", "“{name}”不能作为代号"),
    ("write small letters, digits and underscores, a letter first, such as {proposal}", "请用小写字母、数字和下划线，以字母开头，如 {proposal}"),
)
NOT_NESTED = message(
    "D197",
    ("areas lie in each other in a circle: {chain}", "区域互相包含，成为循环：{chain}"),
    ("correct the parent of one of them; the outermost area has none", "请改正其中一个的 parent；最外层区域留空"),
)

UNTITLED_LAND = message(
    "D189",
    ("land class '{name}' has no title", "用地类别“{name}”没有名称"),
    ("add it to land_classes.csv in English and Chinese, or correct the word.{hint}", "请在 land_classes.csv 中补上中英文名称，或改正该词。{hint}"),
    warning=True,
)


def _ids(relations: Relations, table: str) -> dict[str, Row]:
    """Rows by id; for links also the way back."""
    key = next(c.name for c in next(t for t in TABLES if t.name == table).columns if c.kind == "id")
    found: dict[str, Row] = {}
    for row in relations.rows(table):
        found[row[key]] = row
        if table == "links" and row["both_ways"] == "yes":
            found.setdefault(f"{row[key]}_back", row)
    return found


@data_check(
    UNKNOWN_UNIT,
    in_chinese=(
        "每个单位都在单位表内。",
        "检查各表中写单位的列（物料、账户、设备、运输方式、资源体、指标）。有一个未知，就不再做其他检查，因为几乎所有检查都要换算单位。",
        "数值的单位在读入时已试过；没有数值的对象，其单位则没有。",
    ),
)
def units_are_known(relations: Relations) -> Iterator[Problem]:
    """Every unit is in the registry.

    What it does: reads the columns that hold units (of commodities, accounts, equipment, modes, basins, indicators). If
    one is unknown, no other check is made, since nearly all of them convert.

    Why: the units of numbers are tried when they are read; that of a thing without numbers is not.
    """
    units = relations.pack.units
    known: dict[str, bool] = {}
    for table, name in ((t.name, c.name) for t in TABLES for c in t.columns if c.kind == "unit"):
        for row in (row for row in relations.rows(table) if row[name] is not None):
            unit = row[name]
            if unit not in known:
                known[unit] = _is_unit(units, unit)
            if not known[unit]:
                yield UNKNOWN_UNIT.at(place_of(row), unit=unit, known=", ".join(units.known()))


def _is_unit(units: Units, text: str) -> bool:
    try:
        units.dimension(text)
    except KeyError:
        return False
    return True


@data_check(
    TWO_THINGS,
    in_chinese=(
        "在代号可出现之处，一个代号只指一个对象。",
        "比较工艺与设备的代号、线路（及其回程）与运输方式的代号、地点与区域的代号。",
        "这些代号写在同一列，重名时会不声不响地取了另一个。",
    ),
)
def ids_do_not_collide(relations: Relations) -> Iterator[Problem]:
    """An id names one thing wherever it can stand.

    What it does: compares the ids of processes with those of equipment, of links (and their ways back) with those of
    modes, of sites with those of areas.

    Why: these pairs are written in the same column; the other would be taken without a word.
    """
    for table, other in _GROUPS:
        first, second = _ids(relations, table), _ids(relations, other)
        for name in sorted(first.keys() & second.keys()):
            yield TWO_THINGS.at(place_of(second[name]), name=name, table=table, other=other, where=place_of(first[name]))
    names = {row["link"]: row for row in relations.rows("links")}
    for row in relations.rows("links"):
        back = names.get(f"{row['link']}_back")
        if row["both_ways"] == "yes" and back is not None:
            yield TWO_THINGS.at(place_of(back), name=back["link"], table="links", other="links, as the way back", where=place_of(row))


@data_check(
    TAG_IS_ID,
    in_chinese=(
        "标签是独立的词。",
        "将每个标签与物料、工艺、设备、资源体、运输方式、线路、市场、处置途径、储存、地点和区域的代号比较。",
        "规则和账户在同一处既可写代号也可写标签。",
    ),
)
def tags_are_not_ids(relations: Relations) -> Iterator[Problem]:
    """A tag is a word of its own.

    What it does: compares every tag with the ids of commodities, processes, equipment, basins, modes, links, markets,
    routes, stores, sites and areas.

    Why: a rule or account takes an id or a tag in the same place.
    """
    tables = ("commodities", "processes", "equipment", "basins", "modes", "links", "markets", "routes", "stores", "sites", "areas")
    owner: dict[str, tuple[str, Row]] = {}
    for table in tables:
        for name, row in _ids(relations, table).items():
            owner.setdefault(name, (table, row))
    for tagged in (t for t in TABLES if "tags" in t.names):
        for row in relations.rows(tagged.name):
            for tag in (tag for tag in row["tags"] if tag in owner):
                yield TAG_IS_ID.at(place_of(row), tag=tag, item=row[tagged.key[0]], table=owner[tag][0], where=place_of(owner[tag][1]))


@data_check(
    BAD_ID,
    in_chinese=(
        "代号由小写字母、数字和下划线组成。",
        "检查除 sources 之外各表的代号。",
        "代号会成为行名、文件名和 YAML 的键；逗号、空格和括号会弄坏它们。",
    ),
)
def ids_are_plain(relations: Relations) -> Iterator[Problem]:
    """An id is written in small letters, digits and underscores.

    What it does: reads the ids of every table but sources.

    Why: ids become names of rows, files and keys of YAML; commas, spaces and brackets break them.
    """
    for table in (t for t in TABLES if t.name not in _FREE and any(c.kind == "id" for c in t.columns)):
        for row in relations.rows(table.name):
            name = row[table.key[0]]
            if not _ID.fullmatch(name):
                proposal = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")
                yield BAD_ID.at(place_of(row), name=name, proposal=proposal if _ID.fullmatch(proposal) else f"{table.key[0]}_{proposal}".rstrip("_"))


@data_check(
    NOT_NESTED,
    in_chinese=(
        "区域像盒子一样逐层嵌套。",
        "沿每个区域的上级逐级查到最外层；每个循环只提示一次。",
        "包含自身的区域没有外部，对它求和永无止境。",
    ),
)
def areas_are_nested(relations: Relations) -> Iterator[Problem]:
    """Areas lie in each other like boxes.

    What it does: follows the parent of every area up to the outermost one; each circle is told once.

    Why: what holds itself has no outside, and sums over it never end.
    """
    areas, told = relations.by("areas", "area"), set[str]()
    for name in areas:
        chain, above = [name], areas[name]["parent"]
        while above is not None and above not in chain:
            chain.append(above)
            above = areas[above]["parent"]
        if above == name and name not in told:
            told.update(chain)
            yield NOT_NESTED.at(place_of(areas[name]), chain=" -> ".join([*chain, above]))


@data_check(
    UNTITLED_LAND,
    in_chinese=(
        "用地类别须是数据包声明过的。",
        "数据包有 `land_classes` 表时，在其中查找土地、工艺、设备和处置途径所用的用地类别。",
        "写错的类别自成一类土地，没有任何限制；没有名称时，一种语言的读者会遇到另一种语言的词。",
    ),
)
def land_classes_have_titles(relations: Relations) -> Iterator[Problem]:
    """Each class of land is one that the pack declares.

    What it does: looks up the classes of land, processes, equipment and routes in `land_classes`, where the pack has that table.

    Why: a misspelt class is a land of its own that nothing limits; without a title readers of one language meet a word of the other.
    """
    known = [row["land_class"] for row in relations.rows("land_classes")]
    first: dict[str, Row] = {}
    for table in ("land", "processes", "equipment", "routes"):
        for row in relations.rows(table):
            if row["land_class"] and row["land_class"] not in known:
                first.setdefault(row["land_class"], row)
    for name, where in first.items() if known else ():
        yield UNTITLED_LAND.at(place_of(where), name=name, hint=nearest(name, known))
