"""Rules looked at before the solve, on the country of tests/rules/works.py: old and new make at most 100 t each, wood takes up at most 100 t."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from rules.works import WORKS
from saltloop.analysis.lint import lint
from saltloop.formulation.program import compile_program
from saltloop.interfaces.lint_text import lint_text
from tiny import case_of


def findings(**rules: dict[str, Any]) -> pd.DataFrame:
    case = case_of(WORKS, rules=rules)
    return lint(case, compile_program(case))


def line(frame: pd.DataFrame, rule: str) -> pd.Series:
    return frame.set_index("rule").loc[rule]


def test_a_floor_above_all_capacity_is_impossible() -> None:
    found = line(findings(much={"limit": "made", "at_least": "250 t"}), "much")
    assert found["finding"] == "impossible"
    assert (found["now"], found["least"], found["most"]) == pytest.approx((250, 0, 200))


def test_a_cap_above_the_physical_maximum_says_nothing() -> None:
    found = line(findings(cap={"limit": "co2", "at_most": "150 t"}), "cap")
    assert found["finding"] == "idle"
    assert (found["least"], found["most"]) == pytest.approx((-100, 100))


def test_a_ratio_is_held_against_the_best_that_any_plan_reaches() -> None:
    """Of what is made all can be new."""
    assert findings(share={"target": "made_new", "at_least": "90 %", "of": "made"}).empty
    found = line(findings(share={"target": "made_new", "at_least": "110 %", "of": "made"}), "share")
    assert (found["finding"], found["most"]) == ("impossible", pytest.approx(1))


def test_rules_that_hold_one_by_one_may_clash() -> None:
    """200 t made emit 100 t of co2, of which wood takes up all; without wood they do not go together with a cap of 50 t."""
    found = findings(no_wood={"ban": "wood"}, all_made={"limit": "made", "at_least": "200 t"}, cap={"limit": "co2", "at_most": "50 t"})
    assert "clash" not in set(found["finding"])
    found = findings(few={"ceiling": "wood", "at_most": "10 t"}, cap={"limit": "co2", "at_most": "-20 t"})
    assert [tuple(row) for row in found[["rule", "finding", "with"]].to_numpy()] == [("few", "clash", "cap")]


def test_a_target_below_what_is_reached_anyway_is_told() -> None:
    """The best plan without rules makes 200 t and takes nothing up: 100 t of co2."""
    found = findings(made={"limit": "made", "at_least": "150 t"}, cap={"limit": "co2", "at_most": "50 t"})
    assert found[["rule", "finding"]].to_numpy().tolist() == [["made", "met"]]
    assert "150 t is already met by the best plan" in lint_text(found, 2)


@pytest.mark.parametrize(("language", "words"), [("en", "250 t is beyond what any plan reaches, 0 t to 200 t"), ("zh", "250吨 超出任何方案所能达到的范围")])
def test_findings_are_told_with_their_numbers(language: str, words: str) -> None:
    text = lint_text(findings(much={"limit": "made", "at_least": "250 t"}), 1, language)
    assert words in text
