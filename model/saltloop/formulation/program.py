"""The table of contents: which equations there are, in which order, and how they become arrays.

`pyomo_model` gives an ordinary Pyomo model for users who extend it; `compile_program` turns it into arrays with names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo
from pyomo.repn.linear import LinearRepnVisitor
from scipy import sparse

from saltloop.formulation.balance import balance
from saltloop.formulation.calendar import HOURS, YEAR
from saltloop.formulation.capacity import build_limit, capacity_limit, capacity_stock, minimum_load, retirement_limit
from saltloop.formulation.case import Case
from saltloop.formulation.choices import Stage
from saltloop.formulation.draw import draw_limit, evaporation_limit, stock_limit
from saltloop.formulation.equation import Equation
from saltloop.formulation.indices import QUERIED, VARIABLES, Indices, Key, Member, indices
from saltloop.formulation.land import land_limit
from saltloop.formulation.ledger import account_definition, charge_base, charge_tier, grant_limit
from saltloop.formulation.links import link_limit
from saltloop.formulation.markets import demand_served, disposal_limit, purchase_tier, sales_tier
from saltloop.formulation.rules.rule import Rule
from saltloop.formulation.storage import storage_level, storage_rate, storage_size
from saltloop.formulation.terms import Terms, ledger_terms

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
Numbers = dict[str, dict[Any, Any]]


@dataclass(frozen=True)
class Program:
    """A linear programme as arrays, every row and column with its name and unit.

    Args:
        columns: one line per column: family, key (tuple), unit, lower, upper.
        rows: one line per row: family, key (tuple), unit, lower, upper.
        matrix: rows by columns.
        stages: objectives in order: sense and coefficient of every column.
        objective_unit: unit of the first stage.
    """

    columns: pd.DataFrame
    rows: pd.DataFrame
    matrix: sparse.csr_array
    stages: tuple[tuple[str, np.ndarray], ...]
    objective_unit: str

    def position(self, family: str, rows: bool = False) -> pd.Series:
        """Positions of a family by key."""
        frame = self.rows if rows else self.columns
        chosen = frame[frame["family"] == family]
        return pd.Series(chosen.index.to_numpy(), index=pd.Index(chosen["key"], tupleize_cols=False))


def name_of(family: str, key: Iterable[Member]) -> str:
    """Name of a row or column: family[key,key,...]."""
    return f"{family}[{','.join(str(part) for part in key)}]"


def _lean(key: Key) -> Member | Key:
    """Pyomo writes an index of one part without the tuple."""
    return key[0] if len(key) == 1 else key


def _index_sets(m: pyo.ConcreteModel, found: Indices) -> None:
    for family, (over, _) in VARIABLES.items():
        setattr(m, f"{family}_index", pyo.Set(initialize=[_lean(k) for k in found.variables[family]], dimen=len(over), ordered=True))
    for each in EQUATIONS:
        setattr(m, each.index, pyo.Set(initialize=[_lean(k) for k in found.rows[each.name]], dimen=len(each.over), ordered=True))


def _member_sets(m: pyo.ConcreteModel, found: Indices) -> None:
    for name, members in found.members.items():
        _, positions, length = QUERIED[name]
        data = {_lean(k): [_lean(x) for x in v] for k, v in members.items()}
        setattr(m, f"{name}_keys", pyo.Set(initialize=list(data), dimen=len(positions), ordered=True))
        setattr(m, name, pyo.Set(getattr(m, f"{name}_keys"), initialize=data, dimen=length, ordered=True))


def _plain_data(m: pyo.ConcreteModel, found: Indices, numbers: Numbers) -> None:
    """Members and numbers as dictionaries: the rules read the same, and no Pyomo object is made for each key."""
    for name, members in found.members.items():
        setattr(m, name, {_lean(k): tuple(_lean(x) for x in v) for k, v in members.items()})
    for name, values in numbers.items():
        setattr(m, name, values)


def _bounds(family: str, case: Case) -> Any:
    """Bounds of a family of variables: an account is free, so is the first tier of a charge; a must-serve demand has no unmet part."""
    if family == "charged":
        funds = {i.name for i in case.choices.rules if i.charged_accounts}
        return lambda _, *key: (None if key[1] == 1 and key[0] not in funds else 0, None)
    if family == "unmet":
        return lambda _, *key: (0, 0 if case.demand[key[:4]][1] is None else None)
    return (None, None) if family == "account" else (0, None)


def _variables(m: pyo.ConcreteModel, case: Case) -> None:
    for family in VARIABLES:
        setattr(m, family, pyo.Var(getattr(m, f"{family}_index"), bounds=_bounds(family, case)))


_COUNTED = ["activity", "capacity", "new_capacity", "draw", "buy", "sell", "ship", "dispose", "unmet", "account", "charged", "allowance_buy", "allowance_sell"]


def _numbers(case: Case, terms: Terms, found: Indices) -> Numbers:
    """Every parameter of the equations by name and key."""
    share = {piece.name: piece.hours / HOURS for piece in case.slices} | {YEAR: 1.0}
    store_rows = {s: case.pack.tables["stores"] for _, s in case.stores}

    def store_factor(name: str, default: float) -> dict[str, float]:
        return {s: value if (value := case.factor("store", s, name)) is not None else default for s in store_rows}

    hours = {piece.name: piece.hours for piece in case.slices} | {YEAR: HOURS}
    repeats = {piece.name: piece.repeats for piece in case.slices} | {YEAR: 1.0}
    loss = store_factor("loss", 0.0)
    numbers = {(i.name, name, y): schedule.at(y) for i in case.choices.rules for name, schedule in i.numbers.items() for y in i.periods}
    data: Numbers = {
        "coefficient": case.coefficient,
        "use": case.use,
        "availability": case.availability,
        "min_load": case.min_load,
        "hours_share": share,
        "share": {
            (j, t): 1.0 if t == YEAR or case.process_slices[str(j)] != (YEAR,) else share[str(t)]
            for (_, _, t), users in found.members["processes_touching"].items()
            for j, _ in users
        },
        "existing": dict.fromkeys(found.rows["capacity_stock"], 0.0) | case.existing,
        "may_build": case.may_build,
        "basin_units": case.draws,
        "limit": case.draw_limit,
        "stock": case.draw_stock,
        "years": dict(case.choices.periods),
        "evaporation": case.evaporation,
        "net_evaporation": case.net_evaporation,
        "pond_area": case.pond_area,
        "land": case.land,
        "heap_land": case.route_land,
        "land_available": case.land_available,
        "link_units": case.link_units,
        "delivered": case.delivered,
        "link_capacity": {name: link.capacity for name, link in case.links.items() if link.capacity is not None},
        "keep": {(s, t): (1 - loss[str(s)]) ** (hours[str(t)] / repeats[str(t)]) for s, t in found.members["previous"]},
        "efficiency_in": store_factor("efficiency_in", 1.0),
        "once": {t: 1 / value for t, value in repeats.items()},
        "inverse_efficiency_out": {s: 1 / value for s, value in store_factor("efficiency_out", 1.0).items()},
        "rate": {s: value for s, value in store_factor("rate", -1.0).items() if value >= 0},
        "hours": hours,
        "volume": case.volume,
        "demand": {key: amount for key, (amount, _) in case.demand.items()},
        "disposal_capacity": {key: limit for key, (_, limit) in case.disposals.items() if limit is not None},
        "rule_number": numbers,
        "paid": {(i, int(name.removeprefix("paid_")), y): v for (i, name, y), v in numbers.items() if name.startswith("paid_")},
        "width": {
            (i, int(name.removeprefix("width_"))): v for i, name, v in ((i, name, v) for (i, name, _), v in numbers.items()) if name.startswith("width_")
        },
    }
    for flow in _COUNTED:
        data[f"per_{flow}"] = terms.of(flow)
    missing = {(a, i, y) for flow in ("allowance_buy", "allowance_sell") for a, i, y in terms.of(flow)}
    for flow in ("allowance_buy", "allowance_sell"):
        data[f"per_{flow}"] = {key: terms.of(flow).get(key, 0.0) for key in missing}
    return data


def _objective(m: pyo.ConcreteModel, case: Case, stage: Stage) -> Any:
    weight = period_weights(case)
    return sum(weight[y] * w * m.account[a, p, y] for a, w in stage.weights for p in case.sites for y in case.years)


def period_weights(case: Case) -> dict[int, float]:
    """Years that a period stands for, discounted to the first; 1 for a single period."""
    if len(case.years) == 1:
        return {case.years[0]: 1.0}
    first, rate = case.years[0], case.choices.discount_rate
    return {y: span * (1 + rate) ** (first - y) for y, span in case.choices.periods}


def pyomo_model(case: Case, terms: Terms | None = None, plain_data: bool = False) -> pyo.ConcreteModel:
    """An ordinary Pyomo model of the whole programme, its first objective active.

    Args:
        case: what the equations need.
        terms: coefficients of the accounts; computed if absent.
        plain_data: True: members and numbers are dictionaries instead of Pyomo Sets and Params, which builds the same rows
            in a third of the time; False: a model that can be extended and templatised.
    """
    terms = ledger_terms(case) if terms is None else terms
    found = indices(case, terms)
    m, numbers = pyo.ConcreteModel(), _numbers(case, terms, found)
    _index_sets(m, found)
    if plain_data:
        _plain_data(m, found, numbers)
    else:
        _member_sets(m, found)
        for name, values in numbers.items():
            setattr(m, name, pyo.Param(pyo.Any, initialize=values, within=pyo.Any))
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


def _units(case: Case) -> dict[str, dict[str, str]]:
    """Unit by name for every kind of index that a unit text may name."""
    tables = case.pack.tables
    modes = dict(zip(tables["modes"]["mode"], tables["modes"]["unit"], strict=True))
    return {
        "commodity": case.commodity_unit,
        "process": case.process_unit,
        "equipment": case.equipment_unit,
        "basin": dict(zip(tables["basins"]["basin"], tables["basins"]["unit"], strict=True)),
        "account": dict(zip(tables["accounts"]["account"], tables["accounts"]["unit"], strict=True)),
        "link": {name: modes[link.mode] for name, link in case.links.items()},
        "store": {s: case.commodity_unit[c] for (_, s), c in case.stores.items()},
        "rule": {i.name: i.unit for i in case.choices.rules},
    }


def _unit_reader(template: str, over: tuple[str, ...], units: dict[str, dict[str, str]]) -> Callable[[Key], str]:
    """How the unit of a key is read: the template names at most one of the indices."""
    named = next((name for name in over if f"{{{name}}}" in template), None)
    if named is None:
        return lambda _: template
    position, texts = over.index(named), {name: template.replace(f"{{{named}}}", unit) for name, unit in units[named].items()}
    return lambda key: texts[str(key[position])]


def _full(index: Any) -> Key:
    return index if isinstance(index, tuple) else (index,)


def _column_frame(m: pyo.ConcreteModel, units: dict[str, dict[str, str]]) -> pd.DataFrame:
    family: list[str] = []
    keys: list[Key] = []
    unit: list[str] = []
    lower: list[float] = []
    upper: list[float] = []
    for name, (over, template) in VARIABLES.items():
        variable, unit_of = getattr(m, name), _unit_reader(template, over, units)
        own = [_full(index) for index in variable]
        family += [name] * len(own)
        keys += own
        unit += map(unit_of, own)
        lower += [-np.inf if v.lb is None else v.lb for v in variable.values()]
        upper += [np.inf if v.ub is None else v.ub for v in variable.values()]
    return pd.DataFrame({"family": family, "key": keys, "unit": unit, "lower": lower, "upper": upper})


def _row_name(constraint: Any, rules: dict[str, Rule]) -> tuple[str, Key]:
    family = constraint.parent_component().local_name
    rule = family.removeprefix(f"{RULE}_")
    return (RULE, (rule, constraint.index())) if rule != family and rule in rules else (family, _full(constraint.index()))


@dataclass
class _Rows:
    """Rows of the model as they are walked: names, bounds and entries."""

    names: list[tuple[str, Key]]
    lower: list[float]
    upper: list[float]
    entries: tuple[list[int], list[int], list[float]]


def _walk(m: pyo.ConcreteModel, place: dict[int, int], rules: dict[str, Rule]) -> _Rows:
    """Every constraint as one row: coefficient by column, constants moved to the bounds."""
    visitor = LinearRepnVisitor({})
    found = _Rows([], [], [], ([], [], []))
    for component in m.component_objects(pyo.Constraint, active=True):
        for constraint in component.values():
            body = visitor.walk_expression(constraint.body)
            row = len(found.names)
            found.names.append(_row_name(constraint, rules))
            found.lower.append(-np.inf if constraint.lb is None else constraint.lb - body.constant)
            found.upper.append(np.inf if constraint.ub is None else constraint.ub - body.constant)
            for variable, coefficient in body.linear.items():
                found.entries[0].append(row)
                found.entries[1].append(place[variable])
                found.entries[2].append(coefficient)
    return found


def _row_frame(found: _Rows, units: dict[str, dict[str, str]]) -> pd.DataFrame:
    readers = {e.name: _unit_reader(e.unit, e.over, units) for e in EQUATIONS}
    readers[RULE] = lambda key: units[RULE][str(key[0])]
    unit = [readers[family](key) for family, key in found.names]
    return pd.DataFrame(
        {
            "family": [f for f, _ in found.names],
            "key": [k for _, k in found.names],
            "unit": unit,
            "lower": np.array(found.lower, dtype=float),
            "upper": np.array(found.upper, dtype=float),
        }
    )


def compile_program(case: Case, terms: Terms | None = None) -> Program:
    """The programme as arrays, in the order of EQUATIONS and VARIABLES.

    Args:
        case: what the equations need.
        terms: coefficients of the accounts; computed if absent.
    """
    m = pyomo_model(case, terms, plain_data=True)
    columns = [v for family in VARIABLES for v in getattr(m, family).values()]
    found = _walk(m, {id(v): n for n, v in enumerate(columns)}, {i.name: i for i in case.choices.rules})
    row, column, value = found.entries
    matrix = sparse.csr_array(
        (np.array(value, dtype=float), (np.array(row, dtype=np.int32), np.array(column, dtype=np.int32))), shape=(len(found.names), len(columns))
    )
    units = _units(case)
    column_frame = _column_frame(m, units)
    accounts = {key: n for n, (family, key) in enumerate(zip(column_frame["family"], column_frame["key"], strict=True)) if family == "account"}
    stages = tuple((stage.sense, _costs(case, stage, accounts, len(columns))) for stage in case.choices.objective)
    first = case.choices.objective[0].weights[0][0]
    return Program(column_frame, _row_frame(found, units), matrix, stages, units["account"][first])


def _costs(case: Case, stage: Stage, accounts: dict[Key, int], size: int) -> np.ndarray:
    costs, weight = np.zeros(size), period_weights(case)
    for a, w in stage.weights:
        for p in case.sites:
            for y in case.years:
                costs[accounts[a, p, y]] += weight[y] * w
    return costs
