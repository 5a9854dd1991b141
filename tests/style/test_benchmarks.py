"""Every registered benchmark runs at its smallest size; how fast is no matter of tests."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from benchmarks.registry import Measured, benchmarks, measure_here

# The peers are an extra of their own: without it their lines are not run.
PEERS = {"linopy": "linopy"}
RUNS = [(name, contender) for name, found in benchmarks().items() for contender in found.contenders if contender not in PEERS or find_spec(PEERS[contender])]


@pytest.mark.parametrize(("name", "contender"), RUNS)
def test_a_benchmark_runs_at_its_smallest_size(name: str, contender: str) -> None:
    found = measure_here(name, contender, benchmarks()[name].sizes[0], 1)
    assert isinstance(found, Measured)
    assert len(found.seconds) == 1
    assert found.peak_mb >= found.start_mb > 0


def test_contenders_state_one_programme() -> None:
    """The build of every contender has the size and the optimum of the ready arrays."""
    told = [measure_here("build", contender, "XS", 1).told for name, contender in RUNS if name == "build"]
    assert len(told) >= 3
    for each in told[1:]:
        assert each == pytest.approx(told[0], rel=1e-6)
