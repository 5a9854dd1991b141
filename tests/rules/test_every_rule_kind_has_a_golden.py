"""A new rule kind fails here until its hand-worked case exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import saltloop.formulation.rules  # noqa: F401
from golden import COLUMNS, written
from saltloop.formulation.rules.rule import Rule

HERE = Path(__file__).parent


def names() -> list[str]:
    return sorted(path.stem.removeprefix("golden_") for path in HERE.glob("golden_*.csv"))


@pytest.mark.parametrize("kind", sorted(Rule.kinds))
def test_every_rule_kind_has_a_golden(kind: str) -> None:
    assert any(name == kind or name.startswith(f"{kind}_") for name in names())


FORMS = [
    "limit_at_most",
    "limit_at_least",
    "limit_equals",
    "target_at_least",
    "target_at_most",
    "charge_flat",
    "charge_tiers",
    "exchange_ban",
    "exchange_price",
    "exchange_cap",
    "exchange_tag",
    "entry_new",
    "entry_all",
]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_rule_has_a_golden(form: str) -> None:
    assert form in names()


def test_every_golden_is_asked_for_by_a_test() -> None:
    asked = {name for path in HERE.glob("test_*.py") for name in re.findall(r'golden\("(\w+)"', path.read_text(encoding="utf-8"))}
    assert asked == set(names())


def test_goldens_are_sorted_and_complete() -> None:
    for name in names():
        lines = written(HERE / f"golden_{name}.csv")
        assert lines == sorted(lines), name
        assert all(len(line) == len(COLUMNS) and all(line) for line in lines), name
        assert len({(row, column) for row, column, *_ in lines}) == len(lines), name
