"""saltloop diff."""

from __future__ import annotations

from pathlib import Path

import click

from saltloop.interfaces.command import DATA, LANGUAGE, guarded, main


@main.command()
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@DATA
@LANGUAGE
@guarded
def diff(first: Path, second: Path, data: str | None, language: str) -> int:
    r"""Show only what differs between two scenarios as resolved.

    只显示两个情景解析后的差别。

    \b
    Example:
        saltloop diff scenarios/qaidam-2025.yaml scenarios/qaidam-2025-targets.yaml
    """
    from saltloop.scenario.resolve import load_scenario
    from saltloop.scenario.show import difference

    click.echo(difference(load_scenario(first, data), load_scenario(second, data), language).rstrip("\n"))
    return 0
