"""What a study file may say: its keys, their forms and their meaning, from which the JSON Schema of editors is made."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, PlainValidator, WithJsonSchema

from saltloop.formulation.rules.keys import about, expected
from saltloop.scenario.draws import KINDS, PLANS, Draw, quantities
from saltloop.scenario.nodes import KeyPath
from saltloop.scenario.schema import Both

BUNDLES = "bundles"
DEFAULT_SEED = 1


def _several(raw: object) -> tuple[object, ...]:
    if not isinstance(raw, list) or not raw:
        raise expected("a list of at least one value, such as [14 Mt, 12 Mt]", "至少含一个值的列表，如 [14 Mt, 12 Mt]")
    return tuple(raw)


def _bundles(raw: object) -> dict[str, dict[str, object]]:
    if not isinstance(raw, dict) or not raw or not all(isinstance(values, dict) for values in raw.values()):
        raise expected(
            "names with their values, such as {plan-A: {rules.carbon_cap.at_most: 12 Mt}}", "名称与取值，如 {plan-A: {rules.carbon_cap.at_most: 12 Mt}}"
        )
    return {str(name): {str(path): value for path, value in values.items()} for name, values in raw.items()}


def _discrete(raw: object) -> Draw:
    if isinstance(raw, list) and raw:
        return Draw("discrete", values=tuple(raw), chances=(1 / len(raw),) * len(raw))
    chances = list(raw.values()) if isinstance(raw, dict) else []
    good = bool(chances) and all(isinstance(c, (int, float)) and not isinstance(c, bool) and c > 0 for c in chances)
    if not good or not math.isclose(sum(chances), 1, abs_tol=1e-9):
        raise expected(
            "values with chances above zero that add up to 1, such as {discrete: {-10 %: 0.3, 0 %: 0.7}}, or a list of equally likely values",
            "取值与概率（均大于零，合计为 1），如 {discrete: {-10 %: 0.3, 0 %: 0.7}}，或等概率取值的列表",
        )
    return Draw("discrete", values=tuple(dict(raw) if isinstance(raw, dict) else ()), chances=tuple(float(c) for c in chances))


_FORMS = {
    "uniform": ((2,), "uniform: [lowest, highest]", "uniform: [最低, 最高]"),
    "triangular": ((3,), "triangular: [lowest, likeliest, highest]", "triangular: [最低, 最可能, 最高]"),
    "normal": ((2, 4), "normal: [mean, deviation] or [mean, deviation, lowest, highest]", "normal: [均值, 标准差] 或 [均值, 标准差, 最低, 最高]"),
}


def _draw(raw: object) -> Draw:
    kind, given = next(iter(raw.items())) if isinstance(raw, dict) and len(raw) == 1 else (None, None)
    if kind not in KINDS:
        raise expected(
            f"a list of values, or one of the distributions {', '.join(KINDS)} such as {{uniform: [-20 %, +10 %]}}",
            f"取值列表，或分布 {'、'.join(KINDS)} 之一，如 {{uniform: [-20 %, +10 %]}}",
        )
    if kind == "discrete":
        return _discrete(given)
    lengths, en, zh = _FORMS[kind]
    read = quantities(given) if isinstance(given, list) and len(given) in lengths else None
    if read is None:
        raise expected(f"{{{en}}}, all in the same unit", f"{{{zh}}}，单位须一致")
    numbers, unit, signed = read
    rising = numbers if kind != "normal" else (numbers[2:] or (0.0, 1.0))
    if any(a > b for a, b in pairwise(rising)) or rising[0] >= rising[-1] or (kind == "normal" and numbers[1] <= 0):
        raise expected(
            f"{{{en}}} with rising numbers" + (" and a deviation above zero" if kind == "normal" else ""),
            f"{{{zh}}}，数值须递增" + ("，标准差须大于零" if kind == "normal" else ""),
        )
    draw = Draw(str(kind), numbers, unit, signed)
    # A number that may turn out negative is a change, and changes are written with their sign.
    return replace(draw, signed=signed or bool(draw.at(np.array([1e-6]))[0] < 0))


def _state(raw: object) -> object:
    return _several(raw) if isinstance(raw, list) else _draw(raw)


def _correlation(raw: object) -> tuple[list[object], list[object]]:
    found = (raw.get("of"), raw.get("matrix")) if isinstance(raw, dict) and set(raw) == {"of", "matrix"} else (None, None)
    if not all(isinstance(part, list) and part for part in found):
        raise expected("{of: [path, path], matrix: [[1, 0.6], [0.6, 1]]}", "{of: [路径, 路径], matrix: [[1, 0.6], [0.6, 1]]}")
    return list(found[0] or []), list(found[1] or [])


def _sample(raw: object) -> tuple[str, int, int]:
    keys = [key for key in raw if key != "seed"] if isinstance(raw, dict) else []
    count, seed = (raw[keys[0]], raw.get("seed", DEFAULT_SEED)) if isinstance(raw, dict) and len(keys) == 1 else (None, None)
    whole = all(isinstance(n, int) and not isinstance(n, bool) for n in (count, seed))
    if not whole or keys[0] not in PLANS or count < 1 or seed < 0:  # type: ignore[operator]
        raise expected(
            f"one of {', '.join(PLANS)} with the number of points, and a seed, such as {{latin_hypercube: 500, seed: 7}}",
            f"{'、'.join(PLANS)} 之一与样本数，以及随机种子，如 {{latin_hypercube: 500, seed: 7}}",
        )
    return str(keys[0]), int(str(count)), int(str(seed))


def _compare(raw: object) -> tuple[tuple[str, str | None], ...]:
    items = list(raw.items()) if isinstance(raw, dict) else [(each, None) if isinstance(each, str) else each for each in raw] if isinstance(raw, list) else []
    pairs = [next(iter(each.items())) if isinstance(each, dict) and len(each) == 1 else each for each in items]
    if not pairs or any(not isinstance(pair, tuple) or pair[1] not in (None, "higher", "lower") for pair in pairs):
        raise expected(
            "a list of accounts or ratios such as [value_added, co2/value_added], or a mapping to the better way such as {co2: lower}",
            "账户或比率的列表，如 [value_added, co2/value_added]，或指明优劣方向的映射，如 {co2: lower}",
        )
    return tuple((str(name), better) for name, better in pairs)


def _frozen(raw: object) -> tuple[str, ...]:
    found = [raw] if isinstance(raw, str) else raw
    if not isinstance(found, list) or not found or not all(isinstance(each, str) and each for each in found):
        raise expected("the name of an option, all, or the folder of a run; or a list of these", "选项名称、all 或运行结果文件夹，或其列表")
    return tuple(found)


_VALUE: dict[str, Any] = {}
_BUNDLES_SCHEMA = {"type": "object", "minProperties": 1, "additionalProperties": {"type": "object"}}
_LIST = {"type": "array", "minItems": 1, "items": _VALUE}
_DISTRIBUTIONS: list[dict[str, Any]] = [
    {
        "type": "object",
        "required": [kind],
        "additionalProperties": False,
        "properties": {kind: {"type": "array", "minItems": min(forms[0]), "maxItems": max(forms[0])}},
    }
    for kind, forms in _FORMS.items()
]
_DISTRIBUTIONS.append({"type": "object", "required": ["discrete"], "additionalProperties": False, "properties": {"discrete": {"type": ["array", "object"]}}})
_SAMPLE_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {**{plan: {"type": "integer", "minimum": 1} for plan in PLANS}, "seed": {"type": "integer", "minimum": 0}},
    "oneOf": [{"required": [plan]} for plan in PLANS],
}
_CORRELATION_SCHEMA = {
    "type": "object",
    "required": ["of", "matrix"],
    "additionalProperties": False,
    "properties": {"of": {"type": "array", "items": {"type": "string"}}, "matrix": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}}},
}
_BETTER = {"enum": ["higher", "lower", None]}
Several = Annotated[tuple[object, ...], PlainValidator(_several), WithJsonSchema(_LIST)]
Bundles = Annotated[dict[str, dict[str, object]], PlainValidator(_bundles), WithJsonSchema(_BUNDLES_SCHEMA)]
State = Annotated[object, PlainValidator(_state), WithJsonSchema({"anyOf": [_LIST, *_DISTRIBUTIONS]})]
Sample = Annotated[tuple[str, int, int], PlainValidator(_sample), WithJsonSchema(_SAMPLE_SCHEMA)]
Correlation = Annotated[tuple[list[object], list[object]], PlainValidator(_correlation), WithJsonSchema(_CORRELATION_SCHEMA)]
Compare = Annotated[
    tuple[tuple[str, str | None], ...],
    PlainValidator(_compare),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "object", "minProperties": 1, "additionalProperties": _BETTER},
                {"type": "array", "minItems": 1, "items": {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": _BETTER}]}},
            ]
        }
    ),
]
Frozen = Annotated[tuple[str, ...], PlainValidator(_frozen), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})]


class OptionsForm(BaseModel):
    """What is decided: lists of values by path, and bundles."""

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)
    __pydantic_extra__: dict[str, Several]

    bundles: Bundles = about("sets of values by name", "按名称成组的取值", {})


class StatesForm(BaseModel):
    """What the world does: lists of values and distributions by path, bundles, and how they are sampled."""

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)
    __pydantic_extra__: dict[str, State]

    bundles: Bundles = about("sets of values by name", "按名称成组的取值", {})
    sample: Sample | None = about(
        "how the distributions are drawn: {latin_hypercube: 500, seed: 7}, sobol or random", "抽样方法：{latin_hypercube: 500, seed: 7}，或 sobol、random", None
    )
    correlation: Correlation | None = about("{of: [path, path], matrix: [[1, 0.6], [0.6, 1]]}", "{of: [路径, 路径], matrix: [[1, 0.6], [0.6, 1]]}", None)


class StudyFile(BaseModel):
    """One study, as YAML."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False, defer_build=True)

    title: Both = about(
        "name of the study in English and Chinese, {en: ..., zh: ...}", "研究的中英文名称，{en: ..., zh: ...}", Both.model_construct(en="", zh="")
    )
    base: str = about("scenario file that is varied, relative to this file", "所变化的基准情景文件（相对本文件）", "", min_length=1)
    options: OptionsForm = about(
        "what is decided: by path of the scenario a list of values, all combinations; `bundles`: sets of values by name",
        "决策选项：按情景路径列出取值，取全部组合；bundles：按名称成组取值",
        OptionsForm.model_construct(),
    )
    states: StatesForm = about(
        "what the world does: lists of values, distributions (uniform, triangular, normal, discrete), `bundles`, `sample`, `correlation`",
        "外部状态：取值列表、分布（uniform、triangular、normal、discrete）、bundles、sample、correlation",
        StatesForm.model_construct(),
    )
    frozen: Frozen = about(
        "plans that are built for the base state and then meet every state: names of options, all, or folders of runs",
        "先按基准状态建成、再面对所有状态的方案：选项名称、all 或运行结果文件夹",
        (),
    )
    compare: Compare = about(
        "accounts and ratios a/b that options are judged by, with the better way where it is not known: {co2: lower}",
        "评判选项的账户与比率 a/b；方向未知时写明：{co2: lower}",
        (),
    )
    area: str | None = about(
        "area or site of the compared accounts, background included; absent: all sites of the scenario",
        "所比较账户的区域或地点（含背景值）；缺省：情景的全部地点",
        None,
        alias="in",
    )
    detail: Literal["areas", "sites"] = about(
        "accounts that are kept of each case: by area, or by area and site", "每个算例保留的账户：按区域，或按区域和地点", "areas"
    )
    note: str | None = about("remark for readers", "备注", None)


STUDY_REQUIRED: tuple[KeyPath, ...] = (("title",), ("base",))


def study_schema() -> dict[str, Any]:
    """The JSON Schema of a study file: editors complete and check while typing."""
    schema = StudyFile.model_json_schema(by_alias=True)
    for key in ("title", "base"):
        schema["properties"][key].pop("default", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "required": [path[0] for path in STUDY_REQUIRED if len(path) == 1]}
