"""One small country that has rows of every equation and of every rule kind: months, two periods, a store, a pond, a heap."""

from __future__ import annotations

from typing import Any

EVERYTHING = """
areas north all
sites lake north | sites park north | sites town
commodities brine m3 slice | commodities water m3 | commodities salt t - bulk | commodities soda t - bulk | commodities slag t - bulk+waste
commodities power MWh slice power | commodities coal t - fuel | commodities heat GJ slice
basins pool m3 lake | basins river m3 river
basin_supplies pool lake brine 1 | basin_supplies river lake water 1 | basin_supplies river park water 1.1
basin_limits pool 60000 | basin_limits pool 9000 - draw_limit 7 | basin_limits pool 500000 - stock | basin_limits river 5000
processes pond salt slice | processes ash soda - - - green | processes burn power slice MW - burner | processes sun power slice MW sunny clean
processes boil heat slice - - burner | processes crush soda - - - dusty
recipes pond salt make 1 | recipes pond brine use 20 | recipes pond slag make 0.5
recipes ash soda make 1 | recipes ash salt use 1.2 | recipes ash power use 0.4 | recipes ash water use 2 | recipes ash slag make 0.3
recipes burn power make 1 | recipes burn coal use 0.4 | recipes sun power make 1
recipes crush soda make 1 | recipes crush salt use 1.1
recipes boil heat make 1 | recipes boil coal use 0.05
equipment field ha slice sunny | equipment cells MWh slice | equipment hall t/a
uses pond field 0 | uses ash hall 1
stores battery power cells
factors store battery efficiency_in 0.95 | factors store battery efficiency_out 0.95 | factors store battery loss 0.0001
factors store battery rate 0.5
factors process pond evaporation 15 | factors equipment field pond_area 0.9 | factors equipment field land 1
factors equipment burn min_load 0.05 | factors equipment burn availability 0.9 | factors equipment burn fixed_cost 1000
factors equipment sun land 2 | factors equipment sun lifetime 12 | factors equipment sun capital_cost 100000
factors equipment hall lifetime 30 | factors equipment hall capital_cost 300 | factors equipment hall min_load 0.1
factors route heap land 0.0001 | factors process ash variable_cost 40 | factors process boil variable_cost 1
factors mode road freight 2 | factors mode road freight_distance 0.1 | factors mode road loss 0.01 | factors mode line loss_distance 0.0002
factors commodity coal co2 2.2 t
capacities lake field 30 | capacities park hall 900 | capacities park hall 600 t/a option | capacities park burn 1.5 MW existing 2000 2029
capacities park burn 0.5 | capacities park sun 2 MW option | capacities park cells 3 | capacities town boil 8000 | capacities park crush 100
profiles sun 1 0.10 | profiles sun 2 0.14 | profiles sun 3 0.2 | profiles sun 4 0.24 | profiles sun 5 0.26 | profiles sun 6 0.27
profiles sun 7 0.27 | profiles sun 8 0.25 | profiles sun 9 0.21 | profiles sun 10 0.17 | profiles sun 11 0.12 | profiles sun 12 0.09
evaporation lake 1500
land lake sunny 40 | land park sunny 6
modes road t bulk | modes line MWh power yes
links lane lake park road 40 2500 yes | links wire park town line 30 4000
markets mine supply | markets home demand | markets export demand | markets grid demand | markets homes demand
market_tiers mine coal 1 2500 | market_tiers mine coal 2 - 1.3 | market_tiers home soda 1 700 | market_tiers home soda 2 - 0.7
market_tiers export salt
market_tiers grid power | market_tiers homes heat 1 - 1
market_access mine all | market_access home park soda 20 | market_access export lake salt 30 | market_access grid town power 0 CNY/MWh
market_access homes town heat 0 CNY/GJ
demands grid town power 500 - 900 | demands homes town heat 4000
prices coal 500 | prices soda 1400 | prices salt 90 | prices power 260 | prices heat 60
routes heap stack sunny | routes tip
disposals heap lake slag 4 - 800 | disposals tip park waste 15 | disposals tip lake waste 30
accounts co2 t | accounts waste t | accounts used_waste t | accounts drawn m3
account_terms co2 used fuel - co2 | account_terms waste made waste | account_terms drawn draw water
account_terms used_waste dispose waste tip
background co2 all 2025 100 | background co2 all 2030 90 | background waste all 2025 10 | background used_waste all 2025 1
background waste all 2030 10 | background used_waste all 2030 1
indicators tipped used_waste waste % higher
indicator_values tipped all 2025 target 10 | indicator_values tipped all 2020 published 5
"""
RULES: dict[str, dict[str, Any]] = {
    "cap": {"limit": "co2", "at_most": {2025: "2800 t", 2030: "2500 t"}, "in": "all"},
    "floor": {"limit": "drawn", "at_least": "100 m3"},
    "exact": {"limit": "co2", "equals": "440 t", "in": "town"},
    "tipped": {"target": "used_waste", "at_least": "10 %", "of": "waste", "in": "all"},
    "intensity": {"target": "co2", "at_most": "5 kg/CNY", "of": "gain"},
    "carbon": {"charge": "co2", "price": [["0 t", "20 CNY/t"], ["1000 t", "60 CNY/t"]]},
    "water_fee": {"charge": "drawn", "price": "1 CNY/m3", "in": "park"},
    "market": {"allowance": "waste", "at_most": "700 t", "buy_at": "50 CNY/t", "sell_at": "5 CNY/t"},
    "park_holds": {"allowance": "drawn", "at_most": "6000 m3", "in": "park", "market": "rights"},
    "rights": {"permit_market": "drawn"},
    "grant": {"fund": "1000 CNY", "pays": {"used_waste": "2 CNY/t", "drawn": "0.1 CNY/m3"}},
    "standard": {"entry": "dusty", "of": "salt", "at_most": "1 t/t", "plants": "all"},
    "no_crusher": {"ban": "dusty"},
    "pond_quota": {"ceiling": "pond", "at_most": "2000 t"},
    "some_soda": {"minimum": "ash", "at_least": "300 t"},
    "exit": {"phase_out": "burn", "from": 2025, "by": 2045},
    "pace": {"build_rate": "sun", "at_most": "1.5 MW"},
    "clean_lake": {"net_zero": "co2", "in": "lake"},
    "dear_coal": {"price": "coal", "change": {2030: "+10 %"}},
    "fair_salt": {"exchange": "salt", "price": {2030: "8 CNY/t"}, "from": "lake", "to": "park"},
    "some_slag": {"exchange": "slag", "at_most": "400 t"},
}
CHOICES: dict[str, Any] = {
    "maximise": "profit",
    "rules": RULES,
    "periods": [(2025, 5.0), (2030, 5.0)],
    "slices": "months",
    "may_build": ("option",),
    "may_retire": True,
}
