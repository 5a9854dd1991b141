"""Charges in tiers and what pulls them up: a linear plan fills cheap tiers first only as long as nothing gains by what is paid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from saltloop.errors import Place, Problems, Words, message
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
# What is wanted, in words, and how much of it each column brings.
Wanted = tuple[Words, np.ndarray]


@dataclass(frozen=True)
class _Shifts:
    """How accounts move where one unit is paid in the last tier of a charge instead of the first, which moves no flow.

    Args:
        charges: of each shift; a charge has one for each of its sites and periods.
        moved: accounts (all rows) by shifts, most of which move few accounts.
    """

    charges: tuple[Charge, ...]
    moved: sparse.csc_array

    def refuse(self, found: Iterable[tuple[Words, np.ndarray]]) -> None:
        """Tell every charge that something gains by.

        Args:
            found: what may gain, and how much it gains by each shift.

        Raises:
            InputError: M325.
        """
        problems = Problems()
        for what, gains in found:
            for charge in {(own := self.charges[n]).name: own for n in np.flatnonzero(gains > _FELT)}.values():
                problems.add(PULLED_UP.at(charge.place or Place(), rule=charge.name, what=what))
        problems.stop_if_any()


def check_tiers(case: Case, across: Lines, down: Lines, matrix: sparse.csr_array, stages: Iterable[tuple[str, np.ndarray]]) -> None:
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
    shifts = _shifts(case, across, down, matrix)
    if shifts is not None:
        objectives = ((Words("the objective", "目标函数"), costs if sense == "maximise" else -costs) for sense, costs in stages)
        shifts.refuse([*_gained(objectives, across, shifts), *_helped(across, down, matrix, shifts)])


def check_wanted(case: Case, across: Lines, down: Lines, matrix: sparse.csr_array, several: Iterable[Wanted]) -> None:
    """Refuse charges in tiers where something else than the objective is driven to its best.

    Args:
        case: with its rules.
        across: columns.
        down: rows.
        matrix: rows by columns.
        several: what is driven.

    Raises:
        InputError: M325.
    """
    shifts = _shifts(case, across, down, matrix)
    if shifts is not None:
        shifts.refuse(_gained(several, across, shifts))


def _shifts(case: Case, across: Lines, down: Lines, matrix: sparse.csr_array) -> _Shifts | None:
    """The shifts of all charges in tiers; None if there is no such charge."""
    charges = [rule for rule in case.choices.rules if isinstance(rule, Charge) and len(rule.tiers) > 1]
    several = [(charge, site, year) for charge in charges for site in charge.sites for year in charge.periods]
    if not several:
        return None
    place = {key: n for n, key in enumerate(across.family("charged").keys)}
    first, last = ([place[charge.name, charge.tiers[end], site, year] for charge, site, year in several] for end in (0, -1))
    rows = matrix[down.span("account_definition")].tocsc()
    charged, accounts = rows[:, across.span("charged")], rows[:, across.span("account")]
    passed_on = sparse.eye_array(accounts.shape[0], format="csc") - accounts
    moved = step = charged[:, first] - charged[:, last]
    # No account is made of itself, so the last one is reached.
    while step.nnz:
        step = passed_on @ step
        step.eliminate_zeros()
        moved = moved + step
    return _Shifts(tuple(charge for charge, _, _ in several), moved)


def _gained(several: Iterable[Wanted], across: Lines, shifts: _Shifts) -> Iterator[tuple[Words, np.ndarray]]:
    """What is wanted with its gain by each shift."""
    for what, weights in several:
        yield what, weights[across.span("account")] @ shifts.moved


def _helped(across: Lines, down: Lines, matrix: sparse.csr_array, shifts: _Shifts) -> Iterator[tuple[Words, np.ndarray]]:
    """Rules with how much nearer each shift brings them to what they ask, or how much more a fund may pay."""
    for family in ("rule", "grant_limit"):
        span = down.span(family)
        moved = (matrix[span][:, across.span("account")] @ shifts.moved).toarray()
        up, low = (np.isfinite(side[span])[:, None] for side in (down.upper, down.lower))
        gains = np.maximum(np.where(low, moved, 0.0), np.where(up, -moved, 0.0))
        for key, own in zip(down.family(family).keys, gains, strict=True):
            yield Words(f"rule '{key[0]}'", f"规则“{key[0]}”"), own
