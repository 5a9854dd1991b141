"""Plans under risk on a newsvendor worked out by hand: capacity costs 4 a unit, what is sold brings 10, demand is 20, 60 or 100."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

import tiny
from saltloop.analysis.risk.extensive import Measure, extensive_form
from saltloop.analysis.risk.risk import MEAN, STOCHASTIC, Risk, risk, risk_of_study
from saltloop.errors import InputError
from saltloop.formulation.arrays import Arrays, arrays_of
from saltloop.formulation.program import compile_program
from saltloop.interfaces.risk_text import risk_text
from saltloop.scenario.study import load_study
from saltloop.solve.warm import Warm

SHOP = """
sites town
commodities cake t
processes bake cake
recipes bake cake make 1
factors process bake variable_cost 0
factors equipment bake fixed_cost 4
factors equipment bake capital_cost 0
factors equipment bake lifetime 20
capacities town bake 1000 status=option
markets shop demand
market_tiers shop cake - {demand}
prices cake 10
accounts loss CNY money
account_terms loss account gain value=-1
"""
DEMANDS = {"poor": 20, "fair": 60, "rich": 100}
CHANCES = np.array([0.5, 0.3, 0.2])


@cache
def newsvendor(kind: str = "expected", share: float = 1.0, minimise: bool = False) -> Risk:
    goal = {"minimise": "loss"} if minimise else {"maximise": "gain"}
    cases = [tiny.case_of(SHOP.format(demand=demand), may_build=("option",), **goal) for demand in DEMANDS.values()]
    states = {name: arrays_of(compile_program(case)) for name, case in zip(DEMANDS, cases, strict=True)}
    return risk(states, CHANCES, Measure(kind, share), cases[0], "CNY")


def built(found: Risk, plan: str) -> float:
    return float(found.capacities[found.capacities["plan"] == plan]["value"].sum())


def value(found: Risk, plan: str, state: str, column: str = "objective") -> float:
    return float(found.values.set_index(["plan", "state"]).loc[(plan, state), column])


@pytest.mark.parametrize(
    ("kind", "share", "capacity", "worth"),
    [("expected", 1.0, 60, 160), ("worst", 1.0, 20, 120), ("cvar", 0.5, 20, 120), ("cvar", 0.8, 20, 120), ("cvar", 0.9, 60, 124 / 0.9), ("cvar", 1.0, 60, 160)],
)
@pytest.mark.parametrize("minimise", [False, True])
def test_the_newsvendor(kind: str, share: float, capacity: float, worth: float, minimise: bool) -> None:
    found = newsvendor(kind, share, minimise)
    assert built(found, STOCHASTIC) == pytest.approx(capacity)
    assert found.recourse == pytest.approx(-worth if minimise else worth)


@pytest.mark.parametrize("minimise", [False, True])
def test_what_foresight_and_the_stochastic_plan_are_worth(minimise: bool) -> None:
    found = newsvendor(minimise=minimise)
    sign = -1 if minimise else 1
    assert built(found, MEAN) == pytest.approx(48)
    assert found.mean_plan == pytest.approx(sign * 148)
    assert found.solution_value == pytest.approx(12)
    assert found.known == pytest.approx(sign * 288)
    assert found.information_value == pytest.approx(128)


def test_regret_of_a_frozen_plan() -> None:
    found = newsvendor()
    assert [value(found, STOCHASTIC, state, "regret") for state in DEMANDS] == pytest.approx([160, 0, 240], abs=1e-5)
    assert value(found, "rich", "poor") == pytest.approx(200 - 400)
    assert found.plans.set_index("plan")["largest_regret"].to_dict() == pytest.approx(
        {STOCHASTIC: 240, MEAN: 312, "poor": 480, "fair": 240, "rich": 320}, abs=1e-4
    )


def test_plants_at_a_loss() -> None:
    found = newsvendor()
    assert value(found, STOCHASTIC, "poor", "plants_at_loss") == 1
    assert value(found, STOCHASTIC, "rich", "plants_at_loss") == 0


@pytest.mark.parametrize("kind", ["expected", "worst", "cvar"])
def test_one_state_is_the_plan_of_that_state(kind: str) -> None:
    state = arrays_of(compile_program(tiny.case_of(SHOP.format(demand=60), may_build=("option",))))
    whole = extensive_form([state], np.ones(1), Measure(kind, 0.3))
    assert Warm(whole.arrays).solve().objectives[0] == pytest.approx(360)


@pytest.mark.parametrize("minimise", [False, True])
@pytest.mark.parametrize(("kind", "share"), [("worst", 1.0), ("cvar", 0.5), ("cvar", 0.9)])
def test_the_basis_of_the_expected_value_changes_no_answer(kind: str, share: float, minimise: bool) -> None:
    """All states together from the basis of another measure, and from nothing, come to the measure of the values by state."""
    goal = {"minimise": "loss"} if minimise else {"maximise": "gain"}
    states = [arrays_of(compile_program(tiny.case_of(SHOP.format(demand=d), may_build=("option",), **goal))) for d in DEMANDS.values()]
    cold = Warm(extensive_form(states, CHANCES, Measure(kind, share)).arrays).solve()
    warm = Warm(extensive_form(states, CHANCES, Measure()).arrays)
    warm.solve()
    warm.change(Arrays(warm.arrays.layout, extensive_form(states, CHANCES, Measure(kind, share)).arrays.numbers))
    found = warm.solve()
    assert (cold.start, found.start) == ("cold", "warm")
    assert found.objectives == pytest.approx(cold.objectives, rel=1e-9)
    assert newsvendor(kind, share, minimise).recourse == pytest.approx(cold.objectives[0], rel=1e-8)  # a hair of room is given


def test_the_measure_of_known_values() -> None:
    values = np.array([5.0, 1.0, 3.0])
    assert Measure("cvar", 0.5).of(values, np.array([0.2, 0.3, 0.5]), higher=True) == pytest.approx((0.3 * 1 + 0.2 * 3) / 0.5)
    assert Measure("cvar", 0.5).of(values, np.array([0.2, 0.3, 0.5]), higher=False) == pytest.approx((0.2 * 5 + 0.3 * 3) / 0.5)
    assert np.isnan(Measure("worst").of(np.array([1.0, np.nan]), np.array([0.5, 0.5]), higher=True))


def study_in(folder: Path, text: str) -> Path:
    tiny.plan_of(folder, SHOP.format(demand=60), "capacity: {may_build: [option]}")
    path = folder / "study.yaml"
    path.write_text("title: {en: Shop, zh: 商店}\nbase: tiny-case.yaml\n" + text, encoding="utf-8")
    return path


def test_a_study_as_typed(tmp_path: Path) -> None:
    path = study_in(tmp_path, "states:\n  bundles:\n    calm: {}\n    crash: {prices.cake: -80 %}\n")
    study = load_study(path, str(tmp_path / "data"))
    found = risk_of_study(study, Measure(), chances={"calm": 0.6})
    # 0.6 x 10 + 0.4 x 2 = 6.8 > 4: built for the demand
    assert (built(found, STOCHASTIC), built(found, "crash"), found.recourse) == pytest.approx((60, 0, 60 * 2.8))
    assert found.information_value == pytest.approx(0.4 * 60 * 2)
    for language, words in (("en", "value of knowing the state"), ("zh", "信息价值")):
        assert words in risk_text(study, found, language)


@pytest.mark.parametrize(
    ("text", "arguments", "code"),
    [
        ("options:\n  prices.cake: [10 CNY/t, 12 CNY/t]\nstates:\n  bundles: {calm: {}}\n", {}, "R150"),
        ("states:\n  bundles: {calm: {}, crash: {prices.cake: -80 %}}\n", {"chances": {"clam": 0.5}}, "R151"),
        ("states:\n  bundles: {calm: {}, crash: {prices.cake: -80 %}}\n", {"chances": {"calm": 1.2}}, "R152"),
        ("states:\n  bundles: {calm: {}, crash: {capacity.may_build: []}}\n", {}, "R153"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, arguments: dict[str, dict[str, float]], code: str) -> None:
    study = load_study(study_in(tmp_path, text), str(tmp_path / "data"))
    with pytest.raises(InputError, match=code):
        risk_of_study(study, Measure(), **arguments)
