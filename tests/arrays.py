"""Programmes written as small arrays, for tests of the solver's door and of the certificate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from saltloop.formulation.program import Program

INF = float("inf")


def only(program: Program, kept: Sequence[bool]) -> Program:
    """Some rows of a programme."""
    chosen = np.array(kept)
    return Program.of_frames(program.columns, program.rows[chosen].reset_index(drop=True), program.matrix[chosen], program.stages, program.objective_unit)


def program(
    matrix: Sequence[Sequence[float]],
    rows: Sequence[tuple[float, float]],
    costs: Sequence[float] | Sequence[Sequence[float]],
    columns: Sequence[tuple[float, float]] | None = None,
    sense: str | Sequence[str] = "maximise",
) -> Program:
    """A programme from a matrix, bounds of rows and columns (0 to infinity if absent), and one or more objectives."""
    a = sparse.csr_array(np.array(matrix, dtype=float))
    n = a.shape[1]
    bounds = columns if columns is not None else [(0.0, INF)] * n
    stages = [costs] if np.ndim(costs) == 1 else costs
    senses = [sense] * len(stages) if isinstance(sense, str) else sense

    def frame(family: str, pairs: Sequence[tuple[float, float]]) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "family": [family] * len(pairs),
                "key": [(k,) for k in range(len(pairs))],
                "unit": ["t"] * len(pairs),
                "lower": np.array([low for low, _ in pairs], dtype=float),
                "upper": np.array([high for _, high in pairs], dtype=float),
            }
        )

    arrays = tuple((sense, np.array(cost, dtype=float)) for sense, cost in zip(senses, stages, strict=True))
    return Program.of_frames(frame("column", bounds), frame("row", rows), a, arrays, "CNY")
