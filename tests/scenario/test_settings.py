"""`set`: paths of the pack, changes and amounts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from interfaces.typed import Edit, project
from saltloop.data.schema import TABLES
from saltloop.errors import InputError
from saltloop.scenario import Scenario, load_scenario
from saltloop.scenario.settings import _addresses
from scenario.files import BASE, scenario_of


def row(scenario: Scenario, table: str, **key: object) -> dict[str, Any]:
    rows = [r for r in scenario.pack.tables[table].to_dict("records") if all(r[name] == value for name, value in key.items())]
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize(
    ("path", "text", "table", "key", "column", "value"),
    [
        ("basins.lake_brine.draw_limit", "1.62 hm3", "basin_limits", {"basin": "lake_brine"}, "value", 1_620_000),
        ("processes.potash_plant.electricity", "-15 %", "recipes", {"process": "potash_plant", "commodity": "electricity"}, "value", 0.425),
        ("processes.potash_plant.electricity", "540 MJ", "recipes", {"process": "potash_plant", "commodity": "electricity"}, "value", 0.15),
        ("processes.potash_plant.variable_cost", "0.02 万元", "factors", {"item": "potash_plant"}, "value", 200),
        ("equipment.solar_power.availability", "25 %", "factors", {"item": "solar_power", "factor": "availability"}, "value", 0.25),
        ("equipment.solar_power.availability", "+25 %", "factors", {"item": "solar_power", "factor": "availability"}, "value", 0.25),
        ("commodities.coal.co2_combustion", "1900 kg", "factors", {"item": "coal"}, "value", 1.9),
        ("modes.road.freight_distance", "0.6", "factors", {"item": "road"}, "value", 0.6),
        ("routes.stack.land", "+100 %", "factors", {"item": "stack"}, "value", 2e-5),
        ("compositions.coal.C", "0.55 t", "compositions", {"commodity": "coal"}, "value", 0.55),
        ("uses.block_making.salt_hall", "0.6", "uses", {"process": "block_making"}, "value", 0.6),
        ("land.park.unused", "300 mu", "land", {"site": "park"}, "value", 20),
        ("basin_supplies.river.park.fresh_water", "+10 %", "basin_supplies", {"basin": "river", "site": "park"}, "value", 1.1),
        ("links.road_lake_park.distance", "50 km", "links", {"link": "road_lake_park"}, "value", 50),
        ("links.road_lake_park.capacity", "200 kt", "links", {"link": "road_lake_park"}, "capacity", 200_000),
        ("markets.buyers.salt.2", "0.6", "market_tiers", {"market": "buyers", "commodity": "salt", "tier": 2}, "value", 0.6),
        ("markets.buyers.salt.1.volume", "-10 %", "market_tiers", {"market": "buyers", "commodity": "salt", "tier": 1}, "volume", 90_000),
        ("market_access.buyers.lake.potash", "120 CNY/t", "market_access", {"market": "buyers", "place": "lake"}, "value", 120),
        ("prices.coal", "0.7 CNY/kg", "prices", {"commodity": "coal"}, "value", 700),
        ("prices.potash.2025", "2100 CNY/t", "prices", {"commodity": "potash", "year": 2025}, "value", 2100),
        ("demands.town.electricity", "3 亿千瓦时", "demands", {"site": "town"}, "value", 300_000),
        ("disposals.stack.lake.waste_salt", "12 CNY/t", "disposals", {"route": "stack", "place": "lake"}, "value", 12),
        ("disposals.stack.lake.waste_salt.limit", "50 kt", "disposals", {"route": "stack", "place": "lake"}, "limit", 50_000),
        ("capacities.park.solar_power.option", "20 MW", "capacities", {"equipment": "solar_power"}, "value", 20),
        ("account_terms.co2.used.fuel.burns.co2_combustion", "-10 %", "account_terms", {"account": "co2"}, "value", 0.9),
        ("account_terms.gross_output.sell.-.-.price", "2", "account_terms", {"account": "gross_output"}, "value", 2),
        ("background.value_added.region", "2 亿元", "background", {"account": "value_added"}, "value", 2e8),
        ("indicator_values.waste_use_rate.zone.target", "65 %", "indicator_values", {"kind": "target"}, "value", 65),
    ],
)
def test_any_number_of_the_pack_is_set_by_its_path(tmp_path: Path, path: str, text: str, table: str, key: dict[str, object], column: str, value: float) -> None:
    scenario = scenario_of(tmp_path, BASE + f"set: {{{path}: {text}}}\n")
    assert row(scenario, table, **key)[column] == pytest.approx(value)
    assert [(c.path, c.table, c.text, c.after) for c in scenario.changes] == [(path, table, text, pytest.approx(value))]


def test_a_change_scales_the_range_and_an_amount_widens_it(tmp_path: Path) -> None:
    scenario = scenario_of(tmp_path, BASE + "set: {basins.river.draw_limit: -50 %, land.lake.unused: 130 ha}\n")
    river, lake = row(scenario, "basin_limits", basin="river"), row(scenario, "land", site="lake")
    assert (river["low"], river["value"], river["high"]) == pytest.approx((240_000, 300_000, 360_000))
    assert (lake["low"], lake["value"], lake["high"]) == pytest.approx((80, 130, 130))


def test_a_change_reaches_every_number_of_its_path(tmp_path: Path) -> None:
    scenario = scenario_of(tmp_path, BASE + "set: {prices.potash: -10 %}\n")
    assert [r["value"] for r in scenario.pack.tables["prices"].to_dict("records") if r["commodity"] == "potash"] == pytest.approx([2700, 1800])
    assert len(scenario.changes) == 2


def test_a_changed_row_names_the_scenario_and_keeps_what_the_pack_said(tmp_path: Path) -> None:
    scenario = scenario_of(tmp_path, BASE + "set: {land.park.unused: +10 %}\n")
    changed = row(scenario, "land", site="park")
    assert changed["_file"].endswith("main.yaml")
    assert changed["_line"] == 7
    assert "the pack had 15 ha (" in changed["note"]
    assert "land.csv:3)" in changed["note"]


def test_the_pack_at_hand_is_not_changed(tmp_path: Path) -> None:
    before = scenario_of(tmp_path / "a").pack
    scenario_of(tmp_path / "b", BASE + "set: {land.park.unused: +10 %}\n")
    assert before.tables["land"]["value"].tolist() == [100.0, 15.0]


def test_what_a_setting_breaks_is_told_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"main\.yaml:7  D184"):
        scenario_of(tmp_path, BASE + "set: {equipment.solar_power.availability: 1.3}\n")


def test_a_what_if_may_leave_the_assay(tmp_path: Path) -> None:
    scenario = scenario_of(tmp_path, BASE + "set: {processes.potash_plant.waste_salt: 4 t}\n")
    assert [c.after for c in scenario.changes] == [4.0]


def test_twenty_times_is_still_quiet_and_a_hundred_times_still_a_warning(tmp_path: Path) -> None:
    quiet = scenario_of(tmp_path / "a", BASE + "set: {land.park.unused: 300 ha}\n")
    warned = scenario_of(tmp_path / "b", BASE + "set: {land.park.unused: 1500 ha}\n")
    meant = scenario_of(tmp_path / "c", BASE + "set: {land.park.unused: +99900 %}\n")
    assert [len(s.notes.found) for s in (quiet, warned, meant)] == [0, 1, 0]


def test_every_table_with_a_path_is_addressed(tmp_path: Path) -> None:
    scenario = scenario_of(tmp_path)
    reached = {cell.table for cells in _addresses(scenario.pack).values() for cell in cells}
    filled = {table.name for table in TABLES if table.path and not scenario.pack.tables[table.name].empty}
    assert reached == filled


def test_a_tier_of_several_years_is_set_by_its_year(tmp_path: Path) -> None:
    later: Edit = {"table": "market_tiers", "add": {"market": "buyers", "commodity": "salt", "tier": 1, "year": 2030, "value": 1, "volume": 80_000}}
    made = project(tmp_path, BASE + "set: {markets.buyers.salt.1.2030.volume: 90 kt}\n", [later])
    scenario = load_scenario(made.scenario)
    volumes = [r["volume"] for r in scenario.pack.rows("market_tiers") if (r["commodity"], r["tier"]) == ("salt", 1)]
    assert volumes == [100_000, 90_000]
    made.write(BASE + "set: {markets.buyers.salt.1.volume: 90 kt}\n")
    with pytest.raises(InputError, match=r"S121 .* names 2 numbers [\s\S]*markets\.buyers\.salt\.1\.2030\.volume"):
        load_scenario(made.scenario)
