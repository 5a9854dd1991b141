"""A process that solves many cases keeps what it frees."""

from __future__ import annotations

import subprocess
import sys

# Faults while twenty megabytes are asked for and freed again and again, before and after the C library is told to keep them.
FAULTS = """
import resource
import numpy as np
from saltloop.solve.memory import keep_what_is_freed

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        blocks = [np.ones(350_000) for _ in range(7)]
        del blocks
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

first, kept = faults(), keep_what_is_freed()
faults()
print(first, faults(), kept)
"""


def test_memory_that_is_freed_is_not_asked_for_again() -> None:
    found = subprocess.run([sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True).stdout.split()
    before, after, kept = int(found[0]), int(found[1]), found[2] == "True"
    assert after < before / 10 if kept else after > 0
