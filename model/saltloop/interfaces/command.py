"""What the commands share: the group they belong to, their options, their progress line, and problems as text and exit code."""

from __future__ import annotations

import errno
import io
import os
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from saltloop import __version__
from saltloop.errors import BAD_INPUT, Place, SaltloopError, Words, message
from saltloop.interfaces.help_text import option_help, paragraphs
from saltloop.interfaces.usage import language_of, told_in

INTERRUPTED = 130
_LANGUAGE = "saltloop.language"
REFUSED = message(
    "R104",
    ("the system refused: {reason}", "系统拒绝：{reason}"),
    ("free some space, or check the rights of the file and of the folder", "请清理磁盘，或检查文件与文件夹的权限"),
)
_STEPS = {
    "read": ("reading scenario and pack", "读取情景与数据包"),
    "case": ("seeing the pack through the scenario", "按情景整理数据"),
    "build": ("building the programme", "建立规划模型"),
    "numerics": ("looking at the numbers", "检查数值范围"),
    "solve": ("solving", "求解"),
    "tables": ("making tables", "整理结果表"),
    "write": ("writing files and report", "写出文件与报告"),
    "verify": ("verifying from the files", "由文件复核"),
}


class Progress:
    """One line on a terminal that says which step is under way, from two seconds on."""

    def __init__(self, language: str) -> None:
        self.language, self.start = language, time.monotonic()
        self.live = sys.stderr.isatty()

    def __call__(self, step: str) -> None:
        """Tell the step that begins."""
        seconds = time.monotonic() - self.start
        if self.live and seconds > 0.5:
            order = list(_STEPS)
            words = _STEPS[step][self.language == "zh"]
            click.echo(f"\r\033[K[{order.index(step) + 1}/{len(order)}] {words} ... {seconds:.0f} s", nl=False, err=True)

    def done(self) -> None:
        """Clear the line."""
        if self.live:
            click.echo("\r\033[K", nl=False, err=True)


def guarded(command: Callable[..., int | None]) -> Callable[..., None]:
    """Turn problems into their text and exit code; nobody sees a traceback for bad input."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        language = kwargs.get("language", "en")
        try:
            code = command(*args, **kwargs) or 0
            sys.stdout.flush()  # what a full disk does not take is told here, not by the interpreter as it ends
        except SaltloopError as error:
            click.echo(error.text(language), err=True)
            code = error.exit_code
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever reads has seen enough; click knows what to do
                raise
            click.echo(REFUSED.at(Place(error.filename or ""), reason=error.strerror or error).text(language), err=True)
            code = BAD_INPUT
            _give_up_output()
        except KeyboardInterrupt:
            click.echo("stopped; nothing half-written was left" if language != "zh" else "已停止；未留下半成品", err=True)
            code = INTERRUPTED
        sys.exit(code)

    return run


def _give_up_output() -> None:
    """Forget what a full disk does not take, else the interpreter fails on it once more as it ends and the exit code is lost."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _language(context: click.Context | None = None) -> str:
    """The language that a command line asks for, before or behind the command."""
    found = context or click.get_current_context(silent=True)
    return str((found and found.meta.get(_LANGUAGE)) or language_of(()))


_LANGUAGES, _OF_THE_TEXT = click.Choice(["en", "zh"]), "Language of the text. 输出语言。"
LANGUAGE = click.option("--lang", "language", type=_LANGUAGES, default=_language, help=_OF_THE_TEXT)
TABLES_OUT = click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the tables: .xlsx, .csv, .parquet, .json, or a folder of CSV. 写出各表：.xlsx、.csv、.parquet、.json，或一个 CSV 文件夹。",
)
DATA = click.option(
    "--data", metavar="FOLDER", help="Folder that holds the packs; else the nearest data/ above the scenario. 数据包所在的文件夹；缺省为情景以上最近的 data/。"
)


class Many(click.Option):
    """An option that takes all words up to the next option, as in `--trade value_added co2`."""


class _Command(click.Command):
    """A command whose help speaks English or Chinese; its text has both, a paragraph or a sentence of the one behind that of the other."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat the name of an option that takes many words before each of them."""
        many, written, current = {name for p in self.params if isinstance(p, Many) for name in p.opts}, list[str](), ""
        for word in args:
            if word.startswith("-") and len(word) > 1:
                current = word if word in many else ""
                if current:
                    continue
            written += [current, word] if current else [word]
        return super().parse_args(ctx, written)

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence of the help, for the list of commands; all of it, whatever the limit."""
        del limit
        return paragraphs(self.help or "", _language())[0].partition("\n")[0]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how the command is typed."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="用法：" if _language(ctx) == "zh" else None)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does, and examples."""
        for paragraph in paragraphs(self.help or "", _language(ctx)):
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(paragraph)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, and the commands if there are any."""
        options = [record for p in self.get_params(ctx) if isinstance(p, click.Option) and (record := p.get_help_record(ctx)) is not None]
        _write_list(ctx, formatter, ("Options", "选项"), options)
        if isinstance(self, click.Group):
            _write_list(ctx, formatter, ("Commands", "命令"), [(name, each.get_short_help_str()) for name, each in sorted(self.commands.items())])


def _write_list(context: click.Context, formatter: click.HelpFormatter, heading: tuple[str, str], records: list[tuple[str, str]]) -> None:
    """Names with what is said of them."""
    language = _language(context)
    formatter.write_paragraph()
    formatter.write(f"{heading[1]}：\n" if language == "zh" else f"{heading[0]}:\n")
    with formatter.indentation():
        formatter.write_dl([(name, option_help(words, language)) for name, words in records])


class _Commands(_Command, click.Group):
    """The commands together; what is wrong with a command line is told in the language that it asks for."""

    command_class = _Command

    def make_context(self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any) -> click.Context:
        """Read the words before the command."""
        language = language_of(args)
        with told_in(language):
            return super().make_context(info_name, args, parent, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Remember the language before anything is read: the help is written as soon as it is met."""
        ctx.meta[_LANGUAGE] = language_of(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Read the words of the command, and run it."""
        with told_in(ctx.meta[_LANGUAGE]):
            return super().invoke(ctx)


def seconds(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """A time limit that is a time."""
    if value is not None and not value >= 0:
        raise click.BadParameter(Words(f"'{value}' is no number of seconds; expected zero or more", f"“{value}”不是秒数，须为零或更大"), context, parameter)
    return value


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--lang", type=_LANGUAGES, expose_value=False, help=_OF_THE_TEXT)
@click.version_option(__version__, prog_name="saltloop")
def main() -> None:
    r"""Plan the material flows of a circular economy: solve what-if scenarios and ask why.

    规划循环经济的物料流：求解各种情景，并追问原因。

    \b
    Example:
        saltloop run scenarios/qaidam-2025.yaml
        saltloop check qaidam
    Exit codes: 0 solved, 2 bad input, 3 infeasible, 4 unbounded, 5 stopped at a limit.
    退出码：0 已求解，2 输入有误，3 不可行，4 无界，5 到限停止。
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console of another encoding shows a question mark for m³, not a traceback
