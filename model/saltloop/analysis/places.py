"""Plans to be shown beside a front: finished runs, and scenarios that are solved for it.

A plan that covers other sites, periods or slices than the front has no place on it. If the scenario of the front is known, such a plan is held
against the front of that scenario at its own sites, periods, slices, prices and capacities.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from saltloop.analysis.beside import Place
from saltloop.analysis.failure import titles
from saltloop.analysis.plan import solve_scenario
from saltloop.analysis.trade import Trade, trade_of
from saltloop.analysis.wish import OBJECTIVE, Wish, wishes
from saltloop.data.pack import Pack
from saltloop.data.read import nearest
from saltloop.errors import InputError, Problems, SolveError, message
from saltloop.errors import Place as Where
from saltloop.formulation.case import Case, build_case
from saltloop.formulation.rules.rule import sites_of
from saltloop.language import Both
from saltloop.results.run import MANIFEST, Run, open_run
from saltloop.scenario.document import Document, read_document
from saltloop.scenario.resolve import Scenario, load_pack, resolve_document
from saltloop.solve.highs import Options
from saltloop.solve.levels import Levels

LACKS = message(
    "R413",
    ("'{path}' has no account '{account}', so it has no place on this front", "“{path}”没有账户“{account}”，无法置于该前沿"),
    ("place plans whose pack keeps that account.{nearest}", "请选用数据包含该账户的方案。{nearest}"),
)
_FILES = ("*.yaml", "*.yml")
# What the scenario of the front takes over from a plan with a front of its own; all else is the difference between both.
_KEPT = ("areas", "periods", "slices", "prices", "capacity")
# An account counts; it changes nothing.
_SCOPE = ("title", "shows", "extends", "accounts", "areas", "periods", "slices")
# Shares by which a level is eased where rounding leaves no plan at the level itself.
_ASIDE = (0.0, 1e-7, 1e-6)
_NO_PLAN = ("no plan: {reason}", "无方案：{reason}")
_OTHER_UNIT = ("counts {account} in {unit}", "{account}以{unit}计")
_OTHER_REGION = ("another region: {name}", "其他区域：{name}")
_OTHER_SCOPE = ("covers {scope}", "范围为{scope}")
_NO_ANSWER = ("the solver gave no certain answer at its own scope: {scope}", "在相同范围内求解器未给出可靠结果：{scope}")
_OWN_FRONT = ("held against the front at its own scope: {scope}", "与相同范围的前沿比较：{scope}")


def files_of(paths: Iterable[Path]) -> list[Path]:
    """Runs and scenario files, a folder of scenarios as its files in order."""
    found: list[Path] = []
    for path in paths:
        files = sorted(file for kind in _FILES for file in path.glob(kind)) if path.is_dir() else []
        found += files or [path]
    return found


def places_of(trade: Trade, paths: Iterable[Path], data: str | None = None, scenario: Path | None = None) -> Iterator[Place]:
    """Where plans lie, one after the other.

    Args:
        trade: the accounts.
        paths: finished runs, scenario files, or folders of scenario files.
        data: folder that holds packs, for scenarios.
        scenario: file of the scenario of the front.

    Raises:
        InputError: what is named cannot be read, or a run lacks an account.
    """
    placer = _Placer(trade, data, None if scenario is None else _document(scenario))
    for path in files_of(paths):
        yield placer.of_scenario(path) if path.suffix in (".yaml", ".yml") else placer.of_run(open_run(path))


def _document(path: Path) -> Document:
    problems = Problems()
    document = read_document(path, problems)
    if document is None:
        raise InputError(problems)
    problems.stop_if_any()
    return document


@dataclass
class _Placer:
    """Places plans; packs and fronts at other scopes are built once.

    Args:
        trade: the accounts.
        data: folder that holds packs.
        base: the scenario of the front.
    """

    trade: Trade
    data: str | None
    base: Document | None
    packs: dict[str, Pack] = field(default_factory=dict)
    others: dict[str, tuple[Trade, Levels]] = field(default_factory=dict)

    def of_scenario(self, path: Path) -> Place:
        """A scenario, solved."""
        document = _document(path)
        scenario = self._resolved(document)
        title, changes = (scenario.title["en"], scenario.title["zh"]), () if self.base is None else changed(self.base.data, document.data)
        nowhere = tuple(np.nan for _ in self.trade.wishes)
        try:
            solved = solve_scenario(scenario, Options(ranging=False)).solved
            found = wishes(solved.case, solved.program, self._written())
        except SolveError as error:
            first, first_zh = (error.text(language).splitlines()[0] for language in ("en", "zh"))
            return Place(str(path), title, nowhere, (_NO_PLAN[0].format(reason=first), _NO_PLAN[1].format(reason=first_zh)), changes=changes)
        except InputError as error:
            first, first_zh = (next(iter(error.problems)).text(language).splitlines()[0] for language in ("en", "zh"))
            return Place(str(path), title, nowhere, (first, first_zh), changes=changes)
        reached = tuple(float(np.sum(wish.weights * solved.solution.values)) for wish in found)
        note, best = self._elsewhere(solved.case, found, reached, document)
        return Place(str(path), title, reached, note, best, changes)

    def _resolved(self, document: Document) -> Scenario:
        region = str(document.data.get("region"))
        if region not in self.packs:
            self.packs[region] = load_pack(document, self.data)
        return resolve_document(document, self.data, pack=self.packs[region])

    def _written(self) -> list[str]:
        return [f"{'max' if wish.sign > 0 else 'min'}:{wish.name}" for wish in self.trade.wishes]

    def _elsewhere(self, case: Case, found: Sequence[Wish], reached: Sequence[float], document: Document) -> tuple[Both, float | None]:
        """Why a plan does not lie beside the front that is shown, and the best of the first account on its own; nothing where it does."""
        for wish, own in zip(found, self.trade.wishes, strict=True):
            if wish.unit != own.unit:
                return (_OTHER_UNIT[0].format(account=wish.title[0], unit=wish.unit), _OTHER_UNIT[1].format(account=wish.title[1], unit=wish.unit)), None
        scope = _scope(self.trade.case, case)
        if not scope[0]:
            return ("", ""), None
        if self.base is None or case.pack.name != self.trade.case.pack.name:
            return _both(_OTHER_SCOPE, scope), None
        best = self._best(document, reached[1:])
        return _both(_NO_ANSWER if best is None else _OWN_FRONT, scope), best

    def _best(self, document: Document, others: Sequence[float]) -> float | None:
        """The best of the first account in the scenario of the front at the scope of another; nan: no plan goes so far; None: not found out."""
        kept = {name: document.data[name] for name in _KEPT if name in document.data}
        key = json.dumps(kept, ensure_ascii=False, default=str)
        if key not in self.others and self.base is not None:
            scenario = self._resolved(self.base.overlay(kept, Where(str(document.path)), Problems()))
            trade = trade_of(build_case(scenario.pack, scenario.choices), self._written())
            self.others[key] = trade, trade.levels()
        trade, levels = self.others[key]
        for aside in _ASIDE:
            eased = [level - wish.sign * aside * abs(level) for level, wish in zip(others, trade.wishes[1:], strict=True)]
            answer = levels.judged([levels.at(trade.bounds(eased))])[0]
            if answer.status == "optimal":
                return answer.value
        return np.nan if answer.status == "infeasible" else None

    def of_run(self, run: Run) -> Place:
        """A finished run."""
        title, document = run.manifest["scenario"]["title"], run.manifest["scenario"]["document"]
        reached = tuple(_reached(self.trade, run, wish) for wish in self.trade.wishes)
        names, note = run.table("names"), ("", "")
        own = self.trade.case
        years = tuple(int(year) for year in run.manifest["objective"]["period_weights"])
        if run.manifest["pack"]["name"] != own.pack.name:
            note = _both(_OTHER_REGION, (str(run.manifest["pack"]["name"]),) * 2, "name")
        elif years != own.choices.years or set(names[names["kind"] == "site"]["id"]) != set(own.sites):
            areas = [str(area) for area in document.get("areas", ())]
            note = _both(_OTHER_SCOPE, (f"{', '.join(areas)} {', '.join(map(str, years))}", f"{'、'.join(areas)} {'、'.join(map(str, years))}"))
        changes = () if self.base is None else changed(json.loads(json.dumps(self.base.data, default=str)), document)
        return Place(str(run.folder), (title["en"], title["zh"]), reached, note, changes=changes)


def _both(texts: Both, words: Both, key: str = "scope") -> Both:
    return texts[0].format(**{key: words[0]}), texts[1].format(**{key: words[1]})


def _scope(own: Case, other: Case) -> Both:
    """Sites, periods and slices of a case that differ from those of another, in words; empty if none does."""
    known, en, zh = titles(other.pack), list[str](), list[str]()
    areas = {str(r["area"]): (str(r["title_en"]), str(r["title_zh"])) for r in other.pack.rows("areas")} | known
    if set(own.sites) != set(other.sites):
        names = [areas.get(area, (area, area)) for area in other.choices.areas]
        en.append(", ".join(name for name, _ in names))
        zh.append("、".join(name for _, name in names))
    if own.choices.periods != other.choices.periods:
        en.append(", ".join(map(str, other.choices.years)))
        zh.append("、".join(map(str, other.choices.years)))
    if own.choices.slices != other.choices.slices:
        en.append(other.choices.slices)
        zh.append(other.choices.slices)
    return "; ".join(en), "；".join(zh)


def changed(base: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, ...]:
    """What a scenario says differently from another, as paths of one or two keys; titles and scope are left out."""
    found: list[str] = []
    for key in sorted({*base, *other} - set(_SCOPE)):
        before, after = base.get(key), other.get(key)
        if before == after:
            continue
        if all(side is None or isinstance(side, dict) for side in (before, after)):
            one, two = before or {}, after or {}
            found += [f"{key}.{name}" for name in sorted({*one, *two}, key=str) if one.get(name) != two.get(name)]
        else:
            found.append(key)
    return tuple(found)


def _reached(trade: Trade, run: Run, wish: Wish) -> float:
    """An account of a run over the sites of the wish that it has, its periods weighted as in its objective."""
    if wish.account == OBJECTIVE:
        return float(run.manifest["objective"]["stages"][0]["value"])
    accounts, names = run.table("accounts"), run.table("names")
    if wish.account not in set(accounts["account"]):
        known = sorted(set(accounts["account"]))
        raise InputError(LACKS.at(Where(str(run.folder / MANIFEST)), path=run.folder, account=wish.account, nearest=nearest(wish.account, known)))
    place = wish.name.partition("@")[2]
    sites = set(sites_of(trade.case.pack, [place])) if place else set(names[names["kind"] == "site"]["id"])
    weights = {int(year): weight for year, weight in run.manifest["objective"]["period_weights"].items()}
    own = accounts[(accounts["account"] == wish.account) & accounts["area"].isin(sites)]
    return float((own["value"] * own["period"].map(weights)).sum())
