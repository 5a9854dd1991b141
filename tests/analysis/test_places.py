"""Where the plans of other scenarios lie beside a front: on the toy pack, and some of the shipped policies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from saltloop.analysis.beside import own_plan, placed_frame
from saltloop.analysis.pareto import front
from saltloop.analysis.places import changed, files_of, places_of
from saltloop.analysis.surface import surface
from saltloop.analysis.trade import Trade, trade_of
from saltloop.errors import InputError
from saltloop.formulation.case import build_case
from saltloop.interfaces.front_text import front_answer
from saltloop.results.titles import names_of
from saltloop.scenario.resolve import load_scenario
from study.files import BASE, PACKS
from tiny import run_of

POLICIES = Path(__file__).parents[2] / "scenarios" / "policies"
OTHERS = {
    "capped": "rules: {lower: {limit: co2, at_most: 86.75 kt}}\n",
    "dear": "prices: {set: {potash: +10 %}}\n",
    "later": "periods: [2025, 2030]\nrules: {charged: {charge: co2, price: 10 CNY/t}}\n",
    "nowhere": "rules: {cap: {limit: co2, at_most: 19 kt}}\n",
    "alone": "areas: [zone]\n",
}


def trade_of_file(path: Path, accounts: Sequence[str], data: str | None = None) -> Trade:
    scenario = load_scenario(path, data)
    return trade_of(build_case(scenario.pack, scenario.choices), accounts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base of the studies, and others that extend it."""
    folder = tmp_path_factory.mktemp("places") / "scenarios"
    (folder / "others").mkdir(parents=True)
    (folder / "base.yaml").write_text(BASE, encoding="utf-8")
    for name, text in OTHERS.items():
        (folder / "others" / f"{name}.yaml").write_text(f"title: {{en: {name}, zh: {name}}}\nextends: ../base.yaml\n{text}", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def toy(folder: Path) -> Trade:
    return trade_of_file(folder / "base.yaml", ("value_added", "co2"), str(PACKS))


@pytest.fixture(scope="module")
def placed(folder: Path, toy: Trade) -> pd.DataFrame:
    found = front(toy, 5, places_of(toy, [folder / "others"], str(PACKS), folder / "base.yaml")).placed
    return found.set_index(found["title_en"])


def test_a_rule_more_keeps_a_plan_on_the_front_or_inside(placed: pd.DataFrame) -> None:
    """140.65 M under the cap of 86.75 kt, as the pack's README has it; nothing else changes, so it is the front itself."""
    assert placed.loc["capped", ["first", "second"]].tolist() == pytest.approx([140.65e6, 86.75e3])
    assert placed.loc["capped", "verdict"] == "on"
    assert placed.loc["capped", "changes"] == "rules.lower"


def test_a_better_price_lies_outside_by_what_it_brings(placed: pd.DataFrame) -> None:
    dear = placed.loc["dear"]
    assert dear["verdict"] == "outside"
    assert dear["changes"] == "prices.set"
    # 80 kt of potash at 200 CNY/t more; the plan, and so its carbon, stays.
    assert -dear["distance"] == pytest.approx(80e3 * 200)
    assert dear["share"] == pytest.approx(-16e6 / 140.7e6)


def test_other_periods_are_held_against_their_own_front(placed: pd.DataFrame, folder: Path, toy: Trade) -> None:
    """The plan with the charge lies inside by no more than the charge paid."""
    later = placed.loc["later"]
    assert "2025, 2030" in later["note_en"]
    assert later["front"] > 1.5 * toy.own[0]
    assert later["verdict"] in ("on", "inside")
    assert 0 <= later["distance"] <= 10 * later["second"] + 1


def test_other_sites_are_held_against_their_own_front(placed: pd.DataFrame) -> None:
    assert placed.loc["alone", "verdict"] == "on", "the same scenario at fewer sites is its own front"
    assert "Toy zone" in placed.loc["alone", "note_en"]
    assert "玩具园区" in placed.loc["alone", "note_zh"]


def test_a_scenario_without_a_plan_is_a_row_with_its_reason(placed: pd.DataFrame) -> None:
    row = placed.loc["nowhere"]
    assert row["verdict"] == "no_place"
    assert row["note_en"].startswith("no plan: ")
    assert "no feasible plan" in row["note_en"]
    assert row["note_zh"].startswith("无方案：")
    assert np.isnan(row["first"])


def test_every_plan_is_told_in_both_languages(placed: pd.DataFrame, folder: Path, toy: Trade) -> None:
    found = front(toy, 3, places_of(toy, [folder / "others"], str(PACKS), folder / "base.yaml"))
    for language, words in (("en", ("1 better than any plan here", "no plan: ", "held against")), ("zh", ("优于本情景任何方案 1", "无方案：", "相同范围"))):
        answer = front_answer(found, names_of(toy.case), {"en": "Toy", "zh": "玩具"}, language)
        text = "\n".join([*answer.lines, *(" ".join(row) for row in answer.tables[0].rows)])
        for word in words:
            assert word in text
        drawn = [series for series in answer.figures[0].data if series.get("customdata")]
        assert sum(len(series["x"]) for series in drawn) == 3, "the own plan and two others lie beside this front"


def test_without_the_scenario_of_the_front_other_scopes_have_no_place(folder: Path, toy: Trade) -> None:
    later = next(iter(places_of(toy, [folder / "others" / "later.yaml"], str(PACKS))))
    assert later.best is None
    assert later.note == ("covers 2025, 2030", "范围为2025、2030")
    assert not later.compared


def test_a_surface_has_the_same_places(folder: Path) -> None:
    trade = trade_of_file(folder / "base.yaml", ("value_added", "co2", "waste_made"), str(PACKS))
    found = surface(trade, 3, places_of(trade, [folder / "others"], str(PACKS), folder / "base.yaml")).placed.set_index("title_en")
    assert found["verdict"].to_dict() == {
        "this scenario's own plan": "on",
        "capped": "on",
        "dear": "outside",
        "later": "on",
        "nowhere": "no_place",
        "alone": "on",
    } | {"later": found.loc["later", "verdict"]}
    assert found.loc["later", "verdict"] in ("on", "inside")


def test_a_run_of_another_region_has_no_place(toy: Trade, tmp_path: Path) -> None:
    works = "sites works\ncommodities ware t\nprocesses make ware\nrecipes make ware make 1\ncapacities works make 5\nmarkets town demand\n"
    accounts = "accounts value_added t | account_terms value_added sell | accounts co2 t | account_terms co2 activity"
    run = run_of(tmp_path, f"{works}market_tiers town ware\nprices ware 100\n{accounts}", maximise="value_added")
    row = next(iter(places_of(toy, [run.folder])))
    assert row.note == ("another region: tiny", "其他区域：tiny")


def test_a_file_that_cannot_be_read_is_told(toy: Trade, tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text("title: [\n", encoding="utf-8")
    with pytest.raises(InputError):
        list(places_of(toy, [tmp_path / "odd.yaml"], str(PACKS)))


def test_changes_are_named_by_paths() -> None:
    base = {"title": "a", "region": "x", "rules": {"one": 1, "two": 2}, "maximise": "profit"}
    other = {"title": "b", "region": "x", "rules": {"one": 1, "two": 3}, "maximise": "value_added", "prices": {"year": 2015}}
    assert changed(base, other) == ("maximise", "prices.year", "rules.two")


def test_a_folder_is_its_scenarios(folder: Path) -> None:
    assert [path.stem for path in files_of([folder / "others", folder / "base.yaml"])] == [*sorted(OTHERS), "base"]


def test_shipped_policies_lie_where_their_kind_says() -> None:
    """A charge is paid to others; free hand-over moves no money of all; a fund pays; a tariff at other sites has its own front."""
    base = POLICIES / "base.yaml"
    trade = trade_of_file(base, ("profit", "co2"))
    levels = trade.levels()
    names = ("carbon-price", "free-handover", "special-fund", "feed-in-tariff", "land-approval")
    places = [own_plan(trade), *places_of(trade, [POLICIES / f"{name}.yaml" for name in names], scenario=base)]

    def best(others: Sequence[float]) -> float:
        return levels.judged([levels.at(trade.bounds([others[0]]))])[0].value

    found = placed_frame(trade, places, best)
    verdicts = dict(zip(["", *names], found["verdict"], strict=True))
    assert verdicts == {
        "": "on",
        "carbon-price": "inside",
        "free-handover": "on",
        "special-fund": "outside",
        "feed-in-tariff": "outside",
        "land-approval": "inside",
    }
    fund, tariff = found.iloc[3], found.iloc[4]
    assert -fund["distance"] == pytest.approx(1e9, rel=1e-3), "the special fund is 1 bn yuan a year"
    assert "Delingha" in tariff["note_en"]
    assert found["note_en"].ne("").sum() == 1
