"""The second process of a run does what the first would have done, and nothing depends on its living."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from interfaces.typed import Project, project, typed
from saltloop.analysis import companion
from saltloop.analysis.companion import Companion, companion_if_worth_it, finish
from saltloop.errors import SOLVED
from saltloop.results.run import open_run
from saltloop.scenario.resolve import load_scenario


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = project(tmp_path_factory.mktemp("companion"))
    assert typed("run", made.scenario, "--no-report", "--out", made.root / "results").code == SOLVED
    return made


@pytest.fixture
def folder(shop: Project, tmp_path: Path) -> Path:
    """The files of a run without its workbook."""
    written = open_run(shop.root / "results" / "main").folder
    shutil.copytree(written, tmp_path / "run", ignore=shutil.ignore_patterns("*.xlsx"))
    return tmp_path / "run"


@pytest.fixture
def second() -> Iterator[Companion]:
    made = Companion()
    yield made
    made.close()


def sheets(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist() if name != "docProps/core.xml"}  # which says when it was written


def test_it_writes_the_same_workbook_and_finds_the_same(shop: Project, folder: Path, second: Companion) -> None:
    second.begin(folder, "en")
    findings = second.findings()
    assert findings is not None
    assert all(finding.holds for finding in findings)
    written = sheets(folder / "results.xlsx")
    assert written == sheets(open_run(shop.root / "results" / "main").folder / "results.xlsx")
    (folder / "results.xlsx").unlink()
    assert finish(folder, "en") == findings
    assert sheets(folder / "results.xlsx") == written


def test_a_disk_that_does_not_take_the_workbook_is_told(folder: Path, second: Companion) -> None:
    (folder / "results.xlsx").mkdir()
    second.begin(folder, "en")
    with pytest.raises(IsADirectoryError):
        second.findings()


def test_what_it_cannot_finish_is_left_to_the_first(folder: Path, second: Companion) -> None:
    (folder / "flows.parquet").unlink()
    second.begin(folder, "en")
    assert second.findings() is None


def test_a_run_whose_second_process_dies_is_complete(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Companion] = []

    def dying(_: object) -> Companion:
        made.append(Companion())
        made[0]._process.kill()
        made[0]._process.join()
        return made[0]

    monkeypatch.setattr(companion, "companion_if_worth_it", dying)
    said = typed("run", shop.scenario, "--no-report", "--out", shop.root / "lonely")
    assert (said.code, len(made)) == (SOLVED, 1)
    assert sheets(open_run(shop.root / "lonely" / "main").folder / "results.xlsx") == sheets(open_run(shop.root / "results" / "main").folder / "results.xlsx")


def test_small_packs_and_single_processors_do_without(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = load_scenario(shop.scenario).pack
    assert companion_if_worth_it(pack) is None
    monkeypatch.setattr(companion, "WORTH_IT", 1)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0}, raising=False)
    assert companion_if_worth_it(pack) is None
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1}, raising=False)
    found = companion_if_worth_it(pack)
    assert found is not None
    found.close()
