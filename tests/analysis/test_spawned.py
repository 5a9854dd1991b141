"""An interrupt of the whole group, which is what a terminal sends, while another process still loads: its parent alone answers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import saltloop
from study.files import MANY, PACKS, write_study

ROOT = Path(__file__).parents[2]
INTERRUPTED = 130
# Python reads it before anything else, in every process: of those that are spawned the n-th strikes the group while it still loads.
# With one processor a run has no second process, so there are always two.
SITE = """
import os, signal, sys
os.sched_getaffinity = lambda _: {{0, 1}}
if "--multiprocessing-fork" in sys.orig_argv:
    with open("spawned", "ab") as spawned:
        spawned.write(b".")
    if os.path.getsize("spawned") == {nth}:
        os.killpg(0, signal.SIGINT)
"""


def struck(folder: Path, nth: int, *words: str) -> subprocess.CompletedProcess[str]:
    """A command whose n-th spawned process strikes the group."""
    (folder / "sitecustomize.py").write_text(SITE.format(nth=nth), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "saltloop.interfaces.cli", *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(Path(saltloop.__file__).parents[1])])},
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=240,
        # A session of its own, so that the strike does not reach the tests, and heeds Ctrl-C even if they do not.
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        check=False,
    )


def told_once(done: subprocess.CompletedProcess[str]) -> None:
    """The command ended as interrupted ones do, and no other process said a word."""
    assert done.returncode == INTERRUPTED, done.stderr
    assert done.stderr.splitlines()[-1] == "stopped; nothing half-written was left"
    assert "Traceback" not in done.stderr
    assert "Error" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="groups of processes of POSIX")
@pytest.mark.parametrize("nth", [1, 2])
def test_no_worker_of_a_study_hears_it(tmp_path: Path, nth: int) -> None:
    out = tmp_path / "out"
    told_once(struck(tmp_path, nth, "batch", str(write_study(tmp_path, MANY)), "--data", str(PACKS), "--out", str(out), "--workers", "2"))
    assert (tmp_path / "spawned").stat().st_size >= nth
    assert [path for path in out.rglob(".*") if path.is_file()] == []


@pytest.mark.skipif(os.name != "posix", reason="groups of processes of POSIX")
def test_the_second_process_of_a_run_does_not_hear_it(tmp_path: Path) -> None:
    told_once(struck(tmp_path, 1, "run", str(ROOT / "scenarios" / "qaidam-2025.yaml"), "--out", "out"))
    assert (tmp_path / "spawned").stat().st_size == 1
    assert not (tmp_path / "out").exists()
