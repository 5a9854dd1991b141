"""How one equation is declared: what it ranges over, its unit, its title in two languages, its formula in the docstring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Row = Callable[..., Any]


@dataclass(frozen=True)
class Equation:
    """One family of rows.

    Args:
        name: name of the family in files and results.
        rule: the row as a function of the model and its indices.
        over: names of the indices, in the order place, thing, period, slice.
        unit: unit of the row; fields in braces are replaced by the unit of that index.
        title: in English and in Chinese.
    """

    name: str
    rule: Row
    over: tuple[str, ...]
    unit: str
    title: tuple[str, str]

    @property
    def index(self) -> str:
        """Name of the set that it ranges over."""
        return f"{self.name}_index"


def equation(over: tuple[str, ...], unit: str, title: tuple[str, str]) -> Callable[[Row], Equation]:
    """Declare a row function as an equation of the formulation."""

    def declare(rule: Row) -> Equation:
        return Equation(rule.__name__, rule, over, unit, title)

    return declare
