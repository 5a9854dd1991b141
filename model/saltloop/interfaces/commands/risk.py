"""saltloop risk."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from saltloop.errors import Words
from saltloop.interfaces.command import DATA, LANGUAGE, guarded, main


def _measure(context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, float]:
    """expected, worst, or cvar with a share."""
    if value in ("expected", "worst"):
        return value, 1.0
    found = re.fullmatch(r"cvar:(\d*\.?\d+)(%?)", value.replace(" ", ""))
    share = float(found[1]) / (100 if found[2] else 1) if found else 0.0
    if not 0 < share <= 1:
        words = Words(
            f"'{value}' is no way to weigh states; expected expected, worst or cvar:0.1", f"“{value}”不是状态的权衡方式，应为 expected、worst 或 cvar:0.1"
        )
        raise click.BadParameter(words, context, parameter)
    return "cvar", share


def _chances(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, float]:
    """Probabilities by name of the state."""
    found: dict[str, float] = {}
    for value in values:
        name, _, number = value.rpartition("=")
        try:
            found[name] = float(number)
        except ValueError:
            words = Words(f"'{value}' is no chance of a state; expected NAME=0.2", f"“{value}”不是状态的概率，应如 NAME=0.2")
            raise click.BadParameter(words, context, parameter) from None
    return found


@main.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.option(
    "--objective",
    default="expected",
    show_default=True,
    callback=_measure,
    help="expected, worst, or cvar:SHARE (mean of the worst share). 权衡方式：expected（期望）、worst（最差）或 cvar:SHARE（最差一部分的均值）。",
)
@click.option("--option", help="Name of the option that is planned for, where the study has several. 研究有多个选项时，所规划的选项名称。")
@click.option(
    "--chance",
    "chances",
    multiple=True,
    metavar="STATE=NUMBER",
    callback=_chances,
    help="Probability of a state; the others share the rest. 状态的概率；其余状态均分剩余概率。",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write the tables: a folder of CSV, or a file ending in .xlsx or .json. 写出各表：一个 CSV 文件夹，或以 .xlsx、.json 结尾的文件。",
)
@DATA
@LANGUAGE
@guarded
def risk(study: Path, objective: Any, option: str | None, chances: dict[str, float], out: Path | None, data: str | None, language: str) -> int:
    r"""Plan capacities before it is known which state of a study comes, and tell what not knowing costs.

    在不知研究中何种状态会出现时规划产能，并说明不确定的代价。

    \b
    Example:
        saltloop risk scenarios/studies/price-falls.yaml
    """
    from saltloop.analysis.risk.extensive import Measure
    from saltloop.analysis.risk.risk import risk_of_study
    from saltloop.interfaces.risk_text import risk_text
    from saltloop.results.spreadsheet import write_frames
    from saltloop.scenario.study import load_study

    loaded = load_study(study, data)
    found = risk_of_study(loaded, Measure(*objective), option, chances)
    if out is not None:
        write_frames({"values": found.values, "plans": found.plans, "capacities": found.capacities}, out)
    click.echo(risk_text(loaded, found, language))
    return 0
