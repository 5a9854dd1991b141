"""How good the numbers are that the objective rests on: its money by the grade of what prices it, its rents by the grade of what limits it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from saltloop.data.pack import Pack
from saltloop.data.read import records
from saltloop.data.relations import Relations
from saltloop.data.schema import GRADES
from saltloop.results.book import ledger
from saltloop.results.flows import trades
from saltloop.results.solved import Solved
from saltloop.results.worth import limits

COLUMNS = ["view", "part", "grade", "amount", "unit", "share"]
MONEY, RENT = "money", "rent"
NONE = "-"
# Kinds of factors that price a flow, where the ledger names its agent.
_PRICED_BY = {"activity": ("process",), "capacity": ("equipment",), "new_capacity": ("equipment",), "draw": ("basin",), "dispose": ("route",)}
_LIMITED_BY = {
    "capacity_stock": "capacities",
    "draw_limit": "basin_limits",
    "sales_tier": "market_tiers",
    "purchase_tier": "market_tiers",
    "land_limit": "land",
}


def objective_by_grade(solved: Solved) -> pd.DataFrame:
    """The first objective of a solved case by grade; columns are COLUMNS.

    view money: every flow of money in the objective, by part (sell, buy, freight, activity, ...) and grade of the price or factor that
    prices it, the poorest where there are several; share of the sum of sizes. view rent: dual times bound of every limit, by family and grade
    of the row that sets the bound; what remains of the objective after rents is nothing, so the shares say which numbers carry it. Grade `-`: no
    graded row sets it (rules of a scenario, what follows from several rows).
    """
    money: dict[tuple[str, str], float] = defaultdict(float)
    for part, grade, amount in _money(solved):
        money[part, grade] += abs(amount)
    rent: dict[tuple[str, str], float] = defaultdict(float)
    for part, grade, amount in _rents(solved):
        rent[part, grade] += abs(amount)
    rows = [*_shares(MONEY, money, solved.program.objective_unit), *_shares(RENT, rent, solved.program.objective_unit)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _shares(view: str, amounts: dict[tuple[str, str], float], unit: str) -> Iterator[tuple[str, str, str, float, str, float]]:
    whole = sum(amounts.values()) or 1.0
    for (part, grade), amount in sorted(amounts.items(), key=lambda item: -item[1]):
        if amount:
            yield view, part, grade, amount, unit, amount / whole


def poorest(grades: Iterable[str | None]) -> str:
    """The poorest of some grades; `-` if there is none."""
    return max((grade for grade in grades if grade in GRADES), default=NONE)


def _weights(solved: Solved) -> dict[str, float]:
    """How much one unit of each account adds to the objective, accounts within accounts followed."""
    inside: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for key, value in solved.terms.of("account").items():
        inside[str(key[0])].append((str(key[1]), value))
    found: dict[str, float] = defaultdict(float)
    waiting = list(solved.case.choices.objective[0].weights)
    while waiting:
        account, weight = waiting.pop()
        found[account] += weight
        waiting += [(other, weight * value) for other, value in inside[account]]
    return found


def _money(solved: Solved) -> Iterator[tuple[str, str, float]]:
    """Part, grade and amount of every line of the ledger that enters the objective."""
    weights, grades, pack = _weights(solved), _Grades(solved), solved.case.pack
    measures: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in pack.rows("account_terms"):
        flow = "activity" if row["flow"] in ("made", "used") else row["flow"]
        measures[row["account"], flow].add(row["measure"] or "")
    for row in records(ledger(solved)):
        if row["account"] in weights and row["flow"] != "account":
            yield from grades.of(row, weights[row["account"]] * row["value"], measures[row["account"], row["flow"]])


class _Grades:
    """The grade of what prices a line of the ledger."""

    def __init__(self, solved: Solved) -> None:
        self.pack, self.year = solved.case.pack, solved.case.choices.price_year
        self.relations = Relations(self.pack)
        self.prices: dict[tuple[Any, ...], dict[int, str]] = defaultdict(dict)
        for row in self.pack.rows("prices"):
            self.prices[row["commodity"], row["market"], row["site"]][int(row["year"])] = row["grade"]
        keys = ("period", "site", "commodity", "market", "tier", "side")
        self.trades = {tuple(row[name] for name in keys): row for row in records(trades(solved))}
        self.mode = {link: solved.case.links[link].mode for link in solved.case.links}

    def of(self, row: dict[str, Any], amount: float, measures: set[str]) -> Iterator[tuple[str, str, float]]:
        """Part, grade and amount; a trade is parted into price and freight."""
        flow = row["flow"]
        if flow in ("buy", "sell"):
            yield from self._trade(row, amount, measures)
        elif flow == "ship":
            mode = self.mode.get(row["agent"], "")
            yield "freight", poorest(self._factors(("mode", "link"), (mode, row["agent"]), measures)), amount
        elif flow == "dispose" and "fee" in measures:
            fee = self.relations.disposals.get((row["agent"], row["site"], row["commodity"]))
            yield flow, NONE if fee is None else fee["grade"], amount
        else:
            names = (row["agent"], row["commodity"])
            yield flow, poorest(self._factors((*_PRICED_BY.get(flow, ()), "commodity"), names, measures)), amount

    def _trade(self, row: dict[str, Any], amount: float, measures: set[str]) -> Iterator[tuple[str, str, float]]:
        trade = self.trades.get((row["period"], row["site"], row["commodity"], row["agent"], row["tier"], row["flow"]), {})
        parts = {"price": abs(trade.get("price", 0.0)) if "price" in measures else 0.0, "freight": trade.get("freight", 0.0) if "freight" in measures else 0.0}
        whole = sum(parts.values())
        access = self.relations.access.get((row["agent"], row["site"], row["commodity"]))
        grades = {"price": self._price(row["commodity"], row["agent"], row["site"]), "freight": NONE if access is None else access["grade"]}
        for measure, size in parts.items():
            if size and whole:
                yield (row["flow"] if measure == "price" else "freight"), grades[measure], amount * size / whole

    def _price(self, commodity: str, market: str, site: str) -> str:
        """Grade of the price that holds: the most specific row, of the price year or the nearest."""
        for key in ((commodity, market, site), (commodity, market, None), (commodity, None, site), (commodity, None, None)):
            if key in self.prices:
                return self.prices[key][min(self.prices[key], key=lambda y: (abs(y - self.year), y))]
        return NONE

    def _factors(self, kinds: tuple[str, ...], names: tuple[str, ...], measures: set[str]) -> Iterator[str]:
        """Grades of the factors of these things that the account measures, freight by distance included."""
        wanted = {name for measure in measures for name in (measure, f"{measure}_distance", "capital_cost" if measure == "capital_annuity" else measure)}
        for kind in kinds:
            for name in names:
                for factor in wanted:
                    found = self.relations.factor.get((kind, name, factor))
                    if found is not None:
                        yield found["grade"]


def _rents(solved: Solved) -> Iterator[tuple[str, str, float]]:
    """Family, grade and rent of every limit that is worth something."""
    by_row = _bounds(solved.case.pack)
    for row in records(limits(solved)):
        rent = row["dual"] * row["bound"]
        if rent:
            table = _LIMITED_BY.get(row["family"])
            yield row["family"], poorest(by_row.get((table, row["place"], row["item"]), ())), rent


def _bounds(pack: Pack) -> dict[tuple[str | None, str, str], list[str]]:
    """Grades of the rows that set a bound, by table, place and item as the table of limits names them."""
    found: dict[tuple[str | None, str, str], list[str]] = defaultdict(list)
    for row in pack.rows("capacities"):
        if row["status"] != "option":
            found["capacities", row["site"], row["equipment"]].append(row["grade"])
    for row in pack.rows("basin_limits"):
        found["basin_limits", row["basin"], ""].append(row["grade"])
    for row in pack.rows("market_tiers"):
        found["market_tiers", row["market"], f"{row['commodity']} {int(row['tier'])}"].append(row["grade"])
    for row in pack.rows("land"):
        found["land", row["site"], row["land_class"]].append(row["grade"])
    return found
