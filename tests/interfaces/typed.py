"""Commands typed as a user types them, on copies of the toy pack that may be broken first."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from data.pack_edits import edit
from saltloop.data.pack import load
from saltloop.interfaces.cli import main
from saltloop.scenario import resolve

ROOT = Path(__file__).parents[2]
PACKS = ROOT / "tests" / "packs"
BASE = """\
title: {en: Toy, zh: 玩具}
region: toy
areas: [region]
periods: [2025]
maximise: value_added
prices: {year: 2025}
"""
Edit = dict[str, object]
Damage = Callable[["Project"], object]


@dataclass(frozen=True)
class Said:
    """What a command said: exit code and text of both streams."""

    code: int
    text: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


def typed(*words: object, env: dict[str, str] | None = None) -> Said:
    """Type a command; an exception that reaches the user is raised here. Packs are read anew, whatever other tests keep of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resolve, "load", load)
        return _typed(words, env or {})


def _typed(words: tuple[object, ...], env: dict[str, str]) -> Said:
    outcome = CliRunner().invoke(main, [str(word) for word in words], env={"SALTLOOP_LANG": None, "SALTLOOP_DATA": None, **env})
    if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
        raise outcome.exception
    return Said(outcome.exit_code, outcome.output)


@dataclass(frozen=True)
class Project:
    """A folder with `data/toy` and `scenarios/main.yaml`; commands are typed in it."""

    root: Path

    @property
    def pack(self) -> Path:
        return self.root / "data" / "toy"

    @property
    def scenario(self) -> Path:
        return self.root / "scenarios" / "main.yaml"

    def table(self, name: str) -> Path:
        return self.pack / f"{name}.csv"

    def edit(self, *edits: Edit) -> Project:
        """Change rows of the pack."""
        edit(self.pack, list(edits))
        return self

    def write(self, text: str, name: str = "main") -> Project:
        """Write a scenario."""
        (self.root / "scenarios" / f"{name}.yaml").write_text(text, encoding="utf-8")
        return self

    def run(self, *words: object, language: str = "en") -> Said:
        """Run the scenario without a report."""
        return typed("run", self.scenario.relative_to(self.root), "--out", "out", "--no-report", "--lang", language, *words)

    def left(self) -> list[str]:
        """Files that lie in the folder of results."""
        return files_in(self.root / "out")


def files_in(folder: Path) -> list[str]:
    """Files in a folder, hidden ones too."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def project(folder: Path, text: str = BASE, edits: Iterable[Edit] = ()) -> Project:
    """A new project on a copy of the toy pack."""
    (folder / "data").mkdir(parents=True)
    (folder / "scenarios").mkdir()
    shutil.copytree(PACKS / "toy", folder / "data" / "toy")
    return Project(folder).write(text).edit(*edits)


def text_of(path: Path, old: str, new: str) -> None:
    """Put one text of a file in the place of another, which stands there."""
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise ValueError(f"{path.name} does not hold {old!r}")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
