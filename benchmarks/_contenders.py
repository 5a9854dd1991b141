"""The same programme stated by each contender: a function of the data that builds it and hands it to HiGHS, and gives the solver."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from inspect import signature
from pathlib import Path
from typing import Any, cast

import highspy
import numpy as np
from scipy import sparse

from benchmarks._programme import FREE, GRID, RULES, STORE, UPPER, Programme, programme
from saltloop.formulation.arrays import Arrays, Layout
from saltloop.formulation.calendar import EACH
from saltloop.formulation.expand import Expansion, Rows, stacked
from saltloop.formulation.program import Program
from saltloop.formulation.tables import Family, tables
from saltloop.formulation.templates import Names, Template, read_row
from saltloop.solve.live import Live, Options, hand_over

INF = float("inf")


def _upper(data: Programme, family: str, size: int) -> np.ndarray:
    if family in UPPER:
        return np.fromiter(data.numbers[UPPER[family]].values(), dtype=float)
    return np.full(size, {"grid": GRID, "store": STORE}.get(family, INF))


# Rows, costs, lower and upper bounds of the columns.
Ready = tuple[Rows, np.ndarray, np.ndarray, np.ndarray]


def arrays(data: Programme) -> Ready:
    """Rows, costs, lower and upper bounds of the columns, by templates."""
    numbers = {name: values for name, values in data.numbers.items() if name not in UPPER.values()}
    labels, families, sets, values = tables(data.steps, data.variables, data.members, numbers)
    first = np.cumsum([0, *(family.size for family in families.values())])
    placed = {name: (int(start), family) for (name, family), start in zip(families.items(), first, strict=False)}
    space = Expansion(data.steps, labels, placed, sets, values, int(first[-1]))
    names = Names(tuple(data.variables), tuple((name, width) for name, (_, width) in data.members.items()), tuple(numbers))
    parts = []
    for name in RULES:
        keys = data.rows[name]
        family = Family(labels, labels.codes(keys, len(keys[0])), len(data.steps))
        parts.append(space.rows(_template(name, names), family))
    upper = np.concatenate([_upper(data, name, family.size) for name, family in families.items()])
    lower, costs = np.zeros(len(upper)), np.zeros(len(upper))
    start, family = placed[FREE]
    lower[start : start + family.size], costs[start : start + family.size] = -INF, 1.0
    return stacked(parts, len(upper)), costs, lower, upper


@cache
def _template(name: str, names: Names) -> Template:
    """A row is read once in a process, as in the package."""
    return read_row(name, RULES[name], len(signature(RULES[name]).parameters) - 1, names)


def kept(size: str, folder: str) -> Ready:
    """The arrays of a size, made in another process and read from a file."""
    path = Path(folder) / "ready.npz"
    subprocess.run([sys.executable, "-m", "benchmarks._contenders", size, str(path)], cwd=Path(__file__).parents[1], check=True)
    with np.load(path) as file:
        found = dict(file)
    shape = (len(found["row_lower"]), len(found["costs"]))
    matrix = sparse.csr_array((found["data"], found["indices"], found["indptr"]), shape=shape)
    return Rows(matrix, found["row_lower"], found["row_upper"]), found["costs"], found["lower"], found["upper"]


def keep(size: str, path: str) -> None:
    """Write the arrays of a size to a file."""
    rows, costs, lower, upper = arrays(programme(size))
    parts = {"data": rows.matrix.data, "indices": rows.matrix.indices, "indptr": rows.matrix.indptr, "row_lower": rows.lower, "row_upper": rows.upper}
    np.savez(path, **parts, costs=costs, lower=lower, upper=upper)


def scaled(data: Programme) -> Live:
    """The same, by the hand-over of the package: scaled by powers of two."""
    return hand_over(arrays_with_layout(arrays(data)), Options())


def arrays_with_layout(ready: Ready) -> Arrays:
    """Arrays as the package hands them over; nothing asks for their names."""
    rows, costs, lower, upper = ready
    matrix = rows.matrix
    layout = Layout(cast(Program, None), (matrix.shape[0], matrix.shape[1]), ("minimise",), matrix.indptr, matrix.indices)
    return Arrays(layout, np.concatenate([costs, lower, upper, rows.lower, rows.upper, matrix.data]))


def pass_arrays(ready: Ready) -> Any:
    """The limit: ready arrays to HiGHS in one call."""
    rows, costs, lower, upper = ready
    matrix, solver = rows.matrix, highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.passModel(
        matrix.shape[1], matrix.shape[0], matrix.nnz, int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMinimize), 0.0, costs, lower, upper,
        rows.lower, rows.upper, matrix.indptr.astype(np.int32, copy=False), matrix.indices.astype(np.int32, copy=False), matrix.data,
        np.zeros(matrix.shape[1], dtype=np.int32),
    )  # fmt: skip
    return solver


def templates(data: Programme) -> Any:
    """Pyomo rules, run once and written for all indices."""
    return pass_arrays(arrays(data))


def _written(key: Any, names: tuple[str, ...]) -> list[Any]:
    """A key with its slices written out."""
    key = key if isinstance(key, tuple) else (key,)
    keys = [tuple(name if part == EACH else part for part in key) for name in names] if EACH in key else [key]
    return [k[0] if len(k) == 1 else k for k in keys]


def _spread(values: dict[Any, Any], names: tuple[str, ...]) -> dict[Any, Any]:
    return {
        key: float(number)
        for k, value in values.items()
        for written in [_written(k, names)]
        for key, number in zip(written, np.broadcast_to(value, len(written)).tolist(), strict=True)
    }


def plain_model(data: Programme) -> Any:
    """An ordinary Pyomo model of the same rules."""
    import pyomo.environ as pyo

    m, names = pyo.ConcreteModel(), data.steps.names
    for name, keys in data.variables.items():
        index = [x for k in keys for x in _written(k, names)]
        upper = dict(zip(index, _upper(data, name, len(index)).tolist(), strict=True))
        setattr(m, f"{name}_index", pyo.Set(initialize=index, dimen=len(keys[0])))
        free = name == FREE
        setattr(m, name, pyo.Var(getattr(m, f"{name}_index"), bounds=lambda _, *k, u=upper, f=free: (None if f else 0, u[k if len(k) > 1 else k[0]])))
    for name, (found, _) in data.members.items():
        if name == "previous":
            setattr(m, name, {(k, t): (names[n - 1],) for k, _ in found for n, t in enumerate(names)})
        else:
            setattr(m, name, {k: [x for member in members for x in _written(member, names)] for k, members in found.items()})
    for name, values in data.numbers.items():
        setattr(m, name, _spread(values, names))
    for name, rule in RULES.items():
        keys = data.rows[name]
        setattr(m, f"rows_{name}", pyo.Constraint(pyo.Set(initialize=[x for k in keys for x in _written(k, names)], dimen=len(keys[0])), rule=rule))
    m.objective = pyo.Objective(expr=sum(m.cost[p] for (p,) in data.variables[FREE]))
    return m


def plain_pyomo(data: Programme) -> Any:
    """Plain Pyomo with its usual interface to HiGHS, appsi_highs, as far as the hand-over."""
    return _by_appsi(plain_model(data))


def _by_appsi(model: Any) -> Any:
    from pyomo.contrib.appsi.solvers.highs import Highs

    solver = Highs()
    solver.set_instance(model)
    return solver._solver_model


def in_linopy(data: Programme) -> Any:
    """The programme written in linopy, handed over directly."""
    from benchmarks._linopy import model

    return model(data).to_highspy()


def in_pypsa(data: Programme) -> Any:
    """The programme as a PyPSA network, handed over by its linopy model directly."""
    from benchmarks._pypsa import model

    return model(data).to_highspy()


def in_solph(data: Programme) -> Any:
    """The programme in oemof.solph, whose model is one of Pyomo, handed over by appsi_highs."""
    from benchmarks._solph import model

    return _by_appsi(model(data))


def optimum(solver: Any) -> float:
    """The least cost."""
    solver.setOptionValue("output_flag", False)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise ValueError(f"not solved: {solver.modelStatusToString(solver.getModelStatus())}")
    return float(solver.getInfo().objective_function_value)


if __name__ == "__main__":
    keep(*sys.argv[1:])
