"""What is sold, and what becomes of the wastes."""

from __future__ import annotations

import pandas as pd

from saltloop.interfaces.report.binding import objective
from saltloop.interfaces.report.folder import Folder
from saltloop.interfaces.report.sheet import MOST_ROWS, Cell, Sheet, amount, label, ratio, share, spread
from saltloop.language import Both, both, listed_both

_SITES_NAMED = 3


def sold_products(folder: Folder) -> pd.DataFrame:
    """Products by sales, largest first: commodity, value [unit of the commodity], money."""
    sold = folder.sales.groupby("commodity", observed=True)[["value", "money"]].sum().reset_index()
    return sold[sold["value"] > 0].sort_values(["money", "value", "commodity"], ascending=[False, False, True])


def products(folder: Folder) -> Sheet:
    """Every product: amount, money, share of sales, contribution to the objective, worth, and the sites that it comes from."""
    frame = sold_products(folder)
    total = float(frame["money"].clip(lower=0).sum())
    adds = folder.now("products").set_index("commodity")["contribution"].to_dict()
    rows = [
        [
            label(folder.title(item, "commodity")),
            amount(value, folder.units[item]),
            amount(money, folder.currency),
            share(ratio(money, total)),
            amount(adds.get(item), folder.objective_unit),
            _worths(folder, item),
            label(_from_sites(folder, item)),
        ]
        for item, value, money in zip(frame["commodity"], frame["value"], frame["money"], strict=True)
    ]
    columns = ("product", "#sold_amount", "#sales", "#share_of_sales", "#text_contribution", "#worth", "sold_from")
    return Sheet("products", both("heading_products"), columns, rows, 15, both("products_note", objective=objective(folder)))


def wastes(folder: Folder) -> Sheet:
    """Every waste: made, used, sold, disposed of, the share used or sold, and what one more unit is worth."""
    flows = folder.yearly[folder.yearly["commodity"].isin(folder.wastes)]
    if flows.empty:
        return Sheet("wastes", both("heading_wastes"), ("waste",), [])
    by_role = flows.pivot_table(index="commodity", columns="role", values="value", aggfunc="sum", observed=True).fillna(0.0)
    by_role = by_role.reindex(columns=["made", "used", "sold", "disposed"], fill_value=0.0)
    by_role = by_role[by_role["made"] > 0].sort_values("made", ascending=False)
    rows = [_waste_row(folder, str(item), *map(float, row)) for item, *row in by_role.head(MOST_ROWS).itertuples(name=None)]
    columns = ("waste", "#made", "#used", "#sold", "#disposed", "#share_used", "#worth")
    return Sheet("wastes", both("heading_wastes"), columns, rows, 15, both("wastes_note"), len(by_role))


def _waste_row(folder: Folder, item: str, made: float, used: float, sold: float, disposed: float) -> list[Cell]:
    unit = folder.units[item]
    return [
        label(folder.title(item, "commodity")),
        *(amount(value, unit) for value in (made, used, sold, disposed)),
        share(ratio(used + sold, made)),
        _worths(folder, item),
    ]


def _worths(folder: Folder, item: str) -> Cell:
    """What one more unit is worth at the sites that make or sell it; more is better, also where the objective is to be small."""
    sites = {*folder.makers.get(item, ()), *folder.sellers.get(item, ())}
    sign = -1 if folder.manifest["objective"]["stages"][0]["sense"] == "minimise" else 1
    return spread((sign * folder.worth[site, item] for site in sites if (site, item) in folder.worth), folder.worth_units.get(item, ""))


def _from_sites(folder: Folder, item: str) -> Both:
    """The sites that sell most of it, and how many more there are."""
    amounts = folder.sellers[item]
    sites = sorted(amounts, key=lambda site: (-amounts[site], site))
    named = [folder.title(site, "site") for site in sites[:_SITES_NAMED]]
    return listed_both(named) if len(sites) <= _SITES_NAMED else both("and_more", which=listed_both(named), count=len(sites) - _SITES_NAMED)
