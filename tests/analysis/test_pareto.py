"""Fronts worked out by hand, and what must hold of any: each point stands alone, the front bends one way, weights give the same front."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from saltloop.analysis.beside import Place
from saltloop.analysis.pareto import front
from saltloop.analysis.pieces import Sample, kinked
from saltloop.analysis.surface import surface
from saltloop.analysis.trade import Trade, trade_of
from saltloop.errors import InputError, SolveError
from saltloop.formulation.arrays import Arrays
from saltloop.solve.warm import Warm
from tiny import case_of

# Each tonne brings 100. Clean makes 0.1 t of CO2 a tonne, costs 90 and has a capacity of 100: 100 of gain per t of CO2. Dirty makes
# 0.5 t, costs 70, capacity 50: 60 per t. Foul makes 2 t, costs 60, capacity 10: 20 per t. The best plan per t of CO2 takes them in that
# order: 10 t of CO2 bring 1,000, 35 t 2,500, 55 t 2,900.
WORKS = """
sites works
commodities ware t | commodities smoke t
processes clean ware | processes dirty ware | processes foul ware
recipes clean ware make 1 | recipes dirty ware make 1 | recipes foul ware make 1
recipes clean smoke make 0.1 | recipes dirty smoke make 0.5 | recipes foul smoke make 2
factors process clean variable_cost 90 | factors process dirty variable_cost 70 | factors process foul variable_cost 60
capacities works clean 100 | capacities works dirty 50 | capacities works foul 10
markets town demand
market_tiers town ware
prices ware 100
routes stack | disposals stack works smoke
accounts smoke_out t | account_terms smoke_out dispose smoke
accounts made t | account_terms made activity
"""
KINKS = [(0.0, 0.0), (10.0, 1000.0), (35.0, 2500.0), (55.0, 2900.0)]


@cache
def works(*accounts: str, **choices: str) -> Trade:
    return trade_of(case_of(WORKS, **choices), accounts or ("gain", "smoke_out"))


def test_kinks_are_exact() -> None:
    found = front(works(), 8)
    kinks = found.points[found.points["kind"].isin(["kink", "end"])]
    assert kinks[["second", "first"]].to_numpy() == pytest.approx(np.array(KINKS), abs=1e-6)
    assert found.segments["worth"].tolist() == pytest.approx([100, 60, 20])
    assert found.segments["worth_unit"].unique().tolist() == ["CNY/t"]
    assert found.points["error"].max() <= 1e-9


def test_levels_are_evenly_spaced_and_on_the_front() -> None:
    points = front(works(), 12).points.query("kind != 'kink'")
    assert points["second"].tolist() == pytest.approx(np.linspace(0, 55, 12).tolist(), abs=1e-9)
    assert points["first"].tolist() == pytest.approx(np.interp(points["second"], *zip(*KINKS, strict=True)).tolist(), abs=1e-4)


@pytest.mark.parametrize("points", [2, 3, 4, 12, 56])
def test_kinks_do_not_depend_on_the_levels(points: int) -> None:
    """With 12 and 56 levels some lie on the kinks themselves, where a slope is not unique."""
    assert front(works(), points).points.query("kind == 'kink'")["second"].tolist() == pytest.approx([10, 35], abs=1e-6)


def test_what_binds_in_each_piece() -> None:
    binding = front(works(), 4).binding
    named = {segment: set(part["item"]) for segment, part in binding.groupby("segment")}
    assert named == {2: {"clean"}, 3: {"clean", "dirty"}}, "nothing is full in the first"
    worth = binding.set_index(["segment", "item"])["marginal_value"].to_dict()
    # A tonne of clean capacity brings 10 and takes 0.1 t of CO2 away from what binds next: 10 - 0.1 x 60, 10 - 0.1 x 20.
    assert worth == {(2, "clean"): pytest.approx(4), (3, "clean"): pytest.approx(8), (3, "dirty"): pytest.approx(20)}


def test_spans_say_from_where_to_where_a_limit_binds() -> None:
    spans = front(works(), 4).spans.set_index("item")[["start", "end"]]
    assert spans.loc["clean"].tolist() == pytest.approx([10, 55])
    assert spans.loc["dirty"].tolist() == pytest.approx([35, 55])


def test_every_point_stands_alone() -> None:
    trade = works()
    arrays = trade.arrays()
    for level, value in front(trade, 6).points[["second", "first"]].to_numpy().tolist():
        numbers = arrays.numbers.copy()
        numbers[arrays.layout.parts["row_upper"]][trade.row(1)] = level
        assert Warm(Arrays(arrays.layout, numbers)).solve().objectives[0] == pytest.approx(value, abs=1e-4)


def test_weights_give_the_same_front() -> None:
    """The best of gain less w x CO2 is the front's own best: the front as the lines under which it lies."""
    trade, (first, second) = works(), works().wishes
    found = front(trade, 4)
    kinks = found.points.query("kind != 'point'")
    arrays = trade.arrays()
    for weight in (0.0, 15.0, 25.0, 59.0, 61.0, 99.0, 101.0):
        numbers = arrays.numbers.copy()
        numbers[: arrays.layout.shape[1]] = first.weights - weight * second.weights
        best = Warm(Arrays(arrays.layout, numbers)).solve().objectives[0]
        assert best == pytest.approx((kinks["first"] - weight * kinks["second"]).max(), abs=1e-4)


def test_the_front_bends_one_way() -> None:
    for accounts, sign in ((("gain", "smoke_out"), -1), (("min:smoke_out", "max:gain"), 1)):
        worth = front(works(*accounts), 5).segments["worth"].to_numpy()
        assert (np.diff(worth) * sign > 0).all()


def test_the_same_front_from_the_other_side() -> None:
    found = front(works("min:smoke_out", "max:gain"), 5)
    assert found.points.query("kind == 'kink'")[["first", "second"]].to_numpy() == pytest.approx(np.array(KINKS[1:-1]), abs=1e-4)


def test_plans_are_placed_at_an_equal_second_account() -> None:
    places = [Place(name, (name, name), reached) for name, reached in (("in", (900.0, 20.0)), ("out", (3000.0, 60.0)), ("far", (0.0, -1.0)))]
    placed = front(works(), 4, places).placed.set_index("name")
    assert placed["verdict"].to_dict() == {"": "on", "in": "inside", "out": "outside", "far": "beyond"}
    assert placed.loc["in", ["front", "distance"]].tolist() == pytest.approx([1600, 700])
    assert placed.loc["out", "distance"] == pytest.approx(-100)


def test_one_plan_that_has_both() -> None:
    found = front(works("gain", "max:made"), 5)
    assert len(found.points) == 1
    assert found.points[["second", "first"]].to_numpy().tolist() == [[pytest.approx(160), pytest.approx(2900)]]
    assert found.placed["verdict"].tolist() == ["on"]


def test_senses_come_from_the_objective_then_from_rules() -> None:
    case = case_of(WORKS, rules={"jobs": {"limit": "made", "at_least": "5 t", "in": "all"}})
    assert [wish.sense for wish in trade_of(case, ("smoke_out", "made", "gain")).wishes] == ["minimise", "maximise", "maximise"]


@pytest.mark.parametrize(
    ("accounts", "code"), [(("gain",), "R411"), (("gain", "gain"), "R411"), (("gain", "smok_out"), "S203"), (("gain", "smoke_out@work"), "S204")]
)
def test_a_wrong_trade_is_told(accounts: tuple[str, ...], code: str) -> None:
    with pytest.raises(InputError, match=code):
        trade_of(case_of(WORKS), accounts)


def test_an_account_without_end_is_told() -> None:
    """Air is bought and sold again for nothing."""
    air = "commodities air t | markets sky supply | market_tiers sky air | market_tiers town air | prices air 0 | accounts sold t | account_terms sold sell"
    with pytest.raises(SolveError, match="M341"):
        front(trade_of(case_of(f"{WORKS}\n{air}"), ("gain", "max:sold")), 3)


def test_surface_of_three() -> None:
    """Gain against CO2 and, wished low, what is made: at 35 t of CO2 and 150 t made all of clean and dirty run."""
    found = surface(works("gain", "smoke_out", "min:made"), 5)
    assert found.points["status"].eq("optimal").all()
    heights = found.points.pivot(index="second", columns="third", values="first").to_numpy()
    assert heights.max() == pytest.approx(2900)
    assert (np.diff(heights, axis=0) >= -1e-6).all()
    assert (np.diff(heights, axis=1) >= -1e-6).all()
    assert len(found.triangles) == 2 * 4 * 4
    assert found.placed["verdict"].tolist() == ["on"]
    assert found.placed["front"].tolist() == pytest.approx([2900])


def test_pieces_of_a_known_function() -> None:
    """min(3 x, x + 2, 4) from three places, one of them on a kink with a slope that belongs to neither side."""

    def sample(x: float) -> Sample[None]:
        value = min(3 * x, x + 2, 4)
        slope = {1.0: 2.0, 2.0: 0.5}.get(x, 3.0 if x < 1 else 1.0 if x < 2 else 0.0)
        return Sample(x, value, slope, None)

    found = kinked([sample(0.0), sample(1.0), sample(3.0)], sample)
    assert found.kinks == pytest.approx((1.0, 2.0))
    assert [piece.slope for piece in found.pieces] == pytest.approx([3, 1, 0])
    assert found.value(1.5) == pytest.approx(3.5)
