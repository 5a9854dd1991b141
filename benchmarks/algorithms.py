"""Which algorithm of HiGHS solves what: the choice by size that `saltloop` makes rests on these."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import highspy

from benchmarks._contenders import arrays, arrays_with_layout
from benchmarks._programme import programme
from benchmarks.pack import TINY, case_of
from benchmarks.registry import Benchmark, Work
from saltloop.formulation.arrays import Arrays, arrays_of
from saltloop.formulation.program import compile_program
from saltloop.solve.live import Options, hand_over

REFERENCE = "reference programme, M"
LIMIT = 300.0


def _arrays(size: str) -> Arrays:
    return arrays_with_layout(arrays(programme("M"))) if size == REFERENCE else arrays_of(compile_program(case_of(size)))


def _solved(size: str, algorithm: str) -> Work:
    ready = _arrays(size)

    def work() -> Any:
        live = hand_over(ready, Options(ranging=False, time_limit=LIMIT))
        solver = live.solver
        if solver.setOptionValue("solver", algorithm) == highspy.HighsStatus.kError:
            raise ValueError(f"this HiGHS has no {algorithm}: it comes with the package highspy-extras")
        clock = time.process_time()
        solver.run()
        return live, time.process_time() - clock

    return work


def _tell(done: Any, _: str) -> dict[str, Any]:
    live, seconds = done
    solver = live.solver
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise ValueError(f"{solver.modelStatusToString(solver.getModelStatus())} after {seconds:.0f} s")
    least = solver.getInfo().objective_function_value * live.scale.size / live.scale.worth
    return {"seconds": [seconds], "columns": solver.getNumCol(), "nonzeros": solver.getNumNz(), "optimum": least}


CONTENDERS: dict[str, Callable[[str], Work]] = {
    "dual simplex": partial(_solved, algorithm="simplex"),
    "IPX and crossover": partial(_solved, algorithm="ipx"),
    "HiPO and crossover": partial(_solved, algorithm="hipo"),
}

BENCHMARK = Benchmark(
    "algorithms",
    "Algorithms",
    ("year", "months", "typical_days", REFERENCE),
    CONTENDERS,
    tell=_tell,
    tests=TINY,
    rare=frozenset([*((REFERENCE, contender) for contender in CONTENDERS), ("typical_days", "HiPO and crossover")]),
    remarks=(
        "The first objective of the pilot zone by slices of the year, and of the reference programme; scaled by powers of "
        "two, one thread, hand-over not counted. All minimise, so what the scenario maximises has its sign turned.",
        "HiPO is not in a plain installation of highspy; it comes with the package highspy-extras, which the benchmarks install.",
    ),
)
