"""How the text commands speak of a run or a pack: titles, numbers with units and aligned tables in one language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from saltloop.language import NOTHING, number, span, text
from saltloop.results.run import Run

if TYPE_CHECKING:
    from saltloop.data.pack import Pack

_FELT = 1e-9


def beginning(told: str, most: int) -> str:
    """A text, or where it is too long its beginning up to the end of an item, or of a word.

    Args:
        told: one line.
        most: characters.
    """
    if len(told) <= most:
        return told
    ends = (max(told.rfind(mark, most // 2, most + 1) for mark in marks) for marks in (",;、，；", " "))
    return told[: next((end for end in ends if end > 0), most)] + " ..."


class Teller:
    """Titles and numbers in one language.

    Args:
        titles: by id.
        language: en or zh.
    """

    def __init__(self, titles: Mapping[str, str], language: str) -> None:
        self.titles, self.language = dict(titles), language

    def say(self, key: str, **values: object) -> str:
        """A text of the language module."""
        return text(key, self.language, **values)

    def title(self, name: object) -> str:
        """Titles of one id, or of several with spaces between."""
        return " ".join(self.titles.get(part, part) for part in str(name).split(" ")) if name else ""

    def amount(self, value: float, unit: str) -> str:
        """A number with its unit."""
        return number(value, unit, self.language)

    def span(self, low: float, high: float, unit: str) -> str:
        """A range of numbers with their unit."""
        return span(low, high, unit, self.language)

    def worth(self, value: float, unit: str) -> str:
        """A marginal value; a dash for none."""
        return NOTHING if not abs(value) >= _FELT else self.amount(value, unit)

    def heads(self, *keys: str) -> list[str]:
        """Headings of a table."""
        return [self.say(key) for key in keys]


class Voice(Teller):
    """Titles and numbers of one run in one language."""

    def __init__(self, run: Run, language: str) -> None:
        self.run, self.manifest = run, run.manifest
        names = run.table("names")
        super().__init__(dict(zip(names["id"].tolist(), names[f"title_{language}"].tolist(), strict=True)), language)
        rules = names[names["kind"] == "rule"]
        self.kinds = {rule: words.split("|")[language == "zh"].lower() for rule, words in zip(rules["id"], rules["extra"], strict=True)}


def teller_of(pack: Pack, language: str) -> Teller:
    """Titles of a pack, for what is told before anything is written."""
    titled = [frame for frame in pack.tables.values() if "title_en" in frame]
    return Teller({str(name): str(title) for frame in titled for name, title in zip(frame.iloc[:, 0], frame[f"title_{language}"], strict=True)}, language)


def width(words: str) -> int:
    """Columns on a terminal: wide characters count two."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in words)


def aligned(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table: words to the left, numbers to the right."""
    wide = [max(width(r[n]) for r in [head, *rows]) for n in range(len(head))]
    number_like = [all(r[n][:1].isdigit() or r[n][:1] in "–−-+±∞<" for r in rows) for n in range(len(head))]
    for r in [head, *rows]:
        cells = [(" " * (w - width(c)) + c) if right else (c + " " * (w - width(c))) for c, w, right in zip(r, wide, number_like, strict=True)]
        yield "  " + "  ".join(cells).rstrip()
