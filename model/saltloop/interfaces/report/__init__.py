"""The report of a run: one self-contained page in English and Chinese, made from the files of the run alone."""

from saltloop.interfaces.report.page import write_report

__all__ = ["write_report"]
