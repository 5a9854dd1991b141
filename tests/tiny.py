"""Packs small enough to read: one line of text per row; columns that a test does not care about fill themselves in.

A line is a table, then the words of WORDS in order; `-` and words left out at the end are as in FILLED, else empty;
`name=word` sets any other column. `sites a | sites b` are two lines. Values without a unit are in the base unit of their column.

    commodities salt t
    recipes mine salt make 1
    capacities lake mine 100 status=option
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from saltloop.analysis.failure import on_failure
from saltloop.analysis.numerics import numerics
from saltloop.analysis.plan import Clock, Plan, solve_scenario, write_plan
from saltloop.data import read
from saltloop.data.factors import BY_KIND_AND_NAME, base_unit
from saltloop.data.pack import Pack, capacity_units
from saltloop.data.schema import BY_NAME, TABLES
from saltloop.errors import Place, Problems
from saltloop.formulation.case import Case, build_case
from saltloop.formulation.choices import Choices, Stage
from saltloop.formulation.program import Program, compile_program
from saltloop.formulation.rules.price import Price
from saltloop.formulation.rules.rule import Context, Rule, sites_of
from saltloop.formulation.terms import ledger_terms
from saltloop.results import book, capacities, flows, titles, worth
from saltloop.results.run import Run
from saltloop.results.solved import Solved
from saltloop.scenario.resolve import Scenario, load_scenario
from saltloop.solve.highs import Options, solve
from saltloop.units import Units

Row = dict[str, str]
Tables = dict[str, list[Row]]

WORDS: dict[str, str] = {
    "areas": "area parent",
    "sites": "site area kind",
    "commodities": "commodity unit resolution tags",
    "processes": "process reference resolution capacity_unit land_class tags",
    "recipes": "process commodity direction value unit",
    "equipment": "equipment capacity_unit resolution land_class tags",
    "uses": "process equipment value unit",
    "factors": "kind item factor value unit",
    "profiles": "equipment month value hour site",
    "land": "site land_class value unit",
    "basins": "basin unit kind tags",
    "basin_limits": "basin value unit limit month year",
    "basin_supplies": "basin site commodity value unit",
    "evaporation": "site value unit month",
    "modes": "mode unit carries passes_through",
    "links": "link origin destination mode value capacity both_ways",
    "markets": "market side tags",
    "market_tiers": "market commodity tier volume value",
    "market_access": "market place commodity value unit",
    "prices": "commodity value unit market site year",
    "demands": "market site commodity value unit unmet_price year",
    "routes": "route kind land_class tags",
    "disposals": "route place commodity value unit limit",
    "capacities": "site equipment value unit status from_year to_year",
    "stores": "store commodity equipment chronology",
    "accounts": "account unit group",
    "account_terms": "account flow commodity agent measure value unit",
    "background": "account area year value unit",
    "compositions": "commodity species value unit",
    "indicators": "indicator numerator denominator unit better",
    "indicator_values": "indicator area year kind value unit",
    "scores": "score",
    "score_terms": "score indicator value at_zero at_hundred",
    "observations": "area kind item year compares value unit",
}
FILLED: dict[str, Row] = {
    "sites": {"area": "all", "kind": "park", "source": "pencil"},
    "commodities": {"resolution": "year"},
    "processes": {"resolution": "year", "industry": "works"},
    "equipment": {"resolution": "year"},
    "basins": {"kind": "lake"},
    "basin_limits": {"limit": "draw_limit"},
    "basin_supplies": {"value": "1"},
    "modes": {"passes_through": "no"},
    "links": {"both_ways": "no"},
    "market_tiers": {"tier": "1", "value": "1"},
    "market_access": {"place": "all", "commodity": "*", "value": "0", "unit": "CNY/t"},
    "prices": {"year": "2025"},
    "routes": {"kind": "stack"},
    "disposals": {"value": "0"},
    "capacities": {"status": "existing", "from_year": "2000"},
    "stores": {"chronology": "year"},
    "accounts": {"group": "ledger"},
    "account_terms": {"value": "1", "unit": "1"},
    "profiles": {"grade": "D", "source": "pencil"},
    "uses": {"value": "1"},
}
_TAGGED = ("tags", "carries")
LEDGER = """
accounts gain CNY money
accounts taxes CNY money
accounts transfers CNY money
accounts profit CNY money
account_terms gain sell - - price
account_terms gain sell - - freight -1
account_terms gain buy - - price -1
account_terms gain buy - - freight -1
account_terms gain ship - - freight -1
account_terms gain dispose - - fee -1
account_terms gain unmet - - price -1
account_terms gain activity - - variable_cost -1
account_terms gain capacity - - fixed_cost -1
account_terms gain new_capacity - - capital_annuity -1
account_terms profit account gain
account_terms profit account taxes value=-1
account_terms profit account transfers
"""
ABOUT: dict[str, Any] = {
    "name": "tiny",
    "title": {"en": "Tiny", "zh": "小"},
    "version": "1.0.0",
    "schema": 1,
    "currency": "CNY",
    "roles": {"charges": "taxes", "transfers": "transfers"},
}


@cache
def units() -> Units:
    """One registry for all tiny packs, so that each unit is parsed once."""
    return Units()


def _row(line: str) -> tuple[str, Row]:
    table, *words = line.split()
    row = dict(FILLED.get(table, {}))
    plain = [w for w in words if "=" not in w]
    row |= {name: word for name, word in zip(WORDS[table].split(), plain, strict=False) if word != "-"}
    row |= dict(word.split("=", 1) for word in words if "=" in word)
    return table, {name: word.replace("+", " ") if name in _TAGGED else word for name, word in row.items()}


def tables_of(text: str, ledger: str = LEDGER) -> Tables:
    """The rows of a text as cells by table; the ledger, one area, its one source and open markets are added where missing."""
    lines = [line.split("#")[0].strip() for line in f"{ledger}\n{text}".replace("|", "\n").splitlines()]
    tables: Tables = {}
    for table, row in (_row(line) for line in lines if line):
        tables.setdefault(table, []).append(row)
    areas = tables.setdefault("areas", [])
    if "all" not in [r["area"] for r in areas]:
        areas.insert(0, {"area": "all"})
    tables.setdefault("sources", []).append({"source": "pencil", "title": "worked out by hand"})
    reached = {r["market"] for r in tables.get("market_access", [])}
    for market in (r["market"] for r in tables.get("markets", []) if r["market"] not in reached):
        tables.setdefault("market_access", []).append({"market": market, **FILLED["market_access"]})
    return {name: [_filled(name, row) for row in rows] for name, rows in tables.items()}


def _filled(table: str, row: Row) -> Row:
    """Titles after the id; range, grade and source of a number."""
    names = BY_NAME[table].names
    name = next((row[c.name] for c in names.values() if c.kind == "id"), "")
    titles = {"title_en": name, "title_zh": f"“{name}”"} if "title_en" in names else {}
    number = {"low": row["value"], "high": row["value"], "grade": "D", "source": "pencil"} if BY_NAME[table].base else {}
    return {column: (titles | number | row).get(column, "") for column in names}


def _with_units(tables: Tables) -> Tables:
    """The rows with every empty unit replaced by the base unit of its column."""
    unit_of = _unit_by_id({t.name: pd.DataFrame(tables.get(t.name, []), columns=list(t.names), dtype=object) for t in TABLES})
    found: Tables = {}
    for name, rows in tables.items():
        base = read.base_unit_of(BY_NAME[name], units(), unit_of)
        found[name] = [row if not BY_NAME[name].base or row["unit"] else {**row, "unit": base(row) or _own_unit(row)} for row in rows]
    return found


def _unit_by_id(frames: dict[str, pd.DataFrame]) -> dict[str, dict[str, str]]:
    def units_in(table: str, key: str) -> dict[str, str]:
        return dict(zip(frames[table][key], frames[table]["unit"], strict=True))

    return {
        "commodity": units_in("commodities", "commodity"),
        "equipment": capacity_units(frames),
        "basin": units_in("basins", "basin"),
        "account": units_in("accounts", "account"),
        "indicator": units_in("indicators", "indicator"),
    }


def _own_unit(row: Row) -> str:
    """Unit of a row without a base unit: that of the factor that the equations know, else money; a row by tag is counted in t."""
    if "factor" not in row:
        return "CNY/t"
    known = BY_KIND_AND_NAME.get((row["kind"], row["factor"]))
    return "CNY" if row["factor"].endswith("_cost") else "1" if known is None else base_unit(known, "CNY")


@cache
def _empty(name: str) -> pd.DataFrame:
    return pd.DataFrame(columns=[*BY_NAME[name].names, "_file", "_line"], dtype=object)


def _typed(table: str, line: int, row: Row) -> dict[str, Any]:
    """Numbers as numbers in the base unit, tags as tuples, empty cells as None, with the line that a file would have."""

    def cell(name: str, kind: str) -> Any:
        text = row[name]
        return tuple(text.split()) if kind == "tags" else None if text == "" else float(text) if kind in ("number", "integer", "year") else text

    typed = {name: cell(name, column.kind) for name, column in BY_NAME[table].names.items()}
    return {**typed, "_file": f"{table}.csv", "_line": line}


def pack_of(source: str | Tables) -> Pack:
    """A pack in memory, as `load` would give it for the same cells."""
    tables = _with_units(tables_of(source) if isinstance(source, str) else source)
    typed = {name: [_typed(name, line, row) for line, row in enumerate(rows, 2)] for name, rows in tables.items()}
    unit_of = _unit_by_id({t.name: pd.DataFrame(typed.get(t.name, []), columns=list(t.names), dtype=object) for t in TABLES})
    for name, rows in typed.items():
        base = read.base_unit_of(BY_NAME[name], units(), unit_of)
        for row in (row for row in rows if BY_NAME[name].base):
            wanted = base(row) or row["unit"]
            factor = units().factor(row["unit"], wanted)
            if factor is None:
                raise ValueError(f"{name}: {row['unit']} where {wanted} belongs")
            row.update(value=row["value"] * factor, low=row["low"] * factor, high=row["high"] * factor, unit=wanted)
    frames = {t.name: _empty(t.name) for t in TABLES}
    frames |= {name: pd.DataFrame(rows, columns=[*BY_NAME[name].names, "_file", "_line"], dtype=object) for name, rows in typed.items() if rows}
    return Pack("tiny", Path("tiny"), ABOUT, units(), frames, {})


def write_pack(folder: Path, source: str | Tables) -> Path:
    """A pack as files: a folder with pack.yaml and one CSV per table."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(yaml.safe_dump(ABOUT | {"name": folder.name}, allow_unicode=True), encoding="utf-8")
    for name, rows in _with_units(tables_of(source) if isinstance(source, str) else source).items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(BY_NAME[name].names))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def _stage(sense: str, stage: str | Mapping[str, float]) -> Stage:
    return Stage(sense, ((stage, 1.0),) if isinstance(stage, str) else tuple(stage.items()))


def choices_of(
    pack: Pack,
    maximise: Any = "gain",
    minimise: Any = None,
    rules: Mapping[str, Mapping[str, Any]] | None = None,
    periods: Iterable[int | tuple[int, float]] = (2025,),
    areas: tuple[str, ...] = ("all",),
    **more: Any,
) -> Choices:
    """Choices with the rules bound to the pack; an objective is an account, weights by account, or a list of these in order."""
    spans = tuple((p, 1.0) if isinstance(p, int) else p for p in periods)
    sense, wanted = ("maximise", maximise) if minimise is None else ("minimise", minimise)
    stages = tuple(_stage(sense, s) for s in (wanted if isinstance(wanted, list) else [wanted]))
    problems, bound = Problems(), []
    for name, raw in (rules or {}).items():
        context = Context(pack, sites_of(pack, areas), tuple(y for y, _ in spans), areas, lambda key: Place("rules.yaml", 1), f"rules.{name}", problems)
        bound.append(Rule.kinds[next(iter(raw))].model_validate(dict(raw)).bind(name, context))
    problems.stop_if_any()
    changes = tuple(change for rule in bound if isinstance(rule, Price) for change in rule.price_changes)
    return Choices(areas, spans, 2025, stages, rules=tuple(bound), price_changes=changes + more.pop("price_changes", ()), **more)


def case_of(source: str | Tables | Pack, **choices: Any) -> Case:
    """The case of a text."""
    pack = source if isinstance(source, Pack) else pack_of(source)
    return build_case(pack, choices_of(pack, **choices))


def program_of(source: str | Tables | Pack, **choices: Any) -> Program:
    """The arrays of a text."""
    return compile_program(case_of(source, **choices))


_TABLE = {
    "flows": flows.flows,
    "activities": flows.activities,
    "trades": flows.trades,
    "capacity": capacities.capacity,
    "accounts": book.accounts,
    "charges": book.charges,
    "ledger": book.ledger,
    "names": titles.names,
    "rules": worth.rules,
    "limits": worth.limits,
    "values": worth.values,
    "entry": worth.entry,
}


class _Made(dict[str, pd.DataFrame]):
    """Tables of a solved case, each made when it is asked for."""

    def __init__(self, solved: Solved) -> None:
        self.solved = solved

    def __missing__(self, name: str) -> pd.DataFrame:
        self[name] = _TABLE[name](self.solved)
        return self[name]


@dataclass(frozen=True)
class Answer:
    """A solved text."""

    solved: Solved

    @property
    def objective(self) -> float:
        """Value of the first stage."""
        return self.solved.solution.objectives[0]

    def value(self, family: str, *key: str | int) -> float:
        """A column by its name."""
        return float(self.solved.solution.values[self.solved.program.position(family)[[key]].iloc[0]])

    def dual(self, family: str, *key: str | int) -> float:
        """Dual of a row by its name."""
        return float(self.solved.solution.duals[self.solved.program.position(family, rows=True)[[key]].iloc[0]])

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables of the run by name."""
        return _Made(self.solved)

    def line(self, table: str, **where: Any) -> pd.Series:
        """The one line of a table with these values."""
        frame = self.tables[table]
        for column, value in where.items():
            frame = frame[frame[column] == value]
        if len(frame) != 1:
            raise LookupError(f"{len(frame)} lines of {table} with {where}")
        return frame.iloc[0]


def solve_case(case: Case, options: Options | None = None) -> Answer:
    """Compile and solve a case; the failure speaks as at the command line."""
    terms = ledger_terms(case)
    program = compile_program(case, terms)
    return Answer(Solved(case, terms, program, solve(program, on_failure(case, program), options)))


def solve_pack(source: str | Tables | Pack, options: Options | None = None, **choices: Any) -> Answer:
    """Solve a text under choices."""
    return solve_case(case_of(source, **choices), options)


def plan_of(folder: Path, source: str | Tables, text: str = "") -> Plan:
    """A pack and a scenario written to files, checked, loaded and solved as the command line does."""
    write_pack(folder / "data" / "tiny", source)
    scenario = {
        "title": {"en": "Tiny case", "zh": "小算例"},
        "region": "tiny",
        "areas": ["all"],
        "periods": [2025],
        "maximise": "gain",
        "prices": {"year": 2025},
    }
    path = folder / "tiny-case.yaml"
    path.write_text(yaml.safe_dump(scenario | (yaml.safe_load(text) or {}), allow_unicode=True, sort_keys=False), encoding="utf-8")
    return solve_scenario(load_scenario(path, data=str(folder / "data")))


def run_of(folder: Path, source: str | Tables, language: str = "en", **choices: Any) -> Run:
    """The written run of a text, without a scenario file and without the checks of the pack."""
    case = case_of(source, **choices)
    scenario = Scenario(Path("tiny.yaml"), {"en": "Tiny case", "zh": "小算例"}, "tiny-case", {}, {}, case.pack, case.choices, (), Problems())
    answer = solve_case(case)
    ranges, _ = numerics(answer.solved.program)
    return write_plan(Plan(scenario, answer.solved, case.notes, ranges, Clock()), folder, language)
