"""A base year solved as it stood, beside what was published of it: misfits, implied backgrounds, and a grade for the pack."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from saltloop.analysis.plan import Plan, solve_scenario
from saltloop.data.pack import Pack
from saltloop.data.read import FILE, LINE, listed_names, records
from saltloop.data.relations import Relations
from saltloop.errors import InputError, Place, Problems, message
from saltloop.formulation.rules.rule import sites_of
from saltloop.results.book import accounts
from saltloop.results.flows import activities, flows
from saltloop.results.indicators import PUBLISHED, indicators
from saltloop.scenario.document import Document, read_document
from saltloop.scenario.resolve import resolve_document

NO_BASE_YEAR = message(
    "R120",
    ("pack '{pack}' declares no base year", "数据包“{pack}”未声明基准年"),
    (
        "write base_years: [2015] in pack.yaml, or say --year YEAR; years with observations: {years}",
        "请在 pack.yaml 写 base_years: [2015]，或用 --year 指定；有观测值的年份：{years}",
    ),
)
NO_MAIN_AREA = message(
    "R121",
    ("pack '{pack}' declares no main_area to solve", "数据包“{pack}”未声明 main_area"),
    ("write main_area in pack.yaml, or name a scenario with --scenario FILE", "请在 pack.yaml 写 main_area，或用 --scenario 指定情景文件"),
)
NOTHING_PUBLISHED = message(
    "R122",
    ("pack '{pack}' has no observation and no published indicator of {year}", "数据包“{pack}”没有 {year} 年的观测值或公布的指标"),
    ("add rows to observations.csv or indicator_values.csv, or choose one of: {years}", "请补充 observations.csv 或 indicator_values.csv，或另选年份：{years}"),
)
OTHER_YEAR = message(
    "R123",
    ("the scenario plans {periods}, not {year}", "情景的时期为 {periods}，不含 {year}"),
    ("name one of its periods with --year, or another scenario", "请用 --year 指定其中一个时期，或换一个情景"),
)

# Most value added; among plans of equal value added the most profitable, so that the answer is one.
OBJECTIVE = ("value_added", "profit")
STANDING = ("existing", "building")
GRADES = (("A", 0.10), ("B", 0.20), ("C", 0.40))
WORST = "D"
FEWEST = 5
_ROLES = {"made": "made", "used": "used", "drawn": "drawn", "bought": "bought", "sold": "sold", "disposed": "disposed"}
_SLACK = 1e-6


@dataclass(frozen=True)
class Backtest:
    """One base year beside what was published.

    Args:
        year: the base year.
        plan: as solved.
        items: kind, area, item, title_en, title_zh, model, background, total, published, low, high, unit, compares, misfit [share of the
            published figure], within [the model lies inside the range of the figure], contradiction, grade, source, locator, note, place.
        indicators: indicator, area, unit, published, from_totals, model, basis, gap_totals, gap [both in unit], totals_reproduce, reproduces
            [equal at the digits that are printed], source, locator, note.
        background: account, area, year, value, unit, low, high, grade, source, locator, note, present [what background.csv has, in unit]:
            official total less the account of the run, the rows that background.csv would need.
    """

    year: int
    plan: Plan
    items: pd.DataFrame
    indicators: pd.DataFrame
    background: pd.DataFrame


@dataclass(frozen=True)
class Grade:
    """The grade of a pack.

    Args:
        letter: A to D; empty where too little can be compared.
        median: median size of the misfit of comparable items.
        compared: how many items were comparable.
        contradictions: how many published totals lie below their part, or ceilings below the model.
    """

    letter: str
    median: float
    compared: int
    contradictions: int


ITEM_COLUMNS = [
    *("year", "kind", "area", "item", "title_en", "title_zh", "model", "background", "total", "published", "low", "high", "unit", "compares"),
    *("misfit", "within", "contradiction", "grade", "source", "locator", "note", "place"),
]
INDICATOR_COLUMNS = [
    *("year", "indicator", "area", "unit", "published", "from_totals", "model", "basis", "gap_totals", "gap", "totals_reproduce", "reproduces"),
    *("source", "locator", "note"),
]
BACKGROUND_COLUMNS = ["account", "area", "year", "value", "unit", "low", "high", "grade", "source", "locator", "note", "present"]


def base_years(pack: Pack, asked: Iterable[int] = ()) -> list[int]:
    """The years to solve: those asked for, else those that pack.yaml declares.

    Raises:
        InputError: R120, there is none; R122, nothing was published of one.
    """
    known = sorted(_published_years(pack))
    shown = listed_names([str(year) for year in known], "")
    years = list(dict.fromkeys(asked)) or list(pack.about.get("base_years") or [])
    if not years:
        raise InputError(NO_BASE_YEAR.at(Place(str(pack.folder / "pack.yaml")), pack=pack.name, years=shown))
    problems = Problems([NOTHING_PUBLISHED.at(Place(), pack=pack.name, year=year, years=shown) for year in years if year not in known])
    problems.stop_if_any()
    return years


def _published_years(pack: Pack) -> set[int]:
    published = (row for row in pack.rows("indicator_values") if row["kind"] == "published")
    return {int(row["year"]) for row in (*pack.rows("observations"), *published)}


def base_document(pack: Pack, year: int) -> Document:
    """The scenario of a base year: what stood then, prices of then, most value added in the main area.

    Args:
        pack: as loaded.
        year: the base year.

    Raises:
        InputError: R121, the pack has no main area.
    """
    area = pack.about.get("main_area")
    if area is None:
        raise InputError(NO_MAIN_AREA.at(Place(str(pack.folder / "pack.yaml")), pack=pack.name))
    title, known = pack.about["title"], {row["account"] for row in pack.rows("accounts")}
    data: dict[str, Any] = {
        "title": {"en": f"{title['en']}: base year {year}", "zh": f"{title['zh']}：{year} 年基准"},
        "region": pack.name,
        "areas": [area],
        "periods": [year],
        "slices": "year",
        "maximise": [OBJECTIVE[0], *(account for account in OBJECTIVE[1:] if account in known)],
        "prices": {"year": year, "missing": "nearest"},
        "capacity": {"existing": list(STANDING), "may_build": []},
    }
    return Document(Path(f"base-{year}.yaml"), (), data, {})


def scenario_document(path: Path) -> Document:
    """A scenario file as a document.

    Raises:
        InputError: with every problem of the file.
    """
    problems = Problems()
    document = read_document(path, problems)
    if document is None:
        raise InputError(problems)
    problems.stop_if_any()
    return document


def backtest(pack: Pack, year: int, document: Document | None = None) -> Backtest:
    """Solve a base year and lay it beside the observations and published indicators of that year.

    Args:
        pack: loaded and checked.
        year: the base year.
        document: a scenario to solve instead of the composed one.

    Raises:
        InputError: the scenario cannot be used, or does not plan that year.
        SolveError: it has no optimal plan.
    """
    scenario = resolve_document(document or base_document(pack, year), pack=pack)
    periods = [period for period, _ in scenario.choices.periods]
    if year not in periods:
        raise InputError(OTHER_YEAR.at(Place(str(scenario.path)), periods=", ".join(map(str, periods)), year=year))
    plan = solve_scenario(scenario)
    book = accounts(plan.solved)
    items = _items(plan, year, book[book["period"] == year])
    return Backtest(year, plan, items, _indicators(plan, year, book), _background(pack, year, items))


class _Amounts:
    """What the plan says of an observed thing, in the unit of its items."""

    def __init__(self, plan: Plan, year: int, book: pd.DataFrame) -> None:
        self.pack, self.case = plan.solved.case.pack, plan.solved.case
        self.relations = Relations(self.pack)
        self.book = {(r["area"], r["account"]): r for r in records(book)}
        made, run = flows(plan.solved), activities(plan.solved)
        self.flows, self.activities = made[made["period"] == year], run[run["period"] == year]
        self.units = {
            "activity": {r["process"]: self.relations.unit[r["reference"]] for r in self.pack.rows("processes")},
            "commodity": self.relations.unit,
        }

    def of(self, row: dict[str, Any]) -> tuple[float, float]:
        """Amount of the model and background, in the unit of the observation; not a number where the plan has no such thing."""
        if row["kind"] == "other":
            return np.nan, 0.0
        if row["kind"] == "account":
            found = self.book.get((row["area"], row["item"]))
            factor = 1.0 if found is None else self._factor(found["unit"], row["unit"])
            return (np.nan, 0.0) if found is None else (found["value"] * factor, found["background"] * factor)
        sites = [site for site in sites_of(self.pack, [row["area"]]) if site in self.case.sites]
        return (self._amount(row, sites) if sites else np.nan), 0.0

    def _amount(self, row: dict[str, Any], sites: list[str]) -> float:
        kind, column, table = ("activity", "process", self.activities) if row["kind"] == "activity" else ("commodity", "commodity", self.flows)
        table = table[table["site"].isin(sites)]
        if kind == "commodity":
            table = table[table["role"] == _ROLES[row["kind"]]]
        names = {name for word in str(row["item"]).split() for name in self.relations.named("process" if kind == "activity" else kind, word)}
        sums = table[table[column].isin(names)].groupby(column)["value"].sum()
        return float(sum(value * self._factor(self.units[kind][str(name)], row["unit"]) for name, value in sums.items()))

    def _factor(self, unit: str, other: str) -> float:
        factor = self.pack.units.factor(unit, other)
        return np.nan if factor is None else factor


def _items(plan: Plan, year: int, book: pd.DataFrame) -> pd.DataFrame:
    amounts, rows = _Amounts(plan, year, book), []
    for row in amounts.pack.rows("observations"):
        if int(row["year"]) == year:
            model, background = amounts.of(row)
            rows.append(row | _compared(row, model, background) | _titles(amounts.pack, row) | {"year": year, "place": f"{row[FILE]}:{row[LINE]}"})
    for row in rows:
        row |= {"published": row["value"], **{name: row[name] or "" for name in ("locator", "note")}}
    return pd.DataFrame(rows, columns=ITEM_COLUMNS)


def _compared(row: dict[str, Any], model: float, background: float) -> dict[str, Any]:
    """Misfit of one item: the model against what it should equal; with its background against a total of more than the model."""
    compares, published, total = row["compares"], row["value"], model + background
    shown = total if compares == "part" and background else model
    comparable = compares == "same" or (compares == "part" and background != 0)
    over = {"part": model > row["high"] * (1 + _SLACK), "ceiling": model > row["high"] * (1 + _SLACK)}
    return {
        "model": model,
        "background": background,
        "total": total,
        "misfit": shown / published - 1 if comparable and published else np.nan,
        "within": bool(comparable and row["low"] <= shown <= row["high"]),
        "contradiction": bool(over.get(compares, False)),
    }


def _titles(pack: Pack, row: dict[str, Any]) -> dict[str, str]:
    """Title of an observed thing in both languages; of several the titles one after the other."""
    tables = {"account": ("accounts", "account"), "activity": ("processes", "process"), "other": None}
    where = tables.get(row["kind"], ("commodities", "commodity"))
    if where is None:
        name = row["item"].replace("_", " ")
        return {"title_en": name.capitalize(), "title_zh": row["title_zh"] or name}
    known = {r[where[1]]: r for r in pack.rows(where[0])}
    words = [row["item"]] if where[0] == "accounts" else row["item"].split()

    def joined(key: str, comma: str) -> str:
        return comma.join(known[word][key] if word in known else word.replace("_", " ") for word in words)

    return {"title_en": joined("title_en", ", "), "title_zh": joined("title_zh", "、")}


def best_observations(pack: Pack, year: int) -> dict[tuple[str, str], dict[str, Any]]:
    """The observation of each area and account that counts: of several the one of the best grade, of these the first."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in pack.rows("observations"):
        key, is_total = (row["area"], row["item"]), row["kind"] == "account" and row["compares"] in ("same", "part")
        if is_total and int(row["year"]) == year and (key not in found or row["grade"] < found[key]["grade"]):
            found[key] = row
    return found


def _indicators(plan: Plan, year: int, book: pd.DataFrame) -> pd.DataFrame:
    pack = plan.solved.case.pack
    table = indicators(plan.solved, book)
    computed = {(r["indicator"], r["area"]): r for r in records(table[table["period"] == year])}
    declared, best, rows = {r["indicator"]: r for r in pack.rows("indicators")}, best_observations(pack, year), []
    for row in pack.rows("indicator_values"):
        if row["kind"] == "published" and int(row["year"]) == year:
            actual = computed.get((row["indicator"], row["area"]), {})
            model = actual.get("actual")
            totals = _from_totals(pack, declared[row["indicator"]], row, best)
            told = {"from_totals": totals, "model": np.nan if model is None else float(model), "basis": actual.get("basis", PUBLISHED)}
            told |= {"gap_totals": told["from_totals"] - row["value"], "gap": told["model"] - row["value"]}
            told |= {"totals_reproduce": _equal_as_printed(totals, row["value"]), "reproduces": _equal_as_printed(told["model"], row["value"])}
            words = {name: row[name] or "" for name in ("locator", "note")}
            rows.append({**row, **words, **told, "year": year, "published": row["value"]})
    return pd.DataFrame(rows, columns=INDICATOR_COLUMNS)


def _from_totals(pack: Pack, indicator: dict[str, Any], row: dict[str, Any], best: dict[tuple[str, str], dict[str, Any]]) -> float:
    """The indicator computed from the official totals alone; not a number where one of them is not observed."""
    upper = best.get((row["area"], indicator["numerator"]))
    lower = best.get((row["area"], indicator["denominator"])) if indicator["denominator"] else None
    if upper is None or (indicator["denominator"] and lower is None):
        return np.nan
    unit = upper["unit"] if lower is None else f"({upper['unit']})/({lower['unit']})"
    factor = pack.units.factor(unit, row["unit"])
    below = 1.0 if lower is None else float(lower["value"])
    return np.nan if factor is None or below == 0 else float(upper["value"]) / below * factor


def _equal_as_printed(value: float, published: float) -> bool:
    """Whether a value rounds to the published one at the digits in which that is printed."""
    text = f"{published:.10g}"
    decimals = len(text.partition(".")[2]) if "e" not in text else 0
    return bool(np.isfinite(value) and abs(value - published) <= 0.5 * 10.0**-decimals * (1 + _SLACK))


def _background(pack: Pack, year: int, items: pd.DataFrame) -> pd.DataFrame:
    """Official total less the model, for the best observation of each area and account of which the model is a part."""
    best = {(row[FILE], row[LINE]) for row in best_observations(pack, year).values()}
    rows = []
    for row in records(items):
        file, _, line = row["place"].rpartition(":")
        if row["kind"] == "account" and row["compares"] == "part" and (file, int(line)) in best and np.isfinite(row["model"]):
            note = f"official total {row['published']:g} less {row['model']:.6g} of the base-year run" + (f"; {row['note']}" if row["note"] else "")
            ends = {name: row[name] - row["model"] for name in ("low", "high")}
            own = {"account": row["item"], "value": row["published"] - row["model"], "present": row["background"]}
            rows.append({**row, **ends, **own, "grade": max(row["grade"], "C"), "note": note})
    return pd.DataFrame(rows, columns=BACKGROUND_COLUMNS)


def grade(tests: Iterable[Backtest]) -> Grade:
    """The grade of a pack: by the median size of the misfit of items on the same boundary; one lower where anything is contradicted.

    Indicators and totals with background are not counted: the background is set to fit them.
    """
    frames = [test.items for test in tests]
    items = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=ITEM_COLUMNS)
    misfits = items.loc[items["compares"] == "same", "misfit"].astype(float).dropna().abs()
    contradictions = int(items["contradiction"].astype(bool).sum())
    if len(misfits) < FEWEST:
        return Grade("", float(misfits.median()) if len(misfits) else np.nan, len(misfits), contradictions)
    median = float(misfits.median())
    letters = [letter for letter, _ in GRADES] + [WORST]
    place = next((n for n, (_, most) in enumerate(GRADES) if median <= most), len(GRADES))
    return Grade(letters[min(place + (contradictions > 0), len(GRADES))], median, len(misfits), contradictions)


def frames_of(tests: Iterable[Backtest]) -> dict[str, pd.DataFrame]:
    """The tables of several base years under each other: items, indicators, background."""
    found = list(tests)
    return {name: pd.concat([getattr(test, name) for test in found], ignore_index=True) for name in ("items", "indicators", "background")}
