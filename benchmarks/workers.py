"""(b) Cases in a second that one process and two solve: seconds of the clock on the wall, so on a machine with two idle cores only.

Two processes that share nothing but the machine, each with the bare re-solves of the same cases, tell what there is to reach: two cores share
memory, the last level of cache, and often more.
"""

from __future__ import annotations

import multiprocessing
import time
from itertools import count, islice, pairwise
from typing import Any

from benchmarks.pack import TINY
from benchmarks.registry import Benchmark, Found, Target, Work, ratio
from benchmarks.resolve import bare, family_of
from saltloop.analysis.batch.engine import Job
from saltloop.analysis.batch.pool import Interrupts, in_a_pool
from saltloop.analysis.batch.work import Task

CHUNK, MEASURED, PARTS = 6, 24, 4
ONE, TWO = "one process", "two processes"
BARE_ONE, BARE_TWO = "bare re-solves, one process", "bare re-solves, two processes without a pool"
ROUNDS = 4


def _pool(workers: int) -> Any:
    def prepare(size: str) -> Work:
        variation, values = family_of(size)
        job = Job(variation, variation.pack)

        def work() -> dict[str, Any]:
            return {"cases": 1, "seconds": _seconds_of_cases(job, values, workers), "note": f"{MEASURED * CHUNK} cases a round"}

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


def _apart(processes: int) -> Any:
    def prepare(size: str) -> Work:
        def work() -> dict[str, Any]:
            return {"cases": 1, "seconds": _seconds_apart(size, processes), "note": f"{ROUNDS} times the cases in each process, a round"}

        return work

    return prepare


def _seconds_apart(size: str, processes: int) -> list[float]:
    """Seconds of a case in each round of processes that start together and know nothing of each other."""
    context = multiprocessing.get_context("spawn")
    together, told = context.Barrier(processes), context.SimpleQueue()
    started = [context.Process(target=_rounds, args=(size, together, told)) for _ in range(processes)]
    for each in started:
        each.start()
    found = [told.get() for _ in started]
    for each in started:
        each.join()
    return [seconds / processes for rounds in found for seconds in rounds]


def _rounds(size: str, together: Any, told: Any) -> None:
    """Seconds of a case in each round, once all are ready; one round more, so that none of those that count is solved alone."""
    work = bare(size)
    work()
    together.wait()
    seconds = []
    for _ in range(ROUNDS + 1):
        clock = time.perf_counter()
        done = work()
        seconds.append((time.perf_counter() - clock) / done["cases"])
    told.put(seconds[:ROUNDS])


def _against_the_machine(found: Found) -> float:
    """What a second process brings, against what it brings to bare re-solves."""
    return ratio("sample", ONE, TWO)(found) / ratio("sample", BARE_ONE, BARE_TWO)(found)


BENCHMARK = Benchmark(
    "workers",
    "Two processes against one",
    ("sample",),
    {ONE: _pool(1), TWO: _pool(2), BARE_ONE: _apart(1), BARE_TWO: _apart(2)},
    tell=lambda told, _: dict(told),
    tests=TINY,
    wall=True,
    rounds=3,
    targets=(
        Target("two processes against one, cases in a second", 1.9, ratio("sample", ONE, TWO), at_least=True),
        Target("the same, against what two processes with bare re-solves bring on this machine", 0.95, _against_the_machine, at_least=True),
    ),
    remarks=(
        "Seconds of the clock on the wall, not of the processor, from when every process has solved its first chunks: a busy machine makes these worthless.",
        "All four in turn, three rounds, since what a machine shared with others gives drifts by a tenth within minutes.",
        "The random sample of the section on a case of a study, over and over, in chunks of 6 sent to a pool as `saltloop batch` sends them.",
        "Bare re-solves are those of the section on a case of a study, with no pool and no table: what the machine gives.",
    ),
)
