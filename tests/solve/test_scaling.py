"""Scaling by powers of two changes no digit, and lets a badly scaled programme be solved as well as a good one."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from arrays import INF, program
from everything import CHOICES, EVERYTHING
from saltloop.analysis.numerics import numerics
from saltloop.errors import SolveError
from saltloop.formulation.arrays import PARTS, Arrays, arrays_of
from saltloop.formulation.program import Program
from saltloop.solve.certificate import TOLERANCE
from saltloop.solve.highs import Options, algorithm_for, certify, hand_over, solve
from saltloop.solve.live import hand_over as hand_over_arrays
from saltloop.solve.live import scale_factors
from saltloop.solve.scaling import logarithms, scale_columns, scaling
from shifted import refuse
from tiny import program_of


@cache
def everything() -> Program:
    return program_of(EVERYTHING, **CHOICES)


def in_other_units(arrays: Program, rows: np.ndarray, columns: np.ndarray) -> Program:
    """The same programme with every row and column counted in other units: exact where the factors are powers of two."""

    def scaled(frame: object, factor: np.ndarray) -> object:
        return frame.assign(lower=frame["lower"] * factor, upper=frame["upper"] * factor)  # type: ignore[attr-defined]

    matrix = sparse.csr_array(sparse.diags_array(rows) @ arrays.matrix @ sparse.diags_array(columns))
    stages = tuple((sense, costs * columns) for sense, costs in arrays.stages)
    return Program.of_frames(scaled(arrays.columns, 1 / columns), scaled(arrays.rows, rows), matrix, stages, arrays.objective_unit)


def test_every_factor_is_a_power_of_two() -> None:
    found = scaling(arrays_of(everything()))
    for factor in (found.row, found.column, np.array([found.size, found.worth])):
        assert (np.log2(factor) == np.round(np.log2(factor))).all()


def test_scaling_and_unscaling_gives_back_every_digit() -> None:
    arrays = everything()
    live = hand_over(arrays, Options())
    found, lp = live.scale, live.solver.getLp()
    handed = sparse.csc_array((lp.a_matrix_.value_, lp.a_matrix_.index_, lp.a_matrix_.start_), shape=arrays.matrix.shape)
    back = sparse.csr_array(sparse.diags_array(1 / found.row) @ handed @ sparse.diags_array(1 / found.column))
    assert (back != arrays.matrix).nnz == 0
    assert (np.array(lp.row_upper_) * found.size / found.row == arrays.rows["upper"]).all()
    assert (np.array(lp.col_lower_) * found.size * found.column == arrays.columns["lower"]).all()
    assert (np.array(lp.col_cost_) / (-found.column * found.worth) == arrays.stages[0][1]).all()


def test_scaling_brings_the_matrix_together() -> None:
    ranges, _ = numerics(everything())
    raw, scaled = (ranges[name]["largest"] / ranges[name]["smallest"] for name in ("coefficients", "scaled_coefficients"))
    assert scaled < raw / 10


@pytest.mark.parametrize("seed", range(4))
def test_a_programme_in_awkward_units_has_the_same_certified_optimum(seed: int) -> None:
    """Every row and column in units between a millionth and a million of its own: t beside GW beside CNY, 1e-10 to 1e6 and beyond."""
    arrays, generator = everything(), np.random.default_rng(seed)
    rows, columns = (10.0 ** generator.integers(-6, 7, size) for size in arrays.matrix.shape)
    awkward = in_other_units(arrays, rows, columns)
    ranges, _ = numerics(awkward)
    assert ranges["coefficients"]["largest"] / ranges["coefficients"]["smallest"] > 1e16
    plain, found = solve(arrays, refuse, Options(ranging=False)), solve(awkward, refuse, Options(ranging=False))
    assert found.objectives[0] == pytest.approx(plain.objectives[0], rel=1e-8)
    assert found.certificate.worst <= TOLERANCE


# A plant of 1e-10 GW per t beside 1e6 CNY of cost: 3e6 CNY is the most, since 2e-10 GW carry 2 t in all.
UNITS = ([[1e-10, 1e-10], [1, 0]], [(-INF, 2e-10), (-INF, 1)], [2e6, 1e6], [(0, INF), (0, 5)])


def test_unscaled_the_solver_calls_a_wrong_plan_optimal() -> None:
    """HiGHS drops coefficients below 1e-9 and with them the limit of power: 7e6 CNY, status optimal; the certificate does not stand for it."""
    arrays = arrays_of(program(*UNITS))
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_, lp.sense_ = 2, 2, highspy.ObjSense.kMaximize
    lp.col_cost_, (lp.col_lower_, lp.col_upper_), (lp.row_lower_, lp.row_upper_) = arrays.costs(), arrays.column_bounds, arrays.row_bounds
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = arrays.matrix.indptr, arrays.matrix.indices, arrays.matrix.data
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.passModel(lp)
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    assert solver.getObjectiveValue() == pytest.approx(7e6)
    found = solver.getSolution()
    assert certify(arrays, np.array(found.col_value), np.array(found.row_dual), scaling(arrays)).worst > 0.1


def test_tonnes_beside_gigawatts_and_money() -> None:
    """The same programme through the one door: the right plan, certified."""
    solution = solve(program(*UNITS), refuse)
    assert solution.objectives[0] == pytest.approx(3e6)
    assert solution.duals == pytest.approx([1e16, 1e6])
    assert solution.certificate.worst <= TOLERANCE
    assert solution.algorithm == "simplex (2 columns: dual simplex)"


@pytest.mark.parametrize(("columns", "asked", "expected"), [(60_000, "choose", "simplex"), (60_001, "choose", "ipm"), (60_001, "simplex", "simplex")])
def test_the_algorithm_is_chosen_by_size_and_told(columns: int, asked: str, expected: str) -> None:
    name, why = algorithm_for(columns, Options(algorithm=asked))
    assert name == expected
    assert why == "asked for" if asked != "choose" else f"{columns:,} columns" in why


def test_empty_rows_columns_and_costs_do_no_harm() -> None:
    """A column in no row, a row without entries, an objective without costs, bounds that are all zero or infinite."""
    arrays = program([[0, 0], [1, 0]], [(-INF, 0), (-INF, 0)], [0, 0])
    solution = solve(arrays, refuse)
    assert solution.values == pytest.approx([0, 0])
    assert solution.certificate.worst == 0


@st.composite
def programmes(draw: st.DrawFn) -> Arrays:
    """Up to four rows and columns, lines without entries, entries that are zero, in one or two stages.

    Numbers between 1e-3 and 1e3, whose scaled ones stay below the 1e20 that HiGHS takes for infinite.
    """
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    size = st.builds(lambda digits, exponent: digits * 10.0**exponent, st.floats(1, 9.9), st.integers(-3, 2))
    number = st.just(0.0) | size | size.map(lambda each: -each)
    matrix = [[draw(number) for _ in range(columns)] for _ in range(rows)]

    def bounds() -> tuple[float, float]:
        low, high = sorted((draw(number), draw(number)))
        return draw(st.sampled_from(((low, high), (-INF, high), (low, INF), (-INF, INF), (low, low))))

    senses = draw(st.sampled_from((("maximise",), ("minimise",), ("maximise", "minimise"))))
    plain = program(matrix, [bounds() for _ in range(rows)], [draw(number) for _ in range(columns)], [bounds() for _ in range(columns)])
    found = arrays_of(replace(plain, stages=tuple((sense, plain.stages[0][1] * (n + 1)) for n, sense in enumerate(senses))))
    numbers = found.numbers.copy()
    entries = numbers[found.layout.parts["entries"]]
    entries[np.array([draw(st.booleans()) for _ in entries], dtype=bool)] = 0.0
    return Arrays(found.layout, numbers)


@given(programmes())
@settings(deadline=None, max_examples=40)
def test_the_solver_gets_every_number_times_its_factor_and_the_programme_keeps_its_own(arrays: Arrays) -> None:
    """Exact to the last bit, whatever is handed over by another way than what is patched later; nothing is left to patch."""
    before = arrays.numbers.tobytes()
    live = hand_over_arrays(arrays, Options())
    lp, wanted = live.solver.getLp(), Arrays(arrays.layout, arrays.numbers * scale_factors(arrays.layout, live.scale))
    assert arrays.numbers.tobytes() == before
    assert np.array_equal(np.array(lp.col_cost_), wanted.costs())
    for found, expected in zip((lp.col_lower_, lp.col_upper_), wanted.column_bounds, strict=True):
        assert np.array_equal(np.array(found), expected)
    for found, expected in zip((lp.row_lower_, lp.row_upper_), wanted.row_bounds, strict=True):
        assert np.array_equal(np.array(found), expected)
    if len(lp.a_matrix_.value_):
        handed = sparse.csc_array((lp.a_matrix_.value_, lp.a_matrix_.index_, lp.a_matrix_.start_), shape=arrays.layout.shape)
        assert np.array_equal(handed.toarray(), wanted.matrix.toarray())
    else:
        assert not wanted.part("entries").any()
    assert np.array_equal(wanted.numbers / live.factors, arrays.numbers)
    assert live.put(live.wanted()) == 0


@given(programmes())
@settings(deadline=None, max_examples=40)
def test_factors_bring_the_entries_together(arrays: Arrays) -> None:
    """The middle of the smallest and the largest entry of every column is 1, but for rounding; no spread is wider than before."""
    scale, matrix = scaling(arrays), arrays.matrix.toarray()
    scaled = np.abs(matrix * scale.row[:, None] * scale.column)
    for column in scaled.T:
        found = column[column > 0]
        if len(found):
            assert 0.25 <= np.sqrt(found.min() * found.max()) <= 4
    sizes = np.abs(matrix[matrix != 0])
    if len(sizes):
        assert scaled[matrix != 0].max() / scaled[matrix != 0].min() <= 16 * sizes.max() / sizes.min()


@pytest.mark.parametrize("piece", [1, 3, 50])
def test_pieces_of_any_length_give_the_same_factors_and_the_same_matrix(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines of many entries lie in several pieces, and pieces hold many lines."""
    arrays, at_once = arrays_of(everything()), scaling(arrays_of(everything()))
    monkeypatch.setattr("saltloop.solve.scaling._PIECE", piece)
    found, matrix = scaling(arrays), arrays.matrix.tocsc()
    scale_columns(matrix, found)
    assert (found.row == at_once.row).all()
    assert (found.column == at_once.column).all()
    assert (found.size, found.worth) == (at_once.size, at_once.worth)
    assert np.array_equal(matrix.toarray(), arrays.matrix.toarray() * at_once.row[:, None] * at_once.column)


def test_no_number_is_kept_twice() -> None:
    """However small a part of all numbers the entries are, the matrix is made of them; a clean programme lends its positions."""
    given = program([[2, 0]], [(0, 1)], [1, 1])
    arrays = arrays_of(given)
    assert 2 * len(arrays.part("entries")) < len(arrays.numbers)
    assert np.shares_memory(arrays.matrix.data, arrays.numbers)
    assert np.shares_memory(arrays.layout.indices, given.matrix.indices)


@given(st.lists(st.floats(1e-150, 1e150) | st.floats(-1e150, -1e-150), min_size=1))
def test_logarithms_are_those_of_the_first_bits(values: list[float]) -> None:
    numbers = np.array(values)
    short = np.log2(np.abs(numbers)) * 16 - logarithms(numbers)
    assert short.min() >= -1e-9
    assert short.max() < 2.4


@pytest.mark.parametrize("part", PARTS)
def test_what_is_no_number_is_refused(part: str) -> None:
    arrays = arrays_of(program(*UNITS))
    numbers = arrays.numbers.copy()
    numbers[arrays.layout.parts[part].start] = np.nan
    with pytest.raises(SolveError):
        hand_over_arrays(Arrays(arrays.layout, numbers), Options())
