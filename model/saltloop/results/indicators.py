"""Official indicators by area and site against their targets, and the scores that are made of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from saltloop.data.pack import Pack
from saltloop.data.read import records
from saltloop.results.solved import Solved

INDICATOR_COLUMNS = [
    *("period", "indicator", "area", "numerator", "denominator", "actual", "target", "target_year", "gap", "published", "published_year", "unit", "better"),
    *("met", "basis", "computable", "needs"),
]
SCORE_COLUMNS = ["period", "area", "score", "indicator", "actual", "unit", "at_zero", "at_hundred", "points", "weight", "share", "contribution", "computable"]
MODEL, OFFICIAL, PUBLISHED = "model", "model + background", "published only"
_TOLERANCE = 1e-9
Values = dict[tuple[str, str], list[dict[str, Any]]]


@dataclass(frozen=True)
class _Book:
    """The accounts of a run, and where the pack has background.

    Args:
        pack: of the run.
        rows: of the table `accounts` by period, area and account.
        areas: areas and sites by period.
        backgrounds: account, area and year that have one.
        wider: areas of which the model is only a part.
        units: by account.
        plants_only: accounts that no background is ever added to.
    """

    pack: Pack
    rows: dict[tuple[int, str, str], dict[str, Any]]
    areas: dict[int, list[str]]
    backgrounds: set[tuple[str, str, int]]
    wider: set[str]
    units: dict[str, str]
    plants_only: set[str]

    def row(self, period: int, area: str, account: str | None) -> dict[str, Any] | None:
        return None if account is None else self.rows.get((period, area, account))


def _book(solved: Solved, account_table: pd.DataFrame) -> _Book:
    pack = solved.case.pack
    rows = {(r["period"], r["area"], r["account"]): r for r in records(account_table)}
    areas: dict[int, dict[str, None]] = defaultdict(dict)
    for period, area, _ in rows:
        areas[period][area] = None
    backgrounds = {(r["account"], r["area"], int(r["year"])) for r in pack.rows("background")}
    units = {r["account"]: r["unit"] for r in pack.rows("accounts")}
    plants_only = {r["account"] for r in pack.rows("accounts") if r["background"] == "no"}
    return _Book(pack, rows, {y: list(found) for y, found in areas.items()}, backgrounds, {area for _, area, _ in backgrounds}, units, plants_only)


def indicators(solved: Solved, account_table: pd.DataFrame) -> pd.DataFrame:
    """Every indicator by area and site of the plan, and where it is published or has a target; columns are INDICATOR_COLUMNS.

    On the official boundary where the area has background for both accounts; where some is lacking the gap is told, but not whether the
    target is met, since a part cannot tell that of the whole. A site where both accounts are zero has no row.
    """
    book, found = _book(solved, account_table), list[dict[str, Any]]()
    values: Values = defaultdict(list)
    for row in book.pack.rows("indicator_values"):
        values[row["indicator"], row["area"]].append(row)
    for row in book.pack.rows("indicators"):
        unit = book.units[row["numerator"]] + (f"/({book.units[row['denominator']]})" if row["denominator"] else "")
        factor = book.pack.units.factor(unit, row["unit"])
        for y in solved.case.years:
            published = [area for indicator, area in values if indicator == row["indicator"]]
            for area in dict.fromkeys([*published, *book.areas.get(y, ())]):
                told = values.get((row["indicator"], area), [])
                found += _indicator(book, row, area, y, factor, told)
    frame = pd.DataFrame(found, columns=INDICATOR_COLUMNS)
    numbers = dict.fromkeys(("numerator", "denominator", "actual", "target", "gap", "published"), "float64")
    return frame.astype({**numbers, "met": "boolean", "computable": "bool", "target_year": "Int64", "published_year": "Int64"})


def _indicator(book: _Book, row: dict[str, Any], area: str, y: int, factor: float | None, told: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The row of an indicator, unless nothing is known and nothing happens there."""
    upper, lower = book.row(y, area, row["numerator"]), book.row(y, area, row["denominator"])
    parts = [part for part in (upper, lower) if part is not None]
    if not told and all(part["total"] == 0 for part in parts):
        return
    accounts = [account for account in (row["numerator"], row["denominator"]) if account]
    wider = area in book.wider and not book.plants_only.intersection(accounts)
    needs = [account for account in accounts if wider and (account, area, y) not in book.backgrounds]
    official = bool(parts) and wider and not needs
    column = "total" if official else "value"
    top = np.nan if upper is None else float(upper[column])
    below = 1.0 if row["denominator"] is None else np.nan if lower is None else float(lower[column])
    actual = top / below * factor if factor is not None and below != 0 else np.nan
    computable = bool(np.isfinite(actual))
    aims = _aims(row["better"], actual, y, told)
    yield {
        "period": y,
        "indicator": row["indicator"],
        "area": area,
        "numerator": top,
        "denominator": below,
        "actual": actual,
        **aims,
        "met": None if needs else aims["met"],
        "unit": row["unit"],
        "better": row["better"],
        "basis": PUBLISHED if not computable else OFFICIAL if official else MODEL,
        "computable": computable,
        "needs": " ".join(needs),
    }


def _aims(better: str, actual: float, y: int, told: list[dict[str, Any]]) -> dict[str, Any]:
    """Target of the year, else the next later one, else the last; published value of the nearest year; and what is missing."""
    target = min((v for v in told if v["kind"] == "target"), key=lambda v: (_year(v) < y, abs(_year(v) - y)), default=None)
    base = min((v for v in told if v["kind"] == "published"), key=lambda v: abs(_year(v) - y), default=None)
    sign = 1 if better == "higher" else -1
    gap = np.nan if target is None else (actual - target["value"]) * sign
    return {
        "target": None if target is None else target["value"],
        "target_year": None if target is None else _year(target),
        "gap": gap,
        "published": None if base is None else base["value"],
        "published_year": None if base is None else _year(base),
        "met": None if target is None or not np.isfinite(gap) else bool(gap >= -abs(target["value"]) * _TOLERANCE),
    }


def _year(row: dict[str, Any]) -> int:
    return int(row["year"])


def scores(solved: Solved, indicator_table: pd.DataFrame) -> pd.DataFrame:
    """Every score by area and site: a row per indicator, and one with an empty indicator for the score itself; columns are SCORE_COLUMNS.

    Points are linear between the levels of 0 and 100 and end there. Indicators that cannot be computed carry no share: the weights of
    the others are scaled up to 1, and the row of the score tells in `share` how much of the weight is computable.
    """
    pack = solved.case.pack
    members: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in pack.rows("score_terms"):
        members[row["score"]].append(row)
    table = {(r["period"], r["area"], r["indicator"]): r for r in records(indicator_table)}
    units = {r["indicator"]: r["unit"] for r in pack.rows("indicators")}
    places = dict.fromkeys((period, area) for period, area, _ in table)
    found: list[dict[str, Any]] = []
    for score, terms in members.items():
        for period, area in places:
            found += _score({"period": period, "area": area, "score": score}, terms, table, units)
    return pd.DataFrame(found, columns=SCORE_COLUMNS).astype({"computable": "bool"})


def _score(place: dict[str, Any], terms: list[dict[str, Any]], table: dict[Any, dict[str, Any]], units: dict[str, str]) -> list[dict[str, Any]]:
    """The rows of one score at one place; none where no indicator can be computed."""
    rows = []
    for term in terms:
        known = table.get((place["period"], place["area"], term["indicator"]))
        actual = np.nan if known is None else float(known["actual"])
        points = float(np.clip((actual - term["at_zero"]) / (term["at_hundred"] - term["at_zero"]), 0.0, 1.0) * 100)
        own = {"indicator": term["indicator"], "actual": actual, "unit": units[term["indicator"]], "weight": term["value"]}
        levels = {name: term[name] for name in ("at_zero", "at_hundred")}
        rows.append({**place, **own, **levels, "points": points, "computable": bool(np.isfinite(points))})
    whole = sum(row["weight"] for row in rows)
    counted = sum(row["weight"] for row in rows if row["computable"])
    if counted == 0:
        return []
    for row in rows:
        row["share"] = row["weight"] / counted if row["computable"] else 0.0
        row["contribution"] = row["share"] * row["points"] if row["computable"] else 0.0
    total = sum(row["contribution"] for row in rows)
    nothing = dict.fromkeys(("actual", "at_zero", "at_hundred"), np.nan)
    head = {**place, **nothing, "indicator": "", "unit": "", "points": total, "weight": whole, "share": counted / whole, "contribution": total}
    return [{**head, "computable": True}, *rows]
