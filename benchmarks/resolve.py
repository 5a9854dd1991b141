"""(b) A case of a study against the bare re-solve: the patched sequence itself, with nothing around it.

The same 24 cases of the annual programme: drawn at random over six paths (a sample), or a grid walked so that neighbours differ in one
path. Every contender starts from the basis of the last case. The bare one changes what differs in a solver that has everything ready and
runs it; the warm one starts from the values as a study writes them and ends with a certified plan. The analyst of today builds each case
in Pyomo and solves it from nothing.
"""

from __future__ import annotations

import itertools
import time
from typing import Any

import numpy as np

from benchmarks.pack import SCENARIOS, SMALL, TINY
from benchmarks.registry import Benchmark, Target, Work, kept, ratio
from saltloop.analysis.variation import Levels, Range, Variation, axis_of
from saltloop.data.pack import Pack
from saltloop.errors import Place, Problems
from saltloop.formulation.arrays import Arrays
from saltloop.formulation.case import build_case
from saltloop.formulation.program import pyomo_model
from saltloop.scenario.document import read_document
from saltloop.scenario.overlay import key_path, with_values
from saltloop.scenario.resolve import resolve_document
from saltloop.solve.live import Options, hand_over
from saltloop.solve.stages import later_stages
from saltloop.solve.warm import Warm

SCENARIO = SCENARIOS / "qaidam-2025-targets.yaml"
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
FEW = {"prices.urea": Range("-30 %", "+50 %"), "prices.amm_sulf": Range("-30 %", "+50 %")}
CASES, REBUILT = 24, 3
BARE, WARM, PATCHED, REBUILD = "bare re-solve", "warm case", "patching alone", "rebuilt in Pyomo and solved by appsi_highs"


def family_of(size: str) -> tuple[Variation, list[dict[str, object]]]:
    """What varies, measured, and the values of the cases: a sample, a grid, or a sample of a small programme."""
    variation, pack, values = kept(measured, size)
    return variation.with_pack(pack), values


def measured(size: str) -> tuple[Variation, Pack, list[dict[str, object]]]:
    """The same with the pack, which a variation leaves behind where it is sent."""
    variation, values = _family(size)
    variation.arrays(values[0])
    return variation, variation.pack, values


def _family(size: str) -> tuple[Variation, list[dict[str, object]]]:
    path = SMALL if size == TINY else SCENARIO
    document = read_document(path, Problems())
    if document is None:
        raise FileNotFoundError(path)
    if size == "grid":
        rows = [list(itertools.product([cap], GRID["rules.waste_use.at_least"])) for cap in GRID["rules.carbon_cap.at_most"]]
        snake = [point for n, row in enumerate(rows) for point in (row if n % 2 == 0 else row[::-1])]
        return Variation(document, {path: Levels(values) for path, values in GRID.items()}), [dict(zip(GRID, point, strict=True)) for point in snake]
    domains = FEW if size == TINY else PATHS
    generator, axes = np.random.default_rng(7), [axis_of(path, domain) for path, domain in domains.items()]
    points = generator.uniform(-1, 1, (CASES, len(axes)))
    return Variation(document, domains), [{axis.path: axis.text(float(x)) for axis, x in zip(axes, point, strict=True) if axis} for point in points]


def bare(size: str) -> Work:
    """Change what differs, run, one stage after the other as the warm case does; what the solver has to hold is ready."""
    variation, values = family_of(size)
    cases = [variation.arrays(each) for each in values]
    live = hand_over(cases[0], Options(ranging=False))
    live.run()
    states = []
    for case in cases:
        live.arrays = case
        states.append(live.wanted())

    def work() -> dict[str, Any]:
        for case, state in zip(cases, states, strict=True):
            live.arrays = case
            live.put(state)
            live.run()
            basis = live.solver.getBasis()
            later_stages(live)
            live.solver.setBasis(basis)
        return {"cases": len(cases)}

    return work


def warm(size: str) -> Work:
    """Values as a study writes them to certified plans."""
    variation, values = family_of(size)
    kept = Warm(variation.arrays(values[0]))
    kept.solve()

    def work() -> dict[str, Any]:
        statuses = []
        for each in values:
            kept.change(variation.arrays(each))
            statuses.append(kept.solve().status)
        return {"cases": len(values), "note": f"{statuses.count('optimal')} optimal"}

    return work


def rebuilt(size: str) -> Work:
    """Every case read, built as an ordinary Pyomo model and solved from nothing; a few of them."""
    from pyomo.contrib.appsi.solvers.highs import Highs

    variation, values = family_of(size)

    def work() -> dict[str, Any]:
        seconds = []
        for each in values[:: CASES // REBUILT]:
            clock, problems = time.process_time(), Problems()
            document = with_values(variation.document, {key_path(path): value for path, value in each.items()}, Place("benchmark"), problems)
            scenario = resolve_document(document, problems=problems, pack=variation.pack, check_changes=False)
            Highs().solve(pyomo_model(build_case(scenario.pack, scenario.choices)))
            seconds.append(time.process_time() - clock)
        return {"cases": 1, "seconds": seconds, "note": f"each of {len(seconds)} cases"}

    return work


def patched(size: str) -> Work:
    """Values to arrays alone."""
    variation, values = family_of(size)
    variation.arrays(values[0])

    def work() -> dict[str, Any]:
        found: list[Arrays] = [variation.arrays(each) for each in values]
        return {"cases": len(found)}

    return work


BENCHMARK = Benchmark(
    "resolve",
    "A case of a study: bare re-solves of the patched sequence against certified cases from values as written",
    ("sample", "grid"),
    {BARE: bare, WARM: warm, PATCHED: patched, REBUILD: rebuilt},
    lambda told, _: dict(told),
    tests=TINY,
    targets=(
        Target("case of a random sample against the bare re-solve", 1.15, ratio("sample", WARM, BARE)),
        Target("case of a grid against the bare re-solve", 1.3, ratio("grid", WARM, BARE)),
        Target("rebuilding and solving each case in Pyomo against a case of a random sample", 20, ratio("sample", REBUILD, WARM), at_least=True),
        Target("rebuilding and solving each case in Pyomo against a case of a grid", 150, ratio("grid", REBUILD, WARM), at_least=True),
    ),
    remarks=(
        f"{CASES} cases of the annual programme with targets: drawn at random over six paths, or a grid of two paths walked so that neighbours differ in one.",
        "The bare sequence runs every stage of the objective too, and starts each case from the basis of the last.",
        f"Rebuilding is measured on {REBUILT} of the cases, from the values as written to the answer of the solver, the pack already in memory.",
    ),
)
