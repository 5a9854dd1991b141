"""How one check of a pack is declared, found and explained."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from saltloop.data.read import nearest
from saltloop.data.relations import Relations
from saltloop.errors import MESSAGES, InputError, Message, Place, Problem, message

Run = Callable[[Relations], Iterator[Problem]]

UNKNOWN_CODE = message("D199", ("there is no message '{code}'", "没有代码为“{code}”的消息"), ("codes: {known}.{hint}", "可用代码：{known}。{hint}"))


@dataclass(frozen=True)
class Check:
    """One check.

    Args:
        name: name of its function.
        run: gives the problems of a pack.
        messages: what it can say.
        page: the manual page of its codes in English, its docstring, and in Chinese.
    """

    name: str
    run: Run
    messages: tuple[Message, ...]
    page: tuple[str, str]


CHECKS: list[Check] = []


def data_check(*messages: Message, in_chinese: tuple[str, str, str]) -> Callable[[Run], Run]:
    """Declare a generator of problems as a check that tells these messages; its docstring says what it asks for, what it does, and why.

    Args:
        messages: what it can say.
        in_chinese: what it asks for, what it does, and why.
    """

    def declare(run: Run) -> Run:
        asked, does, why = in_chinese
        CHECKS.append(Check(run.__name__, run, messages, (inspect.getdoc(run) or "", f"{asked}\n\n做法：{does}\n\n缘由：{why}")))
        return run

    return declare


def readable(text: str, form: str = r"<\1>") -> str:
    """A message with its fields as names, in the form given; fields are named alike in both languages."""
    return re.sub(r"\{(\w+?)(?:_zh)?(?:[:!][^{}]*)?\}", form, text).replace("{{", "{").replace("}}", "}")


def manual(code: str, language: str = "en") -> str:
    """The manual page of a code: what it says, and for a check of data what it does and why.

    Args:
        code: such as D130.
        language: en or zh.

    Raises:
        InputError: D199, there is no such code.
    """
    known = sorted(MESSAGES)
    if code.upper() not in MESSAGES:
        raise InputError(UNKNOWN_CODE.at(Place(), code=code, known=", ".join(known), hint=nearest(code.upper(), known)))
    found, which = MESSAGES[code.upper()], 1 if language == "zh" else 0
    kind = (("warning", "警告") if found.warning else ("error", "错误"))[which]
    pages = [check.page[which] for check in CHECKS if found in check.messages]
    return "\n\n".join([f"{found.code} ({kind})\n{readable(found.fact[which])}\n    {readable(found.remedy[which])}".rstrip(), *pages])
