"""(a, c, e) Build and hand-over against the bare hand-over of ready arrays, and against others that state the same programme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks._contenders import arrays, in_linopy, optimum, pass_arrays, plain_pyomo, templates
from benchmarks._programme import Programme, programme
from benchmarks.registry import Benchmark, Work

# The optimum is told where it is cheap, so that a reader sees that all state the same programme.
SOLVED = ("XS", "S")


def tell(solver: Any, size: str) -> dict[str, Any]:
    """Size of what a solver was handed, and its optimum."""
    found = {"columns": solver.getNumCol(), "rows": solver.getNumRow(), "nonzeros": solver.getNumNz()}
    return found | ({"optimum": optimum(solver)} if size in SOLVED else {})


def _ready(size: str) -> Work:
    ready = arrays(programme(size))
    return lambda: pass_arrays(ready)


def _builds(contender: Callable[[Programme], Any]) -> Callable[[str], Work]:
    def prepare(size: str) -> Work:
        data = programme(size)
        return lambda: contender(data)

    return prepare


BENCHMARK = Benchmark(
    "build",
    "Build and hand over to HiGHS",
    ("XS", "S", "M", "L"),
    {"ready arrays": _ready, "Pyomo rules by templates": _builds(templates), "linopy": _builds(in_linopy), "Pyomo, appsi_highs": _builds(plain_pyomo)},
    tell=tell,
    largest={"linopy": "M", "Pyomo, appsi_highs": "S"},
    remarks=(
        "S has one slice, M 288, L 8,760; XS is S with two of the eight parks.",
        "PyPSA and oemof.solph cannot state its rows on processes, water and markets without writing them in linopy or Pyomo, so they are not among the peers.",
    ),
)
