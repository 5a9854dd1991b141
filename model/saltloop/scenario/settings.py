"""`set`: any number of the pack by its path, changed for one scenario, with a guard against units one class off.

A path is the one that `data.schema` declares for the table, such as `basins.lake.draw_limit` or `processes.plant.electricity`. Where several
rows share it, the rest of the row's key may follow (`prices.soda_ash.2025`); `-` stands for an empty cell. Numbers in columns of their own
have the name of the column at the end (`markets.export.soda_ash.1.volume`, `markets.export.soda_ash.1.2030.volume`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import pandas as pd

from saltloop.data import read
from saltloop.data.pack import Pack
from saltloop.data.read import FILE, LINE
from saltloop.data.relations import plain_unit
from saltloop.data.schema import BY_NAME, TABLES, Table
from saltloop.errors import Place, Problem, Problems, message
from saltloop.units import Units, has_sign, split_quantity

UNKNOWN_PATH = message(
    "S120",
    ("nothing in the pack has the path '{path}': there is no '{part}' under '{above}'", "数据包中没有路径“{path}”：“{above}”下没有“{part}”"),
    ("there: {below}.{hint}", "可用：{below}。{hint}"),
)
TOO_SHORT = message("S132", ("'{path}' names no number: the path goes on", "“{path}”不是数值，路径还有下级"), ("one of: {below}", "其中之一：{below}"))
TOO_LONG = message("S133", ("'{path}' goes too far: '{above}' is a number itself", "“{path}”过长：“{above}”已是数值"), ("write {above}", "请写 {above}"))
SEVERAL = message(
    "S121",
    ("'{path}' names {count} numbers of the pack, which cannot all be set to {text}", "“{path}”对应数据包中 {count} 个数，不能都设为 {text}"),
    ("write a change with its sign, such as -10 %, or one of: {paths}", "请写带符号的变化率（如 -10 %），或写其中之一：{paths}"),
)
CLASS_OFF = message(
    "S122",
    ("{path}: {new} is {times} {direction} than the {old} of the pack ({where})", "{path}：{new} 与数据包的 {old}（{where}）相差 {times}"),
    (
        "it looks like a unit one class off, such as kWh for MWh or t for kt; if it is meant, write it as a change: {change}",
        "像是单位差了一级，如 kWh 误作 MWh、t 误作 kt；确要如此请写成变化率：{change}",
    ),
)
FAR_OFF = message(
    "S123",
    ("{path}: {new} is {times} {direction} than the {old} of the pack ({where})", "{path}：{new} 与数据包的 {old}（{where}）相差 {times}"),
    ("check the unit", "请核对单位"),
    warning=True,
)
BELOW_ZERO = message(
    "S124", ("{path}: a change of {text} turns the number round", "{path}：变化 {text} 会使数值变号"), ("expected -100 % or more", "应不小于 -100 %")
)
NO_SIGN = message(
    "S125",
    ("{path}: '{text}' could be a share or a change", "{path}：“{text}”可能是比率，也可能是变化"),
    ("write a change with its sign, +{text} or -{text}; the number itself is counted in {unit}", "变化请带符号：+{text} 或 -{text}；数值本身以 {unit} 计"),
)
NO_NUMBER = message("S126", ("{path} has no number that could change by {text}", "{path} 没有可按 {text} 变化的数"), ("give an amount", "请给出数值"))

_PLURALS = {
    "process": "processes",
    "equipment": "equipment",
    "commodity": "commodities",
    "basin": "basins",
    "link": "links",
    "mode": "modes",
    "route": "routes",
    "store": "stores",
    "market": "markets",
}
_OWN_COLUMNS = {
    "market_tiers": {"volume": "commodity"},
    "disposals": {"limit": "commodity"},
    "demands": {"unmet_price": "money"},
    "links": {"capacity": "mode"},
    "score_terms": {"at_zero": "indicator", "at_hundred": "indicator"},
}
_UNIT_FROM = {"mode": ("modes", "mode"), "indicator": ("indicators", "indicator")}
_SHARES = ("%", "‰", "percent", "pct", "permille")
_ERROR_FROM, _WARNING_FROM = 100.0, 20.0
_SMALL = 1e-9


@dataclass(frozen=True)
class Change:
    """One number of the pack that a scenario changed.

    Args:
        path: its path as written.
        table: its table.
        text: the setting as written.
        before: the pack's number; None: the cell was empty.
        after: the number that holds now.
        unit: unit of both.
        place: where the scenario says so.
        pack_place: where the pack has it.
    """

    path: str
    table: str
    text: str
    before: float | None
    after: float
    unit: str
    place: Place
    pack_place: Place


@dataclass(frozen=True)
class _Cell:
    """One number of the pack: table, row and column."""

    table: str
    row: int
    column: str


def is_change(text: object, base: str, units: Units) -> bool:
    """Whether a text is a change (a signed share, or 0 %) rather than an amount.

    A share of something counted in a dimensionless unit is the number itself unless it has a sign.
    """
    split = split_quantity(str(text)) if isinstance(text, str) else None
    if split is None or split[1] not in _SHARES:
        return False
    return has_sign(text) or (split[0] == 0 and units.factor("%", base) is None)


def share_of(text: object) -> float:
    """A change as a share: -0.15 for -15 %."""
    value, unit = split_quantity(str(text)) or (0.0, "%")
    return value * (1e-3 if unit in ("‰", "permille") else 1e-2)


def lacks_sign(text: object, base: str, units: Units) -> bool:
    """Whether a text is a share without a sign where only an amount or a change makes sense."""
    split = split_quantity(str(text)) if isinstance(text, str) else None
    return split is not None and split[1] in _SHARES and not is_change(text, base, units) and units.factor("%", base) is None


def plausible(path: str, old: float, new: float, unit: str, pack_place: Place, place: Place) -> Problem | None:
    """A problem if an amount is more than 20 or 100 times away from the pack's number."""
    if abs(old) < _SMALL or abs(new) < _SMALL or old * new < 0:
        return None
    times = max(new / old, old / new)
    if times <= _WARNING_FROM * (1 + _SMALL):
        return None
    kind = CLASS_OFF if times > _ERROR_FROM * (1 + _SMALL) else FAR_OFF
    shown = plain_unit(unit)
    return kind.at(
        place,
        path=path,
        new=f"{new:.6g} {shown}",
        old=f"{old:.6g} {shown}",
        times=f"{float(f'{times:.3g}'):g} ×",
        where=pack_place,
        direction="larger" if abs(new) > abs(old) else "smaller",
        change=f"{(new / old - 1) * 100:+.6g} %",
    )


def apply(pack: Pack, settings: Mapping[str, object], place_of: Callable[[str], Place], problems: Problems) -> tuple[Pack, tuple[Change, ...]]:
    """The pack with the settings of a scenario in it.

    A changed row names the scenario's place, so that a later problem with it points there; its note keeps what the pack said.

    Args:
        pack: in base units.
        settings: path and text.
        place_of: place of a path in the scenario.
        problems: collects what is wrong; such a setting is left out.

    Returns:
        the pack, and what changed, in order.
    """
    if not settings:
        return pack, ()
    job = _Job(pack, _addresses(pack), problems)
    for path, text in settings.items():
        job.set(str(path), text, place_of(path))
    for name, rows in job.rows.items():
        pack = pack.with_table(name, pd.DataFrame(rows, columns=pack.tables[name].columns, dtype=object))
    return pack, tuple(job.changes)


@dataclass
class _Job:
    """Carries settings out one by one, each on what the ones before left."""

    pack: Pack
    addresses: dict[str, list[_Cell]]
    problems: Problems
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)

    def set(self, path: str, text: object, place: Place) -> None:
        """Change every number that a path names."""
        cells = self.addresses.get(path, [])
        if not cells:
            self.problems.add(_unknown(path, list(self.addresses), place))
            return
        first = self._row(cells[0])
        unit = self._unit(cells[0], first)
        if lacks_sign(text, unit, self.pack.units):
            self.problems.add(NO_SIGN.at(place, path=path, text=text, unit=unit))
            return
        if is_change(text, unit, self.pack.units):
            self._change(path, cells, str(text), place)
        elif len(cells) > 1:
            paths = sorted(p for p, found in self.addresses.items() if len(found) == 1 and found[0] in cells)
            self.problems.add(SEVERAL.at(place, path=path, count=len(cells), text=text, paths=", ".join(paths)))
        else:
            self._amount(path, cells[0], text, unit, place)

    def _row(self, cell: _Cell) -> dict[str, Any]:
        if cell.table not in self.rows:
            self.rows[cell.table] = _records(self.pack, cell.table)
        return self.rows[cell.table][cell.row]

    def _unit(self, cell: _Cell, row: Mapping[str, Any]) -> str:
        """Unit in which the number of a cell is kept."""
        kind = _OWN_COLUMNS.get(cell.table, {}).get(cell.column)
        if kind is None:
            return str(row["unit"])
        name, key = _UNIT_FROM.get(kind, ("commodities", "commodity"))
        table = self.pack.tables[name]
        unit = dict(zip(table[key], table["unit"], strict=True)).get(row[key], "1")
        return f"{self.pack.units.currency}/({unit})" if kind == "money" else str(unit)

    def _change(self, path: str, cells: list[_Cell], text: str, place: Place) -> None:
        factor = 1 + share_of(text)
        if factor < 0:
            self.problems.add(BELOW_ZERO.at(place, path=path, text=text))
            return
        for cell in cells:
            row = self._row(cell)
            if row[cell.column] is None:
                self.problems.add(NO_NUMBER.at(place, path=path, text=text))
                continue
            names = ("value", "low", "high") if cell.column == "value" else (cell.column,)
            self._write(path, cell, {name: row[name] * factor for name in names}, text, place)

    def _amount(self, path: str, cell: _Cell, text: object, unit: str, place: Place) -> None:
        value = self.pack.units.quantity(text, unit, place, path)
        if isinstance(value, Problem):
            self.problems.add(value)
            return
        row = self._row(cell)
        old = row[cell.column]
        new = {cell.column: value}
        if cell.column == "value":
            new |= {"low": min(row["low"], value), "high": max(row["high"], value)}
            inside = row["low"] <= value <= row["high"]
        else:
            inside = old is None
        problem = None if inside else plausible(path, old, value, unit, Place(row[FILE], row[LINE]), place)
        self.problems.add(problem)
        self._write(path, cell, new, str(text), place)

    def _write(self, path: str, cell: _Cell, new: Mapping[str, float], text: str, place: Place) -> None:
        row = self._row(cell)
        table = BY_NAME[cell.table]
        changed = {**row, **new}
        problems = Problems()
        read.check_signs([changed], table, problems)
        if problems.errors:
            self.problems.extend(Problem(p.message, place, p.values) for p in problems)
            return
        unit, old = self._unit(cell, row), row[cell.column]
        self.changes.append(Change(path, cell.table, text, old, new[cell.column], unit, place, Place(row[FILE], row[LINE])))
        said = "empty" if old is None else f"{old:.6g} {unit}"
        note = f"set to {text} by the scenario; the pack had {said} ({row[FILE]}:{row[LINE]})"
        row.update(new)
        row.update({FILE: place.file, LINE: place.line})
        if "note" in row:
            row["note"] = f"{row['note']}; {note}" if row["note"] else note


def _records(pack: Pack, table: str) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in pack.tables[table].to_dict("records")]


def _addresses(pack: Pack) -> dict[str, list[_Cell]]:
    """Every path of the pack with the numbers that it names."""
    found: dict[str, list[_Cell]] = defaultdict(list)
    for table in TABLES:
        if table.path:
            for number, row in enumerate(_records(pack, table.name)):
                for path, column in _paths_of(table, row):
                    cell = _Cell(table.name, number, column)
                    if cell not in found[path]:
                        found[path].append(cell)
    return dict(found)


def paths(pack: Pack) -> set[str]:
    """Every path of the pack that `set` can name."""
    return {path for table in TABLES if table.path for row in _records(pack, table.name) for path, _ in _paths_of(table, row)}


def _paths_of(table: Table, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The paths of one row, each with the column that it names: the declared one, and with the rest of the key behind it."""
    words = {name: _word(row[name]) for name in (*table.key, "kind") if name in row}
    if table.name == "factors":
        words["kind"] = _PLURALS[words["kind"]]
    path = table.path.format(**words)
    rest = [_word(row[name]) for name in table.key if f"{{{name}}}" not in table.path]
    for address in sorted({_shortened(path), *_with_rest(path, rest)}):
        yield address, "value"
    literal = re.sub(r"\.[a-z_]+$", "", table.path).format(**words)
    for column in _OWN_COLUMNS.get(table.name, {}):
        for address in sorted(_with_rest(literal, rest)):
            yield f"{address}.{column}", column


def _with_rest(path: str, rest: list[str]) -> set[str]:
    """A path alone, and with the rest of the row's key behind it, with and without its empty cells."""
    return {path, ".".join([path, *rest]), ".".join([path, *(word for word in rest if word != "-")])}


def _word(value: object) -> str:
    if value is None:
        return "-"
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)


def _shortened(path: str) -> str:
    """A path without the empty cells at its end."""
    return re.sub(r"(\.-)+$", "", path)


def _unknown(path: str, known: list[str], place: Place) -> Problem:
    """The problem of an unknown path, told at the level where it fails."""
    parts = path.split(".")
    depth = 0
    while depth < len(parts) and any(k == (head := ".".join(parts[: depth + 1])) or k.startswith(f"{head}.") for k in known):
        depth += 1
    above = ".".join(parts[:depth])
    start = f"{above}." if above else ""
    below = sorted({k.removeprefix(start).split(".")[0] for k in known if k.startswith(start)} - {"-"})
    listed = read.listed_names(below, parts[min(depth, len(parts) - 1)])
    if depth == len(parts):
        return TOO_SHORT.at(place, path=path, below=listed)
    if not below:
        return TOO_LONG.at(place, path=path, above=above)
    close = get_close_matches(parts[depth], below, n=1, cutoff=0.6)
    hint = read.did_you_mean(f"{start}{close[0]}") if close else ""
    return UNKNOWN_PATH.at(place, path=path, part=parts[depth], above=above or "set", below=listed, hint=hint)
