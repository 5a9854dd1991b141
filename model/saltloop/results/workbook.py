"""The tables of a run as one Excel workbook, titles in the chosen language."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import numpy as np
import pandas as pd
import xlsxwriter

from saltloop.language import text

SHEETS: dict[str, tuple[str, str]] = {
    "accounts": ("Accounts", "账户"),
    "indicators": ("Indicators", "指标"),
    "scores": ("Scores", "综合评分"),
    "rules": ("Rules", "规则"),
    "limits": ("Limits", "限额"),
    "products": ("Products", "产品"),
    "trades": ("Trades", "购销"),
    "flows": ("Flows", "物流"),
    "activities": ("Activities", "工艺运行"),
    "capacity": ("Capacity", "产能"),
    "values": ("Marginal values", "边际价值"),
    "entry": ("Entry prices", "进入价格"),
    "charges": ("Charges", "收费"),
    "names": ("Names", "名称"),
}
HEADERS: dict[str, str] = {
    "period": "时期",
    "slice": "时段",
    "site": "地点",
    "commodity": "物料",
    "role": "角色",
    "agent": "主体",
    "value": "数值",
    "unit": "单位",
    "process": "工艺或设备",
    "existing": "现有",
    "new": "新增",
    "retired": "退役",
    "total": "合计",
    "used": "使用",
    "land_ha": "占地（公顷）",
    "capital_cny": "投资（元）",
    "area": "区域",
    "account": "账户",
    "background": "背景值",
    "rule": "规则",
    "kind": "种类",
    "left": "左端",
    "bound": "界限",
    "slack": "余量",
    "binding": "起作用",
    "dual": "边际价值",
    "dual_unit": "边际价值单位",
    "dual_valid_from": "有效自",
    "dual_valid_to": "有效至",
    "dual_unique": "唯一",
    "marginal_value": "边际价值",
    "family": "类别",
    "item": "对象",
    "level": "水平",
    "reduced_cost": "缩减成本",
    "enters_at": "进入价",
    "leaves_at": "变动价",
    "unique": "唯一",
    "market": "市场",
    "tier": "档次",
    "side": "方向",
    "price": "价格",
    "freight": "运费",
    "money": "金额",
    "place": "所在",
    "indicator": "指标",
    "numerator": "分子",
    "denominator": "分母",
    "actual": "实际",
    "target": "目标",
    "target_year": "目标年",
    "published": "公布值",
    "published_year": "公布年",
    "better": "方向",
    "met": "达标",
    "basis": "口径",
    "computable": "可计算",
    "needs": "所缺背景值",
    "gap": "差距",
    "score": "综合指标",
    "at_zero": "零分值",
    "at_hundred": "满分值",
    "points": "得分",
    "weight": "权重",
    "share": "占比",
    "flow": "流",
    "id": "代号",
    "sold": "销售量",
    "sales": "计入目标的销售",
    "carried_cost": "承担成本",
    "contribution": "贡献",
    "title_en": "英文名",
    "title_zh": "中文名",
    "group": "分组",
    "latitude": "纬度",
    "longitude": "经度",
    "extra": "其他",
}
# Sheets that show part of their table: people look up entry prices of processes; those of every trade are in the Parquet file.
_PART = {"entry": lambda frame: frame[frame["family"] == "process"]}
EXCEL_ROWS = 1_048_575
_TITLED = ("site", "commodity", "process", "area", "account", "market", "indicator", "score", "agent", "place", "item", "rule")
# What words of the tables are called in Chinese, by column; kinds of rules and of limits have their titles elsewhere.
_WORDS: dict[str, dict[str, str]] = {
    "slice": {"year": "全年"},
    "role": {
        "made": "产出",
        "used": "消耗",
        "drawn": "取用",
        "bought": "采购",
        "sold": "销售",
        "disposed": "处置",
        "shipped_out": "运出",
        "shipped_in": "运入",
        "stored_in": "存入",
        "stored_out": "取出",
    },
    "side": {"buy": "采购", "sell": "销售", "unmet": "缺供"},
    "better": {"higher": "越高越好", "lower": "越低越好"},
    "basis": {"model": "仅模型内企业", "model + background": "含区域其余部分", "published only": "仅公布值"},
    "family": {"process": "工艺", "buy": "采购", "sell": "销售"},
    "flow": {"charged": "收费", "allowance_buy": "购入配额", "allowance_sell": "售出配额"},
}


def write_workbook(path: Path, tables: dict[str, pd.DataFrame], language: str = "en") -> None:
    """One sheet for each table that fits, with frozen headings, filters, and the title beside each name.

    Args:
        path: the .xlsx file.
        tables: by file name, as written.
        language: en or zh.
    """
    titles = dict(zip(tables["names"]["id"].tolist(), tables["names"][f"title_{language}"].tolist(), strict=True))
    words = _words(tables) if language == "zh" else {}
    # In memory, so that a full disk is told as such and not as an error of the library; text stays text, whatever it begins with.
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, number = book.add_format({"bold": True, "bg_color": "#DCE6F1"}), book.add_format({"num_format": "#,##0.####"})
    for name, (english, chinese) in SHEETS.items():
        frame = _PART[name](tables[name]) if name in _PART else tables[name]
        if len(frame) > EXCEL_ROWS:
            continue
        sheet = book.add_worksheet(chinese if language == "zh" else english)
        known = {} if name == "names" else dict.fromkeys(_TITLED, titles) | words
        _fill(sheet, frame, known, language, bold, number)
    book.close()
    path.write_bytes(content.getvalue())


def _words(tables: dict[str, pd.DataFrame]) -> dict[str, dict[str, str]]:
    """Chinese words of the tables by column."""
    rules = tables["names"][tables["names"]["kind"] == "rule"]
    kind_of = dict(zip(tables["rules"]["rule"], tables["rules"]["kind"], strict=True))
    kinds = {kind_of[rule]: said.split("|")[1] for rule, said in zip(rules["id"], rules["extra"], strict=True) if rule in kind_of}
    families = {name: text(f"kind_{name}", "zh") for name in tables["limits"]["family"].unique()}
    return {**_WORDS, "kind": kinds, "family": _WORDS["family"] | families}


def _told(name: str, known: dict[str, str]) -> str:
    """A name, or several with blanks between, behind the titles that are known."""
    title = known.get(name) or " ".join(known.get(part, part) for part in name.split(" "))
    return f"{title} ({name})" if title != name else name


def _fill(sheet: xlsxwriter.worksheet.Worksheet, frame: pd.DataFrame, known: dict[str, dict[str, str]], language: str, bold: object, number: object) -> None:
    """Headings and cells of a sheet.

    Args:
        sheet: empty.
        frame: the table.
        known: what names and words are called, by column.
        language: of the headings.
        bold: format of headings.
        number: format of amounts.
    """
    headers = [HEADERS.get(c, c) if language == "zh" else c for c in frame.columns]
    sheet.write_row(0, 0, headers, bold)
    for n, name in enumerate(frame.columns):
        if _is_amount(frame[name]):
            shown = frame[name].tolist()
            _write_numbers(sheet, n, frame[name], number if name not in ("period", "target_year") else None)
        else:
            shown = _called(frame[name], known.get(name))
            _write_texts(sheet, n, shown)
        sheet.set_column(n, n, min(48, max(10, _width(headers[n]) + 2, *(_width(x) for x in shown[:50]))) if shown else 12)
    sheet.freeze_panes(1, 0)
    if len(frame):
        sheet.autofilter(0, 0, len(frame), len(headers) - 1)


def _called(column: pd.Series, known: dict[str, str] | None) -> list[Any]:
    """The values of a column, names and words as `title (name)` where a title is known."""
    values: list[Any] = column.to_numpy(dtype=object).tolist()
    told = {} if known is None else {name: _told(name, known) for name in dict.fromkeys(values) if isinstance(name, str)}
    return [told.get(value, value) for value in values]


def _width(value: object) -> int:
    """Width of a text in letters; a Chinese character takes two."""
    written = str(value)
    return len(written) if written.isascii() else sum(2 if east_asian_width(letter) in "WF" else 1 for letter in written)


def _is_amount(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _write_numbers(sheet: xlsxwriter.worksheet.Worksheet, place: int, column: pd.Series, shown: object) -> None:
    """Cells below the heading by the writer of their kind, since asking the library to find the kind of each costs half as much again."""
    for line, (value, is_known) in enumerate(zip(column.tolist(), np.isfinite(column.to_numpy(dtype=float, na_value=np.nan)), strict=True), 1):
        if is_known:
            sheet.write_number(line, place, value, shown)


def _write_texts(sheet: xlsxwriter.worksheet.Worksheet, place: int, values: list[Any]) -> None:
    """Likewise of a column of texts, or of anything."""
    for line, value in enumerate(values, 1):
        if isinstance(value, str):
            if value:
                sheet.write_string(line, place, value)
        elif (cell := _cell(value)) is not None:
            sheet.write(line, place, cell)


def _cell(value: object) -> object:
    """A value that Excel can hold; unknown and unbounded are empty."""
    if value is None or value is pd.NA or (isinstance(value, (float, np.floating)) and not np.isfinite(value)):
        return None
    if isinstance(value, np.generic):
        return value.item()
    return value
