"""The help of commands in one of two languages: each text has both, the Chinese behind the English."""

from __future__ import annotations

import inspect
import re

_CHINESE = re.compile("[\u4e00-\u9fff]")
# From the first Chinese letter, or a mark before it, to the last full stop; what click adds in brackets comes after.
_CHINESE_PART = re.compile("\\s*[\u4e00-\u9fff].*。")
_BY_CLICK = {"Show this message and exit.": "显示本说明并退出。", "Show the version and exit.": "显示版本并退出。"}
_ADDED = (("[default: ", "[默认："), ("[required]", "[必填]"), ("; required]", "；必填]"))


def paragraphs(text: str, language: str) -> list[str]:
    """The paragraphs of a help text in a language; one that begins with backslash and b keeps its lines, as click wants it.

    Args:
        text: a docstring; paragraphs, and lines of those that keep theirs, are English or Chinese.
        language: en or zh.
    """
    found, language = [], language if _CHINESE.search(text) else "en"
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith(r"\b"):
            lines = [line for line in paragraph.splitlines()[1:] if _is_said(line, language)]
            found.append("\n".join(["\b", *(line.replace("Example:", "示例：") if language == "zh" else line for line in lines)]))
        elif bool(_CHINESE.search(paragraph)) == (language == "zh"):
            found.append(paragraph)
    return found


def _is_said(line: str, language: str) -> bool:
    """Whether a line of examples is told: commands are the same in both languages, sentences are not."""
    is_sentence = not line.startswith(" ") and line != "Example:"
    return not is_sentence or bool(_CHINESE.search(line)) == (language == "zh")


def option_help(text: str, language: str) -> str:
    """The help of an option in a language.

    Args:
        text: English, then Chinese up to its last full stop, then what click adds in brackets.
        language: en or zh.
    """
    if language != "zh":
        return _CHINESE_PART.sub("", text)
    start = _CHINESE.search(text)
    chinese = _BY_CLICK.get(text, text) if start is None else text[start.start() :]
    for english, words in _ADDED:
        chinese = chinese.replace(english, words)
    return chinese
