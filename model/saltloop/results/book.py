"""The ledger of a solved case: accounts by site and area, charges, and every contribution of a flow to an account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pandas as pd

from saltloop.data.read import records
from saltloop.formulation.calendar import YEAR
from saltloop.formulation.rules.rule import sites_of
from saltloop.results.capacities import capacity
from saltloop.results.solved import THRESHOLD, Solved, sums

LEDGER_COLUMNS = ["period", "site", "account", "flow", "commodity", "agent", "tier", "amount", "coefficient", "value"]
# Where the parts of a coefficient's key (after the account) stand in a ledger row, and which columns find its amount.
_PLACED: dict[str, tuple[str, ...]] = {
    "activity": ("agent",),
    "draw": ("agent", "commodity"),
    "buy": ("site", "commodity", "agent", "tier", "period"),
    "sell": ("site", "commodity", "agent", "tier", "period"),
    "ship": ("site", "agent", "commodity", "period"),
    "dispose": ("site", "commodity", "agent"),
    "unmet": ("site", "agent", "commodity", "period"),
    "charged": ("agent", "tier", "period"),
    "allowance_buy": ("agent", "period"),
    "allowance_sell": ("agent", "period"),
    "account": ("agent",),
    "capacity": ("site", "agent"),
    "new_capacity": ("agent",),
}
_NAMED = {"process": "agent", "basin": "agent", "market": "agent", "link": "agent", "route": "agent", "rule": "agent", "account": "agent"}
_KEY = ("period", "site", "commodity", "agent", "tier")


def accounts(solved: Solved) -> pd.DataFrame:
    """period, area, account, value, background, total, unit: a row per site and per declared area."""
    case, pack = solved.case, solved.case.pack
    by_site = solved.family("account")[["period", "site", "account", "value", "unit"]]
    background = {(r["account"], r["area"], int(r["year"])): r["value"] for r in pack.rows("background")}
    parts = [by_site.rename(columns={"site": "area"}).assign(background=0.0)]
    for area in pack.tables["areas"]["area"]:
        sites = [s for s in sites_of(pack, [area]) if s in case.sites]
        if sites:
            added = sums(by_site[by_site["site"].isin(sites)], ["period", "account", "unit"])
            rows = [(y, area, a, value, background.get((a, area, y), 0.0), unit) for (y, a, unit), value in added.items()]
            parts.append(pd.DataFrame(rows, columns=["period", "area", "account", "value", "background", "unit"], dtype=object).astype(parts[0].dtypes))
    frame = pd.concat(parts, ignore_index=True)
    frame["value"] = frame["value"] + 0.0
    frame["total"] = frame["value"] + frame["background"]
    return frame[["period", "area", "account", "value", "background", "total", "unit"]]


def charges(solved: Solved) -> pd.DataFrame:
    """period, rule, tier, site, flow, value, price, money, unit: what is charged, and allowances bought and sold."""
    found: list[tuple[Any, ...]] = []
    rules = {r.name: r for r in solved.case.choices.rules}
    for flow, price in (("charged", "price_{}"), ("allowance_buy", "buy"), ("allowance_sell", "sell")):
        for row in records(solved.family(flow)):
            tier = row.get("tier", 0)
            rule = rules[row["rule"]]
            known = rule.numbers.get(price.format(tier))
            each = (-1.0 if rule.charged_accounts else (known and known.at(row["period"])) or 0.0) * (-1 if flow == "allowance_sell" else 1)
            found.append((row["period"], row["rule"], tier, row["site"], flow, row["value"], each, row["value"] * each, row["unit"]))
    return pd.DataFrame(found, columns=["period", "rule", "tier", "site", "flow", "value", "price", "money", "unit"])


def ledger(solved: Solved) -> pd.DataFrame:
    """period, site, account, flow, commodity, agent, tier, amount, coefficient, value: what each flow adds to each account.

    The amounts can be found again in activities, capacity, flows, trades and charges; `verify` does so.
    """
    rows = [row for flow in _PLACED for row in _contributions(solved, flow)]
    return pd.DataFrame(rows, columns=LEDGER_COLUMNS)


def _amounts(solved: Solved, flow: str) -> pd.DataFrame:
    """Amounts of a flow with the columns of a ledger row; a shipment stands at both of its ends."""
    if flow in ("capacity", "new_capacity"):
        column = "total" if flow == "capacity" else "new"
        frame = capacity(solved).rename(columns={"process": "agent", column: "value"})
    else:
        frame = solved.family(flow).rename(columns=_NAMED)
    frame = frame[frame["value"].abs() > THRESHOLD]
    if flow == "ship":
        ends = [(solved.case.links[name].origin, solved.case.links[name].destination) for name in frame["agent"]]
        frame = pd.concat([frame.assign(site=[e[n] for e in ends]) for n in (0, 1)], ignore_index=True)
    return frame.assign(**{name: empty for name, empty in (("commodity", ""), ("tier", 0)) if name not in frame})


def _contributions(solved: Solved, flow: str) -> Iterator[tuple[Any, ...]]:
    """Coefficient times amount for every account that a flow touches."""
    placed = _PLACED[flow]
    coefficients: dict[tuple[Any, ...], list[tuple[Any, float]]] = defaultdict(list)
    for (account, *key), value in solved.terms.of(flow).items():
        coefficients[tuple(key)].append((account, value))
    amounts, windows = _amounts(solved, flow), solved.case.windows
    for window in [None, *windows]:
        counted = amounts if window is None or "slice" not in amounts else amounts[amounts["slice"].isin([*windows[window][0], YEAR])]
        for full, amount in sums(counted, list(_KEY)).items():
            row = dict(zip(_KEY, full, strict=True))
            for account, coefficient in coefficients.get(tuple(row[name] for name in placed), ()):
                if account == window or (window is None and account not in windows):
                    yield (row["period"], row["site"], account, flow, row["commodity"], row["agent"], row["tier"], amount, coefficient, amount * coefficient)
