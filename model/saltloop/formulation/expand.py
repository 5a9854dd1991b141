"""A row written for all its indices at once: templates and index tables in, sparse rows out.

A space holds the indices of many rows as arrays, one line each. Slices are not lines: an index over them is an axis that numbers
and positions are broadcast along, axis 1 for the slice of the row, axis 2 for a slice that is summed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy import sparse

from saltloop.formulation.calendar import EACH, Steps
from saltloop.formulation.tables import Family, Labels, Members, Numbers, Table
from saltloop.formulation.templates import Ask, Inverse, Loop, Number, Product, Slot, Sum, Template, Term

ROW, SUMMED = 1, 2
Entries = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Slices:
    """An index that is a slice, not written out: positions along an axis."""

    axis: int
    at: np.ndarray

    def along(self, values: np.ndarray) -> np.ndarray:
        """Numbers over all slices (k, T), laid along the axis: (k, T, 1) or (k, 1, F)."""
        chosen = values if len(self.at) == values.shape[-1] and (self.at == np.arange(len(self.at))).all() else values[:, self.at]
        return chosen[:, :, None] if self.axis == ROW else chosen[:, None, :]


@dataclass(frozen=True)
class Space:
    """Rows with their indices.

    Args:
        row: position of the first row of each line.
        timed: whether a line stands for a row per slice.
        held: by slot, numbers of names (n,), or slices.
    """

    row: np.ndarray
    timed: bool
    held: dict[int, np.ndarray | Slices] = field(default_factory=dict)

    def chosen(self, lines: np.ndarray) -> Space:
        """Some lines, possibly several times."""
        return replace(self, row=self.row[lines], held={slot: x[lines] if isinstance(x, np.ndarray) else x for slot, x in self.held.items()})


@dataclass(frozen=True)
class Rows:
    """Sparse rows with their bounds."""

    matrix: sparse.csr_array
    lower: np.ndarray
    upper: np.ndarray


@dataclass(frozen=True)
class Part:
    """Some of the rows of a programme, not yet put together.

    Args:
        entries: rows, counted from the first of these, columns and numbers; several of one place are added.
        lower, upper: bounds.
    """

    entries: list[Entries]
    lower: np.ndarray
    upper: np.ndarray


@dataclass(frozen=True)
class Expansion:
    """Everything that templates are expanded with.

    Args:
        steps: slices.
        labels: numbers of names.
        columns: families of columns with the position of their first one.
        members: indexed sets.
        numbers: parameters.
        width: number of columns.
    """

    steps: Steps
    labels: Labels
    columns: Mapping[str, tuple[int, Family]]
    members: Mapping[str, Members]
    numbers: Mapping[str, Numbers]
    width: int

    def rows(self, template: Template, family: Family, slots: slice = slice(None)) -> Part:
        """The rows of a template.

        Args:
            template: the row.
            family: its keys.
            slots: which parts of a key are its indices.
        """
        constant, blocks = np.zeros(family.size), list[Entries]()
        for space in self._spaces(template, family, slots):
            for term in template.terms:
                for part in self._looped(space, term.loops, template.name):
                    self._add(part, term, template.name, constant, blocks)
        right = 0.0 - constant
        lower = right if template.sense != "<=" else np.full(family.size, -np.inf)
        upper = right if template.sense != ">=" else np.full(family.size, np.inf)
        return Part(blocks, lower, upper)

    def _spaces(self, template: Template, family: Family, slots: slice) -> Iterator[Space]:
        """Rows that stand for themselves, and rows that stand for one per slice."""
        for timed in (False, True):
            lines = np.flatnonzero(family.timed == timed)
            if len(lines):
                indices = list(family.codes[lines].T)[slots]
                held: dict[int, np.ndarray | Slices] = dict(zip(template.slots, indices, strict=True))
                if timed:
                    held[template.slots[-1]] = Slices(ROW, self.steps.words[EACH])
                yield Space(family.first[lines], timed, held)

    def _looped(self, space: Space, loops: tuple[Loop, ...], name: str) -> Iterator[Space]:
        """The space with the members of the sets that are summed over."""
        if not loops:
            yield space
            return
        loop, table = loops[0], self.members[loops[0].members.name]
        positions, asked_with = self._find(table, loop.members, space, name)
        owner, member = table.of(positions)
        wider = space.chosen(owner)
        codes = dict(zip(loop.slots, table.members[member].T, strict=True))
        for part in self._worded(replace(wider, held={**wider.held, **codes}), loop.slots, table.words, asked_with is not None):
            yield from self._looped(part, loops[1:], name)

    def _worded(self, space: Space, slots: tuple[int, ...], words: list[np.ndarray], same: bool) -> Iterator[Space]:
        """Parts of a space by the word for slices that a member holds, if any."""
        worded = next((n for n, found in enumerate(words) if len(found)), None)
        if worded is None:
            if len(space.row):
                yield space
            return
        codes = np.asarray(space.held[slots[worded]])
        plain = ~np.isin(codes, words[worded])
        if plain.any():
            yield space.chosen(np.flatnonzero(plain))
        for code in words[worded]:
            lines = np.flatnonzero(codes == code)
            if len(lines):
                part = space.chosen(lines)
                part.held[slots[worded]] = Slices(ROW if same else SUMMED, self.steps.words[self.labels.words[int(code)]])
                yield part

    def _find(self, table: Table, ask: Ask, space: Space, name: str) -> tuple[np.ndarray, Slices | None]:
        """Positions of what is asked for, and the slices it is asked with."""
        slices, query = None, []
        for part in ask.at:
            held = space.held[part.number] if isinstance(part, Slot) else self.labels.code(part)
            if isinstance(held, Slices):
                slices, held = held, self.labels.code(EACH)
            query.append(held)
        found = table.find(query, len(space.row))
        if len(found) and found.min() < 0:
            n = int(np.argmin(found))
            key = self.labels.named(int(np.broadcast_to(q, len(found))[n]) for q in query)
            raise KeyError(f"{ask.name}{list(key)}, which '{name}' asks for, is not there")
        return found, slices

    def _number(self, number: Number, space: Space, name: str) -> Any:
        """A number for every line, broadcast along the axes of its slices."""
        if isinstance(number, float):
            return number
        if isinstance(number, Inverse):
            return 1.0 / self._number(number.of, space, name)
        if isinstance(number, Product | Sum):
            join: Callable[..., Any] = np.multiply if isinstance(number, Product) else np.add
            total = self._number(number.parts[0], space, name)
            for part in number.parts[1:]:
                total = join(total, self._number(part, space, name))
            return total
        table = self.numbers[number.name]
        found, slices = self._find(table, number, space, name)
        value = table.value[found][:, None, None]
        if slices is None or table.series is None:
            return value
        at = table.at[found]
        if len(at) and at.min() == at.max() and at[0] >= 0:
            return slices.along(table.series[at[:1]])
        return np.where((at >= 0)[:, None, None], slices.along(table.series[np.maximum(at, 0)]), value)

    def _add(self, space: Space, term: Term, name: str, constant: np.ndarray, blocks: list[Entries]) -> None:
        """Entries of a term, or what it adds to the constant of its rows."""
        value: Any = term.scale
        for factor in term.factors:
            value = value * self._number(factor, space, name)
        row = space.row[:, None, None]
        if space.timed:
            row = row + self.steps.words[EACH][None, :, None]
        if term.column is None:
            shape = np.broadcast(value, row).shape
            constant += np.bincount(np.broadcast_to(row, shape).ravel(), np.broadcast_to(value, shape).ravel(), minlength=len(constant))
            return
        first, family = self.columns[term.column.name]
        found, slices = self._find(family, term.column, space, name)
        column = (family.first[found] + first)[:, None, None]
        if slices is not None:
            column = column + slices.along(self.steps.words[EACH][None, :])
        shape = np.broadcast(value, row, column).shape
        parts = row.astype(np.int32), column.astype(np.int32), np.asarray(value, dtype=float)
        blocks.append(tuple((x if x.shape == shape else np.broadcast_to(x, shape)).ravel() for x in parts))  # type: ignore[arg-type]


def stacked(parts: list[Part], width: int) -> Rows:
    """Parts one under the other, zeros left out.

    Args:
        parts: in order.
        width: number of columns.
    """
    if not parts:
        return Rows(sparse.csr_array((0, width)), np.zeros(0), np.zeros(0))
    lower, upper = (np.concatenate([getattr(part, side) for part in parts]) for side in ("lower", "upper"))
    row, column, value = (np.concatenate([entries[n] for part in parts for entries in part.entries]) for n in range(3))
    first = start = 0
    for part in parts:
        end = start + sum(len(rows) for rows, _, _ in part.entries)
        row[start:end] += first
        first, start = first + len(part.lower), end
    matrix = sparse.coo_array((value, (row, column)), shape=(len(lower), width)).tocsr()
    matrix.eliminate_zeros()
    return Rows(matrix, lower, upper)
