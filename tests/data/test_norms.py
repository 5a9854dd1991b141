"""Norms beside plants, worked out by hand on the toy pack: potash takes 0.5 (0.4 to 0.6) MWh, power 0.5 (0.4 to 0.6) t coal."""

from __future__ import annotations

from pathlib import Path

import pytest
from pack_edits import TOY, add, copy_of_toy

from saltloop.data import norms
from saltloop.data.checks import check
from saltloop.data.evidence import evidence, evidence_text
from saltloop.data.pack import Pack, load

POTASH = {"process": "potash_plant", "commodity": "electricity", "kind": "limit", "year": 2020, "value": 450, "unit": "kWh"}
ENERGY = {"process": "coal_power", "measure": "energy_content", "kind": "limit", "year": 2020, "value": 0.2, "unit": "tce"}


def pack_with(folder: Path, *rows: dict[str, object]) -> Pack:
    """The toy pack with these norms; a t of coal holds 0.7 tce and a MWh 0.125 tce."""
    pack = copy_of_toy(folder)
    for row in rows:
        add(pack, "norms", row)
    for item, value in (("coal", 0.7), ("electricity", 0.125)):
        add(pack, "factors", {"kind": "commodity", "item": item, "factor": "energy_content", "value": value, "unit": "tce"})
    return load(pack)


def uses(pack: Pack, process: str) -> dict[str, float]:
    return {row["commodity"]: row["value"] for row in pack.rows("recipes") if (row["process"], row["direction"]) == (process, "use")}


def test_a_norm_is_compared_in_its_own_unit_with_the_range_of_the_recipe(tmp_path: Path) -> None:
    (row,) = norms.comparison(pack_with(tmp_path, POTASH)).to_dict("records")
    assert (row["norm"], row["unit"]) == (450, "kWh")
    assert (row["plant"], row["low"], row["high"]) == (pytest.approx(500), pytest.approx(400), pytest.approx(600))
    assert row["apart"] == pytest.approx(500 / 450 - 1)
    assert row["verdict"] == norms.WITHIN_RANGE


@pytest.mark.parametrize(("value", "verdict"), [(500, norms.MET), (399, norms.MISSED), (400, norms.WITHIN_RANGE)])
def test_the_verdict_looks_at_the_value_and_then_at_the_range(tmp_path: Path, value: float, verdict: str) -> None:
    (row,) = norms.comparison(pack_with(tmp_path, POTASH | {"value": value})).to_dict("records")
    assert row["verdict"] == verdict


def test_a_weighed_norm_counts_what_is_used_less_what_is_made(tmp_path: Path) -> None:
    """0.5 t coal x 0.7 - 1 MWh x 0.125 = 0.225 tce; at the ends 0.4 x 0.7 - 0.125 and 0.6 x 0.7 - 0.125."""
    (row,) = norms.comparison(pack_with(tmp_path, ENERGY)).to_dict("records")
    assert (row["plant"], row["low"], row["high"]) == (pytest.approx(0.225), pytest.approx(0.155), pytest.approx(0.295))


def test_a_pack_with_norms_in_order_has_no_problem(tmp_path: Path) -> None:
    assert [p.text() for p in check(pack_with(tmp_path, POTASH, ENERGY))] == []


def test_to_hold_a_norm_shrinks_its_use_and_leaves_the_others(tmp_path: Path) -> None:
    pack = pack_with(tmp_path, POTASH)
    held, (saving,) = norms.hold(pack, "limit", 2025)
    assert uses(held, "potash_plant") == pytest.approx(uses(pack, "potash_plant") | {"electricity": 0.45})
    assert (saving.before, saving.ratio) == (pytest.approx(500), pytest.approx(0.9))
    assert uses(pack, "potash_plant")["electricity"] == 0.5, "the pack that was given stays as it is"


def test_a_weighed_norm_is_reached_by_what_may_shrink(tmp_path: Path) -> None:
    """0.2 + 0.125 = 0.325 tce of coal = 0.464286 t; the electricity made is no use and stays."""
    held, _ = norms.hold(pack_with(tmp_path, ENERGY | {"saved": "fuel"}), "limit", 2025)
    assert uses(held, "coal_power")["coal"] == pytest.approx(0.325 / 0.7)
    (row,) = norms.comparison(held).to_dict("records")
    assert row["plant"] == pytest.approx(0.2)
    assert row["verdict"] == norms.MET


def test_only_norms_of_the_kind_that_have_begun_hold_and_the_latest_wins(tmp_path: Path) -> None:
    advanced, later = POTASH | {"kind": "advanced", "value": 400}, POTASH | {"year": 2030, "value": 420}
    pack = pack_with(tmp_path, POTASH, advanced, later)
    values = {(kind, year): [row["value"] for row in norms.in_force(pack, kind, year)] for kind in ("limit", "advanced") for year in (2019, 2020, 2031)}
    assert values == {
        ("limit", 2019): [],
        ("limit", 2020): [450],
        ("limit", 2031): [420],
        ("advanced", 2019): [],
        ("advanced", 2020): [400],
        ("advanced", 2031): [400],
    }


def test_a_plant_that_meets_its_norm_is_left_alone(tmp_path: Path) -> None:
    pack = pack_with(tmp_path, POTASH | {"value": 500})
    held, savings = norms.hold(pack, "limit", 2025)
    assert held is pack
    assert savings == ()


def test_a_norm_out_of_reach_leaves_the_plant_as_it_is(tmp_path: Path) -> None:
    """Without any coal it would still stand at -0.125 tce, the power that it makes."""
    impossible = {"process": "coal_power", "measure": "energy_content", "kind": "limit", "year": 2020, "value": -0.2, "unit": "tce"}
    pack = pack_with(tmp_path, impossible)
    held, (saving,) = norms.hold(pack, "limit", 2025)
    assert saving.ratio is None
    assert uses(held, "coal_power") == uses(pack, "coal_power")


def test_the_evidence_shows_norms_the_farthest_first(tmp_path: Path) -> None:
    pack = pack_with(tmp_path, POTASH, ENERGY)
    assert len(evidence(pack).norms) == 2
    english, chinese = (evidence_text(pack, language).splitlines() for language in ("en", "zh"))
    start = english.index("Against the norms, net use per unit of activity; the range is that of the recipe:")
    assert english[start + 1].startswith("    coal_power: 0.225 (0.155 … 0.295), limit 2020 is 0.2 tce energy_content: +12.5%, missed, but within")
    assert english[start + 2].startswith("    potash_plant: 500 (400 … 600), limit 2020 is 450 kWh electricity: +11.1%")
    assert any(line.startswith("    coal_power：0.225（0.155 … 0.295），2020年限额 0.2 tce") for line in chinese)


def test_a_pack_without_norms_says_nothing_of_them() -> None:
    assert "norm" not in evidence_text(load(TOY))
