"""A case that is patched has the numbers of one that is built, and the same optimum; what cannot be patched is built and said."""

from __future__ import annotations

import pickle
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from everything import EVERYTHING, RULES
from saltloop.analysis.response import measured, spread_points
from saltloop.analysis.variation import Domain, Levels, Range, Variation, axis_of
from saltloop.errors import InputError, Place, Problems
from saltloop.formulation.arrays import Arrays, arrays_of, difference
from saltloop.scenario.document import Document, paths
from saltloop.scenario.overlay import ABSENT, key_path, value_at, with_values
from saltloop.solve.warm import Warm
from tiny import pack_of

DATA: dict[str, Any] = {
    "title": {"en": "Everything", "zh": "全部"},
    "region": "tiny",
    "areas": ["all"],
    "periods": {2025: 5, 2030: 5},
    "slices": "year",
    "maximise": [{"gain": 1, "co2": "-20 CNY/t"}, "profit"],
    "prices": {"year": 2025},
    "capacity": {"may_build": ["option"], "may_retire": True},
    "rules": {**RULES, "tipped": {**RULES["tipped"], "at_least": "1 %"}, "exact": {"limit": "co2", "at_most": "440 t", "in": "town"}},
}
DOCUMENT = Document(Path("everything.yaml"), (), DATA, dict.fromkeys(paths(DATA), Place("everything.yaml", 1)))
# One path of every kind that the task of a study names, and the objective's weight.
KINDS: dict[str, Domain] = {
    "prices.soda": Range("-40 %", "+40 %"),
    "prices.salt": Levels(("80 CNY/t", "100 CNY/t", "95 CNY/t")),
    "rules.cap.at_most": Levels(("2800 t", "3200 t", "3600 t")),
    "rules.tipped.at_least": Range("0.5 %", "2 %"),
    "rules.water_fee.price": Range("0.2 CNY/m3", "2 CNY/m3"),
    "maximise.0.co2": Range("-30 CNY/t", "-10 CNY/t"),
    "capacities.park.hall.existing": Range("800 t/a", "1000 t/a"),
    "processes.ash.salt": Range("-10 %", "+10 %"),
    "commodities.coal.co2": Range("2 t", "2.4 t"),
    "basins.river.draw_limit": Range("-20 %", "+20 %"),
    "land.lake.sunny": Range("30 ha", "50 ha"),
    "markets.home.soda.1.volume": Range("500 t", "900 t"),
    "equipment.hall.capital_cost": Range("-20 %", "+50 %"),
}


@cache
def family(*names: str, **more: Domain) -> Variation:
    domains = {name: KINDS[name] for name in names or KINDS} | more
    return Variation(DOCUMENT, domains, pack=pack_of(EVERYTHING))


def drawn(variation: Variation, domains: dict[str, Domain], seed: int) -> dict[str, object]:
    """A value for each path: a level, or a text within the range."""
    generator, found = np.random.default_rng(seed), {}
    for path, domain in domains.items():
        axis = axis_of(path, domain)
        found[path] = domain.values[generator.integers(len(domain.values))] if isinstance(domain, Levels) else axis.text(generator.uniform(-1, 1))  # type: ignore[union-attr]
    return found


def assert_as_built(variation: Variation, warm: Warm, values: dict[str, object]) -> None:
    """The same canonical arrays, and the same answer."""
    patched, built = variation.arrays(values), arrays_of(variation.build(values).program)
    size, where = difference(patched, built)
    assert size <= 1e-10, where
    warm.change(patched)
    live, fresh = warm.solve(), Warm(built).solve()
    assert live.status == fresh.status
    assert live.status in ("optimal", "infeasible")
    assert live.objectives == pytest.approx(fresh.objectives, rel=1e-9)


def test_every_kind_of_path_at_once_is_patched() -> None:
    """Thirteen paths from seven programmes; a pair of random cases after another."""
    variation = family()
    warm = Warm(variation.arrays(drawn(variation, KINDS, 0)))
    statuses = set()
    for seed in range(1, 7):
        values = drawn(variation, KINDS, seed)
        assert variation.is_patched(values)
        assert_as_built(variation, warm, values)
        statuses.add(warm.solve().status)
    assert "optimal" in statuses
    assert not variation.notes
    assert len({variation.group(drawn(variation, KINDS, seed)) for seed in range(5)}) == 1


def test_ends_of_ranges_are_patched_too() -> None:
    variation = family()
    lowest, highest = ({path: axis_of(path, d).text(end) for path, d in KINDS.items()} for end in (-1.0, 1.0))  # type: ignore[union-attr]
    warm = Warm(variation.arrays(lowest))
    assert_as_built(variation, warm, highest)
    assert_as_built(variation, warm, lowest)


def test_a_rate_that_no_number_is_linear_in_is_patched_all_the_same() -> None:
    """Annuities and weights of periods are powers of the rate, and the annuity of the hall multiplies a cost that varies too."""
    variation = family("equipment.hall.capital_cost", discount_rate=Range("4 %", "12 %"))
    domains: dict[str, Domain] = {"equipment.hall.capital_cost": KINDS["equipment.hall.capital_cost"], "discount_rate": Range("4 %", "12 %")}
    warm = Warm(variation.arrays(drawn(variation, domains, 0)))
    for seed in range(1, 4):
        assert_as_built(variation, warm, drawn(variation, domains, seed))
    assert variation.is_patched(drawn(variation, domains, 9))


def test_what_a_case_leaves_out_is_what_the_scenario_says() -> None:
    variation = family("rules.cap.at_most", "prices.salt")
    for values in ({"prices.salt": "85 CNY/t"}, {"rules.cap.at_most": "3000 t"}, {}):
        assert difference(variation.arrays(values), arrays_of(variation.build(values).program))[0] <= 1e-10
        assert variation.is_patched(values)


def test_what_was_measured_goes_to_another_process() -> None:
    variation = family("prices.soda")
    values = {"prices.soda": "-10 %"}
    here, there = variation.arrays(values), pickle.loads(pickle.dumps(variation))
    assert difference(here, there.arrays(values)) == (0.0, "")
    assert there.is_patched(values)
    assert there.arrays(values).layout.columns_of("sell").sum() == here.layout.columns_of("sell").sum() > 0


def test_names_and_rules_make_groups() -> None:
    """A rule off is another structure; a case of it is patched within its own group."""
    domains: dict[str, Domain] = {"rules.cap": Levels(("off", {"limit": "co2", "at_most": "3000 t", "in": "all"})), "prices.soda": KINDS["prices.soda"]}
    variation = Variation(DOCUMENT, domains, pack=pack_of(EVERYTHING))
    cases = [{"rules.cap": rule, "prices.soda": price} for rule in domains["rules.cap"].values for price in ("-20 %", "+5 %")]  # type: ignore[union-attr]
    groups = [variation.group(case) for case in cases]
    assert groups[0] == groups[1] != groups[2] == groups[3]
    for case in cases:
        assert_as_built(variation, Warm(variation.arrays({**case, "prices.soda": "+20 %"})), case)


def test_a_value_outside_its_range_is_built_in_full() -> None:
    variation = family("prices.soda")
    for text in ("+80 %", "1500 CNY/t"):
        values = {"prices.soda": text}
        assert not variation.is_patched(values)
        assert variation.group(values) != variation.group({"prices.soda": "+10 %"})
        assert difference(variation.arrays(values), arrays_of(variation.build(values).program)) == (0.0, "")


def test_rows_that_come_and_go_are_built_in_full_and_said() -> None:
    """No crusher at one end: its capacity rows are gone there."""
    path = "capacities.park.crush.existing"
    variation = Variation(DOCUMENT, {path: Range("0 t/a", "200 t/a")}, pack=pack_of(EVERYTHING))
    values = {path: "100 t/a"}
    assert not variation.is_patched(values)
    assert "rows, columns" in variation.notes[0]
    assert "行、列" in variation.notes[0].zh
    assert difference(variation.arrays(values), arrays_of(variation.build(values).program)) == (0.0, "")
    assert variation.group(values) != variation.group({path: "0 t/a"})


def test_few_cases_are_not_worth_measuring() -> None:
    variation = Variation(DOCUMENT, {"prices.soda": KINDS["prices.soda"]}, pack=pack_of(EVERYTHING), expected=3)
    assert not variation.is_patched({"prices.soda": "+10 %"})
    assert not variation.notes


def test_a_wrong_value_is_told() -> None:
    variation = family("prices.soda")
    with pytest.raises(InputError):
        variation.arrays({"prices.soda": "12 bananas"})
    with pytest.raises(InputError):
        variation.arrays({"rules.nothing.at_most": "12 t"})


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        (Range("-10 %", "+30 %"), (-10.0, 30.0, "%", True)),
        (Levels(("14 Mt", "12 Mt", "10 Mt")), (10.0, 14.0, "Mt", False)),
        (Levels(("60 %", "55 %")), (55.0, 60.0, "%", False)),
        (Range(0.5, 1), (0.5, 1.0, "", False)),
        (Levels((2025, 2030)), None),
        (Levels(("20", "25")), None),
        (Levels(("12 Mt",)), None),
        (Levels(("12 Mt", "9000 kt")), None),
        (Levels(("off", "12 Mt")), None),
        (Levels((True, False)), None),
        (Levels(({"limit": "co2"}, "off")), None),
    ],
)
def test_which_paths_are_axes(domain: Domain, expected: tuple[float, float, str, bool] | None) -> None:
    found = axis_of("rules.x.at_most", domain)
    assert (None if found is None else (found.low, found.high, found.unit, found.signed)) == expected


def test_a_coordinate_and_its_text_are_one() -> None:
    axis = axis_of("prices.soda", Range("-10 %", "+30 %"))
    assert axis is not None
    assert axis.text(-1.0) == "-10 %"
    assert axis.coordinate("+10 %") == pytest.approx(0)
    assert axis.coordinate("0 %") == pytest.approx(-0.5)
    assert [axis.coordinate(v) for v in ("+31 %", "5 t", "x", True, 0)] == [None] * 5


def test_paths_are_keys_of_the_scenario_or_of_the_pack() -> None:
    assert key_path("prices.soda") == ("prices", "set", "soda")
    assert key_path("prices.year") == ("prices", "year")
    assert key_path("basins.pool.draw_limit") == key_path("set.basins.pool.draw_limit") == ("set", "basins.pool.draw_limit")
    assert value_at(DOCUMENT, key_path("maximise.0.co2")) == "-20 CNY/t"
    assert value_at(DOCUMENT, key_path("maximise.1.co2")) is ABSENT
    changed = with_values(DOCUMENT, {("maximise", 0, "co2"): "-5 CNY/t", ("rules", "cap"): "off"}, Place("here", 3), Problems())
    assert changed.data["maximise"] == [{"gain": 1, "co2": "-5 CNY/t"}, "profit"]
    assert "cap" not in changed.data["rules"]
    assert changed.place("maximise", 0, "co2") == Place("here", 3)
    assert DATA["maximise"][0]["co2"] == "-20 CNY/t"


def programmes(function: Any, points: np.ndarray) -> list[Arrays]:
    base = arrays_of(family("prices.soda").build({}).program)
    found = []
    for point in points:
        numbers = base.numbers.copy()
        numbers[base.layout.parts["entries"].start :][:5] = function(*point)
        found.append(Arrays(base.layout, numbers))
    return found


def smooth(x: float, y: float, z: float) -> list[float]:
    return [7 * x + 2, x * y - z * 0 + 1, 1 / (10 + z), 5 + x * y * z, (1 + x) * (1 + y) * (2 - z) * 0.5]


def test_each_number_is_explained_by_the_fewest_inputs() -> None:
    points = spread_points(16, 3, np.random.default_rng(2))
    response = measured(points, programmes(smooth, points))
    start = response.layout.parts["entries"].start
    axes = {int(place) - start: piece.axes for piece in response.pieces for place in piece.places}
    assert axes == {0: (0,), 1: (0, 1), 2: (2,), 3: (0, 1, 2), 4: (0, 1, 2)}
    point = np.array([0.3, -0.2, 0.9])
    assert response.at(point).part("entries")[:5] == pytest.approx(smooth(*point), rel=1e-11)


def test_a_kink_is_explained_by_nothing() -> None:
    points = spread_points(16, 2, np.random.default_rng(2))
    response = measured(points, programmes(lambda x, y: [max(x, 0.2), abs(y), 1, 1, 1], points))
    assert len(response.unexplained) == 2
    assert response.names(response.unexplained, most=1).endswith("and 1 more")


def test_points_reach_both_ends_and_tell_inputs_apart() -> None:
    points = spread_points(6, 20, np.random.default_rng(0))
    assert (points.min(axis=0) == -1).all()
    assert (points.max(axis=0) == 1).all()
    correlation = np.abs(np.corrcoef(points.T) - np.eye(20))
    assert correlation.max() < 1 - 1e-6
