"""Which rules and limits bind while one number of a scenario moves, and from which level on.

Where the number enters only the bounds, or only the objective, and in proportion, the optimum is made of straight pieces in it and the
changes are exact. Otherwise levels are halved between two that differ in what binds, down to a millionth of the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from saltloop.analysis.pieces import Sample, kinked
from saltloop.analysis.spans import Regime, binding_frame, felt_rows, spans_frame
from saltloop.analysis.variation import Axis, Range, Variation
from saltloop.errors import InputError, Place, message
from saltloop.formulation.arrays import Arrays, same_structure
from saltloop.scenario.document import Document
from saltloop.solve.warm import Outcome, Warm

LEVELS = 21
_NEAR, _SLIVER, _SAME = 1e-6, 4, 1e-12
NO_AXIS = message(
    "R414",
    ("'{path}' cannot be swept from {low} to {high}", "“{path}”不能从 {low} 变到 {high}"),
    (
        "name a number of the scenario and two levels of one unit, such as: --path rules.cap.at_most --from 14Mt --to 6Mt",
        "请给出情景中的数值及同一单位的两个水平，如：--path rules.cap.at_most --from 14Mt --to 6Mt",
    ),
)

OTHER_STRUCTURE = message(
    "R415",
    ("'{path}' changes what the programme is made of on the way from {low} to {high}", "“{path}”从 {low} 变到 {high} 时，模型的构成发生变化"),
    (
        "something comes into being or vanishes there, such as equipment whose capacity is zero; sweep a range in which it stays, or run both ends",
        "途中有事物出现或消失，例如产能为零的设备；请选择其构成不变的区间，或分别运行两端",
    ),
)


@dataclass(frozen=True)
class Regimes:
    """A sweep as tables.

    Args:
        path: of the number.
        unit: of its levels.
        money: unit of the objective.
        exact: whether the changes are exact, not only near.
        points: level, objective, status.
        segments: segment, start, end: stretches on which the same rules and limits bind.
        binding: what binds in each, as `binding_frame` gives it.
        spans: from which level to which each binds, as `spans_frame` gives it.
    """

    path: str
    unit: str
    money: str
    exact: bool
    points: pd.DataFrame
    segments: pd.DataFrame
    binding: pd.DataFrame
    spans: pd.DataFrame

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {name: getattr(self, name) for name in ("spans", "segments", "binding", "points")}


class _Sweep:
    """The programme along one axis."""

    def __init__(self, variation: Variation, axis: Axis) -> None:
        self.variation, self.axis = variation, axis
        self.program = variation.build({axis.path: axis.text(0.0)}).program
        middle = self.arrays((axis.low + axis.high) / 2)
        self.warm, self.layout = Warm(middle), middle.layout
        ends = [self._alike(axis.low), middle, self._alike(axis.high)]
        first, last = (np.where(np.isfinite(e.numbers), e.numbers, 0.0) for e in (ends[0], ends[2]))
        self.rate = (last - first) / (axis.high - axis.low) if all(e.layout is self.layout for e in ends) else None
        self.exact = self.rate is not None and self._is_straight(ends, self.rate)
        self.known: dict[float, Sample[Outcome]] = {}
        self.failed: dict[float, str] = {}

    def arrays(self, level: float) -> Arrays:
        """The numbers at a level."""
        coordinate = (2 * level - self.axis.low - self.axis.high) / (self.axis.high - self.axis.low)
        return self.variation.arrays({self.axis.path: self.axis.text(min(max(coordinate, -1.0), 1.0))})

    def _alike(self, level: float) -> Arrays:
        """The numbers at a level where the programme is made of the same rows and columns."""
        found = self.arrays(level)
        if found.layout is not self.layout and not same_structure(found, self.warm.arrays):
            ends = (self.axis.text(-1.0), self.axis.text(1.0))
            raise InputError(OTHER_STRUCTURE.at(Place(), path=self.axis.path, low=ends[0], high=ends[1]))
        return found

    def _is_straight(self, ends: list[Arrays], rate: np.ndarray) -> bool:
        """Whether the number enters in proportion, and the bounds or the objective alone."""
        moved, parts = np.flatnonzero(rate), self.layout.parts
        middle = (ends[0].numbers[moved] + ends[2].numbers[moved]) / 2
        costs = moved < parts["costs"].stop
        if bool(np.any(moved >= parts["entries"].start)) or (bool(costs.any()) and not bool(costs.all())):
            return False
        return bool(np.all(np.abs(ends[1].numbers[moved] - middle) <= _SAME * np.abs(middle).max(initial=1.0)))

    def ask(self, level: float) -> Sample[Outcome] | None:
        """The optimum at a level; None without a plan."""
        if level not in self.known and level not in self.failed:
            arrays = self._alike(level)
            self.warm.change(arrays)
            outcome = self.warm.solve()
            if outcome.status == "optimal":
                self.known[level] = Sample(level, outcome.objectives[0], self._slope(outcome), outcome)
            else:
                self.failed[level] = outcome.status
        return self.known.get(level)

    def _slope(self, outcome: Outcome) -> float:
        """What one unit more of the number does to the objective."""
        if not self.exact or self.rate is None:
            return 0.0
        parts, rate = self.layout.parts, self.rate
        columns = len(outcome.values)
        slope = float(rate[:columns] @ outcome.values)
        sign = 1.0 if self.layout.senses[0] == "maximise" else -1.0
        for side, duals in (("column", outcome.reduced_costs), ("row", outcome.duals)):
            lower, upper = rate[parts[f"{side}_lower"]], rate[parts[f"{side}_upper"]]
            slope += float(duals @ np.where(sign * duals > 0, upper, lower))
        return slope

    def felt(self, sample: Sample[Outcome]) -> frozenset[int]:
        """What binds at a sample."""
        return frozenset(felt_rows(self.program, sample.answer.duals, self.warm.scale).tolist())

    def changes(self, left: Sample[Outcome], right: Sample[Outcome], near: float) -> Iterator[tuple[float, Sample[Outcome]]]:
        """Where what binds changes between two samples, and a sample behind."""
        if self.felt(left) == self.felt(right):
            return
        middle = (left.at + right.at) / 2
        found = self.ask(middle) if right.at - left.at > near else None
        if found is None:
            yield middle, right
            return
        yield from self.changes(left, found, near)
        yield from self.changes(found, right, near)

    def edge(self, inside: float, outside: float, near: float) -> float:
        """The last level with a plan between one with and one without."""
        while abs(outside - inside) > near:
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if self.ask(middle) is not None else (inside, middle)
        return inside


def regimes(variation: Variation, path: str, levels: int = LEVELS) -> Regimes:
    """What binds along the range of one number.

    Args:
        variation: of the scenario along that path.
        path: of the number.
        levels: how many are looked at, evenly spaced.

    Raises:
        InputError: the path is no number, or its levels are wrong.
    """
    axis = variation.axes[0]
    sweep, near = _Sweep(variation, axis), _NEAR * (axis.high - axis.low)
    grid = np.linspace(axis.low, axis.high, max(levels, 2)).tolist()
    for level in grid:
        sweep.ask(level)
    for one, other in pairwise(grid):
        if (one in sweep.known) != (other in sweep.known):
            sweep.edge(*((one, other) if one in sweep.known else (other, one)), near)
    found = _stretches(sweep, near)
    program, money = sweep.program, sweep.program.objective_unit
    binding = binding_frame(program, found, sweep.warm.scale, money)
    asked = sorted([(s.at, s.value, "optimal") for s in sweep.known.values()] + [(x, np.nan, status) for x, status in sweep.failed.items()])
    return Regimes(
        path,
        axis.unit,
        money,
        sweep.exact,
        pd.DataFrame(asked, columns=["level", "objective", "status"]),
        pd.DataFrame([(n, r.start, r.end) for n, r in enumerate(found, 1)], columns=["segment", "start", "end"]),
        binding,
        spans_frame(binding, found),
    )


def _stretches(sweep: _Sweep, near: float) -> list[Regime]:
    """Stretches on which the same rows bind, from the lowest level with a plan to the highest."""
    samples = sorted(sweep.known.values(), key=lambda s: s.at)
    if len(samples) < 2:
        return []
    if sweep.exact:
        return [Regime(p.start, p.end, p.sample.answer.duals, sweep.arrays((p.start + p.end) / 2)) for p in kinked(samples, sweep.ask).pieces]
    bends = list[tuple[float, Sample[Outcome]]]()
    for at, behind in (bend for left, right in pairwise(samples) for bend in sweep.changes(left, right, near)):
        if bends and at - bends[-1][0] <= _SLIVER * near:  # at the change itself, where the optimum has several duals
            bends.pop()
        bends.append((at, behind))
    starts, owners = [samples[0].at, *(at for at, _ in bends)], [samples[0], *(sample for _, sample in bends)]
    ends = [*starts[1:], samples[-1].at]
    return [Regime(a, b, s.answer.duals, sweep.arrays(s.at)) for a, b, s in zip(starts, ends, owners, strict=True)]


def swept(document: Document, path: str, low: str, high: str, data: str | None = None) -> Variation:
    """A scenario along one of its numbers.

    Args:
        document: the scenario, as read.
        path: of the number.
        low: first level, with its unit.
        high: last level.
        data: folder that holds packs.

    Raises:
        InputError: R414, or what is wrong in the scenario.
    """
    variation = Variation(document, {path: Range(low, high)}, data)
    if not variation.axes:
        raise InputError(NO_AXIS.at(Place(), path=path, low=low, high=high))
    return variation
