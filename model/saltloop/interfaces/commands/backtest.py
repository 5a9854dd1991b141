"""saltloop backtest."""

from __future__ import annotations

from pathlib import Path

import click

from saltloop.interfaces.command import DATA, LANGUAGE, guarded, main


@main.command()
@click.argument("pack")
@click.option(
    "--year",
    "years",
    type=int,
    multiple=True,
    help="Base year; may be repeated (default: base_years of pack.yaml). 基准年，可重复（默认为 pack.yaml 的 base_years）。",
)
@click.option(
    "--scenario", type=click.Path(path_type=Path), help="Scenario to solve instead of the one composed for the year. 改用此情景，而非为该年生成的情景。"
)
@click.option(
    "--background",
    is_flag=True,
    help="Print only the background that official totals imply, as rows of background.csv. 仅打印由官方总量推得的背景值，格式同 background.csv 的行。",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write the tables: a folder of CSV, or a file ending in .xlsx or .json. 写出各表：一个 CSV 文件夹，或以 .xlsx、.json 结尾的文件。",
)
@DATA
@LANGUAGE
@guarded
def backtest(pack: str, years: tuple[int, ...], scenario: Path | None, background: bool, out: Path | None, data: str | None, language: str) -> int:
    r"""Solve base years as they stood and compare them with published figures.

    按当年状况求解基准年，并与公布数据对照。

    \b
    Example:
        saltloop backtest qaidam --year 2015
        saltloop backtest qaidam --year 2015 --background
    """
    from saltloop.analysis.backtest import backtest as test_year
    from saltloop.analysis.backtest import base_years, frames_of, scenario_document
    from saltloop.data.checks import check
    from saltloop.data.pack import load, locate
    from saltloop.interfaces.backtest import background_csv
    from saltloop.interfaces.backtest_text import backtest_text
    from saltloop.results.spreadsheet import write_frames

    loaded = load(locate(pack, Path.cwd(), data))
    check(loaded).stop_if_any()
    document = None if scenario is None else scenario_document(scenario)
    tests = [test_year(loaded, year, document) for year in base_years(loaded, years)]
    if out is not None:
        write_frames(frames_of(tests), out)
    click.echo(background_csv(tests).rstrip("\n") if background else backtest_text(loaded, tests, language))
    return 0
