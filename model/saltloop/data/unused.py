"""What a pack carries and nothing uses: sources, processes, commodities, observations, and facts of the documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from saltloop.data.pack import Pack
from saltloop.data.schema import TABLES
from saltloop.errors import Words

COLUMNS = ["kind", "name", "reason_en", "reason_zh"]
_MENTION = re.compile(r"\b(\w+):\s*([\d;,\s\-–]+)")
_ENDING = re.compile(r"\d+$")
_LINES = re.compile(r"(\d+)(?:\s*[-–]\s*(\d+))?")
_LONGEST_RANGE = 60

NO_ROW = Words("no row names it as its source", "没有行以其为来源")
NO_CAPACITY = Words("no site has capacity of it", "各地点均无产能")
NO_USE = Words("no recipe, market, basin, link or disposal names it", "配方、市场、资源体、运输和处置均未涉及")
NOT_COMPARED = Words("not comparable, kept for reference", "不可比，仅供参考")
OTHER_YEAR = Words("its year is no base year of the pack", "年份不是本包的基准年")
NOT_CITED = Words("no row cites its document and line", "没有行引用其文件和行号")


def unused(pack: Pack) -> pd.DataFrame:
    """Everything that the pack carries and nothing uses; columns are COLUMNS.

    A fact counts as used where a row cites one of its lines: by source and locator, or as `doc001:545` or `001:545` in a locator or
    note. Facts with a reason (`why_not`) are listed with it.
    """
    found: list[tuple[str, str, str, str]] = []
    for kind, name, reason in (*_sources(pack), *_processes(pack), *_commodities(pack), *_observations(pack)):
        found.append((kind, name, str(reason), reason.zh))
    cited = cited_lines(pack)
    for row in pack.rows("facts"):
        if not any((row["source"], line) in cited for line in row["lines"].split()):
            why = row["why_not"]
            found.append(("fact" if why is None else "fact left out", row["fact"], why or str(NOT_CITED), why or NOT_CITED.zh))
    return pd.DataFrame(found, columns=COLUMNS)


def cited_lines(pack: Pack) -> set[tuple[str, str]]:
    """Documents with the lines that rows of the pack cite; the facts themselves do not count."""
    found: set[tuple[str, str]] = set()
    sources = {name: source for source in (row["source"] for row in pack.rows("sources")) for name in (source, *_ENDING.findall(source))}
    for table in TABLES:
        if table.name not in ("facts", "sources", "conflicts") and "source" in table.names:
            for row in pack.rows(table.name):
                found.update((row["source"], line) for line in _numbers(row.get("locator") or ""))
                for text in (row.get("locator"), row.get("note"), row.get("reason")):
                    found.update(_mentioned(text or "", sources))
    return found


def _mentioned(text: str, sources: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Documents and lines written as source:545 in a text; a source may be named by the digits at its end."""
    for name, lines in _MENTION.findall(text):
        for line in _numbers(lines) if name in sources else ():
            yield sources[name], line


def _numbers(text: str) -> Iterator[str]:
    """Whole numbers of a text, ranges filled in."""
    for first, last in _LINES.findall(text):
        yield first
        if last and 0 < int(last) - int(first) <= _LONGEST_RANGE:
            yield from map(str, range(int(first) + 1, int(last) + 1))


Found = Iterator[tuple[str, str, Words]]


def _sources(pack: Pack) -> Found:
    cited = {row["source"] for table in TABLES if table.name != "sources" and "source" in table.names for row in pack.rows(table.name)}
    for row in pack.rows("sources"):
        if row["source"] not in cited:
            yield "source", row["source"], NO_ROW


def _processes(pack: Pack) -> Found:
    standing = {row["equipment"] for row in pack.rows("capacities")}
    shared: dict[str, set[str]] = {}
    for row in pack.rows("uses"):
        shared.setdefault(row["process"], set()).add(row["equipment"])
    for row in pack.rows("processes"):
        if not shared.get(row["process"], {row["process"]}) & standing:
            yield "process", row["process"], NO_CAPACITY


def _commodities(pack: Pack) -> Found:
    tables = ("recipes", "basin_supplies", "market_tiers", "demands", "disposals")
    named = {row["commodity"] for table in tables for row in pack.rows(table)} | {row["reference"] for row in pack.rows("processes")}
    for row in pack.rows("commodities"):
        if row["commodity"] not in named:
            yield "commodity", row["commodity"], NO_USE


def _observations(pack: Pack) -> Found:
    base_years = pack.about.get("base_years") or []
    for row in pack.rows("observations"):
        name = f"{row['area']} {row['kind']} {row['item']} {int(row['year'])}"
        if row["kind"] == "other" or row["compares"] == "none":
            yield "observation", name, NOT_COMPARED
        elif int(row["year"]) not in base_years:
            yield "observation", name, OTHER_YEAR


def counts(found: pd.DataFrame) -> dict[str, Any]:
    """How many of each kind, in the order met."""
    return {str(kind): len(own) for kind, own in found.groupby("kind", sort=False)}
