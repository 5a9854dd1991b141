"""What `show`, `diff`, `new` and `schema` print."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from saltloop.formulation.rules.rule import Rule
from saltloop.scenario import difference, json_schema, load_scenario, new_scenario_text, show
from scenario.files import BASE, PACKS, scenario_of

FULL = (
    BASE
    + """\
discount_rate: 6 %
rules:
  cap: {limit: co2, at_most: {2025: 90 kt, 2030: 80 kt}, in: zone}
  tiers: {charge: fresh_water, price: [[0 hm3, 1.2 CNY/m3], [80 hm3, 2.4 CNY/m3]], to: taxes}
  market: {allowance: co2, at_most: 90 kt, buy_at: 60 CNY/t, sell_at: 50 CNY/t}
  no_blocks: {ban: block_making}
  pass: {exchange: waste_salt, allow: no}
  path: {price: potash, change: -10 %}
set:
  basins.river.draw_limit: 0.5 hm3
  prices.potash: -10 %
"""
)


def test_the_shown_scenario_is_the_scenario(tmp_path: Path) -> None:
    scenario = scenario_of(tmp_path / "a", FULL)
    again = scenario_of(tmp_path / "b", show(scenario))
    assert again.choices.rules[0].numbers == scenario.choices.rules[0].numbers
    assert (again.choices.periods, again.choices.objective, again.choices.discount_rate) == (
        scenario.choices.periods,
        scenario.choices.objective,
        scenario.choices.discount_rate,
    )
    assert yaml.safe_load(show(again)) == yaml.safe_load(show(scenario))


def test_each_line_says_where_it_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenarios = tmp_path / "project" / "scenarios"
    scenarios.mkdir(parents=True)
    monkeypatch.chdir(scenarios)
    scenario = scenario_of(
        tmp_path,
        "extends: base.yaml\nrules:\n  cap: {at_most: 80 kt}\nset: {land.park.unused: 20 ha}\n",
        base=BASE + "rules:\n  cap: {limit: co2, at_most: 90 kt}\n",
    )
    lines = {line.split("#")[0].strip(): line.split("#")[1].strip() for line in show(scenario).splitlines() if line.count("#") == 1 and ":" in line}
    assert lines["region: toy"] == "base.yaml:2"
    assert lines["limit: co2"] == "base.yaml:8"
    assert lines["at_most: 80 kt"] == "main.yaml:3"
    assert lines["discount_rate: 0.08"] == "default"
    assert lines["land.park.unused: 20 ha"].startswith("main.yaml:4; the pack had 15 ha (")
    assert lines["land.park.unused: 20 ha"].endswith("land.csv:3)")


def test_both_languages_are_shown(tmp_path: Path) -> None:
    scenario = scenario_of(tmp_path)
    assert "# T\n" in show(scenario, "en")
    assert "# 题\n" in show(scenario, "zh")
    assert "默认值" in show(scenario, "zh")


def test_a_difference_names_only_what_differs(tmp_path: Path) -> None:
    a = scenario_of(tmp_path / "a", BASE + "rules: {cap: {limit: co2, at_most: 90 kt}}\n")
    b = scenario_of(tmp_path / "b", BASE + "slices: year\nrules: {cap: {limit: co2, at_most: 80 kt}, none: {ban: block_making}}\nlanguage: zh\n")
    lines = [line.split("#")[0].strip() for line in difference(a, b).splitlines()]
    assert lines[2:] == ["- rules.cap.at_most: 90 kt", "+ rules.cap.at_most: 80 kt", "+ rules.none.ban: block_making", "+ language: zh"]
    assert difference(a, a) == "The two scenarios are the same.\n"
    assert difference(a, a, "zh") == "两个情景相同。\n"


def test_the_template_runs_as_it_stands_and_names_every_rule_kind(tmp_path: Path) -> None:
    text = new_scenario_text(scenario_of(tmp_path / "a").pack)
    scenario = scenario_of(tmp_path / "b", text)
    assert scenario.choices.areas == ("zone",)
    for kind in Rule.kinds:
        assert f"{kind}: " in text
    examples = yaml.safe_load(text.split("# rules:\n")[1].replace("#   ", ""))
    assert {kind for rule in examples.values() for kind in rule} >= set(Rule.kinds)


@pytest.mark.parametrize(
    "text",
    [
        FULL,
        (PACKS / "toy.yaml").read_text(encoding="utf-8"),
        "extends: x.yaml\nrules: {a: off, b: {at_most: 5 t}}\n",
        BASE + "slices: {typical_days: {days: 12}}\n",
        BASE + "slices: typical_days\n",
        BASE.replace(", zh: 题", ""),
    ],
    ids=["full", "toy", "amending", "days", "day", "english"],
)
def test_the_json_schema_accepts_what_the_loader_accepts(text: str) -> None:
    jsonschema.Draft202012Validator(json_schema()).validate(yaml.safe_load(text))


@pytest.mark.parametrize(
    "text",
    [
        BASE + "colour: red\n",
        BASE + "slices: week\n",
        BASE + "slices: {typical_days: {days: 8}}\n",
        BASE + "minimise: co2\n",
        BASE + "rules: {a: {limit: co2, at_mst: 5 t}}\n",
        BASE + "rules: {a: off}\n",
        "region: toy\n",
        "extends: x.yaml\nrules: {a: {at_mst: 5 t}}\n",
        BASE + "rules: {a: {target: waste_used, at_least: 5 %}}\n",
        BASE.replace("prices: {year: 2025}", "prices: {missing: error}"),
        BASE + "capacity: {existing: [built]}\n",
        BASE.replace("{en: T, zh: 题}", "{}"),
    ],
)
def test_the_json_schema_refuses_what_the_loader_refuses(text: str) -> None:
    assert not jsonschema.Draft202012Validator(json_schema()).is_valid(yaml.safe_load(text))


def test_the_json_schema_is_one_and_says_what_each_key_means() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert {f"rule_{kind}" for kind in Rule.kinds} < set(schema["$defs"])
    for form in (schema, *(schema["$defs"][name] for name in ("Both", "Prices", "Capacity"))):
        for key, value in form["properties"].items():
            assert value.get("description"), key
            assert value.get("description_zh"), key
    for kind in Rule.kinds:
        assert all(value.get("description") for value in schema["$defs"][f"rule_{kind}"]["properties"].values())


def test_loading_from_a_text_path_works() -> None:
    assert load_scenario(str(PACKS / "toy.yaml")).name == "toy"
