"""Tables as the page shows them: cells in both languages, with the exact number kept beside the printed one."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from saltloop.language import NOTHING, TEXTS, Both, both, number_both, percent_both, span_both

FULL = 0.999
MOST_ROWS = 60


@dataclass(frozen=True)
class Cell:
    """One cell.

    Args:
        text: what is printed, in English and Chinese.
        value: the exact number behind it; None: not a number.
        remark: smaller print beneath.
        bar: length of a bar in percent_both of the cell; None: no bar.
        line: place of an upright line over the bar in percent_both; None: none.
        mark: class for colour: met, missed, open, negative; empty: none.
    """

    text: Both
    value: float | None = None
    remark: Both | None = None
    bar: float | None = None
    line: float | None = None
    mark: str = ""


@dataclass(frozen=True)
class Sheet:
    """One table.

    Args:
        key: name in the page.
        caption: title over the table.
        columns: key of the text of each heading; a leading # marks a column of numbers.
        rows: cells by row; the first names the row; of more than MOST_ROWS, the first are kept.
        shown: rows beyond these are folded away.
        note: a sentence beneath; None: none.
        count: how many rows there are, where only those that are kept were made; None: all were made.
    """

    key: str
    caption: Both
    columns: tuple[str, ...]
    rows: list[list[Cell]]
    shown: int = 12
    note: Both | None = None
    count: int | None = None
    headings: list[tuple[Both, bool]] = field(init=False)
    cut: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cut", max(0, (len(self.rows) if self.count is None else self.count) - MOST_ROWS))
        object.__setattr__(self, "rows", self.rows[:MOST_ROWS])
        object.__setattr__(self, "headings", [(both(name.lstrip("#")), name.startswith("#")) for name in self.columns])


def label(text: Both | str, remark: Both | None = None, mark: str = "") -> Cell:
    """A cell of words."""
    return Cell((text, text) if isinstance(text, str) else text, remark=remark, mark=mark)


def remark(words: Iterable[Both]) -> Both:
    """Smaller print made of several words."""
    listed = list(words)
    return (" · ".join(word[0] for word in listed), " · ".join(word[1] for word in listed))


def amount(value: float | None, unit: str) -> Cell:
    """A cell of a number with its unit; a missing number is a dash."""
    known = None if value is None or math.isnan(value) else float(value)
    return Cell(number_both(known, unit), known)


def share(value: float | None) -> Cell:
    """A cell of a share of one, with a bar."""
    if value is None or math.isnan(value):
        return label(NOTHING)
    return Cell(percent_both(value), value, bar=max(0.0, min(100.0, value * 100)))


def word(prefix: str, name: str) -> Both:
    """What a word of the data is called in the page; a word without a text stands for itself."""
    key = f"{prefix}_{name}"
    plain = name.replace("_", " ")
    return TEXTS.get(key, (plain, plain))


def optional(value: object) -> float | None:
    """A number from a column that may be empty; an infinite one is none."""
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None


def ratio(upper: float, lower: float) -> float | None:
    """A share of one; None where there is nothing to share."""
    return upper / lower if lower else None


def spread(values: Iterable[float], unit: str) -> Cell:
    """A cell of one number, or of the lowest and the highest."""
    known = sorted(values)
    if not known:
        return label(NOTHING)
    one = number_both(known[0], unit) == number_both(known[-1], unit)
    return amount(known[0], unit) if one else Cell(span_both(known[0], known[-1], unit), known[0])
