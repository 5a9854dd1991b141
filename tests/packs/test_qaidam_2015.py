"""The misfit page of the 2015 scenario says what the run says."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from saltloop.analysis.plan import solve_scenario
from saltloop.results.tables import all_tables
from saltloop.scenario.resolve import load_scenario

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\|[^|]*<!-- (\w+) ([^>]*) -->\s*\|\s*([-\d. ]+)\s*\|")


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return all_tables(solve_scenario(load_scenario(ROOT / "scenarios/qaidam-2015.yaml")).solved)


def _found(tables: dict[str, pd.DataFrame], kind: str, words: list[str]) -> float:
    if kind == "account":
        accounts = tables["accounts"]
        return float(accounts[(accounts["area"] == "ccepz") & (accounts["account"] == words[0])]["value"].iloc[0]) / float(words[1])
    if kind == "indicator":
        found = tables["indicators"]
        return float(found[(found["indicator"] == words[0]) & (found["area"] == words[1])]["actual"].iloc[0])
    flows = tables["flows"]
    return float(flows[(flows["role"] == "made") & flows["commodity"].isin(words[:-1])]["value"].sum()) / float(words[-1])


def test_the_misfit_page_is_in_step_with_the_run(tables: dict[str, pd.DataFrame]) -> None:
    rows = [m for line in (ROOT / "docs/qaidam-2015.md").read_text(encoding="utf-8").splitlines() if (m := ROW.match(line))]
    assert len(rows) >= 18
    wrong = []
    for kind, words, written in (m.groups() for m in rows):
        again = _found(tables, kind, words.split())
        if again != pytest.approx(float(written.replace(" ", "")), rel=0.01):
            wrong.append(f"{words}: written {written}, run {again:.5g}")
    assert not wrong
