"""A study from its file to its folder: what is finished stays, what is missing is solved, what is complete is summarised."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from saltloop import __version__
from saltloop.analysis.as_built import CHOSEN, capacities_of, unknown
from saltloop.analysis.batch.engine import Capacities, Engine, Job, variation_of
from saltloop.analysis.batch.plan import LARGEST_CHUNK, CasePlan, case_name, digest, pieces
from saltloop.analysis.batch.pool import Interrupts, Where, in_a_pool, in_this_process, on_dask
from saltloop.analysis.batch.structures import STRUCTURES, Structures
from saltloop.analysis.batch.summary import summarise
from saltloop.analysis.batch.work import Done, Task
from saltloop.errors import InputError, Place, Problems, SolveError, message
from saltloop.formulation.lines import name_of
from saltloop.results.run import MANIFEST, PROGRAM, Run, open_run
from saltloop.results.study import PLAN, SUMMARY, StudyRun
from saltloop.scenario.resolve import resolved
from saltloop.scenario.space import Values
from saltloop.scenario.study import Study, meant

FROZEN_WITHOUT_PLAN = message(
    "R304",
    ("frozen plan '{name}' has no plan in the base state: {reason}", "冻结方案“{name}”在基准状态下没有可行方案：{reason}"),
    ("change the option, or take it out of frozen", "请修改该选项，或从 frozen 中去掉"),
)
FROZEN_BUILDS_NOTHING = message(
    "R305",
    (
        "frozen plan '{name}' builds and gives up nothing, so it plans in every state as the option itself does",
        "冻结方案“{name}”既不新建也不退役，与该选项本身相同",
    ),
    ("allow new capacity in the base scenario: capacity.may_build", "请在基准情景中允许新建：capacity.may_build"),
    warning=True,
)
FROZEN_OF_ANOTHER = message(
    "R308",
    (
        "frozen run '{name}' builds or gives up what the base scenario cannot: {items}",
        "冻结运行“{name}”新建或退役了基准情景中没有的产能：{items}",
    ),
    (
        "name a run of the same pack, areas and periods whose capacities the base scenario knows (capacity.may_build)",
        "请给出数据包、区域与时期相同、且其产能为基准情景所允许（capacity.may_build）的运行",
    ),
)
_CHUNKS = 8
_LIBRARIES = ("highspy", "pyomo", "numpy", "scipy", "pandas", "pyarrow", "duckdb")


@dataclass
class Progress:
    """How far a study is.

    Args:
        cases: all of the study.
        before: finished by earlier calls.
        wanted: to be solved by this call.
        counts: solved by this call, by status.
        start: moment of the first case, on the clock of `time.perf_counter`.
    """

    cases: int
    before: int
    wanted: int
    counts: Counter[str] = field(default_factory=Counter)
    start: float = field(default_factory=time.perf_counter)

    @property
    def solved(self) -> int:
        """Cases that this call has finished."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class How:
    """How a study is solved.

    Args:
        workers: processes; None: one for each processor.
        dask: address of a scheduler; None: this machine.
        task: which part of how many this call does, from 1; None: all.
        time_limit: seconds for each case; None: no limit.
        chunk: cases in a chunk; None: by their number, at most 100.
    """

    workers: int | None = None
    dask: str | None = None
    task: tuple[int, int] | None = None
    time_limit: float | None = None
    chunk: int | None = None


def run_study(study: Study, out: Path, how: How | None = None, tell: Callable[[Progress], None] = lambda _: None) -> tuple[StudyRun, Progress]:
    """Solve what a study lacks and summarise it.

    Args:
        study: as read.
        out: folder of results.
        how: where it is solved, and in which parts.
        tell: called after each chunk.

    Returns:
        the folder, and how far it is; complete if `before + solved` is `cases`.

    Raises:
        InputError: a frozen plan cannot be had, the disk does not take the results, no cluster answers.
        SolveError: processes die again and again.
    """
    folder, progress = _solve(study, out, how or How(), tell)
    if progress.before + progress.solved >= progress.cases:
        _finish(folder)
    return folder, progress


def _solve(study: Study, out: Path, how: How, tell: Callable[[Progress], None]) -> tuple[StudyRun, Progress]:
    """Solve what is missing; the plan and the programmes are forgotten before the study is summarised."""
    plan = CasePlan(study, {name: _digest_of_run(study, name) for name in study.frozen if study.options.named(name) is None})
    folder = StudyRun(out / study.name / plan.base)
    folder.folder.mkdir(parents=True, exist_ok=True)
    # Not the processors of this machine but the cases decide the size, so that the parts of an array of jobs agree on it.
    size = how.chunk or max(1, min(LARGEST_CHUNK, -(-len(plan) // _CHUNKS)))
    missing = ~np.isin(plan.ids, folder.finished(how.time_limit))
    cases, numbers = _wanted(plan, missing, size, how.task)
    distinct = len(np.unique(plan.ids))
    progress = Progress(distinct, distinct - len(np.unique(plan.ids[missing])), len(cases))
    _begin(folder, plan, how)
    if len(cases):
        variation = variation_of(study, len(plan) // (int(plan.groups.max()) + 1))
        variation.shelf = Structures(folder.folder / STRUCTURES, plan.base)
        job = Job(variation, study.pack, study.places, study.detail, how.time_limit)
        job = replace(job, frozen=_frozen(folder, plan, job))
        tell(progress)
        with Interrupts() as interrupts:
            for done in _where(how, len(cases), size)(job, _kinds(plan, cases), _tasks(plan, cases, numbers), interrupts):
                _keep(folder, done, progress)
                tell(progress)
    return folder, progress


def _keep(folder: StudyRun, done: Done, progress: Progress) -> None:
    if done.counts:
        folder.write_part(done.name, done.tables)
        progress.counts.update(done.counts)


def _where(how: How, wanted: int, size: int) -> Where:
    if how.dask is not None:
        return partial(on_dask, address=how.dask)
    workers = min(how.workers or os.cpu_count() or 1, -(-wanted // size))
    return in_this_process if workers == 1 else partial(in_a_pool, workers=workers)


def _wanted(plan: CasePlan, missing: np.ndarray, size: int, task: tuple[int, int] | None) -> tuple[np.ndarray, np.ndarray]:
    """The missing cases of a call in the order of the plan, and the chunk of each; cases that say the same are solved once."""
    numbers = plan.chunk_numbers(size)
    mine = missing[plan.order] & (True if task is None else numbers % task[1] == task[0] - 1)
    cases, numbers = plan.order[mine], numbers[mine]
    once = np.sort(np.unique(plan.ids[cases], return_index=True)[1])
    return cases[once], numbers[once]


def _tasks(plan: CasePlan, cases: np.ndarray, numbers: np.ndarray) -> Iterator[list[Task]]:
    """Cases chunk by chunk, written out when they are asked for."""
    for chunk in pieces(cases, numbers):
        yield [Task(case_name(plan.ids[case]), plan.values(case), plan.frozen(case)) for case in chunk.tolist()]


def _kinds(plan: CasePlan, cases: np.ndarray) -> list[Values]:
    """The values of one case of each structure."""
    firsts = np.unique(plan.groups[cases], return_index=True)[1]
    return [meant(plan.study.document, plan.values(int(case))) for case in cases[firsts]]


def _place_of(study: Study, name: str) -> Place:
    """Where a study names a frozen plan; of `all`, the file."""
    return study.places.get(name, Place(str(study.path)))


def _run_of(study: Study, name: str) -> Run:
    """A run that a study takes its capacities from; what is wrong with its folder is told at the line of the study."""
    try:
        return open_run(Path(name))
    except InputError as error:
        raise InputError(Problems([replace(problem, place=study.places[name]) for problem in error.problems])) from error


def _digest_of_run(study: Study, name: str) -> str:
    """What tells the capacities of a run from those of another."""
    path = _run_of(study, name).folder / PROGRAM / "columns.parquet"
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _capacities_of_run(study: Study, name: str, job: Job) -> Capacities:
    """What a run builds and gives up.

    Raises:
        InputError: R308, the base scenario does not know it.
    """
    found = capacities_of(_run_of(study, name))
    layout = Engine(job).variation.arrays({}).layout
    strange = unknown(found, (name_of(*layout.columns[int(n)]) for n in np.flatnonzero(layout.columns_of(*CHOSEN))))  # type: ignore[arg-type]
    if strange:
        raise InputError(FROZEN_OF_ANOTHER.at(study.places[name], name=name, items=strange))
    return found


def _frozen(folder: StudyRun, plan: CasePlan, job: Job) -> dict[str, Capacities]:
    """The capacities of each frozen plan: of a run from its files, of an option solved once in the base state and kept."""
    found: dict[str, Capacities] = {}
    study, problems = plan.study, Problems()
    for name in study.frozen:
        point = study.options.named(name)
        if point is None:
            found[name] = _capacities_of_run(study, name, replace(job, variation=variation_of(study, 1)))
            continue
        values = study.options.values(point)
        kept = folder.folder / f"frozen-{digest([values])[:12]}.json"
        if kept.is_file():
            found[name] = json.loads(kept.read_text(encoding="utf-8"))
            continue
        answer, capacities = Engine(replace(job, variation=variation_of(study, 1))).capacities(values)
        if answer.plan is None:
            problems.add(FROZEN_WITHOUT_PLAN.at(_place_of(study, name), name=name, reason=answer.reason))
            continue
        folder.write_json(kept.name, dict(capacities))
        found[name] = capacities
    problems.stop_if_any()
    for name, capacities in found.items():
        if not any(value > 0 for value in capacities.values()):
            study.notes.add(FROZEN_BUILDS_NOTHING.at(_place_of(study, name), name=name))
    return found


def _begin(folder: StudyRun, plan: CasePlan, how: How) -> None:
    """Write the plan and the manifest, so that the folder says what it is from the first moment on."""
    folder.write_frames(PLAN, plan.frames())
    folder.write_json(MANIFEST, _manifest(plan, how))


def _finish(folder: StudyRun) -> None:
    """Large parts instead of many small ones, and the summary."""
    folder.compact()
    summary = summarise(folder)
    folder.write_frames(SUMMARY, iter([summary]))


def _manifest(plan: CasePlan, how: How) -> dict[str, Any]:
    study, base = plan.study, plan.study.base
    return {
        "study": {"name": study.name, "path": str(study.path), "title": study.title, "text": study.text, "area": study.area, "detail": study.detail},
        "base": {"id": plan.base, "name": base.name, "path": str(base.path), "title": base.title, **resolved(base)},
        "objective": {**_objective(study), "varies": _objective_varies(plan)},
        "years": {str(year): years for year, years in base.choices.periods},
        "measures": [{"name": m.name, "upper": m.upper, "lower": m.lower, "better": m.better, "unit": m.unit} for m in study.measures],
        "cases": len(plan),
        "options": plan.options,
        "states": plan.states,
        "time_limit": how.time_limit,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"saltloop": __version__, "python": platform.python_version(), **{name: metadata.version(name) for name in _LIBRARIES}},
        "pack": {"name": base.pack.name, "version": str(base.pack.about["version"])},
        "hashes": dict(base.pack.hashes),
        "titles": {r["account"]: {"en": r["title_en"], "zh": r["title_zh"]} for r in base.pack.rows("accounts")},
        "warnings": [{"en": p.text("en"), "zh": p.text("zh")} for p in study.notes.warnings],
    }


def _objective(study: Study) -> dict[str, Any]:
    """Sense, unit, and the account where it is one alone and nothing is discounted."""
    stage, base = study.base.choices.objective[0], study.base
    units = dict(zip(base.pack.tables["accounts"]["account"], base.pack.tables["accounts"]["unit"], strict=True))
    (first, weight), *more = stage.weights
    alone = not more and weight == 1 and len(base.choices.periods) == 1 and base.choices.periods[0][1] == 1
    return {"sense": stage.sense, "unit": str(units[first]), "account": first if alone else None}


def _objective_varies(plan: CasePlan) -> bool:
    """Whether cases have different objectives, so that their values say nothing about each other."""
    paths = [*plan.study.options.all_paths(), *plan.study.states.all_paths()]
    return any(path.split(".")[0] in ("maximise", "minimise", "periods", "discount_rate") for path in paths)


__all__ = ["How", "Progress", "SolveError", "run_study"]
