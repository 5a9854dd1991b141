"""The one door to HiGHS: a programme in, a certified solution out."""

from __future__ import annotations

import time
from collections.abc import Callable

import highspy
import numpy as np

from saltloop.errors import STOPPED, SolveError
from saltloop.formulation.arrays import Arrays, arrays_of
from saltloop.formulation.program import Program
from saltloop.solve import live as door
from saltloop.solve.certificate import TOLERANCE, certificate
from saltloop.solve.live import Live, Options, algorithm_for
from saltloop.solve.scaling import Scaling, natural_units
from saltloop.solve.solution import Certificate, Ranging, Solution
from saltloop.solve.stages import OPTIMAL, basic_columns, first_stage, later_stages, reduced_costs

__all__ = ["Live", "Options", "algorithm_for", "certify", "hand_over", "solve"]


def hand_over(program: Program, options: Options) -> Live:
    """Scale a programme and pass it to a new HiGHS object, its first stage as the objective to minimise."""
    return door.hand_over(arrays_of(program), options)


def _check(live: Live, status: str, on_failure: Callable[[Live, str], SolveError]) -> None:
    """Raise what a status other than optimal means."""
    if status == OPTIMAL:
        return
    if status in ("infeasible", "unbounded"):
        raise on_failure(live, status)
    name = status.removeprefix("stopped: ")
    raise SolveError(STOPPED, lambda language: f"stopped before an optimal plan was found: {name}" if language != "zh" else f"未求得最优解即停止：{name}")


def _ranging(live: Live) -> Ranging:
    rows, columns = live.arrays.matrix.shape
    outcome = live.solver.getRanging()
    ranging = outcome[1] if isinstance(outcome, tuple) else outcome
    if not ranging.valid:
        empty = np.full(rows, np.nan), np.full(columns, np.nan)
        return Ranging(empty[0], empty[0], empty[1], empty[1])
    back = live.scale.size / live.scale.row
    row_from, row_to = np.asarray(ranging.row_bound_dn.value_) * back, np.asarray(ranging.row_bound_up.value_) * back
    cost = live.state.costs
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
    lower, upper = (np.isfinite(side) for side in live.arrays.row_bounds)
    return (np.where(basic, np.where(upper, activity, -np.inf), row_from) + 0.0, np.where(basic, np.where(lower, activity, np.inf), row_to) + 0.0)


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
    _check(live, live.run_first(), on_failure)
    live.seconds["solve"] = time.perf_counter() - start
    first, reduced = first_stage(live), reduced_costs(live)
    start = time.perf_counter()
    nothing = np.full(len(first.duals), np.nan), np.full(len(reduced), np.nan)
    ranging = _ranging(live) if options.ranging else Ranging(nothing[0], nothing[0], nothing[1], nothing[1])
    live.seconds["ranging"] = time.perf_counter() - start
    status, values = later_stages(live)
    _check(live, status, on_failure)
    judged = certify(live.arrays, values, first.duals, live.scale)
    if not judged.worst <= TOLERANCE:  # so that nan does not pass
        raise _uncertified(judged)
    name, why = algorithm_for(len(program.across), options)
    return Solution(
        values,
        program.matrix @ values,
        first.duals,
        reduced,
        tuple(float(c @ values) for _, c in program.stages),
        judged,
        ranging,
        f"{name} ({why})",
        live.seconds,
        f"HiGHS {live.solver.version()}",
        basic_columns(first.basis),
    )


def certify(arrays: Arrays, values: np.ndarray, duals: np.ndarray, scale: Scaling) -> Certificate:
    """Judge values and duals of the first stage on the unscaled arrays.

    Args:
        arrays: the unscaled numbers.
        values: of the columns.
        duals: of the rows.
        scale: its powers of two are the natural units.
    """
    maximise = arrays.layout.senses[0] == "maximise"
    return certificate(arrays.matrix, arrays.row_bounds, arrays.column_bounds, arrays.costs(), maximise, values, duals, natural_units(scale))


def _uncertified(judged: Certificate) -> SolveError:
    return SolveError(
        STOPPED,
        lambda language: (
            f"the answer of the solver does not stand the optimality certificate: relative violation {judged.worst:.1e}, allowed {TOLERANCE:.0e}; "
            "the coefficients span too many orders of magnitude, see the numerics warning"
            if language != "zh"
            else f"求解结果未通过最优性检验：相对偏差 {judged.worst:.1e}，允许 {TOLERANCE:.0e}；系数数量级跨度过大，见数值警告"
        ),
    )
