"""What each changed input contributes to the difference between two runs, so that the contributions add up to it exactly.

The inputs of the first scenario are changed to those of the second one after another. A step's effect depends on what was changed before
it, so steps are averaged over orders: over all of them for few inputs (the Shapley value), over a sample of orders for many. In each
order the steps telescope, so every average adds up to the whole difference.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from saltloop.analysis.variation import Variation
from saltloop.data.pack import Pack
from saltloop.errors import InputError, Place, message
from saltloop.formulation.arrays import arrays_of
from saltloop.formulation.rules.rule import unknown_account
from saltloop.results.run import Run
from saltloop.scenario.document import Document, leaves
from saltloop.scenario.nodes import KeyPath
from saltloop.scenario.resolve import Scenario, load_pack, resolve_document
from saltloop.solve.live import Options
from saltloop.solve.warm import Warm

OTHER_DATA = message(
    "R306",
    ("the two runs were made from other data than lies here: {files}", "两次运行所用数据与现有数据不同：{files}"),
    ("run both again; then what each input contributes can be worked out", "请重新运行两者，之后才能计算各输入的贡献"),
)
NO_ORDER = message(
    "R307",
    ("the inputs cannot be changed one after another: every order meets a case without a plan", "输入无法逐一改变：每种次序都会遇到无可行方案的算例"),
    ("compare runs that lie closer together", "请比较差别较小的运行"),
)
NOT_EXPLAINED = message(
    "R309",
    ("--account names what is explained between two runs; here is nothing to explain", "--account 指明要解释两次运行之间的哪个账户；此处无可解释"),
    ("name exactly two runs and leave out --no-why, or leave out --account", "请恰好给出两次运行且不加 --no-why，或去掉 --account"),
)
EXACT_UP_TO = 5
DEFAULT_ORDERS = 6
_SILENT = ("title", "note", "language", "shows", "extends")
_RULE_WORDS = ("called", "note")
CONTRIBUTION_COLUMNS = ("input", "before", "after", "contribution", "lowest", "highest", "unit")


@dataclass(frozen=True)
class Input:
    """One input that differs.

    Args:
        name: its path.
        keys: that lead to it.
        before: in the first scenario; None: absent.
        after: in the second.
    """

    name: str
    keys: KeyPath
    before: object
    after: object


@dataclass(frozen=True)
class Contributions:
    """The difference of an account between two runs, by input.

    Args:
        account: what is explained.
        unit: of the account.
        first: value in the first run.
        second: value in the second.
        table: CONTRIBUTION_COLUMNS, largest first; lowest and highest over the orders.
        orders: over how many orders the steps are averaged.
        exact: whether these are all orders.
        solves: how many programmes were solved.
    """

    account: str
    unit: str
    first: float
    second: float
    table: pd.DataFrame
    orders: int
    exact: bool
    solves: int


def document_of(run: Run) -> Document:
    """The scenario of a run as it was resolved, from its manifest."""
    told = run.manifest["scenario"]
    data = _with_years(told["document"])
    path = Path(told["path"])
    return Document(path, (path,), data, {(): Place(str(path))})


def _with_years(data: object) -> Any:
    """Keys that are years as numbers, as YAML has them."""
    if isinstance(data, dict):
        return {int(key) if key.isdigit() else key: _with_years(value) for key, value in data.items()}
    return [_with_years(value) for value in data] if isinstance(data, list) else data


def inputs_between(first: dict[str, Any], second: dict[str, Any]) -> tuple[Input, ...]:
    """The inputs in which two resolved scenarios differ; a rule that only one of them has, and one of another kind, is one input."""
    found: dict[KeyPath, Input] = {}
    for keys in dict.fromkeys([*(k for k, _ in leaves(first)), *(k for k, _ in leaves(second))]):
        if not keys or keys[0] in _SILENT or (keys[0] == "rules" and len(keys) > 2 and keys[2] in _RULE_WORDS):
            continue
        whole = _whole(keys, first, second)
        before, after = _at(first, whole), _at(second, whole)
        if before != after:
            found.setdefault(whole, Input(".".join(map(str, whole)), whole, before, after))
    return tuple(found.values())


def _whole(keys: KeyPath, first: dict[str, Any], second: dict[str, Any]) -> KeyPath:
    """The keys of the input that a leaf belongs to: lists, objectives, and rules of other keys stay whole."""
    if keys[0] in ("maximise", "minimise"):
        return ("objective",)
    if keys[0] == "rules":
        sides = [_at(side, keys[:2]) for side in (first, second)]
        words = [set(side) - set(_RULE_WORDS) if isinstance(side, dict) else None for side in sides]
        if words[0] != words[1]:
            return keys[:2]
    for length in range(1, len(keys) + 1):
        if any(isinstance(_at(side, keys[:length]), list) for side in (first, second)):
            return keys[:length]
    return keys


def _at(data: Any, keys: KeyPath) -> object:
    if keys == ("objective",):
        return {word: data[word] for word in ("maximise", "minimise") if word in data} or None
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _put(data: dict[str, Any], keys: KeyPath, value: object) -> dict[str, Any]:
    """A copy with a value under some keys; None takes it out."""
    if keys == ("objective",):
        rest = {key: each for key, each in data.items() if key not in ("maximise", "minimise")}
        return rest | (dict(value) if isinstance(value, dict) else {})
    key: Any = keys[0]
    if len(keys) > 1:
        below = data.get(key)
        return {**data, key: _put(below if isinstance(below, dict) else {}, keys[1:], value)}
    return {k: v for k, v in data.items() if k != key} | ({} if value is None else {key: value})


def contributions(
    first: Run,
    second: Run,
    account: str | None = None,
    orders: int = DEFAULT_ORDERS,
    seed: int = 1,
    data: str | None = None,
    tell: Callable[[int, int], None] = lambda *_: None,
) -> Contributions:
    """What each input that differs contributes to the difference of an account between two runs.

    Args:
        first: a run.
        second: another on the same data.
        account: what is explained, over all sites and periods (each times its years); None: the first account of the first objective.
        orders: how many orders are averaged where there are more than EXACT_UP_TO inputs.
        seed: of their choice.
        data: folder that holds packs.
        tell: called with the programmes solved so far, and about how many there will be.

    Raises:
        InputError: the data are others (R306), no order has plans throughout (R307), or there is no such account.
    """
    document = document_of(first)
    pack = load_pack(document, data)
    _same_data(first, second, pack)
    before, after = ((run, resolve_document(document_of(run), pack=pack, check_changes=False)) for run in (first, second))
    account = account or next(iter(first.manifest["objective"]["stages"][0]["accounts"]))
    unit = _unit(account, (before[1], after[1]))
    inputs = inputs_between(document.data, document_of(second).data)
    all_orders = len(inputs) <= EXACT_UP_TO
    sequences = list(permutations(range(len(inputs)))) if all_orders else _some_orders(len(inputs), orders, seed)
    steps = {frozenset(order[:n]) for order in sequences for n in range(len(order) + 1)}
    values: dict[frozenset[int], float] = {}
    solver = _Values(document, pack, account)
    ends = {frozenset[int](): before, frozenset(range(len(inputs))): after}
    for number, subset in enumerate(sorted(steps, key=lambda s: (len(s), sorted(s)))):
        changed = document.data
        for n in sorted(subset):
            changed = _put(changed, inputs[n].keys, inputs[n].after)
        # The ends are the runs themselves: where plans are not unique another solve may give another value.
        values[subset] = _in_run(*ends[subset], account) if subset in ends else solver.value(changed)
        tell(number + 1, len(steps))
    good = [order for order in sequences if all(np.isfinite(values[frozenset(order[:n])]) for n in range(len(order) + 1))]
    if not good:
        raise InputError(NO_ORDER.at(Place()))
    effects = np.array([_steps(order, values) for order in good]).reshape(len(good), len(inputs))
    rows = [
        (i.name, i.before, i.after, mean, low, high, unit)
        for i, mean, low, high in zip(inputs, effects.mean(axis=0), effects.min(axis=0), effects.max(axis=0), strict=True)
    ]
    table = (
        pd.DataFrame(rows, columns=list(CONTRIBUTION_COLUMNS))
        .astype({"before": object, "after": object})
        .sort_values("contribution", key=abs, ascending=False, ignore_index=True)
    )
    whole = frozenset(range(len(inputs)))
    return Contributions(account, unit, values[frozenset()], values[whole], table, len(good), all_orders and len(good) == len(sequences), len(steps))


def _unit(account: str, scenarios: tuple[Scenario, ...]) -> str:
    """The unit of an account, which may be one that only a scenario declares.

    Raises:
        InputError: there is no such account.
    """
    tables = [scenario.pack.tables["accounts"] for scenario in scenarios]
    units = {name: unit for table in tables for name, unit in zip(table["account"], table["unit"], strict=True)}
    if account not in units:
        titles = {name: title for scenario in scenarios for name, title in scenario.pack.titles("accounts").items()}
        raise InputError(unknown_account(Place(), account, "--account", titles))
    return str(units[account])


def _in_run(run: Run, scenario: Scenario, account: str) -> float:
    """The account over all sites and periods of a run, each period times its years; background left out."""
    table, sites = run.table("accounts"), set(scenario.pack.tables["sites"]["site"])
    own = table[table["area"].isin(sites) & (table["account"] == account)]
    return float((own["value"] * own["period"].map(dict(scenario.choices.periods))).sum())


def _steps(order: tuple[int, ...], values: dict[frozenset[int], float]) -> list[float]:
    """The effect of each input at its place in an order."""
    found = [0.0] * len(order)
    for n, which in enumerate(order):
        found[which] = values[frozenset(order[: n + 1])] - values[frozenset(order[:n])]
    return found


def _some_orders(count: int, wanted: int, seed: int) -> list[tuple[int, ...]]:
    """Some orders, each followed by its reverse, so that every input comes early as often as late."""
    generator, found = np.random.default_rng(seed), list[tuple[int, ...]]()
    while len(found) < max(2, wanted):
        order = tuple(int(n) for n in generator.permutation(count))
        found += [order, order[::-1]]
    return found


def _same_data(first: Run, second: Run, pack: Pack) -> None:
    """Refuse runs of other packs than the one at hand.

    Raises:
        InputError: R306.
    """
    apart = sorted({name for run in (first, second) for name, digest in pack.hashes.items() if run.manifest["hashes"].get(name) != digest})
    if apart:
        raise InputError(OTHER_DATA.at(Place(), files=", ".join(apart[:5]) + (" ..." if len(apart) > 5 else "")))


@dataclass
class _Values:
    """Solves scenarios one after another and gives the value of an account; nan without a plan."""

    document: Document
    pack: Pack
    account: str

    def __post_init__(self) -> None:
        self.warm: dict[str, Warm] = {}

    def value(self, data: dict[str, Any]) -> float:
        """The account over all sites and periods."""
        variation = Variation(Document(self.document.path, self.document.files, data, {}), {}, pack=self.pack, expected=1)
        built = variation.build({})
        arrays = arrays_of(built.program)
        warm = self.warm.get(arrays.layout.structure)
        if warm is None:
            warm = self.warm[arrays.layout.structure] = Warm(arrays, Options(ranging=False))
        else:
            warm.change(arrays)
        outcome = warm.solve()
        if outcome.status != "optimal":
            return float("nan")
        years = dict(built.case.choices.periods)
        place = arrays.layout.named.position("account")
        own = [(n, years[int(key[2])]) for key, n in zip(place.index.tolist(), place.tolist(), strict=True) if key[0] == self.account]
        return float(sum(outcome.values[n] * span for n, span in own))
