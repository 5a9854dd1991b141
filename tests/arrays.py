"""Programmes written as small arrays, for tests of the solver's door and of the certificate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from saltloop.formulation.program import Program

INF = float("inf")


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

    return Program(frame("column", bounds), frame("row", rows), a, tuple((s, np.array(c, dtype=float)) for s, c in zip(senses, stages, strict=True)), "CNY")
