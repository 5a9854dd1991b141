"""The shipped examples without a plan are explained in words that name the culprit, and drop of any culprit gives a plan."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from saltloop.analysis.plan import solve_scenario
from saltloop.errors import INFEASIBLE, SolveError
from saltloop.scenario.resolve import load_scenario
from saltloop.solve.highs import Options

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "scenarios" / "infeasible").glob("*.yaml"))
# Rules that clash, and the physical limit that a planner would name.
CULPRITS = {
    "jobs-under-a-carbon-cap": ({"carbon_cap", "jobs"}, "Gas sold to the Sebei-Xining-Lanzhou pipeline"),
    "potash-beyond-the-brine": ({"potash"}, "Draw limit: Qarhan brine"),
    "waste-target-without-users": ({"potash", "waste_use"}, "Fly ash"),
}


@cache
def refusal(path: Path) -> SolveError:
    with pytest.raises(SolveError) as caught:
        solve_scenario(load_scenario(path), Options(ranging=False))
    return caught.value


def test_every_example_is_held() -> None:
    assert {path.stem for path in EXAMPLES} == set(CULPRITS)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_culprits_are_named_with_file_line_and_number(path: Path) -> None:
    error, (rules, limit) = refusal(path), CULPRITS[path.stem]
    assert error.exit_code == INFEASIBLE
    told = [line for line in error.text().splitlines() if line.startswith("  - rule")]
    assert {line.split("'")[1] for line in told} == rules
    assert all(f"{path.name}:" in line for line in told)
    assert any("would be enough" in line for line in told)
    assert limit in error.text()
    assert "即可行" in error.text("zh")


@pytest.mark.slow
@pytest.mark.parametrize(("stem", "rule"), [(stem, rule) for stem, (rules, _) in CULPRITS.items() for rule in sorted(rules)])
def test_without_any_one_culprit_there_is_a_plan(stem: str, rule: str, tmp_path: Path) -> None:
    scenario = ROOT / "scenarios" / "infeasible" / f"{stem}.yaml"
    text = scenario.read_text(encoding="utf-8").replace("../qaidam-2025.yaml", "qaidam-2025.yaml")
    (tmp_path / "qaidam-2025.yaml").write_text((ROOT / "scenarios" / "qaidam-2025.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "without.yaml").write_text(f"extends: plan.yaml\nrules:\n  {rule}: off\n", encoding="utf-8")
    plan = solve_scenario(load_scenario(tmp_path / "without.yaml", str(ROOT / "data")), Options(ranging=False))
    assert plan.solved.solution.certificate.worst <= 1e-7
