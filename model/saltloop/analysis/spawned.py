"""Processes beside this one, which hear no interrupt: their parent alone answers it, and ends them."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnContext, SpawnProcess


class _Deaf(SpawnProcess):
    """A process that starts with interrupts blocked, for while it still loads nothing in it could ignore one."""

    def start(self) -> None:
        """Start it; an interrupt that comes meanwhile meets this process afterwards."""
        with _blocked():
            super().start()


class Spawned(SpawnContext):
    """Starts processes from nothing, as the method spawn does, but deaf; for ProcessPoolExecutor, or by itself."""

    Process = _Deaf


def ignore_interrupts() -> None:
    """What such a process does first, since not every system can start it deaf."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _blocked() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Python starts it with the first process, and it unblocks interrupts when it has started.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
