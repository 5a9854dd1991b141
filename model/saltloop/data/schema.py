"""Every table and column that a data pack may hold, declared once.

The reader, the checks, the paths of `set:` in a scenario and the data manual all come from this file.
A number never stands alone: a table with a `value` carries the columns of QUANTITY, so each coefficient has its
unit, range, grade, source and place in the source.
"""

from __future__ import annotations

from dataclasses import dataclass, field

GRADES = ("A", "B", "C", "D")
OBSERVED = ("account", "activity", "made", "used", "drawn", "bought", "sold", "disposed", "other")


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Args:
        name: header in the CSV file.
        kind: id (names the row), reference (an id of another table), text, number, year, integer, choice, tags, unit,
            flag (yes or no).
        meaning: one sentence in English and in Chinese.
        required: False: the cell may be empty, and the meaning says what empty stands for.
        refers: for a reference, the table whose ids are meant; several are joined by `|`.
        choices: for a choice, the words allowed.
    """

    name: str
    kind: str
    meaning: tuple[str, str]
    required: bool = True
    refers: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table of a pack: a file `<name>.csv`, or every CSV file in a folder `<name>/`.

    Args:
        name: file name without ending.
        key: columns that together name a row; a second row with the same key is an error.
        columns: own columns; a table with `base` also has those of QUANTITY.
        base: what the unit of `value` is converted to; a unit, or the rule in words that `read.base_unit` knows.
        path: address of the value in `set:` of a scenario; column names in braces.
        required: False: the table may be absent, which means that there is nothing of the kind.
        meaning: one sentence in English and in Chinese.
    """

    name: str
    meaning: tuple[str, str]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    base: str = ""
    path: str = ""
    required: bool = False
    names: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        extra = QUANTITY if self.base else ()
        object.__setattr__(self, "names", {c.name: c for c in (*self.columns, *extra, OVERRIDE)})


QUANTITY = (
    Column("value", "number", ("the number", "数值")),
    Column("unit", "unit", ("unit of value, low and high", "数值、下限、上限的单位")),
    Column("low", "number", ("lower end of the plausible range", "合理范围下限")),
    Column("high", "number", ("upper end of the plausible range", "合理范围上限")),
    Column(
        "grade",
        "choice",
        ("A measured or official, B literature, C calculated, D judgement with a range", "A实测或官方，B文献，C计算，D有范围的判断"),
        choices=GRADES,
    ),
    Column("source", "reference", ("where the number comes from", "来源"), refers="sources"),
    Column(
        "locator",
        "text",
        ("page, line or table in the source; empty where the source is one statement", "来源中的页、行或表；来源只有一句话时可空"),
        required=False,
    ),
    Column("note", "text", ("what a careful reader should know", "备注"), required=False),
)
OVERRIDE = Column(
    "override",
    "flag",
    ("yes: replaces the row with this key in the pack that this one builds on; empty: no", "yes：替换所依赖数据包中同键的行；空：否"),
    required=False,
)

_TITLES = (
    Column("title_en", "text", ("name in English", "英文名")),
    Column("title_zh", "text", ("name in Chinese", "中文名")),
)
_TAGS = Column(
    "tags",
    "tags",
    ("words that accounts, rules and links select by, separated by spaces; empty: none", "供账户、规则和运输选取的标签，用空格分隔；空：无"),
    required=False,
)
_NOTE = Column("note", "text", ("remark", "备注"), required=False)
_RESOLUTION = Column(
    "resolution", "choice", ("year: balanced once a year; slice: in every slice of the year", "year：按年平衡；slice：按时段平衡"), choices=("year", "slice")
)


def _refer(name: str, table: str, en: str, zh: str, required: bool = True) -> Column:
    return Column(name, "reference", (en, zh), required, refers=table)


TABLES: tuple[Table, ...] = (
    Table(
        "sources",
        ("what each number rests on", "数据来源"),
        ("source",),
        (
            Column("source", "id", ("short name of the source", "来源代号")),
            Column("title", "text", ("title of the document or data set", "题名")),
            Column("author", "text", ("author or body; empty: unknown", "作者或机构；空：未知"), required=False),
            Column("year", "text", ("year or years; empty: unknown", "年份；空：未知"), required=False),
            Column("address", "text", ("where it can be found; empty: only known by its title", "出处；空：仅知题名"), required=False),
            Column("taken", "text", ("what was taken from it; empty: see the rows", "采用内容；空：见各行"), required=False),
        ),
        required=True,
    ),
    Table(
        "commodities",
        ("anything that flows", "物料与能源"),
        ("commodity",),
        (
            Column("commodity", "id", ("name in files and results", "代号")),
            *_TITLES,
            Column("unit", "unit", ("unit in which it is balanced and reported", "计量单位")),
            _RESOLUTION,
            _TAGS,
            Column(
                "largest_coefficient",
                "number",
                (
                    "largest amount that one unit of any process can plausibly make or use, in unit; empty: not checked",
                    "单位活动量合理的最大用量或产量；空：不检查",
                ),
                required=False,
            ),
            Column("price_low", "number", ("lowest plausible price per unit; empty: not checked", "合理最低价；空：不检查"), required=False),
            Column("price_high", "number", ("highest plausible price per unit; empty: not checked", "合理最高价；空：不检查"), required=False),
            _NOTE,
        ),
        required=True,
    ),
    Table(
        "compositions",
        ("what a commodity consists of, for element balances and recovery", "成分"),
        ("commodity", "species"),
        (
            _refer("commodity", "commodities", "the commodity", "物料"),
            Column("species", "text", ("chemical formula or element: NaCl, MgCl2.6H2O, Li", "化学式或元素")),
        ),
        base="t",
        path="compositions.{commodity}.{species}",
    ),
    Table(
        "processes",
        ("technologies; activity 1 makes or uses one unit of the reference commodity", "工艺"),
        ("process",),
        (
            Column("process", "id", ("name in files and results", "代号")),
            *_TITLES,
            Column("industry", "text", ("industry for reports", "行业")),
            _refer("reference", "commodities", "commodity that one unit of activity makes or uses exactly one unit of", "基准物料"),
            _RESOLUTION,
            Column("capacity_unit", "unit", ("unit of its own equipment; empty: reference unit per year", "产能单位；空：基准单位每年"), required=False),
            Column("land_class", "text", ("land class that its own equipment stands on; empty: needs none", "用地类别；空：不占地"), required=False),
            _TAGS,
            _NOTE,
        ),
        required=True,
    ),
    Table(
        "recipes",
        ("what one unit of activity makes and uses", "投入产出系数"),
        ("process", "commodity", "direction"),
        (
            _refer("process", "processes", "the process", "工艺"),
            _refer("commodity", "commodities", "what is made or used", "物料"),
            Column("direction", "choice", ("make or use", "产出或投入"), choices=("make", "use")),
        ),
        base="unit of the commodity",
        path="processes.{process}.{commodity}",
        required=True,
    ),
    Table(
        "equipment",
        ("productive equipment that several processes share (the set `unit` of the formulation)", "共用设备"),
        ("equipment",),
        (
            Column("equipment", "id", ("name in files and results", "代号")),
            *_TITLES,
            Column("capacity_unit", "unit", ("unit of its capacity, such as t/a or MW", "产能单位")),
            _RESOLUTION,
            Column("land_class", "text", ("land class it stands on; empty: needs none", "用地类别；空：不占地"), required=False),
            _TAGS,
            _NOTE,
        ),
    ),
    Table(
        "uses",
        ("how much shared equipment one unit of activity takes; a process named here has no equipment of its own", "工艺对共用设备的占用"),
        ("process", "equipment"),
        (
            _refer("process", "processes", "the process", "工艺"),
            _refer("equipment", "equipment", "the equipment", "设备"),
        ),
        base="capacity unit of the equipment times a year",
        path="uses.{process}.{equipment}",
    ),
    Table(
        "factors",
        ("measures per unit of a thing other than commodities: costs, emissions, labour, land, lifetime", "系数"),
        ("kind", "item", "factor"),
        (
            Column(
                "kind",
                "choice",
                ("what the item is", "对象类别"),
                choices=("process", "equipment", "commodity", "basin", "link", "mode", "route", "store", "market"),
            ),
            Column("item", "text", ("its id; for a process's own equipment the id of the process", "对象代号")),
            Column("factor", "text", ("name of the measure; see docs/packs.md for the names that the equations know", "系数名")),
        ),
        base="own unit",
        path="{kind}.{item}.{factor}",
    ),
    Table(
        "profiles",
        ("share of equipment that is available by month and hour", "可用率曲线"),
        ("equipment", "site", "month", "hour"),
        (
            _refer("equipment", "equipment|processes", "the equipment", "设备"),
            _refer("site", "sites", "where; empty: everywhere", "地点；空：各处", False),
            Column("month", "integer", ("1 to 12", "月")),
            Column("hour", "integer", ("0 to 23; empty: the whole day", "时；空：全天"), required=False),
            Column("value", "number", ("share of capacity, 0 to 1", "可用份额")),
            Column("grade", "choice", ("as in the other tables", "等级"), choices=GRADES),
            _refer("source", "sources", "where it comes from", "来源"),
        ),
    ),
    Table(
        "areas",
        ("named groups of sites, nested", "区域"),
        ("area",),
        (
            Column("area", "id", ("name in files and results", "代号")),
            *_TITLES,
            _refer("parent", "areas", "the area that holds it; empty: none", "上级区域；空：无", False),
            _NOTE,
        ),
        required=True,
    ),
    Table(
        "sites",
        ("parks, zones of parks, lakes, mines, cities: anything with a place", "地点"),
        ("site",),
        (
            Column("site", "id", ("name in files and results", "代号")),
            *_TITLES,
            _refer("area", "areas", "the innermost area it lies in", "所属区域"),
            Column("kind", "choice", ("what it is", "类别"), choices=("park", "lake", "mine", "field", "river", "city", "plant", "border")),
            Column("latitude", "number", ("degrees north; empty: not on the map", "纬度；空：不上图"), required=False),
            Column("longitude", "number", ("degrees east; empty: not on the map", "经度；空：不上图"), required=False),
            _TAGS,
            _refer("source", "sources", "source of the place", "来源"),
            Column("locator", "text", ("line or page", "位置"), required=False),
            _NOTE,
        ),
        required=True,
    ),
    Table(
        "land_classes",
        ("classes of land", "用地类别"),
        ("land_class",),
        (Column("land_class", "id", ("name in files and results", "代号")), *_TITLES, _NOTE),
    ),
    Table(
        "land",
        ("land that may be built on", "可用土地"),
        ("site", "land_class"),
        (
            _refer("site", "sites", "the site", "地点"),
            Column("land_class", "text", ("construction, unused, ...; titles in `land_classes`", "用地类别；名称见 `land_classes`")),
        ),
        base="ha",
        path="land.{site}.{land_class}",
    ),
    Table(
        "basins",
        ("where natural resources are drawn from: brine lakes, rivers, ore bodies, fields", "资源体"),
        ("basin",),
        (
            Column("basin", "id", ("name in files and results", "代号")),
            *_TITLES,
            Column("kind", "text", ("lake, river, coal, gas, oil, ore, ...", "类别")),
            Column("unit", "unit", ("unit in which its limits are counted", "限额单位")),
            _TAGS,
            _NOTE,
        ),
    ),
    Table(
        "basin_limits",
        ("how much may be drawn", "开采与取水限额"),
        ("basin", "limit", "month", "year"),
        (
            _refer("basin", "basins", "the basin", "资源体"),
            Column(
                "limit",
                "choice",
                ("draw_limit: in a year or month; stock: over all periods", "draw_limit：每年或每月；stock：全期"),
                choices=("draw_limit", "stock"),
            ),
            Column("month", "integer", ("1 to 12; empty: the year", "月；空：全年"), required=False),
            Column("year", "year", ("from this year on; empty: always", "起始年；空：始终"), required=False),
        ),
        base="unit of the basin",
        path="basins.{basin}.{limit}",
    ),
    Table(
        "basin_supplies",
        ("which commodity a basin gives where; value: units of the basin per unit of the commodity", "资源供给"),
        ("basin", "site", "commodity"),
        (
            _refer("basin", "basins", "the basin", "资源体"),
            _refer("site", "sites", "where it can be drawn", "取用地点"),
            _refer("commodity", "commodities", "what is drawn", "物料"),
        ),
        base="unit of the basin",
        path="basin_supplies.{basin}.{site}.{commodity}",
    ),
    Table(
        "evaporation",
        ("net evaporation from ponds", "盐田净蒸发量"),
        ("site", "month"),
        (
            _refer("site", "sites", "the site", "地点"),
            Column("month", "integer", ("1 to 12; empty: the year", "月；空：全年"), required=False),
        ),
        base="mm",
        path="evaporation.{site}",
    ),
    Table(
        "modes",
        ("ways of transport", "运输方式"),
        ("mode",),
        (
            Column("mode", "id", ("name in files and results", "代号")),
            *_TITLES,
            Column("unit", "unit", ("unit in which link capacity is counted; commodities carried must have this dimension", "运量单位")),
            Column("carries", "tags", ("commodities or tags that may travel", "可运物料或标签")),
            Column(
                "passes_through",
                "flag",
                ("yes: what arrives may go on by the same mode (pipes, lines); no: direct trips only", "yes：到达后可续运（管道、线路）；no：仅直达"),
            ),
            _TAGS,
            _NOTE,
        ),
    ),
    Table(
        "links",
        ("connections between two sites; value: distance", "运输线路"),
        ("link",),
        (
            Column("link", "id", ("name in files and results", "代号")),
            _refer("origin", "sites", "from", "起点"),
            _refer("destination", "sites", "to", "终点"),
            _refer("mode", "modes", "mode", "方式"),
            Column("both_ways", "flag", ("yes: also the way back, named <link>_back", "yes：双向，反向名为<link>_back")),
            Column("capacity", "number", ("most that can pass in a year, in the unit of the mode; empty: no limit", "年运力；空：不限"), required=False),
        ),
        base="km",
        path="links.{link}.distance",
    ),
    Table(
        "markets",
        ("outside buyers and suppliers", "市场"),
        ("market",),
        (
            Column("market", "id", ("name in files and results", "代号")),
            *_TITLES,
            Column("side", "choice", ("supply: sells to the sites; demand: buys from them", "supply：供应方；demand：需求方"), choices=("supply", "demand")),
            _TAGS,
            _NOTE,
        ),
        required=True,
    ),
    Table(
        "market_tiers",
        ("how much a market takes or gives at which share of the price; value: price factor", "市场分档；数值为价格系数"),
        ("market", "commodity", "tier", "year"),
        (
            _refer("market", "markets", "the market", "市场"),
            _refer("commodity", "commodities", "the commodity", "物料"),
            Column("tier", "integer", ("1, 2, ...", "档次")),
            Column(
                "year", "year", ("from this year on, in place of earlier rows of the tier; empty: always", "起始年，取代该档较早的行；空：始终"), required=False
            ),
            Column(
                "volume",
                "number",
                ("most in a year over all sites, in the unit of the commodity; empty: no limit", "年最大量（全部地点合计）；空：不限"),
                required=False,
            ),
        ),
        base="1",
        path="markets.{market}.{commodity}.{tier}",
        required=True,
    ),
    Table(
        "market_access",
        ("which sites a market reaches, and the freight between market and site; value: freight per unit", "市场可达地点与运费"),
        ("market", "place", "commodity"),
        (
            _refer("market", "markets", "the market", "市场"),
            _refer("place", "sites|areas", "a site, or an area for all its sites; the narrower row wins", "地点或区域"),
            Column("commodity", "text", ("commodity, tag, or * for all that the market trades; the narrower row wins", "物料、标签或*")),
        ),
        base="money per unit of the commodity",
        path="market_access.{market}.{place}.{commodity}",
        required=True,
    ),
    Table(
        "prices",
        ("price of a commodity before the tier's factor, tax excluded unless the note says otherwise", "价格（除注明外不含税）"),
        ("commodity", "market", "site", "year"),
        (
            _refer("commodity", "commodities", "the commodity", "物料"),
            _refer("market", "markets", "market for which it holds; empty: all", "适用市场；空：全部", False),
            _refer("site", "sites", "site for which it holds; empty: all", "适用地点；空：全部", False),
            Column("year", "year", ("year of the price", "年份")),
        ),
        base="money per unit of the commodity",
        path="prices.{commodity}",
        required=True,
    ),
    Table(
        "demands",
        ("amounts that a site must be served", "必须满足的需求"),
        ("market", "site", "commodity", "year"),
        (
            _refer("market", "markets", "who asks", "市场"),
            _refer("site", "sites", "where", "地点"),
            _refer("commodity", "commodities", "what", "物料"),
            Column("year", "year", ("from this year on; empty: always", "起始年；空：始终"), required=False),
            Column("unmet_price", "number", ("money per unit that is not served; empty: must be served", "缺供单价；空：必须满足"), required=False),
        ),
        base="unit of the commodity",
        path="demands.{site}.{commodity}",
    ),
    Table(
        "routes",
        ("ways of disposal", "处置途径"),
        ("route",),
        (
            Column("route", "id", ("name in files and results", "代号")),
            *_TITLES,
            Column("kind", "choice", ("what happens", "方式"), choices=("landfill", "stack", "pond", "discharge", "return_to_lake", "vent", "treatment")),
            Column("land_class", "text", ("land class that it takes; empty: none", "占用土地类别；空：无"), required=False),
            _TAGS,
            _NOTE,
        ),
    ),
    Table(
        "disposals",
        ("which commodity may be disposed of where by which route; value: fee per unit", "处置许可与费用"),
        ("route", "place", "commodity"),
        (
            _refer("route", "routes", "the route", "途径"),
            _refer("place", "sites|areas", "a site, or an area for all its sites", "地点或区域"),
            Column("commodity", "text", ("commodity or tag", "物料或标签")),
            Column("limit", "number", ("most in a year at each site, in the unit of the commodity; empty: no limit", "每地年限量；空：不限"), required=False),
        ),
        base="money per unit of the commodity",
        path="disposals.{route}.{place}.{commodity}",
    ),
    Table(
        "capacities",
        ("equipment that stands, is being built or may be built", "产能"),
        ("site", "equipment", "status", "from_year"),
        (
            _refer("site", "sites", "where", "地点"),
            _refer("equipment", "equipment|processes", "equipment, or a process with its own", "设备或工艺"),
            Column("status", "choice", ("existing, building, planned or option", "状态"), choices=("existing", "building", "planned", "option")),
            Column("from_year", "year", ("first year in which it can run", "起始年")),
            Column("to_year", "year", ("last year in which it can run; empty: no end in sight", "末年；空：无"), required=False),
        ),
        base="capacity unit of the equipment",
        path="capacities.{site}.{equipment}.{status}",
        required=True,
    ),
    Table(
        "stores",
        ("storage technologies; a site has one where its equipment has capacity there", "储存"),
        ("store",),
        (
            Column("store", "id", ("name in files and results", "代号")),
            *_TITLES,
            _refer("commodity", "commodities", "what is stored", "物料"),
            _refer("equipment", "equipment", "its capacity is the largest level, in the unit of the commodity", "设备"),
            Column("chronology", "choice", ("day: level returns within each typical day; year: within the year", "循环周期"), choices=("day", "year")),
        ),
    ),
    Table(
        "accounts",
        ("the ledger: linear measures of the plan", "账户"),
        ("account",),
        (
            Column("account", "id", ("name in rules, files and results", "代号")),
            *_TITLES,
            Column("unit", "unit", ("unit of the account", "单位")),
            Column("group", "text", ("heading in reports", "报告分组")),
            Column(
                "background",
                "flag",
                ("no: it counts the modelled plants only, and no background is ever added; empty: yes", "no：仅计模型内企业，从不加背景值；空：yes"),
                required=False,
            ),
            _NOTE,
        ),
        required=True,
    ),
    Table(
        "account_terms",
        ("what an account adds up; value: weight", "账户构成；数值为权重"),
        ("account", "flow", "commodity", "agent", "measure"),
        (
            _refer("account", "accounts", "the account", "账户"),
            Column(
                "flow",
                "choice",
                ("what is measured", "计量对象"),
                choices=("activity", "capacity", "new_capacity", "made", "used", "draw", "buy", "sell", "ship", "dispose", "unmet", "account"),
            ),
            Column(
                "commodity", "text", ("commodity or tag, or for flow account the other account; empty: all", "物料或标签，或另一账户；空：全部"), required=False
            ),
            Column(
                "agent",
                "text",
                (
                    "process, equipment, basin, market, link, mode, route or a tag of them; empty: all",
                    "工艺、设备、资源体、市场、线路、方式、途径或其标签；空：全部",
                ),
                required=False,
            ),
            Column(
                "measure",
                "text",
                (
                    "empty: the amount; price, freight or fee: money; content:K: mass of an element; else a factor",
                    "空：数量；price、freight、fee：金额；content:K：元素质量；否则为系数名",
                ),
                required=False,
            ),
        ),
        base="own unit",
        path="account_terms.{account}.{flow}.{commodity}.{agent}.{measure}",
        required=True,
    ),
    Table(
        "background",
        ("the part of an area's economy outside the model", "模型外的背景值"),
        ("account", "area", "year"),
        (
            _refer("account", "accounts", "the account", "账户"),
            _refer("area", "areas", "the area", "区域"),
            Column("year", "year", ("year", "年份")),
        ),
        base="unit of the account",
        path="background.{account}.{area}",
    ),
    Table(
        "indicators",
        ("ratios of accounts as the official plans define them", "指标"),
        ("indicator",),
        (
            Column("indicator", "id", ("name in files and results", "代号")),
            *_TITLES,
            _refer("numerator", "accounts", "upper account", "分子"),
            _refer("denominator", "accounts", "lower account; empty: the account itself is the indicator", "分母；空：账户即指标", False),
            Column("unit", "unit", ("unit in which it is published", "公布单位")),
            Column("better", "choice", ("which way is better", "方向"), choices=("higher", "lower")),
            _NOTE,
        ),
    ),
    Table(
        "indicator_values",
        ("published values and targets of indicators", "指标公布值与目标值"),
        ("indicator", "area", "year", "kind"),
        (
            _refer("indicator", "indicators", "the indicator", "指标"),
            _refer("area", "areas", "official boundary", "范围"),
            Column("year", "year", ("year", "年份")),
            Column("kind", "choice", ("published value or target", "公布值或目标"), choices=("published", "target")),
        ),
        base="unit of the indicator",
        path="indicator_values.{indicator}.{area}.{kind}",
    ),
    Table(
        "norms",
        (
            "what a plan or standard lets a process use, beside what its recipe uses; value: net use (used less made) per unit of activity",
            "规划或标准规定的工艺消耗限额，与配方实际值对照；数值为单位活动量净消耗（投入减产出）",
        ),
        ("process", "commodity", "measure", "kind", "year"),
        (
            _refer("process", "processes", "the process", "工艺"),
            Column(
                "commodity",
                "text",
                ("commodity or tag that is counted; empty: all that have the measure", "计入的物料或标签；空：凡有该系数者"),
                required=False,
            ),
            Column(
                "measure",
                "text",
                ("empty: the amount; else a factor of the commodities that weighs them, such as energy_content", "空：数量；否则为物料系数，如 energy_content"),
                required=False,
            ),
            Column(
                "kind",
                "choice",
                ("limit: not to be exceeded; advanced: what the best plants reach", "limit：不得超过；advanced：先进值"),
                choices=("limit", "advanced"),
            ),
            Column("year", "year", ("year from which it holds", "起始年")),
            Column(
                "saved",
                "text",
                (
                    "commodity or tag whose use shrinks where a scenario makes the norm hold; empty: all that is counted",
                    "情景令限额生效时减少用量的物料或标签；空：计入的全部物料",
                ),
                required=False,
            ),
        ),
        base="own unit",
        path="norms.{process}.{commodity}.{measure}.{kind}",
    ),
    Table(
        "observations",
        (
            "published totals and outputs of an area, as statistics print them; the backtest compares base years with them",
            "公布的区域总量与产量统计值，供基准年回测比较",
        ),
        ("area", "kind", "item", "year", "source"),
        (
            _refer("area", "areas|sites", "area or site that the statistic covers", "统计范围（区域或地点）"),
            Column(
                "kind",
                "choice",
                (
                    "what was counted: an account, or an amount of a commodity made, used, drawn, bought, sold or disposed of; other: nothing of the model",
                    "统计对象：账户，或物料的产出、使用、开采、购入、销售、处置量；other：模型中没有的对象",
                ),
                choices=OBSERVED,
            ),
            Column(
                "item",
                "text",
                (
                    "the account; or processes, commodities or tags of them separated by spaces, which are added; for other a name of its own",
                    "账户；或以空格分隔、相加的工艺、物料或其标签；other 为自拟名称",
                ),
            ),
            Column(
                "year",
                "year",
                ("base year that it is laid beside; the note says so where another year was counted", "对照的基准年；实际统计年份不同的在备注说明"),
            ),
            Column(
                "compares",
                "choice",
                (
                    "same: it counts what the model counts; part: the model is only a part of it; ceiling: it was kept within this; "
                    "none: not comparable, the note says why",
                    "same：与模型口径相同；part：模型只是其中一部分；ceiling：控制在此值以内；none：不可比，理由见备注",
                ),
                choices=("same", "part", "ceiling", "none"),
            ),
            Column("title_zh", "text", ("of other: its name in Chinese; empty: the item", "other 的中文名称；空为 item 原文"), required=False),
        ),
        base="own unit",
        path="observations.{area}.{kind}.{item}",
    ),
    Table(
        "scores",
        ("composite indicators: weighted means of indicators in points of 0 to 100", "综合指标：各指标得分（0 至 100 分）的加权平均"),
        ("score",),
        (
            Column("score", "id", ("name in files and results", "代号")),
            *_TITLES,
            _NOTE,
        ),
    ),
    Table(
        "score_terms",
        ("what a score is made of; value: weight, of which only the ratios count", "综合指标的构成；数值为权重，仅比例起作用"),
        ("score", "indicator"),
        (
            _refer("score", "scores", "the score", "综合指标"),
            _refer("indicator", "indicators", "the indicator", "指标"),
            Column("at_zero", "number", ("level of the indicator, in its unit, that earns 0 points", "得 0 分的指标值（以指标单位计）")),
            Column(
                "at_hundred", "number", ("level that earns 100 points; below at_zero where lower is better", "得 100 分的指标值；越低越好的指标小于 at_zero")
            ),
        ),
        base="1",
        path="scores.{score}.{indicator}",
    ),
    Table(
        "conflicts",
        ("readings of documents that contradict each other, and how each was settled", "文件之间相互矛盾的说法及其裁定"),
        ("conflict",),
        (
            Column("conflict", "id", ("name of the conflict", "代号")),
            Column("subject_en", "text", ("what is contradicted, in English", "矛盾的对象（英文）")),
            Column("subject_zh", "text", ("what is contradicted, in Chinese", "矛盾的对象（中文）")),
            Column(
                "first",
                "text",
                ("one reading, with document and line; of two versions of a document the English one", "说法一及文件行号；同一文件两版中为英文版"),
            ),
            Column("second", "text", ("the other reading; of two versions the Chinese one", "说法二；两版中为中文版")),
            Column(
                "verdict",
                "choice",
                (
                    "first or second: that reading was taken; range: both became a range; neither: another reading was worked out; open: not settled, "
                    "no number of the pack depends on it; agree: no conflict after all",
                    "first、second：采用第一或第二种说法；range：取区间；neither：另行推算；open：未裁定，数据包不依赖；agree：实无矛盾",
                ),
                choices=("first", "second", "range", "neither", "open", "agree"),
            ),
            Column("reason_en", "text", ("why, in English", "理由（英文）")),
            Column("reason_zh", "text", ("why, in Chinese", "理由（中文）")),
            _refer("source", "sources", "document that holds the readings", "所在文件"),
        ),
    ),
    Table(
        "facts",
        ("numbers that the documents print; check tells which of them no row of the pack cites", "文件所载数字；检查时列出数据包未引用者"),
        ("fact",),
        (
            Column("fact", "text", ("id of the fact", "代号")),
            Column("subject", "text", ("what is measured, of what", "对象与所测量")),
            Column("printed", "number", ("the number as printed", "原文数值")),
            Column("unit", "text", ("its unit as printed; any word", "原文单位")),
            Column("year", "year", ("its year; empty: none printed", "年份；空：原文未给"), required=False),
            _refer("source", "sources", "the document", "文件"),
            Column("lines", "text", ("lines at which it stands, in each version of the document, separated by spaces", "各版本所在行号，以空格分隔")),
            Column("quote", "text", ("words of the document", "原文"), required=False),
            Column("why_not", "text", ("why no row needs it; empty: it should be used", "不需引用的理由；空：应予引用"), required=False),
        ),
    ),
    Table(
        "balance_exceptions",
        ("element balances that are known not to close, with the reason", "元素平衡例外"),
        ("process", "element"),
        (
            _refer("process", "processes", "the process", "工艺"),
            Column("element", "text", ("K, Na, ...; * for all", "元素；*为全部")),
            Column("reason", "text", ("why, in a sentence", "理由")),
            _refer("source", "sources", "source of the reason", "来源"),
        ),
    ),
)
BY_NAME = {table.name: table for table in TABLES}
