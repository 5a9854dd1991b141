"""One small country for all rule kinds, worked out by hand.

`old` at east makes a good from half a tonne of coal: it brings 10 - 0.5 x 1 = 9.5 per t and emits 1 t of co2 (2 per t of coal).
`new` at west needs no coal but costs 4: it brings 6 and emits nothing. `wood` at west takes up 1 t of co2 per unit, for 3.
Each can make 100; the west may build 40 more of `new`. Without rules: 100 x 9.5 + 100 x 6 = 1550, co2 100 t.
"""

from __future__ import annotations

WORKS = """
areas east_side all | areas nation
sites east east_side | sites west
commodities good t | commodities coal t - fuel | commodities growth t
processes old good - - - maker | processes new good - - - maker | processes wood growth
recipes old good make 1 | recipes old coal use 0.5 | recipes new good make 1 | recipes wood growth make 1
factors commodity coal co2 2 t | factors process new variable_cost 4 | factors process wood variable_cost 3
factors equipment new lifetime 20 | factors equipment new capital_cost 9.8181474
capacities east old 100 | capacities west new 100 | capacities west wood 100 | capacities west new 40 t/a option
markets pit supply | markets town demand
market_tiers pit coal | market_tiers town good
prices coal 1 | prices good 10
routes forest | disposals forest west growth
accounts co2 t | accounts made t | accounts made_new t
account_terms co2 used fuel - co2 | account_terms co2 activity - wood - -1 t/t
account_terms made made good | account_terms made_new made good new
background co2 all 2025 5 | background made all 2025 20 | background made_new all 2025 4
"""
