"""The programme as an ordinary Pyomo model: Sets, Params, Vars and Constraints, one object each.

For users who extend it, and as the reference that the arrays of `compile_program` are compared with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo
from pyomo.repn.linear import LinearRepnVisitor
from scipy import sparse

from saltloop.formulation.calendar import EACH, Steps
from saltloop.formulation.case import Case
from saltloop.formulation.choices import Stage
from saltloop.formulation.indices import QUERIED, VARIABLES, Indices, indices
from saltloop.formulation.numbers import Values, numbers_of, unit_reader, units_of
from saltloop.formulation.program import EQUATIONS, RULE, Program, bounds_of, period_weights
from saltloop.formulation.tables import Key, Member
from saltloop.formulation.terms import Terms, ledger_terms


def _lean(key: Key) -> Member | Key:
    """Pyomo writes an index of one part without the tuple."""
    return key[0] if len(key) == 1 else key


def _full(index: Any) -> Key:
    return index if isinstance(index, tuple) else (index,)


def written_out(keys: Iterable[Key], steps: Steps) -> list[Key]:
    """Keys with every slice written out."""
    return [written for key in keys for written in ([(*key[:-1], name) for name in steps.names] if EACH in key else [key])]


def _members_written_out(sets: dict[Key, tuple[Key, ...]], steps: Steps) -> dict[Key, list[Key]]:
    """Members with every slice written out: that of the key where the key has one, else all that the word stands for."""

    def members(found: tuple[Key, ...], at: int | None) -> Iterator[Key]:
        for member in found:
            word = next((part for part in member if part in steps.words), None)
            if word is None:
                yield member
                continue
            positions = steps.words[str(word)] if at is None else steps.words[str(word)][[at]]
            yield from (tuple(steps.names[n] if part == word else part for part in member) for n in positions)

    return {
        tuple(steps.names[at] if part == EACH and at is not None else part for part in key): list(members(found, at))
        for key, found in sets.items()
        for at in (range(len(steps)) if EACH in key else (None,))
    }


def _numbers_written_out(values: dict[Any, Any], steps: Steps) -> dict[Any, float]:
    """Numbers with every slice written out."""
    found: dict[Any, float] = {}
    for index, value in values.items():
        key = _full(index)
        if EACH in key:
            series = np.broadcast_to(np.asarray(value, dtype=float), (len(steps),))
            found |= {_lean(written): float(series[n]) for n, written in enumerate(written_out([key], steps))}
        else:
            found[_lean(key)] = value
    return found


def _sets(m: pyo.ConcreteModel, found: Indices, steps: Steps) -> None:
    for family, (over, _) in VARIABLES.items():
        setattr(m, f"{family}_index", pyo.Set(initialize=[_lean(k) for k in written_out(found.variables[family], steps)], dimen=len(over), ordered=True))
    for each in EQUATIONS:
        setattr(m, each.index, pyo.Set(initialize=[_lean(k) for k in written_out(found.rows[each.name], steps)], dimen=len(each.over), ordered=True))
    for name, (_, positions, length) in QUERIED.items():
        data = {_lean(k): [_lean(x) for x in v] for k, v in _members_written_out(found.members[name], steps).items()}
        setattr(m, f"{name}_keys", pyo.Set(initialize=list(data), dimen=len(positions), ordered=True))
        setattr(m, name, pyo.Set(getattr(m, f"{name}_keys"), initialize=data, dimen=length, ordered=True))


def _parameters(m: pyo.ConcreteModel, numbers: Values, steps: Steps) -> None:
    for name, values in numbers.items():
        setattr(m, name, pyo.Param(pyo.Any, initialize=_numbers_written_out(values, steps), within=pyo.Any))


def _variables(m: pyo.ConcreteModel, case: Case) -> None:
    for family in VARIABLES:
        bounds = bounds_of(family, case)
        setattr(m, family, pyo.Var(getattr(m, f"{family}_index"), bounds=lambda _, *key, of=bounds: of(key)))


def _objective(m: pyo.ConcreteModel, case: Case, stage: Stage) -> Any:
    weight = period_weights(case)
    return sum(weight[y] * w * m.account[a, p, y] for a, w in stage.weights for p in case.sites for y in case.years)


def plain_model(case: Case, terms: Terms) -> pyo.ConcreteModel:
    """An ordinary Pyomo model of the whole programme, its first objective active."""
    found = indices(case, terms)
    m = pyo.ConcreteModel()
    _sets(m, found, case.steps)
    _parameters(m, numbers_of(case, terms, found), case.steps)
    _variables(m, case)
    for each in EQUATIONS:
        setattr(m, each.name, pyo.Constraint(getattr(m, each.index), rule=each.rule))
    for rule in case.choices.rules:
        periods = [y for name, y in found.rows[RULE] if name == rule.name]
        if periods:
            setattr(m, f"{RULE}_{rule.name}", pyo.Constraint(pyo.Set(initialize=periods), rule=rule.row))
    for n, stage in enumerate(case.choices.objective):
        sense = pyo.maximize if stage.sense == "maximise" else pyo.minimize
        setattr(m, f"objective_{n}", pyo.Objective(expr=_objective(m, case, stage), sense=sense))
        if n > 0:
            getattr(m, f"objective_{n}").deactivate()
    return m


def _frame(names: list[tuple[str, Key]], lower: list[float], upper: list[float], case: Case) -> pd.DataFrame:
    units = units_of(case)
    readers = {name: unit_reader(unit, over, units) for name, (over, unit) in VARIABLES.items()}
    readers |= {e.name: unit_reader(e.unit, e.over, units) for e in EQUATIONS}
    readers[RULE] = units[RULE].__getitem__, 0
    unit = [read(str(key[position])) for (read, position), key in ((readers[family], key) for family, key in names)]
    families, keys = [f for f, _ in names], pd.Series([k for _, k in names], dtype=object)
    return pd.DataFrame({"family": families, "key": keys, "unit": unit, "lower": np.array(lower, dtype=float), "upper": np.array(upper, dtype=float)})


def _row_name(constraint: Any, rules: set[str]) -> tuple[str, Key]:
    family = constraint.parent_component().local_name
    rule = family.removeprefix(f"{RULE}_")
    return (RULE, (rule, constraint.index())) if rule != family and rule in rules else (family, _full(constraint.index()))


def reference_program(case: Case, terms: Terms | None = None) -> Program:
    """The programme walked constraint by constraint: slow, and independent of templates and index tables."""
    m = plain_model(case, ledger_terms(case) if terms is None else terms)
    variables = [v for family in VARIABLES for v in getattr(m, family).values()]
    place = {id(v): n for n, v in enumerate(variables)}
    visitor, rules = LinearRepnVisitor({}), {rule.name for rule in case.choices.rules}
    names: list[tuple[str, Key]] = []
    lower: list[float] = []
    upper: list[float] = []
    entry_row: list[int] = []
    entry_column: list[int] = []
    entry_value: list[float] = []
    for component in m.component_objects(pyo.Constraint, active=True):
        for constraint in component.values():
            body = visitor.walk_expression(constraint.body)
            for variable, coefficient in body.linear.items():
                entry_row.append(len(names))
                entry_column.append(place[variable])
                entry_value.append(coefficient)
            names.append(_row_name(constraint, rules))
            lower.append(-np.inf if constraint.lb is None else constraint.lb - body.constant)
            upper.append(np.inf if constraint.ub is None else constraint.ub - body.constant)
    shape = (len(names), len(place))
    matrix = sparse.csr_array((np.array(entry_value, dtype=float), (np.array(entry_row, dtype=int), np.array(entry_column, dtype=int))), shape=shape)
    columns = _frame(
        [(v.parent_component().local_name, _full(v.index())) for v in variables],
        [-np.inf if v.lb is None else v.lb for v in variables],
        [np.inf if v.ub is None else v.ub for v in variables],
        case,
    )
    return Program.of_frames(columns, _frame(names, lower, upper, case), matrix, _stages(m, case, place), units_of(case)["account"][_first(case)])


def _first(case: Case) -> str:
    return case.choices.objective[0].weights[0][0]


def _stages(m: pyo.ConcreteModel, case: Case, place: dict[int, int]) -> tuple[tuple[str, np.ndarray], ...]:
    found = []
    for n, stage in enumerate(case.choices.objective):
        costs = np.zeros(len(place))
        for variable, value in LinearRepnVisitor({}).walk_expression(getattr(m, f"objective_{n}").expr).linear.items():
            costs[place[variable]] = value
        found.append((stage.sense, costs))
    return tuple(found)
