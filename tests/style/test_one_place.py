"""What is added in one place goes everywhere: each line of the table in the architecture, tried on a copy of the toy pack."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import jsonschema
import pandas as pd
import pytest
import yaml
from pydantic import Field

from interfaces.typed import BASE, Project, Said, project, typed
from saltloop.data import schema
from saltloop.data.checks import CHECKS, manual
from saltloop.data.checks.registry import data_check
from saltloop.data.pack import load
from saltloop.data.relations import Relations, place_of
from saltloop.data.schema import Column
from saltloop.errors import BAD_INPUT, MESSAGES, SOLVED, Problem, message
from saltloop.formulation.rules.rule import Amount, Context, Rule, Schedule
from saltloop.interfaces.cli import main
from saltloop.results.run import Run, open_run
from saltloop.scenario.schema import json_schema


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return made


class Finished:
    """A run with everything that it left: its text, its tables, its report."""

    def __init__(self, said: Said, run: Run) -> None:
        self.said, self.run = said, run
        self.page = (run.folder / "report.html").read_text(encoding="utf-8")
        self.verified = typed("verify", run.folder)

    def table(self, name: str, **where: Any) -> pd.DataFrame:
        """The lines of a table with these values."""
        frame = self.run.table(name)
        for column, value in where.items():
            frame = frame[frame[column] == value]
        return frame

    def value(self, name: str, column: str = "value", **where: Any) -> float:
        (found,) = self.table(name, **where)[column]
        return float(found)


def finished(made: Project, text: str = "") -> Finished:
    """The scenario run to its report, and verified from its files."""
    made.write(text or BASE)
    said = typed("run", "scenarios/main.yaml", "--out", "out")
    assert said.code == SOLVED, said.text
    found = Finished(said, open_run(made.root / "out" / "main"))
    assert found.verified.code == SOLVED, found.verified.text
    return found


DRYING = (
    {
        "table": "processes",
        "add": {"process": "salt_drying", "title_en": "Salt drying", "title_zh": "晒盐", "industry": "salt_lake", "reference": "salt", "resolution": "year"},
    },
    {"table": "recipes", "add": {"process": "salt_drying", "commodity": "salt", "direction": "make", "value": 1, "unit": "t"}},
    {"table": "recipes", "add": {"process": "salt_drying", "commodity": "waste_salt", "direction": "use", "value": 1, "unit": "t"}},
    {"table": "factors", "add": {"kind": "process", "item": "salt_drying", "factor": "variable_cost", "value": 60, "unit": "CNY"}},
    {"table": "capacities", "add": {"site": "park", "equipment": "salt_drying", "status": "existing", "from_year": 2020, "value": 20, "unit": "kt/a"}},
)


def test_a_process_is_rows(toy: Project) -> None:
    """It needs no hall, so it takes the 20 kt that were stacked; 10 kt of them fill the first tier of salt."""
    found = finished(toy.edit(*DRYING))
    assert found.value("activities", process="salt_drying") == pytest.approx(20_000)
    assert found.value("capacity", "used", process="salt_drying") == pytest.approx(20_000)
    assert not found.table("ledger", agent="salt_drying", account="intermediate_cost").empty
    assert found.table("names", id="salt_drying")["title_zh"].tolist() == ["晒盐"]
    assert "Salt drying" in found.page
    assert "晒盐" in found.page
    assert found.value("accounts", area="region", account="value_added") > 140.7e6


TABLE_SALT = (
    {
        "table": "commodities",
        "add": {"commodity": "table_salt", "title_en": "Table salt", "title_zh": "食盐", "unit": "t", "resolution": "year", "tags": "bulk_solid"},
    },
    {"table": "compositions", "add": {"commodity": "table_salt", "species": "NaCl", "value": 1, "unit": "t"}},
    {
        "table": "processes",
        "add": {"process": "refining", "title_en": "Refining", "title_zh": "精制", "industry": "salt_lake", "reference": "table_salt", "resolution": "year"},
    },
    {"table": "recipes", "add": {"process": "refining", "commodity": "table_salt", "direction": "make", "value": 1, "unit": "t"}},
    {"table": "recipes", "add": {"process": "refining", "commodity": "salt", "direction": "use", "value": 1, "unit": "t"}},
    {"table": "capacities", "add": {"site": "park", "equipment": "refining", "status": "existing", "from_year": 2020, "value": 30, "unit": "kt/a"}},
    {"table": "sites", "add": {"site": "port", "title_en": "Port", "title_zh": "港口", "area": "region", "kind": "city", "source": "invented"}},
    {
        "table": "links",
        "add": {"link": "road_park_port", "origin": "park", "destination": "port", "mode": "road", "both_ways": "no", "value": 100, "unit": "km"},
    },
    {"table": "markets", "add": {"market": "overseas", "title_en": "Overseas", "title_zh": "海外", "side": "demand"}},
    {"table": "market_tiers", "add": {"market": "overseas", "commodity": "table_salt", "tier": 1}},
    {"table": "market_access", "add": {"market": "overseas", "place": "port", "commodity": "table_salt", "value": 5, "unit": "CNY/t"}},
    {"table": "prices", "add": {"commodity": "table_salt", "year": 2025, "value": 500, "unit": "CNY/t"}},
)


def test_a_commodity_a_site_a_link_a_market_and_a_price_are_rows(toy: Project) -> None:
    found = finished(toy.edit(*TABLE_SALT))
    for role, site, agent in (
        ("made", "park", "refining"),
        ("shipped_out", "park", "road_park_port"),
        ("shipped_in", "port", "road_park_port"),
        ("sold", "port", "overseas"),
    ):
        assert found.value("flows", commodity="table_salt", role=role, site=site, agent=agent) == pytest.approx(30_000)
    assert found.value("trades", "price", commodity="table_salt", market="overseas") == pytest.approx(500)
    assert found.value("trades", "freight", commodity="table_salt", market="overseas") == pytest.approx(5)
    assert found.value("products", "sold", commodity="table_salt") == pytest.approx(30_000)
    assert "Table salt" in found.said.text
    for title in ("Table salt", "食盐", "Port", "港口", "Overseas"):
        assert title in found.page


BRINE = (
    {"table": "accounts", "add": {"account": "brine_drawn", "title_en": "Brine drawn", "title_zh": "采卤量", "unit": "m3", "group": "water"}},
    {"table": "account_terms", "add": {"account": "brine_drawn", "flow": "draw", "commodity": "brine"}},
)


def test_an_account_is_rows_and_an_objective(toy: Project) -> None:
    found = finished(toy.edit(*BRINE), BASE.replace("value_added", "[brine_drawn, value_added]"))
    stage = found.run.manifest["objective"]["stages"][0]
    assert stage == {"sense": "maximise", "accounts": {"brine_drawn": 1.0}, "value": pytest.approx(1.6e6), "unit": "m3"}
    assert found.value("accounts", area="region", account="brine_drawn") == pytest.approx(1.6e6)
    assert found.value("ledger", account="brine_drawn") == pytest.approx(1.6e6)
    assert found.value("accounts", area="region", account="value_added") == pytest.approx(140.7e6)
    for text in (found.page, found.said.text):
        assert "Brine drawn" in text
    assert "采卤量" in found.page


def test_an_account_is_rows_and_a_rule(toy: Project) -> None:
    """A million m3 of brine makes 50 kt of potash; one m3 more is worth what the brine of the lake is worth otherwise."""
    found = finished(toy.edit(*BRINE), f"{BASE}rules: {{less_brine: {{limit: brine_drawn, at_most: 1 hm3}}}}\n")
    assert found.value("accounts", area="region", account="brine_drawn") == pytest.approx(1e6)
    assert found.value("rules", "left", rule="less_brine") == pytest.approx(1e6)
    assert found.value("rules", "dual", rule="less_brine") > 71
    assert found.table("rules", rule="less_brine")["dual_unit"].tolist() == ["CNY/m3"]
    assert "less brine" in found.page


def test_an_indicator_is_rows(toy: Project) -> None:
    toy.edit(
        {
            "table": "indicators",
            "add": {
                "indicator": "carbon_intensity",
                "title_en": "Carbon per value added",
                "title_zh": "单位增加值碳排放",
                "numerator": "co2",
                "denominator": "value_added",
                "unit": "t/万元",
                "better": "lower",
            },
        },
        {"table": "indicator_values", "add": {"indicator": "carbon_intensity", "area": "zone", "year": 2025, "kind": "target", "value": 5, "unit": "t/万元"}},
    )
    found = finished(toy)
    expected = found.value("accounts", area="zone", account="co2") / found.value("accounts", area="zone", account="value_added") * 1e4
    assert found.value("indicators", "actual", indicator="carbon_intensity", area="zone") == pytest.approx(expected)
    assert found.table("indicators", indicator="carbon_intensity", area="zone")["unit"].tolist() == ["t/万元"]
    assert "Carbon per value added" in found.said.text
    assert "单位增加值碳排放" in found.page


def test_a_region_is_a_folder(toy: Project) -> None:
    """It builds on the toy pack and replaces one row: half the potash."""
    folder = toy.root / "data" / "island"
    folder.mkdir()
    about = yaml.safe_load((toy.pack / "pack.yaml").read_text(encoding="utf-8"))
    about |= {"name": "island", "builds_on": ["toy"], "title": {"en": "Island", "zh": "小岛"}}
    (folder / "pack.yaml").write_text(yaml.safe_dump(about, allow_unicode=True), encoding="utf-8")
    header = (toy.table("capacities")).read_text(encoding="utf-8").splitlines()[0]
    (folder / "capacities.csv").write_text(f"{header},override\nlake,potash_plant,existing,2015,,40,kt/a,30,50,D,invented,,,yes\n", encoding="utf-8")
    assert typed("check", "island").code == SOLVED
    found = finished(toy, BASE.replace("region: toy", "region: island"))
    assert found.run.manifest["pack"]["name"] == "island"
    assert found.value("products", "sold", commodity="potash") == pytest.approx(40_000)
    assert {"island/capacities.csv", "toy/recipes.csv"} <= set(found.run.manifest["hashes"])
    assert "Island" in found.page


@pytest.fixture
def new_kind() -> Iterator[str]:
    """A rule kind, written as its author would write it, and taken away again."""

    class Sum(Rule, kind="sum_of"):
        r"""Two accounts together are at most a value.

        .. math:: \sum_p account_{apy} + account_{bpy} \le value_y

        Example: ``both: {sum_of: waste_made, and: waste_used, at_most: 400 kt}``
        Dual: objective unit per unit of the accounts.
        """

        title = ("Sum of two accounts", "两账户之和")
        account: str = Field(alias="sum_of", description="first account")
        other: str = Field(alias="and", description="second account, in the same unit")
        at_most: Amount = Field(description="upper bound")

        def bind_fields(self, context: Context) -> dict[str, Schedule]:
            unit = context.account_unit(self.account, self.kind)
            context.account_unit(self.other, "and")
            self._unit = unit or "1"
            return {"bound": context.schedule(self.at_most, unit, "at_most")}

        def row(self, m: Any, y: Any) -> Any:
            both = sum(m.account[self.account, p, y] + m.account[self.other, p, y] for p in m.sites_of_rule[self.name])
            return both <= m.rule_number[self.name, "bound", y]

    yield "sum_of"
    del Rule.kinds["sum_of"]


RULED = f"{BASE}rules: {{both: {{sum_of: waste_made, and: waste_used, at_most: 400 kt}}}}\n"


def test_a_rule_kind_is_a_class(toy: Project, new_kind: str) -> None:
    """240 kt of waste salt are made and 210 kt used; together they must not pass 400 kt."""
    found = finished(toy, RULED)
    assert found.value("rules", "left", rule="both") == pytest.approx(400_000)
    assert found.value("rules", "bound", rule="both") == pytest.approx(400_000)
    assert found.value("rules", "dual", rule="both") > 0
    assert found.table("rules", rule="both")["kind"].tolist() == [new_kind]
    made, used = (found.value("accounts", area="region", account=name) for name in ("waste_made", "waste_used"))
    assert made + used == pytest.approx(400_000)
    assert re.search(r"both +sum of two accounts +400,000 t", found.said.text)
    assert "两账户之和" in typed("show", found.run.folder, "--lang", "zh").text
    assert "两账户之和" in found.page


def test_a_rule_kind_is_known_to_schema_messages_and_the_first_scenario(toy: Project, new_kind: str) -> None:
    judge = jsonschema.Draft202012Validator(json_schema())
    assert not list(judge.iter_errors(yaml.safe_load(RULED)))
    assert list(judge.iter_errors(yaml.safe_load(RULED.replace("at_most", "at_mots"))))
    for old, new, words in (
        ("at_most", "at_mots", "Did you mean 'at_most'?"),
        ("and: waste_used", "and: waste_usd", "Did you mean 'waste_used'?"),
        ("400 kt", "400 m3", "'m3' does not fit where 't' belongs"),
        ("sum_of", "sum_off", "Did you mean 'sum_of'?"),
    ):
        said = toy.write(RULED.replace(old, new)).run()
        assert said.code == BAD_INPUT
        assert "scenarios/main.yaml:7" in said.text
        assert words in said.text
    assert typed("new", "first.yaml", "--pack", "toy").code == SOLVED
    assert "both: {sum_of: waste_made, and: waste_used, at_most: 400 kt}" in (toy.root / "first.yaml").read_text(encoding="utf-8")


@pytest.fixture
def new_check() -> Iterator[str]:
    """A check of data as one function, taken away again."""
    far_north = message("D198", ("site '{site}' lies in the far north", "地点“{site}”位于极北"), ("look at the latitude", "请核对纬度"), warning=True)

    @data_check(far_north, in_chinese=("没有地点位于极圈以内。", "查看纬度。", "没有人在那里晒卤。"))
    def sites_are_not_in_the_far_north(relations: Relations) -> Iterator[Problem]:
        """No site lies beyond the circle.

        What it does: looks at the latitude.

        Why: nobody evaporates brine there.
        """
        for row in relations.rows("sites"):
            if row["latitude"] is not None and row["latitude"] > 66:
                yield far_north.at(place_of(row), site=row["site"])

    yield "D198"
    CHECKS.pop()
    del MESSAGES["D198"]


def test_a_check_of_data_is_a_function(toy: Project, new_check: str) -> None:
    toy.edit({"table": "sites", "at": ["park"], "set": {"latitude": 70}})
    said, chinese = typed("check", "toy"), typed("check", "toy", "--lang", "zh")
    assert said.code == SOLVED
    assert f"data/toy/sites.csv:3  {new_check}  site 'park' lies in the far north" in said.text
    assert "位于极北" in chinese.text
    assert "Why: nobody evaporates brine there." in typed("explain", new_check).text
    assert "缘由：没有人在那里晒卤。" in typed("explain", new_check, "--lang", "zh").text
    assert manual(new_check).startswith("D198 (warning)")
    found = finished(toy)
    assert any(new_check in warning["en"] for warning in found.run.manifest["warnings"])
    assert "lies in the far north" in found.said.text
    assert "位于极北" in found.page


def test_a_policy_of_a_known_kind_is_a_line(toy: Project) -> None:
    found = finished(toy, f"{BASE}rules:\n  carbon_cap: {{limit: co2, at_most: 86.75 kt}}\n")
    assert found.value("rules", "dual", rule="carbon_cap") == pytest.approx(5 / 0.175)
    assert re.search(r"carbon_cap +limit +86,750 t +28.6 CNY/t", found.said.text)
    assert "carbon cap" in found.page


def test_a_column_of_a_table_is_a_line(toy: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Declared, it is read, typed and checked; undeclared, it is refused."""
    path = toy.table("sites")
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([f"{header},height", *(f"{line},{n * 1000}" for n, line in enumerate(lines, 1))]), encoding="utf-8")
    assert "has no column 'height'" in typed("check", "toy").text
    monkeypatch.setitem(schema.BY_NAME["sites"].names, "height", Column("height", "number", ("metres above the sea", "海拔"), required=False))
    assert load(toy.pack).tables["sites"]["height"].tolist() == [1000.0, 2000.0, 3000.0]
    path.write_text(path.read_text(encoding="utf-8").replace(",2000", ",high"), encoding="utf-8")
    assert "data/toy/sites.csv:3  D108  'high' in column 'height' is not a finite number" in typed("check", "toy").text


def test_a_command_is_a_function(toy: Project) -> None:
    @main.command()
    def count() -> None:
        r"""Count to three.

        \b
        Example:
            saltloop count
        """
        click.echo(json.dumps([1, 2, 3]))

    try:
        assert typed("count").text == "[1, 2, 3]\n"
        assert "\n      saltloop count\n" in typed("count", "--help").text
        assert "count" in typed("--help").text
    finally:
        del main.commands["count"]
