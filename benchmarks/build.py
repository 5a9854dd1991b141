"""(a, c, e) Build and hand-over against the bare hand-over of ready arrays, and against others that state the same programme."""

from __future__ import annotations

from collections.abc import Callable
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks._contenders import in_linopy, in_pypsa, in_solph, kept, optimum, pass_arrays, plain_pyomo, scaled, templates
from benchmarks._programme import Programme, programme
from benchmarks.registry import Benchmark, Found, Target, Work, ratio
from saltloop.solve.live import Live

READY, OURS, SCALED = "ready arrays", "Pyomo rules by templates", "the same, scaled by powers of two"
LINOPY, PYOMO, PYPSA, SOLPH = "linopy", "Pyomo, appsi_highs", "PyPSA", "oemof.solph, appsi_highs"
# The optimum is worked out where it is cheap, so that all are seen to state the same programme.
SOLVED = ("XS", "S")


def tell(found: Any, size: str) -> dict[str, Any]:
    """Size of what a solver was handed, and its optimum, unscaled."""
    solver, unit = (found.solver, found.scale.size / found.scale.worth) if isinstance(found, Live) else (found, 1.0)
    told = {"columns": solver.getNumCol(), "rows": solver.getNumRow(), "nonzeros": solver.getNumNz()}
    return told | ({"optimum": optimum(solver) * unit} if size in SOLVED else {})


def _ready(size: str) -> Work:
    """Arrays read from a file, so that nothing of what made them is in the memory of the process."""
    with TemporaryDirectory() as folder:
        ready = kept(size, folder)
    return lambda: pass_arrays(ready)


def _builds(contender: Callable[[Programme], Any]) -> Callable[[str], Work]:
    def prepare(size: str) -> Work:
        data = programme(size)
        return lambda: contender(data)

    return prepare


def _memory(contender: str) -> Callable[[Found], float]:
    return lambda found: found["L", contender].peak_mb / found["L", READY].peak_mb


BENCHMARK = Benchmark(
    "build",
    "Build and hand over to HiGHS",
    ("S", "M", "L"),
    {
        READY: _ready,
        OURS: _builds(templates),
        SCALED: _builds(scaled),
        LINOPY: _builds(in_linopy),
        PYOMO: _builds(plain_pyomo),
        PYPSA: _builds(in_pypsa),
        SOLPH: _builds(in_solph),
    },
    tell=tell,
    only={PYPSA: ("S",), SOLPH: ("S",)},
    rare=frozenset({("L", PYOMO)}),
    tests="XS",
    targets=(
        Target("build and hand-over at S, ms", 30, lambda found: 1000 * found["S", OURS].median),
        Target("build and hand-over against the bare hand-over, M", 5, ratio("M", OURS, READY)),
        Target("build and hand-over against the bare hand-over, L", 2.2, ratio("L", OURS, READY)),
        Target("peak memory against the bare hand-over, L", 1.2, _memory(OURS)),
        Target("build, scaling by powers of two and hand-over at S, ms", 30, lambda found: 1000 * found["S", SCALED].median),
        Target("the same against the bare hand-over, M", 5, ratio("M", SCALED, READY)),
        Target("the same against the bare hand-over, L", 2.2, ratio("L", SCALED, READY)),
        Target("its peak memory against the bare hand-over, L", 1.2, _memory(SCALED)),
        Target("linopy against it, S", 1, ratio("S", LINOPY, OURS), at_least=True),
        Target("linopy against it, M", 1, ratio("M", LINOPY, OURS), at_least=True),
        Target("linopy against it, L", 3, ratio("L", LINOPY, OURS), at_least=True),
        Target("plain Pyomo with appsi_highs against it, S", 8, ratio("S", PYOMO, OURS), at_least=True),
        Target("plain Pyomo with appsi_highs against it, M", 100, ratio("M", PYOMO, OURS), at_least=True),
        Target("plain Pyomo with appsi_highs against it, L", 400, ratio("L", PYOMO, OURS), at_least=True),
    ),
    remarks=(
        "The reference programme: 8 parks, 120 processes, 90 commodities. S has one slice, M 288, L 8,760.",
        f"'{SCALED}' is the hand-over that `saltloop run` uses, its scaling worked out and applied; ready arrays are passed as they are.",
        "PyPSA and oemof.solph state the same programme, with the same optimum, at S: a process of many ports, or a converter, with an investment; "
        "links, stores, sources and sinks with capacities; a bus for the water of each park and for each market. One row has no component in either, that "
        "charging and releasing share the power of a store; it is written in linopy and in Pyomo on their own flows. More columns and rows than the "
        "programme has are what they keep of every flow beside the activity.",
        "At M and L their nearest equivalent is another programme: every flow has a value for every slice, goods that are balanced over the year included.",
        "Plain Pyomo at L takes minutes and several GB, so it is run with --all only.",
    ),
)
