"""Random small packs: a few sites, a chain of commodities from ore to goods, processes on it, markets, links, wastes, sometimes a store.

Every pack has a plan (to do nothing) and no free money: what is bought is never sold, and capacities are finite.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from tiny import Tables, tables_of

SITES = ("north", "south", "west")
GOODS = ("iron", "steel", "tools")
LEDGER_TERMS = """
accounts co2 t | accounts waste t | accounts water m3 | accounts output t | accounts sales CNY
account_terms co2 used fuel - co2 | account_terms waste made slag | account_terms water draw water | account_terms sales sell - - price
factors commodity coal co2 2 t
"""


@dataclass(frozen=True)
class RandomCase:
    """A pack as cells, and choices for it."""

    tables: Tables
    choices: dict[str, Any] = field(default_factory=dict)


def _number(low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map(str)


@st.composite
def lines(draw: st.DrawFn) -> str:
    """The text of a pack."""
    sites = SITES[: draw(st.integers(1, 3))]
    sliced = draw(st.booleans())
    resolution = "slice" if sliced else "year"
    found = [LEDGER_TERMS, "areas coast all", *(f"sites {p} {'coast' if n else 'all'}" for n, p in enumerate(sites))]
    found += [
        "commodities ore t",
        "commodities water m3",
        "commodities coal t - fuel",
        f"commodities power MWh {resolution} electric",
        "commodities slag t - solid",
        *(f"commodities {c} t - good+solid" for c in GOODS),
        "basins mine t",
        "basins river m3",
        "routes heap stack flat",
        "disposals heap all slag 2",
        "markets suppliers supply",
        "markets buyers demand",
        "market_tiers suppliers coal 1 400",
        "market_tiers suppliers coal 2 - 1.5",
        "modes road t solid",
        "modes line MWh electric yes",
        "factors mode road freight_distance 0.01",
        "factors mode line loss_distance 0.001",
        "factors route heap land 0.01",
        f"prices coal {draw(_number(10, 60))}",
    ]
    found += [f"basin_supplies {b} {p} {c}" for b, c in (("mine", "ore"), ("river", "water")) for p in sites if p == sites[0] or draw(st.booleans())]
    found += [f"basin_limits mine {draw(_number(100, 2000))}", f"basin_limits river {draw(_number(100, 4000))}"]
    found += [f"land {p} flat {draw(_number(1, 30))}" for p in sites if draw(st.booleans())]
    for n, good in enumerate(GOODS):
        before = "ore" if n == 0 else GOODS[n - 1]
        found += [
            f"processes make_{good} {good} - - - maker",
            f"recipes make_{good} {good} make 1",
            f"recipes make_{good} {before} use {draw(st.sampled_from(['1', '1.2', '2']))}",
            f"recipes make_{good} power use {draw(st.sampled_from(['0.1', '0.5', '1']))}",
            f"factors process make_{good} variable_cost {draw(_number(0, 30))}",
            f"prices {good} {draw(_number(20, 200 * (n + 1)))}",
        ]
        if draw(st.booleans()):
            found += [f"recipes make_{good} slag make {draw(st.sampled_from(['0.2', '1']))}", f"recipes make_{good} water use {draw(_number(1, 5))}"]
        tiers = draw(st.integers(0, 2))
        found += [f"market_tiers buyers {good} 1 {draw(_number(10, 300))}" if tiers else f"market_tiers buyers {good}"]
        found += [f"market_tiers buyers {good} 2 - 0.6"] if tiers == 2 else []
    found += [f"processes burn power {resolution} MW - burner", "recipes burn power make 1", "recipes burn coal use 0.4", "capacities north burn 0.3"]
    found += [
        f"capacities {p} make_{good} {draw(_number(10, 300))}"
        for p in sites
        for good in GOODS
        if (draw(st.integers(0, 4)) != 4 if p == "north" else draw(st.booleans()))
    ]
    found += [f"capacities {p} make_tools {draw(_number(5, 100))} t/a option" for p in sites if draw(st.booleans())]
    found += ["factors equipment make_tools lifetime 20", f"factors equipment make_tools capital_cost {draw(_number(10, 500))}"]
    found += [f"links road_{a}_{b} {a} {b} road {draw(_number(5, 400))} {draw(st.sampled_from(['-', '50', '500']))} yes" for a, b in pairwise(sites)]
    found += [f"links line_{a}_{b} {a} {b} line {draw(_number(5, 100))} - yes" for a, b in pairwise(sites)]
    if sliced:
        found += [
            "equipment cells MWh slice",
            "stores battery power cells",
            f"capacities north cells {draw(_number(1, 50))}",
            "factors store battery efficiency_in 0.9",
            "factors store battery loss 0.0001",
        ]
        found += [f"profiles burn {m} {draw(st.sampled_from(['0.2', '0.6', '1']))}" for m in range(1, 13)]
    return "\n".join(found)


@st.composite
def cases(draw: st.DrawFn, single: bool = False) -> RandomCase:
    """A pack with choices: slices, periods, building; `single` for one period and a year."""
    text = draw(lines())
    choices: dict[str, Any] = {"may_build": draw(st.sampled_from([(), ("option",)]))}
    if not single:
        choices["slices"] = "months" if "slice" in text and draw(st.booleans()) else "year"
        choices["periods"] = draw(st.sampled_from([[(2025, 1.0)], [(2025, 5.0), (2030, 5.0)]]))
    return RandomCase(tables_of(text), choices)
