"""Names of everything that the tables mention."""

from __future__ import annotations

from typing import Any

import pandas as pd

from saltloop.data.read import records
from saltloop.formulation.case import Case
from saltloop.results.solved import Solved


def names(solved: Solved) -> pd.DataFrame:
    """Titles of everything that the tables of a run name, as `names_of` gives them."""
    return names_of(solved.case)


def names_of(case: Case) -> pd.DataFrame:
    """kind, id, title_en, title_zh, unit, group, latitude, longitude, extra: titles of everything that the tables name.

    extra: of a process its reference commodity, of a link its origin>destination>mode, of a rule the words for its kind.
    """
    tables = case.pack.tables
    parts: list[tuple[Any, ...]] = []
    for kind, table, group in (
        ("site", "sites", "area"),
        ("area", "areas", "parent"),
        ("commodity", "commodities", "tags"),
        ("process", "processes", "industry"),
        ("equipment", "equipment", None),
        ("basin", "basins", "kind"),
        ("market", "markets", "side"),
        ("route", "routes", "kind"),
        ("mode", "modes", None),
        ("store", "stores", None),
        ("land_class", "land_classes", None),
        ("account", "accounts", "group"),
        ("indicator", "indicators", "better"),
        ("score", "scores", None),
    ):
        for r in records(tables[table]):
            shown = " ".join(r[group]) if group == "tags" else r.get(group) if group else ""
            parts.append(
                (kind, r[kind], r["title_en"], r["title_zh"], r.get("unit") or "", shown or "", r.get("latitude"), r.get("longitude"), r.get("reference", ""))
            )
    for name, link in case.links.items():
        parts.append(("link", name, name, name, "", link.mode, None, None, f"{link.origin}>{link.destination}>{link.mode}"))
    for rule in case.choices.rules:
        called = {"en": rule.name, "zh": rule.name, **(rule.called or {})}
        parts.append(("rule", rule.name, called["en"], called["zh"], rule.unit, rule.kind, None, None, f"{rule.title[0]}|{rule.title[1]}"))
    frame = pd.DataFrame(parts, columns=["kind", "id", "title_en", "title_zh", "unit", "group", "latitude", "longitude", "extra"])
    return frame.astype({"latitude": "float64", "longitude": "float64"})
