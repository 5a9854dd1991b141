"""The documents as what they hold: blocks of code with the line where each begins, and what of it can be run."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Read in this order, each English page before its Chinese one: a page may use the runs of those before it.
ORDER = ("README", "tutorial", "scenarios", "studies", "results", "formulation", "packs", "CONTRIBUTING")
RUN = ("saltloop ", "python -m saltloop.")
# What a test cannot run: it makes environments, fetches packages, runs the tests themselves, or moves the shell.
EXCLUDED = ("make ", "pip ", "python3 -m venv ", "source ", "git ", "cd ")


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, its lines, and the file that the line above says it is saved as."""

    document: str
    line: int
    language: str
    lines: tuple[str, ...]
    saved_as: str


@dataclass(frozen=True)
class Command:
    """One command as typed, its exit code, and the lines that it must print."""

    place: str
    text: str
    exit_code: int
    output: tuple[str, ...]


def documents() -> list[Path]:
    """Every page that is read by users or contributors, in the order of ORDER."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    return sorted(found, key=lambda path: (ORDER.index(stem(path)) if stem(path) in ORDER else len(ORDER), path.name.endswith(".zh.md"), path.name))


def stem(path: Path) -> str:
    """Name of a page without language and ending."""
    return path.name.removesuffix(".md").removesuffix(".zh")


def blocks(path: Path) -> list[Block]:
    """The fenced blocks of a page."""
    found: list[Block] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    start, above = None, ""
    for number, line in enumerate(lines, 1):
        if line.startswith("```"):
            if start is None:
                start, language = number, line.removeprefix("```").strip()
            else:
                saved = re.search(r"`([\w./-]+\.yaml)`[：:]?$", above) if language == "yaml" else None
                found.append(Block(path.name, start, language, tuple(lines[start : number - 1]), saved.group(1) if saved else ""))
                start = None
        elif start is None and line.strip():
            above = line.strip()
    assert start is None, f"{path.name}:{start}: a block without an end"
    return _named_in_order(found, lines) if stem(path) == "packs" else found


def _named_in_order(found: list[Block], lines: list[str]) -> list[Block]:
    """The page of packs names the files of its small pack in the order of their blocks, several of them in one sentence."""
    names = iter(dict.fromkeys(re.findall(r"`(small/[\w.]+|small\.yaml)`", "\n".join(lines))))
    return [replace(block, saved_as=next(names, "")) if block.language in ("csv", "yaml") else block for block in found]


def is_typed(block: Block) -> bool:
    """Whether a block is typed into a shell: it says so, or says nothing and begins with a command."""
    return block.language in ("console", "bash") or (not block.language and block.lines[0].startswith(RUN))


def commands(block: Block) -> list[Command]:
    """The commands of a block that is typed; in a console block what follows a command is what it prints.

    Raises:
        AssertionError: a line is neither run, nor excluded, nor output.
    """
    found: list[Command] = []
    excluded = False
    for number, line in enumerate(block.lines, block.line + 1):
        text = line.removeprefix("$ ")
        place = f"{block.document}:{number}"
        if text.startswith(RUN):
            code, excluded = re.search(r"# exit code (\d+)$", text), False
            found.append(Command(place, text, int(code.group(1)) if code else 0, ()))
        elif text.startswith(EXCLUDED):
            excluded = True
        elif text.strip() and not text.startswith("#") and not excluded:
            assert block.language != "bash", f"{place}: '{line}' is neither run nor declared as excluded"
            assert found, f"{place}: output without a command"
            if line.strip() != "...":
                found[-1] = replace(found[-1], output=(*found[-1].output, line))
    return found


def sections(path: Path, level: str = "###") -> dict[str, list[str]]:
    """The lines under each heading of a level, by heading."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            current = []
            if line.startswith(f"{level} "):
                found[line.removeprefix(f"{level} ").strip()] = current
        current.append(line)
    return found


def named(lines: list[str]) -> list[str]:
    """The first column of a table, where it is a name in code."""
    return [match.group(1) for line in lines if (match := re.match(r"\| `([^`]+)` \|", line))]
