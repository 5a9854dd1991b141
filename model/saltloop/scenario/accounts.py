"""Accounts that a scenario adds to the ledger of its pack: what a policy counts, charges or bounds and no account of the pack measures.

They become rows of `accounts` and `account_terms` that stand at the scenario's line, so the checks of a ledger read them like those of a pack.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from saltloop.data.pack import Pack
from saltloop.data.read import FILE, LINE
from saltloop.errors import Place, Problem, Problems, message
from saltloop.formulation.choices import Window
from saltloop.formulation.rules.rule import unknown_account
from saltloop.scenario.document import Document
from saltloop.scenario.nodes import KeyPath
from saltloop.scenario.schema import OwnAccount, ScenarioFile, Term
from saltloop.units import split_quantity

TAKEN = message(
    "S150",
    ("the pack has an account '{account}' already", "数据包已有账户“{account}”"),
    ("give the scenario's own account another name", "请给本情景的账户另起名称"),
)
NO_HOURS = message(
    "S151",
    (
        "account '{account}' counts {what}, but the year is not cut so finely (slices: {slices})",
        "账户“{account}”按{what_zh}计，而年内时段没有这样细（slices: {slices}）",
    ),
    ("write slices: {needed}", "请写 slices: {needed}"),
)
_GROUP = "scenario"
_SOURCE = "scenario"


def add_accounts(pack: Pack, document: Document, file: ScenarioFile, problems: Problems) -> Pack:
    """The pack with the scenario's own accounts in its ledger.

    Args:
        pack: with `set` in it.
        document: tells where each account is written.
        file: the accounts.
        problems: collects what is wrong; such an account is left out.
    """
    known = list(pack.tables["accounts"]["account"])
    everything = [*known, *file.accounts]
    accounts: list[dict[str, Any]] = []
    terms: list[dict[str, Any]] = []
    for name, own in file.accounts.items():
        place = document.place("accounts", name)
        if name in known:
            problems.add(TAKEN.at(place, account=name))
            continue
        title = {"title_en": own.title.en, "title_zh": own.title.zh}
        accounts.append({"account": name, **title, "unit": own.unit, "group": _GROUP, **_at(place)})
        terms += _terms(name, own, everything, document, pack, problems)
    for table, rows in (("accounts", accounts), ("account_terms", terms)):
        if rows:
            frame = pack.tables[table]
            kept = [{column: row.get(column) for column in frame.columns} for row in rows]
            pack = pack.with_table(table, pd.DataFrame([*frame.to_dict("records"), *kept], columns=frame.columns, dtype=object))
    return pack


def _tell_unknown(name: str, own: OwnAccount, known: list[str], document: Document, pack: Pack, problems: Problems) -> None:
    """Accounts that are to count this one and do not exist."""
    titles = pack.titles("accounts") | {other: ("", "") for other in known if other not in pack.titles("accounts")}
    for other in own.enters:
        if other not in known:
            problems.add(unknown_account(document.place("accounts", name, "enters", other), other, f"accounts.{name}.enters", titles))


def _at(place: Place) -> dict[str, Any]:
    return {FILE: place.file, LINE: place.line}


def _terms(name: str, own: OwnAccount, known: list[str], document: Document, pack: Pack, problems: Problems) -> Iterator[dict[str, Any]]:
    """Rows of account_terms: what the account adds up, then the accounts that count it."""
    parts: list[tuple[str, Term, KeyPath]] = [(name, term, ("terms", number)) for number, term in enumerate(own.terms)]
    _tell_unknown(name, own, known, document, pack, problems)
    parts += [(other, Term(flow="account", commodity=name, weight=weight), ("enters", other)) for other, weight in own.enters.items() if other in known]
    for account, term, keys in parts:
        place = document.place("accounts", name, *keys)
        weight = _weight(term.weight, place, pack, f"accounts.{name}.{'.'.join(map(str, keys))}")
        if isinstance(weight, Problem):
            problems.add(weight)
            continue
        value, unit = weight
        words = {"flow": term.flow, "commodity": term.commodity, "agent": term.agent, "measure": term.measure}
        yield {"account": account, **words, "value": value, "unit": unit, "low": value, "high": value, "grade": "C", "source": _SOURCE, **_at(place)}


def _weight(text: object, place: Place, pack: Pack, key: str) -> tuple[float, str] | Problem:
    """A weight as number and unit; a bare number has the unit 1."""
    split = split_quantity(str(text))
    unit = "1" if split is None or not split[1] or split[1] == "%" else split[1]
    number = pack.units.quantity(text, unit, place, key)
    return number if isinstance(number, Problem) else (number, unit)


def windows(file: ScenarioFile, document: Document, problems: Problems) -> Mapping[str, Window]:
    """Months and hours of the scenario's accounts that do not count the whole year; a problem where the slices are too long for them."""
    found: dict[str, Window] = {}
    for name, own in file.accounts.items():
        if own.hours is None and own.months is None:
            continue
        found[name] = Window(own.months or tuple(range(1, 13)), own.hours or tuple(range(24)))
        fine = ("typical_days", "hours") if own.hours is not None else ("months", "typical_days", "hours")
        if file.slices not in fine:
            what, what_zh = ("hours", "钟点") if own.hours is not None else ("months", "月份")
            problems.add(NO_HOURS.at(document.place("accounts", name), account=name, what=what, what_zh=what_zh, slices=file.slices, needed=fine[0]))
    return found
