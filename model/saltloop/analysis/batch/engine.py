"""Solves the cases of one study in one process: a structure is built once, its numbers are patched, each case starts from a known basis."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from saltloop.analysis.as_built import CHOSEN, held_bounds
from saltloop.analysis.batch.reasons import contradiction, endless
from saltloop.analysis.variation import Domain, Levels, Range, Variation
from saltloop.data.pack import Pack
from saltloop.errors import InputError, Place, Problems, SaltloopError, SolveError, Words
from saltloop.formulation.arrays import Arrays, in_order_of
from saltloop.formulation.case import Case, build_case
from saltloop.formulation.program import Program, name_of
from saltloop.results.cases import CaseReader, Plan
from saltloop.scenario.overlay import key_path, with_values
from saltloop.scenario.resolve import resolve_document
from saltloop.scenario.space import Values
from saltloop.scenario.study import Study, meant
from saltloop.solve.live import Options
from saltloop.solve.warm import Outcome, Warm

BAD_INPUT = "bad_input"
Capacities = Mapping[str, float]
_NO_REASON = Words("", "")
_MOST_KEPT = 6


@dataclass(frozen=True)
class Job:
    """What every case of a study shares; it travels to other processes and machines.

    Args:
        variation: the base scenario with the paths that vary.
        pack: of its region; a variation that travels leaves it behind, and a machine of a cluster may not have its files.
        places: where the study says what, by path.
        detail: areas or sites.
        time_limit: seconds for each case; None: no limit.
        frozen: capacities that a plan chose, by name of the column, by plan.
    """

    variation: Variation
    pack: Pack
    places: Mapping[str, Place] = field(default_factory=dict)
    detail: str = "areas"
    time_limit: float | None = None
    frozen: Mapping[str, Capacities] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """How one case ended.

    Args:
        status: optimal, infeasible, unbounded, stopped, uncertified or bad_input.
        reason: why there is no plan; empty where there is one.
        objective: of the first stage; nan without a plan.
        certificate: worst relative violation; nan without a plan.
        start: how the solver came to it, see Outcome; empty if it was not asked.
        seconds: for the whole case.
        plan: the plan as arrays; None if there is none.
        reader: of the structure; None without a plan.
        accounts: as the reader gives them.
        rules: likewise.
    """

    status: str
    reason: Words = _NO_REASON
    objective: float = float("nan")
    certificate: float = float("nan")
    start: str = ""
    seconds: float = 0.0
    plan: Plan | None = None
    reader: CaseReader | None = None
    accounts: np.ndarray | None = None
    rules: dict[str, np.ndarray] | None = None


@dataclass
class _Structure:
    """One structure: names of its rows and columns, reader, and programme in the solver."""

    case: Case
    program: Program
    reader: CaseReader
    warm: Warm


@dataclass
class Engine:
    """Solves cases one after another; keeps the structures that it met last.

    Args:
        job: what they share.
    """

    job: Job
    structures: OrderedDict[str, _Structure] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.variation = self.job.variation.with_pack(self.job.pack)

    def solve(self, values: Values, frozen: str = "") -> Answer:
        """One case; what is wrong with it is part of the answer, never raised.

        Args:
            values: by path, as text.
            frozen: the plan whose capacities it keeps; empty: none.
        """
        start = time.perf_counter()
        try:
            values = meant(self.variation.document, values)
            arrays = self._arrays(values)
            structure = self._structure(values, arrays)
            structure.warm.change(_held(arrays, self.job.frozen[frozen]) if frozen else arrays)
            outcome = structure.warm.solve()
        except SaltloopError as error:
            if isinstance(error, SolveError):  # what a solver that refused a case still has is not known
                self.structures.clear()
            return Answer(BAD_INPUT, _in_one_line(error), seconds=time.perf_counter() - start)
        return _answer(structure, outcome, time.perf_counter() - start)

    def capacities(self, values: Values) -> tuple[Answer, Capacities]:
        """The answer of a case, and what its plan builds and gives up, by name of the column; empty without a plan."""
        answer = self.solve(values)
        return answer, {} if answer.plan is None or answer.reader is None else chosen(answer.reader.columns, answer.plan.values)

    def _arrays(self, values: Values) -> Arrays:
        """The numbers of a case.

        Raises:
            InputError: a value is wrong, told at the line of the study.
        """
        try:
            return self.variation.arrays(values)
        except InputError:
            self._case(values)
            raise

    def _structure(self, values: Values, arrays: Arrays) -> _Structure:
        """What is kept for the structure of a case."""
        key = f"{arrays.layout.structure} {id(arrays.layout)}" if self.variation.is_patched(values) else arrays.layout.structure
        found = self.structures.pop(key, None)
        if found is None:
            case, program = self._named(values, arrays)
            warm = Warm(arrays, Options(time_limit=self.job.time_limit, ranging=False))
            found = _Structure(case, program, CaseReader(case, program, self.job.detail), warm)
        self.structures[key] = found
        if len(self.structures) > _MOST_KEPT:
            self.structures.popitem(last=False)
        return found

    def _named(self, values: Values, arrays: Arrays) -> tuple[Case, Program]:
        """What names the rows and columns of a case; numbers that were measured elsewhere bring names and no programme."""
        if arrays.layout.is_named:
            return self._case(values), arrays.layout.named
        built = self.variation.build(values)
        return built.case, in_order_of(built.program, arrays.layout)

    def _case(self, values: Values) -> Case:
        """What names a case, each value told at its line of the study."""
        problems, document = Problems(), self.variation.document
        for path, value in values.items():
            document = with_values(document, {key_path(path): value}, self.job.places.get(path, Place(path)), problems)
        problems.stop_if_any()
        scenario = resolve_document(document, pack=self.job.pack, check_changes=False)
        return build_case(scenario.pack, scenario.choices)


def variation_of(study: Study, expected: int) -> Variation:
    """The base of a study with every path that varies.

    Args:
        study: as read.
        expected: cases of one structure.
    """
    domains: dict[str, Domain] = {}
    for space in (study.options, study.states):
        for axis in space.axes:
            for path in dict.fromkeys(path for level in axis for path in level.values):
                domains[path] = Levels(tuple(level.values[path] for level in axis if path in level.values))
        for path, draw, numbers in zip(space.paths, space.draws, space.sample.T, strict=True):
            ends = draw.text(float(numbers.min())), draw.text(float(numbers.max()))
            domains[path] = Levels(draw.values) if draw.kind == "discrete" else Range(*ends)
    return Variation(study.document, domains, pack=study.pack, expected=expected)


def chosen(names: Iterable[str], values: np.ndarray) -> Capacities:
    """What a plan builds and gives up, by name of the column."""
    return {name: float(value) for name, value in zip(names, values, strict=True) if name.split("[")[0] in CHOSEN}


def _held(arrays: Arrays, capacities: Capacities) -> Arrays:
    """The numbers with the capacities of another plan held; what that plan does not know is not built."""
    layout, numbers = arrays.layout, arrays.numbers.copy()
    at = np.flatnonzero(layout.columns_of(*CHOSEN))
    bounds = held_bounds((name_of(*layout.columns[n]) for n in at.tolist()), capacities)  # type: ignore[arg-type]
    for side, kept in zip(("column_lower", "column_upper"), bounds, strict=True):
        numbers[layout.parts[side].start + at] = kept
    return Arrays(layout, numbers)


def _answer(structure: _Structure, outcome: Outcome, seconds: float) -> Answer:
    """The outcome of a case in names."""
    if outcome.status != "optimal" or outcome.certificate is None:
        return Answer(outcome.status, _why(structure, outcome), start=outcome.start, seconds=seconds)
    arrays = structure.warm.arrays
    lower, upper = arrays.row_bounds
    plan = Plan(outcome.values, outcome.duals, arrays.matrix @ outcome.values, lower, upper)
    reader = structure.reader
    accounts, rules = reader.account_values(plan), reader.rule_values(plan)
    return Answer("optimal", _NO_REASON, outcome.objectives[0], outcome.certificate.worst, outcome.start, seconds, plan, reader, accounts, rules)


def _why(structure: _Structure, outcome: Outcome) -> Words:
    """Why there is no plan, in words."""
    moving = np.flatnonzero(outcome.ray)
    if outcome.status == "infeasible":
        return contradiction(structure.case, structure.program, moving.tolist())
    if outcome.status == "unbounded":
        return endless(structure.case, structure.program, [(int(n), float(outcome.ray[n])) for n in moving])
    if outcome.status == "stopped":
        limit = structure.warm.options.time_limit
        if limit is not None:
            return Words(f"no optimal plan within {limit:g} s ({outcome.message})", f"{limit:g} 秒内未求得最优解（求解器：{outcome.message}）")
        return Words(f"stopped before an optimal plan was found: {outcome.message}", f"未求得最优解即停止，求解器：{outcome.message}")
    return Words("no answer of the solver stands the optimality certificate", "求解结果均未通过最优性检验")


def _in_one_line(error: SaltloopError) -> Words:
    """The first problem of an error."""
    if isinstance(error, InputError) and error.problems.errors:
        first = error.problems.errors[0]
        return Words(" ".join(first.text("en").split()), " ".join(first.text("zh").split()))
    return Words(error.text("en"), error.text("zh"))
