"""Nothing of the mathematics stands without rows that a person has worked out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from golden import COLUMNS, written
from saltloop.formulation.program import EQUATIONS

HERE = Path(__file__).parent


def names() -> list[str]:
    return sorted(path.stem.removeprefix("golden_") for path in HERE.glob("golden_*.csv"))


@pytest.mark.parametrize("name", [each.name for each in EQUATIONS])
def test_every_equation_has_a_golden(name: str) -> None:
    assert name in names()
    families = {line[0].split("[")[0] for line in written(HERE / f"golden_{name}.csv")}
    assert families == {name}, "the golden of an equation holds its rows and no others"


def test_every_golden_is_asked_for_by_a_test() -> None:
    asked = {name for path in HERE.glob("test_*.py") for name in re.findall(r'golden\("(\w+)"', path.read_text(encoding="utf-8"))}
    assert asked == set(names())


def test_goldens_are_sorted_and_complete() -> None:
    for name in names():
        lines = written(HERE / f"golden_{name}.csv")
        assert lines == sorted(lines), name
        assert all(len(line) == len(COLUMNS) and all(line) for line in lines), name
        assert len({(row, column) for row, column, *_ in lines}) == len(lines), name
