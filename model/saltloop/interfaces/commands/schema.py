"""saltloop schema."""

from __future__ import annotations

import json

import click

from saltloop.interfaces.command import LANGUAGE, guarded, main


@main.command()
@click.option("--study", is_flag=True, help="The schema of study files instead. 改为研究文件的 schema。")
@LANGUAGE
@guarded
def schema(study: bool, language: str) -> int:
    r"""Print the JSON Schema of scenario files, so that an editor completes and checks while you type.

    打印情景文件的 JSON Schema，供编辑器补全与检查。

    \b
    Example:
        saltloop schema > scenario.schema.json
        saltloop schema --study > study.schema.json
    """
    from saltloop.scenario.schema import json_schema
    from saltloop.scenario.study_schema import study_schema

    del language
    click.echo(json.dumps(study_schema() if study else json_schema(), indent=2))  # plain ASCII: redirected into a file, it reads the same in every encoding
    return 0
