"""From formulas to elements: what a commodity consists of, and whether a process gives out what it takes in.

Carbon and sulfur also leave a process by air. Three names of the data tell how, and they are declared here only:
the factors of GASES (a process's own emission, t of gas per unit of activity), and the tags BURNS and FUEL (a process
that burns its fuels sends their carbon up the stack; the ledger counts it by the fuel's own emission factor).
Nitrogen oxides are left out: their nitrogen comes mostly from the air.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pandas as pd
from molmass import ELEMENTS as KNOWN_ELEMENTS
from molmass import Formula, FormulaError

from saltloop.data.pack import Pack
from saltloop.data.read import FILE, LINE
from saltloop.errors import Place, Problem, Problems, message

ELEMENTS: dict[str, tuple[str, str]] = {
    "K": ("potassium", "钾"),
    "Na": ("sodium", "钠"),
    "Mg": ("magnesium", "镁"),
    "Li": ("lithium", "锂"),
    "B": ("boron", "硼"),
    "Ca": ("calcium", "钙"),
    "Cl": ("chlorine", "氯"),
    "S": ("sulfur", "硫"),
    "C": ("carbon", "碳"),
    "N": ("nitrogen", "氮"),
}
GASES = {"co2_process": "CO2", "so2": "SO2"}
BURNS, FUEL = "burns", "fuel"

UNREADABLE_SPECIES = message(
    "D133",
    ("'{species}' is no chemical formula", "“{species}”不是化学式"),
    (
        "write elements, whole numbers, brackets and dots, such as KMgCl3.6H2O, CaMg(CO3)2, Li; for half a water double the rest: (CaSO4)2.H2O",
        "请用元素、整数、括号和点，如 KMgCl3.6H2O、CaMg(CO3)2、Li；半水写成 (CaSO4)2.H2O",
    ),
)
_FORMULA = re.compile(r"(?:[A-Z][a-z]?|\d+|[().\[\]])+")
_SYMBOL = re.compile(r"[A-Z][a-z]?")


@cache
def _shares(species: str) -> tuple[tuple[str, float], ...]:
    text = species.replace("·", ".").replace("*", ".")
    if not _FORMULA.fullmatch(text) or not all(symbol in KNOWN_ELEMENTS for symbol in _SYMBOL.findall(text)):
        return ()
    try:
        return tuple((symbol, float(part.fraction)) for symbol, part in Formula(text).composition().items())
    except FormulaError:
        return ()


def mass_shares(species: str) -> dict[str, float]:
    """Tonnes of each element in one tonne of a species.

    Args:
        species: a formula such as KCl, KMgCl3.6H2O (also with `·` or `*`), CaMg(CO3)2, or an element alone.

    Returns:
        shares that sum to 1; empty if the text is no formula of known elements.
    """
    return dict(_shares(species))


def unreadable_species(pack: Pack) -> Iterator[Problem]:
    """A problem for every species of table compositions that is no formula."""
    table = pack.tables["compositions"]
    for species, file, line in zip(table["species"], table[FILE], table[LINE], strict=True):
        if not _shares(species):
            yield UNREADABLE_SPECIES.at(Place(file, line), species=species)


def content(pack: Pack) -> dict[tuple[str, str], float]:
    """Elements in one unit of each commodity, from table compositions.

    Returns:
        (commodity, element) to t of the element per unit of the commodity.

    Raises:
        InputError: D133, a species is no formula.
    """
    problems = Problems(list(unreadable_species(pack)))
    problems.stop_if_any()
    found: dict[tuple[str, str], float] = defaultdict(float)
    table = pack.tables["compositions"]
    for commodity, species, amount in zip(table["commodity"], table["species"], table["value"], strict=True):
        for element, share in _shares(species):
            found[commodity, element] += amount * share
    return dict(found)


def _air(pack: Pack) -> dict[tuple[str, str], float]:
    """(process, element) to t that leaves as a gas of GASES per unit of activity."""
    found: dict[tuple[str, str], float] = defaultdict(float)
    table = pack.tables["factors"]
    for kind, item, name, unit, value in zip(*(table[x] for x in ("kind", "item", "factor", "unit", "value")), strict=True):
        tonnes = pack.units.factor(unit, "t") if kind == "process" and name in GASES else None
        for element, share in mass_shares(GASES[name]).items() if tonnes is not None else ():
            found[item, element] += value * (tonnes or 0.0) * share
    return found


def _tagged(pack: Pack, table: str, key: str, tag: str) -> set[str]:
    return {name for name, tags in zip(pack.tables[table][key], pack.tables[table]["tags"], strict=True) if tag in tags}


def balance(pack: Pack) -> pd.DataFrame:
    """Elements in and out of every process, by its recipe, the compositions, its gases and its burnt fuel.

    Returns:
        process, element, inflow, outflow, residual [t per unit of activity]; residual is inflow less outflow. Only the
        ELEMENTS, only where something flows, in the order of the pack.

    Raises:
        InputError: D133, a species is no formula.
    """
    holds: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for (commodity, element), amount in content(pack).items():
        if element in ELEMENTS:
            holds[commodity].append((element, amount))
    inflow: dict[tuple[str, str], float] = defaultdict(float)
    outflow: dict[tuple[str, str], float] = defaultdict(float)
    burning, fuels = _tagged(pack, "processes", "process", BURNS), _tagged(pack, "commodities", "commodity", FUEL)
    recipes = pack.tables["recipes"]
    for process, commodity, direction, value in zip(*(recipes[x] for x in ("process", "commodity", "direction", "value")), strict=True):
        for element, amount in holds.get(commodity, ()):
            (inflow if direction == "use" else outflow)[process, element] += value * amount
            if direction == "use" and element == "C" and process in burning and commodity in fuels:
                outflow[process, element] += value * amount
    for (process, element), amount in _air(pack).items():
        if element in ELEMENTS:
            outflow[process, element] += amount
    rows = [
        (j, e, inflow.get((j, e), 0.0), outflow.get((j, e), 0.0))
        for j in pack.tables["processes"]["process"]
        for e in ELEMENTS
        if (j, e) in inflow or (j, e) in outflow
    ]
    return pd.DataFrame([(*row, row[2] - row[3]) for row in rows], columns=["process", "element", "inflow", "outflow", "residual"])
