"""Flows, activities and trades of a solved case as tidy tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from saltloop.formulation.calendar import YEAR
from saltloop.results.solved import THRESHOLD, Solved

FLOW_COLUMNS = ["period", "slice", "site", "commodity", "role", "agent", "value", "unit"]


def flows(solved: Solved) -> pd.DataFrame:
    """Every flow by period, slice, site, commodity, role and agent; what comes in equals what goes out."""
    parts = [
        _recipes(solved),
        _simple(solved, "draw", "drawn", "basin"),
        _simple(solved, "buy", "bought", "market"),
        _simple(solved, "sell", "sold", "market"),
        _simple(solved, "dispose", "disposed", "route"),
        *_shipments(solved),
        *_stored(solved),
    ]
    everything = pd.concat([p for p in parts if not p.empty], ignore_index=True) if any(not p.empty for p in parts) else pd.DataFrame(columns=FLOW_COLUMNS)
    everything = everything[everything["value"].abs() > THRESHOLD]
    keys = [c for c in FLOW_COLUMNS if c != "value"]
    return everything.groupby(keys, sort=False, as_index=False)[["value"]].sum()[FLOW_COLUMNS]


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
