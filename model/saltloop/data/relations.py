"""What the tables of a pack say together: who makes what, what reaches where, which row wins.

Built once per check, all of it dictionaries, so that no check scans a table inside another scan.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from saltloop.data.chemistry import content
from saltloop.data.pack import Pack, capacity_units
from saltloop.data.read import FILE, LINE
from saltloop.errors import Place

Row = Mapping[str, Any]
Spot = tuple[str, str]


def place_of(row: Row) -> Place:
    """Where a row stands."""
    return Place(row[FILE], row[LINE])


def plain_unit(unit: str) -> str:
    """A unit for readers: brackets around a single name after a stroke left out."""
    return re.sub(r"/\((\w+)\)", r"/\1", unit)


@dataclass(frozen=True)
class Connection:
    """A link in one direction.

    Args:
        name: id, with `_back` for the way back.
        origin: site where it starts.
        destination: site where it ends.
        mode: way of transport.
        distance: km.
        passes_through: what arrives may go on by the same kind of link.
        is_limited: it has a capacity.
    """

    name: str
    origin: str
    destination: str
    mode: str
    distance: float
    passes_through: bool
    is_limited: bool


@dataclass(frozen=True)
class Relations:
    """A pack seen from the side of its things; every property is worked out once, when first asked for."""

    pack: Pack

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table."""
        return self.pack.rows(table)

    def is_own(self, row: Row) -> bool:
        """Whether a row stands in the pack itself and not in one that it builds on."""
        file = row[FILE]
        if file not in self._own_files:
            self._own_files[file] = Path(file).resolve().is_relative_to(self.pack.folder.resolve())
        return self._own_files[file]

    @cached_property
    def _own_files(self) -> dict[str, bool]:
        return {}

    def by(self, table: str, key: str) -> dict[str, dict[str, Any]]:
        """The rows of a table by id."""
        return {row[key]: row for row in self.rows(table)}

    @cached_property
    def unit(self) -> dict[str, str]:
        """Unit by commodity."""
        return {row["commodity"]: row["unit"] for row in self.rows("commodities")}

    @cached_property
    def words(self) -> dict[str, dict[str, frozenset[str]]]:
        """By kind and id, the words that select the thing: its id, its tags and what the accounts also know it by."""

        def own(table: str, key: str) -> dict[str, frozenset[str]]:
            return {row[key]: frozenset((row[key], *row["tags"])) for row in self.rows(table)}

        classes = {
            row[key]: row["land_class"]
            for table, key in (("processes", "process"), ("equipment", "equipment"))
            for row in self.rows(table)
            if row["land_class"]
        }
        equipment = {
            u: words | ({f"on_{classes[u]}"} if u in classes else set())
            for u, words in {**own("processes", "process"), **own("equipment", "equipment")}.items()
        }
        modes, kinds = own("modes", "mode"), {row["route"]: row["kind"] for row in self.rows("routes")}
        return {
            "commodity": own("commodities", "commodity"),
            "process": own("processes", "process"),
            "equipment": equipment,
            "basin": own("basins", "basin"),
            "market": own("markets", "market"),
            "mode": modes,
            "route": {r: words | {kinds[r]} for r, words in own("routes", "route").items()},
            "link": {link.name: modes[link.mode] | {link.name} for link in self.connections},
        }

    @cached_property
    def _selections(self) -> dict[str, dict[str, frozenset[str]]]:
        found: dict[str, dict[str, frozenset[str]]] = {}
        for kind, things in self.words.items():
            by_word: dict[str, set[str]] = defaultdict(set)
            for thing, words in things.items():
                for word in words:
                    by_word[word].add(thing)
            found[kind] = {word: frozenset(chosen) for word, chosen in by_word.items()}
        return found

    def named(self, kind: str, word: str | None) -> frozenset[str]:
        """Things of a kind by id or tag; all of them for None or `*`."""
        if word is None or word == "*":
            return frozenset(self.words[kind])
        return self._selections[kind].get(word, frozenset())

    def known(self, kind: str) -> list[str]:
        """Every word that selects something of a kind."""
        return sorted(self._selections[kind])

    @cached_property
    def _sites_by_place(self) -> dict[str, tuple[str, ...]]:
        parent = {row["area"]: row["parent"] for row in self.rows("areas")}
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.rows("sites"):
            found[row["site"]].append(row["site"])
            area, seen = row["area"], set[str]()
            while area is not None and area not in seen:
                found[area].append(row["site"])
                seen.add(area)
                area = parent.get(area)
        return {name: tuple(sites) for name, sites in found.items()}

    def sites_in(self, place: str) -> tuple[str, ...]:
        """The site itself, or the sites of an area and the areas inside it."""
        return self._sites_by_place.get(place, ())

    @cached_property
    def coefficients(self) -> dict[str, dict[str, float]]:
        """Net coefficient by process and commodity, made positive, used negative, as the balance sees it."""
        found: dict[str, dict[str, float]] = {row["process"]: {} for row in self.rows("processes")}
        for row in self.rows("recipes"):
            own = found[row["process"]]
            own[row["commodity"]] = own.get(row["commodity"], 0.0) + row["value"] * (1 if row["direction"] == "make" else -1)
        return found

    @cached_property
    def recipe(self) -> dict[str, list[dict[str, Any]]]:
        """Rows of table recipes by process."""
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.rows("recipes"):
            found[row["process"]].append(row)
        return found

    @cached_property
    def content(self) -> dict[tuple[str, str], float]:
        """Tonnes of an element per unit by commodity and element; raises InputError for a species that is no formula."""
        return content(self.pack)

    @cached_property
    def makers(self) -> dict[str, set[str]]:
        """Processes that make a commodity, on balance."""
        return self._touching(1)

    @cached_property
    def users(self) -> dict[str, set[str]]:
        """Processes that use a commodity, on balance."""
        return self._touching(-1)

    def _touching(self, sign: int) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for process, own in self.coefficients.items():
            for commodity, value in own.items():
                if value * sign > 0:
                    found[commodity].add(process)
        return found

    @cached_property
    def need(self) -> dict[str, frozenset[str]]:
        """Equipment that a process needs: shared, or its own under its own name."""
        shared: dict[str, set[str]] = defaultdict(set)
        for row in self.rows("uses"):
            shared[row["process"]].add(row["equipment"])
        return {row["process"]: frozenset(shared.get(row["process"], {row["process"]})) for row in self.rows("processes")}

    @cached_property
    def equipment_unit(self) -> dict[str, str]:
        """Capacity unit by equipment, own equipment of processes included."""
        return capacity_units(self.pack.tables)

    @cached_property
    def standing(self) -> dict[str, frozenset[str]]:
        """Processes by site where all their equipment stands or may be built."""
        present: dict[str, set[str]] = defaultdict(set)
        for row in self.rows("capacities"):
            if row["value"] > 0:
                present[row["site"]].add(row["equipment"])
        return {site: frozenset(j for j, need in self.need.items() if need <= equipment) for site, equipment in present.items()}

    @cached_property
    def sites_of(self) -> dict[str, frozenset[str]]:
        """Sites by process where it stands or may be built, in the order of the pack; processes without are left out."""
        found: dict[str, set[str]] = {row["process"]: set() for row in self.rows("processes")}
        for site, standing in self.standing.items():
            for process in standing:
                found[process].add(site)
        return {process: frozenset(sites) for process, sites in found.items() if sites}

    @cached_property
    def side(self) -> dict[str, str]:
        """Side by market: supply or demand."""
        return {row["market"]: row["side"] for row in self.rows("markets")}

    @cached_property
    def tiers(self) -> dict[Spot, list[dict[str, Any]]]:
        """Tiers in order by market and commodity; the rows of one tier by year."""
        found: dict[Spot, list[dict[str, Any]]] = defaultdict(list)
        for row in sorted(self.rows("market_tiers"), key=lambda row: (row["tier"], row["year"] or 0)):
            found[row["market"], row["commodity"]].append(row)
        return found

    def _spread(self, rows: Iterable[Row], thing: str, traded: Mapping[str, frozenset[str]] | None) -> dict[tuple[str, str, str], Row]:
        """Winning row by thing, site and commodity: the smaller place first, then an id before a tag before `*`."""
        chosen: dict[tuple[str, str, str], tuple[tuple[int, int], Row]] = {}
        for row in rows:
            word, sites = row["commodity"], self.sites_in(row["place"])
            commodities = self.named("commodity", word)
            for commodity in commodities if traded is None else commodities & traded.get(row[thing], frozenset()):
                rank = (-len(sites), 2 if word == commodity else 1 if word != "*" else 0)
                for site in sites:
                    key = (row[thing], site, commodity)
                    if key not in chosen or rank > chosen[key][0]:
                        chosen[key] = (rank, row)
        return {key: row for key, (_, row) in chosen.items()}

    @cached_property
    def traded(self) -> dict[str, frozenset[str]]:
        """Commodities that a market trades."""
        found: dict[str, set[str]] = defaultdict(set)
        for market, commodity in self.tiers:
            found[market].add(commodity)
        return {market: frozenset(commodities) for market, commodities in found.items()}

    @cached_property
    def access(self) -> dict[tuple[str, str, str], Row]:
        """Row of market_access by market, site and commodity that it trades."""
        return self._spread(self.rows("market_access"), "market", self.traded)

    @cached_property
    def disposals(self) -> dict[tuple[str, str, str], Row]:
        """Row of disposals by route, site and commodity."""
        return self._spread(self.rows("disposals"), "route", None)

    def money(self, row: Row, commodity: str) -> float | None:
        """Freight or fee per unit of a commodity; None if the row's unit does not fit it."""
        if row["value"] == 0:
            return 0.0
        factor = self.pack.units.factor(row["unit"], f"{self.pack.units.currency}/({self.unit[commodity]})")
        return None if factor is None else row["value"] * factor

    @cached_property
    def _prices(self) -> dict[tuple[str, str | None, str | None], dict[int, float]]:
        found: dict[tuple[str, str | None, str | None], dict[int, float]] = defaultdict(dict)
        for row in self.rows("prices"):
            found[row["commodity"], row["market"], row["site"]][int(row["year"])] = row["value"]
        return dict(found)

    def price(self, commodity: str, market: str, site: str) -> dict[int, float]:
        """Price by year, of the most specific rows; empty if there is none."""
        for key in ((commodity, market, site), (commodity, market, None), (commodity, None, site), (commodity, None, None)):
            if key in self._prices:
                return self._prices[key]
        return {}

    @cached_property
    def factor(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        """Row of factors by kind, item and name."""
        return {(row["kind"], row["item"], row["factor"]): row for row in self.rows("factors")}

    @cached_property
    def mode_unit(self) -> dict[str, str]:
        """Unit by mode."""
        return {row["mode"]: row["unit"] for row in self.rows("modes")}

    @cached_property
    def carried(self) -> dict[str, frozenset[str]]:
        """Commodities that a mode carries."""
        return {row["mode"]: frozenset().union(*(self.named("commodity", word) for word in row["carries"])) for row in self.rows("modes")}

    @cached_property
    def connections(self) -> tuple[Connection, ...]:
        """Every link, the way back of two-way ones included."""
        through = {row["mode"]: row["passes_through"] == "yes" for row in self.rows("modes")}
        found = []
        for row in self.rows("links"):
            ends = [(row["link"], row["origin"], row["destination"])]
            if row["both_ways"] == "yes":
                ends.append((f"{row['link']}_back", row["destination"], row["origin"]))
            found += [Connection(*end, row["mode"], row["value"], through[row["mode"]], row["capacity"] is not None) for end in ends]
        return tuple(found)

    @cached_property
    def obtainable(self) -> dict[str, frozenset[str]]:
        """Sites by commodity where it can be had: made, drawn, bought, or brought from such a place."""
        origins = self._spots(self.makers, "supply")
        for row in self.rows("basin_supplies"):
            origins[row["commodity"]].add(row["site"])
        return self._reach(origins, forward=True)

    @cached_property
    def placeable(self) -> dict[str, frozenset[str]]:
        """Sites by commodity where it can be got rid of: used, sold, disposed of, or sent to such a place."""
        ends = self._spots(self.users, "demand")
        for _, site, commodity in self.disposals:
            ends[commodity].add(site)
        return self._reach(ends, forward=False)

    def _spots(self, processes: Mapping[str, set[str]], side: str) -> dict[str, set[str]]:
        """Sites by commodity where a process touches it or a market of that side trades it."""
        found: dict[str, set[str]] = defaultdict(set)
        for commodity, touching in processes.items():
            found[commodity] |= {site for site, standing in self.standing.items() if standing & touching}
        for market, site, commodity in self.access:
            if self.side[market] == side:
                found[commodity].add(site)
        return found

    def _reach(self, start: Mapping[str, set[str]], *, forward: bool) -> dict[str, frozenset[str]]:
        """Sites reached over links; only a pass-through link goes on from a site that was itself reached."""
        leaving: dict[Spot, list[tuple[str, bool]]] = defaultdict(list)
        for link in self.connections:
            ends = (link.origin, link.destination) if forward else (link.destination, link.origin)
            leaving[link.mode, ends[0]].append((ends[1], link.passes_through))
        found = {}
        for commodity, first in start.items():
            modes = [mode for mode, carried in self.carried.items() if commodity in carried]
            reached, front = set(first), list(first)
            while front:
                site = front.pop()
                for following, passes in (step for mode in modes for step in leaving.get((mode, site), ())):
                    if following not in reached and (passes or site in first):
                        reached.add(following)
                        front.append(following)
            found[commodity] = frozenset(reached)
        return found
