"""The reference of the scenario language, printed from its classes: `python -m saltloop.scenario.manual`.

Keys, rule kinds with their keys and examples, paths of `set`, units, messages. Add zh for Chinese. Given paths, it rewrites
the text between the markers of each file; a file ending in `.zh.md` gets Chinese.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from saltloop.data.checks.registry import readable
from saltloop.data.manual import write_or_print
from saltloop.data.schema import TABLES
from saltloop.errors import MESSAGES
from saltloop.formulation.manual import page, purpose
from saltloop.formulation.rules.keys import meaning_of
from saltloop.formulation.rules.rule import Rule
from saltloop.scenario.schema import OBJECTIVES, REQUIRED, ScenarioFile
from saltloop.scenario.schema import Both as BothTexts
from saltloop.scenario.settings import _OWN_COLUMNS as OWN_COLUMNS
from saltloop.scenario.settings import _PLURALS as PLURALS
from saltloop.scenario.study_schema import STUDY_REQUIRED, StudyFile
from saltloop.units import Units

Both = tuple[str, str]

_WORDS: dict[str, Both] = {
    "keys": ("Keys", "键"),
    "keys_head": ("key | meaning | if absent", "键 | 含义 | 缺省"),
    "required": ("required", "必填"),
    "one_of": ("one of the two", "二者择一"),
    "either": ("one of the two, or both", "至少其一"),
    "nothing": ("–", "–"),
    "study_keys": ("Keys of a study", "研究文件的键"),
    "kinds": ("Rule kinds", "规则类型"),
    "shared": ("Every rule may also have", "每条规则还可有"),
    "rule_head": ("key | meaning", "键 | 含义"),
    "paths": ("Paths of `set`", "`set` 的路径"),
    "paths_head": ("path | names", "路径 | 所指"),
    "units": ("Units", "单位"),
    "units_head": ("for | units that may be written", "用于 | 可写的单位"),
    "messages": ("Messages", "消息"),
    "messages_head": ("code | | what it says", "代码 | | 内容"),
    "error": ("error", "错误"),
    "warning": ("warning", "警告"),
}
_DIMENSIONS: dict[str, Both] = {
    "[mass]": ("mass", "质量"),
    "[length]": ("distance", "距离"),
    "[length] ** 2": ("area", "面积"),
    "[length] ** 3": ("volume", "体积"),
    "[time]": ("time", "时间"),
    "[energy]": ("energy", "能量"),
    "[energy] / [time]": ("power", "功率"),
    "[person]": ("people", "人数"),
    "[piece]": ("pieces", "件数"),
    "[head]": ("animals", "头数"),
    "dimensionless": ("shares; also `%` and `‰`", "比率；另有 `%` 和 `‰`"),
    "[money]": ("money, where the pack counts in CNY", "金额（数据包以 CNY 计时）"),
}


def _table(head: str, rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {head} |"
    yield "|" + "---|" * len(head.split("|"))
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _default(path: tuple[str, ...], value: object, which: int) -> str:
    if path in (*REQUIRED, *STUDY_REQUIRED):
        return _WORDS["required"][which]
    if path[0] in OBJECTIVES:
        return _WORDS["one_of"][which]
    if value is None or isinstance(value, (dict, BaseModel)):
        return _WORDS["nothing"][which]
    plain = list(value) if isinstance(value, tuple) else value
    return "`" + yaml.safe_dump(plain, default_flow_style=True, allow_unicode=True).strip().removesuffix("...").strip().replace("false", "no") + "`"


def _keys(model: type[BaseModel], above: tuple[str, ...], which: int) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        path = (*above, field.alias or name)
        yield (
            f"`{'.'.join(path)}`",
            meaning_of(field)[which],
            _WORDS["either" if model is BothTexts else "required"][which]
            if field.is_required()
            else _default(path, field.get_default(call_default_factory=True), which),
        )
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                named = ("{name}",) if get_origin(field.annotation) is dict else ()
                yield from _keys(part, (*path, *named), which)


def _rule_keys(fields: Mapping[str, FieldInfo], which: int) -> Iterator[str]:
    return _table(_WORDS["rule_head"][which], ((f"`{field.alias or name}`", meaning_of(field)[which]) for name, field in fields.items()))


def _kinds(which: int) -> Iterator[str]:
    for kind, rule in Rule.kinds.items():
        own = {name: field for name, field in rule.model_fields.items() if name not in Rule.model_fields}
        yield from (f"#### {rule.title[which]} · `{kind}`", "", purpose(rule, which), "")
        yield from ("```yaml", *page(rule.__doc__ or "").examples, "```", "", *_rule_keys(own, which), "")
    yield from (f"**{_WORDS['shared'][which]}**", "", *_rule_keys(Rule.model_fields, which), "")


def _paths(which: int) -> Iterator[tuple[str, ...]]:
    for table in TABLES:
        if table.path:
            kinds = PLURALS.values() if table.name == "factors" else ("{kind}",)
            written = [f"`{table.path.replace('{kind}', kind)}`" for kind in kinds]
            stem = table.path.removesuffix(".distance")
            written += [f"`{stem}.{column}`" for column in OWN_COLUMNS.get(table.name, ())]
            yield "<br>".join(written), (f"{table.meaning[0]} (`{table.name}.csv`)", f"{table.meaning[1]}（`{table.name}.csv`）")[which]


def _units(which: int) -> Iterator[tuple[str, ...]]:
    units = Units()
    found: dict[str, list[str]] = {dimension: [] for dimension in _DIMENSIONS}
    for name in units.known():
        found.setdefault(units.dimension(name), []).append(name)
    for dimension, names in found.items():
        yield _DIMENSIONS.get(dimension, (dimension, dimension))[which], ", ".join(f"`{name}`" for name in names)


def _messages(which: int) -> Iterator[tuple[str, ...]]:
    """Codes of the scenario language; those of packs stand in the manual of packs."""
    for code, found in sorted(MESSAGES.items()):
        if code.startswith("S"):
            yield code, _WORDS["warning" if found.warning else "error"][which], readable(found.fact[which], r"*\1*")


def markdown(language: str = "en") -> str:
    """Keys, rule kinds, paths, units and messages as Markdown.

    Args:
        language: en or zh.
    """
    which = 1 if language == "zh" else 0
    sections = [
        ("keys", _table(_WORDS["keys_head"][which], _keys(ScenarioFile, (), which))),
        ("kinds", _kinds(which)),
        ("study_keys", _table(_WORDS["keys_head"][which], _keys(StudyFile, (), which))),
        ("paths", _table(_WORDS["paths_head"][which], _paths(which))),
        ("units", _table(_WORDS["units_head"][which], _units(which))),
        ("messages", _table(_WORDS["messages_head"][which], _messages(which))),
    ]
    lines: list[str] = []
    for name, body in sections:
        lines += [f"### {_WORDS[name][which]}", "", *body, ""]
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Print the reference, or write it into the files named."""
    write_or_print(arguments, markdown)


if __name__ == "__main__":
    main(sys.argv[1:])
