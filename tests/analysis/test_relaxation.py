"""What a rule would have to say for a plan to exist: the last feasible number of every kind, found from an infeasible one."""

from __future__ import annotations

import re

import pytest

from feasibility.test_barely import CASES, rules_of
from rules.works import WORKS
from saltloop.analysis.relaxation import Relaxed, relaxed_alone, relaxed_together
from saltloop.errors import SolveError
from saltloop.formulation.arrays import arrays_of
from saltloop.formulation.case import build_case
from saltloop.formulation.program import compile_program
from tiny import case_of, solve_pack


def alone(text: str, rule: str, **choices: object) -> Relaxed:
    """How far one rule must give way."""
    case = case_of(text, **choices)
    arrays = arrays_of(compile_program(case))
    row = next(n for n, (family, key) in enumerate(arrays.layout.rows) if family == "rule" and key[0] == rule)
    return relaxed_alone(case, arrays, [row])[0]


# The best ratio is exact, see below; a standard decides before the solve who may run, so what gives way is their activity.
OTHERWISE = {"target at_least", "entry"}


@pytest.mark.parametrize("name", sorted(set(CASES) - OTHERWISE))
def test_the_last_feasible_number_is_found(name: str) -> None:
    text, _, _, last, first, choices = CASES[name]
    found = alone(text, "the_last", rules=rules_of(name, first + 20 * (first - last)), **choices)
    assert found.enough is not None
    assert found.enough == pytest.approx(last, abs=2e-4 * (1 + abs(last)))


def test_the_best_ratio_is_exact() -> None:
    """Of 150 t at most 100 are new: two thirds."""
    text, _, _, _, _, choices = CASES["target at_least"]
    found = alone(text, "the_last", rules=rules_of("target at_least", 80), **choices)
    assert (found.now, found.enough) == pytest.approx((0.8, 2 / 3))


def test_a_rule_that_is_not_the_only_culprit_is_not_enough_alone() -> None:
    rules = {"one": {"limit": "made", "at_least": "250 t"}, "two": {"minimum": "wood", "at_least": "130 t"}}
    assert alone(WORKS, "one", rules=rules).enough is None
    assert alone(WORKS, "two", rules=rules).enough is None


def test_several_culprits_give_way_together() -> None:
    rules = {"one": {"limit": "made", "at_least": "250 t"}, "two": {"minimum": "wood", "at_least": "130 t"}}
    case = case_of(WORKS, rules=rules)
    arrays = arrays_of(compile_program(case))
    rows = [n for n, (family, _) in enumerate(arrays.layout.rows) if family == "rule"]
    found = {arrays.layout.rows[each.row][1][0]: each.enough for each in relaxed_together(case, arrays, rows)}
    assert found == {"one": pytest.approx(200), "two": pytest.approx(100)}


def test_the_number_that_is_told_is_enough_as_it_is_told() -> None:
    """Two thirds are reached: 66.7 % is too much for a plan, and 66.7 % would be what to round to."""
    text, _, _, _, _, choices = CASES["target at_least"]
    with pytest.raises(SolveError, match=re.escape("66.7 % -> 66.66 % would be enough")):
        solve_pack(text, rules=rules_of("target at_least", 66.7), **choices)
    solve_pack(text, rules=rules_of("target at_least", 66.66), **choices)


@pytest.mark.parametrize(("language", "words"), [("en", "250 t -> 200 t would be enough"), ("zh", "250吨 -> 200吨 即可行")])
def test_the_message_says_which_number_would_be_enough(language: str, words: str) -> None:
    with pytest.raises(SolveError) as caught:
        solve_pack(WORKS, rules={"one": {"limit": "made", "at_least": "250 t"}})
    assert words in caught.value.text(language)


def test_the_message_says_what_is_enough_together() -> None:
    rules = {"one": {"limit": "made", "at_least": "250 t"}, "two": {"minimum": "wood", "at_least": "130 t"}}
    with pytest.raises(SolveError) as caught:
        solve_pack(WORKS, rules=rules)
    text = caught.value.text()
    assert "Together these changes are:" in text
    assert "250 t -> 200 t" in text
    assert "130 t -> 100 t" in text


def test_a_plan_exists_with_the_number_told(tmp_path: object) -> None:
    """The number is put into the rule, and the case solves."""
    found = alone(WORKS, "cap", rules={"cap": {"limit": "co2", "at_most": "-80 t"}, "need": {"limit": "made", "at_least": "150 t"}})
    assert found.enough == pytest.approx(-50)
    case = case_of(WORKS, rules={"cap": {"limit": "co2", "at_most": f"{found.enough} t"}, "need": {"limit": "made", "at_least": "150 t"}})
    assert build_case(case.pack, case.choices).sites
    assert solve_pack(WORKS, rules={"cap": {"limit": "co2", "at_most": f"{found.enough} t"}, "need": {"limit": "made", "at_least": "150 t"}}).objective > 0
