"""Per rule kind a case that is just feasible and one that is just not, and the words that then name the rule.

The country is that of tests/rules/works.py: old makes at most 100 t at 1 t of co2 each, new at most 100 t, wood takes up at most 100 t.
"""

from __future__ import annotations

from typing import Any

import pytest

import saltloop.formulation.rules  # noqa: F401
from rules.test_rules_on_trade import PAIR
from rules.works import WORKS
from saltloop.errors import INFEASIBLE, SolveError
from saltloop.formulation.rules.rule import Rule
from tiny import solve_pack

NO_WOOD = {"no_wood": {"ban": "wood"}}
# kind and form: the pack, the other rules, the rule with {} for its number, the last feasible number, a first infeasible one, further choices.
CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any], float, float, dict[str, Any]]] = {
    # 150 t made are 100 of new and 50 of old: 50 t of co2, less 100 taken up.
    "limit at_most": (WORKS, {"need": {"limit": "made", "at_least": "150 t"}}, {"limit": "co2", "at_most": "{} t"}, -50, -50.01, {}),
    "limit at_least": (WORKS, {}, {"limit": "made", "at_least": "{} t"}, 200, 200.01, {}),
    "limit equals": (WORKS, {}, {"limit": "made", "equals": "{} t"}, 200, 200.01, {}),
    # Of 150 t at most 100 are new.
    "target at_least": (WORKS, {"need": {"limit": "made", "at_least": "150 t"}}, {"target": "made_new", "at_least": "{} %", "of": "made"}, 66.66, 66.67, {}),
    # 80 t of old at least, nothing taken up: co2 per t made is least with all 100 of new, 80/180.
    "target at_most": (
        WORKS,
        {"keep": {"minimum": "old", "at_least": "80 t"}, **NO_WOOD},
        {"target": "co2", "at_most": "{} t/t", "of": "made"},
        0.4445,
        0.4444,
        {},
    ),
    "ban": (WORKS, {"it": {"ban": "old"}}, {"limit": "made", "at_least": "{} t"}, 100, 100.01, {}),
    "ceiling": (WORKS, {"need": {"limit": "made", "at_least": "150 t"}}, {"ceiling": "maker", "at_most": "{} t"}, 150, 149.99, {}),
    "minimum": (WORKS, {}, {"minimum": "wood", "at_least": "{} t"}, 100, 100.01, {}),
    # Half of old is left in 2030.
    "phase_out": (WORKS, {"it": {"phase_out": "old", "from": 2025, "by": 2035}}, {"limit": "made", "at_least": "{} t"}, 150, 150.01, {"periods": [2030]}),
    "build_rate": (WORKS, {"need": {"limit": "made", "at_least": "210 t"}}, {"build_rate": "new", "at_most": "{} t/a"}, 10, 9.99, {"may_build": ("option",)}),
    "net_zero": (WORKS, {"it": {"net_zero": "co2"}, "keep": {"minimum": "old", "at_least": "60 t"}}, {"ceiling": "wood", "at_most": "{} t"}, 60, 59.99, {}),
    # A block takes 2 t of slag, 25 are asked for.
    "exchange at_most": (PAIR, {"need": {"minimum": "press", "at_least": "25 t"}}, {"exchange": "slag", "at_most": "{} t"}, 50, 49.99, {}),
    "exchange allow": (PAIR, {"it": {"exchange": "slag", "allow": False}}, {"minimum": "press", "at_least": "{} t"}, 0, 0.01, {}),
    # Old takes half a tonne of coal per t.
    "entry": (
        WORKS,
        {"need": {"limit": "made", "at_least": "150 t"}},
        {"entry": "maker", "of": "coal", "at_most": "{} t/t", "plants": "all"},
        0.5,
        0.4999,
        {},
    ),
    # No other holder sells to the east, which makes 80 t of co2.
    "permit_market": (
        WORKS,
        {"it": {"permit_market": "co2"}, "keep": {"minimum": "old", "at_least": "80 t"}},
        {"allowance": "co2", "at_most": "{} t", "in": "east", "market": "it"},
        80,
        79.99,
        {},
    ),
}
# These bound nothing, or can be bought out of: no case is made infeasible by them.
NEVER = {
    "charge": {"charge": "co2", "price": "1e6 CNY/t"},
    "price": {"price": "good", "change": "-100 %"},
    "fund": {"fund": "0 CNY", "pays": {"made": "1 CNY/t"}},
    "allowance": {"allowance": "co2", "at_most": "-1000 t", "buy_at": "1000 CNY/t", "sell_at": "1 CNY/t"},
}


def rules_of(name: str, number: float) -> dict[str, Any]:
    _, others, raw, *_ = CASES[name]
    return {**others, "the_last": {key: text.format(number) if isinstance(text, str) else text for key, text in raw.items()}}


@pytest.mark.parametrize("name", CASES)
def test_the_last_feasible_number_has_a_plan(name: str) -> None:
    text, _, _, feasible, _, choices = CASES[name]
    assert solve_pack(text, rules=rules_of(name, feasible), **choices).solved.solution.certificate.worst < 1e-7


@pytest.mark.parametrize("name", CASES)
def test_the_first_infeasible_number_is_told_with_the_rules_that_contradict_each_other(name: str) -> None:
    text, others, _, _, infeasible, choices = CASES[name]
    with pytest.raises(SolveError) as told:
        solve_pack(text, rules=rules_of(name, infeasible), **choices)
    assert told.value.exit_code == INFEASIBLE
    for language, word in (("en", "rule"), ("zh", "规则")):
        words = told.value.text(language)
        assert word in words
        assert "the_last" in words
        for rule in others:
            assert rule in words
    assert "rules.yaml:1" in told.value.text("en")


@pytest.mark.parametrize("kind", NEVER)
def test_what_bounds_nothing_never_makes_a_case_infeasible(kind: str) -> None:
    """Even where every t must be made."""
    answer = solve_pack(WORKS, maximise="profit", rules={"need": {"limit": "made", "at_least": "200 t"}, "it": NEVER[kind]})
    assert answer.value("activity", "east", "old", 2025, "year") == pytest.approx(100)


def test_every_rule_kind_has_a_case() -> None:
    assert {name.split()[0] for name in CASES} | set(NEVER) == set(Rule.kinds)
