"""Every command from end to end on the toy pack: what it prints in both languages, what it writes, how it ends."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest
import yaml

from interfaces.typed import BASE, PACKS, Project, Said, files_in, project, typed
from saltloop import __version__
from saltloop.errors import BAD_INPUT, SOLVED
from saltloop.formulation.rules.rule import Rule
from saltloop.interfaces.cli import main

CHINESE = re.compile("[\u4e00-\u9fff]")
TABLES = (
    "flows",
    "activities",
    "trades",
    "capacity",
    "accounts",
    "rules",
    "limits",
    "charges",
    "values",
    "entry",
    "ledger",
    "names",
    "indicators",
    "scores",
    "products",
)
FILES = sorted(
    [*(f"{name}.parquet" for name in TABLES), *(f"program/{name}.parquet" for name in ("columns", "rows", "matrix")), "manifest.json", "results.xlsx"]
)
OPTIMUM = 140.7e6
RULED = f"{BASE}rules: {{cap: {{limit: co2, at_most: 86.75 kt}}}}\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project in which commands are typed; what one leaves others may read."""
    made = project(tmp_path_factory.mktemp("shop"))
    made.write(RULED, "ruled")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made.root)
        yield made


@pytest.fixture(scope="module")
def first(shop: Project) -> Said:
    """What `run` says in English."""
    return typed("run", "scenarios/main.yaml", "--lang", "en")


@pytest.fixture(scope="module")
def folder(shop: Project, first: Said) -> Path:
    """The run that it left."""
    (run,) = (shop.root / "results" / "main").iterdir()
    return run


def manifest(run: Path) -> dict[str, Any]:
    return dict(json.loads((run / "manifest.json").read_text(encoding="utf-8")))


def latest(scenario: Path) -> Path:
    return max(scenario.iterdir())


def test_run_prints_the_plan_and_says_where_its_files_are(first: Said, folder: Path) -> None:
    assert first.code == SOLVED
    assert first.lines[:2] == ["Toy", "==="]
    for words in (
        "Value added: 140.7 million CNY",
        "Potash (KCl)",
        "80,000 t",
        "Brine of the lake",
        "100 %",
        "71 CNY/m³",
        "Use of solid waste",
        "No rule of the scenario binds.",
        "Certified optimal",
    ):
        assert words in first.text
    assert first.lines[-2:] == [f"Results: results/main/{folder.name}", f"Report:  results/main/{folder.name}/report.html"]


def test_run_leaves_the_files_that_the_documents_name_and_no_other(folder: Path) -> None:
    assert files_in(folder) == sorted([*FILES, "report.html"])
    assert re.fullmatch(r"\d{8}T\d{9}Z", folder.name)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


@pytest.fixture(scope="module")
def chinese(shop: Project) -> Said:
    """What `run` says in Chinese, without a report, into a folder of its own."""
    return typed("run", "scenarios/main.yaml", "--lang", "zh", "--no-report", "--out", "elsewhere/deep")


def test_run_speaks_chinese_and_leaves_the_report_out_and_writes_where_it_is_told(shop: Project, chinese: Said) -> None:
    said = chinese
    assert said.code == SOLVED
    run = latest(shop.root / "elsewhere" / "deep" / "main")
    assert files_in(run) == FILES
    assert said.lines[0] == "玩具"
    assert said.lines[-1] == f"结果: elsewhere/deep/main/{run.name}"
    for words in ("增加值", "1.41亿元", "氯化钾", "8万吨", "已验证最优"):
        assert words in said.text
    assert not re.search(r"Certified|binds|Results|Sold", said.text)


@pytest.mark.parametrize(("language", "listed"), [("en", "coal (2025), electricity (2025), salt (2025)"), ("zh", "煤（2025）、电力（2025）、")])
def test_prices_of_another_year_are_told_with_names_of_the_language(tmp_path: Path, language: str, listed: str) -> None:
    """Of potash there is a price for 2023; the others are taken from 2025."""
    made = project(tmp_path, BASE.replace("prices: {year: 2025}", "prices: {year: 2023}"))
    said = typed("run", made.scenario, "--lang", language, "--no-report", "--out", tmp_path / "out")
    assert said.code == SOLVED
    note = next(line for line in said.lines if "M303" in line)
    assert listed in note
    assert ("potash" in note, "氯化钾" in note) == (False, False)


def test_the_workbook_speaks_the_language_of_the_run(shop: Project, folder: Path, chinese: Said) -> None:
    second = latest(shop.root / "elsewhere" / "deep" / "main")
    for run, sheets, first_column in ((folder, {"Accounts", "Flows", "Rules"}, "period"), (second, {"账户", "物流", "规则"}, "时期")):
        found = pd.read_excel(run / "results.xlsx", sheet_name=None)
        assert sheets <= set(found)
        assert [found[name].columns[0] for name in sorted(sheets)] == [first_column] * 3


@pytest.mark.parametrize("algorithm", ["simplex", "ipm"])
def test_both_algorithms_find_the_same_objective(shop: Project, folder: Path, algorithm: str) -> None:
    said = typed("run", "scenarios/main.yaml", "--algorithm", algorithm, "--no-report", "--out", algorithm, "--time-limit", 60)
    assert said.code == SOLVED
    run = latest(shop.root / algorithm / "main")
    told = manifest(run)
    assert told["objective"]["stages"][0]["value"] == pytest.approx(OPTIMUM, rel=1e-9)
    assert told["algorithm"].startswith(algorithm)
    assert max(part["relative"] for part in told["certificate"].values()) <= 1e-7
    assert typed("verify", algorithm + "/main").code == SOLVED


def test_a_second_run_stands_beside_the_first_and_is_the_latest(shop: Project, tmp_path: Path) -> None:
    for name in ("main", "ruled", "main"):
        assert typed("run", f"scenarios/{name}.yaml", "--no-report", "--out", tmp_path).code == SOLVED
    assert [len(list((tmp_path / name).iterdir())) for name in ("main", "ruled")] == [2, 1]
    old, new = sorted((tmp_path / "main").iterdir())
    told = manifest(new) | {"scenario": {**manifest(new)["scenario"], "title": {"en": "The later one", "zh": "后一个"}}}
    (new / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    assert typed("show", tmp_path / "main").lines[0] == "The later one"
    assert typed("show", old).lines[0] == "Toy"


def test_a_binding_rule_is_told_with_its_worth(shop: Project) -> None:
    said = typed("run", "scenarios/ruled.yaml", "--no-report", "--out", "ruled")
    line = next(line for line in said.lines if line.split()[:2] == ["cap", "limit"])
    assert "86,750 t" in line
    assert "28.6 CNY/t" in line
    run = latest(shop.root / "ruled" / "ruled")
    assert manifest(run)["objective"]["stages"][0]["value"] == pytest.approx(140.65e6)
    assert pd.read_parquet(run / "rules.parquet").set_index("rule").loc["cap", "dual"] == pytest.approx(5 / 0.175)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_show_prints_a_scenario_that_can_be_run_with_where_each_line_comes_from(shop: Project, language: str) -> None:
    said = typed("show", "scenarios/ruled.yaml", "--lang", language)
    assert said.code == SOLVED
    assert f"# {'玩具' if language == 'zh' else 'Toy'}" in said.lines
    assert re.search(r"at_most: 86\.75 kt.*# scenarios/ruled\.yaml:7", said.text)
    assert re.search(rf"discount_rate: .*# {'默认值' if language == 'zh' else 'default'}", said.text)
    shown = yaml.safe_load(said.text)
    assert shown["rules"]["cap"] == {"limit": "co2", "at_most": "86.75 kt"}
    shop.write(said.text, "again")
    assert typed("diff", "scenarios/ruled.yaml", "scenarios/again.yaml").lines == ["The two scenarios are the same."]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_show_prints_the_plan_of_a_run_as_run_did(shop: Project, folder: Path, language: str) -> None:
    by_run, by_scenario = (typed("show", path, "--lang", language) for path in (folder, "results/main"))
    assert by_run.code == SOLVED
    assert by_run == by_scenario
    assert bool(CHINESE.search(by_run.text)) == (language == "zh")


def test_show_says_what_run_said(first: Said, shop: Project, folder: Path) -> None:
    assert typed("show", folder).lines == first.lines[:-3]


def test_diff_prints_only_what_differs_with_both_places(shop: Project) -> None:
    said = typed("diff", "scenarios/main.yaml", "scenarios/ruled.yaml")
    assert said.code == SOLVED
    assert said.lines[:2] == ["--- scenarios/main.yaml", "+++ scenarios/ruled.yaml"]
    assert all(re.match(r"[-+] rules", line) for line in said.lines[2:])
    assert re.search(r"\+ rules\.cap\.at_most: 86\.75 kt\s+# scenarios/ruled\.yaml:7", said.text)
    assert typed("diff", "scenarios/main.yaml", "scenarios/main.yaml", "--lang", "zh").lines == ["两个情景相同。"]


def test_verify_recomputes_a_run_and_says_so(shop: Project, folder: Path) -> None:
    english, chinese = typed("verify", folder), typed("verify", folder, "--lang", "zh")
    assert english.code == chinese.code == SOLVED
    assert len(english.lines) == len(chinese.lines) >= 6
    assert all(line.startswith("holds") for line in english.lines)
    assert all(line.startswith("成立") for line in chinese.lines)


def copied(folder: Path, target: Path) -> Path:
    shutil.copytree(folder, target)
    return target


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("flows", "value"),
        ("accounts", "value"),
        ("ledger", "coefficient"),
        ("program/rows", "dual"),
        ("program/matrix", "coefficient"),
        ("program/matrix", "row"),
    ],
)
def test_verify_of_a_tampered_run_exits_2(folder: Path, tmp_path: Path, table: str, column: str) -> None:
    run = copied(folder, tmp_path / "run")
    frame = pd.read_parquet(run / f"{table}.parquet")
    largest = frame[column].abs().idxmax()
    frame.loc[largest, column] = frame.loc[largest, column] * 2 + 1
    frame.to_parquet(run / f"{table}.parquet", index=False)
    english, chinese = typed("verify", run), typed("verify", run, "--lang", "zh")
    assert english.code == chinese.code == BAD_INPUT
    assert [line for line in english.lines if line.startswith("FAILS")]
    assert [line for line in chinese.lines if line.startswith("不成立")]


def no_json(run: Path) -> None:
    (run / "manifest.json").write_text("{", encoding="utf-8")


def no_keys(run: Path) -> None:
    (run / "manifest.json").write_text("{}", encoding="utf-8")


def no_table(run: Path) -> None:
    (run / "flows.parquet").unlink()


def no_parquet(run: Path) -> None:
    (run / "accounts.parquet").write_bytes(b"PAR1 and no more")


def no_column(run: Path) -> None:
    pd.read_parquet(run / "names.parquet").drop(columns="unit").to_parquet(run / "names.parquet", index=False)


@pytest.mark.parametrize("damage", [no_json, no_keys, no_table, no_parquet, no_column])
@pytest.mark.parametrize("command", ["verify", "show", "report"])
def test_a_broken_run_is_told_and_not_read(folder: Path, tmp_path: Path, command: str, damage: Any) -> None:
    run = copied(folder, tmp_path / "run")
    damage(run)
    before = files_in(run)
    for language in ("en", "zh"):
        said = typed(command, run, "--lang", language)
        assert said.code == BAD_INPUT
        assert "R101" in said.text
    assert files_in(run) == before


@pytest.mark.parametrize(
    ("command", "path", "code"),
    [
        ("verify", "nowhere", "R101"),
        ("report", "nowhere", "R101"),
        ("show", "nowhere", "S101"),
        ("verify", "data", "R101"),
        ("report", "data", "R101"),
        ("show", "data", "R101"),
        ("verify", "scenarios/main.yaml", "R101"),
        ("report", "scenarios/main.yaml", "R101"),
        ("diff", "results/main", "S134"),
    ],
)
def test_what_is_no_run_or_no_scenario_is_told(shop: Project, folder: Path, command: str, path: str, code: str) -> None:
    said = typed(command, path, *(["scenarios/main.yaml"] if command == "diff" else []))
    assert said.code == BAD_INPUT
    assert f"{code}  " in said.text


def test_report_writes_the_page_again_in_the_language_asked_for(folder: Path, tmp_path: Path) -> None:
    run = copied(folder, tmp_path / "run")
    (run / "report.html").unlink()
    said = typed("report", run, "--lang", "zh")
    assert said.code == SOLVED
    assert said.lines == [str(run / "report.html")]
    page = (run / "report.html").read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert "玩具" in page
    assert "Toy" in page
    assert typed("report", run, "--out", tmp_path / "page.html", "--lang", "en").code == SOLVED
    assert files_in(tmp_path) == sorted(["page.html", *(f"run/{name}" for name in [*FILES, "report.html"])])


@pytest.mark.parametrize("target", ["no/such/folder/page.html", "data"])
def test_report_that_cannot_be_written_is_told_and_leaves_nothing(shop: Project, folder: Path, target: str) -> None:
    before = files_in(shop.root)
    said = typed("report", folder, "--out", target)
    assert said.code == BAD_INPUT
    assert "R102" in said.text
    assert files_in(shop.root) == before


def test_schema_is_a_json_schema_that_knows_every_rule_kind_and_judges_as_run_does(shop: Project) -> None:
    said = typed("schema")
    assert said.code == SOLVED
    schema = json.loads(said.text)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert {f"rule_{kind}" for kind in Rule.kinds} <= set(schema["$defs"])
    judge = jsonschema.Draft202012Validator(schema)
    for path in (shop.scenario, PACKS / "toy.yaml", shop.root / "scenarios" / "ruled.yaml"):
        assert not list(judge.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8"))))
    assert list(judge.iter_errors(yaml.safe_load(BASE.replace("maximise", "maximize"))))


@pytest.mark.parametrize(("language", "words"), [("en", "saltloop run"), ("zh", "已写出")])
def test_new_writes_a_scenario_that_runs_and_never_overwrites(shop: Project, tmp_path: Path, language: str, words: str) -> None:
    path = tmp_path / "plan.yaml"
    said = typed("new", path, "--pack", "data/toy", "--lang", language)
    assert said.code == SOLVED
    assert words in said.text
    text = path.read_text(encoding="utf-8")
    assert CHINESE.search(text)
    assert all(f"{kind}:" in text for kind in Rule.kinds)
    assert typed("run", path, "--data", "data", "--no-report", "--out", tmp_path / "out").code == SOLVED
    path.write_text("mine", encoding="utf-8")
    again = typed("new", path, "--pack", "data/toy", "--lang", language)
    assert again.code == BAD_INPUT
    assert "R103" in again.text
    assert path.read_text(encoding="utf-8") == "mine"


def test_check_sums_up_the_evidence_and_exits_2_with_errors(shop: Project, tmp_path: Path) -> None:
    english, chinese = typed("check", "toy"), typed("check", "toy", "--lang", "zh")
    assert english.code == chinese.code == SOLVED
    assert english.lines[-1] == "0 errors, 0 warnings"
    assert chinese.lines[-1] == "0 个错误，0 个警告"
    broken = project(tmp_path / "broken", edits=[{"table": "disposals", "drop": ["chlorine"]}])
    said = typed("check", broken.pack)
    assert said.code == BAD_INPUT
    assert "D141" in said.text
    assert said.lines[-1].startswith("1 error, ")


def test_explain_prints_the_page_of_a_code(shop: Project) -> None:
    english, chinese = typed("explain", "D141"), typed("explain", "d141", "--lang", "zh")
    assert english.code == chinese.code == SOLVED
    assert english.lines[0] == "D141 (error)"
    assert "Why:" in english.text
    assert chinese.lines[0] == "D141 (错误)"
    for code in ("S203", "M340", "M341", "R101"):
        assert typed("explain", code).lines[0].startswith(code)
    unknown = typed("explain", "D999")
    assert unknown.code == BAD_INPUT
    assert "there is no message 'D999'" in unknown.text


def test_the_language_comes_from_the_environment_unless_it_is_said(shop: Project, folder: Path) -> None:
    def said(*words: str, language: str | None) -> str:
        return typed("verify", folder, *words, env={"SALTLOOP_LANG": language} if language is not None else None).text

    assert said(language="zh").startswith("成立")
    assert said("--lang", "en", language="zh").startswith("holds")
    assert said(language="").startswith("holds")
    assert said(language=None).startswith("holds")
    assert typed("verify", folder, env={"SALTLOOP_LANG": "fr"}).code == BAD_INPUT


def test_packs_are_found_where_they_are_said_to_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert typed("check", "toy").code == BAD_INPUT
    assert typed("check", "toy", "--data", PACKS).code == SOLVED
    assert typed("check", "toy", env={"SALTLOOP_DATA": str(PACKS)}).code == SOLVED
    assert typed("check", PACKS / "toy").code == SOLVED


@pytest.mark.parametrize("name", main.commands)
def test_help_of_a_command_says_what_it_does_with_an_example(name: str) -> None:
    said = typed(name, "--help")
    assert said.code == SOLVED
    assert re.search(rf"^ +saltloop {name}\b", said.text, re.MULTILINE)
    assert "--lang [en|zh]" in said.text
    assert typed(name, "-h").text == said.text


def test_help_names_every_command_and_the_exit_codes() -> None:
    said = typed("--help")
    assert all(re.search(rf"^  {name}\b", said.text, re.MULTILINE) for name in main.commands)
    assert "0 solved, 2 bad input, 3 infeasible, 4 unbounded, 5 stopped at a limit" in " ".join(said.text.split())
    assert typed("--version").text == f"saltloop, version {__version__}\n"


@pytest.mark.parametrize(
    "words", [["rum"], ["run"], ["run", "a.yaml", "--fast"], ["run", "a.yaml", "b.yaml"], ["new", "a.yaml"], ["run", "a.yaml", "--algorithm", "magic"]]
)
def test_a_command_that_cannot_be_understood_is_bad_input(words: list[str]) -> None:
    said = typed(*words)
    assert said.code == BAD_INPUT
    assert "Error:" in said.text
