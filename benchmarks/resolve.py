"""A case of a study against the bare re-solve: the patched sequence itself, with nothing around it.

The same 24 cases of the annual programme: drawn at random over six paths (a sample), or a grid walked so that neighbours differ in one
path. Every contender starts from the basis of the last case. The bare one changes what differs in a solver that has everything ready and
runs it; the warm one starts from the values as a study writes them and ends with a certified plan. The analyst of today builds each case
in Pyomo and solves it from nothing.
"""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.registry import Benchmark, Work
from saltloop.analysis.variation import Levels, Range, Variation, axis_of
from saltloop.errors import Problems
from saltloop.formulation.arrays import Arrays, arrays_of
from saltloop.scenario.document import read_document
from saltloop.solve.live import Live, Options, hand_over
from saltloop.solve.warm import Warm

SCENARIO = Path(__file__).parents[1] / "scenarios" / "qaidam-2025-targets.yaml"
PATHS = {
    "prices.potassium_chloride": Range("-40 %", "+40 %"),
    "prices.soda_ash": Range("-40 %", "+10 %"),
    "prices.coking_coal": Range("-20 %", "+20 %"),
    "rules.carbon_cap.at_most": Range("10 Mt", "14 Mt"),
    "rules.waste_use.at_least": Range("55 %", "65 %"),
    "rules.water_output.at_least": Range("120 元/立方米", "150 元/立方米"),
}
GRID = {
    "rules.carbon_cap.at_most": ("10 Mt", "11 Mt", "12 Mt", "13 Mt", "14 Mt", "15 Mt"),
    "rules.waste_use.at_least": ("55 %", "57.5 %", "60 %", "65 %"),
}
CASES = 24


@cache
def _family(size: str) -> tuple[Variation, list[dict[str, object]]]:
    document = read_document(SCENARIO, Problems())
    if document is None:
        raise FileNotFoundError(SCENARIO)
    if size == "grid":
        rows = [list(itertools.product([cap], GRID["rules.waste_use.at_least"])) for cap in GRID["rules.carbon_cap.at_most"]]
        snake = [point for n, row in enumerate(rows) for point in (row if n % 2 == 0 else row[::-1])]
        return Variation(document, {path: Levels(values) for path, values in GRID.items()}), [dict(zip(GRID, point, strict=True)) for point in snake]
    generator, axes = np.random.default_rng(7), [axis_of(path, domain) for path, domain in PATHS.items()]
    points = generator.uniform(-1, 1, (CASES, len(axes)))
    return Variation(document, PATHS), [{axis.path: axis.text(float(x)) for axis, x in zip(axes, point, strict=True) if axis} for point in points]


def _scaled(size: str) -> tuple[Live, list[Any]]:
    """A live solver at its first optimum, and what it has to hold in every stage of every case."""
    variation, values = _family(size)
    cases = [variation.arrays(each) for each in values]
    live = hand_over(cases[0], Options(ranging=False))
    live.run()
    states = []
    for case in cases:
        live.arrays = case
        states.append(live.wanted())
    return live, states


def bare(size: str) -> Work:
    """Change what differs, run, one stage after the other as the warm case does."""
    from saltloop.solve.stages import later_stages

    variation, values = _family(size)
    cases = [variation.arrays(each) for each in values]
    live, states = _scaled(size)

    def work() -> dict[str, Any]:
        total = 0.0
        for case, state in zip(cases, states, strict=True):
            live.arrays = case
            live.put(state)
            live.run()
            basis = live.solver.getBasis()
            total += live.solver.getObjectiveValue()
            later_stages(live)
            live.solver.setBasis(basis)
        return {"cases": len(cases), "optimum": total}

    return work


def warm(size: str) -> Work:
    """Values as a study writes them to certified plans."""
    variation, values = _family(size)
    kept = Warm(variation.arrays(values[0]))
    kept.solve()

    def work() -> dict[str, Any]:
        statuses = []
        for each in values:
            kept.change(variation.arrays(each))
            statuses.append(kept.solve().status)
        return {"cases": len(values), "optimal": statuses.count("optimal")}

    return work


def rebuilt(size: str) -> Work:
    """Every case built anew and solved from nothing, four of them."""
    variation, values = _family(size)

    def work() -> dict[str, Any]:
        for each in values[:4]:
            Warm(arrays_of(variation.build(each).program)).solve()
        return {"cases": 4}

    return work


def patched(size: str) -> Work:
    """Values to arrays alone."""
    variation, values = _family(size)
    variation.arrays(values[0])

    def work() -> dict[str, Any]:
        found: list[Arrays] = [variation.arrays(each) for each in values]
        return {"cases": len(found)}

    return work


BENCHMARK = Benchmark(
    "resolve",
    "24 cases of the annual programme: bare re-solves of the patched sequence against certified cases from values as written",
    ("sample", "grid"),
    {"bare re-solve": bare, "warm case": warm, "patching alone": patched, "rebuilt and cold (4 cases)": rebuilt},
    lambda told, _: dict(told),
    remarks=(
        "The bare sequence runs every stage of the objective too, and starts each case from the basis of the last.",
        "Building anew is measured on four of the cases.",
    ),
)
