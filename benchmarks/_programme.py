"""The programme that all contenders state: parks, processes, commodities, links, stores; invented numbers, a realistic structure.

Rows are written once as Pyomo rules; the templates expand them, plain Pyomo builds them, linopy states the same by hand.
Counted in kt, GWh and million CNY, so that the matrix needs no scaling.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from saltloop.formulation.calendar import EACH, YEAR_BEFORE, Steps

SLICES = {"XS": 1, "S": 1, "M": 288, "L": 8760}
PARKS, PROCESSES, COMMODITIES, CARRIERS, HOURLY = 8, 120, 90, 3, 25
Values = dict[Any, Any]


@dataclass(frozen=True)
class Programme:
    """Sets, numbers and bounds; a slice in a key is EACH.

    Args:
        steps: slices.
        variables: keys by family.
        rows: keys by family of rows.
        members: indexed sets with the length of a member.
        numbers: parameters.
    """

    steps: Steps
    variables: dict[str, list[tuple[Any, ...]]]
    rows: dict[str, list[tuple[Any, ...]]]
    members: dict[str, tuple[dict[Any, list[tuple[Any, ...]]], int]]
    numbers: dict[str, Values]


def balance(m: Any, p: Any, c: Any) -> Any:
    return sum(m.coefficient[j, c] * m.activity[p, j] for j in m.touching[c]) + sum(m.buy[p, c] for _ in m.bought[c]) + sum(
        m.arrives[c] * m.ship[c, q, p] for q in m.givers[p, c]
    ) == sum(m.sell[p, c] for _ in m.sold[c]) + sum(m.dispose[p, c] for _ in m.disposed[c]) + sum(m.ship[c, p, q] for q in m.takers[p, c])


def load_of(m: Any, p: Any, k: Any) -> Any:
    return m.base_load[p, k] == sum(m.uses_per_hour[j, k] * m.activity[p, j] for j in m.yearly_users[k])


def total(m: Any, p: Any, j: Any) -> Any:
    return m.activity[p, j] == sum(m.hours[t] * m.running[p, j, t] for t in m.slices_of[j])


def carrier(m: Any, p: Any, k: Any, t: Any) -> Any:
    return (
        sum(m.coefficient[j, k] * m.running[p, j, t] for j in m.hourly_touching[k])
        + m.release[p, k, t] + sum(m.grid[p, t] for _ in m.gridded[k])
        == m.base_load[p, k] + m.charge[p, k, t] + m.spill[p, k, t] + m.demand[p, k, t]
    )  # fmt: skip


def capacity_of(m: Any, p: Any, j: Any) -> Any:
    return m.activity[p, j] <= m.use[j] * m.capacity[p, j]


def capacity_in(m: Any, p: Any, j: Any, t: Any) -> Any:
    return m.running[p, j, t] <= m.availability[p, j, t] * m.capacity[p, j]


def level_of(m: Any, p: Any, k: Any, t: Any) -> Any:
    before = sum(m.keep[k] * m.level[p, k, v] for v in m.previous[k, t])
    return m.level[p, k, t] == before + m.charging[k] * m.charge[p, k, t] - m.releasing[k] * m.release[p, k, t]


def size_of(m: Any, p: Any, k: Any, t: Any) -> Any:
    return m.level[p, k, t] <= m.store[p, k]


def rate_of(m: Any, p: Any, k: Any, t: Any) -> Any:
    return m.charge[p, k, t] + m.release[p, k, t] <= m.rate[k] * m.store[p, k]


def water_of(m: Any, p: Any) -> Any:
    return sum(m.water[j] * m.activity[p, j] for j in m.processes[p]) <= m.water_limit[p]


def market_of(m: Any, c: Any) -> Any:
    return sum(m.sell[p, c] for p in m.parks_selling[c]) <= m.market[c]


def cost_of(m: Any, p: Any) -> Any:
    return m.cost[p] == (
        sum(m.running_cost[j] * m.activity[p, j] + m.capital_cost[j] * m.capacity[p, j] for j in m.processes[p])
        + sum(m.buying[c] * m.buy[p, c] for c in m.buys[p])
        - sum(m.selling[c] * m.sell[p, c] for c in m.sells[p])
        + sum(m.disposing[c] * m.dispose[p, c] for c in m.disposals[p])
        + sum(m.freight[c, p, q] * m.ship[c, p, q] for c, q in m.sends[p])
        + sum(m.store_cost[k] * m.store[p, k] for k in m.carriers[p])
        + sum(m.grid_price[t] * m.grid[p, t] for t in m.steps[p])
    )


RULES: dict[str, Callable[..., Any]] = {
    "balance": balance,
    "load_of": load_of,
    "total": total,
    "carrier": carrier,
    "capacity_of": capacity_of,
    "capacity_in": capacity_in,
    "level_of": level_of,
    "size_of": size_of,
    "rate_of": rate_of,
    "water_of": water_of,
    "market_of": market_of,
    "cost_of": cost_of,
}
# Upper bounds by family; the lower bound is 0, of a cost none.
UPPER = {"capacity": "capacity_limit", "buy": "buy_limit", "sell": "sell_limit", "ship": "ship_limit"}
FREE, GRID, STORE = "cost", 0.8, 20.0


def _recipes(random: np.random.Generator, processes: int) -> Values:
    """Commodities: 0-2 carriers, 3-14 raw, 15-64 intermediates, 65-79 wastes, 80-89 goods."""
    found: Values = {}
    for j in range(processes):
        if j < HOURLY:
            found[j, j % 2 if j < 12 else 0] = 1.0 if j < 12 else -float(random.uniform(0.2, 1))
            if j >= 12:
                found[j, 2 if j < 16 else 15 + j] = 0.5
            if 4 <= j < 12:
                found[j, 3 + j] = -0.01
            continue
        made = 15 + (j * 7) % 50 if j < 100 else 80 + j % 10
        found[j, made] = 1.0
        for c in random.choice(np.arange(3, 15) if j % 4 == 0 else np.arange(3, max(16, min(made, 65))), 2, replace=False):
            found.setdefault((j, int(c)), -float(random.uniform(0.3, 1.5)))
        found[j, 0], found[j, 65 + j % 15] = -float(random.uniform(0.05, 1)), float(random.uniform(0.05, 0.5))
        if j % 3:
            found[j, 1] = -float(random.uniform(0.05, 0.8))
    return found


def _steps(count: int) -> Steps:
    before = np.arange(count) - 1
    before[0] = count - 1
    return Steps(tuple(f"t{n}" for n in range(count)), {EACH: np.arange(count), YEAR_BEFORE: before})


def _profiles(random: np.random.Generator, parks: int, count: int) -> tuple[Values, Values]:
    """Availability and demand over the slices."""
    hour = np.arange(count) % 24
    sun = np.clip(np.sin((hour - 6) / 12 * np.pi), 0, None) if count > 1 else np.array([0.21])
    wind = random.beta(2, 3.2, count) if count > 1 else np.array([0.33])
    kind = [sun, wind, np.ones(count)]
    availability = {(p, j, EACH): np.round(kind[min(j, 2)] * (0.8 + 0.02 * p), 3) for p in range(parks) for j in range(HOURLY)}
    shape = 1 + 0.25 * np.sin((hour - 9) / 12 * np.pi) if count > 1 else np.ones(1)
    demand = {(p, k, EACH): float(random.uniform(0.05, 0.3)) * (0.0 if k == 2 else 1.0) * shape for p in range(parks) for k in range(CARRIERS)}
    return availability, demand


def programme(size: str) -> Programme:
    """The programme at a size: S one slice, M 288, L 8,760; XS is S with two parks."""
    return programme_of(SLICES[size], 2 if size == "XS" else PARKS)


def programme_of(count: int = 1, parks: int = PARKS, processes: int = PROCESSES) -> Programme:
    """The programme with so many slices, parks and processes."""
    random = np.random.default_rng(11)
    coefficient = _recipes(random, processes)
    P, J, K, slow = range(parks), range(processes), range(CARRIERS), range(HOURLY, processes)
    buys, sells, wastes = [*range(3, 15), *range(15, 65, 4)], [*range(80, 90), *range(16, 65, 2)], [*range(65, 80)]
    moved = [*range(3, 15), *range(15, 65, 2)]
    touching = {c: [(j,) for j, d in coefficient if d == c] for c in range(CARRIERS, COMMODITIES)}
    availability, demand = _profiles(random, parks, count)
    level = np.concatenate([np.zeros(3), np.full(12, 0.15), np.linspace(0.6, 4.5, 50), np.zeros(15), np.linspace(5, 12, 10)])
    slot = [(EACH,)]
    variables = {
        "capacity": [(p, j) for p in P for j in J], "activity": [(p, j) for p in P for j in J], "buy": [(p, c) for p in P for c in buys],
        "sell": [(p, c) for p in P for c in sells], "dispose": [(p, c) for p in P for c in wastes],
        "ship": [(c, p, q) for c in moved for p in P for q in P if p != q], "store": [(p, k) for p in P for k in K],
        "base_load": [(p, k) for p in P for k in K], "cost": [(p,) for p in P], "running": [(p, j, EACH) for p in P for j in range(HOURLY)],
        **{name: [(p, k, EACH) for p in P for k in K] for name in ("charge", "release", "level", "spill")}, "grid": [(p, EACH) for p in P],
    }  # fmt: skip
    carrier_rows = variables["charge"]
    rows = {
        "balance": [(p, c) for p in P for c in range(CARRIERS, COMMODITIES)], "load_of": variables["base_load"],
        "total": [(p, j) for p in P for j in range(HOURLY)],
        "carrier": carrier_rows, "capacity_of": [(p, j) for p in P for j in slow], "capacity_in": variables["running"], "level_of": carrier_rows,
        "size_of": carrier_rows, "rate_of": carrier_rows, "water_of": variables["cost"], "market_of": [(c,) for c in sells], "cost_of": variables["cost"],
    }  # fmt: skip

    def marked(chosen: list[int]) -> tuple[dict[Any, list[tuple[Any, ...]]], int]:
        return {c: [(c,)] if c in chosen else [] for c in range(COMMODITIES)}, 1

    def each_park(chosen: list[tuple[Any, ...]]) -> dict[Any, list[tuple[Any, ...]]]:
        return dict.fromkeys(P, chosen)

    others = {(p, c): [(q,) for q in P if q != p] if c in moved else [] for p in P for c in range(CARRIERS, COMMODITIES)}
    members: dict[str, tuple[dict[Any, list[tuple[Any, ...]]], int]] = {
        "touching": (touching, 1), "bought": marked(buys), "sold": marked(sells), "disposed": marked(wastes), "givers": (others, 1), "takers": (others, 1),
        "yearly_users": ({k: [(j,) for j, c in coefficient if c == k and j >= HOURLY] for k in K}, 1),
        "slices_of": (dict.fromkeys(range(HOURLY), slot), 1), "gridded": ({0: [(0,)], 1: [], 2: []}, 1),
        "hourly_touching": ({k: [(j,) for j, c in coefficient if c == k and j < HOURLY] for k in K}, 1),
        "previous": ({(k, EACH): [(YEAR_BEFORE,)] for k in K}, 1), "processes": (each_park([(j,) for j in J]), 1),
        "parks_selling": ({c: [(p,) for p in P] for c in sells}, 1), "buys": (each_park([(c,) for c in buys]), 1),
        "sells": (each_park([(c,) for c in sells]), 1), "disposals": (each_park([(c,) for c in wastes]), 1),
        "sends": ({p: [(c, q) for c in moved for q in P if q != p] for p in P}, 2), "carriers": (each_park([(k,) for k in K]), 1),
        "steps": (each_park(slot), 1),
    }  # fmt: skip

    def drawn(keys: Any, low: float, high: float) -> Values:
        keys = list(keys)
        return dict(zip(keys, random.uniform(low, high, len(keys)).tolist(), strict=True))

    numbers: dict[str, Values] = {
        "coefficient": coefficient, "uses_per_hour": {(j, k): -coefficient[j, k] / 8760 for j, k in coefficient if k < CARRIERS and j >= HOURLY},
        "arrives": drawn(moved, 0.985, 1), "hours": {EACH: np.full(count, 8760 / count)}, "demand": demand, "use": dict.fromkeys(slow, 0.9),
        "availability": availability, "keep": {0: 0.9995, 1: 0.996, 2: 0.9998},
        "charging": {0: 0.95, 1: 0.97, 2: 0.98}, "releasing": {0: 1.05, 1: 1.03, 2: 1.02},
        "rate": {0: 0.25, 1: 0.2, 2: 0.3}, "water": {j: v * (0.001 if j < HOURLY else 1) for j, v in drawn(J, 0.2, 4).items()},
        "water_limit": drawn(P, 500, 2200), "market": drawn(sells, 60, 700),
        "running_cost": {j: v * (0.1 if j < HOURLY else 1) for j, v in drawn(J, 0.005, 0.2).items()},
        "capital_cost": {j: v * (1000 if j < HOURLY else 1) for j, v in drawn(J, 0.01, 0.3).items()},
        "buying": {c: (level[c] + 0.1) * v for c, v in drawn(buys, 1.25, 1.7).items()}, "selling": {c: level[c] * v for c, v in drawn(sells, 0.8, 1.2).items()},
        "disposing": drawn(wastes, 0.02, 0.3), "freight": drawn(variables["ship"], 0.02, 0.3), "store_cost": {0: 60.0, 1: 8.0, 2: 900.0},
        "grid_price": {EACH: np.where(np.arange(count) % 24 < 18, 0.4, 0.55) * 8760 / count},
        "capacity_limit": {(p, j): v * (0.01 if j < HOURLY else 1) for (p, j), v in drawn(variables["capacity"], 20, 300).items()},
        "buy_limit": drawn(variables["buy"], 50, 600), "sell_limit": drawn(variables["sell"], 30, 250), "ship_limit": drawn(variables["ship"], 20, 200),
    }  # fmt: skip
    return Programme(_steps(count), variables, rows, members, numbers)
