"""(d) How the plan of a study grows with its cases, and what a case costs in it: ids, order and chunks of all, the first two hundred solved and kept.

The programme is small, so that what is not the solver is seen.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.registry import HERE, Benchmark, Work
from saltloop.analysis.batch.engine import Engine, Job, variation_of
from saltloop.analysis.batch.plan import LARGEST_CHUNK, CasePlan, case_name
from saltloop.analysis.batch.work import Task, solve_chunk
from saltloop.results.study import StudyRun
from saltloop.scenario.study import Study, load_study

SCENARIO = HERE.parent / "scenarios" / "ferts.yaml"
TEXT = """\
title: {{en: Growth, zh: 规模}}
base: {base}
options: {{prices.el_sulfur: [0 %, +30 %]}}
states:
  prices.urea: {{uniform: [-30 %, +50 %]}}
  prices.amm_sulf: {{uniform: [-30 %, +50 %]}}
  sample: {{random: {states}, seed: 5}}
"""
SOLVED = 200


def _study(size: str) -> Study:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "growth.yaml"
        path.write_text(TEXT.format(base=SCENARIO, states=int(size) // 2), encoding="utf-8")
        return load_study(path)


def _planned(size: str) -> Work:
    study = _study(size)

    def work() -> dict[str, Any]:
        plan = CasePlan(study, {})
        chunks = sum(1 for _ in plan.chunks(LARGEST_CHUNK))
        return {"cases": len(plan.ids), "chunks": chunks}

    return work


def _solved(size: str) -> Work:
    study = _study(size)
    plan = CasePlan(study, {})
    engine = Engine(Job(variation_of(study, len(plan)), study.pack))
    first = next(plan.chunks(LARGEST_CHUNK))[0]
    engine.solve(plan.values(int(first)))

    def work() -> dict[str, Any]:
        solved = 0
        with TemporaryDirectory() as folder:
            for chunk in islice(plan.chunks(LARGEST_CHUNK), SOLVED // LARGEST_CHUNK):
                done = solve_chunk(engine, [Task(case_name(plan.ids[n]), plan.values(int(n))) for n in chunk])
                StudyRun(Path(folder)).write_part(done.name, done.tables)
                solved += done.counts["optimal"]
        return {"cases": len(plan), "solved": solved}

    return work


BENCHMARK = Benchmark(
    "cases",
    "Growth with cases",
    ("10", "100", "1000", "10000", "100000"),
    {"plan of all cases": _planned, "first 200 cases": _solved},
    tell=lambda told, _: dict(told),
    repeats=3,
    remarks=("Each size is that of the whole study; at most 200 of its cases are solved, and written in parts of at most 100.",),
)
