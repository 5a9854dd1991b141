"""saltloop report."""

from __future__ import annotations

from pathlib import Path

import click

from saltloop.interfaces.command import LANGUAGE, guarded, main


@main.command()
@click.argument("run_folder", type=click.Path(path_type=Path), metavar="RUN")
@click.option(
    "--out", type=click.Path(path_type=Path), help="File to write (default: report.html in the run's folder). 要写的文件（默认为运行文件夹中的 report.html）。"
)
@LANGUAGE
@guarded
def report(run_folder: Path, out: Path | None, language: str) -> int:
    r"""Write the report of a finished run again, as one HTML file that opens without a network.

    重新写出一次运行的报告：单个 HTML 文件，无需联网。

    \b
    Example:
        saltloop report results/qaidam-2025 --lang zh
    """
    from saltloop.interfaces.report import write_report
    from saltloop.results.run import new_file, open_run

    folder = open_run(run_folder).folder
    target = out or folder / "report.html"
    with new_file(target) as temporary:
        write_report(folder, temporary, language)
    click.echo(str(target))
    return 0
