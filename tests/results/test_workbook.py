"""The workbook opens in Excel's own format, holds the numbers of the tables, and speaks the chosen language."""

from __future__ import annotations

import math
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from everything import CHOICES, EVERYTHING
from saltloop.results.run import Run
from saltloop.results.workbook import EXCEL_ROWS, HEADERS, SHEETS, write_workbook
from tiny import run_of


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    folder = tmp_path_factory.mktemp("books")
    return {language: run_of(folder / language, EVERYTHING, language, **CHOICES) for language in ("en", "zh")}


def book(run: Run) -> openpyxl.Workbook:
    return openpyxl.load_workbook(run.folder / "results.xlsx", read_only=False, data_only=False)


@pytest.mark.parametrize(("language", "which"), [("en", 0), ("zh", 1)])
def test_there_is_a_sheet_for_each_table_in_the_chosen_language(runs: dict[str, Run], language: str, which: int) -> None:
    assert book(runs[language]).sheetnames == [titles[which] for titles in SHEETS.values()]


def test_a_sheet_holds_the_numbers_of_its_table(runs: dict[str, Run]) -> None:
    opened = book(runs["en"])
    for name in ("accounts", "rules", "limits", "capacity", "values", "flows"):
        frame, (headers, *lines) = runs["en"].table(name), list(opened[SHEETS[name][0]].iter_rows(values_only=True))
        assert list(headers) == list(frame.columns)
        assert len(lines) == len(frame)
        for column in frame.select_dtypes("number").columns:
            shown = [line[headers.index(column)] for line in lines]
            told = [None if not math.isfinite(x) else pytest.approx(x) for x in frame[column]]
            assert shown == told, (name, column)


def test_names_stand_beside_their_titles(runs: dict[str, Run]) -> None:
    headers, first, *_ = book(runs["zh"])[SHEETS["accounts"][1]].iter_rows(values_only=True)
    assert headers[:3] == ("时期", "区域", "账户")
    assert first[1] == "“lake” (lake)"


def test_words_of_the_tables_are_chinese_in_a_chinese_workbook(runs: dict[str, Run]) -> None:
    """Each with the word of the table behind it, so that it can be found in the files; in English the words stand alone."""
    chinese = re.compile("[\u4e00-\u9fff].* \\([a-z_ +]+\\)$")
    for name, columns in {
        "flows": ["role"],
        "trades": ["side"],
        "rules": ["kind"],
        "limits": ["family"],
        "entry": ["family"],
        "indicators": ["better", "basis"],
    }.items():
        frame = runs["en"].table(name)
        assert len(frame)
        for language, which in (("en", 0), ("zh", 1)):
            headers, *lines = book(runs[language])[SHEETS[name][which]].iter_rows(values_only=True)
            for column in columns:
                shown = {str(line[headers.index(HEADERS[column] if which else column)]) for line in lines} - {"None"}
                assert shown
                assert all(bool(chinese.search(word)) == bool(which) for word in shown), (name, column, shown)


def test_places_and_items_of_limits_have_their_titles(runs: dict[str, Run]) -> None:
    headers, *lines = book(runs["zh"])[SHEETS["limits"][1]].iter_rows(values_only=True)
    shown = {(str(line[3]), str(line[4])) for line in lines}
    assert {("“home” (home)", "“soda” 1 (soda 1)"), ("“lake” (lake)", "“field” (field)")} <= shown
    assert headers[3:5] == ("所在", "对象")


def test_every_column_has_a_chinese_heading(runs: dict[str, Run]) -> None:
    missing = {column for name in SHEETS for column in runs["en"].table(name).columns if column not in HEADERS}
    assert missing == set()


def test_sheets_can_be_filtered_and_their_headings_stay(runs: dict[str, Run]) -> None:
    for sheet in book(runs["en"]):
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref or sheet.max_row == 1


def test_text_is_never_taken_for_a_formula(runs: dict[str, Run], tmp_path: Path) -> None:
    """A title from a pack that begins with = is text; a spreadsheet must not run it."""
    tables = {name: runs["en"].table(name) for name in SHEETS}
    tables["names"] = tables["names"].assign(title_en="=1+1", title_zh="http://example.org")
    write_workbook(tmp_path / "book.xlsx", tables)
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")[SHEETS["names"][0]]
    cell = sheet.cell(2, 1 + list(tables["names"].columns).index("title_en"))
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert not sheet.cell(2, 1 + list(tables["names"].columns).index("title_zh")).hyperlink


def test_a_table_that_does_not_fit_is_left_out(runs: dict[str, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saltloop.results.workbook.EXCEL_ROWS", 50)
    tables = {name: runs["en"].table(name) for name in SHEETS}
    write_workbook(tmp_path / "book.xlsx", tables)
    assert SHEETS["flows"][0] not in openpyxl.load_workbook(tmp_path / "book.xlsx").sheetnames
    assert EXCEL_ROWS == 1_048_575


def test_an_empty_table_is_an_empty_sheet(runs: dict[str, Run], tmp_path: Path) -> None:
    tables = {name: runs["en"].table(name) for name in SHEETS} | {"rules": pd.DataFrame(columns=runs["en"].table("rules").columns)}
    write_workbook(tmp_path / "book.xlsx", tables)
    assert openpyxl.load_workbook(tmp_path / "book.xlsx")[SHEETS["rules"][0]].max_row == 1
