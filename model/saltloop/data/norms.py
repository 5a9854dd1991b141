"""Norms beside real plants: what a plan or standard lets a process use, against what its recipe uses.

A norm counts the net use (used less made) of some commodities per unit of activity, as amounts or weighed by one of their
factors, such as energy_content: then it is the comprehensive energy use of the standards. A scenario may make the norms hold:
then each process that uses more shrinks the use of what the norm names as `saved`, all in one ratio, until it meets it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from saltloop.data.pack import Pack
from saltloop.data.read import FILE, LINE
from saltloop.data.relations import Row
from saltloop.errors import message

CANNOT_MEET = message(
    "D139",
    ("'{process}' cannot meet its norm of {norm:.4g} {unit} ({where})", "“{process}”达不到限额 {norm:.4g} {unit}（{where}）"),
    (
        "it uses {before:.4g}; even without {saved} it would use more, so it stays as it is. Name in the column saved what can shrink",
        "现为 {before:.4g}；即使不用{saved_zh}仍超限，故保持不变。请在 saved 列填写可减少的物料",
    ),
    warning=True,
)
COLUMNS = ("process", "commodity", "measure", "kind", "year", "norm", "plant", "low", "high", "unit", "apart", "verdict", "grade", "source", "place")
MET, WITHIN_RANGE, MISSED = "met", "within range", "missed"


@dataclass(frozen=True)
class Counted:
    """What a norm finds in the recipe of its process.

    Args:
        net: used less made, per unit of activity, in unit.
        low: the same with every coefficient at the end that makes it smallest.
        high: the same at the other end.
        saving: the part of the use that may shrink; never the reference commodity.
        saved: the commodities of that part.
        unit: unit of the norm.
    """

    net: float
    low: float
    high: float
    saving: float
    saved: tuple[str, ...]
    unit: str


class Weights:
    """How much one unit of a commodity counts for a norm.

    Args:
        pack: as `load` gives it.
    """

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._commodities = {row["commodity"]: row for row in pack.rows("commodities")}
        self._factors = {(row["item"], row["factor"]): row for row in pack.rows("factors") if row["kind"] == "commodity"}

    def is_selected(self, commodity: str, word: str | None) -> bool:
        """Whether a word (a commodity, a tag, or None for all) selects a commodity."""
        return word is None or word == commodity or word in self._commodities[commodity]["tags"]

    def unit(self, commodity: str, measure: str | None) -> tuple[float, str] | None:
        """The weight of one unit of a commodity and the unit of that weight; None: it does not have the measure."""
        if measure is None:
            return 1.0, str(self._commodities[commodity]["unit"])
        row = self._factors.get((commodity, measure))
        return None if row is None else (row["value"], row["unit"])


def selected(norm: Row, recipe: list[dict[str, Any]], weights: Weights) -> Iterator[tuple[dict[str, Any], float, str]]:
    """The rows of a recipe that a norm counts, each with its weight per unit and the unit of the weight."""
    for row in recipe:
        weight = weights.unit(row["commodity"], norm["measure"]) if weights.is_selected(row["commodity"], norm["commodity"]) else None
        if weight is not None:
            yield row, *weight


def count(norm: Row, recipe: list[dict[str, Any]], reference: str, weights: Weights, pack: Pack) -> Counted | None:
    """What a norm finds in a recipe, in the unit of the norm.

    Args:
        norm: row of table norms.
        recipe: rows of table recipes of its process.
        reference: reference commodity of the process.
        weights: of the pack.
        pack: for its units.

    Returns:
        the sums; None if it finds nothing or something of another dimension.
    """
    net = low = high = saving = 0.0
    saved, found = [], False
    for row, weight, unit in selected(norm, recipe, weights):
        times = pack.units.factor(unit, norm["unit"])
        if times is None:
            return None
        each, uses, found = weight * times, row["direction"] == "use", True
        net += row["value"] * each * (1 if uses else -1)
        low += row["low"] * each if uses else -row["high"] * each
        high += row["high"] * each if uses else -row["low"] * each
        if uses and row["commodity"] != reference and weights.is_selected(row["commodity"], norm["saved"]):
            saving += row["value"] * each
            saved.append(row["commodity"])
    return Counted(net, low, high, saving, tuple(saved), norm["unit"]) if found else None


def recipes_of(pack: Pack) -> dict[str, list[dict[str, Any]]]:
    """The recipe rows of each process that has a norm."""
    found: dict[str, list[dict[str, Any]]] = {row["process"]: [] for row in pack.rows("norms")}
    for row in pack.rows("recipes"):
        if row["process"] in found:
            found[row["process"]].append(row)
    return found


def comparison(pack: Pack) -> pd.DataFrame:
    """Each norm beside the process that it is for.

    Args:
        pack: as `load` gives it; a norm that finds nothing is left out, the check tells it.

    Returns:
        a frame with COLUMNS: norm, plant, low, high in unit per unit of activity; low and high come from the ranges of the
        recipe; apart is plant / norm - 1; verdict is met, within range (the norm lies above low) or missed.
    """
    reference, weights, recipes = _references(pack), Weights(pack), recipes_of(pack)
    rows = []
    for norm in pack.rows("norms"):
        found = count(norm, recipes[norm["process"]], reference[norm["process"]], weights, pack)
        if found is None:
            continue
        verdict = MET if found.net <= norm["value"] * (1 + 1e-9) else WITHIN_RANGE if found.low <= norm["value"] else MISSED
        apart = found.net / norm["value"] - 1 if norm["value"] else float("inf")
        key = tuple(norm[name] for name in COLUMNS[:5])
        place = f"{norm[FILE]}:{norm[LINE]}"
        rows.append((*key, norm["value"], found.net, found.low, found.high, found.unit, apart, verdict, norm["grade"], norm["source"], place))
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object)


@dataclass(frozen=True)
class Saving:
    """What making the norms hold did to one norm.

    Args:
        norm: its row.
        before: net use of the recipe, in the unit of the norm.
        ratio: what the use of `saved` was multiplied by; None: even without it the process uses more, so it stays as it is.
        saved: commodities whose use shrank.
        rows: the recipe rows as they were, by commodity.
    """

    norm: Row
    before: float
    ratio: float | None
    saved: tuple[str, ...]
    rows: Mapping[str, Row]


def in_force(pack: Pack, kind: str, year: int) -> list[dict[str, Any]]:
    """The norms of a kind that hold in a year: of those that differ in nothing but the year, the latest that has begun."""
    latest: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in sorted(pack.rows("norms"), key=lambda row: int(row["year"])):
        if row["kind"] == kind and row["year"] <= year:
            latest[row["process"], row["commodity"], row["measure"]] = row
    return list(latest.values())


def hold(pack: Pack, kind: str, year: int) -> tuple[Pack, tuple[Saving, ...]]:
    """The pack with every process brought to its norms.

    Args:
        pack: in base units.
        kind: limit or advanced.
        year: norms that have begun by then hold.

    Returns:
        the pack with smaller uses in table recipes, and one Saving for each norm that a process did not meet. Emissions that
        the data state per unit of activity stay; those of fuels that processes tagged `burns` use shrink with the fuel.
    """
    reference, weights, savings = _references(pack), Weights(pack), []
    rows = [dict(row) for row in pack.rows("recipes")]
    by_process: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_process.setdefault(row["process"], []).append(row)
    for norm in in_force(pack, kind, year):
        recipe = by_process.get(norm["process"], [])
        found = count(norm, recipe, reference[norm["process"]], weights, pack)
        if found is not None and found.net > norm["value"] * (1 + 1e-9):
            savings.append(_shrink(norm, found, recipe))
    if not savings:
        return pack, ()
    return pack.with_table("recipes", pd.DataFrame(rows, columns=pack.tables["recipes"].columns, dtype=object)), tuple(savings)


def _shrink(norm: Row, found: Counted, recipe: list[dict[str, Any]]) -> Saving:
    """Multiply the uses that a norm saves by one ratio, in place."""
    ratio = 1 - (found.net - norm["value"]) / found.saving if found.saving > 0 else -1.0
    uses = {row["commodity"]: row for row in recipe if row["direction"] == "use" and row["commodity"] in found.saved}
    before = {name: dict(row) for name, row in uses.items()}
    if ratio < 0:
        return Saving(norm, found.net, None, found.saved, before)
    for row in uses.values():
        row.update({name: row[name] * ratio for name in ("value", "low", "high")})
    return Saving(norm, found.net, ratio, found.saved, before)


def _references(pack: Pack) -> dict[str, str]:
    return {row["process"]: row["reference"] for row in pack.rows("processes")}
