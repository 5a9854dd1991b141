"""What must be true of every case, whatever its numbers."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invariants.random_case import GOODS, RandomCase, cases
from saltloop.data.pack import load
from saltloop.data.schema import BY_NAME
from saltloop.errors import INFEASIBLE, SolveError
from saltloop.results.verify import verify
from saltloop.solve.certificate import TOLERANCE
from tiny import Answer, Tables, _with_units, run_of, solve_pack, units, write_pack

some = settings(max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
IN = ("made", "drawn", "bought", "shipped_in", "stored_out")


def solved(case: RandomCase, tables: Tables | None = None, **more: Any) -> Answer:
    return solve_pack(case.tables if tables is None else tables, **{**case.choices, **more})


def changed(tables: Tables, edit: Callable[[str, dict[str, str]], dict[str, str]]) -> Tables:
    """The same tables with every row edited."""
    return {name: [edit(name, row) for row in rows] for name, rows in tables.items()}


def same(first: float, second: float) -> bool:
    return abs(first - second) <= 1e-7 * (1 + abs(first))


@some
@given(cases())
def test_what_comes_in_equals_what_goes_out(case: RandomCase) -> None:
    """By period, slice, site and commodity, from the flows table alone."""
    flows = solved(case).tables["flows"]
    signed = flows.assign(net=np.where(flows["role"].isin(IN), flows["value"], -flows["value"]))
    by = signed.groupby(["period", "slice", "site", "commodity"])
    assert (by["net"].sum().abs() <= 1e-7 * (1 + by["value"].max())).all()
    assert (flows["value"] > 0).all()


@some
@given(cases())
def test_plan_and_prices_stand_the_certificate_and_bound_each_other(case: RandomCase) -> None:
    """Strong duality at the optimum; weak duality: a plan made for another objective is never better."""
    answer = solved(case)
    program, solution = answer.solved.program, answer.solved.solution
    assert solution.certificate.worst <= TOLERANCE
    costs = program.stages[0][1]
    reduced = costs - program.matrix.T @ solution.duals
    bound = sum(
        float(np.sum(d[d != 0] * np.where(d > 0, frame["upper"], frame["lower"])[d != 0]))
        for d, frame in ((_clean(solution.duals), program.rows), (_clean(reduced), program.columns))
    )
    assert same(bound, answer.objective)
    other = solved(case, maximise={"sales": 1.0, "co2": -1.0})
    assert float(costs @ other.solved.solution.values) <= answer.objective + 1e-7 * (1 + abs(answer.objective))
    assert answer.objective >= -1e-7, "to do nothing is a plan"


def _clean(duals: np.ndarray) -> np.ndarray:
    return np.where(np.abs(duals) > 1e-7 * (1 + np.abs(duals).max()), duals, 0.0)


LIMITS = [("basin_limits", "value"), ("capacities", "value"), ("market_tiers", "volume"), ("land", "value"), ("links", "capacity")]


@some
@given(cases(), st.data())
def test_less_of_anything_is_never_better_and_more_never_worse(case: RandomCase, data: st.DataObject) -> None:
    table, column = data.draw(st.sampled_from([(t, c) for t, c in LIMITS if any(r[c] for r in case.tables.get(t, []))]))
    n = data.draw(st.sampled_from([n for n, row in enumerate(case.tables[table]) if row[column]]))

    def times(factor: float) -> float:
        rows = list(case.tables[table])
        value = str(float(rows[n][column]) * factor)
        rows[n] = {**rows[n], column: value, **({"low": value, "high": value} if column == "value" else {})}
        return solved(case, {**case.tables, table: rows}).objective

    base = times(1)
    assert times(0.6) <= base + 1e-7 * (1 + abs(base))
    assert times(1.5) >= base - 1e-7 * (1 + abs(base))


OTHER_UNITS = {
    "t": ["kt", "kg", "万吨"],
    "MWh": ["GWh", "kWh", "GJ", "tce"],
    "CNY": ["万元", "亿元"],
    "m3": ["hm3", "亿立方米"],
    "t/a": ["kt/a", "t/d"],
    "CNY/t": ["万元/kt", "元/kg", "百万元/万吨"],
    "MW": ["GW", "kW"],
    "ha": ["km2", "mu"],
    "km": ["m"],
}


@some
@given(cases(), st.integers(0, 10**6))
def test_a_table_may_be_written_in_any_units(case: RandomCase, seed: int) -> None:
    """kt for t, GWh for MWh, 万元 for CNY, row by row; then the money accounts in 万元, which changes the unit of the objective alone."""
    pick = random.Random(seed)

    def other(table: str, row: dict[str, str]) -> dict[str, str]:
        if not BY_NAME[table].base or row["unit"] not in OTHER_UNITS or table in ("factors", "account_terms"):
            return row
        unit = pick.choice(OTHER_UNITS[row["unit"]])
        factor = units().factor(row["unit"], unit)
        assert factor is not None
        return {**row, "unit": unit, **{name: repr(float(row[name]) * factor) for name in ("value", "low", "high")}}

    base = solved(case)
    moved = solved(case, changed(_with_units(case.tables), other))
    assert same(base.objective, moved.objective)
    assert moved.objective == 0 or moved.solved.solution.certificate.worst <= TOLERANCE
    in_wan = changed(case.tables, lambda table, row: {**row, "unit": "万元"} if table == "accounts" and row["unit"] == "CNY" else row)
    assert same(base.objective, solved(case, in_wan).objective * 1e4)


MONEY = [("prices", None), ("market_access", None), ("disposals", None), ("factors", "CNY"), ("factors", "CNY/km")]


@some
@given(cases(), st.sampled_from([0.5, 3.0, 7.1]))
def test_all_prices_times_a_factor_give_the_objective_times_it(case: RandomCase, factor: float) -> None:
    def dearer(table: str, row: dict[str, str]) -> dict[str, str]:
        if not any(table == name and unit in (None, row["unit"]) for name, unit in MONEY):
            return row
        return {**row, **{name: repr(float(row[name]) * factor) for name in ("value", "low", "high")}}

    assert same(solved(case).objective * factor, solved(case, changed(_with_units(case.tables), dearer)).objective)


@some
@given(cases(), st.integers(0, 10**6))
def test_the_order_of_rows_does_not_matter(case: RandomCase, seed: int) -> None:
    mixed = {name: random.Random(seed).sample(rows, len(rows)) for name, rows in case.tables.items()}
    assert same(solved(case).objective, solved(case, mixed).objective)


def relabelled(tables: Tables) -> Tables:
    """Every id written backwards with a letter before it, so that the order of names changes too; tags and words of the ledger follow."""
    kinds = {t: next((c.name for c in BY_NAME[t].columns if c.kind == "id"), None) for t in tables}
    ids = {row[kinds[t]] for t, rows in tables.items() if kinds[t] for row in rows} - {"gain", "taxes", "transfers", "profit", "co2", "sales", "all"}
    new = {name: f"z{name[::-1]}" for name in ids}

    def rename(table: str, row: dict[str, str]) -> dict[str, str]:
        wanted = {c.name for c in BY_NAME[table].names.values() if c.kind in ("id", "reference")} | {"item", "agent", "carries", "commodity", "place"}
        return {k: " ".join(new.get(word, word) for word in v.split()) if k in wanted else v for k, v in row.items()}

    return changed(tables, rename)


@some
@given(cases())
def test_names_do_not_matter(case: RandomCase) -> None:
    base, other = solved(case), solved(case, relabelled(case.tables))
    assert same(base.objective, other.objective)
    assert base.solved.program.matrix.nnz == other.solved.program.matrix.nnz
    assert set(other.solved.case.sites) == {f"z{p[::-1]}" for p in base.solved.case.sites}


RULES: list[dict[str, Any]] = [
    {"limit": "co2", "at_most": "{} t"},
    {"limit": "sales", "at_least": "{} CNY"},
    {"limit": "waste", "equals": "{} t"},
    {"ceiling": "maker", "at_most": "{} t"},
    {"ban": "make_steel"},
    {"target": "co2", "at_most": "0.001 t/CNY", "of": "sales"},
    {"net_zero": "waste"},
    {"exchange": "iron", "allow": False},
    {"exchange": "power", "at_most": "{} MWh"},
    {"phase_out": "burn", "from": 2020, "by": 2040},
    {"minimum": "burn", "at_least": "{} MWh"},
]


@some
@given(cases(), st.sampled_from(RULES), st.integers(0, 300))
def test_a_rule_more_never_improves_and_a_tighter_one_never_helps(case: RandomCase, rule: dict[str, Any], number: int) -> None:
    def under(value: float) -> float:
        raw = {key: text.format(value) if isinstance(text, str) else text for key, text in rule.items()}
        try:
            return solved(case, rules={"it": raw}).objective
        except SolveError as error:
            if error.exit_code != INFEASIBLE:
                raise
            return -np.inf

    base, found, looser = solved(case).objective, under(number), under(2 * number)
    assert found <= base + 1e-7 * (1 + abs(base))
    if "at_most" in rule:
        assert looser >= found - 1e-7 * (1 + abs(base))
    if "at_least" in rule:
        assert looser <= found + 1e-7 * (1 + abs(base))


@some
@given(cases())
def test_a_charge_on_everything_takes_no_more_than_it_did_before(case: RandomCase) -> None:
    """Firms who pay for co2 emit no more than firms who do not, and earn no more."""
    free = solved(case, maximise=[{"profit": 1.0}, {"co2": -1.0}])
    paying = solved(case, maximise="profit", rules={"carbon": {"charge": "co2", "price": "40 CNY/t"}})
    weights = dict(case.choices["periods"])
    if len(weights) == 1:
        totals = [sum(a.value("account", "co2", p, y) for p in a.solved.case.sites for y in weights) for a in (free, paying)]
        assert totals[1] <= totals[0] + 1e-6 * (1 + abs(totals[0]))
    assert paying.objective <= free.objective + 1e-7 * (1 + abs(free.objective))


@settings(some, max_examples=3)
@given(cases())
def test_a_written_run_can_be_verified_from_its_files(tmp_path_factory: pytest.TempPathFactory, case: RandomCase) -> None:
    rules = {"carbon": {"charge": "co2", "price": "3 CNY/t"}, "cap": {"limit": "co2", "at_most": "90 t"}}
    findings = verify(run_of(tmp_path_factory.mktemp("run"), case.tables, **case.choices, rules=rules, maximise="profit"))
    assert len(findings) >= 6
    assert [f for f in findings if not f.holds] == []


@settings(some, max_examples=3)
@given(cases())
def test_a_pack_in_memory_is_the_pack_of_its_files(tmp_path_factory: pytest.TempPathFactory, case: RandomCase) -> None:
    """So that what these tests say of packs in memory holds for files."""
    written = load(write_pack(Path(tmp_path_factory.mktemp("pack")) / "tiny", case.tables))
    assert same(solve_pack(written, **case.choices).objective, solved(case).objective)


def test_the_random_cases_are_not_all_trivial() -> None:
    """Of twenty packs at least half earn something, and all goods are made somewhere."""
    earned, made = [], set()

    @settings(some, max_examples=20)
    @given(cases(single=True))
    def look(case: RandomCase) -> None:
        answer = solved(case)
        earned.append(answer.objective > 1)
        made.update(answer.tables["activities"]["process"])

    look()
    assert np.mean(earned) > 0.5
    assert made >= {f"make_{good}" for good in GOODS}
