"""The toy pack and its variations: every number that its README works out with a pencil."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from saltloop.errors import INFEASIBLE, SolveError
from saltloop.formulation.case import build_case
from saltloop.scenario.resolve import load_scenario
from tiny import Answer, solve_case

PACKS = Path(__file__).parents[1] / "packs"


def solved(folder: Path, **changes: Any) -> Answer:
    """The base scenario with some keys replaced."""
    document = yaml.safe_load((PACKS / "toy.yaml").read_text(encoding="utf-8")) | {"region": "toy"} | changes
    if "minimise" in changes or "maximise" in changes:
        document = {key: value for key, value in document.items() if key not in ("maximise", "minimise") or key in changes}
    path = folder / "toy-variation.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    scenario = load_scenario(path, data=str(PACKS))
    return solve_case(build_case(scenario.pack, scenario.choices))


def total(answer: Answer, account: str) -> float:
    return sum(answer.value("account", account, p, 2025) for p in answer.solved.case.sites)


ACCOUNTS = {
    "value_added": 140.7e6,
    "gross_output": 206e6,
    "intermediate_cost": 65.3e6,
    "profit": 140.7e6,
    "co2": 88_500,
    "waste_made": 240_000,
    "waste_used": 210_000,
    "fresh_water": 410_000,
    "taxes": 0,
}
MARGINAL = {
    ("lake", "waste_salt"): -10,
    ("park", "waste_salt"): 10,
    ("park", "salt"): 200,
    ("lake", "electricity"): 300,
    ("park", "electricity"): 300,
    ("town", "electricity"): 300,
    ("lake", "fresh_water"): 0,
    ("lake", "brine"): 71,
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    return solved(tmp_path_factory.mktemp("toy"))


@pytest.mark.parametrize("account", ACCOUNTS)
def test_an_account_of_the_base_case(base: Answer, account: str) -> None:
    assert total(base, account) == pytest.approx(ACCOUNTS[account], abs=1e-6)


@pytest.mark.parametrize("place", MARGINAL)
def test_a_marginal_value_of_the_base_case(base: Answer, place: tuple[str, str]) -> None:
    line = base.line("values", site=place[0], commodity=place[1])
    assert line["marginal_value"] == pytest.approx(MARGINAL[place], abs=1e-9)


# What is changed; value added in millions; other accounts.
VARIATIONS: dict[str, tuple[dict[str, Any], float, dict[str, float]]] = {
    "the zone alone": ({"areas": ["zone"]}, 136.7, {"co2": 68_500}),
    "solar power may be built": ({"capacity": {"may_build": ["option"]}}, 144.642, {"co2": 75_360}),
    "a cap on co2": ({"rules": {"cap": {"limit": "co2", "at_most": "86.75 kt"}}}, 140.65, {"co2": 86_750}),
    "a share of waste used": ({"rules": {"use": {"target": "waste_used", "at_least": "90 %", "of": "waste_made"}}}, 137.544444, {"waste_used": 210_000}),
    "more brine": ({"set": {"basins.lake_brine.draw_limit": "1.62 hm3"}}, 142.12, {}),
    "cheap potash": ({"prices": {"year": 2025, "set": {"potash": "640 CNY/t"}}}, 31.9, {}),
    "a charge that a planner does not feel": ({"rules": {"carbon": {"charge": "co2", "price": "60 CNY/t"}}}, 140.7, {"taxes": 5.31e6}),
    "a charge that firms feel": (
        {"rules": {"carbon": {"charge": "co2", "price": "60 CNY/t"}}, "maximise": "profit"},
        140.6,
        {"profit": 135.5e6, "co2": 85_000, "taxes": 5.1e6},
    ),
    "a charge too low to move them": (
        {"rules": {"carbon": {"charge": "co2", "price": "20 CNY/t"}}, "maximise": "profit"},
        140.7,
        {"profit": 138.93e6, "taxes": 1.77e6},
    ),
}


@pytest.mark.parametrize("name", VARIATIONS)
def test_a_variation_of_the_toy(tmp_path: Path, name: str) -> None:
    changes, millions, others = VARIATIONS[name]
    answer = solved(tmp_path, **changes)
    assert total(answer, "value_added") == pytest.approx(millions * 1e6, rel=1e-8)
    for account, value in others.items():
        assert total(answer, account) == pytest.approx(value)


def test_duals_of_the_variations(tmp_path: Path) -> None:
    """A tonne of co2 is worth 5/0.175; a hectare of the park 262 800."""
    cap = solved(tmp_path, rules={"cap": {"limit": "co2", "at_most": "86.75 kt"}})
    assert cap.line("rules", rule="cap")["dual"] == pytest.approx(5 / 0.175)
    land = solved(tmp_path, capacity={"may_build": ["option"]})
    assert land.line("limits", family="land_limit", place="park")["dual"] == pytest.approx(262_800)


def test_a_cap_that_the_town_alone_breaks_is_infeasible(tmp_path: Path) -> None:
    with pytest.raises(SolveError, match="cap") as told:
        solved(tmp_path, rules={"cap": {"limit": "co2", "at_most": "19 kt"}})
    assert told.value.exit_code == INFEASIBLE
    assert "Town" in told.value.text("en")
