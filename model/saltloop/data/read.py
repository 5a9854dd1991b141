"""One CSV file to a typed frame with the line of every row; every problem of the file at once."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher, get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from saltloop.data.factors import BY_KIND_AND_NAME, base_unit
from saltloop.data.schema import Column, Table
from saltloop.errors import Place, Problem, Problems, Words, message

if TYPE_CHECKING:
    from saltloop.units import Units

LINE, FILE = "_line", "_file"
# Up to how many names a message lists all of them, and else how many of them.
_LISTED, _NEAREST = 40, 12
# How many names a message proposes for a title.
_TITLED = 3

NOT_READABLE = message(
    "D104",
    ("the file cannot be read: {reason}", "无法读取文件：{reason}"),
    ("save it as CSV with commas in UTF-8 (in Excel: Save as, CSV UTF-8)", "请另存为 UTF-8 编码、逗号分隔的 CSV（Excel：另存为，CSV UTF-8）"),
)
UNKNOWN_COLUMN = message(
    "D105", ("table '{table}' has no column '{column}'", "表“{table}”没有列“{column}”"), ("its columns: {known}.{hint}", "可用列：{known}。{hint}")
)
MISSING_COLUMN = message("D106", ("column '{column}' of table '{table}' is missing", "表“{table}”缺少列“{column}”"), ("add it: {meaning}", "请补上：{meaning}"))
EMPTY_CELL = message("D107", ("'{column}' is empty", "“{column}”为空"), ("expected {meaning}", "应填：{meaning}"))
BAD_NUMBER = message(
    "D108",
    ("'{text}' in column '{column}' is not {kind}", "“{column}”列的“{text}”不是{kind}"),
    (
        "write a plain number such as 1250 or 0.65, with a point for decimals; leave the row out if the number is not known",
        "请写普通数字，如 1250 或 0.65，小数用点；不知道时删去该行",
    ),
)
BAD_CHOICE = message(
    "D109", ("'{text}' is not a word for column '{column}'", "“{column}”列不能填“{text}”"), ("one of: {known}.{hint}", "可选：{known}。{hint}")
)
OUT_OF_RANGE = message(
    "D110",
    ("value {value:g} {unit} lies outside its own range {low:g} to {high:g}", "数值 {value:g} {unit} 超出自身范围 {low:g} 至 {high:g}"),
    ("{hint}correct the value or the range", "{hint}请改正数值或范围"),
)
NEGATIVE = message("D111", ("a negative {what} ({value:g})", "{what}为负（{value:g}）"), ("expected zero or more", "应不小于零"))
TOO_MANY_CELLS = message(
    "D113",
    ("the row has {found} cells, the header {expected}", "该行有 {found} 格，表头为 {expected} 格"),
    ("put text with commas in double quotes; write decimals with a point", "含逗号的文字请加双引号；小数请用点"),
)
OTHER_SEPARATOR = message(
    "D114",
    ("the cells are separated by {found}, not by commas", "单元格以{found}而非逗号分隔"),
    ("save it as CSV with commas; in Excel the list separator of the region settings decides", "请另存为逗号分隔的 CSV；Excel 按区域设置的列表分隔符保存"),
)
COLUMN_TWICE = message(
    "D115",
    ("column '{column}' stands twice in the header of table '{table}'", "表“{table}”的表头中列“{column}”重复"),
    ("remove one; which of them holds would be a guess", "请删去一列"),
)
# With one of these a file is not the table that it should be: what other tables refer to in it cannot be judged.
STRUCTURAL = (NOT_READABLE, MISSING_COLUMN, TOO_MANY_CELLS, OTHER_SEPARATOR, COLUMN_TWICE)
FINITE, WHOLE = Words("a finite number", "有限数"), Words("a whole number", "整数")

_NON_NEGATIVE = frozenset(
    {
        "recipes",
        "capacities",
        "land",
        "basin_limits",
        "basin_supplies",
        "compositions",
        "links",
        "demands",
        "evaporation",
        "profiles",
        "uses",
        "market_tiers",
        "score_terms",
    }
)
_ALSO_NON_NEGATIVE = ("volume", "capacity", "limit", "unmet_price")


def nearest(word: str, known: list[str]) -> str:
    """The nearest valid name as a sentence, or nothing; whatever the case, one that goes on where the other ends counts as near."""
    said, lowered = word.lower(), {name.lower(): name for name in known}
    longer = sorted((name for name in lowered if f"{said}_".startswith(f"{name}_") or name.startswith(f"{said}_")), key=lambda name: abs(len(name) - len(said)))
    close = [*get_close_matches(said, lowered, n=1, cutoff=0.6), *longer]
    return did_you_mean(lowered[close[0]]) if close else ""


def meant(word: str, titles: Mapping[str, tuple[str, str]]) -> str:
    """The name that an unknown word may mean, as a sentence, or nothing: the nearest name, else names whose titles hold the word.

    Args:
        word: as written.
        titles: English and Chinese title by name.
    """
    if close := nearest(word, list(titles)):
        return close
    said = word.strip().lower()
    held = sorted((len(title), name, title) for name, both in titles.items() for title in both if len(said) > 1 and said in title.lower())
    names = list(dict.fromkeys(name for _, name, _ in held))[:_TITLED]
    if not names:
        return ""
    en, zh = ", ".join(f"{name} ({titles[name][0]})" for name in names), "、".join(f"{name}（{titles[name][1]}）" for name in names)
    return Words(f" Names are written by their keys: {en}.", f"请写名称的代码：{zh}。")


def listed_names(known: list[str], word: str) -> Words:
    """The names that may stand where one is unknown, or that there are none; of many those that come nearest, and how many there are."""
    if not known:
        return Words("none", "无")
    if len(known) <= _LISTED:
        return Words(", ".join(known), ", ".join(known))
    close = sorted(known, key=lambda name: -SequenceMatcher(None, word, name).ratio())[:_NEAREST]
    return Words(f"{', '.join(close)} and {len(known) - _NEAREST} more", f"{', '.join(close)} 等 {len(known)} 个")


def did_you_mean(name: str) -> Words:
    """The question after a message of an unknown name, in both languages."""
    return Words(f" Did you mean '{name}'?", f"是否应为“{name}”？")


@dataclass(frozen=True)
class Rows:
    """Rows of one file as text, with their lines.

    Args:
        table: of the schema.
        file: as shown in messages.
        lines: where each row begins.
        cells: by column of the header, as many as lines.
        digest: sha256 of the file.
    """

    table: Table
    file: str
    lines: tuple[int, ...]
    cells: Mapping[str, Sequence[str]]
    digest: str


def read_rows(table: Table, path: Path, shown: str, problems: Problems) -> Rows | None:
    """The cells of a CSV file; None, with a problem, if it cannot be read or is no table of this kind."""
    raw = _bytes_of(path, shown, problems)
    text = None if raw is None else _text_of(raw, shown, problems)
    if raw is None or text is None:
        return None
    # The csv module ends lines itself; splitlines would also cut at form feeds and the like inside a cell.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        header = tuple(cell.strip() for cell in next(reader, []))
        if not _header_fits(table, header, shown, problems):
            return None
        lines, rows = list[int](), list[list[str]]()
        start = reader.line_num + 1
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not "".join(cells).strip():
                continue
            if len(cells) != len(header):
                problems.add(TOO_MANY_CELLS.at(Place(shown, line), found=len(cells), expected=len(header)))
                continue
            lines.append(line)
            rows.append(cells)
    except csv.Error:
        problems.add(NOT_READABLE.at(Place(shown, start), reason=Words("its double quotes do not pair up", "双引号不成对")))
        return None
    columns = zip(*rows, strict=True) if rows else ((),) * len(header)
    return Rows(table, shown, tuple(lines), {name: list(map(str.strip, cells)) for name, cells in zip(header, columns, strict=True)}, sha256(raw).hexdigest())


def _bytes_of(path: Path, shown: str, problems: Problems) -> bytes | None:
    """What a file holds; None, with a problem, if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        problems.add(NOT_READABLE.at(Place(shown), reason=error.strerror or error))
        return None


def _text_of(raw: bytes, shown: str, problems: Problems) -> str | None:
    """The text of a file; None, with a problem, if it is none."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = f"0x{raw[error.start]:02x}"
        problems.add(
            NOT_READABLE.at(
                Place(shown, raw.count(b"\n", 0, error.start) + 1), reason=Words(f"it is not text in UTF-8 (byte {byte})", f"不是 UTF-8 文本（字节 {byte}）")
            )
        )
        return None
    if not text.strip():
        problems.add(NOT_READABLE.at(Place(shown), reason=Words("it is empty", "文件为空")))
        return None
    return text


def _header_fits(table: Table, header: tuple[str, ...], shown: str, problems: Problems) -> bool:
    """Tell what is wrong with a header; whether the rows below it can be read."""
    place, known = Place(shown, 1), list(table.names)
    for mark, words in ((";", Words("semicolons", "分号")), ("\t", Words("tabs", "制表符"))):
        if len(header) == 1 and mark in header[0]:
            problems.add(OTHER_SEPARATOR.at(place, found=words))
            return False
    for name in header:
        if name not in table.names:
            problems.add(UNKNOWN_COLUMN.at(place, table=table.name, column=name, known=", ".join(known), hint=nearest(name, known)))
        elif header.count(name) > 1:
            problems.add(COLUMN_TWICE.at(place, table=table.name, column=name))
    missing = [column for name, column in table.names.items() if column.required and name not in header]
    for column in missing:
        problems.add(MISSING_COLUMN.at(place, table=table.name, column=column.name, meaning=Words(*column.meaning)))
    return not missing and len(set(header)) == len(header)


def _number(text: str, column: Column) -> float | Problem:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    whole = column.kind in ("integer", "year")
    if not math.isfinite(value) or (whole and value != int(value)):
        return BAD_NUMBER.at(Place(), text=text, column=column.name, kind=WHOLE if whole else FINITE)
    return value


def _cell(text: str, column: Column) -> object:
    """What a text says in a column; a problem, still without its place, if it says nothing there."""
    if text == "":
        if column.required:
            return EMPTY_CELL.at(Place(), column=column.name, meaning=Words(*column.meaning))
        return () if column.kind == "tags" else None
    if column.kind in ("number", "integer", "year"):
        return _number(text, column)
    if column.kind == "tags":
        return tuple(text.split())
    allowed = ("yes", "no") if column.kind == "flag" else column.choices
    if allowed and text not in allowed:
        return BAD_CHOICE.at(Place(), text=text, column=column.name, known=", ".join(allowed), hint=nearest(text, list(allowed)))
    return text


Row = dict[str, Any]


def typed_rows(rows: Rows, problems: Problems) -> list[Row]:
    """The rows with numbers as numbers, tags as tuples and empty optional cells as None; text columns stay text.

    Returns:
        cells by column of the table, then `_file` and `_line`; a cell that cannot be used is None, with a problem.
    """
    absent = ("",) * len(rows.lines)
    columns = [_typed(rows.cells.get(name, absent), column, rows, problems) for name, column in rows.table.names.items()]
    names = (*rows.table.names, FILE, LINE)
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, (rows.file,) * len(rows.lines), rows.lines, strict=True)]


def _typed(texts: Sequence[str], column: Column, rows: Rows, problems: Problems) -> list[object]:
    """The cells of a column; each text is judged once, however often it stands there."""
    judged = {text: _cell(text, column) for text in dict.fromkeys(texts)}
    wrong = {text: found for text, found in judged.items() if isinstance(found, Problem)}
    if wrong:
        problems.extend(replace(wrong[text], place=Place(rows.file, line)) for text, line in zip(texts, rows.lines, strict=True) if text in wrong)
        judged |= dict.fromkeys(wrong, () if column.kind == "tags" else None)
    return [judged[text] for text in texts]


BaseUnit = Callable[[Mapping[str, object]], str | None]


def base_unit_of(table: Table, units: Units, unit_of: Mapping[str, Mapping[str, str]]) -> BaseUnit:
    """How a table's rows are converted: the base unit of a row, or None where its own unit is kept.

    Args:
        table: the table.
        units: the registry, for the currency.
        unit_of: unit by id for commodity, equipment, basin, account and indicator.
    """

    def lookup(kind: str, form: str = "{}") -> BaseUnit:
        def unit(row: Mapping[str, object]) -> str | None:
            found = unit_of[kind].get(str(row[kind]))
            return None if found is None else form.format(found)

        return unit

    rules: dict[str, BaseUnit] = {
        "own unit": lambda row: _known_unit(row, units) if table.name == "factors" else None,
        "unit of the commodity": lookup("commodity"),
        "money per unit of the commodity": lookup("commodity", f"{units.currency}/({{}})"),
        "capacity unit of the equipment": lookup("equipment"),
        "capacity unit of the equipment times a year": lookup("equipment", "({}) * a"),
        "unit of the basin": lookup("basin"),
        "unit of the account": lookup("account"),
        "unit of the indicator": lookup("indicator"),
    }
    return rules.get(table.base, lambda _: table.base)


def _known_unit(row: Mapping[str, object], units: Units) -> str | None:
    """Unit of a factor that the equations know; None for a free one."""
    known = BY_KIND_AND_NAME.get((str(row["kind"]), str(row["factor"])))
    return None if known is None else base_unit(known, units.currency)


def _range_hint(value: float, low: float, high: float) -> str:
    for factor, name in ((1e3, "1000"), (1e-3, "1/1000"), (1e4, "10 000 (万)"), (1e-4, "1/10 000")):
        if low <= value * factor <= high:
            return Words(
                f"times {name} it would lie inside: a unit one class off, such as kWh for MWh? ", f"乘以 {name} 后落入范围：单位是否差了一级，如 kWh 误作 MWh？"
            )
    return ""


def convert(rows: list[Row], table: Table, units: Units, to_base: BaseUnit, problems: Problems) -> None:
    """Turn value, low and high into base units and `unit` into the base unit, in place; the range is checked."""
    if not table.base:
        return
    factors: dict[tuple[str, str], float | Problem] = {}
    for row in rows:
        value, low, high, unit = row["value"], row["low"], row["high"], row["unit"]
        if value is None or low is None or high is None or unit is None:
            continue
        if not low <= value <= high:
            place = Place(row[FILE], row[LINE])
            problems.add(OUT_OF_RANGE.at(place, value=value, unit=unit, low=low, high=high, hint=_range_hint(value, low, high)))
        base = to_base(row) or unit
        if (unit, base) not in factors:
            factors[unit, base] = units.convert(1.0, unit, base, Place(), f"{table.name}.value")
        factor = factors[unit, base]
        if isinstance(factor, Problem):
            problems.add(replace(factor, place=Place(row[FILE], row[LINE])))
        else:
            row.update(value=value * factor, low=low * factor, high=high * factor, unit=base)


def check_signs(rows: list[Row], table: Table, problems: Problems) -> None:
    """A problem for every number that must not be negative and is."""
    names = [name for name in _ALSO_NON_NEGATIVE if name in table.names and table.names[name].kind == "number"]
    if table.name in _NON_NEGATIVE:
        names.append("value")
    for row in rows if names else ():
        for name in names:
            if row[name] is not None and row[name] < 0:
                problems.add(NEGATIVE.at(Place(row[FILE], row[LINE]), what=f"{table.name}.{name}", value=row[name]))


def frame_of(rows: list[Row], table: Table) -> pd.DataFrame:
    """Rows as a frame with the columns of the table, `_file` and `_line`; cells stay as they are."""
    columns = [*table.names, FILE, LINE]
    cells = np.fromiter((row[name] for row in rows for name in columns), dtype=object, count=len(rows) * len(columns))
    return pd.DataFrame(cells.reshape(len(rows), len(columns)), columns=columns, dtype=object)


def table_files(folder: Path, name: str) -> list[Path]:
    """The CSV files of a table: `<name>.csv`, then the parts in `<name>/`."""
    single, parts = folder / f"{name}.csv", folder / name
    return ([single] if single.exists() else []) + (sorted(parts.glob("*.csv")) if parts.is_dir() else [])


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as dictionaries by column name."""
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*(frame[name].tolist() for name in names), strict=True)]
