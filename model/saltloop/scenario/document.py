"""A scenario file as plain data, with the file and line of every key: YAML, `extends`, rules switched off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from saltloop.data.read import listed_names, nearest
from saltloop.errors import Place, Problems, message
from saltloop.scenario.nodes import ENDLESS, MOST_ENTRIES, Key, KeyPath, Walk
from saltloop.scenario.schema import keys_of, kinds_in
from saltloop.scenario.slips import full_width, reason

NO_FILE = message("S101", ("there is no scenario file '{file}'", "找不到情景文件“{file}”"), ("looked in '{folder}'.{hint}", "查找过“{folder}”。{hint}"))
NOT_TEXT = message(
    "S102",
    ("the file is not text in UTF-8 ({reason})", "文件不是 UTF-8 文本（{reason}）"),
    ("save it in UTF-8 (in Notepad: Save as, Encoding UTF-8)", "请另存为 UTF-8 编码（记事本：另存为，编码选 UTF-8）"),
)
CANNOT_READ = message(
    "S134",
    ("'{file}' cannot be read: {reason}", "无法读取“{file}”：{reason}"),
    ("name a file that ends in .yaml and that you may read", "请给出可读的 .yaml 文件"),
)
NOT_YAML = message(
    "S103",
    ("this is not YAML: {reason}", "YAML 语法错误：{reason}"),
    (
        "check indents (spaces, no tabs), colons with a space after them, and closed brackets and quotes.{hint}",
        "请检查缩进（用空格，不用制表符）、冒号后的空格，以及括号和引号是否成对。{hint}",
    ),
)
NOT_A_MAPPING = message(
    "S106",
    ("the file holds no keys", "文件中没有键"),
    ("expected keys such as `title:`, `region:`, `areas:`; `saltloop new` writes a first one", "应有 title:、region:、areas: 等键；可用 saltloop new 生成"),
)
CIRCLE = message("S107", ("the files extend each other in a circle: {chain}", "extends 循环：{chain}"), ("take one `extends` out", "请去掉其中一个 extends"))
OUTSIDE_PROJECT = message(
    "S108",
    ("'{file}' lies outside the project {root}", "“{file}”在项目 {root} 之外"),
    ("a scenario extends files of its own project only; copy the file into it", "只能继承本项目内的文件；请复制进来"),
)
NOTHING_TO_SWITCH_OFF = message(
    "S113",
    ("rule '{name}' is switched off, but the file that this one extends has none of that name", "规则“{name}”被关闭，但所继承的文件没有该规则"),
    ("rules there: {known}.{hint}", "其中的规则：{known}。{hint}"),
)
NOWHERE = Place()
_WHOLE = frozenset({"title", "shows", "maximise", "minimise", "periods", "slices"})


@dataclass(frozen=True)
class Document:
    """One scenario as its files say it, `extends` carried out.

    Args:
        path: the file that was asked for.
        files: that file, then the one it extends, and so on.
        data: plain texts, numbers, lists and mappings, without `extends`.
        origins: place of every key and list entry, by the keys that lead to it.
        called: what messages call the file as a whole, in English and Chinese.
    """

    path: Path
    files: tuple[Path, ...]
    data: dict[str, Any]
    origins: dict[KeyPath, Place]
    called: tuple[str, str] = ("the scenario", "情景")

    def place(self, *keys: Key) -> Place:
        """Where a key stands; if it stands nowhere, the nearest key above it, or the file."""
        for length in range(len(keys), 0, -1):
            if keys[:length] in self.origins:
                return self.origins[keys[:length]]
        return Place(shown(self.path))

    def overlay(self, data: dict[str, Any], place: Place, problems: Problems) -> Document:
        """The same scenario with values laid over it as a file that extends it would, all from one place."""
        origins = dict.fromkeys(paths(data), place)
        newer = Document(self.path, self.files, data, origins)
        return _merge(self, newer, problems)


def shown(path: Path) -> str:
    """A path as the reader would type it: below the working folder relative to it."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def paths(data: object, above: KeyPath = ()) -> Iterator[KeyPath]:
    """The keys that lead to every mapping, list and leaf of plain data."""
    if above:
        yield above
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from paths(value, (*above, key))


def leaves(data: object, above: KeyPath = ()) -> Iterator[tuple[KeyPath, object]]:
    """Every leaf of plain data with the keys that lead to it; an empty list or mapping is a leaf."""
    if not isinstance(data, (dict, list)) or not data:
        yield above, data
        return
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield from leaves(value, (*above, key))


def read_document(path: Path, problems: Problems, asked: Place = NOWHERE) -> Document | None:
    """Read a scenario file and those that it extends.

    Args:
        path: the file asked for.
        problems: collects what is wrong.
        asked: where another file asks for it.

    Returns:
        the merged document; None if a file cannot be read at all.
    """
    return _read_chain(path, project_root(path), (), problems, asked)


def project_root(path: Path) -> Path:
    """The nearest folder above a scenario that holds `scenarios`, `data` or pyproject.toml; else the file's own folder."""
    folders = path.resolve().parents
    for folder in folders:
        if (folder / "scenarios").is_dir() or (folder / "data").is_dir() or (folder / "pyproject.toml").is_file():
            return folder
    return folders[0]


def _read_chain(path: Path, root: Path, chain: tuple[Path, ...], problems: Problems, asked: Place) -> Document | None:
    if path.resolve() in [p.resolve() for p in chain]:
        problems.add(CIRCLE.at(asked, chain=" -> ".join(p.name for p in (*chain, path))))
        return None
    if not path.resolve().is_relative_to(root):
        problems.add(OUTSIDE_PROJECT.at(asked, file=shown(path), root=root))
        return None
    own = read_file(path, problems, asked)
    if own is None:
        return None
    extends = own.data.get("extends")
    older: Document | None = Document(path, (), {}, {})
    if isinstance(extends, str):
        older = _read_chain(path.parent / extends, root, (*chain, path), problems, own.place("extends"))
    return None if older is None else _merge(older, own, problems)


def read_file(path: Path, problems: Problems, asked: Place = NOWHERE) -> Document | None:
    """One file by itself, as plain data.

    Args:
        path: the file.
        problems: collects what is wrong.
        asked: where it is asked for.

    Returns:
        its keys; None if it cannot be read.
    """
    file = shown(path)
    try:
        raw = path.read_bytes()
    except (IsADirectoryError, PermissionError) as error:
        problems.add(CANNOT_READ.at(asked if asked.file else Place(file), file=file, reason=error.strerror))
        return None
    except OSError:
        names = sorted(p.name for p in path.parent.glob("*.y*ml")) if path.parent.is_dir() else []
        problems.add(NO_FILE.at(asked, file=file, folder=shown(path.parent), hint=nearest(path.name, names)))
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.add(NOT_TEXT.at(Place(file, raw.count(b"\n", 0, error.start) + 1), reason=f"byte 0x{raw[error.start]:02x}"))
        return None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        line = _line_of(error, text)
        problems.add(NOT_YAML.at(Place(file, line), reason=reason(error), hint=_other_keyboard(error, text, line)))
        return None
    except RecursionError:
        problems.add(ENDLESS.at(Place(file), key=path.name, most=MOST_ENTRIES))
        return None
    walk = Walk(file, problems)
    data = None if node is None else walk.plain(node, ())
    if not isinstance(data, dict):
        problems.add(NOT_A_MAPPING.at(Place(file)))
        return None
    return Document(path, (path,), data, walk.origins)


def _line_of(error: yaml.YAMLError, text: str) -> int:
    """Line of a syntax error, from 1."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    return text.count("\n", 0, int(getattr(error, "position", 0) or 0)) + 1


def _other_keyboard(error: yaml.YAMLError, text: str, line: int) -> str:
    """A hint if there are full-width characters between where the reader began and where it stopped."""
    start = getattr(error, "context_mark", None)
    first = min(line - 1, start.line + 1 if start is not None else line) or 1
    return full_width(text.split("\n")[first - 1 : line], first)


def _merge(older: Document, newer: Document, problems: Problems) -> Document:
    """Lay newer over older: later keys win, mappings are merged, lists replaced."""
    merge = _Merge(older, newer, problems)
    data = {key: value for key, value in newer.data.items() if key != "extends" or not isinstance(value, str)}
    objective = ("maximise", "minimise")
    base = {key: value for key, value in older.data.items() if key not in objective or not any(word in data for word in objective)}
    merged = merge.mapping(base, data, ())
    return Document(newer.path, (*newer.files, *older.files), merged, merge.origins)


@dataclass
class _Merge:
    """One file laid over another; collects the places of what remains."""

    older: Document
    newer: Document
    problems: Problems
    origins: dict[KeyPath, Place] = field(default_factory=dict)

    def _take(self, document: Document, value: object, path: KeyPath) -> object:
        """A value whole, with its places."""
        for keys in paths(value, path):
            self.origins[keys] = document.place(*keys)
        return value

    def mapping(self, base: dict[Any, Any], over: dict[Any, Any], path: KeyPath) -> dict[Any, Any]:
        """Both mappings in one: keys in the order of the older, new ones after them."""
        found: dict[Any, Any] = {}
        for key in [*base, *(k for k in over if k not in base)]:
            here = (*path, key)
            if path == ("rules",) and key in over and is_off(over[key]):
                self._switch_off(key, base)
            elif key not in over:
                found[key] = self._take(self.older, base[key], here)
            elif key in base and isinstance(base[key], dict) and isinstance(over[key], dict) and not self._replaces(here, base[key], over[key]):
                self.origins[here] = self.newer.place(*here)
                found[key] = self.mapping(base[key], over[key], here)
            else:
                found[key] = self._take(self.newer, self._without_off(over[key]) if here == ("rules",) else over[key], here)
        return found

    def _replaces(self, path: KeyPath, base: dict[Any, Any], over: dict[Any, Any]) -> bool:
        """Whether a mapping takes the place of the older one whole: a text, an objective, the horizon, a rule of another kind."""
        if len(path) == 1:
            return path[0] in _WHOLE
        if path[0] != "rules" or len(path) != 2 or not kinds_in(over) or kinds_in(over) == kinds_in(base):
            return False
        return not all(key in keys_of(kind) for kind in kinds_in(base) for key in over)

    def _switch_off(self, name: Key, base: dict[Any, Any]) -> None:
        if name not in base:
            known = [str(key) for key in base]
            self.problems.add(
                NOTHING_TO_SWITCH_OFF.at(self.newer.place("rules", name), name=name, known=listed_names(known, str(name)), hint=nearest(str(name), known))
            )

    def _without_off(self, rules: object) -> object:
        """Rules of a file whose parent has none: nothing can be switched off."""
        if not isinstance(rules, dict):
            return rules
        for name in [name for name, rule in rules.items() if is_off(rule)]:
            self._switch_off(name, {})
        return {name: rule for name, rule in rules.items() if not is_off(rule)}


def is_off(rule: object) -> bool:
    """Whether a rule is written as `off`, which YAML reads as no."""
    return rule is False or (isinstance(rule, str) and rule.strip().lower() == "off")
