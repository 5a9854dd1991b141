"""saltloop lint."""

from __future__ import annotations

from pathlib import Path

import click

from saltloop.errors import INFEASIBLE
from saltloop.interfaces.command import DATA, LANGUAGE, guarded, main, seconds


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--time-limit", type=float, default=60.0, callback=seconds, help="Seconds for all questions together (default: 60). 全部求解合计的时限（秒，默认 60）。"
)
@DATA
@LANGUAGE
@guarded
def lint(scenario: Path, time_limit: float, data: str | None, language: str) -> int:
    r"""Look at the rules of a scenario before solving it: which no plan can meet, which say nothing, which clash.

    求解前检视情景的规则：哪些无方案可满足，哪些不起作用，哪些相互冲突。

    \b
    Example:
        saltloop lint scenarios/policies/waste-target.yaml
    """
    from saltloop.analysis.lint import lint as findings_of
    from saltloop.formulation.case import build_case
    from saltloop.formulation.program import RULE, compile_program
    from saltloop.interfaces.lint_text import lint_text
    from saltloop.scenario.resolve import load_scenario

    loaded = load_scenario(scenario, data)
    case = build_case(loaded.pack, loaded.choices)
    program = compile_program(case)
    findings = findings_of(case, program, time_limit)
    click.echo(lint_text(findings, program.rows[program.rows["family"] == RULE]["key"].map(lambda key: key[0]).nunique(), language))
    return INFEASIBLE if findings["finding"].isin(["impossible", "clash"]).any() else 0
