"""The second process of a run does what the first would have done, and nothing depends on its living."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from interfaces.typed import Project, project, typed
from saltloop.analysis import companion
from saltloop.analysis.companion import REPORT, Companion, companion_if_worth_it
from saltloop.errors import BAD_INPUT, SOLVED
from saltloop.interfaces.report import prepare_report, write_report
from saltloop.results import workbook
from saltloop.results.run import open_run
from saltloop.results.verify import verify
from saltloop.scenario.resolve import load_scenario


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = project(tmp_path_factory.mktemp("companion"))
    assert typed("run", made.scenario, "--out", made.root / "results").code == SOLVED
    return made


@pytest.fixture
def folder(shop: Project, tmp_path: Path) -> Path:
    """The files of a run without its report."""
    written = open_run(shop.root / "results" / "main").folder
    shutil.copytree(written, tmp_path / "run", ignore=shutil.ignore_patterns("*.html"))
    return tmp_path / "run"


@pytest.fixture
def second() -> Iterator[Companion]:
    made = Companion(write_report, prepare_report)
    yield made
    made.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_writes_the_same_report_and_finds_the_same(folder: Path, second: Companion, language: str) -> None:
    with second.at_work(folder, language):
        pass
    assert second.findings() == verify(open_run(folder))
    write_report(folder, folder / "again.html", language)
    assert (folder / REPORT).read_text(encoding="utf-8") == (folder / "again.html").read_text(encoding="utf-8")


def test_a_disk_that_does_not_take_the_report_is_told(folder: Path, second: Companion) -> None:
    (folder / REPORT).mkdir()
    with second.at_work(folder, "en"):
        pass
    with pytest.raises(IsADirectoryError):
        second.findings()


def test_what_it_cannot_finish_is_left_to_the_first(folder: Path, second: Companion) -> None:
    (folder / "ledger.parquet").unlink()
    with second.at_work(folder, "en"):
        pass
    assert second.findings() is None


def test_it_ends_before_a_folder_that_failed_is_removed(folder: Path, second: Companion) -> None:
    with pytest.raises(KeyboardInterrupt), second.at_work(folder, "en"):
        raise KeyboardInterrupt
    assert not second._process.is_alive()


def accompanied(patch: pytest.MonkeyPatch) -> list[Companion]:
    """Let the next runs have a second process, whatever their pack; it can be met in the list."""
    made: list[Companion] = []

    def start(*_: object) -> Companion:
        made.append(Companion(write_report, prepare_report))
        return made[-1]

    patch.setattr(companion, "companion_if_worth_it", start)
    return made


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_a_run_with_a_second_process_has_the_same_files(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    made = accompanied(monkeypatch)
    said = typed("run", shop.scenario, "--out", shop.root / "together")
    assert (said.code, len(made)) == (SOLVED, 1)
    assert files(open_run(shop.root / "together" / "main").folder) == files(open_run(shop.root / "results" / "main").folder)


def test_a_run_whose_second_process_dies_is_complete(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    made = accompanied(monkeypatch)
    begun = Companion.at_work

    def dying(self: Companion, folder: Path, language: str) -> object:
        self._process.kill()
        self._process.join()
        return begun(self, folder, language)

    monkeypatch.setattr(Companion, "at_work", dying)
    said = typed("run", shop.scenario, "--out", shop.root / "lonely")
    assert (said.code, len(made)) == (SOLVED, 1)
    assert files(open_run(shop.root / "lonely" / "main").folder) == files(open_run(shop.root / "results" / "main").folder)


def test_a_disk_that_does_not_take_the_workbook_leaves_nothing_behind(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    made = accompanied(monkeypatch)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(workbook, "write_workbook", full)
    said = typed("run", shop.scenario, "--out", shop.root / "full")
    assert (said.code, len(made)) == (BAD_INPUT, 1)
    assert "R102" in said.text
    assert not any((shop.root / "full" / "main").iterdir())


def test_no_report_needs_no_second_process(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    made = accompanied(monkeypatch)
    assert typed("run", shop.scenario, "--no-report", "--out", shop.root / "plain").code == SOLVED
    assert made == []
    assert REPORT not in files(open_run(shop.root / "plain" / "main").folder)


def test_small_packs_and_single_processors_do_without(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = load_scenario(shop.scenario).pack
    assert companion_if_worth_it(pack, write_report, prepare_report) is None
    monkeypatch.setattr(companion, "WORTH_IT", 1)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0}, raising=False)
    assert companion_if_worth_it(pack, write_report, prepare_report) is None
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1}, raising=False)
    found = companion_if_worth_it(pack, write_report, prepare_report)
    assert found is not None
    found.close()
