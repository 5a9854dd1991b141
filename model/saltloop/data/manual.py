"""The data manual, printed from the schema: `python -m saltloop.data.manual` (add zh for Chinese, or a path to write into).

Given paths, it rewrites the text between the markers START and END of each file; a file ending in `.zh.md` gets Chinese.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from saltloop.data.checks import CHECKS
from saltloop.data.checks.registry import readable
from saltloop.data.factors import KNOWN
from saltloop.data.schema import OVERRIDE, QUANTITY, TABLES, Column, Table

START, END = "<!-- manual: start -->", "<!-- manual: end -->"

_WORDS: dict[str, tuple[str, str]] = {
    "head": ("name | kind | meaning", "列 | 类型 | 含义"),
    "quantity": ("Columns of every table with a value", "凡有数值的表共有的列"),
    "key": ("One row per", "每行由以下各列唯一确定："),
    "unit": ("`value` converts to", "`value` 换算为"),
    "path": ("In `set:` of a scenario", "情景 `set:` 中的地址"),
    "required": ("Required.", "必需。"),
    "optional": ("May be absent.", "可缺。"),
    "may be empty": ("may be empty", "可空"),
    "tables": ("Tables", "数据表"),
    "factors": ("Factors that the equations know", "方程认识的系数"),
    "factor_head": ("kind | factor | unit | meaning", "类别 | 系数 | 单位 | 含义"),
    "codes": ("Codes of the checks", "检查代码"),
    "code_head": ("code | | what it says", "代码 | | 内容"),
    "warning": ("warning", "警告"),
    "error": ("error", "错误"),
    "override": ("Every table may also have the column `override`", "各表还可有 `override` 列"),
    "a quantity": ("then the columns of a quantity", "以及数值各列"),
}
_BASES: dict[str, tuple[str, str]] = {
    "own unit": ("nothing: it keeps its own unit", "不换算，保留自身单位"),
    "unit of the commodity": ("the unit of the commodity", "该物料的单位"),
    "money per unit of the commodity": ("money per unit of the commodity", "货币/该物料的单位"),
    "capacity unit of the equipment": ("the capacity unit of the equipment", "该设备的产能单位"),
    "capacity unit of the equipment times a year": ("the capacity unit of the equipment times a year", "该设备的产能单位 × 年"),
    "unit of the basin": ("the unit of the basin", "该资源体的单位"),
    "unit of the account": ("the unit of the account", "该账户的单位"),
    "unit of the indicator": ("the unit of the indicator", "该指标的单位"),
}
_KINDS: dict[str, tuple[str, str]] = {
    "id": ("id", "代号"),
    "reference": ("id of {refers}", "{refers} 的代号"),
    "text": ("text", "文本"),
    "number": ("number", "数"),
    "year": ("year", "年份"),
    "integer": ("whole number", "整数"),
    "choice": ("{choices}", "{choices}"),
    "tags": ("words", "词列表"),
    "unit": ("unit", "单位"),
    "flag": ("yes or no", "yes 或 no"),
}


def _kind(column: Column, which: int) -> str:
    join = (" or ", " 或 ")[which]
    names = {name: join.join(f"`{word}`" for word in words) for name, words in (("refers", column.refers.split("|")), ("choices", column.choices))}
    text = _KINDS[column.kind][which].format(**names)
    return text if column.required else f"{text}; {_WORDS['may be empty'][which]}"


def _table_of(head: str, rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    columns = head.split("|")
    yield f"| {head} |"
    yield "|" + "---|" * len(columns)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def _columns(columns: tuple[Column, ...], which: int) -> Iterator[str]:
    return _table_of(_WORDS["head"][which], ((f"`{c.name}`", _kind(c, which), c.meaning[which]) for c in columns))


def _one(table: Table, which: int) -> Iterator[str]:
    colon, stop = ((": ", ". "), ("：", "。"))[which]
    yield f"#### {table.name}"
    yield ""
    yield f"{table.meaning[which][0].upper()}{table.meaning[which][1:]}{stop}{_WORDS['required' if table.required else 'optional'][which]}"
    base = f"`{table.base}`" if table.base not in _BASES else _BASES[table.base][which]
    facts = [f"{_WORDS['key'][which]} " + ", ".join(f"`{name}`" for name in table.key)]
    facts += [f"{_WORDS['unit'][which]} {base}", f"{_WORDS['path'][which]}{colon}`{table.path}`"] if table.base else []
    yield (stop.join(facts) + stop).strip()
    yield ""
    yield from _columns(table.columns, which)
    if table.base:
        yield ""
        yield f"… {_WORDS['a quantity'][which]}{stop}".strip()
    yield ""


def _codes(which: int) -> Iterator[tuple[str, ...]]:
    found = {message.code: message for check in CHECKS for message in check.messages}
    for code, message in sorted(found.items()):
        yield code, _WORDS["warning" if message.warning else "error"][which], readable(message.fact[which], r"*\1*")


def markdown(language: str = "en") -> str:
    """Tables with their columns, factors that the equations know, codes of the checks, as Markdown.

    Args:
        language: en or zh.
    """
    which = 1 if language == "zh" else 0
    colon = (": ", "：")[which]
    lines = [
        f"### {_WORDS['tables'][which]}",
        "",
        f"**{_WORDS['quantity'][which]}**",
        "",
        *_columns(QUANTITY, which),
        "",
        f"{_WORDS['override'][which]}{colon}{OVERRIDE.meaning[which]}" + (".", "。")[which],
        "",
    ]
    for table in TABLES:
        lines += _one(table, which)
    lines += [f"### {_WORDS['factors'][which]}", ""]
    lines += _table_of(_WORDS["factor_head"][which], ((f"`{k.kind}`", f"`{k.name}`", f"`{k.unit}`", k.meaning[which]) for k in KNOWN))
    lines += ["", f"### {_WORDS['codes'][which]}", "", *_table_of(_WORDS["code_head"][which], _codes(which)), ""]
    return "\n".join(lines)


def between_markers(text: str, block: str) -> str:
    """A text with the part between its markers exchanged.

    Raises:
        ValueError: a marker is missing.
    """
    start, end = text.index(START) + len(START), text.index(END)
    return f"{text[:start]}\n\n{block}\n{text[end:]}"


def write_or_print(arguments: list[str], markdown_of: Callable[[str], str]) -> None:
    """Put a generated block between the markers of the files named, each in its language; print it if none is named.

    Args:
        arguments: files, whose ending .zh.md means Chinese, or one of en and zh.
        markdown_of: the block in a language.
    """
    paths = [Path(a) for a in arguments if a not in ("en", "zh")]
    for path in paths:
        block = markdown_of("zh" if path.name.endswith(".zh.md") else "en")
        path.write_text(between_markers(path.read_text(encoding="utf-8"), block), encoding="utf-8", newline="\n")
    if not paths:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        sys.stdout.write(markdown_of("zh" if "zh" in arguments else "en"))


def main(arguments: list[str]) -> None:
    """Print the manual, or write it into the files named."""
    write_or_print(arguments, markdown)


if __name__ == "__main__":
    main(sys.argv[1:])
