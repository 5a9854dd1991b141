"""Family 7: tiers of sales and purchases, demand that must be met, disposal that is limited."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from saltloop.errors import INFEASIBLE, SolveError
from tiny import program_of, solve_pack

Golden = Callable[..., None]

TRADE = """
sites east | sites west
commodities ore t | commodities salt t
processes mine salt
recipes mine salt make 1 | recipes mine ore use 1
capacities east mine 100 | capacities west mine 100
markets pit supply | markets town demand
market_tiers pit ore 1 50 1 | market_tiers pit ore 2 - 1.5
market_tiers town salt 1 40 1 | market_tiers town salt 2 80 0.8 | market_tiers town salt 3 - 0.5
market_access town east * 1 | market_access town west * 0
prices ore 4 | prices salt 10
"""


def test_a_buyer_takes_the_volume_of_a_tier_over_all_sites(golden: Golden) -> None:
    """Tiers 1 and 2 are bounded by 40 and 80 over both sites; the last has no bound, so no row."""
    golden("sales_tier", program_of(TRADE), "sales_tier")


def test_a_supplier_gives_the_volume_of_a_tier_over_all_sites(golden: Golden) -> None:
    golden("purchase_tier", program_of(TRADE), "purchase_tier")


def test_tiers_are_filled_while_the_margin_lasts() -> None:
    """Ore costs 4 for 50 t, then 6. Salt brings 10 for 40 t, 8 for 80 t, 5 after: 120 t pay, 100 of them from the west, free of freight.

    40 x 10 + 80 x 8 - 50 x 4 - 70 x 6 - 20 x 1 of freight from the east.
    """
    answer = solve_pack(TRADE)
    assert answer.objective == pytest.approx(400 + 640 - 200 - 420 - 20)
    assert answer.dual("sales_tier", "town", "salt", 2, 2025) == pytest.approx(8 - 6 - 1)
    assert answer.dual("purchase_tier", "pit", "ore", 1, 2025) == pytest.approx(2)


NEED = """
sites east | sites west
commodities heat GJ slice
processes boiler heat slice
recipes boiler heat make 1
factors process boiler variable_cost 3
capacities east boiler 100 | capacities west boiler 100
markets homes demand
market_tiers homes heat 1 - 1
demands homes east heat 120 - 20
demands homes west heat 40
prices heat 0
"""


def test_a_demand_is_met_in_every_slice_or_stays_unmet(golden: Golden) -> None:
    """Served + unmet >= 744/8760 of the yearly demand in January. In the west unmet has an upper bound of zero, which is no row."""
    golden("demand_served", program_of(NEED, slices="months"), "demand_served")


def test_demand_with_a_price_is_served_while_that_is_cheaper() -> None:
    """East: 100 of 120 can be served at 3, the rest costs 20 each; west: 40 at 3. One more unit of demand in the east costs 20."""
    answer = solve_pack(NEED)
    assert answer.objective == pytest.approx(-(140 * 3 + 20 * 20))
    assert answer.value("unmet", "east", "homes", "heat", 2025, "year") == pytest.approx(20)
    assert answer.dual("demand_served", "east", "homes", "heat", 2025, "year") == pytest.approx(-20)


def test_demand_without_a_price_must_be_met() -> None:
    with pytest.raises(SolveError) as told:
        solve_pack(NEED.replace("demands homes west heat 40", "demands homes west heat 101"))
    assert told.value.exit_code == INFEASIBLE
    assert "Demand served: west, homes, heat" in told.value.text("en")
    assert "需求满足" in told.value.text("zh")


HEAP = """
sites park
commodities salt t slice | commodities slag t slice
processes mine salt slice
recipes mine salt make 1 | recipes mine slag make 2
capacities park mine 100
routes heap | routes sea discharge
disposals heap park slag 1 - 60 | disposals sea park slag 4 - 1000
markets town demand
market_tiers town salt
prices salt 10
"""


def test_a_route_takes_no_more_in_the_year_than_it_may(golden: Golden) -> None:
    """Twelve months together: heap <= 60, sea <= 1000."""
    golden("disposal_limit", program_of(HEAP, slices="months"), "disposal_limit")


def test_the_cheaper_route_is_filled_first() -> None:
    """100 t of salt leave 200 t: 60 on the heap at 1, 140 to the sea at 4. Room on the heap is worth the difference."""
    answer = solve_pack(HEAP)
    assert answer.objective == pytest.approx(1000 - 60 - 140 * 4)
    assert answer.dual("disposal_limit", "park", "slag", "heap", 2025) == pytest.approx(3)


GROWING = """
sites park
commodities salt t
processes mine salt
recipes mine salt make 1
capacities park mine 100
markets town demand
market_tiers town salt 1 40 1 | market_tiers town salt 1 60 0.9 year=2030 | market_tiers town salt 2 - 0.5 | market_tiers town salt 3 10 0.3 year=2035
prices salt 10
"""


def test_a_tier_holds_another_volume_at_another_share_from_a_year_on() -> None:
    """40 t at 10 and 60 at 5; from 2030 on 60 t at 9 and 40 at 5. The third tier, of 2035, would take 10 t, which the second takes dearer."""
    answer = solve_pack(GROWING, periods=[(2025, 1), (2030, 1), (2035, 1)], discount_rate=0)
    assert [answer.value("sell", "park", "salt", "town", 1, y, "year") for y in (2025, 2030, 2035)] == pytest.approx([40, 60, 60])
    assert answer.objective == pytest.approx((400 + 300) + 2 * (540 + 200))
    assert answer.dual("sales_tier", "town", "salt", 1, 2030) == pytest.approx(9 - 5)


def test_a_tier_that_has_not_begun_takes_nothing() -> None:
    answer = solve_pack(GROWING.replace("salt 2 - 0.5", "salt 2 20 0.5"), periods=[(2025, 1), (2030, 1), (2035, 1)], discount_rate=0)
    assert [answer.value("sell", "park", "salt", "town", 3, y, "year") for y in (2025, 2030, 2035)] == pytest.approx([0, 0, 10])
