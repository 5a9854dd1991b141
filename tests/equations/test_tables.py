"""Keys are found by whole numbers; here each is looked up by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltloop.formulation import tables
from saltloop.formulation.tables import Labels, Table

NAMES = st.sampled_from(["lake", "park", "盐湖", 1, 2, 2025])
PAIRS = st.tuples(NAMES, NAMES)


@pytest.mark.parametrize("room", [16, -1024])
@given(st.lists(PAIRS, unique=True, max_size=8), st.lists(PAIRS, max_size=8), st.lists(PAIRS, max_size=8))
def test_a_key_is_found_where_it_stands_and_nowhere_else(
    room: int, keys: list[tuple[object, ...]], asked: list[tuple[object, ...]], later: list[tuple[object, ...]]
) -> None:
    """In a table over all combinations and in a sorted one; names that were met after the first question are in no key."""
    labels = Labels(())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "_DENSE", room)
        table, place = Table(labels, labels.codes(keys, 2)), {key: n for n, key in enumerate(keys)}
        for query in (asked, later, [("dune", "lake"), ("lake", "dune")]):
            codes = labels.codes(query, 2)
            assert table.find(list(codes.T), len(query)).tolist() == [place.get(key, -1) for key in query]
            for first in ("lake", "dune"):
                assert table.find([labels.code(first), codes[:, 1]], len(query)).tolist() == [place.get((first, second), -1) for _, second in query]


def test_one_key_for_all_lines() -> None:
    labels = Labels(())
    table = Table(labels, labels.codes([("lake", 1), ("park", 1)], 2))
    assert table.find([labels.code("park"), labels.code(1)], 3).tolist() == [1, 1, 1]
    assert table.find([labels.code("dune"), labels.code(1)], 2).tolist() == [-1, -1]


def test_a_key_without_parts_is_found_by_a_question_without_parts() -> None:
    assert Table(Labels(()), np.zeros((1, 0), dtype=np.int64)).find([], 2).tolist() == [0, 0]
