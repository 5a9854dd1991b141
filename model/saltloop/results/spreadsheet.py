"""Frames as files that a spreadsheet opens: a folder of CSV, CSV or Parquet files side by side, one workbook, or one JSON file."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from saltloop.errors import InputError, Place
from saltloop.results.run import CANNOT_WRITE, new_file

_FILES = (".xlsx", ".json", ".csv", ".parquet")


def write_frames(frames: dict[str, pd.DataFrame], out: Path) -> list[Path]:
    """Write tables side by side.

    Args:
        frames: by name.
        out: ends in .xlsx: a workbook with a sheet each; in .json: one object of lists of rows; in .csv or .parquet: the first table, the
            others beside it as <name>-<table>; else a folder of CSV files. CSV is marked as UTF-8 so that Excel reads Chinese.

    Returns:
        the files written.

    Raises:
        InputError: R102, the disk does not take it.
    """
    try:
        (out.parent if out.suffix in _FILES else out).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(CANNOT_WRITE.at(Place(), path=out, reason=error.strerror or error)) from error
    if out.suffix == ".xlsx":
        with new_file(out) as temporary, pd.ExcelWriter(temporary, engine="xlsxwriter") as book:
            for name, frame in frames.items():
                frame.to_excel(book, sheet_name=name[:31], index=False, freeze_panes=(1, 0))
        return [out]
    if out.suffix == ".json":
        rows = {name: json.loads(frame.to_json(orient="records", force_ascii=False)) for name, frame in frames.items()}
        with new_file(out) as temporary:
            temporary.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
        return [out]
    single = out.suffix in _FILES
    files = [(out if not n else out.with_stem(f"{out.stem}-{name}")) if single else out / f"{name}.csv" for n, name in enumerate(frames)]
    for path, frame in zip(files, frames.values(), strict=True):
        with new_file(path) as temporary:
            if path.suffix == ".parquet":
                frame.to_parquet(temporary, index=False)
            else:
                frame.to_csv(temporary, index=False, encoding="utf-8-sig", lineterminator="\n")
    return files
