"""Checks of the network: every commodity comes from somewhere and goes somewhere, every process starts from something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from saltloop.data.checks.registry import data_check
from saltloop.data.relations import Relations, place_of
from saltloop.errors import Message, Problem, message

PRIMARY = "primary"
ONE = 1e-9

NO_WAY_IN = message(
    "D140",
    ("nothing gives '{commodity}', which process '{process}' uses", "工艺“{process}”使用的“{commodity}”没有任何来源"),
    (
        "let a process with capacity make it, a basin supply it (basin_supplies) or a market sell it (market_tiers, market_access)",
        "需有具备产能的工艺产出、资源体供给（basin_supplies）或市场出售（market_tiers、market_access）",
    ),
)
NO_WAY_OUT = message(
    "D141",
    ("nothing takes '{commodity}', which process '{process}' makes", "工艺“{process}”产出的“{commodity}”没有任何去向"),
    (
        "let a process with capacity use it, a market buy it (market_tiers, market_access) or a route dispose of it (disposals)",
        "需有具备产能的工艺使用、市场收购（market_tiers、market_access）或处置途径接纳（disposals）",
    ),
)
NO_WAY_IN_HERE = message(
    "D142",
    ("'{process}' cannot run at '{sites}': '{commodity}' does not get there", "“{process}”在“{sites}”无法运行：“{commodity}”到不了那里"),
    (
        "it can be had at: {elsewhere}. Add a link whose mode carries it, or a market or basin there",
        "可得地点：{elsewhere}。请增加可运输它的线路，或当地的市场或资源体",
    ),
    warning=True,
)
NO_WAY_OUT_HERE = message(
    "D143",
    ("'{process}' cannot run at '{sites}': '{commodity}' cannot leave", "“{process}”在“{sites}”无法运行：“{commodity}”没有出路"),
    (
        "it is taken at: {elsewhere}. Add a link whose mode carries it, or a market or disposal there",
        "接纳地点：{elsewhere}。请增加可运输它的线路，或当地的市场或处置途径",
    ),
    warning=True,
)
NO_REFERENCE = message(
    "D144",
    ("process '{process}' does not make or use exactly 1 of its reference '{commodity}'", "工艺“{process}”的基准物料“{commodity}”系数不恰为 1"),
    ("its recipe has {found}; divide the whole recipe by it, or name the right reference", "配方中为 {found}；请将整份配方除以该数，或改正基准物料"),
)
FROM_NOTHING = message(
    "D145",
    ("process '{process}' makes '{commodity}' and uses nothing on balance", "工艺“{process}”产出“{commodity}”而净投入为零"),
    (
        "add what it uses; if nature gives it (sun, wind, falling water), tag the process `{primary}`",
        "请补充投入；若取自自然（光、风、水能），给工艺加标签 {primary}",
    ),
    warning=True,
)
STANDS_NOWHERE = message(
    "D146",
    ("{count} processes have no capacity at any site: {list}", "{count} 个工艺在任何地点都没有产能：{list}"),
    ("add rows to capacities.csv where they stand or may be built; without, they are never used", "请在 capacities.csv 中写明现有或可建产能；否则永不使用"),
    warning=True,
)
NOT_SERVED = message(
    "D147",
    ("the demand for '{commodity}' at '{site}' can never be met", "“{site}”对“{commodity}”的需求永远无法满足"),
    (
        "it must be served, but cannot get there; it can be had at: {elsewhere}. Add a link or a market, or give an unmet_price",
        "必须满足但运不到；可得地点：{elsewhere}。请增加线路或市场，或填 unmet_price",
    ),
)


def _listed(names: Iterable[str], limit: int = 8) -> str:
    words = sorted(names)
    return ", ".join(words[:limit]) + (f" (+{len(words) - limit})" if len(words) > limit else "") if words else "-"


def _ways(relations: Relations, direction: str, sites_of: Mapping[str, frozenset[str]], nowhere: Message, not_here: Message) -> Iterator[Problem]:
    sign = 1 if direction == "make" else -1
    told = set()
    for process, sites in relations.sites_of.items():
        for row in relations.recipe[process]:
            commodity = row["commodity"]
            if row["direction"] != direction or relations.coefficients[process][commodity] * sign <= 0:
                continue
            reached = sites_of.get(commodity, frozenset())
            if not reached and commodity not in told:
                told.add(commodity)
                yield nowhere.at(place_of(row), process=process, commodity=commodity)
            elif reached and not sites <= reached:
                yield not_here.at(place_of(row), process=process, sites=_listed(sites - reached), commodity=commodity, elsewhere=_listed(reached))


@data_check(
    NO_WAY_IN,
    NO_WAY_IN_HERE,
    in_chinese=(
        "工艺所用的一切都能到达。",
        "对每个有产能的工艺，检查其净使用的每种物料：在同一地点，或在有线路通来的地点，是否有别的工艺产出、资源体供给或市场出售。哪里都没有为错误，部"
        "分地点没有为警告。储存不算来源：它只归还存入的东西。",
        "这样的工艺会不声不响地永不运行，看起来像是对它的评判，其实只是缺了一行数据。",
    ),
)
def used_commodities_have_a_way_in(relations: Relations) -> Iterator[Problem]:
    """Whatever a process uses can reach it.

    What it does: for every process that has capacity, looks for each commodity that it uses, on balance, whether another
    process makes it, a basin supplies it or a market sells it, at the same site or at one that links lead from. Nothing
    anywhere is an error; nothing at some of its sites is a warning. A store is no origin: it returns what was put in.

    Why: such a process silently never runs, which reads like a judgement on it and is only a missing row.
    """
    yield from _ways(relations, "use", relations.obtainable, NO_WAY_IN, NO_WAY_IN_HERE)


@data_check(
    NO_WAY_OUT,
    NO_WAY_OUT_HERE,
    in_chinese=(
        "工艺产出的一切都有去处。",
        "与来源检查对应：在同一地点，或在有线路通往的地点，有别的工艺使用、市场收购或处置途径接纳。处置途径和可达关系按物料、标签和区域计。",
        "平衡是等式，没有免费处置；一种没有出路的副产品会使整个工艺停产。",
    ),
)
def made_commodities_have_a_way_out(relations: Relations) -> Iterator[Problem]:
    """Whatever a process makes can leave it.

    What it does: the mirror of the way in: another process uses it, a market buys it or a route disposes of it, at the
    same site or at one that links lead to. Routes and accesses count by commodity, tag and area.

    Why: balances are equalities, there is no free disposal; one by-product without an outlet stops the whole process.
    """
    yield from _ways(relations, "make", relations.placeable, NO_WAY_OUT, NO_WAY_OUT_HERE)


@data_check(
    NO_REFERENCE,
    in_chinese=(
        "一单位活动量恰好产出或使用一单位基准物料。",
        "在配方中查找基准物料数值为 1 的产出或使用行。",
        "产能、成本和用工都按单位基准物料给出；写成 0.98 则全部偏离。",
    ),
)
def reference_is_one(relations: Relations) -> Iterator[Problem]:
    """One unit of activity makes or uses exactly one unit of the reference commodity.

    What it does: looks for a row of the recipe for the reference with value 1, made or used.

    Why: capacities, costs and labour are given per unit of the reference; with 0.98 in its place all of them are off.
    """
    for process in relations.rows("processes"):
        rows = [row for row in relations.recipe[process["process"]] if row["commodity"] == process["reference"]]
        if not any(abs(row["value"] - 1) <= ONE for row in rows):
            yield NO_REFERENCE.at(
                place_of(rows[0] if rows else process),
                process=process["process"],
                commodity=process["reference"],
                found=", ".join(f"{row['direction']} {row['value']:g}" for row in rows) or "no such row",
            )


@data_check(
    FROM_NOTHING,
    in_chinese=(
        "有产出的工艺必有投入。",
        "配方没有投入，或投入少于自身产出的工艺给出警告，带 `primary` 标签（光、风、水能）的除外。自资源体取用的东西不由工艺购入，因此矿石和卤水不需"
        "要这样的工艺。",
        "漏写一行燃料或矿石，就得到最便宜的工艺。",
    ),
)
def nothing_comes_from_nothing(relations: Relations) -> Iterator[Problem]:
    """A process that makes something also uses something.

    What it does: warns of processes whose recipe uses nothing, or only less of what it makes, unless they carry the tag
    `primary` (sun, wind, falling water). What is drawn from a basin is bought by no process, so ores and brines need no
    such process.

    Why: a forgotten row for fuel or ore makes the cheapest process of all.
    """
    for process, row in relations.by("processes", "process").items():
        net = relations.coefficients[process].values()
        if net and all(value >= 0 for value in net) and PRIMARY not in row["tags"]:
            yield FROM_NOTHING.at(place_of(row), process=process, commodity=row["reference"], primary=PRIMARY)


@data_check(
    STANDS_NOWHERE,
    in_chinese=(
        "每个工艺至少在一个地点有产能或可新建。",
        "将本数据包自身的、没有任何地点具备全部所需设备（已有、在建、规划或可建）的工艺合并成一条警告。所依赖数据包的工艺不计。",
        "把工艺写进数据包的人是想用它的。公共库则不同：各数据包只取用本地区所有的工艺。",
    ),
)
def processes_have_capacity(relations: Relations) -> Iterator[Problem]:
    """Every process stands, or may be built, at some site.

    What it does: lists in one warning the processes of the pack itself of which no site has all the equipment (existing,
    building, planned or option). Processes of packs that it builds on are left out.

    Why: whoever writes a process into a pack means to use it. A library is another matter: every pack takes from it only
    what stands in its region.
    """
    idle: list[dict[str, Any]] = [row for row in relations.rows("processes") if row["process"] not in relations.sites_of and relations.is_own(row)]
    if idle:
        yield STANDS_NOWHERE.at(place_of(idle[0]), count=len(idle), list=_listed(row["process"] for row in idle))


@data_check(
    NOT_SERVED,
    in_chinese=(
        "必须满足的需求能够满足。",
        "对 demands 中没有 unmet_price 且数量大于零的每一行，检查该地点能否得到该物料。",
        "否则凡包含该地点的情景都无可行方案。",
    ),
)
def demands_can_be_served(relations: Relations) -> Iterator[Problem]:
    """A demand that must be met can be met.

    What it does: for every row of demands without an unmet_price and with an amount, looks whether the commodity can be
    had at the site.

    Why: otherwise every scenario with that site is infeasible.
    """
    for row in relations.rows("demands"):
        obtainable = relations.obtainable.get(row["commodity"], frozenset())
        if row["unmet_price"] is None and row["value"] > 0 and row["site"] not in obtainable:
            yield NOT_SERVED.at(place_of(row), commodity=row["commodity"], site=row["site"], elsewhere=_listed(obtainable))
