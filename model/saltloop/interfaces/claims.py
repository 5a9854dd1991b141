"""Claims that something is represented: `process:soda_ash`, `rule:charge`, `scenario:policies/carbon-price.yaml`, each checked against what is there.

A claim is a kind and a name, apart by a colon. Before the kind may stand the pack that it means (`west/site:harbour`); without, any pack read will do.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import get_args

from pydantic import BaseModel

from saltloop.data.pack import Pack
from saltloop.data.relations import Relations
from saltloop.data.schema import TABLES
from saltloop.formulation.program import EQUATIONS
from saltloop.formulation.rules.rule import Rule
from saltloop.interfaces import commands
from saltloop.results.tables import TABLES as RESULT_TABLES
from saltloop.scenario.schema import ScenarioFile
from saltloop.scenario.settings import paths
from saltloop.scenario.study_schema import StudyFile

# Kind of claim: table and column of a pack that must hold the name; a mode counts where a link has it, a route where something is disposed of by it.
_COLUMNS = {
    "commodity": ("commodities", "commodity"),
    "area": ("areas", "area"),
    "site": ("sites", "site"),
    "basin": ("basins", "basin"),
    "link": ("links", "link"),
    "mode": ("links", "mode"),
    "market": ("markets", "market"),
    "route": ("disposals", "route"),
    "account": ("accounts", "account"),
    "indicator": ("indicators", "indicator"),
    "score": ("scores", "score"),
    "conflict": ("conflicts", "conflict"),
    "factor": ("factors", "factor"),
    "norm": ("norms", "process"),
    "observation": ("observations", "item"),
    "background": ("background", "account"),
    "demand": ("demands", "commodity"),
    "profile": ("profiles", "equipment"),
    "land": ("land", "land_class"),
    "equipment": ("capacities", "equipment"),
}
_FOLDERS = {"scenario": "scenarios", "page": "docs"}


@dataclass(frozen=True)
class Claim:
    """One claim.

    Args:
        pack: the pack that is meant; empty: any of those read.
        kind: what sort of thing.
        name: its name; of `set` a path in which * stands for any part.
    """

    pack: str
    kind: str
    name: str

    @classmethod
    def of(cls, text: str) -> Claim:
        """The claim as written; without a colon its kind is empty."""
        head, _, name = text.partition(":") if ":" in text else ("", "", text)
        pack, _, kind = head.rpartition("/")
        return cls(pack, kind, name)

    @property
    def text(self) -> str:
        """As it is written."""
        return f"{self.pack}/{self.kind}:{self.name}" if self.pack else f"{self.kind}:{self.name}"


class Inventory:
    """Everything that a claim can name.

    Args:
        packs: packs by name, each with what it builds on.
        root: folder that holds `scenarios` and `docs`.
    """

    def __init__(self, packs: Mapping[str, Pack], root: Path) -> None:
        self.packs, self.root = packs, root
        self._known: dict[tuple[str, str], frozenset[str]] = {}

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of claim."""
        return (*_COLUMNS, *_OF_PACKS, *_OF_THE_PROGRAM, *_FOLDERS)

    def known(self, kind: str, pack: str = "") -> frozenset[str]:
        """The names of a kind, in one pack or in any."""
        if (kind, pack) not in self._known:
            self._known[kind, pack] = frozenset(self._names(kind, [self.packs[pack]] if pack else self.packs.values()))
        return self._known[kind, pack]

    def holds(self, claim: Claim) -> bool:
        """Whether what is claimed is there."""
        if claim.kind not in self.kinds or (claim.pack and claim.pack not in self.packs):
            return False
        names = self.known(claim.kind, claim.pack)
        return any(fnmatchcase(name, claim.name) for name in names) if claim.kind == "set" else claim.name in names

    def nearest(self, claim: Claim) -> str:
        """The name that comes closest to one that is not there; empty: none does."""
        found = get_close_matches(claim.name, self.known(claim.kind), 1) if claim.kind in self.kinds else get_close_matches(claim.kind, self.kinds, 1)
        return found[0] if found else ""

    def _names(self, kind: str, packs: Iterable[Pack]) -> Iterable[str]:
        if kind in _COLUMNS:
            table, column = _COLUMNS[kind]
            return {str(row[column]) for pack in packs for row in pack.rows(table) if row[column]}
        if kind in _OF_PACKS:
            return {name for pack in packs for name in _OF_PACKS[kind](pack)}
        if kind in _FOLDERS:
            folder = self.root / _FOLDERS[kind]
            return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in (".yaml", ".md")}
        return _OF_THE_PROGRAM[kind]()


def _running(pack: Pack) -> set[str]:
    """Processes that can run at some site: the equipment has capacity there, what is used on balance gets there, what is made can leave."""
    relations = Relations(pack)
    found = set()
    for process, sites in relations.sites_of.items():
        for commodity, net in relations.coefficients[process].items():
            if net:
                sites = sites & (relations.placeable if net > 0 else relations.obtainable).get(commodity, frozenset())
        if sites:
            found.add(process)
    return found


def _stores(pack: Pack) -> set[str]:
    """Stores whose equipment stands, or may be built, at some site."""
    standing = {row["equipment"] for row in pack.rows("capacities")}
    return {row["store"] for row in pack.rows("stores") if row["equipment"] in standing}


def _recipes(pack: Pack) -> set[str]:
    return {row["process"] for row in pack.rows("processes")}


def _tags(pack: Pack) -> set[str]:
    tables = (table.name for table in TABLES if "tags" in table.names)
    return {tag for table in tables for row in pack.rows(table) for tag in row["tags"]}


def _bounds(pack: Pack) -> set[str]:
    return {f"{row['basin']}.{row['limit']}" for row in pack.rows("basin_limits")}


def _keys(model: type[BaseModel], above: str = "") -> set[str]:
    found = set()
    for name, field in model.model_fields.items():
        path = f"{above}{field.alias or name}"
        inner = (part for part in (field.annotation, *get_args(field.annotation)) if isinstance(part, type) and issubclass(part, BaseModel))
        found |= {path, *(key for part in inner for key in _keys(part, f"{path}."))}
    return found


_OF_PACKS: dict[str, Callable[[Pack], set[str]]] = {"process": _running, "recipe": _recipes, "store": _stores, "tag": _tags, "bound": _bounds, "set": paths}
_OF_THE_PROGRAM: dict[str, Callable[[], Iterable[str]]] = {
    "rule": lambda: Rule.kinds,
    "equation": lambda: (each.name for each in EQUATIONS),
    "key": lambda: _keys(ScenarioFile),
    "study_key": lambda: _keys(StudyFile),
    "command": lambda: (module.name for module in pkgutil.iter_modules(commands.__path__)),
    "table": lambda: RESULT_TABLES,
}
