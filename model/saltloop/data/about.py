"""pack.yaml: what a pack says about itself, each key in its form, each problem at its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from saltloop.data.read import nearest
from saltloop.errors import Place, Problems, Words, message
from saltloop.units import Units

BAD_ABOUT = message(
    "D121",
    ("pack.yaml: {reason}", "pack.yaml：{reason}"),
    (
        "it needs name, title: {{en, zh}}, version, schema: 1, builds_on: [...], currency",
        "需要 name、title: {{en, zh}}、version、schema: 1、builds_on: [...]、currency",
    ),
)
SCHEMA = 1
OWN_CURRENCY = "CNY"
_REQUIRED = ("name", "title", "version", "schema", "currency")
_NAME = re.compile(r"[^\W\d]\w*")
_NOT_TEXT = Words("it is not text in UTF-8", "不是 UTF-8 文本")
_NO_KEYS = Words("it holds no keys", "没有键")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_both(value: object) -> bool:
    return isinstance(value, dict) and {"en", "zh"} <= set(value) and all(_is_text(text) for text in value.values())


def _is_list(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(_is_text(item) for item in value))


def _is_mapping(value: object) -> bool:
    return value is None or (isinstance(value, dict) and all(_is_text(k) and isinstance(v, (str, int, float)) for k, v in value.items()))


def _is_years(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(year, int) and 1000 <= year <= 9999 for year in value))


_TEXT, _BOTH = Words("a text", "文字"), Words("{en: a text, zh: a text}", "{en: 文字, zh: 文字}")
_FORMS: dict[str, tuple[Callable[[object], bool], Words]] = {
    "name": (_is_text, _TEXT),
    "title": (_is_both, _BOTH),
    "version": (lambda value: value is not None and not isinstance(value, (dict, list)), Words("a text such as 1.0.0", "文字，如 1.0.0")),
    "schema": (lambda value: value == SCHEMA, Words(f"{SCHEMA}, the form that this version reads", f"{SCHEMA}，即本版本可读的格式")),
    "builds_on": (_is_list, Words("a list of packs such as [library], or []", "数据包列表，如 [library]，或 []")),
    "currency": (lambda value: _is_text(value) and bool(_NAME.fullmatch(str(value))), Words("one word such as CNY", "一个词，如 CNY")),
    "units": (_is_mapping, Words('unit and definition such as {bag: "0.05 t"}', '单位及定义，如 {bag: "0.05 t"}')),
    "price_basis": (_is_both, _BOTH),
    "description": (_is_both, _BOTH),
    "licence": (_is_text, _TEXT),
    "main_area": (_is_text, Words("an area of areas.csv", "areas.csv 中的区域")),
    "base_years": (_is_years, Words("a list of years such as [2015, 2020]", "年份列表，如 [2015, 2020]")),
    "roles": (_is_mapping, Words("{charges: account, transfers: account}", "{charges: 账户, transfers: 账户}")),
}
ROLES = ("charges", "transfers")


@dataclass(frozen=True)
class About:
    """pack.yaml of one folder.

    Args:
        file: as shown to the reader.
        data: its keys.
        lines: line of every key.
    """

    file: str
    data: dict[str, Any]
    lines: Mapping[str, int]

    def place(self, key: str) -> Place:
        """Where a key stands."""
        return Place(self.file, self.lines.get(key, 0))


def read_about(path: Path, shown: str) -> About:
    """Read pack.yaml.

    Args:
        path: the file.
        shown: its path in messages.

    Raises:
        InputError: with every problem of the file.
    """
    problems = Problems()
    about = _read(path, shown, problems)
    problems.stop_if_any()
    for key in (key for key in _REQUIRED if key not in about.data):
        problems.add(BAD_ABOUT.at(Place(shown), reason=Words(f"'{key}' is missing", f"缺少“{key}”")))
    for key, value in about.data.items():
        if key not in _FORMS:
            hint = nearest(str(key), sorted(_FORMS))
            problems.add(BAD_ABOUT.at(about.place(key), reason=Words(f"unknown key '{key}'.{hint}", f"未知的键“{key}”。{getattr(hint, 'zh', '')}")))
        elif not _FORMS[key][0](value):
            form = _FORMS[key][1]
            problems.add(BAD_ABOUT.at(about.place(key), reason=Words(f"{key} cannot be '{value}', expected {form}", f"{key} 不能是“{value}”，应为{form.zh}")))
    problems.stop_if_any()
    _check_units(about, problems)
    problems.stop_if_any()
    return about


def _read(path: Path, shown: str, problems: Problems) -> About:
    """The keys of the file and their lines; what stands in the way is told."""
    nothing = About(shown, {}, {})
    try:
        text = path.read_text(encoding="utf-8-sig")
        node, data = yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
    except OSError as error:
        problems.add(BAD_ABOUT.at(Place(shown), reason=error.strerror or error))
        return nothing
    except UnicodeDecodeError:
        problems.add(BAD_ABOUT.at(Place(shown), reason=_NOT_TEXT))
        return nothing
    except (yaml.YAMLError, RecursionError) as error:
        mark, reason = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        problems.add(BAD_ABOUT.at(Place(shown, mark.line + 1 if mark else 0), reason=Words(f"this is not YAML: {reason}", f"YAML 语法错误：{reason}")))
        return nothing
    if not isinstance(node, yaml.MappingNode) or not isinstance(data, dict):
        problems.add(BAD_ABOUT.at(Place(shown), reason=_NO_KEYS))
        return nothing
    lines: dict[str, int] = {}
    for key, _ in node.value:
        line, name = key.start_mark.line + 1, str(key.value)
        if name in lines:
            problems.add(BAD_ABOUT.at(Place(shown, line), reason=Words(f"'{name}' stands twice", f"“{name}”出现两次")))
        lines.setdefault(name, line)
    return About(shown, {str(key): value for key, value in data.items()}, lines)


def _check_units(about: About, problems: Problems) -> None:
    """Own units and the currency are words that mean nothing yet."""
    own, currency = about.data.get("units") or {}, str(about.data["currency"])
    taken = Units(OWN_CURRENCY).known() if own or currency != OWN_CURRENCY else []
    for key, names in (("currency", [currency] if currency != OWN_CURRENCY else []), ("units", list(own))):
        for name in names:
            if name in taken:
                problems.add(BAD_ABOUT.at(about.place(key), reason=Words(f"{key}: '{name}' is a unit already", f"{key}：“{name}”已是单位")))


def check_names(about: About, areas: set[str], accounts: set[str], problems: Problems) -> None:
    """Tell where pack.yaml names an area or an account that the tables do not have.

    Args:
        about: of the pack itself.
        areas: ids of areas.
        accounts: ids of accounts.
        problems: collects what is wrong.
    """
    main, roles = about.data.get("main_area"), about.data.get("roles") or {}
    named = [("main_area", str(main), areas)] if main is not None else []
    for role, account in roles.items():
        if role not in ROLES:
            known = ", ".join(ROLES)
            problems.add(BAD_ABOUT.at(about.place("roles"), reason=Words(f"unknown role '{role}'; known: {known}", f"未知的角色“{role}”；可用：{known}")))
        named.append((f"roles.{role}", str(account), accounts))
    for key, name, known_names in named:
        if name not in known_names:
            hint = nearest(name, sorted(known_names))
            problems.add(
                BAD_ABOUT.at(
                    about.place(key.split(".")[0]),
                    reason=Words(f"{key} names '{name}', which the tables do not have.{hint}", f"{key} 指向表中没有的“{name}”。{getattr(hint, 'zh', '')}"),
                )
            )
