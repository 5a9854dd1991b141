"""The shipped examples without a plan are explained in words that name the culprit, and drop of any culprit gives a plan."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from saltloop.analysis.plan import solve_scenario
from saltloop.analysis.variation import Range, Variation
from saltloop.errors import INFEASIBLE, Problems, SolveError
from saltloop.scenario.document import read_document
from saltloop.scenario.resolve import load_scenario
from saltloop.solve.certificate import proves_infeasible
from saltloop.solve.highs import Options
from saltloop.solve.warm import Warm

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


NEARLY = """\
extends: qaidam-2025-targets.yaml
rules:
  waste_use: {target: solid_waste_used, at_least: 99 %, of: solid_waste_made, in: ccepz}
  potash: {minimum: kcl_reverse_flotation_cold_cryst, at_least: 470 kt, in: ccepz}
  carbon_cap: {limit: co2, at_most: 6 Mt, in: ccepz}
"""
PATHS = {
    "rules.waste_use.at_least": Range("90 %", "99.9 %"),
    "rules.carbon_cap.at_most": Range("5 Mt", "12 Mt"),
    "rules.potash.at_least": Range("100 kt", "900 kt"),
    "prices.potassium_chloride": Range("-50 %", "+40 %"),
    "prices.soda_ash": Range("-58 %", "+10 %"),
}
WITH_PLAN = ("93.767 %", "11.5266 Mt", "690.817 kt", "+5.15451 %", "-41.464 %")
# Cases of a sample in which the dual simplex method wandered for minutes, or whose contradiction was lost in rounding.
WITHOUT = (
    ("99.3948 %", "7.17849 Mt", "584.082 kt", "-49.0923 %", "-53.6059 %"),
    ("99.6047 %", "8.12984 Mt", "311.242 kt", "-43.4888 %", "+3.54401 %"),
    ("98.3405 %", "5.50497 Mt", "848.786 kt", "-0.885593 %", "-4.33596 %"),
)


@pytest.mark.slow
def test_targets_that_nearly_hold_together_are_proven_not_to(tmp_path: Path) -> None:
    """And the next case with a plan goes on from the last one that had one."""
    for name in ("qaidam-2025-targets", "qaidam-2025"):
        (tmp_path / f"{name}.yaml").write_text((ROOT / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "nearly.yaml").write_text(NEARLY, encoding="utf-8")
    document = read_document(tmp_path / "nearly.yaml", Problems())
    assert document is not None
    variation = Variation(document, PATHS, str(ROOT / "data"))
    cases = [variation.arrays(dict(zip(PATHS, values, strict=True))) for values in (WITH_PLAN, *WITHOUT)]
    warm = Warm(cases[0])
    before = warm.solve()
    assert before.status == "optimal"
    for case in cases[1:]:
        warm.change(case)
        outcome = warm.solve()
        assert (outcome.status, outcome.start) == ("infeasible", "warm")
        assert proves_infeasible(case, outcome.ray, warm.scale.column * warm.scale.size)
        warm.change(cases[0])
        again = warm.solve()
        assert (again.status, again.start) == ("optimal", "warm")
        assert again.objectives == pytest.approx(before.objectives, rel=1e-9)
