"""Entry prices: just above, a thing is in the plan, just below it is not; a thing in the plan stays down to its leaving price."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rules.works import WORKS
from saltloop.formulation.case import build_case
from saltloop.formulation.choices import PriceChange
from saltloop.scenario.resolve import Scenario, load_scenario
from tiny import Answer, case_of, solve_case, solve_pack

TOY = Path(__file__).parents[1] / "packs" / "toy.yaml"


@cache
def scenario() -> Scenario:
    return load_scenario(TOY)


def toy(prices: dict[str, float], may_build: tuple[str, ...] = ()) -> Answer:
    """The toy pack at other prices."""
    changes = tuple(PriceChange(c, None, False, ((2025, value),)) for c, value in prices.items())
    return solve_case(build_case(scenario().pack, replace(scenario().choices, price_changes=changes, may_build=may_build)))


def test_caustic_soda_enters_at_its_break_even_price() -> None:
    """1.46 t of salt at 200, 2.5 MWh at 300, 0.89 t of chlorine at 1000 to neutralise, 200 variable: 2132 CNY/t, as process and as sale."""
    answer = toy({}, may_build=("option",))
    process, sale = answer.line("entry", item="chlor_alkali"), answer.line("entry", item="caustic_soda buyers 1")
    assert process["enters_at"] == pytest.approx(2132)
    assert sale["enters_at"] == pytest.approx(2132)
    assert (process["unit"], sale["unit"]) == ("CNY/t", "CNY/t")
    for price, made in ((2131, False), (2133, True)):
        level = toy({"caustic_soda": price}, may_build=("option",)).line("entry", item="chlor_alkali")["level"]
        assert (level > 1) == made


# The lake stays below its brine limit under 580; blocks give way to salt above 657.14 of coal (57.14 x 0.175 = 10); salt of the first tier is sold
# down to the price of the second.
LEAVING = {"potash buyers 1": ("potash", 580, -1), "coal suppliers 1": ("coal", 600 + 10 / 0.175, 1), "salt_block buyers 1": ("salt_block", 145, -1)}


@pytest.mark.parametrize("item", LEAVING)
def test_the_plan_changes_just_beyond_a_leaving_price(item: str) -> None:
    commodity, price, way = LEAVING[item]
    answer = toy({})
    assert answer.line("entry", item=item)["leaves_at"] == pytest.approx(price)
    plan = answer.tables["activities"].set_index("process")["value"]
    for step, same in ((-0.5, True), (0.5, False)):
        other = toy({commodity: price + way * step}).tables["activities"].set_index("process")["value"]
        assert np.allclose(other.reindex(plan.index).fillna(0), plan) == same


STORE = """
sites a
commodities salt t | commodities soda t | commodities fuel t
processes mine salt | processes boil soda
recipes mine salt make 1 | recipes boil soda make 1 | recipes boil salt use 2 | recipes boil fuel use 0.5
capacities a mine 100 | capacities a boil 100
markets town demand | markets far demand | markets pit supply | markets dear supply
market_tiers town salt | market_tiers far soda | market_tiers pit fuel | market_tiers dear fuel
prices salt 10 | prices soda 20 | prices fuel 4 - pit | prices fuel 9 - dear
accounts sales CNY | account_terms sales sell - - price
"""
VARIANTS: dict[str, dict[str, Any]] = {
    "one year": {},
    "periods": {"periods": [(2025, 5.0), (2030, 5.0)]},
    "a tax on sales": {"maximise": "profit", "rules": {"tax": {"charge": "sales", "price": "0.2 CNY/CNY"}}},
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_sale_and_its_process_enter_where_the_objective_feels_the_price(name: str) -> None:
    """A t of soda needs 2 t of salt that would sell at 10 and fuel for 2: break-even 22, whatever the weight of the year.

    With a tax of a fifth on sales, salt is worth 8 at the site: (16 + 2)/0.8 = 22.5 is the price that must be paid.
    """
    answer = solve_pack(STORE, **VARIANTS[name])
    expected = 22.5 if "tax" in name else 22.0
    for year in answer.solved.case.years:
        assert answer.line("entry", item="soda far 1", period=year)["enters_at"] == pytest.approx(expected)
        assert answer.line("entry", item="soda far 1", period=year)["unit"] == "CNY/t"
    for price, made in ((expected - 0.01, False), (expected + 0.01, True)):
        moved = solve_pack(STORE.replace("prices soda 20", f"prices soda {price}"), **VARIANTS[name])
        assert (moved.value("activity", "a", "boil", 2025, "year") > 1) == made


@pytest.mark.parametrize("name", VARIANTS)
def test_a_purchase_enters_where_it_beats_the_supplier_of_now(name: str) -> None:
    """Fuel is bought at 4 from the pit: the other supplier must come down to that; the pit stays up to his 9, or until boiling no longer pays."""
    text = STORE.replace("prices soda 20", "prices soda 40")
    answer = solve_pack(text, **VARIANTS[name])
    for year in answer.solved.case.years:
        assert answer.line("entry", item="fuel dear 1", period=year)["enters_at"] == pytest.approx(4)
        assert answer.line("entry", item="fuel pit 1", period=year)["leaves_at"] == pytest.approx(9)
    for price, bought in ((3.99, True), (4.01, False)):
        moved = solve_pack(text.replace("prices fuel 9 - dear", f"prices fuel {price} - dear"), **VARIANTS[name])
        assert (moved.value("buy", "a", "fuel", "dear", 1, 2025, "year") > 1) == bought


def test_a_cost_that_is_minimised_is_read_the_same_way() -> None:
    """Cheapest supply of 50 t: mined for 3, bought for 5. Bought it would be under 3; mined it stays while it costs less than 5."""
    text = """
    sites a | commodities salt t | processes mine salt | recipes mine salt make 1 | capacities a mine 100 | factors process mine variable_cost 3
    markets shop supply | markets town demand | market_tiers shop salt | market_tiers town salt 1 - 0 | prices salt 5
    demands town a salt 50 | accounts cost CNY | account_terms cost buy - - price | account_terms cost activity - - variable_cost
    """
    answer = solve_pack(text, minimise="cost")
    assert answer.objective == pytest.approx(150)
    assert answer.line("entry", item="salt shop 1")["enters_at"] == pytest.approx(3)
    for price, bought in ((2.9, True), (3.1, False)):
        moved = solve_pack(text.replace("prices salt 5", f"prices salt {price}"), minimise="cost")
        assert (moved.value("buy", "a", "salt", "shop", 1, 2025, "year") > 1) == bought


def test_no_price_brings_in_what_the_objective_does_not_feel() -> None:
    answer = solve_pack(WORKS, minimise="co2")
    assert np.isnan(answer.tables["entry"].query("family != 'process'")[["enters_at", "leaves_at"]].to_numpy()).all()


def test_the_value_of_a_product_is_found_at_the_resolution_of_the_product() -> None:
    """A monthly process with a yearly product, and a yearly one with a monthly product: both have an entry price in every row."""
    text = """
    sites a | commodities salt t | commodities heat GJ slice | processes pan salt slice | processes stove heat
    recipes pan salt make 1 | recipes stove heat make 1 | factors process pan variable_cost 12 | factors process stove variable_cost 7
    capacities a pan 100 | capacities a stove 100 | markets town demand | market_tiers town salt | market_tiers town heat | prices salt 10
    prices heat 5
    """
    table = solve_case(case_of(text, slices="months")).tables["entry"].query("family == 'process'")
    assert set(zip(table["item"], table["enters_at"].round(6), strict=True)) == {("pan", 12.0), ("stove", 7.0)}
