"""The table of contents: which equations there are, in which order, and how they become arrays.

`compile_program` runs every rule once with templates for its indices and writes it for all of them as arrays; `pyomo_model` gives
the same programme as an ordinary Pyomo model, for users who extend it and as the reference of the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import sparse

from saltloop.formulation.balance import balance
from saltloop.formulation.capacity import build_limit, capacity_limit, capacity_stock, minimum_load, retirement_limit
from saltloop.formulation.case import Case
from saltloop.formulation.choices import Stage
from saltloop.formulation.draw import draw_limit, evaporation_limit, stock_limit
from saltloop.formulation.equation import Equation
from saltloop.formulation.expand import Expansion, Part, Rows, stacked
from saltloop.formulation.indices import QUERIED, VARIABLES, Indices, indices
from saltloop.formulation.land import land_limit
from saltloop.formulation.ledger import account_definition, charge_base, charge_tier, grant_limit
from saltloop.formulation.lines import FamilyOfLines, Lines, lines_of, name_of
from saltloop.formulation.links import link_limit
from saltloop.formulation.markets import demand_served, disposal_limit, purchase_tier, sales_tier
from saltloop.formulation.numbers import numbers_of, unit_reader, units_of
from saltloop.formulation.storage import storage_level, storage_rate, storage_size
from saltloop.formulation.tables import Family, Key, tables
from saltloop.formulation.templates import Names, Template, read_row
from saltloop.formulation.terms import Terms, ledger_terms
from saltloop.formulation.tiers import check_tiers
from saltloop.formulation.written import Written

__all__ = ["EQUATIONS", "RULE", "Program", "compile_program", "name_of", "period_weights", "pyomo_model"]

EQUATIONS: tuple[Equation, ...] = (
    balance,
    capacity_limit,
    minimum_load,
    capacity_stock,
    build_limit,
    retirement_limit,
    draw_limit,
    stock_limit,
    evaporation_limit,
    land_limit,
    link_limit,
    storage_level,
    storage_size,
    storage_rate,
    sales_tier,
    purchase_tier,
    demand_served,
    disposal_limit,
    account_definition,
    charge_base,
    charge_tier,
    grant_limit,
)
RULE = "rule"


@dataclass(frozen=True)
class Program:
    """A linear programme as arrays, every row and column with its name and unit.

    Args:
        across: the columns: bounds as arrays, names on demand.
        down: the rows, likewise.
        matrix: rows by columns.
        stages: objectives in order: sense and coefficient of every column.
        objective_unit: unit of the first stage.
    """

    across: Lines
    down: Lines
    matrix: sparse.csr_array
    stages: tuple[tuple[str, np.ndarray], ...]
    objective_unit: str

    @classmethod
    def of_frames(
        cls, columns: pd.DataFrame, rows: pd.DataFrame, matrix: sparse.csr_array, stages: tuple[tuple[str, np.ndarray], ...], objective_unit: str
    ) -> Program:
        """A programme from frames with a line per column and per row: family, key (tuple), unit, lower, upper."""
        return cls(lines_of(columns), lines_of(rows), matrix, stages, objective_unit)

    @property
    def columns(self) -> pd.DataFrame:
        """One line per column: family, key (tuple), unit, lower, upper; made when first asked for, not to be changed."""
        return self.across.frame

    @property
    def rows(self) -> pd.DataFrame:
        """One line per row: family, key (tuple), unit, lower, upper; made when first asked for, not to be changed."""
        return self.down.frame

    def tables(self, columns: Mapping[str, np.ndarray], rows: Mapping[str, np.ndarray]) -> tuple[pa.Table, pa.Table]:
        """Name, family[key,key,...], unit, lower and upper of every column and of every row, and more about them by name.

        Both together, since columns and rows share most of their texts.
        """
        texts = Written([*self.across.filled(), *self.down.filled()])
        names, units, n = texts.names(), texts.units(), len(self.across)

        def table(lines: Lines, part: slice, more: Mapping[str, np.ndarray]) -> pa.Table:
            return pa.table({"name": names[part], "unit": units[part], "lower": lines.lower, "upper": lines.upper, **more})

        return table(self.across, slice(n), columns), table(self.down, slice(n, None), rows)

    @cached_property
    def _places(self) -> dict[tuple[str, bool], pd.Series]:
        return {}

    def position(self, family: str, rows: bool = False) -> pd.Series:
        """Positions of a family by key."""
        if (family, rows) not in self._places:
            frame, span = (self.rows, self.down.span(family)) if rows else (self.columns, self.across.span(family))
            self._places[family, rows] = pd.Series(np.arange(span.start, span.stop), index=pd.Index(frame["key"][span], tupleize_cols=False))
        return self._places[family, rows]


def period_weights(case: Case) -> dict[int, float]:
    """Years that a period stands for, discounted to the first; 1 for a single period."""
    if len(case.years) == 1:
        return {case.years[0]: 1.0}
    first, rate = case.years[0], case.choices.discount_rate
    return {y: span * (1 + rate) ** (first - y) for y, span in case.choices.periods}


def bounds_of(family: str, case: Case) -> Callable[[Key], tuple[float | None, float | None]]:
    """Bounds of a variable by key: an account is free, so is the first tier of a charge; a must-serve demand has no unmet part."""
    if family == "charged":
        funds = {i.name for i in case.choices.rules if i.charged_accounts}
        return lambda key: (None if key[1] == 1 and key[0] not in funds else 0.0, None)
    if family == "unmet":
        return lambda key: (0.0, 0.0 if case.demand[key[:4]][1] is None else None)  # type: ignore[index]
    return lambda _: (None, None) if family == "account" else (0.0, None)


def pyomo_model(case: Case, terms: Terms | None = None) -> Any:
    """An ordinary Pyomo model of the whole programme, its first objective active.

    Args:
        case: what the equations need.
        terms: coefficients of the accounts; computed if absent.
    """
    from saltloop.formulation.reference import plain_model

    return plain_model(case, ledger_terms(case) if terms is None else terms)


@cache
def _names(numbers: tuple[str, ...]) -> Names:
    return Names(tuple(VARIABLES), tuple((name, length) for name, (_, _, length) in QUERIED.items()), numbers)


@cache
def _template(each: Equation, names: Names) -> Template:
    """The row of an equation; read once, since it holds for every case."""
    return read_row(each.name, each.rule, len(each.over), names)


def _columns(case: Case, found: Indices, families: dict[str, Family], units: dict[str, dict[str, str]]) -> Lines:
    own = tuple(
        FamilyOfLines(name, over, found.variables[name], case.steps.names, *unit_reader(unit, over, units), families[name])
        for name, (over, unit) in VARIABLES.items()
    )
    sides: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for each in own:
        bounds, count = bounds_of(each.name, case), np.where(families[each.name].timed, len(case.steps), 1)
        pairs = [bounds(key) for key in each.keys]
        for side, missing, n in ((sides[0], -np.inf, 0), (sides[1], np.inf, 1)):
            values = np.fromiter((missing if pair[n] is None else pair[n] for pair in pairs), dtype=float, count=len(pairs))
            side.append(np.repeat(values, count))
    return Lines(own, np.concatenate(sides[0]), np.concatenate(sides[1]))


def compile_program(case: Case, terms: Terms | None = None) -> Program:
    """The programme as arrays, in the order of EQUATIONS and VARIABLES.

    Args:
        case: what the equations need.
        terms: coefficients of the accounts; computed if absent.

    Raises:
        InputError: M350, an equation or rule that does not hold one row for all its indices; M325, tiers that would be paid in the wrong order.
    """
    terms = ledger_terms(case) if terms is None else terms
    found = indices(case, terms)
    numbers = numbers_of(case, terms, found)
    members = {name: (found.members[name], length) for name, (_, _, length) in QUERIED.items()}
    labels, families, sets, values = tables(case.steps, found.variables, members, numbers)
    first = np.cumsum([0, *(family.size for family in families.values())])
    placed = {name: (int(start), family) for (name, family), start in zip(families.items(), first, strict=False)}
    space = Expansion(case.steps, labels, placed, sets, values, int(first[-1]))
    units = units_of(case)
    across = _columns(case, found, families, units)
    rows, down = _rows(case, found, space, _names(tuple(numbers)), units)
    stages = tuple((stage.sense, _costs(case, stage, across)) for stage in case.choices.objective)
    unit = units["account"][case.choices.objective[0].weights[0][0]]
    program = Program(across, Lines(down, rows.lower, rows.upper), rows.matrix, stages, unit)
    check_tiers(case, program.across, program.down, program.matrix, program.stages)
    return program


def _rows(case: Case, found: Indices, space: Expansion, names: Names, units: dict[str, dict[str, str]]) -> tuple[Rows, tuple[FamilyOfLines, ...]]:
    """Rows of every equation, then of every rule, with their names."""
    parts: list[Part] = []
    down: list[FamilyOfLines] = []

    def family(keys: Sequence[Key], width: int) -> Family:
        return Family(space.labels, space.labels.codes(keys, width), len(case.steps))

    for each in EQUATIONS:
        keys = found.rows[each.name]
        numbered = family(keys, len(each.over))
        down.append(FamilyOfLines(each.name, each.over, keys, case.steps.names, *unit_reader(each.unit, each.over, units), numbered))
        parts.append(space.rows(_template(each, names), numbered))
    for rule in case.choices.rules:
        keys = tuple(key for key in found.rows[RULE] if key[0] == rule.name)
        if keys:
            parts.append(space.rows(read_row(rule.name, rule.row, 1, names, rule.place), family(keys, 2), slice(1, 2)))
    down.append(FamilyOfLines(RULE, (RULE, "period"), found.rows[RULE], (), units[RULE].__getitem__, 0))
    return stacked(parts, space.width), tuple(down)


def _costs(case: Case, stage: Stage, across: Lines) -> np.ndarray:
    costs, weight, span = np.zeros(len(across)), period_weights(case), across.span("account")
    per_unit = dict(stage.weights)
    keys = across.family("account").keys
    costs[span] = [per_unit.get(str(a), 0.0) * weight[int(y)] if a in per_unit else 0.0 for a, _, y in keys]
    return costs
