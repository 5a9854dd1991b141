"""The documents cannot lie: what they show runs, what they print is fresh, and nothing public goes unmentioned."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from string import Formatter
from types import ModuleType
from typing import Any

import click
import pandas as pd
import pytest
import yaml

import saltloop
from docs.blocks import ROOT, RUN, Command, blocks, commands, documents, is_typed, named, sections, stem
from docs.workshop import Workshop, examples
from saltloop.analysis.plan import Plan, manifest, solve_scenario, write_plan
from saltloop.data import manual as data_manual
from saltloop.errors import MESSAGES
from saltloop.formulation import manual as formulation_manual
from saltloop.formulation.rules.rule import Rule
from saltloop.interfaces.cli import main
from saltloop.interfaces.report import write_report
from saltloop.results.run import program_tables
from saltloop.results.tables import all_tables
from saltloop.scenario import load_scenario
from saltloop.scenario import manual as scenario_manual

PACKAGE = Path(saltloop.__file__).parent
MODULES = [module.name for module in walk_packages([str(PACKAGE)], "saltloop.")]
GENERATED = {"formulation": formulation_manual, "scenarios": scenario_manual, "packs": data_manual}
# Words of grammar that one language has and the other does not need.
GRAMMAR = {"direction"}


def identity(value: Any) -> str:
    return value.name if isinstance(value, Path) else str(value)


def examples_of(name: str) -> list[str]:
    return examples(main.commands[name] if name else main)


def maker(example: str) -> list[str]:
    """The example that makes the results of which another speaks."""
    wanted = re.findall(r"results/([\w-]+)", example)
    return [line for line in (*examples_of("run"), *examples_of("batch")) if Path(line.split()[2]).stem in wanted and example != line][:1]


@pytest.mark.slow
@pytest.mark.parametrize("name", [*main.commands, ""])
def test_every_example_of_the_help_works_as_typed(name: str, workshop: Workshop) -> None:
    lines = list(dict.fromkeys(line for example in examples_of(name) for line in (*maker(example), example)))
    complaints = [workshop.complaint(Command(f"saltloop {name} --help", line, 0, ())) for line in lines]
    assert not any(complaints), "\n\n".join(filter(None, complaints))


@pytest.mark.slow
@pytest.mark.parametrize("title", sorted({path.name.split(".")[0] for path in documents()}))
def test_every_command_and_block_works_as_typed(title: str, workshop: Workshop) -> None:
    """A page and its translation share a workshop, for they mostly show the same commands."""
    complaints = []
    for path in (path for path in documents() if path.name.split(".")[0] == title):
        for block in blocks(path):
            if block.saved_as:
                workshop.save(block.saved_as, "\n".join(block.lines) + "\n")
            elif is_typed(block):
                complaints += [workshop.complaint(command) for command in commands(block)]
            elif block.language == "python":
                outcome = workshop.type("python -", "\n".join(block.lines) + "\n")
                complaints.append(f"{path.name}:{block.line}: {outcome.printed[-2000:]}" if outcome.code else "")
    assert not any(complaints), "\n\n".join(filter(None, complaints))


@pytest.mark.parametrize("name", [*main.commands, ""])
def test_every_command_shows_an_example(name: str) -> None:
    assert examples_of(name)


@pytest.mark.parametrize("path", documents(), ids=identity)
def test_every_line_of_a_typed_block_is_run_or_declared(path: Path) -> None:
    for block in blocks(path):
        if is_typed(block):
            commands(block)
        else:
            held = [line for line in block.lines if line.startswith(("$ ", *RUN))]
            assert not held, f"{path.name}:{block.line}: mark the block console or bash, so that it is run"


@pytest.mark.parametrize("path", [path for path in documents() if path.name.endswith(".zh.md")], ids=identity)
def test_both_languages_show_the_same_commands_and_files(path: Path) -> None:
    def shown(page: Path) -> list[str]:
        lines = []
        for block in blocks(page):
            if is_typed(block):
                lines += [re.sub(r"\s*(--lang zh|#.*)", "", command.text) for command in commands(block)]
            elif block.saved_as or block.language == "python":
                lines += [block.saved_as, *block.lines]
        return lines

    assert shown(path) == shown(path.with_name(path.name.replace(".zh.md", ".md")))


@pytest.mark.parametrize("ending", [".md", ".zh.md"])
def test_every_command_and_option_is_mentioned(ending: str) -> None:
    pages = [path for path in documents() if path.name.endswith(".zh.md") == (ending == ".zh.md") and stem(path) not in ("CHANGELOG", "CONTRIBUTING")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in pages)
    wanted = [f"saltloop {name}" for name in main.commands] + ["--version", "--help"]
    wanted += [option.opts[0] for command in main.commands.values() for option in command.params if isinstance(option, click.Option)]
    assert [word for word in wanted if not re.search(rf"{re.escape(word)}\b", text)] == []


@cache
def toy() -> Plan:
    return solve_scenario(load_scenario(ROOT / "tests" / "packs" / "toy.yaml"))


@cache
def tables() -> dict[str, pd.DataFrame]:
    plan = toy()
    program = {f"program/{name}": table.to_pandas() for name, table in program_tables(plan.solved.program, plan.solved.solution).items()}
    return all_tables(plan.solved) | program


@pytest.mark.parametrize("page", ["results.md", "results.zh.md"])
def test_every_column_of_a_run_is_described_in_its_order(page: str) -> None:
    described = {name: named(lines) for name, lines in sections(ROOT / "docs" / page).items() if name in tables()}
    assert described == {name: list(frame.columns) for name, frame in tables().items()}


@pytest.mark.parametrize("page", ["results.md", "results.zh.md"])
def test_every_file_and_every_key_of_the_manifest_is_described(page: str, tmp_path: Path) -> None:
    text = ROOT / "docs" / page
    run = write_plan(toy(), tmp_path, report=write_report)
    files = {f"{path.name}/" if path.is_dir() else path.name for path in run.folder.iterdir()}
    first = next(iter(sections(text, "#").values()))
    assert files == set(named(first))
    assert named(sections(text, "##")["manifest.json"]) == list(manifest(toy()))


def fields(text: str) -> set[str]:
    """Names of the fields of a message, without the ending of the Chinese ones."""
    return {name.removesuffix("_zh") for _, name, _, _ in Formatter().parse(text) if name} - GRAMMAR


def test_every_message_says_the_same_in_both_languages() -> None:
    for name in MODULES:
        import_module(name)
    for code, message in MESSAGES.items():
        for english, chinese in (message.fact, message.remedy):
            assert bool(english) == bool(chinese), code
            assert fields(english) == fields(chinese), code
            assert not chinese or re.search("[\u4e00-\u9fff{]", chinese), code
            assert not re.search("[\u4e00-\u9fff]", english.replace("(万)", "")), code


def test_everything_public_has_a_docstring() -> None:
    bare = []
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found: list[tuple[str, ast.AST]] = [("", tree)]
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                inner = node.body if isinstance(node, ast.ClassDef) else []
                found += [
                    (node.name, node),
                    *((f"{node.name}.{each.name}", each) for each in inner if isinstance(each, ast.FunctionDef) and not each.name.startswith("_")),
                ]
        bare += [f"{path.relative_to(PACKAGE)} {name}" for name, node in found if not ast.get_docstring(node)]  # type: ignore[arg-type]
    assert bare == []


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as the forges make them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", [*documents(), ROOT / "results" / "README.md"], ids=identity)
def test_every_link_resolves(path: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^()\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        page = (path.parent / file).resolve() if file else path
        assert page.exists(), target
        assert not anchor or anchor in anchors(page), target


@pytest.mark.parametrize(("name", "module"), [(f"{stem}{ending}", module) for stem, module in GENERATED.items() for ending in (".md", ".zh.md")])
def test_generated_parts_are_fresh(name: str, module: ModuleType) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    again = data_manual.between_markers(text, module.markdown("zh" if name.endswith(".zh.md") else "en"))
    assert again == text, f"python -m {module.__name__} docs/{name}"


def test_every_variable_parameter_equation_and_rule_is_in_the_manual_in_both_languages() -> None:
    english, chinese = formulation_manual.markdown("en"), formulation_manual.markdown("zh")
    named_in_english = re.findall(r"^(?:\| `\w+`|#### .* · `\w+`)", english, re.MULTILINE)
    assert re.findall(r"`(\w+)`", "".join(named_in_english)) == re.findall(
        r"`(\w+)`", "".join(re.findall(r"^(?:\| `\w+`|#### .* · `\w+`)", chinese, re.MULTILINE))
    )
    assert re.findall(r"```math.*?```", english, re.DOTALL) == re.findall(r"```math.*?```", chinese, re.DOTALL)


@pytest.mark.parametrize("kind", Rule.kinds)
def test_every_example_of_a_rule_has_the_form_of_its_kind(kind: str) -> None:
    shown = formulation_manual.page(Rule.kinds[kind].__doc__ or "").examples
    assert shown
    for line in shown:
        (rule,) = yaml.safe_load(line).values()
        assert Rule.kinds[kind].model_validate(rule)


@pytest.mark.parametrize("path", [ROOT / "docs" / "scenarios.md", ROOT / "docs" / "scenarios.zh.md"], ids=identity)
def test_whole_scenarios_in_the_documents_resolve(path: Path, tmp_path: Path) -> None:
    whole = ["\n".join(block.lines) for block in blocks(path) if block.language == "yaml" and any(line.startswith("region:") for line in block.lines)]
    assert whole
    for text in whole:
        (tmp_path / "whole.yaml").write_text(text, encoding="utf-8")
        load_scenario(tmp_path / "whole.yaml", data=str(ROOT / "data"))


def test_the_version_is_the_same_everywhere() -> None:
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["version"] == saltloop.__version__
    assert f"## {saltloop.__version__}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
