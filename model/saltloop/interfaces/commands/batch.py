"""saltloop batch."""

from __future__ import annotations

import re
from pathlib import Path

import click

from saltloop.errors import Words
from saltloop.interfaces.command import DATA, LANGUAGE, guarded, main, seconds


def _part(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """A part of how many, such as 3/10."""
    if value is None:
        return None
    found = re.fullmatch(r"(\d+)/(\d+)", value)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise click.BadParameter(
            Words(f"'{value}' is no part of a whole; expected something like 3/10", f"“{value}”不是整体中的一份，应如 3/10"), context, parameter
        )
    return int(found[1]), int(found[2])


@main.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.option("--out", default=Path("results"), type=click.Path(path_type=Path), help="Folder of results (default: results). 结果文件夹（默认 results）。")
@click.option("--workers", type=click.IntRange(min=1), help="Processes on this machine (default: one for each processor). 本机的进程数（默认每个处理器一个）。")
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="Scheduler of a Dask cluster, such as tcp://host:8786; the cases are solved by its workers. 调度器（Dask 集群）的地址，如 tcp://host:8786；算例由其工作进程求解。",
)
@click.option(
    "--task",
    metavar="I/N",
    callback=_part,
    help="Solve part I of N only, for array jobs; a call without --task gathers. 只求解 N 份中的第 I 份，用于作业数组；不带 --task 的调用负责汇总。",
)
@click.option("--time-limit", type=float, callback=seconds, help="Seconds for the solver in each case. 每个算例的求解时限（秒）。")
@DATA
@LANGUAGE
@guarded
def batch(
    study: Path, out: Path, workers: int | None, dask: str | None, task: tuple[int, int] | None, time_limit: float | None, data: str | None, language: str
) -> int:
    r"""Solve the cases of a study that are not solved yet, and summarise all of them.

    求解一项研究中尚未求解的算例，并汇总全部算例。

    \b
    Example:
        saltloop batch scenarios/studies/fertiliser-prices.yaml
    """
    from saltloop.analysis.batch.run import How, run_study
    from saltloop.interfaces.progress import Bar
    from saltloop.interfaces.study_text import say, study_text
    from saltloop.scenario.study import load_study

    if dask is not None and workers is not None:
        raise click.UsageError(say("workers_and_dask", language))
    loaded = load_study(study, data)
    with Bar(language) as bar:
        folder, progress = run_study(loaded, out, How(workers, dask, task, time_limit), bar)
    for note in loaded.notes.warnings:
        click.echo(note.text(language), err=True)
    left = progress.cases - progress.before - progress.solved
    if left:
        click.echo(say("left", language, left=f"{left:,}", cases=f"{progress.cases:,}"))
    else:
        click.echo(study_text(folder, language))
        click.echo()
    click.echo(say("results", language, folder=folder.folder))
    return 0
