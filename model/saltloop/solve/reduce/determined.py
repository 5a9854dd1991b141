"""A row that says what a column is goes together with the column.

    a_ij x_j + sum_k a_ik x_k = b_i    so    x_j = (b_i - sum_k a_ik x_k) / a_ij

if the bounds of x_j follow from those of the x_k. Put into every other row h and into the costs,

    a'_hk = a_hk - a_hj a_ik / a_ij,    b'_h = b_h - a_hj b_i / a_ij,    c'_k = c_k - c_j a_ik / a_ij

and on the way back the dual of the row is what leaves the column no reduced cost: y_i = (c_j - sum_h a_hj y_h) / a_ij.

Source: Andersen and Andersen (1995), Presolving in linear programming, Mathematical Programming 71, 221-245.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from saltloop.solve.reduce.form import BASIC, Form, Optimum, Source, Statuses, form_of, kept, ordered, places, spread, starts_of

# What is left of a sum that cancels, as a share of its terms, is rounding.
_ROUNDING = 1e-13


@dataclass(frozen=True, eq=False)
class Determined:
    """Rows that say what a column is, and those columns; no row of these has the column of another.

    Args:
        before: the programme with them.
        pivots: entry of each pair, row and column.
        free: whether the column of each pair has no bounds, so that they need not be looked after; a case that has them is refused.
        nought: position of the nought among all numbers.
        first: position of the first number that is made.
    """

    before: Form
    pivots: np.ndarray
    free: np.ndarray
    nought: int
    first: int

    @cached_property
    def rows(self) -> np.ndarray:
        """Row of each pair."""
        found: np.ndarray = self.before.layout.entry_rows[self.pivots]
        return found

    @cached_property
    def columns(self) -> np.ndarray:
        """Column of each pair."""
        found: np.ndarray = self.before.layout.indices[self.pivots]
        return found

    @cached_property
    def kept_rows(self) -> np.ndarray:
        """Rows that stay."""
        return kept(self.before.layout.shape[0], self.rows)

    @cached_property
    def kept_columns(self) -> np.ndarray:
        """Columns that stay."""
        return kept(self.before.layout.shape[1], self.columns)

    @cached_property
    def _parts(self) -> _Parts:
        return _parts(self)

    @property
    def after(self) -> Form:
        """The programme without them."""
        return self._parts.after

    @cached_property
    def _made(self) -> tuple[slice, ...]:
        """Where the numbers that are made stand: shares a_ik / a_ij, right sides b_i / a_ij, entries, costs, sides of rows."""
        parts = self._parts
        ends = (self.first + np.cumsum([0, len(parts.across), len(self.pivots), len(parts.old), parts.costs.size, parts.sides.size])).tolist()
        return tuple(slice(*pair) for pair in pairwise(ends))

    @property
    def made(self) -> int:
        """How many numbers are made."""
        return sum(each.stop - each.start for each in self._made)

    @cached_property
    def _sources(self) -> tuple[Source, Source, Source, Source]:
        """What shares and right sides, entries, costs and sides of rows are made from, beside shares and right sides."""
        parts = self._parts
        shares = (parts.across, parts.pivots, parts.right, parts.own_bounds, parts.across_bounds)
        several = shares, (parts.down, parts.old), (parts.own_costs, parts.costs), (parts.down, parts.sides)
        first, second, third, fourth = (Source.of(self.first, *positions) for positions in several)
        return first, second, third, fourth

    def make(self, numbers: np.ndarray, moved: np.ndarray | None = None) -> np.ndarray:
        """Put the numbers that are made into the vector of all numbers.

        Args:
            numbers: all numbers; those that are made may stand there from another case.
            moved: positions of the numbers before them that differ from that case; None: none stand there.

        Returns:
            rows of a case that do not hold what is asked of them, as positions; if there are any, the case cannot be reduced so.
        """
        parts, (of_shares, of_right, of_entries, of_costs, of_sides) = self._parts, self._made
        anew, *some = (source.has_any(moved) for source in self._sources)
        entries, costs, sides = (anew or each for each in some)
        if anew and len(refused := self._make_shares(numbers)):
            return refused
        shares, right, down = numbers[of_shares], numbers[of_right], numbers[parts.down]
        if entries:
            numbers[of_entries] = parts.combined(numbers, down[parts.through] * shares[parts.times])
        if costs:
            less = [np.bincount(parts.across_at, shares * own[parts.across_pair], parts.costs.shape[1]) for own in numbers[parts.own_costs]]
            numbers[of_costs] = (numbers[parts.costs] - less).ravel()
        if sides:
            less = [np.bincount(parts.down_at, down * right[parts.down_pair], parts.sides.shape[1])]
            numbers[of_sides] = (numbers[parts.sides] - less).ravel()
        return np.zeros(0, dtype=np.intp)

    def _make_shares(self, numbers: np.ndarray) -> np.ndarray:
        """Put shares and right sides there; the rows that do not hold what is asked of them."""
        parts, (of_shares, of_right, *_) = self._parts, self._made
        with np.errstate(divide="ignore", invalid="ignore"):
            pivots, sides = numbers[parts.pivots], numbers[parts.right]
            shares, right = numbers[parts.across] / pivots[parts.across_pair], sides[0] / pivots
            refused: np.ndarray = self.rows[~(self._is_inside(numbers, shares, right) & (pivots != 0) & (sides[0] == sides[1]))]
        numbers[of_shares], numbers[of_right] = shares, right
        return refused

    def _is_inside(self, numbers: np.ndarray, shares: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Whether each column stays within its bounds whatever the others of its row do within theirs."""
        parts, count = self._parts, len(self.pivots)
        shares, pair = shares[parts.watched], parts.across_pair[parts.watched]
        ends = ordered(*(shares * side for side in numbers[parts.across_bounds]))
        least, most = (np.bincount(pair, np.where(shares == 0, 0.0, side), count) for side in ends)
        lower, upper = numbers[parts.own_bounds]
        free = ~np.isfinite(lower) & ~np.isfinite(upper)
        found: np.ndarray = np.where(self.free, free, (right - most >= lower) & (right - least <= upper))
        return found

    def restore(self, numbers: np.ndarray, found: Optimum) -> None:
        """Put the columns and the duals of the rows into the optimum of the programme without them.

        Args:
            numbers: all numbers of the case.
            found: gets them.
        """
        self._restore(numbers, found, numbers[self._made[1]], numbers[self._parts.own_costs[0]])

    def restore_direction(self, numbers: np.ndarray, found: Optimum) -> None:
        """Likewise for a direction: right sides and costs count for nothing."""
        nothing = np.zeros(len(self.pivots))
        self._restore(numbers, found, nothing, nothing)

    def _restore(self, numbers: np.ndarray, found: Optimum, right: np.ndarray, costs: np.ndarray) -> None:
        parts, count = self._parts, len(self.pivots)
        others = np.bincount(parts.across_pair, numbers[self._made[0]] * found.values[parts.across_column], count)
        found.values[self.before.columns[self.columns]] = right - others
        others = np.bincount(parts.down_pair, numbers[parts.down] * found.duals[parts.down_row], count)
        found.duals[self.before.rows[self.rows]] = (costs - others) / numbers[parts.pivots]

    def contradiction(self, numbers: np.ndarray) -> np.ndarray:
        """Multipliers of rows that contradict each other: these never do."""
        del numbers
        return np.zeros(0)

    def full_basis(self, numbers: np.ndarray, basis: Statuses) -> Statuses:
        """The basis of the programme with them: the columns are basic, the rows at their right side."""
        del numbers
        m, n = self.before.layout.shape
        columns = spread(n, self.kept_columns, basis.columns)
        columns[self.columns] = BASIC
        return Statuses(columns, spread(m, self.kept_rows, basis.rows))

    def lean_basis(self, numbers: np.ndarray, basis: Statuses) -> Statuses:
        """The basis of the programme without them."""
        del numbers
        return Statuses(basis.columns[self.kept_columns], basis.rows[self.kept_rows])


@dataclass(frozen=True, eq=False)
class _Parts:
    """Where everything stands and goes when rows and columns are determined; positions are among all numbers unless something else is said.

    Args:
        after: the programme after.
        pivots: of the entry of each pair.
        right: of both bounds of the row of each pair.
        own_bounds: of both bounds of the column of each pair.
        own_costs: of the costs of the column of each pair, stages by pairs.
        across: of the other entries of the rows.
        across_pair, across_column, across_at: of each of them the pair, the column in the structure, and its place among the columns met.
        watched: places among these of those of columns that are not free.
        across_bounds: of both bounds of the columns of the watched ones.
        down: of the other entries of the columns.
        down_pair, down_row, down_at: of each of them the pair, the row in the structure, and its place among the rows met.
        through, times: of each product a_hj a_ik / a_ij the place of its factors in `down` and `across`.
        product_at: of each product the place of the entry that it goes into among those made.
        old: of what each entry made had there before, the nought if it is new.
        several: places among the entries made of those where more than one term meets.
        several_of: place among these of the products that they have, which are `several_products`.
        costs: of the costs of the columns met, stages by columns.
        sides: of both bounds of the rows met.
    """

    after: Form
    pivots: np.ndarray
    right: np.ndarray
    own_bounds: np.ndarray
    own_costs: np.ndarray
    across: np.ndarray
    across_pair: np.ndarray
    across_column: np.ndarray
    across_at: np.ndarray
    watched: np.ndarray
    across_bounds: np.ndarray
    down: np.ndarray
    down_pair: np.ndarray
    down_row: np.ndarray
    down_at: np.ndarray
    through: np.ndarray
    times: np.ndarray
    product_at: np.ndarray
    old: np.ndarray
    several: np.ndarray
    several_products: np.ndarray
    several_of: np.ndarray
    costs: np.ndarray
    sides: np.ndarray

    def combined(self, numbers: np.ndarray, products: np.ndarray) -> np.ndarray:
        """The entries that are made: what was there less the products; what is left where terms cancel is nothing."""
        old = numbers[self.old]
        found: np.ndarray = old - np.bincount(self.product_at, products, len(self.old))
        terms = np.abs(old[self.several]) + np.bincount(self.several_of, np.abs(products[self.several_products]), len(self.several))
        found[self.several[np.abs(found[self.several]) <= _ROUNDING * terms]] = 0.0
        return found


def _parts(step: Determined) -> _Parts:
    """Found once for a structure."""
    before, rows, columns = step.before, step.kept_rows, step.kept_columns
    layout, entries = before.layout, before.part("entries")
    (m, n), entry_rows, indices = layout.shape, layout.entry_rows, layout.indices
    row_pair, column_pair, row_at, column_at = places(m, step.rows), places(n, step.columns), places(m, rows), places(n, columns)
    in_row, in_column = row_pair[entry_rows] >= 0, column_pair[indices] >= 0
    across, down, stay = (np.flatnonzero(each) for each in (in_row & ~in_column, in_column & ~in_row, ~in_row & ~in_column))
    across_pair, down_pair = row_pair[entry_rows[across]], column_pair[indices[down]]
    watched = np.flatnonzero(~step.free[across_pair])
    through, times = _products(across_pair, down_pair, len(step.pivots))
    width = max(len(columns), 1)
    own = row_at[entry_rows[stay]].astype(np.int64) * width + column_at[indices[stay]]
    new = row_at[entry_rows[down]][through].astype(np.int64) * width + column_at[indices[across]][times]
    filled, at = np.unique(np.concatenate([own, new]), return_inverse=True)
    stay_at, (made, product_at) = at[: len(stay)], np.unique(at[len(stay) :], return_inverse=True)
    standing = np.full(len(filled), step.nought)
    standing[stay_at] = entries[stay]
    old = standing[made]
    terms = np.bincount(product_at, minlength=len(made)) + (old != step.nought)
    several_products = np.flatnonzero(terms[product_at] > 1)
    several, several_of = np.unique(product_at[several_products], return_inverse=True)
    met_columns, across_at = np.unique(column_at[indices[across]], return_inverse=True)
    met_rows, down_at = np.unique(row_at[entry_rows[down]], return_inverse=True)
    costs, sides, bounds = before.costs()[:, columns], before.bounds("row")[:, rows], before.bounds("column")
    old_costs, old_sides = costs[:, met_columns], sides[:, met_rows]
    ends = step.first + len(across) + len(step.pivots) + np.cumsum([0, len(made), old_costs.size, old_sides.size])
    standing[made] = np.arange(ends[0], ends[1])
    costs[:, met_columns] = np.arange(ends[1], ends[2]).reshape(old_costs.shape)
    sides[:, met_rows] = np.arange(ends[2], ends[3]).reshape(old_sides.shape)
    lower, upper = bounds[:, columns]
    stand = {"costs": costs, "column_lower": lower, "column_upper": upper, "row_lower": sides[0], "row_upper": sides[1], "entries": standing}
    after = form_of(before, rows, columns, (starts_of(np.bincount(filled // width, minlength=len(rows))), filled % width), stand)
    return _Parts(
        after, entries[step.pivots], before.bounds("row")[:, step.rows], bounds[:, step.columns], before.costs()[:, step.columns],
        entries[across], across_pair, before.columns[indices[across]], across_at, watched, bounds[:, indices[across[watched]]],
        entries[down], down_pair, before.rows[entry_rows[down]], down_at,
        through, times, product_at, old, several, several_products, several_of, old_costs, old_sides,
    )  # fmt: skip


def _products(across_pair: np.ndarray, down_pair: np.ndarray, pairs: int) -> tuple[np.ndarray, np.ndarray]:
    """Every entry down with every entry across of the same pair, as places among both."""
    order, count = np.argsort(across_pair, kind="stable"), np.bincount(across_pair, minlength=pairs)
    begin, many = np.cumsum(count) - count, count[down_pair]
    through = np.repeat(np.arange(len(down_pair)), many)
    return through, order[np.repeat(begin[down_pair] - np.cumsum(many) + many, many) + np.arange(len(through))]
