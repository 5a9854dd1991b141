"""Questions to a run, answered by hand on small cases: what a unit brings and takes, what a waste is worth, what could be otherwise."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from saltloop.analysis.explain.arrays import written_program
from saltloop.analysis.explain.binding import binding
from saltloop.analysis.explain.build_up import build_up
from saltloop.analysis.explain.by_products import by_products
from saltloop.analysis.explain.entering import entering
from saltloop.analysis.explain.freedom import freedom
from saltloop.analysis.plan import solve_scenario, write_plan
from saltloop.results.run import Run
from saltloop.scenario.resolve import load_scenario
from tiny import run_of

# A cell makes 1 t of soda and 0.9 t of chlorine from 1.5 t of salt; the only way out for chlorine is neutralisation at 100 a tonne.
# Soda brings 500, salt costs 40: 500 - 60 - 90 - 50 = 300 is the scarcity of the cell. `dear` does the same for 400 more and stays out by 100.
CELL = """
sites works
commodities soda t | commodities salt t | commodities chlorine t
processes cell soda | processes dear soda
recipes cell soda make 1 | recipes cell chlorine make 0.9 | recipes cell salt use 1.5
recipes dear soda make 1 | recipes dear salt use 1.5
factors process cell variable_cost 50 | factors process dear variable_cost 540
capacities works cell 100 | capacities works dear 100
markets mine supply | markets town demand
market_tiers mine salt | market_tiers town soda
prices salt 40 | prices soda 500
routes tank | disposals tank works chlorine 100 CNY/t
"""
TWINS = """
sites works
commodities salt t | commodities soda t
processes cell soda | processes twin soda
recipes cell soda make 1 | recipes cell salt use 1 | recipes twin soda make 1 | recipes twin salt use 1
capacities works cell 100 | capacities works twin 80
markets mine supply | markets town demand
market_tiers mine salt | market_tiers town soda 1 120
prices salt 40 | prices soda 500
"""


@pytest.fixture
def cell(tmp_path: Path) -> Run:
    return run_of(tmp_path, CELL)


def test_the_terms_of_a_running_activity_come_to_nothing(cell: Run) -> None:
    terms = build_up(written_program(cell), processes=["cell"]).set_index(["part", "item"])["value"].to_dict()
    assert terms == {
        ("made", "soda"): pytest.approx(500),
        ("made", "chlorine"): pytest.approx(-90),
        ("used", "salt"): pytest.approx(-60),
        ("account", "gain"): pytest.approx(-50),
        ("rent", "cell"): pytest.approx(-300),
    }


def test_the_terms_of_an_idle_activity_come_to_what_it_lacks(cell: Run) -> None:
    terms = build_up(written_program(cell), processes=["dear"])
    assert terms["value"].sum() == pytest.approx(-100)
    assert set(terms["level"]) == {0.0}
    line = entering(cell).set_index("item").loc["dear"]
    assert (line["now"], line["enters_at"], line["apart"]) == pytest.approx((500, 600, 0.2))


def test_a_waste_is_worth_less_than_nothing(cell: Run) -> None:
    line = by_products(cell).set_index("commodity").loc["chlorine"]
    assert (line["made"], line["disposed"], line["marginal_value"], line["weight"]) == pytest.approx((90, 90, -100, 9000))
    assert list(by_products(cell)["commodity"]) == ["chlorine"], "soda is the reference product, not a by-product"


def test_what_binds_is_told_with_its_worth(cell: Run) -> None:
    line = binding(cell).iloc[0]
    assert (line["family"], line["place"], line["item"]) == ("capacity_stock", "works", "cell")
    assert (line["bound"], line["marginal_value"], line["weight"]) == pytest.approx((100, 300, 30_000))
    assert line["unique"]


def test_a_plan_that_is_the_only_one_has_no_freedom(cell: Run) -> None:
    assert freedom(written_program(cell)).empty


def test_twins_can_share_the_work_in_any_way(tmp_path: Path) -> None:
    """120 t are sold; cell makes 40 to 100 of them, its twin 20 to 80; what is bought and sold stays."""
    found = freedom(written_program(run_of(tmp_path, TWINS))).set_index("item")[["least", "most"]]
    assert found.index.sort_values().tolist() == ["cell", "twin"]
    assert tuple(found.loc["cell"]) == pytest.approx((40, 100))
    assert tuple(found.loc["twin"]) == pytest.approx((20, 80))


@pytest.mark.parametrize("sense", ["maximise", "minimise"])
def test_terms_add_up_to_the_reduced_cost_of_every_activity(tmp_path: Path, sense: str) -> None:
    run = write_plan(solve_scenario(load_scenario(_toy(tmp_path, sense))), tmp_path)
    program = written_program(run)
    columns = program.program.columns
    activity = columns["family"] == "activity"
    sign = 1 if sense == "maximise" else -1
    lacks = pd.Series(sign * program.reduced_costs[activity], index=pd.MultiIndex.from_tuples([k[:2] for k in columns["key"][activity]]))
    terms = build_up(program).groupby(["site", "process"])["value"].agg(["sum", lambda v: v.abs().max()])
    for key, (total, size) in zip(terms.index, terms.to_numpy(), strict=True):
        assert total == pytest.approx(lacks[key], abs=1e-7 * size)


def _toy(tmp_path: Path, sense: str) -> Path:
    """The toy pack, also with the least cost of a demand that must be met."""
    toy = Path(__file__).parents[1] / "packs"
    text = (toy / "toy.yaml").read_text(encoding="utf-8").replace("./toy", str(toy / "toy"))
    if sense == "minimise":
        text = text.replace("maximise: value_added", "minimise: value_added")
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    return path
