"""A run is written whole or not at all, can be checked from its files, and a changed number is found."""

from __future__ import annotations

import errno
import json
import math
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from everything import CHOICES, EVERYTHING
from rules.works import WORKS
from saltloop.analysis.plan import write_plan
from saltloop.errors import InputError
from saltloop.results import run as files
from saltloop.results import workbook
from saltloop.results.run import MANIFEST, Run, open_run
from saltloop.results.verify import verify
from tiny import plan_of, run_of


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with every equation and rule kind."""
    return run_of(tmp_path_factory.mktemp("results"), EVERYTHING, **CHOICES)


def left_in(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


TABLES = {
    "flows",
    "activities",
    "trades",
    "capacity",
    "accounts",
    "rules",
    "limits",
    "charges",
    "values",
    "entry",
    "ledger",
    "names",
    "indicators",
    "scores",
    "products",
}


def test_a_run_leaves_its_tables_its_arrays_a_workbook_and_a_manifest(written: Run) -> None:
    arrays = {f"program/{name}.parquet" for name in ("rows", "columns", "matrix")}
    assert set(left_in(written.folder)) == {f"{name}.parquet" for name in TABLES} | arrays | {MANIFEST, "results.xlsx"}
    assert [p.name for p in written.folder.parent.iterdir()] == [written.folder.name]


def test_a_run_can_be_checked_from_its_files_alone(written: Run) -> None:
    findings = verify(Run(written.folder))
    assert [(f.check[0], f.error) for f in findings if not f.holds] == []
    assert len(findings) == 9


def test_a_violation_is_found_in_a_row_of_tiny_terms(written: Run, tmp_path: Path) -> None:
    """A row counted in units so large that all its terms are tiny: broken by a tenth it is found, though the tenth is next to nothing."""
    folder = tmp_path / "run"
    shutil.copytree(written.folder, folder)
    columns, rows, entries = (pd.read_parquet(folder / f"program/{name}.parquet") for name in ("columns", "rows", "matrix"))
    left = entries.assign(term=entries["coefficient"] * entries["column"].map(columns["value"])).groupby("row")["term"].sum()
    row = int(left[(left > 1) & (rows["dual"] == 0)].idxmax())
    entries.loc[entries["row"] == row, "coefficient"] *= 2.0**-60
    rows.loc[row, ["lower", "upper"]] = -math.inf, left[row] * 0.9 * 2.0**-60
    for name, frame in (("rows", rows), ("matrix", entries)):
        frame.to_parquet(folder / f"program/{name}.parquet", index=False)
    found = next(f for f in verify(Run(folder)) if "certificate" in f.check[0])
    assert not found.holds


def test_the_manifest_tells_objective_certificate_and_versions(written: Run) -> None:
    told = written.manifest
    assert told["status"] == "optimal"
    assert told["objective"]["unit"] == "CNY"
    assert told["objective"]["stages"][0]["accounts"] == {"profit": 1.0}
    assert set(told["certificate"]) == {"primal_infeasibility", "dual_infeasibility", "complementarity", "objective_gap"}
    assert told["versions"]["highspy"]


# The extra writer, what is then told, and whether it is told as a problem of the disk.
def _full(folder: Path) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _stopped(folder: Path) -> None:
    raise KeyboardInterrupt


def _broken(folder: Path) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize(("extra", "error"), [(_full, InputError), (_stopped, KeyboardInterrupt), (_broken, ZeroDivisionError)])
def test_a_run_that_is_not_complete_leaves_no_folder(tmp_path: Path, extra: Callable[[Path], None], error: type[BaseException]) -> None:
    target = tmp_path / "scenario" / "moment"
    frame = pd.DataFrame({"value": [1.0]})
    with pytest.raises(error):
        files.write_run(target, {"flows": frame}, {"rows": pa.Table.from_pandas(frame)}, {"status": "optimal"}, (extra,))
    assert left_in(tmp_path) == []
    assert not target.exists()
    assert list((tmp_path / "scenario").iterdir()) == []


def test_a_full_disk_is_told_in_words_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="R102") as told:
        files.write_run(tmp_path / "a" / "b", {}, {}, {}, (_full,))
    assert "No space left on device" in told.value.text("en")
    assert "--out" in told.value.text("zh")
    # A programme was built and solved; of input that cannot be used the last line says that none was.
    assert told.value.text("en").endswith("\n1 problem.")
    assert told.value.text("zh").endswith("\n共 1 个问题。")


def test_a_run_never_replaces_another(tmp_path: Path) -> None:
    files.write_run(tmp_path / "run", {}, {}, {"status": "first"})
    with pytest.raises(InputError, match="R102"):
        files.write_run(tmp_path / "run", {}, {}, {"status": "second"})
    assert Run(tmp_path / "run").manifest["status"] == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_a_run_killed_half_way_does_not_look_like_a_run(tmp_path: Path) -> None:
    """Killed without warning, a hidden temporary folder stays; the last complete run is still the one that opens."""
    killed = tmp_path / ".20300101T000000000Z.abcd1234.part"
    killed.mkdir()
    (killed / MANIFEST).write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="R101"):
        open_run(tmp_path)
    files.write_run(tmp_path / "20250101T000000000Z", {}, {}, {"status": "optimal"})
    assert open_run(tmp_path).folder.name == "20250101T000000000Z"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 200 kB; only root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_fills_up_while_writing_leaves_nothing(small_disk: Path) -> None:
    with pytest.raises(InputError, match="R102"):
        run_of(small_disk, EVERYTHING, **CHOICES)
    assert left_in(small_disk) == []


def test_a_disk_that_fills_up_with_the_workbook_leaves_nothing(small_disk: Path, tmp_path: Path) -> None:
    """The tables fit, the workbook does not: the library that writes it has its own errors."""
    kept = workbook.write_workbook

    def after_the_disk_is_full(path: Path, *rest: object) -> None:
        free = os.statvfs(path.parent)
        (path.parent / "filler").write_bytes(b"x" * (free.f_bavail * free.f_frsize - 4096))
        kept(path, *rest)  # type: ignore[arg-type]

    patch = pytest.MonkeyPatch()
    patch.setattr(workbook, "write_workbook", after_the_disk_is_full)
    try:
        with pytest.raises(InputError, match="R102"):
            run_of(small_disk, "sites a | commodities salt t | markets shop supply")
    finally:
        patch.undo()
    assert left_in(small_disk) == []


def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(InputError, match="R102"):
        write_plan(plan_of(tmp_path, WORKS.replace("areas nation", "")), tmp_path / "results")


def changed(frame: pd.DataFrame, column: str, choose: Callable[[pd.DataFrame], pd.Series]) -> pd.DataFrame:
    """The frame with one number of the chosen lines moved by a thousandth and a little."""
    frame, place = frame.copy(), choose(frame).to_numpy().nonzero()[0][0]
    position = frame.columns.get_loc(column)
    frame.iloc[place, position] = float(frame.iloc[place, position]) * 1.001 + 0.01
    return frame


def largest(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda frame: frame[column].abs() == frame[column].abs().max()


SITES, NAMED = ("lake", "park", "town"), ("all", "north")
TAMPERED: dict[str, tuple[str, str, Callable[[pd.DataFrame], pd.Series], set[str]]] = {
    "a flow": ("flows", "value", largest("value"), {"comes in"}),
    "an account of a site": ("accounts", "value", lambda f: (f["area"] == "park") & (f["account"] == "co2"), {"accounts equal", "areas equal", "arrays"}),
    "an account of an area": ("accounts", "value", lambda f: (f["area"] == "north") & (f["account"] == "co2"), {"areas equal"}),
    "a total": ("accounts", "total", lambda f: f["area"] == "all", {"areas equal"}),
    "a coefficient of the ledger": ("ledger", "coefficient", largest("value"), {"accounts equal", "line of the ledger"}),
    "an amount of the ledger": ("ledger", "amount", largest("amount"), {"line of the ledger"}),
    "a value of the ledger": ("ledger", "value", largest("value"), {"line of the ledger"}),
    "an activity": ("activities", "value", lambda f: f["process"] == "pond", {"arrays"}),
    "a trade": ("trades", "value", lambda f: f["side"] == "sell", {"accounts equal", "line of the ledger"}),
    "a charge": ("charges", "value", lambda f: f["value"] > 0, {"accounts equal", "line of the ledger"}),
    "a capacity": ("capacity", "total", largest("total"), {"capacity ="}),
    "a dual of a rule": ("rules", "dual", lambda f: f["dual"].abs() > 1, {"arrays"}),
    "a marginal value": ("values", "marginal_value", largest("marginal_value"), {"arrays"}),
    "a dual in the arrays": ("program/rows", "dual", largest("dual"), {"certificate"}),
    "a right side in the arrays": ("program/rows", "upper", lambda f: (f["upper"] > 1) & (f["upper"] < 1e9) & (f["dual"] > 1), {"certificate"}),
    "a value in the arrays": ("program/columns", "value", lambda f: f["name"].str.startswith("activity") & (f["value"] > 1), {"certificate"}),
    "a cost in the arrays": ("program/columns", "cost", largest("cost"), {"certificate"}),
    "a coefficient in the arrays": ("program/matrix", "coefficient", largest("coefficient"), {"certificate"}),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_changed_number_is_found_by_the_check_that_it_breaks(written: Run, tmp_path: Path, what: str) -> None:
    table, column, choose, broken = TAMPERED[what]
    folder = tmp_path / "run"
    shutil.copytree(written.folder, folder)
    changed(written.table(table), column, choose).to_parquet(folder / f"{table}.parquet", index=False)
    failed = [f.check[0] for f in verify(Run(folder)) if not f.holds]
    for word in broken:
        assert any(word in check for check in failed), failed
    assert len(failed) <= len(broken) + 2


@pytest.mark.parametrize("stage", ["value", "accounts"])
def test_a_changed_objective_is_found(written: Run, tmp_path: Path, stage: str) -> None:
    folder = tmp_path / "run"
    shutil.copytree(written.folder, folder)
    manifest = written.manifest
    first = manifest["objective"]["stages"][0]
    first[stage] = {"profit": 1.1} if stage == "accounts" else first["value"] * 1.001
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    assert [f.check[0] for f in verify(Run(folder)) if not f.holds] == ["the objective equals its weighted accounts"]


def test_a_line_taken_out_is_found(written: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(written.folder, folder)
    written.table("flows").iloc[1:].to_parquet(folder / "flows.parquet", index=False)
    assert any(not f.holds and "comes in" in f.check[0] and f.where for f in verify(Run(folder)))


def test_a_file_that_is_missing_is_told(written: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(written.folder, folder)
    (folder / "flows.parquet").unlink()
    with pytest.raises(InputError, match=r"R101.*flows.parquet"):
        verify(Run(folder))
