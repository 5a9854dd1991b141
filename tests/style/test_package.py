"""The package says nothing about a place, swallows nothing, holds short documented functions, and each module stands on its own."""

from __future__ import annotations

import ast
import io
import os
import re
import shutil
import subprocess
import sys
import tokenize
from functools import cache
from pathlib import Path
from pkgutil import walk_packages

import pytest
import yaml

import saltloop
from saltloop.data.pack import Pack, load

ROOT = Path(__file__).parents[2]
PACKAGE = Path(saltloop.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
MODULES = ["saltloop", *(module.name for module in walk_packages([str(PACKAGE)], "saltloop."))]
MOST_LINES = 60
PLACES = (
    "qaidam",
    "qarhan",
    "golmud",
    "delingha",
    "dachaidan",
    "qinghai",
    "gansu",
    "haixi",
    "tsaidam",
    "ccepz",
    "柴达木",
    "察尔汗",
    "格尔木",
    "德令哈",
    "大柴旦",
    "青海",
    "甘肃",
    "海西",
)
# Names of chemical elements are not among them: balances of elements know those.
GOODS = ("potash", "kcl", "carnallite", "soda_ash", "钾肥", "氯化钾", "光卤石", "纯碱", "碳酸锂")
YEARS = re.compile(r"\b(19|20)\d\d\b")
# The layers that may declare messages under a letter: a page that lists a letter then depends on nothing that its own layer does not import.
LETTERS = {"D": {"data", "units"}, "S": {"scenario", "formulation"}, "M": {"formulation", "solve", "analysis"}, "R": {"results", "analysis", "interfaces"}}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|TBD|WIP|NotImplemented\w*|stub|placeholder|not implemented|for now)\b", re.IGNORECASE)


def built_upon() -> set[str]:
    """Packs that others build on; they are no region of their own."""
    return {name for path in (ROOT / "data").glob("*/pack.yaml") for name in yaml.safe_load(path.read_text(encoding="utf-8"))["builds_on"]}


@cache
def packs() -> tuple[Pack, ...]:
    """The shipped packs, each with what it builds on."""
    return tuple(load(path.parent) for path in sorted((ROOT / "data").glob("*/pack.yaml")) if path.parent.name not in built_upon())


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def shown(path: Path, line: int) -> str:
    return f"{path.relative_to(PACKAGE.parent)}:{line}"


def docstrings(path: Path) -> list[ast.Constant]:
    """The docstrings of a file."""
    found = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
                found.append(first.value)
    return found


def help_lines(text: str) -> set[str]:
    """The commands under `Example:` of a help text; they name scenarios and packs that are shipped."""
    return set(re.findall(r"^\s*(saltloop .*?)\s*$", text, re.MULTILINE))


def lines_without_docstrings(path: Path) -> list[tuple[int, str]]:
    """The lines of code with their numbers."""
    inside = {line for each in docstrings(path) for line in range(each.lineno, (each.end_lineno or each.lineno) + 1)}
    return [(n, line) for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if n not in inside]


def words_in(line: str, words: tuple[str, ...]) -> list[str]:
    return [word for word in words if re.search(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])", line, re.IGNORECASE)]


def ids_of_packs() -> tuple[str, ...]:
    """Ids of sites, areas, basins and commodities of every shipped pack that no other text would use."""
    ids: set[str] = set()
    for pack in packs():
        ids |= {row[column] for table, column in (("sites", "site"), ("areas", "area"), ("basins", "basin")) for row in pack.rows(table)}
        ids |= {row["commodity"] for row in pack.rows("commodities") if "_" in row["commodity"]}
    return tuple(sorted(ids))


def test_code_names_no_region_lake_or_commodity() -> None:
    words = (*PLACES, *GOODS)
    found = [f"{shown(path, n)}  {named}" for path in FILES for n, line in lines_without_docstrings(path) if (named := words_in(line, words))]
    assert found == []


def test_code_names_nothing_that_only_a_pack_can_know() -> None:
    """An id of a shipped pack stands in no text of the code; the accounts and factors that equations know are not among them."""
    ids = set(ids_of_packs())
    found = []
    for path in FILES:
        inside = {id(each) for each in docstrings(path)}
        texts = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside]
        found += [f"{shown(path, node.lineno)}  {node.value}" for node in texts if node.value in ids]
    # An account may be named like the commodity that it counts.
    accounts = {row["account"] for pack in packs() for row in pack.rows("accounts")}
    assert [line for line in found if line.split("  ")[1] not in accounts] == []


def test_docstrings_name_no_region() -> None:
    """But for the commands in the help: they work as typed, on the scenarios that are shipped."""
    found = []
    for path in FILES:
        for each in docstrings(path):
            text = str(each.value)
            found += [
                f"{shown(path, each.lineno)}  {line.strip()}" for line in text.splitlines() if line.strip() not in help_lines(text) and words_in(line, PLACES)
            ]
    assert found == []


def test_code_names_no_year() -> None:
    """Years stand in examples of messages and forms only: never as a number, and never compared or computed with."""
    found = [
        shown(path, node.lineno)
        for path in FILES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool) and 1900 <= node.value <= 2100
    ]
    texts = [
        f"{shown(path, node.lineno)}  {node.value}"
        for path in FILES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and YEARS.fullmatch(node.value)
    ]
    assert found + texts == []


def test_nothing_is_left_for_later() -> None:
    found = [
        f"{shown(path, n)}  {line.strip()}"
        for path in FILES
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert found == []


def test_no_failure_is_swallowed_and_nothing_is_asserted_for_users() -> None:
    found = []
    for path in FILES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Assert):
                found.append(f"{shown(path, node.lineno)}  assert")
            if isinstance(node, ast.ExceptHandler):
                names = {each.id for each in ast.walk(node.type) if isinstance(each, ast.Name)} if node.type else {""}
                if names & {"", "Exception", "BaseException"}:
                    found.append(f"{shown(path, node.lineno)}  broad except")
    assert found == []


def test_no_check_is_switched_off_without_a_reason() -> None:
    """`noqa` and `type: ignore` name the rule that they silence; `pragma` and bare ones are refused."""
    found = []
    for path in FILES:
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
            if token.type == tokenize.COMMENT and re.search(r"noqa(?!: ?[A-Z])|type: ignore(?!\[)|pragma", token.string):
                found.append(f"{shown(path, token.start[0])}  {token.string}")
    assert found == []


def test_every_public_thing_has_a_docstring() -> None:
    bare = []
    for path in FILES:
        todo: list[ast.AST] = [tree_of(path)]
        while todo:
            node = todo.pop()
            if not ast.get_docstring(node) and not (isinstance(node, ast.Module) and not node.body):  # type: ignore[arg-type]
                bare.append(shown(path, getattr(node, "lineno", 1)))
            if isinstance(node, (ast.Module, ast.ClassDef)):
                todo += [each for each in node.body if isinstance(each, (ast.ClassDef, ast.FunctionDef)) and not each.name.startswith("_")]
    assert bare == []


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{shown(path, node.lineno)} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in FILES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef) and node.end_lineno is not None and node.end_lineno - node.lineno + 1 > MOST_LINES
    ]
    assert long == []


# Forked from one process that has read the outside libraries.
ALONE = """
import gc, importlib, os, sys
gc.disable()
outside = ["click", "highspy", "jinja2", "numpy", "pandas", "pint", "plotly", "plotly.offline", "pyarrow.parquet", "pydantic", "pyomo.environ",
           "pyomo.repn.linear", "scipy.sparse.linalg", "xlsxwriter", "yaml"]
for name in outside:
    importlib.import_module(name)
failed = []
for names in sys.argv[1:]:
    child = os.fork()
    if not child:
        try:
            for name in names.split(","):
                importlib.import_module(name)
        except BaseException as error:
            print(f"{name}: {error!r}", flush=True)
            os._exit(1)
        os._exit(0)
    failed += [names] if os.waitpid(child, 0)[1] else []
sys.exit(f"cannot be imported: {failed}" if failed else 0)
"""


def python(*words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    return subprocess.run([sys.executable, *words], env=env, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)


def imported_by(name: str) -> set[str]:
    """The modules of the package that a module imports when it is imported."""
    path = PACKAGE.parent.joinpath(*name.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    found: set[str] = set()
    for node in tree_of(path).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            asked = {f"{node.module}.{each.name}" for each in node.names}
            found |= asked if asked <= set(MODULES) else asked | {node.module}
        elif isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
    return found & set(MODULES) - {name}


def test_imports_form_no_circle() -> None:
    """Then each module can be imported alone: it asks for modules only that never ask for it."""
    left = {name: imported_by(name) for name in MODULES}
    while ready := [name for name, needs in left.items() if not needs & left.keys()]:
        for name in ready:
            del left[name]
    assert left == {}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, so that the outside libraries are read once")
def test_modules_can_be_imported_alone_and_in_any_order() -> None:
    """Each package and every sixth module in a process of its own; then all in one, those that import most first."""
    packages = [name for name in MODULES if PACKAGE.parent.joinpath(*name.split(".")).is_dir()]
    done = python("-c", ALONE, *packages, *MODULES[::6], ",".join(reversed(MODULES)))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    code = (
        "import sys, runpy; sys.argv = ['saltloop', '--help']\n"
        "try: runpy.run_module('saltloop.interfaces.cli', run_name='__main__')\n"
        "except SystemExit as end: status = end.code\n"
        "heavy = {'pandas', 'numpy', 'scipy', 'pyomo', 'highspy', 'pyarrow', 'pydantic', 'pint', 'plotly', 'yaml'} & set(sys.modules)\n"
        "sys.exit(f'imported: {sorted(heavy)}' if heavy or status else 0)"
    )
    done = python("-c", code)
    assert done.returncode == 0, done.stderr
    assert "Usage:" in done.stdout


def codes_of(path: Path) -> list[str]:
    """The codes of the messages that a file declares."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    declared = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "message" and call.args]
    return [call.args[0].value for call in declared if isinstance(call.args[0], ast.Constant)]


def test_a_message_has_the_letter_of_its_layer() -> None:
    declared = [(code, path.relative_to(PACKAGE)) for path in FILES for code in codes_of(path)]
    assert len(declared) > 100
    assert [(code, str(path)) for code, path in declared if path.parts[0].removesuffix(".py") not in LETTERS[code[0]]] == []


def test_layers_are_one_way() -> None:
    program = shutil.which("lint-imports", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if program is None:
        pytest.skip("import-linter is not installed")
    done = subprocess.run(
        [program, "--no-cache"], env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)}, cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout
