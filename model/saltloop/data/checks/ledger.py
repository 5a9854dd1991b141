"""Checks of the ledger: accounts that add up in their unit, over flows that exist, without a circle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from saltloop.data.checks.registry import data_check
from saltloop.data.chemistry import ELEMENTS
from saltloop.data.factors import ANNUITY, AVAILABLE, BY_DISTANCE
from saltloop.data.read import nearest
from saltloop.data.relations import Relations, place_of
from saltloop.errors import Problem, message

AGENTS = {
    "activity": "process",
    "capacity": "equipment",
    "new_capacity": "equipment",
    "made": "process",
    "used": "process",
    "draw": "basin",
    "buy": "market",
    "sell": "market",
    "ship": "link",
    "dispose": "route",
    "unmet": "market",
}
READ_FROM = {
    "activity": ("process",),
    "capacity": ("equipment",),
    "new_capacity": ("equipment",),
    "made": ("commodity",),
    "used": ("commodity",),
    "draw": ("basin", "commodity"),
    "buy": ("market", "commodity"),
    "sell": ("market", "commodity"),
    "ship": ("link", "mode"),
    "dispose": ("route", "commodity"),
    "unmet": ("commodity",),
}
_MONEY = {"buy": ("price", "freight"), "sell": ("price", "freight"), "dispose": ("fee",), "unmet": ("price",)}
CONTENT = "content:"
SHOWN = 4
_WITHOUT_COMMODITY = ("activity", "capacity", "new_capacity")

CIRCLE = message("D170", ("accounts are made of each other in a circle: {chain}", "账户循环引用：{chain}"), ("take one of these terms out", "请去掉其中一项"))
WRONG_UNIT = message(
    "D171",
    ("account '{account}' is counted in {unit}, but this term gives {found} for {item}", "账户“{account}”以 {unit} 计量，而此项对 {item} 得到 {found}"),
    (
        "weight ({weight}) times {measure} must convert to {unit}; correct the unit of the weight, of the factor or of the account",
        "权重（{weight}）乘{measure}须可换算为 {unit}；请改正权重、系数或账户的单位",
    ),
)
NO_SUCH_FLOW = message(
    "D169",
    ("{count} term(s) of accounts find no such flow in this pack: {list}", "{count} 个账户构成项在本数据包中没有对应的流：{list}"),
    (
        "they add nothing, which is right where a shared ledger counts what this pack has not; else correct the words",
        "它们不起作用；共用账本计量本包没有的对象时属正常，否则请改正",
    ),
    warning=True,
)
SELECTS_NOTHING = message(
    "D172",
    ("the term of account '{account}' selects nothing: {what}", "账户“{account}”的此项未选中任何对象：{what}"),
    ("it adds nothing; correct the word, or remove the row if the pack has no such thing.{hint}", "此项不起作用；请改正，或在数据包没有该对象时删去。{hint}"),
    warning=True,
)
NO_MEASURE = message(
    "D173",
    ("the term of account '{account}' finds no '{measure}' on what it selects", "账户“{account}”的此项所选对象没有“{measure}”"),
    (
        "it adds nothing; for flow {flow} the measure is empty, {special}a factor of kind {kinds}.{hint}",
        "此项不起作用；流 {flow} 的 measure 可留空，{special}或为 {kinds} 的系数。{hint}",
    ),
    warning=True,
)
EMPTY_ACCOUNT = message(
    "D174",
    ("account '{account}' has no terms", "账户“{account}”没有构成项"),
    ("it stays zero unless a rule pays into it; add rows to account_terms.csv", "除非有规则记入，否则恒为零；请在 account_terms.csv 中补充"),
    warning=True,
)
INDICATOR_UNIT = message(
    "D175",
    ("indicator '{indicator}' is published in {unit}, but its accounts give {found}", "指标“{indicator}”以 {unit} 公布，而其账户得到 {found}"),
    ("correct the unit of the indicator or choose other accounts", "请改正指标单位或选用其他账户"),
)
UNKNOWN_OTHER = message(
    "D176",
    ("'{other}' is no account", "“{other}”不是账户"),
    ("with flow account, the column commodity names the other account.{hint}", "flow 为 account 时，commodity 列填另一账户。{hint}"),
)
NO_EFFECT = message(
    "D177",
    ("'{word}' has no effect: flow {flow} is not counted by {column}", "“{word}”不起作用：流 {flow} 不按 {column} 计"),
    ("leave the cell empty, or use flow made or used", "请留空，或改用 made、used"),
    warning=True,
)
HALF_BACKGROUND = message(
    "D178",
    ("area '{area}' has a background of '{has}', but not in the same years of: {lacks}", "区域“{area}”有“{has}”的背景值，却缺少同年的：{lacks}"),
    ("indicators would mix two boundaries there: {indicators}; add what is missing", "这些指标在该处边界不一致：{indicators}；请补充所缺"),
    warning=True,
)
COUNTED_TWICE = message(
    "D179",
    ("account '{account}' counts {item} twice", "账户“{account}”重复计入 {item}"),
    ("the other term stands at {other}; narrow one of them", "另一项在 {other}；请缩小其中一项的范围"),
    warning=True,
)

Thing = tuple[str, ...]


@dataclass
class _Ledger:
    """What each term selects, and in which unit."""

    relations: Relations
    account_unit: dict[str, str] = field(init=False)
    _shipped: dict[tuple[str, str], list[str]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.account_unit = {row["account"]: row["unit"] for row in self.relations.rows("accounts")}

    @cached_property
    def process_unit(self) -> dict[str, str]:
        """Unit of one activity by process."""
        return {row["process"]: self.relations.unit[row["reference"]] for row in self.relations.rows("processes")}

    @cached_property
    def pairs(self) -> dict[str, set[Thing]]:
        """All agents and commodities of each flow."""
        r = self.relations
        traded: dict[str, set[Thing]] = {side: {key for key in r.tiers if r.side[key[0]] == side} for side in ("supply", "demand")}
        return {
            "made": {(j, c) for c, processes in r.makers.items() for j in processes},
            "used": {(j, c) for c, processes in r.users.items() for j in processes},
            "draw": {(row["basin"], row["commodity"]) for row in r.rows("basin_supplies")},
            "buy": traded["supply"],
            "sell": traded["demand"],
            "ship": set(),
            "dispose": {(route, c) for route, _, c in r.disposals},
            "unmet": {(row["market"], row["commodity"]) for row in r.rows("demands") if row["unmet_price"] is not None},
        }

    @cached_property
    def _pairs_of(self) -> dict[str, dict[str, list[Thing]]]:
        """The same by commodity."""
        found: dict[str, dict[str, list[Thing]]] = {}
        for flow, pairs in self.pairs.items():
            found[flow] = defaultdict(list)
            for pair in pairs:
                found[flow][pair[1]].append(pair)
        return found

    def things(self, term: dict[str, Any]) -> set[Thing]:
        """What a term adds up: (agent,) or (agent, commodity); of links the mode, unless one link is named."""
        flow, agents = term["flow"], self.relations.named(AGENTS[term["flow"]], term["agent"])
        if flow in _WITHOUT_COMMODITY:
            return {(agent,) for agent in agents}
        commodities = self.relations.named("commodity", term["commodity"])
        if flow == "ship":
            ways = {link if link == term["agent"] else self.mode[link] for link in agents}
            return {(way, c) for way in ways for c in self.relations.carried[self.mode.get(way, way)] & commodities}
        pairs = self._pairs_of[flow]
        return {pair for c in commodities for pair in pairs.get(c, ()) if pair[0] in agents}

    def _amount(self, flow: str, thing: Thing) -> str:
        if flow == "activity":
            return self.process_unit[thing[0]]
        return self.relations.equipment_unit[thing[0]] if flow in _WITHOUT_COMMODITY else self.relations.unit[thing[1]]

    def _factor_units(self, flow: str, thing: Thing, measure: str) -> list[str]:
        """Units of a factor of a thing: of its own, else of its commodity; of a mode also the part by distance."""
        factor = self.relations.factor
        if flow == "ship":
            key = (thing[0], measure)
            if key not in self._shipped:
                self._shipped[key] = self._ship_units(*key)
            return self._shipped[key]
        name = "capital_cost" if measure == ANNUITY and AGENTS[flow] == "equipment" else measure
        for kind in READ_FROM[flow]:
            row = factor.get((kind, thing[-1] if kind == "commodity" else thing[0], name))
            if row is not None:
                return [row["unit"]]
        return []

    def _ship_units(self, way: str, measure: str) -> list[str]:
        factor = self.relations.factor
        if way in self.mode:
            own = factor.get(("link", way.removesuffix("_back"), measure))
            if own is not None:
                return [own["unit"]]
        mode = self.mode.get(way, way)
        fixed, distance = factor.get(("mode", mode, measure)), factor.get(("mode", mode, f"{measure}{BY_DISTANCE}"))
        links = {factor["link", link, measure]["unit"] for link in self._measured_links.get((mode, measure), ()) if way == mode}
        return ([fixed["unit"]] if fixed else []) + ([f"({distance['unit']})*km"] if distance else []) + sorted(links)

    @cached_property
    def mode(self) -> dict[str, str]:
        """Mode by link."""
        return {link.name: link.mode for link in self.relations.connections}

    @cached_property
    def _measured_links(self) -> dict[tuple[str, str], list[str]]:
        """Links with a factor of their own, by mode and factor."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for kind, item, name in self.relations.factor:
            if kind == "link" and item in self.mode:
                found[self.mode[item], name].append(item)
        return found

    def units(self, term: dict[str, Any], things: Iterable[Thing]) -> dict[str, set[Thing]]:
        """Things by the unit of what the term measures of them; things without the measure are left out."""
        flow, measure = term["flow"], term["measure"]
        found: dict[str, set[Thing]] = defaultdict(set)
        for thing in things:
            if measure is None:
                units = [self._amount(flow, thing)]
            elif measure == AVAILABLE and flow == "capacity":
                units = [f"({self._amount(flow, thing)})*a"]
            elif measure in _MONEY.get(flow, ()):
                units = [self.relations.pack.units.currency]
            elif measure.startswith(CONTENT) and flow not in _WITHOUT_COMMODITY:
                units = ["t"] if (thing[-1], measure.removeprefix(CONTENT)) in self.relations.content else []
            else:
                units = self._factor_units(flow, thing, measure)
            for unit in units:
                found[unit].add(thing)
        return found


def _shown(thing: Thing) -> str:
    return " / ".join(f"'{part}'" for part in thing)


@data_check(
    CIRCLE,
    UNKNOWN_OTHER,
    EMPTY_ACCOUNT,
    in_chinese=(
        "账户不由自身构成，且每个账户都有构成项。",
        "沿 flow 为 account 的构成项逐级查找；不是账户的名称和循环都是错误。没有构成项的账户会被指出，收费或转移支付记入的账户除外。",
        "增加值减税费，而税费又按增加值的份额计：这样的循环无法求值。",
    ),
)
def accounts_have_an_order(relations: Relations) -> Iterator[Problem]:
    """No account is made of itself, and every one is made of something.

    What it does: follows the terms with flow account; a name that is no account and a circle are errors. An account
    without terms is told, unless it is the one that charges or transfers are paid into.

    Why: value added minus taxes, taxes as a share of value added: a circle like this has no reading.
    """
    accounts = {row["account"]: row for row in relations.rows("accounts")}
    parts: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    filled = set()
    for row in relations.rows("account_terms"):
        filled.add(row["account"])
        if row["flow"] == "account" and row["commodity"] in accounts:
            parts[row["account"]][row["commodity"]] = row
        elif row["flow"] == "account":
            yield UNKNOWN_OTHER.at(place_of(row), other=row["commodity"], hint=nearest(str(row["commodity"]), list(accounts)))
    done: set[str] = set()
    for account in accounts:
        chain = _circle(account, parts, (), done)
        if chain:
            yield CIRCLE.at(place_of(parts[chain[-2]][chain[-1]]), chain=" -> ".join(chain))
    paid_into = {relations.pack.role("charges", "taxes"), relations.pack.role("transfers", "transfers")}
    for account, row in accounts.items():
        if account not in filled and account not in paid_into:
            yield EMPTY_ACCOUNT.at(place_of(row), account=account)


def _circle(account: str, parts: dict[str, dict[str, dict[str, Any]]], chain: tuple[str, ...], done: set[str]) -> tuple[str, ...]:
    """The first circle met from an account downwards; empty if there is none or it was met before."""
    if account in chain:
        return (*chain[chain.index(account) :], account)
    if account in done:
        return ()
    for other in parts.get(account, {}):
        found = _circle(other, parts, (*chain, account), done)
        if found:
            done.update(chain, {account})
            return found
    done.add(account)
    return ()


def _unknown_word(relations: Relations, term: dict[str, Any]) -> tuple[str, str] | None:
    """The word of a term that selects nothing, with a near one; None if the words only fail together."""
    asked = [("commodity", "commodity", term["commodity"])] if term["flow"] not in _WITHOUT_COMMODITY else []
    for column, kind, word in [*asked, ("agent", AGENTS[term["flow"]], term["agent"])]:
        if word is not None and not relations.named(kind, word):
            return f"{column} '{word}'", nearest(word, relations.known(kind))
    return None


def _shown_term(term: dict[str, Any]) -> str:
    words = " x ".join(f"'{word}'" for word in (term["commodity"], term["agent"]) if word is not None)
    return f"{term['account']}: {term['flow']} {words}".rstrip()


def _measure_problem(relations: Relations, term: dict[str, Any]) -> Problem:
    flow, measure = term["flow"], term["measure"]
    special = _MONEY.get(flow, ()) + (() if flow in _WITHOUT_COMMODITY else (f"{CONTENT}<element>",))
    kinds = READ_FROM[flow]
    names = sorted({name.removesuffix(BY_DISTANCE) for kind, _, name in relations.factor if kind in kinds} | set(special))
    return NO_MEASURE.at(
        place_of(term),
        account=term["account"],
        measure=measure,
        flow=flow,
        special="".join(f"{word}, " for word in special),
        kinds=" or ".join(kinds),
        hint=nearest(measure, names),
    )


@data_check(
    WRONG_UNIT,
    SELECTS_NOTHING,
    NO_SUCH_FLOW,
    NO_MEASURE,
    NO_EFFECT,
    COUNTED_TWICE,
    in_chinese=(
        "账户的每个构成项都找得到流量，且换算成账户的单位。",
        "按账户的方式读 account_terms 的每一行：选中哪些工艺、设备、资源体、市场、线路或处置途径及哪些物料；以数量、价格、含量还是系数计量；权重乘计"
        "量值能否换算成账户单位。选不到任何对象的词和计量值给出警告；本数据包中用词已知而没有对应流量的构成项合并成一条（所依赖数据包的账户会计量此地"
        "没有的东西和元素）；同一账户的两个构成项以同样方式、同样符号计量同一流量，也给出警告。",
        "煤的吨数加二氧化碳的吨数同样得出一个数，写错的标签则得出较小的数。",
    ),
)
def terms_add_up(relations: Relations) -> Iterator[Problem]:
    """Every term of an account finds its flows and gives the unit of the account.

    What it does: reads each row of account_terms as the ledger does: which processes, equipment, basins, markets, links
    or routes and which commodities it selects; which amount, price, content or factor it measures; whether weight times
    measure converts to the unit of the account. A word or a measure that finds nothing is a warning; terms of the pack
    itself, of known words that find no flow, are told together (a ledger of a pack that this one builds on counts what
    others have, and elements that are not here); a flow that two terms of one account count in the same way
    with the same sign is a warning too.

    Why: tonnes of coal added to tonnes of CO2 give a number as well, and a misspelt tag gives a smaller one.
    """
    ledger, idle = _Ledger(relations), list[dict[str, Any]]()
    counted: dict[tuple[str, str, str | None, bool], list[tuple[dict[str, Any], set[Thing]]]] = defaultdict(list)
    for term in relations.rows("account_terms"):
        if term["flow"] == "account":
            if term["commodity"] in ledger.account_unit:
                yield from _unit_problems(ledger, term, {ledger.account_unit[term["commodity"]]: {(term["commodity"],)}})
            continue
        if term["flow"] in _WITHOUT_COMMODITY and term["commodity"] is not None:
            yield NO_EFFECT.at(place_of(term), word=term["commodity"], flow=term["flow"], column="commodity")
        things = ledger.things(term)
        units = ledger.units(term, things)
        unknown = None if things else _unknown_word(relations, term)
        if unknown:
            yield SELECTS_NOTHING.at(place_of(term), account=term["account"], what=unknown[0], hint=unknown[1])
        elif not things and relations.is_own(term):
            idle.append(term)
        elif things and not units and (relations.is_own(term) or not _of_element(term)):
            yield _measure_problem(relations, term)
        yield from _unit_problems(ledger, term, units)
        counted[term["account"], term["flow"], term["measure"], term["value"] > 0].append((term, set().union(*units.values())))
    if idle:
        shown = [*(_shown_term(term) for term in idle[:SHOWN]), *(["…"] if idle[SHOWN:] else [])]
        yield NO_SUCH_FLOW.at(place_of(idle[0]), count=len(idle), list="; ".join(shown))
    for terms in counted.values():
        yield from _double(terms)


def _of_element(term: dict[str, Any]) -> bool:
    """Whether a term measures the mass of an element, of which a region may well have nothing."""
    return str(term["measure"] or "").removeprefix(CONTENT) in ELEMENTS


def _unit_problems(ledger: _Ledger, term: dict[str, Any], units: dict[str, set[Thing]]) -> Iterator[Problem]:
    base = ledger.account_unit[term["account"]]
    for unit, things in units.items():
        found = f"({term['unit']})*({unit})"
        if ledger.relations.pack.units.factor(found, base) is None:
            yield WRONG_UNIT.at(
                place_of(term),
                account=term["account"],
                unit=base,
                found=unit if term["unit"] == "1" else found,
                item=_shown(min(things)),
                weight=term["unit"],
                measure=f"{term['measure'] or term['flow']} ({unit})",
            )


def _double(terms: list[tuple[dict[str, Any], set[Thing]]]) -> Iterator[Problem]:
    first: dict[Thing, dict[str, Any]] = {}
    for term, things in terms:
        again = things & first.keys()
        if again:
            thing = min(again)
            yield COUNTED_TWICE.at(place_of(term), account=term["account"], item=_shown(thing), other=place_of(first[thing]))
        first.update(dict.fromkeys(things - first.keys(), term))


@data_check(
    INDICATOR_UNIT,
    HALF_BACKGROUND,
    in_chinese=(
        "指标的单位与其账户相符，且两个账户要么都有背景值，要么都没有。",
        "将分子除以分母换算成指标的单位；某区域某年只有其中一个账户有背景值，而指标在该处有公布值时，查找另一个账户的背景值。",
        "全省的增加值除以仅各园区的用水，并不是用水产出率。",
    ),
)
def indicators_stand_on_one_boundary(relations: Relations) -> Iterator[Problem]:
    """An indicator has the unit of its accounts, and both of them have a background or neither.

    What it does: converts numerator over denominator to the unit of the indicator; where an area has a background for
    one of the two accounts in a year and the indicator has published values there, it looks for the other.

    Why: value added of the whole province over the water of the parks alone is no water productivity.
    """
    unit = {row["account"]: row["unit"] for row in relations.rows("accounts")}
    for row in relations.rows("indicators"):
        upper, lower = row["numerator"], row["denominator"]
        found = unit[upper] if lower is None else f"({unit[upper]})/({unit[lower]})"
        if relations.pack.units.factor(found, row["unit"]) is None:
            yield INDICATOR_UNIT.at(place_of(row), indicator=row["indicator"], unit=row["unit"], found=found)
    yield from _half_backgrounds(relations)


def _half_backgrounds(relations: Relations) -> Iterator[Problem]:
    """One problem per area and account: the accounts that miss years of it, and the indicators with published values there that divide the two."""
    valued = {(row["area"], row["indicator"]) for row in relations.rows("indicator_values")}
    background = {(row["area"], row["account"], int(row["year"])): row for row in relations.rows("background")}
    partners: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in relations.rows("indicators"):
        if row["denominator"] is not None:
            partners[row["numerator"]][row["denominator"]].append(row["indicator"])
            partners[row["denominator"]][row["numerator"]].append(row["indicator"])
    first: dict[tuple[str, str], dict[str, Any]] = {}
    missing: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (area, has, year), row in background.items():
        for lacks, names in partners.get(has, {}).items():
            if (area, lacks, year) not in background and any((area, name) in valued for name in names):
                first.setdefault((area, has), row)
                missing[area, has][lacks].append(year)
    for (area, has), years in missing.items():
        indicators = sorted({name for lacks in years for name in partners[has][lacks] if (area, name) in valued})
        yield HALF_BACKGROUND.at(
            place_of(first[area, has]),
            area=area,
            has=has,
            indicators=", ".join(indicators),
            lacks="; ".join(f"'{lacks}' {', '.join(map(str, sorted(found)))}" for lacks, found in years.items()),
        )
