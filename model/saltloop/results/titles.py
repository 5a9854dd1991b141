"""Names of everything that the tables mention, and the official indicators."""

from __future__ import annotations

from typing import Any

import pandas as pd

from saltloop.data.read import records
from saltloop.results.solved import Solved


def names(solved: Solved) -> pd.DataFrame:
    """kind, id, title_en, title_zh, unit, group, latitude, longitude, extra: titles of everything that the tables name.

    extra: of a process its reference commodity, of a link its origin>destination>mode, of a rule the words for its kind.
    """
    tables = solved.case.pack.tables
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
        ("account", "accounts", "group"),
        ("indicator", "indicators", "better"),
    ):
        for r in records(tables[table]):
            shown = " ".join(r[group]) if group == "tags" else r.get(group) if group else ""
            parts.append(
                (kind, r[kind], r["title_en"], r["title_zh"], r.get("unit") or "", shown or "", r.get("latitude"), r.get("longitude"), r.get("reference", ""))
            )
    for name, link in solved.case.links.items():
        parts.append(("link", name, name, name, "", link.mode, None, None, f"{link.origin}>{link.destination}>{link.mode}"))
    for rule in solved.case.choices.rules:
        called = {"en": rule.name, "zh": rule.name, **(rule.called or {})}
        parts.append(("rule", rule.name, called["en"], called["zh"], rule.unit, rule.kind, None, None, f"{rule.title[0]}|{rule.title[1]}"))
    frame = pd.DataFrame(parts, columns=["kind", "id", "title_en", "title_zh", "unit", "group", "latitude", "longitude", "extra"])
    return frame.astype({"latitude": "float64", "longitude": "float64"})


def indicators(solved: Solved, account_table: pd.DataFrame) -> pd.DataFrame:
    """period, indicator, area, numerator, denominator, actual, target, target_year, published, published_year, unit, better, met, note.

    Computed on the official boundary: background included where the area declares it for both accounts.
    """
    pack = solved.case.pack
    found: list[dict[str, Any]] = []
    total = {(r["period"], r["area"], r["account"]): r for r in records(account_table)}
    units = dict(zip(pack.tables["accounts"]["account"], pack.tables["accounts"]["unit"], strict=True))
    published = pack.rows("indicator_values")
    for r in pack.rows("indicators"):
        unit = units[r["numerator"]] + (f"/({units[r['denominator']]})" if r["denominator"] else "")
        factor = pack.units.factor(unit, r["unit"])
        for area in dict.fromkeys(v["area"] for v in published if v["indicator"] == r["indicator"]):
            for y in solved.case.years:
                if (y, area, r["numerator"]) in total:
                    found.append(_indicator(r, area, y, total, factor, [v for v in published if v["indicator"] == r["indicator"] and v["area"] == area]))
    columns = [
        "period",
        "indicator",
        "area",
        "numerator",
        "denominator",
        "actual",
        "target",
        "target_year",
        "published",
        "published_year",
        "unit",
        "better",
        "met",
        "note",
    ]
    return pd.DataFrame(found, columns=columns).astype({"met": "boolean", "target_year": "Int64", "published_year": "Int64"})


def _indicator(
    r: dict[str, Any], area: str, y: int, total: dict[tuple[int, str, str], dict[str, Any]], factor: float | None, found: list[dict[str, Any]]
) -> dict[str, Any]:
    upper = total[y, area, r["numerator"]]
    lower = total[y, area, r["denominator"]] if r["denominator"] else None
    mixed = lower is not None and (upper["background"] == 0) != (lower["background"] == 0)
    column = "value" if mixed else "total"
    below = 1.0 if lower is None else float(lower[column])
    actual = float(upper[column]) / below * factor if factor is not None and below != 0 else None
    target = min((v for v in found if v["kind"] == "target"), key=lambda v: (_year(v) < y, abs(_year(v) - y)), default=None)
    base = min((v for v in found if v["kind"] == "published"), key=lambda v: abs(_year(v) - y), default=None)
    goal = None if target is None else target["value"]
    met = None if actual is None or goal is None else actual >= goal * (1 - 1e-9) if r["better"] == "higher" else actual <= goal * (1 + 1e-9)
    return {
        "period": y,
        "indicator": r["indicator"],
        "area": area,
        "numerator": upper[column],
        "denominator": below,
        "actual": actual,
        "target": goal,
        "target_year": None if target is None else _year(target),
        "published": None if base is None else base["value"],
        "published_year": None if base is None else _year(base),
        "unit": r["unit"],
        "better": r["better"],
        "met": met,
        "note": "model only" if mixed or upper["background"] == 0 else "with background",
    }


def _year(row: dict[str, Any]) -> int:
    return int(row["year"])
