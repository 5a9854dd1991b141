"""(b) Cases in a second that one process and two solve: seconds of the clock on the wall, so on a machine with two idle cores only."""

from __future__ import annotations

import time
from itertools import count, islice, pairwise
from typing import Any

from benchmarks.pack import TINY
from benchmarks.registry import Benchmark, Target, Work, ratio
from benchmarks.resolve import family_of
from saltloop.analysis.batch.engine import Job
from saltloop.analysis.batch.pool import Interrupts, in_a_pool
from saltloop.analysis.batch.work import Task

CHUNK, MEASURED, PARTS = 6, 24, 4
ONE, TWO = "one process", "two processes"


def _pool(workers: int) -> Any:
    def prepare(size: str) -> Work:
        variation, values = family_of(size)
        job = Job(variation, variation.pack)

        def work() -> dict[str, Any]:
            return {"cases": 1, "seconds": _seconds_of_cases(job, values, workers), "note": f"{MEASURED * CHUNK} cases"}

        return work

    return prepare


def _seconds_of_cases(job: Job, values: list[dict[str, object]], workers: int) -> list[float]:
    """Seconds of a case in each part of a long run, from when every process has given its first chunks."""
    # A name must not come twice, a value may.
    chunks = ([Task(f"{n} {m}", values[(n * CHUNK + m) % len(values)]) for m in range(CHUNK)] for n in count())
    moments = []
    with Interrupts() as interrupts:
        found = in_a_pool(job, [], chunks, interrupts, workers)
        for _ in islice(found, 4 * workers + MEASURED + 1):
            moments.append(time.perf_counter())
        found.close()
    marks = moments[4 * workers :: MEASURED // PARTS]
    return [(after - before) / (MEASURED // PARTS * CHUNK) for before, after in pairwise(marks)]


BENCHMARK = Benchmark(
    "workers",
    "Two processes against one",
    ("sample",),
    {ONE: _pool(1), TWO: _pool(2)},
    tell=lambda told, _: dict(told),
    tests=TINY,
    wall=True,
    targets=(Target("two processes against one, cases in a second", 1.9, ratio("sample", ONE, TWO), at_least=True),),
    remarks=(
        "Seconds of the clock on the wall, not of the processor, from when every process has solved its first chunks: a busy machine makes these worthless.",
        "The random sample of the section on a case of a study, over and over, in chunks of 6 sent to a pool as `saltloop batch` sends them.",
    ),
)
