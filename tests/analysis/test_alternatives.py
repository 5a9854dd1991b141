"""Near-optimal plans, worked out by hand, and the invariants that any set of them must have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from saltloop.analysis.alternatives import Alternatives, alternatives, groups_of
from saltloop.analysis.plan import solve_scenario
from saltloop.formulation.arrays import arrays_of, with_row
from saltloop.interfaces.alternatives_text import alternatives_text
from saltloop.results.spreadsheet import write_frames
from saltloop.scenario.resolve import load_scenario
from tiny import Answer, program_of, solve_pack

# 100 t of ore become gold at 100, silver at 50 or copper that nobody takes. The best plan makes 100 t of gold: 10,000. Who may lose 2 % of
# it, 200, can turn 4 t into silver, at 50 lost each.
ORE = """
sites works
commodities ore t | commodities gold t | commodities silver t | commodities copper t
processes smelt gold | processes part silver | processes cook copper
recipes smelt gold make 1 | recipes smelt ore use 1 | recipes part silver make 1 | recipes part ore use 1
recipes cook copper make 1 | recipes cook ore use 1
capacities works smelt 100 | capacities works part 100 | capacities works cook 100
markets mine supply | markets town demand
market_tiers mine ore 1 100 | market_tiers town gold | market_tiers town silver | market_tiers town copper 1 0
prices ore 0 | prices gold 100 | prices silver 50 | prices copper 500
"""
# 100 t must be served: by the mine at 1 a tonne, or from outside at 3.
SERVED = """
sites works
commodities salt t
processes scrape salt | recipes scrape salt make 1 | factors process scrape variable_cost 1 | capacities works scrape 200
markets outside supply | markets town demand
market_tiers outside salt | market_tiers town salt
prices salt 3 market=outside | prices salt 0 market=town
demands town works salt 100
account_terms cost buy - - price | account_terms cost activity - - variable_cost
accounts cost CNY money
"""


def found_in(answer: Answer, within: float, kinds: tuple[str, ...] = ("sold",), by_site: bool = False) -> Alternatives:
    program = answer.solved.program
    return alternatives(program, answer.solved.solution.values, within, groups_of(program, kinds, by_site))


def ranges(found: Alternatives) -> dict[str, tuple[float, float, str]]:
    return {r.item: (r.least, r.most, r.status) for r in found.products.itertuples()}


def test_must_may_and_never_by_hand() -> None:
    said = ranges(found_in(solve_pack(ORE), 0.02))
    assert said["gold"] == (pytest.approx(96), pytest.approx(100), "must_have")
    assert said["silver"] == (0.0, pytest.approx(4), "may_have")
    assert said["copper"] == (0.0, 0.0, "must_avoid")


def test_nothing_lost_leaves_the_best_plan_alone() -> None:
    found = found_in(solve_pack(ORE), 0.0)
    assert ranges(found)["gold"] == (pytest.approx(100), pytest.approx(100), "must_have")
    assert found.plans["plan"].tolist() == [0], "no other plan differs"


def test_all_may_go_where_all_may_be_lost() -> None:
    said = ranges(found_in(solve_pack(ORE), 1.0))
    assert said["gold"] == (0.0, pytest.approx(100), "may_have")
    assert said["silver"] == (0.0, pytest.approx(100), "may_have")


def test_a_least_cost_may_be_exceeded() -> None:
    """10 % of 100 more: 5 t at 3 instead of 1."""
    answer = solve_pack(SERVED, minimise="cost")
    assert answer.objective == pytest.approx(100)
    least, most, status = ranges(found_in(answer, 0.1, ("process",)))["scrape"]
    assert (least, most, status) == (pytest.approx(95), pytest.approx(110), "must_have")


def test_the_other_plan_is_the_one_that_differs_most() -> None:
    found = found_in(solve_pack(ORE), 0.02)
    other = found.levels[found.levels["plan"] == 1].set_index("item")
    assert other["value"].to_dict() == {"gold": pytest.approx(96), "silver": pytest.approx(4), "copper": 0.0}
    assert other["change"].to_dict() == {"gold": pytest.approx(-4), "silver": pytest.approx(4), "copper": 0.0}
    line = found.plans.set_index("plan").loc[1]
    assert (line["loss"], line["loss_share"]) == (pytest.approx(200), pytest.approx(0.02))
    assert line["distance"] == pytest.approx((4 / 100 + 4 / 4) / 3)


def test_a_site_by_itself() -> None:
    two = ORE + "sites yard | capacities yard smelt 100"
    found = found_in(solve_pack(two), 0.02, by_site=True).products
    gold = found[found["item"] == "gold"].set_index("site")
    assert gold["most"].to_dict() == {"works": pytest.approx(100), "yard": pytest.approx(100)}
    assert set(gold["status"]) == {"may_have"}, "either site can make all of it"
    assert ranges(found_in(solve_pack(two), 0.02))["gold"][2] == "must_have"


@pytest.fixture(scope="module")
def toy() -> Answer:
    return Answer(solve_scenario(load_scenario(Path(__file__).parents[1] / "packs" / "toy.yaml")).solved)


def test_every_plan_is_feasible_and_near_the_best(toy: Answer) -> None:
    found = found_in(toy, 0.05, ("sold", "process"))
    assert len(found.plans) > 2
    assert found.plans["violation"].max() < 1e-9
    assert found.plans["loss_share"].between(-1e-9, 0.05 + 1e-9).all()
    inside = found.levels.merge(found.products, on=["kind", "site", "item", "period"])
    room = 1e-6 * (1 + inside["most"])
    assert (inside["value_x"] >= inside["least"] - room).all()
    assert (inside["value_x"] <= inside["most"] + room).all()


def test_who_may_lose_more_has_more_room(toy: Answer) -> None:
    narrow, wide = (found_in(toy, within).products for within in (0.01, 0.1))
    assert (wide["least"] <= narrow["least"] + 1e-6).all()
    assert (wide["most"] >= narrow["most"] * (1 - 1e-9)).all()
    assert ((wide["most"] - wide["least"]).sum()) > (narrow["most"] - narrow["least"]).sum()


def test_the_same_seed_gives_the_same_plans(toy: Answer) -> None:
    one, other = (found_in(toy, 0.05) for _ in range(2))
    pd.testing.assert_frame_equal(one.levels, other.levels)


def test_a_row_is_appended_with_its_name() -> None:
    program = program_of(ORE)
    arrays = arrays_of(program)
    longer = with_row(arrays, "at_most", "t", np.arange(len(program.across)) % 2.0, (-np.inf, 7.0))
    assert longer.layout.rows == (*arrays.layout.rows, ("at_most", ()))
    assert longer.layout.row_units[-1] == "t"
    assert (longer.row_bounds[0][-1], longer.row_bounds[1][-1]) == (-np.inf, 7.0)
    assert np.array_equal(longer.matrix.toarray()[-1], np.arange(len(program.across)) % 2.0)
    assert np.array_equal(longer.matrix.toarray()[:-1], arrays.matrix.toarray())
    assert np.array_equal(longer.costs(), arrays.costs())


@pytest.mark.parametrize(("language", "words"), [("en", ("must-have", "must-avoid", "instead of")), ("zh", ("必有", "必无", "原为"))])
def test_the_text_says_all_of_it(language: str, words: tuple[str, ...]) -> None:
    answer = solve_pack(ORE)
    said = alternatives_text(found_in(answer, 0.02), answer.solved.case.pack, "CNY", 0.02, language)
    for word in (*words, "96 t" if language == "en" else "96吨"):
        assert word in said


def test_nothing_to_compare_is_said() -> None:
    answer = solve_pack(ORE)
    found = found_in(answer, 0.02, ("built",))
    assert found.products.empty
    assert "Nothing of this kind" in alternatives_text(found, answer.solved.case.pack, "CNY", 0.02)


@pytest.mark.parametrize("name", ["found.csv", "found.parquet"])
def test_tables_side_by_side(tmp_path: Path, name: str) -> None:
    found = found_in(solve_pack(ORE), 0.02)
    files = write_frames({"products": found.products, "plans": found.plans}, tmp_path / name)
    read = pd.read_csv if name.endswith("csv") else pd.read_parquet
    assert [path.name for path in files] == [name, name.replace("found", "found-plans")]
    assert len(read(files[0])) == 3  # type: ignore[operator]
    assert read(files[1])["method"].tolist()[0] == "best"  # type: ignore[operator]
