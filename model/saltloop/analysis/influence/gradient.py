"""What the objective gains per unit of each number of a pack, for thousands of numbers from a few dozen programmes.

With the plan and its duals held, the objective is a sum over the entries of the programme: costs and bounds by their values and duals, and
minus dual times coefficient times value. So only the change of the entries is wanted. Numbers that can show only in different lines of the
programme are moved together in one probe, and each changed entry is given to the one number that reaches its line; entries that
nobody reaches are looked into by halving the probe. Nothing is guessed: what cannot be told apart is measured alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from saltloop.analysis.influence.data import Datum, Label
from saltloop.formulation.arrays import Arrays, Layout, on_one_layout, same_structure
from saltloop.formulation.lines import Lines
from saltloop.solve.warm import Outcome

STEP = 1e-3
"""Share of its range by which a number is moved, towards the farther end."""
_TOUCH = 1e-12
_CHANNELS: dict[str, tuple[str, ...]] = {
    "process": ("process",),
    "equipment": ("site", "equipment"),
    "market": ("market", "commodity"),
    "link": ("link",),
    "route": ("route", "commodity"),
    "basin": ("basin",),
    "store": ("store",),
    "land_class": ("site", "land_class"),
}
_WIDE = ("process", "account", "commodity", "site")
Build = Callable[[Mapping[Datum, float]], Arrays]


@dataclass(frozen=True, eq=False)
class Touch:
    """How one number shows in a programme, to first order.

    Args:
        positions: of the numbers of the programme that change.
        rates: their change per unit of the datum.
        slope: change of the objective per unit of the datum.
    """

    positions: np.ndarray
    rates: np.ndarray
    slope: float


@dataclass(frozen=True, eq=False)
class Touches:
    """All that probes have found.

    Args:
        arrays: the programme at the numbers as they are, on the layout of the positions.
        found: by datum; a number that shows nowhere is absent.
        unmeasured: numbers that add or take away rows or columns, or that no probe was left for.
        probes: programmes built.
    """

    arrays: Arrays
    found: dict[Datum, Touch]
    unmeasured: tuple[Datum, ...]
    probes: int


def gradient(arrays: Arrays, outcome: Outcome) -> np.ndarray:
    """Change of the first objective per unit of every number of a programme, plan and duals held.

    Args:
        arrays: the programme.
        outcome: its plan, with duals.
    """
    layout, values, duals = arrays.layout, outcome.values, outcome.duals
    found = np.zeros(len(arrays.numbers))
    costs = layout.parts["costs"]
    found[costs.start : costs.start + len(values)] = values
    found[layout.parts["entries"]] = -duals[layout.entry_rows] * values[layout.indices]
    for (low, high), names, worth, at in (
        (arrays.row_bounds, ("row_lower", "row_upper"), duals, arrays.matrix @ values),
        (arrays.column_bounds, ("column_lower", "column_upper"), outcome.reduced_costs, values),
    ):
        upper = np.abs(high - at) <= np.abs(at - low)
        found[layout.parts[names[0]]] = np.where(upper, 0.0, worth)
        found[layout.parts[names[1]]] = np.where(upper, worth, 0.0)
    return found


def touches(arrays: Arrays, outcome: Outcome, data: Sequence[Datum], build: Build, most: int = 400) -> Touches:
    """Where each number shows and what the objective gains by it.

    Args:
        arrays: the programme at the numbers as they are.
        outcome: its plan.
        data: the numbers to look at.
        build: makes the programme with other values of some of them.
        most: programmes that may be built.
    """
    # A number that is zero now may bring a row or a column when it moves; the others, all moved at once, show where they will stand.
    stuck = _structural(arrays, build, [d for d in data if d.value == 0])
    free = [d for d in data if d not in stuck]
    found = _Prober(_widened(arrays, build, free) or arrays, outcome, build, most).run(free)
    return replace(found, unmeasured=(*found.unmeasured, *stuck))


def _widened(arrays: Arrays, build: Build, data: Sequence[Datum]) -> Arrays | None:
    """The programme on a layout that has every entry which moving the data makes; None if rows or columns change."""
    other = build({d: d.value + _step(d) for d in data})
    return on_one_layout((arrays, other))[0] if same_structure(arrays, other) else None


def _structural(arrays: Arrays, build: Build, data: Sequence[Datum]) -> set[Datum]:
    """Those of the data that add a row or a column when they move, found by halving."""
    if not data or _widened(arrays, build, data) is not None:
        return set()
    if len(data) == 1:
        return set(data)
    middle = len(data) // 2
    return _structural(arrays, build, data[:middle]) | _structural(arrays, build, data[middle:])


@dataclass
class _Prober:
    """Builds probes and gives each changed entry to the number that reaches its line."""

    arrays: Arrays
    outcome: Outcome
    build: Build
    most: int
    probes: int = 0
    found: dict[Datum, Touch] = field(default_factory=dict)
    unmeasured: list[Datum] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lines, self.worth = _Labels(self.arrays.layout), gradient(self.arrays, self.outcome)

    def run(self, data: Sequence[Datum]) -> Touches:
        for probe in _coloured([d for d in self._shown(data) if self.lines.known(d)]):
            self._probe(probe)
        return Touches(self.arrays, self.found, tuple(self.unmeasured), self.probes)

    def _shown(self, data: Sequence[Datum]) -> list[Datum]:
        """Without those of the tables whose numbers, all moved together, change no line that they reach: only the wide ones are worth the look."""
        narrow, wide = [d for d in data if d.channel], defaultdict[str, list[Datum]](list)
        for datum in (d for d in data if not d.channel):
            wide[datum.table].append(datum)
        for several in wide.values():
            changed = self._changed(several)
            labels = None if changed is None else {label for p in changed[0] for label in self.lines.wide(int(p))}
            narrow += [d for d in several if labels is None or d.reach & labels]
        return narrow

    def _changed(self, data: Sequence[Datum]) -> tuple[np.ndarray, np.ndarray] | None:
        """Positions and differences of what moving these numbers changes; None if the structure changes."""
        self.probes += 1
        other = self.build({d: d.value + _step(d) for d in data})
        if not same_structure(self.arrays, other):
            return None
        before, after = on_one_layout((self.arrays, other))
        if before.layout is not self.arrays.layout:
            return None
        differing = np.flatnonzero(before.numbers != after.numbers)
        change = after.numbers[differing] - before.numbers[differing]
        real = np.isfinite(change) & (np.abs(change) > _TOUCH * np.abs(before.numbers[differing]))
        return differing[real], change[real]

    def _probe(self, data: Sequence[Datum]) -> None:
        if self.probes >= self.most:
            self.unmeasured += data
            return
        changed = self._changed(data)
        if changed is None:
            self._halves(data)
            return
        positions, change = changed
        owner = np.zeros(len(positions), dtype=np.int64) if len(data) == 1 else self.lines.owners(positions, data)
        if (owner < 0).any():
            self._halves(data)
            return
        for n in np.unique(owner):
            datum, own = data[n], owner == n
            rates = change[own] / _step(datum)
            self.found[datum] = Touch(positions[own], rates, float(np.sum(self.worth[positions[own]] * rates)))

    def _halves(self, data: Sequence[Datum]) -> None:
        if len(data) == 1:
            self.unmeasured += data
            return
        middle = len(data) // 2
        self._probe(data[:middle])
        self._probe(data[middle:])


def _step(datum: Datum) -> float:
    """How far a number is moved: towards the farther end of its range, so that it stays within."""
    up = datum.high - datum.value >= datum.value - datum.low
    return (1 if up else -1) * STEP * datum.width


def _coloured(data: Iterable[Datum]) -> list[list[Datum]]:
    """Probes in which no two numbers reach the same line: one of each label in every channel; those of no channel have probes of their own."""
    probes: list[tuple[set[tuple[str, Label]], list[Datum], bool]] = []
    for datum in data:
        labels, wide = {(datum.channel, label) for label in datum.reach}, not datum.channel
        for taken, members, other in probes:
            if other == wide and (not wide or members[0].table == datum.table) and not taken & labels:
                taken |= labels
                members.append(datum)
                break
        else:
            probes.append((set(labels), [datum], wide))
    return [members for _, members, _ in probes]


class _Labels:
    """The labels of every line of a layout."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.across, self.down = layout.named.across, layout.named.down
        self.column, self.row = _narrow(self.across), _narrow(self.down)
        self.all = {label for label in (*self.column, *self.row) if label is not None}

    def known(self, datum: Datum) -> bool:
        """Whether some line has a label that the datum reaches."""
        return not datum.channel or any((datum.channel, *label) in self.all for label in datum.reach)

    def line(self, position: int) -> tuple[int, int]:
        """Row and column of a number; -1 for none."""
        part, span = next((name, span) for name, span in self.layout.parts.items() if span.start <= position < span.stop)
        inside = position - span.start
        if part == "entries":
            return int(self.layout.entry_rows[inside]), int(self.layout.indices[inside])
        return (inside, -1) if part.startswith("row") else (-1, inside % self.layout.shape[1])

    def narrow(self, position: int) -> Label | None:
        """Channel and label of a number: of its column, else of its row."""
        row, column = self.line(position)
        own = self.column[column] if column >= 0 else None
        return own if own is not None or row < 0 else self.row[row]

    def wide(self, position: int) -> list[Label]:
        """Every label by which a number of no channel may reach it, the telling one first."""
        row, column = self.line(position)
        names: dict[str, object] = {}
        for lines, place in ((self.down, row), (self.across, column)):
            if place >= 0:
                family, key = lines.key(place)
                own = dict(zip(lines.family(family).over, key, strict=True))
                names |= own if lines is self.down else {k: v for k, v in own.items() if k != "account" or k not in names}
                if lines is self.across and "process" not in own and "commodity" in own:
                    names["commodity"] = own["commodity"]
        return [(name, str(names[name])) for name in _WIDE if name in names]

    def owners(self, positions: np.ndarray, data: Sequence[Datum]) -> np.ndarray:
        """Which of the data reaches each position; -1: none, or more than one."""
        if data[0].channel:
            place = {(d.channel, *label): n for n, d in enumerate(data) for label in d.reach}
            return np.array([place.get(label, -1) if (label := self.narrow(int(p))) is not None else -1 for p in positions], dtype=np.int64)
        telling = next(kind for kind in ("account", "site", "commodity") if any(label[0] == kind for d in data for label in d.reach))
        wanted = ("process", "commodity") if telling == "commodity" else (telling,)
        by_label = {label: n for n, d in enumerate(data) for label in d.reach}
        found = np.full(len(positions), -1, dtype=np.int64)
        for i, position in enumerate(positions):
            label = next((each for kind in wanted for each in self.wide(int(position)) if each[0] == kind), None)
            found[i] = -1 if label is None else by_label.get(label, -1)
        return found


def _narrow(lines: Lines) -> list[Label | None]:
    """Channel and label of every line; None for a line of no channel."""
    found: list[Label | None] = []
    for family in lines.families:
        channel = next((name for name, parts in _CHANNELS.items() if set(parts) <= set(family.over)), None)
        if channel is None:
            found += [None] * len(family)
            continue
        places = [family.over.index(part) for part in _CHANNELS[channel]]
        found += [(channel, *(str(key[place]) for place in places)) for key in family.written_keys()]
    return found
