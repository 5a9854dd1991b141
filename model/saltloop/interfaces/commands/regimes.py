"""saltloop regimes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from saltloop.interfaces.command import DATA, LANGUAGE, guarded, main


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--path",
    "number",
    required=True,
    help="Number of the scenario, such as rules.carbon_cap.at_most or prices.coal. 情景中的数值，如 rules.carbon_cap.at_most 或 prices.coal。",
)
@click.option("--from", "low", required=True, help="First level, with its unit. 起始水平（带单位）。")
@click.option("--to", "high", required=True, help="Last level. 终止水平。")
@click.option("--points", type=click.IntRange(2), default=21, help="Levels to look at first (default 21). 先看的水平数（默认 21）。")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write to a file: .html (charts), .csv, .parquet or .xlsx. 写到文件：.html（图表）、.csv、.parquet 或 .xlsx。",
)
@DATA
@LANGUAGE
@guarded
def regimes(scenario: Path, number: str, low: str, high: str, points: int, out: Path | None, data: str | None, language: str) -> int:
    r"""Move one number of a scenario and say which rules and limits bind from which level on.

    变动情景中的一个数值，说明各规则与限额从何水平起作用。

    \b
    Example:
        saltloop regimes scenarios/ferts.yaml --path prices.electric --from -20% --to +40%
    """
    from saltloop.analysis.regimes import regimes as sweep
    from saltloop.analysis.regimes import swept
    from saltloop.errors import InputError, Problems
    from saltloop.interfaces.answer import answer_text, write_answer
    from saltloop.interfaces.regimes_text import regimes_answer
    from saltloop.results.titles import names_of
    from saltloop.scenario.document import read_document

    problems = Problems()
    document = read_document(scenario, problems)
    if document is None:
        raise InputError(problems)
    variation = swept(document, number, low, high, data)
    found, built = sweep(variation, number, points), variation.build({})
    answer = partial(regimes_answer, found, names_of(built.case), built.scenario.title)
    click.echo(answer_text(answer(language), language))
    if out is not None:
        write_answer(out, found.frames, answer, language)
        click.echo(f"\n{'写出' if language == 'zh' else 'Written'}: {out}")
    return 0
