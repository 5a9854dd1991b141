"""price and exchange: what a price path does to the coefficients, and what may pass between sites."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from arrays import only
from rules.works import WORKS
from saltloop.formulation.program import Program
from tiny import program_of, solve_pack

Golden = Callable[..., None]

PAIR = """
areas giving all | areas taking all
sites mine giving | sites plant taking | sites store taking
commodities slag t | commodities block t
processes dig slag | processes press block
recipes dig slag make 1 | recipes press block make 1 | recipes press slag use 2
capacities mine dig 100 | capacities plant press 40
routes heap
disposals heap all slag 1
modes road t slag
links lane mine plant road 10 | links back plant store road 10 | links spur mine store road 10
markets town demand
market_tiers town block
prices block 10
"""


def gains(program: Program) -> Program:
    """The rows that define gain, where the prices stand."""
    kept = [f == "account_definition" and k[0] in ("gain", "transfers") for f, k in zip(program.rows["family"], program.rows["key"], strict=True)]
    return only(program, kept)


def test_a_price_path_moves_the_coefficients_of_later_years(golden: Golden) -> None:
    """The good at 10: 9 in 2025 (-10 %), 7 from 2030 on; coal at 1: 1.5 from 2030 on, not before."""
    rules = {"cheap": {"price": "good", "change": {2025: "-10 %", 2030: "-30 %"}}, "dear": {"price": "coal", "market": "pit", "to": {2030: "1500 CNY/kt"}}}
    program = program_of(WORKS, rules=rules, periods=[2025, 2030, 2035])
    golden("price", gains(program), "account_definition", "rule")


def test_a_lower_price_lowers_the_plan() -> None:
    rules = {"cheap": {"price": "good", "change": "-50 %"}}
    assert solve_pack(WORKS, rules=rules).objective == pytest.approx(100 * 4.5 + 100 * 1)


def test_a_price_may_fall_to_nothing_in_one_year_only() -> None:
    """A price of zero is a price: 2025 sells at 10, 2030 at 0, so nothing is made then."""
    rules = {"crash": {"price": "good", "change": {2030: "-100 %"}}}
    answer = solve_pack(WORKS, rules=rules, periods=[2025, 2030])
    assert answer.objective == pytest.approx(1550)


def test_an_exchange_can_be_forbidden(golden: Golden) -> None:
    """From the giving side to the taking side: both roads of the mine, not the one between plant and store."""
    golden("exchange_ban", program_of(PAIR, rules={"none": {"exchange": "slag", "allow": False, "from": "giving", "to": "taking"}}), "rule")


def test_a_forbidden_exchange_ends_what_lives_on_it() -> None:
    answer = solve_pack(PAIR, rules={"none": {"exchange": "slag", "allow": False}})
    assert answer.objective == pytest.approx(0)
    assert answer.dual("rule", "none", 2025) == pytest.approx(5)


def test_every_good_can_be_forbidden_both_ways() -> None:
    """The slag of the mine goes to the plant: one rule ends it, whichever side it names first; without both_ways only the named way is closed."""
    blocks = PAIR.replace("modes road t slag", "modes road t slag+block")
    assert blocks != PAIR
    for sides in ({"from": "giving", "to": "taking"}, {"from": "taking", "to": "giving"}):
        answer = solve_pack(blocks, rules={"apart": {"exchange": "*", "allow": False, "both_ways": True, **sides}})
        assert answer.objective == pytest.approx(0)
    one_way = solve_pack(blocks, rules={"apart": {"exchange": "*", "allow": False, "from": "taking", "to": "giving"}})
    assert one_way.objective == pytest.approx(400)


def test_an_exchange_can_be_capped(golden: Golden) -> None:
    golden("exchange_cap", program_of(PAIR, rules={"some": {"exchange": "slag", "at_most": "0.05 kt", "to": "plant"}}), "rule")


def test_a_cap_leaves_what_fits() -> None:
    answer = solve_pack(PAIR, rules={"some": {"exchange": "slag", "at_most": "0.05 kt", "to": "plant"}})
    assert answer.objective == pytest.approx(25 * 10)
    assert answer.dual("rule", "some", 2025) == pytest.approx(5)


def test_an_agreed_price_moves_money_from_receiver_to_giver(golden: Golden) -> None:
    """transfers: 3 x ship at the mine, -3 x ship at the plant; nothing in gain, no row."""
    program = program_of(PAIR, rules={"fair": {"exchange": "slag", "price": "3 CNY/t", "from": "mine", "to": "plant"}})
    golden("exchange_price", gains(program), "account_definition", "rule")


def test_a_transfer_adds_up_to_nothing() -> None:
    """80 t of slag at 3: the mine gains 240, the plant pays 240; the sum of profits is that of gains."""
    answer = solve_pack(PAIR, maximise="profit", rules={"fair": {"exchange": "slag", "price": "3 CNY/t", "from": "mine", "to": "plant"}})
    assert answer.objective == pytest.approx(400)
    assert answer.value("account", "transfers", "mine", 2025) == pytest.approx(240)
    assert answer.value("account", "transfers", "plant", 2025) == pytest.approx(-240)


def test_an_agreed_price_may_begin_in_a_later_year() -> None:
    """Nothing is paid before: in 2025 the slag is handed over for free."""
    rules = {"fair": {"exchange": "slag", "price": {2030: "3 CNY/t"}, "from": "mine", "to": "plant"}}
    answer = solve_pack(PAIR, maximise="profit", rules=rules, periods=[2025, 2030])
    assert answer.value("account", "transfers", "mine", 2025) == pytest.approx(0)
    assert answer.value("account", "transfers", "mine", 2030) == pytest.approx(240)


def test_all_commodities_of_a_tag_can_be_bounded_together(golden: Golden) -> None:
    """Slag and dust, both tagged waste, on all roads: together at most 30 t."""
    text = PAIR.replace("commodities slag t", "commodities slag t - waste | commodities dust t - waste").replace("modes road t slag", "modes road t waste")
    text = text.replace("recipes dig slag make 1", "recipes dig slag make 1 | recipes dig dust make 1").replace(
        "disposals heap all slag 1", "disposals heap all slag 1 | disposals heap all dust 1"
    )
    golden("exchange_tag", program_of(text, rules={"few": {"exchange": "waste", "at_most": "30 t"}}), "rule")
