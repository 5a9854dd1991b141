"""From a resolved scenario to a written, verified run."""

from __future__ import annotations

import hashlib
import platform
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib import import_module, metadata
from pathlib import Path
from threading import Thread
from typing import Any

import pandas as pd

from saltloop import __version__
from saltloop.analysis.as_built import capacities_of, held, note_of
from saltloop.analysis.companion import REPORT, Companion, Report
from saltloop.analysis.failure import on_failure
from saltloop.analysis.numerics import check_sizes, numerics
from saltloop.errors import Problems
from saltloop.formulation.case import build_case
from saltloop.formulation.program import compile_program, period_weights
from saltloop.formulation.terms import ledger_terms
from saltloop.results.run import Run, program_tables, write_run
from saltloop.results.solved import Solved
from saltloop.results.tables import all_tables
from saltloop.results.verify import Finding, verify
from saltloop.scenario.resolve import Scenario, resolved
from saltloop.solve.highs import Options, solve

_LIBRARIES = ("pyomo", "highspy", "numpy", "scipy", "pandas", "pyarrow", "pydantic", "pint")

_FOR_WRITING = ("scipy.sparse.linalg", "saltloop.results.workbook")


@dataclass
class Clock:
    """Seconds by step, in order; the same names as the progress display and the manifest."""

    seconds: dict[str, float] = field(default_factory=dict)
    tell: Callable[[str], None] = lambda _: None

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step."""
        self.tell(name)
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


@dataclass(frozen=True)
class Plan:
    """A solved scenario, not yet written.

    Args:
        scenario: as resolved.
        solved: case, programme and solution.
        notes: warnings of every stage.
        numerics: ranges for the manifest.
        clock: seconds by step.
    """

    scenario: Scenario
    solved: Solved
    notes: Problems
    numerics: dict[str, Any]
    clock: Clock


def solve_scenario(
    scenario: Scenario, options: Options | None = None, clock: Clock | None = None, meanwhile: Callable[[], None] | None = None, as_built: Run | None = None
) -> Plan:
    """Build and solve a scenario.

    Args:
        scenario: as `load_scenario` gives it.
        options: how to solve.
        clock: counts the seconds; a new one if absent.
        meanwhile: what else is done while the solver works, which needs no Python: `prepare_writing` by who writes the plan next.
        as_built: run whose capacities are held; None: they are planned.

    Raises:
        InputError: the case cannot be built; R170, it cannot have the capacities of the run.
        SolveError: infeasible, unbounded, stopped, or not certified.
    """
    clock = clock or Clock()
    with clock.step("case"):
        case = build_case(scenario.pack, scenario.choices)
        terms = ledger_terms(case)
    with clock.step("build"):
        program = compile_program(case, terms)
        if as_built is not None:
            program = held(program, capacities_of(as_built), str(as_built.folder))
    with clock.step("numerics"):
        check_sizes(program)
        ranges, warning = numerics(program)
    with clock.step("solve"), _beside(meanwhile):
        solution = solve(program, on_failure(case, program), options)
    notes = Problems([*scenario.notes, *case.notes])
    notes.add(warning)
    notes.add(None if as_built is None else note_of(str(as_built.folder)))
    return Plan(scenario, Solved(case, terms, program, solution), notes, ranges, clock)


def prepare_writing() -> None:
    """Load what tables and workbook need and nothing before them."""
    for name in _FOR_WRITING:
        import_module(name)


@contextmanager
def _beside(other: Callable[[], None] | None) -> Iterator[None]:
    """Do something in another thread while the block runs."""
    thread = Thread(target=other)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def manifest(plan: Plan) -> dict[str, Any]:
    """What was run, with which inputs and versions, and how well."""
    scenario, solved = plan.scenario, plan.solved
    case, solution, program = solved.case, solved.solution, solved.program
    units = dict(zip(case.pack.tables["accounts"]["account"], case.pack.tables["accounts"]["unit"], strict=True))
    stages = [
        {"sense": s.sense, "accounts": dict(s.weights), "value": value, "unit": units[s.weights[0][0]]}
        for s, value in zip(case.choices.objective, solution.objectives, strict=True)
    ]
    rows, columns = program.matrix.shape
    return {
        "scenario": {"name": scenario.name, "path": str(scenario.path), "title": dict(scenario.title), "shows": scenario.shows, **resolved(scenario)},
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "status": "optimal",
        "objective": {"stages": stages, "period_weights": {str(y): w for y, w in period_weights(case).items()}, "unit": program.objective_unit},
        "certificate": asdict(solution.certificate),
        "algorithm": solution.algorithm,
        "sizes": {"columns": columns, "rows": rows, "nonzeros": int(program.matrix.nnz), "sites": len(case.sites), "processes": len(case.activities)},
        "numerics": plan.numerics,
        "seconds": {**plan.clock.seconds, **{f"solver_{k}": v for k, v in solution.seconds.items()}},
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "versions": {
            "saltloop": __version__,
            "python": platform.python_version(),
            "solver": solution.solver,
            **{name: metadata.version(name) for name in _LIBRARIES},
        },
        "pack": {"name": case.pack.name, "version": str(case.pack.about["version"]), "title": case.pack.about["title"]},
        "hashes": _hashes(scenario),
        "main_area": case.pack.about.get("main_area"),
        "currency": case.pack.units.currency,
        "windows": {account: sorted(names) for account, (names, _) in case.windows.items()},
        "evidence": _evidence(plan),
        "warnings": [{"en": p.text("en"), "zh": p.text("zh")} for p in plan.notes.warnings],
    }


def _hashes(scenario: Scenario) -> dict[str, str]:
    """sha256 of every file that was read: those of the packs and those of the scenario."""
    files = sorted({place.file for place in scenario.origins.values() if place.file})
    return {**scenario.pack.hashes, **{name: hashlib.sha256(Path(name).read_bytes()).hexdigest() for name in files if Path(name).is_file()}}


def _evidence(plan: Plan) -> dict[str, float]:
    """Share of the coefficients of the pack by grade."""
    counts = Counter(grade for frame in plan.scenario.pack.tables.values() if "grade" in frame for grade in frame["grade"].dropna())
    total = counts.total() or 1
    return {grade: counts[grade] / total for grade in sorted(counts)}


def run_name(moment: datetime) -> str:
    """Name of a run's folder: its moment in UTC, so that names sort by time."""
    return moment.strftime("%Y%m%dT%H%M%S%f")[:-3] + "Z"


def write_plan(plan: Plan, out: Path, language: str = "en", report: Report | None = None) -> Run:
    """Write a plan below out as <scenario>/<run>/.

    Args:
        plan: solved.
        out: folder of results.
        language: of the workbook and of the report's first view.
        report: writes the page of a folder to a path; None: no report.

    Raises:
        InputError: the disk does not take it; nothing half-written stays.
    """
    return _write(plan, out, lambda folder: _pages(Run(folder), language, report))


def write_and_verify(plan: Plan, out: Path, language: str, report: Report | None, companion: Companion | None) -> tuple[Run, list[Finding]]:
    """The same, and what verification from the files finds.

    Args:
        plan: solved.
        out: folder of results.
        language: of the workbook and of the report's first view.
        report: writes the page of a folder to a path; None: no report.
        companion: writes the report and verifies while this process writes the workbook; None: one after the other.

    Raises:
        InputError: the disk does not take it; nothing half-written stays.
    """
    findings: list[Finding] = []
    tables: dict[str, pd.DataFrame] = {}

    def rest(folder: Path) -> None:
        run, found = Run(folder, tables), None
        if companion is None:
            _pages(run, language, report)
            plan.clock.tell("verify")
        else:
            with companion.at_work(folder, language):
                _pages(run, language, None)
            plan.clock.tell("verify")
            found = companion.findings()
            if found is None and report is not None:
                report(folder, folder / REPORT, language)
        findings.extend(verify(run) if found is None else found)

    written = _write(plan, out, rest)
    return Run(written.folder, tables), findings


def _pages(run: Run, language: str, report: Report | None) -> None:
    """What people read of a run, made from its tables: the workbook, and the report if there is one."""
    # The writer of workbooks takes a while to load; who only solves does without.
    from saltloop.results.workbook import SHEETS, write_workbook

    write_workbook(run.folder / "results.xlsx", {name: run.table(name) for name in SHEETS}, language)
    if report is not None:
        report(run.folder, run.folder / REPORT, language)


def _write(plan: Plan, out: Path, extra: Callable[[Path], None]) -> Run:
    with plan.clock.step("tables"):
        tables, program = all_tables(plan.solved), program_tables(plan.solved.program, plan.solved.solution)
    plan.clock.tell("write")
    return write_run(out / plan.scenario.name / run_name(datetime.now(UTC)), tables, program, manifest(plan), (extra,))
