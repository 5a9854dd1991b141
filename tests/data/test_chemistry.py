"""Formulas and element balances against values worked out by hand (standard atomic weights)."""

from __future__ import annotations

from pathlib import Path

import pytest
from pack_edits import TOY, add, change, copy_of_toy

from saltloop.data.chemistry import balance, content, mass_shares
from saltloop.data.pack import load
from saltloop.errors import InputError

K, CL, MG, H, O, CA, C, LI, S, NA = 39.0983, 35.453, 24.305, 1.008, 15.999, 40.078, 12.011, 6.94, 32.06, 22.98977  # noqa: E741
WATER = 2 * H + O


@pytest.mark.parametrize(
    ("species", "element", "share"),
    [
        ("KCl", "K", K / (K + CL)),
        ("KMgCl3.6H2O", "Mg", MG / (K + MG + 3 * CL + 6 * WATER)),
        ("KMgCl3·6H2O", "Cl", 3 * CL / (K + MG + 3 * CL + 6 * WATER)),
        ("K2SO4.MgSO4.6H2O", "K", 2 * K / (2 * K + MG + 2 * (S + 4 * O) + 6 * WATER)),
        ("MgCl2*6H2O", "Mg", MG / (MG + 2 * CL + 6 * WATER)),
        ("CaMg(CO3)2", "C", 2 * C / (CA + MG + 2 * (C + 3 * O))),
        ("Li", "Li", 1.0),
        ("Li2CO3", "Li", 2 * LI / (2 * LI + C + 3 * O)),
        ("CO2", "C", C / (C + 2 * O)),
        ("(CaSO4)2.H2O", "S", 2 * S / (2 * (CA + S + 4 * O) + WATER)),
    ],
)
def test_shares_are_those_of_the_atomic_weights(species: str, element: str, share: float) -> None:
    shares = mass_shares(species)
    assert shares[element] == pytest.approx(share, rel=1e-3)
    assert sum(shares.values()) == pytest.approx(1)


@pytest.mark.parametrize("species", ["", "salt", "Xx", "kcl", "KCl-", "CaSO4.0.5H2O", "Ph", "HAL", "(KCl", "2", "Na+", "KCl, NaCl"])
def test_what_is_no_formula_has_no_shares(species: str) -> None:
    assert mass_shares(species) == {}


def test_content_is_per_unit_of_the_commodity() -> None:
    found = content(load(TOY))
    assert found["brine", "K"] == pytest.approx(0.05 * K / (K + CL), rel=1e-4)
    assert found["brine", "Cl"] == pytest.approx(0.05 * CL / (K + CL) + 0.15 * CL / (NA + CL), rel=1e-4)
    assert ("brine", "Mg") not in found


def test_a_species_that_is_no_formula_is_told_with_its_line(tmp_path: Path) -> None:
    pack = copy_of_toy(tmp_path)
    change(pack, "compositions", ["potash"], {"species": "potash"})
    with pytest.raises(InputError, match=r"compositions.csv:4  D133  'potash' is no chemical formula"):
        content(load(pack))


def _row(pack: Path, process: str, element: str) -> tuple[float, float, float]:
    frame = balance(load(pack)).set_index(["process", "element"])
    return tuple(frame.loc[(process, element), ["inflow", "outflow", "residual"]])


def test_sodium_of_salt_washing_by_hand() -> None:
    share = NA / (NA + CL)
    assert _row(TOY, "salt_washing", "Na") == pytest.approx((share, share, 0), abs=1e-4)


def test_chlorine_of_electrolysis_by_hand() -> None:
    inflow = 1.46 * CL / (NA + CL)
    assert _row(TOY, "chlor_alkali", "Cl") == pytest.approx((inflow, 0.89, inflow - 0.89), abs=1e-4)


def test_burnt_fuel_takes_its_carbon_along() -> None:
    assert _row(TOY, "coal_power", "C") == pytest.approx((0.5 * 0.54584, 0.5 * 0.54584, 0))


def test_fuel_that_is_not_burnt_leaves_its_carbon_in_the_product(tmp_path: Path) -> None:
    pack = copy_of_toy(tmp_path)
    change(pack, "processes", ["coal_power"], {"tags": "power_plant"})
    assert _row(pack, "coal_power", "C") == pytest.approx((0.5 * 0.54584, 0, 0.5 * 0.54584))


def test_gases_of_a_process_are_outflows_in_tonnes(tmp_path: Path) -> None:
    pack = copy_of_toy(tmp_path)
    add(pack, "factors", {"kind": "process", "item": "salt_washing", "factor": "co2_process", "value": 440, "unit": "kg"})
    add(pack, "factors", {"kind": "process", "item": "salt_washing", "factor": "so2", "value": 0.64, "unit": "t"})
    assert _row(pack, "salt_washing", "C") == pytest.approx((0, 0.44 * C / (C + 2 * O), -0.44 * C / (C + 2 * O)), rel=1e-3)
    assert _row(pack, "salt_washing", "S") == pytest.approx((0, 0.64 * S / (S + 2 * O), -0.64 * S / (S + 2 * O)), rel=1e-3)


def test_a_process_without_elements_has_no_rows() -> None:
    assert "solar_power" not in set(balance(load(TOY))["process"])
