"""Scaling by powers of two, so that the solver never sees tonnes beside gigawatts.

HiGHS drops coefficients below 1e-9; a matrix that spans more than that gave a wrong optimum with status optimal.
Powers of two change no digit, so scaling and unscaling are exact.

Factors are found by whole numbers: the logarithm of a magnitude in sixteenths of a power of two, which are the first bits of the number itself.
They take a quarter of the memory of the coefficients, and what is worked out piece by piece takes none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from saltloop.solve.certificate import NaturalUnits

if TYPE_CHECKING:
    from saltloop.formulation.arrays import Arrays

# Columns and rows are levelled in turn, at most so often, and no more once every coefficient lies within 2^-7 and 2^7.
_PASSES, _NEAR = 6, 7
# Lines up to this length are reduced side by side, longer ones one by one.
_SHORT = 4
# Entries, or lines, that are worked on at a time.
_PIECE = 1 << 16
# Sixteenths in a power of two, as a number of bits, and the logarithm of 1 as the first bits of a number say it.
_BITS = 4
_ONE, _INFINITE = 0x3FF0, 0x7FF0
# Factors stay within 2^-500 and 2^500, so that the logarithm of one times a magnitude is a whole number of 16 bits.
_TOP = 500
_FARTHEST = _TOP << _BITS
# The powers of two that factors, and products of two of them, may be.
_TWO = np.exp2(np.arange(-2 * _TOP, 2 * _TOP + 1, dtype=float))


def _two_to(exponents: np.ndarray) -> np.ndarray:
    found: np.ndarray = _TWO.take(exponents + 2 * _TOP)
    return found


@dataclass(frozen=True)
class Scaling:
    """Factors: scaled matrix = row * A * column; scaled value = value / (column * size); scaled cost = cost * column * worth.

    Args:
        down: exponents of the factors of rows, powers of two, as whole numbers of 16 bits.
        across: those of columns.
        size: factor of all values.
        worth: factor of all costs.
    """

    down: np.ndarray
    across: np.ndarray
    size: float
    worth: float

    @cached_property
    def row(self) -> np.ndarray:
        """Factor of each row; four times the memory of its exponents, so made when first asked for."""
        return _two_to(self.down)

    @cached_property
    def column(self) -> np.ndarray:
        """Factor of each column, likewise."""
        return _two_to(self.across)


def _pieces(count: int) -> Iterator[slice]:
    return (slice(n, min(n + _PIECE, count)) for n in range(0, count, _PIECE))


def _first_bits(values: np.ndarray) -> np.ndarray:
    """Exponent and first four digits of numbers, without sign: 0 for zero, _INFINITE and more for infinity and what is no number."""
    return ((values.view(np.int64) >> 48) & 0x7FFF).astype(np.int16)


def logarithms(values: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Logarithms of magnitudes in sixteenths of a power of two, linear between powers and rounded down, so at most 2.4 too small.

    Args:
        values: finite and not zero.
        out: where they are written, if not on new memory.
    """
    found = np.empty(len(values), dtype=np.int16) if out is None else out
    for piece in _pieces(len(values)):
        found[piece] = _first_bits(np.ascontiguousarray(values[piece], dtype=float)) - _ONE
    return found


def _powers(logarithm: np.ndarray) -> np.ndarray:
    """The nearest whole powers of two."""
    found: np.ndarray = (logarithm + (1 << (_BITS - 1))) >> _BITS
    return found


@dataclass(frozen=True)
class _Lines:
    """The rows, or the columns, of a matrix without zeros.

    Args:
        starts: first entry of each line, and the number of entries.
        others: the other index of each entry.
        sizes: logarithm of its magnitude.
    """

    starts: np.ndarray
    others: np.ndarray
    sizes: np.ndarray

    def levelled(self, factors: np.ndarray, room: np.ndarray) -> tuple[np.ndarray, float]:
        """Logarithms of factors that bring the geometric middle of smallest and largest magnitude of every line to 1.

        Args:
            factors: logarithms of those of the other side.
            room: of one more than the entries, to be written on.

        Returns:
            the factors; how far, in powers of two, any magnitude then is from 1.
        """
        for piece in _pieces(len(self.others)):
            np.add(factors.take(self.others[piece]), self.sizes[piece], out=room[:-1][piece])
        found, farthest = np.zeros(len(self.starts) - 1, dtype=np.int16), 0
        for lines, low, high in self._ends(room):
            found[lines] = np.clip(-((low >> 1) + (high >> 1)), -_FARTHEST, _FARTHEST)
            farthest = max(farthest, int(np.max((high >> 1) - (low >> 1), initial=0)))
        return found, farthest / (1 << _BITS)

    def _ends(self, scaled: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Some lines with the smallest and the largest of what each of their entries has."""
        for piece in _pieces(len(self.starts) - 1):
            length = np.diff(self.starts[piece.start : piece.stop + 1])
            for count in range(1, _SHORT + 1):
                lines = np.flatnonzero(length == count) + piece.start
                first = self.starts.take(lines)
                low = scaled.take(first)
                high = low.copy()
                for n in range(1, count):
                    each = scaled[n:].take(first)
                    np.minimum(low, each, out=low)
                    np.maximum(high, each, out=high)
                yield lines, low, high
            lines = np.flatnonzero(length > _SHORT) + piece.start
            if len(lines):
                ends = np.stack([self.starts[lines], self.starts[lines + 1]], axis=1).ravel()
                near = scaled[: ends[-1] + 1]
                yield lines, np.minimum.reduceat(near, ends)[::2], np.maximum.reduceat(near, ends)[::2]


Bounds = tuple[np.ndarray, np.ndarray]


def _middle(several: list[tuple[np.ndarray, np.ndarray]]) -> int:
    """The power of two nearest to the median of magnitudes; 0 if all are zero or infinite.

    Args:
        several: numbers, and the powers of two that they are multiplied by.
    """
    # Rounding keeps the order, so the median of the powers is the power of the median.
    count = np.zeros(_ONE >> 2, dtype=np.int64)
    for values, powers in several:
        for piece in _pieces(len(values)):
            bits = _first_bits(np.ascontiguousarray(values[piece], dtype=float))
            real = (bits >= 1 << _BITS) & (bits < _INFINITE)
            count += np.bincount(_powers(bits[real]) + powers[piece][real] + _TOP, minlength=len(count))
    if not count.any():
        return 0
    return int(np.searchsorted(np.cumsum(count), (count.sum() + 1) // 2)) - _TOP - (_ONE >> _BITS)


def scaling_of(
    coefficients: sparse.csr_array, row_bounds: Bounds, column_bounds: Bounds, first_costs: np.ndarray, by_column: sparse.csc_array | None = None
) -> Scaling:
    """Geometric scaling of the matrix, then one factor for all sizes and one for all costs.

    Args:
        coefficients: m rows by n columns; entries may be zero.
        row_bounds: lower and upper of each row.
        column_bounds: lower and upper of each column.
        first_costs: of each column in the first stage of the objective.
        by_column: the same coefficients column by column, if they are at hand.
    """
    matrix, columns_first = coefficients, by_column
    if not matrix.data.all():
        matrix, columns_first = matrix.copy(), None
        matrix.eliminate_zeros()
    count = len(matrix.data)
    # One large block, since the system gets back at once what is large, and HiGHS will need it.
    block = np.zeros(3 * count + 1, dtype=np.int16)
    sizes, room = logarithms(matrix.data, block[:count]), block[2 * count :]
    rows = _Lines(matrix.indptr, matrix.indices, sizes)
    if columns_first is None:
        columns_first = sparse.csr_array((sizes, matrix.indices, matrix.indptr), shape=matrix.shape).tocsc()
    sizes = columns_first.data if columns_first.data.dtype == np.int16 else logarithms(columns_first.data, block[count : 2 * count])
    columns = _Lines(columns_first.indptr, columns_first.indices, sizes)
    across = np.zeros(matrix.shape[1], dtype=np.int16)
    for _ in range(_PASSES):
        down, _ = rows.levelled(across, room)
        across, farthest = columns.levelled(down, room)
        if farthest <= _NEAR:
            break
    down, across = _powers(down), _powers(across)
    size = _middle([*((side, down) for side in row_bounds), *((side, -across) for side in column_bounds)])
    return Scaling(down, across, 2.0**size, 2.0 ** -_middle([(first_costs, across)]))


def scaling(arrays: Arrays, by_column: sparse.csc_array | None = None) -> Scaling:
    """The scaling of a programme.

    Args:
        arrays: its matrix, bounds and first objective are looked at.
        by_column: its matrix column by column, if that is at hand.
    """
    return scaling_of(arrays.matrix, arrays.row_bounds, arrays.column_bounds, arrays.costs(), by_column)


def scale_columns(matrix: sparse.csc_array, scale: Scaling) -> None:
    """Scale a matrix where it stands."""
    starts, count = matrix.indptr, len(matrix.data)
    # Column of the first entry of each piece, and the last column.
    columns = [*np.searchsorted(starts, np.arange(0, count, _PIECE, dtype=starts.dtype), side="right") - 1, matrix.shape[1] - 1]
    for piece, first, last in zip(_pieces(count), columns[:-1], columns[1:], strict=True):
        length = np.diff(starts[first : last + 2].clip(piece.start, piece.stop))
        exponents = np.repeat(scale.across[first : last + 1], length)
        exponents += scale.down.take(matrix.indices[piece])
        matrix.data[piece] *= _two_to(exponents)


def natural_units(scale: Scaling) -> NaturalUnits:
    """The units in which a solution is judged: the powers of two that bring every number near one."""
    return NaturalUnits(scale.size / scale.row, scale.size * scale.column, scale.row / scale.worth, 1 / (scale.column * scale.worth), scale.size / scale.worth)
