"""(a, d) The pilot zone from its pack: case, accounts, compile and hand-over against the bare hand-over of its arrays, by slices of the year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from benchmarks._contenders import pass_arrays
from benchmarks.build import tell
from benchmarks.registry import HERE, Benchmark, Work, kept
from saltloop.formulation.arrays import arrays_of
from saltloop.formulation.case import Case, build_case
from saltloop.formulation.expand import Rows
from saltloop.formulation.program import Program, compile_program
from saltloop.formulation.terms import ledger_terms
from saltloop.scenario.resolve import load_scenario
from saltloop.solve import live
from saltloop.solve.highs import Options

SCENARIOS = HERE.parent / "scenarios"
SCENARIO, SMALL = SCENARIOS / "qaidam-2025.yaml", SCENARIOS / "ferts.yaml"
# What tests run instead.
TINY = "tiny"


def case_of(slices: str) -> Case:
    """The case of the scenario with other slices; tiny: the case of a small one."""
    return kept(built_case, slices)


def built_case(slices: str) -> Case:
    """The same, from the files of the pack."""
    scenario = load_scenario(SMALL if slices == TINY else SCENARIO)
    return build_case(scenario.pack, scenario.choices if slices == TINY else replace(scenario.choices, slices=slices))


def _passed(program: Program) -> Any:
    rows = Rows(program.matrix, program.down.lower, program.down.upper)
    return pass_arrays((rows, -program.stages[0][1], program.across.lower, program.across.upper))


def _ready(slices: str) -> Work:
    program = compile_program(case_of(slices))
    return lambda: _passed(program)


def _ready_scaled(slices: str) -> Work:
    arrays = arrays_of(compile_program(case_of(slices)))
    return lambda: live.hand_over(arrays, Options()).solver


def _from(work: Callable[[Case], Any]) -> Callable[[str], Work]:
    def prepare(slices: str) -> Work:
        case = case_of(slices)
        return lambda: work(case)

    return prepare


def _scaled(case: Case) -> Any:
    return live.hand_over(arrays_of(compile_program(case, ledger_terms(case))), Options()).solver


def _compiled(case: Case) -> Any:
    return _passed(compile_program(case, ledger_terms(case)))


BENCHMARK = Benchmark(
    "pack",
    "From the pack of the pilot zone to HiGHS",
    ("year", "months", "typical_days", "hours"),
    {
        "ready arrays": _ready,
        "ready arrays, scaled by powers of two": _ready_scaled,
        "accounts, compile, hand-over": _from(_compiled),
        "the same, scaled by powers of two": _from(_scaled),
    },
    tell=lambda solver, _: tell(solver, "none"),
    tests=TINY,
    remarks=(
        "year is 1 slice, months 12, typical_days 288, hours 8,760; what is resolved by slices is electricity, heat, hydrogen and what the library says.",
    ),
)
