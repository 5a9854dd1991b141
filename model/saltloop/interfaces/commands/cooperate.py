"""saltloop cooperate."""

from __future__ import annotations

from pathlib import Path

import click

from saltloop.errors import Words
from saltloop.interfaces.command import DATA, LANGUAGE, TABLES_OUT, guarded, main, seconds


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--players",
    "first",
    metavar="PLACE [PLACE ...]",
    help="Areas or sites (default: the areas, or else sites, inside those of the scenario). 区域或地点（默认为情景所含的下级区域，没有则为地点）。",
)
@click.argument("others", nargs=-1, metavar="")
@click.option(
    "--exchanges",
    "asked",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="For how many exchanges to solve without each. 对多少项交换逐一求解“没有该项”的情形。",
)
@click.option("--time-limit", type=float, callback=seconds, help="Seconds for the solver in each case. 每个算例的求解时限（秒）。")
@TABLES_OUT
@DATA
@LANGUAGE
@guarded
def cooperate(
    scenario: Path, first: str | None, others: tuple[str, ...], asked: int, time_limit: float | None, out: Path | None, data: str | None, language: str
) -> int:
    r"""Work out what it is worth that parks plan together, which exchanges carry it, and how the gain could be shared.

    计算园区共同规划的价值、由哪些交换实现，以及收益如何分配。

    \b
    Example:
        saltloop cooperate scenarios/qaidam-2025.yaml --players golmud delingha dachaidan ulan
    """
    from saltloop.analysis.cooperation import cooperation, players_of
    from saltloop.analysis.plan import solve_scenario
    from saltloop.interfaces.cooperation_text import cooperation_text
    from saltloop.results.spreadsheet import write_frames
    from saltloop.scenario.resolve import load_scenario
    from saltloop.solve.live import Options

    if others and first is None:
        alone = " ".join(others)
        raise click.UsageError(Words(f"'{alone}' stands alone; write --players {alone}", f"“{alone}”不属于任何选项，请写 --players {alone}"))
    named = [name for word in (first or "", *others) for name in word.split(",") if name]
    options = Options(ranging=False, time_limit=time_limit)
    solved = solve_scenario(load_scenario(scenario, data), options).solved
    found = cooperation(solved.case, solved.program, players_of(solved.case, named), asked, options)
    click.echo(cooperation_text(found, solved.case.pack, solved.program.objective_unit, language))
    if out is not None:
        for path in write_frames({"shares": found.shares, "coalitions": found.coalitions, "exchanges": found.exchanges}, out):
            click.echo(f"{'Written' if language != 'zh' else '已写出'}: {path}")
    return 0
