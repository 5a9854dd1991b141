"""The influence of weak numbers is what solving again says, to first order and at the ends of the ranges."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import tiny
from saltloop.analysis.influence.data import data_of, moved
from saltloop.analysis.influence.influence import Influence, influence
from saltloop.data.pack import Pack
from saltloop.errors import InputError, Problems
from saltloop.formulation.case import build_case
from saltloop.interfaces.influence_text import influence_text
from saltloop.scenario.resolve import Scenario

TOY = """
sites lake | sites town
commodities salt t | commodities cake t | commodities power MWh
processes mine salt | processes press cake | processes roast cake | processes boil cake
recipes mine salt make 1 low=1 high=1
recipes mine power use 0.5 low=0.3 high=0.9
recipes press cake make 1
recipes press salt use 2 low=1.5 high=2.4
recipes press power use 1
recipes roast cake make 1
recipes roast salt use 1.2 low=1.1 high=2.1
recipes roast power use 6 low=4 high=9
recipes boil cake make 1
recipes boil salt use 1 low=0.9 high=1.1
factors process mine variable_cost 3 low=2 high=6
factors process press variable_cost 4 low=1 high=5
factors process roast variable_cost 5 low=4 high=60
factors process boil variable_cost 200 low=20 high=300
factors process boil labour 1 low=0 high=9
factors mode rail freight_distance 0.05 low=0.02 high=0.2
capacities lake mine 100 low=60 high=130
capacities town press 30 low=20 high=60
capacities town roast 25 low=25 high=26
capacities town boil 10 low=5 high=11
markets shop demand | markets grid supply
market_tiers shop cake - 40
market_tiers shop cake 2 - 0.6 tier=2 low=0.3 high=0.9
market_tiers shop salt
market_tiers grid power
market_access shop all cake 2 low=1 high=6
market_access shop all salt 1
market_access grid all power 0 low=0 high=2 unit=CNY/MWh
prices cake 100 - low=60 high=130
prices cake 90 - year=2020 low=60 high=130
prices salt 12 - low=5 high=30
prices power 4 - low=2 high=9 grade=C
modes rail t salt
links track lake town rail 50 low=30 high=80
"""


def scenario(source: str = TOY) -> Scenario:
    pack = tiny.pack_of(source)
    return Scenario(Path("toy.yaml"), {"en": "Toy", "zh": "小算例"}, "toy", {}, {}, pack, tiny.choices_of(pack), (), Problems())


@cache
def toy() -> tuple[Scenario, Influence]:
    case = scenario()
    return case, influence(case, top=6, trajectories=2)


def objective(pack: Pack) -> float:
    return tiny.solve_pack(pack).objective


def test_slopes_are_those_of_building_anew() -> None:
    case, found = toy()
    slopes = found.frame.set_index(["table", "key"])["slope"]
    for datum in data_of(build_case(case.pack, case.choices)):
        if (datum.table, datum.key) in slopes.index:
            step = 1e-4 * datum.width * (1 if datum.high > datum.value else -1)
            again = (objective(moved(case.pack, {datum: datum.value + step})) - found.objective) / step
            assert slopes[datum.table, datum.key] == pytest.approx(again, rel=1e-6, abs=1e-6), datum.key


def test_ends_are_those_of_building_anew() -> None:
    case, found = toy()
    for datum in data_of(build_case(case.pack, case.choices)):
        row = found.frame[(found.frame["table"] == datum.table) & (found.frame["key"] == datum.key)]
        ends = [objective(moved(case.pack, {datum: end})) - found.objective for end in (datum.low, datum.high)]
        if len(row):
            assert row[["at_low", "at_high"]].iloc[0].tolist() == pytest.approx(ends, abs=1e-6), datum.key
        else:
            assert ends == pytest.approx([0, 0], abs=1e-6), datum.key


def test_a_number_that_shows_nowhere_is_not_ranked() -> None:
    _, found = toy()
    assert {"cake / 2020", "process / boil / labour"}.isdisjoint(found.frame["key"])
    assert found.counts["with_range"] > found.counts["in_programme"] == len(found.frame)


def test_what_is_idle_now_but_enters_within_its_range_is_found() -> None:
    _, found = toy()
    row = found.frame.set_index("key").loc["process / boil / variable_cost"]
    assert row["slope"] == pytest.approx(0)
    assert row["resolved"] in ("patched", "exact")
    assert row["plan_changes"]
    assert row["enters"] == "boil@town"
    assert row["at_low"] > 0 == row["at_high"]


def test_the_widest_come_first_and_are_screened_together() -> None:
    _, found = toy()
    assert found.frame["width"].is_monotonic_decreasing
    assert (found.frame["resolved"].head(6) == "exact").all()
    assert found.frame["morris_mean"].head(6).notna().all()
    assert found.frame["morris_mean"].iloc[6:].isna().all()
    assert found.frame["place"].str.match(r"\w+\.csv:\d+").all()


def test_a_number_that_brings_a_row_is_told_and_not_ranked() -> None:
    found = influence(scenario(TOY + "processes bake cake\nrecipes bake cake make 1\ncapacities town bake 0 low=0 high=5"), top=2, trajectories=0)
    assert found.unmeasured == ("capacities: town / bake / existing / 2000",)


def test_only_the_tables_asked_for() -> None:
    found = influence(scenario(), top=2, trajectories=0, tables=("prices",))
    assert set(found.frame["table"]) == {"prices"}
    with pytest.raises(InputError, match="R140"):
        influence(scenario(), tables=("price",))


@pytest.mark.parametrize(("language", "words"), [("en", ("measured next", "changes", "prices.csv:")), ("zh", ("应测定", "改变", "prices.csv:"))])
def test_text(language: str, words: tuple[str, ...]) -> None:
    case, found = toy()
    text = influence_text(case, found, 6, language)
    for word in words:
        assert word in text


def test_nothing_weak() -> None:
    case = scenario(TOY.replace("low=", "grade=A low=").replace("grade=C", ""))
    assert "No number" in influence_text(case, influence(case), 5)
