"""A run on disk: written to a temporary folder, renamed when complete, read lazily."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from saltloop.errors import InputError, Place, Words, message

# A run is read without what made it, which takes a second to load.
if TYPE_CHECKING:
    from saltloop.formulation.program import Program
    from saltloop.solve.solution import Solution

NOT_A_RUN = message(
    "R101",
    ("'{path}' is not a run: {reason}", "“{path}”不是一次运行的结果：{reason}"),
    (
        "name a folder below results/ that holds manifest.json, or `results/<scenario>` for its latest run",
        "请给出 results/ 下含 manifest.json 的文件夹，或 results/<情景> 表示最近一次",
    ),
)
CANNOT_WRITE = message(
    "R102",
    ("cannot write to '{path}': {reason}", "无法写入“{path}”：{reason}"),
    ("nothing was left behind; free some space or name another folder with --out", "未留下任何半成品；请清理磁盘或用 --out 指定其他文件夹"),
)

MANIFEST = "manifest.json"
UNFINISHED = ".part"
PROGRAM = "program"


class _Manifest(dict[str, Any]):
    """The keys of a manifest; one that is missing is told as such."""

    def __init__(self, keys: dict[str, Any], folder: Path) -> None:
        super().__init__(keys)
        self.folder = folder

    def __missing__(self, key: str) -> Any:
        path = self.folder / MANIFEST
        raise InputError(NOT_A_RUN.at(Place(str(path)), path=self.folder, reason=Words(f"{MANIFEST} lacks '{key}'", f"{MANIFEST} 缺少“{key}”")))


@dataclass
class Run:
    """The folder of a run.

    Args:
        folder: holds manifest.json and the tables.
        _cache: tables read so far by name, which may be shared with the run before its folder had its final name.
    """

    folder: Path
    _cache: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    @property
    def manifest(self) -> dict[str, Any]:
        """What was run, with which inputs and versions, and how well."""
        path = self.folder / MANIFEST
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(NOT_A_RUN.at(Place(str(path)), path=self.folder, reason=f"{MANIFEST}: {error}")) from error
        if not isinstance(found, dict):
            raise InputError(NOT_A_RUN.at(Place(str(path)), path=self.folder, reason=Words(f"{MANIFEST} holds no keys", f"{MANIFEST} 中没有键")))
        return _Manifest(found, folder=self.folder)

    def table(self, name: str) -> pd.DataFrame:
        """A table by file name without ending, such as flows or program/rows."""
        if name not in self._cache:
            path = self.folder / f"{name}.parquet"
            try:
                self._cache[name] = pd.read_parquet(path)
            except (OSError, ValueError) as error:
                raise InputError(NOT_A_RUN.at(Place(str(path)), path=self.folder, reason=f"{path.name}: {error}")) from error
        return self._cache[name]


def open_run(path: Path) -> Run:
    """A run by its folder, or the latest run of a scenario's folder.

    Raises:
        InputError: R101.
    """
    if path.name.endswith(UNFINISHED):
        raise InputError(NOT_A_RUN.at(Place(), path=path, reason=Words("it was never finished", "它没有写完")))
    if (path / MANIFEST).is_file():
        return _checked(Run(path))
    runs = sorted(p.parent for p in path.glob(f"*/{MANIFEST}") if not p.parent.name.startswith(".")) if path.is_dir() else []
    if not runs:
        reason = Words(f"it holds no {MANIFEST}", f"其中没有 {MANIFEST}") if path.is_dir() else Words("there is no such folder", "没有这个文件夹")
        raise InputError(NOT_A_RUN.at(Place(), path=path, reason=reason))
    return _checked(Run(runs[-1]))


def _checked(run: Run) -> Run:
    """The run, if its manifest can be read and its tables have the columns that were written."""
    for name, columns in run.manifest.get("tables", {}).items():
        path = run.folder / f"{name}.parquet"
        try:
            found = parquet.read_schema(path).names
        except (OSError, ValueError) as error:
            raise InputError(NOT_A_RUN.at(Place(str(path)), path=run.folder, reason=f"{path.name}: {error}")) from error
        if found != columns:
            listed = ", ".join(columns)
            raise InputError(
                NOT_A_RUN.at(
                    Place(str(path)), path=run.folder, reason=Words(f"{path.name} was written with the columns {listed}", f"{path.name} 写出时的列为 {listed}")
                )
            )
    return run


@contextlib.contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A temporary folder beside target that becomes target when the block ends well, and vanishes when it does not.

    Raises:
        InputError: R102, if the disk or its rights do not allow it.
    """
    temporary = target.parent / f".{target.name}.{secrets.token_hex(4)}{UNFINISHED}"
    try:
        temporary.mkdir(parents=True)
        yield temporary
        os.replace(temporary, target)
    except OSError as error:
        raise InputError(CANNOT_WRITE.at(Place(), path=target, reason=error.strerror or error)) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextlib.contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """A temporary file beside target that takes its place when the block ends well, and vanishes when it does not.

    Raises:
        InputError: R102, if the disk or its rights do not allow it.
    """
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}{UNFINISHED}")
    try:
        yield temporary
        os.replace(temporary, target)
    except OSError as error:
        raise InputError(CANNOT_WRITE.at(Place(), path=target, reason=error.strerror or error)) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def program_tables(program: Program, solution: Solution) -> dict[str, pa.Table]:
    """The arrays as tables, so that a certificate can be computed from the files alone.

    columns: name, unit, lower, upper, cost, value, reduced_cost; rows: name, unit, lower, upper, dual; matrix: row, column,
    coefficient (positions from 0).
    """
    of_columns = {"cost": program.stages[0][1], "value": solution.values, "reduced_cost": solution.reduced_costs}
    columns, rows = program.tables(of_columns, {"dual": solution.duals})
    entries = program.matrix.tocoo(copy=False)
    return {
        "columns": columns,
        "rows": rows,
        "matrix": pa.table({"row": entries.coords[0], "column": entries.coords[1], "coefficient": entries.data}),
    }


def write_run(
    target: Path, tables: dict[str, pd.DataFrame], program: dict[str, pa.Table], manifest: dict[str, Any], extras: tuple[Callable[[Path], None], ...] = ()
) -> Run:
    """Write a run so that a half-written one never looks like a run.

    Args:
        target: final folder; must not exist.
        tables: by file name.
        program: arrays as Arrow tables.
        manifest: JSON data.
        extras: further writers, given the temporary folder (workbook, report).

    Raises:
        InputError: R102.
    """
    columns = {**{name: list(frame) for name, frame in tables.items()}, **{f"{PROGRAM}/{name}": table.column_names for name, table in program.items()}}
    with new_folder(target) as folder:
        (folder / PROGRAM).mkdir()
        for name, frame in tables.items():
            frame.to_parquet(folder / f"{name}.parquet", index=False)
        for name, table in program.items():
            parquet.write_table(table, folder / PROGRAM / f"{name}.parquet")
        (folder / MANIFEST).write_text(json.dumps({**manifest, "tables": columns}, ensure_ascii=False, indent=1, default=str), encoding="utf-8")
        for extra in extras:
            extra(folder)
    return Run(target)
