"""Family 2: shared equipment, profiles, minimum load, and capacity over the periods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tiny import case_of, program_of, solve_pack

Golden = Callable[..., None]

HALL = """
sites park
commodities salt t | commodities block t
processes washing salt | processes pressing block
recipes washing salt make 1 | recipes pressing block make 1
equipment hall t/a
uses washing hall 1 | uses pressing hall 0.5
factors equipment hall availability 0.9 | factors equipment hall min_load 0.3
capacities park hall 100
markets town demand
market_tiers town salt | market_tiers town block 1 60
prices salt 10 | prices block 8
"""


def test_processes_share_equipment_by_their_use(golden: Golden) -> None:
    """1 washing + 0.5 pressing <= 0.9 x 1 (whole year) x capacity."""
    golden("capacity_limit", program_of(HALL), "capacity_limit")


def test_the_scarce_hall_serves_first_what_pays_best_per_use_of_it() -> None:
    """90 t of hall: pressing brings 8/0.5 = 16 per unit of hall, 60 t of it take 30; 60 t of washing take the rest."""
    answer = solve_pack(HALL)
    assert answer.objective == pytest.approx(60 * 8 + 60 * 10)
    assert answer.dual("capacity_stock", "park", "hall", 2025) == pytest.approx(0.9 * 10)


SUN = """
sites park
commodities power MWh slice
processes sun power slice MW
recipes sun power make 1
capacities park sun 2
markets grid demand
market_tiers grid power
prices power 100
profiles sun 1 0.10 | profiles sun 2 0.20 | profiles sun 3 0.25 0 | profiles sun 3 0.75 12
""" + "\n".join(f"profiles sun {month} 0.3" for month in range(4, 13))


def test_a_profile_bounds_each_month(golden: Golden) -> None:
    """A MWh takes 1/8760 of a MW-year: activity/8760 <= profile x 744/8760 x capacity. March is the mean of its hours, (0.25 + 0.75)/2."""
    golden("capacity_limit_months", program_of(SUN, slices="months"), "capacity_limit")


def test_the_sun_gives_profile_times_hours_times_capacity() -> None:
    answer = solve_pack(SUN, slices="months")
    hours = {"m01": 744 * 0.10, "m02": 672 * 0.20, "m03": 744 * 0.50, "m04": 720 * 0.30}
    for month, expected in hours.items():
        assert answer.value("activity", "park", "sun", 2025, month) == pytest.approx(2 * expected)


def test_a_typical_day_has_the_hours_of_its_month_and_its_own_hour_of_the_profile() -> None:
    """Hour 12 of March stands for 31 hours; its profile is 0.75, that of hour 5 is not given and counts as zero."""
    answer = solve_pack(SUN, slices="typical_days")
    assert answer.value("activity", "park", "sun", 2025, "m03h12") == pytest.approx(2 * 31 * 0.75)
    assert answer.value("activity", "park", "sun", 2025, "m03h05") == 0
    assert answer.value("activity", "park", "sun", 2025, "m01h05") == pytest.approx(2 * 31 * 0.10)


def test_equipment_that_stands_runs_at_its_minimum_load(golden: Golden) -> None:
    """1 washing + 0.5 pressing >= 0.3 x 0.9 x capacity."""
    golden("minimum_load", program_of(HALL), "minimum_load")


def test_minimum_load_forces_a_loss_unless_the_equipment_is_retired() -> None:
    """At a cost of 15 washing loses 5/t; the block market is shut, so 27 t must run. Given up, the hall loses nothing."""
    losing = HALL.replace("block 1 60", "block 1 0") + "factors process washing variable_cost 15"
    assert solve_pack(losing).objective == pytest.approx(-27 * 5)
    assert solve_pack(losing, may_retire=True).objective == pytest.approx(0)


PLANT = """
sites park
commodities salt t
processes mine salt
recipes mine salt make 1
factors equipment mine lifetime 8 | factors equipment mine capital_cost 20 | factors equipment mine fixed_cost 1
capacities park mine 100 t/a existing 2000 2029
capacities park mine 40 t/a existing 2000
capacities park mine 60 t/a option 2025
markets town demand
market_tiers town salt 1 90
prices salt 10
"""
YEARS = ((2025, 5.0), (2030, 5.0), (2035, 5.0))
GROWING = {"periods": YEARS, "existing": ("existing",), "may_build": ("option",), "may_retire": True}


def test_capacity_is_what_stands_plus_what_lives_less_what_was_retired(golden: Golden) -> None:
    """140 stand in 2025; 100 end in 2029, so 40 stand later, and what is given up of the 100 is missed in 2025 alone.

    New capacity lives 8 years: that of 2025 still in 2030, not in 2035.
    """
    golden("capacity_stock", program_of(PLANT, **GROWING), "capacity_stock")


def test_what_is_built_so_far_stays_within_the_permission(golden: Golden) -> None:
    """new 2025 <= 60; new 2025 + new 2030 <= 60; all three <= 60, whether they still stand or not."""
    golden("build_limit", program_of(PLANT, **GROWING), "build_limit")


def test_what_is_retired_so_far_stays_within_what_stands_by_schedule(golden: Golden) -> None:
    """Of the 100 that end in 2029, no more than 100 in 2025; of the 40 that go on, no more than 40 in all periods together."""
    golden("retirement_limit", program_of(PLANT, **GROWING), "retirement_limit")


def test_the_plan_builds_when_the_old_plant_ends() -> None:
    """90 t sell at 10. 2025: 140 stand, 50 too many; they are given up out of the 100 that end in 2029, so they are not missing in 2030.

    A new unit costs 20 spread over 8 years at 8 % plus 1 fixed, 4.4803, less than 10: 2030 builds 50, and it still stands in 2035.
    Weights: five years each, discounted by 8 %.
    """
    answer = solve_pack(PLANT, **GROWING)
    annuity = 20 * 0.08 / (1 - 1.08**-8)
    weights = [5, 5 * 1.08**-5, 5 * 1.08**-10]
    profit = [900 - 90, 900 - 90 - 50 * annuity, 900 - 90 - 50 * annuity]
    assert answer.objective == pytest.approx(sum(w * p for w, p in zip(weights, profit, strict=True)))
    assert answer.value("new_capacity", "park", "mine", 2035, 2030) == pytest.approx(50)
    assert answer.value("capacity", "park", "mine", 2035) == pytest.approx(90)
    standing = answer.tables["capacity"].set_index("period")
    assert standing["retired"].to_list() == pytest.approx([50, 0, 0])
    assert (standing["existing"] + standing["new"] - standing["retired"]).to_list() == pytest.approx(standing["total"].to_list())


def test_a_permission_that_ends_forbids_building_after_its_last_year() -> None:
    """An option of 2025 to 2029 may be built in 2025; in 2030 nothing more may be built, and what was built stands on."""
    text = PLANT.replace("option 2025", "option 2025 2029")
    case = case_of(text, **GROWING)
    assert [key for key in case.may_build if key[3] == 2030] == []
    answer = solve_pack(text, **GROWING)
    assert answer.value("capacity", "park", "mine", 2030) <= 40 + 60


PERMITS = """
sites park
commodities salt t
processes mine salt
recipes mine salt make 1
factors equipment mine lifetime 30 | factors equipment mine capital_cost 20 | factors equipment mine fixed_cost 1
markets town demand
market_tiers town salt 1 90
prices salt 10
"""
SHRINKING = PERMITS + "capacities park mine 40 t/a option 2025 2029 | capacities park mine 20 t/a option 2025"


def allowed(pace: dict[int, str] | None = None) -> dict[str, Any]:
    rules = {} if pace is None else {"pace": {"build_rate": "mine", "at_most": pace}}
    return {"periods": YEARS, "may_build": ("option",), "rules": rules}


def test_a_permission_that_shrinks_takes_nothing_away_of_what_was_built() -> None:
    """60 may be built in 2025, and stand on when only 20 may be built: each brings 10 less 1 less its annuity in all three periods."""
    answer = solve_pack(SHRINKING, **allowed())
    annuity, weights = 20 * 0.08 / (1 - 1.08**-30), [5, 5 * 1.08**-5, 5 * 1.08**-10]
    assert answer.objective == pytest.approx(60 * (9 - annuity) * sum(weights))
    assert answer.value("capacity", "park", "mine", 2035) == pytest.approx(60)


def test_a_permission_that_was_not_used_in_time_is_lost() -> None:
    """10 are built in 2025 under the permission of 40 that ends in 2029; its other 30 are lost, and 20 more come under the one that goes on."""
    answer = solve_pack(SHRINKING, **allowed({2025: "10 t/a", 2030: "100 t/a"}))
    assert [answer.value("capacity", "park", "mine", y) for y in (2025, 2030, 2035)] == pytest.approx([10, 30, 30])


def test_a_permission_for_the_years_between_cannot_be_used_before_or_after() -> None:
    """10 may be built in any year, 10 more in 2030 alone, when the pace lets nothing be built; so 10 of 2025 are all."""
    text = PERMITS + "capacities park mine 10 t/a option 2025 | capacities park mine 10 t/a option 2030 2034"
    answer = solve_pack(text, **allowed({2025: "10 t/a", 2030: "0 t/a", 2035: "100 t/a"}))
    assert [answer.value("capacity", "park", "mine", y) for y in (2025, 2030, 2035)] == pytest.approx([10, 10, 10])
