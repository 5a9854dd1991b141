"""The ledger: one defining row per account, and charges in tiers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tiny import program_of, solve_pack

Golden = Callable[..., None]

ALL_FLOWS = """
sites lake | sites park
commodities brine m3 | commodities salt t - bulk | commodities waste t - bulk | commodities coal t | commodities heat GJ
basins pool m3
basin_supplies pool lake brine
processes wash salt
recipes wash salt make 1 | recipes wash brine use 20 | recipes wash waste make 3
processes dry heat
recipes dry heat make 1 | recipes dry coal use 0.05
capacities lake wash 100 t/a | capacities lake wash 20 t/a option | capacities park dry 1000
modes road t bulk
links lane lake park road 40
markets mine supply | markets town demand
market_tiers mine coal | market_tiers town salt 1 50 | market_tiers town salt 2 - 0.5 | market_tiers town heat
market_access mine park coal 12 | market_access town park salt 3 | market_access town park heat 0 CNY/GJ
prices coal 600 | prices salt 300 | prices heat 45
demands town park heat 2000 - 80
routes heap
disposals heap all waste 5
factors process wash variable_cost 0.02 万元 | factors equipment wash fixed_cost 7 | factors equipment wash capital_cost 100
factors equipment wash lifetime 10
factors mode road freight 2 | factors mode road freight_distance 0.5
factors commodity coal co2 2.1 t | factors basin pool ions 0.3 kg
accounts co2 kt | accounts ions t | accounts chloride t | accounts load t | accounts green t | accounts built t/a | accounts sold t
account_terms co2 used coal - co2
account_terms ions draw - - ions
account_terms chloride made salt - content:Cl
account_terms load ship bulk road
account_terms built new_capacity - wash | account_terms built capacity - wash
account_terms green activity - wash - 0.5 t/t
account_terms green dispose waste heap - -1
account_terms sold sell salt | account_terms sold buy coal - - -1
compositions salt NaCl 1
"""


def test_an_account_adds_up_what_its_flows_bring_in_its_own_unit(golden: Golden) -> None:
    """Every selector once; the weights below, the rest (gain, taxes, transfers, profit) is the ledger of all tiny packs.

    gain: salt 300 less 3 of access freight in the first tier, 150 - 3 in the second, heat 45, coal -(600 + 12), unmet heat -80,
    road -(2 + 0.5 x 40) at the end of the road, waste -5, wash -200 (0.02 万元), fixed -7 per t/a, capital -100 x 8 % annuity of 10 years.
    co2: 0.05 t coal x 2.1 t = 0.105 t = 0.000105 kt. ions: 0.3 kg = 0.0003 t per m3. chloride: 35.45/58.44 of each t.
    """
    golden("account_definition", program_of(ALL_FLOWS, may_build=("option",)), "account_definition")


def test_the_ledger_adds_up_to_the_optimum_worked_out_by_hand() -> None:
    """Salt of the second tier does not pay (147 - 200 - 22 - 15), so 50 t are made; 100 t/a stand at 7 each.

    salt 50 x (297 - 200 - 15 - 22) = 3000; standing -700; heat: 45 - 0.05 x 612 = 14.4 for 1000 GJ; the other 1000 are not served, -80 each.
    """
    assert solve_pack(ALL_FLOWS).objective == pytest.approx(50 * 60 - 700 + 14400 - 80000)


SMOKE = """
sites east | sites west
commodities heat GJ
processes boiler heat
recipes boiler heat make 1
capacities east boiler 100 | capacities west boiler 100
accounts co2 t
account_terms co2 activity - boiler - 0.1 t/GJ
markets homes demand
market_tiers homes heat
prices heat 5
"""
TIERS = {"charge": "co2", "price": [["0 t", "30 CNY/t"], ["8 t", "45 CNY/t"], ["15 t", "60 CNY/t"]]}


def test_what_is_charged_adds_up_to_the_account(golden: Golden) -> None:
    """At each site the three tiers together are the site's co2."""
    golden("charge_base", program_of(SMOKE, maximise="profit", rules={"carbon": TIERS}), "charge_base")


def test_a_tier_is_as_wide_as_the_distance_to_the_next(golden: Golden) -> None:
    """Over both sites: 8 t at 30, 7 t (15 - 8) at 45; the last has no width, so no row."""
    golden("charge_tier", program_of(SMOKE, maximise="profit", rules={"carbon": TIERS}), "charge_tier")


def test_a_boiler_stops_where_the_next_tier_costs_more_than_it_earns() -> None:
    """A t of co2 earns 50: worth it at 30 and at 45, not at 60. 150 GJ, 15 t: 750 - 8 x 30 - 7 x 45; one t more at 30 saves 15."""
    answer = solve_pack(SMOKE, maximise="profit", rules={"carbon": TIERS})
    assert answer.objective == pytest.approx(750 - 240 - 315)
    assert answer.dual("charge_tier", "carbon", 1, 2025) == pytest.approx(20)
    assert answer.dual("charge_tier", "carbon", 2, 2025) == pytest.approx(5)


FUND = {"fund": "400 CNY", "pays": {"co2": "5 CNY/t", "gain": "10 %"}, "in": "east"}


def test_a_fund_pays_for_no_more_than_there_is(golden: Golden) -> None:
    """The east's co2 at 5 CNY/t, and a tenth of its gain; each is at most what its account comes to."""
    golden("grant_limit", program_of(SMOKE, maximise="profit", rules={"grant": FUND}), "grant_limit")
