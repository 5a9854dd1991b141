"""Samples have the distributions and the correlation that a study asks for; the same file and seed give the same plan."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, norm, triang, uniform

from saltloop.analysis.batch.plan import CasePlan, case_name
from saltloop.scenario.draws import Draw, correlated, sample, unit_cube
from saltloop.scenario.space import Level, Space, near_to_near, snake
from study.files import study_of

UNIFORM = Draw("uniform", (-58.0, 10.0), "%", True)
TRIANGULAR = Draw("triangular", (-68.0, 0.0, 40.0), "%", True)
NORMAL = Draw("normal", (0.0, 10.0), "%", True)
CUT = Draw("normal", (0.0, 10.0, -5.0, 20.0), "%", True)
DISCRETE = Draw("discrete", values=("-10 %", "0 %", "+10 %"), chances=(0.2, 0.5, 0.3))


@pytest.mark.parametrize("plan", ["latin_hypercube", "sobol", "random"])
@pytest.mark.parametrize(
    ("draw", "known"), [(UNIFORM, uniform(-58, 68)), (TRIANGULAR, triang(68 / 108, -68, 108)), (NORMAL, norm(0, 10))], ids=["uniform", "triangular", "normal"]
)
def test_marginals_are_those_of_the_distribution(plan: str, draw: Draw, known: object) -> None:
    drawn = sample((draw, UNIFORM), plan, 1024, 7)[:, 0]
    assert kstest(drawn, known.cdf).pvalue > 0.01  # type: ignore[attr-defined]


def test_a_normal_can_be_cut_and_a_change_never_turns_a_number_round() -> None:
    drawn = sample((CUT, Draw("normal", (-50.0, 60.0), "%", True)), "random", 2000, 1)
    assert drawn[:, 0].min() >= -5
    assert drawn[:, 0].max() <= 20
    assert drawn[:, 1].min() >= -100


def test_discrete_values_come_with_their_chances() -> None:
    drawn = sample((DISCRETE,), "latin_hypercube", 1000, 3)[:, 0]
    assert np.bincount(drawn.astype(int)).tolist() == [200, 500, 300]
    assert [DISCRETE.text(n) for n in (0, 2)] == ["-10 %", "+10 %"]


def test_a_latin_hypercube_has_one_point_in_each_layer_even_when_correlated() -> None:
    matrix = np.array([[1, 0.8], [0.8, 1]])
    points = correlated(unit_cube("latin_hypercube", 200, 2, 5), matrix, keep_layers=True)
    for column in points.T:
        assert np.floor(np.sort(column) * 200).tolist() == list(range(200))


@pytest.mark.parametrize("wanted", [-0.7, 0.3, 0.9])
@pytest.mark.parametrize("plan", ["latin_hypercube", "random"])
def test_normals_behind_the_numbers_correlate_as_asked(plan: str, wanted: float) -> None:
    matrix = np.array([[1, wanted], [wanted, 1]])
    drawn = sample((NORMAL, Draw("normal", (0.0, 1.0), "%", True)), plan, 4000, 11, matrix)
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(wanted, abs=0.03)


def test_the_same_seed_gives_the_same_sample_and_another_one_does_not() -> None:
    once, again, other = (sample((UNIFORM, NORMAL), "latin_hypercube", 50, seed) for seed in (7, 7, 8))
    assert (once == again).all()
    assert (once != other).any()


def test_numbers_are_written_as_a_scenario_writes_them() -> None:
    assert UNIFORM.text(-12.3456) == "-12.3456 %"
    assert UNIFORM.text(0.0) == "+0 %"
    assert Draw("uniform", (100.0, 200.0), "CNY/t").text(150.0) == "150 CNY/t"
    assert Draw("uniform", (0.0, 1.0)).text(0.25) == 0.25


@given(shape=st.lists(st.integers(1, 5), min_size=0, max_size=4))
def test_a_snake_visits_every_point_once_and_moves_one_step_at_a_time(shape: list[int]) -> None:
    order = snake(tuple(shape))
    assert sorted(order.tolist()) == list(range(int(np.prod(shape, dtype=int))))
    places = np.array(np.unravel_index(order, shape)).T if shape else np.zeros((1, 1), dtype=int)
    assert (np.abs(np.diff(places, axis=0)).sum(axis=1) == 1).all()


@pytest.mark.parametrize("count", [1, 2, 50, 5000])
def test_a_tour_of_a_sample_visits_every_point_once_and_is_shorter_than_the_sample_as_drawn(count: int) -> None:
    points = np.random.default_rng(1).random((count, 3))
    order = near_to_near(points)
    assert sorted(order.tolist()) == list(range(count))
    lengths = [np.linalg.norm(np.diff(points[o], axis=0), axis=1).sum() for o in (order, np.arange(count))]
    assert count < 3 or lengths[0] < 0.7 * lengths[1]


def test_a_space_is_all_combinations_of_its_axes_and_its_sample() -> None:
    space = Space(((Level("a", {"x": 1}), Level("b", {"x": 2})),), ("y",), (UNIFORM,), np.array([[1.0], [2.0], [3.0]]))
    assert len(space) == 6
    assert space.name(4) == "b; 2"
    assert space.values(4) == {"x": 2, "y": "+2 %"}
    assert sorted(space.tour().tolist()) == list(range(6))
    assert space.named("b; 2") == 4
    assert space.named("c") is None


TEXT = """\
options: {rules.cap.at_most: [90 kt, 80 kt], bundles: {as-is: {}, build: {capacity.may_build: [option]}}}
states:
  prices.potash: {triangular: [-20 %, 0 %, +10 %]}
  prices.coal: {uniform: [-10 %, +10 %]}
  sample: {latin_hypercube: 25, seed: 3}
"""


def plan_of(folder: Path, text: str = TEXT) -> CasePlan:
    return CasePlan(study_of(folder, text), {})


def test_a_plan_is_the_same_every_time(tmp_path: Path) -> None:
    one, other = plan_of(tmp_path), plan_of(tmp_path)
    assert one.base == other.base
    assert (one.ids == other.ids).all()
    assert (one.order == other.order).all()
    frames = [next(plan.frames()) for plan in (one, other)]
    assert frames[0].equals(frames[1])
    assert frames[0]["case"].tolist() == [case_name(number) for number in one.ids]


def test_every_case_is_planned_once_in_chunks_of_one_structure(tmp_path: Path) -> None:
    plan = plan_of(tmp_path)
    chunks = list(plan.chunks(10))
    assert sorted(np.concatenate(chunks).tolist()) == list(range(100))
    assert len(np.unique(plan.ids)) == 100
    for chunk in chunks:
        assert len(chunk) <= 10
        assert len({str(plan.values(int(case)).get("capacity.may_build")) for case in chunk}) == 1


def test_more_options_leave_the_ids_of_the_others(tmp_path: Path) -> None:
    few, many = plan_of(tmp_path), plan_of(tmp_path, TEXT.replace("90 kt, 80 kt", "90 kt, 85 kt, 80 kt"))
    assert set(few.ids.tolist()) < set(many.ids.tolist())


@pytest.mark.parametrize(("old", "new"), [("periods: [2025]", "periods: [2030]"), ("rules:", "discount_rate: 7 %\nrules:")])
def test_another_base_is_another_folder(tmp_path: Path, old: str, new: str) -> None:
    from study.files import BASE

    here, there = plan_of(tmp_path), CasePlan(study_of(tmp_path / "other", TEXT, BASE.replace(old, new)), {})
    assert here.base != there.base
    assert not set(here.ids.tolist()) & set(there.ids.tolist())


def test_a_title_makes_no_other_study(tmp_path: Path) -> None:
    from study.files import BASE

    here, there = plan_of(tmp_path), CasePlan(study_of(tmp_path / "other", TEXT, BASE.replace("en: Toy", "en: Toys")), {})
    assert here.base == there.base
