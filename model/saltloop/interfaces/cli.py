"""The command line: arguments in, one call, text out. Heavy imports wait until a command needs them."""

from __future__ import annotations

import contextlib
import errno
import gc
import importlib
import io
import json
import os
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from saltloop import __version__
from saltloop.errors import BAD_INPUT, InputError, Place, SaltloopError, message

INTERRUPTED = 130
CANNOT_CREATE = message(
    "R103",
    ("cannot create '{path}': {reason}", "无法新建“{path}”：{reason}"),
    ("name a file that does not exist yet, in a folder that does", "请给出尚不存在的文件名，且其文件夹已存在"),
)
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


class _Progress:
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


def _guarded(command: Callable[..., int | None]) -> Callable[..., None]:
    """Turn problems into their text and exit code; nobody sees a traceback for bad input."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        language = kwargs.get("language", "en")
        try:
            code = command(*args, **kwargs) or 0
        except SaltloopError as error:
            click.echo(error.text(language), err=True)
            code = error.exit_code
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever reads has seen enough; click knows what to do
                raise
            click.echo(REFUSED.at(Place(error.filename or ""), reason=error.strerror or error).text(language), err=True)
            code = BAD_INPUT
        except KeyboardInterrupt:
            click.echo("stopped; nothing half-written was left" if language != "zh" else "已停止；未留下半成品", err=True)
            code = INTERRUPTED
        sys.exit(code)

    return run


_LANGUAGE = click.option(
    "--lang", "language", type=click.Choice(["en", "zh"]), default=lambda: os.environ.get("SALTLOOP_LANG") or "en", help="Language of the text. 输出语言。"
)
_DATA = click.option("--data", metavar="FOLDER", help="Folder that holds the packs; else the nearest data/ above the scenario.")


class _Command(click.Command):
    """A command whose help keeps the lines under `Example:`; docstrings write the mark that click wants for it as backslash and b."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help."""
        self.help = (self.help or "").replace(r"\b", "\b")
        super().format_help(ctx, formatter)


class _Commands(_Command, click.Group):
    """The commands together."""

    command_class = _Command


def _seconds(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """A time limit that is a time."""
    if value is not None and not value >= 0:
        raise click.BadParameter(f"'{value}' is no number of seconds; expected zero or more", context, parameter)
    return value


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="saltloop")
def main() -> None:
    r"""Plan the material flows of a circular economy: solve what-if scenarios and ask why.

    \b
    Example:
        saltloop run scenarios/qaidam-2025.yaml
        saltloop check qaidam
    Exit codes: 0 solved, 2 bad input, 3 infeasible, 4 unbounded, 5 stopped at a limit.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console of another encoding shows a question mark for m³, not a traceback


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--out", default=Path("results"), type=click.Path(path_type=Path), help="Folder of results (default: results).")
@click.option("--algorithm", type=click.Choice(["choose", "simplex", "ipm"]), default="choose", help="Solution method; choose goes by size.")
@click.option("--time-limit", type=float, callback=_seconds, help="Seconds for the solver.")
@click.option("--no-report", is_flag=True, help="Leave report.html out.")
@_DATA
@_LANGUAGE
@_guarded
def run(scenario: Path, out: Path, algorithm: str, time_limit: float | None, no_report: bool, data: str | None, language: str) -> int:
    r"""Solve one scenario, write its results, print the plan and what binds it.

    \b
    Example:
        saltloop run scenarios/qaidam-2025.yaml
        saltloop run scenarios/qaidam-2025-targets.yaml --lang zh
    """
    from saltloop.analysis.plan import Clock, solve_scenario, write_plan
    from saltloop.interfaces.report import write_report
    from saltloop.interfaces.text import plan_text, verification_text
    from saltloop.results.verify import verify
    from saltloop.scenario.resolve import load_scenario
    from saltloop.solve.highs import Options

    # One short-lived process: what is built stays in use to the end, so looking for garbage only costs time.
    gc.disable()
    progress = _Progress(language)
    clock = Clock(tell=progress)
    try:
        with clock.step("read"):
            loaded = load_scenario(scenario, data)
        plan = solve_scenario(loaded, Options(algorithm, time_limit), clock)
        written = write_plan(plan, out, language, None if no_report else write_report)
        progress("verify")
        findings = verify(written)
    finally:
        progress.done()
        gc.freeze()  # nor is there anything to gain from a last search at the exit
    click.echo(plan_text(written, language))
    click.echo()
    failed = [f for f in findings if not f.holds]
    if failed:
        click.echo(verification_text(failed, language), err=True)
    click.echo(f"{'Results' if language != 'zh' else '结果'}: {written.folder}")
    if not no_report:
        click.echo(f"{'Report' if language != 'zh' else '报告'}:  {written.folder / 'report.html'}")
    return BAD_INPUT if failed else 0


@main.command()
@click.argument("pack")
@_DATA
@_LANGUAGE
@_guarded
def check(pack: str, data: str | None, language: str) -> int:
    r"""Check a data pack and sum up the evidence behind it.

    \b
    Example:
        saltloop check qaidam
    """
    from saltloop.data.checks import check as check_pack
    from saltloop.data.evidence import evidence_text
    from saltloop.data.pack import load, locate

    loaded = load(locate(pack, Path.cwd(), data))
    problems = check_pack(loaded)
    for problem in problems:
        click.echo(problem.text(language))
    click.echo(evidence_text(loaded, language))
    errors, warnings = len(problems.errors), len(problems.warnings)
    counted = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in ((errors, "error"), (warnings, "warning")))
    click.echo(counted if language != "zh" else f"{errors} 个错误，{warnings} 个警告")
    return BAD_INPUT if errors else 0


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@_DATA
@_LANGUAGE
@_guarded
def show(path: Path, data: str | None, language: str) -> int:
    r"""Show a scenario as resolved, with where each value came from; or the plan of a finished run.

    \b
    Example:
        saltloop show scenarios/qaidam-2025-targets.yaml
        saltloop show results/qaidam-2025
    """
    if path.is_dir():
        from saltloop.interfaces.text import plan_text
        from saltloop.results.run import open_run

        click.echo(plan_text(open_run(path), language))
        return 0
    from saltloop.scenario.resolve import load_scenario
    from saltloop.scenario.show import show as show_scenario

    click.echo(show_scenario(load_scenario(path, data), language).rstrip("\n"))
    return 0


@main.command()
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@_DATA
@_LANGUAGE
@_guarded
def diff(first: Path, second: Path, data: str | None, language: str) -> int:
    r"""Show only what differs between two scenarios as resolved.

    \b
    Example:
        saltloop diff scenarios/qaidam-2025.yaml scenarios/qaidam-2025-targets.yaml
    """
    from saltloop.scenario.resolve import load_scenario
    from saltloop.scenario.show import difference

    click.echo(difference(load_scenario(first, data), load_scenario(second, data), language).rstrip("\n"))
    return 0


@main.command()
@click.argument("code")
@_LANGUAGE
@_guarded
def explain(code: str, language: str) -> int:
    r"""Say what a code of a message means, why it is checked and what to do.

    \b
    Example:
        saltloop explain D130
    """
    importlib.import_module("saltloop.analysis.plan")  # every module declares its own messages
    from saltloop.data.checks import manual

    click.echo(manual(code, language))
    return 0


@main.command()
@click.argument("run_folder", type=click.Path(path_type=Path), metavar="RUN")
@_LANGUAGE
@_guarded
def verify(run_folder: Path, language: str) -> int:
    r"""Recompute objective, balances, accounts and certificate of a run from its files alone.

    \b
    Example:
        saltloop verify results/qaidam-2025
    """
    from saltloop.interfaces.text import verification_text
    from saltloop.results.run import open_run
    from saltloop.results.verify import verify as verify_run

    findings = verify_run(open_run(run_folder))
    click.echo(verification_text(findings, language))
    return 0 if all(f.holds for f in findings) else BAD_INPUT


@main.command()
@click.argument("run_folder", type=click.Path(path_type=Path), metavar="RUN")
@click.option("--out", type=click.Path(path_type=Path), help="File to write (default: report.html in the run's folder).")
@_LANGUAGE
@_guarded
def report(run_folder: Path, out: Path | None, language: str) -> int:
    r"""Write the report of a finished run again, as one HTML file that opens without a network.

    \b
    Example:
        saltloop report results/qaidam-2025 --lang zh
    """
    from saltloop.interfaces.report import write_report
    from saltloop.results.run import new_file, open_run

    folder = open_run(run_folder).folder
    target = out or folder / "report.html"
    with new_file(target) as temporary:
        write_report(folder, temporary, language)
    click.echo(str(target))
    return 0


@main.command()
@_LANGUAGE
@_guarded
def schema(language: str) -> int:
    r"""Print the JSON Schema of scenario files, so that an editor completes and checks while you type.

    \b
    Example:
        saltloop schema > scenario.schema.json
    """
    from saltloop.scenario.schema import json_schema

    del language
    click.echo(json.dumps(json_schema(), indent=2))  # plain ASCII: redirected into a file, it reads the same in every encoding
    return 0


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--pack", required=True, help="Pack that the scenario uses (its name or folder).")
@_DATA
@_LANGUAGE
@_guarded
def new(path: Path, pack: str, data: str | None, language: str) -> int:
    r"""Write a commented scenario to start from; refuses to overwrite a file.

    \b
    Example:
        saltloop new scenarios/my-plan.yaml --pack qaidam
    """
    from saltloop.data.pack import load, locate
    from saltloop.scenario.template import new_scenario_text

    content = new_scenario_text(load(locate(pack, path.parent if path.parent.is_dir() else Path.cwd(), data)))
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(content)
    except OSError as error:
        if not isinstance(error, FileExistsError):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        raise InputError(CANNOT_CREATE.at(Place(str(path)), path=path, reason=error.strerror or error)) from error
    click.echo(f"{path}: saltloop run {path}" if language != "zh" else f"已写出 {path}；运行：saltloop run {path}")
    return 0


if __name__ == "__main__":
    main()
