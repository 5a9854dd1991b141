"""The registry: one file per benchmark, found by being in this folder; each contender runs in a process of its own.

A benchmark declares its contenders, sizes and targets. A contender is a function of a size: it prepares what is not measured and
returns the function that is. `python -m benchmarks` runs all and writes results.md.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import pickle
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, TypeVar

HERE = Path(__file__).parent
Work = Callable[[], Any]
T = TypeVar("T")
# Where what several contenders are given is kept while benchmarks run; not set: each makes its own.
KEPT = "SALTLOOP_BENCHMARKS_KEPT"
# Runs of a contender: until they took together what is enough, but at least and at most so many, and no more once they took too much.
LEAST, MOST, ENOUGH, TOO_MUCH = 3, 15, 2.0, 15.0
# A first run that takes longer than this is counted, else it only warms up what is read once in a process.
WARMING = 5.0
# Seconds of the wall for a contender, and for one that is rare.
LIMIT, RARE_LIMIT = 900.0, 5400.0


@dataclass(frozen=True)
class Measured:
    """What one process measured.

    Args:
        seconds: of each run: of the processor, since what else a shared machine does is no matter of the contender, unless the work tells its own.
        base_mb, peak_mb: memory of the process after its imports, and the most that it had while the work ran first.
        told: numbers that the work gave back, such as nonzeros, cases or the optimum.
        error: why there is nothing; empty if all went well.
        moment: when it was measured, with the load of the machine.
    """

    seconds: tuple[float, ...] = ()
    base_mb: float = 0.0
    peak_mb: float = 0.0
    told: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    moment: str = ""

    @property
    def median(self) -> float:
        """Median seconds of a run, or of a case where the work is made of cases."""
        return statistics.median(self.seconds) / self.told.get("cases", 1)

    @property
    def spread(self) -> float:
        """Largest less smallest, as a share of the median."""
        return (max(self.seconds) - min(self.seconds)) / statistics.median(self.seconds)

    def and_again(self, later: Measured) -> Measured:
        """With the runs of a later process; a failure of either stays."""
        if self.error or later.error:
            return self if self.error else later
        return replace(self, seconds=self.seconds + later.seconds, peak_mb=max(self.peak_mb, later.peak_mb))


# By size and contender, those that failed included.
Found = Mapping[tuple[str, str], Measured]


@dataclass(frozen=True)
class Target:
    """What is to be reached.

    Args:
        what: said in a few words.
        reach: the number.
        value: worked out from what was measured; one that is missing or failed is a KeyError.
        at_least: whether more is better.
    """

    what: str
    reach: float
    value: Callable[[Found], float]
    at_least: bool = False

    def met(self, number: float) -> bool:
        """Whether a number reaches it."""
        return number >= self.reach if self.at_least else number <= self.reach


@dataclass(frozen=True)
class Benchmark:
    """Contenders that do the same work.

    Args:
        name: key, also of its section in the results.
        title: one sentence: what is measured.
        sizes: from the smallest on.
        contenders: name and function of a size; the first is what the others are compared with.
        tell: numbers of what the work gave back, and its size; not measured.
        only: the sizes that a contender is run at, where they are not all.
        rare: sizes and contenders that take minutes, run with --all only; what an earlier run found is kept and dated.
        tests: the size that tests run; the smallest, if empty.
        wall: whether the work tells seconds of the clock on the wall.
        rounds: how often all contenders are run in turn, so that a machine that gets slower for minutes is unfair to none.
        targets: what is to be reached.
        remarks: what a reader must know.
    """

    name: str
    title: str
    sizes: tuple[str, ...]
    contenders: dict[str, Callable[[str], Work]]
    tell: Callable[[Any, str], dict[str, Any]] = lambda *_: {}
    only: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rare: frozenset[tuple[str, str]] = frozenset()
    tests: str = ""
    wall: bool = False
    rounds: int = 1
    targets: tuple[Target, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def runs(self) -> list[tuple[str, str]]:
        """Every size with every contender that is run at it."""
        return [(size, each) for size in self.sizes for each in self.contenders if size in self.only.get(each, self.sizes)]


def ratio(size: str, contender: str, to: str, at: str = "") -> Callable[[Found], float]:
    """How many times a contender takes what another one takes, at the same size unless said otherwise."""
    return lambda found: found[size, contender].median / found[at or size, to].median


def benchmarks() -> dict[str, Benchmark]:
    """Every benchmark by name: the BENCHMARK of each module of this folder that has one."""
    names = sorted(module.name for module in iter_modules([str(HERE)]) if not module.name.startswith("_"))
    found = [getattr(import_module(f"benchmarks.{name}"), "BENCHMARK", None) for name in names]
    return {each.name: each for each in found if each is not None}


def kept(make: Callable[[str], T], of: str) -> T:
    """What a function of a module makes of a text: made once, in a process of its own, for all contenders that are given it.

    Args:
        make: what it gives can be pickled.
        of: its argument.
    """
    folder = os.environ.get(KEPT)
    if folder is None:
        return make(of)
    path = Path(folder) / f"{make.__module__}.{make.__name__}-{sha256(of.encode()).hexdigest()[:16]}.pickle"
    if not path.is_file():
        command = [sys.executable, "-W", "ignore", "-c", _MAKE, make.__module__, make.__name__, of, str(path)]
        subprocess.run(command, cwd=HERE.parent, check=True)
    found: T = pickle.loads(path.read_bytes())
    return found


_MAKE = """
import pickle, sys
from importlib import import_module
from pathlib import Path
module, name, of, path = sys.argv[1:]
Path(path).write_bytes(pickle.dumps(getattr(import_module(module), name)(of)))
"""


def _memory(what: str) -> float:
    """VmRSS, memory in megabytes now, or VmHWM, the most since it was last reset; where there is no /proc, the most ever."""
    path = Path("/proc/self/status")
    if not path.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) for line in path.read_text().splitlines() if line.startswith(what)) / 1024


def _forget_peak() -> None:
    """Give back what is free, and count the most memory from now on, so that the preparation is not counted."""
    gc.collect()
    if Path("/proc/self/clear_refs").is_file():
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")


def _enough(seconds: list[float], most: int) -> bool:
    return len(seconds) >= most or sum(seconds) >= TOO_MUCH or (len(seconds) >= LEAST and sum(seconds) >= ENOUGH)


def measure_here(name: str, contender: str, size: str, most: int = MOST) -> Measured:
    """Run one contender in this process; memory is that of the first run."""
    benchmark: Benchmark = import_module(f"benchmarks.{name}").BENCHMARK
    base = _memory("VmRSS")
    work = benchmark.contenders[contender](size)
    _forget_peak()
    first, found = _timed(work)
    peak = max(base, _memory("VmHWM"))
    told = benchmark.tell(found, size)
    own = told.pop("seconds", None)
    seconds = [first] if most == 1 or first > WARMING else []
    del found
    while own is None and not _enough(seconds, most):
        seconds.append(_timed(work)[0])
    return Measured(tuple(seconds if own is None else own), base, peak, told)


def _timed(work: Work) -> tuple[float, Any]:
    clock = time.process_time()
    found = work()
    return time.process_time() - clock, found


def measure(benchmark: Benchmark, contender: str, size: str) -> Measured:
    """Run one contender in a fresh process; that it fails is told in what comes back."""
    limit = RARE_LIMIT if (size, contender) in benchmark.rare else LIMIT
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.registry", benchmark.name, contender, size]
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parent, check=False, timeout=limit)
    except subprocess.TimeoutExpired:
        return Measured(error=f"stopped after {limit:.0f} s")
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        return Measured(error=said[-1] if said else f"ended with code {done.returncode}")
    return read(json.loads(done.stdout.strip().splitlines()[-1]))


def read(record: dict[str, Any]) -> Measured:
    """What was measured, from its record."""
    return Measured(**{**record, "seconds": tuple(record["seconds"])})


if __name__ == "__main__":
    print(json.dumps(asdict(measure_here(*sys.argv[1:4]))))
