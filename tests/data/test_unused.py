"""What a pack carries and nothing uses, on copies of the toy pack."""

from __future__ import annotations

from pathlib import Path

import pytest
from pack_edits import add, change, copy_of_toy

from saltloop.data.pack import load
from saltloop.data.unused import counts, unused

FACT = {"subject": "brine: limit (zone)", "printed": 1.6, "unit": "hm3", "source": "invented"}


def names(pack: Path, kind: str) -> list[str]:
    found = unused(load(pack))
    return found[found["kind"] == kind]["name"].tolist()


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    return copy_of_toy(tmp_path)


def test_a_pack_in_order_carries_nothing_that_is_not_used(toy: Path) -> None:
    assert counts(unused(load(toy))) == {}


def test_sources_processes_and_commodities_without_use_are_listed(toy: Path) -> None:
    add(toy, "sources", {"source": "paper", "title": "A paper"})
    add(toy, "commodities", {"commodity": "gypsum", "unit": "t", "resolution": "year"})
    add(toy, "processes", {"process": "drying", "industry": "x", "reference": "salt", "resolution": "year"})
    add(toy, "recipes", {"process": "drying", "commodity": "salt", "direction": "make", "unit": "t"})
    assert counts(unused(load(toy))) == {"source": 1, "process": 1, "commodity": 1}
    assert (names(toy, "source"), names(toy, "process"), names(toy, "commodity")) == (["paper"], ["drying"], ["gypsum"])


def test_observations_count_as_used_in_base_years_only(toy: Path) -> None:
    about = toy / "pack.yaml"
    about.write_text(about.read_text(encoding="utf-8") + "base_years: [2020]\n", encoding="utf-8")
    for year, compares in ((2020, "same"), (2025, "same"), (2020, "none")):
        add(
            toy,
            "observations",
            {"area": "zone", "kind": "made", "item": f"{'salt ' * (compares == 'none')}potash", "year": year, "compares": compares, "unit": "t"},
        )
    assert names(toy, "observation") == ["zone made potash 2025", "zone made salt potash 2020"]


@pytest.mark.parametrize(
    ("cells", "used"),
    [
        ({"locator": "17"}, True),
        ({"locator": "p. 12-20"}, True),
        ({"locator": "18; 19"}, False),
        ({"source": "definition", "locator": "17"}, False),
        ({"source": "definition", "note": "follows invented:17"}, True),
        ({"source": "definition", "note": "follows definition:17"}, False),
    ],
)
def test_a_fact_is_used_where_a_row_cites_its_line(toy: Path, cells: dict[str, object], used: bool) -> None:
    add(toy, "facts", {**FACT, "fact": "brine.limit", "lines": "3 17"})
    assert names(toy, "fact") == ["brine.limit"]
    change(toy, "basin_limits", ["lake_brine"], cells)
    assert (names(toy, "fact") == []) == used


def test_a_fact_left_out_tells_its_reason(toy: Path) -> None:
    add(toy, "facts", {**FACT, "fact": "brine.colour", "lines": "9", "why_not": "nothing flows"})
    row = unused(load(toy)).iloc[0]
    assert (row["kind"], row["name"], row["reason_en"]) == ("fact left out", "brine.colour", "nothing flows")
