"""What a pack rests on, as `saltloop check` tells it beyond the problems: tables to read whole or to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from saltloop.data.chemistry import ELEMENTS
from saltloop.data.evidence import evidence
from saltloop.data.pack import Pack
from saltloop.data.read import records
from saltloop.data.unused import counts, unused
from saltloop.interfaces.voice import aligned
from saltloop.language import number, percent

TABLES = ("grades", "balance", "weakest", "exceptions", "norms", "unused", "conflicts")
OBJECTIVE = "objective"
MONEY, RENT = "money", "rent"
_HEADS: dict[str, tuple[str, str]] = {
    "table": ("table", "表"),
    "grade": ("grade", "等级"),
    "count": ("count", "个数"),
    "share": ("share", "份额"),
    "process": ("process", "工艺"),
    "element": ("element", "元素"),
    "inflow": ("in, t", "投入（吨）"),
    "outflow": ("out, t", "产出（吨）"),
    "residual": ("residual, t", "差额（吨）"),
    "apart": ("apart", "偏差"),
    "key": ("row", "行"),
    "value": ("value", "数值"),
    "unit": ("unit", "单位"),
    "low": ("low", "下限"),
    "high": ("high", "上限"),
    "width": ("width", "相对范围"),
    "source": ("source", "来源"),
    "place": ("place", "位置"),
    "reason": ("reason", "理由"),
    "kind": ("kind", "类别"),
    "name": ("name", "名称"),
    "subject": ("subject", "对象"),
    "first": ("one reading", "说法一"),
    "second": ("other reading", "说法二"),
    "verdict": ("verdict", "裁定"),
    "view": ("view", "视角"),
    "part": ("part", "部分"),
    "amount": ("amount", "金额"),
}
_WORDS: dict[str, tuple[str, str]] = {
    "first": ("one reading taken", "采用说法一"),
    "second": ("other reading taken", "采用说法二"),
    "range": ("taken as a range", "取区间"),
    "neither": ("worked out anew", "另行推算"),
    "open": ("open", "未裁定"),
    "agree": ("no conflict", "实无矛盾"),
    "source": ("sources", "来源"),
    "process": ("processes", "工艺"),
    "commodity": ("commodities", "物料"),
    "observation": ("observations", "观测值"),
    "fact": ("facts", "事实"),
    "fact left out": ("facts left out with a reason", "有理由不引用的事实"),
    MONEY: ("money", "金额流"),
    RENT: ("rents", "租值"),
    "sell": ("sales", "销售"),
    "buy": ("purchases", "采购"),
    "freight": ("freight", "运费"),
    "activity": ("running processes", "工艺运行"),
    "capacity": ("standing capacity", "产能固定费用"),
    "new_capacity": ("new capacity", "新建产能"),
    "draw": ("drawing from nature", "取用资源"),
    "dispose": ("disposal", "处置"),
    "capacity_stock": ("capacities", "产能"),
    "draw_limit": ("limits of nature", "取用限额"),
    "sales_tier": ("sales tiers", "销售分档"),
    "purchase_tier": ("purchase tiers", "采购分档"),
    "land_limit": ("land", "土地"),
}
_TEXTS: dict[str, tuple[str, str]] = {
    "unused": ("Carried, and used by nothing: {list}.", "未被使用：{list}。"),
    "conflicts": (
        "Conflicts between documents: {count}, of which {list}. Open: {open}.",
        "文件之间的矛盾：{count} 处，其中{list}。未裁定：{open}。",
    ),
    "more": (
        "Tables to read whole: `saltloop check {pack} --table NAME`, NAME one of {tables}; all of them for a spreadsheet: `--out FILE`.",
        "完整表格：`saltloop check {pack} --table 名称`，名称为 {tables} 之一；供电子表格用：`--out 文件`。",
    ),
    "solve": (
        "How good the numbers are that the objective rests on: `saltloop check {pack} --solve` (base year {year}).",
        "目标函数所依数值的质量：`saltloop check {pack} --solve`（基准年 {year}）。",
    ),
    "objective": ("The objective of base year {year} by grade:", "{year} 年基准目标函数按等级："),
    "money": ("Money that flows in it, by the grade of the price or factor", "其中的金额流，按价格或系数的等级"),
    "rent": (
        "Rents of what limits it, by the grade of the row that sets the bound (marginal value times bound; with their signs they add up to the objective)",
        "约束的租值，按设定界限的行的等级；（边际价值乘界限，按符号合计即目标值）",
    ),
    "nothing": ("nothing", "无"),
}


def frames(pack: Pack) -> dict[str, pd.DataFrame]:
    """The tables of evidence by name; those of TABLES.

    Raises:
        InputError: D133, a species is no formula.
    """
    found = evidence(pack)
    settled = pack.tables["conflicts"]
    columns = ["conflict", "subject_en", "subject_zh", "first", "second", "verdict", "reason_en", "reason_zh", "source"]
    own = {name: getattr(found, name) for name in ("grades", "balance", "weakest", "exceptions", "norms")}
    return {**own, "unused": unused(pack), "conflicts": settled[columns]}


def _say(key: str, language: str, **values: object) -> str:
    return _TEXTS[key][language == "zh"].format(**values)


def _word(name: object, language: str) -> str:
    return _WORDS[str(name)][language == "zh"] if str(name) in _WORDS else str(name)


def summary(pack: Pack, found: dict[str, pd.DataFrame], language: str) -> Iterator[str]:
    """The lines on what is unused, how conflicts were settled, and where the long tables are."""
    comma = "，" if language == "zh" else ", "
    carried = counts(found["unused"])
    if carried:
        yield _say("unused", language, list=comma.join(f"{_word(kind, language)} {count}" for kind, count in carried.items()))
    settled = found["conflicts"]
    if len(settled):
        verdicts = comma.join(f"{_word(verdict, language)} {count}" for verdict, count in settled["verdict"].value_counts().items())
        left = comma.join(settled[settled["verdict"] == "open"][f"subject_{language}"]) or _say("nothing", language)
        yield _say("conflicts", language, count=len(settled), list=verdicts, open=left)
    yield _say("more", language, pack=pack.name, tables=", ".join(TABLES))
    years = pack.about.get("base_years")
    if years:
        yield _say("solve", language, pack=pack.name, year=years[0])


def table_lines(name: str, frame: pd.DataFrame, language: str) -> Iterator[str]:
    """A table whole, in one language."""
    other = "_en" if language == "zh" else "_zh"
    shown = [column for column in frame.columns if not column.endswith(other)]
    heads = [_head(column, language) for column in shown]
    rows = [[_cell(name, column, row[column], language) for column in shown] for row in records(frame)]
    yield from aligned(heads, rows) if rows else [f"  {_say('nothing', language)}"]


def _head(column: str, language: str) -> str:
    plain = column.removesuffix("_en").removesuffix("_zh")
    return _HEADS[plain][language == "zh"] if plain in _HEADS else plain.replace("_", " ")


def _cell(name: str, column: str, value: object, language: str) -> str:
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return "–"
    if isinstance(value, float):
        return percent(value, language) if column in ("share", "apart", "width") else number(value, "", language)
    if column == "element":
        return ELEMENTS[str(value)][language == "zh"] if str(value) in ELEMENTS else str(value)
    return _word(value, language) if (column in ("verdict", "view", "part") or (name == "unused" and column == "kind")) else str(value)


def objective_lines(frame: pd.DataFrame, year: int, language: str) -> Iterator[str]:
    """The objective by grade: first summed over parts, then part by part."""
    yield _say("objective", language, year=year)
    for view in (MONEY, RENT):
        own = frame[frame["view"] == view]
        yield _say(view, language)
        by_grade = own.groupby("grade")["share"].sum()
        yield "    " + "   ".join(f"{grade} {percent(float(share), language)}" for grade, share in by_grade.items())
        rows = [[_word(r["part"], language), r["grade"], number(r["amount"], r["unit"], language), percent(r["share"], language)] for r in records(own)]
        yield from aligned([_head(name, language) for name in ("part", "grade", "amount", "share")], rows)
