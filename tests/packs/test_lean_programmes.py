"""What is left of the shipped programmes has the optimum of the whole ones, and proves it."""

from __future__ import annotations

from pathlib import Path

import pytest

from saltloop.formulation.arrays import arrays_of
from saltloop.formulation.case import build_case
from saltloop.formulation.program import compile_program
from saltloop.scenario.resolve import load_scenario
from saltloop.solve.warm import Warm

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted(path for path in (ROOT / "scenarios").glob("*.yaml") if not path.stem.startswith("qinghai") or path.stem == "qinghai-2025")
CERTIFICATE, SAME = 1e-8, 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("path", SCENARIOS, ids=[path.stem for path in SCENARIOS])
def test_the_lean_programme_of_a_scenario_has_its_optimum(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = load_scenario(str(path))
    arrays = arrays_of(compile_program(build_case(scenario.pack, scenario.choices)))
    outcomes, rows = [], []
    for least in (0, 10**9):
        monkeypatch.setattr("saltloop.solve.warm._LEAN_ROWS", least)
        warm = Warm(arrays)
        outcomes.append(warm.solve())
        rows.append(warm.live.arrays.layout.shape[0])
    assert rows[0] < rows[1] / 2
    assert [(outcome.status, outcome.start) for outcome in outcomes] == [("optimal", "cold")] * 2
    assert outcomes[0].objectives == pytest.approx(outcomes[1].objectives, rel=SAME)
    assert all(outcome.certificate is not None and outcome.certificate.worst <= CERTIFICATE for outcome in outcomes)
