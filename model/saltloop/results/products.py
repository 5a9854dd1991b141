"""Which sold products the objective comes from, with bought inputs traced through the network to the products they end in.

Each flow adds to the first objective what the ledger says. Costs are carried along the flows: a process passes the costs
of what it uses, and its own, to what it makes, shared by the marginal value of its products; a mixture at a site is one
lot. What a product contributes is its sale less the costs it carries. Source: own; joint costs by value as in national
accounts (SNA 2008, 6.104).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from saltloop.results.solved import sums

Node = tuple[int, str, str]
_NODE = ("period", "site", "commodity")
# A loop that feeds only itself would leave its costs undetermined; this share of leakage keeps the system solvable.
_RIDGE = 1e-10


def contributions(ledger: pd.DataFrame, weights: dict[str, float]) -> pd.DataFrame:
    """What every flow adds to the objective: the ledger with accounts of accounts worked out.

    Args:
        ledger: the table of a run.
        weights: account and weight of the first objective.

    Returns:
        ledger rows of plain flows with `adds`, in the unit of the objective.
    """
    links = ledger[ledger["flow"] == "account"].drop_duplicates(["account", "agent"])
    reach: dict[str, float] = dict(weights)
    for _ in range(len(links) + 1):
        grown = dict(weights)
        for account, other, coefficient in zip(links["account"], links["agent"], links["coefficient"], strict=True):
            if account in reach:
                grown[other] = grown.get(other, 0.0) + reach[account] * coefficient
        if grown == reach:
            break
        reach = grown
    plain = ledger[(ledger["flow"] != "account") & ledger["account"].isin(reach)]
    return plain.assign(adds=plain["value"] * plain["account"].map(reach))


def products(tables: dict[str, pd.DataFrame], weights: dict[str, float]) -> pd.DataFrame:
    """period, commodity, sold, unit, sales, carried_cost, contribution: the objective by sold product, largest first.

    Contributions that no product carries (charges, idle equipment, disposal of what was bought) stand under the commodity ''.
    """
    flows, adds = tables["flows"], contributions(tables["ledger"], weights)
    total = sums(flows[flows["role"].isin(["made", "drawn", "bought", "shipped_in"])], list(_NODE))
    nodes: dict[Node, int] = {(int(y), p, c): n for n, (y, p, c) in enumerate(total)}
    unit_cost = _Carried(nodes, tables, adds).solve(np.array(list(total.values())))
    return _sold(tables, adds, nodes, unit_cost)


class _Carried:
    """The linear system of costs carried per unit: inflow x cost = own costs + costs of what flowed in."""

    def __init__(self, nodes: dict[Node, int], tables: dict[str, pd.DataFrame], adds: pd.DataFrame) -> None:
        self.nodes, self.tables, self.adds = nodes, tables, adds
        self.own = np.zeros(len(nodes))
        self.entries: list[tuple[int, int, float]] = []

    def solve(self, inflow: np.ndarray) -> np.ndarray:
        """Cost carried per unit at each node."""
        if not len(inflow):
            return inflow
        from scipy.sparse.linalg import spsolve  # loads as slowly as half of pandas, and nothing before this needs it

        self._bought_and_drawn()
        self._shipped()
        self._processes()
        size = len(self.nodes)
        rows, columns, values = zip(*self.entries, strict=True) if self.entries else ((), (), ())
        passed = sparse.csr_array((np.array(values), (np.array(rows, dtype=int), np.array(columns, dtype=int))), shape=(size, size))
        matrix = sparse.csc_array(sparse.diags_array(inflow * (1 + _RIDGE)) - passed)
        return np.asarray(spsolve(matrix, self.own))

    def _bought_and_drawn(self) -> None:
        chosen = self.adds[self.adds["flow"].isin(["buy", "draw"])]
        self._put(sums(chosen, list(_NODE), "adds"))

    def _put(self, costs: dict[tuple[Any, ...], float]) -> None:
        for (y, p, c), value in costs.items():
            if (y, p, c) in self.nodes:
                self.own[self.nodes[y, p, c]] += value

    def _shipped(self) -> None:
        flows = self.tables["flows"]
        ends = ["period", "agent", "commodity", "site"]
        arrivals = {(y, link, c): site for y, link, c, site in sums(flows[flows["role"] == "shipped_in"], ends)}
        for (y, link, c, site), amount in sums(flows[flows["role"] == "shipped_out"], ends).items():
            arrival = arrivals.get((y, link, c))
            if arrival is not None and (y, site, c) in self.nodes:
                self.entries.append((self.nodes[y, arrival, c], self.nodes[y, site, c], amount))
        self._put(sums(self.adds[self.adds["flow"] == "ship"], list(_NODE), "adds"))

    def _process_costs(self) -> dict[tuple[Any, ...], float]:
        """Own costs by period, site and process; those of equipment shared by use, of disposal by what was made."""
        flow, at = self.adds["flow"], ["period", "site", "agent"]
        costs = sums(self.adds[flow == "activity"], at, "adds")
        running = sums(self.tables["activities"], ["period", "site", "process"])
        for key, value in sums(self.adds[flow.isin(["capacity", "new_capacity"])], at, "adds").items():
            if key in running:
                costs[key] = costs.get(key, 0.0) + value
        flows = self.tables["flows"]
        made = flows[flows["role"] == "made"]
        whole, disposed = sums(made, list(_NODE)), sums(self.adds[flow == "dispose"], list(_NODE), "adds")
        for (y, p, c, j), value in sums(made, [*_NODE, "agent"]).items():
            costs[y, p, j] = costs.get((y, p, j), 0.0) + disposed.get((y, p, c), 0.0) * value / whole[y, p, c]
        return costs

    def _processes(self) -> None:
        flows = self.tables["flows"]
        values = self.tables["values"]
        worth, slices = sums(values, list(_NODE), "marginal_value"), sums(values.assign(one=1.0), list(_NODE), "one")
        recipe = sums(flows[flows["role"].isin(["made", "used"])], ["period", "site", "agent", "role", "commodity"])
        made: dict[tuple[Any, ...], list[tuple[int, float, float]]] = defaultdict(list)
        used: dict[tuple[Any, ...], list[tuple[int, float]]] = defaultdict(list)
        for (y, p, j, role, c), value in recipe.items():
            node, key = self.nodes.get((y, p, c)), (y, p, c)
            if node is not None and role == "made":
                made[y, p, j].append((node, value, max(worth.get(key, 0.0) / slices.get(key, 1.0), 0.0)))
            elif node is not None:
                used[y, p, j].append((node, value))
        costs = self._process_costs()
        for key, outputs in made.items():
            whole = sum(v * w for _, v, w in outputs)
            for node, value, price in outputs:
                share = value * price / whole if whole > 0 else 1 / len(outputs)
                self.own[node] += share * costs.get(key, 0.0)
                self.entries += [(node, source, share * amount) for source, amount in used[key]]


def _sold(tables: dict[str, pd.DataFrame], adds: pd.DataFrame, nodes: dict[Node, int], unit_cost: np.ndarray) -> pd.DataFrame:
    sold = tables["flows"].query("role == 'sold'").copy()
    sold["carried_cost"] = [
        -unit_cost[nodes[k]] * v if k in nodes else 0.0
        for k, v in zip(zip(sold["period"], sold["site"], sold["commodity"], strict=True), sold["value"], strict=True)
    ]
    frame = sold.groupby(["period", "commodity", "unit"], as_index=False)[["value", "carried_cost"]].sum().rename(columns={"value": "sold"})
    sales = sums(adds[adds["flow"] == "sell"], ["period", "commodity"], "adds")
    frame["sales"] = [sales.get(k, 0.0) for k in zip(frame["period"], frame["commodity"], strict=True)]
    frame["contribution"] = frame["sales"] - frame["carried_cost"]
    rest = adds.groupby("period")["adds"].sum() - frame.groupby("period")["contribution"].sum()
    left = pd.DataFrame(
        {"period": rest.index, "commodity": "", "unit": "", "sold": 0.0, "sales": 0.0, "carried_cost": -rest.to_numpy(), "contribution": rest.to_numpy()}
    )
    columns = ["period", "commodity", "sold", "unit", "sales", "carried_cost", "contribution"]
    ordered = frame.sort_values(["period", "contribution"], ascending=[True, False])[columns]
    return pd.concat([ordered, left[columns][left["contribution"].abs() > 1e-6]], ignore_index=True)
