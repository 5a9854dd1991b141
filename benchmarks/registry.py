"""The registry: one file per benchmark, found by being in this folder; each contender runs in a process of its own.

A benchmark declares its contenders and sizes. A contender is a function of a size: it prepares what is not measured and
returns the function that is. `python -m benchmarks` runs all and writes results.md.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

HERE = Path(__file__).parent
Work = Callable[[], Any]


@dataclass(frozen=True)
class Benchmark:
    """Contenders that do the same work.

    Args:
        name: key, also its heading.
        title: one sentence: what is measured.
        sizes: from the smallest on.
        contenders: name and function of a size; the first is what the others are compared with.
        tell: numbers of what the work gave back, and its size; not measured.
        repeats: measured runs of each.
        largest: the largest size that a contender is run at, where it is not the last.
        remarks: what a reader must know.
    """

    name: str
    title: str
    sizes: tuple[str, ...]
    contenders: dict[str, Callable[[str], Work]]
    tell: Callable[[Any, str], dict[str, Any]] = lambda *_: {}
    repeats: int = 3
    largest: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def runs(self, contender: str, size: str) -> bool:
        """Whether a contender is run at a size."""
        return self.sizes.index(size) <= self.sizes.index(self.largest.get(contender, self.sizes[-1]))


@dataclass(frozen=True)
class Measured:
    """What one process measured.

    Args:
        seconds: of the processor, of each run, since what else a shared machine does is no matter of the contender.
        start_mb, peak_mb: largest memory of the process before and after the first run.
        told: numbers that the work gave back, such as nonzeros or the optimum.
    """

    seconds: tuple[float, ...]
    start_mb: float
    peak_mb: float
    told: dict[str, Any]

    @property
    def median(self) -> float:
        """Median seconds of the processor."""
        return statistics.median(self.seconds)

    @property
    def spread(self) -> float:
        """Largest less smallest, as a share of the median."""
        return (max(self.seconds) - min(self.seconds)) / self.median


def benchmarks() -> dict[str, Benchmark]:
    """Every benchmark by name: the BENCHMARK of each module of this folder that has one."""
    names = sorted(module.name for module in iter_modules([str(HERE)]) if not module.name.startswith("_"))
    found = [getattr(import_module(f"benchmarks.{name}"), "BENCHMARK", None) for name in names]
    return {each.name: each for each in found if each is not None}


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_here(name: str, contender: str, size: str, repeats: int) -> Measured:
    """Run one contender in this process; the first run, which also measures memory, counts only if it is the only one."""
    benchmark = benchmarks()[name]
    work, start, seconds = benchmark.contenders[contender](size), _megabytes(), list[float]()
    told: dict[str, Any] = {}
    peak = start
    for n in range(repeats + (repeats > 1)):
        clock = time.process_time()
        found = work()
        seconds.append(time.process_time() - clock)
        if n == 0:
            peak = _megabytes()
            told = benchmark.tell(found, size)
        del found
    return Measured(tuple(seconds[1:] or seconds), start, peak, told)


def measure(benchmark: Benchmark, contender: str, size: str, repeats: int | None = None) -> Measured:
    """Run one contender in a fresh process.

    Raises:
        RuntimeError: it failed; with what it wrote.
    """
    command = [sys.executable, "-m", "benchmarks.registry", benchmark.name, contender, size, str(repeats or benchmark.repeats)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parent, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{benchmark.name}, {contender}, {size}: {done.stderr.strip()[-2000:]}")
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return Measured(tuple(found["seconds"]), found["start_mb"], found["peak_mb"], found["told"])


if __name__ == "__main__":
    one = measure_here(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
    print(json.dumps({"seconds": one.seconds, "start_mb": one.start_mb, "peak_mb": one.peak_mb, "told": one.told}))
