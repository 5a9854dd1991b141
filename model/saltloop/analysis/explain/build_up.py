"""What one more unit of an activity costs and brings, term by term: the column of the programme priced with the duals.

For a column with cost c and coefficients a, the reduced cost is c - sum over rows of a x dual. Each term of that sum is a
purchase, a by-product, an account, the rent of equipment or of a resource, or the price of a rule; for an activity of the plan
they add up to nothing, and for one that stays out they add up to what it lacks. Source: dual of linear programming.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from saltloop.analysis.explain.arrays import Written

COLUMNS = ["period", "slice", "site", "process", "level", "part", "place", "item", "amount", "unit", "price", "value", "per"]
_COMMODITY, _ACCOUNT = "balance", "account_definition"
# Smaller shares of the largest term are rounding of the arrays.
_NOTHING = 1e-9


def build_up(program: Written, sites: Iterable[str] | None = None, processes: Iterable[str] | None = None) -> pd.DataFrame:
    """The terms of one unit of activity, for each process chosen.

    Args:
        program: arrays of a run.
        sites: only these; None: all.
        processes: only these; None: all.

    Returns:
        period, slice, site, process, level (activity in the plan), part (made, used, account, rent, rule), place, item (the
        commodity, account, equipment, resource or rule), amount [unit, per unit of activity], price [objective unit per unit],
        value [objective unit per unit of activity; what it adds to the objective, + is good], per (unit of activity). The values of
        one activity add up to its reduced cost, that is to 0 if it is in the plan.
    """
    chosen = _chosen(program, sites, processes)
    entries = program.program.matrix[:, chosen].tocoo()
    rows, columns = program.program.rows, program.program.columns.iloc[chosen]
    price = program.duals[entries.coords[0]] * (-1.0 if program.maximise else 1.0)
    found = pd.DataFrame(
        {
            "column": entries.coords[1],
            "family": rows["family"].to_numpy()[entries.coords[0]],
            "key": rows["key"].to_numpy()[entries.coords[0]],
            "amount": entries.data,
            "unit": rows["unit"].to_numpy()[entries.coords[0]],
            "price": price,
            "value": entries.data * price,
        }
    )
    found = found[found["value"].abs() > _NOTHING * found.groupby("column")["value"].transform(lambda v: v.abs().max())]
    keys = columns["key"].iloc[found["column"]]
    frame = found.assign(
        site=[k[0] for k in keys],
        process=[k[1] for k in keys],
        period=[int(k[2]) for k in keys],
        slice=[k[3] for k in keys],
        level=program.values[chosen][found["column"]],
        per=columns["unit"].to_numpy()[found["column"]],
        part=[_part(f, a) for f, a in zip(found["family"], found["amount"], strict=True)],
        place=[k[0] for k in found["key"]],
        item=[_item(f, k) for f, k in zip(found["family"], found["key"], strict=True)],
    )
    return frame[COLUMNS].reset_index(drop=True)


def _chosen(program: Written, sites: Iterable[str] | None, processes: Iterable[str] | None) -> np.ndarray:
    """Positions of the activities asked for."""
    is_activity = (program.program.columns["family"] == "activity").to_numpy()
    wanted = [None if words is None else set(words) for words in (sites, processes)]
    keys = program.program.columns["key"]
    inside = [active and all(words is None or key[n] in words for n, words in enumerate(wanted)) for active, key in zip(is_activity, keys, strict=True)]
    return np.flatnonzero(np.array(inside, dtype=bool))


def _part(family: str, amount: float) -> str:
    if family == _COMMODITY:
        return "made" if amount > 0 else "used"
    return {"rule": "rule", _ACCOUNT: "account"}.get(family, "rent")


def _item(family: str, key: tuple[str, ...]) -> str:
    """What the row is about: the first part of a rule's or an account's key, else the second."""
    if family in ("rule", _ACCOUNT):
        return key[0]
    return key[1] if len(key) > 1 else key[0]
