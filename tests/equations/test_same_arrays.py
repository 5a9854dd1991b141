"""The rules written for all indices at once give the arrays of the plain Pyomo model: same names in the same order, same numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from everything import CHOICES, EVERYTHING
from invariants.random_case import RandomCase, cases
from saltloop.formulation.case import Case, build_case
from saltloop.formulation.program import Program, compile_program
from saltloop.formulation.reference import reference_program
from saltloop.scenario.resolve import load_scenario
from tiny import case_of, pack_of

SCENARIOS = Path(__file__).parents[2] / "scenarios"
# One for each structure: every pack; every rule kind stands in the tests above, and a year or a price more has the same rows.
STRUCTURES = ("ferts", "gansu-2020-targets", "qaidam-2025-targets", "qaidam-projects", "qinghai-2025-alone")


def assert_same(case: Case) -> Program:
    """Compile a case both ways and compare everything."""
    found, plain = compile_program(case), reference_program(case)
    for mine, reference in ((found.across, plain.across), (found.down, plain.down)):
        assert mine.keys() == reference.keys()
        assert mine.units().tolist() == reference.units().tolist()
        for side in ("lower", "upper"):
            np.testing.assert_allclose(getattr(mine, side), getattr(reference, side), rtol=1e-12, atol=0)
    a, b = found.matrix, plain.matrix
    for matrix in (a, b):
        matrix.sort_indices()
    assert np.array_equal(a.indptr, b.indptr)
    assert np.array_equal(a.indices, b.indices)
    np.testing.assert_allclose(a.data, b.data, rtol=1e-12, atol=0)
    assert [sense for sense, _ in found.stages] == [sense for sense, _ in plain.stages]
    for (_, costs), (_, reference_costs) in zip(found.stages, plain.stages, strict=True):
        np.testing.assert_allclose(costs, reference_costs, rtol=1e-12, atol=0)
    assert found.objective_unit == plain.objective_unit
    return found


@pytest.mark.parametrize("slices", ["year", "months"])
def test_every_equation_and_rule_kind(slices: str) -> None:
    found = assert_same(case_of(EVERYTHING, **{**CHOICES, "slices": slices}))
    assert all(len(family) for family in (*found.across.families, *found.down.families))


def test_every_equation_over_the_hours_of_typical_days() -> None:
    text = EVERYTHING.replace("stores battery power cells", "stores battery power cells day")
    found = assert_same(case_of(text, **{**CHOICES, "slices": "typical_days", "periods": [(2025, 1.0)]}))
    assert len(found.down.family("storage_level")) == 288


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_random_cases(case: RandomCase) -> None:
    assert_same(build_case(pack_of(case.tables), case_of(case.tables, **case.choices).choices))


@pytest.mark.slow
@pytest.mark.parametrize("name", STRUCTURES)
def test_shipped_scenarios(name: str) -> None:
    scenario = load_scenario(SCENARIOS / f"{name}.yaml")
    assert_same(build_case(scenario.pack, scenario.choices))


def test_a_level_goes_through_all_hours_of_the_year() -> None:
    hours = compile_program(case_of(EVERYTHING, **{**CHOICES, "slices": "hours"}))
    levels = hours.down.span("storage_level")
    assert levels.stop - levels.start == 2 * 8760
    assert hours.down.key(levels.start + 8759) == ("storage_level", ("park", "battery", 2025, "h8760"))
    names = [hours.across.name(n) for n in hours.matrix[[levels.start]].indices]
    assert {"store_level[park,battery,2025,h0001]", "store_level[park,battery,2025,h8760]"} <= set(names)
