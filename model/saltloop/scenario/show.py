"""A resolved scenario as text: with the origin of every line, or against another one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unicodedata import east_asian_width

import yaml

from saltloop.errors import Place
from saltloop.scenario.document import leaves
from saltloop.scenario.nodes import KeyPath
from saltloop.scenario.resolve import Scenario
from saltloop.scenario.schema import ScenarioFile

_COMMENT_COLUMN = 60
_DEFAULT = ("default", "默认值")
_FROM_PACK = ("the pack had {before} ({place})", "数据包原值 {before}（{place}）")
_SAME = ("The two scenarios are the same.", "两个情景相同。")
_CHAIN = ("{files}, on the data pack {pack} {version}", "{files}，数据包 {pack} {version}")
_APART = ("rules", "set")


def show(scenario: Scenario, language: str = "en") -> str:
    """The scenario as YAML that says, on each line, where it comes from: file and line, or default.

    Lines of `set` also say what the pack had. The text can be saved and run as a scenario of its own.
    """
    which = int(language == "zh")
    files = sorted({place.file for place in scenario.origins.values()})
    about = scenario.pack.about
    lines = [
        f"# {scenario.title['zh' if which else 'en']}",
        f"# {_CHAIN[which].format(files=', '.join(files), pack=scenario.pack.name, version=about['version'])}",
    ]
    full, remarks = _complete(scenario.document), _remarks(scenario, which)
    for text, path in _lines(full, (), scenario.origins):
        remark = str(scenario.origins.get(path, _DEFAULT[which])) + (f"; {remarks[path]}" if path in remarks else "")
        lines.append(_commented(text, remark) if path else text)
    return "\n".join(lines) + "\n"


def difference(a: Scenario, b: Scenario, language: str = "en") -> str:
    """Only what differs between two scenarios, with the origin of both sides."""
    which = int(language == "zh")
    left, right = dict(leaves(_complete(a.document))), dict(leaves(_complete(b.document)))
    lines = [f"--- {a.path}", f"+++ {b.path}"]
    for path in [*left, *(path for path in right if path not in left)]:
        if path in left and path in right and left[path] == right[path]:
            continue
        for sign, values, scenario in (("-", left, a), ("+", right, b)):
            if path in values:
                text = f"{sign} {'.'.join(map(str, path))}: {_flow(values[path])}"
                lines.append(_commented(text, str(scenario.origins.get(path, _DEFAULT[which]))))
    return "\n".join(lines if len(lines) > 2 else [_SAME[which]]) + "\n"


def _complete(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its defaults, in the order of the schema."""
    defaults = _defaults()
    full: dict[str, Any] = {}
    for key in (field.alias or name for name, field in ScenarioFile.model_fields.items()):
        default = defaults.get(key)
        if isinstance(default, dict):
            own = document.get(key, {})
            full[key] = {**own, **{word: value for word, value in default.items() if word not in own}}
        elif key in document or default is not None:
            full[key] = document.get(key, default)
    return full


def _defaults() -> dict[str, Any]:
    """What holds where a scenario says nothing, as it would be written."""
    file = ScenarioFile()
    own = file.capacity
    return {
        "slices": file.slices,
        "prices": {"missing": file.prices.missing},
        "discount_rate": file.discount_rate,
        "capacity": {"existing": list(own.existing), "may_build": list(own.may_build), "may_retire": own.may_retire},
    }


def _remarks(scenario: Scenario, which: int) -> dict[KeyPath, str]:
    """What the pack had, for each line of `set`, and for each coefficient that `norms` changed."""
    found: dict[KeyPath, str] = {}
    written = scenario.document.get("set", {})
    for change in scenario.changes:
        before = "-" if change.before is None else f"{change.before:.6g} {change.unit}"
        text = _FROM_PACK[which].format(before=before, place=change.pack_place)
        path: KeyPath = ("set", change.path)
        if change.path not in written or change.text != str(written[change.path]):
            path, text = ("norms",), f"{change.path} {change.after:.6g} {change.unit}: {text}"
        found[path] = f"{found[path]}, {text}" if path in found else text
    return found


def _lines(data: dict[Any, Any], path: KeyPath, origins: dict[KeyPath, Place]) -> Iterator[tuple[str, KeyPath]]:
    """Lines of YAML with the key that each stands for; what has one origin and fits stands on one line."""
    indent = "  " * len(path)
    for key, value in data.items():
        here, name = (*path, key), _flow(key)
        line = f"{indent}{name}: {_flow(value)}"
        places = {origins.get((*here, *below)) for below, _ in leaves(value)}
        if isinstance(value, dict) and value and (len(places) > 1 or _width(line) > _COMMENT_COLUMN or here in ((word,) for word in _APART)):
            yield f"{indent}{name}:", ()
            yield from _lines(value, here, origins)
        else:
            yield line, here


def _flow(value: object) -> str:
    """A value on one line of YAML."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**6)
    return text.removesuffix("\n").removesuffix("\n...")


def _commented(text: str, comment: str) -> str:
    return f"{text}{' ' * max(0, _COMMENT_COLUMN - _width(text))}  # {comment}"


def _width(text: str) -> int:
    """Columns that a text takes on the screen; Chinese characters take two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
