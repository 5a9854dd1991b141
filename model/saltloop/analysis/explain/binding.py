"""What binds in a run, and what one more unit of each would be worth."""

from __future__ import annotations

import pandas as pd

from saltloop.results.run import Run

COLUMNS = [
    "period",
    "slice",
    "family",
    "place",
    "item",
    "bound",
    "unit",
    "marginal_value",
    "value_unit",
    "valid_from",
    "valid_to",
    "unique",
    "weight",
]
_RENAMED = {"dual": "marginal_value", "dual_unit": "value_unit", "dual_valid_from": "valid_from", "dual_valid_to": "valid_to", "dual_unique": "unique"}


def binding(run: Run) -> pd.DataFrame:
    """Every rule and every physical limit that binds at a price, weightiest first.

    Args:
        run: a finished run.

    Returns:
        period, slice, family (rule, or the equation of the limit), place (the rule's area, or where the limit holds), item
        (name of the rule, or what the limit is on), bound [unit], marginal_value [value_unit: objective unit per unit of the
        bound], valid_from and valid_to [unit: values of the bound between which the marginal value holds], unique (False:
        another marginal value is as good, so that one more unit may be worth less than told), weight [objective unit:
        |marginal_value x bound|].
    """
    rules = run.table("rules")
    rules = rules.assign(family="rule", place=rules["area"], item=rules["rule"], slice="year")
    parts = [frame.rename(columns=_RENAMED) for frame in (rules, run.table("limits")) if not frame.empty]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    everything = pd.concat([part.reindex(columns=[*COLUMNS[:-1], "binding"]).astype(object) for part in parts], ignore_index=True)
    tight = everything["binding"].fillna(False).astype(bool) & (everything["marginal_value"].astype(float).fillna(0.0).abs() > 0)
    found = everything[tight]
    found = found.assign(weight=(found["marginal_value"] * found["bound"]).astype(float).abs())
    order = found.sort_values(["weight", "family", "place", "item"], ascending=[False, True, True, True])
    typed = dict.fromkeys(("bound", "marginal_value", "valid_from", "valid_to", "weight"), "float64")
    return order[COLUMNS].astype({**typed, "period": "int64", "unique": "boolean"}).reset_index(drop=True)
