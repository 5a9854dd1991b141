"""A scenario with the capacities of an earlier run, worked out by hand and typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from interfaces.typed import BASE, project, typed
from rules.works import WORKS
from saltloop.analysis.as_built import capacities_of, held
from saltloop.analysis.failure import on_failure
from saltloop.errors import BAD_INPUT, SOLVED, InputError
from saltloop.formulation.program import compile_program
from saltloop.results.run import Run
from saltloop.solve.highs import solve
from tiny import case_of, run_of, solve_pack

OPEN = {"may_build": ("option",)}
CHEAP = WORKS.replace("prices good 10", "prices good 4.5")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """At 10 per t the west builds its 40 t of new: 6 less an annuity of 1."""
    return run_of(tmp_path_factory.mktemp("built"), WORKS, **OPEN)


def test_what_was_built_stands_whatever_it_is_worth_now(built: Run) -> None:
    """At 4.5 nobody would build: 100 x 4 + 100 x 0.5 = 450. As built, 40 t more bring 0.5 each and cost an annuity of 1."""
    case = case_of(CHEAP, **OPEN)
    program = held(compile_program(case), capacities_of(built), "built")
    assert solve_pack(CHEAP, **OPEN).objective == pytest.approx(450)
    assert solve(program, on_failure(case, program)).objectives[0] == pytest.approx(450 + 40 * (0.5 - 1), rel=1e-6)


def test_what_was_not_built_is_not_built(built: Run, tmp_path: Path) -> None:
    """The plan of 4.5 builds nothing; held to it at 10, the 40 t that would bring 5 each are missing."""
    case = case_of(WORKS, **OPEN)
    program = held(compile_program(case), capacities_of(run_of(tmp_path, CHEAP, **OPEN)), "cheap")
    assert solve(program, on_failure(case, program)).objectives[0] == pytest.approx(1550)
    assert solve_pack(WORKS, **OPEN).objective == pytest.approx(1550 + 40 * 5)


def test_a_scenario_that_cannot_have_the_capacities_is_told(built: Run) -> None:
    with pytest.raises(InputError, match=r"R170  run 'built' builds or gives up what this scenario cannot: new_capacity\[west,new,2025,2025\]"):
        held(compile_program(case_of(WORKS)), capacities_of(built), "built")


def test_run_says_that_capacities_are_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = project(tmp_path, BASE + "capacity: {may_build: [option]}\n")
    made.write("extends: main.yaml\ntitle: {en: Poor, zh: 低价}\nprices: {set: {potash: -60 %}}\n", "poor")
    out = ("--no-report", "--out", tmp_path / "out")
    assert typed("run", made.scenario, *out).code == SOLVED
    monkeypatch.chdir(made.root)
    said, alone = (typed("run", "scenarios/poor.yaml", *out, *how) for how in (("--as-built", tmp_path / "out" / "main"), ()))
    assert (said.code, alone.code) == (SOLVED, SOLVED)
    assert "R171  capacities are held as built in" in said.text
    assert "R171" not in alone.text
    assert typed("run", "scenarios/poor.yaml", *out, "--as-built", tmp_path / "nowhere").code == BAD_INPUT
