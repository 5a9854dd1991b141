"""Fixtures shared by all tests; the writer of tiny packs is `tiny`, golden rows are `golden`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from golden import NAME, rewrite, rows_of, written
from saltloop.formulation.program import Program
from shared import Shared, folder_of_session

if TYPE_CHECKING:
    from docs.workshop import Workshop


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-goldens", action="store_true", help="write golden_*.csv anew instead of comparing (python -m tests.golden)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests first, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Shared:
    """What is worked out once for all workers of the session."""
    return Shared(folder_of_session(tmp_path_factory.getbasetemp()) / "shared")


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory, shared: Shared) -> Workshop:
    """One workshop for each worker; use `workshop`."""
    from docs.workshop import Workshop

    return Workshop(tmp_path_factory.mktemp("workshop"), shared)


@pytest.fixture
def workshop(workplace: Workshop) -> Workshop:
    """What a user has, as shipped, in which commands are typed once in the session."""
    workplace.clean()
    return workplace


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[..., None]:
    """golden(name, program, family, ...): the rows of the families equal those of golden_<name>.csv beside the test."""

    def compare(name: str, program: Program, *families: str) -> None:
        path, lines = request.path.parent / NAME.format(name), rows_of(program, *families)
        if request.config.getoption("--rewrite-goldens"):
            rewrite(path, lines)
        assert lines == written(path)
        assert lines, "a golden without rows shows nothing"

    return compare
