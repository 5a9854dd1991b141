"""Run benchmarks and write results.md: `python -m benchmarks [NAME ...] [--all]`."""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from math import isclose
from tempfile import TemporaryDirectory

from benchmarks import _results as results
from benchmarks.registry import KEPT, Benchmark, Found, Measured, benchmarks, measure

# How far apart the optima of contenders that state one programme may lie.
_SAME = 1e-6


def run(benchmark: Benchmark, with_rare: bool) -> dict[tuple[str, str], Measured]:
    """Every size and contender of a benchmark in turn, as many rounds as it asks for."""
    found: dict[tuple[str, str], Measured] = {}
    for size, contender in benchmark.runs * benchmark.rounds:
        if (size, contender) in benchmark.rare and not with_rare:
            continue
        moment = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load {os.getloadavg()[0]:.1f}"
        one = replace(measure(benchmark, contender, size), moment=moment)
        one = _compared(one, found, size)
        found[size, contender] = found[size, contender].and_again(one) if (size, contender) in found else one
        told = found[size, contender]
        print(f"{benchmark.name}: {size}, {contender}: {told.error or f'{told.median:.4g} s, {told.peak_mb:.0f} MB'}", flush=True)
    return found


def _compared(one: Measured, found: Found, size: str) -> Measured:
    """What was measured, or that it is not the same programme as the others of its size state."""
    optima = [each.told["optimum"] for (at, _), each in found.items() if at == size and not each.error and "optimum" in each.told]
    own = one.told.get("optimum")
    if own is None or not optima or isclose(own, optima[0], rel_tol=_SAME):
        return one
    return replace(one, error=f"another optimum: {own:.9g} instead of {optima[0]:.9g}", seconds=())


def main() -> None:
    """Run the named benchmarks, or all; results.md is written anew after each, the sections of the others as they were."""
    known = benchmarks()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Run benchmarks and write results.md.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"sections to run anew, of {', '.join(known)}; all if none is named")
    parser.add_argument("--all", action="store_true", help="also what takes minutes each")
    parser.add_argument("--write", action="store_true", help="only write results.md from what was measured")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in known]
    if unknown:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(known)}")
    with TemporaryDirectory() as folder:
        os.environ[KEPT] = folder
        for name in () if asked.write else asked.names or known:
            clock = time.perf_counter()
            results.keep(known[name], run(known[name], asked.all))
            results.write(known)
            print(f"{name}: {time.perf_counter() - clock:.0f} s on the wall", flush=True)
    results.write(known)


if __name__ == "__main__":
    main()
