"""The programme does not depend on the order in which Python walks its sets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
HASH = """
import hashlib
import numpy as np
from everything import CHOICES, EVERYTHING
from tiny import program_of
from saltloop.formulation.program import name_of

arrays = program_of(EVERYTHING, **CHOICES)
rows, columns = ([name_of(f, k) for f, k in zip(frame["family"], frame["key"])] for frame in (arrays.rows, arrays.columns))
entries = arrays.matrix.tocoo()
lines = [f"{rows[r]} {columns[c]} {v!r}" for r, c, v in zip(*entries.coords, entries.data.tolist())]
for names, frame in ((rows, arrays.rows), (columns, arrays.columns)):
    lines += [f"{n} {low!r} {high!r} {unit}" for n, low, high, unit in zip(names, frame["lower"], frame["upper"], frame["unit"])]
lines += [f"{n} {s} {v!r}" for s, costs in arrays.stages for n, v in zip(columns, costs.tolist())]
print(len(lines), hashlib.sha256("\\n".join(sorted(lines)).encode()).hexdigest(), hashlib.sha256("\\n".join(rows + columns).encode()).hexdigest())
"""


def compiled_under(seed: int) -> list[str]:
    """Number of lines, hash of the canonical arrays, hash of the order of names."""
    environment = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": os.pathsep.join([str(TESTS.parent / "model"), str(TESTS)])}
    done = subprocess.run([sys.executable, "-c", HASH], env=environment, capture_output=True, text=True, encoding="utf-8", check=True)
    return done.stdout.split()


@pytest.mark.slow
def test_two_processes_with_other_hash_seeds_compile_the_same_arrays() -> None:
    """To the last digit, with rows and columns in the same order."""
    first, second = compiled_under(1), compiled_under(2)
    assert int(first[0]) > 2000
    assert first == second
