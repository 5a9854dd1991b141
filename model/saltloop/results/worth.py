"""What binds and what it is worth: rules, physical limits, marginal values and entry prices."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd

from saltloop.data.read import records
from saltloop.formulation.calendar import EACH, HOURS, YEAR
from saltloop.formulation.program import EQUATIONS, RULE
from saltloop.formulation.rules.charge import Charge
from saltloop.formulation.rules.rule import Rule
from saltloop.results.solved import THRESHOLD, Solved, per

LIMITS = (
    "capacity_stock",
    "draw_limit",
    "stock_limit",
    "land_limit",
    "link_limit",
    "build_limit",
    "sales_tier",
    "purchase_tier",
    "demand_served",
    "disposal_limit",
    "evaporation_limit",
    "minimum_load",
    "storage_size",
    "storage_rate",
)
_ENTRY = ["period", "slice", "site", "family", "item", "level", "reduced_cost", "enters_at", "leaves_at", "unit", "unique"]
_RULES = ["period", "rule", "kind", "area", "left", "bound", "slack", "binding", "dual", "dual_unit", "dual_valid_from", "dual_valid_to", "dual_unique", "unit"]


def _judged(frame: pd.DataFrame) -> pd.DataFrame:
    """Adds bound, slack, binding and dual_unique to rows of an equation.

    A dual is unique where it holds on both sides of the bound: the optimum is then smooth there.
    """
    lower, upper, dual, activity, low, high = (frame[name].to_numpy() for name in ("lower", "upper", "dual", "activity", "range_from", "range_to"))
    is_upper = np.isfinite(upper) & ~(np.isfinite(lower) & (lower == upper) & (dual < 0))
    bound = np.where(is_upper, upper, lower)
    slack = np.where(is_upper, bound - activity, activity - bound)
    size = 1 + np.abs(bound)
    binding = np.abs(slack) <= 1e-6 * size
    margin = 1e-7 * size
    unique = (low < bound - margin) & (high > bound + margin)
    return frame.assign(bound=bound, slack=slack, binding=binding, dual_unique=unique | ~binding)


def rules(solved: Solved) -> pd.DataFrame:
    """period, rule, kind, area, left, bound, slack, binding, dual, dual_unit, dual_valid_from, dual_valid_to, dual_unique.

    `left` and `bound` are in `unit`; for a target both are in the unit of its upper account (bound = ratio x lower account).
    """
    by_name = {r.name: r for r in solved.case.choices.rules}
    total = solved.family("account").groupby(["account", "period", "site"])["value"].sum()
    outside = {(r["account"], r["area"], int(r["year"])): r["value"] for r in solved.case.pack.rows("background")}
    found: list[dict[str, Any]] = []
    for row in records(_judged(solved.equation(RULE))):
        rule = by_name[row["rule"]]
        left, bound = _sides(rule, row, total, outside if getattr(rule, "background", True) else {})
        shift = bound - row["bound"]
        found.append(
            {
                "period": row["period"],
                "rule": rule.name,
                "kind": rule.kind,
                "area": rule.area,
                "left": left,
                "bound": bound,
                "slack": row["slack"],
                "binding": row["binding"],
                "dual": row["dual"],
                "dual_unit": per(solved.program.objective_unit, rule.unit),
                "dual_valid_from": row["range_from"] + shift,
                "dual_valid_to": row["range_to"] + shift,
                "dual_unique": row["dual_unique"],
                "unit": rule.unit,
            }
        )
    found += _charge_rows(solved, total)
    return pd.DataFrame(found, columns=_RULES).astype({"binding": "boolean", "dual_unique": "boolean", "area": "string"})


def _sides(rule: Rule, row: dict[str, float], total: pd.Series, outside: dict[tuple[str, str | None, int], float]) -> tuple[float, float]:
    """Left side and bound as an analyst reads them; outside is the background by account, area and year."""
    year = int(row["period"])
    account = getattr(rule, "account", None)
    distance = row["bound"] - row["activity"]
    if "ratio" in rule.numbers and account is not None:
        left = float(sum(total.get((account, year, p), 0.0) for p in rule.sites)) + outside.get((account, rule.area, year), 0.0)
        return left, left + distance
    number = rule.numbers["bound"].at(year) if "bound" in rule.numbers else row["bound"]
    bound = float(number if number is not None else row["bound"])
    return bound - distance, bound


def _charge_rows(solved: Solved, total: pd.Series) -> list[dict[str, Any]]:
    return [
        {
            "period": y,
            "rule": r.name,
            "kind": r.kind,
            "area": r.area,
            "left": float(sum(total.get((r.account, y, p), 0.0) for p in r.sites)),
            "bound": np.nan,
            "slack": np.nan,
            "binding": None,
            "dual": np.nan,
            "dual_unit": per(solved.program.objective_unit, r.unit),
            "dual_valid_from": np.nan,
            "dual_valid_to": np.nan,
            "dual_unique": None,
            "unit": r.unit,
        }
        for r in solved.case.choices.rules
        if isinstance(r, Charge)
        for y in r.periods
    ]


def limits(solved: Solved) -> pd.DataFrame:
    """period, slice, family, place, item, left, bound, slack, binding, dual, dual_unit, dual_valid_from, dual_valid_to, dual_unique, unit.

    The physical limits, named by where they hold (site, basin, market or link) and on what.
    """
    parts = []
    for family in LIMITS:
        frame = solved.equation(family)
        if frame.empty:
            continue
        frame = _judged(frame)
        if family == "capacity_stock":
            frame = frame[frame["dual"].abs() > THRESHOLD].assign(binding=True)
        over = next(e.over for e in EQUATIONS if e.name == family)
        names = [n for n in over if n not in ("period", "slice", "until")]
        for column in ("period", "slice"):
            if column not in frame:
                frame[column] = 0 if column == "period" else YEAR
        words = zip(*(frame[name] for name in names[1:]), strict=True)
        parts.append(
            frame.assign(
                family=family,
                place=frame[names[0]],
                item=[" ".join(map(str, each)) for each in words] if len(names) > 1 else "",
                left=frame["activity"],
                dual_unit=[per(solved.program.objective_unit, u) for u in frame["unit"]],
            )
        )
    columns = [
        "period",
        "slice",
        "family",
        "place",
        "item",
        "left",
        "bound",
        "slack",
        "binding",
        "dual",
        "dual_unit",
        "range_from",
        "range_to",
        "dual_unique",
        "unit",
    ]
    frame = pd.concat([p[columns] for p in parts], ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return frame.rename(columns={"range_from": "dual_valid_from", "range_to": "dual_valid_to"})


def values(solved: Solved) -> pd.DataFrame:
    """period, slice, site, commodity, marginal_value, unit: what one more unit of a commodity there is worth."""
    frame = solved.equation("balance")
    money = solved.program.objective_unit
    return pd.DataFrame(
        {
            "period": frame["period"],
            "slice": frame["slice"],
            "site": frame["site"],
            "commodity": frame["commodity"],
            "marginal_value": 0.0 - frame["dual"],
            "unit": [per(money, u) for u in frame["unit"]],
        }
    )


def entry(solved: Solved) -> pd.DataFrame:
    """period, site, family, item, level, reduced_cost, enters_at, leaves_at, unit, unique.

    For a process: the value of its reference product at the site above which it runs (enters_at), or below which the plan
    changes (leaves_at), in objective unit per unit, as in table values. For a purchase or sale: the price, before freight
    and in money of the year, at which it starts, or at which the plan changes; none where the objective does not feel a price.
    """
    parts = [_process_entry(solved), _trade_entry(solved, "buy"), _trade_entry(solved, "sell")]
    return pd.concat([p for p in parts if not p.empty] or parts, ignore_index=True)


def _entry_frame(solved: Solved, frame: pd.DataFrame, start: np.ndarray, felt: np.ndarray, basic_enters: bool, money: str) -> pd.DataFrame:
    """Where the reduced cost of an idle column comes to nothing, and where a running one leaves the plan.

    Args:
        solved: for the ranging.
        frame: columns with item and family.
        start: what is moved, at its value of now.
        felt: what one unit more of it adds to the objective per unit of the column.
        basic_enters: whether an idle column without reduced cost enters only after its coefficient has moved on.
        money: what `start` is counted in, per unit of the item.
    """
    position, sense = frame["position"].to_numpy(), 1.0 if solved.program.stages[0][0] == "maximise" else -1.0
    idle, ranging = frame["value"].abs().to_numpy() <= THRESHOLD, solved.solution.ranging
    missing = np.where(solved.solution.basic[position] & basic_enters, sense * ranging.cost_better[position], -frame["reduced_cost"].to_numpy())
    with np.errstate(divide="ignore", invalid="ignore"):
        enters, leaves = start + missing / felt, start - sense * ranging.cost_worse[position] / felt
    enters, leaves = np.where(idle & (felt != 0), enters, np.nan), np.where(~idle & (felt != 0), leaves, np.nan)
    return frame.assign(
        level=frame["value"], enters_at=enters, leaves_at=leaves, unit=[per(money, u) for u in frame["unit"]], unique=frame["reduced_cost"].abs() > THRESHOLD
    )[_ENTRY]


def _product_value(solved: Solved, frame: pd.DataFrame, reference: pd.Series) -> np.ndarray:
    """Marginal value of the reference product in the slice of the process; the mean by hours where the product is finer."""
    balance = solved.equation("balance")
    worth = dict(zip(zip(*(balance[name] for name in ("period", "site", "commodity", "slice")), strict=True), 0.0 - balance["dual"], strict=True))
    hours = {s.name: s.hours / HOURS for s in solved.case.slices}
    names: dict[tuple[str, ...], tuple[str, ...]] = {(YEAR,): (YEAR,), (EACH,): tuple(hours)}
    found = []
    for y, p, c, t in zip(frame["period"], frame["site"], reference, frame["slice"], strict=True):
        steps = names[solved.case.commodity_slices[c]]
        shares = {t: 1.0} if t in steps else {YEAR: 1.0} if steps == (YEAR,) else {step: hours[step] for step in steps}
        found.append(sum(share * worth.get((y, p, c, step), np.nan) for step, share in shares.items()))
    return np.array(found, dtype=float)


def _process_entry(solved: Solved) -> pd.DataFrame:
    frame = solved.family("activity")
    if frame.empty:
        return pd.DataFrame(columns=_ENTRY)
    reference = frame["process"].map({r["process"]: r["reference"] for r in solved.case.pack.rows("processes")})
    made = np.array([solved.case.coefficient.get(key, 0.0) for key in zip(frame["process"], reference, strict=True)])
    frame = frame.rename(columns={"process": "item"}).assign(family="process")
    return _entry_frame(solved, frame, _product_value(solved, frame, reference), made, False, solved.program.objective_unit)


def _felt_prices(solved: Solved, flow: str) -> dict[tuple[str, str, str, int], float]:
    """What one more unit of money per unit bought or sold adds to the objective, by site, commodity, market and period."""
    pack, units = solved.case.pack, solved.case.pack.units
    defined = solved.equation("account_definition")
    worth = dict(zip(zip(*(defined[name] for name in ("account", "site", "period")), strict=True), defined["dual"], strict=True))
    unit = dict(zip(pack.tables["accounts"]["account"], pack.tables["accounts"]["unit"], strict=True))
    words = {kind: {r[kind]: {None, r[kind], *r["tags"]} for r in pack.rows(table)} for kind, table in (("commodity", "commodities"), ("market", "markets"))}
    found: dict[tuple[str, str, str, int], float] = defaultdict(float)
    trades = dict.fromkeys(key[:3] for key in (solved.case.purchases if flow == "buy" else solved.case.sales))
    for row in (r for r in pack.rows("account_terms") if r["flow"] == flow and r["measure"] == "price"):
        weight = row["value"] * (units.factor(f"({row['unit']})*({units.currency})", unit[row["account"]]) or 0.0)
        for p, c, n in trades:
            if row["commodity"] in words["commodity"][c] and row["agent"] in words["market"][n]:
                for y in solved.case.years:
                    found[p, c, n, y] += weight * worth[row["account"], p, y]
    return found


def _trade_entry(solved: Solved, family: str) -> pd.DataFrame:
    frame = solved.family(family)
    if frame.empty:
        return pd.DataFrame(columns=_ENTRY)
    prices, felt = solved.case.price, _felt_prices(solved, family)
    keys = list(zip(frame["site"], frame["commodity"], frame["market"], frame["tier"], frame["period"], strict=True))
    frame = frame.assign(family=family, item=[f"{c} {n} {tier}" for _, c, n, tier, _ in keys])
    start, worth = np.array([prices[k] for k in keys], dtype=float), np.array([felt[p, c, n, y] for p, c, n, _, y in keys], dtype=float)
    return _entry_frame(solved, frame, start, worth, True, solved.case.pack.units.currency)
