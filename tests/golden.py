"""Golden rows: every coefficient of a family of rows under its names, for a person to check against the derivation.

`python -m tests.golden` rewrites them all after a wanted change of the mathematics; never in CI.
"""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import numpy as np

from saltloop.formulation.program import Program, name_of

COLUMNS = ["row", "column", "coefficient", "sense", "right_side", "unit"]
NAME = "golden_{}.csv"


def _bound(lower: float, upper: float) -> tuple[str, str]:
    sense = "=" if lower == upper else "<=" if np.isinf(lower) else ">="
    return sense, f"{upper if np.isfinite(upper) else lower:.10g}"


def rows_of(program: Program, *families: str) -> list[list[str]]:
    """One line per coefficient of the families, both sides named, sorted, ten digits."""
    names = [name_of(f, k) for f, k in zip(program.columns["family"], program.columns["key"], strict=True)]
    lines = []
    for position, row in program.rows[program.rows["family"].isin(families)].iterrows():
        start, end = program.matrix.indptr[position], program.matrix.indptr[position + 1]
        sense, right = _bound(row["lower"], row["upper"])
        for column, value in zip(program.matrix.indices[start:end], program.matrix.data[start:end], strict=True):
            if value != 0:
                lines.append([name_of(row["family"], row["key"]), names[column], f"{value:.10g}", sense, right, row["unit"]])
    return sorted(lines)


def written(path: Path) -> list[list[str]]:
    """The lines of a golden file."""
    with path.open(encoding="utf-8", newline="") as stream:
        header, *lines = csv.reader(stream)
    if header != COLUMNS:
        raise ValueError(f"{path}: expected the columns {COLUMNS}")
    return lines


def rewrite(path: Path, lines: list[list[str]]) -> None:
    """Write a golden file; refused in CI, where a golden is only ever read."""
    if os.environ.get("CI"):
        raise PermissionError("goldens are not rewritten in CI")
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerows([COLUMNS, *lines])


if __name__ == "__main__":
    import pytest

    here = Path(__file__).parent
    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "--rewrite-goldens", str(here / "equations"), str(here / "rules")]))
