"""How far a batch is, on the error stream: a bar with rate and time left on a terminal, one line at the end elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from saltloop.analysis.batch.run import Progress as Done

_WORDS = {"cases": ("cases", "算例"), "rate": ("{rate:.3g} cases/s", "每秒 {rate:.3g} 个"), "before": ("{count:,} finished before", "此前已完成 {count:,} 个")}
_SUMMED = ("{count:,} cases in {seconds:.0f} s ({rate:.3g} cases/s)", "{seconds:.0f} 秒完成 {count:,} 个算例（每秒 {rate:.3g} 个）")


class Bar:
    """Shows the progress of a batch.

    Args:
        language: en or zh.
    """

    def __init__(self, language: str) -> None:
        self.which = int(language == "zh")
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self.task = self.bar.add_task(_WORDS["cases"][self.which], total=None, rate="")
        self.last: Done | None = None

    def __enter__(self) -> Bar:
        """Draw it."""
        self.bar.start()
        return self

    def __call__(self, done: Done) -> None:
        """Move it on."""
        self.last = done
        self.bar.update(self.task, completed=done.solved, total=done.wanted, rate=_WORDS["rate"][self.which].format(rate=_rate(done)))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Take it away, and say what was done."""
        self.bar.stop()
        if self.last is not None:
            words = _SUMMED[self.which].format(count=self.last.solved, seconds=time.perf_counter() - self.last.start, rate=_rate(self.last))
            before = f"{('; ', '；')[self.which]}{_WORDS['before'][self.which].format(count=self.last.before)}" if self.last.before else ""
            sys.stderr.write(f"{words}{before}\n")


def _rate(done: Done) -> float:
    return done.solved / max(1e-9, time.perf_counter() - done.start)
