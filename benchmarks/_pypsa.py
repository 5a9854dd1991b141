"""The reference programme in PyPSA: a bus for each commodity of a park, a process of many ports for each process, a link for each shipment.

Said of one snapshot, where what flows at a bus is an amount of the year or, of the carriers, a power. What PyPSA has no component for
is one row: that charging and releasing share the power of a store; it is added in linopy, as its manual advises.
"""

from __future__ import annotations

import logging
import warnings
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from benchmarks._programme import CARRIERS, COMMODITIES, GRID, HOURLY, STORE, Programme
from saltloop.formulation.calendar import EACH

HOURS = 8760.0


def model(data: Programme) -> Any:
    """The programme as the linopy model of a PyPSA network."""
    import pypsa

    if len(data.steps) != 1:
        raise ValueError("what flows at a PyPSA bus has a value for every snapshot, goods of the programme one for the year: the same only of one slice")
    warnings.simplefilter("ignore")
    logging.getLogger("pypsa").setLevel(logging.ERROR)
    network = pypsa.Network()
    parks = [p for (p,) in data.variables["cost"]]
    names = [*(f"{p} {c}" for p in parks for c in range(COMMODITIES)), *(f"water {p}" for p in parks), *(f"market {c}" for c in data.numbers["market"])]
    _add(network, "Bus", names)
    _processes(network, data, parks)
    _trade(network, data)
    _carriers(network, data, parks)
    m = network.optimize.create_model(include_objective_constant=False)
    _shared_power(m, data)
    return m


def _add(network: Any, kind: str, names: Iterable[str], **columns: Any) -> None:
    """Add components of one kind, their attributes as lists."""
    index = pd.Index(list(names))
    network.add(kind, index, **{name: pd.Series(list(v), index=index) if isinstance(v, list) else v for name, v in columns.items()})


def _processes(network: Any, data: Programme, parks: list[int]) -> None:
    """What a process makes and uses per unit that it runs, its water among it; processes of as many ports together."""
    n, recipes = data.numbers, defaultdict[int, dict[int, float]](dict)
    for (j, c), amount in n["coefficient"].items():
        recipes[j][c] = amount
    by_ports: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for j, recipe in recipes.items():
        by_ports[len(recipe) + 1] += [(p, j) for p in parks]
    for ports, keys in by_ports.items():
        columns: dict[str, list[Any]] = defaultdict(list)
        for p, j in keys:
            # Flows per unit that the process runs: a year's amount of goods, the power of carriers.
            hours, power = (HOURS, 1.0) if j < HOURLY else (1.0, 1 / HOURS)
            flows = {f"{p} {c}": amount * (power if c < CARRIERS else hours) for c, amount in recipes[j].items()} | {f"water {p}": -n["water"][j] * hours}
            for port, (bus, amount) in enumerate(flows.items()):
                columns[f"bus{port}"].append(bus)
                columns[f"rate{port}"].append(amount)
            columns["p_nom_max"].append(n["capacity_limit"][p, j])
            columns["p_max_pu"].append(float(n["availability"][p, j, EACH][0]) if j < HOURLY else n["use"][j])
            columns["capital_cost"].append(n["capital_cost"][j])
            columns["marginal_cost"].append(n["running_cost"][j] * hours)
        _add(network, "Process", [f"process {p} {j} {ports}" for p, j in keys], p_nom_extendable=True, **columns)


def _trade(network: Any, data: Programme) -> None:
    n, v = data.numbers, data.variables

    def limited(family: str, keys: list[Any]) -> list[float]:
        return [n[family][key] for key in keys]

    buses = [f"{p} {c}" for p, c in v["buy"]]
    costs = [n["buying"][c] for _, c in v["buy"]]
    _add(network, "Generator", [f"buy {p} {c}" for p, c in v["buy"]], bus=buses, p_nom=limited("buy_limit", v["buy"]), marginal_cost=costs)
    into, out = [f"{p} {c}" for p, c in v["sell"]], [f"market {c}" for _, c in v["sell"]]
    gains = [-n["selling"][c] for _, c in v["sell"]]
    _add(network, "Link", [f"sell {p} {c}" for p, c in v["sell"]], bus0=into, bus1=out, p_nom=limited("sell_limit", v["sell"]), marginal_cost=gains)
    _taken(network, [f"demand {c}" for c in n["market"]], [f"market {c}" for c in n["market"]], list(n["market"].values()), [0.0] * len(n["market"]))
    costs = [n["disposing"][c] for _, c in v["dispose"]]
    _taken(network, [f"dispose {p} {c}" for p, c in v["dispose"]], [f"{p} {c}" for p, c in v["dispose"]], [np.inf] * len(costs), costs)
    _add(
        network, "Link", [f"ship {c} {p} {q}" for c, p, q in v["ship"]],
        bus0=[f"{p} {c}" for c, p, q in v["ship"]], bus1=[f"{q} {c}" for c, p, q in v["ship"]],
        p_nom=limited("ship_limit", v["ship"]), efficiency=[n["arrives"][c] for c, _, _ in v["ship"]], marginal_cost=limited("freight", v["ship"]),
    )  # fmt: skip


def _taken(network: Any, names: list[str], buses: list[str], limits: list[float], costs: list[float]) -> None:
    """Generators with negative power take what a bus has; what is taken costs, so per unit of power it earns."""
    _add(network, "Generator", names, bus=buses, p_nom=limits, p_min_pu=-1.0, p_max_pu=0.0, marginal_cost=[-cost for cost in costs])


def _carriers(network: Any, data: Programme, parks: list[int]) -> None:
    """Grid, water, demand, spill and stores of the carriers."""
    n, keys = data.numbers, [(p, k) for p in parks for k in range(CARRIERS)]
    price = float(np.asarray(n["grid_price"][EACH])[0])
    _add(network, "Generator", [f"grid {p}" for p in parks], bus=[f"{p} 0" for p in parks], p_nom=GRID, marginal_cost=price)
    _add(network, "Generator", [f"water limit {p}" for p in parks], bus=[f"water {p}" for p in parks], p_nom=[n["water_limit"][p] for p in parks])
    buses = [f"{p} {k}" for p, k in keys]
    demand = [float(np.broadcast_to(n["demand"][p, k, EACH], 1)[0]) for p, k in keys]
    _add(network, "Load", [f"demand {name}" for name in buses], bus=buses, p_set=demand)
    _taken(network, [f"spill {name}" for name in buses], buses, [np.inf] * len(buses), [0.0] * len(buses))
    inside = [f"store {name}" for name in buses]
    _add(network, "Bus", inside)
    _add(
        network, "Store", inside, bus=inside, e_nom_extendable=True, e_nom_max=STORE, e_cyclic=True,
        capital_cost=[n["store_cost"][k] for _, k in keys], standing_loss=[1 - n["keep"][k] for _, k in keys],
    )  # fmt: skip
    _add(network, "Link", [f"charge {x}" for x in buses], bus0=buses, bus1=inside, p_nom=np.inf, efficiency=[n["charging"][k] for _, k in keys])
    # Of what a store gives up, 1 / releasing arrives.
    back = [1 / n["releasing"][k] for _, k in keys]
    _add(network, "Link", [f"release {x}" for x in buses], bus0=inside, bus1=buses, p_nom=np.inf, efficiency=back)


def _shared_power(m: Any, data: Programme) -> None:
    import xarray as xr

    keys = [f"{p} {k}" for p, k in data.variables["store"]]

    def along(found: Any, names: list[str]) -> Any:
        return found.sel(name=names).assign_coords(name=keys)

    flow, size = m.variables["Link-p"], m.variables["Store-e_nom"]
    per = {
        what: xr.DataArray([data.numbers[what][k] for _, k in data.variables["store"]], dims="name", coords={"name": keys}) for what in ("rate", "releasing")
    }
    charge, release, store = along(flow, [f"charge {x}" for x in keys]), along(flow, [f"release {x}" for x in keys]), along(size, [f"store {x}" for x in keys])
    m.add_constraints(charge + (1 / per["releasing"]) * release - per["rate"] * store <= 0, name="shared power")
