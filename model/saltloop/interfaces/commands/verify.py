"""saltloop verify."""

from __future__ import annotations

from pathlib import Path

import click

from saltloop.errors import BAD_INPUT
from saltloop.interfaces.command import LANGUAGE, guarded, main


@main.command()
@click.argument("run_folder", type=click.Path(path_type=Path), metavar="RUN")
@LANGUAGE
@guarded
def verify(run_folder: Path, language: str) -> int:
    r"""Recompute objective, balances, accounts and certificate of a run from its files alone.

    仅由文件重新计算一次运行的目标值、平衡、账户与最优性检验。

    \b
    Example:
        saltloop verify results/qaidam-2025
    """
    from saltloop.interfaces.text import verification_text
    from saltloop.results.run import open_run
    from saltloop.results.verify import verify as verify_run

    findings = verify_run(open_run(run_folder))
    click.echo(verification_text(findings, language))
    return 0 if all(f.holds for f in findings) else BAD_INPUT
