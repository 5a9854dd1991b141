"""Accounts that a scenario adds: they count, charge and bound like those of the pack, and may count some months or hours alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from saltloop.analysis.plan import Clock, solve_scenario, write_plan
from saltloop.errors import InputError
from saltloop.results.run import Run
from saltloop.results.verify import verify
from scenario.files import BASE, scenario_of

TITLE = "title: {en: Own, zh: 自设}"
DAYS = {5: 31, 6: 30, 7: 31, 8: 31, 9: 30}


def run_of(folder: Path, text: str) -> Run:
    """The scenario solved, written, and verified from its files."""
    run = write_plan(solve_scenario(scenario_of(folder, text), clock=Clock()), folder / "out")
    assert [finding.check[0] for finding in verify(run) if not finding.holds] == []
    return run


def total(run: Run, account: str) -> float:
    table = run.table("accounts")
    return float(table[(table["account"] == account) & (table["area"] == "region")]["value"].iloc[0])


def test_an_own_account_is_bounded_like_any_other(tmp_path: Path) -> None:
    """Salt sold, t, but blocks at half: 100 kt of salt and 100 kt of blocks are sold without the rule."""
    own = f"accounts: {{sold: {{{TITLE}, unit: kt, terms: [{{flow: sell, commodity: salt}}, {{flow: sell, commodity: salt_block, weight: 50 %}}]}}}}\n"
    free, bound = (run_of(tmp_path / name, BASE + own + rule) for name, rule in (("a", ""), ("b", "rules: {few: {limit: sold, at_most: 60 kt}}\n")))
    trades = free.table("trades").groupby("commodity")["value"].sum()
    assert total(free, "sold") == pytest.approx((trades["salt"] + 0.5 * trades["salt_block"]) / 1000)
    assert total(bound, "sold") == pytest.approx(60)
    assert total(bound, "value_added") < total(free, "value_added")


def test_what_enters_other_accounts_counts_there(tmp_path: Path) -> None:
    """A fee of 3 CNY per t of potash sold is a tax; the weight may be negative, as a refund."""
    text = "accounts: {fee: {%s, unit: CNY, terms: [{flow: sell, commodity: potash, weight: 3 CNY/t}], enters: {taxes: %s}}}\n"
    for weight in (1, -0.5):
        run = run_of(tmp_path / str(weight), BASE + text % (TITLE, weight))
        assert total(run, "fee") == pytest.approx(3 * 80_000)
        assert total(run, "taxes") == pytest.approx(weight * 3 * 80_000)
        assert total(run, "profit") == pytest.approx(total(run, "value_added") - weight * 3 * 80_000)


MONTHS = BASE + "slices: months\n"


def test_an_account_of_some_months_counts_their_slices(tmp_path: Path) -> None:
    """What the power plant makes from May to September, in MWh; the plant is cut into months."""
    run = run_of(tmp_path, MONTHS + f"accounts: {{summer: {{{TITLE}, unit: MWh, terms: [{{flow: made, commodity: electricity}}], months: 5-9}}}}\n")
    made = run.table("activities").query("process == 'coal_power'")
    assert total(run, "summer") == pytest.approx(made[made["slice"].isin([f"m{m:02}" for m in DAYS])]["value"].sum())
    assert 0 < total(run, "summer") < made["value"].sum()


def test_what_runs_evenly_counts_with_the_share_of_the_months(tmp_path: Path) -> None:
    """Potash and salt plants are not cut into slices: 153 of 365 days of the electricity that they use."""
    own = f"accounts: {{summer: {{{TITLE}, unit: MWh, terms: [{{flow: used, commodity: electricity}}], months: 5-9}}}}\n"
    run = run_of(tmp_path, MONTHS + own)
    used = run.table("activities").groupby("process")["value"].sum()
    assert total(run, "summer") == pytest.approx(sum(DAYS.values()) / 365 * (0.5 * used["potash_plant"] + 0.05 * used["salt_washing"]))


def test_hours_of_the_day_pass_over_midnight(tmp_path: Path) -> None:
    """23-7 are eight hours, [9-17, 20] nine; an even load has 8 and 9 of 24 parts in them."""
    day = "{%s, unit: MWh, terms: [{flow: used, commodity: electricity, agent: potash_plant}], hours: %s}"
    own = f"accounts: {{night: {day % (TITLE, '23-7')}, light: {day % (TITLE, '[9-17, 20]')}, all: {day % (TITLE, '0-24')}}}\n"
    run = run_of(tmp_path, BASE + "slices: typical_days\n" + own)
    assert total(run, "all") == pytest.approx(0.5 * 80_000)
    assert total(run, "night") == pytest.approx(0.5 * 80_000 / 3)
    assert total(run, "light") == pytest.approx(0.5 * 80_000 * 9 / 24)


def test_a_charge_at_peak_hours_moves_what_can_move(tmp_path: Path) -> None:
    """Profit pays 100 CNY/MWh for power made from 8 to 12; the town must be served, so the charge is paid on its even share at least."""
    own = f"accounts: {{peak: {{{TITLE}, unit: MWh, terms: [{{flow: made, commodity: electricity}}], hours: 8-12}}}}\n"
    own += "rules: {dear: {charge: peak, price: 0.1 CNY/kWh}}\n"
    run = run_of(tmp_path, BASE.replace("value_added", "profit") + "slices: typical_days\n" + own)
    assert total(run, "taxes") == pytest.approx(100 * total(run, "peak"))
    assert total(run, "peak") >= 20_000 * 4 / 24 - 1e-6


@pytest.mark.parametrize(
    ("own", "code", "words"),
    [
        ("{unit: t}", "S111", "'title' is missing in accounts.own"),
        ("{title: {en: A, zh: 甲}}", "S111", "'unit' is missing in accounts.own"),
        ("{title: {en: A, zh: 甲}, unit: t, terms: [{comodity: coal}]}", "S110", "Did you mean 'commodity'?"),
        ("{title: {en: A, zh: 甲}, unit: t, terms: [{flow: eat}]}", "S112", "one of activity, capacity"),
        ("{title: {en: A, zh: 甲}, unit: t, hours: 7-25}", "S112", "a range from 0 to 24"),
        ("{title: {en: A, zh: 甲}, unit: t, months: [0-3]}", "S112", "a range from 1 to 12"),
        ("{title: {en: A, zh: 甲}, unit: m3, terms: [{flow: sell, commodity: potash}]}", "D171", "counted in m3"),
        ("{title: {en: A, zh: 甲}, unit: t, terms: [{flow: sell, commodity: potash, weight: heavy}]}", "D103", "'heavy' is not a number"),
        ("{title: {en: A, zh: 甲}, unit: t, enters: {taxs: 1}}", "S203", "unknown account 'taxs' in accounts.own.enters"),
        ("{title: {en: A, zh: 甲}, unit: tons}", "D101", "unknown unit 'tons'"),
    ],
)
def test_what_is_wrong_with_an_own_account_is_told_at_its_line(tmp_path: Path, own: str, code: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        scenario_of(tmp_path, f"{BASE}accounts:\n  own: {own}\n")
    told = {p.message.code: p for p in caught.value.problems.errors}
    assert code in told, caught.value.text()
    assert words in told[code].text()
    assert told[code].place.line == 8


def test_a_word_that_selects_nothing_is_noted_at_the_line_of_the_scenario(tmp_path: Path) -> None:
    own = f"accounts:\n  own: {{{TITLE}, unit: t, terms: [{{flow: sell, commodity: potsh}}]}}\n"
    notes = [p for p in scenario_of(tmp_path, BASE + own).notes if p.message.code == "D172"]
    assert [(p.place.line, "Did you mean 'potash'?" in p.text()) for p in notes] == [(8, True)]


def test_a_file_that_extends_another_changes_part_of_an_account(tmp_path: Path) -> None:
    parent = BASE + f"accounts: {{own: {{{TITLE}, unit: t, terms: [{{flow: sell, commodity: potash}}]}}}}\n"
    scenario = scenario_of(tmp_path, "extends: parent.yaml\naccounts: {own: {terms: [{flow: sell, commodity: salt}]}}\n", parent=parent)
    rows = scenario.pack.tables["account_terms"].query("account == 'own'")
    assert rows["commodity"].tolist() == ["salt"]


def test_what_a_scenario_shows_is_told_with_the_plan(tmp_path: Path) -> None:
    from saltloop.interfaces.text import plan_text

    run = run_of(tmp_path, BASE + "shows: {en: Salt pays., zh: 盐有利可图。}\n")
    assert "Salt pays." in plan_text(run, "en")
    assert "盐有利可图。" in plan_text(run, "zh")
