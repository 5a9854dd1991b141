"""Official indicators against their targets."""

from __future__ import annotations

from typing import Any

import pandas as pd

from saltloop.data.read import records
from saltloop.interfaces.report.folder import Folder
from saltloop.interfaces.report.sheet import Cell, Sheet, amount, label, optional, remark
from saltloop.language import Both, both, number_both, percent_both

_BAR_END = 1.5
_BOUNDARIES = {"model only": "text_boundary_model", "with background": "text_boundary_official"}


def with_target(folder: Folder) -> list[dict[str, Any]]:
    """Indicators of the year shown that have a target."""
    return [row for row in _rows(folder) if optional(row["target"]) is not None]


def indicators(folder: Folder) -> Sheet:
    """Every indicator: plan, target, whether met, gap and bar."""
    rows = sorted(_rows(folder), key=lambda row: (optional(row["target"]) is None, is_met(row) is not False))
    return Sheet(
        "indicators",
        both("heading_indicators"),
        ("indicator", "status", "#actual", "#target", "#gap", "to_target", "#published"),
        [_row(folder, row) for row in rows],
        40,
        both("indicators_note"),
    )


def is_met(row: dict[str, Any]) -> bool | None:
    """Whether an indicator meets its target; None: it has none."""
    return None if pd.isna(row["met"]) else bool(row["met"])


def _rows(folder: Folder) -> list[dict[str, Any]]:
    return records(folder.now("indicators"))


def _row(folder: Folder, row: dict[str, Any]) -> list[Cell]:
    unit, actual, target = row["unit"], optional(row["actual"]), optional(row["target"])
    words = [folder.short(row["area"], "area", "site"), *([both(_BOUNDARIES[row["note"]])] if row["note"] in _BOUNDARIES else [])]
    return [
        label(folder.title(row["indicator"], "indicator"), remark=remark(words)),
        _status(row),
        amount(actual, unit),
        _target(row, target),
        _gap(actual, target, row),
        _bar(actual, target, row),
        _of_year(optional(row["published"]), unit, row["published_year"]),
    ]


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
        return label("")
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
    return Cell(percent_both(reached), reached, bar=bar, line=100 / _BAR_END, mark="met" if is_met(row) else "missed")
