"""Recompute a run from its written files alone: nothing of the solver's memory, nothing of the pack, no model.

What comes in equals what goes out; accounts equal coefficients times the amounts found in the other tables, and so does each
line of the ledger; areas equal their sites; the objective equals its accounts; capacities add up; the certificate holds on the
written arrays; and the tables that people read say what those arrays say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from saltloop.formulation.calendar import YEAR
from saltloop.results.run import PROGRAM, Run
from saltloop.solve.certificate import certificate
from saltloop.solve.scaling import natural_units, scaling_of

TOLERANCE = 1e-6
CERTIFICATE_TOLERANCE = 1e-7
_IN = ("made", "drawn", "bought", "shipped_in", "stored_out")


@dataclass(frozen=True)
class Finding:
    """One check.

    Args:
        check: what was recomputed, in English and Chinese.
        error: largest relative difference.
        tolerance: what is allowed.
        where: the worst place.
    """

    check: tuple[str, str]
    error: float
    tolerance: float
    where: str

    @property
    def holds(self) -> bool:
        """Whether the difference is allowed."""
        return self.error <= self.tolerance


def verify(run: Run) -> list[Finding]:
    """Every check of a run, from its files.

    Raises:
        InputError: a file is missing or cannot be read.
    """
    found = _found_again(run)
    book = [_accounts(run, found), _ledger(run, found), _areas(run), _scores(run), _objective(run)]
    return [_balances(run), *book, _capacities(run), _certificate(run), _arrays(run)]


def _worst(error: pd.Series, check: tuple[str, str], tolerance: float = TOLERANCE) -> Finding:
    if error.empty:
        return Finding(check, 0.0, tolerance, "")
    error = error.fillna(np.inf)
    where = error.index[int(np.argmax(error.to_numpy()))]
    return Finding(check, float(error.max()), tolerance, ", ".join(map(str, where)) if isinstance(where, tuple) else str(where))


def _balances(run: Run) -> Finding:
    flows = run.table("flows")
    keys = ["period", "slice", "site", "commodity"]
    signed = flows.assign(net=np.where(flows["role"].isin(_IN), flows["value"], -flows["value"]))
    grouped = signed.groupby(keys)
    error = grouped["net"].sum().abs() / (1 + grouped["value"].max())
    return _worst(error, ("what comes in equals what goes out, for every site and commodity", "各地点各物料进出平衡"))


def _amounts(run: Run, slices: list[str] | None) -> pd.Series:
    """Amounts by period, site, flow, commodity, agent and tier, gathered from the other tables; of some slices alone, or of all."""
    by = ["period", "site", "flow", "commodity", "agent", "tier"]

    def counted(name: str) -> pd.DataFrame:
        frame = run.table(name)
        return frame if slices is None else frame[frame["slice"].isin([*slices, YEAR])]

    flows, capacity = counted("flows"), run.table("capacity")
    activity = counted("activities").rename(columns={"process": "agent"}).assign(flow="activity", commodity="", tier=0)
    standing = [
        capacity.rename(columns={"process": "agent", column: "value"}).assign(flow=flow, commodity="", tier=0)
        for flow, column in (("capacity", "total"), ("new_capacity", "new"))
    ]
    moved = [flows[flows["role"] == role].assign(flow=flow, tier=0) for role, flow in (("drawn", "draw"), ("disposed", "dispose"))]
    links = run.table("names")
    ends = links[links["kind"] == "link"].set_index("id")["extra"].str.split(">", expand=True)
    shipped = flows[flows["role"] == "shipped_out"].assign(flow="ship", tier=0)
    at_ends = [shipped.assign(site=shipped["agent"].map(ends[n])) for n in (0, 1)] if len(ends) else []
    traded = counted("trades").rename(columns={"market": "agent", "side": "flow"})
    charged = run.table("charges").rename(columns={"rule": "agent"}).assign(commodity="")
    accounts = run.table("accounts").rename(columns={"area": "site", "account": "agent"}).assign(flow="account", commodity="", tier=0)
    parts = [activity, *standing, *moved, *at_ends, traded, charged, accounts]
    return pd.concat([p[[*by, "value"]] for p in parts if not p.empty], ignore_index=True).groupby(by, sort=False)["value"].sum()


_BY = ["period", "site", "flow", "commodity", "agent", "tier"]


def _found_again(run: Run) -> np.ndarray:
    """The amount of each line of the ledger, from the other tables; an account with a window counts its slices alone."""
    ledger = run.table("ledger")
    keys = pd.MultiIndex.from_frame(ledger[_BY])
    found = np.array(_amounts(run, None).reindex(keys).fillna(0.0))
    for account, slices in run.manifest.get("windows", {}).items():
        own = (ledger["account"] == account).to_numpy()
        found[own] = _amounts(run, slices).reindex(keys[own]).fillna(0.0)
    return found


def _accounts(run: Run, found: np.ndarray) -> Finding:
    ledger = run.table("ledger")
    added = ledger.assign(again=ledger["coefficient"] * found)
    grouped = added.assign(size=added["again"].abs()).groupby(["period", "site", "account"])
    again, size = grouped["again"].sum(), grouped["size"].max()
    table = run.table("accounts").rename(columns={"area": "site"})
    sites = run.table("names").query("kind == 'site'")["id"]
    value = table[table["site"].isin(sites)].set_index(["period", "site", "account"])["value"]
    error = (value - again.reindex(value.index).fillna(0.0)).abs() / (1 + size.reindex(value.index).fillna(0.0))
    return _worst(error, ("accounts equal their coefficients times the amounts in the tables", "账户等于系数乘以各表数量"))


def _ledger(run: Run, found: np.ndarray) -> Finding:
    ledger = run.table("ledger").set_index(["period", "site", "account", "flow", "commodity", "agent", "tier"])
    amount = (ledger["amount"] - found).abs() / (1 + ledger["amount"].abs())
    value = (ledger["value"] - ledger["coefficient"] * ledger["amount"]).abs() / (1 + ledger["value"].abs())
    return _worst(np.maximum(amount, value), ("every line of the ledger is its coefficient times an amount in the tables", "账目每行等于系数乘以各表数量"))


def _areas(run: Run) -> Finding:
    names, table = run.table("names"), run.table("accounts")
    sites, areas = names[names["kind"] == "site"], names[names["kind"] == "area"].set_index("id")["group"]
    by_site = table[table["area"].isin(sites["id"])]
    parent = dict(zip(sites["id"], sites["group"], strict=True))
    sums: list[pd.DataFrame] = []
    level = by_site.assign(area=by_site["area"].map(parent))
    while not level.empty:
        level = level[level["area"].isin(areas.index)]
        sums.append(level)
        level = level.assign(area=level["area"].map(areas))
    everything = pd.concat(sums, ignore_index=True)
    keys = ["period", "area", "account"]
    again = everything.groupby(keys)["value"].sum()
    size = everything.assign(value=everything["value"].abs()).groupby(keys)["value"].max()
    written = table[table["area"].isin(areas.index)].set_index(keys)
    error = (written["value"] - again.reindex(written.index).fillna(0.0)).abs() / (1 + size.reindex(written.index).fillna(0.0))
    total = (written["total"] - written["value"] - written["background"]).abs() / (1 + written["total"].abs())
    return _worst(pd.concat([error, total]), ("areas equal the sum of their sites, totals add the background", "区域等于地点之和，合计含背景值"))


def _scores(run: Run) -> Finding:
    """Points between their levels, contributions from points, and scores from contributions."""
    table = run.table("scores")
    keys = ["period", "area", "score"]
    parts = table[(table["indicator"] != "") & table["computable"]]
    again = ((parts["actual"] - parts["at_zero"]) / (parts["at_hundred"] - parts["at_zero"])).clip(0.0, 1.0) * 100
    added = parts.assign(added=parts["share"] * again).set_index([*keys, "indicator"])
    total = table[table["indicator"] == ""].set_index(keys)["points"]
    apart = (total - added["added"].groupby(level=keys).sum().reindex(total.index).fillna(0.0)).abs() / 100
    each = (added["added"] - added["contribution"]).abs() / 100
    return _worst(pd.concat([apart, each]), ("scores are the weighted points of their indicators", "综合指标等于各指标得分的加权和"))


def _objective(run: Run) -> Finding:
    objective = run.manifest["objective"]
    names = run.table("names")
    table = run.table("accounts")
    by_site = table[table["area"].isin(names[names["kind"] == "site"]["id"])].groupby(["account", "period"])["value"].sum()
    errors = {}
    for n, stage in enumerate(objective["stages"]):
        again = sum(
            weight * float(span) * by_site.get((account, int(year)), 0.0)
            for account, weight in stage["accounts"].items()
            for year, span in objective["period_weights"].items()
        )
        errors[f"stage {n + 1}"] = abs(again - stage["value"]) / (1 + abs(stage["value"]))
    return _worst(pd.Series(errors), ("the objective equals its weighted accounts", "目标值等于加权账户"))


def _capacities(run: Run) -> Finding:
    table = run.table("capacity").set_index(["period", "site", "process"])
    made = (table["existing"] + table["new"] - table["retired"] - table["total"]).abs()
    over = (table["used"] - table["total"]).clip(lower=0)
    return _worst(
        np.maximum(made, over) / (1 + table["total"]),
        ("capacity = existing + new - retired, and none is used beyond it", "产能=现有+新增-退役，且使用不超过产能"),
    )


def _certificate(run: Run) -> Finding:
    columns, rows, entries = (run.table(f"{PROGRAM}/{name}") for name in ("columns", "rows", "matrix"))
    check = ("the optimality certificate holds on the written arrays", "写出的数组满足最优性检验")
    if not (entries["row"].between(0, len(rows) - 1) & entries["column"].between(0, len(columns) - 1)).all():
        return Finding(check, np.inf, CERTIFICATE_TOLERANCE, f"{PROGRAM}/matrix")
    matrix = sparse.csr_array((entries["coefficient"], (entries["row"], entries["column"])), shape=(len(rows), len(columns)))
    maximise = run.manifest["objective"]["stages"][0]["sense"] == "maximise"
    row_bounds, column_bounds = ((lines["lower"].to_numpy(), lines["upper"].to_numpy()) for lines in (rows, columns))
    costs = columns["cost"].to_numpy()
    # The natural units, too, are those of the written arrays, so that this is the judgement the plan had to stand when it was found.
    units = natural_units(scaling_of(matrix, row_bounds, column_bounds, costs))
    judged = certificate(matrix, row_bounds, column_bounds, costs, maximise, columns["value"].to_numpy(), rows["dual"].to_numpy(), units)
    return Finding(check, judged.worst, CERTIFICATE_TOLERANCE, "")


def _arrays(run: Run) -> Finding:
    columns, rows = (run.table(f"{PROGRAM}/{name}") for name in ("columns", "rows"))
    value, dual = (dict(zip(lines["name"].tolist(), lines[what].tolist(), strict=True)) for lines, what in ((columns, "value"), (rows, "dual")))
    rules, values, accounts = run.table("rules"), run.table("values"), run.table("accounts")
    sites = run.table("names").query("kind == 'site'")["id"]
    read = [
        ("activity", ("site", "process", "period", "slice"), run.table("activities"), "value", value, 1.0),
        ("account", ("account", "area", "period"), accounts[accounts["area"].isin(sites)], "value", value, 1.0),
        ("balance", ("site", "commodity", "period", "slice"), values, "marginal_value", dual, -1.0),
        ("rule", ("rule", "period"), rules[rules["dual"].notna()], "dual", dual, 1.0),
    ]
    errors = []
    for family, over, frame, column, array, sign in read:
        names = [f"{family}[{','.join(map(str, key))}]" for key in zip(*(frame[each].tolist() for each in over), strict=True)]
        told, found = frame[column].to_numpy(dtype=float), sign * np.array([array.get(name, np.nan) for name in names], dtype=float)
        errors.append(pd.Series(np.abs(told - found) / (1 + np.abs(told)), index=names, dtype=float))
    return _worst(
        pd.concat(errors), ("activities, accounts, rules and values are those of the certified arrays", "活动、账户、规则与边际价值同经检验的数组一致")
    )
