"""saltloop explain."""

from __future__ import annotations

import importlib

import click

from saltloop.interfaces.command import LANGUAGE, guarded, main


@main.command()
@click.argument("code")
@LANGUAGE
@guarded
def explain(code: str, language: str) -> int:
    r"""Say what a code of a message means, why it is checked and what to do.

    \b
    Example:
        saltloop explain D130
    """
    importlib.import_module("saltloop.analysis.plan")  # every module declares its own messages
    from saltloop.data.checks import manual

    click.echo(manual(code, language))
    return 0
