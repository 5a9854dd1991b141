"""The pages on packs: the smallest pack works as printed, the reference is fresh."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from saltloop.analysis.plan import solve_scenario
from saltloop.data.checks import check
from saltloop.data.factors import KNOWN
from saltloop.data.manual import END, START, between_markers, main, markdown
from saltloop.data.pack import load
from saltloop.data.schema import TABLES
from saltloop.scenario.resolve import load_scenario

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {"en": DOCS / "packs.md", "zh": DOCS / "packs.zh.md"}
BLOCK = re.compile(r"```(?:csv|yaml)\n(.*?)```", re.DOTALL)
NAMES = re.compile(r"`small/([\w.]+)`|`(small\.yaml)`[:：]")


def _files(page: Path) -> dict[str, str]:
    """Name and text of every file that a page prints: names in the order in which they are first said, blocks in theirs."""
    text = page.read_text(encoding="utf-8").split(START)[0]
    names = list(dict.fromkeys(a or b for a, b in NAMES.findall(text)))
    return dict(zip(names, BLOCK.findall(text), strict=True))


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "small").mkdir()
    for name, text in _files(PAGES["en"]).items():
        folder = tmp_path if name == "small.yaml" else tmp_path / "small"
        (folder / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_smallest_pack_has_no_problems(small: Path) -> None:
    assert [p.text() for p in check(load(small / "small"))] == []


def test_the_smallest_pack_solves_to_the_value_worked_out_by_hand(small: Path) -> None:
    plan = solve_scenario(load_scenario(small / "small.yaml"))
    assert plan.solved.solution.objectives[0] == pytest.approx(3_426_000)


def test_both_languages_print_the_same_files() -> None:
    assert _files(PAGES["en"]) == _files(PAGES["zh"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_reference_is_fresh(language: str) -> None:
    text = PAGES[language].read_text(encoding="utf-8")
    assert text == between_markers(text, markdown(language)), f"run: python -m saltloop.data.manual {PAGES[language]}"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_table_is_spoken_of_before_the_reference(language: str) -> None:
    text = PAGES[language].read_text(encoding="utf-8").split(START)[0]
    assert [table.name for table in TABLES if f"`{table.name}`" not in text and f"/{table.name}.csv" not in text] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_reference_names_every_column_and_factor(language: str) -> None:
    text = markdown(language)
    assert [c.name for table in TABLES for c in table.columns if f"| `{c.name}` |" not in text] == []
    assert [k.name for k in KNOWN if f"| `{k.kind}` | `{k.name}` |" not in text] == []


def test_the_manual_writes_between_the_markers_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "page.zh.md"
    page.write_text(f"before\n{START}\nold\n{END}\nafter\n", encoding="utf-8")
    main([str(page)])
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{START}\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "数据表" in text
    assert "\nold\n" not in text


def test_the_manual_prints_without_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    assert capsys.readouterr().out.startswith("### Tables")
