"""A second process that writes the report of a run and verifies its files while the first writes the workbook."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from saltloop.analysis.spawned import Spawned, ignore_interrupts
from saltloop.errors import SaltloopError
from saltloop.results.run import Run
from saltloop.results.verify import Finding, verify

# The second process needs nothing of packs.
if TYPE_CHECKING:
    from saltloop.data.pack import Pack

Report = Callable[[Path, Path, str], None]
REPORT = "report.html"
# With fewer rows in its pack a run is written before another process has started.
WORTH_IT = 5_000


class Companion:
    """The second process; whatever becomes of it, the first can do all of it alone.

    Args:
        report: writes the page of a folder to a path, in a language; a function of a module, which the process loads for itself.
        prepare: loads what the report needs; called at once, while the first process has no folder yet.
    """

    def __init__(self, report: Report, prepare: Callable[[], None]) -> None:
        context = Spawned()
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, report, prepare), daemon=True)
        self._process.start()
        theirs.close()

    @contextmanager
    def at_work(self, folder: Path, language: str) -> Iterator[None]:
        """Let it finish a folder that holds all tables and the manifest, while the block does something else.

        Args:
            folder: of the run, under any name; if the block fails, nobody writes to it any more.
            language: in which the page opens.
        """
        with suppress(OSError):
            self._pipe.send((folder, language))
        with ExitStack() as on_failure:
            on_failure.callback(self.close)
            yield
            on_failure.pop_all()

    def findings(self) -> list[Finding] | None:
        """What verification has found, once the report is written; None if the process could not finish.

        Raises:
            OSError: the disk does not take the report.
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


def companion_if_worth_it(pack: Pack, report: Report, prepare: Callable[[], None]) -> Companion | None:
    """A second process where there is a second processor and the pack is large; else None."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Companion(report, prepare) if processors > 1 and sum(len(frame) for frame in pack.tables.values()) >= WORTH_IT else None


def _serve(pipe: Connection, report: Report, prepare: Callable[[], None]) -> None:
    """What the second process does: load what it needs, wait for the folder, finish it; it ends when the first does."""
    ignore_interrupts()
    gc.disable()  # what is built stays in use to the end, which is near
    prepare()
    with suppress(EOFError, OSError):
        folder, language = pipe.recv()
        answer: list[Finding] | OSError | None
        try:
            report(folder, folder / REPORT, language)
            answer = verify(Run(folder))
        except OSError as error:
            answer = error
        except SaltloopError:  # the first process meets the same, where it can be told
            answer = None
        pipe.send(answer)
