"""The report of a run: one self-contained page in English and Chinese, made from the files of the run alone.

What writes the page loads when it is needed: a run whose report another process writes needs none of it.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path


def write_report(run: Path, target: Path, language: str = "en") -> None:
    """Write the report of a run as one self-contained HTML file.

    The page holds both languages, its style, its script and the plotting library; it opens without a network and
    forbids itself any.

    Args:
        run: folder of a finished run; nothing but its files is read.
        target: the file to write.
        language: en or zh, the language in which the page opens.

    Raises:
        InputError: the folder is not that of a finished run.
    """
    from saltloop.interfaces.report.page import page

    target.write_text(page(run, language), encoding="utf-8")


def prepare_report() -> None:
    """Load what `write_report` needs, in a process that has no folder yet."""
    from saltloop.interfaces.report.page import plotting_library, template

    template()
    plotting_library()
    import_module("pyarrow.dataset")  # which the first Parquet file would load


__all__ = ["prepare_report", "write_report"]
