"""How far apart the numbers of a programme lie, with the extreme entries by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from saltloop.errors import Place, Problem, Problems, message
from saltloop.formulation.arrays import arrays_of
from saltloop.formulation.program import Program
from saltloop.solve.scaling import scaling

WIDE = message(
    "M330",
    (
        "the coefficients span {orders:.0f} orders of magnitude after scaling, from {small:.1e} ({smallest}) to {large:.1e} ({largest})",
        "缩放后系数跨 {orders:.0f} 个数量级：{small:.1e}（{smallest}）至 {large:.1e}（{largest}）",
    ),
    (
        "the solver likes fewer than {liked:.0f}; count one of the two in a larger or smaller unit, or check it for a slip of 1000",
        "求解器宜少于 {liked:.0f} 个；请改用更大或更小的单位，或检查是否错 1000 倍",
    ),
    warning=True,
)
BEYOND = message(
    "M331",
    ("{value:.3g} ({where}) is beyond what can be computed with", "{value:.3g}（{where}）超出可计算的范围"),
    (
        "expected a size between {small:g} and {large:g}; correct the number behind it, or leave a limit out where there is none",
        "大小应在 {small:g} 与 {large:g} 之间；请改正有关数值，没有限额处请留空",
    ),
)
LIKED_ORDERS = 9.0
_SMALLEST, _LARGEST = 1e-15, 1e15


def _range(values: np.ndarray) -> dict[str, float]:
    chosen = np.abs(values[np.isfinite(values) & (values != 0)])
    return {"smallest": float(chosen.min()), "largest": float(chosen.max())} if len(chosen) else {"smallest": 0.0, "largest": 0.0}


def _entry(program: Program, position: int) -> str:
    entries = program.matrix.tocoo()
    row, column = int(entries.coords[0][position]), int(entries.coords[1][position])
    return f"{program.across.name(column)} in {program.down.name(row)}"


def check_sizes(program: Program) -> None:
    """Refuse numbers that the solver would take for nothing or for no limit.

    Args:
        program: arrays with names.

    Raises:
        InputError: M331, with the worst entry of the matrix, of the bounds and of the right sides.
    """
    problems = Problems()
    magnitude = np.abs(program.matrix.tocoo().data)
    for n in (_worst(magnitude, magnitude < _SMALLEST, np.argmin), _worst(magnitude, magnitude > _LARGEST, np.argmax)):
        if n is not None:
            problems.add(_beyond(magnitude[n], _entry(program, n)))
    for lines in (program.across, program.down):
        for side in (lines.lower, lines.upper):
            size = np.where(np.isfinite(side), np.abs(side), 0.0)
            n = _worst(size, size > _LARGEST, np.argmax)
            if n is not None:
                problems.add(_beyond(size[n], lines.name(n)))
    problems.stop_if_any()


def _worst(values: np.ndarray, wrong: np.ndarray, pick: Callable[[np.ndarray], np.intp]) -> int | None:
    """Position of the smallest or largest of the values that are wrong and not zero."""
    chosen = np.flatnonzero(wrong & (values != 0))
    return int(chosen[pick(values[chosen])]) if len(chosen) else None


def _beyond(value: float, where: str) -> Problem:
    return BEYOND.at(Place(), value=float(value), where=where, small=_SMALLEST, large=_LARGEST)


def numerics(program: Program) -> tuple[dict[str, Any], Problem | None]:
    """Ranges of coefficients, costs, bounds and right sides, and a warning if the scaled matrix is wider than is good.

    Returns:
        data for the manifest; the warning or None.
    """
    entries, scale = program.matrix.tocoo(), scaling(arrays_of(program))
    scaled = np.abs(entries.data * scale.row[entries.coords[0]] * scale.column[entries.coords[1]])
    filled = np.flatnonzero(scaled)
    found: dict[str, Any] = {
        "coefficients": _range(entries.data),
        "costs": _range(program.stages[0][1]),
        "bounds": _range(np.concatenate([program.across.lower, program.across.upper])),
        "right_sides": _range(np.concatenate([program.down.lower, program.down.upper])),
        "scaled_coefficients": _range(scaled),
    }
    if not len(filled):
        return found, None
    low, high = (filled[pick(scaled[filled])] for pick in (np.argmin, np.argmax))
    raw = np.abs(entries.data)
    raw_filled = np.flatnonzero(raw)
    found["coefficients"] |= {
        "smallest_entry": _entry(program, int(raw_filled[np.argmin(raw[raw_filled])])),
        "largest_entry": _entry(program, int(raw_filled[np.argmax(raw[raw_filled])])),
    }
    orders = float(np.log10(scaled[high] / scaled[low]))
    warning = (
        None
        if orders <= LIKED_ORDERS
        else WIDE.at(
            Place(),
            orders=orders,
            small=float(scaled[low]),
            smallest=_entry(program, int(low)),
            large=float(scaled[high]),
            largest=_entry(program, int(high)),
            liked=LIKED_ORDERS,
        )
    )
    return found, warning
