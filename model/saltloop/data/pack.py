"""Packs: folders of tables that describe a region or a library, composed without writing a coefficient twice."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from saltloop.data import read
from saltloop.data.about import About, check_names, read_about
from saltloop.data.read import FILE, LINE, Row, nearest, records
from saltloop.data.schema import BY_NAME, TABLES, Table
from saltloop.errors import InputError, Place, Problem, Problems, Words, message
from saltloop.units import Units, units_of

NOT_FOUND = message(
    "D120",
    ("no data pack '{name}'", "找不到数据包“{name}”"),
    (
        "looked in: {looked}. Name a folder that holds pack.yaml, or say --data FOLDER.{hint}",
        "查找过：{looked}。请给出含 pack.yaml 的文件夹，或用 --data 指定。{hint}",
    ),
)
UNKNOWN_FILE = message(
    "D122",
    ("'{name}' is not a table of a pack", "“{name}”不是数据包的表"),
    ("rename or remove it; tables: {known}.{hint}", "请改名或移走；可用表：{known}。{hint}"),
)
MISSING_TABLE = message(
    "D123",
    ("table '{table}' is missing or has no rows: {meaning}", "缺少表“{table}”或表中无行：{meaning}"),
    ("add {table}.csv with at least one row, in this pack or in one that it builds on", "请在本包或其依赖包中加入至少一行的 {table}.csv"),
)
DUPLICATE = message(
    "D124",
    ("'{key}' stands twice in table '{table}' (first at {first})", "表“{table}”中“{key}”重复（首次在 {first}）"),
    (
        "remove one; to replace the row of a pack that this one builds on, write yes in the column override",
        "请删去一行；若要替换依赖包的行，请在 override 列填 yes",
    ),
)
NOTHING_TO_OVERRIDE = message(
    "D125",
    ("override: '{key}' does not stand in a pack that this one builds on", "override：依赖包中没有“{key}”"),
    ("remove the yes, or correct the key", "请去掉 yes 或改正键"),
)
UNKNOWN_REFERENCE = message(
    "D126",
    ("'{name}' in column '{column}' is not in table {what}", "“{column}”列的“{name}”不在表 {what} 中"),
    ("add it there or correct the name.{hint}", "请加入该表或改正名称。{hint}"),
)
CIRCULAR_PACKS = message(
    "D127", ("packs build on each other in a circle: {chain}", "数据包循环依赖：{chain}"), ("take one out of builds_on", "请从 builds_on 中去掉一个")
)


@dataclass(frozen=True)
class Pack:
    """All tables of a pack and of those it builds on, in base units.

    Args:
        name: folder name.
        folder: where it lies.
        about: pack.yaml as written.
        units: its registry.
        tables: by name, a frame with the columns of the schema and `_file`, `_line`; absent tables are empty frames.
        hashes: sha256 of every file read, by path relative to the folder that holds the packs.
    """

    name: str
    folder: Path
    about: dict[str, Any]
    units: Units
    tables: dict[str, pd.DataFrame]
    hashes: dict[str, str]
    _rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False, compare=False)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of a table as dictionaries; made once, not to be changed."""
        if name not in self._rows:
            self._rows[name] = read.records(self.tables[name])
        return self._rows[name]

    def titles(self, *names: str) -> dict[str, tuple[str, str]]:
        """English and Chinese title of what the tables list, by its key, the first column."""
        frames = [self.tables[name] for name in names]
        return {key: (en, zh) for frame in frames for key, en, zh in zip(frame[frame.columns[0]], frame["title_en"], frame["title_zh"], strict=True)}

    def with_table(self, name: str, frame: pd.DataFrame) -> Pack:
        """The same pack with one table exchanged."""
        return replace(self, tables={**self.tables, name: frame}, _rows={k: v for k, v in self._rows.items() if k != name})

    def role(self, name: str, default: str) -> str:
        """The account that plays a part in the rules: charges, transfers."""
        return str(self.about.get("roles", {}).get(name, default))


def places_to_look(start: Path | None, data: str | None) -> list[Path]:
    """Folders that may hold packs: --data or SALTLOOP_DATA, the nearest `data/` above start, the copy in the wheel."""
    given = data or os.environ.get("SALTLOOP_DATA")
    places = [Path(given)] if given else []
    if start is not None:
        here = start.resolve()
        places += [folder / "data" for folder in (here, *here.parents) if (folder / "data").is_dir()][:1]
    shipped = Path(str(resources.files("saltloop"))) / "packs"
    return places + ([shipped] if shipped.is_dir() else [])


def locate(name: str, start: Path | None = None, data: str | None = None) -> Path:
    """The folder of a pack.

    Args:
        name: a path to a folder with pack.yaml, or the name of a pack.
        start: file or folder above which `data/` is looked for.
        data: folder that holds packs, named by the user.

    Raises:
        InputError: D120, with the places looked in.
    """
    places = places_to_look(start, data)
    candidates = [Path(name), *(place / name for place in places)]
    for candidate in candidates:
        if (candidate / "pack.yaml").is_file():
            return candidate
    known = [about.parent.name for place in places for about in sorted(place.glob("*/pack.yaml"))]
    raise InputError(NOT_FOUND.at(Place(), name=name, looked=", ".join(str(c) for c in candidates), hint=nearest(name, known)))


def _read_about(folder: Path) -> About:
    return read_about(folder / "pack.yaml", _shown(folder / "pack.yaml"))


def _lineage(folder: Path, chain: tuple[str, ...] = ()) -> dict[Path, About]:
    """The folder of a pack after those that it builds on, each with its pack.yaml."""
    about = _read_about(folder)
    if folder.name in chain:
        raise InputError(CIRCULAR_PACKS.at(about.place("builds_on"), chain=" -> ".join((*chain, folder.name))))
    found: dict[Path, About] = {}
    for parent in about.data.get("builds_on") or []:
        ancestors = _lineage(_parent(parent, folder, about), (*chain, folder.name))
        found |= {each: own for each, own in ancestors.items() if each not in found}
    return {**found, folder: about}


def _parent(name: str, folder: Path, about: About) -> Path:
    """The folder of a pack that another one builds on; if there is none, the line that names it is told."""
    try:
        return locate(name, folder.parent, str(folder.parent))
    except InputError as error:
        raise InputError(Problems([Problem(p.message, about.place("builds_on"), p.values) for p in error.problems])) from error


def _shown(path: Path) -> str:
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def _unknown_files(folder: Path) -> list[Problem]:
    known = [t.name for t in TABLES]
    names = [p for p in sorted(folder.iterdir()) if (p.suffix == ".csv" or p.is_dir()) and not p.name.startswith((".", "_"))]
    return [UNKNOWN_FILE.at(Place(_shown(p)), name=p.name, known=", ".join(known), hint=nearest(p.stem, known)) for p in names if p.stem not in BY_NAME]


def _merge(merged: dict[tuple[Any, ...], Row], newer: list[Row], table: Table, problems: Problems) -> None:
    """Add the rows of a pack to those of the packs that it builds on; a row marked override takes the place of the older one with its key."""
    own: set[tuple[Any, ...]] = set()
    keys = zip(*([row[name] for row in newer] for name in table.key), strict=True)
    for key, row in zip(keys, newer, strict=True):
        replaces = row["override"] == "yes"
        if key in own or (key in merged) != replaces:
            place, shown = Place(row[FILE], row[LINE]), ", ".join("-" if part is None else str(part) for part in key)
            first = merged.get(key)
            problems.add(
                NOTHING_TO_OVERRIDE.at(place, key=shown)
                if first is None
                else DUPLICATE.at(place, key=shown, table=table.name, first=f"{first[FILE]}:{first[LINE]}")
            )
        merged[key] = row
        own.add(key)


def _read_table(table: Table, folders: list[Path], problems: Problems, hashes: dict[str, str]) -> list[Row]:
    merged: dict[tuple[Any, ...], Row] = {}
    for folder in folders:
        newer: list[Row] = []
        for path in read.table_files(folder, table.name):
            rows = read.read_rows(table, path, _shown(path), problems)
            if rows is not None:
                hashes[path.relative_to(folder.parent).as_posix()] = rows.digest
                newer += read.typed_rows(rows, problems)
        _merge(merged, newer, table, problems)
    return list(merged.values())


def _ids(tables: dict[str, list[Row]]) -> dict[str, set[str]]:
    """The ids that each table declares."""
    named = {table.name: next((c.name for c in table.columns if c.kind == "id"), None) for table in TABLES}
    return {name: {row[column] for row in tables[name] if row[column] is not None} for name, column in named.items() if column is not None}


def _unknown_references(tables: dict[str, list[Row]]) -> list[Problem]:
    ids, problems = _ids(tables), []
    for table in TABLES:
        for column in (c for c in table.names.values() if c.kind == "reference"):
            tables_meant = column.refers.split("|")
            known, what = set().union(*(ids[name] for name in tables_meant)), Words(" or ".join(tables_meant), "或 ".join(tables_meant))
            unknown = {row[column.name] for row in tables[table.name]} - known - {None}
            for row in tables[table.name] if unknown else ():
                name = row[column.name]
                if name in unknown:
                    problems.append(
                        UNKNOWN_REFERENCE.at(Place(row[FILE], row[LINE]), what=what, name=name, column=column.name, hint=nearest(str(name), sorted(known)))
                    )
    return problems


def capacity_units(tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Capacity unit by equipment, own equipment of processes included."""
    return _capacity_units({name: records(tables[name]) for name in ("commodities", "processes", "equipment")})


def _capacity_units(tables: dict[str, list[Row]]) -> dict[str, str]:
    commodity = {row["commodity"]: row["unit"] for row in tables["commodities"]}
    own = {row["process"]: row["capacity_unit"] or f"{commodity.get(row['reference'], '1')}/a" for row in tables["processes"]}
    return {**own, **{row["equipment"]: row["capacity_unit"] for row in tables["equipment"]}}


def _convert_all(tables: dict[str, list[Row]], units: Units, problems: Problems) -> None:
    def unit_by(name: str, key: str) -> dict[str, str]:
        return {row[key]: row["unit"] for row in tables[name]}

    unit_of = {
        "commodity": unit_by("commodities", "commodity"),
        "equipment": _capacity_units(tables),
        "basin": unit_by("basins", "basin"),
        "account": unit_by("accounts", "account"),
        "indicator": unit_by("indicators", "indicator"),
    }
    for table in TABLES:
        read.check_signs(tables[table.name], table, problems)
        read.convert(tables[table.name], table, units, read.base_unit_of(table, units, unit_of), problems)


def load(folder: Path) -> Pack:
    """Read a pack and those it builds on.

    Args:
        folder: holds pack.yaml, as `locate` finds it.

    Returns:
        the pack in base units, every cell typed, every reference known, no key twice.

    Raises:
        InputError: with every problem of every file.
    """
    lineage, problems, hashes = _lineage(folder), Problems(), dict[str, str]()
    about = lineage[folder]
    currency, extra = str(about.data["currency"]), dict[str, str]()
    units = Units(currency)
    for each, own in lineage.items():
        if own.data.get("units"):
            extra |= {str(k): str(v) for k, v in own.data["units"].items()}
            units = units_of(currency, extra, own.place("units"))
        problems.extend(_unknown_files(each))
        hashes[f"{each.name}/pack.yaml"] = hashlib.sha256((each / "pack.yaml").read_bytes()).hexdigest()
    tables = {table.name: _read_table(table, list(lineage), problems, hashes) for table in TABLES}
    if any(p.message in read.STRUCTURAL for p in problems):
        problems.stop_if_any()
    for table in TABLES:
        if table.required and not tables[table.name]:
            problems.add(MISSING_TABLE.at(Place(_shown(folder)), table=table.name, meaning=Words(*table.meaning)))
    ids = _ids(tables)
    check_names(about, ids["areas"], ids["accounts"], problems)
    return assemble(Pack(folder.resolve().name, folder, about.data, units, {}, hashes), tables, problems)


def assemble(pack: Pack, tables: dict[str, list[Row]], problems: Problems) -> Pack:
    """A pack without tables, given its typed rows: references looked up, quantities converted.

    Args:
        pack: name, folder, about, units and hashes.
        tables: rows of every table of the schema, as `read.typed_rows` gives them; changed in place.
        problems: found while reading.

    Raises:
        InputError: with every problem.
    """
    problems.extend(_unknown_references(tables))
    problems.stop_if_any()
    _convert_all(tables, pack.units, problems)
    problems.stop_if_any()
    frames = {table.name: read.frame_of(tables[table.name], table) for table in TABLES}
    return replace(pack, tables=frames, _rows=dict(tables))
