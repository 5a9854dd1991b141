"""What a study says about its options: DuckDB reads the parts; of a case it holds a few numbers and no text, a measure at a time.

For each option and measure: mean, quantiles, worst and best over the states in which it is feasible; regret against the best option of
each state; whether it is the minimax choice; its rank, and how often the order against another option turns from state to state; its
place on the Pareto front. An option that fails in hard states has a mean over easy ones, so feasibility comes first: more feasible
states rank before a better mean, and on the front their share counts as one more measure.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from saltloop.results.cases import ALL_SITES
from saltloop.results.run import UNFINISHED
from saltloop.results.study import CASES, PLAN, StudyRun, steadily

T = TypeVar("T")

OBJECTIVE = "objective"
SUMMARY_COLUMNS = (
    "option",
    "measure",
    "unit",
    "better",
    "states",
    "feasible",
    "share_feasible",
    "mean",
    "deviation",
    "worst",
    "quantile_05",
    "quantile_25",
    "median",
    "quantile_75",
    "quantile_95",
    "best",
    "regret_mean",
    "regret_largest",
    "minimax",
    "rank",
    "rank_best",
    "rank_worst",
    "flips",
    "pareto",
)


def measures_of(study: StudyRun) -> list[dict[str, Any]]:
    """What the options of a study are judged by: the objective, where it is the same in all cases, then what the study compares."""
    manifest = study.manifest
    objective = manifest["objective"]
    better = "higher" if objective["sense"] == "maximise" else "lower"
    first = [] if objective["varies"] else [{"name": OBJECTIVE, "upper": OBJECTIVE, "lower": None, "better": better, "unit": objective["unit"]}]
    is_measured = any(objective["account"] == m["name"] for m in manifest["measures"]) and manifest["study"]["area"] is None
    return [*([] if is_measured else first), *manifest["measures"]]


def _is_gone(error: Exception) -> bool:
    """Whether DuckDB misses a file that was just listed: it has no error of its own for that."""
    return any(words in str(error) for words in ("No files found that match", "No such file or directory"))


def _asked(study: StudyRun, ask: Callable[[Any], T]) -> T:
    """What DuckDB answers about a study, in little memory if that will do.

    Raises:
        InputError: R310, a part cannot be read.
    """
    import duckdb

    def answer(memory: str) -> T:
        with _opened(study, memory) as con:
            return ask(con)

    def steady(memory: str) -> T:
        return steadily(study, lambda: answer(memory), (duckdb.IOException, duckdb.InvalidInputException, OSError), _is_gone)

    try:
        return steady(_LITTLE)
    except duckdb.OutOfMemoryException:
        return steady(_MUCH)


@contextmanager
def _opened(study: StudyRun, memory: str) -> Iterator[Any]:
    """DuckDB with the tables options, plan and status, and the files of status and of accounts as views.

    Options, states and cases are known by the hash of their text, so that a case takes the same few bytes whatever it is called. What does not fit
    into the memory allowed is put on disk, beside the cases if they may be written to.
    """
    import duckdb

    cases = study.folder / CASES
    beside = cases if cases.is_dir() and os.access(cases, os.W_OK) else None
    with (
        TemporaryDirectory(dir=beside, prefix=".summary.", suffix=UNFINISHED, ignore_cleanup_errors=True) as spilled,
        duckdb.connect(config={**_SETTINGS, "memory_limit": memory, "temp_directory": spilled}) as con,
    ):
        for table in ("status", "accounts"):
            files = study.files(table)
            con.execute(f"CREATE VIEW {table}_files AS SELECT * FROM read_parquet({files!r}, filename = true)" if files else _EMPTY[table])
        con.execute(f"CREATE VIEW plan_file AS SELECT * FROM read_parquet({str(study.folder / PLAN)!r}, file_row_number = true)")
        con.execute(_ONCE if con.execute(_TWICE).fetchone()[0] else _AS_THEY_ARE)
        con.execute(_CASES)
        yield con


def _judge(con: Any, study: StudyRun) -> None:
    """The tables measures, and totals of the accounts that they are made of: over the years of a case, in the study's area."""
    manifest = study.manifest
    con.execute("CREATE TABLE area AS SELECT ? AS area", [manifest["study"]["area"] or ALL_SITES])
    con.execute("CREATE TABLE years (period BIGINT, years DOUBLE)")
    for period, years in manifest["years"].items():
        con.execute("INSERT INTO years VALUES (?, ?)", [int(period), float(years)])
    con.execute("CREATE TABLE measures (number INTEGER, name VARCHAR, upper VARCHAR, lower VARCHAR, better VARCHAR, unit VARCHAR)")
    for number, m in enumerate(measures_of(study)):
        con.execute("INSERT INTO measures VALUES (?, ?, ?, ?, ?, ?)", [number, m["name"], m["upper"], m["lower"], m["better"], m["unit"]])
    con.execute(_JUDGED)


# One thread, since two read two groups of rows at a time and are no faster on the small tables of a study.
_SETTINGS = {"threads": 1, "preserve_insertion_order": False}
_LITTLE, _MUCH = "32MB", "80%"
_EMPTY = {
    "status": "CREATE VIEW status_files AS SELECT '' AS \"case\", '' AS status, 0.0 AS objective, '' AS reason_en, '' AS reason_zh WHERE false",
    "accounts": "CREATE VIEW accounts_files AS SELECT '' AS \"case\", 0 AS period, '' AS area, '' AS account, 0.0 AS total WHERE false",
}
_TWICE = 'SELECT count(*) > count(DISTINCT hash("case")) FROM status_files'
_AS_THEY_ARE = "CREATE VIEW answers AS SELECT * FROM status_files; CREATE VIEW amounts AS SELECT * FROM accounts_files"
# A case that was solved twice counts once, all of it from one part: one that stopped and was solved again with more time by its answer; of two
# answers, which differ by rounding where two processes worked at once, the one in the first part by name.
_ONCE = """
CREATE TABLE spare AS
    SELECT "case", parse_dirpath(filename) AS part FROM status_files
    QUALIFY row_number() OVER (PARTITION BY "case" ORDER BY status = 'stopped', filename) > 1;
CREATE VIEW answers AS
    SELECT * FROM status_files f WHERE NOT EXISTS (SELECT 1 FROM spare WHERE spare."case" = f."case" AND spare.part = parse_dirpath(f.filename));
CREATE VIEW amounts AS
    SELECT * FROM accounts_files f WHERE NOT EXISTS (SELECT 1 FROM spare WHERE spare."case" = f."case" AND spare.part = parse_dirpath(f.filename));
"""
_CASES = """
CREATE TABLE options AS SELECT hash(option) AS option, min(file_row_number) AS number, option AS name FROM plan_file GROUP BY ALL;
CREATE TABLE plan AS SELECT hash("case") AS "case", hash(option) AS option, hash(state) AS state FROM plan_file;
CREATE TABLE status AS SELECT hash("case") AS "case", status, objective FROM answers;
"""
_JUDGED = """
CREATE TABLE totals AS
    SELECT hash("case") AS "case", hash(account) AS account, sum(total * years) AS total FROM amounts JOIN years USING (period)
    WHERE area = (SELECT area FROM area) AND account IN (SELECT upper FROM measures UNION SELECT lower FROM measures)
    GROUP BY ALL;
CREATE MACRO digits(x) AS CASE WHEN x = 0 THEN 0 ELSE round(x, (9 - ceil(log10(abs(x))))::INTEGER) END;
CREATE MACRO judged(own) AS TABLE
    SELECT "case", option, state, status, value, digits(value) AS exact FROM (SELECT plan."case", option, state, coalesce(s.status, 'missing') AS status,
        CASE WHEN s.status <> 'optimal' THEN NULL WHEN m.upper = 'objective' THEN s.objective
             WHEN m.lower IS NULL THEN u.total ELSE u.total / nullif(l.total, 0) END AS value
    FROM plan CROSS JOIN (SELECT * FROM measures WHERE number = own) m
    LEFT JOIN status s ON s."case" = plan."case"
    LEFT JOIN totals u ON u."case" = plan."case" AND u.account = hash(m.upper)
    LEFT JOIN totals l ON l."case" = plan."case" AND l.account = hash(m.lower));
"""
# A larger score is better; where that is not known there is none. Scores keep nine digits: what differs by less is rounding of the solver.
_SCORED = """
CREATE OR REPLACE TABLE scored AS
    SELECT option, state, status = 'optimal' AS feasible, value, CASE better WHEN 'higher' THEN exact WHEN 'lower' THEN -exact END AS score
    FROM judged(?::INTEGER) CROSS JOIN (SELECT better FROM measures WHERE number = ?::INTEGER)
"""
_SUMMARY = """
WITH placed AS (
    SELECT *, max(score) OVER (PARTITION BY state) - score AS regret,
        max(score) OVER (PARTITION BY state) IS NOT NULL AND score IS NULL AS missed,
        CASE WHEN score IS NOT NULL THEN rank() OVER (PARTITION BY state ORDER BY score DESC NULLS LAST) END AS place
    FROM scored
), each_option AS (
    SELECT option, count(*) AS states, count(*) FILTER (feasible) AS feasible, favg(value) AS mean, stddev_samp(value) AS deviation,
        min(value) AS least, max(value) AS most,
        quantile_cont(value, 0.05) AS quantile_05, quantile_cont(value, 0.25) AS quantile_25, quantile_cont(value, 0.5) AS median,
        quantile_cont(value, 0.75) AS quantile_75, quantile_cont(value, 0.95) AS quantile_95,
        favg(regret) AS regret_mean, CASE WHEN bool_or(missed) THEN 'infinity'::DOUBLE ELSE max(regret) END AS regret_largest,
        favg(score) AS mean_score, min(place) AS rank_best, max(place) AS rank_worst
    FROM placed GROUP BY option
), ranked AS (
    SELECT *, CASE WHEN mean_score IS NOT NULL THEN rank() OVER (ORDER BY feasible DESC, mean_score DESC NULLS LAST) END AS rank,
        regret_largest = min(regret_largest) OVER () AND NOT isinf(regret_largest) AS minimax
    FROM each_option
)
SELECT o.number, o.name AS option, m.name AS measure, m.unit, m.better, states, feasible, feasible / states AS share_feasible, mean, deviation,
    CASE better WHEN 'lower' THEN most WHEN 'higher' THEN least END AS worst,
    quantile_05, quantile_25, median, quantile_75, quantile_95,
    CASE better WHEN 'lower' THEN least WHEN 'higher' THEN most END AS best,
    regret_mean, regret_largest, minimax, rank, rank_best, rank_worst, mean_score
FROM ranked JOIN options o USING (option) CROSS JOIN (SELECT * FROM measures WHERE number = ?) m ORDER BY o.number
"""
_VALUES = """
SELECT f."case", f.option, f.state, m.name AS measure, m.unit, m.better, j.status, j.value
FROM plan_file f JOIN judged(?::INTEGER) j ON j."case" = hash(f."case") AND j.option = hash(f.option) AND j.state = hash(f.state)
CROSS JOIN (SELECT * FROM measures WHERE number = ?::INTEGER) m
"""
_ENDS = """
WITH said AS (SELECT hash("case") AS "case", hash(reason_en, reason_zh) AS reason FROM answers
), ended AS (
    SELECT option, coalesce(s.status, 'missing') AS status, count(*) AS cases, cases / sum(count(*)) OVER (PARTITION BY option) AS share,
        mode(reason) AS reason
    FROM plan LEFT JOIN status s USING ("case") LEFT JOIN said USING ("case") GROUP BY option, coalesce(s.status, 'missing')
), reasons AS (
    SELECT hash(reason_en, reason_zh) AS reason, any_value(reason_en) AS reason_en, any_value(reason_zh) AS reason_zh FROM answers GROUP BY ALL
)
SELECT o.name AS option, status, cases, share, reason_en, reason_zh
FROM ended JOIN options o USING (option) LEFT JOIN reasons USING (reason) ORDER BY o.name, status
"""
_MOST_COMPARED = 400


def case_values(study: StudyRun) -> pd.DataFrame:
    """case, option, state, measure, unit, better, status, value: a row for each case and measure; no value without a plan."""

    def ask(con: Any) -> pd.DataFrame:
        _judge(con, study)
        return _in_turn([con.execute(_VALUES, [n, n]).df() for n in _numbers(study)])

    found = _asked(study, ask)
    return found.sort_values(["option", "state", "turn"], ignore_index=True).drop(columns="turn")


def statuses(study: StudyRun) -> pd.DataFrame:
    """option, status, cases, share, reason_en, reason_zh: how the cases of each option ended, with the most frequent reason."""
    found: pd.DataFrame = _asked(study, lambda con: con.execute(_ENDS).df())
    return found


def summarise(study: StudyRun) -> pd.DataFrame:
    """The table of SUMMARY_COLUMNS: a row for each option and measure, options in the order of the plan."""

    def ask(con: Any) -> pd.DataFrame:
        _judge(con, study)
        return _in_turn([_summary(con, n) for n in _numbers(study)])

    found = _asked(study, ask)
    found = found.sort_values(["number", "turn"], ignore_index=True)
    found["pareto"] = found["option"].map(_pareto(found)).astype("boolean")
    return found.astype({"minimax": "boolean", "rank": "Int64", "rank_best": "Int64", "rank_worst": "Int64", "flips": "float64"})[list(SUMMARY_COLUMNS)]


def _numbers(study: StudyRun) -> range:
    """The measures by number; where there is none, one that no table knows, so that what is asked of it has columns and no row."""
    return range(max(1, len(measures_of(study))))


def _in_turn(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables of one measure each below each other, with the `turn` of each."""
    return pd.concat([frame.assign(turn=n) for n, frame in enumerate(frames)], ignore_index=True)


def _summary(con: Any, number: int) -> pd.DataFrame:
    """The rows of one measure, with `number` for the place of an option in the plan and `mean_score`."""
    con.execute(_SCORED, [number, number])
    found: pd.DataFrame = con.execute(_SUMMARY, [number]).df()
    scores = con.execute("SELECT o.number AS option, state, score FROM scored JOIN options o USING (option) WHERE score IS NOT NULL").fetchnumpy()
    return found.assign(flips=found["number"].map(_flips(**scores)).astype("float64"))


def _flips(option: np.ndarray, state: np.ndarray, score: np.ndarray) -> dict[int, float]:
    """By option: the share of its meetings with other options, state by state, whose order is not that of their mean over these states."""
    options, column = np.unique(option, return_inverse=True)
    states, row = np.unique(state, return_inverse=True)
    if not len(options) or len(options) > _MOST_COMPARED:
        return {}
    wide = np.full((len(states), len(options)), np.nan)
    wide[row, column] = score
    found = {}
    for n, name in enumerate(options.tolist()):
        apart = wide[:, n, None] - np.delete(wide, n, axis=1)
        usual = np.nansum(apart, axis=0)
        met = int(np.count_nonzero(~np.isnan(apart)))
        found[name] = int(np.count_nonzero(apart * usual < 0)) / met if met else 0.0
    return found


def _pareto(found: pd.DataFrame) -> dict[str, bool | None]:
    """By option: whether no other is at least as good in every mean and in feasible states, and better in one; None: never feasible."""
    compared = found[(found["measure"] != OBJECTIVE) & found["better"].notna()]
    wide = compared.pivot_table(index="option", columns="measure", values="mean_score", dropna=False)
    whole = wide.dropna()
    share = found.drop_duplicates("option").set_index("option")["feasible"]
    values = np.column_stack([whole.to_numpy(dtype=float), share.reindex(whole.index).to_numpy(dtype=float)])
    tolerance = 1e-9 * (abs(values).max(axis=0) if len(values) else 0.0)
    front = {}
    for name, own in zip(whole.index, values, strict=True):
        dominates = (values >= own - tolerance).all(axis=1) & (values > own + tolerance).any(axis=1)
        front[str(name)] = not bool(dominates.any())
    return {str(name): front.get(str(name)) for name in found["option"].unique()}
