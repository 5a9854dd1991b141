"""The one door to HiGHS: arrays in, certified solution out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from saltloop.errors import BAD_INPUT, STOPPED, SolveError
from saltloop.formulation.program import Program
from saltloop.solve.certificate import TOLERANCE, certificate
from saltloop.solve.scaling import Scaling, scaling
from saltloop.solve.solution import Ranging, Solution

_FACE = 1e-9
_LARGE = 100_000
# Columns that move money between accounts without changing what is made.
_MONEY = ("charged", "allowance_buy", "allowance_sell")


@dataclass(frozen=True)
class Options:
    """How to solve.

    Args:
        algorithm: choose, simplex or ipm; choose takes the dual simplex up to 100,000 columns, interior point with
            crossover above.
        time_limit: seconds; None: no limit.
        ranging: whether to compute how far duals and prices hold.
    """

    algorithm: str = "choose"
    time_limit: float | None = None
    ranging: bool = True


@dataclass
class Live:
    """A programme handed to the solver, scaled.

    Args:
        program: the arrays.
        scale: its scaling.
        solver: the HiGHS object.
        costs: scaled costs of the stage at hand, to be minimised.
    """

    program: Program
    scale: Scaling
    solver: Any
    seconds: dict[str, float] = field(default_factory=dict)


def _bounds(lower: np.ndarray, upper: np.ndarray, factor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return lower * factor, upper * factor


def _scaled_costs(program: Program, scale: Scaling, stage: int) -> np.ndarray:
    sense, costs = program.stages[stage]
    scaled: np.ndarray = costs * scale.column * scale.worth * (-1.0 if sense == "maximise" else 1.0)
    return scaled


def hand_over(program: Program, options: Options) -> Live:
    """Scale a programme and pass it to a new HiGHS object, its first stage as the objective to minimise."""
    start = time.perf_counter()
    scale = scaling(program)
    matrix = sparse.csc_array(sparse.diags_array(scale.row) @ program.matrix @ sparse.diags_array(scale.column))
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_ = _scaled_costs(program, scale, 0)
    lp.col_lower_, lp.col_upper_ = _bounds(program.columns["lower"].to_numpy(), program.columns["upper"].to_numpy(), 1 / (scale.column * scale.size))
    lp.row_lower_, lp.row_upper_ = _bounds(program.rows["lower"].to_numpy(), program.rows["upper"].to_numpy(), scale.row / scale.size)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    solver = highspy.Highs()
    for name, value in _settings(program, options).items():
        solver.setOptionValue(name, value)
    if solver.passModel(lp) == highspy.HighsStatus.kError:
        raise SolveError(BAD_INPUT, lambda language: "HiGHS refused the arrays of the programme" if language != "zh" else "HiGHS 拒绝了模型数组")
    return Live(program, scale, solver, {"hand_over": time.perf_counter() - start})


def algorithm_for(columns: int, options: Options) -> tuple[str, str]:
    """The algorithm and why it was chosen."""
    if options.algorithm != "choose":
        return options.algorithm, "asked for"
    return ("simplex", f"{columns:,} columns: dual simplex") if columns <= _LARGE else ("ipm", f"{columns:,} columns: interior point with crossover")


def _settings(program: Program, options: Options) -> dict[str, object]:
    settings: dict[str, object] = {
        "output_flag": False,
        "solver": algorithm_for(len(program.columns), options)[0],
        "primal_feasibility_tolerance": 1e-9,
        "dual_feasibility_tolerance": 1e-9,
        "threads": 1,
        "simplex_scale_strategy": 0,
        "small_matrix_value": 1e-12,
    }
    if options.time_limit is not None:
        settings["time_limit"] = float(options.time_limit)
    return settings


def _run(live: Live, on_failure: Callable[[Live, str], SolveError]) -> None:
    live.solver.run()
    status = live.solver.getModelStatus()
    if status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
        live.solver.setOptionValue("presolve", "off")
        live.solver.run()
        status = live.solver.getModelStatus()
    kinds = {highspy.HighsModelStatus.kInfeasible: "infeasible", highspy.HighsModelStatus.kUnbounded: "unbounded"}
    if status in kinds:
        raise on_failure(live, kinds[status])
    if status != highspy.HighsModelStatus.kOptimal:
        name = str(live.solver.modelStatusToString(status))
        raise SolveError(STOPPED, lambda language: f"stopped before an optimal plan was found: {name}" if language != "zh" else f"未求得最优解即停止：{name}")


def _ranging(live: Live) -> Ranging:
    rows, columns = live.program.matrix.shape
    outcome = live.solver.getRanging()
    ranging = outcome[1] if isinstance(outcome, tuple) else outcome
    if not ranging.valid:
        empty = np.full(rows, np.nan), np.full(columns, np.nan)
        return Ranging(empty[0], empty[0], empty[1], empty[1])
    back = live.scale.size / live.scale.row
    row_from, row_to = np.asarray(ranging.row_bound_dn.value_) * back, np.asarray(ranging.row_bound_up.value_) * back
    cost = np.asarray(live.solver.getLp().col_cost_)
    unit = live.scale.column * live.scale.worth
    # A higher cost is worse in the minimum that HiGHS solves, whatever the sense of the scenario is.
    up, down = (np.asarray(side.value_)[:columns] - cost for side in (ranging.col_cost_up, ranging.col_cost_dn))
    return Ranging(*_idle_rows(live, row_from, row_to), up / unit, -down / unit)


def _idle_rows(live: Live, row_from: np.ndarray, row_to: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The range of the bound where HiGHS gives that of the activity instead.

    A basic row has no dual; that stays so for every bound that leaves the activity where it is.
    """
    basic = np.array([s == highspy.HighsBasisStatus.kBasic for s in live.solver.getBasis().row_status], dtype=bool)
    activity = np.asarray(live.solver.getSolution().row_value) * live.scale.size / live.scale.row
    lower, upper = (np.isfinite(live.program.rows[side].to_numpy()) for side in ("lower", "upper"))
    return (np.where(basic, np.where(upper, activity, -np.inf), row_from) + 0.0, np.where(basic, np.where(lower, activity, np.inf), row_to) + 0.0)


def _fix_face(live: Live, values: np.ndarray, activity: np.ndarray) -> None:
    """Hold everything that the optimal duals say must stay, so that a next stage moves only among optimal plans."""
    solution = live.solver.getSolution()
    reduced, duals = np.asarray(solution.col_dual), np.asarray(solution.row_dual)
    columns, rows = np.flatnonzero(np.abs(reduced) > _FACE), np.flatnonzero(np.abs(duals) > _FACE)
    lp = live.solver.getLp()
    lower, upper = np.asarray(lp.col_lower_), np.asarray(lp.col_upper_)
    held = np.where(reduced[columns] > 0, lower[columns], upper[columns])
    held = np.where(np.isfinite(held), held, values[columns])
    live.solver.changeColsBounds(len(columns), columns.astype(np.int32), held, held)
    row_lower, row_upper = np.asarray(lp.row_lower_), np.asarray(lp.row_upper_)
    bound = np.where(duals[rows] > 0, row_lower[rows], row_upper[rows])
    bound = np.where(np.isfinite(bound), bound, activity[rows])
    live.solver.changeRowsBounds(len(rows), rows.astype(np.int32), bound, bound)


def _settle_charges(live: Live) -> np.ndarray:
    """The plan with the tiers of charges filled from the cheapest, and no more allowances traded than it needs.

    Where no objective feels that money, every split is optimal and the solver's is arbitrary; all but the money stays as it is.
    Returns the scaled columns.
    """
    values, program = np.asarray(live.solver.getSolution().col_value), live.program
    family, rows = program.columns["family"], (program.rows["family"] == "account_definition").to_numpy()
    money = family.isin(_MONEY).to_numpy()
    if not any(f != "charged" or key[1] != 1 for f, key in zip(family[money], program.columns["key"][money], strict=True)):
        return values
    _fix_face(live, values, np.asarray(live.solver.getSolution().row_value))
    fixed = np.flatnonzero(~money & (family != "account").to_numpy())
    live.solver.changeColsBounds(len(fixed), fixed.astype(np.int32), values[fixed], values[fixed])
    price = np.where(money, -np.asarray(program.matrix[rows].sum(axis=0)).ravel(), 0.0)
    live.solver.changeColsCost(len(price), np.arange(len(price), dtype=np.int32), price * live.scale.column)
    live.solver.run()
    settled = live.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return np.asarray(live.solver.getSolution().col_value) if settled else values


def solve(program: Program, on_failure: Callable[[Live, str], SolveError], options: Options | None = None) -> Solution:
    """Solve the stages of a programme in order and certify the plan.

    The values are those of the last stage, chosen among the optimal plans of the first; the duals are those of the first.
    Any optimal plan is complementary to any optimal dual, so both together stand the certificate.

    Args:
        program: arrays with names.
        on_failure: turns an infeasible or unbounded programme into its message.
        options: how to solve.

    Raises:
        SolveError: infeasible, unbounded, stopped, or an answer that fails the certificate.
    """
    options = options or Options()
    live = hand_over(program, options)
    start = time.perf_counter()
    _run(live, on_failure)
    live.seconds["solve"] = time.perf_counter() - start
    maximise = program.stages[0][0] == "maximise"
    first = live.solver.getSolution()
    sign = -1.0 if maximise else 1.0
    duals = np.asarray(first.row_dual) * live.scale.row / live.scale.worth * sign
    reduced = np.asarray(first.col_dual) / (live.scale.column * live.scale.worth) * sign
    basic = np.array([s == highspy.HighsBasisStatus.kBasic for s in live.solver.getBasis().col_status])
    start = time.perf_counter()
    nothing = np.full(len(duals), np.nan), np.full(len(reduced), np.nan)
    ranging = _ranging(live) if options.ranging else Ranging(nothing[0], nothing[0], nothing[1], nothing[1])
    live.seconds["ranging"] = time.perf_counter() - start
    start = time.perf_counter()
    for stage in range(1, len(program.stages)):
        current = live.solver.getSolution()
        _fix_face(live, np.asarray(current.col_value), np.asarray(current.row_value))
        costs = _scaled_costs(program, live.scale, stage)
        live.solver.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        _run(live, on_failure)
    found = _settle_charges(live)
    live.seconds["later_stages"] = time.perf_counter() - start
    values = found * live.scale.column * live.scale.size
    values = np.clip(values, program.columns["lower"].to_numpy(), program.columns["upper"].to_numpy())
    judged = _certify(program, values, duals)
    name, why = algorithm_for(len(program.columns), options)
    return Solution(
        values,
        program.matrix @ values,
        duals,
        reduced,
        tuple(float(c @ values) for _, c in program.stages),
        judged,
        ranging,
        f"{name} ({why})",
        live.seconds,
        f"HiGHS {live.solver.version()}",
        basic,
    )


def _certify(program: Program, values: np.ndarray, duals: np.ndarray) -> Any:
    sense, costs = program.stages[0]
    judged = certificate(
        program.matrix,
        (program.rows["lower"].to_numpy(), program.rows["upper"].to_numpy()),
        (program.columns["lower"].to_numpy(), program.columns["upper"].to_numpy()),
        costs,
        sense == "maximise",
        values,
        duals,
    )
    if not judged.worst <= TOLERANCE:  # so that nan does not pass
        raise SolveError(
            STOPPED,
            lambda language: (
                f"the answer of the solver does not stand the optimality certificate: relative violation {judged.worst:.1e}, allowed {TOLERANCE:.0e}; "
                "the coefficients span too many orders of magnitude, see the numerics warning"
                if language != "zh"
                else f"求解结果未通过最优性检验：相对偏差 {judged.worst:.1e}，允许 {TOLERANCE:.0e}；系数数量级跨度过大，见数值警告"
            ),
        )
    return judged
