"""Indicators by area and site, and scores, worked out on the toy pack by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from interfaces.typed import BASE, Project, project, typed
from saltloop.analysis.plan import solve_scenario
from saltloop.errors import BAD_INPUT, SOLVED
from saltloop.results.run import open_run
from saltloop.results.tables import all_tables
from saltloop.scenario.resolve import load_scenario

ZONE = BASE.replace("areas: [region]", "areas: [zone]")
TITLES = {"title_en": "Green", "title_zh": "绿色"}


def term(indicator: str, weight: float, at_zero: float, at_hundred: float) -> dict[str, object]:
    return {"table": "score_terms", "add": {"score": "green", "indicator": indicator, "at_zero": at_zero, "at_hundred": at_hundred, "value": weight}}


SCORE = (
    {"table": "indicators", "add": {"indicator": "tax_rate", "numerator": "co2", "denominator": "taxes", "unit": "t/CNY", "better": "lower"}},
    {"table": "scores", "add": {"score": "green", **TITLES}},
    term("waste_use_rate", 3, 0, 100),
    term("water_productivity", 1, 0, 500),
    term("tax_rate", 4, 10, 0),
)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    return project(tmp_path, ZONE, SCORE)


def tables(made: Project, text: str = ZONE) -> dict[str, pd.DataFrame]:
    return all_tables(solve_scenario(load_scenario(made.write(text).scenario)).solved)


def rows(frame: pd.DataFrame, **where: object) -> pd.DataFrame:
    for column, value in where.items():
        frame = frame[frame[column] == value]
    return frame


def points(found: dict[str, pd.DataFrame], area: str = "zone") -> dict[str, float]:
    own = rows(found["scores"], area=area)
    return dict(zip(own["indicator"], own["points"], strict=True))


def test_points_are_linear_and_weights_of_what_cannot_be_computed_are_shared(toy: Project) -> None:
    """136.7 M / 0.41 hm3 = 333.41 CNY/m3, 66.68 of 500; 87.5 points of waste; the tax rate divides by nothing."""
    found = tables(toy)
    water = 136.7e6 / 0.41e6 / 500 * 100
    own = rows(found["scores"], area="zone").set_index("indicator")
    assert own.loc["waste_use_rate", "points"] == pytest.approx(87.5)
    assert own.loc["water_productivity", "points"] == pytest.approx(water)
    assert not own.loc["tax_rate", "computable"]
    assert own["share"].to_dict() == pytest.approx({"": 0.5, "waste_use_rate": 0.75, "water_productivity": 0.25, "tax_rate": 0})
    assert own.loc["", "points"] == pytest.approx(0.75 * 87.5 + 0.25 * water)
    assert own.drop(index="")["contribution"].sum() == pytest.approx(own.loc["", "points"])


def test_a_scenario_changes_weights_and_levels(toy: Project) -> None:
    found = points(tables(toy, f"{ZONE}set: {{scores.green.water_productivity: 3, scores.green.waste_use_rate.at_hundred: 50 %}}\n"))
    assert found["waste_use_rate"] == 100
    assert found[""] == pytest.approx((100 + 136.7e6 / 0.41e6 / 5) / 2)


def test_sites_have_indicators_and_scores_of_their_own(toy: Project) -> None:
    """The lake makes 240 kt of waste and uses none; at the park none is made, so its rate cannot be computed: 90 kt take a m3 each."""
    found = tables(toy)
    lake = rows(found["indicators"], area="lake", indicator="waste_use_rate").iloc[0]
    assert (lake["actual"], lake["denominator"], lake["basis"], lake["computable"]) == (0, pytest.approx(240e3), "model", True)
    park = rows(found["indicators"], area="park", indicator="waste_use_rate").iloc[0]
    assert (park["computable"], park["basis"]) == (False, "published only")
    assert rows(found["indicators"], area="park", indicator="water_productivity")["denominator"].tolist() == pytest.approx([90e3])
    assert points(found, "lake")["waste_use_rate"] == 0


def test_a_gap_is_the_distance_on_the_better_side(toy: Project) -> None:
    toy.edit(
        {"table": "indicators", "add": {"indicator": "carbon", "numerator": "co2", "unit": "kt", "better": "lower"}},
        {"table": "indicator_values", "add": {"indicator": "carbon", "area": "zone", "year": 2025, "kind": "target", "value": 60, "unit": "kt"}},
    )
    found = tables(toy)["indicators"]
    assert rows(found, area="zone", indicator="waste_use_rate")["gap"].tolist() == pytest.approx([27.5])
    carbon = rows(found, area="zone", indicator="carbon").iloc[0]
    assert (carbon["gap"], carbon["met"]) == (pytest.approx(60 - 68.5), False)


def test_the_official_boundary_needs_both_backgrounds(toy: Project) -> None:
    """`region` has background of value added and water (136.7 M + 100 M over 0.41 + 1 hm3), and none of waste."""
    found = tables(toy)["indicators"]
    water = rows(found, area="region", indicator="water_productivity").iloc[0]
    assert (water["actual"], water["basis"], water["needs"]) == (pytest.approx(236.7e6 / 1.41e6), "model + background", "")
    waste = rows(found, area="region", indicator="waste_use_rate").iloc[0]
    assert (waste["actual"], waste["basis"], waste["needs"]) == (pytest.approx(87.5), "model", "waste_used waste_made")


def test_a_part_cannot_tell_whether_the_whole_meets_a_target(toy: Project) -> None:
    """The plants use 87.5 % of their waste; what the rest of the region makes is not known."""
    aim = {"indicator": "waste_use_rate", "area": "region", "year": 2025, "kind": "target", "value": 60, "unit": "%"}
    toy.edit({"table": "indicator_values", "add": aim})
    waste = rows(tables(toy)["indicators"], area="region", indicator="waste_use_rate").iloc[0]
    assert waste["needs"] == "waste_used waste_made"
    assert waste["gap"] == pytest.approx(27.5)
    assert pd.isna(waste["met"])


def test_accounts_of_the_plants_alone_never_need_a_background(toy: Project) -> None:
    toy.edit(*({"table": "accounts", "at": [account], "set": {"background": "no"}} for account in ("waste_used", "Solid waste made")))
    waste = rows(tables(toy)["indicators"], area="region", indicator="waste_use_rate").iloc[0]
    assert (waste["basis"], waste["needs"]) == ("model", "")


def test_a_published_value_outside_the_plan_stands_alone(toy: Project) -> None:
    toy.edit(
        {"table": "areas", "add": {"area": "elsewhere", "title_en": "Elsewhere", "title_zh": "他处"}},
        {"table": "indicator_values", "add": {"indicator": "waste_use_rate", "area": "elsewhere", "year": 2020, "kind": "published", "value": 40, "unit": "%"}},
    )
    row = rows(tables(toy)["indicators"], area="elsewhere").iloc[0]
    assert (row["basis"], row["computable"], row["published"], row["published_year"]) == ("published only", False, 40, 2020)


@pytest.mark.parametrize(("language", "words"), [("en", ["Green, points of 0 to 100", "not computable"]), ("zh", ["绿色（0 至 100 分）", "无法计算"])])
def test_the_plan_tells_the_score_and_its_parts(toy: Project, language: str, words: list[str]) -> None:
    said = typed("run", "scenarios/main.yaml", "--out", "out", "--lang", language)
    assert said.code == SOLVED
    page = (open_run(toy.root / "out" / "main").folder / "report.html").read_text(encoding="utf-8")
    for text in (said.text, page):
        assert all(word in text for word in words), text[:3000]
    assert "82.3" in said.text


def test_a_negative_weight_is_refused(toy: Project) -> None:
    toy.edit({"table": "score_terms", "at": ["water_productivity"], "set": {"value": -1}})
    said = typed("check", "toy")
    assert said.code == BAD_INPUT
    assert "D111" in said.text


def test_a_score_that_its_parts_do_not_give_is_found_out(toy: Project) -> None:
    assert typed("run", "scenarios/main.yaml", "--out", "out", "--no-report").code == SOLVED
    folder = open_run(toy.root / "out" / "main").folder
    assert "综合指标等于各指标得分的加权和" in typed("verify", folder, "--lang", "zh").text
    frame = pd.read_parquet(folder / "scores.parquet")
    frame.loc[(frame["area"] == "zone") & (frame["indicator"] == ""), "points"] += 1
    frame.to_parquet(folder / "scores.parquet", index=False)
    said = typed("verify", folder)
    assert said.code == BAD_INPUT
    assert "scores are the weighted points of their indicators" in said.text
    assert "(2025, zone, green)" in said.text
