"""A scenario file and a pack become a Scenario: every name looked up, every quantity converted, every problem told at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from saltloop.data import checks, norms
from saltloop.data.pack import Pack, load, locate
from saltloop.data.read import FILE, LINE, meant
from saltloop.data.relations import plain_unit
from saltloop.errors import InputError, Place, Problem, Problems, Words, message
from saltloop.formulation.choices import Choices, PriceChange, Stage
from saltloop.formulation.rules.price import Price
from saltloop.formulation.rules.rule import NEVER_IN_FORCE, OUTSIDE, UNKNOWN_COMMODITY, Context, Rule, Schedule, sites_of, unknown_account, unknown_area
from saltloop.scenario.accounts import add_accounts, windows
from saltloop.scenario.complaints import file_of, rule_of
from saltloop.scenario.document import Document, read_document
from saltloop.scenario.nodes import KeyPath
from saltloop.scenario.schema import OBJECTIVES, ScenarioFile
from saltloop.scenario.settings import BELOW_ZERO, NO_SIGN, Change, apply, is_change, lacks_sign, plausible, share_of

UNKNOWN_MARKET = message(
    "S127", ("unknown market '{name}' in {key}", "{key} 中的市场“{name}”未知"), ("markets of the pack: {known}.{hint}", "可用市场：{known}。{hint}")
)
MIXED_CHANGE = message(
    "S128",
    ("{key} mixes changes and amounts", "{key} 混用了变化率和价格"),
    ("write all of its years as changes (-10 %) or all as money", "各年份应一律写变化率（-10 %）或一律写价格"),
)
NO_WEIGHT = message("S129", ("every weight in {key} is zero", "{key} 的权重全为零"), ("give one account a weight", "至少一个账户应有权重"))
MOVES_NOTHING = message(
    "S130",
    ("charge '{rule}' does not move the plan: {objective} does not contain {account}", "收费“{rule}”不影响方案：{objective} 不含 {account}"),
    (
        "a charge is a transfer; maximise an account that contains {account}, such as: {known}",
        "收费是转移支付；如要其起作用，可最大化含 {account} 的账户，如：{known}",
    ),
    warning=True,
)
PRICE_MOVES_NOTHING = message(
    "S131",
    ("{key} has no effect: no market {where}trades '{commodity}'", "{key} 不起作用：没有市场{where}买卖“{commodity}”"),
    ("check the names; see market_tiers.csv", "请核对名称；见 market_tiers.csv"),
    warning=True,
)
NO_NORMS = message(
    "S135",
    (
        "norms: {kind} has no effect: no norm of the pack says more than what the recipes do by {year}",
        "norms: {kind} 不起作用：到{year}年没有工艺超过数据包的限额",
    ),
    ("see table norms, or leave the key out", "请核对 norms 表，或删去该键"),
    warning=True,
)
NOTHING_STANDS = message(
    "S141",
    (
        "in {year} nothing stands and nothing may be built: the capacities of the pack are of {first} to {last}",
        "{year} 年没有任何产能：数据包的产能自 {first} 至 {last} 年",
    ),
    ("check `periods`, or allow capacities of another status", "请核对 periods，或允许其他状态的产能"),
    warning=True,
)
# A what-if may move a coefficient away from its assay: the balance of elements is asked of the pack, not of the change.
_DATA_ONLY = frozenset({"D130", "D131", "D157"})


@dataclass(frozen=True)
class Scenario:
    """A scenario ready to be solved.

    Args:
        path: its file.
        title: English and Chinese, by `en` and `zh`.
        name: file name without ending.
        document: what the files say, `extends` carried out.
        origins: place of every key of the document.
        pack: the pack with `set` in it.
        choices: the decisions as plain data.
        changes: what `set` changed in the pack.
        notes: warnings.
        shows: the sentence of the scenario on what it shows, English and Chinese by `en` and `zh`; None where it has none.
    """

    path: Path
    title: dict[str, str]
    name: str
    document: dict[str, Any]
    origins: dict[KeyPath, Place]
    pack: Pack
    choices: Choices
    changes: tuple[Change, ...]
    notes: Problems
    shows: dict[str, str] | None = None


def load_scenario(path: Path | str, data: str | None = None) -> Scenario:
    """Read and resolve a scenario file.

    Args:
        path: the YAML file.
        data: folder that holds packs; None: looked for above the scenario.

    Raises:
        InputError: with every problem of the file, of those that it extends, and of the pack.
    """
    problems = Problems()
    document = read_document(Path(path), problems)
    if document is None:
        raise InputError(problems)
    return resolve_document(document, data, problems)


def load_pack(document: Document, data: str | None = None) -> Pack:
    """The pack of a scenario's region, loaded and checked, nothing of the scenario in it: what many variations share.

    Args:
        document: as read.
        data: folder that holds packs.

    Raises:
        InputError: with every problem.
    """
    problems = Problems()
    pack = _pack(document, file_of(document, problems), data, problems)
    if pack is None:
        raise InputError(problems)
    problems.extend(checks.check(pack))
    problems.stop_if_any()
    return pack


def resolve_document(
    document: Document, data: str | None = None, problems: Problems | None = None, pack: Pack | None = None, check_changes: bool = True
) -> Scenario:
    """A document as a Scenario.

    Args:
        document: as read, perhaps with an overlay.
        data: folder that holds packs.
        problems: found so far.
        pack: the region's pack, loaded and checked before; None: it is loaded here.
        check_changes: False: what the scenario changes in the pack is not checked again, for variations between values that were.

    Raises:
        InputError: with every problem.
    """
    problems = Problems() if problems is None else problems
    file = file_of(document, problems)
    if pack is None:
        pack, is_checked = _pack(document, file, data, problems), False
    else:
        is_checked = True
    if pack is None:
        raise InputError(problems)
    if not is_checked:
        problems.extend(checks.check(pack))
    pack, changes = apply(pack, file.settings, partial(document.place, "set"), problems)
    if file.norms is not None and file.periods:
        pack, brought = _brought_to_norms(pack, file.norms, max(year for year, _ in file.periods), document.place("norms"), problems)
        changes += brought
    pack = add_accounts(pack, document, file, problems)
    if check_changes and (changes or file.accounts):
        themes = checks.THEMES if changes else (checks.ledger,)
        problems.extend(p for p in checks.check(pack, themes) if p.message.code not in _DATA_ONLY)
    choices = _Names(document, file, pack, problems).choices()
    problems.stop_if_any()
    title = {"en": file.title.en, "zh": file.title.zh}
    shows = None if file.shows is None else {"en": file.shows.en, "zh": file.shows.zh}
    notes = Problems(problems.warnings)
    return Scenario(document.path, title, document.path.stem, document.data, document.origins, pack, choices, changes, notes, shows)


def _brought_to_norms(pack: Pack, kind: str, year: int, place: Place, problems: Problems) -> tuple[Pack, tuple[Change, ...]]:
    """The pack in which the norms of a kind hold, and the coefficients that changed; a norm that cannot be met is told."""
    pack, savings = norms.hold(pack, kind, year)
    changes = []
    for saving in savings:
        norm, where = saving.norm, Place(saving.norm[FILE], saving.norm[LINE])
        if saving.ratio is None:
            names = {"saved": ", ".join(saving.saved) or "anything", "saved_zh": "、".join(saving.saved) or "任何物料"}
            problems.add(
                norms.CANNOT_MEET.at(
                    place, process=norm["process"], norm=norm["value"], unit=plain_unit(norm["unit"]), before=saving.before, where=where, **names
                )
            )
            continue
        for commodity, row in saving.rows.items():
            path, text = f"processes.{norm['process']}.{commodity}", f"norms: {kind} ({where})"
            at = Place(row[FILE], row[LINE])
            changes.append(Change(path, "recipes", text, row["value"], row["value"] * saving.ratio, row["unit"], place, at))
    if not savings:
        problems.add(NO_NORMS.at(place, kind=kind, year=year))
    return pack, tuple(changes)


def resolved(scenario: Scenario) -> dict[str, Any]:
    """The scenario as plain JSON data for the manifest: what it says, and where each value is written (`file:line` by path)."""
    return {
        "document": _plain(scenario.document),
        "origins": {".".join(map(str, keys)): str(place) for keys, place in scenario.origins.items()},
        "changes": [
            {
                "path": c.path,
                "table": c.table,
                "text": c.text,
                "before": c.before,
                "after": c.after,
                "unit": c.unit,
                "origin": str(c.place),
                "pack": str(c.pack_place),
            }
            for c in scenario.changes
        ],
    }


def _plain(data: object) -> Any:
    """Keys as texts, as JSON wants them."""
    if isinstance(data, dict):
        return {str(key): _plain(value) for key, value in data.items()}
    return [_plain(value) for value in data] if isinstance(data, list) else data


def _pack(document: Document, file: ScenarioFile, data: str | None, problems: Problems) -> Pack | None:
    """The pack of the region; None, with its problems, if it cannot be used."""
    if not file.region:
        return None
    place = document.place("region")
    beside = Path(place.file).parent / file.region
    name = str(beside) if file.region.startswith(".") else file.region
    try:
        return load(locate(name, document.path, data))
    except InputError as error:
        problems.extend(p if str(p.place) else Problem(p.message, place, p.values) for p in error.problems)
        return None


@dataclass
class _Names:
    """Looks the names of a scenario up in its pack and converts its quantities."""

    document: Document
    file: ScenarioFile
    pack: Pack
    problems: Problems

    def choices(self) -> Choices:
        """The choices; where something is wrong a problem is collected and a stand-in used, so that the rest is checked too."""
        file, weights = self.file, _weights(self.file.periods)
        sites, years = self._sites(), tuple(year for year, _ in weights)
        objective = self._objective()
        rules = tuple(self._rules(sites, years or (file.prices.year or 1,)))
        changes = (*self._price_changes(), *(change for rule in rules if isinstance(rule, Price) for change in rule.price_changes))
        self._check_prices(changes)
        self._check_years(sites, years)
        self._check_charges(rules, objective)
        return Choices(
            areas=file.areas,
            periods=weights,
            price_year=file.prices.year,
            objective=objective,
            slices=file.slices,
            missing_price=file.prices.missing,
            price_changes=changes,
            existing=file.capacity.existing,
            may_build=file.capacity.may_build,
            may_retire=file.capacity.may_retire,
            discount_rate=file.discount_rate,
            rules=rules,
            windows=windows(file, self.document, self.problems),
        )

    def _ids(self, table: str, column: str) -> list[str]:
        return list(self.pack.tables[table][column])

    def _sites(self) -> tuple[str, ...]:
        """Sites of the scenario; all sites where its areas cannot be used, so that rules are not blamed for it."""
        areas, sites = self._ids("areas", "area"), self._ids("sites", "site")
        for number, name in enumerate(self.file.areas):
            if name not in areas + sites:
                self.problems.add(unknown_area(self.document.place("areas", number), name, "areas", self.pack))
            elif not sites_of(self.pack, [name]):
                self.problems.add(OUTSIDE.at(self.document.place("areas", number), name=name, key="areas", areas=", ".join(self.file.areas)))
        return sites_of(self.pack, self.file.areas) or tuple(sites)

    def _objective(self) -> tuple[Stage, ...]:
        """The stages of the objective, weights in the unit of the first account of each."""
        for sense in OBJECTIVES:
            stages = getattr(self.file, sense)
            if stages:
                return tuple(self._stage(sense, number, stage) for number, stage in enumerate(stages))
        return ()

    def _stage(self, sense: str, number: int, stage: Iterable[tuple[str, object]]) -> Stage:
        units = dict(zip(self._ids("accounts", "account"), self._ids("accounts", "unit"), strict=True))
        weights, first, several = [], "", isinstance(self.document.data[sense], list)
        for account, text in stage:
            path = (sense, *((number,) if several else ()), account)
            place, key = self.document.place(*path), ".".join(map(str, path[:-1]))
            if account not in units:
                self.problems.add(unknown_account(place, account, key, self.pack.titles("accounts")))
                continue
            first = first or units[account]
            weight = self.pack.units.quantity(text, f"({first})/({units[account]})", place, f"the weight of {account}")
            if isinstance(weight, Problem):
                self.problems.add(weight)
            else:
                weights.append((account, weight))
        if weights and all(weight == 0 for _, weight in weights):
            self.problems.add(NO_WEIGHT.at(self.document.place(sense), key=sense))
        return Stage(sense, tuple(weights))

    def _rules(self, sites: tuple[str, ...], years: tuple[int, ...]) -> Iterable[Rule]:
        for name, raw in self.file.rules.items():
            rule = rule_of(name, raw, self.document, self.problems)
            if rule is not None:
                context = Context(self.pack, sites, years, self.file.areas, partial(self._rule_place, name), f"rules.{name}", self.problems)
                yield rule.bind(name, context)

    def _rule_place(self, name: str, key: str) -> Place:
        return self.document.place("rules", name, key) if key else self.document.place("rules", name)

    def _price_changes(self) -> Iterable[PriceChange]:
        """The changes of prices.set."""
        units = dict(zip(self._ids("commodities", "commodity"), self._ids("commodities", "unit"), strict=True))
        markets = self._ids("markets", "market")
        for commodity, by_market in self.file.prices.changes.items():
            path: KeyPath = ("prices", "set", commodity)
            if commodity not in units:
                hint = meant(commodity, self.pack.titles("commodities"))
                self.problems.add(UNKNOWN_COMMODITY.at(self.document.place(*path), name=commodity, key="prices", hint=hint))
                continue
            for market, schedule in by_market.items():
                here = path if market is None else (*path, market)
                if market is not None and market not in markets:
                    self.problems.add(
                        UNKNOWN_MARKET.at(
                            self.document.place(*here),
                            name=market,
                            key=".".join(map(str, path)),
                            known=", ".join(markets),
                            hint=meant(market, self.pack.titles("markets")),
                        )
                    )
                    continue
                change = self._price_change(commodity, market, schedule, f"{self.pack.units.currency}/({units[commodity]})", here)
                if change is not None:
                    yield change

    def _price_change(self, commodity: str, market: str | None, schedule: Schedule, base: str, path: KeyPath) -> PriceChange | None:
        key, place, units = ".".join(map(str, path)), self.document.place(*path), self.pack.units
        relative = [is_change(text, base, units) for _, text in schedule.parts()]
        if any(relative) and not all(relative):
            self.problems.add(MIXED_CHANGE.at(place, key=key))
            return None
        values = []
        for year, text in schedule.parts():
            at = self.document.place(*path, year)
            if lacks_sign(text, base, units):
                self.problems.add(NO_SIGN.at(at, path=key, text=text, unit=base))
                continue
            number = share_of(text) if relative[0] else units.quantity(text, base, at, key)
            if isinstance(number, Problem):
                self.problems.add(number)
            elif relative[0] and number < -1:
                self.problems.add(BELOW_ZERO.at(at, path=key, text=text))
            else:
                values.append((year, number))
        return PriceChange(commodity, market, relative[0], tuple(values), place)

    def _check_prices(self, changes: Iterable[PriceChange]) -> None:
        """Amounts against the pack's prices; changes of what no market trades."""
        tiers = self.pack.tables["market_tiers"]
        traded = set(zip(tiers["market"], tiers["commodity"], strict=True))
        for change in changes:
            key = Words(f"the price of {change.commodity}", f"{change.commodity} 的价格")
            if not any(change.commodity == commodity and change.market in (None, market) for market, commodity in traded):
                where = Words(f"'{change.market}' ", f"“{change.market}”") if change.market else ""
                self.problems.add(PRICE_MOVES_NOTHING.at(change.place, key=key, commodity=change.commodity, where=where))
            if not change.relative:
                for _, amount in change.values:
                    self.problems.add(self._far_price(change, key, amount))

    def _far_price(self, change: PriceChange, key: str, amount: float) -> Problem | None:
        """A problem if an amount is far from every price that the pack has; the nearest of them is named."""
        rows = [
            row
            for row in self.pack.tables["prices"].to_dict("records")
            if row["commodity"] == change.commodity and (change.market is None or row["market"] in (None, change.market))
        ]
        found = [plausible(key, row["value"], amount, row["unit"], Place(row[FILE], row[LINE]), change.place) for row in rows]
        if not found or None in found:
            return None
        return min((p for p in found if p is not None), key=lambda p: (not p.message.warning, str(p.place)))

    def _check_years(self, sites: tuple[str, ...], years: tuple[int, ...]) -> None:
        """A warning for price changes that begin after the last period, and for periods in which nothing stands or may be built."""
        for commodity, by_market in self.file.prices.changes.items():
            for schedule in by_market.values():
                first = min((year for year, _ in schedule.parts()), default=0)
                if years and first > max(years):
                    place = self.document.place("prices", "set", commodity)
                    self.problems.add(NEVER_IN_FORCE.at(place, key=f"prices.set.{commodity}", first=first, last=max(years)))
        rows, wanted = self.pack.rows("capacities"), {*self.file.capacity.existing, *self.file.capacity.may_build}
        rows = [row for row in rows if row["site"] in sites and row["status"] in wanted]
        for year in years if rows else ():
            if not any(row["from_year"] <= year and (row["to_year"] is None or year <= row["to_year"]) for row in rows):
                first, last = min(row["from_year"] for row in rows), max(row["to_year"] or row["from_year"] for row in rows)
                self.problems.add(NOTHING_STANDS.at(self.document.place("periods"), year=year, first=first, last=last))

    def _check_charges(self, rules: Iterable[Rule], objective: tuple[Stage, ...]) -> None:
        """A warning for every charge whose money does not reach the objective."""
        terms = self.pack.tables["account_terms"]
        parts = [(r["account"], r["commodity"]) for r in terms.to_dict("records") if r["flow"] == "account"]
        named = {account for stage in objective for account, _ in stage.weights}
        for rule in rules:
            account = getattr(rule, "paid_into", None)
            if account is not None and named and account not in _contained(named, parts):
                known = [name for name in self._ids("accounts", "account") if account in _contained({name}, parts) - {name}]
                self.problems.add(
                    MOVES_NOTHING.at(rule.place, rule=rule.name, objective=", ".join(sorted(named)), account=account, known=", ".join(known) or account)
                )


def _contained(accounts: set[str], parts: list[tuple[str, str]]) -> set[str]:
    """Accounts and all that they add up from other accounts."""
    found = set(accounts)
    while True:
        more = {part for whole, part in parts if whole in found} - found
        if not more:
            return found
        found |= more


def _weights(periods: tuple[tuple[int, float | None], ...]) -> tuple[tuple[int, float], ...]:
    """Years that each period stands for: as written, else up to the next; the last as the one before; a single one stands for one."""
    years = [year for year, _ in periods]
    distances = [float(b - a) for a, b in pairwise(years)]
    default = [*distances, distances[-1] if distances else 1.0] if years else []
    return tuple((year, own if own is not None else found) for (year, own), found in zip(periods, default, strict=True))
