"""saltloop pareto."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from saltloop.interfaces.command import DATA, LANGUAGE, Many, guarded, main

if TYPE_CHECKING:
    from saltloop.analysis.beside import Place
    from saltloop.analysis.trade import Trade


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--trade",
    cls=Many,
    multiple=True,
    required=True,
    metavar="ACCOUNT ACCOUNT [ACCOUNT]",
    help="Two accounts, or three for a surface. 两个账户；三个则得到曲面。",
)
@click.option(
    "--points",
    type=click.IntRange(2),
    help="Levels of the second account (default 21), or of each of two (default 9). 第二个账户的水平数（默认 21）；曲面为其余两个各自的水平数（默认 9）。",
)
@click.option(
    "--place",
    cls=Many,
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="RUN|SCENARIO|FOLDER ...",
    help="Plans to show beside the front. 与前沿并列显示的方案。",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write to a file: .html (charts), .csv, .parquet or .xlsx. 写到文件：.html（图表）、.csv、.parquet 或 .xlsx。",
)
@DATA
@LANGUAGE
@guarded
def pareto(scenario: Path, trade: tuple[str, ...], points: int | None, place: tuple[Path, ...], out: Path | None, data: str | None, language: str) -> int:
    r"""Weigh accounts against each other: the best of the first at every level of the second, and what binds there.

    权衡账户：第二个账户各水平下第一个账户的最优值，以及此时起作用的约束。

    The first account is wished as the objective has it. Another is wished as the objective has it, else as a limit of the scenario
    has it, else as the indicators of the pack have it, else low; `max:` or `min:` in front says otherwise. `account@place` counts one
    site or area, `objective` is the objective of the scenario.

    第一个账户的取向与目标函数一致。其余账户依次看目标函数、情景的限额、数据包的指标，均无则取低；前面加 max: 或 min: 可另行指定。
    写作 account@place 只计一个地点或区域，objective 为情景的目标函数。

    \b
    Example:
        saltloop pareto scenarios/ferts.yaml --trade total_cost import_cost --out front.html
        saltloop pareto scenarios/ferts.yaml --trade total_cost import_cost freight_cost --points 4
    """
    from saltloop.analysis.pareto import POINTS, front
    from saltloop.analysis.surface import GRID, surface
    from saltloop.analysis.trade import trade_of
    from saltloop.formulation.case import build_case
    from saltloop.interfaces.answer import answer_text, write_answer
    from saltloop.interfaces.front_text import front_answer
    from saltloop.interfaces.surface_text import surface_answer
    from saltloop.results.titles import names_of
    from saltloop.scenario.resolve import load_scenario

    loaded = load_scenario(scenario, data)
    weighed = trade_of(build_case(loaded.pack, loaded.choices), trade)
    names, places = names_of(weighed.case), _placed(weighed, place, data, scenario, language)
    if len(weighed.wishes) == 2:
        found = front(weighed, points or POINTS, places)
        frames, answer = found.frames, partial(front_answer, found, names, loaded.title)
    else:
        spread = surface(weighed, points or GRID, places)
        frames, answer = spread.frames, partial(surface_answer, spread, names, loaded.title)
    click.echo(answer_text(answer(language), language))
    if out is not None:
        write_answer(out, frames, answer, language)
        click.echo(f"\n{'写出' if language == 'zh' else 'Written'}: {out}")
    return 0


def _placed(trade: Trade, paths: tuple[Path, ...], data: str | None, scenario: Path, language: str) -> tuple[Place, ...]:
    """The plans to show beside the front, with a bar while they are solved."""
    from saltloop.analysis.batch.run import Progress
    from saltloop.analysis.places import files_of, places_of
    from saltloop.interfaces.progress import Bar

    if not paths:
        return ()
    count, found = len(files_of(paths)), []
    done = Progress(count, 0, count)
    with Bar(language) as bar:
        for each in places_of(trade, paths, data, scenario):
            found.append(each)
            done.counts["placed"] += 1
            bar(done)
    return tuple(found)
