"""Every policy of scenarios/policies does what its index says, and the pages say what the policies do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from saltloop.analysis.policies import Folder, Measured, pages
from shared import Shared

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "scenarios" / "policies"
DOCUMENTS = {f"00{n}" for n in range(5)}


@pytest.fixture(scope="module")
def folder() -> Folder:
    return Folder(FOLDER)


@pytest.fixture(scope="module")
def measured(folder: Folder, shared: Shared) -> list[Measured]:
    return shared.once("policies", lambda: list(folder.measured()))


def test_every_file_stands_in_the_index_once(folder: Folder) -> None:
    files = {path.stem for path in FOLDER.glob("*.yaml")} - {"base"}
    named = [row["scenario"] for row in folder.index]
    assert len(named) == len(set(named))
    assert set(named) == files


def test_every_row_of_the_index_names_its_lines(folder: Folder) -> None:
    for row in folder.index:
        assert re.fullmatch(r"[A-Z]\d\d( [A-Z]\d\d)*", row["entries"]), row
        assert {part.strip().split(":")[0] for part in row["lines"].split(";")} <= DOCUMENTS, row
        assert row["effect"] in ("up", "down", "same", "binds"), row
        text = (FOLDER / f"{row['scenario']}.yaml").read_text(encoding="utf-8")
        assert text.startswith(f"# Documents: {row['lines']} (entries {row['entries']})."), row["scenario"]


@pytest.mark.slow
def test_every_policy_says_in_both_languages_what_it_shows_and_shows_it(measured: list[Measured]) -> None:
    wrong = [f"{m.scenario.name}: {m.measure} {m.without:g} -> {m.with_policy:g}, should be {m.effect}" for m in measured if not m.holds]
    assert not wrong
    for m in measured:
        assert m.scenario.shows is not None
        assert re.search("[\u4e00-\u9fff]", m.scenario.shows["zh"])


@pytest.mark.slow
def test_free_and_priced_hand_over_change_no_plan_but_who_gains(measured: list[Measured]) -> None:
    found = {m.scenario.name: m for m in measured}
    for name in ("free-handover", "priced-handover", "infrastructure-by-state"):
        assert found[name].value_added == pytest.approx(found[name].value_added_without)
    assert found["infrastructure-by-firm"].value_added < found["infrastructure-by-state"].value_added


@pytest.mark.slow
@pytest.mark.parametrize(("name", "language"), [("policies.md", "en"), ("policies.zh.md", "zh")])
def test_the_page_is_what_the_module_writes(measured: list[Measured], name: str, language: str) -> None:
    """Figures within 0.5 %: the last digits of a degenerate plan are the solver's."""
    written, again = ((ROOT / "docs" / name).read_text(encoding="utf-8"), pages(measured)[language])
    number = re.compile(r"(?<![\w.:-])-?\d+(?:\.\d+)?(?![\w:-])")
    start = written.index("<!-- manual: start -->")
    there = written[start:].split("<!-- manual: start -->\n\n", 1)[1].split("\n<!-- manual: end -->", 1)[0]
    assert number.sub("#", there).split() == number.sub("#", again).split()
    assert [float(x) for x in number.findall(there)] == pytest.approx([float(x) for x in number.findall(again)], rel=0.005, abs=0.05)
