"""The same programme with one right side moved: what finite differences are taken from."""

from __future__ import annotations

from saltloop.errors import SolveError
from saltloop.formulation.program import Program
from saltloop.solve.highs import Live, Options, solve
from tiny import Answer


def refuse(live: Live, kind: str) -> SolveError:
    """A failure without words, for programmes that may be infeasible."""
    return SolveError(3 if kind == "infeasible" else 4, lambda language: kind)


def shifted(program: Program, position: int, step: float) -> Program:
    """The programme with the right side of one row moved by a step."""
    rows = program.rows.copy()
    for side in ("lower", "upper"):
        rows.loc[position, side] += step
    return Program.of_frames(program.columns, rows, program.matrix, program.stages, program.objective_unit)


def objective_at(program: Program, position: int, step: float) -> float | None:
    """Objective after the move; None if nothing is feasible."""
    try:
        return solve(shifted(program, position, step), refuse, Options(ranging=False)).objectives[0]
    except SolveError as error:
        if error.exit_code != 3:
            raise
        return None


def bound_of(answer: Answer, position: int) -> float:
    """The right side of a row."""
    row = answer.solved.program.rows.loc[position]
    return float(row["upper"] if row["upper"] < float("inf") else row["lower"])
