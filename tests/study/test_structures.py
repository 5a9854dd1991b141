"""A structure is measured once: by one process for all, and by one call for those that follow."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from saltloop.analysis.batch import structures
from saltloop.analysis.batch.engine import Engine, Job, variation_of
from saltloop.analysis.batch.plan import CasePlan
from saltloop.analysis.batch.pool import Interrupts, in_a_pool
from saltloop.analysis.batch.run import How, run_study
from saltloop.analysis.batch.structures import STRUCTURES, Structures, build_one
from saltloop.analysis.batch.work import Task, solve_chunk
from saltloop.analysis.variation import Variation
from saltloop.formulation.arrays import Arrays, arrays_of, difference, in_order_of, on_one_layout
from saltloop.results.study import StudyRun
from study.files import BASE, study_of

TEXT = """\
options: {rules.cap.at_most: [90 kt, 87 kt]}
states:
  prices.potash: {triangular: [-20 %, 0 %, +10 %]}
  sample: {latin_hypercube: 6, seed: 3}
"""


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The cases that this process builds in full, as they come."""
    cases: list[Any] = []
    build = Variation.build

    def counted(self: Variation, values: Any) -> Any:
        cases.append(values)
        return build(self, values)

    monkeypatch.setattr(Variation, "build", counted)
    return cases


def shelved(folder: Path, text: str = TEXT, base: str = BASE) -> tuple[Variation, Structures]:
    study = study_of(folder, text, base)
    variation = variation_of(study, 12)
    shelf = Structures(folder / STRUCTURES, CasePlan(study, {}).base)
    variation.shelf = shelf
    return variation, shelf


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.npz"))


def test_what_one_measured_another_reads_to_the_last_bit(tmp_path: Path, built: list[Any]) -> None:
    values = {"rules.cap.at_most": "88 kt", "prices.potash": "-7 %"}
    first, again = shelved(tmp_path)[0], shelved(tmp_path)[0]
    measured = first.arrays(values)
    assert len(built) > 6
    assert len(files(tmp_path)) == 1
    built.clear()
    read = again.arrays(values)
    assert built == []
    assert np.array_equal(read.numbers, measured.numbers)
    assert read.layout.columns == measured.layout.columns
    assert read.layout.rows == measured.layout.rows
    assert read.layout.row_units == measured.layout.row_units
    assert difference(read, build_one(again, values) or measured)[0] < 1e-11
    assert not read.layout.is_named


@pytest.mark.parametrize(
    ("old", "new"), [("87 kt", "86 kt"), ("+10 %", "+11 %"), ("90 kt}", "91 kt}"), ("2025]", "2025]\ndiscount_rate: 7 %")], ids=["level", "end", "rule", "base"]
)
def test_what_was_measured_of_something_else_is_not_taken(tmp_path: Path, old: str, new: str, built: list[Any]) -> None:
    values = {"rules.cap.at_most": "88 kt", "prices.potash": "-7 %"}
    shelved(tmp_path)[0].arrays(values)
    built.clear()
    assert old in TEXT + BASE
    shelved(tmp_path, TEXT.replace(old, new), BASE.replace(old, new))[0].arrays(values)
    assert len(built) > 6
    assert len(files(tmp_path)) == 2


def test_other_sources_of_the_package_or_another_file_of_the_pack_are_something_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    variation, shelf = shelved(tmp_path)
    usual = shelf.path(variation, ())
    assert shelf.path(variation, ()) == usual
    assert shelf.path(variation, ("a",)) != usual
    monkeypatch.setattr(structures, "sources", lambda: "other")
    assert shelf.path(variation, ()) != usual
    study = study_of(tmp_path, TEXT)
    assert CasePlan(study, {}).base == shelf.base
    monkeypatch.setitem(study.base.pack.hashes, next(iter(study.base.pack.hashes)), "other")
    assert CasePlan(study, {}).base != shelf.base


def test_a_damaged_file_costs_only_the_time_to_measure_again(tmp_path: Path, built: list[Any]) -> None:
    values = {"rules.cap.at_most": "88 kt", "prices.potash": "-7 %"}
    measured = shelved(tmp_path)[0].arrays(values)
    (file,) = files(tmp_path)
    file.write_bytes(file.read_bytes()[:-200])
    built.clear()
    assert np.array_equal(shelved(tmp_path)[0].arrays(values).numbers, measured.numbers)
    assert len(built) > 6


def test_parts_of_an_array_of_jobs_and_later_calls_measure_nothing_again(tmp_path: Path, built: list[Any]) -> None:
    study = study_of(tmp_path, TEXT)
    run_study(study, tmp_path / "out", How(workers=1, chunk=2, task=(1, 2)))
    assert len(built) > 6
    built.clear()
    folder, progress = run_study(study, tmp_path / "out", How(workers=1, chunk=2))
    assert (progress.before, progress.solved) == (6, 6)
    assert len(built) == 1, "only what names the rows and columns"
    assert len(files(folder.folder)) == 1


def test_processes_of_a_pool_share_what_is_measured(tmp_path: Path, built: list[Any]) -> None:
    study = study_of(tmp_path, TEXT)
    folder, progress = run_study(study, tmp_path / "out", How(workers=2, chunk=3))
    assert progress.counts == {"optimal": 12}
    assert built == [], "the programmes are built by the processes"
    assert len(files(folder.folder)) == 1
    alone, _ = run_study(study, tmp_path / "alone", How(workers=1))
    pd.testing.assert_frame_equal(objectives(folder), objectives(alone), rtol=1e-9)


def objectives(folder: StudyRun) -> pd.DataFrame:
    return pd.concat([pd.read_parquet(file) for file in folder.files("status")])[["case", "status", "objective"]].sort_values("case", ignore_index=True)


def test_names_from_another_process_are_put_in_the_order_of_the_numbers(tmp_path: Path) -> None:
    variation, _ = shelved(tmp_path)
    program = variation.build({}).program
    layout = variation.arrays({"rules.cap.at_most": "88 kt", "prices.potash": "-7 %"}).layout
    assert in_order_of(program, layout) is program
    turned = type(program).of_frames(program.columns.iloc[::-1].reset_index(drop=True), program.rows, program.matrix, program.stages, program.objective_unit)
    found = in_order_of(turned, layout)
    assert tuple(found.across.keys()) == layout.columns
    assert tuple(found.down.keys()) == layout.rows
    assert found.position("account").to_dict() == program.position("account").to_dict()


def test_what_is_measured_before_the_processes_start_is_solved_by_them(tmp_path: Path) -> None:
    study = study_of(tmp_path, TEXT)
    variation = variation_of(study, 12)
    tasks = [Task(f"{n:016x}", {"rules.cap.at_most": "88 kt", "prices.potash": f"{-n} %"}) for n in range(1, 5)]
    assert variation.is_patched(tasks[0].values)
    job = Job(variation, study.pack, study.places)
    with Interrupts() as interrupts:
        (done,) = in_a_pool(job, [], iter([tasks]), interrupts, 1)
    alone = solve_chunk(Engine(job), tasks)
    for name in ("case", "status"):
        assert done.tables["status"][name].to_pylist() == alone.tables["status"][name].to_pylist()
    np.testing.assert_allclose(done.tables["status"]["objective"], alone.tables["status"]["objective"], rtol=1e-9)
    np.testing.assert_allclose(done.tables["accounts"]["total"], alone.tables["accounts"]["total"], rtol=1e-9, atol=1e-6)


def test_programmes_from_other_processes_are_put_on_one_layout_too(tmp_path: Path) -> None:
    """One of them lacks an entry, as where a coefficient is zero at one end of a path."""
    program = shelved(tmp_path)[0].build({}).program
    poorer = program.matrix.copy()
    poorer.data[3] = 0.0
    here = arrays_of(replace(program, matrix=poorer)), arrays_of(program)
    wanted = on_one_layout(here)
    for several in (pickle.loads(pickle.dumps(here)), (sent(here[0]), here[1]), (here[0], sent(here[1]))):
        found = on_one_layout(several)
        assert found[0].layout is found[1].layout
        assert found[0].layout.columns == wanted[0].layout.columns
        assert found[0].layout.row_units == wanted[0].layout.row_units
        assert [each.numbers.tolist() for each in found] == [each.numbers.tolist() for each in wanted]


def sent(arrays: Arrays) -> Arrays:
    """As another process receives it."""
    found: Arrays = pickle.loads(pickle.dumps(arrays))
    return found
