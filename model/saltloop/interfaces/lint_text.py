"""What is to be said of the rules of a scenario before it is solved, as text."""

from __future__ import annotations

import math

import pandas as pd

from saltloop.data.read import records
from saltloop.language import number, text


def lint_text(findings: pd.DataFrame, count: int, language: str = "en") -> str:
    """One line for each finding, with file and line; then how many rules there are to say nothing of.

    Args:
        findings: as `lint` gives them.
        count: number of rules that bound something.
        language: en or zh.
    """
    lines = []
    for r in records(findings):
        said = {name: _number(r[name], r["unit"], language) for name in ("now", "least", "most")}
        place = f"{r['place']}  " if r["place"] else ""
        words = {"rule": r["rule"], "other": r["with"], "period": r["period"]}
        lines.append(place + text("lint_" + r["finding"], language, **words, **said))
    quiet = count - len({*findings["rule"], *findings["with"]} - {""})
    return "\n".join([*lines, text("lint_quiet", language, count=quiet, all=count)])


def _number(value: float, unit: str, language: str) -> str:
    """A number with its unit; a ratio of like to like as a percentage."""
    upper, _, lower = unit.partition("/")
    if upper == lower and not math.isinf(value):
        return number(value * 100, "%", language)
    return number(value, unit, language)
