"""A second process that writes the workbook of a run and verifies its files while the first writes the report."""

from __future__ import annotations

import multiprocessing
import os
import signal
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from saltloop.data.pack import Pack
from saltloop.errors import SaltloopError
from saltloop.results.run import Run
from saltloop.results.verify import Finding, verify

# With fewer rows in its pack a run is written before another process has started.
WORTH_IT = 5_000


class Companion:
    """The second process; whatever becomes of it, the first can do all of it alone."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def begin(self, folder: Path, language: str) -> None:
        """Let it finish a folder that holds all tables and the manifest.

        Args:
            folder: of the run, under any name.
            language: of the workbook.
        """
        with suppress(OSError):
            self._pipe.send((folder, language))

    def findings(self) -> list[Finding] | None:
        """What verification has found, once the workbook is written; None if the process could not finish.

        Raises:
            OSError: the disk does not take the workbook.
        """
        try:
            answer = self._pipe.recv()
        except (EOFError, OSError):
            return None
        if isinstance(answer, OSError):
            raise answer
        return answer  # type: ignore[no-any-return]

    def close(self) -> None:
        """End it, finished or not."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def companion_if_worth_it(pack: Pack) -> Companion | None:
    """A second process where there is a second processor and the pack is large; else None."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Companion() if processors > 1 and sum(len(frame) for frame in pack.tables.values()) >= WORTH_IT else None


def workbook(folder: Path, language: str) -> None:
    """Write the workbook of a folder from its tables.

    Args:
        folder: of the run, under any name.
        language: of its headings.
    """
    from saltloop.results.workbook import SHEETS, write_workbook

    run = Run(folder)
    write_workbook(folder / "results.xlsx", {name: run.table(name) for name in SHEETS}, language)


def finish(folder: Path, language: str) -> list[Finding]:
    """Write the workbook of a folder from its tables, and verify its files.

    Args:
        folder: of the run, under any name.
        language: of the workbook.
    """
    workbook(folder, language)
    return verify(Run(folder))


def _serve(pipe: Connection) -> None:
    """What the second process does: load what it needs, wait for the folder, finish it; it ends when the first does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import saltloop.results.workbook  # noqa: F401 takes a while, which passes during the solve

    with suppress(EOFError, OSError):
        folder, language = pipe.recv()
        answer: list[Finding] | OSError | None
        try:
            answer = finish(folder, language)
        except OSError as error:
            answer = error
        except SaltloopError:  # the first process meets the same, where it can be told
            answer = None
        pipe.send(answer)
