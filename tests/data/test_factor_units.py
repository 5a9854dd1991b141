"""Factors that the equations know are read in their unit, whatever unit they are written in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from saltloop.data.pack import load
from saltloop.errors import InputError

TOY = Path(__file__).parents[1] / "packs" / "toy"


def _with_land(folder: Path, unit: str) -> Path:
    pack = folder / "toy"
    shutil.copytree(TOY, pack)
    path = pack / "factors.csv"
    lines = [
        ",".join([*line.split(",")[:3], "30", unit, "20", "40", *line.split(",")[7:]]) if line.startswith("equipment,solar_power,land,") else line
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return pack


def test_thirty_mu_are_two_hectares(tmp_path: Path) -> None:
    rows = {(r["item"], r["factor"]): r for r in load(_with_land(tmp_path, "mu")).rows("factors")}
    assert rows["solar_power", "land"]["value"] == pytest.approx(2.0)
    assert rows["solar_power", "land"]["unit"] == "ha"


def test_another_dimension_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"D102 .*'kWh' does not fit where 'ha' belongs"):
        load(_with_land(tmp_path, "kWh"))
