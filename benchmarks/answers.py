"""(f) Answers: the whole explanation of a run against the solve of its scenario, and why a scenario of the province has no plan.

The explanation is what `saltloop explain RUN` does after its imports: reading the run, what binds, what would enter, by-products, what could be
otherwise, and the text. Why there is no plan counts from the moment at which the solver says so: the rules that clash, then the cheapest relaxation
of each, and the text.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.pack import SCENARIOS, SMALL, TINY
from benchmarks.registry import Benchmark, Target, Work, kept, ratio
from saltloop.analysis.failure import on_failure
from saltloop.analysis.plan import solve_scenario, write_plan
from saltloop.errors import Place, Problems
from saltloop.formulation.case import Case, build_case
from saltloop.formulation.program import Program, compile_program
from saltloop.interfaces.explain_text import overview_text
from saltloop.results.run import open_run
from saltloop.scenario.document import read_document
from saltloop.scenario.resolve import load_pack, resolve_document
from saltloop.solve.highs import Options, hand_over
from saltloop.solve.highs import solve as solve_program

PLAN, ONE, TWO = "plan of the pilot zone", "province, a target out of reach", "province, two rules that clash"
SOLVE, EXPLAIN, WHY = "solve", "explain", "why there is no plan"
TARGETS, PROVINCE = SCENARIOS / "qaidam-2025-targets.yaml", SCENARIOS / "qinghai-2025.yaml"
# What is laid over the scenario so that it has no plan.
RULES: dict[str, dict[str, Any]] = {
    TINY: {"spend": {"limit": "total_cost", "in": "egypt", "at_most": "1"}},
    ONE: {"waste": {"target": "solid_waste_used", "of": "solid_waste_made", "in": "qinghai", "at_least": "99 %"}},
    TWO: {"cap": {"limit": "co2", "in": "qinghai", "at_most": "5 Mt"}, "jobs": {"limit": "employment", "in": "qinghai", "at_least": "225000"}},
}


def _built(path: Path, name: str = "") -> tuple[Case, Program]:
    """Case and programme of a scenario, with the rules of that name laid over it."""
    case = kept(case_at, f"{path}\n{name}")
    return case, compile_program(case)


def case_at(said: str) -> Case:
    """The case of the scenario in the first line, with the rules named in the second."""
    path, name = Path(said.splitlines()[0]), "".join(said.splitlines()[1:])
    document = read_document(path, Problems())
    if document is None:
        raise FileNotFoundError(path)
    if name:
        document = document.overlay({"rules": RULES[name]}, Place("benchmark"), Problems())
    scenario = resolve_document(document, pack=load_pack(document))
    return build_case(scenario.pack, scenario.choices)


def solve(size: str) -> Work:
    """The programme handed over, solved with ranges, certified; of one without a plan, until the solver says so."""
    if size in (ONE, TWO):
        return _until_it_fails(size)
    case, program = _built(SMALL if size == TINY else TARGETS)
    return lambda: {"note": f"{len(solve_program(program, on_failure(case, program)).values):,} columns"}


def _until_it_fails(size: str) -> Work:
    _, program = _built(PROVINCE, size)
    return lambda: {"note": hand_over(program, Options()).run()}


def explain(size: str) -> Work:
    """The overview of a run, from its files to its text."""
    path = SMALL if size == TINY else TARGETS
    document = read_document(path, Problems())
    if document is None:
        raise FileNotFoundError(path)
    folder = TemporaryDirectory()
    run = write_plan(solve_scenario(resolve_document(document, pack=load_pack(document))), Path(folder.name)).folder

    def work(_kept: TemporaryDirectory[str] = folder) -> dict[str, Any]:
        return {"note": f"{len(overview_text(open_run(run), 'en').splitlines())} lines"}

    return work


def why(size: str) -> Work:
    """The reason in words, once the solver has said that there is no plan."""
    case, program = _built(SMALL if size == TINY else PROVINCE, size)

    def work() -> dict[str, Any]:
        live = hand_over(program, Options())
        status = live.run()
        if status == "optimal":
            raise ValueError("there is a plan")
        text = on_failure(case, program)(live, status).text("en")
        return {"note": f"{status}, {text.count('rule ')} rules named"}

    return work


BENCHMARK = Benchmark(
    "answers",
    "Answers: a run explained against the solve of its scenario, and why a scenario has no plan",
    (PLAN, ONE, TWO),
    {SOLVE: solve, EXPLAIN: explain, WHY: why},
    lambda told, _: dict(told),
    only={SOLVE: (PLAN, ONE, TWO), EXPLAIN: (PLAN,), WHY: (ONE, TWO)},
    tests=TINY,
    targets=(
        Target("a run explained, against the solve of its scenario", 2.0, ratio(PLAN, EXPLAIN, SOLVE)),
        Target("why a scenario of the province has no plan, in seconds", 10.0, lambda found: max(found[size, WHY].median for size in (ONE, TWO))),
    ),
    remarks=(
        "Of scenarios without a plan, the first line is the solver's word alone, the second that word and its explanation.",
        "The run is that of scenarios/qaidam-2025-targets.yaml; rules without a plan are laid over scenarios/qinghai-2025.yaml.",
    ),
)
