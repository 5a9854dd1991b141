"""Plans that are nearly as good as the best one: what they have in common, and those among them that differ most.

Four ways to look for them: the least and the most of each product; Hop-Skip-Jump, which leaves behind what earlier plans chose (Brill, Chang
and Hopkins, Management Science 28, 1982); the distance from the plans at hand, climbed as an evolving direction; random directions (Berntsen
and Trutnevyte, Energy 127, 2017).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import sparse

from saltloop.formulation.arrays import Arrays, arrays_of
from saltloop.formulation.program import Program
from saltloop.solve.certificate import infeasibility
from saltloop.solve.face import Plans, near_best
from saltloop.solve.live import Options

Group = tuple[str, str, str, int]
KINDS = {"sold": "sell", "built": "new_capacity", "process": "activity"}
"""Kind of thing that is looked at, and the columns that it adds up."""
PRODUCTS = ["kind", "site", "item", "period", "value", "least", "most", "unit", "status"]
PLANS = ["plan", "method", "objective", "loss", "loss_share", "unit", "distance", "violation"]
LEVELS = ["plan", "kind", "site", "item", "period", "value", "best", "change", "share", "unit"]
MUST, MAY, NEVER, UNKNOWN = "must_have", "may_have", "must_avoid", "unknown"
_NOTHING = 1e-6
_ROUNDS, _CLIMBS = 4, 8


@dataclass(frozen=True)
class Alternatives:
    """What the near-optimal plans have in common, and those that differ most.

    Args:
        products: kind, site (empty: all together), item, period, value (in the best plan), least, most (over all near-optimal plans), unit, status:
            must_have (least above nothing), must_avoid (most is nothing), may_have, unknown (the solver gave no answer).
        plans: plan (0: the best), method (the way it was found), objective, loss (against the best), loss_share, unit, distance (from the best plan:
            mean over products of the change, as a share of the most), violation (of bounds, relative).
        levels: plan, kind, site, item, period, value, best (in the best plan), change, share (change / most), unit.
        best: value of the objective.
        slack: how much of it may be lost, in its unit.
        tried: so many near-optimal plans were found.
    """

    products: pd.DataFrame
    plans: pd.DataFrame
    levels: pd.DataFrame
    best: float
    slack: float
    tried: int


@dataclass(frozen=True)
class Groups:
    """The sums of columns that an analyst would compare plans by.

    Args:
        keys: kind, site, item, period of each sum.
        sums: groups by columns, ones.
        units: of each sum.
    """

    keys: tuple[Group, ...]
    sums: sparse.csr_array
    units: tuple[str, ...]

    def weights(self, each: np.ndarray) -> np.ndarray:
        """Weights of columns from weights of groups."""
        found: np.ndarray = self.sums.T @ each
        return found


def groups_of(program: Program, kinds: tuple[str, ...] = ("sold", "built"), by_site: bool = False) -> Groups:
    """What is sold, built or run, added up over slices, markets, tiers and, unless asked otherwise, sites.

    Args:
        program: arrays with names.
        kinds: of KINDS.
        by_site: True: each site by itself.
    """
    members: dict[Group, list[int]] = {}
    units: dict[Group, str] = {}
    for kind in kinds:
        span = program.across.span(KINDS[kind])
        if span.start == span.stop:
            continue
        family = program.across.family(KINDS[kind])
        place = family.over.index("period")
        for column, (key, unit) in enumerate(zip(family.written_keys(), family.units(), strict=True), span.start):
            group = (kind, str(key[0]) if by_site else "", str(key[1]), int(key[place]))
            members.setdefault(group, []).append(column)
            units[group] = str(unit)
    rows = np.repeat(np.arange(len(members)), [len(each) for each in members.values()])
    columns = np.array([column for each in members.values() for column in each], dtype=np.intp)
    sums = sparse.csr_array((np.ones(len(columns)), (rows, columns)), shape=(len(members), len(program.across)))
    return Groups(tuple(members), sums, tuple(units[key] for key in members))


@dataclass
class _Search:
    """The plans found so far.

    Args:
        arrays: whose feasible plans are the near-optimal ones.
        groups: by which plans are compared.
        options: how to solve.
    """

    arrays: Arrays
    groups: Groups
    options: Options | None = None
    methods: list[str] = field(default_factory=list)
    found: list[np.ndarray] = field(default_factory=list)
    levels: list[np.ndarray] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.plans = Plans(self.arrays, self.options)
        self.size = np.ones(len(self.groups.keys))

    def take(self, method: str, plan: np.ndarray | None) -> np.ndarray | None:
        """Remember a plan and how it was found; its levels."""
        if plan is None:
            return None
        self.methods.append(method)
        self.found.append(plan)
        self.levels.append(self.groups.sums @ plan)
        return self.levels[-1]

    def furthest(self, method: str, towards: np.ndarray) -> np.ndarray | None:
        """The near-optimal plan that goes furthest in a direction over groups; its levels."""
        return self.take(method, self.plans.most(self.groups.weights(towards / self.size))[1])

    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Least and most of each group. A least of nothing that some plan has shown is not asked for."""
        count = len(self.groups.keys)
        least, most = np.zeros(count), np.zeros(count)
        for n in range(count):
            weights = self.groups.weights(np.eye(1, count, n)[0])
            most[n], plan = self.plans.most(weights)
            self.take("most", plan)
            if min(levels[n] for levels in self.levels) > _NOTHING:
                least[n], plan = self.plans.least(weights)
                self.take("least", plan)
        seen = np.array(self.levels)
        known = np.fmax(seen.max(axis=0), np.where(np.isfinite(most), most, 0.0))
        self.size = np.where(known > _NOTHING, known, 1.0)
        return np.fmax(np.fmin(least, seen.min(axis=0)), 0.0), np.where(np.isnan(most), np.nan, np.fmax(most, seen.max(axis=0)))

    def hop_skip_jump(self) -> None:
        """Leave what the plans of earlier rounds chose, each round with more weight on what was chosen more often."""
        chosen = (self.levels[0] > _NOTHING).astype(float)
        for _ in range(_ROUNDS):
            levels = self.furthest("hop_skip_jump", -chosen)
            if levels is None:
                return
            chosen += levels > _NOTHING

    def random(self, seed: int) -> None:
        """Random directions."""
        generator = np.random.default_rng(seed)
        for _ in range(_ROUNDS):
            self.furthest("random", generator.normal(size=len(self.size)))

    def apart(self, one: np.ndarray, other: np.ndarray) -> float:
        """Distance of two plans by their levels: mean change as a share of the most."""
        return float(np.mean(np.abs(one - other) / self.size)) if len(self.size) else 0.0

    def climb(self, chosen: list[int]) -> None:
        """From the plan that is furthest from those chosen, go on as long as the sum of distances grows.

        That sum is convex, so a step to the end of its direction never makes it smaller; the top reached is a local one.
        """
        start = self._next(chosen)
        if start is None:
            return
        levels = self.levels[start]
        for _ in range(_CLIMBS):
            before = sum(self.apart(levels, self.levels[n]) for n in chosen)
            moved = self.furthest("distance", sum((np.sign(levels - self.levels[n]) for n in chosen), np.zeros(len(self.size))))
            if moved is None or sum(self.apart(moved, self.levels[n]) for n in chosen) <= before * (1 + _NOTHING):
                return
            levels = moved

    def _next(self, chosen: list[int]) -> int | None:
        """The plan whose nearest chosen one is furthest away; None if none differs."""
        nearest = [min(self.apart(levels, self.levels[n]) for n in chosen) for levels in self.levels]
        place = int(np.argmax(nearest))
        return place if nearest[place] > _NOTHING else None

    def most_different(self, count: int) -> list[int]:
        """Places of the best plan and of up to so many others, each furthest from those before it."""
        chosen = [0]
        while len(chosen) <= count:
            self.climb(chosen)
            place = self._next(chosen)
            if place is None:
                break
            chosen.append(place)
        return chosen


def alternatives(
    program: Program, values: np.ndarray, within: float, groups: Groups, count: int = 6, seed: int = 1, options: Options | None = None
) -> Alternatives:
    """What all plans within a share of the best objective have in common, and those that differ most.

    Args:
        program: arrays with names.
        values: of every column in the best plan.
        within: share of the first objective that may be lost, such as 0.02.
        groups: by which plans are compared.
        count: so many plans beside the best.
        seed: of the random directions.
        options: how to solve.
    """
    arrays = arrays_of(program)
    best = float(np.sum(arrays.costs() * values))
    slack = within * abs(best)
    search = _Search(near_best(arrays, best, slack, program.objective_unit), groups, options)
    search.take("best", values)
    least, most = search.ends()
    search.hop_skip_jump()
    search.random(seed)
    chosen = search.most_different(count)
    products = pd.DataFrame(_products(search, least, most), columns=PRODUCTS)
    plans = pd.DataFrame(_plans(search, chosen, best, program.objective_unit), columns=PLANS)
    return Alternatives(products, plans, pd.DataFrame(_levels(search, chosen), columns=LEVELS), best, slack, len(search.found) - 1)


def _status(least: float, most: float, size: float) -> str:
    """Rounding of the solver grows with the size of a flow; nothing is judged against it."""
    if np.isnan(most) or np.isnan(least):
        return UNKNOWN
    return NEVER if most <= _NOTHING else MUST if least > _NOTHING * max(1.0, size) else MAY


def _products(search: _Search, least: np.ndarray, most: np.ndarray) -> Iterator[tuple[object, ...]]:
    lines = zip(search.groups.keys, search.levels[0], least, most, search.groups.units, search.size, strict=True)
    for key, value, low, high, unit, size in lines:
        yield (*key, value, low, high, unit, _status(low, high, size))


def _plans(search: _Search, chosen: list[int], best: float, unit: str) -> Iterator[tuple[object, ...]]:
    costs, sign = search.arrays.costs(), 1.0 if search.arrays.layout.senses[0] == "maximise" else -1.0
    for number, place in enumerate(chosen):
        objective = float(np.sum(costs * search.found[place]))
        loss = sign * (best - objective)
        distance = search.apart(search.levels[place], search.levels[0])
        share = loss / abs(best) if best else 0.0
        yield number, search.methods[place], objective, loss, share, unit, distance, infeasibility(search.arrays, search.found[place])


def _levels(search: _Search, chosen: list[int]) -> Iterator[tuple[object, ...]]:
    for number, place in enumerate(chosen):
        for key, value, best, size, unit in zip(search.groups.keys, search.levels[place], search.levels[0], search.size, search.groups.units, strict=True):
            yield (number, *key, value, best, value - best, (value - best) / size, unit)
