"""ban, ceiling, minimum, phase_out, build_rate: rows on activities and on new capacity."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rules.works import WORKS
from saltloop.errors import InputError
from tiny import program_of, solve_pack

Golden = Callable[..., None]


def test_what_is_banned_does_not_run(golden: Golden) -> None:
    """By the tag `maker`, both processes, from 2030 on."""
    golden("ban", program_of(WORKS, rules={"stop": {"ban": "maker", "from": 2030}}, periods=[2025, 2030]), "rule")


def test_a_ban_costs_what_the_process_earned() -> None:
    answer = solve_pack(WORKS, rules={"stop": {"ban": "old"}})
    assert answer.objective == pytest.approx(600)
    assert answer.dual("rule", "stop", 2025) == pytest.approx(9.5)


def test_the_output_of_a_group_has_a_ceiling(golden: Golden) -> None:
    golden("ceiling", program_of(WORKS, rules={"quota": {"ceiling": "maker", "at_most": "120 t"}}), "rule")


def test_a_quota_goes_to_the_better_earner() -> None:
    answer = solve_pack(WORKS, rules={"quota": {"ceiling": "maker", "at_most": "120 t"}})
    assert answer.objective == pytest.approx(950 + 20 * 6)
    assert answer.dual("rule", "quota", 2025) == pytest.approx(6)


def test_the_output_of_a_process_has_a_floor(golden: Golden) -> None:
    golden("minimum", program_of(WORKS, rules={"keep": {"minimum": "wood", "at_least": "0.02 kt", "in": "west"}}), "rule")


def test_a_floor_costs_what_the_process_loses() -> None:
    answer = solve_pack(WORKS, rules={"keep": {"minimum": "wood", "at_least": "20 t"}})
    assert answer.objective == pytest.approx(1550 - 60)
    assert answer.dual("rule", "keep", 2025) == pytest.approx(-3)


def test_a_floor_on_what_cannot_exist_is_an_error_and_a_ceiling_a_note() -> None:
    with pytest.raises(InputError, match="M321"):
        program_of(WORKS, rules={"keep": {"minimum": "wood", "at_least": "20 t", "in": "east"}})
    answer = solve_pack(WORKS, rules={"cap": {"ceiling": "wood", "at_most": "20 t", "in": "east"}})
    assert [p.message.code for p in answer.solved.case.notes] == ["M320"]


def test_what_is_phased_out_falls_in_a_straight_line(golden: Golden) -> None:
    """From 2025 (100 %) by 2040: 2030 two thirds, 2035 one third, 2040 and after nothing of the 100 t that stand."""
    rules = {"exit": {"phase_out": "old", "from": 2025, "by": 2040}}
    golden("phase_out", program_of(WORKS, rules=rules, periods=[2025, 2030, 2035, 2040, 2045]), "rule")


def test_a_phase_out_halves_the_plan_at_half_time() -> None:
    """Without `from` it starts in the first period; 2025 full, 2030 half."""
    answer = solve_pack(WORKS, rules={"exit": {"phase_out": "old", "by": 2035}}, periods=[(2025, 1), (2030, 1)])
    assert answer.value("activity", "east", "old", 2025, "year") == pytest.approx(100)
    assert answer.value("activity", "east", "old", 2030, "year") == pytest.approx(50)
    assert answer.dual("rule", "exit", 2030) == pytest.approx(9.5 * 1.08**-5)


def test_a_period_builds_no_more_than_the_pace(golden: Golden) -> None:
    rules = {"pace": {"build_rate": "new", "at_most": {2025: "10 t/a", 2030: "25 t/a"}}}
    golden("build_rate", program_of(WORKS, rules=rules, periods=[2025, 2030], may_build=("option",)), "rule")


def test_the_pace_spreads_the_building() -> None:
    """A new unit earns 6 and costs 1 a year (annuity of 9.818 over 20 years at 8 %): 10 are built in 2025, 25 more in 2030."""
    rules = {"pace": {"build_rate": "new", "at_most": {2025: "10 t/a", 2030: "25 t/a"}}}
    answer = solve_pack(WORKS, rules=rules, periods=[(2025, 1), (2030, 1)], may_build=("option",))
    assert answer.objective == pytest.approx(1550 + 10 * 5 + (1550 + 35 * 5) * 1.08**-5)
    assert answer.dual("rule", "pace", 2025) == pytest.approx(5 + 5 * 1.08**-5)


OLD_TOO = WORKS.replace("capacities west new 40 t/a option", "capacities west new 40 t/a option | capacities east old 50 t/a option").replace(
    "factors equipment new lifetime 20", "factors equipment new lifetime 20 | factors equipment old lifetime 20"
)


def test_what_fails_a_standard_is_not_built(golden: Golden) -> None:
    """Old takes 0.5 t of coal per t, new none: with 0.4 allowed, nothing more of old is built; the 100 t that stand run on."""
    rules = {"standard": {"entry": "maker", "of": "coal", "at_most": "400 kg/t"}}
    golden("entry_new", program_of(OLD_TOO, rules=rules, may_build=("option",)), "rule")
    free, bound = (solve_pack(OLD_TOO, rules=r, may_build=("option",)) for r in ({}, rules))
    assert free.objective - bound.objective == pytest.approx(50 * 9.5)
    assert bound.value("activity", "east", "old", 2025, "year") == pytest.approx(100)
    assert bound.dual("rule", "standard", 2025) == pytest.approx(9.5)


def test_what_fails_a_standard_for_all_plants_does_not_run(golden: Golden) -> None:
    rules = {"standard": {"entry": "maker", "of": "coal", "at_most": "0.4 t/t", "plants": "all", "from": 2030}}
    golden("entry_all", program_of(WORKS, rules=rules, periods=[2025, 2030]), "rule")
    answer = solve_pack(WORKS, rules=rules, periods=[2025, 2030])
    assert [answer.value("activity", "east", "old", y, "year") for y in (2025, 2030)] == pytest.approx([100, 0])


def test_a_standard_that_all_meet_refuses_nothing_and_says_so() -> None:
    answer = solve_pack(WORKS, rules={"standard": {"entry": "maker", "of": "coal", "at_most": "0.5 t/t", "plants": "all"}})
    assert answer.objective == pytest.approx(1550)
    assert [p.message.code for p in answer.solved.case.notes] == ["M320"]


SHARED = """
areas all | sites east all
commodities good t | commodities brick t
equipment hall t/a
processes press good | processes bake brick
uses press hall 1 t | uses bake hall 0.5 t
recipes press good make 1 | recipes bake brick make 1
capacities east hall 150
markets town demand | market_tiers town good | market_tiers town brick
prices good 10 | prices brick 8
accounts made t | account_terms made made good
"""


def test_a_phase_out_weighs_what_processes_take_of_shared_equipment() -> None:
    """A brick takes half a tonne of the hall: 150 t/a of hall bake 300 t, 8 x 300 = 2400; at half time 75 of hall, 150 t of brick.

    The other half of the hall is then free for 75 t of the other good, at 10.
    """
    answer = solve_pack(SHARED, rules={"exit": {"phase_out": "bake", "by": 2035}}, periods=[(2025, 1), (2030, 1)])
    assert answer.value("activity", "east", "bake", 2025, "year") == pytest.approx(300)
    assert answer.value("activity", "east", "bake", 2030, "year") == pytest.approx(150)
    assert answer.value("activity", "east", "press", 2030, "year") == pytest.approx(75)
    # Another tonne of hall for bricks takes the place of a tonne of good: 2 x 8 - 10.
    assert answer.dual("rule", "exit", 2030) == pytest.approx(6 * 1.08**-5)


@pytest.mark.parametrize("rule", [{"phase_out": "maker", "by": 2035}, {"build_rate": "maker", "at_most": "3 t/a"}])
def test_capacities_in_different_units_are_not_added_up(rule: dict[str, object]) -> None:
    pack = WORKS.replace("processes new good - - - maker", "processes new good - t/d - maker")
    with pytest.raises(InputError, match=r"S222.*t/a, t/d"):
        program_of(pack, rules={"it": rule}, may_build=("option",))
