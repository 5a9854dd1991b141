"""Families 5 and 6: what a link carries, and what a store keeps from one slice to the next."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from arrays import only
from saltloop.errors import InputError
from saltloop.formulation.program import Program
from tiny import program_of, solve_pack

Golden = Callable[..., None]

ROAD = """
sites lake | sites park
commodities salt t | commodities ore kg
modes road t salt+ore
links lane lake park road 10 60 yes
basins pool t
basin_supplies pool lake salt | basin_supplies pool lake ore 0.001
factors mode road loss 0.1
markets town demand
market_tiers town salt | market_tiers town ore 1 30000
market_access town park
prices salt 10 | prices ore 0.02
"""


def test_loads_are_counted_in_the_unit_of_the_mode(golden: Golden) -> None:
    """1 t of salt + 0.001 t per kg of ore <= 60 t a year; nothing can be sent back, since the lake has no use for it."""
    golden("link_limit", program_of(ROAD), "link_limit")


def test_a_full_road_takes_the_dearer_load_first() -> None:
    """A t of ore brings 1000 x 0.02 = 20, so 33.333 t are sent, of which 90 % arrive (30 000 kg); 26.667 t of salt fill the rest."""
    answer = solve_pack(ROAD)
    assert answer.objective == pytest.approx(30000 * 0.02 + (60 - 30 / 0.9) * 0.9 * 10)
    assert answer.dual("link_limit", "lane", 2025, "year") == pytest.approx(9)


WIRE = """
sites dam | sites town
commodities power MWh slice
modes line MWh power yes
links wire dam town line 10 876
basins fall MWh
basin_supplies fall dam power
markets grid demand
market_tiers grid power
market_access grid town
prices power 100
"""


def test_a_link_of_things_balanced_by_slice_has_a_limit_in_each(golden: Golden) -> None:
    """876 MWh a year are 0.1 MW: 74.4 MWh in January."""
    golden("link_limit_months", program_of(WIRE, slices="months"), "link_limit")


def test_a_wire_is_full_in_every_month() -> None:
    assert solve_pack(WIRE, slices="months").objective == pytest.approx(87600)


BATTERY = """
sites park
commodities power MWh slice
processes sun power slice MW
recipes sun power make 1
capacities park sun 1
equipment cells MWh slice
stores battery power cells day
capacities park cells 4
factors store battery loss 0.01 | factors store battery efficiency_in 0.9 | factors store battery efficiency_out 0.8 | factors store battery rate 0.25
markets grid demand
market_tiers grid power 1 100
prices power 50
""" + "\n".join(f"profiles sun {m} {1 if h == 12 else 0} {h}" for m in range(1, 13) for h in range(24))


def test_a_level_is_what_was_kept_plus_in_less_out(golden: Golden) -> None:
    """One typical day per month. The hours of January stand for 31 days, so yearly flows are divided by 31.

    level(h) = 0.99 level(h - 1) + 0.9/31 in - 1/(0.8 x 31) out; hour 0 follows hour 23.
    """
    golden("storage_level", _january(program_of(BATTERY, slices="typical_days")), "storage_level")


def _january(program: Program) -> Program:
    """Three hours of the 288, to keep the golden short."""
    kept = [len(k) == 4 and str(k[3]) in ("m01h00", "m01h12", "m02h23") for k in program.rows["key"]]
    return only(program, kept)


def test_over_months_the_loss_of_all_hours_is_taken(golden: Golden) -> None:
    """A month is one slice of 744 hours that occurs once: keep = 0.999^744; the level of December carries over to January."""
    months = BATTERY.replace("battery loss 0.01", "battery loss 0.001").replace("cells day", "cells year")
    golden("storage_level_months", program_of(months, slices="months"), "storage_level")


def test_a_level_stays_within_the_equipment(golden: Golden) -> None:
    golden("storage_size", _january(program_of(BATTERY, slices="typical_days")), "storage_size")


def test_what_goes_in_and_out_stays_within_the_rate(golden: Golden) -> None:
    """A quarter of the size in each of the 31 hours that hour 12 of January stands for: in + out <= 0.25 x 31 x capacity."""
    golden("storage_rate", _january(program_of(BATTERY, slices="typical_days")), "storage_rate")


def test_a_night_is_served_from_the_day() -> None:
    """Every hour of the year needs 0.1 MWh; only noon has sun, 6 MWh, so the other 23 hours live on what was stored then.

    Worked backwards over one day: what an hour n hours after noon takes must be 0.1/0.8/0.99^n in the store at noon.
    """
    text = BATTERY.replace("grid power 1 100", "grid power 1 0").replace("battery rate 0.25", "battery rate 1").replace("park sun 1", "park sun 6")
    text += "\nmarkets night demand | market_tiers night power | demands night park power 876 - 1000"
    answer = solve_pack(text, slices="typical_days")
    stored = answer.value("store_in", "park", "battery", 2025, "m01h12") / 31
    assert stored == pytest.approx(sum(0.1 / 0.8 / 0.99**n for n in range(1, 24)) / 0.9)
    assert answer.value("unmet", "park", "night", "power", 2025, "m01h00") == 0


def before(chronology: str, slices: str, step: str) -> list[str]:
    """Slices whose level a slice goes on from."""
    rows = program_of(BATTERY.replace("cells day", f"cells {chronology}"), slices=slices)
    n = rows.position("storage_level", rows=True)[[("park", "battery", 2025, step)]].iloc[0]
    keys = rows.columns.loc[rows.matrix[[n]].indices, ["family", "key"]]
    return [key[3] for family, key in zip(keys["family"], keys["key"], strict=True) if family == "store_level" and key[3] != step]


@pytest.mark.parametrize(
    ("chronology", "slices", "step", "expected"),
    [
        ("day", "typical_days", "m03h00", ["m03h23"]),
        ("year", "months", "m01", ["m12"]),
        ("day", "months", "m01", []),
        ("day", "year", "year", []),
    ],
)
def test_a_level_returns_within_the_day_or_the_year_as_the_store_says(chronology: str, slices: str, step: str, expected: list[str]) -> None:
    """Within a slice longer than a day a store of the day goes on from its own level: it cannot carry anything over."""
    assert before(chronology, slices, step) == expected


def test_typical_days_do_not_follow_one_another() -> None:
    with pytest.raises(InputError, match="M322"):
        before("year", "typical_days", "m01h00")
