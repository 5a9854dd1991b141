"""What would come into a plan and what would leave it, and at which price."""

from __future__ import annotations

import pandas as pd

from saltloop.results.run import Run

COLUMNS = ["period", "site", "family", "item", "level", "now", "enters_at", "leaves_at", "apart", "unit", "unique"]
_KEY = ["period", "site", "family", "item"]


def entering(run: Run) -> pd.DataFrame:
    """Prices at which activities, purchases and sales come into the plan or leave it, nearest first.

    Args:
        run: a finished run.

    Returns:
        period, site, family (process, buy, sell), item (the process; or commodity, market and tier), level (in the plan), now [unit:
        the value of the reference product there, or the price of the trade], enters_at or leaves_at [unit], apart (share of
        `now` by which it would have to move; nan where `now` is nothing), unique (False: it could also be otherwise at the same
        objective). Of several slices, the nearest.
    """
    entry = run.table("entry")
    moving = entry[entry["enters_at"].notna() | entry["leaves_at"].notna()]
    other = moving["enters_at"].fillna(moving["leaves_at"])
    now = _now(run, moving)
    frame = moving.assign(now=now, apart=((other - now) / now.abs().where(now != 0)).abs())
    nearest = frame.sort_values(["apart", *_KEY], na_position="last").drop_duplicates(_KEY)
    return nearest[COLUMNS].reset_index(drop=True)


def _now(run: Run, moving: pd.DataFrame) -> pd.Series:
    """Price of a trade in the plan, or the value of a process's reference product at its site."""
    names = run.table("names")
    reference = names[names["kind"] == "process"].set_index("id")["extra"]
    value_of = run.table("values").groupby(["period", "site", "commodity"])["marginal_value"].mean()
    product = moving["item"].map(reference)
    keys = pd.MultiIndex.from_arrays([moving["period"], moving["site"], product])
    made = pd.Series(value_of.reindex(keys).to_numpy(), index=moving.index)
    # The reduced cost is what an idle trade lacks: a sale is that much too cheap, a purchase that much too dear.
    lacks = moving["reduced_cost"].abs()
    idle = moving["enters_at"] + lacks.where(moving["family"] == "buy", -lacks)
    trades = run.table("trades").assign(item=lambda t: t["commodity"] + " " + t["market"] + " " + t["tier"].astype(str))
    price = trades.drop_duplicates(["period", "site", "side", "item"]).set_index(["period", "site", "side", "item"])["price"]
    paid = pd.Series(price.reindex(pd.MultiIndex.from_frame(moving[["period", "site", "family", "item"]])).to_numpy(), index=moving.index)
    return made.where(moving["family"] == "process", paid.fillna(idle))
