"""Runs side by side, and contributions that add up to their difference."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from interfaces.typed import BASE, Project, project, typed
from saltloop.analysis.compare import side_by_side
from saltloop.analysis.contributions import CONTRIBUTION_COLUMNS, Contributions, contributions, inputs_between
from saltloop.errors import BAD_INPUT, SOLVED
from saltloop.interfaces.compare_text import contribution_text
from saltloop.results.run import Run, open_run

CHANGED = BASE + "rules: {cap: {limit: co2, at_most: 80 kt}}\nset: {basins.lake_brine.draw_limit: 1.62 hm3}\n"
CHANGED = CHANGED.replace("prices: {year: 2025}", "prices: {year: 2025, set: {coal: +20 %, potash: -10 %}}")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = project(tmp_path_factory.mktemp("compare"))
    made.write(CHANGED, "changed")
    for name in ("main", "changed"):
        said = typed("run", made.root / "scenarios" / f"{name}.yaml", "--no-report", "--out", made.root / "results")
        assert said.code == SOLVED, said.text
    return made


@pytest.fixture(scope="module")
def runs(shop: Project) -> tuple[Run, Run]:
    return open_run(shop.root / "results" / "main"), open_run(shop.root / "results" / "changed")


def test_inputs_are_leaves_and_whole_rules() -> None:
    first = {"maximise": "a", "rules": {"cap": {"limit": "co2", "at_most": "9 t"}}, "areas": ["x"], "title": {"en": "A"}}
    second = {"minimise": "b", "rules": {"cap": {"limit": "co2", "at_most": "8 t"}, "fee": {"charge": "co2"}}, "areas": ["x", "y"], "title": {"en": "B"}}
    assert [i.name for i in inputs_between(first, second)] == ["objective", "rules.cap.at_most", "areas", "rules.fee"]


def test_contributions_add_up_to_the_difference(runs: tuple[Run, Run]) -> None:
    found = contributions(*runs, account="value_added")
    assert found.exact
    assert found.orders == 24
    accounts = [run.table("accounts").query("area in ['lake', 'park', 'town'] and account == 'value_added'")["value"].sum() for run in runs]
    assert (found.first, found.second) == pytest.approx(tuple(accounts), rel=1e-9)
    assert found.table["contribution"].sum() == pytest.approx(accounts[1] - accounts[0], rel=1e-9)
    assert set(found.table["input"]) == {"prices.set.coal", "prices.set.potash", "rules.cap", "set.basins.lake_brine.draw_limit"}
    by_name = found.table.set_index("input")
    assert by_name.loc["rules.cap", "contribution"] < 0
    assert by_name.loc["set.basins.lake_brine.draw_limit", "contribution"] > 0
    assert (found.table["lowest"] <= found.table["contribution"] + 1).all()


def test_some_orders_add_up_too(runs: tuple[Run, Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saltloop.analysis.contributions.EXACT_UP_TO", 0)
    found = contributions(*runs, account="value_added", orders=2)
    assert (found.exact, found.orders) == (False, 2)
    assert found.table["contribution"].sum() == pytest.approx(found.second - found.first, rel=1e-9)


def test_runs_of_other_data_are_refused(shop: Project, runs: tuple[Run, Run]) -> None:
    path = shop.table("prices")
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(before.replace("480,720", "481,720"), encoding="utf-8")
        said = typed("compare", *(run.folder for run in runs))
    finally:
        path.write_text(before, encoding="utf-8")
    assert said.code == BAD_INPUT
    assert "R306" in said.text
    assert "prices.csv" in said.text


def test_only_what_differs_stands_side_by_side(runs: tuple[Run, Run]) -> None:
    found = side_by_side(runs, "accounts")
    assert ((found["run_2"] - found["run_1"]) == found["difference"]).all()
    assert side_by_side((runs[0], runs[0]), "accounts").empty
    assert side_by_side(runs, "rules")["rule"].tolist() == ["cap"]


def test_the_command_speaks_both_languages(shop: Project) -> None:
    folders = [shop.root / "results" / name for name in ("main", "changed")]
    said, chinese = typed("compare", *folders), typed("compare", *folders, "--lang", "zh", "--account", "co2")
    assert said.code == chinese.code == SOLVED
    for words in ("Accounts", "What rules are worth", "Why Value added goes from", "rules.cap", "sum"):
        assert words in said.text
    for words in ("账户", "规则的边际价值", "二氧化碳由", "合计"):
        assert words in chinese.text
    assert typed("compare", shop.root / "nowhere").code == BAD_INPUT


def test_the_ends_are_the_runs_themselves(runs: tuple[Run, Run]) -> None:
    """To the last bit, whatever plan another solve would find."""
    found = contributions(*runs, account="co2")
    own = [float(run.table("accounts").query("area in ['lake', 'park', 'town'] and account == 'co2'")["value"].sum()) for run in runs]
    assert [found.first, found.second] == own


def test_an_account_that_is_not_there_or_is_not_asked_for_is_told(runs: tuple[Run, Run]) -> None:
    folders = [run.folder for run in runs]
    said = typed("compare", *folders, "--account", "co3")
    assert (said.code, "Did you mean 'co2'?" in said.text) == (BAD_INPUT, True)
    for words in ([*folders, "--no-why"], [*folders, folders[0]]):
        said = typed("compare", *words, "--account", "co2", "--lang", "zh")
        assert (said.code, "R309" in said.text) == (BAD_INPUT, True)


def test_an_account_that_only_the_scenarios_declare_is_explained(tmp_path: Path) -> None:
    """All 88.5 kt of CO2 of the toy pack are charged; a price twice as high brings twice as much, since the objective does not feel it."""
    made = project(tmp_path)
    for price in (1, 2):
        own = "accounts: {bill: {title: {en: Bill, zh: 账单}, unit: CNY}}\n"
        made.write(f"{BASE}{own}rules: {{levy: {{charge: co2, price: {price} CNY/t, to: bill}}}}\n", f"at{price}")
        assert typed("run", tmp_path / "scenarios" / f"at{price}.yaml", "--no-report", "--out", tmp_path / "results").code == SOLVED
    found = contributions(*(open_run(tmp_path / "results" / f"at{price}") for price in (1, 2)), account="bill")
    assert (found.first, found.second, found.unit) == (pytest.approx(88_500), pytest.approx(177_000), "CNY")
    assert found.table["contribution"].tolist() == pytest.approx([88_500])


def test_two_runs_of_one_scenario_have_no_reason_to_differ(runs: tuple[Run, Run]) -> None:
    assert "no input differs" in typed("compare", runs[0].folder, runs[0].folder).text


def test_what_is_rounding_is_shown_as_nothing(runs: tuple[Run, Run]) -> None:
    table = pd.DataFrame([("a", 1, 2, 5.0, 5.0, 5.0, "t"), ("b", 1, 2, 1e-11, -1e-12, 1e-11, "t")], columns=list(CONTRIBUTION_COLUMNS))
    text = contribution_text(runs[0], Contributions("co2", "t", 10.0, 15.0, table, 2, True, 4))
    (line,) = [line for line in text.splitlines() if line.startswith("  b")]
    assert line.split()[3:] == ["0", "t", "0", "–", "0", "t"]


def test_one_run_alone_is_refused(shop: Project, runs: tuple[Run, Run]) -> None:
    said = typed("compare", runs[0].folder, "--lang", "zh")
    assert (said.code, "R105" in said.text) == (BAD_INPUT, True)
