"""Many cases of one scenario without building each of them: numbers that vary are measured once, then every case is a patch.

A path with quantities of one unit is an axis: a case may lie anywhere on it. Every other value (another name, a rule switched off, a bare
whole number) makes a group of its own. Each group is measured when its first case is asked for: about seven programmes, however many axes
there are. What cannot be measured is built case by case, and the notes say so.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from saltloop.analysis.response import Response, measured, spread_points
from saltloop.data.pack import Pack
from saltloop.errors import InputError, Place, Problems, Words
from saltloop.formulation.arrays import Arrays, arrays_of, on_one_layout, same_structure
from saltloop.formulation.case import Case, build_case
from saltloop.formulation.program import Program, compile_program
from saltloop.formulation.terms import Terms, ledger_terms
from saltloop.scenario.document import Document
from saltloop.scenario.nodes import KeyPath
from saltloop.scenario.overlay import ABSENT, key_path, value_at, with_values
from saltloop.scenario.resolve import Scenario, load_pack, resolve_document
from saltloop.units import has_sign, split_quantity

POINTS = (6, 10, 16, 24, 32)
"""Programmes from which a group is measured; more of them where the fewer explain too little."""
WORTH_MEASURING = 8
_OUTSIDE = 1e-9
Values = Mapping[str, object]
Group = tuple[str, ...]
Build = Callable[[Sequence[Values]], list[Arrays | None]]


@dataclass(frozen=True)
class Range:
    """Quantities between two ends of one unit, such as Range("-68 %", "+40 %")."""

    low: object
    high: object


@dataclass(frozen=True)
class Levels:
    """Values that are listed: quantities, names, whole rules."""

    values: tuple[object, ...]


Domain = Range | Levels


@dataclass(frozen=True)
class Axis:
    """A path with quantities of one unit.

    Args:
        path: as written.
        keys: that lead to it.
        low: lowest number.
        high: highest number.
        unit: text behind the number.
        signed: whether it is written with its sign, as changes are.
    """

    path: str
    keys: KeyPath
    low: float
    high: float
    unit: str
    signed: bool

    def coordinate(self, value: object) -> float | None:
        """Where a value lies, from -1 to 1; None if it is not on the axis."""
        split = None if isinstance(value, bool) else split_quantity(str(value))
        if split is None or (split[1] != self.unit and split[0] != 0) or (self.signed and split[1] != self.unit):
            return None
        place = (2 * split[0] - self.low - self.high) / (self.high - self.low)
        return place if abs(place) <= 1 + _OUTSIDE else None

    def text(self, coordinate: float) -> str:
        """The value at a coordinate, as YAML would have it."""
        number = (self.low + self.high + coordinate * (self.high - self.low)) / 2
        return f"{number:+.17g} {self.unit}".strip() if self.signed else f"{number:.17g} {self.unit}".strip()


def axis_of(path: str, domain: Domain) -> Axis | None:
    """The axis of a path; None if its values are no quantities of one unit, or bare whole numbers, which may be years."""
    values = (domain.low, domain.high) if isinstance(domain, Range) else domain.values
    splits = [None if isinstance(v, bool) or not isinstance(v, (str, int, float)) else split_quantity(str(v)) for v in values]
    found = [split for split in splits if split is not None]
    units = {unit for _, unit in found}
    whole = all(isinstance(v, int) or (isinstance(v, str) and v.strip().isdigit()) for v in values)
    if len(found) < len(values) or len(units) != 1 or (whole and isinstance(domain, Levels)):
        return None
    numbers = [number for number, _ in found]
    low, high = min(numbers), max(numbers)
    signed = "".join(units) in ("%", "‰") and any(has_sign(str(v)) for v in values)
    return Axis(path, key_path(path), low, high, units.pop(), signed) if low < high else None


@dataclass(frozen=True)
class Built:
    """A case built in full."""

    scenario: Scenario
    case: Case
    terms: Terms
    program: Program


@dataclass(frozen=True, eq=False)
class Family:
    """The cases of one group.

    Args:
        axes: that are patched.
        response: None: every case is built in full.
    """

    axes: tuple[Axis, ...]
    response: Response | None


class Shelf(Protocol):
    """Where measured families are kept for other processes and later calls."""

    def read(self, variation: Variation, group: Group) -> Family | None:
        """What was measured of a group; None if nothing was."""

    def keep(self, variation: Variation, group: Group, family: Family) -> None:
        """Keep what was measured of a group."""


class Variation:
    """A scenario whose values vary along some paths.

    Args:
        document: the scenario, as read.
        paths: by path the values that it may take; a value outside them is allowed and built in full.
        data: folder that holds packs.
        pack: of its region, loaded and checked, nothing of the scenario in it; None: it is loaded here.
        expected: how many cases a group will have; up to WORTH_MEASURING, cases are built in full.
        seed: of the points at which programmes are measured.

    Raises:
        InputError: the pack or the scenario itself is wrong.
    """

    def __init__(
        self,
        document: Document,
        paths: Mapping[str, Domain],
        data: str | None = None,
        pack: Pack | None = None,
        expected: int | None = None,
        seed: int = 0,
    ) -> None:
        self.document, self.data, self.seed = document, data, seed
        self._pack: Pack | None = load_pack(document, data) if pack is None else pack
        self._base = {path: value_at(document, key_path(path)) for path in paths}
        self.domains = {path: list(domain.values) if isinstance(domain, Levels) else [domain.low, "to", domain.high] for path, domain in paths.items()}
        self.axes = tuple(axis for path, domain in paths.items() if (axis := axis_of(path, domain)) is not None)
        self.notes: list[Words] = []
        self._measure = expected is None or expected > WORTH_MEASURING
        self.shelf: Shelf | None = None
        self._build_all: Build | None = None
        self._families: dict[Group, Family] = {}
        self._last: tuple[str, Built] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to another process: everything measured; the pack is loaded there if a case has to be built."""
        return {**self.__dict__, "_pack": None, "_last": None, "_build_all": None}

    def with_pack(self, pack: Pack) -> Variation:
        """The same with a pack that is at hand, where it arrived without one; what is measured is shared.

        Args:
            pack: of its region, loaded and checked, nothing of the scenario in it.
        """
        found = copy.copy(self)
        found._pack = pack
        return found

    @property
    def pack(self) -> Pack:
        """The pack of the region, nothing of the scenario in it."""
        if self._pack is None:
            self._pack = load_pack(self.document, self.data)
        return self._pack

    def build(self, values: Values) -> Built:
        """A case built in full: for its tables, and as what patches are compared with.

        Args:
            values: by path; a path that is left out keeps what the scenario says.

        Raises:
            InputError: a value is wrong.
        """
        key = _plain(values)
        if self._last is None or self._last[0] != key:
            problems = Problems()
            document = with_values(self.document, {key_path(path): value for path, value in values.items()}, Place(), problems)
            scenario = resolve_document(document, problems=problems, pack=self.pack, check_changes=False)
            case = build_case(scenario.pack, scenario.choices)
            terms = ledger_terms(case)
            self._last = (key, Built(scenario, case, terms, compile_program(case, terms)))
        return self._last[1]

    def group(self, values: Values) -> Group:
        """What the cases that can be patched into each other share; cases of one group have one structure.

        Args:
            values: by path.

        Raises:
            InputError: a value is wrong.
        """
        off, family, _ = self._family(values)
        if family.response is not None:
            return off
        return (*off, arrays_of(self.build(values).program).layout.structure)

    def arrays(self, values: Values) -> Arrays:
        """The numbers of a case.

        Args:
            values: by path.

        Raises:
            InputError: a value is wrong.
        """
        _, family, places = self._family(values)
        if family.response is None:
            return arrays_of(self.build(values).program)
        return family.response.at(np.array([places[axis.path] for axis in family.axes]))

    def learn(self, values: Values, build: Build | None) -> None:
        """Measure what a case needs, if it is not known yet.

        Args:
            values: by path.
            build: builds several cases at once, with None for one that cannot be built; None: they are built here, one after another.

        Raises:
            InputError: a value is wrong.
        """
        self._build_all = build
        try:
            self._family(values)
        finally:
            self._build_all = None

    def is_patched(self, values: Values) -> bool:
        """Whether a case is patched; else it is built in full."""
        return self._family(values)[1].response is not None

    def _family(self, values: Values) -> tuple[Group, Family, dict[str, float]]:
        """The group of a case, how its cases are made, and where it lies on its axes."""
        said = {path: values.get(path, value) for path, value in self._base.items()}
        placed = {axis.path: axis.coordinate(said[axis.path]) for axis in self.axes}
        places = {path: place for path, place in placed.items() if place is not None}
        off = {path: value for path, value in {**said, **values}.items() if path not in places}
        group = tuple(f"{path}: {'-' if value is ABSENT else _plain(value)}" for path, value in sorted(off.items()))
        if group not in self._families:
            on = tuple(axis for axis in self.axes if axis.path in places)
            outside = any(path in values for path, place in placed.items() if place is None)
            rest = {path: value for path, value in values.items() if path not in places}
            self._families[group] = Family(on, None) if outside else self._kept(group, rest, on)
        return group, self._families[group], places

    def _kept(self, group: Group, off: Values, axes: tuple[Axis, ...]) -> Family:
        """What is measured of a group, taken from the shelf if it is there and put there if not."""
        found = self.shelf.read(self, group) if self.shelf is not None and self._measure else None
        if found is None or found.axes != axes:
            found = self._measured(off, axes)
            if self.shelf is not None:
                self.shelf.keep(self, group, found)
        return found

    def _measured(self, off: Values, axes: tuple[Axis, ...]) -> Family:
        """The response of a group, or that it has none."""
        if not self._measure:
            return Family(axes, None)
        try:
            response, why = self._respond(off, axes)
        except InputError as error:
            response, why = None, Words(f"{error.text('en')}", f"{error.text('zh')}")
        if response is None:
            names = ", ".join(axis.path for axis in axes)
            self.notes.append(Words(f"every case is built in full ({names}): {why}", f"逐个完整构建（{names}）：{why.zh}"))
        return Family(axes, response)

    def _at(self, off: Values, axes: tuple[Axis, ...], points: Iterable[np.ndarray]) -> list[Arrays]:
        """The programmes at some points."""
        cases = [{**off, **{axis.path: axis.text(float(x)) for axis, x in zip(axes, point, strict=True)}} for point in points]
        built = [None] * len(cases) if self._build_all is None else self._build_all(cases)
        return [arrays_of(self.build(case).program) if found is None else found for case, found in zip(cases, built, strict=True)]

    def _respond(self, off: Values, axes: tuple[Axis, ...]) -> tuple[Response | None, Words]:
        """The response of a group, checked at a point where it was not measured; None, and why not.

        A point that fails the check is one more at which it is measured.
        """
        generator, programmes = np.random.default_rng(self.seed), tuple[Arrays, ...]()
        points, names = np.zeros((0, len(axes))), ""
        if not axes:
            return measured(points, self._at(off, axes, [np.zeros(0)])), Words("", "")
        for count in POINTS:
            more = spread_points(count - len(points), len(axes), generator)
            # The point at which the answer is checked is built with the others, since they may be built side by side.
            point = generator.uniform(-1, 1, len(axes))
            *built, fresh = self._at(off, axes, [*more, point])
            points, programmes = np.concatenate([points, more]), (*programmes, *built)
            if not _alike(programmes):
                return None, Words("rows, columns or which of them have a bound change along the way", "行、列或其有无界限随取值而变")
            programmes = on_one_layout(programmes)
            response = measured(points, programmes)
            names = response.names(response.unexplained) or _differing(response, point, fresh)
            if not names:
                return response, Words("", "")
            points, programmes = np.concatenate([points, point[None, :]]), (*programmes, fresh)
        return None, Words(f"no few paths explain {names}", f"少数路径不能解释 {names}")


def _differing(response: Response, point: np.ndarray, fresh: Arrays) -> str:
    """Numbers of a programme built in full that are not what a response says, in words; empty if there are none."""
    said = response.at(point)
    if not _alike((said, fresh)):
        return "structure"
    said, fresh = on_one_layout((said, fresh))
    misses = response.misses(point, fresh) if said.layout is response.layout else np.flatnonzero(said.numbers != fresh.numbers)
    return response.names(misses) if len(misses) else ""


def _plain(value: Any) -> str:
    """Values as text that is the same for the same values."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _alike(programmes: tuple[Arrays, ...]) -> bool:
    """Whether programmes have one structure and infinite bounds at the same places."""
    if not all(same_structure(programmes[0], each) for each in programmes[1:]):
        return False
    together = on_one_layout(programmes)
    infinite = np.isinf(together[0].numbers)
    return all(np.array_equal(np.isinf(each.numbers), infinite) for each in together[1:])
