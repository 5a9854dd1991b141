"""What by-products and wastes are worth in each park: negative where one would pay to be rid of them."""

from __future__ import annotations

import pandas as pd

from saltloop.results.run import Run

COLUMNS = ["period", "site", "commodity", "made", "used", "sold", "shipped_out", "disposed", "unit", "marginal_value", "value_unit", "weight"]
_ROLES = ["made", "used", "sold", "shipped_out", "disposed"]
_KEY = ["period", "site", "commodity"]


def by_products(run: Run) -> pd.DataFrame:
    """Every by-product and waste by the site that makes it.

    A by-product is what a running process makes beside its reference product, or what is disposed of or pays to be taken.

    Args:
        run: a finished run.

    Returns:
        period, site, commodity, made, used, sold, shipped_out, disposed [unit per year, at the site], marginal_value
        [value_unit; of one more unit at the site, in the sense that more is better, the mean over the slices by what is made;
        negative: one would pay to be rid of it], weight [objective unit: |marginal_value| x made], largest weight first.
    """
    flows = run.table("flows")
    made = flows[flows["role"] == "made"]
    references = run.table("names").query("kind == 'process'").set_index("id")["extra"]
    beside = made[made["agent"].map(references) != made["commodity"]]
    unwanted = flows[flows["role"] == "disposed"]
    chosen = pd.concat([beside, made.merge(unwanted[_KEY].drop_duplicates(), on=_KEY)])[_KEY].drop_duplicates()
    if chosen.empty:
        return pd.DataFrame(columns=COLUMNS)
    amounts = flows.merge(chosen, on=_KEY).pivot_table(index=[*_KEY, "unit"], columns="role", values="value", aggfunc="sum", observed=True)
    frame = amounts.reindex(columns=_ROLES).fillna(0.0).reset_index()
    frame = frame.merge(_worth(run, made), on=_KEY, how="left")
    frame["weight"] = frame["marginal_value"].abs() * frame["made"]
    return frame[COLUMNS].sort_values(["weight", "commodity", "site"], ascending=[False, True, True]).reset_index(drop=True)


def _worth(run: Run, made: pd.DataFrame) -> pd.DataFrame:
    """Marginal value by period, site and commodity, weighted over the slices by what is made in them."""
    sign = -1.0 if run.manifest["objective"]["stages"][0]["sense"] == "minimise" else 1.0
    by_slice = made.groupby([*_KEY, "slice"], as_index=False)["value"].sum()
    joined = by_slice.merge(run.table("values"), on=[*_KEY, "slice"])
    joined["money"] = joined["value"] * joined["marginal_value"] * sign
    summed = joined.groupby([*_KEY, "unit"], as_index=False)[["value", "money"]].sum()
    summed["marginal_value"] = summed["money"] / summed["value"]
    worth: pd.DataFrame = summed.rename(columns={"unit": "value_unit"})[[*_KEY, "marginal_value", "value_unit"]]
    return worth
