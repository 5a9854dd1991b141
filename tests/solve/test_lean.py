"""The lean programme: by hand, on random programmes with balances and definitions, and on cases that do not allow what others do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrays import INF, program
from saltloop.errors import SolveError
from saltloop.formulation.arrays import Arrays, arrays_of
from saltloop.solve.basis import Basis
from saltloop.solve.certificate import TOLERANCE, proves_infeasible, proves_unbounded
from saltloop.solve.lean import Lean, Reduced, lean_of, whole
from saltloop.solve.live import Options, hand_over
from saltloop.solve.reduce.form import BASIC, UPPER, Statuses
from saltloop.solve.scaling import scaling
from saltloop.solve.warm import Outcome, Warm

NONE = np.zeros(0, dtype=np.intp)
FREE = (-INF, INF)
# Activities a and b, what is sold of both, profit: 2 a + b = s, p = 3 s - a - b; a <= 4, a + b <= 5, and a row that says nothing.
ROWS = [[2.0, 1.0, -1.0, 0.0], [1.0, 1.0, -3.0, 1.0], [1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]]
BOUNDS = [(0.0, 0.0), (0.0, 0.0), (-INF, 4.0), (-INF, 5.0), FREE]
COLUMNS = [(0.0, INF)] * 3 + [FREE]
PROFIT = [0.0, 0.0, 0.0, 1.0]


def by_hand(**changes: object) -> Arrays:
    return arrays_of(program(**{"matrix": ROWS, "rows": BOUNDS, "costs": PROFIT, "columns": COLUMNS, **changes}))  # type: ignore[arg-type]


def reduced(arrays: Arrays, spared: np.ndarray = NONE) -> Lean:
    return lean_of(arrays, scaling(arrays), spared)


def with_number(arrays: Arrays, part: str, position: int, value: float) -> Arrays:
    numbers = arrays.numbers.copy()
    numbers[arrays.layout.parts[part].start + position] = value
    return Arrays(arrays.layout, numbers)


def row_entry(arrays: Arrays, row: int, column: int) -> int:
    """Position of an entry."""
    first, last = arrays.layout.starts[row : row + 2]
    return int(first + np.flatnonzero(arrays.layout.indices[first:last] == column)[0])


@pytest.fixture(autouse=True)
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small programmes too are reduced."""
    monkeypatch.setattr("saltloop.solve.warm._LEAN_ROWS", 0)


def test_what_is_left_by_hand() -> None:
    """Most of 5 a + 2 b with a <= 4 and a + b <= 5: balance and definition go with s and p, the limit of a is its bound."""
    arrays = by_hand()
    lean = reduced(arrays)
    case, refused = lean.of(arrays)
    assert len(refused) == 0
    assert case.arrays.layout.rows == (("row", (3,)),)
    assert case.arrays.layout.columns == (("column", (0,)), ("column", (1,)))
    assert case.arrays.costs().tolist() == [5.0, 2.0]
    assert [side.tolist() for side in case.arrays.column_bounds] == [[0.0, 0.0], [4.0, INF]]
    assert case.arrays.matrix.toarray().tolist() == [[1.0, 1.0]]


def test_the_way_back_by_hand() -> None:
    """a = 4 and b = 1 sell 9 and earn 22; land is worth 2, the limit of a 3, what is sold 3, and profit 1."""
    case, _ = reduced(by_hand()).of(by_hand())
    values, duals = case.restored(np.array([4.0, 1.0]), np.array([2.0]))
    assert values.tolist() == [4.0, 1.0, 9.0, 22.0]
    assert duals.tolist() == [-3.0, 1.0, 3.0, 2.0, 0.0]


def test_the_way_back_of_a_minimum_by_hand() -> None:
    """The least of a loss is the most of a profit: duals of the other sign, the limit of a still the one that holds it."""
    loss = by_hand(costs=[0.0, 0.0, 0.0, -1.0], sense="minimise")
    case, _ = reduced(loss).of(loss)
    values, duals = case.restored(np.array([4.0, 1.0]), np.array([-2.0]))
    assert values.tolist() == [4.0, 1.0, 9.0, 22.0]
    assert duals.tolist() == [3.0, -1.0, -3.0, -2.0, 0.0]


def test_another_case_goes_the_same_way() -> None:
    """Three made of a instead of two, a price of 4, limits of 2 and 6: 12 - 1 = 11 a and 4 - 1 = 3 b, so 2 x 11 + 4 x 3 = 34."""
    first = by_hand()
    lean = reduced(first)
    matrix = [[3.0, 1.0, -1.0, 0.0], [1.0, 1.0, -4.0, 1.0], *ROWS[2:]]
    other = by_hand(matrix=matrix, rows=[*BOUNDS[:2], (-INF, 2.0), (-INF, 6.0), FREE])
    case, refused = lean.of(Arrays(first.layout, other.numbers))
    assert len(refused) == 0
    assert case.arrays.costs().tolist() == [11.0, 3.0]
    assert case.arrays.column_bounds[1].tolist() == [2.0, INF]
    assert case.arrays.row_bounds[1].tolist() == [6.0]
    warm = Warm(first)
    warm.solve()
    warm.change(other)
    assert warm.solve().objectives == pytest.approx((34,))


def test_a_right_side_moves_the_others() -> None:
    """Two are sold from stock, s = 2 a + b + 2: six more of profit; of a row with s on the left, s <= 8, the stock is taken off."""
    arrays = by_hand(matrix=[*ROWS[:4], [0.0, 0.0, 1.0, 0.0]], rows=[(-2.0, -2.0), *BOUNDS[1:4], (-INF, 8.0)])
    warm = Warm(arrays)
    # The row of one column is a bound, so s is no column that is left out, but the profit is.
    assert warm.solve().objectives == pytest.approx((3 * 8 - 3,))
    assert warm.solve().values == pytest.approx([3.0, 0.0, 8.0, 21.0])


@pytest.mark.parametrize(
    ("part", "place", "value", "row"),
    [
        ("row_upper", 0, 1.0, 0),  # what is sold may be less than what is made: no equation
        ("column_upper", 2, 3.0, 0),  # a bound of what is sold, which its row does not keep
        ("column_lower", 0, -1.0, 0),  # of a negative activity one would sell less than nothing
        ("column_upper", 3, 10.0, 1),  # profit is bounded
        ("row_lower", 4, 1.0, 4),  # the row that says nothing now does
    ],
)
def test_a_case_that_does_not_allow_it_is_refused_and_solved_without(part: str, place: int, value: float, row: int) -> None:
    first = by_hand()
    case = with_number(first, part, place, value)
    assert row in reduced(first).of(case)[1]
    assert row not in reduced(case).of(case)[1]
    warm = Warm(first)
    warm.solve()
    warm.change(case)
    assert_as_whole(warm.solve(), case)
    warm.change(first)
    assert warm.solve().objectives == pytest.approx((22,))


def test_a_case_that_cannot_be_reduced_so_nor_handed_over_leaves_what_was_there() -> None:
    """No equation, so the steps of the first case do not fit; and a lower bound of b that is infinite, which HiGHS refuses."""
    first = by_hand()
    warm = Warm(first)
    warm.solve()
    with pytest.raises(SolveError, match="refused"):
        warm.change(with_number(with_number(first, "row_upper", 0, 1.0), "column_lower", 1, INF))
    assert warm.arrays is first
    warm.change(with_number(first, "row_upper", 3, 6.0))
    assert warm.solve().objectives == pytest.approx((24,))


@pytest.mark.parametrize(("row", "column"), [(0, 2), (1, 3), (2, 0)])
def test_a_coefficient_may_vanish(row: int, column: int) -> None:
    """Of the pair, or of the row of one column."""
    first = by_hand()
    case = with_number(first, "entries", row_entry(first, row, column), 0.0)
    assert reduced(first).of(case)[1].tolist() == [row]
    warm = Warm(first)
    warm.solve()
    warm.change(case)
    assert_as_whole(warm.solve(), case)


def test_rows_that_are_spared_stay() -> None:
    left = reduced(by_hand(), np.array([1])).after.layout
    assert ("row", (1,)) in left.rows
    assert ("column", (3,)) in left.columns


def test_small_coefficients_are_no_pivots() -> None:
    """Put into other rows, a column that is a millionth of the others would make them a million times as large."""
    arrays = by_hand(matrix=[[2.0, 1.0, -1e-6, 0.0], *ROWS[1:]])
    unscaled = scaling(by_hand())
    assert ("row", (0,)) in lean_of(arrays, unscaled, NONE).after.layout.rows
    assert ("row", (0,)) not in lean_of(by_hand(), unscaled, NONE).after.layout.rows


def test_what_cancels_is_nothing() -> None:
    """0.1 s with a = s / 3 loses 0.3 s / 3, which is not 0.1 in a computer, but what is left is no coefficient."""
    arrays = arrays_of(program([[3.0, 0.0, -1.0], [-0.3, 1.0, 0.1], [1.0, 1.0, 0.0]], [(0, 0), (-INF, 1), (-INF, 5)], [1.0, 1.0, 0.0]))
    case, _ = reduced(arrays).of(arrays)
    assert 0.1 - 0.3 / 3.0 != 0.0
    assert [1.0, 0.0] in case.arrays.matrix.toarray().tolist()


def test_a_basis_goes_there_and_back() -> None:
    """Land and a at their limits; then b, s, p and the row that says nothing are basic."""
    case, _ = reduced(by_hand()).of(by_hand())
    lean = Statuses(np.array([UPPER, BASIC], dtype=np.uint8), np.array([UPPER], dtype=np.uint8))
    full = case.full_basis(lean)
    assert full.columns.tolist() == [BASIC] * 4
    assert full.rows.tolist() == [0, 0, UPPER, UPPER, BASIC]
    back = case.lean_basis(full)
    assert (back.columns.tolist(), back.rows.tolist()) == (lean.columns.tolist(), lean.rows.tolist())


def test_the_whole_basis_is_that_of_the_optimum() -> None:
    """From it the whole programme takes no step."""
    outcome = Warm(by_hand()).solve()
    assert outcome.basis is not None
    live = hand_over(by_hand(), Options())
    live.solver.setBasis(outcome.basis.whole)
    live.run()
    assert live.iterations == 0
    again = Warm(by_hand())
    assert again.solve(start=Basis.of(*outcome.basis.packed())).iterations == 0


def test_infeasible_by_a_limit_that_became_a_bound() -> None:
    """Land of 7 at least, b 2 at most and a 4: the bound that the limit of a became takes part in the proof as the row that it was."""
    wider = by_hand(rows=[*BOUNDS[:3], (7.0, INF), FREE], columns=[(0.0, INF), (0.0, 2.0), *COLUMNS[2:]])
    outcome = Warm(wider).solve()
    assert outcome.status == "infeasible"
    assert np.flatnonzero(outcome.ray).tolist() == [2, 3]
    assert proves_infeasible(wider, outcome.ray)


@pytest.mark.parametrize("second", [([1.0, 0.0, 0.0, 0.0], (5.0, INF)), ([-2.0, 0.0, 0.0, 0.0], (-INF, -10.0))])
def test_infeasible_by_two_limits_of_one_column(second: tuple[list[float], tuple[float, float]]) -> None:
    """At least 5 of a, which is at most 4; and at most -1, which is at least nothing."""
    case = by_hand(matrix=[*ROWS[:3], second[0], ROWS[4]], rows=[*BOUNDS[:3], second[1], FREE])
    outcome = Warm(case).solve()
    assert (outcome.status, outcome.start) == ("infeasible", "cold")
    assert np.flatnonzero(outcome.ray).tolist() == [2, 3]
    assert proves_infeasible(case, outcome.ray)
    below = by_hand(rows=[*BOUNDS[:2], (-INF, -1.0), *BOUNDS[3:]])
    outcome = Warm(below).solve()
    assert (outcome.status, outcome.start, np.flatnonzero(outcome.ray).tolist()) == ("infeasible", "cold", [2])


def test_unbounded_in_a_column_that_was_left_out() -> None:
    """Without land and limit, profit grows for ever, by what is sold of what is made."""
    case = by_hand(rows=[*BOUNDS[:2], (-INF, INF), (-INF, INF), FREE])
    outcome = Warm(case).solve()
    assert outcome.status == "unbounded"
    assert outcome.ray[3] > 0
    assert proves_unbounded(case, outcome.ray)


def test_a_programme_that_is_solved_whole_after_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer of the lean programme that does not stand is not told; after three, no case is reduced any more."""

    def wrong(case: Reduced, values: np.ndarray, duals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return (np.zeros(4), np.ones(5)) if case.lean.steps else (values, duals)

    monkeypatch.setattr(Reduced, "restored", wrong)
    warm, starts = Warm(by_hand()), []
    for n in range(5):
        warm.change(with_number(warm.arrays, "row_upper", 3, 5.0 + n))
        outcome = warm.solve()
        starts.append(outcome.start)
        assert outcome.objectives == pytest.approx((22 + 2 * n,))
    assert starts == ["whole", "whole", "whole", "cold", "warm"]


def whole_outcome(arrays: Arrays) -> Outcome:
    """The outcome of a programme from which nothing is taken."""
    warm = Warm(arrays)
    warm._hand_over(whole(arrays), warm.scale)
    return warm.solve(cold=True)


def assert_as_whole(outcome: Outcome, arrays: Arrays) -> None:
    expected = whole_outcome(arrays)
    assert outcome.status == expected.status
    assert outcome.status != "uncertified"
    if outcome.status == "optimal":
        assert outcome.certificate is not None
        assert outcome.certificate.worst <= TOLERANCE
        assert outcome.objectives == pytest.approx(expected.objectives, rel=1e-8, abs=1e-8)
    if outcome.status == "infeasible":
        assert proves_infeasible(arrays, outcome.ray)


def random_programme(seed: int) -> Arrays:
    """Activities under limits; goods that are made of them, some bounded; accounts of both, some of other accounts; two objectives."""
    random = np.random.default_rng(seed)
    activities, goods, accounts = (int(n) for n in random.integers([2, 1, 1], [6, 5, 6]))
    n = activities + goods + accounts
    rows, bounds = list[np.ndarray](), list[tuple[float, float]]()

    def row(weights: dict[int, float], low: float, high: float) -> None:
        rows.append(np.array([weights.get(column, 0.0) for column in range(n)]))
        bounds.append((low, high))

    def some(upto: int, low: float, high: float) -> dict[int, float]:
        chosen = np.flatnonzero(random.random(upto) < 0.6)
        return {int(column): float(np.round(random.uniform(low, high), 2)) for column in chosen}

    for good in range(activities, activities + goods):
        row({**some(activities, 0.1, 3.0), good: -float(random.choice([1.0, 0.5, 20.0]))}, *((float(-random.integers(0, 3)),) * 2))
    for account in range(activities + goods, n):
        row({**some(account, -3.0, 3.0), account: -1.0}, 0.0, 0.0)
    for column in range(activities):
        if random.random() < 0.5:
            sign = float(random.choice([-2.0, 1.0]))
            limit = float(random.integers(1, 30)) * abs(sign)
            row({column: sign}, *((-INF, limit) if sign > 0 else (-limit, INF)))
    row(dict.fromkeys(range(activities), 1.0), -INF, 40.0)
    for _ in range(int(random.integers(1, 4))):
        low = float(random.choice([-INF, -INF, 2.0, 60.0]))
        row(some(n, -1.0, 2.0), low, float(random.integers(5, 80)))
    columns = [(0.0, INF)] * activities + [(0.0, float(random.choice([INF, INF, 25.0])))] * goods + [FREE] * accounts
    costs = [(np.round(random.uniform(-2, 3, n), 2) * (random.random(n) < 0.4)).tolist() for _ in range(2)]
    senses = [str(sense) for sense in random.choice(["maximise", "minimise"], 2)]
    order = random.permutation(len(rows))
    return arrays_of(program([rows[k].tolist() for k in order], [bounds[k] for k in order], costs, columns, senses))


def moved(arrays: Arrays, seed: int) -> Arrays:
    """Prices, limits and coefficients moved at random; now and then a sign."""
    random, numbers = np.random.default_rng(seed), arrays.numbers.copy()
    factors = np.where(random.random(len(numbers)) < 0.3, np.exp(random.normal(0, 0.3, len(numbers))), 1.0)
    factors[random.random(len(numbers)) < 0.01] *= -1
    for side in ("column", "row"):
        factors[arrays.layout.parts[f"{side}_upper"]] = factors[arrays.layout.parts[f"{side}_lower"]] = np.abs(factors[arrays.layout.parts[f"{side}_lower"]])
    return Arrays(arrays.layout, numbers * factors)


@given(st.integers(0, 10**9))
@settings(max_examples=150, deadline=None)
def test_random_programmes_end_as_whole_ones(seed: int) -> None:
    """One case after the other through the steps of the first, each as the whole programme of that case alone."""
    first = random_programme(seed)
    warm = Warm(first)
    assert_as_whole(warm.solve(), first)
    for n in range(3):
        case = moved(first, seed + n)
        warm.change(case)
        assert_as_whole(warm.solve(), case)


@given(st.integers(0, 10**9))
@settings(max_examples=60, deadline=None)
def test_a_case_made_from_another_is_the_case_made_alone(seed: int) -> None:
    """Any one number moved, and a few together: what is taken over from the case before is what would be made anew."""
    first = random_programme(seed)
    lean, draw = reduced(first), np.random.default_rng(seed)
    before, _ = lean.of(first)
    for several in (1, 1, 1, 3):
        numbers = first.numbers.copy()
        at = draw.integers(0, len(numbers), several)
        known = np.where(np.isfinite(numbers[at]), numbers[at], 3.0)
        numbers[at] = known * draw.choice([0.0, 2.0, -1.0], several) + draw.choice([0.0, 1.0], several)
        alone, alone_refused = lean.of(Arrays(first.layout, numbers))
        after, refused = lean.of(Arrays(first.layout, numbers), before)
        assert refused.tolist() == alone_refused.tolist()
        if not len(refused):
            assert np.array_equal(after.arrays.numbers, alone.arrays.numbers)
            assert np.array_equal(after.numbers, alone.numbers, equal_nan=True)


@pytest.mark.parametrize("position", range(len(by_hand().numbers)))
def test_every_number_of_the_case_by_hand_is_felt(position: int) -> None:
    first = by_hand()
    numbers = first.numbers.copy()
    numbers[position] = numbers[position] + 0.5 if np.isfinite(numbers[position]) else 9.0
    lean, case = reduced(first), Arrays(first.layout, numbers)
    (alone, alone_refused), (after, refused) = lean.of(case), lean.of(case, lean.of(first)[0])
    assert refused.tolist() == alone_refused.tolist()
    assert len(refused) or np.array_equal(after.arrays.numbers, alone.arrays.numbers)


def test_random_programmes_are_reduced() -> None:
    """Else the test of random ones would be one of nothing."""
    found = [random_programme(seed) for seed in range(40)]
    left = [reduced(arrays).after.layout.shape[0] / arrays.layout.shape[0] for arrays in found]
    assert np.mean(left) < 0.6
    statuses = [Warm(arrays).solve().status for arrays in found]
    assert {"optimal", "infeasible"} <= set(statuses)


@given(st.integers(0, 10**9))
@settings(max_examples=60, deadline=None)
def test_a_random_basis_of_the_lean_programme_is_one_of_the_whole(seed: int) -> None:
    arrays = random_programme(seed)
    outcome = Warm(arrays).solve()
    if outcome.basis is None:
        return
    columns, rows = outcome.basis.packed()
    assert (columns == BASIC).sum() + (rows == BASIC).sum() == arrays.layout.shape[0]
    live = hand_over(arrays, Options())
    live.solver.setBasis(outcome.basis.whole)
    assert live.run() == "optimal"
    assert live.iterations == 0
