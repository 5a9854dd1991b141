"""Family 1: the balance of a commodity, with one flow of every kind, and between yearly and monthly things."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from arrays import only
from saltloop.formulation.program import Program
from tiny import program_of, solve_pack

Golden = Callable[..., None]

WORKS = """
sites lake | sites park
commodities brine m3 | commodities salt t | commodities waste t
basins pool m3
basin_supplies pool lake brine
processes wash salt
recipes wash salt make 1 | recipes wash brine use 20 | recipes wash waste make 3
capacities lake wash 100
equipment shed t
stores silo salt shed
capacities park shed 50
modes road t salt
links lane lake park road 40
factors mode road loss_distance 0.001
markets mill supply | markets town demand
market_tiers mill salt | market_tiers town salt
market_access mill park salt | market_access town park salt
prices salt 7 - mill | prices salt 10 - town
routes heap
disposals heap lake waste 2
"""


def test_a_balance_holds_every_kind_of_flow_once(golden: Golden) -> None:
    """Seven kinds of flow, each with its sign on the left (supply) less the right (use).

    lake: brine = draw - 20 wash; salt = wash - ship (what leaves is counted in full); waste = 3 wash - dispose.
    park: salt = buy + (1 - 0.001 x 40 km) ship + store_out - sell - store_in.
    """
    golden("balance", program_of(WORKS), "balance")


def test_the_optimum_of_the_works_is_the_one_worked_out_by_hand() -> None:
    """100 t of salt: waste costs 300 x 2; 96 t arrive and sell at 10. Bought salt at 7 sells at 10 without limit, so it is left out here."""
    answer = solve_pack(WORKS.replace("market_tiers mill salt", "market_tiers mill salt 1 0"))
    assert answer.objective == pytest.approx(96 * 10 - 300 * 2)
    assert answer.value("ship", "lane", "salt", 2025, "year") == pytest.approx(100)


MIXED = """
sites park
commodities power MWh slice | commodities heat GJ slice | commodities lime t
processes kiln lime | processes boiler heat slice
recipes kiln lime make 1 | recipes kiln power use 2
recipes boiler heat make 1 | recipes boiler lime use 0.5
capacities park kiln 1000 | capacities park boiler 1000
markets grid supply | markets town demand
market_tiers grid power | market_tiers town heat
prices power 5 | prices heat 40
"""


def months(program: Program) -> Program:
    """Only the rows of lime (one for the year) and of power in January and February, to keep the golden short."""
    kept = [
        f == "balance" and (k[1] == "lime" or (k[1] == "power" and k[3] in ("m01", "m02")))
        for f, k in zip(program.rows["family"], program.rows["key"], strict=True)
    ]
    return only(program, kept)


def test_a_yearly_process_is_spread_over_months_and_a_monthly_one_summed(golden: Golden) -> None:
    """The kiln counts by year: January sees 744/8760 of its activity, so power = buy - 2 x 744/8760 kiln.

    The boiler counts by month: the year's lime = kiln - 0.5 x the sum of its twelve activities.
    """
    golden("balance_months", months(program_of(MIXED, slices="months")), "balance")


def test_the_mixed_case_burns_all_lime() -> None:
    """1000 t lime burn to 2000 GJ x 40, less 2000 MWh x 5; the boiler can do 1000 GJ in a year, 744/8760 of it in January."""
    answer = solve_pack(MIXED, slices="months")
    assert answer.objective == pytest.approx(1000 * 40 - 500 * 2 * 5)
    assert answer.value("activity", "park", "boiler", 2025, "m01") == pytest.approx(1000 * 744 / 8760)
