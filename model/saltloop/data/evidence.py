"""What a pack rests on: how good its numbers are, which are the weakest, how well its elements balance, how big it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from heapq import nlargest
from typing import Any

import pandas as pd

from saltloop.data.chemistry import ELEMENTS, balance
from saltloop.data.norms import MET, MISSED, WITHIN_RANGE, comparison
from saltloop.data.pack import Pack
from saltloop.data.read import FILE, LINE
from saltloop.data.relations import plain_unit
from saltloop.data.schema import GRADES, TABLES, Table
from saltloop.errors import InputError

WEAKEST = "D"
_SIZES = ("processes", "commodities", "equipment", "areas", "sites", "basins", "links", "markets", "routes", "stores", "accounts", "indicators", "sources")


@dataclass(frozen=True)
class Evidence:
    """The frames of `saltloop check`.

    Args:
        grades: table, grade, count, share; share is that of the table's numbers; table `all` comes first.
        balance: process, element, inflow, outflow, residual [t per unit of activity], apart [share of inflow].
        weakest: table, key, value, unit, low, high, width [(high - low) / value], source, place; the widest first.
        exceptions: process, element, reason, source, place.
        size: item, count.
        norms: as `norms.comparison` gives it.
    """

    grades: pd.DataFrame
    balance: pd.DataFrame
    weakest: pd.DataFrame
    exceptions: pd.DataFrame
    size: pd.DataFrame
    norms: pd.DataFrame


def _numbers(pack: Pack) -> dict[str, pd.DataFrame]:
    """The tables that hold graded numbers."""
    return {t.name: pack.tables[t.name] for t in TABLES if "grade" in t.names and not pack.tables[t.name].empty}


def _grades(numbers: dict[str, pd.DataFrame]) -> pd.DataFrame:
    counts = {name: Counter(frame["grade"]) for name, frame in numbers.items()}
    everything = {"all": sum(counts.values(), Counter[Any]()), **counts}
    rows = [(name, grade, own[grade], own[grade] / own.total()) for name, own in everything.items() for grade in GRADES if own[grade]]
    return pd.DataFrame(rows, columns=["table", "grade", "count", "share"])


def _key(row: dict[str, Any], table: Table) -> str:
    """The key of a row, years and months without their decimal."""
    return " / ".join(f"{row[name]:g}" if isinstance(row[name], float) else str(row[name]) for name in table.key if row[name] is not None)


def _weakest(pack: Pack, count: int) -> pd.DataFrame:
    """The widest ranges; only rows that may be among them are put in words, since a pack has ten thousand others."""
    wide = []
    for table in (t for t in TABLES if t.base):
        for row in pack.rows(table.name):
            if row["grade"] == WEAKEST and row["value"] != 0:
                wide.append(((row["high"] - row["low"]) / abs(row["value"]), table, row))
    least = min(nlargest(count, (width for width, _, _ in wide)), default=0.0)
    rows = [
        (table.name, _key(row, table), row["value"], plain_unit(row["unit"]), row["low"], row["high"], width, row["source"], f"{row[FILE]}:{row[LINE]}")
        for width, table, row in wide
        if width >= least
    ]
    found = pd.DataFrame(rows, columns=["table", "key", "value", "unit", "low", "high", "width", "source", "place"])
    return found.sort_values(["width", "table", "key"], ascending=[False, True, True]).head(count).reset_index(drop=True)


def _balance(pack: Pack) -> pd.DataFrame:
    frame = balance(pack)
    frame["apart"] = (frame["residual"].abs() / frame["inflow"]).where(frame["inflow"] > 0)
    return frame


def _exceptions(pack: Pack) -> pd.DataFrame:
    frame = pack.tables["balance_exceptions"][["process", "element", "reason", "source", FILE, LINE]]
    return frame.assign(place=[f"{file}:{line}" for file, line in zip(frame[FILE], frame[LINE], strict=True)]).drop(columns=[FILE, LINE])


def _size(pack: Pack, numbers: dict[str, pd.DataFrame]) -> pd.DataFrame:
    counts = [(name, len(pack.tables[name])) for name in _SIZES]
    return pd.DataFrame([*counts, ("numbers", sum(map(len, numbers.values())))], columns=["item", "count"])


def evidence(pack: Pack, weakest: int = 10) -> Evidence:
    """Collect what a pack rests on.

    Args:
        pack: as `load` gives it; its species must be formulas (check it first).
        weakest: how many of the weakest numbers: grade D, ranked by the width of their range.

    Raises:
        InputError: D133, a species is no formula.
    """
    numbers = _numbers(pack)
    return Evidence(_grades(numbers), _balance(pack), _weakest(pack, weakest), _exceptions(pack), _size(pack, numbers), comparison(pack))


_TEXTS: dict[str, tuple[str, str]] = {
    "size": ("Pack {name}: {list}.", "数据包 {name}：{list}。"),
    "grades": (
        "{count} numbers by grade (A measured or official, B literature, C calculated, D judgement):",
        "{count} 个数值按等级（A实测或官方，B文献，C计算，D判断）：",
    ),
    "balance": (
        "Element balance: {count} balances of {processes} processes, {exact} within 0.1 %; widest: {element} in '{process}', {apart:.1%} of what goes in.",
        "元素平衡：{processes} 个工艺共 {count} 项，{exact} 项在 0.1 % 以内；最大偏差：“{process}”的{element}，为投入的 {apart:.1%}。",
    ),
    "no_balance": ("Element balance: no compositions, nothing to balance.", "元素平衡：没有成分数据。"),
    "exceptions": ("Balances that are known not to close, with the reason:", "已知不闭合的平衡及理由："),
    "weakest": ("Weakest numbers (grade D, widest range against the value):", "最弱的数值（D级，按相对范围排序）："),
    "norms": (
        "Against the norms, net use per unit of activity; the range is that of the recipe:",
        "与限额对照，单位活动量净消耗；范围来自配方：",
    ),
    "norm": (
        "{process}: {plant:.4g} ({low:.4g} … {high:.4g}), {kind} {year:.0f} is {norm:.4g} {unit} {what}: {apart:+.1%}, {verdict}; {source}, {place}",
        "{process}：{plant:.4g}（{low:.4g} … {high:.4g}），{year:.0f}年{kind} {norm:.4g} {unit} {what}：{apart:+.1%}，{verdict}；{source}，{place}",
    ),
    "limit": ("limit", "限额"),
    "advanced": ("advanced level", "先进值"),
    MET: ("met", "达到"),
    WITHIN_RANGE: ("missed, but within the range of the recipe", "未达到，但在配方范围内"),
    MISSED: ("missed", "未达到"),
}
_ITEMS: dict[str, tuple[str, str]] = {
    "processes": ("processes", "工艺"),
    "commodities": ("commodities", "物料"),
    "equipment": ("shared equipment", "共用设备"),
    "areas": ("areas", "区域"),
    "sites": ("sites", "地点"),
    "basins": ("basins", "资源体"),
    "links": ("links", "线路"),
    "markets": ("markets", "市场"),
    "routes": ("routes of disposal", "处置途径"),
    "stores": ("stores", "储存"),
    "accounts": ("accounts", "账户"),
    "indicators": ("indicators", "指标"),
    "sources": ("sources", "来源"),
    "numbers": ("numbers", "数值"),
}


def _grade_lines(grades: pd.DataFrame) -> list[str]:
    lines = []
    for table, own in grades.groupby("table", sort=False):
        parts = [f"{row.grade} {row.count_:>6} ({row.share:>4.0%})" for row in own.rename(columns={"count": "count_"}).itertuples()]
        lines.append(f"    {table:<18}" + "   ".join(parts))
    return lines


def evidence_text(pack: Pack, language: str = "en") -> str:
    """The evidence behind a pack, as `saltloop check` prints it.

    Args:
        pack: as `load` gives it.
        language: en or zh.
    """
    which = 1 if language == "zh" else 0
    try:
        found = evidence(pack)
    except InputError as error:
        return error.text(language)
    sizes = [f"{_ITEMS[str(row['item'])][which]} {row['count']}" for row in found.size.to_dict("records") if row["count"]]
    lines = [
        _TEXTS["size"][which].format(name=pack.name, list=(", ", "，")[which].join(sizes)),
        _TEXTS["grades"][which].format(count=int(found.size["count"].iloc[-1])),
        *_grade_lines(found.grades),
        _balance_line(found, which),
    ]
    if not found.exceptions.empty:
        lines += [_TEXTS["exceptions"][which]]
        lines += [f"    {row.process} {row.element}: {row.reason} ({row.source})" for row in found.exceptions.itertuples()]
    lines += _norm_lines(found.norms, which)
    if not found.weakest.empty:
        lines += [_TEXTS["weakest"][which]]
        lines += [
            f"    {row.table}: {row.key} = {row.value:g} {row.unit} ({row.low:g} … {row.high:g}), {row.source}, {row.place}"
            for row in found.weakest.itertuples()
        ]
    return "\n".join(lines)


def _norm_lines(norms: pd.DataFrame, which: int) -> list[str]:
    """The norms beside the plants, the farthest first; nothing where a pack has none."""
    lines = [_TEXTS["norms"][which]] if len(norms) else []
    for row in norms.sort_values("apart", ascending=False, kind="stable").to_dict("records"):
        what = " ".join(str(row[name]) for name in ("commodity", "measure") if row[name] is not None)
        words = {name: _TEXTS[row[name]][which] for name in ("kind", "verdict")}
        lines.append("    " + _TEXTS["norm"][which].format(**{str(k): v for k, v in row.items()} | words | {"what": what, "unit": plain_unit(row["unit"])}))
    return lines


def _balance_line(found: Evidence, which: int) -> str:
    excused = set(zip(found.exceptions["process"], found.exceptions["element"], strict=True))
    rows = [row for row in found.balance.to_dict("records") if row["inflow"] > 0 and not excused & {(row["process"], row["element"]), (row["process"], "*")}]
    if not rows:
        return _TEXTS["no_balance"][which]
    widest = max(rows, key=lambda row: float(row["apart"]))
    return _TEXTS["balance"][which].format(
        count=len(rows),
        processes=len({row["process"] for row in rows}),
        exact=sum(row["apart"] <= 0.001 for row in rows),
        element=ELEMENTS[str(widest["element"])][which],
        process=widest["process"],
        apart=widest["apart"],
    )
