"""From where the simplex method starts: which columns and rows are basic, and at which bound the others are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from saltloop.solve.lean import Reduced
from saltloop.solve.reduce.form import Statuses


@dataclass(frozen=True, eq=False)
class Basis:
    """Which columns and rows are basic, and at which bound the others are.

    Args:
        own: HiGHS's own object.
        reduced: the case whose lean programme it is of; None: of a whole one.
    """

    own: Any
    reduced: Reduced | None = None

    def packed(self) -> tuple[np.ndarray, np.ndarray]:
        """Of the whole case HiGHS's number of the status of columns and of rows, as small integers: 0 lower, 1 basic, 2 upper, 3 zero, 4 nonbasic."""
        found = Statuses(*(np.fromiter(map(int, side), dtype=np.uint8, count=len(side)) for side in (self.own.col_status, self.own.row_status)))
        found = found if self.reduced is None else self.reduced.full_basis(found)
        return found.columns, found.rows

    @property
    def whole(self) -> Any:
        """HiGHS's own object of the whole case."""
        return self.own if self.reduced is None or not self.reduced.lean.steps else Basis.of(*self.packed()).own

    @staticmethod
    def of(columns: np.ndarray, rows: np.ndarray, alien: bool = False) -> Basis:
        """The basis of packed statuses of a whole case.

        Args:
            columns: status of each.
            rows: status of each.
            alien: whether HiGHS has to look which columns and rows can be basic together.
        """
        basis, known = highspy.HighsBasis(), {n: highspy.HighsBasisStatus(n) for n in range(5)}
        basis.col_status, basis.row_status = ([known[n] for n in side.tolist()] for side in (columns, rows))
        basis.valid, basis.alien = True, alien
        return Basis(basis)
