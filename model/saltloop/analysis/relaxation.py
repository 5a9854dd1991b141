"""What a rule, or a physical limit, would have to say for a plan to exist: in its own number and unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from saltloop.formulation.arrays import Arrays
from saltloop.formulation.case import Case
from saltloop.formulation.program import RULE
from saltloop.formulation.rules.rule import Rule
from saltloop.formulation.rules.target import Target
from saltloop.solve.elastic import Ask, Elastic, nearest

_STEPS, _SAME = 20, 1e-9


@dataclass(frozen=True)
class Relaxed:
    """One bound and what it would have to be.

    Args:
        row: position of its row.
        now: the number of the rule or limit.
        enough: the number nearest to it with which a plan exists; None if no number of this one alone is enough.
        unit: of both.
    """

    row: int
    now: float
    enough: float | None
    unit: str


def relaxed_alone(case: Case, arrays: Arrays, rows: Iterable[int], seconds: float = 10.0) -> tuple[Relaxed, ...]:
    """How far each row would have to give way if it alone did.

    Args:
        case: of the programme.
        arrays: an infeasible programme.
        rows: positions of rows, such as those of its conflict.
        seconds: limit for all of them.

    Returns:
        one entry a row, in the order given. For a target the ratio is exact: the largest (or smallest) that any plan reaches.
    """
    chosen = tuple(rows)
    elastic = Elastic(arrays, chosen, seconds)
    elastic.cheapest()  # a basis from which each of them alone is near
    return tuple(_relaxed(case, arrays, row, elastic.without(row)) for row in chosen)


def relaxed_together(case: Case, arrays: Arrays, rows: Iterable[int], seconds: float = 10.0) -> tuple[Relaxed, ...]:
    """A set of rows that is enough if all of them give way, small in shares of their bounds; empty if not even all are enough."""
    reached = Elastic(arrays, rows, seconds).cheapest().reached
    return tuple(Relaxed(row, *in_own_number(case, arrays, row, left)) for row, left in reached.items())


def _relaxed(case: Case, arrays: Arrays, row: int, ask: Ask) -> Relaxed:
    reached = nearest(ask, arrays, row)
    now, enough, unit = in_own_number(case, arrays, row, reached)
    rule = rule_of(case, arrays, row)
    if isinstance(rule, Target) and reached is not None:
        enough = best_ratio(case, arrays, rule, int(str(arrays.layout.rows[row][1][1])), ask)
    return Relaxed(row, now, enough, unit)


def in_own_number(case: Case, arrays: Arrays, row: int, reached: float | None) -> tuple[float, float | None, str]:
    """The number of a row and what it would be with another left side, in its unit; of a target the ratio alone."""
    lower, upper = (float(side[row]) for side in arrays.row_bounds)
    bound = upper if np.isfinite(upper) and (reached is None or reached > upper or not np.isfinite(lower)) else lower
    rule, unit = rule_of(case, arrays, row), arrays.layout.row_units[row]
    if rule is None:
        return bound, reached, unit
    year = int(str(arrays.layout.rows[row][1][1]))
    if isinstance(rule, Target):
        ratio = rule.numbers["ratio"].at(year) or 0.0
        return ratio, None, f"({rule.unit})/({_unit_of(case, rule.of)})"
    stated = rule.numbers["bound"].at(year) if "bound" in rule.numbers else 0.0
    now = bound if stated is None else stated
    return now, None if reached is None else now + reached - bound, rule.unit


def _unit_of(case: Case, account: str) -> str:
    units = dict(zip(case.pack.tables["accounts"]["account"], case.pack.tables["accounts"]["unit"], strict=True))
    return str(units[account])


def rule_of(case: Case, arrays: Arrays, row: int) -> Rule | None:
    """The rule that a row belongs to; None for a physical limit."""
    family, key = arrays.layout.rows[row]
    return next((r for r in case.choices.rules if r.name == key[0]), None) if family == RULE else None


def best_ratio(case: Case, arrays: Arrays, rule: Target, year: int, ask: Ask, largest: bool | None = None) -> float | None:
    """The largest or the smallest ratio that any plan reaches; if not said, the one that the target asks for.

    The ratio r is the best when no plan makes account a - r x account b positive; each plan that does gives a better r.
    Source: Dinkelbach, On Nonlinear Fractional Programming, Management Science 13 (1967).
    """
    columns = {key: n for n, (family, key) in enumerate(arrays.layout.columns) if family == "account"}
    upper, lower = np.zeros(arrays.layout.shape[1]), np.zeros(arrays.layout.shape[1])
    for site in rule.sites:
        upper[columns[rule.account, site, year]] = 1.0
        lower[columns[rule.of, site, year]] = 1.0
    outside = {(r["account"], r["area"], int(r["year"])): r["value"] for r in case.pack.rows("background")} if rule.background else {}
    above, below = (outside.get((account, rule.area, year), 0.0) for account in (rule.account, rule.of))
    sign = 1.0 if (rule.sense == "at_least" if largest is None else largest) else -1.0
    ratio = None
    weights = -lower  # the largest lower account, so that the first plan has a ratio
    for _ in range(_STEPS):
        plan = ask(weights)
        if plan is None and ratio is None:  # no end to the lower account: any ratio to begin with
            ratio = rule.numbers["ratio"].at(year) or 0.0
            plan = ask(-sign * (upper - ratio * lower))
        if plan is None:
            return None
        found = float(upper @ plan + above), float(lower @ plan + below)
        if found[1] <= 0:
            return ratio
        better = found[0] / found[1]
        if ratio is not None and abs(better - ratio) <= _SAME * (1 + abs(ratio)):
            return better
        ratio = better
        weights = -sign * (upper - ratio * lower)
    return ratio
