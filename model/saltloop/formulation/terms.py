"""The ledger's declarations turned into coefficients: how much one unit of each flow adds to each account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import numpy as np

from saltloop.data.factors import ANNUITY, AVAILABLE
from saltloop.data.read import FILE, LINE
from saltloop.errors import Place, Problems, message
from saltloop.formulation.calendar import HOURS, YEAR
from saltloop.formulation.case import Case, annuity
from saltloop.formulation.rules.allowance import Allowance
from saltloop.formulation.rules.charge import Charge
from saltloop.formulation.rules.exchange import Exchange
from saltloop.formulation.rules.fund import Fund
from saltloop.formulation.rules.rule import Rule

WRONG_ACCOUNT_UNIT = message(
    "M310",
    (
        "account '{account}' is counted in {unit}, but the term '{term}' of {item} gives {found}",
        "账户“{account}”以 {unit} 计量，而 {item} 的构成项“{term}”得到 {found}",
    ),
    ("correct the unit of the weight, of the factor or of the account", "请改正权重、系数或账户的单位"),
)
NO_LIFETIME = message(
    "M311",
    ("'{item}' may be built and has a capital_cost, but no lifetime", "“{item}”可新建且有 capital_cost，但没有 lifetime"),
    ("add the factor lifetime of the equipment", "请补充设备的 lifetime 系数"),
)

# Where the key of a flow (after the account) names what tells whether it is cut into slices: the process of an activity, else the commodity.
_RESOLVED = {"activity": 0, "draw": 1, "buy": 1, "sell": 1, "ship": 2, "dispose": 1, "unmet": 2}
# Measures of a trade that differ from site to site.
_OF_THE_PLACE = ("price", "freight")
Coefficients = dict[tuple[str | int, ...], float]
Thing = TypeVar("Thing")


@dataclass
class Terms:
    """Coefficients of the accounts by flow; keys as the equations use them.

    activity (account, process); capacity (account, site, equipment); new_capacity (account, equipment); draw (account, basin, commodity);
    buy and sell (account, site, commodity, market, tier, period); ship (account, site, link, commodity, period);
    dispose (account, site, commodity, route); unmet (account, site, market, commodity, period); account (account, other).
    """

    flows: dict[str, Coefficients] = field(default_factory=lambda: defaultdict(dict))

    def add(self, flow: str, key: tuple[str | int, ...], value: float) -> None:
        """Add to a coefficient; terms of one account on one flow are summed."""
        if value != 0:
            found = self.flows[flow]
            found[key] = found.get(key, 0.0) + value

    def of(self, flow: str) -> Coefficients:
        """The coefficients of a flow."""
        return self.flows[flow]


class _Measure(NamedTuple):
    """A value per unit of a flow, with its unit."""

    value: float
    unit: str


def _by_commodity(things: Iterable[Thing], commodities: Iterable[str]) -> dict[str, list[Thing]]:
    """Things grouped by the commodity that stands beside each."""
    found: dict[str, list[Thing]] = defaultdict(list)
    for thing, commodity in zip(things, commodities, strict=True):
        found[commodity].append(thing)
    return found


class _Reader:
    """Expands the rows of account_terms over the flows that exist in a case, in an order that is the same in every process: sums depend on it."""

    def __init__(self, case: Case) -> None:
        self.case, self.problems, self.terms = case, Problems(), Terms()
        tables = case.pack.tables
        self.money = case.pack.units.currency
        self.hours = case.hours
        self.account_unit = dict(zip(tables["accounts"]["account"], tables["accounts"]["unit"], strict=True))
        self.factor_unit = {(r["kind"], r["item"], r["factor"]): r["unit"] for r in case.pack.rows("factors")}
        self.conversions: dict[tuple[str, str, str], float | None] = {}
        self.running = {j for _, j in case.activities}
        self.recipes = _by_commodity(((j, value) for (j, _), value in case.coefficient.items()), (c for _, c in case.coefficient))
        self.trades = {flow: _by_commodity(trades, (t[1] for t in trades)) for flow, trades in (("buy", case.purchases), ("sell", case.sales))}
        self.shipments = _by_commodity(case.shipments, (c for _, c in case.shipments))
        self.commodity_words = self._words("commodities", "commodity")
        self.process_words = self._words("processes", "process")
        self.words = {
            "process": self.process_words,
            "basin": self._words("basins", "basin"),
            "market": self._words("markets", "market"),
            "route": self._route_words(),
            "equipment": self._equipment_words(),
            "link": self._link_words(),
        }

    def _words(self, table: str, key: str) -> dict[str, frozenset[str]]:
        frame = self.case.pack.tables[table]
        return {name: frozenset((name, *tags)) for name, tags in zip(frame[key], frame["tags"], strict=True)}

    def _route_words(self) -> dict[str, frozenset[str]]:
        return {r["route"]: frozenset((r["route"], r["kind"], *r["tags"])) for r in self.case.pack.rows("routes")}

    def _equipment_words(self) -> dict[str, frozenset[str]]:
        own = {**self.process_words, **self._words("equipment", "equipment")}
        return {u: words | ({f"on_{self.case.land_class[u]}"} if u in self.case.land_class else frozenset()) for u, words in own.items()}

    def _link_words(self) -> dict[str, frozenset[str]]:
        modes = self._words("modes", "mode")
        return {name: modes[link.mode] | {name} for name, link in self.case.links.items()}

    def _agents(self, kind: str, word: str | None) -> set[str]:
        return {name for name, words in self.words[kind].items() if word is None or word in words}

    def _commodities(self, word: str | None) -> set[str]:
        return {name for name, words in self.commodity_words.items() if word is None or word in words}

    def _factor(self, measure: str, *items: tuple[str, str]) -> _Measure | None:
        for kind, item in items:
            value = self.case.factor(kind, item, measure)
            if value is not None:
                return _Measure(value, self.factor_unit[kind, item, measure])
        return None

    def _on_commodity(self, measure: str | None, commodity: str, *agents: tuple[str, str]) -> _Measure | None:
        """Measure of one unit of a commodity's flow."""
        if measure is None:
            return _Measure(1.0, self.case.commodity_unit[commodity])
        if measure.startswith("content:"):
            return _Measure(self.case.content.get((commodity, measure.removeprefix("content:")), 0.0), "t")
        return self._factor(measure, *agents, ("commodity", commodity))

    def _put(self, row: dict[str, Any], flow: str, key: tuple[str | int, ...], measure: _Measure | None, scale: float = 1.0) -> None:
        """Add weight x measure, converted to the account's unit."""
        if measure is None or measure.value == 0:
            return
        account = row["account"]
        factor = self._conversion(row["unit"], measure.unit, account)
        if factor is None:
            unit = f"({row['unit']})*({measure.unit})"
            term = "/".join(str(row[x]) for x in ("flow", "commodity", "agent", "measure") if row[x] is not None)
            item = ", ".join(str(part) for part in key)
            self.problems.add(
                WRONG_ACCOUNT_UNIT.at(Place(row[FILE], row[LINE]), account=account, unit=self.account_unit[account], term=term, item=item, found=unit)
            )
            return
        self.terms.add(flow, (account, *key), row["value"] * factor * measure.value * scale * self._flat(account, flow, key))

    def _conversion(self, weight: str, measure: str, account: str) -> float | None:
        """How many units of an account one weight x measure is; None if it has another dimension."""
        key = (weight, measure, account)
        if key not in self.conversions:
            self.conversions[key] = self.case.pack.units.factor(f"({weight})*({measure})", self.account_unit[account])
        return self.conversions[key]

    def _flat(self, account: str, flow: str, key: tuple[str | int, ...]) -> float:
        """Share that counts of a flow that is not cut into slices and so runs evenly through the year."""
        if account not in self.case.windows or flow not in _RESOLVED:
            return 1.0
        steps, place = (self.case.process_slices if flow == "activity" else self.case.commodity_slices), _RESOLVED[flow]
        return self.case.windows[account][1] if steps[str(key[place])] == (YEAR,) else 1.0

    def read(self) -> Terms:
        """Expand every row."""
        for row in self.case.pack.rows("account_terms"):
            getattr(self, f"_{row['flow']}")(row, str(row["account"]), row["commodity"], row["agent"], row["measure"])
        self.problems.stop_if_any()
        return self.terms

    def _activity(self, row: dict[str, Any], account: str, commodity: str | None, agent: str | None, measure: str | None) -> None:
        chosen = self._agents("process", agent)
        for j in sorted(self.running & chosen):
            self._put(row, "activity", (j,), _Measure(1.0, self.case.process_unit[j]) if measure is None else self._factor(measure, ("process", j)))

    def _recipe(self, row: dict[str, Any], commodity: str | None, agent: str | None, measure: str | None, sign: int) -> None:
        processes = self._agents("process", agent) & self.running
        for c in sorted(self._commodities(commodity)):
            for j, value in self.recipes.get(c, ()):
                if j in processes and value * sign > 0:
                    self._put(row, "activity", (j,), self._on_commodity(measure, c), abs(value))

    def _made(self, row: dict[str, Any], account: str, commodity: str | None, agent: str | None, measure: str | None) -> None:
        self._recipe(row, commodity, agent, measure, 1)

    def _used(self, row: dict[str, Any], account: str, commodity: str | None, agent: str | None, measure: str | None) -> None:
        self._recipe(row, commodity, agent, measure, -1)

    def _equipment_measure(self, u: str, measure: str | None) -> _Measure | None:
        if measure != ANNUITY:
            return _Measure(1.0, self.case.equipment_unit[u]) if measure is None else self._factor(measure, ("equipment", u))
        cost = self._factor("capital_cost", ("equipment", u))
        if cost is None:
            return None
        if u not in self.case.lifetime:
            self.problems.add(NO_LIFETIME.at(Place(), item=u))
            return None
        return _Measure(cost.value * annuity(self.case.choices.discount_rate, self.case.lifetime[u]), cost.unit)

    def _capacity(self, row: dict[str, Any], account: str, commodity: str | None, agent: str | None, measure: str | None) -> None:
        chosen = self._agents("equipment", agent)
        for p, u in self.case.equipment:
            if u in chosen:
                self._put(row, "capacity", (p, u), self._available(p, u) if measure == AVAILABLE else self._equipment_measure(u, measure))

    def _available(self, p: str, u: str) -> _Measure:
        """What a unit of equipment can put out in a year at a site, by its profile or availability."""
        (t,) = self.case.equipment_slices[u]
        share = float(np.sum(self.case.availability[p, u, t] * self.hours[t] / HOURS))
        return _Measure(share, f"({self.case.equipment_unit[u]})*a")

    def _new_capacity(self, row: dict[str, Any], account: str, commodity: str | None, agent: str | None, measure: str | None) -> None:
        for u in sorted({key[1] for key in self.case.may_build} & self._agents("equipment", agent)):
            self._put(row, "new_capacity", (u,), self._equipment_measure(u, measure))

    def _draw(self, row: dict[str, Any], account: str, commodity: str | None, agent: str | None, measure: str | None) -> None:
        basins, commodities = self._agents("basin", agent), self._commodities(commodity)
        for b, c in sorted({(b, c) for _, b, c in self.case.draws}):
            if b in basins and c in commodities:
                self._put(row, "draw", (b, c), self._on_commodity(measure, c, ("basin", b)))

    def _trade(self, row: dict[str, Any], flow: str, commodity: str | None, agent: str | None, measure: str | None) -> None:
        markets, commodities = self._agents("market", agent), self._commodities(commodity)
        plain: dict[tuple[str, str], _Measure | None] = {}
        for p, c, n, k in (trade for name in sorted(commodities) for trade in self.trades[flow].get(name, ()) if trade[2] in markets):
            if measure not in _OF_THE_PLACE and (c, n) not in plain:
                plain[c, n] = self._on_commodity(measure, c, ("market", n))
            for y in self.case.years:
                if measure == "price":
                    value: _Measure | None = _Measure(self.case.price[p, c, n, k, y], self.money)
                else:
                    value = _Measure(self.case.freight[p, c, n], self.money) if measure == "freight" else plain[c, n]
                self._put(row, flow, (p, c, n, k, y), value)

    def _buy(self, row: dict[str, Any], account: str, commodity: str | None, agent: str | None, measure: str | None) -> None:
        self._trade(row, "buy", commodity, agent, measure)

    def _sell(self, row: dict[str, Any], account: str, commodity: str | None, agent: str | None, measure: str | None) -> None:
        self._trade(row, "sell", commodity, agent, measure)

    def _link_measure(self, name: str, measure: str) -> list[_Measure]:
        """Fixed and per-km part of a measure of one unit of load on a link; a link's own value replaces its mode's."""
        link = self.case.links[name]
        own = self._factor(measure, ("link", name.removesuffix("_back")))
        if own is not None:
            return [own]
        fixed, distance = self._factor(measure, ("mode", link.mode)), self._factor(f"{measure}_distance", ("mode", link.mode))
        return ([fixed] if fixed else []) + ([_Measure(distance.value * link.distance, f"({distance.unit})*km")] if distance else [])

    def _ship(self, row: dict[str, Any], account: str, commodity: str | None, agent: str | None, measure: str | None) -> None:
        links, commodities = self._agents("link", agent), self._commodities(commodity)
        of_link = {} if measure is None else {name: self._link_measure(name, measure) for name in links}
        for name, c in (shipment for each in sorted(commodities) for shipment in self.shipments.get(each, ()) if shipment[0] in links):
            load = 1.0 if measure is None else self.case.link_units[name, c]
            for part in [_Measure(1.0, self.case.commodity_unit[c])] if measure is None else of_link[name]:
                for y in self.case.years:
                    self._put(row, "ship", (self.case.links[name].destination, name, c, y), part, load)

    def _dispose(self, row: dict[str, Any], account: str, commodity: str | None, agent: str | None, measure: str | None) -> None:
        routes, commodities = self._agents("route", agent), self._commodities(commodity)
        for (p, c, r), (fee, _) in self.case.disposals.items():
            if r in routes and c in commodities:
                self._put(row, "dispose", (p, c, r), _Measure(fee, self.money) if measure == "fee" else self._on_commodity(measure, c, ("route", r)))

    def _unmet(self, row: dict[str, Any], account: str, commodity: str | None, agent: str | None, measure: str | None) -> None:
        markets, commodities = self._agents("market", agent), self._commodities(commodity)
        for (p, n, c, y), (_, unmet_price) in self.case.demand.items():
            if n in markets and c in commodities and unmet_price is not None:
                value = _Measure(unmet_price, self.money) if measure == "price" else self._on_commodity(measure, c)
                self._put(row, "unmet", (p, n, c, y), value)

    def _account(self, row: dict[str, Any], account: str, commodity: str | None, agent: str | None, measure: str | None) -> None:
        self._put(row, "account", (str(commodity),), _Measure(1.0, self.account_unit[str(commodity)]))


def _transfers(case: Case, rule: Exchange) -> Iterator[tuple[tuple[str | int, ...], float]]:
    """What an agreed by-product price moves from the receiver to the giver."""
    account = case.pack.role("transfers", "transfers")
    for name, c in case.shipments:
        link = case.links[name]
        if rule.counts(c, link.origin, link.destination):
            for y in rule.periods:
                price = rule.numbers["price"].at(y) or 0.0
                yield (account, link.origin, name, c, y), price
                yield (account, link.destination, name, c, y), -price


def _money(rule: Rule, y: int) -> Iterator[tuple[str, tuple[str | int, ...], float]]:
    """Flow, key and money of what a rule charges, pays, sells and buys in a period."""
    if isinstance(rule, Fund):
        yield from (("charged", (rule.paid_into, rule.name, k, y), -1.0) for k in rule.tiers)
    elif isinstance(rule, Charge):
        yield from (("charged", (rule.paid_into, rule.name, k, y), rule.numbers[f"price_{k}"].at(y) or 0.0) for k in rule.tiers)
    elif isinstance(rule, Allowance) and "buy" in rule.numbers:
        yield "allowance_buy", (rule.paid_into, rule.name, y), rule.numbers["buy"].at(y) or 0.0
        yield "allowance_sell", (rule.paid_into, rule.name, y), -(rule.numbers["sell"].at(y) or 0.0)


def ledger_terms(case: Case) -> Terms:
    """Coefficients of every account, those that rules add included.

    Raises:
        InputError: a term does not convert to the unit of its account.
    """
    terms = _Reader(case).read()
    for rule in case.choices.rules:
        if isinstance(rule, Exchange) and "price" in rule.numbers:
            for key, value in _transfers(case, rule):
                terms.add("ship", key, value)
        for y in rule.periods:
            for flow, place, money in _money(rule, y):
                terms.add(flow, place, money)
    return terms
