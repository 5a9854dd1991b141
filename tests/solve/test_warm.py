"""A case patched into the live solver ends exactly as one handed over fresh, whatever came before it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrays import INF, program
from everything import CHOICES, EVERYTHING
from saltloop.errors import SolveError
from saltloop.formulation.arrays import Arrays, arrays_of, difference, on_one_layout, program_with, same_structure
from saltloop.formulation.program import Program
from saltloop.solve import elastic
from saltloop.solve.basis import Basis
from saltloop.solve.certificate import TOLERANCE, proves_infeasible, proves_unbounded
from saltloop.solve.elastic import multipliers
from saltloop.solve.highs import solve
from saltloop.solve.live import DUAL, PRIMAL, Live, Options, hand_over
from saltloop.solve.warm import Outcome, Warm
from shifted import refuse
from tiny import program_of

STAGES = ["profit", "used_waste", {"co2": -1.0}]


@pytest.fixture(autouse=True, params=[0, 10**9], ids=["lean", "whole"])
def _reduced_or_not(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small programmes too are reduced, then none."""
    monkeypatch.setattr("saltloop.solve.warm._LEAN_ROWS", request.param)


@cache
def everything() -> Arrays:
    return arrays_of(program_of(EVERYTHING, **{**CHOICES, "maximise": STAGES}))


def moved(arrays: Arrays, seed: int, share: float, spread: float) -> Arrays:
    """Some numbers of every part multiplied by factors around 1, both bounds of a row or column by the same."""
    generator, numbers = np.random.default_rng(seed), arrays.numbers.copy()
    factors = np.where(generator.random(len(numbers)) < share, np.exp(generator.normal(0, spread, len(numbers))), 1.0)
    for side in ("column", "row"):
        factors[arrays.layout.parts[f"{side}_upper"]] = factors[arrays.layout.parts[f"{side}_lower"]]
    return Arrays(arrays.layout, numbers * factors)


def with_number(arrays: Arrays, part: str, position: int, value: float) -> Arrays:
    numbers = arrays.numbers.copy()
    numbers[arrays.layout.parts[part].start + position] = value
    return Arrays(arrays.layout, numbers)


def assert_as_fresh(outcome: Outcome, arrays: Arrays) -> None:
    """The outcome of the live solver against a programme handed over for the first time."""
    fresh = Warm(arrays).solve()
    assert outcome.status == fresh.status
    assert outcome.status != "uncertified"
    if fresh.status == "optimal":
        assert outcome.certificate is not None
        assert outcome.certificate.worst <= TOLERANCE
        assert outcome.objectives == pytest.approx(fresh.objectives, rel=1e-9, abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from([0.001, 0.02, 0.3]), st.sampled_from([0.02, 0.3, 2.0])), min_size=1, max_size=4))
@settings(max_examples=6, deadline=None)
def test_any_sequence_of_cases_ends_as_fresh_ones(changes: list[tuple[int, float, float]]) -> None:
    """Costs, bounds and coefficients move at random; some cases have no plan, and the next one is none the worse for it."""
    warm = Warm(everything())
    base = warm.solve()
    for seed, share, spread in changes:
        case = moved(everything(), seed, share, spread)
        warm.change(case)
        assert_as_fresh(warm.solve(), case)
        assert_as_fresh(warm.solve(start=base.basis), case)
    warm.change(everything())
    assert warm.solve().objectives == pytest.approx(base.objectives, rel=1e-9)


def test_the_outcome_is_that_of_the_plain_solve() -> None:
    arrays = program_of(EVERYTHING, **{**CHOICES, "maximise": STAGES})
    plain, outcome = solve(arrays, refuse), Warm(arrays_of(arrays)).solve()
    assert outcome.objectives == pytest.approx(plain.objectives, rel=1e-9)
    assert outcome.duals == pytest.approx(plain.duals, rel=1e-12, abs=1e-9)
    assert outcome.reduced_costs == pytest.approx(plain.reduced_costs, abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_the_solver_has_the_numbers_of_a_fresh_hand_over(seed: int) -> None:
    """After a change, what is in HiGHS is the new case to the last digit, stages and settled charges of the last case undone."""
    warm = Warm(everything())
    warm.solve()
    case = moved(everything(), seed, 0.05, 0.1)
    warm.change(case)
    warm.live.put(warm.live.wanted())
    has, scale = warm.live.solver.getLp(), warm.live.scale
    wanted, case = warm.live.wanted(), warm.live.arrays
    assert np.array_equal(has.col_cost_, wanted.costs)
    assert np.array_equal([has.col_lower_, has.col_upper_], wanted.columns)
    assert np.array_equal([has.row_lower_, has.row_upper_], wanted.rows)
    entries = dict(zip(zip(case.layout.entry_rows.tolist(), case.layout.indices.tolist(), strict=True), case.part("entries").tolist(), strict=True))
    for column in range(len(case.layout.columns)):
        for k in range(has.a_matrix_.start_[column], has.a_matrix_.start_[column + 1]):
            row = has.a_matrix_.index_[k]
            assert has.a_matrix_.value_[k] / (scale.row[row] * scale.column[column]) == entries.pop((row, column))
    assert not any(entries.values())


def test_nothing_changed_patches_nothing() -> None:
    live = hand_over(everything(), Options())
    assert live.put(live.wanted()) == 0


def test_more_changes_than_are_worth_patching_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    case = moved(everything(), 5, 0.3, 0.05)
    outcomes = []
    for many in (0, 10**9):
        monkeypatch.setattr("saltloop.solve.live._MANY", many)
        warm = Warm(everything())
        warm.solve()
        warm.change(case)
        outcomes.append(warm.solve())
    assert [o.start for o in outcomes] == ["warm", "warm"]
    assert outcomes[0].objectives == pytest.approx(outcomes[1].objectives, rel=1e-9)


# x + y <= 4, x <= 3 by a row, at most 2 x + y.
SMALL = ([[1.0, 1.0], [1.0, 0.0]], [(-INF, 4), (-INF, 3)], [2.0, 1.0])


def test_prices_limits_and_coefficients_by_hand() -> None:
    """7; price of y 3: 12; limit 2 instead of 4: 6; x in the first row counted twice: 6 still, then with y at 1 again: 2."""
    first = arrays_of(program(*SMALL))
    warm = Warm(first)
    assert warm.solve().objectives == pytest.approx((7,))
    case = with_number(first, "costs", 1, 3.0)
    for part, position, value, answer in (("costs", 1, 3.0, 12), ("row_upper", 0, 2.0, 6), ("entries", 0, 2.0, 6), ("costs", 1, 1.0, 2)):
        case = with_number(case, part, position, value)
        warm.change(case)
        outcome = warm.solve()
        assert (outcome.status, outcome.start) == ("optimal", "warm")
        assert outcome.objectives == pytest.approx((answer,))


def test_an_entry_may_appear_and_go() -> None:
    """The second row takes y too: x + y <= 3 gives 6; without it 7 again; the first row without x: 3 x 2 + 4 = 10."""
    wide, narrow = ([[1.0, 1.0], [1.0, 1.0]], *SMALL[1:]), ([[0.0, 1.0], [1.0, 0.0]], *SMALL[1:])
    warm = Warm(arrays_of(program(*SMALL)))
    warm.solve()
    for form, answer in ((wide, 6), (SMALL, 7), (narrow, 10), (wide, 6)):
        warm.change(arrays_of(program(*form)))
        assert warm.solve().objectives == pytest.approx((answer,))


def test_an_infeasible_case_is_a_value_with_its_proof() -> None:
    """At least 5 of what is at most 4; both rows take part in the proof, and the next case is solved as if nothing had been."""
    first = arrays_of(program([[1.0, 1.0], [1.0, 1.0]], [(-INF, 4), (-INF, INF)], [2.0, 1.0]))
    warm = Warm(first)
    warm.solve()
    case = with_number(first, "row_lower", 1, 5.0)
    warm.change(case)
    for outcome in (warm.solve(), warm.solve(cold=True)):
        assert outcome.status == "infeasible"
        assert np.count_nonzero(outcome.ray) == 2
        assert proves_infeasible(case, outcome.ray)
        assert not proves_infeasible(first, outcome.ray)
        assert len(outcome.values) == 0
    warm.change(first)
    assert warm.solve().objectives == pytest.approx((8,))


def test_an_unbounded_case_is_a_value_with_its_direction() -> None:
    first = arrays_of(program(*SMALL))
    warm = Warm(first)
    warm.solve()
    case = with_number(first, "row_upper", 0, INF)
    warm.change(case)
    outcome = warm.solve()
    assert outcome.status == "unbounded"
    assert outcome.ray[1] > 0
    assert proves_unbounded(case, outcome.ray)
    assert not proves_unbounded(first, outcome.ray)
    warm.change(first)
    assert warm.solve().objectives == pytest.approx((7,))


def test_a_later_objective_without_limit_is_unbounded_too() -> None:
    """Most of x, which is 4, then of y, which has no limit. What makes y larger and x smaller is no proof, since x counts first."""
    rows = [[1.0, 0.0], [-1.0, 1.0]]
    case = arrays_of(program(rows, [(-INF, 4), (-5, INF)], [[1.0, 0.0], [0.0, 1.0]]))
    outcome = Warm(case).solve()
    assert (outcome.status, outcome.ray[0], outcome.ray[1] > 0) == ("unbounded", 0, True)
    least = arrays_of(program(rows, [(-INF, 4), (-5, INF)], [[1.0, 0.0], [0.0, 1.0]], sense=["maximise", "minimise"]))
    assert not proves_unbounded(least, outcome.ray)
    assert Warm(least).solve().objectives == pytest.approx((4, 0))
    assert not proves_unbounded(case, np.array([-1.0, 1.0]))
    assert proves_unbounded(arrays_of(program(rows, [(-INF, 4), (-5, INF)], [[0.0, 1.0], [1.0, 0.0]])), outcome.ray)


def test_a_case_without_limit_that_the_solver_says_has_no_plan() -> None:
    """HiGHS 1.15.1 calls this one infeasible; with zero costs it has a plan, and without presolve no limit."""
    rows = [
        [2.48, 1.48, -0.99, 0, 0, 1.33, 1.12],
        [0, 0, 2.14, -1, 0, 0, 0],
        [0, 0, 1.26, 0, -0.5, 0, 0],
        [-2, 1, 1, 0, 0, 0, 0],
        [0, -0.39, -1.91, 1.78, 0.915, -1, 0],
        [-1.08, -2.73, 0, -2.54, -1.455, -2.01, -1],
    ]
    bounds = [(-INF, 5.0), (-0.5, -0.5), (-1.0, -1.0), (-INF, 20.0), (0.0, 0.0), (0.0, 0.0)]
    case = arrays_of(program(rows, bounds, [0, 1.06, 0, -0.19, 0, 0, -1.99], [(0.0, INF)] * 5 + [(-INF, INF)] * 2))
    outcome = Warm(case).solve()
    assert outcome.status == "unbounded"
    assert proves_unbounded(case, outcome.ray)


def test_a_case_without_plan_of_which_the_solver_has_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the rows together miss least gives one."""
    monkeypatch.setattr(Warm, "_multipliers", lambda _: np.zeros(0))
    first = arrays_of(program([[1.0, 1.0], [1.0, 1.0]], [(-INF, 4), (-INF, INF)], [2.0, 1.0]))
    case = with_number(first, "row_lower", 1, 5.0)
    outcome = Warm(case).solve()
    assert outcome.status == "infeasible"
    assert proves_infeasible(case, outcome.ray)
    assert len(multipliers(first, 60.0)) == 0
    assert len(multipliers(case, 0.0)) == 0


def test_rounding_at_an_infinite_bound_is_no_way_out_of_a_contradiction() -> None:
    """x + y <= 4 and x + y >= 5; of weights a hundred-millionth apart a plan would need columns of fifty million."""
    case = arrays_of(program([[1.0, 1.0], [1.0, 1.0]], [(-INF, 4), (5, INF)], [2.0, 1.0]))
    slightly, clearly = np.array([-1.0, 1.0 + 1e-8]), np.array([-1.0, 1.0 + 1e-6])
    for weights in (slightly, -slightly):
        assert not proves_infeasible(case, weights)
        assert proves_infeasible(case, weights, np.ones(2))
        assert not proves_infeasible(case, weights, np.full(2, 100.0))
    assert not proves_infeasible(case, clearly, np.ones(2))
    assert not proves_infeasible(arrays_of(program([[1.0, 1.0], [1.0, 1.0]], [(-INF, 4), (3, INF)], [2.0, 1.0])), slightly, np.ones(2))


def test_a_contradiction_is_found_from_the_basis_of_the_case_before() -> None:
    """The same prices of the rows that clash, in fewer steps or as many: the longest chain of balances, whose end wants more than its start can give."""
    first = chain(40, 3.0)
    warm = Warm(first)
    assert warm.solve().status == "optimal"
    case = with_number(first, "row_lower", 40, 5.0)
    found = [multipliers(case, 60.0, start) for start in (None, warm.basis)]
    assert found[0] == pytest.approx(found[1])
    assert all(proves_infeasible(case, each) for each in found)
    assert np.all(found[0] != 0)


def chain(length: int, wanted: float) -> Arrays:
    """x0 <= 4, each x at most the one before, the last at least what is wanted: row `length`; the best is all at 4."""
    steps = np.eye(length) - np.eye(length, k=-1)
    rows = np.vstack([steps, np.eye(length)[-1:]])
    return arrays_of(program(rows.tolist(), [(-INF, 4.0), *[(-INF, 0.0)] * (length - 1), (wanted, INF)], [1.0] * length))


def test_what_the_rows_miss_least_is_asked_once_a_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all attempts at a case, none of which finds a proof, and of the next case anew."""
    asked: list[Arrays] = []
    monkeypatch.setattr(elastic, "multipliers", lambda arrays, *_: asked.append(arrays) or np.ones(2))
    monkeypatch.setattr("saltloop.solve.warm.proves_infeasible", lambda *_: False)
    warm = Warm(arrays_of(program(*SMALL)))
    warm.solve()
    for limit in (5.0, 6.0):
        case = with_number(warm.arrays, "row_lower", 1, limit)
        warm.change(case)
        assert warm.solve().status == "uncertified"
        assert asked.pop() is warm.arrays
        assert not asked


def test_multipliers_of_the_solver_that_prove_nothing_are_not_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Warm, "_multipliers", lambda _: np.ones(2))
    case = with_number(arrays_of(program(*SMALL)), "row_lower", 1, 5.0)
    outcome = Warm(case).solve()
    assert outcome.status == "infeasible"
    assert proves_infeasible(case, outcome.ray)


def test_a_case_much_dearer_than_those_before_is_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dual method stops at ten times the dearest optimum, another goes on; how dear it was is known from then on."""
    stopped: list[str] = []
    otherwise = Live.run_otherwise

    def told(live: Live) -> str:
        stopped.append(live.solver.modelStatusToString(live.solver.getModelStatus()))
        return otherwise(live)

    monkeypatch.setattr(Live, "run_otherwise", told)
    generator, size = np.random.default_rng(1), (50, 100)
    rows = (generator.uniform(0, 1, size) < 0.2) * generator.uniform(1, 2, size)
    costs, wanted = generator.uniform(1, 3, size[1]), generator.uniform(500, 3000, size[0])

    def case(least: np.ndarray) -> Arrays:
        return arrays_of(program(rows.tolist(), [(each, INF) for each in least.tolist()], costs.tolist(), sense="minimise"))

    warm = Warm(case(np.ones(size[0])))
    cheap = warm.solve()
    for least, stops in ((wanted, 1), (2 * wanted, 1)):
        warm.change(case(least))
        outcome = warm.solve()
        assert (outcome.status, outcome.start) == ("optimal", "warm")
        assert outcome.objectives[0] > 500 * cheap.objectives[0]
        assert_as_fresh(outcome, case(least))
        assert stopped == ["Bound on objective reached"] * stops


def test_other_prices_are_solved_by_the_primal_method_and_other_limits_by_the_dual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    strategies: list[int] = []
    run = Live.run_first

    def told(live: Live) -> str:
        strategies.append(live.solver.getOptionValue("simplex_strategy")[1])
        return run(live)

    monkeypatch.setattr(Live, "run_first", told)
    first = arrays_of(program(*SMALL))
    warm = Warm(first)
    limit = with_number(first, "row_upper", 0, 2.0)
    price = with_number(limit, "costs", 1, 3.0)
    both = with_number(with_number(price, "row_upper", 0, 3.0), "entries", 0, 2.0)
    for case in (first, limit, price, both):
        warm.change(case)
        assert warm.solve().status == "optimal"
    assert strategies == [DUAL, DUAL, PRIMAL, PRIMAL]


def test_no_ray_is_asked_for_that_the_solver_does_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """HiGHS would solve another programme for it, on some without end."""
    first = arrays_of(program([[1.0, 1.0], [1.0, 1.0]], [(-INF, 4), (-INF, INF)], [2.0, 1.0]))
    warm = Warm(with_number(first, "row_lower", 1, 5.0))
    asked: list[bool] = []

    class Watched:
        def __init__(self, own: object) -> None:
            self._own = own

        def getDualRay(self) -> object:  # noqa: N802
            asked.append(self._own.getDualRayExist()[1])  # type: ignore[attr-defined]
            return self._own.getDualRay()  # type: ignore[attr-defined]

        def __getattr__(self, name: str) -> object:
            return getattr(self._own, name)

    monkeypatch.setattr(warm.live, "solver", Watched(warm.live.solver))
    assert warm.solve().status == "infeasible"
    assert all(asked)


def test_a_case_without_plan_in_which_the_dual_method_loses_its_way() -> None:
    """HiGHS 1.15.1 says that there is no plan without proof; without presolve it does not know."""
    rows = [
        [0, 0, 0.043125, -0.110625, 0.515, 0, -0.19125, 0.12625, 0.15875, -0.03125],
        [0.0625, 1, 0.0625, 0.0625, 0, 0, 0, 0, 0, 0],
        [74.24, 0, 31.36, -35.2, 0, -0.016384, 43.52, -13.44, -12.8, -42.88],
        [0.185625, 2.38, 0.028125, 0.046875, -0.5, 0, 0, 0, 0, 0],
        [0, 0, -0.2825, -0.3125, 0, 84.16, -0.0375, -0.2075, -0.25, 0],
        [0.0475, 0.63, -0.16, 0, -0.6, -9.28, -0.125, 0, 0, 0],
        [0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0.58, 0, 0.10875, -0.665, -16, 0, 0, 0, 0],
        [0.015625, 0, 0, 0, -1.27, 40.96, -0.3525, -0.0625, 0, 0],
    ]
    bounds = [(0.0, 0.0), (1.25, 1.25), (64.0, 2336.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (-INF, 0.3125), (-0.03125, -0.03125), (-INF, 0.0)]
    columns = [(0.0, INF), (0.0, INF), (1.0, 1.0), *[(0.0, INF)] * 2, *[(-INF, INF)] * 3, (0.5, 0.5), (-INF, INF)]
    case = arrays_of(program(rows, bounds, [0, 0, 0, 0, 0, 650.24, 0, 0, 1.1, 0], columns))
    outcome = Warm(case).solve()
    assert outcome.status == "infeasible"
    assert proves_infeasible(case, outcome.ray)


@pytest.mark.parametrize(("part", "value"), [("costs", np.nan), ("entries", np.nan), ("column_upper", np.nan), ("row_lower", INF), ("column_lower", INF)])
def test_a_case_that_the_solver_refuses_is_told(part: str, value: float) -> None:
    """What is no number at once, and the case before stays at hand; what else HiGHS does not take when it is asked for."""
    first = arrays_of(program(*SMALL))
    case = with_number(first, part, 0, value)
    with pytest.raises(SolveError, match="refused"):
        Warm(case)
    warm = Warm(first)
    warm.solve()
    if not np.isnan(value):
        warm.change(case)
    with pytest.raises(SolveError, match="refused") as told:
        warm.change(case) if np.isnan(value) else warm.solve()
    assert "拒绝" in told.value.text("zh")
    if np.isnan(value):
        assert warm.arrays is first
        assert warm.solve().objectives == pytest.approx((7,))


def test_bounds_that_only_scaling_makes_infinite_are_refused() -> None:
    """1e18 of a row whose coefficients are 1e-10: scaled they are 1, and what HiGHS is to reach is more than it counts as finite."""
    with pytest.raises(SolveError, match="refused"):
        hand_over(arrays_of(program([[1e-10, 1e-10], [1.0, 1.0], [1.0, -1.0]], [(1e18, INF), (1.0, 2.0), (1.0, 2.0)], [1.0, 1.0])), Options())


def test_bounds_that_cross_need_no_other_proof() -> None:
    case = with_number(arrays_of(program(*SMALL)), "column_lower", 0, 2.0)
    case = with_number(case, "column_upper", 0, 1.0)
    assert Warm(case).solve().status == "infeasible"


def test_nothing_proves_nothing() -> None:
    case = arrays_of(program(*SMALL))
    assert not proves_infeasible(case, np.zeros(0))
    assert not proves_infeasible(case, np.array([1.0, -1.0]))
    assert not proves_unbounded(case, np.array([0.0, 1.0]))
    assert not proves_unbounded(case, np.array([0.0, 0.0]))


def test_an_answer_without_a_certificate_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saltloop.solve.warm.TOLERANCE", -1.0)
    warm = Warm(everything())
    is_lean = bool(warm._case.lean.steps)
    outcome = warm.solve()
    assert (outcome.status, outcome.start, len(outcome.values)) == ("uncertified", "whole" if is_lean else "rescaled", 0)
    assert outcome.certificate is not None


def test_an_infeasibility_without_proof_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saltloop.solve.warm.proves_infeasible", lambda *_: False)
    case = with_number(arrays_of(program(*SMALL)), "row_lower", 1, 5.0)
    assert Warm(case).solve().status == "uncertified"


def test_no_time_is_a_stop_and_the_next_case_has_its_own() -> None:
    warm = Warm(everything(), Options(time_limit=1e-6, ranging=False))
    assert warm.solve().status == "stopped"
    warm.options = warm.live.options = Options(time_limit=60.0, ranging=False)
    assert warm.solve().status == "optimal"


@pytest.mark.parametrize("status", [0, 1, 2, 3, 4])
def test_a_senseless_basis_does_no_harm(status: int) -> None:
    """All columns and rows of one status: too many basic, none basic, at bounds that there are not."""
    arrays = everything()
    warm = Warm(arrays)
    good = warm.solve()
    senseless = Basis.of(*(np.full(size, status, dtype=np.uint8) for size in (len(arrays.layout.columns), len(arrays.layout.rows))))
    assert warm.solve(start=senseless).objectives == pytest.approx(good.objectives, rel=1e-9)


def test_a_basis_goes_to_another_process_and_back() -> None:
    warm = Warm(everything())
    basis = warm.solve().basis
    assert basis is not None
    columns, rows = basis.packed()
    assert (columns == 1).sum() + (rows == 1).sum() == len(rows)
    again = Warm(everything()).solve(start=Basis.of(columns, rows))
    assert (again.status, again.start, again.iterations < warm.solve(cold=True).iterations / 4) == ("optimal", "warm", True)


def test_a_basis_is_not_moved_by_the_next_case() -> None:
    warm = Warm(everything())
    basis = warm.solve().basis
    assert basis is not None
    before = [side.copy() for side in basis.packed()]
    warm.change(moved(everything(), 11, 0.3, 0.5))
    warm.solve()
    assert all(np.array_equal(a, b) for a, b in zip(before, basis.packed(), strict=True))


def test_a_case_far_from_the_first_is_scaled_anew() -> None:
    """A coefficient a million times as large leaves the range that the scaling was made for."""
    first = arrays_of(program(*SMALL))
    warm = Warm(first)
    warm.solve()
    before = warm.live
    warm.change(with_number(first, "entries", 0, 1.5))
    assert warm.live is before
    case = with_number(first, "entries", 0, 1e6)
    warm.change(case)
    assert warm.live is not before
    assert_as_fresh(warm.solve(), case)


def test_interior_point_starts_cold_and_simplex_goes_on() -> None:
    warm = Warm(everything(), Options(algorithm="ipm", ranging=False))
    first = warm.solve()
    again = warm.solve()
    assert first.algorithm.startswith("ipm")
    assert again.algorithm.startswith("simplex")
    assert first.objectives == pytest.approx(again.objectives, rel=1e-9)


def test_interior_point_ends_with_a_basis_that_can_be_asked() -> None:
    """Of a programme that presolve leaves as it is HiGHS 1.15.1 keeps one that it never factored, and ends the process when it is asked for more."""
    rows = [[1.0, 0.5, 1.0], [4.5, -20.4, -50.9], [1.4, 2.0, 6.5], [0.4, 6.2, 11.5]]
    bounds = [(-INF, 10.0), (-INF, 11.1), (0.4, 26.4), (-INF, 13.1)]
    given = program(rows, bounds, [[0.0, 0.0, 0.0], [1.0, 0.0, 1.0]], [(0.0, INF), (0.0, 1.5), (0.0, 0.25)])
    options = Options(algorithm="ipm")
    live = hand_over(arrays_of(given), options)
    for answer in (live.run(), live.run_unreduced()):
        assert answer == "optimal"
        assert not live.solver.getBasis().alien
        assert len(live.solver.getBasicVariables()[1]) == 4
    found, warm = solve(given, refuse, options), Warm(arrays_of(given), options).solve()
    assert found.objectives == pytest.approx(solve(given, refuse).objectives)
    assert warm.objectives == pytest.approx(found.objectives)
    assert not np.isnan(found.ranging.row_from).any()


def test_arrays_come_back_as_a_programme() -> None:
    arrays = program_of(EVERYTHING, **CHOICES)
    case = moved(arrays_of(arrays), 3, 0.1, 0.1)
    assert difference(arrays_of(program_with(arrays, case)), case) == (0.0, "")
    size, where = difference(arrays_of(arrays), case)
    assert size > 0
    assert where


def test_the_order_of_rows_and_columns_does_not_matter() -> None:
    """y before x and the second row first: the same programme; a row more is another structure."""
    one, other = arrays_of(program(*SMALL)), arrays_of(turned())
    assert same_structure(one, other)
    assert difference(one, other) == (0.0, "")
    assert not np.array_equal(one.numbers, other.numbers)
    more = arrays_of(program([*SMALL[0], [0.0, 1.0]], [*SMALL[1], (-INF, 1)], SMALL[2]))
    assert not same_structure(one, more)
    with pytest.raises(ValueError, match="structure"):
        on_one_layout((one, more))


def turned() -> Program:
    found = program(*SMALL)
    columns, rows = (frame.iloc[::-1].reset_index(drop=True) for frame in (found.columns, found.rows))
    stages = tuple((s, c[::-1]) for s, c in found.stages)
    return Program.of_frames(columns, rows, found.matrix[[1, 0]][:, [1, 0]], stages, found.objective_unit)


def test_a_place_is_named() -> None:
    first = arrays_of(program(*SMALL))
    assert difference(first, with_number(first, "entries", 0, 2.0)) == (0.5, "coefficient of column[0] in row[0]")
    assert difference(first, with_number(first, "row_upper", 1, INF)) == (INF, "row_upper of row[1]")
    assert difference(first, with_number(first, "costs", 1, 2.0)) == (0.5, "costs of column[1]")


def test_what_is_refused_is_told() -> None:
    """HiGHS takes no number that is not one."""
    with pytest.raises(SolveError):
        hand_over(with_number(arrays_of(program(*SMALL)), "entries", 0, float("nan")), Options())


def test_a_stage_that_the_plan_at_hand_fulfils_is_not_given_to_the_solver() -> None:
    """Most of 2 x + y with x + y <= 2 is x = 2, and so is most of x: the solver stands where the next case goes on."""
    warm = Warm(arrays_of(program([[1.0, 1.0]], [(-INF, 2)], [[2.0, 1.0], [1.0, 0.0]])))
    assert warm.solve().objectives == pytest.approx((4, 2))
    assert warm.live.stands
    warm.change(with_number(warm.arrays, "row_upper", 0, 3.0))
    assert warm.solve().objectives == pytest.approx((6, 3))
    assert warm.live.stands


def test_a_stage_that_the_plan_at_hand_misses_is_solved() -> None:
    """Of all plans with x + y = 2, the most of x and the most of y: one of them is not the plan at which the first stage ended."""
    stood = []
    for second in ([1.0, 0.0], [0.0, 1.0]):
        warm = Warm(arrays_of(program([[1.0, 1.0]], [(-INF, 2)], [[1.0, 1.0], second])))
        assert warm.solve().objectives == pytest.approx((2, 2))
        stood.append(warm.live.stands)
        warm.change(with_number(warm.arrays, "costs", 0, 1.5))
        assert warm.solve().objectives == pytest.approx((3, 2 * second[0]))
    assert sorted(stood) == [False, True]
