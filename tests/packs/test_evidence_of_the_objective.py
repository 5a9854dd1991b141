"""The objective by grade, on the plan of the toy pack worked out in its README, and `saltloop check` in full."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from interfaces.typed import BASE, Project, project, typed
from saltloop.analysis.objective import objective_by_grade
from saltloop.analysis.plan import solve_scenario
from saltloop.errors import BAD_INPUT, SOLVED
from saltloop.interfaces.commands.check import _TABLES
from saltloop.interfaces.evidence import OBJECTIVE, TABLES
from saltloop.scenario.resolve import load_scenario

CONFLICT = {
    "table": "conflicts",
    "add": {
        "conflict": "brine",
        "subject_en": "Brine limit",
        "subject_zh": "卤水限额",
        "first": "1.6 (1:1)",
        "second": "16 (1:2)",
        "verdict": "open",
        "reason_en": "not settled",
        "reason_zh": "未裁定",
        "source": "invented",
    },
}


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = project(tmp_path)
    about = made.pack / "pack.yaml"
    about.write_text(about.read_text(encoding="utf-8") + "base_years: [2025]\n", encoding="utf-8")
    made.edit(
        {"table": "indicator_values", "add": {"indicator": "waste_use_rate", "area": "zone", "year": 2025, "kind": "published", "value": 80, "unit": "%"}}
    )
    monkeypatch.chdir(tmp_path)
    return made


def by_part(made: Project, text: str = BASE) -> dict[tuple[str, str, str], float]:
    frame = objective_by_grade(solve_scenario(load_scenario(made.write(text).scenario)).solved)
    assert frame.groupby("view")["share"].sum().tolist() == pytest.approx([1, 1])
    return {(row.view, row.part, row.grade): row.amount for row in frame.itertuples()}


def test_money_and_rents_are_those_of_the_plan_by_hand(toy: Project) -> None:
    """Sales 206 M, coal 26.55, running 26.25, freight of potash 8 and of the road 4.2, stacking 0.3; rents 71 x 1.6 M, 150 x 150 k, and tiers."""
    toy.edit(
        {"table": "prices", "at": ["potash", "2025"], "set": {"grade": "B"}},
        {"table": "factors", "at": ["salt_washing", "variable_cost"], "set": {"grade": "C"}},
        {"table": "capacities", "at": ["salt_hall"], "set": {"grade": "A"}},
    )
    assert by_part(toy) == pytest.approx(
        {
            ("money", "sell", "B"): 160e6,
            ("money", "sell", "D"): 46e6,
            ("money", "buy", "D"): 26.55e6,
            ("money", "activity", "D"): 24e6,
            ("money", "activity", "C"): 2.25e6,
            ("money", "freight", "D"): 12.2e6,
            ("money", "dispose", "D"): 0.3e6,
            ("rent", "draw_limit", "D"): 113.6e6,
            ("rent", "capacity_stock", "A"): 22.5e6,
            ("rent", "sales_tier", "A"): 4.6e6,
        }
    )


def test_the_price_of_another_year_counts_with_its_own_grade(toy: Project) -> None:
    toy.edit({"table": "prices", "at": ["potash", "2023"], "set": {"grade": "A"}})
    found = by_part(toy, BASE.replace("{year: 2025}", "{year: 2023, missing: nearest}"))
    assert found["money", "sell", "A"] == pytest.approx(240e6)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ["Conflicts between documents: 1, of which open 1. Open: Brine limit", "The objective of base year 2025 by grade", "limits of nature", "83.1 %"],
        ),
        ("zh", ["文件之间的矛盾：1 处，其中未裁定 1。未裁定：卤水限额", "2025 年基准目标函数按等级", "取用限额"]),
    ],
)
def test_check_sums_up_conflicts_and_the_objective(toy: Project, language: str, words: list[str]) -> None:
    said = typed("check", toy.edit(CONFLICT).pack, "--solve", "--lang", language)
    assert said.code == SOLVED
    assert all(word in said.text for word in words), said.text


def test_every_table_is_printed_whole(toy: Project) -> None:
    toy.edit(CONFLICT, {"table": "sources", "add": {"source": "paper", "title": "A paper"}})
    assert {*TABLES, OBJECTIVE} == set(_TABLES)
    for table, word in (("conflicts", "Brine limit"), ("balance", "chlorine"), ("unused", "paper"), ("objective", "sales"), ("exceptions", "nothing")):
        said = typed("check", toy.pack, "--table", table)
        assert said.code == SOLVED
        assert word in said.text, said.text
    assert "卤水限额" in typed("check", toy.pack, "--table", "conflicts", "--lang", "zh").text


def test_every_table_is_written_for_a_spreadsheet(toy: Project) -> None:
    assert typed("check", toy.pack, "--solve", "--out", "out/evidence.xlsx").code == SOLVED
    book = openpyxl.load_workbook(toy.root / "out" / "evidence.xlsx")
    assert book.sheetnames == [*TABLES, OBJECTIVE]
    assert typed("check", toy.pack, "--out", "out/evidence.json").code == SOLVED
    rows = json.loads((toy.root / "out" / "evidence.json").read_text(encoding="utf-8"))
    assert len(rows["balance"]) == len(list(book["balance"].rows)) - 1 == 11


def test_a_pack_with_errors_has_no_tables(toy: Project) -> None:
    toy.edit({"table": "recipes", "at": ["salt_washing", "waste_salt"], "set": {"value": 1.1}})
    said = typed("check", toy.pack, "--table", "balance")
    assert said.code == BAD_INPUT
    assert "D130" in said.text
    assert "Tables to read whole" not in typed("check", toy.pack).text
