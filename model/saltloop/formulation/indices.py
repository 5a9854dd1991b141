"""Which columns and rows exist: every named set of the equations, derived from a Case and its ledger terms.

A set is a tuple of keys; an indexed set maps a key to the tuple of its members. The index that creates a column is the
one that places it, so no column stands outside every row. Slices are not written out: EACH stands for every slice, in a member for
the slice that the key asks with, or, if the key asks with none, for a sum over all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from saltloop.data.read import FILE, LINE, listed_names
from saltloop.errors import Place, message
from saltloop.formulation.calendar import DAY_BEFORE, EACH, YEAR, YEAR_BEFORE, in_month, month_name
from saltloop.formulation.case import Case
from saltloop.formulation.rules.allowance import Allowance
from saltloop.formulation.rules.capacity import Minimum
from saltloop.formulation.rules.charge import Charge
from saltloop.formulation.rules.exchange import Exchange
from saltloop.formulation.rules.permit_market import PermitMarket
from saltloop.formulation.rules.rule import Rule
from saltloop.formulation.tables import Key, Member
from saltloop.formulation.terms import Terms

SELECTS_NOTHING = message(
    "M320",
    ("rule '{rule}' selects nothing that can exist in this scenario, so it has no effect", "规则“{rule}”在本情景中没有对象，不起作用"),
    ("check its process, commodity and area", "请检查其工艺、物料和区域"),
    warning=True,
)
CANNOT_HOLD = message(
    "M321",
    ("rule '{rule}' asks for output of what cannot exist in this scenario", "规则“{rule}”要求的产出在本情景中无法存在"),
    (
        "no site of its area has capacity for all that the process needs; add capacity or drop the rule",
        "其区域内没有具备所需产能的地点；请增加产能或去掉该规则",
    ),
)

NO_YEAR = message(
    "M322",
    ("store '{store}' carries its level through the year, but typical days do not follow one another", "储存“{store}”跨年度结转，而典型日之间没有先后"),
    ("use slices: months or hours, or give the store the chronology day", "请用 months 或 hours 时段，或把该储存的 chronology 改为 day"),
)

NO_MARKET = message(
    "M323",
    ("allowance '{rule}' is traded in '{market}', which no rule of this scenario makes", "配额“{rule}”在“{market}”交易，而本情景没有该市场规则"),
    ("add a rule {market}: {{permit_market: ...}}; markets here: {known}", "请加一条 {market}: {{permit_market: ...}}；现有市场：{known}"),
)

HELD_ABOVE_ZERO = message(
    "M324",
    (
        "fund '{rule}' pays for '{account}', which may fall below zero; while the fund holds, the plan keeps it at zero or above at every site",
        "专项资金“{rule}”按“{account}”支付，而该账户可能为负；资金有效期间，方案在每个地点都使其不低于零",
    ),
    ("pay for an account that adds up and takes nothing off, such as one under accounts:", "请按只增不减的账户支付，可在 accounts: 下自定义"),
    warning=True,
)

VARIABLES: dict[str, tuple[tuple[str, ...], str]] = {
    "activity": (("site", "process", "period", "slice"), "{process}"),
    "capacity": (("site", "equipment", "period"), "{equipment}"),
    "new_capacity": (("site", "equipment", "until", "period"), "{equipment}"),
    "retired_capacity": (("site", "equipment", "until", "period"), "{equipment}"),
    "draw": (("site", "basin", "commodity", "period", "slice"), "{commodity}"),
    "buy": (("site", "commodity", "market", "tier", "period", "slice"), "{commodity}"),
    "sell": (("site", "commodity", "market", "tier", "period", "slice"), "{commodity}"),
    "unmet": (("site", "market", "commodity", "period", "slice"), "{commodity}"),
    "ship": (("link", "commodity", "period", "slice"), "{commodity}"),
    "store_in": (("site", "store", "period", "slice"), "{store}"),
    "store_out": (("site", "store", "period", "slice"), "{store}"),
    "store_level": (("site", "store", "period", "slice"), "{store}"),
    "dispose": (("site", "commodity", "route", "period", "slice"), "{commodity}"),
    "account": (("account", "site", "period"), "{account}"),
    "charged": (("rule", "tier", "site", "period"), "{rule}"),
    "allowance_buy": (("rule", "site", "period"), "{rule}"),
    "allowance_sell": (("rule", "site", "period"), "{rule}"),
}

# Indexed set -> the rows whose equation asks for it, which of their indices it asks with, and the length of a member.
QUERIED: dict[str, tuple[str, tuple[int, ...], int]] = {
    "processes_touching": ("balance", (0, 1, 3), 2),
    "basins_giving": ("balance", (0, 1), 1),
    "purchases_of": ("balance", (0, 1), 2),
    "sales_of": ("balance", (0, 1), 2),
    "links_into": ("balance", (0, 1), 1),
    "links_out_of": ("balance", (0, 1), 1),
    "stores_of": ("balance", (0, 1), 1),
    "routes_of": ("balance", (0, 1), 1),
    "processes_on": ("capacity_limit", (0, 1), 1),
    "vintages_alive": ("capacity_stock", (0, 1, 2), 2),
    "vintages_until": ("build_limit", (0, 1, 2, 3), 1),
    "retirements_missed": ("capacity_stock", (0, 1, 2), 2),
    "retirements_until": ("retirement_limit", (0, 1, 2, 3), 1),
    "ponds_on": ("evaporation_limit", (0, 1), 1),
    "draws_in": ("draw_limit", (0, 2), 3),
    "draws_ever": ("stock_limit", (0,), 4),
    "equipment_on_land": ("land_limit", (0, 1), 1),
    "heaps_on_land": ("land_limit", (0, 1), 3),
    "loads_of": ("link_limit", (0, 2), 2),
    "previous": ("storage_level", (1, 3), 1),
    "equipment_of_store": ("storage_size", (1,), 1),
    "trades_of": ("market_tier", (0, 1, 2), 2),
    "tiers_serving": ("demand_served", (0, 1, 2), 1),
    "steps_of": ("disposal_limit", (1,), 1),
    "activities_in": ("account_definition", (0, 1), 2),
    "capacities_in": ("account_definition", (0, 1), 1),
    "new_capacities_in": ("account_definition", (0, 1, 2), 3),
    "draws_at": ("account_definition", (0, 1), 3),
    "purchases_in": ("account_definition", (0, 1, 2), 4),
    "sales_in": ("account_definition", (0, 1, 2), 4),
    "shipments_in": ("account_definition", (0, 1, 2), 3),
    "disposals_in": ("account_definition", (0, 1), 3),
    "unmet_in": ("account_definition", (0, 1, 2), 3),
    "accounts_in": ("account_definition", (0,), 1),
    "charges_in": ("account_definition", (0, 1, 2), 2),
    "allowances_in": ("account_definition", (0, 1, 2), 1),
    "tiers_of_charge": ("charge_base", (0,), 1),
    "account_charged": ("charge_base", (0,), 1),
    "account_paid": ("grant_limit", (0, 1), 1),
    "activities_of_rule": ("rule", (0,), 3),
    "uses_of_rule": ("rule", (0,), 4),
    "capacities_of_rule": ("rule", (0, 1), 3),
    "shipments_of_rule": ("rule", (0,), 3),
    "allowances_of_rule": ("rule", (0, 1), 2),
    "grants_of_rule": ("rule", (0,), 2),
    "sites_of_rule": ("rule_or_charge", (0,), 1),
}


@dataclass
class Indices:
    """Sets of a program.

    Args:
        variables: keys of each family of columns.
        rows: keys of each family of rows, by equation name; rules under `rule` as (name, period).
        members: indexed sets by name.
    """

    variables: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    rows: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    members: dict[str, dict[Key, tuple[Key, ...]]] = field(default_factory=dict)


def _group(pairs: Iterable[tuple[Key, Key]]) -> dict[Key, tuple[Key, ...]]:
    """Members by key, in the order met."""
    found: dict[Key, list[Key]] = defaultdict(list)
    for key, member in pairs:
        found[key].append(member)
    return {key: tuple(members) for key, members in found.items()}


def indices(case: Case, terms: Terms) -> Indices:
    """Derive every set.

    Raises:
        InputError: a rule asks for what cannot exist.
    """
    found = Indices()
    _variables(case, found)
    _balance_sets(case, found)
    _equipment_sets(case, found)
    _nature_sets(case, found)
    _link_sets(case, found)
    _store_sets(case, found)
    _market_sets(case, found)
    _ledger_sets(case, terms, found)
    _rule_sets(case, found)
    case.notes.stop_if_any()
    _complete(found)
    return found


def _complete(found: Indices) -> None:
    """Give every key that an equation asks for its members, none where there are none."""
    asked: dict[tuple[str, tuple[int, ...]], dict[Key, None]] = {}
    for name, (family, positions, _) in QUERIED.items():
        if (family, positions) not in asked:
            columns = list(zip(*found.rows[family], strict=True))
            asked[family, positions] = dict.fromkeys(zip(*(columns[n] for n in positions), strict=True) if columns else ())
        have = found.members[name]
        found.members[name] = {key: have.get(key, ()) for key in asked[family, positions]}


def _variables(case: Case, found: Indices) -> None:
    years, steps = case.years, case.commodity_slices
    v = found.variables
    v["activity"] = tuple((p, j, y, t) for p, j in case.activities for y in years for t in case.process_slices[j])
    v["capacity"] = tuple((p, u, y) for p, u in case.equipment for y in years)
    v["new_capacity"] = _in_order(case, case.may_build)
    v["retired_capacity"] = _in_order(case, case.standing_until) if case.choices.may_retire else ()
    v["draw"] = tuple((p, b, c, y, t) for p, b, c in case.draws for y in years for t in steps[c])
    v["buy"] = tuple((p, c, n, k, y, t) for p, c, n, k in case.purchases for y in years for t in steps[c])
    v["sell"] = tuple((p, c, n, k, y, t) for p, c, n, k in case.sales for y in years for t in steps[c])
    v["unmet"] = tuple((p, n, c, y, t) for p, n, c, y in case.demand for t in steps[c])
    v["ship"] = tuple((l, c, y, t) for l, c in case.shipments for y in years for t in steps[c])
    for family in ("store_in", "store_out", "store_level"):
        v[family] = tuple((p, s, y, t) for (p, s), c in case.stores.items() for y in years for t in steps[c])
    v["dispose"] = tuple((p, c, r, y, t) for p, c, r in case.disposals for y in years for t in steps[c])
    accounts = case.pack.tables["accounts"]["account"]
    v["account"] = tuple((a, p, y) for a in accounts for p in case.sites for y in years)
    rules = case.choices.rules
    v["charged"] = tuple((i.name, k, p, y) for i in rules for k in i.tiers for p in i.sites for y in i.periods)
    trades = tuple((i.name, p, y) for i in rules if isinstance(i, Allowance) for p in i.sites for y in i.periods)
    v["allowance_buy"] = v["allowance_sell"] = trades


def _in_order(case: Case, amounts: Mapping[tuple[str, str, int, int], float]) -> tuple[Key, ...]:
    """Keys of amounts above zero, in the order of the equipment."""
    place = {key: n for n, key in enumerate(case.equipment)}
    return tuple(sorted((key for key, value in amounts.items() if value > 0), key=lambda key: (place[key[:2]], *key[2:])))


def _overlap(case: Case, process: str, step: str) -> tuple[str, ...]:
    """Slices of a process that meet a slice of a commodity."""
    own = case.process_slices[process]
    return own if step == YEAR or own == (YEAR,) else (step,)


def _balance_sets(case: Case, found: Indices) -> None:
    made_or_used: dict[str, list[str]] = defaultdict(list)
    for (j, c), value in case.coefficient.items():
        if value != 0:
            made_or_used[j].append(c)
    s = found.members
    s["processes_touching"] = _group(
        ((p, c, t), (j, own)) for p, j in case.activities for c in made_or_used[j] for t in case.commodity_slices[c] for own in _overlap(case, j, t)
    )
    s["basins_giving"] = _group(((p, c), (b,)) for p, b, c in case.draws)
    s["purchases_of"] = _group(((p, c), (n, k)) for p, c, n, k in case.purchases)
    s["sales_of"] = _group(((p, c), (n, k)) for p, c, n, k in case.sales)
    s["links_into"] = _group(((case.links[l].destination, c), (l,)) for l, c in case.shipments)
    s["links_out_of"] = _group(((case.links[l].origin, c), (l,)) for l, c in case.shipments)
    s["stores_of"] = _group(((p, c), (store,)) for (p, store), c in case.stores.items())
    s["routes_of"] = _group(((p, c), (r,)) for p, c, r in case.disposals)
    touched = dict.fromkeys(
        key[:2]
        for name in ("processes_touching", "basins_giving", "purchases_of", "sales_of", "links_into", "links_out_of", "stores_of", "routes_of")
        for key in s[name]
    )
    found.rows["balance"] = tuple((p, c, y, t) for p, c in touched for y in case.years for t in case.commodity_slices[str(c)])
    s["steps_of"] = {(c,): tuple((t,) for t in steps) for c, steps in case.commodity_slices.items()}


def _equipment_sets(case: Case, found: Indices) -> None:
    s, rows, years = found.members, found.rows, case.years
    present = set(case.activities)
    users: dict[str, list[str]] = defaultdict(list)
    for j, u in case.use:
        users[u].append(j)
    s["processes_on"] = _group(((p, u), (j,)) for p, u in case.equipment for j in users[u] if (p, j) in present)
    rows["capacity_limit"] = tuple((p, u, y, t) for p, u in s["processes_on"] for y in years for t in case.equipment_slices[str(u)])
    rows["minimum_load"] = tuple(key for key in rows["capacity_limit"] if str(key[1]) in case.min_load)
    rows["capacity_stock"] = found.variables["capacity"]
    new, retired = found.variables["new_capacity"], found.variables["retired_capacity"]
    s["vintages_alive"] = _group(((p, u, y), (z, v)) for p, u, z, v in new for y in years if int(v) <= y < int(v) + case.lifetime.get(str(u), float("inf")))
    s["retirements_missed"] = _group(((p, u, y), (z, v)) for p, u, z, v in retired for y in years if int(v) <= y <= int(z))
    for before, family, keys in (("vintages_until", "build_limit", new), ("retirements_until", "retirement_limit", retired)):
        rows[family] = keys
        s[before] = _group(((p, u, z, y), (v,)) for p, u, z, v in keys for y in years if int(v) <= y <= int(z))
    s["ponds_on"] = {
        key: tuple(j for j in members if str(j[0]) in case.evaporation) for key, members in s["processes_on"].items() if str(key[1]) in case.pond_area
    }
    rows["evaporation_limit"] = tuple(
        (p, u, y, t)
        for (p, u), js in s["ponds_on"].items()
        if js and (str(p), YEAR) in case.net_evaporation
        for y in years
        for t in case.equipment_slices[str(u)]
    )


def _nature_sets(case: Case, found: Indices) -> None:
    s, rows = found.members, found.rows
    drawn = [(b, (p, c, t)) for p, b, c in case.draws for t in case.commodity_slices[c]]
    monthly = [((b, month_name(n)), (p, c, in_month(n))) for b, (p, c, t) in drawn if t == EACH for n in range(1, 13)]
    s["draws_in"] = _group([*(((b, YEAR), key) for b, key in drawn), *monthly])
    rows["draw_limit"] = tuple(key for key in case.draw_limit if (key[0], key[2]) in s["draws_in"])
    s["draws_ever"] = _group(((b,), (p, c, y, t)) for b, (p, c, t) in drawn for y in case.years)
    rows["stock_limit"] = tuple((b,) for b in case.draw_stock if (b,) in s["draws_ever"])
    s["equipment_on_land"] = _group(((p, case.land_class[u]), (u,)) for p, u in case.equipment if u in case.land and u in case.land_class)
    s["heaps_on_land"] = _group(
        ((p, case.route_class[r]), (c, r, t)) for p, c, r in case.disposals if (c, r) in case.route_land for t in case.commodity_slices[c]
    )
    rows["land_limit"] = tuple(
        (p, g, y) for p, g in case.land_available if (p, g) in s["equipment_on_land"] or (p, g) in s["heaps_on_land"] for y in case.years
    )


def _link_sets(case: Case, found: Indices) -> None:
    loads: dict[str, list[str]] = defaultdict(list)
    for l, c in case.shipments:
        loads[l].append(c)
    limited = [l for l in loads if case.links[l].capacity is not None]
    fine = {l: all(case.commodity_slices[c] != (YEAR,) for c in loads[l]) for l in limited}
    pairs = [((l, t if fine[l] else YEAR), (c, t)) for l in limited for c in loads[l] for t in case.commodity_slices[c]]
    found.members["loads_of"] = _group(pairs)
    found.rows["link_limit"] = tuple((l, y, t) for l, t in found.members["loads_of"] for y in case.years)


def _store_sets(case: Case, found: Indices) -> None:
    table = {r["store"]: r for r in case.pack.rows("stores")}
    before = {"year": YEAR_BEFORE, "day": DAY_BEFORE}
    names = sorted({s for _, s in case.stores})
    for s in names:
        if table[s]["chronology"] == "year" and not case.slices[0].previous:
            case.notes.add(NO_YEAR.at(Place(table[s][FILE], table[s][LINE]), store=s))
    steps = {s: case.commodity_slices[str(table[s]["commodity"])] for s in names}
    found.members["previous"] = {(s, t): ((before[str(table[s]["chronology"])] if t == EACH else t,),) for s in names for t in steps[s]}
    found.members["equipment_of_store"] = {(s,): ((str(table[s]["equipment"]),),) for s in names}
    found.rows["storage_level"] = found.rows["storage_size"] = found.variables["store_level"]
    found.rows["storage_rate"] = tuple(key for key in found.variables["store_level"] if case.factor("store", str(key[1]), "rate") is not None)


def _market_sets(case: Case, found: Indices) -> None:
    s, rows = found.members, found.rows
    both = (*case.purchases, *case.sales)
    s["trades_of"] = _group(((n, c, k), (p, t)) for p, c, n, k in both for t in case.commodity_slices[c])
    for name, trades in (("purchase_tier", case.purchases), ("sales_tier", case.sales)):
        tiers = dict.fromkeys((n, c, k) for _, c, n, k in trades)
        rows[name] = tuple((n, c, k, y) for n, c, k in tiers for y in case.years if (n, c, k, y) in case.volume)
    rows["market_tier"] = rows["purchase_tier"] + rows["sales_tier"]
    s["tiers_serving"] = _group(((p, n, c), (k,)) for p, c, n, k in case.sales)
    rows["demand_served"] = found.variables["unmet"]
    rows["disposal_limit"] = tuple((p, c, r, y) for (p, c, r), (_, limit) in case.disposals.items() if limit is not None for y in case.years)


def _ledger_sets(case: Case, terms: Terms, found: Indices) -> None:
    s, counted = found.members, case.counted
    accounts_of: dict[str, dict[Member, list[Member]]] = {flow: defaultdict(list) for flow in ("activity", "new_capacity")}
    for flow, by_item in accounts_of.items():
        for account, item in terms.of(flow):
            by_item[item].append(account)
    s["activities_in"] = _group(
        ((a, p), (j, t)) for p, j in case.activities for a in accounts_of["activity"][j] for step in case.process_slices[j] for t in counted(a, step)
    )
    s["capacities_in"] = _group(((a, p), (u,)) for a, p, u in terms.of("capacity"))
    s["new_capacities_in"] = _group(((a, p, y), (u, *v)) for (p, u, y), vs in s["vintages_alive"].items() for a in accounts_of["new_capacity"][u] for v in vs)
    drawn: dict[Key, list[Member]] = defaultdict(list)
    for account, b, c in terms.of("draw"):
        drawn[b, c].append(account)
    s["draws_at"] = _group(((a, p), (b, c, t)) for p, b, c in case.draws for a in drawn[b, c] for step in case.commodity_slices[c] for t in counted(a, step))
    steps = case.commodity_slices
    for name, flow in (("purchases_in", "buy"), ("sales_in", "sell")):
        s[name] = _group(((a, p, y), (c, n, k, t)) for a, p, c, n, k, y in terms.of(flow) for step in steps[str(c)] for t in counted(a, step))
    s["shipments_in"] = _group(((a, p, y), (l, c, t)) for a, p, l, c, y in terms.of("ship") for step in steps[str(c)] for t in counted(a, step))
    s["disposals_in"] = _group(((a, p), (c, r, t)) for a, p, c, r in terms.of("dispose") for step in steps[str(c)] for t in counted(a, step))
    s["unmet_in"] = _group(((a, p, y), (n, c, t)) for a, p, n, c, y in terms.of("unmet") for step in steps[str(c)] for t in counted(a, step))
    s["accounts_in"] = _group(((a,), (b,)) for a, b in terms.of("account"))
    at = {i.name: i.sites for i in case.choices.rules}
    s["charges_in"] = _group(((a, p, y), (i, k)) for a, i, k, y in terms.of("charged") for p in at[str(i)])
    bought = dict.fromkeys([*terms.of("allowance_buy"), *terms.of("allowance_sell")])
    s["allowances_in"] = _group(((a, p, y), (i,)) for a, i, y in bought for p in at[str(i)])
    found.rows["account_definition"] = found.variables["account"]
    charges = [i for i in case.choices.rules if isinstance(i, Charge)]
    s["tiers_of_charge"] = {(i.name,): tuple((k,) for k in i.tiers) for i in charges}
    s["account_charged"] = {(i.name,): ((i.account,),) for i in charges}
    found.rows["charge_base"] = tuple((i.name, p, y) for i in charges for p in i.sites for y in i.periods)
    paid = [(i, k, a) for i in case.choices.rules for k, a in i.charged_accounts.items()]
    _tell_held_accounts(case, terms)
    s["account_paid"] = {(i.name, k): ((a,),) for i, k, a in paid}
    found.rows["grant_limit"] = tuple((i.name, k, p, y) for i, k, _ in paid for p in i.sites for y in i.periods)
    found.rows["charge_tier"] = tuple((i.name, k, y) for i in charges for k in i.tiers[:-1] for y in i.periods)


def _may_pass(terms: Terms, account: Hashable, below: bool) -> bool:
    """Whether something that a plan may do takes an account below zero, or above; what is paid for an account may have either sign, as that has."""
    if any(key[0] == account for key in terms.of("charged")):
        return True
    own = (value for flow, found in terms.flows.items() if flow != "account" for key, value in found.items() if key[0] == account)
    others = ((other, weight) for (a, other), weight in terms.of("account").items() if a == account)
    return any((value < 0) == below for value in own) or any(_may_pass(terms, other, below == (weight > 0)) for other, weight in others)


def _tell_held_accounts(case: Case, terms: Terms) -> None:
    """Funds that pay for accounts with a sign of their own: what is paid cannot be negative, so neither may the account."""
    for rule in case.choices.rules:
        for account in rule.charged_accounts.values():
            if _may_pass(terms, account, below=True):
                case.notes.add(HELD_ABOVE_ZERO.at(rule.place, rule=rule.name, account=account))


def _selected(case: Case, rule: Rule) -> Iterator[tuple[str, Key, Key]]:
    """What a rule acts on: set name, key, member."""
    if rule.on_new_capacity:
        units = {u for j in rule.processes for jj, u in case.use if jj == j}
        yield from (
            ("capacities_of_rule", (rule.name, y), (p, u, z))
            for (p, u, z, y), value in case.may_build.items()
            if p in rule.sites and u in units and y in rule.periods and value > 0
        )
    elif rule.on_capacity_used:
        yield from (
            ("uses_of_rule", (rule.name,), (p, j, u, t))
            for p, j in case.activities
            if p in rule.sites and j in rule.processes
            for jj, u in case.use
            if jj == j
            for t in case.process_slices[j]
        )
    elif rule.processes:
        yield from (
            ("activities_of_rule", (rule.name,), (p, j, t))
            for p, j in case.activities
            if p in rule.sites and j in rule.processes
            for t in case.process_slices[j]
        )
    elif isinstance(rule, Exchange):
        for l, c in case.shipments:
            link = case.links[l]
            if rule.counts(c, link.origin, link.destination):
                yield from (("shipments_of_rule", (rule.name,), (l, c, t)) for t in case.commodity_slices[c])
    elif isinstance(rule, PermitMarket):
        for holder in case.choices.rules:
            if isinstance(holder, Allowance) and holder.market == rule.name:
                yield from (("allowances_of_rule", (rule.name, y), (holder.name, p)) for y in rule.periods if y in holder.periods for p in holder.sites)


def _tell_lost_allowances(case: Case) -> None:
    """Allowances that name a market which no rule makes: they could be bought for nothing."""
    markets = [i.name for i in case.choices.rules if isinstance(i, PermitMarket)]
    for rule in case.choices.rules:
        if isinstance(rule, Allowance) and rule.market is not None and rule.market not in markets:
            case.notes.add(NO_MARKET.at(rule.place, rule=rule.name, market=rule.market, known=listed_names(markets, rule.market)))


def _rule_sets(case: Case, found: Indices) -> None:
    _tell_lost_allowances(case)
    rows: list[Key] = []
    names = ("activities_of_rule", "uses_of_rule", "capacities_of_rule", "shipments_of_rule", "allowances_of_rule")
    pairs: dict[str, list[tuple[Key, Key]]] = {name: [] for name in names}
    for rule in case.choices.rules:
        selected = list(_selected(case, rule))
        for name, key, member in selected:
            pairs[name].append((key, member))
        if rule.selects and not selected:
            case.notes.add((CANNOT_HOLD if isinstance(rule, Minimum) else SELECTS_NOTHING).at(rule.place or Place(), rule=rule.name))
        elif rule.has_row:
            rows += [(rule.name, y) for y in rule.periods if not rule.on_new_capacity or any(key == (rule.name, y) for _, key, _ in selected)]
    for name, found_pairs in pairs.items():
        found.members[name] = _group(found_pairs)
    found.members["grants_of_rule"] = {(i.name,): tuple((k, p) for k in i.charged_accounts for p in i.sites) for i in case.choices.rules}
    found.members["sites_of_rule"] = {(i.name,): tuple((p,) for p in i.sites) for i in case.choices.rules}
    found.rows["rule"] = tuple(rows)
    found.rows["rule_or_charge"] = tuple(rows) + tuple((i, y) for i, _, y in found.rows["charge_tier"])
