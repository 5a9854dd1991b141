"""(d) How time and memory of building and handing over grow with slices, parks and processes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks._contenders import templates
from benchmarks._programme import programme_of
from benchmarks.build import OURS, tell
from benchmarks.registry import Benchmark, Found, Measured, Target, Work

GROWING: dict[str, tuple[int, ...]] = {"slices": (1, 12, 288, 8760), "parks": (4, 8, 16, 32), "processes": (60, 120, 240, 480)}
_ARGUMENT = {"slices": "count"}


def _grown(size: str) -> Work:
    what, number = size.split(" ")[1], int(size.split(" ")[0])
    data = programme_of(**{_ARGUMENT.get(what, what): number})
    return lambda: templates(data)


def _seconds(one: Measured) -> float:
    return one.median


def _memory(one: Measured) -> float:
    return one.peak_mb - one.base_mb


def exponent(what: str, of: Callable[[Measured], float], first: int = 0) -> Callable[[Found], float]:
    """The power of the number of nonzeros that something grows with: the slope of a straight line through the logarithms."""

    def value(found: Found) -> float:
        grown = [found[f"{number} {what}", OURS] for number in GROWING[what][first:]]
        return float(np.polyfit(np.log([one.told["nonzeros"] for one in grown]), np.log([of(one) for one in grown]), 1)[0])

    return value


# Linear, with room for what a measurement scatters.
LINEAR = 1.1

BENCHMARK = Benchmark(
    "growth",
    "Growth of build and hand-over",
    tuple(f"{number} {what}" for what, numbers in GROWING.items() for number in numbers),
    {OURS: _grown},
    tell=lambda solver, _: tell(solver, "none"),
    targets=(
        Target("growth of build and hand-over from S to L: exponent in nonzeros", LINEAR, exponent("slices", _seconds)),
        Target("the same from M to L", LINEAR, exponent("slices", _seconds, 2)),
        Target("growth of memory from S to L: exponent in nonzeros", LINEAR, exponent("slices", _memory)),
        Target("the same from M to L", LINEAR, exponent("slices", _memory, 2)),
        Target("growth of build and hand-over with parks, 4 to 32: exponent in nonzeros", LINEAR, exponent("parks", _seconds)),
        Target("growth of build and hand-over with processes, 60 to 480: exponent in nonzeros", LINEAR, exponent("processes", _seconds)),
    ),
    remarks=(
        "The reference programme with 8 parks, 120 processes and one slice, but for what is said. Links between parks grow with the square of their number.",
        "An exponent below 1 means that what does not grow weighs on the small ones.",
    ),
)
