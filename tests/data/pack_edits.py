"""Copies of the toy pack with a few cells changed."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from saltloop.data.schema import BY_NAME

TOY = Path(__file__).parents[1] / "packs" / "toy"
QUANTITY = {"value": "1", "unit": "1", "grade": "D", "source": "invented"}


def copy_of_toy(folder: Path) -> Path:
    shutil.copytree(TOY, folder / "toy")
    return folder / "toy"


def read(pack: Path, table: str) -> list[dict[str, str]]:
    path = pack / f"{table}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write(pack: Path, table: str, rows: list[dict[str, str]]) -> None:
    names = [name for name in BY_NAME[table].names if name != "override"]
    with (pack / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: row.get(name, "") for name in names} for row in rows)


def _is_at(row: dict[str, str], key: list[str]) -> bool:
    return all(word in row.values() for word in key)


def _around(cells: dict[str, str]) -> dict[str, str]:
    """Cells with a range that holds the value, unless one is given."""
    return {"low": cells["value"], "high": cells["value"], **cells} if "value" in cells else cells


def change(pack: Path, table: str, key: list[str], cells: dict[str, object]) -> None:
    """Change cells of the one row that holds all words of a key."""
    rows = read(pack, table)
    found = [row for row in rows if _is_at(row, key)]
    if len(found) != 1:
        raise ValueError(f"{len(found)} rows of {table} hold {key}")
    found[0].update(_around({name: str(cell) for name, cell in cells.items()}))
    write(pack, table, rows)


def drop(pack: Path, table: str, key: list[str]) -> None:
    """Take the rows out that hold all words of a key."""
    rows = read(pack, table)
    kept = [row for row in rows if not _is_at(row, key)]
    if len(kept) == len(rows):
        raise ValueError(f"no row of {table} holds {key}")
    write(pack, table, kept)


def add(pack: Path, table: str, cells: dict[str, object]) -> None:
    """Append a row; what a number must have beside it is filled in."""
    given = {name: str(cell) for name, cell in cells.items()}
    titles = {name: "x" for name in ("title_en", "title_zh") if name in BY_NAME[table].names}
    filled = {**titles, **(QUANTITY if BY_NAME[table].base else {}), **given}
    write(pack, table, [*read(pack, table), _around(filled)])


def edit(pack: Path, edits: list[dict[str, object]]) -> None:
    """Apply edits as the YAML lists of these tests write them: {table, at, set}, {table, drop} or {table, add}."""
    for each in edits:
        table = str(each["table"])
        if "set" in each:
            change(pack, table, each["at"], each["set"])  # type: ignore[arg-type]
        elif "drop" in each:
            drop(pack, table, each["drop"])  # type: ignore[arg-type]
        else:
            add(pack, table, each["add"])  # type: ignore[arg-type]
