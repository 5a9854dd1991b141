"""A programme kept in the solver for many cases: numbers are patched, each case starts from a known basis, no answer is taken on trust.

The scaling is that of the first case. A later case whose coefficients leave the range of the first by more than a factor 2^10 is scaled
anew; the basis, which no scaling changes, is kept.

The solver has the lean programme of the structure; every answer is brought back to the whole case before it is judged there.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from saltloop.formulation.arrays import Arrays, on_one_layout
from saltloop.solve import elastic
from saltloop.solve.basis import Basis
from saltloop.solve.certificate import TOLERANCE, proves_infeasible, proves_unbounded
from saltloop.solve.highs import certify
from saltloop.solve.lean import Reduced, lean_of, whole
from saltloop.solve.live import CHOOSE, DEVEX, DUAL, PRIMAL, Live, Options, State, algorithm_for, check_numbers, hand_over, solver_for
from saltloop.solve.memory import keep_what_is_freed
from saltloop.solve.reduce.form import Statuses
from saltloop.solve.scaling import Scaling, scaling
from saltloop.solve.solution import Certificate
from saltloop.solve.stages import OPTIMAL, first_stage, later_stages, settling_rows

Status = Literal["optimal", "infeasible", "unbounded", "stopped", "uncertified"]
Start = Literal["warm", "cold", "cold_again", "rescaled", "whole"]
_DRIFT = 2.0**10
_LIMITS = ("Time limit reached", "Iteration limit reached")
_NOISE = 1e-9
# A case that took no more steps lies beside the one before, and so, it is taken, does the next: exact edge weights then do not pay for being
# computed. Measured on the annual programme: 35 against 41 ms a case of a grid without them, 149 against 110 ms of a sample that jumps.
_FEW_STEPS = 50
# Programmes of fewer rows are solved sooner than reduced.
_LEAN_ROWS = 1_000
# Cases of a structure that this process had to solve whole after all, after which it solves all of them so.
_MISSES = 3


def _nothing() -> np.ndarray:
    return np.zeros(0)


@dataclass(frozen=True, eq=False)
class Outcome:
    """How one case ended, as a value: nothing is raised for a case without a plan.

    Args:
        status: optimal; infeasible or unbounded, proven by `ray`; stopped at a limit; uncertified: no answer of the solver stands the certificate.
        start: warm: from a basis; cold: from nothing; cold_again: from nothing, because the answer from the basis did not stand its
            certificate or proof; whole: likewise, and nothing taken from the programme; rescaled: likewise, and scaled anew.
        objectives: value of every stage; empty without a plan.
        values: of every column, unscaled.
        duals: of every row: change of the first objective per unit more of the right side.
        reduced_costs: of every column, likewise.
        ray: multipliers of the rows that contradict each other if infeasible; direction of the columns if unbounded; else empty.
        certificate: on the unscaled numbers; None without a plan.
        basis: of the first stage; None without a plan.
        algorithm: which was used, and why.
        iterations: of the simplex method.
        seconds: of the whole case.
        message: the solver's word where it stopped.
    """

    status: Status
    start: Start
    objectives: tuple[float, ...] = ()
    values: np.ndarray = field(default_factory=_nothing)
    duals: np.ndarray = field(default_factory=_nothing)
    reduced_costs: np.ndarray = field(default_factory=_nothing)
    ray: np.ndarray = field(default_factory=_nothing)
    certificate: Certificate | None = None
    basis: Basis | None = None
    algorithm: str = ""
    iterations: int = 0
    seconds: float = 0.0
    message: str = ""


class Warm:
    """One structure in the solver.

    Args:
        arrays: its first case.
        options: how to solve; ranging is not done; the limit of time is for each case.

    Raises:
        SolveError: HiGHS refuses the numbers.
    """

    def __init__(self, arrays: Arrays, options: Options | None = None) -> None:
        keep_what_is_freed()
        self.options = options or Options(ranging=False)
        self.basis: Basis | None = None
        self._priced: tuple[Arrays, np.ndarray] | None = None
        self._spared, self._misses = np.zeros(0, dtype=np.intp), 0
        self._limits_only = self._beside = self._fell = False
        check_numbers(arrays)
        self._open(arrays)

    def _open(self, arrays: Arrays) -> None:
        """Scale, reduce as far as the case allows, and hand over."""
        scale = scaling(arrays)
        if self._misses >= _MISSES or arrays.layout.shape[0] < _LEAN_ROWS:
            self._hand_over(whole(arrays), scale)
        else:
            spared = np.union1d(self._spared, settling_rows(arrays.layout)).astype(np.intp)
            self._hand_over(lean_of(arrays, scale, spared).of(arrays)[0], scale)
        self._fell = False

    def _hand_over(self, case: Reduced, scale: Scaling) -> None:
        """Give the solver a case; where HiGHS refuses it all stays as it is."""
        self.live: Live = hand_over(case.arrays, self.options, case.lean.scale(scale))
        self._case, self.scale = case, scale
        self._solved: State | None = None
        size = np.abs(self.live.state.entries)
        self._range = float(np.min(size, initial=1.0, where=size > 0)) / _DRIFT, float(np.max(size, initial=1.0)) * _DRIFT

    @property
    def arrays(self) -> Arrays:
        """The case at hand."""
        return self._case.before

    def change(self, arrays: Arrays) -> None:
        """Take another case of the same structure; the solver gets what differs when it is solved.

        Args:
            arrays: its numbers, on any layout of the same structure.

        Raises:
            ValueError: other rows, columns or senses.
            SolveError: HiGHS refuses the numbers; another case can be taken.
        """
        check_numbers(arrays)
        layout = self.arrays.layout
        if arrays.layout is not layout:
            found = on_one_layout((self.arrays, arrays))[1]
            if len(found.layout.indices) > len(layout.indices):
                self._open(found)
                return
            arrays = Arrays(layout, found.numbers)
        if self._fell:
            # A basis of the whole programme is a worse start for the lean one than none.
            self.basis = None
            self._open(arrays)
            return
        case, refused = self._case.lean.of(arrays, self._case)
        self._spared = np.union1d(self._spared, refused)
        if len(refused):
            self._open(arrays)
            return
        self._case, self.live.arrays = case, case.arrays
        if self._has_drifted():
            self._open(arrays)

    def _placed(self, basis: Basis) -> Any:
        """HiGHS's own object of a basis for what the solver has."""
        lean = self._case.lean
        if not lean.steps:
            return basis.whole
        if basis.reduced is not None and basis.reduced.lean is lean:
            return basis.own
        found = self._case.lean_basis(Statuses(*basis.packed()))
        return Basis.of(found.columns, found.rows, alien=True).own

    def _has_drifted(self) -> bool:
        """Whether the scaling no longer fits a coefficient of the case."""
        entries = self.live.scaled().part("entries")
        size = np.abs(entries[entries != self.live.state.entries])
        low, high = self._range
        return bool(np.any((size > 0) & ((size < low) | (size > high))))

    def solve(self, start: Basis | None = None, cold: bool = False) -> Outcome:
        """Solve the case at hand.

        Args:
            start: basis to start from; None: that of the last case with a plan, if there is one.
            cold: True: start from nothing.

        Raises:
            SolveError: HiGHS refuses the numbers, after which nothing else can be asked.
        """
        begun = time.perf_counter()
        basis = None if cold else start or self.basis
        self.live.start_clock()
        wanted = self.live.wanted()
        self._limits_only = basis is not None and self._prices_stand(wanted)
        self.live.put(wanted)
        if basis is None:
            self.live.solver.clearSolver()
            outcome = self._attempt("cold")
        else:
            if not (self.live.stands and basis is self.basis):
                self.live.solver.setBasis(self._placed(basis))
            outcome = self._attempt("warm")
            if outcome.status == "uncertified":
                outcome = self._refined(outcome.basis or basis)
            if outcome.status == "uncertified":
                self.live.put(self.live.wanted())
                self.live.solver.clearSolver()
                outcome = self._attempt("cold_again")
        if outcome.status == "uncertified":
            self._fell, self._misses = bool(self._case.lean.steps), self._misses + 1
            self._hand_over(whole(self.arrays), scaling(self.arrays))
            self.live.start_clock(time.perf_counter() - begun)
            outcome = self._attempt("whole" if self._fell else "rescaled")
        if outcome.status == "optimal":
            self.basis, self._solved = outcome.basis, wanted
            self._beside = 0 < self.live.iterations <= _FEW_STEPS
        name, why = algorithm_for(self.arrays.layout.shape[1], self.options)
        algorithm = "simplex (from a basis)" if outcome.start == "warm" else f"{name} ({why})"
        return replace(outcome, algorithm=algorithm, iterations=self.live.iterations, seconds=time.perf_counter() - begun)

    def _prices_stand(self, wanted: State) -> bool:
        """Whether costs and coefficients are those of the last case with a plan."""
        last = self._solved
        return last is not None and np.array_equal(wanted.costs, last.costs) and np.array_equal(wanted.entries, last.entries)

    def _refined(self, basis: Basis) -> Outcome:
        """Once more from where the last attempt came to, every optimum computed anew from its basis."""
        self.live.put(self.live.wanted())
        self.live.solver.setBasis(self._placed(basis))
        self.live.refine = True
        outcome = self._attempt("warm")
        self.live.refine = False
        return outcome

    def _attempt(self, start: Start) -> Outcome:
        """One solve from where the solver stands; uncertified if its answer is not proven."""
        live = self.live
        live.stands = False
        # Interior point cannot use a basis.
        live.solver.setOptionValue("solver", "simplex" if start == "warm" else solver_for(live.arrays.layout.shape[1], self.options))
        # Other limits leave the last duals feasible. Where prices change too neither method can go on from what is; the primal one does not lose its way
        # in a case without a plan, and solves a case of a sample that jumps in 68 ms where the dual one takes 73.
        live.solver.setOptionValue("simplex_strategy", PRIMAL if start == "warm" and not self._limits_only else DUAL)
        live.solver.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX if start == "warm" and self._beside else CHOOSE)
        status = live.run_first()
        if status != OPTIMAL:
            return self._no_plan(status, start)
        first = first_stage(live)
        status, values = later_stages(live)
        if status != OPTIMAL:
            return self._no_plan(status, start)
        arrays, basis = self.arrays, Basis(first.basis, self._case)
        values, duals = self._case.restored(values, first.duals)
        values = np.clip(values, *arrays.column_bounds)
        judged = certify(arrays, values, duals, self.scale)
        if not judged.worst <= TOLERANCE:  # so that nan does not pass
            return Outcome("uncertified", start, certificate=judged, basis=basis)
        objectives = tuple(float(np.sum(arrays.costs(stage) * values)) for stage in range(len(arrays.layout.senses)))
        return Outcome("optimal", start, objectives, values, duals, arrays.costs() - arrays.matrix.T @ duals, _nothing(), judged, basis)

    def _no_plan(self, status: str, start: Start) -> Outcome:
        """A case without a plan: its proof is looked at, and where there is none the answer counts for nothing."""
        live = self.live
        if status == "infeasible":
            for ask in (self._multipliers, self._missed):
                multipliers = ask()
                if proves_infeasible(self.arrays, multipliers, self.scale.column * self.scale.size):
                    return Outcome("infeasible", start, ray=multipliers)
            if not len(multipliers):
                # Nothing is missed, so the solver may be wrong: a programme without limit has been called one without a plan.
                status = live.run_unreduced()
        if status == "unbounded":
            direction = self._case.direction(_array(live.solver.getPrimalRay(), live.scale.column))
            live.put(replace(live.wanted(), costs=np.zeros(live.arrays.layout.shape[1])))
            proven = len(direction) and live.run() == OPTIMAL and proves_unbounded(self.arrays, direction)
            return Outcome("unbounded", start, ray=direction) if proven else Outcome("uncertified", start)
        word = status.removeprefix("stopped: ")
        return Outcome("stopped" if word in _LIMITS else "uncertified", start, message=word)

    def _missed(self) -> np.ndarray:
        """The prices at which the rows of the case together miss least, empty if they miss nothing; asked for once a case, whatever the attempts."""
        if self._priced is None or self._priced[0] is not self.arrays:
            self._priced = self.arrays, elastic.multipliers(self.arrays, self.live.left(), self.basis)
        return self._priced[1]

    def _multipliers(self) -> np.ndarray:
        """Multipliers of all rows that contradict each other, by the word of the solver or of the reductions; empty if neither has any.

        Asked for those that it does not have HiGHS searches for them, which may take minutes or never end.
        """
        solver = self.live.solver
        found = self._case.multipliers(_array(solver.getDualRay(), self.live.scale.row) if solver.getDualRayExist()[1] else _nothing())
        return found if len(found) else self._case.contradiction()


def _array(found: tuple[Any, bool, Any], scale: np.ndarray) -> np.ndarray:
    """A ray of HiGHS unscaled, its rounding noise left out; empty if there is none."""
    if not found[1]:
        return _nothing()
    ray = np.array(found[2])
    return np.where(np.abs(ray) > _NOISE * np.max(np.abs(ray)), ray * scale, 0.0)
