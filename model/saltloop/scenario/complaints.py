"""What does not fit the forms of `schema`, told in plain words at the line of the key; pydantic's own phrases never reach the reader."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from saltloop.data.read import nearest
from saltloop.errors import Problem, Problems, Words, message
from saltloop.formulation.rules.keys import meaning_of
from saltloop.formulation.rules.rule import Rule
from saltloop.scenario.document import Document
from saltloop.scenario.nodes import Key, KeyPath
from saltloop.scenario.schema import OBJECTIVES, REQUIRED, ScenarioFile, kinds_in
from saltloop.scenario.slips import slip_in_key

UNKNOWN_KEY = message("S110", ("unknown key '{key}' in {where}", "{where_zh}中的键“{key}”未知"), ("known keys: {known}.{hint}", "可用的键：{known}。{hint}"))
MISSING_KEY = message("S111", ("'{key}' is missing in {where}", "{where_zh}缺少“{key}”"), ("expected: {meaning}", "应为：{meaning_zh}"))
BAD_VALUE = message("S112", ("{key} cannot be '{value}'", "{key} 不能是“{value}”"), ("expected {expected}.{hint}", "应为{expected_zh}。{hint}"))
EMPTY = message("S115", ("{key} is empty", "{key} 为空"), ("expected {expected}, or leave the key out", "应为{expected_zh}，或删去该键"))
ONE_OBJECTIVE = message(
    "S116",
    ("the scenario has {found} of the keys maximise and minimise", "maximise 与 minimise 两个键出现了 {found} 个"),
    (
        "exactly one of them must stand in the file or in those it extends, such as `maximise: value_added`",
        "本文件或所继承的文件中须恰有一个，如 maximise: value_added",
    ),
)
NO_KIND = message(
    "S117",
    ("rule '{rule}' is of no known kind", "规则“{rule}”不属于任何已知类型"),
    ("one of its keys must name the kind: {known}.{hint}", "须有一个键表示类型：{known}。{hint}"),
)
TWO_KINDS = message("S118", ("rule '{rule}' is of two kinds: {kinds}", "规则“{rule}”同时属于两种类型：{kinds}"), ("make it two rules", "请分成两条规则"))
BAD_RULE = message("S119", ("{key}: {reason}", "{key}：{reason}"), ("keys found: {found}", "已有的键：{found}"))

Form = TypeVar("Form", bound=BaseModel)

_WORDS = {
    "string_type": ("a text", "文字"),
    "string_too_short": ("a text that is not empty", "非空文字"),
    "int_type": ("a whole number", "整数"),
    "int_parsing": ("a whole number", "整数"),
    "int_from_float": ("a whole number", "整数"),
    "float_type": ("a number", "数"),
    "float_parsing": ("a number", "数"),
    "bool_type": ("yes or no", "yes 或 no"),
    "bool_parsing": ("yes or no", "yes 或 no"),
    "dict_type": ("a mapping {key: value}", "映射 {键: 值}"),
    "model_type": ("a mapping {key: value}", "映射 {键: 值}"),
    "list_type": ("a list such as [a, b]", "列表，如 [a, b]"),
}
_UNKNOWN = frozenset({"extra_forbidden", "invalid_key"})


def shown_value(value: object) -> str:
    """A value as it may stand in YAML, cut to a readable length."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (str, int, float)):
        text = str(value)
    else:
        text = " ".join(yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=1000).split())
    return text if len(text) <= 60 else text[:57] + "..."


def file_of(document: Document, problems: Problems) -> ScenarioFile:
    """The document in the forms of the schema; what does not fit is told and left out."""
    found = form_of(ScenarioFile, REQUIRED, document, problems)
    objectives = [word for word in OBJECTIVES if word in document.data]
    if len(objectives) != 1:
        problems.add(ONE_OBJECTIVE.at(document.place(*objectives[-1:]), found=len(objectives)))
    return found


def form_of(model: type[Form], required: Iterable[KeyPath], document: Document, problems: Problems) -> Form:
    """A document in the form of a model; what is missing or does not fit is told and left out.

    Args:
        model: every key has a default.
        required: keys that must stand there.
        document: as read.
        problems: collects what is wrong.
    """
    data, removed = copy.deepcopy(document.data), list[KeyPath]()
    _tell_missing(model, required, document, problems)
    while True:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for path in _tell(error, model, (), data, document, problems, removed=removed):
                _remove(data, path)
                removed.append(path)


def rule_of(name: str, raw: Mapping[str, Any], document: Document, problems: Problems) -> Rule | None:
    """A rule in the form of its kind; None, with a problem, if it has none or does not fit. A key that cannot be used is told and left out."""
    kinds, place = kinds_in(raw), document.place("rules", name)
    if not kinds:
        hints = [hint for key in raw if (hint := slip_in_key(key) or nearest(str(key), list(Rule.kinds)))]
        problems.add(NO_KIND.at(place, rule=name, known=", ".join(Rule.kinds), hint=hints[0] if hints else ""))
        return None
    if len(kinds) > 1:
        problems.add(TWO_KINDS.at(place, rule=name, kinds=", ".join(kinds)))
        return None
    model, base = Rule.kinds[kinds[0]], ("rules", name)
    unusable = _tell_keys(model, raw, base, document, problems) | _tell_flags(model, raw, base, document, problems)
    told = {(*base, key) for key in unusable}
    try:
        rule = model.model_validate(dict(raw))
    except ValidationError as error:
        _tell(error, model, base, {"rules": {name: raw}}, document, problems, told)
        return _rest_of(model, raw, unusable)
    return _rest_of(model, raw, unusable) if unusable else rule


def _rest_of(model: type[Rule], raw: Mapping[str, Any], unusable: AbstractSet[Key]) -> Rule | None:
    """A rule without the keys that cannot be used, so that names and units of the others are judged too; None if no rule is left."""
    try:
        return model.model_validate({key: value for key, value in raw.items() if key not in unusable})
    except ValidationError:
        return None


def _tell_missing(model: type[BaseModel], required: Iterable[KeyPath], document: Document, problems: Problems) -> None:
    for path in required:
        above = _at(document.data, path[:-1])
        if isinstance(above, dict) and path[-1] not in above:
            en, zh = _meaning(_field(model, path))
            problems.add(MISSING_KEY.at(document.place(*path[:-1]), key=path[-1], **_where(path[:-1], document), meaning=en, meaning_zh=zh))


def _tell_keys(model: type[BaseModel], raw: Mapping[str, Any], base: KeyPath, document: Document, problems: Problems) -> set[Key]:
    """Tell the keys that a model does not have; field names that differ from the YAML keys are none."""
    known = _keys(model)
    unknown: set[Key] = {key for key in raw if key not in known}
    for key in unknown:
        _tell_unknown(model, (*base, key), document, problems)
    return unknown


def _tell_unknown(model: type[BaseModel], path: KeyPath, document: Document, problems: Problems) -> None:
    known = list(_keys(model))
    hint = slip_in_key(path[-1]) or nearest(str(path[-1]), known)
    problems.add(UNKNOWN_KEY.at(document.place(*path), key=path[-1], **_where(path[:-1], document), known=", ".join(known), hint=hint))


def _where(path: KeyPath, document: Document) -> dict[str, str]:
    """A section by name in messages of both languages."""
    name = ".".join(map(str, path))
    return {"where": name or document.called[0], "where_zh": f"{name} " if name else document.called[1]}


def _tell_flags(model: type[BaseModel], raw: Mapping[str, Any], base: KeyPath, document: Document, problems: Problems) -> set[Key]:
    """Tell yes and no where a word or a number belongs; pydantic would count them as 1 and 0."""
    told: set[Key] = set()
    for key, value in raw.items():
        field = _field(model, (key,))
        if isinstance(value, bool) and field is not None and bool not in (field.annotation, *get_args(field.annotation)):
            en, zh = _meaning(field)
            problems.add(
                BAD_VALUE.at(document.place(*base, key), key=".".join(map(str, (*base, key))), value=shown_value(value), expected=en, expected_zh=zh, hint="")
            )
            told.add(key)
    return told


def _tell(
    error: ValidationError,
    model: type[BaseModel],
    base: KeyPath,
    data: object,
    document: Document,
    problems: Problems,
    told: AbstractSet[KeyPath] = frozenset(),
    removed: Sequence[KeyPath] = (),
) -> list[KeyPath]:
    """Tell each complaint of pydantic once per key, but for keys told before and what lacks a key removed; returns the keys that cannot be used."""
    unusable: list[KeyPath] = []
    found = error.errors(include_url=False)
    places = [_existing(data, (*base, *each["loc"])) for each in found]
    for each, path in zip(found, places, strict=True):
        several = sum(other == path for other in places) > 1 and each["type"] not in ("missing", *_UNKNOWN)
        lacks = each["type"] == "missing"
        if not any(gone[: len(path)] == path for gone in removed) if lacks else path not in (*told, *unusable):
            problems.add(_problem(dict(each), model, base, path, several, document, problems))
        unusable.append(path)
    return unusable


def _problem(
    each: dict[str, Any], model: type[BaseModel], base: KeyPath, path: KeyPath, several: bool, document: Document, problems: Problems
) -> Problem | None:
    own, kind = path[len(base) :], str(each["type"])
    if kind in _UNKNOWN:
        _tell_unknown(_section(model, own[:-1]), path, document, problems)
        return None
    if kind == "missing":
        en, zh = _meaning(_field(model, (*own, each["loc"][-1])))
        return MISSING_KEY.at(document.place(*path), key=each["loc"][-1], **_where(path, document), meaning=en, meaning_zh=zh)
    if not own:
        return BAD_RULE.at(document.place(*path), key=".".join(map(str, path)), reason=_reason(each), found=", ".join(map(str, each["input"])))
    en, zh = _expected(each, _field(model, own), several)
    key, value = ".".join(map(str, path)), _at(document.data, path)
    if value is None:
        return EMPTY.at(document.place(*path), key=key, expected=en, expected_zh=zh)
    choices = [word.strip("'") for word in str(each.get("ctx", {}).get("expected", "")).replace(" or ", ", ").split(", ")]
    hint = nearest(str(value), choices) if kind == "literal_error" else _meant_key(model, own)
    return BAD_VALUE.at(
        document.place(*path),
        key=key,
        value=shown_value(value),
        expected=en,
        expected_zh=zh,
        hint=hint,
    )


def _meant_key(model: type[BaseModel], own: KeyPath) -> str:
    """The key of a section that takes any other key too, where a key of those comes close to it."""
    known = list(_keys(_section(model, own[:-1]))) if len(own) > 1 else []
    return nearest(str(own[-1]), known) if str(own[-1]) not in known else ""


def _reason(each: Mapping[str, Any]) -> Words:
    """What the rule as a whole should have said, from a validator that raised `expected`."""
    return Words(each["ctx"]["en"], each["ctx"]["zh"])


def _expected(each: Mapping[str, Any], field: FieldInfo | None, several: bool) -> tuple[str, str]:
    """What should stand there, in English and Chinese."""
    context, kind, meaning = each.get("ctx", {}), each["type"], _meaning(field)
    if kind == "expected" and not several:
        return context["en"], context["zh"]
    if kind == "literal_error":
        return str(context["expected"]), str(context["expected"]).replace(" or ", ", ")
    words = None if several else _WORDS.get(kind)
    return meaning if words is None else (f"{words[0]}: {meaning[0]}", f"{words[1]}：{meaning[1]}")


def _keys(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model by the key that YAML uses."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _inside(field: FieldInfo) -> tuple[type[BaseModel] | None, bool]:
    """The model of a section, and whether it stands in a mapping or list, so that the next key is a name or a number."""
    parts = [part for part in (field.annotation, *get_args(field.annotation)) if isinstance(part, type) and issubclass(part, BaseModel)]
    return (parts[0], get_origin(field.annotation) in (dict, tuple, list)) if parts else (None, False)


def _section(model: type[BaseModel], path: KeyPath) -> type[BaseModel]:
    """The model of a section: the scenario, its prices, an account of its own."""
    keys = iter(path)
    for key in keys:
        field = _keys(model).get(str(key))
        inner, named = (None, False) if field is None else _inside(field)
        if inner is None:
            break
        model = inner
        if named:
            next(keys, None)
    return model


def _field(model: type[BaseModel], path: KeyPath) -> FieldInfo | None:
    """The deepest field on the way that a path names."""
    field, keys = None, iter(path)
    for key in keys:
        found = _keys(model).get(str(key))
        if found is None:
            break
        field = found
        inner, named = _inside(field)
        if inner is None:
            break
        model = inner
        if named:
            next(keys, None)
    return field


def _meaning(field: FieldInfo | None) -> tuple[str, str]:
    return ("another form", "其他形式") if field is None else meaning_of(field)


def _at(data: object, path: KeyPath) -> object:
    for key in path:
        if isinstance(data, dict):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int) and key < len(data):
            data = data[key]
        else:
            return None
    return data


def _existing(data: object, location: KeyPath) -> KeyPath:
    """The longest part of pydantic's location that is a path of keys in the data."""
    path: list[Key] = []
    for part in location:
        if isinstance(data, Mapping):
            keys = [key for key in data if str(key) == str(part)]
        else:
            keys = [part] if isinstance(data, list) and isinstance(part, int) and part < len(data) else []
        if not keys:
            break
        path.append(keys[0])
        data = data[keys[0]]  # type: ignore[index]
    return tuple(path)


def _remove(data: Any, path: KeyPath) -> None:
    """Take a key out; one that stands in a list takes the list with it."""
    above = _at(data, path[:-1])
    if isinstance(above, dict):
        above.pop(path[-1], None)
    elif path:
        _remove(data, path[:-1])
