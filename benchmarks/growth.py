"""(d) How time and memory grow with slices, parks and processes."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks import _programme
from benchmarks._contenders import templates
from benchmarks.build import tell
from benchmarks.registry import Benchmark, Work


def _slices(size: str) -> Work:
    _programme.SLICES[size] = int(size.removeprefix("x")) * 12
    data = _programme.programme(size)
    return lambda: templates(data)


def _parks(size: str) -> Work:
    data = _programme.programme("S", parks=4 * int(size.removeprefix("x")))
    return lambda: templates(data)


def _both(size: str) -> Work:
    n = int(size.removeprefix("x"))
    _programme.SLICES[size] = 12 * n
    data = _programme.programme(size, parks=4 * n)
    return lambda: templates(data)


CONTENDERS: dict[str, Callable[[str], Work]] = {"12 slices times": _slices, "4 parks times": _parks, "both": _both}

BENCHMARK = Benchmark(
    "growth",
    "Growth of build and hand-over",
    ("x1", "x2", "x4", "x8"),
    CONTENDERS,
    tell=lambda solver, _: tell(solver, "none"),
)
