"""A copy of what a user has, in which the commands of documents and helps are typed."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from docs.blocks import ROOT, Command, blocks, commands, documents, is_typed
from saltloop.analysis import companion
from saltloop.data import pack
from saltloop.data.pack import Pack
from saltloop.interfaces.cli import main
from saltloop.scenario import resolve
from shared import Shared

MODEL = ROOT / "model"
SHELL = re.compile(r"[|&;<>$`]")
# Commands that start processes of their own, which is safest from a process of their own.
APART = ("saltloop batch ",)


def examples(command: click.Command) -> list[str]:
    """The lines of a command's help under `Example:`."""
    return re.findall(r"^\s*(saltloop .*)$", (command.help or "").partition("Example:")[2], re.MULTILINE)


@cache
def documented() -> frozenset[str]:
    """Every command that a help or a page shows."""
    shown = (command.text for path in documents() for block in blocks(path) if is_typed(block) for command in commands(block))
    return frozenset([*shown, *(line for command in main.commands.values() for line in examples(command))])


# Of every command the first example is typed into a shell; all else is typed in this process, which has imported everything already.
IN_A_SHELL = {lines[0] for lines in map(examples, main.commands.values()) if lines}


@dataclass(frozen=True)
class Outcome:
    """What a command did.

    Args:
        code: exit code.
        printed: what it wrote on both streams.
        left: files that are new or different, by path within the workshop.
    """

    code: int
    printed: str
    left: dict[str, bytes] = field(repr=False)


class Workshop:
    """What a user has, in which commands are typed; a command whose files are the same is typed once in the whole session.

    Each document starts from a workshop as shipped: what other documents made is not there, unless it makes the same itself.

    Args:
        root: an empty folder.
        shared: keeps outcomes for all processes of the session.
    """

    def __init__(self, root: Path, shared: Shared) -> None:
        self.root, self.shared = root / "saltloop", shared
        self.root.mkdir()
        for name in ("scenarios", "data", "docs"):
            shutil.copytree(ROOT / name, self.root / name)
        for path in (*ROOT.glob("*.md"), ROOT / "pyproject.toml"):
            shutil.copy2(path, self.root)
        self.programs = root / "bin"
        self.programs.mkdir()
        self._program("python", f'exec "{sys.executable}" "$@"')
        self._program("saltloop", f'exec "{sys.executable}" -m saltloop.interfaces.cli "$@"')
        self.shipped = self._files()
        self.packs: dict[tuple[Path, str], Pack] = {}
        self.marks: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.done: dict[str, Outcome] = {}

    def _program(self, name: str, line: str) -> None:
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        path.chmod(0o755)

    def _files(self) -> dict[str, tuple[int, int]]:
        """Every file with what tells whether it was written since."""
        found = (path for path in self.root.rglob("*") if path.is_file())
        return {path.relative_to(self.root).as_posix(): (path.stat().st_mtime_ns, path.stat().st_size) for path in found}

    def clean(self) -> None:
        """Put everything back as shipped."""
        for name, stamp in self._files().items():
            if self.shipped.get(name) != stamp:
                (self.root / name).unlink()
        for name in self.shipped:
            if not (self.root / name).exists():
                shutil.copy2(ROOT / name, self.root / name)
        shutil.rmtree(self.root / "results", ignore_errors=True)
        self.shipped = self._files()
        self.marks, self.texts, self.done = {}, {}, {}

    def save(self, name: str, text: str) -> None:
        """Save a file as the document says."""
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text, encoding="utf-8")
        self.marks[name] = self.texts[name] = text

    def type(self, text: str, stdin: str = "") -> Outcome:
        """Type a line; with stdin, that goes into it. The same line with the same saved files is typed once for a page and its translation."""
        key = repr((text, stdin, self._read_by(text + stdin, self.texts)))
        if key not in self.done:
            asked = repr((text, stdin, self._read_by(text + stdin, self.marks)))
            outcome = self.shared.once(asked, lambda: self._typed(text, stdin))
            for name, content in outcome.left.items():
                path = self.root / name
                if not path.exists() or path.read_bytes() != content:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
                self.marks[name] = hashlib.sha256(content).hexdigest()
            self.done[key] = outcome
        return self.done[key]

    def _read_by(self, words: str, marks: dict[str, str]) -> dict[str, str]:
        """The files made here that a line may read: those whose name, or that of a folder above, occurs in it or in a saved file that it reads."""
        while True:
            read = {name: mark for name, mark in marks.items() if any(_occurs(part, words) for part in _words_of(name))}
            more = "\n".join(self.texts[name] for name in read if name in self.texts and self.texts[name] not in words)
            if not more:
                return read
            words += "\n" + more

    def _typed(self, text: str, stdin: str) -> Outcome:
        before = self._files()
        if text == "python -":
            code, printed = self._here(lambda: _executed(stdin))
        elif text in IN_A_SHELL or text.startswith(APART) or SHELL.search(text) or not text.startswith("saltloop "):
            code, printed = self._in_a_shell(text)
        else:
            code, printed = self._here(lambda: _invoked(shlex.split(text, comments=True)[1:]))
        left = {name: (self.root / name).read_bytes() for name, stamp in self._files().items() if before.get(name) != stamp}
        return Outcome(code, printed, left)

    def _in_a_shell(self, text: str) -> tuple[int, str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("SALTLOOP_")}
        env |= {"PATH": f"{self.programs}{os.pathsep}{env['PATH']}", "PYTHONPATH": str(MODEL), "PYTHONWARNINGS": "default"}
        done = subprocess.run(["bash", "-c", text], cwd=self.root, env=env, capture_output=True, encoding="utf-8", timeout=600, check=False)
        return done.returncode, done.stdout + done.stderr

    def _here(self, act: Callable[[], tuple[int, str]]) -> tuple[int, str]:
        """Do something in this process as if it were one of its own, in the folder of the user; packs are read once while their files stay the same."""
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.root)
            for name in [name for name in os.environ if name.startswith("SALTLOOP_")]:
                patch.delenv(name)
            patch.setattr(companion, "companion_if_worth_it", lambda *_: None)  # the other workers have the other processors
            read = pack.load
            for module in (pack, resolve):
                patch.setattr(module, "load", lambda folder: self._pack(folder, read))
            try:
                return act()
            finally:
                gc.unfreeze()
                gc.enable()

    def _pack(self, folder: Path, read: Callable[[Path], Pack]) -> Pack:
        stamp = repr([(path, path.stat().st_mtime_ns) for path in sorted(folder.resolve().parent.rglob("*")) if path.is_file()])
        key = (folder, stamp)
        if key not in self.packs:
            self.packs[key] = read(folder)
        return self.packs[key]

    def complaint(self, command: Command) -> str:
        """What is wrong with a command as documented; empty: nothing."""
        outcome = self.type(command.text)
        if outcome.code != command.exit_code or "Traceback" in outcome.printed:
            return f"{command.place}: `{command.text}` ended with {outcome.code}, not {command.exit_code}:\n{outcome.printed[-2000:]}"
        missing = [line for line in command.output if line.strip() not in outcome.printed]
        return f"{command.place}: `{command.text}` does not print {missing}; it prints:\n{outcome.printed[:4000]}" if missing else ""


def _words_of(name: str) -> Iterator[str]:
    """What a line may say to mean a file: its name without ending, or that of a folder above it that was made here."""
    *folders, file = Path(name).parts
    yield Path(file).stem
    yield from (folder for folder in folders if folder not in ("results", "scenarios", "data", "docs"))


def _occurs(part: str, words: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(part)}(?![\w-])", words) is not None


def _invoked(words: list[str]) -> tuple[int, str]:
    outcome = CliRunner().invoke(main, words)
    if outcome.exception is None or isinstance(outcome.exception, SystemExit):
        return outcome.exit_code, outcome.output
    return 1, outcome.output + "".join(traceback.format_exception(outcome.exception))


def _executed(lines: str) -> tuple[int, str]:
    with contextlib.redirect_stdout(io.StringIO()) as stream:
        try:
            exec(compile(lines, "<document>", "exec"), {"__name__": "__main__"})
        except Exception:
            return 1, stream.getvalue() + traceback.format_exc()
    return 0, stream.getvalue()
