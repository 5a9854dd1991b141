"""(a, d) The pilot zone from its pack: case, accounts, compile and hand-over against the bare hand-over of its arrays, by slices of the year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks._contenders import pass_arrays
from benchmarks.build import tell
from benchmarks.registry import Benchmark, Work
from saltloop.formulation.case import Case, build_case
from saltloop.formulation.expand import Rows
from saltloop.formulation.program import Program, compile_program
from saltloop.formulation.terms import ledger_terms
from saltloop.scenario.resolve import load_scenario
from saltloop.solve import live
from saltloop.solve.highs import Options

SCENARIO = Path(__file__).parents[1] / "scenarios" / "qaidam-2025.yaml"


def _case(slices: str) -> Case:
    scenario = load_scenario(SCENARIO)
    return build_case(scenario.pack, replace(scenario.choices, slices=slices))


def _passed(program: Program) -> Any:
    rows = Rows(program.matrix, program.down.lower, program.down.upper)
    return pass_arrays((rows, -program.stages[0][1], program.across.lower, program.across.upper))


def _ready(slices: str) -> Work:
    program = compile_program(_case(slices))
    return lambda: _passed(program)


def _from(work: Callable[[Case], Any]) -> Callable[[str], Work]:
    def prepare(slices: str) -> Work:
        case = _case(slices)
        return lambda: work(case)

    return prepare


def _scaled(case: Case) -> Any:
    from saltloop.formulation.arrays import arrays_of

    return live.hand_over(arrays_of(compile_program(case, ledger_terms(case))), Options()).solver


def _compiled(case: Case) -> Any:
    terms = ledger_terms(case)
    return _passed(compile_program(case, terms))


BENCHMARK = Benchmark(
    "pack",
    "From the pack of the pilot zone to HiGHS",
    ("year", "months", "typical_days", "hours"),
    {"ready arrays": _ready, "accounts, compile, hand-over": _from(_compiled), "the same, scaled": _from(_scaled)},
    tell=lambda solver, _: tell(solver, "none"),
    largest={"the same, scaled": "typical_days"},
    remarks=(
        "year is 1 slice, months 12, typical_days 288, hours 8,760; what is resolved by slices is electricity, heat, hydrogen and what the library says.",
    ),
)
