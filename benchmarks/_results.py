"""What was measured, kept in results.json by benchmark, and results.md made from it alone."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.registry import HERE, Benchmark, Found, Measured, Target, read

RECORDS, TABLE = HERE / "results.json", HERE / "results.md"
LIBRARIES = ("saltloop", "pyomo", "highspy", "numpy", "scipy", "pandas", "linopy", "pypsa", "oemof.solph", "highspy-extras")
HEAD = ("", "", "CPU s", "spread of runs", "ratio", "peak MB", "ratio", "MB per million nonzeros", "nonzeros", "optimum", "")


def machine() -> str:
    """Processor, cores, memory and versions."""
    cpu, memory = Path("/proc/cpuinfo"), Path("/proc/meminfo")
    lines = cpu.read_text().splitlines() if cpu.is_file() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    total = next((int(line.split()[1]) for line in memory.read_text().splitlines() if line.startswith("MemTotal")), 0) if memory.is_file() else 0
    cores = sum(line.startswith("processor") for line in lines)
    versions = ", ".join(f"{name} {version}" for name in LIBRARIES if (version := _version(name)))
    return f"{model}, {cores} cores, {total / 2**20:.1f} GiB; {platform.system()}, Python {platform.python_version()}, {versions}"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _records() -> dict[str, Any]:
    return json.loads(RECORDS.read_text(encoding="utf-8")) if RECORDS.is_file() else {}


def keep(benchmark: Benchmark, found: Found) -> None:
    """Put what a benchmark found in place of what it found before; what is rare and was not run stays, with its date."""
    records = _records()
    before = {(one["size"], one["contender"]): one for one in records.get(benchmark.name, {}).get("found", [])}
    rows = []
    for size, contender in benchmark.runs:
        one = found.get((size, contender))
        if one is not None:
            first = found.get((size, next(iter(benchmark.contenders))), one)
            to = {"to_seconds": first.median, "to_mb": first.peak_mb} if first.seconds and one.seconds else {}
            rows.append({"size": size, "contender": contender, "measured": asdict(one), **to})
        elif (size, contender) in benchmark.rare and (size, contender) in before:
            rows.append(before[size, contender])
    records[benchmark.name] = {"machine": machine(), "found": rows}
    RECORDS.write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")


def write(known: Mapping[str, Benchmark]) -> None:
    """Make results.md: targets first, then a section for each benchmark."""
    records = {name: section for name, section in _records().items() if name in known}
    found = {name: _by_contender(section) for name, section in records.items()}
    lines = ["# Benchmarks", "", "Written by `make bench`, which is `python -m benchmarks`, from `results.json`; nothing here is put in by hand."]
    lines += [_how(), "", "## Targets", "", "| | to reach | measured | reached |", "|---|---|---|---|"]
    lines += [_target_line(target, found[name]) for name in known if name in records for target in known[name].targets]
    for name in known:
        if name in records:
            lines += _section(known[name], records[name])
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _by_contender(section: dict[str, Any]) -> dict[tuple[str, str], Measured]:
    """What was measured; what failed is not there, so that no target rests on it."""
    found = {(one["size"], one["contender"]): read(one["measured"]) for one in section["found"]}
    return {key: one for key, one in found.items() if one.seconds}


def _how() -> str:
    return (
        "Medians; spread is largest less smallest, as a share of the median. Seconds are of the processor unless a section says otherwise, so that a "
        "busy machine disturbs them little; each contender runs in a process of its own. Ratios are to the first contender of the same size, measured "
        "in the same run. Memory is the most that the process had while the work ran first; per million nonzeros without what it had after its imports."
    )


def _target_line(target: Target, found: Found) -> str:
    reach = f"{'>=' if target.at_least else '<='} {target.reach:g}"
    try:
        number = target.value(found)
    except KeyError:
        return f"| {target.what} | {reach} | not measured | |"
    return f"| {target.what} | {reach} | {number:.3g} | {'yes' if target.met(number) else '**no**'} |"


def _section(benchmark: Benchmark, section: dict[str, Any]) -> list[str]:
    rows = section["found"]
    moments = sorted(each["measured"]["moment"] for each in rows if (each["size"], each["contender"]) not in benchmark.rare)
    span = f"{moments[0]} to {moments[-1]}" if moments else ""
    lines = ["", f"## {benchmark.title}", "", f"`python -m benchmarks {benchmark.name}`; {span}; {section['machine']}", ""]
    lines += [f"- {remark}" for remark in benchmark.remarks] + ([""] if benchmark.remarks else [])
    cells = [_cells(one, benchmark) for one in rows]
    used = [n for n in range(len(HEAD)) if n < 2 or any(row[n] for row in cells)]
    head = [f"ms {'on the wall' if benchmark.wall else 'of CPU'} per case" if name == "CPU s" and _of_cases(rows) else name for name in HEAD]
    lines += [_line([head[n] for n in used]), "|" + "---|" * len(used)]
    return lines + [_line([row[n] for n in used]) for row in cells]


def _of_cases(rows: list[dict[str, Any]]) -> bool:
    return any("cases" in each["measured"]["told"] for each in rows)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(one: dict[str, Any], benchmark: Benchmark) -> list[str]:
    """A row of the table, as wide as HEAD."""
    found = read(one["measured"])
    rare = f"with --all, {found.moment}" if (one["size"], one["contender"]) in benchmark.rare else ""
    if not found.seconds:
        return [one["size"], one["contender"], *[""] * (len(HEAD) - 3), "; ".join(text for text in (f"failed: {found.error}".replace("|", "/"), rare) if text)]
    nonzeros = found.told.get("nonzeros", 0)
    alone = len(benchmark.contenders) == 1
    return [
        one["size"],
        one["contender"],
        f"{found.median * (1000 if 'cases' in found.told else 1):.4g}",
        f"{found.spread:.0%} of {len(found.seconds)}" if len(found.seconds) > 1 else "one run",
        "" if alone or "to_seconds" not in one else f"{found.median / one['to_seconds']:.3g}",
        f"{found.peak_mb:.0f}",
        "" if alone or "to_mb" not in one else f"{found.peak_mb / one['to_mb']:.2f}",
        f"{(found.peak_mb - found.base_mb) / nonzeros * 1e6:.0f}" if nonzeros > 100_000 else "",
        f"{nonzeros:,}" if nonzeros else "",
        f"{found.told['optimum']:.8g}" if "optimum" in found.told else "",
        "; ".join(text for text in (str(found.told.get("note", "")), rare) if text),
    ]
