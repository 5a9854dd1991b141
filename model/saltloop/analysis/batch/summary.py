"""What a study says about its options: DuckDB reads the parts, nothing of them is held in memory.

For each option and measure: mean, quantiles, worst and best over the states in which it is feasible; regret against the best option of
each state; whether it is the minimax choice; its rank, and how often the order against another option turns from state to state; its
place on the Pareto front. An option that fails in hard states has a mean over easy ones, so feasibility comes first: more feasible
states rank before a better mean, and on the front their share counts as one more measure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from saltloop.results.cases import ALL_SITES
from saltloop.results.study import PLAN, StudyRun, steadily

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


def _steadily(read: Callable[[], T]) -> T:
    """The same for DuckDB, which tells of a part that is gone in its own way."""
    import duckdb

    def told() -> T:
        try:
            return read()
        except duckdb.IOException as error:
            raise FileNotFoundError(str(error)) from error

    return steadily(told)


def _connection(study: StudyRun) -> Any:
    """DuckDB with the view plan and the tables status, totals, measures and years, for which the parts are read once."""
    return _steadily(lambda: _opened(study))


def _opened(study: StudyRun) -> Any:
    import duckdb

    manifest = study.manifest
    con = duckdb.connect()
    con.execute("SET threads = 2")
    con.execute("SET preserve_insertion_order = false")
    for table in ("status", "accounts"):
        files = study.files(table)
        con.execute(f"CREATE VIEW {table}_files AS SELECT * FROM read_parquet({files!r}, filename = true)" if files else _EMPTY[table])
    con.execute(_ONCE if con.execute(_TWICE).fetchone()[0] else _AS_THEY_ARE)
    con.execute('CREATE VIEW plan AS SELECT "case", option, state FROM read_parquet(?)'.replace("?", repr(str(study.folder / PLAN))))
    measures = pd.DataFrame(measures_of(study), columns=["name", "upper", "lower", "better", "unit"], dtype="string")
    years = pd.DataFrame({"period": [int(y) for y in manifest["years"]], "years": [float(v) for v in manifest["years"].values()]})
    con.register("measure_frame", measures)
    con.register("year_frame", years)
    con.execute("CREATE TABLE measures AS SELECT row_number() OVER () AS number, * FROM measure_frame")
    con.execute("CREATE TABLE years AS SELECT * FROM year_frame")
    con.execute("CREATE TABLE area AS SELECT ? AS area", [manifest["study"]["area"] or ALL_SITES])
    con.execute(_CASES)
    return con


_EMPTY = {
    "status": "CREATE VIEW status_files AS SELECT '' AS \"case\", '' AS status, 0.0 AS objective, '' AS reason_en, '' AS reason_zh WHERE false",
    "accounts": "CREATE VIEW accounts_files AS SELECT '' AS \"case\", 0 AS period, '' AS area, '' AS account, 0.0 AS total WHERE false",
}
_TWICE = 'SELECT count(*) > count(DISTINCT "case") FROM status_files'
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
CREATE TABLE status AS SELECT "case", status, objective FROM answers;
CREATE TABLE totals AS
    SELECT "case", account, sum(total * years) AS total FROM amounts JOIN years USING (period)
    WHERE area = (SELECT area FROM area) AND account IN (SELECT upper FROM measures UNION SELECT lower FROM measures)
    GROUP BY "case", account;
CREATE MACRO digits(x) AS CASE WHEN x = 0 THEN 0 ELSE round(x, (9 - ceil(log10(abs(x))))::INTEGER) END;
CREATE VIEW judged AS
    SELECT *, digits(value) AS exact FROM (SELECT plan."case", option, state, m.number, m.name AS measure, m.unit, m.better,
        coalesce(s.status, 'missing') AS status,
        CASE WHEN s.status <> 'optimal' THEN NULL WHEN m.upper = 'objective' THEN s.objective
             WHEN m.lower IS NULL THEN u.total ELSE u.total / nullif(l.total, 0) END AS value
    FROM plan CROSS JOIN measures m
    LEFT JOIN status s ON s."case" = plan."case"
    LEFT JOIN totals u ON u."case" = plan."case" AND u.account = m.upper
    LEFT JOIN totals l ON l."case" = plan."case" AND l.account = m.lower);
"""
# A larger score is better; where that is not known there is none. Scores keep nine digits: what differs by less is rounding of the solver.
_SUMMARY = """
WITH scored AS (
    SELECT *, CASE better WHEN 'higher' THEN exact WHEN 'lower' THEN -exact END AS score FROM judged
), placed AS (
    SELECT *, max(score) OVER (PARTITION BY number, state) - score AS regret,
        max(score) OVER (PARTITION BY number, state) IS NOT NULL AND score IS NULL AS missed,
        CASE WHEN score IS NOT NULL THEN rank() OVER (PARTITION BY number, state ORDER BY score DESC NULLS LAST) END AS place
    FROM scored
), options AS (
    SELECT number, option, measure, any_value(unit) AS unit, any_value(better) AS better, count(*) AS states,
        count(*) FILTER (status = 'optimal') AS feasible, avg(value) AS mean, stddev_samp(value) AS deviation,
        CASE any_value(better) WHEN 'lower' THEN max(value) WHEN 'higher' THEN min(value) END AS worst,
        quantile_cont(value, 0.05) AS quantile_05, quantile_cont(value, 0.25) AS quantile_25, quantile_cont(value, 0.5) AS median,
        quantile_cont(value, 0.75) AS quantile_75, quantile_cont(value, 0.95) AS quantile_95,
        CASE any_value(better) WHEN 'lower' THEN min(value) WHEN 'higher' THEN max(value) END AS best,
        avg(regret) AS regret_mean, CASE WHEN bool_or(missed) THEN 'infinity'::DOUBLE ELSE max(regret) END AS regret_largest,
        avg(score) AS mean_score, min(place) AS rank_best, max(place) AS rank_worst
    FROM placed GROUP BY number, option, measure
), ranked AS (
    SELECT *, CASE WHEN mean_score IS NOT NULL THEN rank() OVER (PARTITION BY number ORDER BY feasible DESC, mean_score DESC NULLS LAST) END AS rank,
        regret_largest = min(regret_largest) OVER (PARTITION BY number) AND NOT isinf(regret_largest) AS minimax
    FROM options
)
SELECT option, measure, unit, better, states, feasible, feasible / states AS share_feasible, mean, deviation, worst, quantile_05, quantile_25,
    median, quantile_75, quantile_95, best, regret_mean, regret_largest, minimax, rank, rank_best, rank_worst, mean_score
FROM ranked ORDER BY option, number
"""
_ENDS = """
SELECT option, coalesce(s.status, 'missing') AS status, count(*) AS cases, cases / sum(count(*)) OVER (PARTITION BY option) AS share,
    mode(reason_en) AS reason_en, mode(reason_zh) AS reason_zh
FROM plan LEFT JOIN answers s USING ("case") GROUP BY option, coalesce(s.status, 'missing') ORDER BY option, status
"""
_SCORES = """
SELECT option, state, measure, CASE better WHEN 'higher' THEN exact ELSE -exact END AS score FROM judged
WHERE better IS NOT NULL AND value IS NOT NULL AND measure = ?
"""
_MOST_COMPARED = 400


def case_values(study: StudyRun) -> pd.DataFrame:
    """case, option, state, measure, unit, better, status, value: a row for each case and measure; no value without a plan."""
    found: pd.DataFrame = (
        _connection(study).execute('SELECT "case", option, state, measure, unit, better, status, value FROM judged ORDER BY option, state, number').df()
    )
    return found


def statuses(study: StudyRun) -> pd.DataFrame:
    """option, status, cases, share, reason_en, reason_zh: how the cases of each option ended, with the most frequent reason."""
    found: pd.DataFrame = _steadily(lambda: _opened(study).execute(_ENDS).df())
    return found


def summarise(study: StudyRun) -> pd.DataFrame:
    """The table of SUMMARY_COLUMNS: a row for each option and measure, options in the order of the plan."""
    con = _connection(study)
    found: pd.DataFrame = con.execute(_SUMMARY).df()
    order = con.execute("SELECT option FROM (SELECT option, row_number() OVER () AS n FROM plan) GROUP BY option ORDER BY min(n)").df()["option"].tolist()
    names = [m["name"] for m in measures_of(study)]
    place = {name: n for n, name in enumerate(order)}
    found = found.assign(_option=found["option"].map(place), _measure=found["measure"].map({name: n for n, name in enumerate(names)}))
    found = found.sort_values(["_option", "_measure"], ignore_index=True)
    flips = {name: _flips(con, name) for name in names}
    found["flips"] = [flips[m].get(o) for o, m in zip(found["option"], found["measure"], strict=True)]
    found["pareto"] = found["option"].map(_pareto(found)).astype("boolean")
    return found.astype({"minimax": "boolean", "rank": "Int64", "rank_best": "Int64", "rank_worst": "Int64", "flips": "float64"})[list(SUMMARY_COLUMNS)]


def _flips(con: Any, measure: str) -> dict[str, float]:
    """By option: the share of its meetings with other options, state by state, whose order is not that of their mean over these states."""
    scores = con.execute(_SCORES, [measure]).df()
    if scores.empty or scores["option"].nunique() > _MOST_COMPARED:
        return {}
    wide = scores.pivot_table(index="state", columns="option", values="score")
    found = {}
    for option in wide.columns:
        apart = wide.drop(columns=option).rsub(wide[option], axis=0)
        usual = apart.mean()
        met = int(apart.notna().to_numpy().sum())
        turned = int(((apart * usual) < 0).to_numpy().sum())
        found[str(option)] = turned / met if met else 0.0
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
