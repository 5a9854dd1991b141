"""Families 3 and 4: draws, stocks, evaporation, land."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from saltloop.formulation.calendar import EACH
from tiny import case_of, program_of, solve_pack

Golden = Callable[..., None]

RIVER = """
sites lake | sites park
commodities water m3 slice | commodities brine t slice | commodities salt t slice
basins river m3
basin_supplies river lake water | basin_supplies river park water | basin_supplies river park brine 2
basin_limits river 1000 - draw_limit | basin_limits river 60 - draw_limit 7 | basin_limits river 800 - draw_limit - 2030
processes mine salt slice
recipes mine salt make 1 | recipes mine water use 4
processes press salt slice
recipes press salt make 1 | recipes press brine use 1
capacities lake mine 1e6 | capacities park mine 1e6 | capacities park press 1e6
markets town demand
market_tiers town salt
prices salt 10
"""


def test_draws_of_a_basin_stay_within_the_year_and_a_month_of_its_own(golden: Golden) -> None:
    """In units of the basin: 1 per m3 water at both sites, 2 per t brine. The year sums 12 months; July has a limit of its own.

    A limit with a year replaces the older one from then on: 800 in 2030.
    """
    golden("draw_limit", program_of(RIVER, slices="months", periods=[(2025, 5), (2030, 5)]), "draw_limit")


def test_brine_is_the_better_use_of_the_river() -> None:
    """A m3 of river gives 1/4 t of salt as water, 1/2 t as brine: 500 t; the value of a m3 is half a tonne of salt."""
    answer = solve_pack(RIVER, slices="months")
    assert answer.objective == pytest.approx(500 * 10)
    assert answer.dual("draw_limit", "river", 2025, "year") == pytest.approx(5)
    july = [answer.value("draw", "park", "river", "brine", 2025, "m07"), answer.value("draw", "park", "river", "water", 2025, "m07")]
    assert july[0] * 2 + july[1] <= 60 + 1e-9


def test_a_limit_of_a_month_binds_when_the_year_does_not() -> None:
    """Without the yearly limit only July is bounded, so all other months are bounded by the market alone."""
    bounded = RIVER.replace("basin_limits river 1000 - draw_limit |", "").replace("market_tiers town salt", "market_tiers town salt 1 100")
    answer = solve_pack(bounded, slices="months")
    assert answer.objective == pytest.approx(1000)


ORE = """
sites mine
commodities ore t | commodities metal t
basins vein t
basin_supplies vein mine ore
basin_limits vein 1000 - stock
processes smelt metal
recipes smelt metal make 1 | recipes smelt ore use 2
capacities mine smelt 100
markets town demand
market_tiers town metal
prices metal 10
"""


def test_all_periods_together_stay_within_the_stock(golden: Golden) -> None:
    """2025 stands for 5 years, 2030 for 10: 5 draw 2025 + 10 draw 2030 <= 1000."""
    golden("stock_limit", program_of(ORE, periods=[(2025, 5), (2030, 10)]), "stock_limit")


def test_a_scarce_stock_is_used_in_the_earlier_period() -> None:
    """5 x 200 in 2025 uses it up, since later money is discounted: 100 t x 10 x 5 years.

    One more t of ore is used in 2030, for half of 10, discounted.
    """
    answer = solve_pack(ORE, periods=[(2025, 5), (2030, 10)])
    assert answer.objective == pytest.approx(5 * 100 * 10)
    assert answer.dual("stock_limit", "vein") == pytest.approx(5 * 1.08**-5)


POND = """
sites lake
commodities brine m3 slice | commodities salt t slice
basins pool m3
basin_supplies pool lake brine
processes pond salt slice
recipes pond salt make 1 | recipes pond brine use 10
factors process pond evaporation 8
equipment field ha slice
uses pond field 0
factors equipment field pond_area 1
capacities lake field 3
markets town demand
market_tiers town salt
prices salt 10
""" + "\n".join(f"evaporation lake {value} - {month}" for month, value in enumerate([20, 40, 80, 120, 160, 200, 200, 160, 120, 80, 40, 20], 1))


def test_a_pond_evaporates_what_sun_and_wind_take_from_its_area(golden: Golden) -> None:
    """8 m3 per t of salt <= 10 m3/ha per mm x 1 ha per ha of field x capacity: January 200, July 2000 m3/ha."""
    golden("evaporation_limit", program_of(POND, slices="months"), "evaporation_limit")


def test_a_year_of_evaporation_makes_salt() -> None:
    """1240 mm x 10 x 3 ha / 8 m3 = 4650 t, in months and in the year; two thirds of it from April to September."""
    for kind in ("months", "year"):
        assert solve_pack(POND, slices=kind).objective == pytest.approx(46500)
    answer = solve_pack(POND, slices="months")
    assert answer.value("activity", "lake", "pond", 2025, "m07") == pytest.approx(2000 * 3 / 8)


def test_each_hour_of_a_typical_day_evaporates_its_24th_part_of_the_month() -> None:
    answer = solve_pack(POND, slices="typical_days")
    assert answer.objective == pytest.approx(46500)
    assert answer.value("activity", "lake", "pond", 2025, "m01h03") == pytest.approx(200 * 3 / 8 / 24)


def test_all_hours_of_the_year_together_evaporate_the_year() -> None:
    """An hour of January takes its 744th part of the month."""
    hours = case_of(POND, slices="hours").net_evaporation
    assert hours["lake", EACH][0] == pytest.approx(200 / 744)
    assert np.sum(hours["lake", EACH]) == pytest.approx(hours["lake", "year"])


HEAPS = """
sites park
commodities salt t slice | commodities slag t slice | commodities ash t slice
processes mine salt slice - unused | processes sun salt slice - unused
recipes mine salt make 1 | recipes mine slag make 2 | recipes mine ash make 1 | recipes sun salt make 1
factors equipment sun land 0.5 | factors route heap land 0.001 | factors commodity ash land 0.002
capacities park mine 100 | capacities park sun 40 t/a option
routes heap stack unused
disposals heap park slag | disposals heap park ash
land park unused 10
markets town demand
market_tiers town salt
prices salt 10
"""


def test_equipment_and_heaps_share_the_land_of_their_class(golden: Golden) -> None:
    """0.5 ha per t/a of sun; 0.001 ha per t of slag in each of twelve months; ash has a value of its own, 0.002. The mine needs none."""
    golden("land_limit", program_of(HEAPS, slices="months", may_build=("option",)), "land_limit")


def test_land_goes_to_what_earns_most_per_hectare() -> None:
    """A t of the mine takes 2 x 0.001 + 0.002 = 0.004 ha: 100 t take 0.4 ha, 9.6 ha are left for 19.2 t/a of sun; one more ha is worth 20."""
    answer = solve_pack(HEAPS, may_build=("option",))
    assert answer.objective == pytest.approx((100 + 19.2) * 10)
    assert answer.dual("land_limit", "park", "unused", 2025) == pytest.approx(20)
