"""The summary of studies whose files are written by hand: no case of them was ever solved."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from saltloop.analysis.batch import summary
from saltloop.analysis.batch.summary import SUMMARY_COLUMNS, case_values, statuses, summarise
from saltloop.errors import InputError
from saltloop.results.study import StudyRun

PROFIT = {"name": "profit", "upper": "profit", "lower": None, "better": "higher", "unit": "CNY"}
SHARE = {"name": "waste_used/waste_made", "upper": "waste_used", "lower": "waste_made", "better": "higher", "unit": "1"}
Totals = dict[str, list[tuple[int, float]]]


def written(folder: Path, values: pd.DataFrame, measures: list[dict[str, str | None]], years: dict[str, float] | None = None) -> StudyRun:
    """A study of options (columns) and states (index); a case holds its accounts as lists of period and total, and None where it has no plan."""
    manifest = {
        "study": {"area": None},
        "objective": {"sense": "maximise", "unit": "CNY", "varies": True, "account": None},
        "years": years or {"2025": 1.0},
        "measures": measures,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    cases = [(f"{n:016x}", option, state) for n, (option, state) in enumerate((o, s) for o in values.columns for s in values.index)]
    pd.DataFrame(cases, columns=["case", "option", "state"], dtype="string").to_parquet(folder / "plan.parquet")
    run = StudyRun(folder)
    part(run, "first", {case: values.loc[state, option] for case, option, state in cases})
    return run


def part(run: StudyRun, name: str, cases: dict[str, Totals | None]) -> None:
    """A part with what became of some cases."""
    status = [(case, "infeasible" if found is None else "optimal", np.nan, "no room" if found is None else "") for case, found in cases.items()]
    accounts = [(case, period, "", a, total) for case, found in cases.items() for a, all_totals in (found or {}).items() for period, total in all_totals]
    frame = pd.DataFrame(status, columns=["case", "status", "objective", "reason_en"])
    folder = run.folder / "cases" / name
    folder.mkdir(parents=True)
    frame.assign(reason_zh=frame["reason_en"].replace("no room", "没有余地")).to_parquet(folder / "status.parquet")
    kinds = {"case": "str", "period": "int64", "area": "str", "account": "str", "total": "float64"}
    pd.DataFrame(accounts, columns=list(kinds)).astype(kinds).to_parquet(folder / "accounts.parquet")


def profits(numbers: dict[str, list[float]]) -> pd.DataFrame:
    """Cases with a profit in 2025, nan where there is no plan; states are named a, b, c."""
    frame = pd.DataFrame(numbers)
    frame.index = pd.Index([chr(ord("a") + n) for n in range(len(frame))])
    return frame.map(lambda number: None if np.isnan(number) else {"profit": [(2025, number)]}).astype(object)


def test_two_options_in_three_states_by_hand(tmp_path: Path) -> None:
    """Option x is better in a by 1 and in b by 2, worse in c by 6: worse on average, so two of three meetings turn the order."""
    found = summarise(written(tmp_path, profits({"y": [2.0, 3.0, 10.0], "x": [3.0, 5.0, 4.0]}), [PROFIT])).set_index("option")
    assert found.index.tolist() == ["y", "x"]
    assert found["mean"].tolist() == [5.0, 4.0]
    assert found["worst"].tolist() == [2.0, 3.0]
    assert found["best"].tolist() == [10.0, 5.0]
    assert found["median"].tolist() == [3.0, 4.0]
    assert found["quantile_25"].tolist() == [2.5, 3.5]
    assert found["regret_largest"].tolist() == [2.0, 6.0]
    assert found["regret_mean"].tolist() == [1.0, 2.0]
    assert found["minimax"].tolist() == [True, False]
    assert found["rank"].tolist() == [1, 2]
    assert found["rank_best"].tolist() == [1, 1]
    assert found["rank_worst"].tolist() == [2, 2]
    assert found["flips"].tolist() == [2 / 3, 2 / 3]
    assert found["pareto"].tolist() == [True, False]


def test_a_case_that_two_processes_solved_counts_once(tmp_path: Path) -> None:
    """Their totals differ by rounding; each year is counted for its five years."""
    values = pd.DataFrame({"x": {"a": {"waste_used": [(2025, 3.0), (2030, 1.0)], "waste_made": [(2025, 4.0), (2030, 4.0)]}}})
    run = written(tmp_path, values, [SHARE], {"2025": 5.0, "2030": 5.0})
    part(run, "second", {f"{0:016x}": {"waste_used": [(2025, 3.0 - 1e-12), (2030, 1.0)], "waste_made": [(2025, 4.0), (2030, 4.0 - 1e-12)]}})
    assert case_values(run)["value"].tolist() == pytest.approx([0.5], rel=1e-9)
    assert summarise(run)["states"].tolist() == [1]


def test_an_option_without_a_plan_somewhere_says_why(tmp_path: Path) -> None:
    found = statuses(written(tmp_path, profits({"x": [1.0, np.nan, np.nan], "w": [1.0, 2.0, 3.0]}), [PROFIT]))
    assert found.to_dict("list") == {
        "option": ["w", "x", "x"],
        "status": ["optimal", "infeasible", "optimal"],
        "cases": [3, 2, 1],
        "share": [1.0, 2 / 3, 1 / 3],
        "reason_en": ["", "no room", ""],
        "reason_zh": ["", "没有余地", ""],
    }


def test_how_often_the_order_turns_is_counted_pair_by_pair(tmp_path: Path) -> None:
    """Against the same count state by state, with holes."""
    random = np.random.default_rng(3)
    numbers = pd.DataFrame(random.normal(size=(40, 6)) + np.linspace(0, 1, 6), columns=list("uvwxyz"))
    numbers = numbers.mask(random.random(numbers.shape) < 0.2)
    numbers.index = pd.Index([f"state {n}" for n in range(40)])
    cases = numbers.map(lambda number: None if np.isnan(number) else {"profit": [(2025, number)]}).astype(object)
    found = summarise(written(tmp_path, cases, [PROFIT])).set_index("option")["flips"]
    for option in numbers:
        apart = [(numbers[option] - numbers[other]).dropna() for other in numbers if other != option]
        turned = sum(int((np.sign(each) != np.sign(each.mean())).sum()) for each in apart)
        assert found[option] == turned / sum(map(len, apart))


def test_a_study_that_compares_nothing_has_an_empty_summary(tmp_path: Path) -> None:
    run = written(tmp_path, profits({"x": [1.0, 2.0]}), [])
    assert summarise(run).empty
    assert tuple(summarise(run).columns) == SUMMARY_COLUMNS
    assert case_values(run).empty


def test_where_little_memory_does_not_do_more_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = written(tmp_path, profits({"y": [2.0, 3.0, 10.0], "x": [3.0, 5.0, 4.0]}), [PROFIT])
    wanted, asked, opened = summarise(run), list[str](), summary._opened

    def counted(study: StudyRun, memory: str):  # type: ignore[no-untyped-def]
        asked.append(memory)
        return opened(study, memory)

    monkeypatch.setattr(summary, "_opened", counted)
    monkeypatch.setattr(summary, "_LITTLE", "300KB")
    pd.testing.assert_frame_equal(summarise(run), wanted)
    assert asked == ["300KB", summary._MUCH]
    assert not list((run.folder / "cases").glob(".*"))


@pytest.mark.parametrize("table", ["status", "accounts"])
@pytest.mark.parametrize("content", [b"no table", b""])
def test_a_damaged_part_is_told_with_what_to_do(tmp_path: Path, table: str, content: bytes) -> None:
    run = written(tmp_path, profits({"x": [1.0, 2.0]}), [PROFIT])
    file = run.folder / "cases" / "first" / f"{table}.parquet"
    file.write_bytes(content)
    reads: list[Callable[[StudyRun], object]] = [summarise, case_values, statuses]
    for read in [*reads, lambda study: study.finished(None)] if table == "status" else reads:
        with pytest.raises(InputError, match=f"R310.*{table}.parquet") as told:
            read(run)
        assert "saltloop batch" in told.value.text("zh")


def test_a_part_that_is_gone_for_good_is_told_and_one_that_comes_back_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = written(tmp_path, profits({"x": [1.0, 2.0]}), [PROFIT])
    wanted, file, opened = summarise(run), run.folder / "cases" / "first" / "accounts.parquet", summary._opened
    content, tries = file.read_bytes(), list[str]()

    def counted(study: StudyRun, memory: str):  # type: ignore[no-untyped-def]
        tries.append(memory)
        if len(tries) == 3:
            file.write_bytes(content)
        return opened(study, memory)

    monkeypatch.setattr(summary, "_opened", counted)
    file.unlink()
    pd.testing.assert_frame_equal(summarise(run), wanted)
    assert len(tries) == 3
    file.unlink()
    with pytest.raises(InputError, match="R310"):
        summarise(run)


def test_what_else_the_disk_refuses_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is no part that another process has put away: nothing is tried again."""
    run, tries = written(tmp_path, profits({"x": [1.0, 2.0]}), [PROFIT]), list[str]()

    def full(_: StudyRun, memory: str):  # type: ignore[no-untyped-def]
        tries.append(memory)
        raise duckdb.IOException("IO Error: Could not write file: No space left on device\nLINE 1")

    monkeypatch.setattr(summary, "_opened", full)
    with pytest.raises(InputError, match=r"R310.*No space left on device"):
        summarise(run)
    assert len(tries) == 1
