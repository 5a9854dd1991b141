"""`norms:` of a scenario, on a copy of the toy pack with norms: by hand, each tonne of potash saves 0.05 MWh at 300 CNY/MWh."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from saltloop.analysis.plan import solve_scenario
from saltloop.scenario import Scenario, load_scenario
from saltloop.scenario.show import show
from scenario.files import BASE, PACKS

HEADER = "process,commodity,measure,kind,year,saved,value,unit,low,high,grade,source,locator,note\n"
ROWS = (
    "potash_plant,electricity,,limit,2020,,450,kWh,450,450,A,invented,,\n",
    "potash_plant,electricity,,advanced,2020,,400,kWh,400,400,A,invented,,\n",
    "coal_power,coal,,limit,2030,,0.4,t,0.4,0.4,A,invented,,\n",
)


def scenario_with(folder: Path, text: str, *rows: str) -> Scenario:
    shutil.copytree(PACKS / "toy", folder / "data" / "toy")
    (folder / "data" / "toy" / "norms.csv").write_text(HEADER + "".join(rows or ROWS), encoding="utf-8")
    (folder / "main.yaml").write_text(BASE + text, encoding="utf-8")
    return load_scenario(folder / "main.yaml", data=str(folder / "data"))


@pytest.mark.parametrize(("text", "after"), [("norms: limit\n", 0.45), ("norms: advanced\n", 0.4)])
def test_a_scenario_brings_plants_to_their_norms(tmp_path: Path, text: str, after: float) -> None:
    scenario = scenario_with(tmp_path, text)
    (change,) = scenario.changes
    assert (change.path, change.before, change.after, change.unit) == ("processes.potash_plant.electricity", 0.5, pytest.approx(after), "MWh")
    assert change.place.line == 7
    assert f"processes.potash_plant.electricity {after:g} MWh: the pack had 0.5 MWh" in show(scenario)


def test_the_plan_is_worth_what_the_norm_saves(tmp_path: Path) -> None:
    """140.7 million CNY and 80 kt of potash x 0.05 MWh x 300 CNY/MWh."""
    solution = solve_scenario(scenario_with(tmp_path, "norms: limit\n")).solved.solution
    assert solution.objectives[0] == pytest.approx(141.9e6)


def test_without_the_key_norms_change_nothing(tmp_path: Path) -> None:
    assert scenario_with(tmp_path, "").changes == ()


def test_a_norm_can_be_set_and_then_holds(tmp_path: Path) -> None:
    scenario = scenario_with(tmp_path, "set: {norms.potash_plant.electricity.-.limit: 0.3 MWh}\nnorms: limit\n")
    assert [change.after for change in scenario.changes] == [300, pytest.approx(0.3)]


def test_a_norm_out_of_reach_is_told_and_left_alone(tmp_path: Path) -> None:
    scenario = scenario_with(tmp_path, "norms: limit\n", "coal_power,electricity,,limit,2020,,-2,MWh,-2,-2,A,invented,,\n")
    assert scenario.changes == ()
    (note,) = scenario.notes
    assert note.message.code == "D139"
    assert "even without anything it would use more" in note.text()
    assert "任何物料" in note.text("zh")
