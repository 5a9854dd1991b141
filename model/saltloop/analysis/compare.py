"""Several runs side by side: accounts, products, capacity, rules; only where they differ, the largest difference first."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from saltloop.results.run import Run

_SAME = 1e-6
TABLES = ("accounts", "products", "capacity", "rules")
_KEYS: dict[str, tuple[list[str], str]] = {
    "accounts": (["period", "area", "account", "unit"], "total"),
    "products": (["period", "commodity", "unit"], "sold"),
    "capacity": (["period", "site", "process", "unit"], "total"),
    "rules": (["period", "rule", "area", "dual_unit"], "dual"),
}


def side_by_side(runs: Sequence[Run], table: str) -> pd.DataFrame:
    """One table of several runs: its keys, then a column for each run (run_1, run_2, ...), then `difference`, last less first.

    Args:
        runs: in the order of the columns.
        table: accounts (totals), products (sold), capacity (total) or rules (duals).

    Returns:
        the lines in which the runs differ by more than a millionth; what a run does not have is empty and counts as zero.
    """
    keys, column = _KEYS[table]
    wide: pd.DataFrame | None = None
    names = [f"run_{number + 1}" for number in range(len(runs))]
    for name, run in zip(names, runs, strict=True):
        frame = run.table(table)[[*keys, column]].rename(columns={column: name})
        texts = {key: frame[key].astype(object).where(frame[key].notna(), "") for key in keys if key != "period"}
        own: pd.DataFrame = frame.assign(**texts).groupby(keys, sort=False)[name].sum().reset_index()
        wide = own if wide is None else wide.merge(own, on=keys, how="outer", sort=False)
    found = pd.DataFrame() if wide is None else wide
    filled = found[names].fillna(0.0)
    size = 1 + filled.abs().max(axis=1)
    found = found.assign(difference=filled[names[-1]] - filled[names[0]], _apart=(filled.max(axis=1) - filled.min(axis=1)) / size)
    return found[found["_apart"] > _SAME].sort_values("_apart", ascending=False, kind="stable", ignore_index=True).drop(columns="_apart")
