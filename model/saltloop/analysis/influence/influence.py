"""Which weak numbers should be measured next: how far the range of each moves the objective, and whether it changes the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from saltloop.analysis.failure import on_failure
from saltloop.analysis.influence.data import WEAK, Datum, data_of, moved
from saltloop.analysis.influence.gradient import Touch, Touches, touches
from saltloop.analysis.influence.screening import screening
from saltloop.analysis.response import Response, measured, spread_points
from saltloop.errors import Words
from saltloop.formulation.arrays import Arrays, arrays_of, on_one_layout, same_structure
from saltloop.formulation.case import Case, build_case
from saltloop.formulation.program import Program, compile_program
from saltloop.scenario.resolve import Scenario
from saltloop.solve.highs import Options, solve
from saltloop.solve.warm import Outcome, Warm

COLUMNS = (
    "rank", "table", "key", "value", "low", "high", "unit", "grade", "source", "place", "slope", "first_at_low", "first_at_high", "first_width",
    "at_low", "at_high", "width", "resolved", "plan_changes", "enters", "leaves", "morris_mean", "morris_spread", "objective_unit",
)  # fmt: skip
RUNNING = 1e-7
_POINTS = (6, 10, 16, 24)
_WIDER = 3
_NEAR = 1e-7
# Changes of the objective below this share of it are rounding.
_EQUAL = 1e-10


@dataclass(frozen=True)
class Influence:
    """The answer to which numbers matter.

    Args:
        frame: one line per number that shows in the programme, weightiest first; columns are COLUMNS. `first_` is to first order with plan and
            duals held; at_low and at_high are changes of the objective, by a new plan where resolved is `patched` (the programme changed to first
            order in the number) or `exact` (built anew); enters and leaves: process@site.
        objective: of the plan as the numbers are.
        unit: of the objective.
        counts: numbers with a range in the pack, numbers that show in the programme, programmes built, plans solved.
        unmeasured: numbers that add or take away rows or columns when they move, as `table: key`.
        notes: what could not be done as meant.
    """

    frame: pd.DataFrame
    objective: float
    unit: str
    counts: dict[str, int]
    unmeasured: tuple[str, ...]
    notes: tuple[Words, ...]


@dataclass
class _Ends:
    """What the two ends of a range do.

    Args:
        changes: of the objective at the low and at the high end; nan without a plan.
        enters, leaves: running processes that come and go at either end.
        way: first, patched or exact.
    """

    changes: tuple[float, float]
    enters: frozenset[str] = frozenset()
    leaves: frozenset[str] = frozenset()
    way: str = "first"

    @property
    def width(self) -> float:
        """How far apart the objective lies at both ends and as it is."""
        return float(np.inf) if np.isnan(self.changes).any() else max(*self.changes, 0.0) - min(*self.changes, 0.0)


def influence(
    scenario: Scenario, top: int = 10, trajectories: int = 4, grades: tuple[str, ...] = WEAK, tables: tuple[str, ...] = (), seed: int = 0
) -> Influence:
    """Rank the weak numbers of a scenario by the width of the interval in which they leave the objective.

    Args:
        scenario: resolved.
        top: how many are solved again exactly at both ends and screened together.
        trajectories: of the Morris screening of the top ones; 0: no screening.
        grades: which numbers count as weak.
        tables: whose numbers are looked at; empty: all that equations rest on.
        seed: of the screening.

    Raises:
        InputError: the case cannot be built, or there is no such table.
        SolveError: there is no plan as the numbers are.
    """
    return _Study(scenario, top, trajectories, grades, tables, seed).answer()


@dataclass
class _Study:
    """One scenario, its weak numbers and what is known of them so far."""

    scenario: Scenario
    top: int
    trajectories: int
    grades: tuple[str, ...]
    tables: tuple[str, ...]
    seed: int
    notes: list[Words] = field(default_factory=list)
    built: int = 0
    solved: int = 0

    def __post_init__(self) -> None:
        self.case: Case = build_case(self.scenario.pack, self.scenario.choices)
        self.program: Program = compile_program(self.case)
        arrays = arrays_of(self.program)
        self.data = data_of(self.case, self.grades, self.tables)
        self.base = _solved(arrays, self.case, self.program)
        self.touches: Touches = touches(arrays, self.base, self.data, self._build)
        self.warm = Warm(self.touches.arrays, Options(ranging=False))
        self.base = self._solve(self.touches.arrays)
        self.running = self._running(self.base)

    def _build(self, values: Mapping[Datum, float]) -> Arrays:
        self.built += 1
        return arrays_of(compile_program(build_case(moved(self.scenario.pack, values), self.scenario.choices)))

    def _solve(self, arrays: Arrays) -> Outcome:
        self.solved += 1
        self.warm.change(arrays)
        return self.warm.solve(start=self.base.basis)

    def _running(self, outcome: Outcome) -> frozenset[str]:
        """Activities that run, as process@site; of a programme in the order of columns of the base."""
        span = self.program.across.span("activity")
        keys = self.program.across.family("activity").written_keys()
        return frozenset(f"{keys[n][1]}@{keys[n][0]}" for n in np.flatnonzero(outcome.values[span] > RUNNING))

    def answer(self) -> Influence:
        known = {datum: _first(datum, touch.slope) for datum, touch in self.touches.found.items()}
        first = dict(known)
        for datum in self._candidates(known):
            known[datum] = self._patched(datum, self.touches.found[datum])
        chosen = sorted(known, key=lambda d: -known[d].width)[: self.top]
        response = self._response(chosen)
        for n, datum in enumerate(chosen):
            known[datum] = self._exact(datum, n, chosen, response)
        ranked = sorted(known, key=lambda d: (-known[d].width, d.table, d.key))
        screened = self._screened(chosen, response)
        rows = [self._row(rank, d, first[d], known[d], screened.get(d, (np.nan, np.nan))) for rank, d in enumerate(ranked, 1)]
        counts = {"with_range": len(self.data), "in_programme": len(known), "built": self.built + 1, "solved": self.solved + 1}
        unmeasured = tuple(f"{d.table}: {d.key}" for d in self.touches.unmeasured)
        unit = self.program.objective_unit
        return Influence(pd.DataFrame(rows, columns=list(COLUMNS)), self.base.objectives[0], unit, counts, unmeasured, tuple(self.notes))

    def _candidates(self, known: Mapping[Datum, _Ends]) -> list[Datum]:
        """The widest to first order, and those that may change the plan within their range."""
        widest = sorted(known, key=lambda d: -known[d].width)[: _WIDER * self.top]
        state = _State.of(self.touches.arrays, self.base)
        strain = {d: state.strain(d, self.touches.found[d]) for d in known}
        straining = sorted((d for d in known if strain[d] > 0), key=lambda d: -strain[d])[: _WIDER * self.top]
        return list(dict.fromkeys([*widest, *straining]))

    def _ends(self, plans: Sequence[Outcome], way: str) -> _Ends:
        """What two plans say, those at the low and at the high end."""
        base = self.base.objectives[0]
        changes = [plan.objectives[0] - base if plan.status == "optimal" else float("nan") for plan in plans]
        changes = [0.0 if abs(change) <= _EQUAL * abs(base) else change for change in changes]
        sets = [self._running(plan) for plan in plans if plan.status == "optimal"]
        enters, leaves = frozenset[str]().union(*(s - self.running for s in sets)), frozenset[str]().union(*(self.running - s for s in sets))
        return _Ends((changes[0], changes[1]), enters, leaves, way)

    def _patched(self, datum: Datum, touch: Touch) -> _Ends:
        """New plans at both ends, the programme changed to first order."""
        base, plans = self.touches.arrays, []
        for end in (datum.low, datum.high):
            numbers = base.numbers.copy()
            numbers[touch.positions] += touch.rates * (end - datum.value)
            plans.append(self._solve(Arrays(base.layout, numbers)))
        return self._ends(plans, "patched")

    def _exact(self, datum: Datum, axis: int, chosen: Sequence[Datum], response: Response | None) -> _Ends:
        """New plans at both ends of programmes as they would be built."""
        plans = []
        for end in (datum.low, datum.high):
            point = _point(chosen)
            point[axis] = 2 * (end == datum.high) - 1
            plans.append(self._solve(response.at(point) if response is not None else self._build({datum: end})))
        return self._ends(plans, "exact")

    def _response(self, chosen: Sequence[Datum]) -> Response | None:
        """The programme as a function of the chosen numbers; None, with a note, if no few of them explain an entry."""
        generator = np.random.default_rng(self.seed)
        points, programmes, names = np.zeros((0, len(chosen))), tuple[Arrays, ...](), ""
        for count in _POINTS if chosen else ():
            more = spread_points(count - len(points), len(chosen), generator)
            points, programmes = np.concatenate([points, more]), (*programmes, *(self._at(chosen, point) for point in more))
            if not all(same_structure(programmes[0], each) for each in programmes[1:]):
                break
            programmes = on_one_layout((*programmes, self.touches.arrays))[:-1]
            response = measured(points, programmes)
            names = response.names(response.unexplained)
            if not names and not len(response.misses(_point(chosen), on_one_layout((programmes[0], self.touches.arrays))[1])):
                return response
        if chosen:
            self.notes.append(Words(f"every end of a range is built in full, no screening: {names}", f"各端点均完整构建，不作筛选：{names}"))
        return None

    def _at(self, chosen: Sequence[Datum], point: np.ndarray) -> Arrays:
        return self._build({d: (d.low + d.high + float(x) * d.width) / 2 for d, x in zip(chosen, point, strict=True)})

    def _screened(self, chosen: Sequence[Datum], response: Response | None) -> dict[Datum, tuple[float, float]]:
        """Mean size and spread of the effect of each chosen number over its range while the others vary too."""
        if response is None or len(chosen) < 2 or not self.trajectories:
            return {}

        def objective(point: np.ndarray) -> float:
            plan = self._solve(response.at(point))
            return plan.objectives[0] if plan.status == "optimal" else float("nan")

        found = screening(objective, len(chosen), self.trajectories, self.seed)
        if found is None:
            self.notes.append(Words("no screening: some combinations of the ranges have no plan", "不作筛选：某些取值组合没有可行方案"))
            return {}
        return dict(zip(chosen, found, strict=True))

    def _row(self, rank: int, d: Datum, first: _Ends, ends: _Ends, screened: tuple[float, float]) -> tuple[object, ...]:
        slope = self.touches.found[d].slope
        changes = None if ends.way == "first" else bool(ends.enters or ends.leaves or np.isnan(ends.changes).any())
        return (
            rank, d.table, d.key, d.value, d.low, d.high, d.unit, d.grade, d.source, d.place, slope, *first.changes, first.width,
            *ends.changes, ends.width, ends.way, changes, " ".join(sorted(ends.enters)), " ".join(sorted(ends.leaves)), *screened, self.program.objective_unit,
        )  # fmt: skip


def _solved(arrays: Arrays, case: Case, program: Program) -> Outcome:
    """The plan as the numbers are; where there is none, the reason is told as `saltloop run` tells it."""
    outcome = Warm(arrays, Options(ranging=False)).solve()
    if outcome.status != "optimal":
        solve(program, on_failure(case, program))
    return outcome


def _first(datum: Datum, slope: float) -> _Ends:
    low, high = slope * (datum.low - datum.value) + 0.0, slope * (datum.high - datum.value) + 0.0
    return _Ends((low, high))


def _point(chosen: Sequence[Datum]) -> np.ndarray:
    """Where the numbers lie now, each from -1 to 1 over its range."""
    return np.array([(2 * d.value - d.low - d.high) / d.width for d in chosen])


@dataclass(frozen=True, eq=False)
class _State:
    """What of a plan is at its limit and what is not."""

    arrays: Arrays
    outcome: Outcome
    activity: np.ndarray
    sign: float

    @classmethod
    def of(cls, arrays: Arrays, outcome: Outcome) -> _State:
        return cls(arrays, outcome, arrays.matrix @ outcome.values, 1.0 if arrays.layout.senses[0] == "maximise" else -1.0)

    def strain(self, datum: Datum, touch: Touch) -> float:
        """By how much of itself a reduced cost turns round, or a slack is used up, within the range; 0 where none does: the plan stays optimal."""
        ends = np.array([datum.low - datum.value, datum.high - datum.value])
        return max(self._entering(touch, ends), self._blocked(touch, ends))

    def _entering(self, touch: Touch, ends: np.ndarray) -> float:
        layout, worst = self.arrays.layout, 0.0
        n, entries = layout.shape[1], layout.parts["entries"]
        shift: dict[int, float] = {}
        for position, rate in zip(touch.positions.tolist(), touch.rates.tolist(), strict=True):
            if position < n:
                shift[position] = shift.get(position, 0.0) + rate
            elif position >= entries.start:
                column = int(layout.indices[position - entries.start])
                shift[column] = shift.get(column, 0.0) - rate * float(self.outcome.duals[layout.entry_rows[position - entries.start]])
        for column, rate in shift.items():
            now = self.sign * float(self.outcome.reduced_costs[column])
            if abs(self.outcome.values[column]) <= _NEAR and now < 0:
                worst = max(worst, float(np.max(now + self.sign * rate * ends)) / -now)
        return worst

    def _blocked(self, touch: Touch, ends: np.ndarray) -> float:
        layout, worst = self.arrays.layout, 0.0
        entries, low, high = layout.parts["entries"], layout.parts["row_lower"], layout.parts["row_upper"]
        shift: dict[tuple[int, int], float] = {}
        for position, rate in zip(touch.positions.tolist(), touch.rates.tolist(), strict=True):
            if position >= entries.start:
                row, moves = int(layout.entry_rows[position - entries.start]), rate * float(self.outcome.values[layout.indices[position - entries.start]])
                for side in (1, -1):
                    shift[row, side] = shift.get((row, side), 0.0) + side * moves
            elif low.start <= position < high.stop:
                row, side = (position - high.start, 1) if position >= high.start else (position - low.start, -1)
                shift[row, side] = shift.get((row, side), 0.0) - side * rate
        for (row, side), rate in shift.items():
            bound = self.arrays.row_bounds[1 if side > 0 else 0][row]
            slack = side * (bound - self.activity[row])
            if np.isfinite(slack) and slack > _NEAR * max(1.0, abs(bound)):
                worst = max(worst, float(np.max(rate * ends)) / slack - 1)
        return worst
