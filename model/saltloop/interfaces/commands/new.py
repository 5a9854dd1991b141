"""saltloop new."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from saltloop.errors import InputError, Place, message
from saltloop.interfaces.command import DATA, LANGUAGE, guarded, main

CANNOT_CREATE = message(
    "R103",
    ("cannot create '{path}': {reason}", "无法新建“{path}”：{reason}"),
    ("name a file that does not exist yet, in a folder that does", "请给出尚不存在的文件名，且其文件夹已存在"),
)


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--pack", required=True, help="Pack that the scenario uses (its name or folder). 情景所用的数据包（名称或文件夹）。")
@DATA
@LANGUAGE
@guarded
def new(path: Path, pack: str, data: str | None, language: str) -> int:
    r"""Write a commented scenario to start from; refuses to overwrite a file.

    写出一个带注释的情景作为起点；不覆盖已有文件。

    \b
    Example:
        saltloop new scenarios/my-plan.yaml --pack qaidam
    """
    from saltloop.data.pack import load, locate
    from saltloop.scenario.template import new_scenario_text

    content = new_scenario_text(load(locate(pack, path.parent if path.parent.is_dir() else Path.cwd(), data)))
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(content)
    except OSError as error:
        if not isinstance(error, FileExistsError):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        raise InputError(CANNOT_CREATE.at(Place(str(path)), path=path, reason=error.strerror or error)) from error
    click.echo(f"{path}: saltloop run {path}" if language != "zh" else f"已写出 {path}；运行：saltloop run {path}")
    return 0
