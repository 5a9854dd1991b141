"""What the summary of a study says of its options in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from saltloop.analysis.batch.run import How, run_study
from saltloop.errors import InputError
from saltloop.interfaces.study_text import study_text
from saltloop.interfaces.voice import beginning
from study.files import study_of


@pytest.mark.parametrize(
    ("caps", "english", "chinese"),
    [
        ("[19 kt, 18 kt]", "No option has a plan in any state.", "没有任何选项在任何状态下有可行方案。"),
        # Neither cap is reached, see the README of the toy pack.
        ("[100 kt, 95 kt]", "(minimax): cap.at_most=100 kt and 1 more, 0 CNY.", "cap.at_most=100 kt 等 2 个，0元。"),
        ("[100 kt, 40 kt]", "(minimax): cap.at_most=100 kt, 0 CNY.", "cap.at_most=100 kt，0元。"),
    ],
)
def test_the_safe_choice_or_that_there_is_none(tmp_path: Path, caps: str, english: str, chinese: str) -> None:
    folder, _ = run_study(study_of(tmp_path, f"options: {{rules.cap.at_most: {caps}}}\n"), tmp_path / "out", How(workers=1))
    assert english in study_text(folder, "en")
    assert chinese in study_text(folder, "zh")


def test_a_frozen_plan_and_a_reason_without_a_place_read_in_both_languages(tmp_path: Path) -> None:
    """The reason of a case ends its rule without a comma where no file is known; `as built` is no English in Chinese."""
    text = "options: {rules.cap.at_most: [90 kt, 18 kt]}\nfrozen: ['cap.at_most=90 kt']\n"
    folder, _ = run_study(study_of(tmp_path, text), tmp_path / "out", How(workers=1))
    en, zh = study_text(folder, "en"), study_text(folder, "zh")
    assert "cap.at_most=90 kt (as built)" in en
    assert "cap.at_most=90 kt（按已建产能）" in zh
    assert "as built" not in zh
    assert ", ;" not in en + zh
    assert "，；" not in zh
    assert "rule 'cap' (limit) in 2025" in en


def test_every_frozen_plan_without_a_plan_is_told_at_its_line(tmp_path: Path) -> None:
    study = study_of(tmp_path, "options: {rules.cap.at_most: [19 kt, 18 kt, 90 kt]}\nfrozen: all\n")
    with pytest.raises(InputError) as caught:
        run_study(study, tmp_path / "out", How(workers=1))
    found = caught.value.problems.errors
    assert [p.message.code for p in found] == ["R304", "R304"]
    assert {study.path.read_text(encoding="utf-8").splitlines()[p.place.line - 1] for p in found} == {"frozen: all"}


def test_a_study_whose_tasks_are_not_gathered_says_what_to_do(tmp_path: Path) -> None:
    study = study_of(tmp_path, "options: {rules.cap.at_most: [90 kt, 40 kt]}\n")
    folder, _ = run_study(study, tmp_path / "out", How(workers=1, task=(1, 2)))
    with pytest.raises(InputError, match=r"R312.*not summed up yet"):
        study_text(folder)
    folder, _ = run_study(study, tmp_path / "out", How(workers=1))
    assert "2 cases" in study_text(folder)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("one, two", "one, two"),
        ("alpha (2025), beta (2025)", "alpha (2025) ..."),
        ("alpha (2025), beta", "alpha (2025) ..."),
        ("甲产品（2025）、乙 产品（2025）", "甲产品（2025） ..."),
        ("one longer word", "one longer ..."),
        ("a" * 20, "a" * 14 + " ..."),
    ],
)
def test_a_long_line_ends_with_a_whole_word(told: str, kept: str) -> None:
    """Of 14 characters."""
    assert beginning(told, 14) == kept
