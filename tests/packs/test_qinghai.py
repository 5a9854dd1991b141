"""The province: its parks and chains are there, nothing of the zone stands twice, its ten indicators are the official ones, its zones can plan apart."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest

from docs.workshop import Workshop
from packs.test_packs import ROOT, certified, pack, with_capacity
from saltloop.formulation.rules.rule import sites_of

# The 15 parks of the 2021 plan (002:69) as areas or sites of the pack.
LISTED = {
    "格尔木": "golmud", "德令哈": "delingha", "大柴旦": "dachaidan", "乌兰": "ulan", "甘河": "xining_ganhe", "东川": "xining_dongchuan",
    "青海高新技术产业开发区": "xining_hightech", "南川工业园": "xining_nanchuan", "大通北川工业园": "datong_beichuan", "乐都工业园": "haidong_ledu",
    "海东河湟新区": "haidong_hehuang", "民和工业园": "haidong_minhe", "互助绿色产业园": "haidong_huzhu", "海北州生物园区": "haibei_bio",
    "热水煤炭产业园区": "reshui_coal",
}  # fmt: skip
# The seven chains (002:41-57): industries or processes, and how many processes of each must have capacity outside the Qaidam zone or in it.
CHAINS = {
    "salt lake": ("ccepz", {"salt_lake"}, 60),
    "clean energy": ("qinghai_east", {"hydro_reservoir", "pv_utility_fixed", "wind_onshore", "clean_power_supply"}, 4),
    "new materials": ("qinghai_east", {"new_material", "al_mg_alloy", "nickel_alloy", "titanium_alloy_ingot_remelting", "aluminium_foil_rolling"}, 18),
    "farming": ("qinghai_east", {"agriculture"}, 20),
    "tourism": ("qinghai", {"tourism_visit"}, 1),
    "trade and logistics": ("qinghai", {"freight_transshipment", "cold_chain_storage"}, 2),
    "recycling": ("qinghai_east", {"recycling"}, 12),
}
TEN = (
    "water_productivity", "construction_land_productivity", "energy_productivity", "solid_waste_utilisation", "water_reuse", "farm_processing",
    "straw_utilisation", "manure_utilisation", "municipal_waste_treatment", "sewage_treatment_rate",
)  # fmt: skip
ROW = re.compile(r"^\|[^|]*<!-- (\w+) (\w+) (\S+) -->\s*\|\s*([-−\d. ]+)\|\s*([-−\d. ]+)\|\s*([-+−\d. ]+)\|")


def test_all_fifteen_parks_of_the_plan_are_there() -> None:
    found = pack("qinghai")
    title = {row["site"]: row["title_zh"] for row in found.rows("sites")} | {row["area"]: row["title_zh"] for row in found.rows("areas")}
    assert len(set(LISTED.values())) == 15
    for named, place in LISTED.items():
        assert named.removesuffix("工业园") in title[place], (named, title[place])
        assert sites_of(found, [place])


def test_parks_without_a_named_industry_stand_empty() -> None:
    """Where the documents name a park and nothing else, no plant is invented."""
    equipped = {row["site"] for row in pack("qinghai").rows("capacities")}
    assert equipped.isdisjoint({"datong_beichuan", "haidong_ledu", "haidong_minhe"})


@pytest.mark.parametrize("chain", CHAINS)
def test_each_chain_has_processes_with_capacity(chain: str) -> None:
    area, wanted, least = CHAINS[chain]
    found, there = pack("qinghai"), set(sites_of(pack("qinghai"), [area]))
    standing: dict[str, set[str]] = defaultdict(set)
    for row in found.rows("capacities"):
        if row["site"] in there and row["value"] > 0:
            standing[row["equipment"]].add(row["site"])
    shared = {row["process"]: row["equipment"] for row in found.rows("uses")}
    working = {p for p, row in with_capacity(found).items() if (p in wanted or row["industry"] in wanted) and standing[shared.get(p, p)]}
    assert len(working) >= least, sorted(working)


def test_the_province_contains_the_zone_and_repeats_no_coefficient() -> None:
    """Every row of the zone is a row of the province; only areas, background and observations are replaced, and no recipe or factor of a process is its own."""
    zone, province = pack("qaidam"), pack("qinghai")
    free = {"areas", "background", "observations"}
    for name in set(zone.tables) - free:
        rows = {(row["_file"], row["_line"]) for row in province.rows(name)}
        assert {(row["_file"], row["_line"]) for row in zone.rows(name)} <= rows, name
    assert {name for name in province.tables for row in province.rows(name) if "data/qinghai/" in row["_file"] and row["override"] == "yes"} == free
    own = ROOT / "data/qinghai"
    shared = ("processes", "recipes", "commodities", "compositions", "uses", "indicators")
    assert [name for name in shared if (own / f"{name}.csv").exists() or (own / name).exists()] == []
    assert {row["kind"] for row in province.rows("factors") if "data/qinghai/" in row["_file"]} == {"mode", "basin"}


def _value(accounts: pd.DataFrame, account: str, area: str) -> float:
    return float(accounts[(accounts["account"] == account) & (accounts["area"] == area)]["value"].iloc[0])


@pytest.mark.slow
@pytest.mark.parametrize("year", [2015, 2020])
def test_the_ten_indicators_are_the_official_ones(year: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workshop: Workshop) -> None:
    """To the digits printed in 002:27; background and modelled account add up to the official total within 0.1 %."""
    run = certified(ROOT / f"scenarios/qinghai-{year}.yaml", tmp_path, monkeypatch, workshop)
    indicators, accounts = run.table("indicators"), run.table("accounts")
    of_province = indicators[(indicators["area"] == "qinghai")].set_index("indicator")["actual"]
    rows = pack("qinghai").rows("indicator_values")
    published = {r["indicator"]: r["value"] for r in rows if (r["area"], r["year"], r["kind"]) == ("qinghai", year, "published")}
    for name in TEN:
        printed = f"{published[name]:.10g}"
        digits = len(printed.partition(".")[2])
        assert round(float(of_province[name]), digits) == pytest.approx(published[name], abs=10 ** -(digits + 3)), name
    background = {r["account"]: r["value"] for r in pack("qinghai").rows("background") if (r["area"], r["year"]) == ("qinghai", year)}
    unit = {r["account"]: r["unit"] for r in pack("qinghai").rows("accounts")}
    misfit: dict[str, float] = {}
    for r in pack("qinghai").rows("observations"):
        if (r["area"], r["kind"], r["year"], r["compares"]) == ("qinghai", "account", year, "part") and r["item"] in background:
            factor = pack("qinghai").units.factor(r["unit"], unit[r["item"]])
            assert factor is not None
            whole, total = _value(accounts, r["item"], "qinghai") + background[r["item"]], r["value"] * factor
            misfit[r["item"]] = min(misfit.get(r["item"], 1.0), abs(whole - total) / total)
    assert len(misfit) >= 18
    assert max(misfit.values()) <= 1e-3, misfit


@pytest.mark.slow
def test_zones_that_plan_together_reach_more_and_the_page_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workshop: Workshop) -> None:
    """Nothing passes between the zones when they plan apart; the table of the page holds what the two runs say, within 1 %."""
    alone = certified(ROOT / "scenarios/qinghai-2025-alone.yaml", tmp_path, monkeypatch, workshop)
    together = certified(ROOT / "scenarios/qinghai-2025.yaml", tmp_path, monkeypatch, workshop)
    rules = alone.table("rules").set_index("rule")
    assert float(rules.loc["zones_apart", "left"]) == pytest.approx(0, abs=1e-6)
    books = [run.table("accounts") for run in (alone, together)]
    assert _value(books[1], "value_added", "qinghai") > _value(books[0], "value_added", "qinghai")
    for page in ("qinghai.md", "qinghai.zh.md"):
        rows = [m.groups() for line in (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines() if (m := ROW.match(line))]
        assert len(rows) >= 8
        for account, area, unit, *written in rows:
            numbers = [float(text.replace("−", "-").replace(" ", "")) for text in written]
            found = [_value(book, account, area) / float(unit) for book in books]
            assert numbers[:2] == pytest.approx(found, rel=0.01, abs=0.006), (account, area)
            assert numbers[2] == pytest.approx(numbers[1] - numbers[0], abs=0.011 * max(map(abs, (1, *numbers)))), (account, area)
