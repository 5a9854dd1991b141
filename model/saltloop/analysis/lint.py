"""Rules looked at before the solve: those that no plan can meet, those that say nothing, those that can never hold together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from saltloop.analysis.relaxation import best_ratio, in_own_number, rule_of
from saltloop.formulation.arrays import Arrays, arrays_of
from saltloop.formulation.case import Case
from saltloop.formulation.program import RULE, Program
from saltloop.formulation.rules.target import Target
from saltloop.solve.elastic import Elastic

COLUMNS = ["rule", "period", "finding", "with", "now", "least", "most", "unit", "place"]
_SAME = 1e-7


@dataclass(frozen=True)
class _Span:
    """How far the left side of a rule can go while no other rule holds, in the rule's own number."""

    now: float
    least: float
    most: float
    unit: str


def lint(case: Case, program: Program, seconds: float = 60.0) -> pd.DataFrame:
    """What can be said of the rules of a case before it is solved.

    Every rule is held against all that equipment, resources and markets allow while no other rule holds; then every pair that
    holds one by one is tried together.

    Args:
        case: of the programme.
        program: arrays with names.
        seconds: limit for all questions together.

    Returns:
        rule, period, finding (impossible: no plan meets it even alone; idle: no plan can break it, so it says nothing; met: the best plan
        without rules meets it already; clash: it holds alone, but not together with the rule in `with`; unknown: no answer in time), with,
        now (its number), least and most [unit] that
        any plan reaches without other rules, place (file and line). Rules that bound something sensible are not in it.
    """
    arrays = arrays_of(program)
    rows = [int(n) for n in np.flatnonzero(arrays.layout.rows_of(RULE))]
    if not rows:
        return pd.DataFrame(columns=COLUMNS)
    elastic = Elastic(arrays, rows, seconds)
    elastic.cheapest()
    found, best = [], _best(arrays, elastic)
    for row in rows:
        finding, span = _alone(case, arrays, elastic, row)
        if not finding and best is not None and _holds(arrays, row, best):
            finding = "met"
        if finding:
            found.append(_line(case, arrays, row, finding, "", span))
    impossible = {line["rule"] for line in found if line["finding"] == "impossible"}
    others = [row for row in rows if arrays.layout.rows[row][1][0] not in impossible]
    for one, other in combinations(others, 2):
        if elastic.clash([one, other]):
            span = _Span(in_own_number(case, arrays, one, None)[0], np.nan, np.nan, in_own_number(case, arrays, one, None)[2])
            found.append(_line(case, arrays, one, "clash", str(arrays.layout.rows[other][1][0]), span))
    clashing = {name for line in found if line["finding"] == "clash" for name in (line["rule"], line["with"])}
    kept = [line for line in found if line["finding"] != "met" or line["rule"] not in clashing]
    return pd.DataFrame(kept, columns=COLUMNS)


def _best(arrays: Arrays, elastic: Elastic) -> np.ndarray | None:
    """The best plan of the first objective without rules; None without an answer."""
    sign = -1.0 if arrays.layout.senses[0] == "maximise" else 1.0
    return elastic.without(*elastic.slacks)(sign * arrays.costs())


def _holds(arrays: Arrays, row: int, plan: np.ndarray) -> bool:
    """Whether a plan meets a row."""
    reached = float((arrays.matrix[[row]] @ plan)[0])
    lower, upper = (float(side[row]) for side in arrays.row_bounds)
    margin = _SAME * (1 + abs(reached))
    return lower - margin <= reached <= upper + margin


def _line(case: Case, arrays: Arrays, row: int, finding: str, other: str, span: _Span) -> dict[str, object]:
    name, period = arrays.layout.rows[row][1]
    rule = rule_of(case, arrays, row)
    place = "" if rule is None else str(rule.place)
    return {
        "rule": name,
        "period": period,
        "finding": finding,
        "with": other,
        "now": span.now,
        "least": span.least,
        "most": span.most,
        "unit": span.unit,
        "place": place,
    }


def _alone(case: Case, arrays: Arrays, elastic: Elastic, row: int) -> tuple[str, _Span]:
    """What is to be said of a rule by itself, and how far its left side can go."""
    span = _span(case, arrays, elastic, row)
    lower, upper = (bool(np.isfinite(side[row])) for side in arrays.row_bounds)
    margin = _SAME * (1 + abs(span.now))
    if np.isnan(span.least) or np.isnan(span.most):
        return "unknown", span
    if (upper and span.least > span.now + margin) or (lower and span.most < span.now - margin):
        return "impossible", span
    is_idle = (not upper or span.most <= span.now + margin) and (not lower or span.least >= span.now - margin)
    return ("idle" if is_idle else ""), span


def _span(case: Case, arrays: Arrays, elastic: Elastic, row: int) -> _Span:
    """The least and the most that any plan reaches without rules."""
    rule, weights = rule_of(case, arrays, row), arrays.matrix[[row]].toarray()[0]
    now, _, unit = in_own_number(case, arrays, row, None)
    ends = []
    for largest in (False, True):
        ask = elastic.without(*elastic.slacks)
        if isinstance(rule, Target):
            end = best_ratio(case, arrays, rule, int(str(arrays.layout.rows[row][1][1])), ask, largest)
        else:
            plan = ask(-weights if largest else weights)
            end = None if plan is None else in_own_number(case, arrays, row, float(weights @ plan))[1]
        if end is None:
            end = (np.inf if largest else -np.inf) if elastic.status == "unbounded" else np.nan
        ends.append(end)
    return _Span(now, ends[0], ends[1], unit)
