"""Numbers of a programme are the same to the last bit in every process, whatever order its sets of names have there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TELL = """
import hashlib, sys
from saltloop.formulation.arrays import arrays_of
from saltloop.formulation.case import build_case
from saltloop.formulation.program import compile_program
from saltloop.scenario.resolve import load_scenario
scenario = load_scenario(sys.argv[1])
arrays = arrays_of(compile_program(build_case(scenario.pack, scenario.choices)))
print(len(arrays.numbers), hashlib.sha256(arrays.numbers.tobytes()).hexdigest(), hashlib.sha256(repr(arrays.layout.columns).encode()).hexdigest())
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["qaidam-2025-targets", "policies/base"])
def test_numbers_do_not_depend_on_the_order_of_sets(name: str) -> None:
    told = set()
    for seed in ("1", "2", "3"):
        command = [sys.executable, "-c", TELL, str(ROOT / f"scenarios/{name}.yaml")]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
        told.add(done.stdout)
    assert len(told) == 1
    assert int(told.pop().split()[0]) > 10_000
