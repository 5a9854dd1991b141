"""The numbers of a pack that a programme may rest on, where in the programme each of them can show, and the pack with some of them moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from saltloop.data.pack import Pack
from saltloop.data.read import FILE, LINE, nearest
from saltloop.data.schema import BY_NAME
from saltloop.errors import Place, Problems, message
from saltloop.formulation.case import Case, commodities_by_word

NO_TABLE = message(
    "R140",
    ("no table '{table}' whose numbers enter a plan", "没有进入规划的数值表“{table}”"),
    ("tables: {known}.{hint}", "可用表：{known}。{hint}"),
)
WEAK = ("C", "D")
Label = tuple[str, ...]
Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Datum:
    """One number of a pack with a range.

    Args:
        table: that holds it.
        position: of its row in the frame of the table.
        key: the key of the row in words.
        value, low, high: in `unit`.
        unit: base unit.
        grade: A to D.
        source: id of the source.
        place: file:line.
        channel: the kind of lines in which alone it can show; empty: in any.
        reach: labels of the lines in which it can show.
    """

    table: str
    position: int
    key: str
    value: float
    low: float
    high: float
    unit: str
    grade: str
    source: str
    place: str
    channel: str
    reach: frozenset[Label]

    @property
    def width(self) -> float:
        """Highest less lowest."""
        return self.high - self.low


def data_of(case: Case, grades: tuple[str, ...] = WEAK, tables: tuple[str, ...] = ()) -> tuple[Datum, ...]:
    """Every number with a range and one of these grades in the tables that equations rest on.

    Args:
        case: a pack seen through a scenario.
        grades: which.
        tables: whose; empty: all.

    Raises:
        InputError: R140, a table that no equation rests on.
    """
    where = _Where(case)
    known = sorted(where.tables)
    problems = Problems([NO_TABLE.at(Place(), table=name, known=", ".join(known), hint=nearest(name, known)) for name in tables if name not in known])
    problems.stop_if_any()
    found = []
    for table, reach in where.tables.items():
        if tables and table not in tables:
            continue
        for position, row in enumerate(case.pack.rows(table)):
            if row["grade"] in grades and row["high"] > row["low"]:
                channel, labels = reach(row)
                found.append(_datum(table, position, row, channel, frozenset(labels)))
    return tuple(found)


def _datum(table: str, position: int, row: Row, channel: str, reach: frozenset[Label]) -> Datum:
    key = " / ".join(f"{row[name]:g}" if isinstance(row[name], float) else str(row[name]) for name in BY_NAME[table].key if row[name] is not None)
    value, low, high = float(row["value"]), float(row["low"]), float(row["high"])
    return Datum(table, position, key, value, low, high, row["unit"], row["grade"], row["source"], f"{row[FILE]}:{row[LINE]}", channel, reach)


def moved(pack: Pack, values: Mapping[Datum, float]) -> Pack:
    """The pack with other values at some of its numbers.

    Args:
        pack: tables in base units.
        values: in the unit of each datum.
    """
    by_table: dict[str, dict[int, float]] = defaultdict(dict)
    for datum, value in values.items():
        by_table[datum.table][datum.position] = value
    for table, changes in by_table.items():
        frame = pack.tables[table].copy()
        column = frame["value"].to_numpy(dtype=float, copy=True)
        column[list(changes)] = list(changes.values())
        pack = pack.with_table(table, frame.assign(value=column))
    return pack


Reach = tuple[str, Iterator[Label]]


class _Where:
    """For each table, in which lines of a programme a row of it can show: a channel (process, equipment, market, ...) and labels within it.

    A label is made of what the channel names: a process, a site with an equipment, a market with a commodity, a link, a route with a commodity, ...
    """

    def __init__(self, case: Case) -> None:
        self.words = commodities_by_word(case.pack)
        self.users: dict[str, set[str]] = defaultdict(set)
        for process, commodity in case.coefficient:
            self.users[commodity].add(process)
        self.links: dict[str, list[str]] = defaultdict(list)
        for name, link in case.links.items():
            self.links[link.mode].append(name)
        self.markets: dict[str, set[str]] = defaultdict(set)
        for _, commodity, market, _ in (*case.purchases, *case.sales):
            self.markets[commodity].add(market)
        for _, market, commodity, _ in case.demand:
            self.markets[commodity].add(market)
        self.sites: dict[str, list[str]] = defaultdict(list)
        for site, equipment in case.equipment:
            self.sites[equipment].append(site)
        self.tables: dict[str, Callable[[Row], Reach]] = {
            "recipes": lambda r: ("process", iter([(r["process"],)])),
            "uses": lambda r: ("process", iter([(r["process"],)])),
            "factors": self._factor,
            "compositions": lambda r: ("", self._commodity(r["commodity"])),
            "prices": lambda r: ("market", self._trades(r["commodity"], r["market"])),
            "market_tiers": lambda r: ("market", self._trades(r["commodity"], r["market"])),
            "market_access": lambda r: ("market", (label for c in self.words[r["commodity"]] for label in self._trades(c, r["market"]))),
            "demands": lambda r: ("market", iter([(r["market"], r["commodity"])])),
            "disposals": lambda r: ("route", ((r["route"], c) for c in self.words[r["commodity"]])),
            "capacities": lambda r: ("equipment", iter([(r["site"], r["equipment"])])),
            "links": lambda r: ("link", iter([(r["link"],), (f"{r['link']}_back",)])),
            "basin_limits": lambda r: ("basin", iter([(r["basin"],)])),
            "basin_supplies": lambda r: ("basin", iter([(r["basin"],)])),
            "evaporation": lambda r: ("", iter([("site", r["site"])])),
            "land": lambda r: ("land_class", iter([(r["site"], r["land_class"])])),
            "account_terms": lambda r: ("", iter([("account", r["account"])])),
        }

    def _trades(self, commodity: str, market: str | None) -> Iterator[Label]:
        return ((each, commodity) for each in self.markets[commodity] if market in (None, each))

    def _places(self, equipment: str) -> Iterator[Label]:
        return ((site, equipment) for site in self.sites[equipment])

    def _commodity(self, commodity: str) -> Iterator[Label]:
        yield ("commodity", commodity)
        yield from (("process", process) for process in sorted(self.users[commodity]))

    def _factor(self, row: Row) -> Reach:
        kind, item = row["kind"], row["item"]
        if kind == "commodity":
            return "", self._commodity(item)
        if kind == "mode":
            return "link", ((name,) for name in self.links[item])
        if kind == "equipment":
            return "equipment", self._places(item)
        if kind == "link":
            return "link", iter([(item,), (f"{item}_back",)])
        if kind == "market":
            return "market", ((item, c) for c, markets in self.markets.items() if item in markets)
        if kind == "route":
            return "route", ((item, c) for c in self.words["*"])
        return kind, iter([(item,)])
