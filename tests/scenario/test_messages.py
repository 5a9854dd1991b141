"""Every message of the scenario language is provoked once, from a list."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from saltloop.data.read import listed_names
from saltloop.errors import MESSAGES, InputError, Problem
from saltloop.scenario import load_scenario
from scenario.files import BASE, PACKS, scenario_of

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "messages.yaml").read_text(encoding="utf-8"))
# Four words of English in a row are a sentence that nobody has put into Chinese; keys and names stand one at a time, or with commas between.
ENGLISH = re.compile(r"\b[a-z]+(?: [a-z]+){3,}")
PYDANTIC = re.compile(r"Input should|valid string|Extra inputs|Field required|Value error|pydantic\.dev")


def problems_of(folder: Path, case: dict[str, Any]) -> list[Problem]:
    (folder / "other.yaml").write_text(BASE, encoding="utf-8")
    files = {name.removesuffix(".yaml"): text for name, text in case.get("files", {}).items()}
    try:
        found = scenario_of(folder, case.get("text", BASE + case.get("add", "")) or "# empty", **files).notes
    except InputError as error:
        return error.problems.errors
    return [problem for problem in found if problem.message.code.startswith("S")]


@pytest.mark.parametrize("case", CASES, ids=[f"{i}-{case['code']}" for i, case in enumerate(CASES)])
def test_each_message_is_told_at_its_line_in_plain_words(tmp_path: Path, case: dict[str, Any]) -> None:
    found = problems_of(tmp_path, case)
    assert [(p.message.code, p.place.line) for p in found] == [(case["code"], case["line"])], [p.text() for p in found]
    assert found[0].message.warning == case.get("warning", False)
    for word in case["words"]:
        assert word in found[0].text()
    for word in case.get("zh", ()):
        assert word in found[0].text("zh")
    assert re.search("[\u4e00-\u9fff]", found[0].text("zh"))
    assert not ENGLISH.search(found[0].text("zh"))
    assert not PYDANTIC.search(found[0].text() + found[0].text("zh"))
    sent: Problem = pickle.loads(pickle.dumps(found[0]))
    assert (sent.text(), sent.text("zh")) == (found[0].text(), found[0].text("zh"))


def test_a_misspelt_key_hides_nothing_that_is_wrong_with_its_rule(tmp_path: Path) -> None:
    """Nor is told what follows of it alone: that one of at_most, at_least and equals is missing."""
    rules = "rules:\n  a: {limit: cO2, at_most: 1 hm3, inn: zone}\n  b: {limit: co2, at_moost: 1 kt}\n  c: {limit: co2, at_most: 1 hm3, notes: x}\n"
    found = problems_of(tmp_path, {"add": rules})
    assert [(p.message.code, p.place.line) for p in found] == [("S110", 8), ("S203", 8), ("S110", 9), ("D102", 10), ("S110", 10)]


def test_of_many_names_those_that_come_nearest_are_listed() -> None:
    few, many = [f"name{n}" for n in range(40)], [*(f"other{n}" for n in range(100)), "co2_direct", "co2"]
    assert str(listed_names(few, "x")) == ", ".join(few)
    none = listed_names([], "x")
    assert (str(none), none.zh) == ("none", "无")
    said = listed_names(many, "co22")
    assert said.split(", ")[0] == "co2"
    assert said.endswith(" and 90 more")
    assert said.zh.endswith(" 等 102 个")


def test_every_code_of_the_scenario_language_is_provoked() -> None:
    codes = {code for code in MESSAGES if code.startswith("S1")} - {"S102"}
    assert codes <= {case["code"] for case in CASES}


def test_a_file_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "gbk.yaml"
    file.write_bytes("region: toy\ntitle: {en: T, zh: 情景}\n".encode("gbk"))
    with pytest.raises(InputError, match=r"gbk.yaml:2  S102"):
        load_scenario(file)


def test_a_missing_file_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    with pytest.raises(InputError, match=r"S101 .*bas\.yaml(.|\n)*Did you mean 'base.yaml'"):
        load_scenario(tmp_path / "bas.yaml")


def test_all_errors_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "many.yaml"
    file.write_text(
        """\
title: {}
region: toy
areas: [zon]
periods: [2025, x]
maximise: {value_add: 1}
colour: red
prices: {yaer: 2025, set: {potsh: -5 %, potash: 3 CNY/m3}}
rules:
  cap: {limit: co3, at_most: 12 Mt}
  use: {target: waste_used, at_least: 60 %}
  odd: {what: ever}
set:
  basins.river.draw_limt: 3 hm3
  basins.lake_brine.draw_limit: 3 t
""",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        load_scenario(file, data=str(PACKS))
    assert [(p.place.line, p.message.code) for p in caught.value.problems.errors] == [
        (1, "S111"),
        (1, "S111"),
        (3, "S204"),
        (4, "S112"),
        (5, "S203"),
        (6, "S110"),
        (7, "D102"),
        (7, "S110"),
        (7, "S111"),
        (7, "S206"),
        (9, "S203"),
        (10, "S111"),
        (11, "S117"),
        (13, "S120"),
        (14, "D102"),
    ]
    assert caught.value.text().endswith("15 problems; nothing was built.")
