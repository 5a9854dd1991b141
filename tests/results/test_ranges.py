"""How far a dual holds: worked out by hand, and changed just outside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rules.works import WORKS
from saltloop.formulation.case import build_case
from saltloop.scenario.resolve import load_scenario
from shifted import bound_of, objective_at
from tiny import Answer, solve_case, solve_pack

TOY = Path(__file__).parents[1] / "packs" / "toy.yaml"


@pytest.fixture(scope="module")
def toy() -> Answer:
    """The toy pack, whose README works everything out."""
    scenario = load_scenario(TOY)
    return solve_case(build_case(scenario.pack, scenario.choices))


# Brine: below 1.4 Mm3 all waste salt finds a use, above 2.0 Mm3 the plant is full. Hall: 60 kt are the blocks' alone, 160 kt fill the first tier
# of salt. Blocks: under 100 kt salt fills its first tier; with 180 kt of blocks and the 60 kt of salt that still fit all 240 kt of waste are used.
HAND = {
    "draw_limit": ("lake_brine", "", 71, 1.4e6, 2.0e6),
    "capacity_stock": ("park", "salt_hall", 150, 6e4, 1.6e5),
    "sales_tier": ("buyers", "salt_block 1", 5, 1e5, 1.8e5),
}


@pytest.mark.parametrize("family", HAND)
def test_a_range_is_the_one_worked_out_by_hand(toy: Answer, family: str) -> None:
    place, item, dual, start, end = HAND[family]
    line = toy.line("limits", family=family, place=place, item=item)
    assert (line["dual"], line["dual_valid_from"], line["dual_valid_to"]) == pytest.approx((dual, start, end))
    assert line["dual_unique"]


@pytest.mark.parametrize("family", HAND)
def test_a_dual_holds_just_inside_its_range_and_not_just_outside(toy: Answer, family: str) -> None:
    """More than the range pays less than the dual, less of it costs more: the objective is concave in a right side."""
    *_, dual, start, end = HAND[family]
    rows = toy.solved.program.rows
    n = next(n for n in np.flatnonzero(np.isclose(toy.solved.solution.duals, dual)) if rows.loc[n, "family"] == family)
    bound = bound_of(toy, n)
    for edge, way in ((start, -1), (end, 1)):
        inside, outside = edge - way * 1e-3 * edge - bound, edge + way * 1e-2 * edge - bound
        assert objective_at(toy.solved.program, n, inside) == pytest.approx(toy.objective + dual * inside)
        assert objective_at(toy.solved.program, n, outside) < toy.objective + dual * outside - 1e-6 * toy.objective


def test_a_limit_that_does_not_bind_holds_from_where_it_would_to_infinity(toy: Answer) -> None:
    """The river gives 410 000 m3; every limit above that is worth nothing."""
    line = toy.line("limits", place="river")
    assert (line["dual"], line["dual_valid_from"], line["dual_valid_to"]) == (0, pytest.approx(410_000), np.inf)
    assert not line["binding"]


RULES = {
    # Wood takes up to 100 t: a cap of 0 t needs all of it, a cap of 100 t none.
    "limit": ({"limit": "co2", "at_most": "60 t"}, 3, 0, 100),
    # The same with 5 t of background: the range moves with the bound as written.
    "limit_with_background": ({"limit": "co2", "at_most": "65 t", "in": "all"}, 3, 5, 105),
    # Old makes 100 t at most, new fills up to 200 t.
    "ceiling": ({"ceiling": "maker", "at_most": "120 t"}, 6, 100, 200),
    "minimum": ({"minimum": "wood", "at_least": "20 t"}, -3, 0, 100),
    # Bought at 2: as long as something is bought, and that is up to all 100 t.
    "allowance": ({"allowance": "co2", "at_most": "30 t", "buy_at": "2 CNY/t", "sell_at": "1 CNY/t"}, 2, -np.inf, 100),
}


@pytest.mark.parametrize("name", RULES)
def test_the_range_of_a_rule_is_told_in_its_own_number(name: str) -> None:
    raw, dual, start, end = RULES[name]
    line = solve_pack(WORKS, maximise="profit", rules={"it": raw}).line("rules", rule="it")
    assert line["dual"] == pytest.approx(dual)
    assert (line["dual_valid_from"], line["dual_valid_to"]) == pytest.approx((start, end), abs=1e-6)


def test_the_range_of_a_target_is_told_as_the_share_of_its_lower_account() -> None:
    """new + 4 >= 0.6 (new + old + 20), bound 104 (0.6 x 173.33). One t of right side more takes 1/0.6 t of old, of which there are 53.33.

    So 32 t more are possible; the other way all 100 t of old run when the right side is 104 - 0.6 x 46.67 = 76.
    """
    line = solve_pack(WORKS, rules={"it": {"target": "made_new", "at_least": "60 %", "of": "made", "in": "all"}}).line("rules", rule="it")
    assert (line["left"], line["bound"]) == pytest.approx((104, 104))
    assert (line["dual_valid_from"], line["dual_valid_to"]) == pytest.approx((76, 136))
