"""Which sold products the objective comes from, with bought inputs traced through the network to the products they end in.

Each flow adds to the first objective what the ledger says. Costs are carried along the flows: a process passes the costs
of what it uses, and its own, to what it makes, shared by the marginal value of its products; a mixture at a site is one
lot. What a product contributes is its sale less the costs it carries. Source: own; joint costs by value as in national
accounts (SNA 2008, 6.104).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.linalg import spsolve

Node = tuple[int, str, str]
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
    incoming = flows[flows["role"].isin(["made", "drawn", "bought", "shipped_in"])]
    nodes: dict[Node, int] = {k: n for n, k in enumerate(incoming.groupby(["period", "site", "commodity"], sort=False).groups)}
    total = incoming.groupby(["period", "site", "commodity"])["value"].sum()
    system = _Carried(nodes, tables, adds)
    unit_cost = system.solve(np.array([total[k] for k in nodes]) if nodes else np.zeros(0))
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
        for key, value in chosen.groupby(["period", "site", "commodity"])["adds"].sum().items():
            self._put(key, value)

    def _put(self, key: object, value: float) -> None:
        node = self.nodes.get(key)  # type: ignore[call-overload]
        if node is not None:
            self.own[node] += value

    def _shipped(self) -> None:
        flows = self.tables["flows"]
        out = flows[flows["role"] == "shipped_out"].set_index(["period", "agent", "commodity", "slice"])
        into = flows[flows["role"] == "shipped_in"]
        for y, link, c, t, site in zip(into["period"], into["agent"], into["commodity"], into["slice"], into["site"], strict=True):
            start = out.loc[(y, link, c, t)]
            origin = self.nodes.get((y, str(start["site"]), c))
            if origin is not None:
                self.entries.append((self.nodes[y, site, c], origin, float(start["value"])))
        freight = self.adds[self.adds["flow"] == "ship"]
        for key, value in freight.groupby(["period", "site", "commodity"])["adds"].sum().items():
            self._put(key, value)

    def _process_costs(self) -> dict[tuple[int, str, str], float]:
        """Own costs by period, site and process; those of equipment shared by use, of disposal by what was made."""
        costs = self.adds[self.adds["flow"] == "activity"].groupby(["period", "site", "agent"])["adds"].sum().to_dict()
        standing = self.adds[self.adds["flow"].isin(["capacity", "new_capacity"])].groupby(["period", "site", "agent"])["adds"].sum()
        running = set(self.tables["activities"].groupby(["period", "site", "process"]).groups)
        for key, value in standing.items():
            if key in running:
                costs[key] = costs.get(key, 0.0) + value
        made = self.tables["flows"].query("role == 'made'").groupby(["period", "site", "commodity", "agent"])["value"].sum()
        disposed = self.adds[self.adds["flow"] == "dispose"].groupby(["period", "site", "commodity"])["adds"].sum()
        whole = made.groupby(level=[0, 1, 2]).sum()
        for (y, p, c, j), value in made.items():
            if (y, p, c) in disposed.index and whole[y, p, c] > 0:
                costs[y, p, j] = costs.get((y, p, j), 0.0) + disposed[y, p, c] * value / whole[y, p, c]
        return costs

    def _processes(self) -> None:
        flows = self.tables["flows"]
        worth = self.tables["values"].groupby(["period", "site", "commodity"])["marginal_value"].mean()
        sums = flows[flows["role"].isin(["made", "used"])].groupby(["period", "site", "agent", "role", "commodity"])["value"].sum()
        made: dict[tuple[int, str, str], list[tuple[int, float, float]]] = {}
        used: dict[tuple[int, str, str], list[tuple[int, float]]] = {}
        for (y, p, j, role, c), value in sums.items():
            node = self.nodes.get((y, p, c))
            if node is None:
                continue
            if role == "made":
                made.setdefault((y, p, j), []).append((node, value, max(float(worth.get((y, p, c), 0.0)), 0.0)))
            else:
                used.setdefault((y, p, j), []).append((node, value))
        costs = self._process_costs()
        for key, outputs in made.items():
            whole = sum(v * w for _, v, w in outputs)
            for node, value, price in outputs:
                share = value * price / whole if whole > 0 else 1 / len(outputs)
                self.own[node] += share * costs.get(key, 0.0)
                self.entries += [(node, source, share * amount) for source, amount in used.get(key, [])]


def _sold(tables: dict[str, pd.DataFrame], adds: pd.DataFrame, nodes: dict[Node, int], unit_cost: np.ndarray) -> pd.DataFrame:
    sold = tables["flows"].query("role == 'sold'").copy()
    sold["carried_cost"] = [-unit_cost[nodes[k]] * v if k in nodes else 0.0
                            for k, v in zip(zip(sold["period"], sold["site"], sold["commodity"], strict=True), sold["value"], strict=True)]
    frame = sold.groupby(["period", "commodity", "unit"], as_index=False)[["value", "carried_cost"]].sum().rename(columns={"value": "sold"})
    sales = adds[adds["flow"] == "sell"].groupby(["period", "commodity"])["adds"].sum()
    frame["sales"] = [sales.get(k, 0.0) for k in zip(frame["period"], frame["commodity"], strict=True)]
    frame["contribution"] = frame["sales"] - frame["carried_cost"]
    rest = adds.groupby("period")["adds"].sum() - frame.groupby("period")["contribution"].sum()
    left = pd.DataFrame({"period": rest.index, "commodity": "", "unit": "", "sold": 0.0, "sales": 0.0, "carried_cost": -rest.to_numpy(),
                         "contribution": rest.to_numpy()})
    columns = ["period", "commodity", "sold", "unit", "sales", "carried_cost", "contribution"]
    ordered = frame.sort_values(["period", "contribution"], ascending=[True, False])[columns]
    return pd.concat([ordered, left[columns][left["contribution"].abs() > 1e-6]], ignore_index=True)
