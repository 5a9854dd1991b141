"""A coefficient stands once: what packs share lies in the pack that they build on, and an override says something else than what it replaces."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from saltloop.data.read import read_rows, table_files, typed_rows
from saltloop.data.schema import BY_NAME, TABLES, Table
from saltloop.errors import Problems
from saltloop.units import Units

DATA = Path(__file__).parents[2] / "data"
# Rows of these tables belong to no place unless a column of PLACES is filled.
PLACELESS = ("compositions", "recipes", "uses", "factors", "prices")
PLACES = ("market", "site")
UNITS = Units("CNY")
REGIONAL_KINDS = {"basin", "link", "market"}

Key = tuple[Any, ...]
Number = tuple[float, str, float, float, tuple[Any, ...]]
# What every number has beside it; any other column of its table says something of its own.
BESIDE = {"value", "unit", "low", "high", "grade", "source", "locator", "note", "override"}


def lineage(folder: Path) -> list[Path]:
    """The pack and all that it builds on, the oldest first."""
    parents = yaml.safe_load((folder / "pack.yaml").read_text(encoding="utf-8"))["builds_on"]
    found = [ancestor for parent in parents for ancestor in lineage(folder.parent / parent)]
    return [*dict.fromkeys(found), folder]


@cache
def own_rows(folder: Path, table: Table) -> list[dict[str, Any]]:
    """The rows that the pack itself writes."""
    problems, found = Problems(), list[dict[str, Any]]()
    for path in table_files(folder, table.name):
        rows = read_rows(table, path, path.name, problems)
        found += typed_rows(rows, problems) if rows is not None else ()
    assert [problem.text() for problem in problems.found] == []
    return found


def numbers(folder: Path, table: Table, *, placeless: bool = False) -> dict[Key, Number]:
    """Value, unit, low, high and what else the row says, by key."""
    said = [name for name in table.names if name not in BESIDE and name not in table.key]
    return {
        tuple(row[column] for column in table.key): (row["value"], row["unit"], row["low"], row["high"], tuple(row.get(name) for name in said))
        for row in own_rows(folder, table)
        if not placeless or not (row.get("kind") in REGIONAL_KINDS or any(row.get(column) for column in PLACES))
    }


def same(first: Number, second: Number) -> bool:
    """Two numbers with their ranges, whatever the unit they are written in, that say the same."""
    factor = UNITS.factor(first[1], second[1])
    return (
        factor is not None
        and first[4] == second[4]
        and all(a * factor == pytest.approx(b, rel=1e-9) for a, b in ((first[0], second[0]), (first[2], second[2]), (first[3], second[3])))
    )


def idle_overrides(folder: Path) -> list[str]:
    """Overrides that repeat the number of the row that they replace."""
    found = []
    for table in (table for table in TABLES if "low" in table.names):
        marked = {tuple(row[column] for column in table.key) for row in own_rows(folder, table) if row["override"] == "yes"}
        older: dict[Key, Number] = {}
        for ancestor in lineage(folder)[:-1] if marked else []:
            older |= numbers(ancestor, table)
        found += [f"{table.name}: {key}" for key, number in numbers(folder, table).items() if key in marked and same(number, older[key])]
    return found


def told_twice(first: Path, second: Path) -> list[str]:
    """Numbers of no place that two packs on one foundation both write, with the same value."""
    found = []
    for table in (BY_NAME[name] for name in PLACELESS):
        ours, theirs = numbers(first, table, placeless=True), numbers(second, table, placeless=True)
        found += [f"{table.name}: {key}" for key in ours.keys() & theirs.keys() if same(ours[key], theirs[key])]
    return found


FOLDERS = sorted(path.parent for path in DATA.glob("*/pack.yaml"))
BUILT = [folder for folder in FOLDERS if len(lineage(folder)) > 1]
SIBLINGS = [(a, b) for a, b in combinations(BUILT, 2) if a not in lineage(b) and b not in lineage(a) and set(lineage(a)) & set(lineage(b))]


@pytest.mark.parametrize("folder", BUILT, ids=lambda folder: folder.name)
def test_an_override_says_something_else(folder: Path) -> None:
    assert idle_overrides(folder) == []


def test_no_number_stands_in_two_packs() -> None:
    assert [(a.name, b.name, rows) for a, b in SIBLINGS if (rows := told_twice(a, b))] == []


def test_what_belongs_to_no_place_lies_in_the_library() -> None:
    """National prices, recipes and compositions are shared; a region pack adds what its own processes and markets need."""
    library = DATA / "library"
    assert numbers(library, BY_NAME["prices"], placeless=True)
    assert not [row for row in own_rows(library, BY_NAME["prices"]) if any(row[column] for column in PLACES)]
    assert numbers(DATA / "qaidam", BY_NAME["prices"], placeless=True) == {}


HEADER = "commodity,market,site,year,value,unit,low,high,grade,source,locator,note,override\n"


def write(folder: Path, builds_on: list[str], prices: str) -> Path:
    """A pack of prices alone, enough to compare."""
    folder.mkdir()
    (folder / "pack.yaml").write_text(yaml.safe_dump({"name": folder.name, "builds_on": builds_on}), encoding="utf-8")
    (folder / "prices.csv").write_text(HEADER + prices, encoding="utf-8")
    return folder


def test_the_comparison_finds_what_it_looks_for(tmp_path: Path) -> None:
    """2,000 CNY/t against 2 千元/t is the same; 2,100 is not; a market's own price belongs to its pack."""
    write(tmp_path / "base", [], "salt,,,2020,2000,CNY/t,1900,2100,D,books,,,\n")
    repeats = write(tmp_path / "repeats", ["base"], "salt,,,2020,0.2,万元/t,0.19,0.21,D,books,,,yes\nlime,,,2020,300,CNY/t,200,400,D,books,,,\n")
    differs = write(
        tmp_path / "differs",
        ["base"],
        "salt,,,2020,2100,CNY/t,1900,2200,D,books,,,yes\nlime,,,2020,300,CNY/t,200,400,D,books,,,\nlime,town,,2020,310,CNY/t,200,400,D,books,,,\n",
    )
    assert lineage(differs) == [tmp_path / "base", differs]
    assert [text.split(":")[0] for text in idle_overrides(repeats)] == ["prices"]
    assert idle_overrides(differs) == []
    assert [text.startswith("prices: ('lime', None, None") for text in told_twice(repeats, differs)] == [True]
