"""The nodes of one YAML file as plain data, with the line of every key; nothing but texts, numbers, lists and mappings."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

import yaml

from saltloop.errors import Place, Problems, message

Key = str | int
KeyPath = tuple[Key, ...]

TAG = message(
    "S104",
    ("the tag '{tag}' is refused", "不接受标签“{tag}”"),
    ("a scenario holds plain texts, numbers, lists and mappings only", "情景文件只能含文字、数字、列表和映射"),
)
TWICE = message(
    "S105",
    ("'{key}' stands twice (first in line {first})", "“{key}”出现两次（首次在第 {first} 行）"),
    ("remove one; which of them holds would be a guess", "请删去一个"),
)
ENDLESS = message(
    "S109",
    ("'{key}' contains itself, or its aliases unfold to more than {most} entries", "“{key}”包含自身，或别名展开超过 {most} 项"),
    ("write the values out", "请直接写出内容"),
)
KEY_NOT_A_WORD = message(
    "S114", ("a key is a list or a mapping, not a word", "键是列表或映射，不是词"), ("quote texts that begin with [ or {{", "以 [ 或 {{ 开头的文字请加引号")
)

_TAG = "tag:yaml.org,2002:"
MOST_ENTRIES = 100_000
_MOST_DIGITS = 30
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
_DECIMAL = re.compile(r"[-+]?([0-9][0-9_]*\.?[0-9_]*|\.[0-9_]+)([eE][-+]?[0-9]+)?")


class _Refused:
    """Stands for a value that cannot be used; its problem is told already."""


_REFUSED = _Refused()


@dataclass
class Walk:
    """Turns the nodes of one file into plain data, noting where each key stands."""

    file: str
    problems: Problems
    origins: dict[KeyPath, Place] = field(default_factory=dict)
    open: list[int] = field(default_factory=list)
    count: int = 0

    def _place(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1)

    def plain(self, node: yaml.Node, path: KeyPath) -> object:
        """The data of a node; _REFUSED if it holds something that a scenario must not hold."""
        self.count += 1
        if self.count > MOST_ENTRIES + 1:
            return _REFUSED  # told already
        if id(node) in self.open or self.count > MOST_ENTRIES:
            key = ".".join(map(str, path[:1])) or self.file
            self.problems.add(ENDLESS.at(self._place(node), key=key, most=MOST_ENTRIES))
            return _REFUSED
        self.open.append(id(node))
        try:
            if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
                return self._mapping(node, path)
            if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
                return self._list(node, path)
            if isinstance(node, yaml.ScalarNode):
                return self._leaf(node)
        finally:
            self.open.pop()
        return self._refuse(node)

    def _refuse(self, node: yaml.Node) -> object:
        tag = node.tag.replace(_TAG, "!!")
        self.problems.add(TAG.at(self._place(node), tag=tag))
        return _REFUSED

    def _list(self, node: yaml.SequenceNode, path: KeyPath) -> object:
        found = []
        for number, child in enumerate(node.value):
            self.origins[*path, number] = self._place(child)
            found.append(self.plain(child, (*path, number)))
        return _REFUSED if _REFUSED in found else found

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[Key, object]:
        found: dict[Key, object] = {}
        for key_node, value_node in node.value:
            if key_node.tag == f"{_TAG}merge":
                continue
            key = self._key(key_node)
            if key is None:
                continue
            if key in found:
                self.problems.add(TWICE.at(self._place(key_node), key=".".join(map(str, (*path, key))), first=self.origins[*path, key].line))
                continue
            value = self.plain(value_node, (*path, key))
            if value is not _REFUSED:
                found[key], self.origins[*path, key] = value, self._place(key_node)
        return self._with_merge_keys(node, path, found)

    def _with_merge_keys(self, node: yaml.MappingNode, path: KeyPath, found: dict[Key, object]) -> dict[Key, object]:
        """The mapping with what `<<: *name` brings in, where it has no key of its own."""
        for key_node, value_node in node.value:
            if key_node.tag != f"{_TAG}merge":
                continue
            for source in value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]:
                aside = Walk(self.file, self.problems, open=self.open, count=self.count)
                brought = aside.plain(source, path)
                self.count = aside.count
                for key, value in brought.items() if isinstance(brought, dict) else ():
                    if key not in found:
                        found[key] = value
                        self.origins |= {keys: place for keys, place in aside.origins.items() if keys[: len(path) + 1] == (*path, key)}
        return found

    def _key(self, node: yaml.Node) -> Key | None:
        if not isinstance(node, yaml.ScalarNode):
            self.problems.add(KEY_NOT_A_WORD.at(self._place(node)))
            return None
        value = _scalar(node)
        return value if isinstance(value, int) and not isinstance(value, bool) else str(node.value)

    def _leaf(self, node: yaml.ScalarNode) -> object:
        value = _scalar(node)
        return self._refuse(node) if value is _REFUSED else value


def _scalar(node: yaml.ScalarNode) -> object:
    """A scalar as text, whole number, decimal number, yes/no or nothing; what YAML 1.1 would guess (010, 12:30, dates) stays text."""
    tag, text = node.tag.removeprefix(_TAG), str(node.value)
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() in ("yes", "true", "on")
    if tag == "int":
        return int(text.replace("_", "")) if _INTEGER.fullmatch(text) and len(text) <= _MOST_DIGITS else text
    if tag == "float":
        value = float(text.replace("_", "")) if _DECIMAL.fullmatch(text) else math.inf
        return value if math.isfinite(value) else text
    return text if tag in ("str", "timestamp", "value") else _REFUSED
