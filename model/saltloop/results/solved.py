"""A case, its programme and its solution together: what every table of a run is made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from saltloop.formulation.case import Case
from saltloop.formulation.program import Program
from saltloop.formulation.terms import Terms
from saltloop.solve.solution import Solution

THRESHOLD = 1e-9


@dataclass(frozen=True)
class Solved:
    """A case, its programme and its solution: what the tables are made from."""

    case: Case
    terms: Terms
    program: Program
    solution: Solution
    _made: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    def family(self, name: str) -> pd.DataFrame:
        """Columns of one family with their indices as columns, value, reduced_cost, unit and `position`; not to be changed."""
        if name not in self._made:
            self._made[name] = self._family(name)
        return self._made[name]

    def equation(self, name: str) -> pd.DataFrame:
        """Rows of one family with their indices as columns, activity, bounds, dual, its range, unit and `position`; not to be changed."""
        if f"rows of {name}" not in self._made:
            self._made[f"rows of {name}"] = self._equation(name)
        return self._made[f"rows of {name}"]

    def _family(self, name: str) -> pd.DataFrame:
        lines, chosen = self.program.across.family(name), self.program.across.span(name)
        return lines.table(
            value=self.solution.values[chosen],
            reduced_cost=self.solution.reduced_costs[chosen],
            unit=lines.units(),
            position=np.arange(chosen.start, chosen.stop),
        )

    def _equation(self, name: str) -> pd.DataFrame:
        down, s = self.program.down, self.solution
        lines, chosen = down.family(name), down.span(name)
        return lines.table(
            activity=s.activity[chosen],
            lower=down.lower[chosen],
            upper=down.upper[chosen],
            dual=s.duals[chosen],
            range_from=s.ranging.row_from[chosen],
            range_to=s.ranging.row_to[chosen],
            unit=lines.units(),
            position=np.arange(chosen.start, chosen.stop),
        )


@cache
def per(money: str, unit: str) -> str:
    """Unit of a dual: objective unit per unit of the row; (t/a)*a is t."""
    plain = unit.removeprefix("(").replace("/a)*a", "").replace(")*a", "*a")
    return f"{money}/({plain})" if "/" in plain or "*" in plain else f"{money}/{plain}"


def sums(frame: pd.DataFrame, by: list[str], column: str = "value") -> dict[tuple[Any, ...], float]:
    """Sums of a column by key, in the order met; keys are always tuples."""
    # Numbered here, since pandas makes categories of each part of the key first.
    number: dict[tuple[Any, ...], int] = {}
    numbers = [number.setdefault(key, len(number)) for key in zip(*(frame[name].tolist() for name in by), strict=True)]
    return dict(zip(number, frame[column].groupby(np.array(numbers, dtype=int)).sum().astype(float).tolist(), strict=True))
