"""The manual of the formulation, printed from the equations and rule kinds: `python -m saltloop.formulation.manual`.

Add zh for Chinese. Given paths, it rewrites the text between the markers of each file; a file ending in `.zh.md` gets
Chinese. Formulas and English come from the docstrings beside the code, the Chinese of a rule kind from its class, that of the
equations from this file.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import cleandoc

from saltloop.data.manual import write_or_print
from saltloop.formulation.indices import VARIABLES
from saltloop.formulation.program import EQUATIONS
from saltloop.formulation.rules.rule import Rule

Both = tuple[str, str]

_WORDS: dict[str, Both] = {
    "variables": ("Variables", "变量"),
    "variables_head": ("name | indices | unit | meaning", "名称 | 下标 | 单位 | 含义"),
    "parameters": ("Parameters", "参数"),
    "parameters_head": ("name | unit | meaning, and where it comes from", "名称 | 单位 | 含义与来源"),
    "equations": ("Equations", "方程"),
    "rules": ("Rule kinds", "规则类型"),
    "row": ("One row per {over}. Unit of the row: {unit}.", "每个（{over}）一行。行的单位：{unit}。"),
    "dual": ("Dual: ", "对偶值："),
    "example": ("In a scenario:", "情景中的写法："),
}
_INDICES: dict[str, str] = {
    "site": "地点",
    "commodity": "物料",
    "process": "工艺",
    "equipment": "设备",
    "basin": "资源体",
    "market": "市场",
    "tier": "档次",
    "link": "线路",
    "store": "储存",
    "route": "处置途径",
    "account": "账户",
    "rule": "规则",
    "land_class": "用地类别",
    "until": "最后一期",
    "period": "时期",
    "slice": "时段",
}

_VARIABLES: dict[str, Both] = {
    "activity": ("how much a process runs; one unit makes or uses one unit of its reference commodity", "工艺活动量；一单位产出或使用一单位基准物料"),
    "capacity": ("what stands of a piece of equipment", "设备现有产能"),
    "new_capacity": (
        "what is built in a period, under permissions that run until a last period; exists only where the scenario allows it",
        "当期依据许可（有效至某一最后时期）新建的产能；仅在情景允许处存在",
    ),
    "retired_capacity": (
        "what is given up in a period, of what stands until a last period by schedule; exists only with `may_retire: yes`",
        "当期退役的产能（按计划本可运行至某一最后时期）；仅当 `may_retire: yes`",
    ),
    "draw": ("what is drawn from a basin", "自资源体的开采或取用量"),
    "buy": ("what is bought from a market in a price tier", "按价格档次的购入量"),
    "sell": ("what is sold to a market in a price tier", "按价格档次的销售量"),
    "unmet": ("demand that is not served; fixed at zero unless the pack gives it a price", "未满足的需求；数据包未给缺供价格时恒为零"),
    "ship": ("what leaves the origin of a link", "线路起点的发运量"),
    "store_in": ("what goes into a store", "入库量"),
    "store_out": ("what comes out of a store", "出库量"),
    "store_level": ("what is in a store at the end of a slice", "时段末的储存量"),
    "dispose": ("what leaves by a way of disposal", "经某途径的处置量"),
    "account": ("an account of a site; may be negative", "地点的账户值；可为负"),
    "charged": (
        "the part of an account that falls in a tier of a charge, negative only in the first tier of an account that is; "
        "of a fund, the money paid for an account",
        "账户落入收费某档的部分，仅当账户为负时其第一档为负；专项资金则为对某账户支付的金额",
    ),
    "allowance_buy": ("allowances bought", "购入的配额"),
    "allowance_sell": ("allowances sold", "售出的配额"),
}

_COMMODITY, _EQUIPMENT = ("unit of c", "c 的单位"), ("unit of u", "u 的单位")
_PARAMETERS: dict[str, tuple[Both, Both]] = {
    "coefficient": (
        ("unit of c per activity", "c 的单位/活动量"),
        ("made (+) or used (−) by one unit of activity; `recipes.csv`", "单位活动量的产出（+）或投入（−）；`recipes.csv`"),
    ),
    "share": (("1", "1"), ("share of a process's activity that falls in a slice; hours", "工艺活动落在某时段的份额；按小时")),
    "delivered": (
        ("1", "1"),
        ("share that arrives: 1 − `loss` of the link or its mode; `factors.csv`", "到达份额：1 − 线路或运输方式的 `loss`；`factors.csv`"),
    ),
    "use": (
        ("unit of u × a per activity", "u 的单位×年/活动量"),
        ("equipment taken by one unit of activity; `uses.csv`, else its own equipment", "单位活动量占用的设备；`uses.csv`，否则为工艺自有设备"),
    ),
    "availability": (
        ("1", "1"),
        (
            "share of capacity that can run; `profiles.csv`, else the factor `availability`, else 1",
            "可运行份额；`profiles.csv`，否则取系数 `availability`，再否则为 1",
        ),
    ),
    "hours_share": (("1", "1"), ("share of the year's hours in the slice; 1 for the year", "时段小时占全年的份额；全年为 1")),
    "min_load": (("1", "1"), ("factor `min_load` of the equipment", "设备的系数 `min_load`")),
    "existing": (
        _EQUIPMENT,
        (
            "capacity that stands in the period; `capacities.csv`, statuses of `capacity.existing`",
            "当期已有产能；`capacities.csv` 中 `capacity.existing` 所列状态",
        ),
    ),
    "may_build": (
        _EQUIPMENT,
        (
            "capacity that may be added under permissions that run until z; `capacities.csv`, statuses of `capacity.may_build`",
            "有效至 z 期的许可所允许的新建产能；`capacities.csv` 中 `capacity.may_build` 所列状态",
        ),
    ),
    "standing_until": (
        _EQUIPMENT,
        (
            "capacity that stands in the period and for the last time in z, by schedule; `capacities.csv`, statuses of `capacity.existing`",
            "当期在役、按计划最后运行至 z 期的产能；`capacities.csv` 中 `capacity.existing` 所列状态",
        ),
    ),
    "basin_units": (
        ("unit of b per unit of c", "b 的单位/c 的单位"),
        ("what one unit drawn takes of the basin; `basin_supplies.csv`", "取用一单位所占资源量；`basin_supplies.csv`"),
    ),
    "limit": (
        ("unit of b", "b 的单位"),
        (
            "`draw_limit` of `basin_limits.csv`, per year, or per month with `slices: months`",
            "`basin_limits.csv` 的 `draw_limit`，按年；`slices: months` 时可按月",
        ),
    ),
    "stock": (("unit of b", "b 的单位"), ("`stock` of `basin_limits.csv`, over all periods", "`basin_limits.csv` 的 `stock`，全期合计")),
    "years": (("a", "年"), ("years that a period stands for; `periods` of the scenario", "一期所代表的年数；情景的 `periods`")),
    "evaporation": (("m3 per activity", "m3/活动量"), ("water that a pond process evaporates; factor `evaporation`", "盐田工艺的蒸发水量；系数 `evaporation`")),
    "net_evaporation": (("m3/ha", "m3/ha"), ("`evaporation.csv`; 1 mm is 10 m3/ha", "`evaporation.csv`；1 mm 即 10 m3/ha")),
    "pond_area": (("ha per unit of u", "ha/u 的单位"), ("factor `pond_area` of the equipment", "设备的系数 `pond_area`")),
    "land": (("ha per unit of u", "ha/u 的单位"), ("factor `land` of the equipment", "设备的系数 `land`")),
    "heap_land": (("ha per unit of c", "ha/c 的单位"), ("factor `land` of the commodity, else of the route", "物料的系数 `land`，否则取处置途径的")),
    "land_available": (("ha", "ha"), ("`land.csv`, by class", "`land.csv`，按类别")),
    "link_units": (("unit of the mode per unit of c", "方式的单位/c 的单位"), ("conversion of units", "单位换算")),
    "link_capacity": (
        ("unit of the mode per a", "方式的单位/年"),
        ("`capacity` of `links.csv`; a link without one has no row", "`links.csv` 的 `capacity`；未填的线路没有此行"),
    ),
    "keep": (
        ("1", "1"),
        ("(1 − factor `loss` of the store) to the power of the hours of one occurrence of the slice", "（1 − 储存的系数 `loss`）的“时段单次小时数”次幂"),
    ),
    "efficiency_in": (("1", "1"), ("factor of the store, else 1", "储存的系数，缺省为 1")),
    "efficiency_out": (("1", "1"), ("factor of the store, else 1", "储存的系数，缺省为 1")),
    "repeats": (("1", "1"), ("how often the slice occurs in the year", "时段在一年中出现的次数")),
    "rate": (("1/h", "1/h"), ("factor `rate` of the store; without it there is no row", "储存的系数 `rate`；未给则没有此行")),
    "hours": (("h", "h"), ("hours of the year that the slice stands for", "时段所代表的全年小时数")),
    "volume": (_COMMODITY, ("`volume` of `market_tiers.csv`; a tier without one has no row", "`market_tiers.csv` 的 `volume`；未填的档次没有此行")),
    "demand": (_COMMODITY, ("`demands.csv`", "`demands.csv`")),
    "disposal_capacity": (_COMMODITY, ("`limit` of `disposals.csv`; without one there is no row", "`disposals.csv` 的 `limit`；未填则没有此行")),
    "width": (("unit of the account", "账户的单位"), ("start of the next tier less the start of this one", "下一档起点减本档起点")),
    "paid": (("money per unit of the account", "金额/账户单位"), ("what a fund pays for the account of this number", "专项资金对该序号账户的支付标准")),
    "per_activity": (
        ("unit of a per activity", "a 的单位/活动量"),
        (
            "what one unit of activity adds to account a; here and below `account_terms.csv` with `factors.csv`",
            "单位活动量计入账户 a 的量；本行及以下均来自 `account_terms.csv` 与 `factors.csv`",
        ),
    ),
    "per_capacity": (("unit of a per unit of u", "a 的单位/u 的单位"), ("what one unit that stands adds at the site", "单位在役产能计入的量")),
    "per_new_capacity": (
        ("unit of a per unit of u", "a 的单位/u 的单位"),
        ("what one unit built adds in every period that it is alive", "单位新建产能在存续各期计入的量"),
    ),
    "per_draw": (("unit of a per unit of c", "a 的单位/c 的单位"), ("what one unit drawn adds", "单位取用量计入的量")),
    "per_buy": (
        ("unit of a per unit of c", "a 的单位/c 的单位"),
        ("what one unit bought adds, price and freight included", "单位购入量计入的量，含价格与运费"),
    ),
    "per_sell": (("unit of a per unit of c", "a 的单位/c 的单位"), ("what one unit sold adds, price and freight included", "单位销售量计入的量，含价格与运费")),
    "per_ship": (
        ("unit of a per unit of c", "a 的单位/c 的单位"),
        (
            "what one unit shipped adds, at the site that receives it; an agreed price between sites enters at both",
            "单位运量计入的量，记在接收地；地点间约定价格记在两端",
        ),
    ),
    "per_dispose": (("unit of a per unit of c", "a 的单位/c 的单位"), ("what one unit disposed of adds, the fee included", "单位处置量计入的量，含费用")),
    "per_unmet": (("unit of a per unit of c", "a 的单位/c 的单位"), ("what one unit that is not served adds", "单位缺供计入的量")),
    "per_account": (("unit of a per unit of b", "a 的单位/b 的单位"), ("weight of account b in account a", "账户 b 在账户 a 中的权重")),
    "per_charged": (("unit of a per unit charged", "a 的单位/计费单位"), ("price of the tier, in the account that the money enters", "该档价格，记入收款账户")),
    "per_allowance_buy": (("unit of a per allowance", "a 的单位/配额"), ("price of one more allowance", "多一单位配额的购价")),
    "per_allowance_sell": (("unit of a per allowance", "a 的单位/配额"), ("price received, as a negative number", "售出所得，以负数计")),
}

# Sentence, further text, dual.
_CHINESE: dict[str, tuple[str, str, str]] = {
    "balance": (
        "一地一种物料的产出、开采、购入和运入，等于其使用、销售、运出、储存和处置。",
        "share 是工艺活动落在时段 t 的份额：工艺与物料同步计量，或物料按年平衡时为 1；按年计量的工艺遇到按时段平衡的物料时，为该时段的小时占比。",
        "该地多一单位 c 的价值（目标单位/c 的单位）。",
    ),
    "capacity_limit": ("同一设备上各工艺的合计占用，不超过该时段可用的产能。", "", "设备多一单位产出能力的价值。"),
    "minimum_load": ("不能停机的设备，只要在役，运行不低于最低负荷。", "", "少强制运行一单位的价值。"),
    "capacity_stock": (
        "在役产能等于按计划存续的已有产能，加已建且仍在寿命期内的，减已退役的。",
        "z 为许可或计划的最后一期：退役的产能，其缺口不超过它原可运行的期限。",
        "白得一单位产能的价值。",
    ),
    "build_limit": (
        "依据同期到期的许可，新建不超过数据包所列的在建、规划或备选规模。",
        "许可到期，既不影响据其已建的产能，也不影响其余许可。",
        "多一单位新建许可的价值。",
    ),
    "retirement_limit": ("按计划在同一期最后运行的产能，退役不超过其现有量。", "", "多退役一单位所节省的。"),
    "draw_limit": ("全年（或单列限额的月份）自一个资源体的取用合计，不超过限额。", "", "多一单位资源的价值。"),
    "stock_limit": ("各期合计不超过资源储量。", "", "地下多一单位储量的价值。"),
    "evaporation_limit": ("盐田在一个时段蒸发的水量，不超过日照和风在其面积上所能带走的。", "", "多蒸发 1 m3 的价值。"),
    "land_limit": ("设备、盐田和堆场占用的土地，不超过该类可用土地。", "", "多 1 ha 土地的价值。"),
    "link_limit": ("一条线路的合计运量不超过其运力。", "", "多一单位运力的价值。"),
    "storage_level": (
        "时段末的储存量，等于上一时段留存的，加入库，减出库。",
        "“上一时段”按日或按年循环；流量为全年合计，因此除以时段出现的次数。",
        "库中一单位的价值。",
    ),
    "storage_size": ("储存量不超过储存设备的容量。", "", "多一单位容量的价值。"),
    "storage_rate": ("数据包给出速率时，一个时段的出入库合计不超过设备速率。", "", "多一单位吞吐能力的价值。"),
    "sales_tier": ("买方在某档价格上的购买量（各地点合计）不超过该档容量。", "", "该价格上多一单位需求的价值。"),
    "purchase_tier": ("卖方在某档价格上的供应量（各地点合计）不超过该档容量。", "", "该价格上多一单位供应的价值。"),
    "demand_served": ("需求应予满足；数据包给出缺供价格时，可以不满足。", "", "多供应一单位的代价。"),
    "disposal_limit": ("一地经某途径处置的物料不超过限量。", "", "多一单位处置空间的价值。"),
    "account_definition": ("一地的账户值，等于各项流量计入该账户的量之和。", "", "账户平白多一单位的价值。"),
    "charge_base": ("被收费账户的全部数量都落入某一档。", "", "一单位免于收费的价值。"),
    "grant_limit": ("专项资金对一个账户的支付不超过其数额应得。", "", "应付对象多一元的价值。"),
    "charge_tier": ("收费的一档，在规则的区域内合计不超过该档宽度。", "", "低价档多一单位的价值。"),
}


@dataclass(frozen=True)
class Page:
    """The docstring of an equation or a rule kind, taken apart.

    Args:
        sentence: its first paragraph.
        formula: LaTeX, one entry per line.
        text: further paragraphs, without the dual.
        dual: what the dual means; empty: it has none.
        examples: lines of a scenario.
    """

    sentence: str
    formula: tuple[str, ...]
    text: str
    dual: str
    examples: tuple[str, ...]


def page(docstring: str) -> Page:
    """Take a docstring apart."""
    formula: list[str] = []
    examples: list[str] = []
    prose = [""]
    in_formula = False
    for line in cleandoc(docstring).splitlines():
        if line.startswith(".. math::"):
            in_formula = True
            line = "  " + line.removeprefix(".. math::")
        in_formula = in_formula and (line.startswith(" ") or not line)
        if in_formula:
            formula += [line.strip()] if line.strip() else []
        elif line.startswith("Example: ``"):
            examples.append(line.removeprefix("Example: ``").rstrip("`"))
        elif line:
            prose[-1] = f"{prose[-1]} {line}".strip()
        elif prose[-1]:
            prose.append("")
    text, _, dual = " ".join(prose[1:]).strip().partition("Dual: ")
    return Page(prose[0], tuple(formula), text.strip(), dual.strip(), tuple(examples))


def symbols(formula: tuple[str, ...]) -> list[str]:
    """Names of variables and parameters in a formula: words before an index."""
    text = re.sub(r"\\(?:text|mathrel)\{[^{}]*\}", " ", " ".join(formula)).replace("\\_", "_")
    found = re.findall(r"(?<![\\A-Za-z_{])([a-z][a-z_]*[a-z])(?:_(?:\{|[a-z]\b)|\^)", text)
    return list(dict.fromkeys(found))


def _latex(formula: tuple[str, ...], names: set[str]) -> str:
    """The formula with its names set upright as words, broken where the docstring breaks it."""
    words = "|".join(re.escape(name.replace("_", r"\_")) for name in sorted(names, key=len, reverse=True))
    lines = tuple(re.sub(rf"(?<![\\A-Za-z_{{])({words})(?=_(?:\{{|[a-z]\b)|\^)", r"\\mathit{\1}", line) if words else line for line in formula)
    if len(lines) == 1:
        return lines[0]
    return "\\begin{aligned}\n& " + " \\\\\n& \\quad ".join(lines) + "\n\\end{aligned}"


def _table(head: str, rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {head} |"
    yield "|" + "---|" * len(head.split("|"))
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _over(names: tuple[str, ...], which: int) -> str:
    return (", ".join(name.replace("_", " ") for name in names), "、".join(_INDICES[name] for name in names))[which]


def _unit(template: str, which: int) -> str:
    """A unit in words: {commodity} is the unit of that commodity."""
    found = re.fullmatch(r"\{(\w+)\}", template)
    if found:
        return (f"that of the {found[1]}", f"{_INDICES[found[1]]}的单位")[which]
    found = re.fullmatch(r"\(\{(\w+)\}\)\*a", template)
    return (f"that of the {found[1]}, times a year", f"{_INDICES[found[1]]}的单位×年")[which] if found else template


def purpose(rule: type[Rule], which: int) -> str:
    """What a rule kind is for, in a sentence and what must be said with it, without the dual.

    Args:
        rule: class of the kind.
        which: 0 English, 1 Chinese.
    """
    found = page(rule.__doc__ or "")
    return "".join(rule.in_chinese[:2]) if which else f"{found.sentence} {found.text}".strip()


def _body(found: Page, chinese: tuple[str, str, str], which: int, row: str = "") -> Iterator[str]:
    """Sentence, formula, what remains to be said, dual."""
    sentence, text, dual = chinese if which else (found.sentence, found.text, found.dual)
    names = set(symbols(found.formula))
    parts = [sentence, *(["```math\n" + _latex(found.formula, names) + "\n```"] if found.formula else []), text]
    last = (" ", "")[which].join(part for part in (row, _WORDS["dual"][which] + dual if dual else "") if part)
    for part in (*parts, last):
        if part:
            yield part
            yield ""


def _equations(which: int) -> Iterator[str]:
    for each in EQUATIONS:
        yield f"#### {each.title[which]} · `{each.name}`"
        yield ""
        row = _WORDS["row"][which].format(over=_over(each.over, which), unit=_unit(each.unit, which))
        yield from _body(page(each.rule.__doc__ or ""), _CHINESE[each.name], which, row)


def _rules(which: int) -> Iterator[str]:
    for kind, rule in Rule.kinds.items():
        yield f"#### {rule.title[which]} · `{kind}`"
        yield ""
        found = page(rule.__doc__ or "")
        yield from _body(found, rule.in_chinese, which)
        yield from (_WORDS["example"][which], "", "```yaml", *found.examples, "```", "")


def _used() -> list[str]:
    """Parameters in the order in which the formulas of the equations name them."""
    named = [name for each in EQUATIONS for name in symbols(page(each.rule.__doc__ or "").formula)]
    return [name for name in dict.fromkeys(named) if name not in VARIABLES]


def markdown(language: str = "en") -> str:
    """Variables, parameters, equations and rule kinds as Markdown.

    Args:
        language: en or zh.
    """
    which = 1 if language == "zh" else 0
    variables = ((f"`{name}`", _over(over, which), _unit(unit, which), _VARIABLES[name][which]) for name, (over, unit) in VARIABLES.items())
    parameters = ((f"`{name}`", _PARAMETERS[name][0][which], _PARAMETERS[name][1][which]) for name in _used())
    lines = [
        f"### {_WORDS['variables'][which]}",
        "",
        *_table(_WORDS["variables_head"][which], variables),
        "",
        f"### {_WORDS['parameters'][which]}",
        "",
        *_table(_WORDS["parameters_head"][which], parameters),
        "",
        f"### {_WORDS['equations'][which]}",
        "",
        *_equations(which),
        f"### {_WORDS['rules'][which]}",
        "",
        *_rules(which),
    ]
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Print the manual, or write it into the files named."""
    write_or_print(arguments, markdown)


if __name__ == "__main__":
    main(sys.argv[1:])
