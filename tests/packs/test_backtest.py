"""Backtests: misfits worked out on the toy pack, backgrounds that follow, and the page of the shipped packs in step with its runs."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from interfaces.typed import BASE, Project, project, typed
from saltloop.analysis.backtest import Backtest, backtest, base_years, grade
from saltloop.data.manual import END, START
from saltloop.data.pack import load
from saltloop.errors import BAD_INPUT, SOLVED, InputError
from saltloop.interfaces.backtest import backtests_of, markdown
from saltloop.interfaces.backtest_text import backtest_text
from shared import Shared

ROOT = Path(__file__).parents[2]


def observed(area: str, kind: str, item: str, compares: str, value: float, unit: str, **cells: object) -> dict[str, object]:
    return {
        "table": "observations",
        "add": {"area": area, "kind": kind, "item": item, "year": 2025, "compares": compares, "value": value, "unit": unit, **cells},
    }


# The plan of the zone alone is that of README.md without the town: value added 136.7 M, 80 kt potash, 90 kt salt, 120 kt block, 44.5 GWh.
SAME = (
    observed("zone", "account", "value_added", "same", 125, "百万元", low=120, high=140),
    observed("zone", "made", "potash", "same", 110, "kt"),
    observed("zone", "sold", "salt", "same", 75, "kt"),
    observed("zone", "sold", "salt_block", "same", 96, "kt"),
    observed("park", "activity", "coal_power", "same", 89, "GWh"),
)
PART = (
    observed("region", "account", "value_added", "part", 2.5, "亿元", low=2.4, high=2.6),
    observed("region", "account", "fresh_water", "part", 2, "hm3", low=1.9, high=2.1),
    observed("region", "account", "fresh_water", "part", 1.6, "hm3", source="definition", grade="C"),
    observed("region", "used", "solid_waste", "part", 400, "kt"),
)
CEILING = observed("zone", "account", "co2", "ceiling", 60, "kt")
PUBLISHED = {
    "table": "indicator_values",
    "add": {"indicator": "water_productivity", "area": "region", "year": 2025, "kind": "published", "value": 156.3, "unit": "CNY/m3"},
}


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = project(tmp_path)
    about = made.pack / "pack.yaml"
    about.write_text(about.read_text(encoding="utf-8") + "base_years: [2025]\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return made


def solved(made: Project, *edits: dict[str, object]) -> Backtest:
    return backtest(load(made.edit(*edits).pack), 2025)


def by_item(test: Backtest, column: str) -> dict[str, float]:
    return {f"{row.kind} {row.item}": getattr(row, column) for row in test.items.itertuples()}


def test_misfits_are_those_worked_out_by_hand(toy: Project) -> None:
    test = solved(toy, *SAME)
    assert by_item(test, "model") == pytest.approx(
        {"account value_added": 136.7, "made potash": 80, "sold salt": 90, "sold salt_block": 120, "activity coal_power": 44.5}
    )
    assert by_item(test, "misfit") == pytest.approx(
        {"account value_added": 11.7 / 125, "made potash": -30 / 110, "sold salt": 0.2, "sold salt_block": 0.25, "activity coal_power": -0.5}
    )
    assert by_item(test, "within") == {
        "account value_added": True,
        "made potash": False,
        "sold salt": False,
        "sold salt_block": False,
        "activity coal_power": False,
    }
    found = grade([test])
    assert (found.letter, found.median, found.compared, found.contradictions) == ("C", pytest.approx(0.25), 5, 0)


def test_a_ceiling_that_is_exceeded_costs_a_grade(toy: Project) -> None:
    test = solved(toy, *SAME, CEILING)
    assert by_item(test, "contradiction")["account co2"]
    assert (grade([test]).letter, grade([test]).contradictions) == ("D", 1)


def test_too_little_to_compare_gets_no_grade(toy: Project) -> None:
    test = solved(toy, *SAME[:4])
    assert (grade([test]).letter, grade([test]).compared) == ("", 4)
    assert "5 are needed" in backtest_text(load(toy.pack), [test])


def test_a_part_is_compared_with_its_background_and_implies_another(toy: Project) -> None:
    """Value added 136.7 M + 100 M of background against 250 M; water 0.41 + 1 hm3 against 2 (grade D) and 1.6 (grade C, which counts)."""
    test = solved(toy, *PART)
    items = test.items.set_index("source")["misfit"]
    assert test.items["misfit"].tolist()[:3] == pytest.approx([236.7 / 250 - 1, 1.41 / 2 - 1, 1.41 / 1.6 - 1])
    assert pd.isna(test.items["misfit"].iloc[3])
    assert items.index.tolist() == ["invented", "invented", "definition", "invented"]
    implied = test.background.set_index("account")
    assert implied["value"].to_dict() == pytest.approx({"value_added": 2.5 - 1.367, "fresh_water": 1.6 - 0.41})
    assert implied["low"].to_dict() == pytest.approx({"value_added": 2.4 - 1.367, "fresh_water": 1.6 - 0.41})
    assert implied["present"].to_dict() == pytest.approx({"value_added": 1, "fresh_water": 1})
    assert implied["grade"].to_dict() == {"value_added": "D", "fresh_water": "C"}


def test_a_part_larger_than_its_whole_is_a_contradiction(toy: Project) -> None:
    test = solved(toy, observed("region", "account", "value_added", "part", 1, "亿元"))
    assert by_item(test, "contradiction") == {"account value_added": True}
    assert test.background["value"].tolist() == pytest.approx([-0.367])
    assert "NEGATIVE" in backtest_text(load(toy.pack), [test])
    assert "部分大于总体" in backtest_text(load(toy.pack), [test], "zh")


def test_an_indicator_is_recomputed_from_totals_and_by_the_model(toy: Project) -> None:
    """250 M / 1.6 hm3 = 156.25, printed as 156.3; the model with background gives 236.7 M / 1.41 hm3 = 167.87."""
    row = solved(toy, *PART, PUBLISHED).indicators.iloc[0]
    assert (row["from_totals"], row["model"]) == pytest.approx((156.25, 236.7 / 1.41))
    assert row["gap"] == pytest.approx(236.7 / 1.41 - 156.3)
    assert (row["totals_reproduce"], row["reproduces"]) == (True, False)


def test_the_implied_background_reproduces_the_indicator(toy: Project) -> None:
    """Written into background.csv as printed, the model meets the official value."""
    toy.edit(*PART, PUBLISHED)
    said = typed("backtest", "toy", "--background")
    assert said.code == SOLVED
    rows = list(csv.DictReader(io.StringIO(said.text)))
    (toy.pack / "background.csv").write_text(said.text, encoding="utf-8")
    assert [(row["account"], row["area"], row["year"]) for row in rows] == [("value_added", "region", "2025"), ("fresh_water", "region", "2025")]
    again = backtest(load(toy.pack), 2025)
    assert again.indicators["reproduces"].tolist() == [True]
    assert again.items["misfit"].iloc[0] == pytest.approx(0, abs=1e-7)


def test_an_area_outside_the_plan_is_not_compared(toy: Project) -> None:
    test = solved(toy, observed("town", "sold", "electricity", "same", 20, "GWh"), observed("region", "other", "herds", "none", 5, "head"))
    assert test.items["model"].isna().all()
    assert test.items["misfit"].isna().all()


def test_a_scenario_of_ones_own_is_solved_instead(toy: Project) -> None:
    toy.edit(*SAME).write(BASE)
    said = typed("backtest", "toy", "--scenario", "scenarios/main.yaml", "--out", "out/tables.json")
    assert said.code == SOLVED
    assert "140.7 M CNY" in said.text or "140.7 million CNY" in said.text, said.text
    rows = json.loads((toy.root / "out" / "tables.json").read_text(encoding="utf-8"))
    assert [row["item"] for row in rows["items"]] == ["value_added", "potash", "salt", "salt_block", "coal_power"]


def test_tables_are_written_for_a_spreadsheet(toy: Project) -> None:
    toy.edit(*SAME, *PART)
    assert typed("backtest", "toy", "--out", "out/tables.xlsx").code == SOLVED
    assert openpyxl.load_workbook(toy.root / "out" / "tables.xlsx").sheetnames == ["items", "indicators", "background"]
    assert typed("backtest", "toy", "--out", "out/tables", "--lang", "zh").code == SOLVED
    assert len(pd.read_csv(toy.root / "out" / "tables" / "items.csv")) == 9


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--year", "1999"), ["R122", "1999", "choose one of: 2025"]),
        (("--year", "2025", "--scenario", "scenarios/other.yaml"), ["R123", "plans 2030, not 2025"]),
        (("--scenario", "scenarios/none.yaml"), ["S101"]),
    ],
)
def test_what_cannot_be_tested_is_told(toy: Project, words: tuple[str, ...], expected: list[str]) -> None:
    toy.edit(*SAME).write(BASE.replace("periods: [2025]", "periods: [2030]").replace("year: 2025", "year: 2025, missing: nearest"), "other")
    said = typed("backtest", "toy", *words)
    assert said.code == BAD_INPUT
    assert all(word in said.text for word in expected), said.text


def test_a_pack_without_base_year_or_main_area_is_told_so(toy: Project) -> None:
    about = toy.pack / "pack.yaml"
    text = about.read_text(encoding="utf-8")
    about.write_text(text.replace("base_years: [2025]\n", ""), encoding="utf-8")
    with pytest.raises(InputError, match="R120"):
        base_years(load(toy.pack))
    about.write_text(text.replace("main_area: zone\n", ""), encoding="utf-8")
    toy.edit(*SAME)
    with pytest.raises(InputError, match="R121"):
        backtest(load(toy.pack), 2025)


def test_base_years_must_be_years(toy: Project) -> None:
    about = toy.pack / "pack.yaml"
    about.write_text(about.read_text(encoding="utf-8").replace("[2025]", "[soon]"), encoding="utf-8")
    said = typed("backtest", "toy")
    assert said.code == BAD_INPUT
    assert "a list of years" in said.text


NUMBER = re.compile(r"−?\d[\d,]*\.?\d*")


def _words_and_numbers(line: str) -> tuple[str, list[float]]:
    """A line without its numbers and its verdict, and its numbers."""
    cells = line.split(" | ")
    compared = " | ".join(cells[:3]) if line.startswith("|") else line
    return NUMBER.sub("#", compared), [float(n.replace(",", "").replace("−", "-")) for n in NUMBER.findall(compared)]


@pytest.mark.parametrize("ending", [".md", ".zh.md"])
def test_the_page_is_in_step_with_the_runs(ending: str, shipped: list[str]) -> None:
    """Words, and the model's figures within 1 %."""
    text = (ROOT / f"docs/backtest{ending}").read_text(encoding="utf-8")
    written = text[text.index(START) + len(START) : text.index(END)].strip().splitlines()
    fresh = shipped[ending == ".zh.md"].strip().splitlines()
    remedy = "run: python -m saltloop.interfaces.backtest docs/backtest.md docs/backtest.zh.md"
    assert len(written) == len(fresh), remedy
    for old, new in zip(written, fresh, strict=True):
        (words, numbers), (new_words, new_numbers) = _words_and_numbers(old), _words_and_numbers(new)
        assert words == new_words, remedy
        assert numbers == pytest.approx(new_numbers, rel=0.01), remedy


@pytest.fixture(scope="module")
def shipped(shared: Shared) -> list[str]:
    """The generated part of the page in both languages."""
    return shared.once("backtests", _shipped)


def _shipped() -> list[str]:
    found = list(backtests_of(ROOT / "data"))
    assert len(found) >= 1
    return ["\n".join(markdown(pack, tests, language) for pack, tests in found) for language in ("en", "zh")]
