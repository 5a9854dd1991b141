"""A solved case as tidy tables: every column and row of the programme comes back under the names of the pack.

Numbers are in the units of the pack; `unit` stands in every row. Rows below the threshold are left out of flows only.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd

from saltloop.formulation.calendar import YEAR
from saltloop.formulation.case import Case
from saltloop.formulation.indices import VARIABLES
from saltloop.formulation.program import EQUATIONS, RULE, Program
from saltloop.formulation.rules.charge import Charge
from saltloop.formulation.rules.rule import Rule, sites_of
from saltloop.formulation.terms import Terms
from saltloop.results.products import products
from saltloop.solve.solution import Solution

THRESHOLD = 1e-9
FLOW_COLUMNS = ["period", "slice", "site", "commodity", "role", "agent", "value", "unit"]
_LIMITS = ("capacity_stock", "draw_limit", "stock_limit", "land_limit", "link_limit", "build_limit", "sales_tier", "purchase_tier", "demand_served",
           "disposal_limit", "evaporation_limit", "minimum_load", "storage_size", "storage_rate")


@dataclass(frozen=True)
class Solved:
    """A case, its programme and its solution: what the tables are made from."""

    case: Case
    terms: Terms
    program: Program
    solution: Solution

    def family(self, name: str) -> pd.DataFrame:
        """Columns of one family with their indices as columns, value, reduced_cost, unit and `position`."""
        chosen = self.program.columns.index[self.program.columns["family"] == name].to_numpy()
        frame = pd.DataFrame(list(self.program.columns["key"].iloc[chosen]), columns=list(VARIABLES[name][0]))
        return frame.assign(value=self.solution.values[chosen], reduced_cost=self.solution.reduced_costs[chosen],
                            unit=self.program.columns["unit"].to_numpy()[chosen], position=chosen)

    def equation(self, name: str) -> pd.DataFrame:
        """Rows of one family with their indices as columns, activity, bounds, dual, its range, unit and `position`."""
        over = ("rule", "period") if name == RULE else next(e.over for e in EQUATIONS if e.name == name)
        rows = self.program.rows
        chosen = rows.index[rows["family"] == name].to_numpy()
        frame = pd.DataFrame(list(rows["key"].iloc[chosen]), columns=list(over))
        s = self.solution
        return frame.assign(activity=s.activity[chosen], lower=rows["lower"].to_numpy()[chosen], upper=rows["upper"].to_numpy()[chosen],
                            dual=s.duals[chosen], range_from=s.ranging.row_from[chosen], range_to=s.ranging.row_to[chosen],
                            unit=rows["unit"].to_numpy()[chosen], position=chosen)


def per(money: str, unit: str) -> str:
    """Unit of a dual: objective unit per unit of the row; (t/a)*a is t."""
    plain = unit.removeprefix("(").replace("/a)*a", "").replace(")*a", "*a")
    return f"{money}/({plain})" if "/" in plain else f"{money}/{plain}"


def flows(solved: Solved) -> pd.DataFrame:
    """Every flow by period, slice, site, commodity, role and agent; what comes in equals what goes out."""
    parts = [_recipes(solved), _simple(solved, "draw", "drawn", "basin"), _simple(solved, "buy", "bought", "market"),
             _simple(solved, "sell", "sold", "market"), _simple(solved, "dispose", "disposed", "route"), *_shipments(solved), *_stored(solved)]
    everything = pd.concat([p for p in parts if not p.empty], ignore_index=True) if any(not p.empty for p in parts) else pd.DataFrame(columns=FLOW_COLUMNS)
    everything = everything[everything["value"].abs() > THRESHOLD]
    keys = [c for c in FLOW_COLUMNS if c != "value"]
    return everything.groupby(keys, sort=False, as_index=False)["value"].sum()[FLOW_COLUMNS]


def _recipes(solved: Solved) -> pd.DataFrame:
    case, activity = solved.case, solved.family("activity")
    coefficient = pd.DataFrame([(j, c, v) for (j, c), v in case.coefficient.items() if v != 0], columns=["process", "commodity", "coefficient"])
    merged = activity[activity["value"].abs() > THRESHOLD].merge(coefficient, on="process")
    if merged.empty:
        return pd.DataFrame(columns=FLOW_COLUMNS)
    merged = _on_commodity_slices(solved, merged)
    merged["role"] = np.where(merged["coefficient"] > 0, "made", "used")
    merged["value"] = (merged["value"] * merged["coefficient"]).abs()
    merged["unit"] = merged["commodity"].map(case.commodity_unit)
    return merged.rename(columns={"process": "agent"})[FLOW_COLUMNS]


def _on_commodity_slices(solved: Solved, merged: pd.DataFrame) -> pd.DataFrame:
    """Slices of the process turned into those of the commodity: summed to the year, or spread by hours."""
    case = solved.case
    if len(case.slices) == 1:
        return merged
    yearly_commodity = merged["commodity"].map(lambda c: case.commodity_slices[c] == (YEAR,))
    merged.loc[yearly_commodity, "slice"] = YEAR
    spread = merged[~yearly_commodity & (merged["slice"] == YEAR)]
    hours = pd.DataFrame([(s.name, s.hours / sum(x.hours for x in case.slices)) for s in case.slices], columns=["slice", "share"])
    flat = spread.drop(columns="slice").merge(hours, how="cross")
    flat["value"] = flat["value"] * flat["share"]
    return pd.concat([merged.drop(spread.index), flat.drop(columns="share")], ignore_index=True)


def _simple(solved: Solved, family: str, role: str, agent: str) -> pd.DataFrame:
    frame = solved.family(family)
    return frame.assign(role=role).rename(columns={agent: "agent"})[FLOW_COLUMNS]


def _shipments(solved: Solved) -> list[pd.DataFrame]:
    frame, case = solved.family("ship"), solved.case
    arrives = np.array([case.delivered[key] for key in zip(frame["link"], frame["commodity"], strict=True)], dtype=float)
    ends = [case.links[name] for name in frame["link"]]
    out = frame.assign(role="shipped_out", site=[link.origin for link in ends], agent=frame["link"])
    into = frame.assign(role="shipped_in", site=[link.destination for link in ends], agent=frame["link"], value=frame["value"] * arrives)
    return [out[FLOW_COLUMNS], into[FLOW_COLUMNS]]


def _stored(solved: Solved) -> list[pd.DataFrame]:
    parts = []
    for family, role in (("store_in", "stored_in"), ("store_out", "stored_out")):
        frame = solved.family(family)
        commodity = [solved.case.stores[key] for key in zip(frame["site"], frame["store"], strict=True)]
        parts.append(frame.assign(role=role, commodity=commodity).rename(columns={"store": "agent"})[FLOW_COLUMNS])
    return parts


def activities(solved: Solved) -> pd.DataFrame:
    """period, slice, site, process, value, unit: how much each process runs."""
    frame = solved.family("activity")
    return frame.loc[frame["value"].abs() > THRESHOLD, ["period", "slice", "site", "process", "value", "unit"]].reset_index(drop=True)


def trades(solved: Solved) -> pd.DataFrame:
    """period, slice, site, commodity, market, tier, side, value, unit, price, freight, money: purchases, sales and unmet demand."""
    case, parts = solved.case, []
    for side in ("buy", "sell"):
        frame = solved.family(side)
        keys = list(zip(frame["site"], frame["commodity"], frame["market"], frame["tier"], frame["period"], strict=True))
        frame = frame.assign(side=side, price=[case.price[k] for k in keys], freight=[case.freight[k[:3]] for k in keys])
        parts.append(frame[frame["value"].abs() > THRESHOLD])
    unmet = solved.family("unmet")
    unmet = unmet[unmet["value"].abs() > THRESHOLD]
    prices = [case.demand[key][1] or 0.0 for key in zip(unmet["site"], unmet["market"], unmet["commodity"], unmet["period"], strict=True)]
    parts.append(unmet.assign(side="unmet", tier=0, price=prices, freight=0.0))
    columns = ["period", "slice", "site", "commodity", "market", "tier", "side", "value", "unit", "price", "freight"]
    frame = pd.concat([p[columns] for p in parts if not p.empty] or [pd.DataFrame(columns=columns)], ignore_index=True)
    return frame.assign(money=frame["value"] * frame["price"])


def capacity(solved: Solved) -> pd.DataFrame:
    """period, site, process, existing, new, retired, total, used, unit, land_ha, capital_cny.

    `process` names the equipment, which is the process itself unless several share it. `new` and `retired` are sums over the
    periods so far, so total = existing + new - retired; `used` is the mean capacity in use over the year.
    """
    case, total = solved.case, solved.family("capacity")
    alive: dict[tuple[str, str, int], float] = defaultdict(float)
    gone: dict[tuple[str, str, int], float] = defaultdict(float)
    built = solved.family("new_capacity")
    for p, u, v, value in zip(built["site"], built["equipment"], built["period"], built["value"], strict=True):
        for y in case.years:
            if v <= y < v + case.lifetime.get(u, float("inf")):
                alive[p, u, y] += value
    retired = solved.family("retired_capacity")
    for p, u, v, value in zip(retired["site"], retired["equipment"], retired["period"], retired["value"], strict=True):
        for y in (y for y in case.years if y >= v):
            gone[p, u, y] += value
    activity = solved.family("activity")
    use: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for (j, u), value in case.use.items():
        use[j].append((u, value))
    used: dict[tuple[str, str, int], float] = defaultdict(float)
    for p, j, y, value in zip(activity["site"], activity["process"], activity["period"], activity["value"], strict=True):
        for u, rate in use[j]:
            used[p, u, y] += rate * value
    keys = list(zip(total["site"], total["equipment"], total["period"], strict=True))
    cost = [case.factor("equipment", u, "capital_cost") or 0.0 for _, u, _ in keys]
    return pd.DataFrame({
        "period": total["period"], "site": total["site"], "process": total["equipment"], "existing": [case.existing.get(k, 0.0) for k in keys],
        "new": [alive[k] for k in keys], "retired": [gone[k] for k in keys], "total": total["value"], "used": [used[k] for k in keys],
        "unit": total["unit"], "land_ha": [case.land.get(u, 0.0) * v for (_, u, _), v in zip(keys, total["value"], strict=True)],
        "capital_cny": [c * alive[k] for c, k in zip(cost, keys, strict=True)],
    })


def accounts(solved: Solved) -> pd.DataFrame:
    """period, area, account, value, background, total, unit: a row per site and per declared area."""
    case, pack = solved.case, solved.case.pack
    by_site = solved.family("account")[["period", "site", "account", "value", "unit"]]
    background = {(r["account"], r["area"], int(r["year"])): r["value"] for r in pack.tables["background"].to_dict("records")}
    parts = [by_site.rename(columns={"site": "area"}).assign(background=0.0)]
    for area in pack.tables["areas"]["area"]:
        sites = [s for s in sites_of(pack, [area]) if s in case.sites]
        if sites:
            summed = by_site[by_site["site"].isin(sites)].groupby(["period", "account", "unit"], sort=False, as_index=False)["value"].sum()
            outside = [background.get((a, area, int(y)), 0.0) for a, y in zip(summed["account"], summed["period"], strict=True)]
            parts.append(summed.assign(area=area, background=outside))
    frame = pd.concat(parts, ignore_index=True)
    frame["total"] = frame["value"] + frame["background"]
    return frame[["period", "area", "account", "value", "background", "total", "unit"]]


def _judged(frame: pd.DataFrame) -> pd.DataFrame:
    """Adds bound, slack, binding and dual_unique to rows of an equation.

    A dual is unique where it holds on both sides of the bound: the optimum is then smooth there.
    """
    upper = np.isfinite(frame["upper"]) & ~(np.isfinite(frame["lower"]) & (frame["dual"] * 0 + frame["lower"] == frame["upper"]) & (frame["dual"] < 0))
    bound = np.where(upper, frame["upper"], frame["lower"])
    slack = np.where(upper, bound - frame["activity"], frame["activity"] - bound)
    size = 1 + np.abs(bound)
    binding = np.abs(slack) <= 1e-6 * size
    margin = 1e-7 * size
    unique = (frame["range_from"] < bound - margin) & (frame["range_to"] > bound + margin)
    return frame.assign(bound=bound, slack=slack, binding=binding, dual_unique=unique | ~binding)


def rules(solved: Solved) -> pd.DataFrame:
    """period, rule, kind, area, left, bound, slack, binding, dual, dual_unit, dual_valid_from, dual_valid_to, dual_unique.

    `left` and `bound` are in `unit`; for a target both are in the unit of its upper account (bound = ratio x lower account).
    """
    by_name = {r.name: r for r in solved.case.choices.rules}
    total = solved.family("account").groupby(["account", "period", "site"])["value"].sum()
    records = []
    for row in _judged(solved.equation(RULE)).to_dict("records"):
        rule = by_name[row["rule"]]
        left, bound = _sides(rule, row, total)
        shift = bound - row["bound"]
        records.append({"period": row["period"], "rule": rule.name, "kind": rule.kind, "area": rule.area, "left": left, "bound": bound,
                        "slack": row["slack"], "binding": row["binding"], "dual": row["dual"], "dual_unit": per(solved.program.objective_unit, rule.unit),
                        "dual_valid_from": row["range_from"] + shift, "dual_valid_to": row["range_to"] + shift, "dual_unique": row["dual_unique"],
                        "unit": rule.unit})
    records += _charge_rows(solved, total)
    columns = ["period", "rule", "kind", "area", "left", "bound", "slack", "binding", "dual", "dual_unit", "dual_valid_from", "dual_valid_to",
               "dual_unique", "unit"]
    return pd.DataFrame(records, columns=columns).astype({"binding": "boolean", "dual_unique": "boolean", "area": "string"})


def _sides(rule: Rule, row: dict[str, float], total: pd.Series) -> tuple[float, float]:
    """Left side and bound as an analyst reads them."""
    year = int(row["period"])
    account = getattr(rule, "account", None)
    distance = row["bound"] - row["activity"]
    if "ratio" in rule.numbers and account is not None:
        background = rule.numbers["background"].at(year) or 0.0
        left = float(sum(total.get((account, year, p), 0.0) for p in rule.sites)) + background
        return left, left + distance
    number = rule.numbers["bound"].at(year) if "bound" in rule.numbers else row["bound"]
    bound = float(number if number is not None else row["bound"])
    return bound - distance, bound


def _charge_rows(solved: Solved, total: pd.Series) -> list[dict[str, object]]:
    return [{"period": y, "rule": r.name, "kind": r.kind, "area": r.area, "left": float(sum(total.get((r.account, y, p), 0.0) for p in r.sites)),
             "bound": np.nan, "slack": np.nan, "binding": None, "dual": np.nan, "dual_unit": per(solved.program.objective_unit, r.unit),
             "dual_valid_from": np.nan, "dual_valid_to": np.nan, "dual_unique": None, "unit": r.unit}
            for r in solved.case.choices.rules if isinstance(r, Charge) for y in r.periods]


def charges(solved: Solved) -> pd.DataFrame:
    """period, rule, tier, site, flow, value, price, money: what is charged, and allowances bought and sold."""
    case, records = solved.case, []
    numbers = {r.name: r.numbers for r in case.choices.rules}
    for flow, price in (("charged", "price_{}"), ("allowance_buy", "buy"), ("allowance_sell", "sell")):
        for row in solved.family(flow).to_dict("records"):
            tier = row.get("tier", 0)
            each = (numbers[row["rule"]][price.format(tier)].at(row["period"]) or 0.0) * (-1 if flow == "allowance_sell" else 1)
            records.append((row["period"], row["rule"], tier, row["site"], flow, row["value"], each, row["value"] * each, row["unit"]))
    return pd.DataFrame(records, columns=["period", "rule", "tier", "site", "flow", "value", "price", "money", "unit"])


def limits(solved: Solved) -> pd.DataFrame:
    """period, slice, family, place, item, left, bound, slack, binding, dual, dual_unit, dual_valid_from, dual_valid_to, dual_unique, unit.

    The physical limits, named by where they hold (site, basin, market or link) and on what.
    """
    parts = []
    for family in _LIMITS:
        frame = solved.equation(family)
        if frame.empty:
            continue
        frame = _judged(frame)
        if family == "capacity_stock":
            frame = frame[frame["dual"].abs() > THRESHOLD].assign(binding=True)
        over = next(e.over for e in EQUATIONS if e.name == family)
        names = [n for n in over if n not in ("period", "slice")]
        for column in ("period", "slice"):
            if column not in frame:
                frame[column] = 0 if column == "period" else YEAR
        item = frame[names[1:]].astype(str).agg(" ".join, axis=1) if len(names) > 1 else ""
        parts.append(frame.assign(family=family, place=frame[names[0]], item=item, left=frame["activity"],
                                  dual_unit=[per(solved.program.objective_unit, u) for u in frame["unit"]]))
    columns = ["period", "slice", "family", "place", "item", "left", "bound", "slack", "binding", "dual", "dual_unit", "range_from", "range_to",
               "dual_unique", "unit"]
    frame = pd.concat([p[columns] for p in parts], ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return frame.rename(columns={"range_from": "dual_valid_from", "range_to": "dual_valid_to"})


def values(solved: Solved) -> pd.DataFrame:
    """period, slice, site, commodity, marginal_value, unit: what one more unit of a commodity there is worth."""
    frame = solved.equation("balance")
    money = solved.program.objective_unit
    return pd.DataFrame({"period": frame["period"], "slice": frame["slice"], "site": frame["site"], "commodity": frame["commodity"],
                         "marginal_value": 0.0 - frame["dual"], "unit": [per(money, u) for u in frame["unit"]]})


def entry(solved: Solved) -> pd.DataFrame:
    """period, site, family, item, level, reduced_cost, enters_at, leaves_at, unit, unique.

    For a process: the value of its reference product at the site above which it runs (enters_at), or below which the plan
    changes (leaves_at). For a purchase or sale: the price at which it starts, or at which the plan changes. Prices are in
    objective unit per unit of the item.
    """
    parts = [_process_entry(solved), _trade_entry(solved, "buy"), _trade_entry(solved, "sell")]
    return pd.concat([p for p in parts if not p.empty] or parts, ignore_index=True)


_ENTRY = ["period", "site", "family", "item", "level", "reduced_cost", "enters_at", "leaves_at", "unit", "unique"]


def _entry_frame(frame: pd.DataFrame, family: str, enters: np.ndarray, leaves: np.ndarray, money: str) -> pd.DataFrame:
    idle = frame["value"].abs().to_numpy() <= THRESHOLD
    return frame.assign(family=family, level=frame["value"], enters_at=np.where(idle, enters, np.nan), leaves_at=np.where(idle, np.nan, leaves),
                        unit=[per(money, u) for u in frame["unit"]], unique=frame["reduced_cost"].abs() > THRESHOLD)[_ENTRY]


def _process_entry(solved: Solved) -> pd.DataFrame:
    frame = solved.family("activity")
    if frame.empty:
        return pd.DataFrame(columns=_ENTRY)
    reference = dict(zip(solved.case.pack.tables["processes"]["process"], solved.case.pack.tables["processes"]["reference"], strict=True))
    worth = values(solved).set_index(["period", "site", "commodity", "slice"])["marginal_value"]
    keys = zip(frame["period"], frame["site"], frame["process"].map(reference), frame["slice"], strict=True)
    product = np.array([worth.get(k, np.nan) for k in keys], dtype=float)
    worse = np.abs(solved.solution.ranging.cost_worse[frame["position"].to_numpy()])
    return _entry_frame(frame.rename(columns={"process": "item"}), "process", product + frame["reduced_cost"].abs().to_numpy(), product - worse,
                        solved.program.objective_unit)


def _trade_entry(solved: Solved, family: str) -> pd.DataFrame:
    frame = solved.family(family)
    if frame.empty:
        return pd.DataFrame(columns=_ENTRY)
    keys = zip(frame["site"], frame["commodity"], frame["market"], frame["tier"], frame["period"], strict=True)
    price = np.array([solved.case.price[k] for k in keys], dtype=float)
    direction = -1.0 if family == "buy" else 1.0
    worse = np.abs(solved.solution.ranging.cost_worse[frame["position"].to_numpy()])
    item = frame["commodity"] + " " + frame["market"] + " " + frame["tier"].astype(str)
    return _entry_frame(frame.assign(item=item), family, price + direction * frame["reduced_cost"].abs().to_numpy(), price - direction * worse,
                        solved.program.objective_unit)


def ledger(solved: Solved) -> pd.DataFrame:
    """period, site, account, flow, commodity, agent, tier, amount, coefficient, value, unit: what each flow adds to each account.

    The amounts can be found again in activities, capacity, flows, trades and charges; `verify` does so.
    """
    columns = ["period", "site", "account", "flow", "commodity", "agent", "tier", "amount", "coefficient", "value"]
    return pd.DataFrame(_contributions(solved), columns=columns)


def _contributions(solved: Solved) -> list[tuple[object, ...]]:
    t, records = solved.terms, []

    def sums(family: str, by: list[str]) -> dict[tuple[object, ...], float]:
        frame = solved.family(family)
        grouped = frame[frame["value"].abs() > THRESHOLD].groupby(by, sort=False)["value"].sum()
        return {key if isinstance(key, tuple) else (key,): float(v) for key, v in grouped.items()}

    def put(y: object, p: object, a: object, flow: str, c: object, agent: object, tier: object, amount: float, coefficient: float) -> None:
        if coefficient != 0:
            records.append((y, p, a, flow, c, agent, tier, amount, coefficient, amount * coefficient))

    by_item: dict[str, dict[object, list[tuple[object, float]]]] = {f: defaultdict(list) for f in ("activity", "capacity", "new_capacity")}
    for flow, found in by_item.items():
        for (a, item), value in t.of(flow).items():
            found[item].append((a, value))
    for (y, p, j), amount in sums("activity", ["period", "site", "process"]).items():
        for a, value in by_item["activity"][j]:
            put(y, p, a, "activity", "", j, 0, amount, value)
    table = capacity(solved)
    for flow, column in (("capacity", "total"), ("new_capacity", "new")):
        for y, p, u, amount in zip(table["period"], table["site"], table["process"], table[column], strict=True):
            if abs(amount) > THRESHOLD:
                for a, value in by_item[flow][u]:
                    put(y, p, a, flow, "", u, 0, amount, value)
    draws = defaultdict(list)
    for (a, b, c), value in t.of("draw").items():
        draws[b, c].append((a, value))
    for (y, p, b, c), amount in sums("draw", ["period", "site", "basin", "commodity"]).items():
        for a, value in draws[b, c]:
            put(y, p, a, "draw", c, b, 0, amount, value)
    for flow in ("buy", "sell"):
        amounts = sums(flow, ["site", "commodity", "market", "tier", "period"])
        for (a, *key), value in t.of(flow).items():
            p, c, n, k, y = key
            if tuple(key) in amounts:
                put(y, p, a, flow, c, n, k, amounts[tuple(key)], value)
    shipped = sums("ship", ["link", "commodity", "period"])
    for (a, p, l, c, y), value in t.of("ship").items():
        if (l, c, y) in shipped:
            put(y, p, a, "ship", c, l, 0, shipped[l, c, y], value)
    disposed = sums("dispose", ["site", "commodity", "route", "period"])
    fees: dict[tuple[object, ...], list[tuple[object, float]]] = defaultdict(list)
    for (a, p, c, r), value in t.of("dispose").items():
        fees[p, c, r].append((a, value))
    for (p, c, r, y), amount in disposed.items():
        for a, value in fees[p, c, r]:
            put(y, p, a, "dispose", c, r, 0, amount, value)
    missing = sums("unmet", ["site", "market", "commodity", "period"])
    for (a, p, n, c, y), value in t.of("unmet").items():
        if (p, n, c, y) in missing:
            put(y, p, a, "unmet", c, n, 0, missing[p, n, c, y], value)
    account_values = sums("account", ["account", "site", "period"])
    for (a, b), value in t.of("account").items():
        for p in solved.case.sites:
            for y in solved.case.years:
                put(y, p, a, "account", "", b, 0, account_values.get((b, p, y), 0.0), value)
    charged = sums("charged", ["rule", "tier", "site", "period"])
    for (a, i, k, y), value in t.of("charged").items():
        for (rule, tier, p, year), amount in charged.items():
            if (rule, tier, year) == (i, k, y):
                put(y, p, a, "charged", "", i, k, amount, value)
    for flow in ("allowance_buy", "allowance_sell"):
        traded = sums(flow, ["rule", "site", "period"])
        for (a, i, y), value in t.of(flow).items():
            for (rule, p, year), amount in traded.items():
                if (rule, year) == (i, y):
                    put(y, p, a, flow, "", i, 0, amount, value)
    return records


def names(solved: Solved) -> pd.DataFrame:
    """kind, id, title_en, title_zh, unit, group, latitude, longitude, extra: titles of everything that the tables name."""
    tables, parts = solved.case.pack.tables, []
    for kind, table, group in (("site", "sites", "area"), ("area", "areas", "parent"), ("commodity", "commodities", "tags"),
                               ("process", "processes", "industry"), ("equipment", "equipment", None), ("basin", "basins", "kind"),
                               ("market", "markets", "side"), ("route", "routes", "kind"), ("account", "accounts", "group"),
                               ("indicator", "indicators", "better")):
        for r in tables[table].to_dict("records"):
            shown = " ".join(r[group]) if group == "tags" else r.get(group) if group else ""
            parts.append((kind, r[kind], r["title_en"], r["title_zh"], r.get("unit") or "", shown or "", r.get("latitude"), r.get("longitude"), ""))
    for name, link in solved.case.links.items():
        parts.append(("link", name, name, name, "", link.mode, None, None, f"{link.origin}>{link.destination}>{link.mode}"))
    for rule in solved.case.choices.rules:
        parts.append(("rule", rule.name, rule.name, rule.name, rule.unit, rule.kind, None, None, f"{rule.title[0]}|{rule.title[1]}"))
    frame = pd.DataFrame(parts, columns=["kind", "id", "title_en", "title_zh", "unit", "group", "latitude", "longitude", "extra"])
    return frame.astype({"latitude": "float64", "longitude": "float64"})


def indicators(solved: Solved, account_table: pd.DataFrame) -> pd.DataFrame:
    """period, indicator, area, numerator, denominator, actual, target, target_year, published, published_year, unit, better, met, note.

    Computed on the official boundary: background included where the area declares it for both accounts.
    """
    pack, records = solved.case.pack, []
    total = account_table.set_index(["period", "area", "account"])
    units = dict(zip(pack.tables["accounts"]["account"], pack.tables["accounts"]["unit"], strict=True))
    published = pack.tables["indicator_values"].to_dict("records")
    for r in pack.tables["indicators"].to_dict("records"):
        unit = units[r["numerator"]] + (f"/({units[r['denominator']]})" if r["denominator"] else "")
        factor = pack.units.factor(unit, r["unit"])
        for area in dict.fromkeys(v["area"] for v in published if v["indicator"] == r["indicator"]):
            for y in solved.case.years:
                if (y, area, r["numerator"]) in total.index:
                    records.append(_indicator(r, area, y, total, factor, [v for v in published if v["indicator"] == r["indicator"] and v["area"] == area]))
    columns = ["period", "indicator", "area", "numerator", "denominator", "actual", "target", "target_year", "published", "published_year", "unit",
               "better", "met", "note"]
    return pd.DataFrame(records, columns=columns).astype({"met": "boolean", "target_year": "Int64", "published_year": "Int64"})


def _indicator(r: dict[str, object], area: str, y: int, total: pd.DataFrame, factor: float | None, found: list[dict[str, object]]) -> dict[str, object]:
    upper = total.loc[(y, area, r["numerator"])]
    lower = total.loc[(y, area, r["denominator"])] if r["denominator"] else None
    mixed = lower is not None and (upper["background"] == 0) != (lower["background"] == 0)
    column = "value" if mixed else "total"
    below = 1.0 if lower is None else float(lower[column])
    actual = float(upper[column]) / below * factor if factor is not None and below != 0 else None
    target = min((v for v in found if v["kind"] == "target"), key=lambda v: (int(str(v["year"]).split(".")[0]) < y, abs(_year(v) - y)), default=None)
    base = min((v for v in found if v["kind"] == "published"), key=lambda v: abs(_year(v) - y), default=None)
    goal = None if target is None else float(str(target["value"]))
    met = None if actual is None or goal is None else actual >= goal * (1 - 1e-9) if r["better"] == "higher" else actual <= goal * (1 + 1e-9)
    return {"period": y, "indicator": r["indicator"], "area": area, "numerator": upper[column], "denominator": below, "actual": actual, "target": goal,
            "target_year": None if target is None else _year(target), "published": None if base is None else float(str(base["value"])),
            "published_year": None if base is None else _year(base), "unit": r["unit"], "better": r["better"], "met": met,
            "note": "model only" if mixed or upper["background"] == 0 else "with background"}


def _year(row: dict[str, object]) -> int:
    return int(float(str(row["year"])))


def all_tables(solved: Solved) -> dict[str, pd.DataFrame]:
    """Every table of a run by file name."""
    account_table = accounts(solved)
    found = {"flows": flows(solved), "activities": activities(solved), "trades": trades(solved), "capacity": capacity(solved),
             "accounts": account_table, "rules": rules(solved), "limits": limits(solved), "charges": charges(solved), "values": values(solved),
             "entry": entry(solved), "ledger": ledger(solved), "names": names(solved), "indicators": indicators(solved, account_table)}
    found["products"] = products(found, dict(solved.case.choices.objective[0].weights))
    return found
