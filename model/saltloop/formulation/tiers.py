"""Charges in tiers and what pulls them up: a linear plan fills cheap tiers first only as long as nothing gains by what is paid."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

from saltloop.errors import InputError, Place, Problems, Words, message
from saltloop.formulation.case import Case
from saltloop.formulation.lines import Lines
from saltloop.formulation.rules.charge import Charge

PULLED_UP = message(
    "M325",
    (
        "charge '{rule}' has tiers, but {what} gains by what is paid: a plan would pay the dear tier before the cheap one",
        "收费“{rule}”分档，而{what}因多付款而获益：方案会先付高价档而不是低价档",
    ),
    (
        "give the charge one price, or maximise and require accounts that its money does not raise",
        "请改为单一价格，或改用不因该收费而增加的账户作为目标与要求",
    ),
)
_FELT = 1e-9
Stages = tuple[tuple[str, np.ndarray], ...]


def check_tiers(case: Case, across: Lines, down: Lines, matrix: sparse.csr_array, stages: Stages) -> None:
    """Refuse charges whose tiers would be paid in the wrong order.

    Args:
        case: with its rules.
        across: columns.
        down: rows.
        matrix: rows by columns.
        stages: sense and costs of each objective.

    Raises:
        InputError: M325, with every charge and what pulls it up.
    """
    charges = [rule for rule in case.choices.rules if isinstance(rule, Charge) and len(rule.tiers) > 1]
    problems = Problems()
    for charge in charges:
        for year in charge.periods:
            shift = _shift(charge, year, across, down, matrix)
            for what in _pulled_by(shift, across, down, matrix, stages):
                problems.add(PULLED_UP.at(charge.place or Place(), rule=charge.name, what=what))
    if problems.errors:
        raise InputError(problems)


def _shift(charge: Charge, year: int, across: Lines, down: Lines, matrix: sparse.csr_array) -> np.ndarray:
    """How all accounts move where one unit is paid in the last tier instead of the first: it moves no flow."""
    place = {key: n for n, key in enumerate(across.family("charged").keys)}
    first, last = (place[charge.name, k, charge.sites[0], year] for k in (charge.tiers[0], charge.tiers[-1]))
    rows = matrix[down.span("account_definition")].tocsc()
    paid = rows[:, [across.span("charged").start + last]] - rows[:, [across.span("charged").start + first]]
    found: np.ndarray = spsolve(rows[:, across.span("account")].tocsc(), -paid.toarray().ravel())
    return found


def _pulled_by(shift: np.ndarray, across: Lines, down: Lines, matrix: sparse.csr_array, stages: Stages) -> Iterator[Words]:
    """What gains by the shift: objectives, and rules that it brings nearer to what they ask."""
    for sense, costs in stages:
        gain = float(costs[across.span("account")] @ shift) * (1 if sense == "maximise" else -1)
        if gain > _FELT:
            yield Words("the objective", "目标函数")
    span = down.span("rule")
    moved = matrix[span][:, across.span("account")] @ shift
    helped = ((moved > _FELT) & np.isfinite(down.lower[span])) | ((moved < -_FELT) & np.isfinite(down.upper[span]))
    for name in dict.fromkeys(str(key[0]) for key, helps in zip(down.family("rule").keys, helped, strict=True) if helps):
        yield Words(f"rule '{name}'", f"规则“{name}”")
