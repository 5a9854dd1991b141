"""Reading a solution into tables against solving, and writing the cases of a study."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.pack import TINY, case_of
from benchmarks.registry import Benchmark, Found, Target, Work, ratio
from benchmarks.resolve import family_of
from saltloop.analysis.batch.engine import Engine, Job
from saltloop.analysis.batch.work import Task, solve_chunk
from saltloop.formulation.arrays import arrays_of
from saltloop.formulation.program import Program, compile_program
from saltloop.results.study import StudyRun
from saltloop.solve.live import Live, Options, hand_over
from saltloop.solve.stages import OPTIMAL, first_stage, later_stages, reduced_costs

SOLVE, READ, WRITE = "solving", "solution, duals and reduced costs into tables", "writing a case of a study"
STUDY = "study"
# Solves take a second or more together; readings take milliseconds each, so more of them tell what one takes.
PARTS, SOLVES, READINGS = 40, 3, 9


def _live(slices: str) -> tuple[Program, Live]:
    program = compile_program(case_of(slices))
    return program, hand_over(arrays_of(program), Options(ranging=False))


def _solving(slices: str) -> Work:
    """Every stage, from nothing; a fresh solver each time, whose hand-over is not counted."""

    def work() -> dict[str, Any]:
        seconds: list[float] = []
        while not seconds or (len(seconds) < SOLVES and sum(seconds) < 5):
            _, live = _live(slices)
            clock = time.process_time()
            if live.run() != OPTIMAL or later_stages(live)[0] != OPTIMAL:
                raise ValueError("not solved")
            seconds.append(time.process_time() - clock)
        return {"seconds": seconds}

    return work


def _reading(slices: str) -> Work:
    """From the solver to tables with the name and unit of every row and column, which are made each time anew."""

    def work() -> dict[str, Any]:
        seconds: list[float] = []
        _, live = _live(slices)
        live.run()
        while len(seconds) < READINGS:
            program, _ = _live(slices)
            clock = time.process_time()
            values, duals, reduced = live.values() * live.scale.column * live.scale.size, first_stage(live).duals, reduced_costs(live)
            program.tables({"value": values, "reduced_cost": reduced}, {"dual": duals})
            seconds.append(time.process_time() - clock)
        return {"seconds": seconds}

    return work


def _writing(size: str) -> Work:
    """Parts as a study writes them, of the annual programme, and compacted at the end."""
    variation, values = family_of(TINY if size == TINY else "sample")
    tables = solve_chunk(Engine(Job(variation, variation.pack)), [Task(f"{n:016x}", each) for n, each in enumerate(values)]).tables

    def work() -> dict[str, Any]:
        with TemporaryDirectory() as folder:
            study = StudyRun(Path(folder))
            for part in range(PARTS):
                study.write_part(f"{part:016x}", tables)
            study.compact()
        return {"cases": PARTS * len(values), "note": f"{PARTS * len(values)} cases in {PARTS} parts, compacted"}

    return work


def _milliseconds(found: Found) -> float:
    return 1000 * found[STUDY, WRITE].median


BENCHMARK = Benchmark(
    "written",
    "Reading a solution and writing cases",
    ("year", "typical_days", STUDY),
    {SOLVE: _solving, READ: _reading, WRITE: _writing},
    tell=lambda told, _: dict(told),
    tests=TINY,
    rounds=3,
    only={SOLVE: ("year", "typical_days"), READ: ("year", "typical_days"), WRITE: (STUDY,)},
    targets=(
        Target("reading solution, duals and reduced costs into tables, against the solve, year", 0.05, ratio("year", READ, SOLVE)),
        Target("the same, 288 slices", 0.05, ratio("typical_days", READ, SOLVE)),
        Target("writing a case of a study, ms", 20, _milliseconds),
    ),
    remarks=(
        "Programmes of the pilot zone. The tables are `columns` and `rows` of `program/` in the folder of a run; names and units are made anew each time, "
        "as in a run.",
    ),
)
