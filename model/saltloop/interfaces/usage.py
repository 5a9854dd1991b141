"""What is wrong with a command line, in the language that it asks for: click says it in English alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import pairwise
from typing import IO, Any

import click

from saltloop.errors import Words

# What has no class of its own in click, by its English words.
_PLAIN = (
    (re.compile(r"Got unexpected extra arguments? \((.*)\)"), "多余的参数：{0}"),
    (re.compile(r"No such command '(.*?)'"), "没有命令“{0}”"),
    (re.compile(r"Missing command"), "缺少命令"),
    (re.compile(r"Option '(.*?)' does not take a value"), "选项 {0} 不带取值"),
    (re.compile(r"Option '(.*?)' requires"), "选项 {0} 缺少取值"),
)
_REFUSED = re.compile(r"^'?(.*?)'? is not ")
# Who types no word at all wants the help, which click makes an error of its own.
_HELP = getattr(click.exceptions, "NoArgsIsHelpError", ())


class _Told(click.UsageError):
    """A mistake that is told in Chinese."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Write usage, where help is to be had, and the mistake."""
        if self.ctx is not None:
            click.echo(f"{self.ctx.get_usage()}\n帮助：{self.ctx.command_path} --help\n", file=file, err=True)
        click.echo(f"错误：{self.message}", file=file, err=True)


def language_of(words: Sequence[str]) -> str:
    """The language that a command line asks for, before it is read: that of --lang, else of SALTLOOP_LANG, else English.

    Args:
        words: of the command line.
    """
    said = ""
    for word, after in pairwise([*words, ""]):
        name, joined, value = word.partition("=")
        if name == "--lang":
            said = value if joined else after
    return said or os.environ.get("SALTLOOP_LANG") or "en"


@contextmanager
def told_in(language: str) -> Iterator[None]:
    """What click finds wrong meanwhile is told in a language.

    Args:
        language: zh, or what click itself speaks.
    """
    try:
        yield
    except _HELP:
        raise
    except click.UsageError as error:
        if language != "zh" or isinstance(error, _Told):
            raise
        raise _Told(_chinese(error), error.ctx) from error


def _chinese(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}{_meant(error.option_name, [name for p in _parameters(error.ctx) for name in p.opts])}"
    if isinstance(error, click.MissingParameter):
        return f"缺少{'参数' if isinstance(error.param, click.Argument) else '选项'}{_name(error)}{_wanted(error.param)}"
    if isinstance(error, click.BadParameter):
        return f"{_name(error)} 的值无效{_reason(error)}"
    if isinstance(error.message, Words):
        return error.message.zh
    for pattern, words in _PLAIN:
        found = pattern.match(error.message)
        if found is not None:
            return words.format(*found.groups()) + (_meant(found[1], _commands(error.ctx)) if "命令“" in words else "")
    return error.message


def _name(error: click.BadParameter) -> str:
    """An option or an argument as it is typed."""
    if error.param is None:
        return ""
    return f" {error.param.opts[-1] if isinstance(error.param, click.Option) else (error.param.name or '').upper()}"


def _reason(error: click.BadParameter) -> str:
    if isinstance(error.message, Words):
        return f"：{error.message.zh}"
    found = _REFUSED.match(error.message)
    return (f"“{found[1]}”" if found is not None else "") + _wanted(error.param)


def _wanted(parameter: click.Parameter | None) -> str:
    """What a parameter takes."""
    kind = None if parameter is None else parameter.type
    if isinstance(kind, click.Choice):
        return f"，须为 {'、'.join(map(str, kind.choices))} 之一"
    if isinstance(kind, click.IntRange):
        ends = [f"{word} {end}" for word, end in (("不小于", kind.min), ("不大于", kind.max)) if end is not None]
        return f"，须为{'且'.join(ends)} 的整数"
    return {"integer": "，须为整数", "float": "，须为数"}.get(getattr(kind, "name", ""), "")


def _meant(name: str, known: Sequence[str]) -> str:
    nearest = get_close_matches(name, known, 1)
    return f"，是否指 {nearest[0]}？" if nearest else ""


def _parameters(context: click.Context | None) -> list[click.Parameter]:
    return [] if context is None else context.command.get_params(context)


def _commands(context: click.Context | None) -> list[str]:
    return context.command.list_commands(context) if context is not None and isinstance(context.command, click.Group) else []
