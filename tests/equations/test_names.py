"""Names and units of lines are put together from texts that many lines share; here each is written by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltloop.formulation import written
from saltloop.formulation.calendar import EACH
from saltloop.formulation.lines import FamilyOfLines, Lines
from saltloop.formulation.tables import Family, Key, Labels
from saltloop.formulation.written import Written

SLICES = ("h1", "h2", "h3")
WORDS = ("lake", "park", "盐湖", "a,b", "100%s", "{x}", 1, 2, 2025)


def by_weight(read: object) -> str:
    return f"t/{read}"


def by_volume(read: object) -> str:
    return f"m3/{read}"


@st.composite
def families(draw: st.DrawFn, name: str) -> FamilyOfLines:
    """Keys of up to four names and numbers, some with a line for each slice; numbered already or not; its units read as those of others or not."""
    width = draw(st.integers(0, 4))
    part = st.sampled_from(WORDS)
    last = st.sampled_from((*WORDS, EACH)) if width else part
    keys = tuple(draw(st.lists(st.tuples(*[part] * (width - 1), *[last] * (width > 0)), max_size=8, unique=True)))
    at = draw(st.none() | st.integers(0, width - 1)) if width else None
    labels = Labels(())
    known = Family(labels, labels.codes(keys, width), len(SLICES)) if draw(st.booleans()) and width else None
    return FamilyOfLines(name, tuple(f"index {n}" for n in range(width)), keys, SLICES, draw(st.sampled_from((by_weight, by_volume))), at, known)


def one_by_one(family: FamilyOfLines) -> list[tuple[Key, str]]:
    """Key with its slice, and unit, of every line."""
    return [
        (each, family.unit_of(key if family.unit_at is None else each[family.unit_at]))
        for key in family.keys
        for each in ([(*key[:-1], piece) for piece in SLICES] if key and key[-1] == EACH else [key])
    ]


@given(st.lists(st.sampled_from(("buy", "sell", "50%")), unique=True, max_size=3).flatmap(lambda names: st.tuples(*(families(name) for name in names))))
def test_every_line_has_its_own_name_and_unit(several: tuple[FamilyOfLines, ...]) -> None:
    expected = [(f"{family.name}[{','.join(map(str, key))}]", unit) for family in several for key, unit in one_by_one(family)]
    lines = Lines(several, np.arange(float(len(expected))), np.full(len(expected), np.inf))
    found = Written(lines.filled())
    assert list(zip(found.names().to_pylist(), found.units().to_pylist(), strict=True)) == expected
    assert [lines.name(n) for n in range(len(expected))] == [name for name, _ in expected]
    assert lines.units().tolist() == [unit for _, unit in expected]
    assert [family.units().tolist() for family in several] == [[unit for _, unit in one_by_one(family)] for family in several]


def test_names_of_more_combinations_than_can_be_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers of pairs are made small again before they grow too large."""
    keys = tuple((f"a{n % 3}", f"b{n % 5}", f"c{n % 7}", n) for n in range(105))
    family = FamilyOfLines("x", ("p", "q", "r", "s"), keys, (), lambda _: "t")
    plain = Written([family]).names().to_pylist()
    monkeypatch.setattr(written, "_MOST", 50)
    assert Written([family]).names().to_pylist() == plain == [f"x[{','.join(map(str, key))}]" for key in keys]
