"""The table of contents of a run: every table by its file name."""

from __future__ import annotations

import pandas as pd

from saltloop.results.book import accounts, charges, ledger
from saltloop.results.capacities import capacity
from saltloop.results.flows import activities, flows, trades
from saltloop.results.indicators import indicators, scores
from saltloop.results.products import products
from saltloop.results.solved import Solved
from saltloop.results.titles import names
from saltloop.results.worth import entry, limits, rules, values

# Files of a run that hold one table each.
TABLES = (
    "flows",
    "activities",
    "trades",
    "capacity",
    "accounts",
    "rules",
    "limits",
    "charges",
    "values",
    "entry",
    "ledger",
    "names",
    "indicators",
    "scores",
    "products",
)


def all_tables(solved: Solved) -> dict[str, pd.DataFrame]:
    """Every table of a run by file name."""
    account_table = accounts(solved)
    indicator_table = indicators(solved, account_table)
    found = {
        "flows": flows(solved),
        "activities": activities(solved),
        "trades": trades(solved),
        "capacity": capacity(solved),
        "accounts": account_table,
        "rules": rules(solved),
        "limits": limits(solved),
        "charges": charges(solved),
        "values": values(solved),
        "entry": entry(solved),
        "ledger": ledger(solved),
        "names": names(solved),
        "indicators": indicator_table,
        "scores": scores(solved, indicator_table),
    }
    found["products"] = products(found, dict(solved.case.choices.objective[0].weights))
    return found
