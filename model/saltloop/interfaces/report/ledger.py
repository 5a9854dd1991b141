"""The accounts of the plan: key figures, all of them, and from year to year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from saltloop.data.read import records
from saltloop.interfaces.report.folder import Folder
from saltloop.interfaces.report.sheet import MOST_ROWS, Cell, Sheet, amount, label, optional, word
from saltloop.interfaces.report.targets import is_met, judged
from saltloop.language import Both, both, number_both, percent_both

KEY_ACCOUNTS = ("value_added", "profit", "co2", "fresh_water", "energy_use", "employment")
_FIRST = 6
WASTE_MADE, WASTE_USED = "solid_waste_made", "solid_waste_used"


@dataclass(frozen=True)
class Card:
    """One key figure.

    Args:
        title: what it is.
        text: the figure.
        value: the exact number; None: not one number.
        remark: smaller print beneath; None: none.
    """

    title: Both
    text: Both
    value: float | None = None
    remark: Both | None = None


def cards(folder: Folder) -> list[Card]:
    """Key figures that the run has."""
    found = [card for account in _key_accounts(folder) if (card := _card(folder, account)) is not None]
    use = waste_use(folder)
    if use is not None:
        found.append(Card(both("card_waste_use"), percent_both(use[0]), use[0]))
    targets = judged(folder)
    if targets:
        met = sum(is_met(row) is True for row in targets)
        found.append(Card(both("card_targets"), both("card_targets_value", met=met, count=len(targets))))
    return found


def _key_accounts(folder: Folder) -> list[str]:
    """The key accounts that the run has; the first of all where it has none of them."""
    frame = folder.now("accounts")
    own = frame.loc[frame["area"] == folder.main_area, "account"].tolist()
    return [account for account in KEY_ACCOUNTS if account in own] or own[:_FIRST]


def waste_use(folder: Folder) -> tuple[float, float, str] | None:
    """Share of the solid waste that is used, how much is made, and its unit; None if none is made."""
    made, used = folder.account(WASTE_MADE), folder.account(WASTE_USED)
    return (used["value"] / made["value"], made["value"], made["unit"]) if made and used and made["value"] > 0 else None


def all_accounts(folder: Folder) -> Sheet:
    """Every account of the main area; the rest of the area where a background is known."""
    frame = folder.now("accounts")
    rows = records(frame[frame["area"] == folder.main_area])
    known = ("value", "background", "total") if any(_background(row) for row in rows) else ("value",)
    headings = {"value": "#modelled", "background": "#background", "total": "#with_background"}
    cells = [
        [
            label(folder.title(row["account"], "account"), remark=word("group", folder.name(row["account"], "account").group)),
            *(amount(row[column], row["unit"]) for column in known),
        ]
        for row in rows[:MOST_ROWS]
    ]
    return Sheet("accounts", both("heading_accounts"), ("account", *(headings[column] for column in known)), cells, 20, count=len(rows))


def from_year_to_year(folder: Folder) -> tuple[list[str], list[list[Cell]]] | None:
    """Key figures by year; None for a plan of one year."""
    if len(folder.periods) < 2:
        return None
    rows = []
    for account in _key_accounts(folder):
        years = [folder.account(account, period=year) for year in folder.periods]
        if any(years):
            rows.append([label(folder.title(account, "account")), *(amount(row["value"], row["unit"]) if row else label("") for row in years)])
    return [str(year) for year in folder.periods], rows


def _card(folder: Folder, account: str) -> Card | None:
    row = folder.account(account)
    if row is None:
        return None
    remark = both("card_with_background", total=number_both(row["total"], row["unit"])) if _background(row) else None
    return Card(folder.title(account, "account"), number_both(row["value"], row["unit"]), row["value"], remark)


def _background(row: dict[str, Any]) -> float:
    """The part of an account that lies outside the model; 0 where none is known."""
    return optional(row["background"]) or 0.0
