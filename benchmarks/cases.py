"""(d) How time and memory of a whole study grow with its cases: planned, solved in one process, written, compacted, summarised.

The programme is the small one of the Egyptian fertiliser sector, so that what is not the solver is seen.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.registry import HERE, Benchmark, Found, Target, Work
from saltloop.analysis.batch.run import How, run_study
from saltloop.scenario.study import load_study

SCENARIO = HERE.parent / "scenarios" / "ferts.yaml"
TEXT = """\
title: {{en: Growth, zh: 规模}}
base: {base}
options: {{prices.el_sulfur: [0 %, +30 %]}}
states:
  prices.urea: {{uniform: [-30 %, +50 %]}}
  prices.amm_sulf: {{uniform: [-30 %, +50 %]}}
  sample: {{random: {states}, seed: 5}}
"""
STUDY = "a study to its end"
SIZES = ("10", "100", "1000", "10000", "100000")


def _study(size: str) -> Work:
    def work() -> dict[str, Any]:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "growth.yaml"
            path.write_text(TEXT.format(base=SCENARIO, states=int(size) // 2), encoding="utf-8")
            _, progress = run_study(load_study(path), Path(folder) / "results", How(workers=1))
        return {"cases": progress.cases, "note": f"{progress.counts['optimal']:,} optimal"}

    return work


def _peak(size: str, to: str) -> Any:
    def value(found: Found) -> float:
        return found[size, STUDY].peak_mb / found[to, STUDY].peak_mb

    return value


BENCHMARK = Benchmark(
    "cases",
    "Growth of a study with its cases",
    SIZES,
    {STUDY: _study},
    tell=lambda told, _: dict(told),
    rare=frozenset({("100000", STUDY)}),
    targets=(
        Target("peak memory of a study: 10,000 cases against 1,000", 1.1, _peak("10000", "1000")),
        Target("peak memory of a study: 100,000 cases against 1,000", 1.1, _peak("100000", "1000")),
    ),
    remarks=("Reading, planning, measuring the patch, solving, writing in parts of at most 100 cases, compacting and summarising, in one process.",),
)
