"""What went wrong, told to the reader: code, place, fact, remedy, in English and Chinese."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

SOLVED, BAD_INPUT, INFEASIBLE, UNBOUNDED, STOPPED = 0, 2, 3, 4, 5


@dataclass(frozen=True, order=True)
class Place:
    """Where a problem stands.

    Args:
        file: path as the reader typed it or would find it; empty: no file.
        line: line number from 1; 0: the file as a whole.
    """

    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class Words(str):
    """A value of a message that reads differently in Chinese: the English text, which carries the other.

    Args:
        en: English.
        zh: Chinese.
    """

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, en: str, zh: str) -> Words:
        """The English text with the Chinese beside it."""
        words = super().__new__(cls, en)
        words.zh = zh
        return words

    def __reduce__(self) -> tuple[type[Words], tuple[str, str]]:
        """Both texts, so that a problem told in one process can be sent to another."""
        return Words, (str(self), self.zh)


@dataclass(frozen=True)
class Message:
    """One kind of problem, declared beside the check that raises it.

    Args:
        code: D data, S scenario, M model, R result, followed by three digits.
        fact: what is wrong, in English and in Chinese, with fields in braces.
        remedy: what was expected and what to do, likewise.
        warning: True: told, but nothing stops.
    """

    code: str
    fact: tuple[str, str]
    remedy: tuple[str, str]
    warning: bool = False

    def at(self, place: Place, **values: object) -> Problem:
        """The problem at a place, its fields filled in."""
        return Problem(self, place, tuple(values.items()))


@dataclass(frozen=True)
class Problem:
    """One problem: a message with its place and values."""

    message: Message
    place: Place
    values: tuple[tuple[str, object], ...] = ()

    def text(self, language: str = "en") -> str:
        """Two lines: place, code and fact; then the remedy, indented."""
        which = 1 if language == "zh" else 0
        values = {name: value.zh if which and isinstance(value, Words) else value for name, value in self.values}
        place = f"{self.place}  " if str(self.place) else ""
        fact, remedy = self.message.fact[which].format(**values), self.message.remedy[which].format(**values)
        return f"{place}{self.message.code}  {fact}" + (f"\n    {remedy}" if remedy else "")


MESSAGES: dict[str, Message] = {}


def message(code: str, fact: tuple[str, str], remedy: tuple[str, str] = ("", ""), *, warning: bool = False) -> Message:
    """Declare a kind of problem under a code of its own."""
    if code in MESSAGES:
        raise ValueError(f"code {code} is taken")
    MESSAGES[code] = Message(code, fact, remedy, warning)
    return MESSAGES[code]


@dataclass
class Problems:
    """All problems met on the way, so that a file's errors are told at once."""

    found: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem | None) -> None:
        """Remember a problem; None is none, a repeated one is told once."""
        if problem is not None and problem not in self.found:
            self.found.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Remember several."""
        for problem in problems:
            self.add(problem)

    def __iter__(self) -> Iterator[Problem]:
        return iter(sorted(self.found, key=lambda p: (p.place, p.message.code)))

    @property
    def errors(self) -> list[Problem]:
        """Those that stop the work, in order of place."""
        return [p for p in self if not p.message.warning]

    @property
    def warnings(self) -> list[Problem]:
        """Those that only inform, in order of place."""
        return [p for p in self if p.message.warning]

    def stop_if_any(self) -> None:
        """Raise InputError with every problem if one of them is an error."""
        if self.errors:
            raise InputError(self)


class SaltloopError(Exception):
    """Anything that the command line turns into a message and an exit code."""

    exit_code = BAD_INPUT

    def text(self, language: str = "en") -> str:
        """What to print."""
        del language  # this one knows one text only
        return str(self)


class InputError(SaltloopError):
    """The input cannot be used; carries every problem found."""

    def __init__(self, problems: Problems | Problem) -> None:
        self.problems = problems if isinstance(problems, Problems) else Problems([problems])
        super().__init__(self.text())

    def text(self, language: str = "en") -> str:
        """Every problem, then one line of count."""
        errors = self.problems.errors
        # Of results there may be something: what could not be read or written is told by its own message.
        of_input = any(not p.message.code.startswith("R") for p in errors)
        en = f"{len(errors)} problem{'s' if len(errors) != 1 else ''}{'; nothing was built' if of_input else ''}."
        count = en if language != "zh" else f"共 {len(errors)} 个问题{'；未建立任何模型' if of_input else ''}。"
        return "\n".join([*(p.text(language) for p in errors), count])


class SolveError(SaltloopError):
    """The solver gave no optimal plan, or an answer that does not stand the certificate.

    Args:
        exit_code: INFEASIBLE, UNBOUNDED, STOPPED or BAD_INPUT.
        render: gives the text in a language.
    """

    def __init__(self, exit_code: int, render: Callable[[str], str]) -> None:
        self.exit_code = exit_code
        self._render = render
        super().__init__(render("en"))

    def text(self, language: str = "en") -> str:
        """The reason in words."""
        return self._render(language)
