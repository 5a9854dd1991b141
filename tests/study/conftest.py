"""Packs are read once for all tests of this folder; they are never changed in place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from saltloop.data.pack import load


@pytest.fixture(autouse=True, scope="session")
def packs_read_once() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr("saltloop.scenario.resolve.load", cache(load))
    yield
    patch.undo()
