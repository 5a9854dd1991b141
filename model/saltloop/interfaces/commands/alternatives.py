"""saltloop alternatives."""

from __future__ import annotations

import re
from pathlib import Path

import click

from saltloop.errors import Words
from saltloop.interfaces.command import DATA, LANGUAGE, TABLES_OUT, guarded, main, seconds

_KINDS = ("sold", "built", "process")


def _share(context: click.Context, parameter: click.Parameter, value: str) -> float:
    """A percentage, with its sign or without."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%?\s*", value)
    if found is None or float(found[1]) > 100:
        words = Words(f"'{value}' is no percentage from 0 to 100; expected something like 2%", f"“{value}”不是 0 到 100 的百分数，应如 2%")
        raise click.BadParameter(words, context, parameter)
    return float(found[1]) / 100


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--within", default="2%", show_default=True, callback=_share, metavar="X%", help="How much of the best objective may be lost. 最优目标值可让出的比例。"
)
@click.option(
    "--of",
    "kinds",
    type=click.Choice(_KINDS),
    multiple=True,
    help="What plans are compared by, repeatable (default: sold and built). 按什么比较方案，可重复（默认 sold 与 built）。",
)
@click.option("--by-site", is_flag=True, help="Compare site by site instead of all together. 逐个地点比较，而非合并比较。")
@click.option("--plans", "count", type=click.IntRange(min=1), default=6, show_default=True, help="How many different plans are shown. 给出多少个不同方案。")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the random directions. 随机方向的种子。")
@click.option("--time-limit", type=float, callback=seconds, help="Seconds for the solver in each question. 每次求解的时限（秒）。")
@TABLES_OUT
@DATA
@LANGUAGE
@guarded
def alternatives(
    scenario: Path,
    within: float,
    kinds: tuple[str, ...],
    by_site: bool,
    count: int,
    seed: int,
    time_limit: float | None,
    out: Path | None,
    data: str | None,
    language: str,
) -> int:
    r"""Find plans that are nearly as good as the best one: what all of them have, what none has, and those that differ most.

    寻找与最优方案相差无几的方案：共有的、都没有的，以及差别最大的几个。

    \b
    Example:
        saltloop alternatives scenarios/ferts.yaml --within 2%
    """
    from saltloop.analysis.alternatives import alternatives as search
    from saltloop.analysis.alternatives import groups_of
    from saltloop.analysis.plan import solve_scenario
    from saltloop.interfaces.alternatives_text import alternatives_text
    from saltloop.results.spreadsheet import write_frames
    from saltloop.scenario.resolve import load_scenario
    from saltloop.solve.live import Options

    options = Options(ranging=False, time_limit=time_limit)
    plan = solve_scenario(load_scenario(scenario, data), options)
    program, pack = plan.solved.program, plan.solved.case.pack
    found = search(program, plan.solved.solution.values, within, groups_of(program, kinds or _KINDS[:2], by_site), count, seed, options)
    click.echo(alternatives_text(found, pack, program.objective_unit, within, language))
    if out is not None:
        for path in write_frames({"products": found.products, "plans": found.plans, "levels": found.levels}, out):
            click.echo(f"{'Written' if language != 'zh' else '已写出'}: {path}")
    return 0
