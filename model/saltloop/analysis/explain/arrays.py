"""The arrays of a run, read back from its files with the names taken apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from saltloop.formulation.program import Program
from saltloop.results.run import PROGRAM, Run


@dataclass(frozen=True)
class Written:
    """The programme and the solution of a run as written, of its first stage.

    Args:
        program: the arrays; keys are tuples of text.
        values: of every column.
        reduced_costs: of every column.
        duals: of every row.
        maximise: sense of the first stage.
    """

    program: Program
    values: np.ndarray
    reduced_costs: np.ndarray
    duals: np.ndarray
    maximise: bool


def written_program(run: Run) -> Written:
    """Read the arrays of a run.

    Raises:
        InputError: R101, a file is missing or cannot be read.
    """
    columns, rows, entries = (run.table(f"{PROGRAM}/{name}") for name in ("columns", "rows", "matrix"))
    matrix = sparse.csr_array((entries["coefficient"], (entries["row"], entries["column"])), shape=(len(rows), len(columns)))
    objective = run.manifest["objective"]
    sense = str(objective["stages"][0]["sense"])
    program = Program.of_frames(_taken_apart(columns), _taken_apart(rows), matrix, ((sense, columns["cost"].to_numpy()),), str(objective["unit"]))
    found = (columns["value"].to_numpy(), columns["reduced_cost"].to_numpy(), rows["dual"].to_numpy())
    return Written(program, *found, maximise=sense == "maximise")


def _taken_apart(frame: pd.DataFrame) -> pd.DataFrame:
    """family, key, unit, lower, upper, from names such as family[key,key]."""
    parts = [str(name).partition("[") for name in frame["name"]]
    keys = np.empty(len(parts), dtype=object)
    keys[:] = [tuple(rest.removesuffix("]").split(",")) for _, _, rest in parts]
    return frame[["unit", "lower", "upper"]].assign(family=np.array([family for family, _, _ in parts], dtype=object), key=keys)
