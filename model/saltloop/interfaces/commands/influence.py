"""saltloop influence."""

from __future__ import annotations

from pathlib import Path

import click

from saltloop.interfaces.command import DATA, LANGUAGE, guarded, main


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Numbers that are solved again exactly and screened together. 重新精确求解并一起筛选的数值个数。",
)
@click.option(
    "--only",
    metavar="TABLE",
    multiple=True,
    help="Only the numbers of this table, such as prices; may be given several times. 只看此表的数值，如 prices；可重复。",
)
@click.option(
    "--trajectories",
    type=click.IntRange(min=0),
    default=4,
    show_default=True,
    help="Of the Morris screening; 0: no screening. 轨迹数（Morris 筛选）；0 表示不筛选。",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the screening. 筛选的种子。")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write the whole table: a folder of CSV, or a file ending in .xlsx or .json. 写出整张表：一个 CSV 文件夹，或以 .xlsx、.json 结尾的文件。",
)
@DATA
@LANGUAGE
@guarded
def influence(scenario: Path, top: int, only: tuple[str, ...], trajectories: int, seed: int, out: Path | None, data: str | None, language: str) -> int:
    r"""Tell which weak numbers (grades C and D) should be measured next: how far their ranges move the objective and the plan.

    说明下一步应核实哪些薄弱数值（C、D 级）：其范围使目标值与方案变动多少。

    \b
    Example:
        saltloop influence scenarios/policies/base.yaml --only basin_limits --top 3
    """
    from saltloop.analysis.influence.influence import influence as influence_of
    from saltloop.interfaces.influence_text import influence_text
    from saltloop.results.spreadsheet import write_frames
    from saltloop.scenario.resolve import load_scenario

    loaded = load_scenario(scenario, data)
    found = influence_of(loaded, top, trajectories, tables=only, seed=seed)
    if out is not None:
        write_frames({"influence": found.frame}, out)
    click.echo(influence_text(loaded, found, top, language))
    return 0
