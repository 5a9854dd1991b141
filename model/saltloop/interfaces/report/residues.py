"""What by-products and wastes are worth in each park: as a table, and on the map for one of them at a time."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import pandas as pd

from saltloop.analysis.explain.by_products import by_products
from saltloop.data.read import records
from saltloop.interfaces.report.folder import Folder
from saltloop.interfaces.report.sheet import MOST_ROWS, Cell, Sheet, amount, label
from saltloop.language import Both, both, number_both
from saltloop.results.run import Run

_ON_MAP = 24
_LARGEST, _SMALLEST = 44.0, 9.0


def by_product_values(folder: Folder) -> pd.DataFrame:
    """By-products of the year shown that are worth something, or cost something to be rid of."""
    found = by_products(Run(folder.path))
    return found[(found["period"] == folder.period) & (found["weight"] > 0)]


def residues(folder: Folder, found: pd.DataFrame) -> Sheet:
    """By-products by park: made, used, disposed of, and the worth of one more unit, weightiest first."""
    rows: list[list[Cell]] = [
        [
            label(folder.title(row["commodity"], "commodity"), remark=folder.title(row["site"], "site")),
            *(amount(row[role], row["unit"]) for role in ("made", "used", "shipped_out", "disposed")),
            amount(row["marginal_value"], row["value_unit"]),
        ]
        for row in records(found.head(MOST_ROWS))
    ]
    columns = ("item", "#made", "#used", "#shipped", "#disposed", "#marginal_value")
    return Sheet("by-products", both("by_products_table"), columns, rows, 12, both("explain_by_product_note"), len(found))


def value_map(folder: Folder, found: pd.DataFrame) -> list[dict[str, Any]]:
    """For each of the weightiest by-products, the parks that make it, with size, worth and words."""
    weights = found.groupby("commodity", sort=False)["weight"].sum().sort_values(ascending=False).head(_ON_MAP)
    rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in records(found):
        rows[row["commodity"]].append(row)
    maps = [_map(folder, commodity, rows[commodity]) for commodity in weights.index]
    return [each for each in maps if each["sites"]]


def _map(folder: Folder, commodity: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    largest = max(row["made"] for row in rows)
    sites = [
        {
            "at": folder.name(row["site"], "site").place,
            "title": folder.title(row["site"], "site"),
            "size": max(_SMALLEST, _LARGEST * math.sqrt(row["made"] / largest)),
            "isWorth": row["marginal_value"] >= 0,
            "worth": number_both(row["marginal_value"], row["value_unit"]),
            "hover": _words(folder, row),
        }
        for row in rows
        if folder.name(row["site"], "site").place
    ]
    return {"key": commodity, "title": folder.title(commodity, "commodity"), "sites": sites}


def _words(folder: Folder, row: dict[str, Any]) -> Both:
    title, made, worth = folder.title(row["site"], "site"), number_both(row["made"], row["unit"]), number_both(row["marginal_value"], row["value_unit"])
    names = both("made"), both("marginal_value")
    english, chinese = (f"<b>{title[i]}</b><br>{names[0][i]}: {made[i]}<br>{names[1][i]}: {worth[i]}" for i in (0, 1))
    return (english, chinese)
