"""Case: everything that the equations need, as plain data in base units, made from a pack and a scenario's choices.

Keys are tuples of names in the fixed order place, thing, period, slice. Absence is a missing key, never a zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from saltloop.data.chemistry import content
from saltloop.data.pack import Pack, capacity_units
from saltloop.data.read import FILE, LINE
from saltloop.errors import Place, Problems, message
from saltloop.formulation.calendar import EACH, HOURS, YEAR, Slice, Steps, month_name, slices, steps, within
from saltloop.formulation.choices import Choices
from saltloop.formulation.network import Link, Network, network
from saltloop.formulation.prices import Prices
from saltloop.formulation.rules.rule import sites_of

Key = tuple[str, ...]

WRONG_MODE = message(
    "M304",
    ("mode '{mode}' counts {unit}, but carries '{commodity}' counted in {other}", "运输方式“{mode}”以 {unit} 计量，却运输以 {other} 计量的“{commodity}”"),
    ("give the mode a unit of the same dimension, or make a second mode", "请使计量单位量纲一致，或另设一种运输方式"),
)
WRONG_MONEY = message(
    "M305",
    ("'{unit}' is no price for '{commodity}', which is counted in {other}", "“{unit}”不能作为以 {other} 计量的“{commodity}”的单价"),
    ("give that commodity a row of its own", "请为该物料单列一行"),
)
MIXED_RESOLUTION = message(
    "M307",
    (
        "process '{process}' and its equipment '{equipment}' are resolved differently (year, slice)",
        "工艺“{process}”与其设备“{equipment}”的时间分辨率不同（year、slice）",
    ),
    ("give both the same resolution in processes.csv and equipment.csv", "请在 processes.csv 与 equipment.csv 中取同一分辨率"),
)
NO_SITES = message("M306", ("the scenario has no sites: areas {areas}", "情景没有地点：区域 {areas}"), ("name areas of the pack", "请写数据包中的区域"))


@dataclass(frozen=True)
class Case:
    """A pack seen through a scenario.

    Sets are tuples of keys; parameters are dictionaries by key. Units: those of the commodity, equipment or account;
    money in the pack's currency; hours, km, ha. A slice in a key is YEAR, or EACH for every slice at once; a number under EACH is
    an array over the slices.
    """

    pack: Pack
    choices: Choices
    sites: tuple[str, ...]
    slices: tuple[Slice, ...]
    commodity_unit: dict[str, str]
    commodity_slices: dict[str, tuple[str, ...]]
    process_slices: dict[str, tuple[str, ...]]
    process_unit: dict[str, str]
    equipment_slices: dict[str, tuple[str, ...]]
    equipment_unit: dict[str, str]
    coefficient: dict[tuple[str, str], float]
    use: dict[tuple[str, str], float]
    existing: dict[tuple[str, str, int], float]
    standing_until: dict[tuple[str, str, int, int], float]
    may_build: dict[tuple[str, str, int, int], float]
    lifetime: dict[str, float]
    availability: dict[tuple[str, str, str], float | np.ndarray]
    min_load: dict[str, float]
    activities: tuple[tuple[str, str], ...]
    equipment: tuple[tuple[str, str], ...]
    draws: dict[tuple[str, str, str], float]
    draw_limit: dict[tuple[str, int, str], float]
    draw_stock: dict[str, float]
    evaporation: dict[str, float]
    net_evaporation: dict[tuple[str, str], float | np.ndarray]
    pond_area: dict[str, float]
    land: dict[str, float]
    land_class: dict[str, str]
    route_land: dict[tuple[str, str], float]
    route_class: dict[str, str]
    land_available: dict[tuple[str, str], float]
    links: dict[str, Link]
    shipments: tuple[tuple[str, str], ...]
    link_units: dict[tuple[str, str], float]
    delivered: dict[tuple[str, str], float]
    stores: dict[tuple[str, str], str]
    purchases: tuple[tuple[str, str, str, int], ...]
    sales: tuple[tuple[str, str, str, int], ...]
    price: dict[tuple[str, str, str, int, int], float]
    freight: dict[tuple[str, str, str], float]
    volume: dict[tuple[str, str, int, int], float]
    demand: dict[tuple[str, str, str, int], tuple[float, float | None]]
    disposals: dict[tuple[str, str, str], tuple[float, float | None]]
    factors: dict[tuple[str, str, str], float]
    content: dict[tuple[str, str], float]
    notes: Problems = field(default_factory=Problems)

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Milestone years."""
        return self.choices.years

    @cached_property
    def windows(self) -> dict[str, tuple[frozenset[str], float]]:
        """Accounts that count a part of the year: their slices and the share of the year that these are."""
        return {account: within(self.slices, w.months, w.hours) for account, w in self.choices.windows.items()}

    def counted(self, account: Hashable, step: str) -> tuple[str, ...]:
        """The slices that an account counts of what flows in a step; of what is not cut into slices its coefficient takes the share."""
        if step == YEAR or account not in self.windows:
            return (step,)
        return (_counted_by(str(account)),) if self.windows[str(account)][0] else ()

    @cached_property
    def steps(self) -> Steps:
        """The slices as positions, those that an account counts under a word of their own."""
        known = steps(self.choices.slices)
        if len(known) == 1:
            return known
        parts = {_counted_by(a): np.flatnonzero([name in names for name in known.names]) for a, (names, _) in self.windows.items()}
        return Steps(known.names, known.words | parts)

    @property
    def hours(self) -> dict[str, float | np.ndarray]:
        """Hours of the year that a slice stands for, by YEAR and, where there are several, by EACH."""
        return over_slices(self.slices, [piece.hours for piece in self.slices]) | {YEAR: HOURS}

    def factor(self, kind: str, item: str, name: str) -> float | None:
        """A factor of factors.csv; None if the item has none of that name."""
        return self.factors.get((kind, item, name))


def _counted_by(account: str) -> str:
    """The word for the slices that an account counts."""
    return f"*counted by {account}"


def commodities_by_word(pack: Pack) -> dict[str, list[str]]:
    """Commodities by every word that selects them: their id, their tags, and `*` for all."""
    found: dict[str, list[str]] = defaultdict(list)
    for r in pack.rows("commodities"):
        for word in (r["commodity"], *r["tags"], "*"):
            found[word].append(r["commodity"])
    return found


@dataclass
class _Builder:
    """Collects the parts of a Case; each method fills one theme."""

    pack: Pack
    choices: Choices
    problems: Problems = field(default_factory=Problems)

    def __post_init__(self) -> None:
        self.sites = sites_of(self.pack, self.choices.areas)
        if not self.sites:
            self.problems.add(NO_SITES.at(Place(), areas=", ".join(self.choices.areas)))
        self.slices = slices(self.choices.slices)
        self.fine = (YEAR,) if len(self.slices) == 1 else (EACH,)
        self.factors = {(r["kind"], r["item"], r["factor"]): r["value"] for r in self.pack.rows("factors")}
        self.prices = Prices(self.pack, self.choices, self.problems)
        self.named = commodities_by_word(self.pack)

    def _steps(self, resolution: object) -> tuple[str, ...]:
        return self.fine if resolution == "slice" else (YEAR,)

    def names(self) -> dict[str, Any]:
        """Units and resolutions of commodities, processes and equipment."""
        commodities, processes = self.pack.rows("commodities"), self.pack.rows("processes")
        self.unit = {r["commodity"]: r["unit"] for r in commodities}
        self.commodity_slices = {r["commodity"]: self._steps(r["resolution"]) for r in commodities}
        self.process_slices = {r["process"]: self._steps(r["resolution"]) for r in processes}
        self.process_unit = {r["process"]: self.unit[r["reference"]] for r in processes}
        self.equipment_unit = capacity_units(self.pack.tables)
        self.equipment_slices = self.process_slices | {r["equipment"]: self._steps(r["resolution"]) for r in self.pack.rows("equipment")}
        self.land_class = {
            str(r[key]): r["land_class"]
            for table, key in (("processes", "process"), ("equipment", "equipment"))
            for r in self.pack.rows(table)
            if r["land_class"]
        }
        return {
            "commodity_unit": self.unit,
            "commodity_slices": self.commodity_slices,
            "process_slices": self.process_slices,
            "process_unit": self.process_unit,
            "equipment_unit": self.equipment_unit,
            "equipment_slices": self.equipment_slices,
            "land_class": self.land_class,
        }

    def recipes(self) -> dict[str, Any]:
        """Coefficients (made positive, used negative, both summed) and use of equipment."""
        coefficient: dict[tuple[str, str], float] = defaultdict(float)
        for r in self.pack.rows("recipes"):
            coefficient[r["process"], r["commodity"]] += r["value"] * (1 if r["direction"] == "make" else -1)
        self.coefficient = dict(coefficient)
        self.use = {(r["process"], r["equipment"]): r["value"] for r in self.pack.rows("uses")}
        shared = {j for j, _ in self.use}
        for j, u in self.use:
            if self.process_slices[j] != self.equipment_slices[u]:
                self.problems.add(MIXED_RESOLUTION.at(Place(), process=j, equipment=u))
        for j, unit in self.process_unit.items():
            if j not in shared:
                self.use[j, j] = self.pack.units.factor(f"({unit})/a", self.equipment_unit[j]) or 1.0
        return {"coefficient": self.coefficient, "use": self.use}

    def capacities(self) -> dict[str, Any]:
        """Standing and buildable capacity by period; which equipment and process exists where."""
        standing_until: dict[tuple[str, str, int, int], float] = defaultdict(float)
        may_build: dict[tuple[str, str, int, int], float] = defaultdict(float)
        for r in self.pack.rows("capacities"):
            target = standing_until if r["status"] in self.choices.existing else may_build if r["status"] in self.choices.may_build else None
            if target is None or r["site"] not in self.sites:
                continue
            held = [y for y in self.choices.years if r["from_year"] <= y and (r["to_year"] is None or y <= r["to_year"])]
            for y in held:
                target[r["site"], r["equipment"], held[-1], y] += r["value"]
        existing: dict[tuple[str, str, int], float] = defaultdict(float)
        for (p, u, _, y), value in standing_until.items():
            existing[p, u, y] += value
        present = {(p, u) for (p, u, _, _), value in (*standing_until.items(), *may_build.items()) if value > 0}
        need: dict[str, set[str]] = defaultdict(set)
        for j, u in self.use:
            need[j].add(u)
        self.activities = tuple((p, j) for p in self.sites for j in self.process_unit if need[j] and all((p, u) in present for u in need[j]))
        self.equipment = tuple(sorted(present, key=lambda pu: (self.sites.index(pu[0]), pu[1])))
        lifetime = {u: self.factors["equipment", u, "lifetime"] for _, u in present if ("equipment", u, "lifetime") in self.factors}
        min_load = {u: v for (kind, u, name), v in self.factors.items() if kind == "equipment" and name == "min_load" and v > 0}
        return {
            "existing": dict(existing),
            "standing_until": dict(standing_until),
            "may_build": dict(may_build),
            "activities": self.activities,
            "equipment": self.equipment,
            "lifetime": lifetime,
            "min_load": min_load,
            "availability": self._availability(),
        }

    def _availability(self) -> dict[tuple[str, str, str], float | np.ndarray]:
        """Share of capacity by site, equipment and slice: the profile if there is one, else the factor, else 1."""
        profile: dict[tuple[str, str | None], dict[tuple[int, int | None], float]] = defaultdict(dict)
        for r in self.pack.rows("profiles"):
            hour = None if r["hour"] is None else int(r["hour"])
            profile[r["equipment"], None if r["site"] is None else r["site"]][int(r["month"]), hour] = r["value"]
        found: dict[tuple[str, str, str], float | np.ndarray] = {}
        means: dict[tuple[int, bool], dict[str, float | np.ndarray]] = {}
        for p, u in self.equipment:
            rows = profile.get((u, p)) or profile.get((u, None))
            yearly = self.equipment_slices[u] == (YEAR,)
            if rows is None:
                found[p, u, YEAR if yearly else EACH] = self.factors.get(("equipment", u, "availability"), 1.0)
                continue
            if (id(rows), yearly) not in means:
                means[id(rows), yearly] = _means(rows, slices("year") if yearly else self.slices)
            found |= {(p, u, t): value for t, value in means[id(rows), yearly].items()}
        return found

    def nature(self) -> dict[str, Any]:
        """Draws with their limits, evaporation and land."""
        draws = {(r["site"], r["basin"], r["commodity"]): r["value"] for r in self.pack.rows("basin_supplies") if r["site"] in self.sites}
        limit: dict[tuple[str, int, str], float] = {}
        stock: dict[str, float] = {}
        basins = {b for _, b, _ in draws}
        rows = sorted(self.pack.rows("basin_limits"), key=lambda r: r["year"] or 0)
        for r in (r for r in rows if r["basin"] in basins):
            if r["limit"] == "stock":
                stock[r["basin"]] = r["value"]
                continue
            for y in (y for y in self.choices.years if r["year"] is None or y >= r["year"]):
                for step in self._month_steps(r["month"]):
                    limit[r["basin"], y, step] = r["value"]
        by_name = {
            name: {item: v for (kind, item, n), v in self.factors.items() if kind == k and n == name}
            for k, name in (("process", "evaporation"), ("equipment", "pond_area"), ("equipment", "land"))
        }
        land = {(r["site"], r["land_class"]): r["value"] for r in self.pack.rows("land") if r["site"] in self.sites}
        return {
            "draws": draws,
            "draw_limit": limit,
            "draw_stock": stock,
            "evaporation": by_name["evaporation"],
            "pond_area": by_name["pond_area"],
            "land": by_name["land"],
            "land_available": land,
            "net_evaporation": self._net_evaporation(),
        }

    def _month_steps(self, month: float | None) -> list[str]:
        """The year for a yearly limit; the month for a monthly one, if the slices tell months apart."""
        if month is None:
            return [YEAR]
        return [] if self.choices.slices == "year" else [month_name(int(month))]

    def _net_evaporation(self) -> dict[tuple[str, str], float | np.ndarray]:
        """m3 per ha in the year and in each slice; 1 mm is 10 m3/ha."""
        per_month: dict[str, dict[int | None, float]] = defaultdict(dict)
        for r in self.pack.rows("evaporation"):
            month = None if r["month"] is None else int(r["month"])
            per_month[r["site"]][month] = 10 * r["value"]
        found: dict[tuple[str, str], float | np.ndarray] = {}
        of_month = np.array([piece.hours for piece in slices("months")])
        at = np.array([piece.months[0][0] for piece in self.slices]) - 1
        share = np.array([piece.hours for piece in self.slices]) / of_month[at]
        for p, rows in per_month.items():
            total = rows.get(None, sum(v for m, v in rows.items() if m is not None))
            found[p, YEAR] = total
            if len(self.slices) > 1:
                found[p, EACH] = np.array([rows.get(m, total / 12) for m in range(1, 13)])[at] * share
        return found

    def markets(self) -> None:
        """Tiers that a site can reach, with their freight; prices follow once the network is known."""
        side = {r["market"]: r["side"] for r in self.pack.rows("markets")}
        self.tier: dict[tuple[str, str, int], list[dict[str, Any]]] = defaultdict(list)
        for r in sorted(self.pack.rows("market_tiers"), key=lambda r: r["year"] or 0):
            self.tier[r["market"], r["commodity"], int(r["tier"])].append(r)
        traded: dict[str, set[str]] = defaultdict(set)
        for n, c, _ in self.tier:
            traded[n].add(c)
        self.access = self._spread_places("market_access", "market", traded)
        self.trades: dict[str, list[tuple[str, str, str, int]]] = {"supply": [], "demand": []}
        for n, c, k in self.tier:
            for p in self.sites:
                if (n, p, c) in self.access:
                    self.trades[side[n]].append((p, c, n, k))

    def _spread_places(self, table: str, thing: str, among: Mapping[str, set[str]] | None = None) -> dict[tuple[str, str, str], dict[str, Any]]:
        """Rows by thing, site and commodity; a site beats an area, an id beats a tag beats `*`, among the commodities of each thing."""
        chosen: dict[tuple[str, str, str], tuple[tuple[int, int], dict[str, Any]]] = {}
        inside = {place: sites_of(self.pack, [place]) for place in {r["place"] for r in self.pack.rows(table)}}
        for r in self.pack.rows(table):
            word, sites = r["commodity"], inside[r["place"]]
            here, item = [p for p in sites if p in self.sites], r[thing]
            ranks = [((-len(sites), closeness), r) for closeness in range(3)]
            for c in self.named[word] if among is None else among.get(item, set()).intersection(self.named[word]):
                known = ranks[2 if word == c else 1 if word != "*" else 0]
                for p in here:
                    key = (item, p, c)
                    other = chosen.get(key)
                    if other is None or known[0] > other[0]:
                        chosen[key] = known
        return {key: r for key, (_, r) in chosen.items()}

    def disposals(self) -> dict[str, Any]:
        """Fee and limit by site, commodity and route; land that a route takes."""
        rows = self._spread_places("disposals", "route")
        self.disposed = {(p, c, r): (self._money(row, c), None if row["limit"] is None else row["limit"]) for (r, p, c), row in rows.items()}
        route_class = {r["route"]: r["land_class"] for r in self.pack.rows("routes") if r["land_class"]}
        route_land = {}
        for _, c, r in self.disposed:
            own = self.factors.get(("commodity", c, "land"), self.factors.get(("route", r, "land")))
            if own is not None and r in route_class:
                route_land[c, r] = own
        return {"route_class": route_class, "route_land": route_land}

    def _money(self, row: dict[str, Any], commodity: str) -> float:
        """Money per unit of the commodity; a row by tag keeps its own unit until here."""
        base = f"{self.pack.units.currency}/({self.unit[commodity]})"
        if row["value"] == 0:
            return 0.0
        factor = self.pack.units.factor(row["unit"], base)
        if factor is None:
            self.problems.add(WRONG_MONEY.at(Place(row[FILE], row[LINE]), unit=row["unit"], commodity=commodity, other=self.unit[commodity]))
        return float(row["value"]) * (factor or 0.0)

    def links(self) -> dict[str, Any]:
        """Directed links between the sites, and what one unit shipped loads and delivers."""
        modes = {r["mode"]: r for r in self.pack.rows("modes")}
        carried = {m: frozenset(c for word in r["carries"] for c in self.named[word]) for m, r in modes.items()}
        found: dict[str, Link] = {}
        for r in self.pack.rows("links"):
            ends = [(r["link"], r["origin"], r["destination"])]
            if r["both_ways"] == "yes":
                ends.append((f"{r['link']}_back", r["destination"], r["origin"]))
            for name, origin, destination in ends:
                if origin in self.sites and destination in self.sites:
                    found[name] = Link(
                        name,
                        origin,
                        destination,
                        r["mode"],
                        r["value"],
                        modes[r["mode"]]["passes_through"] == "yes",
                        carried[r["mode"]],
                        None if r["capacity"] is None else r["capacity"],
                    )
        self.link = found
        return {"links": found}

    def loads(self, shipments: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """What one unit shipped takes of the link, and the share that arrives."""
        units, delivered = {}, {}
        unit_of_mode = {r["mode"]: r["unit"] for r in self.pack.rows("modes")}
        for name, c in shipments:
            link = self.link[name]
            factor = self.pack.units.factor(self.unit[c], unit_of_mode[link.mode])
            if factor is None:
                self.problems.add(WRONG_MODE.at(Place(), mode=link.mode, unit=unit_of_mode[link.mode], commodity=c, other=self.unit[c]))
            units[name, c] = factor or 1.0
            delivered[name, c] = 1 - lost(self.factors, link)
        return {"link_units": units, "delivered": delivered}

    def stores(self) -> dict[str, Any]:
        """Stores by site: where their equipment has capacity."""
        rows = {r["store"]: r for r in self.pack.rows("stores")}
        self.store = {(p, s): r["commodity"] for s, r in rows.items() for p, u in self.equipment if u == r["equipment"]}
        return {"stores": self.store}

    def demands(self) -> dict[str, Any]:
        """Amount and price of the unmet by site, market, commodity and period."""
        found: dict[tuple[str, str, str, int], tuple[float, float | None]] = {}
        for r in sorted(self.pack.rows("demands"), key=lambda r: r["year"] or 0):
            for y in (y for y in self.choices.years if r["site"] in self.sites and (r["year"] is None or y >= r["year"])):
                unmet = None if r["unmet_price"] is None else r["unmet_price"]
                found[r["site"], r["market"], r["commodity"], y] = (r["value"], unmet)
        return {"demand": found}

    def network(self, draws: Iterable[tuple[str, str, str]]) -> Network:
        """Where each commodity can come from and go to."""
        sources = {(p, c) for p, _, c in draws} | {(p, c) for p, c, _, _ in self.trades["supply"]} | {(p, c) for (p, _), c in self.store.items()}
        sinks = {(p, c) for p, c, _, _ in self.trades["demand"]} | {(p, c) for p, c, _ in self.disposed} | {(p, c) for (p, _), c in self.store.items()}
        made: dict[str, list[str]] = defaultdict(list)
        used: dict[str, list[str]] = defaultdict(list)
        for (j, c), value in self.coefficient.items():
            (made if value > 0 else used)[j].append(c)
        for p, j in self.activities:
            sources |= {(p, c) for c in made[j]}
            sinks |= {(p, c) for c in used[j]}
        return network(list(self.link.values()), sources, sinks)

    def trade(self, net: Network) -> dict[str, Any]:
        """Purchases of what can be placed, sales of what can be obtained, with price, freight and volume."""
        purchases = tuple(t for t in self.trades["supply"] if (t[0], t[1]) in net.placeable)
        sales = tuple(t for t in self.trades["demand"] if (t[0], t[1]) in net.obtainable)
        price, freight, volume = {}, {}, {}
        for p, c, n, k in (*purchases, *sales):
            for y in self.choices.years:
                begun = [row for row in self.tier[n, c, k] if row["year"] is None or row["year"] <= y]
                price[p, c, n, k, y] = (begun or self.tier[n, c, k][:1])[-1]["value"] * self.prices.price(c, n, p, y)
                # A tier that has not begun takes nothing.
                holds = begun[-1]["volume"] if begun else 0.0
                if holds is not None:
                    volume[n, c, k, y] = holds
            freight[p, c, n] = self._money(self.access[n, p, c], c)
        self.problems.add(self.prices.note())
        return {"purchases": purchases, "sales": sales, "price": price, "freight": freight, "volume": volume}


def over_slices(parts: tuple[Slice, ...], values: Iterable[float]) -> dict[str, float | np.ndarray]:
    """One number per slice under the word for all of them; the number itself where the year is one slice."""
    numbers = np.fromiter(values, dtype=float)
    return {YEAR: float(numbers[0])} if len(parts) == 1 else {EACH: numbers}


def _means(rows: dict[tuple[int, int | None], float], parts: tuple[Slice, ...]) -> dict[str, float | np.ndarray]:
    """Means of a month x hour profile over slices."""
    found: dict[tuple[int, int | None], float] = {}

    def mean(month: int, hour: int | None) -> float:
        if (month, hour) not in found:
            inside = [v for (m, h), v in rows.items() if m == month and (hour is None or h is None or h == hour)]
            found[month, hour] = sum(inside) / len(inside) if inside else 0.0
        return found[month, hour]

    return over_slices(parts, (sum(share * mean(month, piece.hour) for month, share in piece.months) for piece in parts))


def lost(factors: dict[tuple[str, str, str], float], link: Link) -> float:
    """Share lost on the way: fixed plus per km, of the link itself if it has its own, else of its mode."""
    own = factors.get(("link", link.name.removesuffix("_back"), "loss"))
    if own is not None:
        return own
    return factors.get(("mode", link.mode, "loss"), 0.0) + factors.get(("mode", link.mode, "loss_distance"), 0.0) * link.distance


def build_case(pack: Pack, choices: Choices) -> Case:
    """See a pack through a scenario's choices.

    Args:
        pack: tables in base units, the scenario's `set` already applied.
        choices: scope, horizon, prices, capacities, objective, rules.

    Raises:
        InputError: with every problem found, such as a missing price.
    """
    b = _Builder(pack, choices)
    b.problems.stop_if_any()
    parts = {**b.names(), **b.recipes(), **b.capacities(), **b.nature()}
    b.markets()
    parts |= {**b.disposals(), **b.links(), **b.stores(), **b.demands()}
    net = b.network(parts["draws"])
    parts["draws"] = {key: value for key, value in parts["draws"].items() if (key[0], key[2]) in net.placeable}
    parts |= b.trade(net) | b.loads(net.shipments)
    disposals = {key: value for key, value in b.disposed.items() if key[:2] in net.obtainable}
    b.problems.stop_if_any()
    return Case(
        pack=pack,
        choices=choices,
        sites=b.sites,
        slices=b.slices,
        shipments=net.shipments,
        disposals=disposals,
        factors=b.factors,
        content=content(pack),
        notes=b.problems,
        **parts,
    )


def annuity(rate: float, years: float) -> float:
    """Yearly payment per unit of capital."""
    return 1 / years if rate == 0 else rate / (1 - (1 + rate) ** -years)
