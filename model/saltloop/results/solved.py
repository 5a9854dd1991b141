"""A case, its programme and its solution together: what every table of a run is made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from saltloop.formulation.case import Case
from saltloop.formulation.indices import VARIABLES, Key
from saltloop.formulation.program import EQUATIONS, RULE, Program
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
        chosen = self.program.columns.index[self.program.columns["family"] == name].to_numpy()
        frame = _key_frame(self.program.columns["key"].iloc[chosen].tolist(), VARIABLES[name][0])
        return frame.assign(
            value=self.solution.values[chosen],
            reduced_cost=self.solution.reduced_costs[chosen],
            unit=self.program.columns["unit"].to_numpy()[chosen],
            position=chosen,
        )

    def _equation(self, name: str) -> pd.DataFrame:
        over = ("rule", "period") if name == RULE else next(e.over for e in EQUATIONS if e.name == name)
        rows = self.program.rows
        chosen = rows.index[rows["family"] == name].to_numpy()
        frame = _key_frame(rows["key"].iloc[chosen].tolist(), over)
        s = self.solution
        return frame.assign(
            activity=s.activity[chosen],
            lower=rows["lower"].to_numpy()[chosen],
            upper=rows["upper"].to_numpy()[chosen],
            dual=s.duals[chosen],
            range_from=s.ranging.row_from[chosen],
            range_to=s.ranging.row_to[chosen],
            unit=rows["unit"].to_numpy()[chosen],
            position=chosen,
        )


def _key_frame(keys: list[Key], names: tuple[str, ...]) -> pd.DataFrame:
    """Keys as columns; names stay Python strings, which costs less than turning them into Arrow and back."""
    columns = list(zip(*keys, strict=True)) if keys else [()] * len(names)
    return pd.DataFrame({name: pd.Series(values, dtype="int64" if name in ("period", "tier") else object) for name, values in zip(names, columns, strict=True)})


def per(money: str, unit: str) -> str:
    """Unit of a dual: objective unit per unit of the row; (t/a)*a is t."""
    plain = unit.removeprefix("(").replace("/a)*a", "").replace(")*a", "*a")
    return f"{money}/({plain})" if "/" in plain or "*" in plain else f"{money}/{plain}"


def sums(frame: pd.DataFrame, by: list[str], column: str = "value") -> dict[tuple[Any, ...], float]:
    """Sums of a column by key, in the order met; keys are always tuples."""
    grouped = frame.groupby(by, sort=False)[column].sum()
    return {key if isinstance(key, tuple) else (key,): float(value) for key, value in grouped.items()}
