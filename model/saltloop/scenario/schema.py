"""What a scenario file may say: its keys, their forms and their meaning, from which the JSON Schema of editors is made.

Forms are checked here; names and units need a pack and are checked by `resolve`. A key may stand in any file of an `extends` chain, so
absence is judged on the merged document: `REQUIRED` lists what must stand somewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainValidator, WithJsonSchema, model_validator

from saltloop.data.schema import BY_NAME
from saltloop.formulation.rules.keys import about, expected
from saltloop.formulation.rules.rule import Amount, Rule, Schedule
from saltloop.units import split_quantity

Weights = tuple[tuple[str, object], ...]
STATUSES = BY_NAME["capacities"].names["status"].choices
FLOWS = BY_NAME["account_terms"].names["flow"].choices
_TEXT_OR_NUMBER = {"type": ["string", "number"]}
_YEARS = {"type": "object", "propertyNames": {"pattern": "^[0-9]{4}$"}, "minProperties": 1}
_AMOUNT = {"anyOf": [_TEXT_OR_NUMBER, {**_YEARS, "additionalProperties": _TEXT_OR_NUMBER}]}


def _quantity(raw: object) -> object:
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)) or raw == "":
        raise expected("a quantity such as 12 Mt, 60 % or -15 %", "一个带单位的数，如 12 Mt、60 % 或 -15 %")
    return raw


def _is_year(raw: object) -> bool:
    return isinstance(raw, int) and not isinstance(raw, bool) and 1000 <= raw <= 9999


def _year(raw: object) -> int:
    if not _is_year(raw):
        raise expected("a year such as 2025", "年份，如 2025")
    return int(str(raw))


def _amount(raw: object) -> Schedule:
    if not isinstance(raw, dict):
        return Schedule(_quantity(raw))
    if not raw or not all(_is_year(key) for key in raw):
        raise expected(
            "one quantity, or a mapping from year to quantity such as {2025: -10 %, 2030: -30 %}", "一个数，或由年份到数的映射，如 {2025: -10 %, 2030: -30 %}"
        )
    return Schedule({year: _quantity(part) for year, part in raw.items()})


def _price(raw: object) -> dict[str | None, Schedule]:
    if isinstance(raw, dict) and raw and all(isinstance(key, str) for key in raw):
        return {market: _amount(part) for market, part in raw.items()}
    return {None: _amount(raw)}


def _periods(raw: object) -> tuple[tuple[int, float | None], ...]:
    years = list(raw) if isinstance(raw, (list, dict)) else []
    if not years or not all(_is_year(year) for year in years) or len(set(years)) < len(years):
        raise expected(
            "a list of different years such as [2025, 2030], or a mapping from year to the years that it stands for",
            "互不相同的年份列表，如 [2025, 2030]，或由年份到所代表年数的映射",
        )
    stands_for = [raw[year] for year in years] if isinstance(raw, dict) else [None] * len(years)
    if any(isinstance(n, bool) or not isinstance(n, (int, float, type(None))) or (n is not None and n <= 0) for n in stands_for):
        raise expected("a number of years above zero for each period, such as {2025: 5, 2030: 5}", "每期所代表的年数应大于零，如 {2025: 5, 2030: 5}")
    return tuple(sorted((int(year), None if n is None else float(n)) for year, n in zip(years, stands_for, strict=True)))


def _objective(raw: object) -> tuple[Weights, ...]:
    stages = tuple(_stage(item) for item in (raw if isinstance(raw, list) else [raw]))
    if not stages:
        raise expected("an account, {account: weight}, or a list of these in order of importance", "账户、{账户: 权重}，或按重要性排列的列表")
    return stages


def _stage(raw: object) -> Weights:
    if isinstance(raw, str) and raw:
        return ((raw, 1.0),)
    if not isinstance(raw, dict) or not raw or not all(isinstance(name, str) for name in raw):
        raise expected("an account, {account: weight}, or a list of these in order of importance", "账户、{账户: 权重}，或按重要性排列的列表")
    return tuple((name, _quantity(weight)) for name, weight in raw.items())


def _slices(raw: object) -> object:
    """The word for typical days, which may say how many there are: one for each month."""
    if not isinstance(raw, dict) or list(raw) != ["typical_days"]:
        return raw
    if raw["typical_days"] != {"days": 12}:
        raise expected(
            "typical_days: {days: 12}, a day of 24 hours for each month; or typical_days alone",
            "typical_days: {days: 12}（每月一个 24 小时的典型日），或只写 typical_days",
        )
    return "typical_days"


def _share(raw: object) -> float:
    split = split_quantity(str(raw)) if not isinstance(raw, bool) and isinstance(raw, (int, float, str)) else None
    share = None if split is None or split[1] not in ("", "%") else split[0] / (100 if split[1] else 1)
    if share is None or not 0 <= share < 1:
        raise expected("a share per year of at least 0 % and below 100 %, such as 8 % or 0.08", "每年的比率，不小于 0 % 且小于 100 %，如 8 % 或 0.08")
    return share


def _flag(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise expected("yes or no", "yes 或 no")
    return raw


def _rule(raw: object) -> dict[str, Any]:
    if not isinstance(raw, dict) or not raw:
        raise expected(
            "a rule such as {limit: co2, at_most: 12 Mt}, or off to drop the rule of the extended file",
            "规则，如 {limit: co2, at_most: 12 Mt}，或用 off 关闭所继承的规则",
        )
    return raw


def _names(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list) or not raw or not all(isinstance(name, str) and name for name in raw):
        raise expected("a list of at least one name, such as [name]", "至少含一个名称的列表，如 [名称]")
    return tuple(raw)


def _flow(raw: object) -> str:
    if raw not in FLOWS:
        raise expected(f"one of {', '.join(FLOWS)}", f"{'、'.join(FLOWS)} 之一")
    return str(raw)


def _statuses(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(name, str) and name in STATUSES for name in raw):
        raise expected(f"a list of the words {', '.join(STATUSES)}; it may be empty", f"由 {'、'.join(STATUSES)} 组成的列表，可为空")
    return tuple(raw)


def _ranges(raw: object, first: int, last: int) -> set[int]:
    """Numbers of one or more ranges a-b within first..last; a range may pass over the end, as 23-7 does."""
    found: set[int] = set()
    for part in raw if isinstance(raw, list) and raw else [raw]:
        ends = [int(end) for end in str(part).split("-")] if re.fullmatch(r"\d{1,2}(-\d{1,2})?", str(part)) else []
        if not ends or not all(first <= end <= last for end in ends):
            raise expected(f"a range from {first} to {last} such as 7-9, or a list of ranges", f"{first} 至 {last} 之间的范围，如 7-9，或其列表")
        low, high = ends[0], ends[-1]
        found.update(range(low, high + 1) if low <= high else [*range(low, last + 1), *range(first, high + 1)])
    return found


def _hours(raw: object) -> tuple[int, ...]:
    """Hours of the day, each by the o'clock at which it begins: 7-9 are the two hours 7 and 8."""
    parts = raw if isinstance(raw, list) and raw else [raw]
    return tuple(sorted({hour % 24 for part in parts for hour in _ranges(part, 0, 24) if hour != _last(part)}))


def _last(part: object) -> int:
    """The end of a range of hours, which is no hour of it; a single number has none."""
    return int(str(part).split("-")[1]) if "-" in str(part) else -1


def _months(raw: object) -> tuple[int, ...]:
    return tuple(sorted(_ranges(raw, 1, 12)))


_OBJECTIVE_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "object", "minProperties": 1, "additionalProperties": _TEXT_OR_NUMBER}]}
Year = Annotated[int, PlainValidator(_year), WithJsonSchema({"type": "integer", "minimum": 1000, "maximum": 9999})]
Periods = Annotated[
    tuple[tuple[int, float | None], ...],
    PlainValidator(_periods),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"type": "integer"}, "minItems": 1, "uniqueItems": True},
                {**_YEARS, "additionalProperties": {"type": "number", "exclusiveMinimum": 0}},
            ]
        }
    ),
]
Objective = Annotated[
    tuple[Weights, ...],
    PlainValidator(_objective),
    WithJsonSchema({"anyOf": [*_OBJECTIVE_SCHEMA["anyOf"], {"type": "array", "items": _OBJECTIVE_SCHEMA, "minItems": 1}]}),
]
PriceSetting = Annotated[
    dict[str | None, Schedule],
    PlainValidator(_price),
    WithJsonSchema({"anyOf": [*_AMOUNT["anyOf"], {"type": "object", "minProperties": 1, "additionalProperties": _AMOUNT}]}),
]
Quantity = Annotated[object, PlainValidator(_quantity), WithJsonSchema(_TEXT_OR_NUMBER)]
_CUTS = Literal["year", "months", "typical_days", "hours"]
Slices = Annotated[
    _CUTS,
    BeforeValidator(_slices),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(get_args(_CUTS))},
                {
                    "type": "object",
                    "properties": {
                        "typical_days": {"type": "object", "properties": {"days": {"const": 12}}, "required": ["days"], "additionalProperties": False}
                    },
                    "required": ["typical_days"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
Share = Annotated[float, PlainValidator(_share), WithJsonSchema(_TEXT_OR_NUMBER)]
Flag = Annotated[bool, PlainValidator(_flag), WithJsonSchema({"type": "boolean"})]
RuleText = Annotated[dict[str, Any], PlainValidator(_rule), WithJsonSchema({"type": "object"})]
Names = Annotated[tuple[str, ...], PlainValidator(_names), WithJsonSchema({"type": "array", "items": {"type": "string"}, "minItems": 1})]
Statuses = Annotated[tuple[str, ...], PlainValidator(_statuses), WithJsonSchema({"type": "array", "items": {"enum": list(STATUSES)}})]


Flow = Annotated[str, PlainValidator(_flow), WithJsonSchema({"enum": list(FLOWS)})]
_RANGES = {"anyOf": [{"type": ["string", "integer"]}, {"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 1}]}
Hours = Annotated[tuple[int, ...], PlainValidator(_hours), WithJsonSchema(_RANGES)]
Months = Annotated[tuple[int, ...], PlainValidator(_months), WithJsonSchema(_RANGES)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


def _either(schema: dict[str, Any]) -> None:
    """One language is enough."""
    schema["anyOf"] = [{"required": [word]} for word in schema.pop("required")]


class Both(_Section):
    """A text in both languages; where one is missing the other stands for it."""

    model_config = ConfigDict(json_schema_extra=_either)

    en: str = about("the text in English; absent: as in Chinese", "英文；缺省：同中文", min_length=1)
    zh: str = about("the text in Chinese; absent: as in English", "中文；缺省：同英文", min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _completed(cls, raw: object) -> object:
        """The only text for both; beside one that cannot be used any other, so that it is told once."""
        if not isinstance(raw, dict) or len(given := [raw[word] for word in cls.model_fields if word in raw]) != 1:
            return raw
        text: object = given[0] if given[0] and isinstance(given[0], str) else "-"
        return {**dict.fromkeys(cls.model_fields, text), **raw}


class Prices(_Section):
    """Which prices hold."""

    year: Year = about("year whose prices are taken from the pack", "采用数据包哪一年的价格", 0)
    missing: Literal["nearest", "error"] = about(
        "what to do where that year has no price: nearest takes the nearest year and says so, error refuses",
        "该年无价格时：nearest 取最近年份并提示，error 报错",
        "nearest",
    )
    changes: dict[str, PriceSetting] = about(
        "by commodity: a change with its sign (-68 %), an amount (1500 CNY/t), either by market, either by year",
        "按物料：带符号的变化率（-68 %）或价格（1500 元/t），可分市场、分年份",
        {},
        alias="set",
    )


class Capacity(_Section):
    """Which rows of capacities.csv stand and which the plan may add."""

    existing: Statuses = about("statuses that stand", "视为已有的状态", ("existing",))
    may_build: Statuses = about("statuses that the plan may add", "允许新建的状态", ())
    may_retire: Flag = about("yes: standing capacity may be given up", "yes：允许退役", False)


class Term(_Section):
    """One thing that an account of the scenario adds up, in the words of account_terms.csv."""

    flow: Flow = about("what is measured: " + ", ".join(FLOWS), "计量对象：" + "、".join(FLOWS))
    commodity: str | None = about(
        "commodity or tag; for flow account the other account; absent: all", "物料或标签；flow 为 account 时为另一账户；缺省：全部", None
    )
    agent: str | None = about(
        "process, equipment, basin, market, link, mode, route or a tag of them; absent: all",
        "工艺、设备、资源体、市场、线路、方式、途径或其标签；缺省：全部",
        None,
    )
    measure: str | None = about(
        "absent: the amount; price, freight or fee: money; content:K: mass of an element; else a factor",
        "缺省：数量；price、freight、fee：金额；content:K：元素质量；否则为系数名",
        None,
    )
    weight: Quantity = about("what one unit of it counts, such as -1 or 5 CNY/t", "权重，如 -1 或 5 元/t", 1)


class OwnAccount(_Section):
    """An account that only this scenario has: what a policy of its own counts, charges or bounds."""

    title: Both = about("name of the account in English and Chinese, {en: ..., zh: ...}", "账户的中英文名称，{en: ..., zh: ...}")
    unit: str = about("unit of the account", "账户单位", min_length=1)
    terms: tuple[Term, ...] = about("what it adds up; a list; empty for an account that only rules pay into", "构成项列表；仅由规则记入的账户可为空", ())
    enters: dict[str, Quantity] = about("accounts that count it, with the weight of one unit", "计入哪些账户及其权重", {})
    hours: Hours | None = about("hours of the day that count, such as 7-9 (from 7 to 9 o'clock) or [7-9, 17-23]", "计入的钟点，如 7-9 或 [7-9, 17-23]", None)
    months: Months | None = about("months that count, such as 5-9 or [11-12, 1-2]", "计入的月份，如 5-9 或 [11-12, 1-2]", None)


class ScenarioFile(_Section):
    """One scenario, as YAML."""

    title: Both = about(
        "name of the scenario in English and Chinese, {en: ..., zh: ...}", "情景的中英文名称，{en: ..., zh: ...}", Both.model_construct(en="", zh="")
    )
    extends: str | None = about("file whose keys hold where this one has none, relative to this file", "所继承的文件（相对本文件）", None)
    region: str = about("data pack: a folder under data/, or a path such as ./pack", "数据包：data/ 下的文件夹名，或 ./pack 之类的路径", "", min_length=1)
    areas: Names = about("areas or sites that are optimised; the rest of the pack is left out", "参与优化的区域或地点；其余不计", ())
    periods: Periods = about("years, or a mapping from year to the number of years that it stands for", "年份，或由年份到所代表年数的映射", ())
    slices: Slices = about(
        "how the year is cut: year, months, typical_days (or typical_days: {days: 12}) or hours",
        "年内时段划分：year、months、typical_days（或 typical_days: {days: 12}）、hours",
        "year",
    )
    maximise: Objective | None = about(
        "account, {account: weight}, or a list of these in order of importance", "最大化：账户、{账户: 权重}，或按重要性排列的列表", None
    )
    minimise: Objective | None = about(
        "account, {account: weight}, or a list of these in order of importance", "最小化：账户、{账户: 权重}，或按重要性排列的列表", None
    )
    prices: Prices = about("price year and price changes", "价格年份与价格变化", Prices.model_construct())
    capacity: Capacity = about("what stands and what may be built", "已有与可建产能", Capacity())
    discount_rate: Share = about("share per year, for annuities and for weighing periods", "贴现率，用于年金与各期权重", 0.08)
    norms: Literal["limit", "advanced"] | None = about(
        "limit or advanced: each process that uses more than its norm (norms.csv, latest year begun) is taken to have been brought to it",
        "limit 或 advanced：超过限额（norms.csv 中已生效的最近年份）的工艺视为已达到限额",
        None,
    )
    rules: dict[str, RuleText] = about("by name: one rule each, or off to drop the rule of the extended file", "按名称：每条一个规则；off 关闭继承的规则", {})
    accounts: dict[str, OwnAccount] = about(
        "accounts that only this scenario has, by name; rules and objective may use them", "仅本情景使用的账户（按名称），可用于规则和目标", {}
    )
    settings: dict[str, Quantity] = about(
        "any number of the pack by its path: an amount, or a change with its sign (-15 %)",
        "数据包中任一数值的路径：数值或带符号的变化率（-15 %）",
        {},
        alias="set",
    )
    language: Literal["en", "zh"] | None = about("language of reports", "报告语言", None)
    note: str | None = about("remark for readers", "备注", None)
    shows: Both | None = about("what the scenario shows, in one sentence; text and report print it", "本情景说明什么（一句话），文本与报告都会显示", None)


REQUIRED: tuple[tuple[str, ...], ...] = (("title",), ("region",), ("areas",), ("periods",), ("prices",), ("prices", "year"))
OBJECTIVES = ("maximise", "minimise")


def keys_of(kind: str) -> dict[str, str]:
    """The YAML keys of a rule kind with their meaning."""
    return {field.alias or name: field.description or "" for name, field in Rule.kinds[kind].model_fields.items()}


def kinds_in(rule: Mapping[Any, object]) -> list[str]:
    """The kinds that the keys of a rule name; a key that is a field of another kind present (the price of a charge) names none."""
    present = [kind for kind in Rule.kinds if kind in rule]
    return [kind for kind in present if not any(kind in keys_of(other) for other in present if other != kind)]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file, rule kinds included: editors complete and check while typing."""
    schema = ScenarioFile.model_json_schema(by_alias=True)
    definitions: dict[str, Any] = schema.setdefault("$defs", {})
    definitions["Prices"]["required"] = [path[1] for path in REQUIRED if path[:-1] == ("prices",)]
    for key in definitions["Prices"]["required"]:
        definitions["Prices"]["properties"][key].pop("default", None)
    for key in ("title", "region"):
        schema["properties"][key].pop("default", None)
    names = []
    for kind, rule in Rule.kinds.items():
        own = rule.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
        definitions |= own.pop("$defs", {})
        definitions[f"rule_{kind}"] = own | {"title": rule.title[0], "title_zh": rule.title[1]}
        names.append({"$ref": f"#/$defs/rule_{kind}"})
    definitions["rule_amended"] = _amended([definitions[f"rule_{kind}"] for kind in Rule.kinds])
    off = {"enum": [False, "off"], "description": "drops the rule of the extended file"}
    schema["properties"]["rules"] = {k: v for k, v in schema["properties"]["rules"].items() if k != "additionalProperties"} | {"type": "object"}
    complete = {
        "required": [p[0] for p in REQUIRED if len(p) == 1],
        "oneOf": [{"required": [word]} for word in OBJECTIVES],
        "properties": {"rules": {"additionalProperties": {"anyOf": names}}},
    }
    partial = {
        "properties": {"rules": {"additionalProperties": {"anyOf": [*names, {"$ref": "#/$defs/rule_amended"}, off]}}},
        "not": {"required": list(OBJECTIVES)},
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "if": {"required": ["extends"]}, "then": partial, "else": complete}


def _amended(kinds: list[dict[str, Any]]) -> dict[str, Any]:
    """Some keys of a rule that the extended file has: any key of any kind."""
    properties: dict[str, list[dict[str, Any]]] = {}
    for kind in kinds:
        for key, form in kind["properties"].items():
            if form not in properties.setdefault(key, []):
                properties[key].append(form)
    return {
        "type": "object",
        "additionalProperties": False,
        "title": "Part of a rule",
        "title_zh": "规则的一部分",
        "description": "keys that change in the rule of this name in the extended file",
        "properties": {key: forms[0] if len(forms) == 1 else {"anyOf": forms} for key, forms in properties.items()},
    }


__all__ = ["OBJECTIVES", "REQUIRED", "STATUSES", "Amount", "Both", "Prices", "ScenarioFile", "expected", "json_schema", "keys_of", "kinds_in"]
