"""Checks of chemistry: what goes into a process comes out of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from saltloop.data.checks.registry import data_check
from saltloop.data.chemistry import ELEMENTS, GASES, UNREADABLE_SPECIES, balance, mass_shares, unreadable_species
from saltloop.data.read import records
from saltloop.data.relations import Relations, place_of
from saltloop.errors import Problem, message

ALLOWED = 0.02
TRACE = 1e-6
COLUMNS = ["process", "element", "inflow", "outflow", "residual"]
FUEL_CARBON_ALLOWED = 0.10

NOT_BALANCED = message(
    "D130",
    ("{element} does not balance in process '{process}'", "工艺“{process}”的{element_zh}不平衡"),
    (
        "in {inflow:.4g} t {symbol}, out {outflow:.4g} t {symbol} per unit ({apart}; allowed {allowed:.0%}). Check the row '{row}', source "
        "{source}, grade {grade}{slip}; a gap with a known reason belongs in balance_exceptions.csv",
        "每单位投入 {inflow:.4g} t {symbol}，产出 {outflow:.4g} t {symbol}（{apart_zh}；允许 {allowed:.0%}）。请查“{row}”一行（来源 {source}，等级 "
        "{grade}）{slip_zh}；原因已知的差额写入 balance_exceptions.csv",
    ),
)
EXCEPTION_NOT_NEEDED = message(
    "D131",
    ("process '{process}' balances without its exception for '{element}'", "工艺“{process}”无需“{element}”例外即可平衡"),
    ("remove the row, so that a later slip is seen", "请删去该行，以便日后出错时能被发现"),
    warning=True,
)
UNKNOWN_ELEMENT = message(
    "D132", ("'{element}' is not an element of the balance", "“{element}”不在平衡元素之列"), ("one of: {known}, or * for all", "可选：{known}，或 * 表示全部")
)
TOO_HEAVY = message(
    "D134",
    ("the species of '{commodity}' weigh {total:.4g} t per {unit}, more than it does itself", "“{commodity}”的成分合计 {total:.4g} t/{unit}，超过其自身质量"),
    ("correct the largest, '{species}': {value:.4g} t{hint}", "请改正最大一项“{species}”：{value:.4g} t{hint_zh}"),
)
FUEL_CARBON = message(
    "D135",
    ("burning '{commodity}' gives {emitted:.4g} t CO2 per unit, its composition {held:.4g}", "“{commodity}”燃烧排放 {emitted:.4g} t CO2，按成分为 {held:.4g}"),
    ("correct co2_combustion or the carbon in compositions; {allowed:.0%} apart is allowed", "请改正 co2_combustion 或成分中的碳；允许相差 {allowed:.0%}"),
    warning=True,
)


def _closing_row(relations: Relations, process: str, element: str, residual: float) -> tuple[dict[str, Any], tuple[str, str]]:
    """The row to look at first, with a hint where a factor of 1000 or 3.6 in it alone would close the gap."""
    rows = [(r, r["value"] * relations.content.get((r["commodity"], element), 0.0) * (1 if r["direction"] == "use" else -1)) for r in relations.recipe[process]]
    for gas, formula in GASES.items():
        row = relations.factor.get(("process", process, gas))
        if row is not None:
            rows.append((row, -row["value"] * mass_shares(formula).get(element, 0.0)))
    carrying = [(row, amount) for row, amount in rows if amount != 0] or rows
    for row, amount in carrying:
        for factor in (1e3, 1e-3, 1e6, 1e-6, 3.6, 1 / 3.6):
            if amount and abs(amount * factor - (amount - residual)) <= ALLOWED * abs(amount - residual):
                return row, (f"; times {factor:.4g} it would close: a unit one class off?", f"；乘 {factor:.4g} 即可平衡：单位是否差一级？")
    # The likely culprit is large enough to explain the gap, is no definition (1 by nature), and rests on a weak source.
    return max(carrying, key=lambda pair: (abs(pair[1]) > abs(residual) / 4, pair[0]["value"] != 1, pair[0]["grade"], abs(pair[1])))[0], ("", "")


def _not_balanced(relations: Relations, flow: dict[str, Any]) -> Problem:
    row, slip = _closing_row(relations, flow["process"], flow["element"], flow["residual"])
    apart = ("out of nothing", "无投入")
    if flow["inflow"]:
        share = abs(flow["residual"]) / flow["inflow"]
        apart = (f"{share:.1%} apart", f"相差 {share:.1%}")
    en, zh = ELEMENTS[flow["element"]]
    return NOT_BALANCED.at(
        place_of(row),
        element=en,
        element_zh=zh,
        symbol=flow["element"],
        process=flow["process"],
        inflow=flow["inflow"],
        outflow=flow["outflow"],
        apart=apart[0],
        apart_zh=apart[1],
        allowed=ALLOWED,
        row=row.get("commodity") or row["factor"],
        source=row["source"],
        grade=row["grade"],
        slip=slip[0],
        slip_zh=slip[1],
    )


@data_check(
    NOT_BALANCED,
    EXCEPTION_NOT_NEEDED,
    UNKNOWN_ELEMENT,
    UNREADABLE_SPECIES,
    in_chinese=(
        "每个工艺产出的元素等于其投入的元素。",
        "按 compositions 表，对配方中的 K、Na、Mg、Li、B、Ca、Cl、S、C、N 求和。碳还可由系数 co2_process 排出，硫由 so2 排出；带 burns 标签的工艺，其"
        " fuel 标签物料的碳由烟囱排出。投入与产出之差不得超过投入的 2 %（为舍入另留最大元素的百万分之一）。原因已知的差额列在 balance_exceptions；多"
        "余的例外也会指出。",
        "一个错误的系数会凭空造出产品，或藏起一种废物，而最便宜的方案正好会找到它。",
    ),
)
def elements_balance(relations: Relations) -> Iterator[Problem]:
    """Each process gives out the elements that it takes in.

    What it does: sums K, Na, Mg, Li, B, Ca, Cl, S, C and N over the recipe by table compositions. Carbon leaves as the
    factor co2_process too, sulfur as so2; in processes tagged burns, the carbon of commodities tagged fuel goes up the
    stack. In and out may differ by 2 % of what goes in (and by a millionth of the largest element, for rounding).
    Gaps with a known reason stand in balance_exceptions; an exception that is not needed is told as well.

    Why: a wrong coefficient makes a product from nothing or hides a waste, and the cheapest plan is the one that finds it.
    """
    unreadable = list(unreadable_species(relations.pack))
    yield from unreadable
    excused: dict[tuple[str, str], dict[str, Any]] = {(r["process"], r["element"]): r for r in relations.rows("balance_exceptions")}
    for (_, element), row in excused.items():
        if element != "*" and element not in ELEMENTS:
            yield UNKNOWN_ELEMENT.at(place_of(row), element=element, known=", ".join(ELEMENTS))
    if unreadable:
        return
    flows = records(balance(relations.pack)[COLUMNS])
    largest: dict[str, float] = {}
    for flow in flows:
        largest[flow["process"]] = max(largest.get(flow["process"], 0.0), flow["inflow"], flow["outflow"])
    needed = set()
    for flow in flows:
        process, symbol = flow["process"], flow["element"]
        if abs(flow["residual"]) <= max(ALLOWED * flow["inflow"], TRACE * largest[process]):
            continue
        own = {(process, symbol), (process, "*")} & set(excused)
        needed |= own
        if not own:
            yield _not_balanced(relations, flow)
    for (process, element), row in excused.items():
        if (process, element) not in needed and (element == "*" or element in ELEMENTS):
            yield EXCEPTION_NOT_NEEDED.at(place_of(row), process=process, element=element)


@data_check(
    TOO_HEAVY,
    in_chinese=(
        "物料的组成之和不超过其自身质量。",
        "以质量计量的物料，其 compositions 表各组分合计不超过一单位（为舍入放宽 2 %）。",
        "组成误写为百分数或 g/kg 时，元素平衡照样闭合，而回收率毫无意义。",
    ),
)
def commodities_hold_their_species(relations: Relations) -> Iterator[Problem]:
    """No commodity consists of more than it weighs.

    What it does: where a commodity is counted by mass, the species of table compositions together weigh no more than
    one unit of it (2 % more is allowed for rounding).

    Why: a composition in percent or in g/kg makes an element balance that closes and a recovery rate that is nonsense.
    """
    own: dict[str, list[dict[str, Any]]] = {}
    for row in relations.rows("compositions"):
        own.setdefault(row["commodity"], []).append(row)
    for commodity, rows in own.items():
        mass = relations.pack.units.factor(relations.unit[commodity], "t")
        total = sum(row["value"] for row in rows)
        if mass is not None and total > mass * (1 + ALLOWED):
            row = max(rows, key=lambda r: r["value"])
            fits = [d for d in (100, 1000, 1e6) if total / d <= mass * (1 + ALLOWED)][:1]
            yield TOO_HEAVY.at(
                place_of(row),
                commodity=commodity,
                total=total,
                unit=relations.unit[commodity],
                species=row["species"],
                value=row["value"],
                hint="".join(f"; divided by {d:g} all would fit" for d in fits),
                hint_zh="".join(f"；除以 {d:g} 则合理" for d in fits),
            )


@data_check(
    FUEL_CARBON,
    in_chinese=(
        "燃料的排放因子与其含碳量一致。",
        "比较系数 co2_combustion 与 compositions 表的碳；允许相差 10 %，因为排放因子计入了留在灰渣中的碳。",
        "元素平衡用后者，二氧化碳账户用前者，两者必须说法一致。",
    ),
)
def fuels_emit_their_carbon(relations: Relations) -> Iterator[Problem]:
    """The emission factor of a fuel agrees with its carbon.

    What it does: compares the factor co2_combustion with the carbon in table compositions; 10 % apart is allowed, since
    emission factors include the carbon left in the ash.

    Why: the element balance uses the one, the account of CO2 the other; they must tell the same story.
    """
    holds = {} if any(unreadable_species(relations.pack)) else relations.content
    per_gas = mass_shares("CO2")["C"]
    for (kind, item, name), row in relations.factor.items():
        carbon = holds.get((item, "C"), 0.0)
        if kind != "commodity" or name != "co2_combustion" or carbon == 0:
            continue
        tonnes = relations.pack.units.factor(row["unit"], "t")
        if tonnes is not None and abs(row["value"] * tonnes * per_gas - carbon) > FUEL_CARBON_ALLOWED * carbon:
            yield FUEL_CARBON.at(place_of(row), commodity=item, emitted=row["value"] * tonnes, held=carbon / per_gas, allowed=FUEL_CARBON_ALLOWED)
