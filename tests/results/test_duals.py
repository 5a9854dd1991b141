"""A dual is what one more unit of the right side does to the objective: checked by moving right sides and solving again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from everything import CHOICES, EVERYTHING, RULES
from rules.works import WORKS
from saltloop.formulation.program import RULE
from saltloop.results.solved import per
from shifted import bound_of, objective_at
from tiny import Answer, solve_pack

SENSES: dict[str, dict[str, Any]] = {
    "maximise_at_most": {"maximise": "gain", "rule": {"limit": "co2", "at_most": "{} t"}, "at": 60},
    "maximise_at_least": {"maximise": "gain", "rule": {"limit": "made", "at_least": "{} t"}, "at": 210},
    "maximise_equals_from_above": {"maximise": "gain", "rule": {"limit": "made", "equals": "{} t"}, "at": 120},
    "maximise_equals_from_below": {"maximise": "gain", "rule": {"limit": "made", "equals": "{} t"}, "at": 220},
    "minimise_at_most": {
        "minimise": "co2",
        "rule": {"limit": "made_new", "at_most": "{} t"},
        "at": 60,
        "also": {"need": {"limit": "made", "at_least": "120 t"}},
    },
    "minimise_at_least": {"minimise": "co2", "rule": {"limit": "made", "at_least": "{} t"}, "at": 150},
    "minimise_equals_from_above": {
        "minimise": "co2",
        "rule": {"limit": "made_new", "equals": "{} t"},
        "at": 40,
        "also": {"need": {"limit": "made", "at_least": "120 t"}},
    },
    "minimise_equals_from_below": {"minimise": "co2", "rule": {"limit": "made", "equals": "{} t"}, "at": 180},
}
# A third maker at a loss, that emits 0.8 t per t: a floor above the capacity of the others costs something in money and in co2.
COUNTRY = WORKS + (
    "\nprocesses poor good - - - maker | recipes poor good make 1 | recipes poor coal use 0.4 | factors process poor variable_cost 13| capacities west poor 100"
)


@pytest.mark.parametrize("name", SENSES)
def test_the_dual_of_each_sense_is_the_change_per_unit_more_of_the_right_side(name: str) -> None:
    sense = dict(SENSES[name])
    objective = {key: sense[key] for key in ("maximise", "minimise") if key in sense}

    def at(value: float) -> Answer:
        rule = {key: text.format(value) if isinstance(text, str) else text for key, text in sense["rule"].items()}
        return solve_pack(COUNTRY, rules={"it": rule, **sense.get("also", {})}, **objective)

    answer = at(sense["at"])
    difference = at(sense["at"] + 0.5).objective - at(sense["at"] - 0.5).objective
    line = answer.line("rules", rule="it")
    assert difference != 0
    assert line["dual"] == pytest.approx(difference)
    assert line["binding"]
    assert line["dual_unique"]
    assert line["dual_unit"] == ("CNY/t" if "maximise" in objective else "t/t")


NUMBERED: dict[str, tuple[dict[str, Any], str, float, dict[str, Any]]] = {
    "limit": ({"limit": "co2", "in": "all"}, "at_most", 65.0, {}),
    "target": ({"target": "made_new", "of": "made", "in": "all"}, "at_least", 0.6, {}),
    "allowance": ({"allowance": "co2", "buy_at": "2 CNY/t", "sell_at": "1 CNY/t"}, "at_most", 30.0, {"maximise": "profit"}),
    "ceiling": ({"ceiling": "maker"}, "at_most", 120.0, {}),
    "minimum": ({"minimum": "wood"}, "at_least", 20.0, {}),
    "build_rate": ({"build_rate": "new"}, "at_most", 10.0, {"may_build": ("option",)}),
}


@pytest.mark.parametrize("kind", NUMBERED)
def test_the_dual_of_a_rule_tells_what_its_number_is_worth(kind: str) -> None:
    """The number in the YAML is moved, not the array. For a target the right side is ratio x lower account (background included)."""
    raw, key, value, choices = NUMBERED[kind]
    answer, step = solve_pack(WORKS, rules={"it": {**raw, key: value}}, **choices), 1e-3 * value
    more, less = (solve_pack(WORKS, rules={"it": {**raw, key: value + s}}, **choices) for s in (step, -step))
    line = answer.line("rules", rule="it")
    if kind == "target":
        lower = float(answer.line("accounts", area="all", account="made")["total"])
        assert line["bound"] == pytest.approx(value * lower)
        assert line["dual"] * lower == pytest.approx((more.objective - less.objective) / (2 * step), rel=1e-3)
    else:
        assert line["bound"] == pytest.approx(value)
        assert line["dual"] == pytest.approx((more.objective - less.objective) / (2 * step))
    assert line["left"] == pytest.approx(line["bound"])


def everything() -> Answer:
    return solve_pack(EVERYTHING, **CHOICES)


@pytest.fixture(scope="module")
def whole() -> Answer:
    """All equations and rule kinds at once: two periods, twelve months."""
    return everything()


def positions(answer: Answer) -> list[int]:
    """One row of each family, month and rule that has a dual, and as many that have none."""
    rows, duals = answer.solved.program.rows, answer.solved.solution.duals
    chosen: dict[tuple[str, str, bool], int] = {}
    for n, (family, key) in enumerate(zip(rows["family"], rows["key"], strict=True)):
        chosen.setdefault((family, str(key[0] if family == RULE else key[1 % len(key)]), abs(duals[n]) > 1e-9), n)
    return list(chosen.values())


@pytest.mark.slow
def test_every_dual_holds_between_the_ends_of_its_range(whole: Answer) -> None:
    """From the bound to just inside each end (or to a step, where there is no end), the objective moves in a straight line."""
    program, solution, ranging = whole.solved.program, whole.solved.solution, whole.solved.solution.ranging
    seen = set()
    for n in positions(whole):
        bound, size = bound_of(whole, n), 1 + abs(bound_of(whole, n))
        assert ranging.row_from[n] <= bound + 1e-6 * size
        assert ranging.row_to[n] >= bound - 1e-6 * size
        for end in (ranging.row_from[n], ranging.row_to[n]):
            step = np.clip(0.999 * (end - bound), -0.5 * size, 0.5 * size)
            if abs(step) > 1e-6 * size:
                at = objective_at(program, n, step)
                assert at is not None, (program.rows.loc[n, ["family", "key"]].tolist(), step)
                assert at - whole.objective == pytest.approx(solution.duals[n] * step, rel=1e-6, abs=1e-7 * abs(whole.objective)), n
                seen.add(program.rows.loc[n, "family"])
    assert len(seen) > 15


def test_a_unique_dual_holds_on_both_sides_and_others_do_not(whole: Answer) -> None:
    """In tables rules and limits: dual_unique says whether a small step either way is told by the dual."""
    program, solution = whole.solved.program, whole.solved.solution
    rules = whole.tables["rules"].dropna(subset=["dual"])
    place = program.position(RULE, rows=True)
    unique = {place[[(r, y)]].iloc[0]: u for r, y, u in zip(rules["rule"], rules["period"], rules["dual_unique"], strict=True)}
    assert set(unique.values()) == {True, False}
    for n, is_unique in unique.items():
        step = 2e-7 * (1 + abs(bound_of(whole, n)))
        if is_unique:
            for way in (step, -step):
                at = objective_at(program, n, way)
                assert at == pytest.approx(whole.objective + solution.duals[n] * way, abs=1e-9 * abs(whole.objective))


def test_a_marginal_value_is_what_one_more_unit_there_is_worth() -> None:
    """Table values: a small gift of each commodity at each site raises the objective by its marginal value per unit."""
    text = WORKS + "\nprocesses bake good | recipes bake good make 1 | recipes bake growth use 0.1 | capacities west bake 5\nbasins gift t"
    rules = {"cap": {"limit": "co2", "at_most": "60 t"}, "quota": {"ceiling": "maker", "at_most": "150 t"}}
    answer = solve_pack(text, rules=rules)
    table = answer.tables["values"]
    assert {"good", "coal", "growth"} <= set(table["commodity"])
    for site, commodity, value, unit in zip(table["site"], table["commodity"], table["marginal_value"], table["unit"], strict=True):
        gift = f"\nbasin_supplies gift {site} {commodity}\nbasin_limits gift 0.001"
        assert solve_pack(text + gift, rules=rules).objective - answer.objective == pytest.approx(max(value, 0) * 0.001, abs=1e-6), (site, commodity)
        assert unit == "CNY/t"


def test_a_commodity_that_only_costs_has_a_negative_value() -> None:
    """Slag that must be carried away at 2/t is worth -2."""
    text = "sites a | commodities salt t | commodities slag t | processes mine salt | recipes mine salt make 1 | recipes mine slag make 1"
    text += "| capacities a mine 10 | markets town demand | market_tiers town salt | prices salt 10 | routes heap | disposals heap a slag 2"
    assert solve_pack(text).line("values", commodity="slag")["marginal_value"] == pytest.approx(-2)


LIMITED: dict[str, tuple[str, str, float]] = {
    "draw_limit": ("lake", "basin_limits lake {}", 200.0),
    "capacity_stock": ("a mine", "capacities a mine {}", 7.0),
    "sales_tier": ("town salt 1", "market_tiers town salt 1 {}", 5.0),
    "purchase_tier": ("shop fuel 1", "market_tiers shop fuel 1 {}", 6.0),
    "land_limit": ("a flat", "land a flat {}", 8.0),
    "disposal_limit": ("a slag heap", "disposals heap a slag 0 - {}", 3.0),
    "demand_served": ("a need salt", "demands need a salt {}", 2.0),
}
BASE = """
sites a
commodities brine m3 | commodities salt t | commodities fuel t | commodities slag t
basins lake m3 | basin_supplies lake a brine
processes mine salt - - flat
recipes mine salt make 1 | recipes mine brine use 20 | recipes mine fuel use 0.5 | recipes mine slag make 0.25
factors equipment mine land 0.5
markets town demand | markets need demand | markets shop supply
market_tiers need salt 1 - 0.2
prices salt 10 | prices fuel 3
routes heap
"""
DEFAULTS = {"draw_limit": 1e5, "capacity_stock": 1e3, "sales_tier": 1e4, "purchase_tier": 1e4, "land_limit": 1e4, "disposal_limit": 1e4, "demand_served": 0.0}


@pytest.mark.parametrize("family", LIMITED)
def test_the_dual_of_a_physical_limit_is_the_change_per_unit_more(family: str) -> None:
    """The number in the pack is moved by a little; table limits tells the change."""
    _, _, value = LIMITED[family]

    def at(number: float) -> Answer:
        tight = DEFAULTS | {"capacity_stock": 40.0} | {family: number}
        return solve_pack(BASE + "\n".join(LIMITED[name][1].format(amount) for name, amount in tight.items()), may_retire=True)

    answer, step = at(value), 1e-3 * value
    line = answer.line("limits", family=family)
    change = (at(value + step).objective - at(value - step).objective) / (2 * step)
    assert change != 0
    assert line["dual"] == pytest.approx(change)
    assert line["bound"] == pytest.approx(value)
    place, *item = LIMITED[family][0].split()
    told = (line["place"], line["item"])
    assert told == (place, " ".join(item))


def test_every_rule_of_everything_is_told(whole: Answer) -> None:
    told = set(zip(whole.tables["rules"]["rule"], whole.tables["rules"]["kind"], strict=True))
    assert told == {(name, next(iter(raw))) for name, raw in RULES.items() if (next(iter(raw)) != "price" and "price" not in raw) or "charge" in raw}


@pytest.mark.parametrize(("row", "told"), [("t", "CNY/t"), ("(t/a)*a", "CNY/t"), ("t/a", "CNY/(t/a)"), ("(MW)*a", "CNY/(MW*a)"), ("m3", "CNY/m3")])
def test_the_unit_of_a_dual_can_be_read_in_one_way(row: str, told: str) -> None:
    assert per("CNY", row) == told
