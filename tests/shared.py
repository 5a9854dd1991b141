"""Work that is done once in a session of tests, whichever of its processes asks first."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class Shared:
    """Results kept in a folder that all processes of a session see; who comes while one is made waits for it.

    Args:
        folder: of this session alone, so that nothing outlives a change of code or data.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def once(self, key: str, make: Callable[[], T]) -> T:
        """What `make` gives, made at its first call in the session and read from then on; what fails is not kept.

        Args:
            key: everything that the result depends on and that may differ within a session.
            make: returns something that can be pickled.
        """
        kept = self.folder / hashlib.sha256(key.encode()).hexdigest()
        with _alone(kept.with_suffix(".lock")):
            if not kept.exists():
                found = make()
                kept.with_suffix(".new").write_bytes(pickle.dumps(found))
                kept.with_suffix(".new").rename(kept)
                return found
        return pickle.loads(kept.read_bytes())  # type: ignore[no-any-return]


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time; the system lets go of the lock of a process that dies."""
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def folder_of_session(own: Path) -> Path:
    """The temporary folder of a session from that of one of its processes, which lies in it where there are several."""
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
