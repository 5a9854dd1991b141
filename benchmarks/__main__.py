"""Run every benchmark and write results.md: `python -m benchmarks [NAME ...]`."""

from __future__ import annotations

import platform
import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from benchmarks.registry import HERE, Benchmark, Measured, benchmarks, measure

RESULTS = HERE / "results.md"
LIBRARIES = ("pyomo", "highspy", "numpy", "scipy", "pandas", "linopy")


def machine() -> str:
    """Processor, cores, memory, load and versions."""
    memory = next((line.split()[1] for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal")), "0")
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), platform.processor())
    cores, load = Path("/proc/cpuinfo").read_text().count("processor\t"), Path("/proc/loadavg").read_text().split()[0]
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    moment = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return f"{moment}; {model}, {cores} cores, {int(memory) / 2**20:.1f} GiB, load {load} at the start; Python {platform.python_version()}, {versions}"


def line(contender: str, found: Measured, first: Measured) -> str:
    """A line of the table."""
    nonzeros = found.told.get("nonzeros", 0)
    more = found.peak_mb - found.start_mb
    cells = [
        contender,
        f"{found.median:.4g}",
        f"{found.spread:.0%}",
        f"{found.median / first.median:.2f}",
        f"{found.peak_mb:.0f}",
        f"{found.peak_mb / first.peak_mb:.2f}",
        f"{more / nonzeros * 1e6:.0f}" if nonzeros > 100_000 else "",
        f"{nonzeros:,}",
        f"{found.told['optimum']:.8g}" if "optimum" in found.told else "",
    ]
    return f"| {' | '.join(cells)} |"


def table(benchmark: Benchmark) -> list[str]:
    """Every size and contender of a benchmark, run in turn."""
    lines = [
        f"## {benchmark.title}",
        "",
        f"Median of {benchmark.repeats} runs, in seconds of the processor, each contender in a process of its own, after one that does not count.",
        "",
    ]
    lines += [f"- {remark}" for remark in benchmark.remarks] + ([""] if benchmark.remarks else [])
    for size in benchmark.sizes:
        lines += [
            f"### {size}",
            "",
            "| | CPU seconds | spread | ratio | peak MB | ratio | MB per million nonzeros | nonzeros | optimum |",
            "|---|" + "---|" * 8,
        ]
        first: Measured | None = None
        for contender in (each for each in benchmark.contenders if benchmark.runs(each, size)):
            found = measure(benchmark, contender, size)
            first = first or found
            lines.append(line(contender, found, first))
            print(size, lines[-1], flush=True)
        lines.append("")
    return lines


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all, and write the results."""
    known = benchmarks()
    lines = ["# Benchmarks", "", "Written by `make bench`. Ratios are to the first line of each table, measured in the same run.", "", machine(), ""]
    for name in names or known:
        lines += table(known[name])
    RESULTS.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
