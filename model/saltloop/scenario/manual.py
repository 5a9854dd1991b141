"""The reference of the scenario language, printed from its classes: `python -m saltloop.scenario.manual`.

Keys, rule kinds with their keys and examples, paths of `set`, units, messages. Add zh for Chinese. Given paths, it rewrites
the text between the markers of each file; a file ending in `.zh.md` gets Chinese. Where this file has no Chinese for the key
of a rule, the English stands.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel

from saltloop.data.checks.registry import readable
from saltloop.data.manual import write_or_print
from saltloop.data.schema import TABLES
from saltloop.errors import MESSAGES
from saltloop.formulation.manual import page, sentence_of
from saltloop.formulation.rules.rule import Rule
from saltloop.scenario.schema import OBJECTIVES, REQUIRED, ScenarioFile, keys_of
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
_KEYS: dict[str, str] = {
    "area or site where it holds; absent: all sites of the scenario": "规则适用的区域或地点；缺省：情景的全部地点",
    "remark for readers": "备注",
    "name for readers, as {en: ..., zh: ...}; absent: its key": "供阅读的名称，写成 {en: ..., zh: ...}；缺省：规则的键",
    "account that needs allowances": "需要配额的账户",
    "allowances held without trade": "不经交易即持有的配额",
    "price of one more; with `sell_at`, or `market` instead": "多购一单位的价格；与 sell_at 同写，或改写 market",
    "rule of the kind permit_market in which it is traded among holders": "在持有者之间交易所依的 permit_market 规则",
    "account whose allowances are traded": "交易其配额的账户",
    "money that may be paid out in a year": "一年可付出的金额",
    "money per unit of each account that is paid for; a share where the account counts money": "对各账户每单位的支付；账户以金额计时写比率",
    "process, equipment or tag that must meet the standard": "须达标的工艺、设备或标签",
    "commodity whose use is judged": "考核用量的物料",
    "most that may be used per unit of output": "单位产出的最大用量",
    "new: those that fail are not built; all: they do not run either": "new：不达标者不得新建；all：也不得运行",
    "first year of the standard; absent: always": "标准起始年；缺省：始终",
    "price received for one less": "售出一单位的所得",
    "account that the money enters; absent: the pack's account for charges": "收款账户；缺省：数据包的收费账户",
    "process, equipment or tag": "工艺、设备或标签",
    "process or equipment": "工艺或设备",
    "first year of the ban; absent: always": "禁止起始年；缺省：始终",
    "largest activity in a year": "年最大活动量",
    "smallest activity in a year": "年最小活动量",
    "first year without it": "完全退出的首年",
    "last year at full capacity; absent: the first period": "仍为满产能的最后一年；缺省：首期",
    "largest new capacity in a period": "一期内最大新建产能",
    "account that pays": "被收费的账户",
    "money per unit, or rising tiers as [[start, price], ...]": "单价，或递增分档 [[起点, 价格], ...]",
    "commodity or tag that is handed over; `*`: every good, which can only be forbidden": "转交的物料或标签；`*`：一切货物，只能禁止",
    "yes: what passes from `to` to `from` counts as well": "yes：自 `to` 至 `from` 的转交同样计入",
    "area or site that gives; absent: all sites of the scenario": "提供方区域或地点；缺省：情景的全部地点",
    "area or site that receives; absent: all sites of the scenario": "接收方区域或地点；缺省：情景的全部地点",
    "no: nothing may be handed over": "no：不得转交",
    "money per unit that the receiver pays the giver": "接收方付给提供方的单价",
    "most that is handed over in a year": "年最大转交量",
    "account that is bounded": "受限的账户",
    "upper bound": "上限",
    "lower bound": "下限",
    "exact value": "定值",
    "yes: the part of the area outside the model counts where the pack declares it; no: the model alone": (
        "yes：数据包给出背景值处，计入区域在模型之外的部分；no：只计模型"
    ),
    "account that must not be above zero": "不得大于零的账户",
    "commodity whose price moves": "价格变动的物料",
    "market in which it moves; absent: all": "适用市场；缺省：全部",
    "change against the pack's price, such as -10 %": "相对数据包价格的变化率，如 -10 %",
    "the price itself, money per unit": "价格本身",
    "upper account of the ratio": "比率的分子账户",
    "lower account of the ratio": "比率的分母账户",
    "smallest ratio": "最小比率",
    "largest ratio": "最大比率",
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
        extra: dict[str, Any] = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        meaning = (str(field.description), str(extra.get("description_zh", field.description)))[which]
        yield (
            f"`{'.'.join(path)}`",
            meaning,
            _WORDS["required"][which] if field.is_required() else _default(path, field.get_default(call_default_factory=True), which),
        )
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                named = ("{name}",) if get_origin(field.annotation) is dict else ()
                yield from _keys(part, (*path, *named), which)


def _rule_keys(keys: dict[str, str], which: int) -> Iterator[str]:
    return _table(_WORDS["rule_head"][which], ((f"`{key}`", (meaning, _KEYS.get(meaning, meaning))[which]) for key, meaning in keys.items()))


def _kinds(which: int) -> Iterator[str]:
    shared = {field.alias or name: field.description or "" for name, field in Rule.model_fields.items()}
    for kind, rule in Rule.kinds.items():
        examples = page(rule.__doc__ or "").examples
        own = {key: meaning for key, meaning in keys_of(kind).items() if key not in shared}
        yield from (f"#### {rule.title[which]} · `{kind}`", "", sentence_of(kind, rule.__doc__ or "", which), "")
        yield from ("```yaml", *examples, "```", "", *_rule_keys(own, which), "")
    yield from (f"**{_WORDS['shared'][which]}**", "", *_rule_keys(shared, which), "")


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
