"""A programme inside HiGHS, scaled by powers of two; numbers that change are patched, nothing is handed over twice."""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from saltloop.errors import BAD_INPUT, SolveError
from saltloop.formulation.arrays import Arrays, Layout
from saltloop.solve.scaling import Scaling, scale_columns, scaling

# Measured: of 49,260 columns the dual simplex method takes half the time of interior point with crossover, of 70,937 and 98,317 a fifth to two fifths more.
# HiPO, which needs the package highspy-extras, took 27 s of the processor where interior point took 9.5 and simplex 10.2 (98,317 columns): not offered.
_LARGE = 60_000
# From this many changed coefficients on, handing the matrix over again is quicker than changing them one by one.
_MANY = 5_000
_STATUS = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
}
_LOST = (highspy.HighsModelStatus.kUnknown, highspy.HighsModelStatus.kSolveError, highspy.HighsModelStatus.kObjectiveBound)
# Times the largest cost as long as no optimum is known, then times the dearest one; scaled. The dual simplex method that comes so far, as it does where
# there is no plan, may go on for minutes among nearly parallel rows. One that is wrongly stopped costs a run, and is known from then on.
_TOO_DEAR, _DEARER = 1e6, 10.0
# HiGHS's numbers of strategies and of edge weights.
DUAL, PRIMAL = 1, 4
CHOOSE, DEVEX = -1, 1
NO_LIMIT = float("inf")


@dataclass(frozen=True)
class Options:
    """How to solve.

    Args:
        algorithm: choose, simplex or ipm; choose takes the dual simplex up to 60,000 columns, interior point with
            crossover above.
        time_limit: seconds; None: no limit.
        ranging: whether to compute how far duals and prices hold.
    """

    algorithm: str = "choose"
    time_limit: float | None = None
    ranging: bool = True


def algorithm_for(columns: int, options: Options) -> tuple[str, str]:
    """The algorithm and why it was chosen."""
    if options.algorithm != "choose":
        return options.algorithm, "asked for"
    return ("simplex", f"{columns:,} columns: dual simplex") if columns <= _LARGE else ("ipm", f"{columns:,} columns: interior point with crossover")


def solver_for(columns: int, options: Options) -> str:
    """The name that HiGHS has for the algorithm; its `ipm` would be HiPO wherever highspy-extras is installed."""
    name = algorithm_for(columns, options)[0]
    return "ipx" if name == "ipm" else name


@dataclass
class State:
    """The scaled numbers of one objective as the solver has them.

    Args:
        costs: of each column, to be minimised.
        columns: lower and upper bounds of columns.
        rows: lower and upper bounds of rows.
        entries: of the matrix.
    """

    costs: np.ndarray
    columns: tuple[np.ndarray, np.ndarray]
    rows: tuple[np.ndarray, np.ndarray]
    entries: np.ndarray


@dataclass
class Live:
    """A programme handed to the solver, scaled.

    Args:
        arrays: the unscaled numbers.
        scale: its scaling.
        solver: the HiGHS object.
        options: how to solve.
        seconds: of each step.
        iterations: of the simplex method since the clock was started.
        refine: whether every optimum is computed once more from its basis.
        dearest: largest magnitude of an optimum of the first stage so far, scaled.
        stands: whether the solver stands at the optimum of the first stage, so that a next case goes on from there by itself.
    """

    arrays: Arrays
    scale: Scaling
    solver: Any
    options: Options
    seconds: dict[str, float] = field(default_factory=dict)
    iterations: int = 0
    refine: bool = False
    stands: bool = False
    dearest: float | None = None
    _scaled: tuple[Arrays, Arrays] | None = None
    _state: State | None = None
    _astray: bool = False

    def __post_init__(self) -> None:
        self._handed = self.arrays

    @cached_property
    def factors(self) -> np.ndarray:
        """Scaled number / number, for the whole vector of the arrays; made for what comes after the hand-over."""
        return scale_factors(self.arrays.layout, self.scale)

    @property
    def state(self) -> State:
        """The scaled numbers that the solver has now; until something is put, those that were handed over."""
        if self._state is None:
            handed = self.scaled() if self.arrays is self._handed else Arrays(self._handed.layout, self._handed.numbers * self.factors)
            self._state = _state(handed, 0)
        return self._state

    def scaled(self) -> Arrays:
        """The numbers of the arrays, scaled; kept until there are other arrays."""
        if self._scaled is None or self._scaled[0] is not self.arrays:
            self._scaled = self.arrays, Arrays(self.arrays.layout, self.arrays.numbers * self.factors)
        return self._scaled[1]

    def wanted(self, stage: int = 0) -> State:
        """The scaled numbers of the arrays with one stage as the objective."""
        return _state(self.scaled(), stage)

    def put(self, new: State) -> int:
        """Change in the solver what differs from what it has.

        Returns:
            the number of changes.

        Raises:
            SolveError: HiGHS refuses one, after which nobody knows what it has.
        """
        old, solver = self.state, self.solver
        entries = np.flatnonzero(new.entries != old.entries)
        self._state = new
        if len(entries) > _MANY:
            basis = solver.getBasis()
            _pass(solver, new, self.arrays.layout.matrix_of(new.entries))
            solver.setBasis(basis)
            return len(entries)
        columns = np.flatnonzero((new.columns[0] != old.columns[0]) | (new.columns[1] != old.columns[1])).astype(np.int32)
        rows = np.flatnonzero((new.rows[0] != old.rows[0]) | (new.rows[1] != old.rows[1])).astype(np.int32)
        costs = np.flatnonzero(new.costs != old.costs).astype(np.int32)
        if len(costs):
            _taken(solver.changeColsCost(len(costs), costs, new.costs[costs]))
        if len(columns):
            _taken(solver.changeColsBounds(len(columns), columns, new.columns[0][columns], new.columns[1][columns]))
        if len(rows):
            _taken(solver.changeRowsBounds(len(rows), rows, new.rows[0][rows], new.rows[1][rows]))
        layout = self.arrays.layout
        for row, column, value in zip(layout.entry_rows[entries].tolist(), layout.indices[entries].tolist(), new.entries[entries].tolist(), strict=True):
            _taken(solver.changeCoeff(row, column, value))
        return len(costs) + len(columns) + len(rows) + len(entries)

    def start_clock(self, used: float = 0.0) -> None:
        """Let the limit of time begin now, some seconds of it used already; HiGHS counts the time of all runs together."""
        limit, self.iterations = self.options.time_limit, 0
        self.solver.setOptionValue("time_limit", NO_LIMIT if limit is None else self.solver.getRunTime() + max(0.0, float(limit) - used))

    def left(self) -> float:
        """Seconds until the limit of time."""
        return float(self.solver.getOptionValue("time_limit")[1]) - float(self.solver.getRunTime())

    def run(self, dear: float = NO_LIMIT) -> str:
        """Solve what the solver has.

        Args:
            dear: scaled cost at which the dual simplex method has lost its way.

        Returns:
            optimal, infeasible, unbounded, or `stopped: ` and HiGHS's own word.
        """
        self._astray = False
        self.solver.setOptionValue("objective_bound", dear)
        self.solver.run()
        self._factor()
        status = self._ended()
        return self.run_unreduced() if status == highspy.HighsModelStatus.kUnboundedOrInfeasible else self._said(status)

    def run_first(self) -> str:
        """Solve the first stage, which the solver has; what it says is that of `run`."""
        costs = self.arrays.costs() * self.scale.column * self.scale.worth
        largest = float(np.max(np.abs(costs), initial=1.0))
        status = self.run(_TOO_DEAR * largest if self.dearest is None else _DEARER * max(self.dearest, largest))
        if status == "optimal":
            self.dearest = max(self.dearest or 0.0, abs(float(self.solver.getInfo().objective_function_value)))
        return status

    def _ended(self) -> highspy.HighsModelStatus:
        """How the last run ended; its steps are counted."""
        self.iterations += max(0, self.solver.getInfo().simplex_iteration_count)
        status: highspy.HighsModelStatus = self.solver.getModelStatus()
        return status

    def _said(self, status: highspy.HighsModelStatus) -> str:
        """The word for how a run ended, of another run if the dual simplex method lost its way."""
        if status in _LOST and not self._astray:
            return self.run_otherwise()
        return _STATUS.get(status, f"stopped: {self.solver.modelStatusToString(status)}")

    def _factor(self) -> None:
        """Compute an optimum once more from its basis, factored anew, if that is asked for or the basis was never factored.

        Rounding errors of many updates are put right. Interior point may end with a basis that it took from the plan alone: HiGHS falls over it, and
        the process with it, when it is asked what belongs to a basis.
        """
        basis = self.solver.getBasis()
        if self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal and (self.refine or basis.alien):
            asked = self.solver.getOptionValue("solver")[1]
            self.solver.setOptionValue("solver", "simplex")
            self.solver.setBasis(basis)
            self.solver.run()
            self.solver.setOptionValue("solver", asked)

    def run_otherwise(self) -> str:
        """Solve by the primal simplex method where the dual one lost its way among nearly parallel rows, as it may without a feasible plan."""
        self._astray = True
        asked = [(name, self.solver.getOptionValue(name)[1]) for name in ("solver", "simplex_strategy")]
        self.solver.setOptionValue("solver", "simplex")
        self.solver.setOptionValue("simplex_strategy", PRIMAL)
        self.solver.setOptionValue("objective_bound", NO_LIMIT)
        self.solver.clearSolver()
        self.solver.run()
        for name, value in asked:
            self.solver.setOptionValue(name, value)
        return self._said(self._ended())

    def run_unreduced(self) -> str:
        """Solve again from nothing without presolve, which may know that there is no plan without knowing why."""
        self.solver.setOptionValue("presolve", "off")
        self.solver.clearSolver()
        self.solver.run()
        self._factor()
        self.solver.setOptionValue("presolve", "choose")
        return self._said(self._ended())

    def values(self) -> np.ndarray:
        """Columns of the last solve, scaled."""
        return numbers(self.solver.getSolution().col_value)

    def row_duals(self) -> np.ndarray:
        """Duals of the last solve, scaled, of the minimum that HiGHS solves."""
        return numbers(self.solver.getSolution().row_dual)


def numbers(found: list[float]) -> np.ndarray:
    """Numbers that HiGHS gives as a list, as an array that is not to be changed; numpy's own reading takes twice as long."""
    return np.frombuffer(struct.pack(f"{len(found)}d", *found))


def _state(scaled: Arrays, stage: int) -> State:
    return State(scaled.costs(stage), scaled.column_bounds, scaled.row_bounds, scaled.part("entries"))


def scale_factors(layout: Layout, scale: Scaling) -> np.ndarray:
    """Scaled number / number for a whole vector of numbers; costs are turned so that every stage is minimised."""
    cost = scale.column * scale.worth
    column, row = 1 / (scale.column * scale.size), scale.row / scale.size
    costs = (-cost if sense == "maximise" else cost for sense in layout.senses)
    return np.concatenate([*costs, column, column, row, row, scale.row[layout.entry_rows] * scale.column[layout.indices]])


def hand_over(arrays: Arrays, options: Options, scale: Scaling | None = None) -> Live:
    """Scale a programme and pass it to a new HiGHS object, its first stage as the objective to minimise.

    Args:
        arrays: the numbers of a programme.
        options: how to solve.
        scale: by which it is scaled; None: by its own.

    Raises:
        SolveError: HiGHS refuses the arrays.
    """
    start = time.perf_counter()
    check_numbers(arrays)
    solver = highspy.Highs()
    for name, value in _settings(arrays.layout.shape[1], options).items():
        solver.setOptionValue(name, value)
    # A new matrix, which is scaled where it stands; HiGHS wants columns anyway.
    matrix = arrays.matrix.tocsc()
    scale = scale or scaling(arrays, matrix)
    scale_columns(matrix, scale)
    _pass(solver, State(arrays.costs(), arrays.column_bounds, arrays.row_bounds, matrix.data), matrix)
    del matrix  # before anything else takes memory
    _scale_vectors(solver, arrays, scale)
    live = Live(arrays, scale, solver, options)
    live.start_clock()
    live.seconds["hand_over"] = time.perf_counter() - start
    return live


def _pass(solver: Any, state: State, matrix: sparse.csc_array | sparse.csr_array) -> None:
    """Hand a whole programme over, its matrix by columns or by rows."""
    (rows, columns), form = matrix.shape, highspy.MatrixFormat.kColwise if matrix.format == "csc" else highspy.MatrixFormat.kRowwise
    outcome = solver.passModel(
        columns, rows, len(matrix.indices), int(form), int(highspy.ObjSense.kMinimize), 0.0, state.costs, *state.columns, *state.rows,
        matrix.indptr.astype(np.int32, copy=False), matrix.indices.astype(np.int32, copy=False), matrix.data, np.zeros(columns, dtype=np.int32),
    )  # fmt: skip
    _taken(outcome)


def check_numbers(arrays: Arrays) -> None:
    """Refuse what is no number: HiGHS takes it for one.

    Raises:
        SolveError: one of them is none.
    """
    if np.isnan(np.min(arrays.numbers, initial=0.0)):
        raise _refused()


def _taken(outcome: highspy.HighsStatus) -> None:
    """Raise if HiGHS did not take what it was given."""
    if outcome == highspy.HighsStatus.kError:
        raise _refused()


def _refused() -> SolveError:
    return SolveError(BAD_INPUT, lambda language: "HiGHS refused the arrays of the programme" if language != "zh" else "HiGHS 拒绝了模型数组")


def _scale_vectors(solver: Any, arrays: Arrays, scale: Scaling) -> None:
    """Scale the costs of the first stage and the bounds inside the solver.

    Most of them are nothing or infinite, which no scaling changes; a scaled copy of all would be the most memory of a hand-over.
    """
    costs, turned = arrays.costs(), -1.0 if arrays.layout.senses[0] == "maximise" else 1.0
    changed = np.flatnonzero(costs).astype(np.int32)
    if len(changed):
        _taken(solver.changeColsCost(len(changed), changed, costs[changed] * scale.column[changed] * (turned * scale.worth)))
    changed, (lower, upper) = _finite(arrays.column_bounds), arrays.column_bounds
    if len(changed):
        factor = 1 / (scale.column[changed] * scale.size)
        _taken(solver.changeColsBounds(len(changed), changed, lower[changed] * factor, upper[changed] * factor))
    changed, (lower, upper) = _finite(arrays.row_bounds), arrays.row_bounds
    if len(changed):
        factor = scale.row[changed] / scale.size
        _taken(solver.changeRowsBounds(len(changed), changed, lower[changed] * factor, upper[changed] * factor))


def _finite(bounds: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Where a bound is neither nothing nor infinite."""
    found = np.zeros(len(bounds[0]), dtype=bool)
    for side in bounds:
        found |= np.isfinite(side) & (side != 0)
    return np.flatnonzero(found).astype(np.int32)


def _settings(columns: int, options: Options) -> dict[str, object]:
    return {
        "output_flag": False,
        "solver": solver_for(columns, options),
        "primal_feasibility_tolerance": 1e-9,
        "dual_feasibility_tolerance": 1e-9,
        "threads": 1,
        "simplex_scale_strategy": 0,
        "primal_simplex_bound_perturbation_multiplier": 0.0,
        "small_matrix_value": 1e-12,
    }
