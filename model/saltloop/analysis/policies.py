"""What each policy of a folder does, measured: a scenario with the policy against the same scenario without it.

A folder of policies holds scenarios and `index.csv`: for each scenario the entries and lines of the documents that it answers, what is measured
(`account NAME`, `account NAME SITE` or `rule NAME`) and which way it goes: up, down, same, or binds (the rule has a dual). Without its
policy a scenario is the file that it extends, at the areas, periods, slices, prices and capacities of the scenario itself.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from saltloop.analysis.plan import solve_scenario
from saltloop.data.manual import write_or_print
from saltloop.data.pack import Pack, load, locate
from saltloop.errors import InputError, Place, Problems
from saltloop.language import number
from saltloop.results.book import accounts
from saltloop.results.worth import rules
from saltloop.scenario.document import Document, read_document
from saltloop.scenario.resolve import Scenario, resolve_document
from saltloop.solve.highs import Options

INDEX = "index.csv"
VALUE_ADDED = "value_added"
# What a scenario without its policy keeps of the scenario itself; rules, settings and interest are the policy.
_KEPT = ("areas", "periods", "slices", "maximise", "minimise", "prices", "capacity")
_SMALL = 1e-6


@dataclass(frozen=True)
class Measured:
    """One policy and what it does.

    Args:
        scenario: as resolved.
        entries: ids of the entries of the documents' list of systems that it answers, separated by blanks.
        lines: document and lines that name it.
        measure: what is measured: account or rule, its name, perhaps a site.
        effect: which way it goes: up, down, same, binds.
        with_policy, without: the measure; of a rule, its dual, and zero.
        unit: of the measure.
        unique: whether a dual is the only one; the solver chooses among several. True of accounts.
        value_added, value_added_without: of all sites, over the periods.
    """

    scenario: Scenario
    entries: str
    lines: str
    measure: str
    effect: str
    with_policy: float
    without: float
    unit: str
    unique: bool
    value_added: float
    value_added_without: float

    @property
    def holds(self) -> bool:
        """Whether the measure goes the way that the index says."""
        change = _change(self.with_policy, self.without)
        return {"up": change > 0, "down": change < 0, "same": change == 0, "binds": abs(self.with_policy) > _SMALL}[self.effect]


def _change(new: float, old: float) -> float:
    """The difference of two numbers; none if it is no more than the rounding of two plans."""
    return new - old if abs(new - old) > _SMALL * (1 + abs(old)) else 0.0


@dataclass(frozen=True)
class _Solved:
    """The tables that a measure is read from."""

    accounts: pd.DataFrame
    rules: pd.DataFrame

    def account(self, name: str, site: str | None = None) -> tuple[float, str]:
        """An account over all sites, or at one, summed over the periods, with its unit."""
        found = self.accounts[self.accounts["account"] == name]
        found = found if site is None else found[found["area"] == site]
        return float(found["value"].sum()), str(found["unit"].iloc[0])

    def dual(self, name: str) -> tuple[float, str, bool]:
        """The largest dual of a rule over the periods, with its unit, and whether it is the only one."""
        found = self.rules[self.rules["rule"] == name]
        largest = found.iloc[int(found["dual"].abs().to_numpy().argmax())]
        return float(largest["dual"]), str(largest["dual_unit"]), bool(largest["dual_unique"])


class Folder:
    """The policies of a folder; packs and scenarios are read once, and each plan without a policy is made once.

    Args:
        folder: holds scenarios and index.csv.
        data: folder that holds packs; None: looked for above the folder.
    """

    def __init__(self, folder: Path, data: str | None = None) -> None:
        self.folder, self.data = folder, data
        self._packs: dict[str, Pack] = {}
        self._documents: dict[Path, Document] = {}
        self._without: dict[str, _Solved] = {}

    @cached_property
    def index(self) -> list[dict[str, str]]:
        """The rows of index.csv."""
        with (self.folder / INDEX).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def measured(self) -> Iterator[Measured]:
        """Every policy of the index, in its order.

        Raises:
            InputError: a scenario cannot be read.
            SolveError: a scenario has no plan.
        """
        for row in self.index:
            yield self.measure(row)

    def measure(self, row: dict[str, str]) -> Measured:
        """One policy of the index."""
        document = self._document(self.folder / f"{row['scenario']}.yaml")
        scenario = self._resolved(document)
        kind, name, *site = row["measure"].split()
        policy, without = _tables(scenario, ranging=kind == "rule"), self._plan_without(document)
        value, unit, unique = policy.dual(name) if kind == "rule" else (*policy.account(name, *site), True)
        before = 0.0 if kind == "rule" else without.account(name, *site)[0]
        totals = (value, before, unit, unique, policy.account(VALUE_ADDED)[0], without.account(VALUE_ADDED)[0])
        return Measured(scenario, row["entries"], row["lines"], row["measure"], row["effect"], *totals)

    def _document(self, path: Path) -> Document:
        if path not in self._documents:
            problems = Problems()
            document = read_document(path, problems)
            if document is None:
                raise InputError(problems)
            problems.stop_if_any()
            self._documents[path] = document
        return self._documents[path]

    def _resolved(self, document: Document) -> Scenario:
        region = str(document.data["region"])
        if region not in self._packs:
            self._packs[region] = load(locate(region, document.path, self.data))
        return resolve_document(document, self.data, pack=self._packs[region])

    def _plan_without(self, document: Document) -> _Solved:
        """The plan without the policy; scenarios that keep the same share it, with the accounts of them all."""
        key = _key(document)
        if key not in self._without:
            alike = [d for d in map(self._document, (self.folder / f"{row['scenario']}.yaml" for row in self.index)) if _key(d) == key]
            own: dict[str, Any] = {name: account for d in alike for name, account in d.data.get("accounts", {}).items()}
            kept = {name: document.data[name] for name in _KEPT if name in document.data}
            base = self._document(document.files[1]).overlay(kept | ({"accounts": own} if own else {}), Place(str(document.path)), Problems())
            self._without[key] = _tables(self._resolved(base))
        return self._without[key]


def _key(document: Document) -> str:
    """What a scenario without its policy is made of, as text; two accounts of one name and different terms keep plans apart."""
    return json.dumps([str(document.files[1]), {name: document.data.get(name) for name in _KEPT}], ensure_ascii=False, default=str)


def _tables(scenario: Scenario, ranging: bool = False) -> _Solved:
    """The tables of a plan; without ranging no dual is known to be the only one."""
    solved = solve_scenario(scenario, Options(ranging=ranging)).solved
    by_place, sites = accounts(solved), solved.case.sites
    return _Solved(by_place[by_place["area"].isin(sites)], rules(solved))


_HEAD = {
    "en": "instrument | what it shows | documents | file | measured | without | with | value added",
    "zh": "政策工具 | 说明什么 | 文件出处 | 情景文件 | 计量 | 无政策 | 有政策 | 增加值变化",
}
# What stands behind a dual that is one of several: which of them is told is the solver's choice.
_SEVERAL = {"en": " (one of several)", "zh": "（不唯一）"}


def _titles(each: Measured, language: str) -> str:
    """What is measured, in words: the account, with its site, or the dual of the rule."""
    kind, name, *site = each.measure.split()
    if kind == "rule":
        return {"en": f"dual of `{name}`", "zh": f"`{name}` 的对偶值"}[language]
    tables = each.scenario.pack.tables
    titles = dict(zip(tables["accounts"]["account"], tables["accounts"][f"title_{language}"], strict=True))
    places = dict(zip(tables["sites"]["site"], tables["sites"][f"title_{language}"], strict=True))
    return "".join([str(titles[name]), *(f", {places[place]}" if language == "en" else f"（{places[place]}）" for place in site)])


def _row(each: Measured, language: str) -> str:
    shows, name = (each.scenario.shows or {}).get(language, ""), each.scenario.name
    money = each.scenario.pack.units.currency
    before = "–" if each.measure.startswith("rule ") else number(each.without, each.unit, language)
    change = number(_change(each.value_added, each.value_added_without), money, language)
    documents = f"{each.lines} ({each.entries})"
    file = f"[{name}](../scenarios/policies/{name}.yaml)"
    after = number(each.with_policy, each.unit, language) + ("" if each.unique else _SEVERAL[language])
    cells = [each.scenario.title[language], shows, documents, file, _titles(each, language), before, after, change]
    return f"| {' | '.join(cells)} |"


def pages(found: list[Measured]) -> dict[str, str]:
    """The table of policies as Markdown, by language."""
    return {
        language: "\n".join([f"| {head} |", "|" + "---|" * len(head.split("|")), *(_row(each, language) for each in found)]) + "\n"
        for language, head in _HEAD.items()
    }


def main(arguments: list[str]) -> None:
    """Measure the policies of a folder, and write the table into the files named after it."""
    written = pages(list(Folder(Path(arguments[0])).measured()))
    write_or_print(arguments[1:], written.__getitem__)


if __name__ == "__main__":
    main(sys.argv[1:])
