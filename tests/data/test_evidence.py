"""The evidence behind a pack."""

from __future__ import annotations

from pathlib import Path

import pytest
from pack_edits import TOY, add, change, copy_of_toy

from saltloop.data.evidence import evidence, evidence_text
from saltloop.data.pack import load


def test_grades_are_counted_by_table_and_in_all() -> None:
    grades = evidence(load(TOY)).grades
    by_row = grades.set_index(["table", "grade"])
    assert by_row.loc[("recipes", "A"), "count"] == 12
    assert by_row.loc[("recipes", "D"), "share"] == pytest.approx(7 / 19)
    in_all = grades[grades["table"] == "all"]
    assert in_all["count"].sum() == grades[grades["table"] != "all"]["count"].sum()
    assert in_all["share"].sum() == pytest.approx(1)


def test_the_widest_range_of_grade_d_is_the_weakest_number(tmp_path: Path) -> None:
    pack = copy_of_toy(tmp_path)
    change(pack, "factors", ["salt_washing", "variable_cost"], {"value": 25, "low": 5, "high": 105})
    change(pack, "recipes", ["potash_plant", "brine"], {"low": 1, "high": 500})
    weakest = evidence(load(pack), weakest=3).weakest
    assert weakest["key"].iloc[0] == "process / salt_washing / variable_cost"
    assert weakest["width"].iloc[0] == pytest.approx(4)
    assert len(weakest) == 3
    assert weakest["place"].iloc[0].endswith("factors.csv:3")
    assert "potash_plant / brine / use" not in set(weakest["key"]), "grade A is not weak, however wide"


def test_balance_and_exceptions_are_listed(tmp_path: Path) -> None:
    pack = copy_of_toy(tmp_path)
    change(pack, "recipes", ["salt_washing", "waste_salt"], {"value": 1.1})
    add(pack, "balance_exceptions", {"process": "salt_washing", "element": "*", "reason": "dust", "source": "invented"})
    found = evidence(load(pack))
    rows = found.balance.set_index(["process", "element"])
    assert rows.loc[("salt_washing", "Na"), "apart"] == pytest.approx(0.1 / 1.1)
    assert found.exceptions[["process", "element", "reason"]].to_numpy().tolist() == [["salt_washing", "*", "dust"]]


def test_size_counts_rows() -> None:
    size = dict(evidence(load(TOY)).size.itertuples(index=False, name=None))
    assert (size["processes"], size["sites"], size["numbers"]) == (6, 3, 98)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["processes 6", "98 numbers", "Element balance: 11 balances of 5 processes", "chlorine in 'chlor_alkali'"]),
        ("zh", ["工艺 6", "98 个数值", "元素平衡", "“chlor_alkali”的氯"]),
    ],
)
def test_the_text_tells_size_grades_balance_and_weak_numbers(language: str, words: list[str]) -> None:
    text = evidence_text(load(TOY), language)
    assert all(word in text for word in words), text


def test_a_pack_with_an_unreadable_species_still_has_a_text(tmp_path: Path) -> None:
    pack = copy_of_toy(tmp_path)
    change(pack, "compositions", ["potash"], {"species": "potash"})
    assert "D133" in evidence_text(load(pack))
