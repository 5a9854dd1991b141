"""The map of parks and links, drawn from latitudes and longitudes alone."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from saltloop.interfaces.report.folder import MASS, Folder, Name
from saltloop.interfaces.report.sheet import Cell, Sheet, amount, label
from saltloop.language import Both, both, listed_both, number_both

_LARGEST_SITE, _SMALLEST_SITE = 38.0, 8.0
_WIDEST_LINK, _NARROWEST_LINK = 11.0, 1.2
_NAMED = 5
LINKS_DRAWN = 30


@dataclass(frozen=True)
class Leg:
    """What goes from one site to another in a year by one mode, in one unit.

    Args:
        origin: site.
        destination: site.
        mode: title of the mode.
        unit: unit of the amounts.
        carried: commodity and amount sent, largest first.
    """

    origin: str
    destination: str
    mode: Both
    unit: str
    carried: list[tuple[str, float]]

    @property
    def total(self) -> float:
        """All that is sent, in the unit."""
        return sum(value for _, value in self.carried)


def legs(folder: Folder) -> list[Leg]:
    """Everything sent over links, largest first."""
    sent = folder.yearly[folder.yearly["role"] == "shipped_out"]
    gathered: defaultdict[tuple[str, str, str, str], dict[str, float]] = defaultdict(dict)
    for link, commodity, value in zip(sent["agent"], sent["commodity"], sent["value"], strict=True):
        origin, destination, mode = folder.names["link", link].extra.split(">")
        carried = gathered[origin, destination, mode, folder.units[commodity]]
        carried[commodity] = carried.get(commodity, 0.0) + value
    found = [
        Leg(origin, destination, folder.title(mode, "mode"), unit, sorted(carried.items(), key=lambda item: -item[1]))
        for (origin, destination, mode, unit), carried in gathered.items()
    ]
    return sorted((leg for leg in found if leg.total > 0), key=lambda leg: (leg.unit != MASS, -leg.total, leg.origin, leg.destination))


def atlas(folder: Folder, found: list[Leg]) -> dict[str, Any]:
    """What the page needs to draw the map: sites with size and words, links with width and words."""
    sales = {site: sum(money for _, _, money in sold) for site, sold in folder.site_sales.items()}
    busy = set(folder.yearly["site"].unique()) | {site for leg in found for site in (leg.origin, leg.destination)}
    largest = max([1.0, *sales.values()])
    shown = [name for (kind, _), name in folder.names.items() if kind == "site" and name.place and name.id in busy]
    sites = [_site(folder, name, sales.get(name.id, 0.0), largest) for name in shown]
    largest_of = {unit: max(leg.total for leg in found if leg.unit == unit) for unit in {leg.unit for leg in found}}
    drawn = [
        {
            "from": folder.name(leg.origin, "site").place,
            "to": folder.name(leg.destination, "site").place,
            "isMass": leg.unit == MASS,
            "width": _NARROWEST_LINK + _WIDEST_LINK * math.sqrt(leg.total / largest_of[leg.unit]),
            "hover": _leg_words(folder, leg),
        }
        for leg in _drawn(found)
        if folder.name(leg.origin, "site").place and folder.name(leg.destination, "site").place
    ]
    return {"sites": sorted(sites, key=lambda site: -float(site["sales"])), "links": drawn}


def _drawn(found: list[Leg]) -> list[Leg]:
    """The largest links in tonnes, and a few in other units."""
    mass, other = [leg for leg in found if leg.unit == MASS], [leg for leg in found if leg.unit != MASS]
    return mass[:LINKS_DRAWN] + other[: LINKS_DRAWN // 3]


def not_drawn(found: list[Leg]) -> Both | None:
    """A sentence on the smaller links; None if all are drawn."""
    left = len(found) - len(_drawn(found))
    return both("map_left", count=left) if left else None


def without_place(folder: Folder) -> Both | None:
    """A sentence on the sites at work that the map cannot show; None if it shows all."""
    missing = [folder.title(site, "site") for site in sorted(set(folder.yearly["site"].unique())) if folder.name(site, "site").place is None]
    return both("map_missing", which=listed_both(missing)) if missing else None


def links_table(folder: Folder, found: list[Leg]) -> Sheet:
    """Links by amount, with what they carry."""
    rows: list[list[Cell]] = []
    for leg in found:
        carried = listed_both([_carried(folder, leg, item) for item in leg.carried[:_NAMED]])
        rows.append([label(_ends(folder, leg)), label(leg.mode), amount(leg.total, leg.unit), label(carried)])
    return Sheet("links", both("links_table"), ("link", "mode", "#flow_amount", "carried"), rows, 8)


def _site(folder: Folder, name: Name, sales: float, largest: float) -> dict[str, Any]:
    return {
        "id": name.id,
        "at": name.place,
        "size": _site_size(sales, largest),
        "sales": sales,
        "title": name.title,
        "hover": _site_words(folder, name.id, name.title, sales),
    }


def _site_size(sales: float, largest: float) -> float:
    """Diameter whose square follows the sales."""
    return max(_SMALLEST_SITE, _LARGEST_SITE * math.sqrt(max(0.0, sales) / largest))


def _site_words(folder: Folder, site: str, title: Both, sales: float) -> Both:
    money, words = number_both(sales, folder.currency), both("sales")
    lines = [
        both("amount_of", what=folder.title(item, "commodity"), amount=number_both(value, folder.units[item]))
        for item, value, _ in folder.site_sales.get(site, [])[:_NAMED]
    ]
    english, chinese = ("<br>".join([f"<b>{title[i]}</b>", f"{words[i]}: {money[i]}", *(line[i] for line in lines)]) for i in (0, 1))
    return (english, chinese)


def _leg_words(folder: Folder, leg: Leg) -> Both:
    ends = _ends(folder, leg)
    lines = [_carried(folder, leg, item) for item in leg.carried[:_NAMED]]
    english, chinese = ("<br>".join([f"<b>{ends[i]}</b> ({leg.mode[i]})", *(line[i] for line in lines)]) for i in (0, 1))
    return (english, chinese)


def _ends(folder: Folder, leg: Leg) -> Both:
    return both("link_hover", source=folder.title(leg.origin, "site"), sink=folder.title(leg.destination, "site"))


def _carried(folder: Folder, leg: Leg, item: tuple[str, float]) -> Both:
    return both("amount_of", what=folder.title(item[0], "commodity"), amount=number_both(item[1], leg.unit))
