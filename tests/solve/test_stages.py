"""Objectives in order: a later one chooses among the optimal plans of the earlier, and nothing of those is given up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from arrays import INF, program
from everything import CHOICES, EVERYTHING
from rules.works import WORKS
from saltloop.errors import STOPPED, SolveError
from saltloop.formulation.arrays import arrays_of
from saltloop.solve import stages
from saltloop.solve.certificate import TOLERANCE
from saltloop.solve.highs import Options, solve
from saltloop.solve.live import hand_over
from shifted import refuse
from tiny import solve_pack

# Two equal earners share a market of 120 t; one of them emits.
TWINS = WORKS.replace("process new variable_cost 4", "process new variable_cost 0.5").replace("tiers town good", "tiers town good 1 120")


def test_the_cleaner_of_two_equal_plans_is_chosen() -> None:
    """9.5 x 120 either way; least co2 with 100 of new, and all 20 t of old taken up would cost gain, so they stay."""
    answer = solve_pack(TWINS, maximise=["gain"])
    both = solve_pack(TWINS, maximise=["gain", {"co2": -1.0}])
    assert answer.objective == pytest.approx(1140)
    assert both.solved.solution.objectives == pytest.approx((1140, -20))
    assert both.value("activity", "west", "new", 2025, "year") == pytest.approx(100)


def test_the_other_order_gives_the_other_end() -> None:
    """Least co2 first: everything taken up, 100 t, whatever it costs; then the most gain among those plans, which leaves old idle."""
    both = solve_pack(TWINS, minimise=["co2", {"gain": -1.0}])
    assert both.solved.solution.objectives == pytest.approx((-100, -(950 - 300)))
    assert both.value("activity", "east", "old", 2025, "year") == pytest.approx(0)


def test_a_third_stage_moves_within_the_second() -> None:
    """x + y <= 2, z <= 1: first x + y, then x, then z: (2, 0, 1)."""
    arrays = program([[1, 1, 0], [0, 0, 1]], [(-INF, 2), (-INF, 1)], [[1, 1, 0], [1, 0, 0], [0, 0, 1]])
    solution = solve(arrays, refuse)
    assert solution.values == pytest.approx([2, 0, 1])
    assert solution.objectives == pytest.approx((2, 2, 1))


def test_stages_may_have_different_senses() -> None:
    """First the most of x + y, then the least of x: (0, 2)."""
    solution = solve(program([[1, 1]], [(-INF, 2)], [[1, 1], [1, 0]], sense=["maximise", "minimise"]), refuse)
    assert solution.values == pytest.approx([0, 2])


def test_the_certificate_stands_for_the_first_stage_and_duals_are_its_own() -> None:
    first, both = (solve_pack(EVERYTHING, **{**CHOICES, "maximise": stages}) for stages in ("profit", ["profit", "used_waste", {"co2": -1.0}]))
    assert both.objective == pytest.approx(first.objective, rel=1e-9)
    assert both.solved.solution.certificate.worst <= TOLERANCE
    assert both.solved.solution.duals == pytest.approx(first.solved.solution.duals)


WEIGHTED: list[dict[str, Any]] = [{"gain": 1.0}, {"gain": 2.0, "co2": -4.0}, {"co2": -1.0, "gain": 0.5}]


@pytest.mark.parametrize("weights", WEIGHTED)
def test_a_weighted_objective_is_the_sum_of_its_weighted_accounts(weights: dict[str, float]) -> None:
    answer = solve_pack(WORKS, maximise=weights)
    total = sum(w * answer.value("account", a, p, 2025) for a, w in weights.items() for p in ("east", "west"))
    assert answer.objective == pytest.approx(total)


@pytest.mark.parametrize("algorithm", ["simplex", "ipm"])
def test_every_algorithm_finds_the_same_optimum_certified(algorithm: str) -> None:
    answer = solve_pack(EVERYTHING, Options(algorithm=algorithm), **CHOICES)
    assert answer.objective == pytest.approx(19_000_000, rel=0.1)
    assert answer.objective == pytest.approx(solve_pack(EVERYTHING, **CHOICES).objective, rel=1e-9)
    assert answer.solved.solution.certificate.worst <= TOLERANCE
    assert answer.solved.solution.algorithm.startswith(algorithm)


# Two boilers of 100 GJ at 0.1 t of co2 each; nobody's objective feels the charge.
SMOKE = """
sites east | sites west | commodities heat GJ | processes boiler heat | recipes boiler heat make 1 | capacities east boiler 100
capacities west boiler 100
accounts co2 t | account_terms co2 activity - boiler - 0.1 t/GJ | markets homes demand | market_tiers homes heat | prices heat 5
"""


@pytest.mark.parametrize("objective", [{"maximise": "gain"}, {"maximise": ["gain", {"co2": -1.0}]}, {"minimise": {"gain": -1.0}}])
def test_tiers_are_filled_from_the_cheapest_whoever_plans(objective: dict[str, Any]) -> None:
    """20 t: 8 at 30, 7 at 45, 5 at 60 are 855, though any split would be as good for a planner of gain."""
    tiers = {"charge": "co2", "price": [["0 t", "30 CNY/t"], ["8 t", "45 CNY/t"], ["15 t", "60 CNY/t"]]}
    answer = solve_pack(SMOKE, rules={"carbon": tiers}, **objective)
    charges = answer.tables["charges"].groupby("tier")["value"].sum()
    assert charges.to_dict() == pytest.approx({1: 8, 2: 7, 3: 5})
    assert sum(answer.value("account", "taxes", p, 2025) for p in ("east", "west")) == pytest.approx(855)
    assert sum(answer.value("account", "profit", p, 2025) for p in ("east", "west")) == pytest.approx(1000 - 855)
    assert answer.solved.solution.certificate.worst <= TOLERANCE


@pytest.mark.parametrize("rules", [{}, {"cap": {"limit": "taxes", "at_most": "855 CNY"}}, {"need": {"minimum": "boiler", "at_least": "200 GJ"}}])
def test_no_site_is_charged_less_than_nothing_for_what_it_owes(rules: dict[str, Any]) -> None:
    """Both sites owe for 10 t: each pays for 10 t in tiers that are not negative, between 8 x 30 + 2 x 45 and 5 x 45 + 5 x 60 CNY."""
    tiers = {"charge": "co2", "price": [["0 t", "30 CNY/t"], ["8 t", "45 CNY/t"], ["15 t", "60 CNY/t"]]}
    answer = solve_pack(SMOKE, rules={"carbon": tiers, **rules}, **({"minimise": "co2"} if "need" in rules else {}))
    charges = answer.tables["charges"]
    assert charges["value"].min() >= 0
    assert charges.groupby("site")["value"].sum().to_dict() == pytest.approx({"east": 10, "west": 10})
    assert charges.groupby("site")["money"].sum().between(330 - 1e-6, 525 + 1e-6).all()


@pytest.mark.parametrize(("held", "bought", "sold"), [(5, 15, 0), (32, 0, 12), (20, 0, 0)])
def test_no_more_allowances_are_traded_than_needed_whoever_plans(held: int, bought: int, sold: int) -> None:
    rule = {"allowance": "co2", "at_most": f"{held} t", "buy_at": "30 CNY/t", "sell_at": "20 CNY/t"}
    answer = solve_pack(SMOKE, rules={"market": rule})
    traded = answer.tables["charges"].groupby("flow")["value"].sum()
    assert (traded["allowance_buy"], traded["allowance_sell"]) == pytest.approx((bought, sold), abs=1e-9)
    assert answer.objective == pytest.approx(1000)


# x <= 3, y free of rows but y <= 5: the most of x, then the least of y.
LATER = program([[1.0, 0.0], [1.0, 1.0]], [(-INF, 3), (-INF, 8)], [[1, 0], [0, -1]], [(0, INF), (0, 5)])


def test_rounding_of_a_reduced_cost_holds_no_column_at_a_bound_where_it_is_not() -> None:
    """What points to a bound by less than rounding moves; by more it stays where it stands; at the bound it is held there."""
    live = hand_over(arrays_of(LATER), Options())
    assert live.run() == "optimal"
    plan = replace(stages._optimum(live), values=np.array([0.5, 0.0]), reduced=np.array([2e-9, 2e-9]))
    held = stages._face(live.state, plan).columns
    assert (held[0][0], held[1][0]) == (live.state.columns[0][0], live.state.columns[1][0])
    assert (held[0][1], held[1][1]) == (0, 0)
    held = stages._face(live.state, replace(plan, reduced=np.array([1e-3, 0.0]))).columns
    assert (held[0][0], held[1][0]) == (0.5, 0.5)
    assert (held[0][1], held[1][1]) == (live.state.columns[0][1], live.state.columns[1][1])


def test_a_later_objective_that_loses_the_plan_is_told_as_that_and_never_as_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "_face", lambda state, _: replace(state, columns=(state.columns[0] + 9, state.columns[1] + 9)))
    monkeypatch.setattr(stages, "_same_plan", lambda *_: None)
    with pytest.raises(SolveError, match="the plan of an earlier objective was lost in a later one") as told:
        solve(LATER, refuse)
    assert told.value.exit_code == STOPPED
