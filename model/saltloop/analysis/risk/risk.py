"""What uncertainty costs: plans for several states at once, their values in each state, what knowing more would be worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from saltloop.analysis.batch.engine import variation_of
from saltloop.analysis.risk.extensive import EXPECTED, FIRST, Measure, extensive_form
from saltloop.data.read import nearest
from saltloop.errors import STOPPED, InputError, Place, SolveError, message
from saltloop.formulation.arrays import Arrays, on_one_layout, same_structure
from saltloop.formulation.case import Case
from saltloop.formulation.tables import Member
from saltloop.scenario.study import Study
from saltloop.solve.highs import Options
from saltloop.solve.warm import Outcome, Warm

SEVERAL_OPTIONS = message(
    "R150",
    ("the study has {count} options; a plan under risk is made for one", "研究有 {count} 个选项；风险规划须针对其中一个"),
    ("name one with --option: {known}.{hint}", "请用 --option 指定：{known}。{hint}"),
)
NO_STATE = message(
    "R151",
    ("there is no state '{name}'", "没有状态“{name}”"),
    ("states: {known}.{hint}", "状态：{known}。{hint}"),
)
BAD_CHANCES = message(
    "R152",
    ("the chances of the states come to {total:g}", "各状态概率之和为 {total:g}"),
    (
        "chances that are given must be positive and come to 1, or to less if some states have none given",
        "给出的概率须为正，且合计为 1；若有状态未给出，则合计须小于 1",
    ),
)
OTHER_STRUCTURE = message(
    "R153",
    ("state '{name}' has other rows or columns than '{first}'", "状态“{name}”与“{first}”的行列不同"),
    (
        "let states differ in prices, limits and coefficients only; what adds or removes plants or rules is an option",
        "状态只能改变价格、限额与系数；增减装置或规则的应作为选项",
    ),
)
STOCHASTIC, MEAN = "*", "mean"
_ROOM = 1e-9
# Differences of objectives below this share of them come of that room and of rounding.
_EQUAL = 1e-8


@dataclass(frozen=True)
class Risk:
    """Plans under risk and what they do.

    Args:
        values: plan, state, chance, objective (nan: no operation is possible), regret, plants_at_loss [share of plants],
            capital_at_loss [share of their capital]. Plan `*` is that of the measure, `mean` that of the mean of all states, any other that of the state.
        plans: plan, measure, expected, worst, largest_regret.
        capacities: plan, what (new_capacity or retired_capacity), site, equipment, period, value, unit.
        recourse, known, mean_plan: measure of the plan under risk; of plans made when the state is known; of the mean's plan.
        solution_value: what planning for all states gains over planning for their mean (VSS).
        information_value: what knowing the state beforehand would gain (EVPI).
        unit: of the objective.
        higher: whether more is better.
        measure: what was optimised.
    """

    values: pd.DataFrame
    plans: pd.DataFrame
    capacities: pd.DataFrame
    recourse: float
    known: float
    mean_plan: float
    solution_value: float
    information_value: float
    unit: str
    higher: bool
    measure: Measure


def risk_of_study(study: Study, measure: Measure, option: str | None = None, chances: Mapping[str, float] | None = None) -> Risk:
    """The states of a study, planned for together.

    Args:
        study: its states are the states of the world.
        measure: what is optimised.
        option: the one that is planned for; None: the only one.
        chances: by name of the state; the rest of 1 is shared equally by those that are not given.

    Raises:
        InputError: R150 to R153.
        SolveError: no plan holds in all states.
    """
    place, options = Place(str(study.path)), [study.options.name(n) for n in range(len(study.options))]
    if (option is None and len(options) > 1) or (option is not None and option not in options):
        raise InputError(SEVERAL_OPTIONS.at(place, count=len(options), known=", ".join(options), hint=nearest(option or "", options)))
    chosen = study.options.values(options.index(option) if option else 0)
    names = [study.states.name(n) for n in range(len(study.states))]
    variation = variation_of(study, len(names))
    cases = [{**chosen, **study.states.values(n)} for n in range(len(names))]
    arrays = [variation.arrays(values) for values in cases]
    for name, each in zip(names, arrays, strict=True):
        if not same_structure(arrays[0], each):
            raise InputError(OTHER_STRUCTURE.at(place, name=name, first=names[0]))
    built = variation.build(cases[0])
    return risk(dict(zip(names, arrays, strict=True)), _chances(names, chances or {}, place), measure, built.case, built.program.objective_unit)


def _chances(names: Sequence[str], given: Mapping[str, float], place: Place) -> np.ndarray:
    for name in given:
        if name not in names:
            raise InputError(NO_STATE.at(place, name=name, known=", ".join(names), hint=nearest(name, list(names))))
    total, others = sum(given.values()), len(names) - len(given)
    if min(given.values(), default=1.0) <= 0 or (abs(total - 1) > 1e-9 if not others else total >= 1):
        raise InputError(BAD_CHANCES.at(place, total=total))
    return np.array([given.get(name, (1 - total) / max(others, 1)) for name in names])


def risk(states: Mapping[str, Arrays], chances: np.ndarray, measure: Measure, case: Case, unit: str) -> Risk:
    """Plan for several states at once, and compare with the plans made for each and for their mean.

    Args:
        states: programmes of one structure by name.
        chances: probability of each state.
        measure: what is optimised.
        case: of one of them: names equipment and its capital.
        unit: of the objective.

    Raises:
        SolveError: no plan holds in all states.
    """
    names, arrays = list(states), list(on_one_layout(states.values()))
    layout = arrays[0].layout
    higher = layout.senses[0] == "maximise"
    whole = extensive_form(arrays, chances, measure)
    warm = Warm(arrays[0], Options(ranging=False))
    decided = {STOCHASTIC: whole.decided(_together(arrays, chances, measure, whole.arrays).values)}
    # The mean of the programmes: a bound that is infinite in one state is so in the mean.
    mean = Arrays(layout, np.sum([chance * each.numbers for chance, each in zip(chances, arrays, strict=True)], axis=0))
    for name, each in ((MEAN, mean), *zip(names, arrays, strict=True)):
        decided[name] = _optimal(_solve(warm, each)).values[whole.first]
    plants = _Plants(case, arrays[0])
    rows, values = [], dict[str, np.ndarray]()
    for plan, first in decided.items():
        outcomes = [_solve(warm, _held(each, whole.first, first)) for each in arrays]
        values[plan] = np.array([o.objectives[0] if o.status == "optimal" else np.nan for o in outcomes])
        rows += [(plan, name, float(chance), value, *plants.at_loss(o)) for name, chance, value, o in zip(names, chances, values[plan], outcomes, strict=True)]
    best = np.array([values[name][n] for n, name in enumerate(names)])
    frame = pd.DataFrame(rows, columns=["plan", "state", "chance", "objective", "plants_at_loss", "capital_at_loss"])
    sign = 1 if higher else -1
    frame.insert(4, "regret", np.concatenate([_gains(best, values[plan], sign) for plan in decided]))
    recourse, known, meant = (measure.of(v, chances, higher) for v in (values[STOCHASTIC], best, values[MEAN]))
    solution_value, information_value = float(_gains(recourse, meant, sign)), float(_gains(known, recourse, sign))
    summary = _summary(values, best, chances, measure, sign)
    capacities = _capacities(decided, arrays[0], whole.first, case)
    return Risk(frame, summary, capacities, recourse, known, meant, solution_value, information_value, unit, higher, measure)


def _gains(better: np.ndarray | float, than: np.ndarray | float, sign: int) -> np.ndarray:
    """What one value has over another; nothing where they differ by rounding only."""
    apart = sign * (np.asarray(better) - np.asarray(than))
    return np.where(np.abs(apart) <= _EQUAL * np.abs(better), 0.0, apart)


def _summary(values: Mapping[str, np.ndarray], best: np.ndarray, chances: np.ndarray, measure: Measure, sign: int) -> pd.DataFrame:
    rows = [
        (
            plan,
            measure.of(v, chances, sign > 0),
            Measure().of(v, chances, sign > 0),
            Measure("worst").of(v, chances, sign > 0),
            float(np.max(_gains(best, v, sign))) if not np.isnan(v).any() else float("nan"),
        )
        for plan, v in values.items()
    ]
    return pd.DataFrame(rows, columns=["plan", "measure", "expected", "worst", "largest_regret"])


def _together(states: Sequence[Arrays], chances: np.ndarray, measure: Measure, wanted: Arrays) -> Outcome:
    """The plan for all states: that of the expected value, which is found soonest, then from its basis that of another measure."""
    if measure.kind == EXPECTED:
        return _optimal(Warm(wanted, Options(ranging=False)).solve())
    warm = Warm(extensive_form(states, chances, Measure()).arrays, Options(ranging=False))
    warm.solve()
    # Measures differ in costs alone.
    warm.change(Arrays(warm.arrays.layout, wanted.numbers))
    return _optimal(warm.solve())


def _solve(warm: Warm, arrays: Arrays) -> Outcome:
    warm.change(arrays)
    return warm.solve()


def _optimal(outcome: Outcome) -> Outcome:
    if outcome.status != "optimal":
        word = outcome.message or outcome.status
        raise SolveError(STOPPED, lambda language: f"no plan for all states together: {word}" if language != "zh" else f"各状态没有共同的可行方案：{word}")
    return outcome


def _held(arrays: Arrays, first: np.ndarray, values: np.ndarray) -> Arrays:
    """The programme with what was decided first held; a hair of room, so that rounding takes no plan away."""
    numbers, kept = arrays.numbers.copy(), np.maximum(values, 0.0)
    numbers[arrays.layout.parts["column_lower"].start + first] = kept * (1 - _ROOM)
    numbers[arrays.layout.parts["column_upper"].start + first] = kept
    return Arrays(arrays.layout, numbers)


def _capacities(decided: Mapping[str, np.ndarray], arrays: Arrays, first: np.ndarray, case: Case) -> pd.DataFrame:
    found: dict[tuple[Member, ...], float] = defaultdict(float)
    for plan, values in decided.items():
        for position, value in zip(first.tolist(), values.tolist(), strict=True):
            family, (site, equipment, _, period) = arrays.layout.columns[position]
            if value > 1e-9:
                found[plan, family, site, equipment, period] += value
    rows = [(*key, value, case.equipment_unit[str(key[3])]) for key, value in found.items()]
    return pd.DataFrame(rows, columns=["plan", "what", "site", "equipment", "period", "value", "unit"])


class _Plants:
    """The plants that stand, and which of them lose money: those of which one more unit would take from the objective."""

    def __init__(self, case: Case, arrays: Arrays) -> None:
        known = {key: n for n, key in enumerate(arrays.layout.columns) if key[0] == "capacity"}
        rows = [(n, key) for n, (family, key) in enumerate(arrays.layout.rows) if family == "capacity_stock"]
        self.rows = np.array([n for n, _ in rows], dtype=np.intp)
        self.columns = np.array([known["capacity", key] for _, key in rows], dtype=np.intp)
        self.capital = np.array([case.factor("equipment", str(key[1]), "capital_cost") or 0.0 for _, key in rows])
        self.worth = 1.0 if arrays.layout.senses[0] == "maximise" else -1.0

    def at_loss(self, outcome: Outcome) -> tuple[float, float]:
        """Share of the plants that stand, and of their capital, that lose money; nan without a plan."""
        if outcome.status != "optimal":
            return float("nan"), float("nan")
        standing = outcome.values[self.columns]
        here = standing > 1e-9
        loses = here & (self.worth * outcome.duals[self.rows] < -1e-9)
        capital = standing * self.capital
        total = float(capital[here].sum())
        return float(loses.sum()) / max(int(here.sum()), 1), float(capital[loses].sum()) / total if total else float("nan")


__all__ = ["FIRST", "MEAN", "STOCHASTIC", "Measure", "Risk", "risk", "risk_of_study"]
