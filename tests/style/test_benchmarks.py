"""Every registered benchmark runs at a small size, and its table is made from what was measured alone; how fast is no matter of tests."""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from benchmarks import _results as results
from benchmarks.__main__ import run
from benchmarks.pack import TINY, built_case, case_of
from benchmarks.registry import KEPT, Benchmark, Measured, Target, benchmarks, measure_here, ratio
from benchmarks.workers import BARE_TWO, TWO

from saltloop.formulation.program import compile_program

# The peers are an extra of their own: without it their lines are not run.
PEERS = {"linopy": "linopy", "PyPSA": "pypsa", "oemof.solph, appsi_highs": "oemof.solph", "HiPO and crossover": "highspy_extras"}


def is_there(contender: str) -> bool:
    package = PEERS.get(contender, "saltloop")
    return find_spec(package.split(".")[0]) is not None and find_spec(package) is not None


# Two processes differ from one by a number.
RUNS = [(name, contender) for name, found in benchmarks().items() for contender in found.contenders if is_there(contender) and contender not in (TWO, BARE_TWO)]


@cache
def run_here(name: str, contender: str) -> Measured:
    benchmark = benchmarks()[name]
    return measure_here(name, contender, benchmark.tests or benchmark.sizes[0], 1)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "contender"), RUNS)
def test_a_benchmark_runs_at_a_small_size(name: str, contender: str) -> None:
    """And finds the optimum of the others, where it tells one: all state the same programme."""
    found, first = run_here(name, contender), run_here(name, next(iter(benchmarks()[name].contenders)))
    assert found.median > 0
    assert found.peak_mb >= found.base_mb > 0
    assert ("optimum" in found.told) == (name in ("build", "algorithms"))
    assert found.told.get("optimum", 0) == pytest.approx(first.told.get("optimum", 0), rel=1e-6)


def nothing(size: str) -> object:
    return lambda: None


def a_benchmark(**more: object) -> Benchmark:
    return Benchmark("mine", "Mine", ("S", "L"), {"first": nothing, "second": nothing}, rare=frozenset({("L", "second")}), **more)  # type: ignore[arg-type]


def measured(seconds: float, **told: float) -> Measured:
    return Measured((seconds,) * 3, 100.0, 200.0, told, moment="2026-01-01 00:00 UTC, load 0.1")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(results, "RECORDS", tmp_path / "results.json")
    monkeypatch.setattr(results, "TABLE", tmp_path / "results.md")
    return tmp_path


def test_the_table_tells_ratios_targets_and_failures(files: Path) -> None:
    targets = (Target("twice", 2, ratio("S", "second", "first")), Target("half", 0.5, ratio("S", "second", "first"), at_least=True))
    mine = a_benchmark(
        targets=(*targets, Target("often", 9, ratio("S", "second", "first"), at_least=True), Target("large", 1, lambda found: found["L", "first"].peak_mb))
    )
    results.keep(mine, {("S", "first"): measured(1.0), ("S", "second"): measured(3.0), ("L", "first"): Measured(error="no memory")})
    results.write({"mine": mine})
    text = (files / "results.md").read_text(encoding="utf-8")
    assert "| twice | <= 2 | 3 | **no** |" in text
    assert "| half | >= 0.5 | 3 | yes |" in text
    assert "| often | >= 9 | 3 | **no** |" in text
    assert "| large | <= 1 | not measured | |" in text
    assert "| S | second | 3 | 0% of 3 | 3 |" in text
    assert "failed: no memory" in text


def test_what_takes_minutes_is_kept_with_its_date_and_its_own_ratio(files: Path) -> None:
    mine = a_benchmark()
    results.keep(mine, {(size, name): measured(seconds) for size, name, seconds in (("L", "first", 2.0), ("L", "second", 8.0))})
    results.keep(mine, {("L", "first"): measured(1.0)})
    results.write({"mine": mine})
    assert "| L | second | 8 | 0% of 3 | 4 | 200 | 1.00 | with --all, 2026-01-01 00:00 UTC, load 0.1 |" in (files / "results.md").read_text(encoding="utf-8")


def test_other_sections_stay_as_they_were(files: Path) -> None:
    other = Benchmark("other", "Other", ("S",), {"only": nothing})  # type: ignore[dict-item]
    results.keep(other, {("S", "only"): measured(5.0)})
    kept = json.loads((files / "results.json").read_text(encoding="utf-8"))["other"]
    results.keep(a_benchmark(), {("S", "first"): measured(1.0)})
    assert json.loads((files / "results.json").read_text(encoding="utf-8"))["other"] == kept


def test_another_optimum_and_a_crash_are_told_and_lose_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"first": measured(1.0, optimum=5.0), "second": measured(1.0, optimum=5.1)}
    monkeypatch.setattr("benchmarks.__main__.measure", lambda benchmark, contender, size: given[contender] if size == "S" else Measured(error="killed"))
    found = run(a_benchmark(), with_rare=True)
    assert found["S", "first"].error == ""
    assert found["S", "second"].error == "another optimum: 5.1 instead of 5"
    assert [found["L", name].error for name in ("first", "second")] == ["killed", "killed"]


def test_the_committed_table_is_what_the_tool_writes(files: Path) -> None:
    own = results.HERE
    (files / "results.json").write_text((own / "results.json").read_text(encoding="utf-8"), encoding="utf-8")
    results.write(benchmarks())
    assert (files / "results.md").read_text(encoding="utf-8") == (own / "results.md").read_text(encoding="utf-8")


def test_what_contenders_share_is_made_once_in_another_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEPT, str(tmp_path))
    case = case_of(TINY)
    (file,) = tmp_path.iterdir()
    before = file.stat().st_mtime_ns
    assert case_of(TINY).years == case.years
    assert file.stat().st_mtime_ns == before
    assert compile_program(case).matrix.nnz == compile_program(built_case(TINY)).matrix.nnz
