"""Whatever a user gets wrong is told in both languages, at its place, with a remedy and the right exit code; nothing half-written stays."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

import saltloop
from interfaces.typed import BASE, PACKS, ROOT, Damage, Edit, Project, files_in, project, text_of, typed
from saltloop.analysis.failure import ALWAYS, row_words, titles
from saltloop.errors import BAD_INPUT, INFEASIBLE, SOLVED, STOPPED, UNBOUNDED
from saltloop.formulation.case import build_case
from saltloop.formulation.program import Program, compile_program
from saltloop.scenario.resolve import load_scenario

INTERRUPTED = 130
CHINESE = re.compile("[\u4e00-\u9fff]")
OPTIMUM = "140.7 million CNY"


@dataclass(frozen=True)
class Wrong:
    """One mistake.

    Args:
        damage: makes it.
        code: of the message.
        place: file, and line if it has one, as shown.
        words: found in the English text.
        also: further codes that the same mistake raises.
    """

    damage: Damage
    code: str
    place: str
    words: tuple[str, ...]
    also: tuple[str, ...] = ()


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with the toy pack; the working folder is its root."""
    made = project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return made


def cells(table: str, at: list[str], **values: object) -> Damage:
    return lambda made: made.edit({"table": table, "at": at, "set": values})


def rows(*edits: Edit) -> Damage:
    return lambda made: made.edit(*edits)


def put(table: str, old: str, new: str) -> Damage:
    return lambda made: text_of(made.table(table), old, new)


def about(old: str, new: str) -> Damage:
    return lambda made: text_of(made.pack / "pack.yaml", old, new)


def raw(name: str, change: Callable[[bytes], bytes]) -> Damage:
    return lambda made: (made.pack / name).write_bytes(change((made.pack / name).read_bytes()))


def says(text: str) -> Damage:
    return lambda made: made.write(text)


def adds(line: str) -> Damage:
    return says(f"{BASE}{line}\n")


def folder_instead(path: str) -> Damage:
    def replace(made: Project) -> None:
        (made.root / path).unlink()
        (made.root / path).mkdir()

    return replace


def both(*damages: Damage) -> Damage:
    return lambda made: [damage(made) for damage in damages]


def told_in_both_languages(made: Project, wrong: Wrong) -> None:
    """The message of a mistake as both languages print it, with nothing left behind."""
    wrong.damage(made)
    english, chinese = made.run(), made.run(language="zh")
    assert english.code == chinese.code == BAD_INPUT, english.text
    found = re.findall(r"^(\S+)  ([DSMR]\d{3})  ", english.text, re.MULTILINE) or [("", c) for c in re.findall(r"^([DSMR]\d{3})  ", english.text, re.MULTILINE)]
    assert {code for _, code in found} == {wrong.code, *wrong.also}, english.text
    assert (wrong.place, wrong.code) in found, english.text
    for word in wrong.words:
        assert word in english.text, english.text
    lines = english.lines
    start = next(n for n, line in enumerate(lines) if f"{wrong.code}  " in line)
    assert re.match(r"    \S", lines[start + 1]), "a remedy under the message"
    assert lines[-1].endswith("nothing was built.")
    assert re.findall(r"[DSMR]\d{3}  ", chinese.text) == re.findall(r"[DSMR]\d{3}  ", english.text)
    for line in chinese.lines:
        assert CHINESE.search(line), line
    assert not re.search(r"Did you mean|expected|cannot be|Read as", chinese.text)
    assert made.left() == []


NO_ENERGY_LIMIT = {"table": "commodities", "at": ["electricity"], "set": {"largest_coefficient": 10, "price_low": 100, "price_high": 2000}}
CHEAP_SODA = (
    {"table": "market_tiers", "add": {"market": "suppliers", "commodity": "caustic_soda", "tier": 1, "value": 0.8}},
    {"table": "market_access", "add": {"market": "suppliers", "place": "park", "commodity": "caustic_soda", "value": 0, "unit": "CNY/t"}},
)
PACK = {
    "unknown commodity": Wrong(
        cells("recipes", ["coal_power", "coal"], commodity="cole"), "D126", "data/toy/recipes.csv:15", ("'cole' in column 'commodity'", "Did you mean 'coal'?")
    ),
    "unknown account": Wrong(
        cells("account_terms", ["waste_made"], account="waste_maid"), "D126", "data/toy/account_terms.csv:15", ("'waste_maid'", "Did you mean 'waste_made'?")
    ),
    "unknown process": Wrong(
        cells("capacities", ["chlor_alkali"], equipment="chlor_alkaly"),
        "D126",
        "data/toy/capacities.csv:6",
        ("'chlor_alkaly'", "equipment or processes", "Did you mean 'chlor_alkali'?"),
    ),
    "unknown area": Wrong(cells("sites", ["town"], area="regon"), "D126", "data/toy/sites.csv:4", ("'regon'", "Did you mean 'region'?")),
    "unknown market": Wrong(cells("demands", ["town"], market="town_gird"), "D126", "data/toy/demands.csv:2", ("'town_gird'", "Did you mean 'town_grid'?")),
    "unknown source": Wrong(cells("recipes", ["coal_power", "coal"], source="S99"), "D126", "data/toy/recipes.csv:15", ("'S99'", "table sources")),
    "unknown unit": Wrong(cells("recipes", ["coal_power", "coal"], unit="tonnes"), "D101", "data/toy/recipes.csv:15", ("unknown unit 'tonnes'",)),
    "misspelt word": Wrong(cells("recipes", ["coal_power", "coal"], direction="uses"), "D109", "data/toy/recipes.csv:15", ("'uses'", "Did you mean 'use'?")),
    "misspelt column": Wrong(
        put("recipes", "process,commodity", "process,comodity"),
        "D106",
        "data/toy/recipes.csv:1",
        ("has no column 'comodity'", "Did you mean 'commodity'?", "column 'commodity' of table 'recipes' is missing"),
        ("D105",),
    ),
    "missing column": Wrong(put("sites", ",kind,latitude", ",note,latitude"), "D106", "data/toy/sites.csv:1", ("column 'kind'",), ("D115",)),
    "column twice": Wrong(put("sites", "tags", "kind"), "D115", "data/toy/sites.csv:1", ("column 'kind' stands twice",)),
    "misspelt table": Wrong(
        lambda made: made.table("uses").rename(made.table("usess")), "D122", "data/toy/usess.csv", ("'usess.csv' is not a table", "Did you mean 'uses'?")
    ),
    "wrong dimension": Wrong(cells("recipes", ["block_making", "coal"], unit="kWh"), "D102", "data/toy/recipes.csv:13", ("'kWh'", "'t'")),
    "class off in a recipe": Wrong(
        rows(NO_ENERGY_LIMIT, {"table": "recipes", "at": ["chlor_alkali", "electricity"], "set": {"value": 2500}}),
        "D157",
        "data/toy/recipes.csv:20",
        ("2500 MWh", "kWh for MWh?", "The largest plausible is 10 MWh"),
    ),
    "class off in a price": Wrong(
        rows(NO_ENERGY_LIMIT, {"table": "prices", "at": ["electricity"], "set": {"value": 500, "unit": "CNY/kWh"}}),
        "D158",
        "data/toy/prices.csv:8",
        ("500000 CNY/MWh", "for CNY/MWh?", "100 to 2000 CNY/MWh"),
    ),
    "outside its range": Wrong(
        put("recipes", "coal_power,coal,use,0.5,t", "coal_power,coal,use,500,t"),
        "D110",
        "data/toy/recipes.csv:15",
        ("its own range 0.4 to 0.6", "times 1/1000 it would lie inside"),
    ),
    "missing source": Wrong(cells("recipes", ["coal_power", "coal"], source=""), "D107", "data/toy/recipes.csv:15", ("'source' is empty",)),
    "row twice": Wrong(
        rows({"table": "recipes", "add": {"process": "coal_power", "commodity": "coal", "direction": "use", "value": 0.5, "unit": "t"}}),
        "D124",
        "data/toy/recipes.csv:21",
        ("stands twice", "first at data/toy/recipes.csv:15"),
    ),
    "NaN": Wrong(put("recipes", "coal_power,coal,use,0.5", "coal_power,coal,use,NaN"), "D108", "data/toy/recipes.csv:15", ("'NaN'", "a finite number")),
    "infinite": Wrong(put("recipes", "coal_power,coal,use,0.5", "coal_power,coal,use,-inf"), "D108", "data/toy/recipes.csv:15", ("'-inf'",)),
    "half a year": Wrong(cells("capacities", ["coal_power"], from_year="2010.5"), "D108", "data/toy/capacities.csv:4", ("a whole number",)),
    "decimal comma": Wrong(
        put("recipes", "coal_power,coal,use,0.5,t", 'coal_power,coal,use,"0,5",t'), "D108", "data/toy/recipes.csv:15", ("'0,5'", "with a point for decimals")
    ),
    "decimal comma without quotes": Wrong(
        put("recipes", "coal_power,coal,use,0.5,t", "coal_power,coal,use,0,5,t"),
        "D113",
        "data/toy/recipes.csv:15",
        ("12 cells, the header 11", "write decimals with a point"),
    ),
    "too many cells": Wrong(put("areas", "boundary of the official indicators", "one, two"), "D113", "data/toy/areas.csv:2", ("double quotes",)),
    "negative capacity": Wrong(cells("capacities", ["coal_power"], value=-10), "D111", "data/toy/capacities.csv:4", ("negative", "zero or more")),
    "beyond computing": Wrong(cells("capacities", ["coal_power"], value="1e300"), "M331", "", ("1e+300", "capacity_stock[park,coal_power,2025]")),
    "free money": Wrong(rows(*CHEAP_SODA), "D154", "data/toy/market_tiers.csv:7", ("free money", "'caustic_soda'", "earns 400 CNY per t")),
    "no way out": Wrong(
        rows({"table": "disposals", "drop": ["chlorine"]}), "D141", "data/toy/recipes.csv:18", ("nothing takes 'chlorine'", "'chlor_alkali'", "disposals")
    ),
    "no way in": Wrong(rows({"table": "basin_supplies", "drop": ["lake_brine"]}), "D140", "data/toy/recipes.csv:4", ("nothing gives 'brine'",)),
    "not UTF-8": Wrong(
        raw("processes.csv", lambda data: data.decode().encode("gb18030")), "D104", "data/toy/processes.csv:2", ("not text in UTF-8", "CSV UTF-8")
    ),
    "UTF-16": Wrong(raw("recipes.csv", lambda data: data.decode().encode("utf-16")), "D104", "data/toy/recipes.csv:1", ("not text in UTF-8",)),
    "empty file": Wrong(raw("uses.csv", lambda data: b""), "D104", "data/toy/uses.csv", ("it is empty",)),
    "header alone": Wrong(raw("recipes.csv", lambda data: data.splitlines()[0] + b"\n"), "D123", "data/toy", ("'recipes' is missing or has no rows",)),
    "folder instead of a table": Wrong(folder_instead("data/toy/recipes.csv"), "D104", "data/toy/recipes.csv", ("Is a directory",)),
    "semicolons": Wrong(raw("recipes.csv", lambda data: data.replace(b",", b";")), "D114", "data/toy/recipes.csv:1", ("separated by semicolons",)),
    "tabs between cells": Wrong(raw("recipes.csv", lambda data: data.replace(b",", b"\t")), "D114", "data/toy/recipes.csv:1", ("separated by tabs",)),
    "quote left open": Wrong(put("recipes", "coal_power,coal", '"coal_power,coal'), "D104", "data/toy/recipes.csv:15", ("quotes do not pair up",)),
}
ABOUT = {
    "misspelt key": Wrong(about("currency:", "curency:"), "D121", "data/toy/pack.yaml:6", ("unknown key 'curency'", "Did you mean 'currency'?")),
    "missing key": Wrong(about("version: 1.0.0\n", ""), "D121", "data/toy/pack.yaml", ("'version' is missing",)),
    "key twice": Wrong(about("version: 1.0.0\n", "version: 1.0.0\nversion: 2.0.0\n"), "D121", "data/toy/pack.yaml:4", ("'version' stands twice",)),
    "wrong form": Wrong(about("builds_on: []", "builds_on: library"), "D121", "data/toy/pack.yaml:5", ("a list of packs",)),
    "title in one language": Wrong(
        about('title: {en: "Toy lake, three sites and six processes", zh: "玩具盐湖：三个地点、六种工艺"}', "title: Toy"),
        "D121",
        "data/toy/pack.yaml:2",
        ("{en: a text, zh: a text}",),
    ),
    "tab": Wrong(about("roles: {", "roles:\n\t{"), "D121", "data/toy/pack.yaml:9", ("this is not YAML",)),
    "not UTF-8": Wrong(raw("pack.yaml", lambda data: data.decode().encode("gb18030")), "D121", "data/toy/pack.yaml", ("not text in UTF-8",)),
    "empty": Wrong(raw("pack.yaml", lambda data: b""), "D121", "data/toy/pack.yaml", ("holds no keys",)),
    "folder instead": Wrong(folder_instead("data/toy/pack.yaml"), "D120", "scenarios/main.yaml:2", ("no data pack 'toy'", "data/toy")),
    "builds on itself": Wrong(about("builds_on: []", "builds_on: [toy]"), "D127", "data/toy/pack.yaml:5", ("toy -> toy",)),
    "builds on nothing": Wrong(about("builds_on: []", "builds_on: [libary]"), "D120", "data/toy/pack.yaml:5", ("no data pack 'libary'",)),
    "unknown area": Wrong(about("main_area: zone", "main_area: zoone"), "D121", "data/toy/pack.yaml:7", ("'zoone'", "Did you mean 'zone'?")),
    "unknown account": Wrong(about("charges: taxes", "charges: taxs"), "D121", "data/toy/pack.yaml:8", ("'taxs'", "Did you mean 'taxes'?")),
    "currency is a unit": Wrong(about("currency: CNY", "currency: t"), "D121", "data/toy/pack.yaml:6", ("'t' is a unit already",)),
    "unit means something": Wrong(about("main_area: zone", "units: {t: 900 kg}\nmain_area: zone"), "D121", "data/toy/pack.yaml:7", ("'t' is a unit already",)),
    "unit of nothing": Wrong(
        about("main_area: zone", "units: {bag: 7 nonsense}\nmain_area: zone"), "D101", "data/toy/pack.yaml:7", ("bag = 7 nonsense", "known: CNY")
    ),
}


@pytest.mark.parametrize("what", PACK)
def test_a_mistake_in_a_table_is_told_at_its_line(toy: Project, what: str) -> None:
    told_in_both_languages(toy, PACK[what])


@pytest.mark.parametrize("what", ABOUT)
def test_a_mistake_in_pack_yaml_is_told_at_its_line(toy: Project, what: str) -> None:
    told_in_both_languages(toy, ABOUT[what])


HERE = "scenarios/main.yaml"
SCENARIO = {
    "unknown account": Wrong(says(BASE.replace("value_added", "valu_added")), "S203", f"{HERE}:5", ("'valu_added'", "Did you mean 'value_added'?")),
    "unknown account in a rule": Wrong(adds("rules: {cap: {limit: cO2, at_most: 1 kt}}"), "S203", f"{HERE}:7", ("'cO2'", "known accounts")),
    "unknown area": Wrong(says(BASE.replace("[region]", "[regon]")), "S204", f"{HERE}:3", ("'regon'", "Did you mean 'region'?")),
    "unknown process": Wrong(adds("rules: {b: {ban: potash_plnt}}"), "S205", f"{HERE}:7", ("'potash_plnt'", "Did you mean 'potash_plant'?")),
    "unknown commodity": Wrong(adds("rules: {x: {exchange: wast_salt, allow: no}}"), "S206", f"{HERE}:7", ("'wast_salt'", "'waste_salt'?")),
    "unknown market": Wrong(adds("rules: {p: {price: potash, market: buyrs, change: -5 %}}"), "S231", f"{HERE}:7", ("'buyrs'", "'buyers'?")),
    "unknown rule kind": Wrong(adds("rules: {b: {bann: potash_plant}}"), "S117", f"{HERE}:7", ("'b' is of no known kind", "Did you mean 'ban'?")),
    "unknown region": Wrong(says(BASE.replace("region: toy", "region: toyy")), "D120", f"{HERE}:2", ("no data pack 'toyy'", "looked in")),
    "unknown path of set": Wrong(adds("set: {basins.rivr.draw_limit: 1 hm3}"), "S120", f"{HERE}:7", ("'rivr'", "'basins.river'?")),
    "misspelt key": Wrong(says(BASE.replace("periods", "period")), "S110", f"{HERE}:4", ("'period'", "Did you mean 'periods'?"), ("S111",)),
    "misspelt key of the title": Wrong(says(BASE.replace("zh: 玩具", "zh: 玩具, ch: x")), "S110", f"{HERE}:1", ("'ch' in title", "known keys: en, zh")),
    "misspelt key of prices": Wrong(
        says(BASE.replace("{year: 2025}", "{year: 2025, mising: error}")), "S110", f"{HERE}:6", ("'mising' in prices", "Did you mean 'missing'?")
    ),
    "misspelt key of capacity": Wrong(adds("capacity: {may_biuld: [option]}"), "S110", f"{HERE}:7", ("in capacity", "Did you mean 'may_build'?")),
    "misspelt key of a rule": Wrong(adds("rules: {cap: {limit: co2, at_mots: 1 kt, at_most: 90 kt}}"), "S110", f"{HERE}:7", ("in rules.cap", "'at_most'?")),
    "misspelt word": Wrong(adds("slices: mnths"), "S112", f"{HERE}:7", ("slices cannot be 'mnths'", "Did you mean 'months'?")),
    "title as a plain text": Wrong(
        says(BASE.replace("title: {en: Toy, zh: 玩具}", "title: 玩具")),
        "S112",
        f"{HERE}:1",
        ("title cannot be '玩具'", "in English and Chinese, {en: ..., zh: ...}"),
    ),
    "missing keys": Wrong(says("title: {en: T, zh: 题}\nregion: toy\n"), "S111", HERE, ("'areas' is missing",), ("S116",)),
    "key twice": Wrong(adds("region: toy"), "S105", f"{HERE}:7", ("'region' stands twice (first in line 2)",)),
    "wrong dimension": Wrong(adds("rules: {cap: {limit: co2, at_most: 12 MWh}}"), "D102", f"{HERE}:7", ("'MWh'", "'t'")),
    "wrong dimension in set": Wrong(adds("set: {processes.potash_plant.electricity: 500 t}"), "D102", f"{HERE}:7", ("'t'", "'MWh'")),
    "class off in set": Wrong(
        adds("set: {processes.potash_plant.electricity: 500 MWh}"),
        "S122",
        f"{HERE}:7",
        ("1000 × larger", "0.5 MWh", "data/toy/recipes.csv:5", "one class off", "+99900 %"),
    ),
    "class off in a price": Wrong(
        says(BASE.replace("{year: 2025}", "{year: 2025, set: {electricity: 500 CNY/kWh}}")),
        "S122",
        f"{HERE}:6",
        ("500000 CNY/MWh", "1000 × larger", "data/toy/prices.csv:8"),
    ),
    "class off in set of a price": Wrong(adds("set: {prices.electricity: 500 CNY/kWh}"), "S122", f"{HERE}:7", ("1000 × larger",)),
    "decimal comma": Wrong(adds("rules: {cap: {limit: co2, at_most: '86,5 kt'}}"), "D101", f"{HERE}:7", ("',5 kt'",)),
    "not a number": Wrong(adds("rules: {cap: {limit: co2, at_most: .nan}}"), "D103", f"{HERE}:7", ("'.nan'", "12 Mt")),
    "infinite": Wrong(adds("rules: {cap: {limit: co2, at_most: 1e400 kt}}"), "D103", f"{HERE}:7", ("'1e400 kt'",)),
    "a number without end": Wrong(adds(f"rules: {{cap: {{limit: co2, at_most: 1{'0' * 5000}}}}}"), "D103", f"{HERE}:7", ("is not a number",)),
    "no price": Wrong(
        says(BASE.replace("{year: 2025}", "{year: 1999, missing: error}")), "M302", "data/toy/prices.csv:2", ("no price of 'coal' for 1999", "missing: nearest")
    ),
    "circle": Wrong(
        both(lambda made: made.write("extends: main.yaml\n", "a"), says("extends: a.yaml\n")),
        "S107",
        "scenarios/a.yaml:1",
        ("main.yaml -> a.yaml -> main.yaml",),
    ),
    "outside the project": Wrong(says("extends: ../../elsewhere.yaml\n"), "S108", f"{HERE}:1", ("lies outside the project",)),
    "extends nothing": Wrong(
        both(lambda made: made.write(BASE, "base"), says("extends: bas.yaml\n")), "S101", f"{HERE}:1", ("no scenario file", "Did you mean 'base.yaml'?")
    ),
    "extends a folder": Wrong(says("extends: .\n"), "S134", f"{HERE}:1", ("Is a directory",)),
    "folder instead of a file": Wrong(folder_instead(HERE), "S134", HERE, ("Is a directory", "ends in .yaml")),
    "tabs": Wrong(says("prices:\n\tyear: 2025\n"), "S103", f"{HERE}:2", ("not YAML", "no tabs")),
    "not UTF-8": Wrong(lambda made: made.scenario.write_bytes(BASE.encode("gb18030")), "S102", f"{HERE}:1", ("not text in UTF-8",)),
    "empty": Wrong(says(""), "S106", HERE, ("holds no keys", "saltloop new")),
    "aliases without end": Wrong(
        adds("a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefghijklmnopqr", "bcdefghijklmnopqrs", strict=True))),
        "S109",
        f"{HERE}:10",
        ("unfold to more than",),
        ("S110",),
    ),
    "objects": Wrong(adds("note: !!python/object/apply:os.system [ls]"), "S104", f"{HERE}:7", ("refused",)),
}


@pytest.mark.parametrize("what", SCENARIO)
def test_a_mistake_in_a_scenario_is_told_at_its_line(toy: Project, what: str) -> None:
    told_in_both_languages(toy, SCENARIO[what])


def test_every_mistake_of_a_pack_is_told_at_once(toy: Project) -> None:
    for what in ("unknown commodity", "unknown market", "half a year"):
        PACK[what].damage(toy)
    for damage in (
        cells("recipes", ["salt_washing", "electricity"], grade="E"),
        cells("recipes", ["salt_washing", "fresh_water"], source=""),
        cells("prices", ["coal"], value="cheap", low=480, high=720),
        adds("rules: {cap: {limit: cO2, at_most: 1 kt}}\nslices: mnths"),
    ):
        damage(toy)
    said = toy.run()
    assert said.code == BAD_INPUT
    assert re.findall(r"^\S+  ([A-Z]\d{3})  ", said.text, re.MULTILINE) == ["D108", "D126", "D108", "D109", "D107", "D126", "S112"]
    assert said.lines[-1] == "7 problems; nothing was built."


def test_what_editors_and_spreadsheets_add_does_no_harm(toy: Project) -> None:
    """A byte order mark, line ends of Windows, blank lines at the end, spaces around cells."""
    for path in (*toy.pack.glob("*.csv"), toy.pack / "pack.yaml", toy.scenario):
        text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
        path.write_bytes(b"\xef\xbb\xbf" + text.encode() + b"\r\n")
    text_of(toy.table("uses"), "salt_washing,salt_hall", " salt_washing , salt_hall")
    said = toy.run()
    assert said.code == SOLVED, said.text
    assert OPTIMUM in said.text


def test_a_table_may_be_cut_into_files_and_its_rows_shuffled(toy: Project) -> None:
    header, *lines = toy.table("recipes").read_text(encoding="utf-8").splitlines()
    toy.table("recipes").unlink()
    (toy.pack / "recipes").mkdir()
    for name, part in (("one", lines[::-2]), ("two", lines[-2::-2])):
        (toy.pack / "recipes" / f"{name}.csv").write_text("\n".join([header, *part]), encoding="utf-8")
    assert OPTIMUM in toy.run().text


RULED = """\
rules:
  cap: {limit: co2, at_most: 50 kt}
  idle: {limit: fresh_water, at_most: 9 hm3}
  more: {limit: waste_used, at_least: 200 kt}
"""


def can_hold(program: Program, chosen: np.ndarray) -> bool:
    """Whether some rows and all bounds of columns can hold together, by another door to a solver than the product's."""
    matrix, lower, upper = program.matrix[chosen].toarray(), program.down.lower[chosen], program.down.upper[chosen]
    equal = lower == upper
    above, below = ~equal & np.isfinite(upper), ~equal & np.isfinite(lower)
    found = linprog(
        np.zeros(matrix.shape[1]),
        np.vstack([matrix[above], -matrix[below]]),
        np.concatenate([upper[above], -lower[below]]),
        matrix[equal],
        lower[equal],
        np.stack([program.across.lower, program.across.upper], axis=1),
    )
    assert found.status in (0, 2), found.message
    return bool(found.status == 0)


def test_an_infeasible_scenario_names_a_smallest_conflict_with_file_and_line(toy: Project) -> None:
    """Recycling 200 kt takes more power than 50 kt of CO2 allow; the limit of water has no part in it.

    200 kt of waste come from 66.7 kt of potash with 33.3 GWh. The town takes 20 GWh more: 53.3 kt of CO2. Or the salt hall leaves no more than
    100 kt to salt, with 5 GWh, and 100 kt go to blocks, with 20 kt of CO2: 58.3 kt. Either contradicts both rules, so either may be named.
    """
    said, chinese = toy.write(BASE + RULED).run(), toy.run(language="zh")
    assert said.code == chinese.code == INFEASIBLE
    assert said.lines[0].startswith(f"{HERE}:8  M340  there is no feasible plan")
    assert CHINESE.search(chinese.lines[0])
    assert "M340" in chinese.lines[0]
    assert all(CHINESE.search(line) for line in chinese.lines)
    assert toy.left() == []
    scenario = load_scenario(toy.scenario)
    case = build_case(scenario.pack, scenario.choices)
    program = compile_program(case)
    known, keys = titles(scenario.pack), program.down.keys()
    for language, text in (("en", said.lines), ("zh", chinese.lines)):
        told = [line.removeprefix("  - ") for line in text if line.startswith("  - ")]
        words = [str(each) if language == "en" else each.zh for each in (row_words(case, family, key, known) for family, key in keys)]
        named = [n for n, (family, _) in enumerate(keys) if family not in ALWAYS and any(line.startswith(words[n]) for line in told)]
        assert len(named) == len(told)
        assert {keys[n] for n in named} >= {("rule", ("cap", 2025)), ("rule", ("more", 2025))}
        always = [n for n, (family, _) in enumerate(keys) if family in ALWAYS]
        assert not can_hold(program, np.array([*always, *named]))
        for n in named:
            assert can_hold(program, np.array([*always, *(other for other in named if other != n)])), words[n]


@pytest.mark.parametrize("name", ["cap", "more"])
def test_without_any_one_rule_of_the_conflict_there_is_a_plan(toy: Project, name: str) -> None:
    rules = "".join(line for line in RULED.splitlines(keepends=True) if f"  {name}:" not in line)
    assert toy.write(BASE + rules).run().code == SOLVED


def test_a_single_rule_that_cannot_hold_is_named_with_what_it_meets(toy: Project) -> None:
    said = toy.write(f"{BASE}rules: {{cap: {{limit: co2, at_most: 19 kt}}}}\n").run()
    assert said.code == INFEASIBLE
    assert f"rule 'cap' (limit) in 2025, {HERE}:7" in said.text
    assert "Demand served: Town, Town grid, Electricity" in said.text


SODA_TRADE = BASE.replace("{year: 2025}", "{year: 2025, set: {caustic_soda: {suppliers: -50 %}}}")


def test_an_unbounded_scenario_names_the_chain_that_makes_free_money(toy: Project) -> None:
    """At its own prices the pack has no such trade; the scenario halves what suppliers ask."""
    toy.write(SODA_TRADE).edit({**CHEAP_SODA[0], "add": {**CHEAP_SODA[0]["add"], "value": 1.2}}, CHEAP_SODA[1])  # type: ignore[dict-item]
    said, chinese = toy.run(), toy.run(language="zh")
    assert said.code == chinese.code == UNBOUNDED
    assert said.lines[0].startswith("M341  the objective has no limit")
    assert {"  - buy: Industrial park, Caustic soda, Suppliers", "  - sell: Industrial park, Caustic soda, Buyers"} <= set(said.lines)
    assert {"  - 购买：工业园、烧碱、供应商", "  - 出售：工业园、烧碱、买方"} <= set(chinese.lines)
    assert all(CHINESE.search(line) for line in chinese.lines)
    assert toy.left() == []


def test_a_process_that_lives_on_its_own_product_is_told(toy: Project) -> None:
    """It makes one unit and uses nine tenths of one: energy out of nothing, bounded by its capacity alone."""
    toy.edit(
        {"table": "processes", "add": {"process": "pump", "industry": "utility", "reference": "electricity", "resolution": "slice", "capacity_unit": "MW"}},
        {"table": "recipes", "add": {"process": "pump", "commodity": "electricity", "direction": "make", "value": 1, "unit": "MWh"}},
        {"table": "recipes", "add": {"process": "pump", "commodity": "electricity", "direction": "use", "value": 0.9, "unit": "MWh"}},
        {"table": "capacities", "add": {"site": "park", "equipment": "pump", "status": "existing", "from_year": 2000, "value": 1, "unit": "MW"}},
    )
    for language, words in (("en", "'pump' makes 'electricity' and uses nothing on balance"), ("zh", "净投入为零")):
        said = typed("check", "data/toy", "--lang", language)
        assert "D145" in said.text
        assert words in said.text


def test_a_limit_of_time_is_exit_code_5_and_leaves_nothing(toy: Project) -> None:
    said, chinese = toy.run("--time-limit", 0), toy.run("--time-limit", 0, language="zh")
    assert said.code == chinese.code == STOPPED
    assert "stopped before an optimal plan was found" in said.text
    assert CHINESE.search(chinese.text)
    assert toy.left() == []


@pytest.mark.parametrize("seconds", ["-1", "nan", "soon"])
def test_a_limit_that_is_no_time_is_refused(toy: Project, seconds: str) -> None:
    said = toy.run(f"--time-limit={seconds}")
    assert said.code == BAD_INPUT
    assert "--time-limit" in said.text


def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A small disk of its own at a folder, where the system allows it."""
    folder.mkdir()
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a disk")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False).returncode:
        pytest.skip("a disk cannot be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def tiny_disk(toy: Project) -> Iterator[Path]:
    yield from mounted(toy.root / "out", "size=64k")


@pytest.fixture
def read_only_disk(toy: Project) -> Iterator[Path]:
    yield from mounted(toy.root / "out", "size=1m,ro")


def cannot_write(made: Project, reason: str) -> None:
    for language in ("en", "zh"):
        said = made.run(language=language)
        assert said.code == BAD_INPUT, said.text
        assert "R102" in said.text
        assert "--out" in said.text
        assert reason in said.text
        assert language == "en" or all(CHINESE.search(line) for line in said.lines)


def test_a_disk_that_fills_up_is_told_and_left_as_it_was(toy: Project, tiny_disk: Path) -> None:
    cannot_write(toy, os.strerror(errno.ENOSPC))
    assert files_in(tiny_disk) == []


def test_a_write_that_fails_half_way_leaves_nothing(toy: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same without a disk of its own: the fifth table does not fit any more."""
    kept, written = pd.DataFrame.to_parquet, []

    def full(frame: pd.DataFrame, path: Path, **more: object) -> None:
        written.append(path)
        if len(written) % 5 == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        kept(frame, path, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    cannot_write(toy, os.strerror(errno.ENOSPC))
    assert toy.left() == []


def test_a_disk_that_may_not_be_written_is_told(toy: Project, read_only_disk: Path) -> None:
    cannot_write(toy, os.strerror(errno.EROFS))
    assert files_in(read_only_disk) == []


def test_a_folder_that_may_not_be_written_is_told(toy: Project) -> None:
    if not hasattr(os, "geteuid") or os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    (toy.root / "out").mkdir(mode=0o500)
    cannot_write(toy, os.strerror(errno.EACCES))


def test_a_file_in_the_place_of_the_results_is_told_and_kept(toy: Project) -> None:
    (toy.root / "out").write_text("mine", encoding="utf-8")
    cannot_write(toy, "out")
    assert (toy.root / "out").read_text(encoding="utf-8") == "mine"


def started(folder: Path, scenario: Path, *words: str, python: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    """`saltloop run` in a process of its own, that heeds Ctrl-C even if this one does not; `python`: options of the interpreter."""
    return subprocess.Popen(
        [sys.executable, *python, "-m", "saltloop.interfaces.cli", "run", str(scenario), "--out", "out", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(saltloop.__file__).parents[1])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def once_written(process: subprocess.Popen[str], folder: Path, name: str) -> None:
    """Wait until a file of that name lies in a folder that is not complete yet."""
    end = time.monotonic() + 120
    while not list(folder.glob(f"*/.*.part/{name}")):
        if process.poll() is not None or time.monotonic() > end:
            raise TimeoutError(f"no {name} was written: {process.communicate()}")
        time.sleep(0.002)


def once_at_work(process: subprocess.Popen[str]) -> None:
    """Wait until a process that tells what it imports (-X importtime) has the solver, and a little longer: then it reads its data."""
    assert process.stderr is not None
    if not any(line.split()[-1:] == ["highspy"] for line in process.stderr):
        raise TimeoutError(f"the solver was never imported: {process.communicate()}")
    time.sleep(0.2)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("moment", ["while it works", "while it writes"])
def test_ctrl_c_ends_a_run_with_130_and_leaves_nothing(tmp_path: Path, moment: str) -> None:
    writes = "writes" in moment
    with started(
        tmp_path, ROOT / "scenarios" / "qaidam-2025.yaml", "--lang", "zh" if writes else "en", python=() if writes else ("-X", "importtime")
    ) as process:
        if writes:
            once_written(process, tmp_path / "out", "flows.parquet")
        else:
            once_at_work(process)
        process.send_signal(signal.SIGINT)
        said, complaint = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED, said + complaint
    assert complaint.splitlines()[-1:] == [{"zh": "已停止；未留下半成品", "en": "stopped; nothing half-written was left"}["zh" if writes else "en"]]
    assert "Traceback" not in complaint
    assert files_in(tmp_path) == []
    assert [path for path in tmp_path.rglob("*") if path.name.endswith(".part")] == []


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_run_killed_while_writing_looks_like_none_and_the_next_one_works(toy: Project) -> None:
    with started(toy.root, toy.scenario) as process:
        once_written(process, toy.root / "out", "manifest.json")
        process.kill()
        process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    (unfinished,) = (toy.root / "out" / "main").iterdir()
    assert unfinished.name.endswith(".part")
    for command in ("verify", "show", "report"):
        assert typed(command, "out/main").code == BAD_INPUT
        said = typed(command, unfinished)
        assert said.code == BAD_INPUT
        assert "never finished" in said.text
    assert toy.run().code == SOLVED
    assert typed("verify", "out/main").code == SOLVED


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_output_that_cannot_be_written_or_read_is_no_traceback(toy: Project, language: str) -> None:
    """Redirected to a full disk; then to an encoding that has no cubic metre."""
    words = [sys.executable, "-m", "saltloop.interfaces.cli", "check", "data/toy", "--lang", language]
    env = {**os.environ, "PYTHONPATH": str(Path(saltloop.__file__).parents[1]), "PYTHONIOENCODING": "gbk" if language == "en" else "ascii"}
    env.pop("PYTHONUNBUFFERED", None)  # with it nothing is left to be written at the end
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(words, env=env, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == BAD_INPUT
    assert b"R104" in done.stderr
    assert b"Traceback" not in done.stderr
    done = subprocess.run(words, env=env, capture_output=True, check=False)
    assert done.returncode == SOLVED
    assert done.stderr == b""


def test_the_toy_of_these_tests_is_sound(toy: Project) -> None:
    """Without a mistake the project solves, so that each message above comes from its mistake."""
    said = toy.run()
    assert said.code == SOLVED
    assert OPTIMUM in said.text
    assert files_in(PACKS / "toy") == files_in(toy.pack)
