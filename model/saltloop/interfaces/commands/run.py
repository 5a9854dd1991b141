"""saltloop run."""

from __future__ import annotations

import gc
from pathlib import Path

import click

from saltloop.errors import BAD_INPUT
from saltloop.interfaces.command import DATA, LANGUAGE, Progress, guarded, main, seconds


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--out", default=Path("results"), type=click.Path(path_type=Path), help="Folder of results (default: results). 结果文件夹（默认 results）。")
@click.option(
    "--algorithm", type=click.Choice(["choose", "simplex", "ipm"]), default="choose", help="Solution method; choose goes by size. 求解方法；choose 按规模选用。"
)
@click.option("--time-limit", type=float, callback=seconds, help="Seconds for the solver. 求解时限（秒）。")
@click.option("--as-built", type=click.Path(path_type=Path), metavar="RUN", help="Hold the capacities of that run. 产能按该次运行固定。")
@click.option("--no-report", is_flag=True, help="Leave report.html out. 不写 report.html。")
@DATA
@LANGUAGE
@guarded
def run(scenario: Path, out: Path, algorithm: str, time_limit: float | None, as_built: Path | None, no_report: bool, data: str | None, language: str) -> int:
    r"""Solve one scenario, write its results, print the plan and what binds it.

    求解一个情景，写出结果，打印方案及起作用的约束。

    \b
    Example:
        saltloop run scenarios/qaidam-2025.yaml
        saltloop run scenarios/qaidam-2025-targets.yaml --lang zh
    """
    # One short-lived process: what is loaded and built stays in use to the end, so looking for garbage only costs time.
    gc.disable()
    from saltloop.analysis.companion import companion_if_worth_it
    from saltloop.analysis.plan import Clock, prepare_writing, solve_scenario, write_and_verify
    from saltloop.interfaces.report import prepare_report, write_report
    from saltloop.interfaces.text import plan_text, verification_text
    from saltloop.results.run import open_run
    from saltloop.scenario.resolve import load_scenario
    from saltloop.solve.highs import Options

    progress = Progress(language)
    clock, companion = Clock(tell=progress), None
    try:
        with clock.step("read"):
            loaded = load_scenario(scenario, data)
            built = None if as_built is None else open_run(as_built)
        companion = None if no_report else companion_if_worth_it(loaded.pack, write_report, prepare_report)
        plan = solve_scenario(loaded, Options(algorithm, time_limit), clock, prepare_writing, built)
        written, findings = write_and_verify(plan, out, language, None if no_report else write_report, companion)
    finally:
        progress.done()
        if companion is not None:
            companion.close()
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
