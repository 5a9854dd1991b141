"""A study on disk: a folder for each base, a Parquet part for each chunk of cases, written to a temporary name and renamed.

Nothing is ever changed in place, so a kill at any moment leaves whole parts only. `compact` writes larger parts that name those they
replace; until the old ones are gone, readers pass them over. Several processes may work on one folder at once: who finds a part gone that
it has just listed lists again, and what another one is writing is left alone.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from saltloop.errors import InputError, Place, Words, message
from saltloop.results.run import MANIFEST, UNFINISHED, new_file, new_folder

NOT_A_STUDY = message(
    "R301",
    ("'{path}' is not a study: {reason}", "“{path}”不是一项研究的结果：{reason}"),
    (
        "name a folder below results/ that `saltloop batch` wrote, or `results/<study>` for its latest",
        "请给出 saltloop batch 写出的文件夹，或 results/<研究> 表示最近一次",
    ),
)
NOT_GATHERED = message(
    "R312",
    (
        "the study in '{path}' is not summed up yet: it was stopped, or its tasks have not been gathered",
        "“{path}”中的研究尚未汇总：求解曾中断，或各作业尚未汇总",
    ),
    (
        "run the same `saltloop batch` command again, without --task: it goes on where it stopped and sums up",
        "请不带 --task 再次运行同一条 saltloop batch 命令：从停处继续并汇总",
    ),
)
UNREADABLE = message(
    "R310",
    ("the files of a study cannot be read: {reason}", "无法读取研究的文件：{reason}"),
    (
        "if a file under cases/ is damaged or missing, remove the folder that it stands in and call saltloop batch again: its cases are solved anew",
        "如 cases/ 下有文件损坏或缺失，请删除其所在文件夹并再次运行 saltloop batch，其中的算例将重新求解",
    ),
)
T = TypeVar("T")
PLAN, SUMMARY, CASES = "plan.parquet", "summary.parquet", "cases"
TABLES = ("status", "accounts", "rules")
STATUS_COLUMNS = ("case", "status", "objective", "reason_en", "reason_zh", "certificate", "start", "seconds", "time_limit")
_REPLACES = "replaces.json"
_COMPACT = "compact-"
_ROWS_IN_A_GROUP = 50_000
_CASES_IN_A_PART = 20_000
# To write a part takes seconds at most; what is younger than this may be another process at work.
_ABANDONED = 600.0
_TRIES = 5


@dataclass(frozen=True)
class StudyRun:
    """The folder of a study.

    Args:
        folder: holds manifest.json, plan.parquet, cases/ and, once all is done, summary.parquet.
    """

    folder: Path

    @property
    def manifest(self) -> dict[str, Any]:
        """What was planned, from which base, with which versions."""
        path = self.folder / MANIFEST
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(NOT_A_STUDY.at(Place(str(path)), path=self.folder, reason=f"{MANIFEST}: {error}")) from error
        if not isinstance(found, dict) or "study" not in found:
            raise InputError(NOT_A_STUDY.at(Place(str(path)), path=self.folder, reason=Words(f"{MANIFEST} lacks 'study'", f"{MANIFEST} 缺少“study”")))
        return found

    def parts(self) -> list[Path]:
        """The folders that hold cases, those that a larger one replaces left out, in order of name."""
        cases = self.folder / CASES
        found = sorted(p for p in cases.iterdir() if p.is_dir() and not p.name.startswith(".")) if cases.is_dir() else []
        replaced = {name for part in found for name in _replaced_by(part)}
        return [part for part in found if part.name not in replaced]

    def files(self, table: str) -> list[str]:
        """The Parquet files of a table: status, accounts or rules."""
        return [str(part / f"{table}.parquet") for part in self.parts()]

    def table(self, name: str) -> pd.DataFrame:
        """A small table of the study: plan or summary."""
        path = self.folder / f"{name}.parquet"
        if name == "summary" and not path.is_file() and (self.folder / PLAN).is_file():
            raise InputError(NOT_GATHERED.at(Place(), path=self.folder))
        try:
            return pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise InputError(NOT_A_STUDY.at(Place(str(path)), path=self.folder, reason=f"{path.name}: {error}")) from error

    def finished(self, time_limit: float | None) -> np.ndarray:
        """Ids of the cases that need not be solved again; one that stopped at a shorter limit of time does.

        Args:
            time_limit: seconds that a case has now; None: no limit.

        Raises:
            InputError: R310, a part cannot be read.
        """
        return steadily(self, lambda: self._finished(time_limit))

    def _finished(self, time_limit: float | None) -> np.ndarray:
        found = []
        for file in self.files("status"):
            read = parquet.read_table(file, columns=["case", "status", "time_limit"]).to_pandas()
            limit = np.inf if time_limit is None else time_limit
            done = (read["status"] != "stopped") | (read["time_limit"].fillna(np.inf) >= limit)
            found.append(np.array([int(name, 16) for name in read.loc[done, "case"]], dtype=np.uint64))
        return np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.uint64)

    def write_part(self, name: str, tables: dict[str, pa.Table], replaces: tuple[str, ...] = ()) -> None:
        """Write a part under its name, whole or not at all; one of that name that is there already holds the same.

        Raises:
            InputError: R102, the disk does not take it.
        """

        def write(folder: Path) -> None:
            for table, content in tables.items():
                parquet.write_table(content, folder / f"{table}.parquet", compression="zstd")

        self._part(name, write, replaces)

    def _part(self, name: str, write: Callable[[Path], None], replaces: tuple[str, ...]) -> None:
        target = self.folder / CASES / name
        if target.is_dir():
            return
        try:
            with new_folder(target) as folder:
                write(folder)
                if replaces:
                    (folder / _REPLACES).write_text(json.dumps(replaces), encoding="utf-8")
        except InputError:
            # Another process has just written the same.
            if not target.is_dir():
                raise

    def write_json(self, name: str, data: Any) -> None:
        """Write a small file whole or not at all."""
        with new_file(self.folder / name) as path:
            path.write_text(json.dumps(data, ensure_ascii=False, indent=1, default=str), encoding="utf-8")

    def write_frames(self, name: str, frames: Iterator[pd.DataFrame]) -> None:
        """Write a table block by block, whole or not at all."""
        with new_file(self.folder / name) as path:
            writer = None
            for frame in frames:
                table = pa.Table.from_pandas(frame, preserve_index=False)
                writer = writer or parquet.ParquetWriter(path, table.schema, compression="zstd")
                writer.write_table(table.cast(writer.schema))
            if writer is not None:
                writer.close()

    def tidy(self) -> None:
        """Remove what larger parts have replaced, and what a kill has left half-written."""
        cases = self.folder / CASES
        replaced = {name for part in self.parts() for name in _replaced_by(part)}
        for folder in list(cases.iterdir()) if cases.is_dir() else []:
            if folder.name in replaced or (folder.name.startswith(".") and folder.name.endswith(UNFINISHED) and _is_abandoned(folder)):
                shutil.rmtree(folder, ignore_errors=True)

    def _join(self, parts: list[Path], names: tuple[str, ...]) -> None:
        try:
            self._part(f"{_COMPACT}{names[0]}-{len(names)}", lambda folder: _merge(parts, folder), names)
        except InputError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise error.__cause__ from error
            raise

    def compact(self) -> None:
        """Put many small parts into few large ones, a table at a time and a part at a time, so that memory stays as it is.

        Raises:
            InputError: R102, the disk does not take it; R310, a part cannot be read.
        """
        steadily(self, self._compact)

    def _compact(self) -> None:
        self.tidy()
        small = [part for part in self.parts() if not part.name.startswith(_COMPACT)]
        batch: list[Path] = []
        cases = 0
        for part in [*small, None]:
            if part is None or cases >= _CASES_IN_A_PART:
                if len(batch) > 1:
                    names = tuple(each.name for each in batch)
                    self._join(batch, names)
                batch, cases = [], 0
            if part is not None:
                batch.append(part)
                cases += parquet.read_metadata(part / "status.parquet").num_rows
        self.tidy()
        pa.default_memory_pool().release_unused()


def _is_file_gone(error: Exception) -> bool:
    return isinstance(error, FileNotFoundError)


def steadily(
    study: StudyRun, read: Callable[[], T], errors: tuple[type[Exception], ...] = (OSError, ValueError), is_gone: Callable[[Exception], bool] = _is_file_gone
) -> T:
    """What reading the parts of a study gives; where another process has put them together meanwhile they are listed and read again.

    Args:
        study: whose parts are read.
        read: lists and reads them.
        errors: what reading may raise.
        is_gone: whether an error says that a part is not there any more.

    Raises:
        InputError: R310, a file is damaged, or gone for good.
    """
    tries = 0
    while True:
        try:
            return read()
        except errors as error:
            tries += 1
            if tries > _TRIES or not is_gone(error):
                raise InputError(UNREADABLE.at(Place(str(study.folder)), reason=str(error).splitlines()[0])) from error


def _is_abandoned(folder: Path) -> bool:
    try:
        return time.time() - folder.stat().st_mtime > _ABANDONED
    except FileNotFoundError:
        return False


def _replaced_by(part: Path) -> list[str]:
    path = part / _REPLACES
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else []


def _merge(parts: list[Path], folder: Path) -> None:
    """The tables of several parts one after another in one file each, in groups of rows that are worth reading."""
    for table in TABLES:
        writer, waiting, rows = None, [], 0
        for part in parts:
            content = parquet.read_table(part / f"{table}.parquet")
            waiting.append(content)
            rows += content.num_rows
            if rows >= _ROWS_IN_A_GROUP or part is parts[-1]:
                joined = pa.concat_tables(waiting).unify_dictionaries().combine_chunks()
                writer = writer or parquet.ParquetWriter(folder / f"{table}.parquet", joined.schema, compression="zstd")
                writer.write_table(joined)
                waiting, rows = [], 0
        if writer is not None:
            writer.close()


def open_study(path: Path) -> StudyRun:
    """A study by its folder, or the latest of a study's name.

    Raises:
        InputError: R301.
    """
    if (path / MANIFEST).is_file():
        found = StudyRun(path)
        found.manifest  # noqa: B018 is read to see that it can be
        return found
    inside = [p.parent for p in path.glob(f"*/{MANIFEST}") if (p.parent / PLAN).is_file()] if path.is_dir() else []
    if not inside:
        reason = Words(f"it holds no {MANIFEST}", f"其中没有 {MANIFEST}") if path.is_dir() else Words("there is no such folder", "没有这个文件夹")
        raise InputError(NOT_A_STUDY.at(Place(), path=path, reason=reason))
    return StudyRun(max(inside, key=lambda folder: (folder / MANIFEST).stat().st_mtime_ns))


def is_study(path: Path) -> bool:
    """Whether a folder holds a study, itself or below its name, rather than a run."""
    return (path / PLAN).is_file() or any(path.glob(f"*/{PLAN}"))
