"""Slips of the pen in a YAML file: what its reader stumbled over, in both languages, and characters of another keyboard."""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

from saltloop.errors import Words

# What a Chinese keyboard writes for the characters that YAML knows.
_FULL_WIDTH = str.maketrans("：，｛｝［］【】“”‘’＂＇＃－＆＊！｜＞％＠\u3000", ":,{}[][]\"\"''\"'#-&*!|>%@ ")
_NAMED = {"\u3000": "U+3000", " ": "U+0020"}
_QUOTED_OR_COMMENT = re.compile(r'"[^"]*"|\'[^\']*\'|(?:^|\s)#.*')
_COMMA_IN_NUMBER = re.compile(r"\d{3}(?!\d)")
# The words of the YAML reader, as it says them, and in Chinese; {0} and {1} are what stood there.
_SAID = tuple(
    (re.compile(said), zh)
    for said, zh in (
        (r"while parsing a block mapping", "读取“键: 值”各行"),
        (r"while parsing a flow mapping", "读取花括号 {{ }}"),
        (r"while parsing a flow sequence", "读取方括号 [ ]"),
        (r"while parsing a (?:block collection|block sequence)", "读取以“-”开头的各行"),
        (r"while parsing a (?:block|flow) node", "读取一个值"),
        (r"while scanning a simple key", "读取一个键"),
        (r"while scanning a quoted scalar", "读取引号内的文字"),
        (r"while scanning (?:for the next token|a plain scalar)", "读取文字"),
        (r"while scanning an? (?:anchor|alias)", "读取 & 或 * 之后的名称"),
        (r"mapping values are not allowed here", "此处不能有“键: 值”：上一行有误、缩进不一致，或前面的冒号后缺空格"),
        (r"could not find expected ':'", "缺少半角冒号“:”（其后应有空格）"),
        (r"found character '\\t' that cannot start any token", "有制表符（Tab），缩进只能用空格"),
        (r"found character '(.)' that cannot start any token", "文字不能以{0}开头，请加引号"),
        (r"expected <block end>, but found (.+)", "缩进或写法与上文不一致，遇到{0}"),
        (r"expected ',' or '(.)', but got (.+)", "应为逗号或{0}，却是{1}"),
        (r"expected the node content, but found (.+)", "应为一个值，却是{0}"),
        (r"found unexpected end of stream", "到文件末尾仍未结束"),
        (r"found unexpected document separator", "遇到了分隔符 --- 或 ..."),
        (r"found undefined alias '?(.+?)'?", "* 之后的名称{0}未定义"),
        (r"expected alphabetic or numeric character, but found (.+)", "应为字母或数字，却是{0}"),
        (r"sequence entries are not allowed here", "此处不能有以“-”开头的项"),
        (r"special characters are not allowed", "含有不可见的控制字符"),
        (r"but found another document", "又出现了一个文件（---）"),
        (r"expected a single document in the stream", "一个文件只能有一份内容"),
    )
)
_THINGS = {
    "'<scalar>'": "文字",
    "'<stream end>'": "文件末尾",
    "'<block mapping start>'": "另一层缩进",
    "'<block sequence start>'": "以“-”开头的项",
    "'<block end>'": "缩进的结束",
    "'<document start>'": "分隔符 ---",
}


def reason(error: yaml.YAMLError) -> Words:
    """What the YAML reader says, in its own words and in Chinese, with the line where the thing that it was reading began."""
    context, start = getattr(error, "context", None), getattr(error, "context_mark", None)
    problem = [str(part) for name in ("problem", "reason") if (part := getattr(error, name, None))]
    if not context and not problem:
        text = " ".join(str(error).split())
        return Words(text, _chinese(text))
    line = None if start is None else start.line + 1
    en = ", ".join([*([f"{context} (line {line})" if line else str(context)] if context else []), *problem])
    began = f"（第 {line} 行起）时，" if line else "时，"
    return Words(en, (_chinese(str(context)) + began if context else "") + "，".join(_chinese(part) for part in problem))


def _chinese(text: str) -> str:
    """A phrase of the YAML reader in Chinese; one that is not known stays as it is."""
    for said, zh in _SAID:
        if found := said.fullmatch(text):
            return zh.format(*(_THINGS.get(part, f"“{part.strip(chr(39))}”") for part in found.groups()))
    return text


def full_width(lines: Sequence[str], first: int = 0) -> str | Words:
    """A hint if lines hold characters of a Chinese keyboard where YAML wants plain ones; nothing if they hold none.

    Args:
        lines: of a file, or one text of it; what stands in plain quotes and comments may hold them.
        first: number of the first line, from 1; 0: the lines are no lines of a file.
    """
    for number, line in enumerate(lines):
        wrong = [c for c in dict.fromkeys(_QUOTED_OR_COMMENT.sub(" ", line)) if ord(c) in _FULL_WIDTH]
        if wrong:
            en, zh = (f" of line {first + number}", f"第 {first + number} 行的") if first else ("", "其中的")
            found, plain = (" ".join(dict.fromkeys(_NAMED.get(c, c) for c in row)) for row in (wrong, [c.translate(_FULL_WIDTH) for c in wrong]))
            return Words(f" Write the full-width characters{en} [{found}] as plain ones [{plain}].", f"{zh}全角字符［{found}］应改为半角［{plain}］。")
    return ""


def slip_in_key(key: object) -> str | Words:
    """A hint for an unknown key that a slip made: a comma inside a number, or a full-width colon in the key."""
    if _COMMA_IN_NUMBER.match(str(key)):
        return Words(
            " Inside braces a comma begins the next entry: write the number without it, such as 12000 t, or the whole text in quotes.",
            "花括号内逗号之后是下一项：数中请不写逗号（如 12000 t），或给整个文字加引号。",
        )
    return full_width([str(key)])
