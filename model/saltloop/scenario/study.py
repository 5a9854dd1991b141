"""A study file: many variations of one scenario, as options of who decides and states of the world.

Forms are checked by the classes below, as those of scenarios are; then every listed value and the ends of every distribution are tried
on the base scenario, so that a wrong name or unit is told with file and line before anything is solved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from saltloop.data.pack import Pack
from saltloop.data.read import listed_names, nearest
from saltloop.errors import InputError, Place, Problem, Problems, message
from saltloop.formulation.rules.rule import unknown_account, unknown_area
from saltloop.scenario.complaints import form_of, shown_value
from saltloop.scenario.correlation import why_no_correlation
from saltloop.scenario.document import Document, is_off, read_document, read_file
from saltloop.scenario.draws import Draw, sample
from saltloop.scenario.nodes import KeyPath
from saltloop.scenario.overlay import key_path, with_values
from saltloop.scenario.resolve import Scenario, load_pack, resolve_document
from saltloop.scenario.schema import OBJECTIVES
from saltloop.scenario.space import BASE, Level, Space, Values
from saltloop.scenario.study_schema import BUNDLES, STUDY_REQUIRED, OptionsForm, StatesForm, StudyFile

FROZEN_ALL = "all"
# Where the study says it, path and value.
Setting = tuple[KeyPath, str, object]

FIXED = message(
    "S301",
    ("{path} cannot vary within a study", "{path} 不能在研究中变化"),
    (
        "make two studies, or vary rules, prices, capacity, set, maximise, areas, periods or slices",
        "请分成两个研究；可变的是规则、价格、产能、set、目标、区域、时期与时段",
    ),
)
UNKNOWN_RULE = message(
    "S302",
    ("the base scenario has no rule '{rule}' ({path})", "基准情景没有规则“{rule}”（{path}）"),
    (
        "its rules: {known}; a whole rule may be given as rules.{rule}: [off, {{limit: ...}}].{hint}",
        "其规则：{known}；整条规则可写成 rules.{rule}: [off, {{limit: ...}}]。{hint}",
    ),
)
TWICE = message("S303", ("{path} varies in two places (first in {first})", "{path} 在两处变化（首次在 {first}）"), ("keep one of them", "请只保留一处"))
SAME = message(
    "S312",
    ("'{name}' stands twice in {path}", "{path} 中“{name}”出现两次"),
    ("keep one of them; it would count twice", "请只保留一个，否则会重复计数"),
)
NO_SAMPLE = message(
    "S304",
    ("{path} is a distribution, but states.sample is missing", "{path} 是分布，但缺少 states.sample"),
    ("add `sample: {{latin_hypercube: 100, seed: 7}}` to states", "请在 states 中加上 sample: {{latin_hypercube: 100, seed: 7}}"),
)
NOTHING_DRAWN = message(
    "S305",
    ("states.sample has nothing to draw", "states.sample 没有可抽样的量"),
    ("give at least one path a distribution, or take sample out", "请至少给一个路径以分布，或删去 sample"),
)
BAD_CORRELATION = message(
    "S306",
    ("states.correlation is no correlation matrix of {count} paths: {reason}", "states.correlation 不是 {count} 个路径的相关矩阵：{reason}"),
    (
        "write {{of: [path, path], matrix: [[1, 0.6], [0.6, 1]]}}; `of` names paths with a numeric distribution",
        "写成 {{of: [路径, 路径], matrix: [[1, 0.6], [0.6, 1]]}}；of 所列须为有数值分布的路径",
    ),
)
NO_PLAN_OF_THAT_NAME = message(
    "S307",
    ("frozen names '{name}', which is neither an option nor a run", "frozen 中的“{name}”既不是选项也不是运行结果"),
    (
        "options: {known}; or the folder of a run, such as results/<scenario>/<run>; or all.{hint}",
        "选项：{known}；或运行结果文件夹，如 results/<情景>/<运行>；或 all。{hint}",
    ),
)
NOTHING_VARIES = message("S308", ("nothing varies", "没有任何变化"), ("add options or states", "请加上 options 或 states"))
DIRECTION_UNKNOWN = message(
    "S309",
    (
        "which way {measure} is better is not known: it gets no regret, rank and Pareto place",
        "不知道{measure}以大为好还是以小为好：不计遗憾值、排名与帕累托位置",
    ),
    ("write it as {measure}: higher or {measure}: lower under compare", "请在 compare 中写成 {measure}: higher 或 {measure}: lower"),
    warning=True,
)
NOT_BALANCED = message(
    "S310",
    ("a Sobol sample is balanced for powers of two only, not for {count}", "Sobol 抽样只在样本数为 2 的幂时均衡，{count} 不是"),
    ("take {better}", "请取 {better}"),
    warning=True,
)
TOO_MANY = message(
    "S311",
    ("the study has {count} cases", "研究共有 {count} 个算例"),
    ("at most {most}; list fewer values or draw fewer points", "最多 {most} 个；请减少取值或样本"),
)

_MOST_CASES = 5_000_000
_WHOLE = frozenset({"title", "extends", "region", "language", "note", "shows"})
_MOST_OPTIONS_NAMED = 20
# `states` and the path; those of a listed value say its place in the list or its bundle too.
_KEYS_OF_A_DRAW = 2


@dataclass(frozen=True)
class Measure:
    """What options are judged by.

    Args:
        name: as written: an account, or a/b.
        upper: the account, or the upper one.
        lower: the lower account of a ratio; None: no ratio.
        better: higher, lower, or None where that is not known.
        unit: of the account, or of the ratio.
    """

    name: str
    upper: str
    lower: str | None
    better: str | None
    unit: str


@dataclass(frozen=True)
class Study:
    """A study ready to be planned.

    Args:
        path: its file.
        name: file name without ending.
        title: English and Chinese, by `en` and `zh`.
        text: the file as plain data.
        base: the scenario that is varied, resolved.
        document: the same as a document.
        pack: of its region, checked, nothing of the scenario in it.
        places: where the study says what, by path, and by frozen plan.
        options: what is decided.
        states: what the world does.
        frozen: names of options, or paths of runs, whose plans meet every state as built.
        measures: what options are judged by.
        area: of the measures; None: all sites of the scenario.
        detail: areas or sites.
        notes: warnings.
    """

    path: Path
    name: str
    title: dict[str, str]
    text: dict[str, Any]
    base: Scenario
    document: Document
    pack: Pack
    places: dict[str, Place]
    options: Space
    states: Space
    frozen: tuple[str, ...]
    measures: tuple[Measure, ...]
    area: str | None
    detail: str
    notes: Problems


def load_study(path: Path | str, data: str | None = None) -> Study:
    """Read, check and try a study file.

    Args:
        path: the YAML file.
        data: folder that holds packs; None: looked for above the base scenario.

    Raises:
        InputError: with every problem of the file and of its base.
    """
    problems, path = Problems(), Path(path)
    own = read_file(path, problems)
    if own is None:
        raise InputError(problems)
    own = Document(own.path, own.files, own.data, own.origins, ("the study", "研究"))
    file = form_of(StudyFile, STUDY_REQUIRED, own, problems)
    document = read_document(path.parent / file.base, problems, own.place("base")) if file.base else None
    if document is None:
        raise InputError(problems)
    try:
        pack = load_pack(document, data)
        base = resolve_document(document, pack=pack)
    except InputError as error:
        problems.extend(error.problems)
        raise InputError(problems) from error
    study = _Reader(own, file, document, base, pack, problems).study()
    problems.stop_if_any()
    return study


def meant(document: Document, values: Values) -> Values:
    """The values that say something: to switch off a rule that the base does not have says nothing."""
    rules = document.data.get("rules", {})
    return {
        path: value
        for path, value in values.items()
        if not (is_off(value) and (keys := key_path(path))[0] == "rules" and len(keys) == 2 and keys[1] not in rules)
    }


@dataclass
class _Reader:
    """Turns the forms of a study into spaces; every problem is collected."""

    own: Document
    file: StudyFile
    document: Document
    base: Scenario
    pack: Pack
    problems: Problems
    unusable: set[str] = field(default_factory=set)

    def study(self) -> Study:
        """The study; where something is wrong a stand-in is used, so that the rest is checked too."""
        self._check_paths()
        self._check_lists()
        options, states = self._options(), self._states()
        if not self.problems.errors and not any(self.own.data.get(part) for part in ("options", "states")):
            self.problems.add(NOTHING_VARIES.at(self.own.place()))
        self._check_size(options, states)
        frozen = self._frozen(options)
        measures = self._measures()
        self._try(options, states)
        file, path = self.file, self.own.path
        title = {"en": file.title.en, "zh": file.title.zh}
        notes = Problems(self.problems.warnings)
        places = {path: self.own.place(*where) for where, path in self._varied()} | {name: self._place_of_frozen(name) for name in (*frozen, *file.frozen)}
        spaces = options, states
        return Study(
            path, path.stem, title, self.own.data, self.base, self.document, self.pack, places, *spaces, frozen, measures, file.area, file.detail, notes
        )

    def _check_paths(self) -> None:
        """Paths that cannot vary, rules that the base lacks, paths that vary twice."""
        first: dict[KeyPath, KeyPath] = {}
        rules = self.document.data.get("rules", {})
        for where, path in self._varied():
            keys, place = key_path(path), self.own.place(*where)
            if keys[0] in _WHOLE:
                self.problems.add(FIXED.at(place, path=path))
                self.unusable.add(path)
            elif keys[0] == "rules" and len(keys) > 2 and keys[1] not in rules:
                known = [str(name) for name in rules]
                self.problems.add(UNKNOWN_RULE.at(place, rule=keys[1], path=path, known=listed_names(known, str(keys[1])), hint=nearest(str(keys[1]), known)))
                self.unusable.add(path)
            group = where[:2]
            clash = next((other for other in first if first[other] != group and _overlap(keys, other)), None)
            if clash is not None:
                self.problems.add(TWICE.at(place, path=path, first=".".join(map(str, first[clash]))))
            first.setdefault(keys, group)
        self._check_bundles()

    def _check_bundles(self) -> None:
        """Two paths of one bundle that say something of the same."""
        for part, content in (("options", self.file.options), ("states", self.file.states)):
            for name, values in content.bundles.items():
                for one, other in combinations(values, 2):
                    if _overlap(key_path(one), key_path(other)):
                        where = part, BUNDLES, name
                        self.problems.add(TWICE.at(self.own.place(*where, other), path=other, first=".".join([*where, one])))

    def _check_lists(self) -> None:
        """Values that stand twice in a list, measures that stand twice."""
        for part, content in (("options", self.file.options), ("states", self.file.states)):
            for path, values in (content.model_extra or {}).items():
                for number, value in enumerate(values if isinstance(values, tuple) else ()):
                    if any(_same(value, other) for other in values[:number]):
                        self.problems.add(SAME.at(self.own.place(part, path, number), name=shown_value(value), path=f"{part}.{path}"))
        names = [name for name, _ in self.file.compare]
        for number, name in enumerate(names):
            if name in names[:number]:
                self.problems.add(SAME.at(self.own.place("compare", number), name=name, path="compare"))

    def _varied(self) -> Iterator[tuple[KeyPath, str]]:
        """Every varied path with the keys that lead to it in the study."""
        for part, content in (("options", self.file.options), ("states", self.file.states)):
            for name, values in content.bundles.items():
                for path in values:
                    yield (part, BUNDLES, name, path), path
            for path in content.model_extra or {}:
                yield (part, path), path

    def _axes(self, content: OptionsForm | StatesForm) -> tuple[tuple[Level, ...], ...]:
        bundles = [tuple(Level(name, values) for name, values in content.bundles.items())] if content.bundles else []
        lists = [(path, values) for path, values in (content.model_extra or {}).items() if isinstance(values, tuple)]
        return (*bundles, *(tuple(Level(f"{_short(path)}={shown_value(value)}", {path: value}) for value in values) for path, values in lists))

    def _options(self) -> Space:
        return Space(self._axes(self.file.options))

    def _states(self) -> Space:
        draws = self._draws()
        axes = self._axes(self.file.states)
        plan, matrix = self._plan(draws), self._correlation(draws)
        if plan is None:
            return Space(axes)
        kind, count, seed = plan
        return Space(axes, tuple(draws), tuple(draws.values()), sample(tuple(draws.values()), kind, count, seed, matrix))

    def _draws(self) -> dict[str, Draw]:
        return {path: value for path, value in (self.file.states.model_extra or {}).items() if isinstance(value, Draw)}

    def _plan(self, draws: dict[str, Draw]) -> tuple[str, int, int] | None:
        """The plan of sampling; None where nothing is sampled."""
        raw, said = self.file.states.sample, self.own.data.get("states", {})
        if raw is None:
            for path in draws if "sample" not in said else ():
                self.problems.add(NO_SAMPLE.at(self.own.place("states", path), path=f"states.{path}"))
            return None
        place = self.own.place("states", "sample")
        if not draws:
            meant = any(isinstance(value, dict) for path, value in said.items() if path not in StatesForm.model_fields)
            self.problems.add(None if meant else NOTHING_DRAWN.at(place))
            return None
        kind, count, _ = raw
        if kind == "sobol" and count & (count - 1):
            self.problems.add(NOT_BALANCED.at(place, count=count, better=1 << (count - 1).bit_length()))
        return raw

    def _correlation(self, draws: dict[str, Draw]) -> np.ndarray | None:
        """The correlation of all draws; None where they are independent."""
        raw = self.file.states.correlation
        if raw is None:
            return None
        of, rows = raw
        reason = why_no_correlation(of, rows, draws)
        if reason is not None:
            self.problems.add(BAD_CORRELATION.at(self.own.place("states", "correlation"), count=len(of), reason=reason))
            return None
        whole, positions = np.eye(len(draws)), [list(draws).index(str(path)) for path in of]
        whole[np.ix_(positions, positions)] = np.array(rows, dtype=float)
        return whole

    def _check_size(self, options: Space, states: Space) -> None:
        count = len(options) * len(states)
        if count > _MOST_CASES:
            self.problems.add(TOO_MANY.at(self.own.place("options"), count=f"{count:,}", most=f"{_MOST_CASES:,}"))

    def _frozen(self, options: Space) -> tuple[str, ...]:
        """The frozen plans by name; `all` stands for every option."""
        found: list[str] = []
        names = [options.name(n) for n in range(min(len(options), _MOST_OPTIONS_NAMED))] if self.file.frozen else []
        for name in self.file.frozen:
            if name == FROZEN_ALL:
                found += [options.name(n) for n in range(len(options))]
            elif options.named(name) is not None or Path(name).is_dir():
                found.append(name)
            else:
                self.problems.add(NO_PLAN_OF_THAT_NAME.at(self._place_of_frozen(name), name=name, known=", ".join(names), hint=nearest(name, names)))
        return tuple(dict.fromkeys(found))

    def _place_of_frozen(self, name: str) -> Place:
        said = self.own.data["frozen"]
        return self.own.place("frozen", said.index(name)) if isinstance(said, list) and name in said else self.own.place("frozen")

    def _measures(self) -> tuple[Measure, ...]:
        """What options are judged by; accounts that the objective names where the study says nothing."""
        pack = self.base.pack
        units = dict(zip(pack.tables["accounts"]["account"], pack.tables["accounts"]["unit"], strict=True))
        areas, sites = list(pack.tables["areas"]["area"]), list(pack.tables["sites"]["site"])
        if self.file.area is not None and self.file.area not in areas + sites:
            self.problems.add(unknown_area(self.own.place("in"), self.file.area, "in", pack))
        wanted = self.file.compare or tuple((account, None) for account, _ in self.base.choices.objective[0].weights)
        found = []
        for number, (name, better) in enumerate(wanted):
            place = self.own.place("compare", number if isinstance(self.own.data.get("compare"), list) else name)
            upper, ratio, lower = name.partition("/")
            unknown = [account for account in (upper, lower)[: 2 if ratio else 1] if account not in units]
            for account in unknown:
                self.problems.add(unknown_account(place, account, "compare", pack.titles("accounts")))
            if not unknown:
                better = better or self._better(upper, lower)
                unit = units[upper] if not lower else "1" if units[upper] == units[lower] else f"{units[upper]}/{units[lower]}"
                found.append(Measure(name, upper, lower or None, better, unit))
                self.problems.add(DIRECTION_UNKNOWN.at(place, measure=name) if better is None else None)
        return tuple(found)

    def _better(self, upper: str, lower: str) -> str | None:
        """Which way is better, by the objective or by an indicator of the pack; None where neither says so."""
        stages = self.base.choices.objective
        for stage in stages if not lower else ():
            for account, weight in stage.weights:
                if account == upper and weight != 0:
                    return "higher" if (stage.sense == OBJECTIVES[0]) == (weight > 0) else "lower"
        said = {r["better"] for r in self.base.pack.rows("indicators") if r["numerator"] == upper and (r["denominator"] or "") == lower}
        return str(said.pop()) if len(said) == 1 else None

    def _try(self, options: Space, states: Space) -> None:
        """Resolve the base with each value in it, several paths at a time, so that names and units are judged where they stand.

        Where that goes wrong each is tried alone, so that none hides what is wrong with another.
        """
        told = {(problem.message.code, problem.place) for problem in self.base.notes}
        for trial in self._trials(options, states):
            found = self._tried([each for level in trial for each in level])
            if any(not problem.message.warning for problem in found):
                found = self._tried_alone(trial, found)
            self.problems.extend(problem for problem in found if (problem.message.code, problem.place) not in told)
            told |= {(problem.message.code, problem.place) for problem in found if problem.message.warning}

    def _tried_alone(self, trial: list[list[Setting]], together: list[Problem]) -> list[Problem]:
        """The errors of each value by itself; of a distribution, whose ends may be told in two ways, the first."""
        alone = [(level, problem) for level in trial for problem in self._tried(level) if not problem.message.warning]
        known = {(problem.message.code, problem.place) for problem in self.problems}
        new = [problem for level, problem in alone if len(level[0][0]) != _KEYS_OF_A_DRAW or (problem.message.code, problem.place) not in known]
        return new if alone else together

    def _tried(self, settings: list[Setting]) -> list[Problem]:
        """What is wrong with the base where some values are set."""
        found, document = Problems(), self.document
        said = meant(self.document, {path: value for _, path, value in settings if path not in self.unusable})
        for where, path, value in (each for each in settings if each[1] in said):
            document = with_values(document, {key_path(path): value}, self.own.place(*where), found)
        try:
            found.extend(resolve_document(document, problems=found, pack=self.pack).notes if self._whole(document) else ())
        except InputError as error:
            found.extend(error.problems)
        return list({(problem.message.code, problem.place): problem for problem in reversed(list(found)) if self._is_own(problem)}.values())

    def _whole(self, document: Document) -> bool:
        return any(word in document.data for word in OBJECTIVES)

    def _is_own(self, problem: Problem) -> bool:
        """Whether a problem is told at a line of this study, or is an error that no line of the base has."""
        return problem.place.file == self.own.place().file or not problem.message.warning

    def _trials(self, options: Space, states: Space) -> Iterator[list[list[Setting]]]:
        """Settings of all paths together: the first value of each, the second of each, and so on."""
        columns: list[list[list[Setting]]] = []
        for part, space in (("options", options), ("states", states)):
            for axis in space.axes:
                columns.append(
                    [[(self._where(part, level.name, path, n), path, value) for path, value in level.values.items()] for n, level in enumerate(axis)]
                )
        for path, draw in self._draws().items():
            columns.append([[(("states", path), path, value)] for value in draw.extremes()])
        for number in range(max((len(column) for column in columns), default=0)):
            yield [level for column in columns if (level := column[min(number, len(column) - 1)])]

    def _where(self, part: str, name: str, path: str, number: int) -> KeyPath:
        """The keys of the study that lead to a value."""
        bundles = self.own.data[part].get(BUNDLES, {})
        return (part, BUNDLES, name, path) if name in bundles and path in bundles[name] else (part, path, number)


def _overlap(one: KeyPath, other: KeyPath) -> bool:
    """Whether one of two paths leads to the other, or to the same."""
    return one[: len(other)] == other or other[: len(one)] == one


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def _short(path: str) -> str:
    """A path as tables show it: without the word that says little."""
    return path.removeprefix("rules.").removeprefix("prices.").removeprefix("set.")


__all__ = ["BASE", "Measure", "Study", "Values", "load_study", "meant"]
