"""What the summary of a study says of its options in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from saltloop.analysis.batch.run import How, run_study
from saltloop.interfaces.study_text import study_text
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
