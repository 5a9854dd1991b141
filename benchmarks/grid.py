"""(b) The grid of 10,000 cases on the annual programme against the bare warm re-solves of exactly these cases, in the order in which a study walks them.

The bare sequence has every case ready as what differs from the case before, changes it in a solver that stands at the last case and runs it, every
stage of the objective; that is all that its clock counts. The study is the whole of it with two processes: reading, planning, measuring, solving,
writing, compacting, summarising. Of the thinned grid, consecutive cases from the middle of the walk, the study's clock counts the cases alone, since
what is done once would be most of it.
"""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count, islice, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.pack import SCENARIOS, SMALL, TINY
from benchmarks.registry import Benchmark, Target, Work, kept, ratio
from saltloop.analysis.batch.engine import Engine, Job, variation_of
from saltloop.analysis.batch.plan import LARGEST_CHUNK, CasePlan
from saltloop.analysis.batch.pool import Interrupts, in_a_pool
from saltloop.analysis.batch.run import How, run_study
from saltloop.analysis.batch.work import Task, solve_chunk
from saltloop.analysis.variation import Variation
from saltloop.scenario.study import Study, load_study, meant
from saltloop.solve.live import Live, Options, hand_over
from saltloop.solve.stages import later_stages

STUDY = SCENARIOS / "studies" / "three-instruments.yaml"
SOME, ALL = "300 cases", "10000 cases"
FEW = "title: {{en: Grid, zh: 网格}}\nbase: {base}\noptions: {{prices.urea: [-10 %, 0 %, +10 %]}}\nstates: {{prices.amm_sulf: [-10 %, 0 %, +10 %, +20 %]}}\n"
BARE, ONE, TWO = "bare re-solves", "cases of the study in one process", "the study with two processes"
ROUNDS = 2


def study_of(size: str) -> Study:
    """The shipped study; for tests one of twelve cases of a small programme."""
    if size != TINY:
        return load_study(STUDY)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "grid.yaml"
        path.write_text(FEW.format(base=SMALL), encoding="utf-8")
        return load_study(path)


def walk(size: str) -> tuple[Study, Variation, list[dict[str, object]]]:
    """The study, what varies in it, measured, and the values of its cases in the order in which they are solved."""
    study, variation, values = kept(measured, size)
    return study, variation.with_pack(study.pack), values


def measured(size: str) -> tuple[Study, Variation, list[dict[str, object]]]:
    """The same, from the files of study and pack."""
    study = study_of(size)
    plan = CasePlan(study, {})
    order = plan.order.tolist()
    if size == SOME:
        first, wanted = len(order) // 2, int(size.split()[0])
        order = order[first : first + wanted]
    variation, values = variation_of(study, len(plan)), [meant(study.document, plan.values(case)) for case in order]
    variation.arrays(values[0])
    return study, variation, values


def bare(size: str) -> Work:
    """Change what differs and run, case after case; some of them more than once, so that their scatter is seen."""
    _, variation, values = walk(size)
    live = hand_over(variation.arrays(values[0]), Options(ranging=False))
    live.run()

    def work() -> dict[str, Any]:
        rounds = [_bare_seconds(live, variation, values) for _ in range(ROUNDS if size == SOME else 1)]
        own = np.mean([processor for _, processor in rounds])
        return {"cases": 1, "seconds": [wall for wall, _ in rounds], "note": f"{len(values):,} cases; {1000 * own:.1f} ms of the processor each"}

    return work


def _bare_seconds(live: Live, variation: Variation, values: list[dict[str, object]]) -> tuple[float, float]:
    """Seconds of a case on the wall and of the processor, what the solver has to hold made ready while the clocks stand."""
    wall = processor = 0.0
    for each in values:
        live.arrays = variation.arrays(each)
        wanted = live.wanted()
        clock, own = time.perf_counter(), time.process_time()
        live.put(wanted)
        live.run()
        basis = live.solver.getBasis()
        later_stages(live)
        live.solver.setBasis(basis)
        wall, processor = wall + time.perf_counter() - clock, processor + time.process_time() - own
    return wall / len(values), processor / len(values)


def one(size: str) -> Work:
    """Values as the study writes them to certified plans in tables, in this process."""
    study, variation, values = walk(size)
    engine = Engine(Job(variation, study.pack, study.places))
    solve_chunk(engine, [Task("first", values[0])])

    def work() -> dict[str, Any]:
        seconds, own, found = [], time.process_time(), Counter[str]()
        for _ in range(ROUNDS):
            clock = time.perf_counter()
            for chunk in _chunks(values):
                found.update(solve_chunk(engine, chunk).counts)
            seconds.append((time.perf_counter() - clock) / len(values))
        own = (time.process_time() - own) / found.total()
        return {"cases": 1, "seconds": seconds, "note": f"{found['optimal'] // ROUNDS:,} optimal; {1000 * own:.1f} ms of the processor each"}

    return work


def two(size: str) -> Work:
    """The whole study; of some cases, the cases alone."""
    return _some if size == SOME else lambda: _whole(size)


def _chunks(values: list[dict[str, object]]) -> Iterator[list[Task]]:
    for start in range(0, len(values), LARGEST_CHUNK):
        yield [Task(f"{start + n}", each) for n, each in enumerate(values[start : start + LARGEST_CHUNK])]


def _some() -> dict[str, Any]:
    """Rounds through the cases by a pool that never ends, from when both processes have given their first chunk."""
    study, variation, values = walk(SOME)
    kinds, job = [values[0]], Job(variation, study.pack, study.places)
    endless = (chunk for _ in count() for chunk in _chunks(values))
    around, moments = len(values) // LARGEST_CHUNK, []
    with Interrupts() as interrupts:
        found = in_a_pool(job, kinds, endless, interrupts, 2)
        for _ in islice(found, 2 + ROUNDS * around + 1):
            moments.append(time.perf_counter())
        found.close()
    seconds = [(after - before) / len(values) for before, after in pairwise(moments[2::around])]
    return {"cases": 1, "seconds": seconds, "note": "the cases alone"}


def _whole(size: str) -> dict[str, Any]:
    clock, processor = time.perf_counter(), _processor()
    with TemporaryDirectory() as folder:
        _, progress = run_study(study_of(size), Path(folder), How(workers=1 if size == TINY else 2))
    seconds = time.perf_counter() - clock
    note = f"{progress.counts['optimal']:,} optimal; {seconds:.0f} s in all, {_processor() - processor:.0f} s of the processors"
    return {"cases": 1, "seconds": [seconds / progress.cases], "note": note}


def _processor() -> float:
    """Seconds of the processors so far, of this process and of those that it started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return float(np.sum([each.ru_utime + each.ru_stime for each in used]))


BENCHMARK = Benchmark(
    "grid",
    "A grid of 10,000 cases with two processes against the bare re-solves of its cases in the same order",
    (SOME, ALL),
    {BARE: bare, ONE: one, TWO: two},
    tell=lambda told, _: dict(told),
    only={ONE: (SOME,)},
    rare=frozenset({(ALL, BARE), (ALL, TWO)}),
    tests=TINY,
    wall=True,
    targets=(
        Target("bare re-solves of a grid against the study with two processes, 300 cases", 1.7, ratio(SOME, BARE, TWO), at_least=True),
        Target("the same, 10,000 cases, the whole study", 1.7, ratio(ALL, BARE, TWO), at_least=True),
    ),
    remarks=(
        "scenarios/studies/three-instruments.yaml: carbon price, waste target and renewable share at ten levels each, at ten potash prices, annual programme.",
        "Seconds of the clock on the wall; bare re-solves are one process, every stage of the objective, each case from the basis of the last.",
        f"{SOME} are consecutive ones from the middle of the walk, gone through {ROUNDS} times, what is done once left out of both.",
    ),
)
