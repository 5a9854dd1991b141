"""saltloop check."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import click

from saltloop.errors import BAD_INPUT, SOLVED
from saltloop.interfaces.command import DATA, LANGUAGE, guarded, main

if TYPE_CHECKING:
    import pandas as pd

    from saltloop.data.pack import Pack

_TABLES = ("grades", "balance", "weakest", "exceptions", "norms", "unused", "conflicts", "objective")


@main.command()
@click.argument("pack")
@click.option("--table", type=click.Choice(_TABLES), help="Print this table of the evidence whole, and nothing else. 只完整打印数据依据中的这张表。")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write the tables of the evidence: a folder of CSV, or a file ending in .xlsx or .json. 写出数据依据各表：CSV 文件夹，或 .xlsx、.json 文件。",
)
@click.option(
    "--solve",
    is_flag=True,
    help="Solve the first base year and tell by grade which numbers the objective rests on. 求解第一个基准年，按等级说明目标值所依的数值。",
)
@DATA
@LANGUAGE
@guarded
def check(pack: str, table: str | None, out: Path | None, solve: bool, data: str | None, language: str) -> int:
    r"""Check a data pack and sum up the evidence behind it.

    检查数据包，并概述其数据依据。

    \b
    Example:
        saltloop check qaidam
        saltloop check qaidam --table conflicts
        saltloop check qaidam --solve --out results/evidence.xlsx
    """
    # One short-lived process: what is loaded and read stays in use to the end, so looking for garbage only costs time.
    gc.disable()
    from saltloop.data.checks import check as check_pack
    from saltloop.data.evidence import evidence_text
    from saltloop.data.pack import load, locate
    from saltloop.interfaces.evidence import OBJECTIVE, frames, objective_lines, summary, table_lines
    from saltloop.results.spreadsheet import write_frames

    loaded = load(locate(pack, Path.cwd(), data))
    problems = check_pack(loaded)
    if table or out or solve:
        problems.stop_if_any()
    found = {} if problems.errors else frames(loaded)
    year = None
    if solve or table == OBJECTIVE:
        year, found[OBJECTIVE] = _objective(loaded)
    if out is not None:
        write_frames(found, out)
    if table is not None:
        click.echo("\n".join(table_lines(table, found[table], language)))
        return SOLVED
    lines = [problem.text(language) for problem in problems] + [evidence_text(loaded, language)]
    lines += summary(loaded, found, language) if found else []
    lines += objective_lines(found[OBJECTIVE], year, language) if year is not None else []
    errors, warnings = len(problems.errors), len(problems.warnings)
    counted = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in ((errors, "error"), (warnings, "warning")))
    click.echo("\n".join([*lines, counted if language != "zh" else f"{errors} 个错误，{warnings} 个警告"]))
    return BAD_INPUT if errors else SOLVED


def _objective(pack: Pack) -> tuple[int, pd.DataFrame]:
    """The first base year of a pack, and its objective by grade."""
    from saltloop.analysis.backtest import backtest, base_years
    from saltloop.analysis.objective import objective_by_grade

    year = base_years(pack)[0]
    return year, objective_by_grade(backtest(pack, year).plan.solved)
