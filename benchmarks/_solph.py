"""The reference programme in oemof.solph: a bus for each commodity of a park, a converter for each process and link.

Said of one slice, where a flow is an amount of the year or, of the carriers, a power. What solph has no component for is one row:
that charging and releasing share the power of a store; it is written in Pyomo on solph's own flows, as its manual advises.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from benchmarks._programme import CARRIERS, COMMODITIES, GRID, HOURLY, STORE, Programme
from saltloop.formulation.calendar import EACH

HOURS = 8760.0
Node = Any


def model(data: Programme) -> Any:
    """The programme as a solph model, which is a Pyomo model."""
    import warnings

    from oemof import solph

    if len(data.steps) != 1:
        raise ValueError("a solph flow has a value for every slice, a process of the programme one for the year: the same only of one slice")
    warnings.simplefilter("ignore")
    system = solph.EnergySystem(timeindex=[0, 1], infer_last_interval=False)
    nodes, stores = _nodes(data, solph)
    system.add(*nodes)
    m = solph.Model(system)
    _shared_power(m, stores, data)
    return m


def _nodes(data: Programme, solph: Any) -> tuple[list[Node], dict[tuple[int, int], Node]]:
    n, parks = data.numbers, [p for (p,) in data.variables["cost"]]
    bus = {(p, c): solph.Bus(f"{p} {c}") for p in parks for c in range(COMMODITIES)}
    market, water = {c: solph.Bus(f"market {c}") for c in n["market"]}, {p: solph.Bus(f"water {p}") for p in parks}
    recipes: dict[int, dict[int, float]] = defaultdict(dict)
    for (j, c), amount in n["coefficient"].items():
        recipes[j][c] = amount
    nodes = [*bus.values(), *market.values(), *water.values()]
    for p in parks:
        nodes.append(solph.components.Source(f"water limit {p}", outputs={water[p]: solph.Flow(nominal_capacity=n["water_limit"][p])}))
        nodes += [_process(p, j, recipe, bus, water[p], data, solph) for j, recipe in recipes.items()]
    for p, c in data.variables["buy"]:
        flow = solph.Flow(nominal_capacity=n["buy_limit"][p, c], variable_costs=n["buying"][c])
        nodes.append(solph.components.Source(f"buy {p} {c}", outputs={bus[p, c]: flow}))
    for p, c in data.variables["sell"]:
        flow = solph.Flow(nominal_capacity=n["sell_limit"][p, c], variable_costs=-n["selling"][c])
        nodes.append(solph.components.Converter(f"sell {p} {c}", inputs={bus[p, c]: flow}, outputs={market[c]: solph.Flow()}))
    nodes += [solph.components.Sink(f"demand {c}", inputs={market[c]: solph.Flow(nominal_capacity=limit)}) for c, limit in n["market"].items()]
    for p, c in data.variables["dispose"]:
        nodes.append(solph.components.Sink(f"dispose {p} {c}", inputs={bus[p, c]: solph.Flow(variable_costs=n["disposing"][c])}))
    for c, p, q in data.variables["ship"]:
        flow = solph.Flow(nominal_capacity=n["ship_limit"][c, p, q], variable_costs=n["freight"][c, p, q])
        arrives = {bus[q, c]: n["arrives"][c]}
        nodes.append(solph.components.Converter(f"ship {c} {p} {q}", inputs={bus[p, c]: flow}, outputs={bus[q, c]: solph.Flow()}, conversion_factors=arrives))
    stores = _carriers(parks, bus, data, solph, nodes)
    return [*nodes, *stores.values()], stores


def _process(p: int, j: int, recipe: dict[int, float], bus: dict[tuple[int, int], Node], water: Node, data: Programme, solph: Any) -> Node:
    """A converter of what a process makes and uses and of its water; its capacity and costs are on the flow of its first commodity."""
    n, hourly = data.numbers, j < HOURLY
    # Flows per unit that the process runs: a year's amount of goods, the power of carriers.
    hours, power = (HOURS, 1.0) if hourly else (1.0, 1 / HOURS)
    factor = {bus[p, c]: abs(amount) * (power if c < CARRIERS else hours) for c, amount in recipe.items()}
    sides: dict[bool, dict[Node, Any]] = {True: {}, False: {}}
    for number, (c, amount) in enumerate(recipe.items()):
        node, flow = bus[p, c], solph.Flow()
        if number == 0:
            per = factor[node]
            size = solph.Investment(ep_costs=n["capital_cost"][j] / per, maximum=n["capacity_limit"][p, j] * per)
            most = float(n["availability"][p, j, EACH][0]) if hourly else n["use"][j]
            flow = solph.Flow(nominal_capacity=size, maximum=most, variable_costs=n["running_cost"][j] * hours / per)
        sides[amount < 0][node] = flow
    sides[True][water] = solph.Flow()
    return solph.components.Converter(f"process {p} {j}", inputs=sides[True], outputs=sides[False], conversion_factors=factor | {water: n["water"][j] * hours})


def _carriers(parks: list[int], bus: dict[tuple[int, int], Node], data: Programme, solph: Any, nodes: list[Node]) -> dict[tuple[int, int], Node]:
    """Grid, demand, spill and stores of the carriers."""
    n, stores = data.numbers, {}
    for p in parks:
        flow = solph.Flow(nominal_capacity=GRID, variable_costs=float(np.asarray(n["grid_price"][EACH])[0]))
        nodes.append(solph.components.Source(f"grid {p}", outputs={bus[p, 0]: flow}))
        for k in range(CARRIERS):
            demand = float(np.broadcast_to(n["demand"][p, k, EACH], 1)[0])
            nodes.append(solph.components.Sink(f"demand {p} {k}", inputs={bus[p, k]: solph.Flow(nominal_capacity=1, fix=demand)}))
            nodes.append(solph.components.Sink(f"spill {p} {k}", inputs={bus[p, k]: solph.Flow()}))
            stores[p, k] = solph.components.GenericStorage(
                f"store {p} {k}",
                inputs={bus[p, k]: solph.Flow()},
                outputs={bus[p, k]: solph.Flow()},
                nominal_capacity=solph.Investment(ep_costs=n["store_cost"][k], maximum=STORE),
                loss_rate=1 - n["keep"][k],
                inflow_conversion_factor=n["charging"][k],
                outflow_conversion_factor=1 / n["releasing"][k],
                balanced=True,
            )
    return stores


def _shared_power(m: Any, stores: dict[tuple[int, int], Node], data: Programme) -> None:
    import pyomo.environ as pyo

    rate = data.numbers["rate"]

    def row(_: Any, p: int, k: int) -> Any:
        store = stores[p, k]
        (source,), (target,) = store.inputs, store.outputs
        return m.flow[source, store, 0] + m.flow[store, target, 0] <= rate[k] * m.GenericInvestmentStorageBlock.invest[store, 0]

    m.shared_power = pyo.Constraint(list(stores), rule=row)
