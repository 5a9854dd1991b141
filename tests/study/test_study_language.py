"""The study language: every message at its line, paths in their short forms, the JSON Schema."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from saltloop.errors import MESSAGES, InputError, Problem
from saltloop.scenario.overlay import key_path
from saltloop.scenario.study import load_study
from saltloop.scenario.study_schema import study_schema
from study.files import PACKS, TITLE, study_of

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "messages.yaml").read_text(encoding="utf-8"))
ROOT = Path(__file__).parents[2]
WHOLE = """
options:
  bundles: {as-is: {}, strict: {rules.cap.at_most: 87 kt, capacity.may_build: [option]}}
  basins.lake_brine.draw_limit: [1.6 hm3, 1.62 hm3]
states:
  bundles: {calm: {}, storm: {prices.coal: +30 %}}
  prices.potash: {triangular: [-20 %, 0 %, +10 %]}
  prices.salt: {normal: [0 %, 10 %]}
  prices.salt_block: {uniform: [100 CNY/t, 200 CNY/t]}
  prices.caustic_soda: {discrete: {-10 %: 0.25, +10 %: 0.75}}
  prices.electricity: [-10 %, +10 %]
  sample: {latin_hypercube: 6, seed: 3}
  correlation: {of: [prices.potash, prices.salt], matrix: [[1, 0.5], [0.5, 1]]}
frozen: [strict; lake_brine=x, all]
compare: {value_added: higher, co2: lower, waste_used/waste_made: null}
in: zone
"""


def problems_of(folder: Path, case: dict[str, Any]) -> list[Problem]:
    try:
        return list(study_of(folder, case["text"]).notes)
    except InputError as error:
        return error.problems.errors


@pytest.mark.parametrize("case", CASES, ids=[f"{i}-{case['code']}" for i, case in enumerate(CASES)])
def test_each_message_is_told_at_its_line_in_plain_words(tmp_path: Path, case: dict[str, Any]) -> None:
    found = problems_of(tmp_path, case)
    assert [(p.message.code, p.place.line) for p in found] == [(case["code"], case["line"])], [p.text() for p in found]
    assert found[0].message.warning == case.get("warning", False)
    for word in case["words"]:
        assert word in found[0].text()
    assert re.search("[\u4e00-\u9fff]", found[0].text("zh"))
    assert "study.yaml" in found[0].place.file


def test_every_code_of_the_study_language_is_provoked() -> None:
    assert {code for code in MESSAGES if re.match("S3", code)} <= {case["code"] for case in CASES}


def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    text = "option: {}\noptions: {rules.cap.at_most: 3}\nstates:\n  prices.potash: {uniform: [1 %]}\ncompare: [x]\nfrozen: y\n"
    with pytest.raises(InputError) as caught:
        study_of(tmp_path, text)
    assert [(p.place.line, p.message.code) for p in caught.value.problems.errors] == [
        (3, "S110"),
        (4, "S112"),
        (6, "S112"),
        (7, "S203"),
        (8, "S307"),
    ]


def test_no_value_hides_what_is_wrong_with_another(tmp_path: Path) -> None:
    """A key of the form, a rule that is not there, wrong names and several wrong units of one list, told together."""
    text = (
        "options:\n  rules.cop.at_most: [40 kt]\n  rules.cap.at_mots: [40 kt]\n  rules.cap.limit: [co2, water9]\n  rules.cap.at_most: [40 kt, 5 hm3, 7 zork]\n"
        "states:\n  prices.potsh: [-5 %]\n  prices.coal: {uniform: [1 hm3, 2 hm3]}\nfroze: x\n"
    )
    with pytest.raises(InputError) as caught:
        study_of(tmp_path, text)
    assert [(p.place.line, p.message.code) for p in caught.value.problems.errors] == [
        (4, "S302"),
        (5, "S110"),
        (6, "S203"),
        (7, "D101"),
        (7, "D102"),
        (9, "S206"),
        (10, "D102"),
        (10, "S304"),
        (11, "S110"),
    ]


def test_a_missing_base_is_told_at_the_line_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("title: {en: T, zh: 题}\nbase: there.yaml\noptions: {rules.cap.at_most: [1 t]}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"s.yaml:2  S101"):
        load_study(tmp_path / "s.yaml", data=str(PACKS))


def test_paths_have_short_forms() -> None:
    assert key_path("prices.soda_ash") == ("prices", "set", "soda_ash")
    assert key_path("prices.set.soda_ash.export") == ("prices", "set", "soda_ash", "export")
    assert key_path("prices.year") == ("prices", "year")
    assert key_path("rules.cap.at_most.2030") == ("rules", "cap", "at_most", 2030)
    assert key_path("set.basins.lake.draw_limit") == key_path("basins.lake.draw_limit") == ("set", "basins.lake.draw_limit")
    assert key_path("capacity.may_build") == ("capacity", "may_build")


def test_what_the_classes_accept_the_json_schema_accepts(tmp_path: Path) -> None:
    schema = study_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert list(validator.iter_errors(yaml.safe_load(TITLE + WHOLE))) == []
    for path in sorted((ROOT / "scenarios" / "studies").glob("*.yaml")):
        assert list(validator.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8")))) == [], path.name
    for case in CASES:
        text = case["text"] if case["text"].startswith("title") else TITLE + case["text"]
        if case["code"] in ("S110", "S111"):
            assert list(validator.iter_errors(yaml.safe_load(text))), case["text"]


def test_a_study_is_options_by_states(tmp_path: Path) -> None:
    study = study_of(tmp_path, WHOLE.replace("strict; lake_brine=x, all", "all"))
    assert (len(study.options), len(study.states)) == (4, 24)
    assert [study.options.name(n) for n in range(4)] == [
        f"{bundle}; basins.lake_brine.draw_limit={size}" for bundle in ("as-is", "strict") for size in ("1.6 hm3", "1.62 hm3")
    ]
    assert study.options.values(3) == {"rules.cap.at_most": "87 kt", "capacity.may_build": ["option"], "basins.lake_brine.draw_limit": "1.62 hm3"}
    assert study.states.name(0) == "calm; electricity=-10 %; 1"
    assert study.frozen == tuple(study.options.name(n) for n in range(4))
    assert [(m.name, m.better, m.unit) for m in study.measures] == [
        ("value_added", "higher", "CNY"),
        ("co2", "lower", "t"),
        ("waste_used/waste_made", "higher", "1"),
    ]


def test_a_study_without_measures_is_judged_by_the_objective(tmp_path: Path) -> None:
    study = study_of(tmp_path, "options: {rules.cap.at_most: [80 kt]}")
    assert [(m.name, m.better) for m in study.measures] == [("value_added", "higher")]
