"""What the tables say together: which row wins, what reaches where."""

from __future__ import annotations

from pathlib import Path

import pytest
from pack_edits import TOY, add, change, copy_of_toy

from saltloop.data.pack import load
from saltloop.data.relations import Relations, plain_unit


def test_a_site_beats_an_area_and_a_commodity_beats_a_tag_beats_all(tmp_path: Path) -> None:
    pack = copy_of_toy(tmp_path)
    for place, commodity, value in (("region", "*", 1), ("zone", "bulk_solid", 2), ("zone", "salt", 3), ("lake", "*", 4), ("lake", "waste_salt", 5)):
        add(pack, "disposals", {"route": "stack_all", "place": place, "commodity": commodity, "value": value, "unit": "CNY/t"})
    add(pack, "routes", {"route": "stack_all", "kind": "stack"})
    found = {key[1:]: row["value"] for key, row in Relations(load(pack)).disposals.items() if key[0] == "stack_all"}
    assert [found["town", c] for c in ("waste_salt", "salt", "coal")] == [1, 1, 1]
    assert [found["park", c] for c in ("waste_salt", "salt", "coal")] == [2, 3, 1]
    assert [found["lake", c] for c in ("waste_salt", "salt", "coal")] == [5, 4, 4]


def test_access_holds_only_what_the_market_trades() -> None:
    access = Relations(load(TOY)).access
    assert ("buyers", "park", "salt") in access
    assert ("buyers", "park", "coal") not in access


def test_only_pass_through_links_reach_further(tmp_path: Path) -> None:
    assert Relations(load(TOY)).obtainable["electricity"] == {"lake", "park", "town"}
    pack = copy_of_toy(tmp_path)
    add(pack, "links", {"link": "on", "origin": "town", "destination": "lake", "mode": "line", "both_ways": "no", "unit": "km"})
    change(pack, "links", ["line_park_lake"], {"origin": "town", "destination": "town"})
    assert Relations(load(pack)).obtainable["electricity"] == {"lake", "park", "town"}
    change(pack, "modes", ["line"], {"passes_through": "no"})
    assert Relations(load(pack)).obtainable["electricity"] == {"park", "town"}


def test_a_process_stands_where_all_its_equipment_does() -> None:
    standing = Relations(load(TOY)).standing
    assert standing["park"] == {"salt_washing", "block_making", "coal_power", "solar_power", "chlor_alkali"}
    assert standing["lake"] == {"potash_plant"}


def test_words_select_as_the_accounts_do() -> None:
    relations = Relations(load(TOY))
    assert relations.named("equipment", "on_unused") == {"solar_power"}
    assert relations.named("route", "treatment") == {"neutralisation"}
    assert relations.named("link", "line") == {"line_park_lake", "line_park_town"}
    assert relations.named("process", "burns") == {"block_making", "coal_power"}
    assert relations.named("process", None) == relations.named("process", "*")


@pytest.mark.parametrize(("unit", "shown"), [("CNY/(t)", "CNY/t"), ("CNY/(t/a)", "CNY/(t/a)"), ("MWh", "MWh")])
def test_units_are_shown_without_needless_brackets(unit: str, shown: str) -> None:
    assert plain_unit(unit) == shown
