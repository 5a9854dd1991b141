"""saltloop compare."""

from __future__ import annotations

from pathlib import Path

import click

from saltloop.errors import InputError, Place, message
from saltloop.interfaces.command import DATA, LANGUAGE, guarded, main

ONE_RUN = message(
    "R105",
    ("one run, '{folder}', has nothing beside it", "只有一次运行“{folder}”，无从比较"),
    ("name two runs or more, or the folder of a study", "请给出两次以上的运行，或一项研究的文件夹"),
)


@main.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--no-why", is_flag=True, help="Leave out what each changed input contributes. 不给出各输入变化的贡献。")
@click.option("--account", help="Account that is explained; else that of the objective. 要解释的账户；缺省为目标函数的账户。")
@click.option(
    "--orders",
    type=click.IntRange(min=2),
    default=6,
    help="Orders of change that are averaged where there are many inputs (default: 6). 输入较多时取多少种变化次序平均（默认 6）。",
)
@DATA
@LANGUAGE
@guarded
def compare(folders: tuple[Path, ...], no_why: bool, account: str | None, orders: int, data: str | None, language: str) -> int:
    r"""Compare the options of studies, or runs side by side: what differs, and what each changed input contributes.

    比较研究的各选项，或并列比较几次运行：差别何在，各输入变化贡献多少。

    \b
    Example:
        saltloop compare results/fertiliser-prices
    """
    from saltloop.analysis.contributions import NOT_EXPLAINED, contributions
    from saltloop.interfaces.compare_text import compare_text, contribution_text
    from saltloop.interfaces.study_text import study_text
    from saltloop.results.run import open_run
    from saltloop.results.study import is_study, open_study

    studies = [folder for folder in folders if is_study(folder)]
    runs = [open_run(folder) for folder in folders if folder not in studies]
    if len(runs) == 1:
        raise InputError(ONE_RUN.at(Place(), folder=runs[0].folder))
    if account is not None and (no_why or len(runs) != 2):
        raise InputError(NOT_EXPLAINED.at(Place()))
    for folder in studies:
        click.echo(study_text(open_study(folder), language))
    if runs:
        click.echo(compare_text(runs, language))
    if not no_why and len(runs) == 2:
        click.echo()
        click.echo(contribution_text(runs[0], contributions(runs[0], runs[1], account, orders, data=data), language))
    return 0
