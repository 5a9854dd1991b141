"""saltloop show."""

from __future__ import annotations

from pathlib import Path

import click

from saltloop.interfaces.command import DATA, LANGUAGE, guarded, main


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@DATA
@LANGUAGE
@guarded
def show(path: Path, data: str | None, language: str) -> int:
    r"""Show a scenario as resolved, with where each value came from; or the plan of a finished run.

    显示解析后的情景及各值来源；或一次运行的方案。

    \b
    Example:
        saltloop show scenarios/qaidam-2025-targets.yaml
        saltloop show results/qaidam-2025
    """
    if path.is_dir():
        from saltloop.interfaces.text import plan_text
        from saltloop.results.run import open_run

        click.echo(plan_text(open_run(path), language))
        return 0
    from saltloop.scenario.resolve import load_scenario
    from saltloop.scenario.show import show as show_scenario

    click.echo(show_scenario(load_scenario(path, data), language).rstrip("\n"))
    return 0
