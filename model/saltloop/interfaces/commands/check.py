"""saltloop check."""

from __future__ import annotations

from pathlib import Path

import click

from saltloop.errors import BAD_INPUT
from saltloop.interfaces.command import DATA, LANGUAGE, guarded, main


@main.command()
@click.argument("pack")
@DATA
@LANGUAGE
@guarded
def check(pack: str, data: str | None, language: str) -> int:
    r"""Check a data pack and sum up the evidence behind it.

    \b
    Example:
        saltloop check qaidam
    """
    from saltloop.data.checks import check as check_pack
    from saltloop.data.evidence import evidence_text
    from saltloop.data.pack import load, locate

    loaded = load(locate(pack, Path.cwd(), data))
    problems = check_pack(loaded)
    for problem in problems:
        click.echo(problem.text(language))
    click.echo(evidence_text(loaded, language))
    errors, warnings = len(problems.errors), len(problems.warnings)
    counted = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in ((errors, "error"), (warnings, "warning")))
    click.echo(counted if language != "zh" else f"{errors} 个错误，{warnings} 个警告")
    return BAD_INPUT if errors else 0
