"""Programme as numbers alone: every cost, bound and coefficient in one vector, beside the names that say what they are.

Two cases of one structure differ in that vector only, so a change is a difference of two vectors and a case in a study is one of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import add
from typing import Any

import numpy as np
from scipy import sparse

from saltloop.formulation.lines import FamilyOfLines, Lines
from saltloop.formulation.program import Program

Names = tuple[tuple[str, tuple[object, ...]], ...]
PARTS = ("costs", "column_lower", "column_upper", "row_lower", "row_upper", "entries")


@dataclass(frozen=True, eq=False)
class Layout:
    """What the numbers of a programme stand for.

    Args:
        named: the programme that names rows and columns, without its numbers; names are made when they are asked for.
            Not sent to another process: there the names are made.
        shape: number of rows and of columns.
        senses: maximise or minimise, of every stage of the objective.
        starts: first entry of each row, and the number of entries.
        indices: column of each entry, rising within a row.
    """

    named: Program
    shape: tuple[int, int]
    senses: tuple[str, ...]
    starts: np.ndarray
    indices: np.ndarray

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to another process: the names as they are."""
        made = {"columns": self.columns, "rows": self.rows, "row_units": self.row_units}
        return {name: value for name, value in {**self.__dict__, **made}.items() if name != "named"}

    @staticmethod
    def of_names(columns: Names, rows: Names, row_units: tuple[str, ...], senses: tuple[str, ...], starts: np.ndarray, indices: np.ndarray) -> Layout:
        """A layout that knows its names and no programme, as one that was sent from another process."""
        found = object.__new__(Layout)
        known = {"shape": (len(rows), len(columns)), "senses": senses, "starts": starts, "indices": indices}
        found.__dict__.update(known | {"columns": columns, "rows": rows, "row_units": row_units})
        return found

    def with_entries(self, starts: np.ndarray, indices: np.ndarray) -> Layout:
        """The same rows and columns with other entries; one that was sent from another process has its names and no programme.

        Args:
            starts: first entry of each row, and the number of entries.
            indices: column of each entry, rising within a row.
        """
        if self.is_named:
            return replace(self, starts=starts, indices=indices)
        return Layout.of_names(self.columns, self.rows, self.row_units, self.senses, starts, indices)

    @property
    def is_named(self) -> bool:
        """Whether the programme that names rows and columns is at hand."""
        return "named" in self.__dict__

    @cached_property
    def columns(self) -> Names:
        """Family and key of every column."""
        return tuple(self.named.across.keys())

    @cached_property
    def rows(self) -> Names:
        """Family and key of every row."""
        return tuple(self.named.down.keys())

    @cached_property
    def row_units(self) -> tuple[str, ...]:
        """Unit of every row."""
        return tuple(self.named.rows["unit"])

    @cached_property
    def structure(self) -> str:
        """A short text that is the same, in every process, for the same rows, columns and senses, whatever their numbers."""
        text = "\n".join(map(repr, (self.senses, *sorted(map(repr, self.columns)), "rows", *sorted(map(repr, self.rows)))))
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()

    @cached_property
    def parts(self) -> dict[str, slice]:
        """Where each part stands in the vector; the costs of the stages follow each other."""
        m, n = self.shape
        ends = np.cumsum([0, n * len(self.senses), n, n, m, m, len(self.indices)])
        return {name: slice(int(a), int(b)) for name, a, b in zip(PARTS, ends[:-1], ends[1:], strict=True)}

    def matrix_of(self, entries: np.ndarray) -> sparse.csr_array:
        """Rows by columns with these entries, which are not copied."""
        found = sparse.csr_array(self.shape, dtype=float)
        # One by one, since scipy copies what it is made of where that is less than half of the array that it is a part of.
        found.data, found.indices, found.indptr = entries, self.indices, self.starts
        return found

    def columns_of(self, *families: str) -> np.ndarray:
        """Whether each column is of one of these families."""
        if self.is_named:
            return self.named.across.within(*families)
        return self._within(True, families)

    def rows_of(self, *families: str) -> np.ndarray:
        """Whether each row is of one of these families."""
        if self.is_named:
            return self.named.down.within(*families)
        return self._within(False, families)

    def _within(self, columns: bool, families: tuple[str, ...]) -> np.ndarray:
        """Whether each column or row is of one of some families, found once for each question."""
        if (columns, families) not in self._masks:
            self._masks[columns, families] = np.array([family in families for family, _ in (self.columns if columns else self.rows)], dtype=bool)
        return self._masks[columns, families]

    @cached_property
    def _masks(self) -> dict[tuple[bool, tuple[str, ...]], np.ndarray]:
        return {}

    @cached_property
    def entry_rows(self) -> np.ndarray:
        """Row of each entry."""
        return np.repeat(np.arange(self.shape[0], dtype=np.int32), np.diff(self.starts))


@dataclass(frozen=True, eq=False)
class Arrays:
    """A linear programme as one vector of numbers on a layout; an entry may be zero.

    Args:
        layout: what the numbers stand for.
        numbers: costs of every stage, lower and upper bounds of columns, of rows, entries of the matrix.
    """

    layout: Layout
    numbers: np.ndarray

    def part(self, name: str) -> np.ndarray:
        """A part of the vector by its name in PARTS, without a copy."""
        found: np.ndarray = self.numbers[self.layout.parts[name]]
        return found

    def costs(self, stage: int = 0) -> np.ndarray:
        """Objective coefficient of every column in one stage."""
        n = self.layout.shape[1]
        return self.part("costs")[stage * n : (stage + 1) * n]

    @property
    def column_bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper of every column."""
        return self.part("column_lower"), self.part("column_upper")

    @property
    def row_bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper of every row."""
        return self.part("row_lower"), self.part("row_upper")

    @cached_property
    def matrix(self) -> sparse.csr_array:
        """Rows by columns, on the numbers themselves."""
        return self.layout.matrix_of(self.part("entries"))


def arrays_of(program: Program) -> Arrays:
    """The numbers of a programme, entries that are zero left out.

    Args:
        program: arrays with names.
    """
    matrix = program.matrix
    if not (matrix.has_canonical_format and matrix.data.all()):
        matrix = matrix.copy()
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
    named = replace(program, matrix=sparse.csr_array((0, 0)), stages=())
    layout = Layout(named, (matrix.shape[0], matrix.shape[1]), tuple(sense for sense, _ in program.stages), matrix.indptr, matrix.indices)
    bounds = (program.across.lower, program.across.upper, program.down.lower, program.down.upper)
    return Arrays(layout, np.concatenate([*(costs for _, costs in program.stages), *bounds, matrix.data]))


def with_row(arrays: Arrays, family: str, unit: str, weights: np.ndarray, bounds: tuple[float, float]) -> Arrays:
    """The programme with one row more, the last.

    Args:
        arrays: made in this process, so that its layout has the programme that names it.
        family: name of the row, which has no key; no family of the programme.
        unit: of the row.
        weights: coefficient of every column.
        bounds: lower and upper.
    """
    layout, filled = arrays.layout, np.flatnonzero(weights)
    m, n = layout.shape
    down = layout.named.down
    families = (*down.families, FamilyOfLines(family, (), ((),), (), lambda _: unit))
    lines = Lines(families, np.append(down.lower, bounds[0]), np.append(down.upper, bounds[1]))
    starts = np.append(layout.starts, layout.starts[-1] + len(filled)).astype(layout.starts.dtype)
    indices = np.concatenate([layout.indices, filled.astype(layout.indices.dtype)])
    longer = Layout(replace(layout.named, down=lines), (m + 1, n), layout.senses, starts, indices)
    more = {"row_lower": np.array(bounds[:1]), "row_upper": np.array(bounds[1:]), "entries": weights[filled]}
    return Arrays(longer, np.concatenate([np.append(arrays.part(name), more.get(name, np.zeros(0))) for name in PARTS]))


def program_with(program: Program, arrays: Arrays) -> Program:
    """The programme with other numbers of the same layout: what names them stays.

    Args:
        program: of the same structure, rows and columns in the same order.
        arrays: its new numbers.
    """

    def bounded(lines: Lines, bounds: tuple[np.ndarray, np.ndarray]) -> Lines:
        return replace(lines, lower=bounds[0].copy(), upper=bounds[1].copy())

    stages = tuple((sense, arrays.costs(n).copy()) for n, sense in enumerate(arrays.layout.senses))
    across, down = bounded(program.across, arrays.column_bounds), bounded(program.down, arrays.row_bounds)
    return replace(program, across=across, down=down, matrix=arrays.matrix.copy(), stages=stages)


def in_order_of(program: Program, layout: Layout) -> Program:
    """What names the rows and columns of a layout, from a programme of the same structure made in another process.

    Args:
        program: its rows and columns in any order.
        layout: whose order is wanted.
    """
    if tuple(program.across.keys()) == layout.columns and tuple(program.down.keys()) == layout.rows:
        return program
    columns, rows = _places(tuple(program.across.keys()), layout.columns), _places(tuple(program.down.keys()), layout.rows)
    across, down = program.columns.iloc[columns].reset_index(drop=True), program.rows.iloc[rows].reset_index(drop=True)
    return Program.of_frames(across, down, sparse.csr_array((0, 0)), (), program.objective_unit)


def same_structure(first: Arrays, second: Arrays) -> bool:
    """Whether two programmes have rows and columns of the same names, in any order, and stages of the same senses."""
    one, other = first.layout, second.layout
    same = one is other or (one.senses == other.senses and one.columns == other.columns and one.rows == other.rows)
    return same or one.structure == other.structure


def on_one_layout(several: Iterable[Arrays]) -> tuple[Arrays, ...]:
    """Programmes of one structure on one layout: order of the first, and every entry that any of them has.

    An entry that one of them lacks is zero there.

    Raises:
        ValueError: they differ in structure.
    """
    found = tuple(several)
    first = found[0]
    if all(each.layout is first.layout for each in found):
        return found
    if not all(same_structure(first, each) for each in found):
        raise ValueError("programmes of different structure have no common layout")
    ordered = [_ordered(each, first.layout) for each in found]
    pattern = sparse.csr_array(reduce(add, (_pattern(matrix) for _, matrix in ordered)))
    pattern.sort_indices()
    widened = len(pattern.indices) > len(first.layout.indices)
    layout = first.layout.with_entries(pattern.indptr, pattern.indices) if widened else first.layout
    return tuple(Arrays(layout, np.concatenate([plain, _entries(matrix, layout)])) for plain, matrix in ordered)


def _pattern(matrix: sparse.csr_array) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(matrix.indices)), matrix.indices, matrix.indptr), shape=matrix.shape)


def _ordered(arrays: Arrays, layout: Layout) -> tuple[np.ndarray, sparse.csr_array]:
    """Costs and bounds, and the matrix, in the order of another layout."""
    columns, rows = _places(arrays.layout.columns, layout.columns), _places(arrays.layout.rows, layout.rows)
    costs = [arrays.costs(stage)[columns] for stage in range(len(layout.senses))]
    plain = np.concatenate([*costs, *(b[columns] for b in arrays.column_bounds), *(b[rows] for b in arrays.row_bounds)])
    matrix = arrays.matrix
    if (rows != np.arange(len(rows))).any() or (columns != np.arange(len(columns))).any():
        matrix = sparse.csr_array(matrix[rows][:, columns])
    matrix.sort_indices()
    return plain, matrix


def _places(own: Names, wanted: Names) -> np.ndarray:
    if own == wanted:
        return np.arange(len(own))
    place = {name: n for n, name in enumerate(own)}
    return np.array([place[name] for name in wanted], dtype=np.intp)


def _entries(matrix: sparse.csr_array, layout: Layout) -> np.ndarray:
    """Values of a matrix at the places of a wider pattern."""
    width = np.int64(matrix.shape[1])
    wide = layout.entry_rows.astype(np.int64) * width + layout.indices
    own = np.repeat(np.arange(matrix.shape[0], dtype=np.int64), np.diff(matrix.indptr)) * width + matrix.indices
    values = np.zeros(len(wide))
    values[np.searchsorted(wide, own)] = matrix.data
    return values


def difference(first: Arrays, second: Arrays) -> tuple[float, str]:
    """The largest difference of any number of two programmes of one structure, relative to its size, and where it is.

    Args:
        first: one programme.
        second: another of the same structure.

    Returns:
        difference / (largest of both magnitudes), infinite where only one is infinite; the name of that number, empty if all are equal.
    """
    left, right = on_one_layout((first, second))
    one, other = left.numbers, right.numbers
    differing = np.flatnonzero(one != other)
    if not len(differing):
        return 0.0, ""
    a, b = one[differing], other[differing]
    finite = np.isfinite(a) & np.isfinite(b)
    size = np.maximum(np.abs(a), np.abs(b))
    relative = np.full(len(a), np.inf)
    relative[finite] = np.abs(a[finite] - b[finite]) / size[finite]
    worst = int(np.argmax(relative))
    return float(relative[worst]), place_name(left.layout, int(differing[worst]))


def place_name(layout: Layout, position: int) -> str:
    """What a position of the vector is: its part, row and column."""
    part = next(name for name, piece in layout.parts.items() if piece.start <= position < piece.stop)
    inside = position - layout.parts[part].start
    if part == "entries":
        return f"coefficient of {_text(layout.columns[layout.indices[inside]])} in {_text(layout.rows[layout.entry_rows[inside]])}"
    names = layout.rows if part.startswith("row") else layout.columns
    return f"{part} of {_text(names[inside % len(names)])}"


def _text(name: tuple[str, tuple[object, ...]]) -> str:
    return f"{name[0]}[{','.join(map(str, name[1]))}]"
