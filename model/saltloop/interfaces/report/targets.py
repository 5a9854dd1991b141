"""Official indicators against their targets, by park too, and the scores that are made of them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from saltloop.data.read import records
from saltloop.interfaces.report.folder import Folder
from saltloop.interfaces.report.sheet import Cell, Sheet, amount, label, optional, remark, share
from saltloop.interfaces.text import BOUNDARIES, SCORE_PARTS
from saltloop.language import Both, both, listed_both, number_both, percent_both

_BAR_END = 1.5


def judged(folder: Folder) -> list[dict[str, Any]]:
    """Indicators of the year shown of which the plan can tell whether the target is met."""
    return [row for row in _rows(folder) if is_met(row) is not None]


def indicators(folder: Folder) -> Sheet:
    """Every indicator that is published or has a target, and those of the area shown: plan, target, whether met, gap and bar."""
    known = [row for row in _rows(folder) if row["area"] == folder.main_area or not (pd.isna(row["target"]) and pd.isna(row["published"]))]
    rows = sorted(known, key=lambda row: (optional(row["target"]) is None, is_met(row) is not False))
    return Sheet(
        "indicators",
        both("heading_indicators"),
        ("indicator", "status", "#actual", "#target", "#gap", "to_target", "#published"),
        [_row(folder, row) for row in rows],
        40,
        both("indicators_note"),
    )


def by_park(folder: Folder) -> list[Sheet]:
    """Every indicator in each area inside the one shown; no sheet where there is none."""
    inner = [name.id for (kind, _), name in folder.names.items() if kind == "area" and name.group == folder.main_area]
    known = {(row["indicator"], row["area"]): row for row in _rows(folder) if row["area"] in inner and row["computable"]}
    rows = [
        [label(folder.title(indicator, "indicator"), remark=folder.short(area, "area")), amount(row["actual"], row["unit"]), _gap_of(row)]
        for (indicator, area), row in sorted(known.items(), key=lambda item: item[0][0])
    ]
    return [Sheet("indicators-parks", both("indicators_by_park"), ("indicator", "#actual", "#gap"), rows, 12, both("indicators_park_note"))] if rows else []


def _gap_of(row: dict[str, Any]) -> Cell:
    return _gap(optional(row["actual"]), optional(row["target"]), row)


def scores(folder: Folder) -> list[Sheet]:
    """Points of every score by area, and what makes those of the area shown."""
    table, sheets = folder.now("scores"), []
    inner = [folder.main_area, *(name.id for (kind, _), name in folder.names.items() if kind == "area" and name.group == folder.main_area)]
    for score, own in table.groupby("score", sort=False):
        totals = [row for row in records(own) if row["indicator"] == "" and row["area"] in inner]
        parts = [row for row in records(own) if row["indicator"] and row["area"] == folder.main_area]
        title = folder.title(str(score), "score")
        rows = [[label(folder.short(row["area"], "area")), _points(row["points"]), share(row["share"])] for row in totals]
        if rows:
            caption = both("score_by_area", score=title)
            sheets.append(Sheet(f"score-{score}", caption, ("area", "#points", "#text_computable"), rows, 12, both("score_note")))
        if parts:
            columns = (SCORE_PARTS[0], *(f"#{name}" for name in SCORE_PARTS[1:]))
            sheets.append(Sheet(f"score-parts-{score}", both("score_parts", score=title), columns, [_part(folder, row) for row in parts], 20))
    return sheets


def _part(folder: Folder, row: dict[str, Any]) -> list[Cell]:
    levels = [amount(optional(row[name]), row["unit"]) for name in ("actual", "at_zero", "at_hundred")]
    points = _points(row["points"]) if row["computable"] else label(both("text_not_computable"))
    return [label(folder.title(row["indicator"], "indicator")), *levels, points, share(row["share"]), _points(row["contribution"])]


def _points(value: float) -> Cell:
    return Cell((f"{value:.1f}", f"{value:.1f}"), value)


_MARKS = {True: "met", False: "missed", None: ""}


def is_met(row: dict[str, Any]) -> bool | None:
    """Whether an indicator meets its target; None: it has none, or only a part of what it counts is known."""
    return None if pd.isna(row["met"]) else bool(row["met"])


def _rows(folder: Folder) -> list[dict[str, Any]]:
    return records(folder.now("indicators"))


def _row(folder: Folder, row: dict[str, Any]) -> list[Cell]:
    unit, actual, target = row["unit"], optional(row["actual"]), optional(row["target"])
    words = [folder.short(row["area"], "area", "site"), _boundary(folder, row)]
    return [
        label(folder.title(row["indicator"], "indicator"), remark=remark(words)),
        _status(row),
        amount(actual, unit),
        _target(row, target),
        _gap(actual, target, row),
        _bar(actual, target, row),
        _of_year(optional(row["published"]), unit, row["published_year"]),
    ]


def _boundary(folder: Folder, row: dict[str, Any]) -> Both:
    """What an indicator stands on, and which background it lacks."""
    words = both(BOUNDARIES[row["basis"]])
    needs = listed_both([folder.title(account, "account") for account in row["needs"].split()])
    return both("text_boundary_needs", boundary=words, needs=needs) if row["needs"] else words


def _of_year(value: float | None, unit: str, year: Any) -> Cell:
    if value is None or pd.isna(year):
        return amount(value, unit)
    return Cell(number_both(value, unit), value, remark=(f"{int(year)}", f"{int(year)} 年"))


def _target(row: dict[str, Any], target: float | None) -> Cell:
    if target is None:
        return label(both("no_target"))
    cell = _of_year(target, row["unit"], row["target_year"])
    return Cell(both("at_least" if row["better"] == "higher" else "at_most", value=cell.text), target, remark=cell.remark)


def _status(row: dict[str, Any]) -> Cell:
    met = is_met(row)
    if met is None:
        return Cell(("", "") if pd.isna(row["gap"]) else both("not_judged"), mark="open")
    sign = "✓ " if met else "✗ "
    words: Both = both("met" if met else "missed")
    return label((sign + words[0], sign + words[1]), mark="met" if met else "missed")


def _gap(actual: float | None, target: float | None, row: dict[str, Any]) -> Cell:
    """How far the plan is on the better side of the target."""
    if actual is None or target is None:
        return amount(None, "")
    gap = (actual - target) * (1 if row["better"] == "higher" else -1)
    shown = number_both(gap, row["unit"])
    return Cell(("+" + shown[0], "+" + shown[1]) if gap > 0 else shown, gap)


def _bar(actual: float | None, target: float | None, row: dict[str, Any]) -> Cell:
    if actual is None or not target:
        return label("")
    reached = actual / target
    bar = max(0.0, min(1.0, reached / _BAR_END)) * 100
    return Cell(percent_both(reached), reached, bar=bar, line=100 / _BAR_END, mark=_MARKS[is_met(row)])
