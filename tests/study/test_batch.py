"""Batches on the toy pack: what is kept through kills, tasks, lost workers and compaction, and that nothing is solved twice."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet

from saltloop.analysis.batch import work
from saltloop.analysis.batch.engine import Answer, Engine, Job, variation_of
from saltloop.analysis.batch.plan import CasePlan
from saltloop.analysis.batch.run import How, Progress, run_study
from saltloop.analysis.batch.summary import case_values, statuses, summarise
from saltloop.analysis.batch.work import Task, solve_chunk
from saltloop.errors import STOPPED, InputError, SolveError
from saltloop.formulation.arrays import Arrays
from saltloop.results.study import StudyRun, open_study
from saltloop.scenario.space import Values
from saltloop.scenario.study import Study, load_study
from study.files import BASE, MANY, PACKS, study_of, write_study
from tiny import solve_case, write_pack

ROOT = Path(__file__).parents[2]
ENV = {**{k: v for k, v in os.environ.items() if not k.startswith("SALTLOOP_")}, "PYTHONPATH": str(ROOT / "model")}
TEXT = """\
options: {rules.cap.at_most: [90 kt, 86.75 kt, 19 kt]}
states: {prices.potash: [0 %, -10 %], basins.lake_brine.draw_limit: [1.6 hm3, 1.62 hm3]}
compare: {value_added: higher, co2: lower, waste_used/waste_made: higher}
"""
HERE = How(workers=1, chunk=4)
# So few cases that each is built in full, which takes less than measuring what they share.
FEW = "options: {rules.cap.at_most: [90 kt, 19 kt]}\nstates: {prices.potash: [0 %, -10 %, -20 %]}\n"


def files_of(run: StudyRun) -> dict[str, float]:
    return {p.relative_to(run.folder).as_posix(): p.stat().st_mtime_ns for p in sorted((run.folder / "cases").rglob("*")) if p.is_file()}


def table(run: StudyRun, name: str) -> pd.DataFrame:
    return pd.concat([parquet.read_table(file).to_pandas() for file in run.files(name)], ignore_index=True)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return study_of(tmp_path_factory.mktemp("study"), TEXT)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return study_of(tmp_path_factory.mktemp("few"), FEW)


@pytest.fixture(scope="module")
def run(study: Study, tmp_path_factory: pytest.TempPathFactory) -> StudyRun:
    folder, progress = run_study(study, tmp_path_factory.mktemp("results"), HERE)
    assert (progress.cases, progress.solved) == (12, 12)
    return folder


def test_objectives_are_those_of_single_runs(run: StudyRun) -> None:
    """The answers of the toy pack's README: 140.7 M, 142.12 M with more brine, 140.65 M under the cap of 86.75 kt."""
    found = case_values(run).query("measure == 'value_added'").set_index(["option", "state"])["value"] / 1e6
    assert found["cap.at_most=90 kt", "potash=0 %; basins.lake_brine.draw_limit=1.6 hm3"] == pytest.approx(140.7)
    assert found["cap.at_most=90 kt", "potash=0 %; basins.lake_brine.draw_limit=1.62 hm3"] == pytest.approx(142.12)
    assert found["cap.at_most=86.75 kt", "potash=0 %; basins.lake_brine.draw_limit=1.6 hm3"] == pytest.approx(140.65)
    assert found["cap.at_most=90 kt", "potash=-10 %; basins.lake_brine.draw_limit=1.6 hm3"] == pytest.approx(140.7 - 80e3 * 200 / 1e6)


def test_accounts_and_rules_are_those_of_the_tables_of_a_run(study: Study, run: StudyRun) -> None:
    plan = CasePlan(study, {})
    engine = Engine(Job(variation_of(study, 12), study.pack, detail="sites"))
    for case in (0, 5):
        answer = engine.solve(plan.values(case))
        alone = solve_case(engine._case(plan.values(case)))
        wanted = alone.tables["accounts"].set_index(["period", "area", "account"])["value"]
        assert answer.reader is not None
        frame = answer.reader.accounts
        found = pd.Series(answer.accounts, index=pd.MultiIndex.from_frame(frame[["period", "area", "account"]]))
        assert set(wanted.index) <= set(found.index)
        np.testing.assert_allclose(found[wanted.index], wanted, rtol=1e-9, atol=1e-6)
        whole = wanted[wanted.index.get_level_values("area").isin(["lake", "park", "town"])].groupby("account").sum()
        found = found.sort_index()
        np.testing.assert_allclose(found.loc[2025, ""][whole.index], whole, rtol=1e-9, atol=1e-6)
        rules = alone.tables["rules"]
        for name in ("left", "bound", "slack", "dual"):
            np.testing.assert_allclose(answer.rules[name], rules[name], rtol=1e-9, atol=1e-6)  # type: ignore[index]
        assert answer.rules["binding"].tolist() == rules["binding"].tolist()  # type: ignore[index]


def test_a_case_without_a_plan_is_a_row_with_its_reason_in_both_languages(run: StudyRun) -> None:
    failed = table(run, "status").query("status == 'infeasible'")
    assert len(failed) == 4
    assert failed["reason_en"].str.contains("cannot hold together: rule 'cap'").all()
    assert failed["reason_en"].str.contains("Town").all()
    assert failed["reason_zh"].str.contains("不能同时满足：规则“cap”").all()
    assert set(table(run, "accounts")["case"]) == set(table(run, "status").query("status == 'optimal'")["case"])
    ended = statuses(run).set_index("option")
    assert ended.loc["cap.at_most=19 kt", "share"] == 1.0


LOOP = """
sites works | commodities salt t | markets shop supply | markets fair demand | market_tiers shop salt | market_tiers fair salt
prices salt 100 CNY/t shop | prices salt 80 CNY/t fair
commodities block t | processes press block | recipes press block make 1 | recipes press salt use 1 | capacities works press 5
market_tiers fair block | prices block 5
"""


def test_an_endless_case_is_a_row_too(tmp_path: Path) -> None:
    """What is bought for 100 and sold for 120 makes money without end."""
    write_pack(tmp_path / "data" / "tiny", LOOP)
    base = "title: {en: T, zh: 题}\nregion: tiny\nareas: [all]\nperiods: [2025]\nmaximise: gain\nprices: {year: 2025}\n"
    path = write_study(tmp_path, "states: {prices.salt.fair: [0 %, +50 %]}\n", base)
    folder, _ = run_study(load_study(path, data=str(tmp_path / "data")), tmp_path / "out", HERE)
    assert sorted(table(folder, "status")["status"]) == ["optimal", "unbounded"]
    said = table(folder, "status").query("status == 'unbounded'").iloc[0]
    assert "can grow together without end" in said["reason_en"]
    assert "buy: works, salt, shop" in said["reason_en"]
    assert "可以一起无限增长" in said["reason_zh"]


def test_a_combination_that_cannot_be_read_is_a_row_too(tmp_path: Path) -> None:
    """Of the town, which lies outside the zone, there is no account where only the zone is planned."""
    text = "options: {areas: [[zone], [region]]}\nstates: {rules.town: [off, {limit: co2, at_most: 1 kt, in: town}]}\n"
    folder, progress = run_study(study_of(tmp_path, text), tmp_path / "out", HERE)
    assert progress.counts == {"optimal": 3, "bad_input": 1}
    told = statuses(folder).query("status == 'bad_input'").iloc[0]
    assert told["option"] == "areas=[zone]"
    assert "study.yaml:4" in told["reason_en"]
    assert "town" in told["reason_zh"]


def test_a_value_that_no_rule_can_take_is_told_before_anything_is_solved(tmp_path: Path) -> None:
    text = "options: {bundles: {calm: {}, floor: {rules.cap.at_least: 10 kt}}}\n"
    with pytest.raises(InputError, match="S119"):
        study_of(tmp_path, text)


def test_regret_and_minimax_by_hand(tmp_path: Path) -> None:
    """The price of coal moves the profit of a plan; options are the objective's cap on CO2, in two states.

    value_added: 140.7 and 140.65 at 600 CNY/t coal. At 300 CNY/t every tonne of coal saves 300: 44.25 kt and 43.375 kt burnt.
    """
    study = study_of(
        tmp_path,
        "options: {rules.cap.at_most: [90 kt, 86.75 kt]}\nstates: {prices.coal: [0 %, -50 %]}\ncompare: {value_added: higher, co2: lower}\n",
    )
    folder, _ = run_study(study, tmp_path / "out", HERE)
    found = folder.table("summary").set_index(["option", "measure"])
    loose, tight = "cap.at_most=90 kt", "cap.at_most=86.75 kt"
    values = case_values(folder).query("measure == 'value_added'").set_index(["option", "state"])["value"]
    gap = values[loose] - values[tight]
    assert gap["coal=0 %"] == pytest.approx(0.05e6)
    assert found.loc[(tight, "value_added"), "regret_largest"] == pytest.approx(gap.max())
    assert found.loc[(tight, "value_added"), "regret_mean"] == pytest.approx(gap.mean())
    assert found.loc[(loose, "value_added"), "regret_largest"] == 0
    burnt = case_values(folder).query("measure == 'co2'").set_index(["option", "state"])["value"]
    assert burnt[tight, "coal=0 %"] == pytest.approx(86.75e3)
    assert found.loc[(loose, "co2"), "regret_largest"] == pytest.approx((burnt[loose] - burnt[tight]).max())
    assert bool(found.loc[(loose, "value_added"), "minimax"])
    assert bool(found.loc[(tight, "co2"), "minimax"])
    assert found["pareto"].all()
    assert found.loc[(loose, "value_added"), "rank"] == 1
    assert (found["flips"] == 0).all()


def test_an_option_that_fails_where_another_does_not_is_never_the_minimax_choice(run: StudyRun) -> None:
    found = run.table("summary").set_index(["option", "measure"])
    failing = found.loc["cap.at_most=19 kt"]
    assert (failing["feasible"] == 0).all()
    assert np.isinf(failing["regret_largest"]).all()
    assert failing["mean"].isna().all()
    assert not found.loc["cap.at_most=19 kt", "minimax"].any()
    assert found.loc[("cap.at_most=90 kt", "value_added"), "minimax"]
    assert found["rank"].groupby("measure").max().isna().sum() == 0


def test_nothing_is_solved_twice_and_more_options_only_add(study: Study, run: StudyRun, tmp_path: Path) -> None:
    before = files_of(run)
    again, progress = run_study(study, run.folder.parents[1], HERE)
    assert (progress.before, progress.solved, progress.wanted) == (12, 0, 0)
    assert again.folder == run.folder
    assert files_of(run) == before
    more, progress = run_study(study_of(study.path.parents[2], TEXT.replace("19 kt]", "19 kt, 88 kt]")), run.folder.parents[1], HERE)
    assert more.folder == run.folder
    assert (progress.before, progress.solved) == (12, 4)
    assert len(more.table("summary")) == 4 * 3
    assert set(before) <= set(files_of(run)) | {name for name in before if "compact" not in name}


def test_the_summary_can_be_made_again_from_the_files(run: StudyRun) -> None:
    pd.testing.assert_frame_equal(summarise(run), run.table("summary"), check_dtype=False)


def test_parts_of_an_array_of_jobs_are_gathered(few: Study, tmp_path: Path) -> None:
    for number in (1, 2):
        folder, progress = run_study(few, tmp_path, How(workers=1, chunk=1, task=(number, 2)))
        assert progress.solved == 3
    assert (folder.folder / "summary.parquet").is_file() is True
    gathered, progress = run_study(few, tmp_path, How(workers=1, chunk=1))
    assert (progress.before, progress.solved) == (6, 0)
    assert len(gathered.parts()) == 1
    assert len(table(gathered, "status")) == 6


def test_a_case_that_stopped_is_solved_again_with_more_time(few: Study, tmp_path: Path) -> None:
    folder, progress = run_study(few, tmp_path, How(workers=1, time_limit=0.0))
    assert set(progress.counts) <= {"stopped", "infeasible"}
    assert progress.counts["stopped"] > 0
    assert "Time limit" in table(folder, "status").query("status == 'stopped'")["reason_en"].iloc[0]
    _, same = run_study(few, tmp_path, How(workers=1, time_limit=0.0))
    assert same.solved == 0
    folder, progress = run_study(few, tmp_path, HERE)
    assert progress.counts["optimal"] == 3
    assert case_values(folder)["status"].value_counts()["optimal"] == 3


def test_an_answer_with_more_time_takes_the_place_of_the_stopped_one_though_their_chunks_are_the_same(few: Study, tmp_path: Path) -> None:
    run_study(few, tmp_path, How(workers=1, time_limit=0.0))
    folder, progress = run_study(few, tmp_path, How(workers=1))
    assert progress.counts["optimal"] == 3
    values = case_values(folder)
    assert values.query("status == 'optimal'")["value"].notna().sum() == 3
    assert set(statuses(folder)["status"]) == {"optimal", "infeasible"}
    assert not statuses(folder)["reason_en"].str.contains("Time limit").any()
    summary = summarise(folder)
    assert summary["mean"].notna().tolist() == [True, False]
    _, again = run_study(few, tmp_path, How(workers=1))
    assert again.solved == 0


def test_a_case_that_two_processes_solved_counts_once_though_rounding_differs(few: Study, tmp_path: Path) -> None:
    folder, _ = run_study(few, tmp_path, How(workers=1))
    before = case_values(folder)
    (part,) = folder.parts()
    twin = part.with_name("ffffffffffffffff")
    twin.mkdir()
    for name in ("status", "accounts", "rules"):
        content = parquet.read_table(part / f"{name}.parquet").to_pandas()
        if name == "accounts":
            content["total"] *= 1 + 1e-12
        content.to_parquet(twin / f"{name}.parquet")
    pd.testing.assert_frame_equal(case_values(folder), before, rtol=0)
    assert statuses(folder)["cases"].tolist() == [3, 3]


def test_two_processes_on_one_folder_leave_each_other_alone(few: Study, tmp_path: Path) -> None:
    folder, _ = run_study(few, tmp_path, How(workers=1, chunk=1, task=(1, 2)))
    cases = folder.folder / "cases"
    writing, left = cases / ".young.part", cases / ".old.part"
    for each in (writing, left):
        each.mkdir()
    os.utime(left, (0, 0))
    folder.compact()
    assert writing.is_dir()
    assert not left.exists()
    # What another process has written since this one looked is the same.
    (part,) = folder.parts()
    tables = {name: parquet.read_table(part / f"{name}.parquet") for name in ("status", "accounts", "rules")}
    is_dir = Path.is_dir
    with pytest.MonkeyPatch.context() as patch:
        seen: list[Path] = []
        patch.setattr(Path, "is_dir", lambda self: (seen.append(self) or len(seen) > 1 if self.name == part.name else True) and is_dir(self))
        folder.write_part(part.name, tables)
    assert len(seen) == 2
    assert folder.parts() == [part]


def test_parts_that_another_process_puts_together_meanwhile_are_listed_again(few: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = run_study(few, tmp_path, How(workers=1, chunk=1, task=(1, 2)))
    folder, _ = run_study(few, tmp_path, How(workers=1, chunk=1, task=(2, 2)))
    now, gone = folder.parts(), folder.folder / "cases" / "0123456789abcdef"
    listed: list[list[Path]] = []
    monkeypatch.setattr(StudyRun, "parts", lambda _: listed.append([gone, *now] if len(listed) % 3 == 0 else now) or listed[-1])
    assert len(folder.finished(None)) == 6
    assert statuses(folder)["cases"].sum() == 6
    assert len(summarise(folder)) == 2
    assert sum(gone in each for each in listed) >= 2


def test_compaction_that_is_cut_off_loses_and_doubles_nothing(few: Study, tmp_path: Path) -> None:
    folder, _ = run_study(few, tmp_path, How(workers=1, chunk=3, task=(1, 1)))
    (compact,) = folder.parts()
    content = table(folder, "status")
    replaced = folder.folder / "cases" / "0000000000000000"
    replaced.mkdir()
    for each in compact.glob("*.parquet"):
        (replaced / each.name).write_bytes(each.read_bytes())
    (compact / "replaces.json").write_text('["0000000000000000"]', encoding="utf-8")
    assert folder.parts() == [compact]
    assert len(table(folder, "status")) == len(content)
    (folder.folder / "cases" / ".half.part").mkdir()
    os.utime(folder.folder / "cases" / ".half.part", (0, 0))
    folder.compact()
    assert [p.name for p in (folder.folder / "cases").iterdir()] == [compact.name]


# `saltloop batch` in a process that strikes itself, so that the moment does not depend on how quick the machine is.
STRUCK = """
import os, signal, sys
from pyarrow import parquet
from saltloop.interfaces import cli
write, calls = parquet.write_table, []
def struck(table, path, **more):
    calls.append(path)
    if len(calls) == {call}:
        {stroke}
    write(table, path, **more)
parquet.write_table = struck
sys.argv = ["saltloop", *sys.argv[1:]]
cli.main()
"""
KILL, INTERRUPT = "os.kill(os.getpid(), signal.SIGKILL)", "os.killpg(0, signal.SIGINT)"


def struck(tmp_path: Path, stroke: str, call: int, workers: int, heeds: signal.Handlers = signal.SIG_DFL) -> tuple[subprocess.CompletedProcess[str], Path]:
    """A batch that is struck when it writes its n-th file, and its folder of cases; three files make a part. It heeds interrupts, or does not."""
    path, out = write_study(tmp_path, MANY), tmp_path / "out"
    words = ["batch", str(path), "--data", str(PACKS), "--out", str(out), "--workers", str(workers)]
    script = STRUCK.format(stroke=stroke, call=call)
    # A session of its own, so that an interrupt of the whole group, which is what a terminal sends, does not reach this process.
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        env=ENV,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, heeds),
        check=False,
    )
    (cases,) = out.glob("study/*/cases")
    return done, cases


@pytest.mark.parametrize(("call", "kept", "workers"), [(6, 4, 1), (4, 4, 2)])
def test_a_kill_loses_at_most_the_chunks_under_way(tmp_path: Path, call: int, kept: int, workers: int) -> None:
    """Chunks of four cases; the second dies half-written."""
    child, cases = struck(tmp_path, KILL, call, workers)
    assert child.returncode == -signal.SIGKILL
    halves = [p for p in cases.iterdir() if p.name.startswith(".")]
    assert halves != []
    for half in halves:
        os.utime(half, (0, 0))
    assert len(StudyRun(cases.parent).finished(None)) == kept
    folder, progress = run_study(study_of(tmp_path, MANY), tmp_path / "out", How(workers=1))
    assert (progress.cases, progress.before, progress.solved) == (30, kept, 30 - kept)
    status = table(folder, "status")
    assert len(status) == 30
    assert status["case"].is_unique
    assert [p.name for p in cases.iterdir() if p.name.startswith(".")] == []


def test_an_interrupt_keeps_what_is_finished_and_says_so(tmp_path: Path) -> None:
    child, cases = struck(tmp_path, INTERRUPT, 1, 2)
    assert child.returncode == 130
    assert "Traceback" not in child.stderr
    assert "nothing half-written" in child.stderr
    counted = re.search(r"^(\d+) cases in", child.stderr, re.MULTILINE)
    assert counted is not None
    assert 0 < int(counted[1]) < 30
    assert len(StudyRun(cases.parent).finished(None)) == int(counted[1])
    assert [p.name for p in cases.iterdir() if p.name.startswith(".")] == []


def test_an_interrupt_that_is_to_be_ignored_is(tmp_path: Path) -> None:
    """So does a shell ask of what a script starts in the background."""
    child, cases = struck(tmp_path, INTERRUPT, 1, 2, signal.SIG_IGN)
    assert child.returncode == 0, child.stderr
    assert len(StudyRun(cases.parent).finished(None)) == 30


def address_in(file: Path) -> str:
    """What a scheduler writes into its file, which is there some time before its words are."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = file.exists() and re.search(r'"address": "([^"]+)"', file.read_text(encoding="utf-8"))
        if found:
            return found[1]
        time.sleep(0.05)
    raise TimeoutError("no scheduler has started")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A Dask scheduler and two workers on loopback, each a process of its own."""
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    plain = {"env": ENV, "cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    where = ["--host", "127.0.0.1", "--no-dashboard"]
    started = [subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--scheduler-file", str(file), *where], **plain)]  # type: ignore[call-overload]
    try:
        address = address_in(file)
        for _ in range(2):
            words = ["-m", "distributed.cli.dask_worker", "--scheduler-file", str(file), "--nthreads", "1", "--no-nanny", *where]
            started.append(subprocess.Popen([sys.executable, *words], **plain))  # type: ignore[call-overload]
        yield address, started[1:]
    finally:
        for each in started:
            each.kill()
            each.wait()


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_loses_a_worker_finishes_the_study(tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]) -> None:
    from distributed import Client

    address, workers = cluster
    with Client(address, timeout=60) as client:  # type: ignore[no-untyped-call]
        client.wait_for_workers(2, timeout=60)  # type: ignore[no-untyped-call]
    study = study_of(tmp_path, MANY)
    killed: list[int] = []

    def kill_one(progress: Progress) -> None:
        if progress.solved and not killed:
            workers[0].kill()
            killed.append(progress.solved)

    folder, progress = run_study(study, tmp_path / "out", How(dask=address, chunk=3), kill_one)
    assert killed
    assert killed[0] < 30
    assert progress.solved == 30
    alone, _ = run_study(study, tmp_path / "alone", How(workers=1))
    pd.testing.assert_frame_equal(folder.table("summary"), alone.table("summary"), rtol=1e-7)


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_loses_the_only_worker_with_the_job_goes_on_with_the_next(tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]) -> None:
    """The one worker that the job was sent to dies, and another comes that never saw it."""
    address, workers = cluster
    workers[1].kill()
    workers[1].wait()
    later: list[subprocess.Popen[bytes]] = []

    def exchange(progress: Progress) -> None:
        if progress.solved and not later:
            words = ["-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1", "--no-dashboard"]
            later.append(subprocess.Popen([sys.executable, *words], env=ENV, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            workers[0].kill()

    try:
        _, progress = run_study(study_of(tmp_path, MANY), tmp_path / "out", How(dask=address, chunk=3), exchange)
    finally:
        for each in later:
            each.kill()
            each.wait()
    assert later
    assert progress.solved == 30


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_whose_workers_end_with_their_cases_is_told(
    tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import Client

    with Client(cluster[0], timeout=60) as client:  # type: ignore[no-untyped-call]
        client.wait_for_workers(2, timeout=60)  # type: ignore[no-untyped-call]
        client.run_on_scheduler(lambda dask_scheduler: setattr(dask_scheduler, "allowed_failures", 0))  # type: ignore[no-untyped-call]
    monkeypatch.setattr("saltloop.analysis.batch.pool._on_dask", lambda job, chunk: os._exit(1))
    with pytest.raises(SolveError, match=r"workers of the Dask cluster end again and again") as told:
        run_study(study_of(tmp_path, MANY), tmp_path / "out", How(dask=cluster[0], chunk=3))
    assert told.value.exit_code == STOPPED
    assert "反复退出" in told.value.text("zh")


def test_a_cluster_that_loses_what_prepares_the_study_is_told(few: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")

    class Lost:
        def scatter(self, *_: object, **how: object) -> None: ...

        def close(self) -> None: ...

    def learn(*_: object) -> None:
        raise CancelledError

    monkeypatch.setattr("saltloop.analysis.batch.pool._client", lambda _: Lost())
    monkeypatch.setattr("saltloop.analysis.batch.pool._learn", learn)
    with pytest.raises(SolveError, match=r"run the same command again") as told:
        run_study(few, tmp_path / "out", How(dask="tcp://127.0.0.1:9"))
    assert told.value.exit_code == STOPPED
    assert "请再次运行同一命令" in told.value.text("zh")


def test_a_cluster_that_does_not_answer_is_told(few: Study, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match=r"R303.*no Dask scheduler answers at tcp://127.0.0.1:9"):
        run_study(few, tmp_path, How(dask="tcp://127.0.0.1:9"))


def test_without_dask_the_remedy_is_told(few: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"R302(.|\n)*saltloop\[dask\]"):
        run_study(few, tmp_path, How(dask="tcp://127.0.0.1:9"))


def test_a_frozen_plan_keeps_its_capacities_in_every_state(tmp_path: Path) -> None:
    """Solar power is built at the base price of coal (README: 7.5 MW); with coal for nothing it would not be, but stands."""
    text = "options: {rules.cap.at_most: [90 kt]}\nstates: {prices.coal: [0 %, -100 %]}\nfrozen: all\ncompare: {value_added: higher, co2: lower}\n"
    study = study_of(tmp_path, text, BASE.replace("rules:", "capacity: {may_build: [option]}\nrules:"))
    folder, _ = run_study(study, tmp_path / "out", HERE)
    values = case_values(folder).query("measure == 'value_added'").set_index(["option", "state"])["value"] / 1e6
    assert values["cap.at_most=90 kt (as built)", "coal=0 %"] == pytest.approx(144.642)
    assert values["cap.at_most=90 kt", "coal=0 %"] == pytest.approx(144.642)
    assert values["cap.at_most=90 kt", "coal=-100 %"] >= values["cap.at_most=90 kt (as built)", "coal=-100 %"] - 1e-9


def test_a_frozen_plan_that_builds_nothing_is_told(tmp_path: Path) -> None:
    study = study_of(tmp_path, "options: {rules.cap.at_most: [90 kt]}\nstates: {prices.coal: [0 %]}\nfrozen: all\n")
    folder, _ = run_study(study, tmp_path / "out", HERE)
    assert "R305" in [p.message.code for p in study.notes]
    assert len(folder.table("plan")) == 2


def test_a_frozen_plan_without_a_plan_is_told(tmp_path: Path) -> None:
    study = study_of(tmp_path, "options: {rules.cap.at_most: [19 kt]}\nstates: {prices.coal: [0 %]}\nfrozen: all\n")
    with pytest.raises(InputError, match=r"R304.*cap"):
        run_study(study, tmp_path / "out", HERE)


def run_of(folder: Path, text: str) -> Path:
    """The folder of a run of the toy pack."""
    (folder / "one.yaml").write_text(text, encoding="utf-8")
    words = ["run", "one.yaml", "--data", str(PACKS), "--out", "runs"]
    subprocess.run([sys.executable, "-m", "saltloop.interfaces.cli", *words], env=ENV, cwd=folder, check=True, capture_output=True, timeout=240)
    return next(folder.glob("runs/one/*/manifest.json")).parent


def test_a_run_may_be_frozen_if_the_base_knows_what_it_builds(tmp_path: Path) -> None:
    building = BASE.replace("rules:", "capacity: {may_build: [option]}\nrules:")
    built = run_of(tmp_path, building)
    text = f"options: {{rules.cap.at_most: [90 kt]}}\nstates: {{prices.coal: [0 %]}}\nfrozen: {built}\n"
    folder, _ = run_study(study_of(tmp_path, text, building), tmp_path / "out", HERE)
    values = case_values(folder).set_index("option")["value"] / 1e6
    assert values[f"{built} (as built)"] == pytest.approx(144.642)
    with pytest.raises(InputError, match=r"study.yaml:5  R308.*solar_power"):
        run_study(study_of(tmp_path / "other", text), tmp_path / "out", HERE)


def test_a_frozen_folder_that_is_no_run_is_told_at_its_line(tmp_path: Path) -> None:
    study = study_of(tmp_path, f"options: {{rules.cap.at_most: [90 kt]}}\nfrozen: [{tmp_path}]\n")
    with pytest.raises(InputError, match=r"study.yaml:4  R101"):
        run_study(study, tmp_path / "out", HERE)


def test_workers_of_this_machine_and_of_a_cluster_are_not_mixed(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from saltloop.interfaces.cli import main as command

    words = ["batch", str(write_study(tmp_path, FEW)), "--data", str(PACKS), "--workers", "2", "--dask", "tcp://127.0.0.1:9"]
    for language, said in (("en", "leave one of the two out"), ("zh", "请只用其一")):
        done = CliRunner().invoke(command, [*words, "--lang", language])
        assert done.exit_code == 2
        assert said in done.output


def test_what_is_no_study_is_refused(run: StudyRun, tmp_path: Path) -> None:
    assert open_study(run.folder).folder == run.folder
    assert open_study(run.folder.parent).folder == run.folder
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(InputError, match="R301"):
            open_study(path)
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="lacks 'study'"):
        open_study(tmp_path)


def test_a_chunk_keeps_no_plans_for_its_tables(few: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred of them would be the largest thing in memory."""
    plan = CasePlan(few, {})
    engine = Engine(Job(variation_of(few, len(plan)), few.pack, few.places))
    seen: list[Answer] = []
    tables = work._tables
    monkeypatch.setattr(work, "_tables", lambda answers, job: (seen.extend(answer for _, answer in answers), tables(answers, job))[1])
    done = solve_chunk(engine, [Task(f"{n:016x}", plan.values(n)) for n in range(2)])
    assert done.counts == {"optimal": 2}
    assert [answer.plan for answer in seen] == [None, None]
    assert done.tables["status"]["start"].to_pylist() == ["cold", "warm"]
    assert len(done.tables["accounts"]) > 0


@pytest.mark.parametrize("part", ["costs", "column_lower"])
def test_numbers_that_the_solver_refuses_are_an_answer_and_leave_nothing_behind(few: Study, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No number is refused when the case is taken, a lower bound that is infinite when it is solved."""
    plan = CasePlan(few, {})
    engine, values = Engine(Job(variation_of(few, len(plan)), few.pack, few.places)), plan.values(0)
    wanted = engine.solve(values)
    measured = Engine._arrays

    def broken(own: Engine, values: Values) -> Arrays:
        arrays = measured(own, values)
        numbers = arrays.numbers.copy()
        numbers[arrays.layout.parts[part].start] = np.nan if part == "costs" else np.inf
        return Arrays(arrays.layout, numbers)

    with monkeypatch.context() as patch:
        patch.setattr(Engine, "_arrays", broken)
        answer = engine.solve(values)
    assert (answer.status, str(answer.reason)) == ("bad_input", "HiGHS refused the arrays of the programme")
    again = engine.solve(values)
    assert (again.status, again.start, again.objective) == ("optimal", "cold", wanted.objective)


def test_chunks_are_sent_as_they_are_needed_and_results_are_not_held(few: Study, tmp_path: Path) -> None:
    """Memory does not grow with the cases: at no moment are more chunks made than are under way."""
    alive: list[int] = []
    seen: list[int] = []

    def watch(progress: Progress) -> None:
        seen.append(progress.solved)
        alive.append(len(list((tmp_path / "study").glob("*/cases/[!.]*"))))

    run_study(few, tmp_path, How(workers=1, chunk=1), watch)
    assert seen == list(range(7))
    assert alive == list(range(7))
