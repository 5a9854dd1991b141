"""Use of capacity, and the activities at the edge of the plan."""

from __future__ import annotations

from typing import Any

from saltloop.data.read import records
from saltloop.interfaces.report.folder import Folder
from saltloop.interfaces.report.sheet import FULL, MOST_ROWS, Cell, Sheet, amount, label, optional, ratio, remark, share, word
from saltloop.language import both

_IDLE = 1e-6
# More than this nobody reads on a page; entry.parquet has them all.
_NEAREST = 50


def capacity(folder: Folder) -> Sheet:
    """Equipment by site: capacity, new, used, share used."""
    frame = folder.now("capacity")
    standing = frame[(frame["total"] > 0)].copy()
    standing["share"] = standing["used"] / standing["total"]
    standing = standing.sort_values(["capital_cny", "share", "site", "process"], ascending=[False, False, True, True])
    note = both("capacity_note", full=int((standing["share"] >= FULL).sum()), idle=int((standing["share"] <= _IDLE).sum()), count=len(standing))
    rows = [
        [
            label(folder.title(row["process"], "process", "equipment"), remark=folder.title(row["site"], "site")),
            amount(row["total"], row["unit"]),
            amount(row["new"], row["unit"]),
            amount(row["used"], row["unit"]),
            share(ratio(row["used"], row["total"])),
        ]
        for row in records(standing.head(MOST_ROWS))
    ]
    return Sheet("capacity", both("heading_capacity"), ("equipment", "#total", "#new", "#used", "#capacity_use"), rows, 15, note, len(standing))


def edge(folder: Folder) -> list[Sheet]:
    """What would enter the plan and what would leave it, nearest first."""
    entry = folder.now("entry")
    rows = _nearest(records(entry[entry["enters_at"].notna() | entry["leaves_at"].notna()]))
    entering = sorted((row for row in rows if optional(row["enters_at"]) is not None), key=lambda row: _distance(row))[:_NEAREST]
    leaving = sorted((row for row in rows if optional(row["leaves_at"]) is not None), key=lambda row: -abs(row["level"] * row["leaves_at"]))[:_NEAREST]
    return [
        Sheet(
            "entering",
            both("entry_table"),
            ("item", "#enters_at", "#reduced_cost"),
            [[_item(folder, row), amount(row["enters_at"], row["unit"]), amount(abs(row["reduced_cost"]), row["unit"])] for row in entering],
            10,
            both("entry_note"),
        ),
        Sheet(
            "leaving",
            both("leave_table"),
            ("item", "#leaves_at"),
            [[_item(folder, row), amount(row["leaves_at"], row["unit"])] for row in leaving],
            10,
            both("leave_note"),
        ),
    ]


def _nearest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row for each activity: of several parts of the year, that with the smallest reduced cost."""
    ordered = sorted(rows, key=lambda row: -abs(row["reduced_cost"]))
    return list({(row["site"], row["family"], row["item"]): row for row in ordered}.values())


def _distance(row: dict[str, Any]) -> tuple[float, str, str]:
    """Share of the price by which an activity misses the plan."""
    return (abs(row["reduced_cost"]) / max(abs(row["enters_at"]), 1e-12), row["item"], row["site"])


def _item(folder: Folder, row: dict[str, Any]) -> Cell:
    what, _, rest = row["item"].partition(" ")
    title = folder.title(what, "process" if row["family"] == "process" else "commodity")
    words = [word("family", row["family"]), folder.title(row["site"], "site"), *([folder.titles(rest, "market")] if rest else [])]
    return label(title, remark=remark(words))
