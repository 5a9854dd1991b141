"""Rules, resources, equipment and links that bind, and what they are worth."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pandas as pd

from saltloop.data.read import records
from saltloop.interfaces.report.folder import Folder
from saltloop.interfaces.report.sheet import MOST_ROWS, Cell, Sheet, amount, label, optional, remark, word
from saltloop.language import Both, both, inline, number_both, span_both, weighted

_COLUMNS = ("#marginal_value", "#bound", "#valid", "unique")
_THINGS = ("site", "basin", "equipment", "process", "commodity", "market", "link", "route")


@dataclass(frozen=True)
class Binding:
    """Something that binds.

    Args:
        title: what it is called.
        kind: what it is.
        place: where it holds; None: its title says so.
        is_rule: from the scenario, not from nature or equipment.
        row: the numbers: bound, dual and its range, units.
        slices: in how many parts of the year it binds.
    """

    title: Both
    kind: Both
    place: Both | None
    is_rule: bool
    row: dict[str, Any]
    slices: int = 1

    @property
    def weight(self) -> float:
        """Size of marginal value times bound."""
        return abs(float(self.row["dual"]) * (optional(self.row["bound"]) or 0.0))


def objective(folder: Folder) -> Both:
    """The objective in words, stage by stage."""
    stages = []
    for stage in folder.manifest["objective"]["stages"]:
        titles = [(inline(folder.title(name, "account")), weight) for name, weight in stage["accounts"].items()]
        what = (weighted([(title[0], weight) for title, weight in titles]), weighted([(title[1], weight) for title, weight in titles]))
        stages.append(both(stage["sense"], what=what))
    glue = both("then")
    return (glue[0].join(stage[0] for stage in stages), glue[1].join(stage[1] for stage in stages))


def found_binding(folder: Folder) -> list[Binding]:
    """All that binds at a marginal value other than zero, weightiest first."""
    rules = [_rule(folder, row) for row in _tight(folder.now("rules"))]
    return sorted([*rules, *_limits(folder)], key=lambda each: (-each.weight, each.title))


def sheets(folder: Folder) -> list[Sheet]:
    """Rules that bind; other limits that bind; rules that do not; charges."""
    found = found_binding(folder)
    rules, limits = [each for each in found if each.is_rule], [each for each in found if not each.is_rule]
    note = both("binding_note", objective=objective(folder))
    return [
        Sheet("rules", both("rules_binding"), ("rule", *_COLUMNS), _rows(rules), 15, note, len(rules)),
        Sheet("limits", both("limits_binding"), ("resource", *_COLUMNS), _rows(limits), 15, None if rules else note, len(limits)),
        Sheet("slack", both("rules_slack"), ("rule", "#reached", "#bound", "#slack"), _slack(folder), 10),
        *_charges(folder),
    ]


def rule_title(folder: Folder, rule: str) -> Both:
    """What a rule is called: its key in the scenario, as words."""
    title = folder.title(rule, "rule")
    return (title[0].replace("_", " "), title[1].replace("_", " ")) if title == (rule, rule) else title


def _tight(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return records(frame[frame["binding"].fillna(False).astype(bool) & (frame["dual"].abs() > 0)])


def _rule(folder: Folder, row: dict[str, Any]) -> Binding:
    place = None if pd.isna(row["area"]) else folder.short(row["area"], "area", "site")
    return Binding(rule_title(folder, row["rule"]), _kind(folder, row), place, True, row)


def _kind(folder: Folder, row: dict[str, Any]) -> Both:
    """What the kind of a rule is called: as its class says, which stands beside the name of the rule."""
    english, _, chinese = folder.name(row["rule"], "rule").extra.partition("|")
    return (english.lower(), chinese) if chinese else word("kind", row["kind"])


def _limits(folder: Folder) -> list[Binding]:
    """Physical limits, one for each that binds in any part of the year: with the numbers of the part where it weighs most."""
    rows = sorted(_tight(folder.now("limits")), key=lambda row: abs(row["dual"] * row["bound"]))
    count = Counter((row["family"], row["place"], row["item"]) for row in rows)
    heaviest = {(row["family"], row["place"], row["item"]): row for row in rows}
    return [
        Binding(
            folder.titles(item or place, *_THINGS),
            word("kind", family),
            folder.title(place, *_THINGS) if item else None,
            False,
            row,
            count[family, place, item],
        )
        for (family, place, item), row in heaviest.items()
    ]


def _rows(found: list[Binding]) -> list[list[Cell]]:
    return [_row(each) for each in found[:MOST_ROWS]]


def _row(each: Binding) -> list[Cell]:
    row = each.row
    words = [each.kind, *([each.place] if each.place else []), *([both("in_slices", count=each.slices)] if each.slices > 1 else [])]
    return [
        label(each.title, remark=remark(words)),
        amount(row["dual"], row["dual_unit"]),
        amount(optional(row["bound"]), row["unit"]),
        _valid(row),
        _unique(row["dual_unique"]),
    ]


def _valid(row: dict[str, Any]) -> Cell:
    low, high = optional(row["dual_valid_from"]), optional(row["dual_valid_to"])
    if low is None and high is None:
        return amount(None, "")
    if low is not None and high is not None:
        return Cell(span_both(low, high, row["unit"]))
    return Cell(both("up_to" if low is None else "from_low", low=number_both(low, row["unit"]), high=number_both(high, row["unit"])))


def _unique(value: Any) -> Cell:
    return label(both("not_checked" if pd.isna(value) else "yes" if value else "no"))


def _slack(folder: Folder) -> list[list[Cell]]:
    frame = folder.now("rules")
    loose = records(frame[~frame["binding"].fillna(False).astype(bool) & frame["bound"].notna()])
    return [[_named(folder, row), *(amount(optional(row[column]), row["unit"]) for column in ("left", "bound", "slack"))] for row in loose]


def _named(folder: Folder, row: dict[str, Any]) -> Cell:
    each = _rule(folder, row)
    return label(each.title, remark=remark([each.kind, *([each.place] if each.place else [])]))


def _charges(folder: Folder) -> list[Sheet]:
    """What is charged, and what allowances are bought and sold; no table where there are none."""
    frame = folder.now("charges")
    if frame.empty:
        return []
    summed = frame.groupby(["rule", "flow", "unit"], observed=True, sort=False)[["value", "money"]].sum().reset_index()
    rows = [
        [label(rule_title(folder, row["rule"]), remark=word("flow", row["flow"])), amount(row["value"], row["unit"]), amount(row["money"], folder.currency)]
        for row in records(summed)
    ]
    return [Sheet("charges", both("charges_table"), ("rule", "#charged_amount", "#charged_money"), rows, 15, both("charges_note"))]
