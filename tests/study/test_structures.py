"""A structure is measured once: by one process for all, and by one call for those that follow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from saltloop.analysis.batch import structures
from saltloop.analysis.batch.engine import variation_of
from saltloop.analysis.batch.plan import CasePlan
from saltloop.analysis.batch.run import How, run_study
from saltloop.analysis.batch.structures import STRUCTURES, Structures, build_one
from saltloop.analysis.variation import Variation
from saltloop.formulation.arrays import difference, in_order_of
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
