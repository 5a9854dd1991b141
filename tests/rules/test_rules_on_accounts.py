"""limit, target, net_zero, charge, allowance: rows between accounts, with the background of an official boundary."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from rules.works import WORKS
from saltloop.analysis.pareto import front
from saltloop.analysis.trade import trade_of
from saltloop.errors import InputError
from tiny import case_of, program_of, solve_pack

Golden = Callable[..., None]


def test_an_account_is_at_most_a_value(golden: Golden) -> None:
    """`in: all` counts the background: co2 east + co2 west + 5 <= 65, so 60 t."""
    golden("limit_at_most", program_of(WORKS, rules={"cap": {"limit": "co2", "at_most": "65 t", "in": "all"}}), "rule")


def test_a_cap_takes_the_cheaper_of_making_less_and_taking_up() -> None:
    """A t less of old loses 9.5, a t taken up costs 3: 40 units of wood, 1550 - 120; one more t is worth 3."""
    answer = solve_pack(WORKS, rules={"cap": {"limit": "co2", "at_most": "65 t", "in": "all"}})
    assert answer.objective == pytest.approx(1430)
    assert answer.dual("rule", "cap", 2025) == pytest.approx(3)


def test_an_account_is_at_least_a_value(golden: Golden) -> None:
    """Without an area there is no background: made east + made west >= 150."""
    golden("limit_at_least", program_of(WORKS, rules={"supply": {"limit": "made", "at_least": "0.15 kt"}}), "rule")


def test_a_floor_forces_a_loss() -> None:
    """With the good at 0.4, old loses 0.1 and new 3.6 per t; 150 t must be made: 100 old, 50 new; one more costs 3.6."""
    answer = solve_pack(WORKS.replace("prices good 10", "prices good 0.4"), rules={"supply": {"limit": "made", "at_least": "0.15 kt"}})
    assert answer.objective == pytest.approx(-10 - 180)
    assert answer.dual("rule", "supply", 2025) == pytest.approx(-3.6)


def test_an_account_equals_a_value(golden: Golden) -> None:
    """In the east alone; a site has no background: co2 east = 30."""
    golden("limit_equals", program_of(WORKS, rules={"exact": {"limit": "co2", "equals": "30 t", "in": "east"}}), "rule")


def test_an_exact_value_is_met_from_either_side() -> None:
    answer = solve_pack(WORKS, rules={"exact": {"limit": "co2", "equals": "30 t", "in": "east"}})
    assert answer.objective == pytest.approx(30 * 9.5 + 600)
    assert answer.dual("rule", "exact", 2025) == pytest.approx(9.5)


def test_a_limit_may_change_over_the_years(golden: Golden) -> None:
    """No row before the first year of a schedule; from then on the last value that is not later."""
    rules = {"cap": {"limit": "co2", "at_most": {2030: "40 t", 2038: "20 t"}}}
    golden("limit_schedule", program_of(WORKS, rules=rules, periods=[2025, 2030, 2035, 2040]), "rule")


def test_an_account_is_at_least_a_ratio_of_another(golden: Golden) -> None:
    """new - 0.6 made + 4 - 0.6 x 20 >= 0, so new - 0.6 made >= 8, over both sites."""
    golden("target_at_least", program_of(WORKS, rules={"share": {"target": "made_new", "at_least": "60 %", "of": "made", "in": "all"}}), "rule")


def test_a_share_is_reached_by_making_less_of_the_other() -> None:
    """100 of new stand: 100 + 4 >= 0.6 (100 + old + 20) gives old <= 53.333; one more t of right side costs 9.5/0.6."""
    answer = solve_pack(WORKS, rules={"share": {"target": "made_new", "at_least": "60 %", "of": "made", "in": "all"}})
    assert answer.objective == pytest.approx(600 + 9.5 * (104 / 0.6 - 120))
    assert answer.dual("rule", "share", 2025) == pytest.approx(-9.5 / 0.6)


def test_an_account_is_at_most_a_ratio_of_another(golden: Golden) -> None:
    """co2 per t made, over both sites, no background: co2 - 0.2 made <= 0."""
    golden("target_at_most", program_of(WORKS, rules={"intensity": {"target": "co2", "at_most": "200 kg/t", "of": "made"}}), "rule")


def test_an_intensity_is_kept_by_taking_up() -> None:
    """100 - wood <= 0.2 x 200: 60 of wood at 3."""
    answer = solve_pack(WORKS, rules={"intensity": {"target": "co2", "at_most": "200 kg/t", "of": "made"}})
    assert answer.objective == pytest.approx(1550 - 180)
    assert answer.dual("rule", "intensity", 2025) == pytest.approx(3)


def test_a_place_is_at_net_zero_without_its_background(golden: Golden) -> None:
    golden("net_zero", program_of(WORKS, rules={"zero": {"net_zero": "co2", "in": "all"}}), "rule")


def test_net_zero_takes_up_all_that_is_emitted() -> None:
    answer = solve_pack(WORKS, rules={"zero": {"net_zero": "co2"}})
    assert answer.objective == pytest.approx(1550 - 300)
    assert answer.value("activity", "west", "wood", 2025, "year") == pytest.approx(100)


def test_a_flat_charge_enters_the_account_for_charges(golden: Golden) -> None:
    """One tier without width: charged = co2 at each site, which may be negative; taxes = 2 x charged, a part of profit."""
    program = program_of(WORKS, rules={"carbon": {"charge": "co2", "price": "2 CNY/t"}})
    golden("charge_flat", program, "charge_base", "charge_tier", "rule")
    taxes = program.rows["key"].map(lambda key: key[:2] == ("taxes", "east"))
    entries = program.matrix[taxes.to_numpy()].tocoo()
    assert sorted(entries.data) == [-2.0, 1.0]


def test_a_charge_moves_those_who_pay_it_and_no_one_else() -> None:
    """At 4 per t, firms take up (3) all 100 t; a planner of gain is not moved, since it is a transfer; the west's share is a subsidy."""
    rules = {"carbon": {"charge": "co2", "price": "4 CNY/t"}}
    planner, firms = solve_pack(WORKS, rules=rules), solve_pack(WORKS, maximise="profit", rules=rules)
    assert planner.objective == pytest.approx(1550)
    assert planner.value("account", "taxes", "east", 2025) == pytest.approx(400)
    assert firms.objective == pytest.approx(1550 - 300)
    assert firms.value("account", "taxes", "west", 2025) == pytest.approx(-400)


def test_a_charge_in_tiers_rises_with_the_account(golden: Golden) -> None:
    """The first 40 t of the east pay 1, the next 30 pay 2.5, the rest 6; the rule says that the money enters transfers."""
    rules = {"carbon": {"charge": "co2", "price": [["0 t", "1 CNY/t"], ["40 t", "2.5 CNY/t"], ["70 t", "6 CNY/t"]], "in": "east", "to": "transfers"}}
    golden("charge_tiers", program_of(WORKS, rules=rules), "charge_base", "charge_tier", "rule")


def test_the_dearest_tier_is_avoided() -> None:
    """At 12 in the last tier a t of old loses 2.5: 70 t are made; 40 x 1 + 30 x 2.5 are paid."""
    rules = {"carbon": {"charge": "co2", "price": [["0 t", "1 CNY/t"], ["40 t", "2.5 CNY/t"], ["70 t", "12 CNY/t"]], "in": "east"}}
    answer = solve_pack(WORKS, maximise="profit", rules=rules)
    assert answer.objective == pytest.approx(70 * 9.5 + 600 - 40 - 75)
    assert [answer.value("charged", "carbon", k, "east", 2025) for k in (1, 2, 3)] == pytest.approx([40, 30, 0])


def test_allowances_can_be_bought_and_sold(golden: Golden) -> None:
    """co2 - bought + sold, over both sites, <= 30."""
    rules = {"market": {"allowance": "co2", "at_most": "30 t", "buy_at": "2 CNY/t", "sell_at": "1 CNY/t"}}
    golden("allowance", program_of(WORKS, maximise="profit", rules=rules), "rule")


@pytest.mark.parametrize(("buy", "sell", "profit", "worth"), [(2, 1, 1550 - 140, 2), (4, 3.5, 1550 - 300 + 30 * 3.5, 3.5), (4, 2, 1550 - 210, 3)])
def test_allowances_are_traded_where_that_is_cheaper_than_taking_up(buy: float, sell: float, profit: float, worth: float) -> None:
    """Taking up costs 3: at 2 all 70 are bought; sold at 3.5 all 100 are taken up and 30 sold; between the two prices 70 are taken up."""
    rules = {"market": {"allowance": "co2", "at_most": "30 t", "buy_at": f"{buy} CNY/t", "sell_at": f"{sell} CNY/t"}}
    answer = solve_pack(WORKS, maximise="profit", rules=rules)
    assert answer.objective == pytest.approx(profit)
    assert answer.dual("rule", "market", 2025) == pytest.approx(worth)


LOW = WORKS.replace("prices good 10", "prices good 0.4")


def test_a_fund_pays_until_it_is_spent(golden: Golden) -> None:
    """What is paid for both accounts, at both sites, stays within 100 CNY."""
    rules = {"grant": {"fund": "0.01 万元", "pays": {"made_new": "5 CNY/t", "made": "0.2 CNY/t"}}}
    golden("fund", program_of(LOW, maximise="profit", rules=rules), "rule")


def test_a_fund_brings_in_what_it_can_pay_for_and_no_more() -> None:
    """With the good at 0.4, new loses 3.6 per t and gains 1.4 with 5 from the fund, which pays for 20 t; one yuan more brings 1.4 / 5."""
    rules = {"grant": {"fund": "100 CNY", "pays": {"made_new": "5 CNY/t"}}}
    answer = solve_pack(LOW, maximise="profit", rules=rules)
    assert answer.objective == pytest.approx(28)
    assert answer.value("account", "made_new", "west", 2025) == pytest.approx(20)
    assert answer.value("account", "taxes", "west", 2025) == pytest.approx(-100)
    assert answer.dual("rule", "grant", 2025) == pytest.approx(0.28)
    paid = answer.line("charges", rule="grant", site="west")
    assert (paid["value"], paid["money"], paid["unit"]) == (pytest.approx(100), pytest.approx(-100), "CNY")


def test_a_fund_larger_than_all_claims_leaves_the_rest_unspent() -> None:
    """100 t at 1.4; the 500 CNY are not used up, so one more is worth nothing. What is not made is not paid for."""
    answer = solve_pack(LOW, maximise="profit", rules={"grant": {"fund": "900 CNY", "pays": {"made_new": "5 CNY/t"}}})
    assert answer.objective == pytest.approx(140)
    assert answer.dual("rule", "grant", 2025) == pytest.approx(0)


def test_a_fund_that_holds_an_account_above_zero_says_so() -> None:
    """Profit takes cost off revenue, so it may be negative; what is made may not."""
    answer = solve_pack(LOW, maximise="profit", rules={"grant": {"fund": "100 CNY", "pays": {"profit": "10 %", "made": "0.2 CNY/t"}}})
    assert [p.message.code for p in answer.solved.case.notes] == ["M324"]
    assert "'profit'" in answer.solved.case.notes.warnings[0].text()


OWN = {"east_holds": {"allowance": "co2", "at_most": "30 t", "in": "east"}, "west_holds": {"allowance": "co2", "at_most": "20 t", "in": "west"}}
JOINED = {name: {**rule, "market": "permits"} for name, rule in OWN.items()}


def test_holders_trade_among_themselves(golden: Golden) -> None:
    """Bought less sold, over the holders of both sites; each holder is bound by its own row."""
    golden("permit_market", program_of(WORKS, rules={**JOINED, "permits": {"permit_market": "co2"}}), "rule")


def test_a_permit_goes_where_it_is_worth_most() -> None:
    """Alone the east makes 30 t. Together 50 t may be emitted: old makes 100 t, the west takes up 50 at 3, and a permit costs 3."""
    answer = solve_pack(WORKS, rules={**JOINED, "permits": {"permit_market": "co2"}})
    alone = {name: {"limit": "co2", "at_most": rule["at_most"], "in": rule["in"]} for name, rule in OWN.items()}
    assert solve_pack(WORKS, rules=alone).objective == pytest.approx(30 * 9.5 + 600)
    assert answer.objective == pytest.approx(1550 - 150)
    assert answer.dual("rule", "permits", 2025) == pytest.approx(3)
    assert answer.value("allowance_buy", "east_holds", "east", 2025) - answer.value("allowance_sell", "east_holds", "east", 2025) == pytest.approx(70)


def test_an_allowance_in_a_market_that_no_rule_makes_is_an_error() -> None:
    with pytest.raises(InputError, match=r"M323 .*'permits'"):
        solve_pack(WORKS, rules=JOINED)


def test_an_allowance_has_prices_or_a_market() -> None:
    for more in ({}, {"buy_at": "1 CNY/t"}, {"buy_at": "1 CNY/t", "sell_at": "1 CNY/t", "market": "permits"}):
        with pytest.raises(ValidationError, match="both buy_at and sell_at, or market"):
            solve_pack(WORKS, rules={"it": {"allowance": "co2", "at_most": "1 t", **more}})


TIERS = {"charge": "co2", "price": [["0 t", "1 CNY/t"], ["40 t", "2 CNY/t"], ["60 t", "2.5 CNY/t"]]}


@pytest.mark.parametrize(
    ("rules", "settings", "what"),
    [
        ({}, {"maximise": "taxes"}, "the objective"),
        ({}, {"minimise": ["gain", "profit"]}, "the objective"),
        ({"need": {"limit": "taxes", "at_least": "300 CNY"}}, {}, "rule 'need'"),
        ({"need": {"limit": "profit", "at_most": "300 CNY"}}, {}, "rule 'need'"),
        ({"need": {"limit": "taxes", "equals": "300 CNY"}}, {}, "rule 'need'"),
        ({"need": {"limit": "taxes", "at_least": "300 CNY", "in": "west"}}, {}, "rule 'need'"),
        ({"grant": {"fund": "50 CNY", "pays": {"taxes": "20 %"}, "to": "transfers"}}, {}, "rule 'grant'"),
    ],
)
def test_tiers_that_somebody_gains_by_are_refused(rules: dict[str, Any], settings: dict[str, Any], what: str) -> None:
    """A linear plan would pay -1 at 1 and +1 at 2.5 without end, and meet any demand for taxes with money that nobody owes."""
    with pytest.raises(InputError, match=rf"M325.*{what}"):
        program_of(WORKS, rules={"fee": TIERS} | rules, **settings)


@pytest.mark.parametrize("account", ["max:taxes", "max:taxes@west", "min:profit"])
def test_fronts_of_accounts_that_gain_by_tiers_are_refused(account: str) -> None:
    case = case_of(WORKS, rules={"fee": TIERS}, maximise="profit")
    with pytest.raises(InputError, match=rf"M325.*account '{account.partition(':')[2]}', wished {'low' if 'min' in account else 'high'}, gains") as refused:
        trade_of(case, ("co2", account))
    assert f"取{'低' if 'min' in account else '高'}的账户“{account.partition(':')[2]}”因多付款而获益" in refused.value.text("zh")


def test_a_front_of_accounts_that_gain_by_no_tier_is_that_of_the_tax_owed() -> None:
    """At all 100 t 180 are owed of 1550. Without the old plant and with all the wood, 600 - 300 are left, and 100 t taken up bring 1 each."""
    points = front(trade_of(case_of(WORKS, rules={"fee": TIERS}, maximise="profit"), ("profit", "co2")), 3).points
    assert points[points["kind"] == "end"][["second", "first"]].to_numpy() == pytest.approx(np.array([[-100, 400], [100, 1370]]), abs=1e-6)


@pytest.mark.parametrize("need", [{"limit": "taxes", "at_most": "300 CNY"}, {"limit": "profit", "at_least": "300 CNY"}, {"limit": "co2", "at_least": "10 t"}])
def test_tiers_that_nobody_gains_by_are_paid_in_order(need: dict[str, Any]) -> None:
    """100 t of co2, which wood would take up for 3 each, at 1, 2 and 2.5: 40 + 40 + 100 = 180 are owed."""
    answer = solve_pack(WORKS, rules={"fee": TIERS, "need": need}, maximise="profit")
    for account, owed in (("co2", 100), ("taxes", 180)):
        assert sum(answer.value("account", account, site, 2025) for site in ("east", "west")) == pytest.approx(owed)
