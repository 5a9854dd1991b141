"""What planning together is worth, by hand: who needs whom, who adds nothing, who can be replaced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.typed import PACKS, typed
from saltloop.analysis.cooperation import REST, Cooperation, cooperation, players_of
from saltloop.analysis.shares import coalitions, excess, marginal, members, shapley
from saltloop.errors import INFEASIBLE, InputError, SolveError
from saltloop.interfaces.cooperation_text import cooperation_text
from tiny import Answer, solve_pack

# North has 100 t of salt, sold at 10; south makes soda at 100 of it, up to 60 t, and has none. East has bricks and no link.
# Together 60 t go south: 60 x (100 - 10) = 5,400 more.
BASIN = """
areas all | areas up all | areas down all | areas aside all
sites north up | sites south down | sites east aside
commodities salt t | commodities soda t | commodities brick t
processes scrape salt | processes cook soda | processes burn brick
recipes scrape salt make 1 | recipes cook soda make 1 | recipes cook salt use 1 | recipes burn brick make 1
capacities north scrape 100 | capacities south cook 60 | capacities east burn 5
modes rail t salt | links road north south rail 0
markets town demand
market_tiers town salt | market_tiers town soda | market_tiers town brick
prices salt 10 | prices soda 100 | prices brick 20
market_access town north salt | market_access town south soda | market_access town east brick
"""
# A second site with salt instead of the bricks: whoever has the soda works can choose.
RIVALS = BASIN.replace("capacities east burn 5", "capacities east scrape 100").replace("links road", "links lane east south rail 0 | links road") + (
    "market_access town east salt"
)
# 100 t must be served in the south: from outside at 3, or made in the north at 1 a tonne.
SERVED = """
sites north | sites south
commodities salt t
processes scrape salt | recipes scrape salt make 1 | factors process scrape variable_cost 1 | capacities north scrape 200
modes rail t salt | links road north south rail 0
markets outside supply | markets town demand
market_tiers outside salt | market_tiers town salt
prices salt 3 market=outside | prices salt 0 market=town
demands town south salt 100
accounts cost CNY money
account_terms cost buy - - price | account_terms cost activity - - variable_cost
"""


def asked(answer: Answer, *named: str, exchanges: int = 20) -> Cooperation:
    case = answer.solved.case
    return cooperation(case, answer.solved.program, players_of(case, named), exchanges)


def column(found: Cooperation, name: str) -> dict[str, Any]:
    return dict(zip(found.shares["player"], found.shares[name], strict=True))


def test_two_that_need_each_other_share_alike_and_a_third_gets_nothing() -> None:
    found = asked(solve_pack(BASIN), "up", "down", "aside")
    assert (found.nobody, found.everybody, found.gain) == pytest.approx((1_100, 6_500, 5_400))
    assert column(found, "alone") == pytest.approx({"up": 1_000, "down": 0, "aside": 100})
    assert column(found, "together") == pytest.approx({"up": 400, "down": 6_000, "aside": 100})
    assert column(found, "shapley") == pytest.approx({"up": 2_700, "down": 2_700, "aside": 0})
    assert column(found, "marginal") == pytest.approx({"up": 5_400, "down": 5_400, "aside": 0})
    assert column(found, "equal") == pytest.approx({"up": 1_800, "down": 1_800, "aside": 1_800})
    assert column(found, "transfer") == pytest.approx({"up": 3_300, "down": -3_300, "aside": 0})
    assert found.in_core
    assert not found.equal_in_core, "up and down would do better by 1,800 without giving aside a third"
    pair = found.coalitions.set_index("coalition").loc["up down"]
    assert (pair["gain"], pair["excess"], pair["equal_excess"]) == pytest.approx((5_400, 0, 1_800))


def test_what_passes_and_what_it_carries() -> None:
    line = asked(solve_pack(BASIN), "up", "down", "aside").exchanges
    assert len(line) == 1
    line = line.iloc[0]
    assert (line["commodity"], line["origin"], line["destination"], line["unit"], line["value_unit"]) == ("salt", "up", "down", "t", "CNY/t")
    assert (line["amount"], line["first_unit"], line["value_here"], line["loss_without"]) == pytest.approx((60, 90, 10, 5_400))


def test_who_is_not_asked_is_not_solved() -> None:
    assert asked(solve_pack(BASIN), "up", "down", exchanges=0).exchanges["loss_without"].isna().all()


def test_rivals_get_little_and_no_such_share_is_stable() -> None:
    """Each rival is needed in one order of six: 5,400 / 6; the works could have all of it by playing them against each other."""
    found = asked(solve_pack(RIVALS), "north", "south", "east")
    assert column(found, "shapley") == pytest.approx({"north": 900, "south": 3_600, "east": 900})
    assert column(found, "marginal") == pytest.approx({"north": 0, "south": 5_400, "east": 0})
    assert not found.in_core
    assert found.coalitions.set_index("coalition")["excess"]["north south"] == pytest.approx(900)


def test_a_cost_that_falls_is_a_gain() -> None:
    found = asked(solve_pack(SERVED, minimise="cost"))
    assert (found.nobody, found.everybody, found.gain) == pytest.approx((300, 100, 200))
    assert column(found, "alone") == pytest.approx({"north": 0, "south": -300})
    assert column(found, "shapley") == pytest.approx({"north": 100, "south": 100})
    assert (found.exchanges["first_unit"].iloc[0], found.exchanges["value_there"].iloc[0]) == pytest.approx((2, 1))


def test_who_cannot_do_without_the_others_is_told() -> None:
    alone = SERVED.replace("market_tiers outside salt", "market_tiers outside salt 1 50")
    with pytest.raises(SolveError) as raised:
        asked(solve_pack(alone, minimise="cost"))
    assert raised.value.exit_code == INFEASIBLE
    assert "depends on what others give" in raised.value.text("en")
    assert "依赖他方供给" in raised.value.text("zh")


def test_sites_of_nobody_are_a_player() -> None:
    case = solve_pack(BASIN).solved.case
    assert players_of(case, ["up"]) == {"up": ("north",), REST: ("south", "east")}
    assert list(players_of(case)) == ["up", "down", "aside"]


@pytest.mark.parametrize(("named", "code"), [(("upp", "down"), "R161"), (("up", "north"), "R162"), (("all",), "R163")])
def test_players_that_cannot_be_compared_are_told(named: tuple[str, ...], code: str) -> None:
    with pytest.raises(InputError) as raised:
        players_of(solve_pack(BASIN).solved.case, named)
    assert code in raised.value.text("en")
    assert code in raised.value.text("zh")


@given(st.integers(2, 5), st.integers(0, 2**32 - 1))
def test_shares_add_up_and_treat_equals_alike(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    gains = {each: float(random.uniform(0, 100)) for each in coalitions(count)}
    assert shapley(count, gains).sum() == pytest.approx(gains[(1 << count) - 1])
    by_size = {each: float(each.bit_count() ** 2) for each in coalitions(count)}
    assert shapley(count, by_size) == pytest.approx(np.full(count, count))
    dummy = {each: gains.get(each & ~1, 0.0) for each in coalitions(count)}
    assert (shapley(count, dummy)[0], marginal(count, dummy)[0]) == pytest.approx((0, 0))


def test_coalitions_by_hand() -> None:
    assert sorted(coalitions(3)) == [0b011, 0b101, 0b110, 0b111]
    assert members(0b101) == (0, 2)
    assert len(set(coalitions(10))) == 2**10 - 11
    assert excess({0b11: 10.0}, np.array([4.0, 3.0])) == {1: -4.0, 2: -3.0, 3: 3.0}


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("5,400", "the rest", "not stable", "Shapley share", "Salt".lower())), ("zh", ("5,400", "其余地点", "核心", "沙普利值"))]
)
def test_the_text_says_all_of_it(language: str, words: tuple[str, ...]) -> None:
    answer = solve_pack(BASIN)
    said = cooperation_text(asked(answer, "up", "down"), answer.solved.case.pack, "CNY", language)
    for word in words:
        assert word in said


def test_nothing_to_gain_is_said() -> None:
    answer = solve_pack(BASIN)
    said = cooperation_text(asked(answer, "aside"), answer.solved.case.pack, "CNY")
    assert "changes nothing" in said


def test_commands_as_typed(tmp_path: Path) -> None:
    toy = PACKS / "toy.yaml"
    near = typed("alternatives", toy, "--within", "5 %", "--out", tmp_path / "near.xlsx")
    assert near.code == 0, near.text
    assert (tmp_path / "near.xlsx").is_file()
    assert typed("alternatives", toy, "--within", "much").code == 2
    alone = typed("cooperate", toy, "lake")
    assert alone.code == 2
    assert "--players lake" in alone.text
    assert "R161" in typed("cooperate", toy, "--players", "nowhere").text
