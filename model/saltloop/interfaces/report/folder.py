"""The files of a run as the report reads them, with the names of everything in both languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from pyarrow import parquet

from saltloop.data.read import records
from saltloop.language import Both, both
from saltloop.results.run import Run

TABLES = ("flows", "trades", "capacity", "accounts", "rules", "limits", "charges", "values", "entry", "products", "indicators", "scores", "names")
MASS, POWER = "t", "MWh"
_ALL_YEARS = 0
_OVER_THE_YEAR: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "flows": (("period", "site", "commodity", "role", "agent"), ("value",), "sum"),
    "trades": (("period", "site", "commodity", "side"), ("value", "money"), "sum"),
    "values": (("period", "site", "commodity", "unit"), ("marginal_value",), "mean"),
}
_WASTE = "waste"
_BRACKETS = re.compile(r"\s*[(（][^()（）]*[)）]")


@dataclass(frozen=True)
class Name:
    """What a thing is called.

    Args:
        id: its name in files.
        title: its name in English and Chinese.
        unit: unit in which it is counted; empty: none.
        group: industry of a process, area of a site, tags of a commodity, heading of an account.
        place: degrees north and east; None: not on the map.
        extra: origin>destination>mode of a link.
    """

    id: str
    title: Both
    unit: str = ""
    group: str = ""
    place: tuple[float, float] | None = None
    extra: str = ""


@dataclass(frozen=True)
class Folder:
    """A run as it lies on disk.

    Args:
        path: the folder of the run.
        manifest: content of manifest.json.
        tables: one frame per Parquet file with the columns that the results layer declares; flows, trades and values over the year.
    """

    path: Path
    manifest: dict[str, Any]
    tables: dict[str, pd.DataFrame]

    @cached_property
    def period(self) -> int:
        """The year that the page shows: the last of the plan."""
        return self.periods[-1]

    @cached_property
    def periods(self) -> list[int]:
        """The years of the plan."""
        return sorted(int(year) for year in self.tables["accounts"]["period"].unique())

    @property
    def currency(self) -> str:
        """The unit of money."""
        return str(self.manifest["currency"])

    @property
    def main_area(self) -> str:
        """The area that the page speaks of: that of the scenario if it names one, else that of the pack if it is in the plan."""
        planned, declared = self.manifest["scenario"]["document"]["areas"], self.manifest["main_area"]
        return str(declared if len(planned) > 1 and declared in set(self.tables["accounts"]["area"]) else planned[0])

    @property
    def objective_unit(self) -> str:
        """The unit of the objective, in which marginal values are counted."""
        return str(self.manifest["objective"]["unit"])

    def now(self, table: str) -> pd.DataFrame:
        """The rows of a table for the year shown, and those that hold for all years."""
        frame = self.tables[table]
        return frame[frame["period"].isin([self.period, _ALL_YEARS])]

    @cached_property
    def names(self) -> dict[tuple[str, str], Name]:
        """Names by kind and id."""
        return {(row["kind"], row["id"]): _name(row) for row in records(self.tables["names"])}

    @cached_property
    def industries(self) -> list[str]:
        """Every industry of the processes, in order of its name."""
        return sorted({name.group for (kind, _), name in self.names.items() if kind == "process"})

    @cached_property
    def _by_id(self) -> dict[str, Name]:
        return {name.id: name for name in reversed(self.names.values())}

    def name(self, item: str, *kinds: str) -> Name:
        """The name of an id, looked for in the kinds given, then in any; an id without a name stands for itself."""
        for kind in kinds:
            if (kind, item) in self.names:
                return self.names[kind, item]
        return self._by_id.get(item, Name(item, (item, item)))

    def title(self, item: str, *kinds: str) -> Both:
        """The title of an id; a link is called after its two ends."""
        name = self.name(item, *kinds)
        ends = name.extra.split(">") if (("link", item) in self.names) else []
        if len(ends) == 3 and name.title == (item, item):
            origin, destination = self.title(ends[0], "site"), self.title(ends[1], "site")
            return (f"{origin[0]} → {destination[0]}", f"{origin[1]} → {destination[1]}")
        return name.title

    def titles(self, items: str, *kinds: str) -> Both:
        """The titles of several ids apart by spaces, such as market and commodity; a bare number is that of a tier."""
        found = [both("tier", number=item) if item.isdigit() else self.title(item, *kinds) for item in items.split(" ")]
        return (", ".join(title[0] for title in found), "，".join(title[1] for title in found))

    def short(self, item: str, *kinds: str) -> Both:
        """The title without what stands in brackets, for sentences and pictures."""
        title = self.title(item, *kinds)
        return (_BRACKETS.sub("", title[0]) or title[0], _BRACKETS.sub("", title[1]) or title[1])

    @cached_property
    def units(self) -> dict[str, str]:
        """The unit of every commodity."""
        return {item: name.unit for (kind, item), name in self.names.items() if kind == "commodity"}

    @cached_property
    def yearly(self) -> pd.DataFrame:
        """Flows of the year shown, summed over its slices: site, commodity, role, agent, value [unit of the commodity]."""
        return self.now("flows").sort_values(["site", "commodity", "role", "agent"], ignore_index=True)

    @cached_property
    def wastes(self) -> set[str]:
        """Commodities tagged as waste, and those that the plan disposes of."""
        tagged = {item for (kind, item), name in self.names.items() if kind == "commodity" and _WASTE in name.group}
        flows = self.yearly
        return tagged | set(flows.loc[flows["role"] == "disposed", "commodity"])

    @cached_property
    def worth(self) -> dict[tuple[str, str], float]:
        """What one more unit of a commodity is worth at a site, mean over slices, in the unit of the values table."""
        return {(site, item): value for site, item, value in _rows(self.now("values")[["site", "commodity", "marginal_value"]])}

    @cached_property
    def worth_units(self) -> dict[str, str]:
        """The unit of what one more unit of a commodity is worth."""
        frame = self.tables["values"].drop_duplicates("commodity")
        return dict(zip(frame["commodity"], frame["unit"], strict=True))

    @cached_property
    def makers(self) -> dict[str, list[str]]:
        """The sites where each commodity is made."""
        flows = self.yearly
        made = flows[flows["role"] == "made"][["commodity", "site"]].drop_duplicates()
        found: dict[str, list[str]] = {}
        for item, site in _rows(made):
            found.setdefault(item, []).append(site)
        return found

    @cached_property
    def sellers(self) -> dict[str, dict[str, float]]:
        """How much of each commodity each site sells, in the unit of the commodity."""
        found: dict[str, dict[str, float]] = {}
        for site, item, value, _ in _rows(self.sales):
            found.setdefault(item, {})[site] = value
        return found

    @cached_property
    def sales(self) -> pd.DataFrame:
        """What is sold in the year shown: site, commodity, value [unit of the commodity], money [currency]."""
        trades = self.now("trades")
        return trades.loc[trades["side"] == "sell", ["site", "commodity", "value", "money"]].sort_values(["site", "commodity"], ignore_index=True)

    @cached_property
    def site_sales(self) -> dict[str, list[tuple[str, float, float]]]:
        """What each site sells: commodity, value [unit of the commodity], money; most money first."""
        found: dict[str, list[tuple[str, float, float]]] = {}
        for site, item, value, money in _rows(self.sales.sort_values("money", ascending=False)):
            found.setdefault(site, []).append((item, float(value), float(money)))
        return found

    def account(self, account: str, area: str | None = None, period: int | None = None) -> dict[str, Any] | None:
        """The row of an account for an area (the main one) and a year (the one shown); None if there is none."""
        return self._accounts.get((period or self.period, area or self.main_area, account))

    @cached_property
    def _accounts(self) -> dict[tuple[int, str, str], dict[str, Any]]:
        return {(row["period"], row["area"], row["account"]): row for row in records(self.tables["accounts"])}


def read_folder(run: Path) -> Folder:
    """Read the files of a run.

    Raises:
        InputError: the folder is not that of a finished run.
    """
    manifest = Run(run).manifest
    return Folder(run, manifest, {table: _read(run / f"{table}.parquet") for table in TABLES})


def _read(path: Path) -> pd.DataFrame:
    """A table; one with a row for each part of the year is summed (or averaged) over the year while it is read."""
    if path.stem not in _OVER_THE_YEAR:
        return pd.read_parquet(path)
    by, numbers, how = _OVER_THE_YEAR[path.stem]
    table = parquet.read_table(path, columns=[*by, *numbers])
    grouped = table.group_by(list(by), use_threads=False).aggregate([(number, how) for number in numbers])
    frame: pd.DataFrame = grouped.select([*by, *(f"{number}_{how}" for number in numbers)]).to_pandas()
    return frame.set_axis([*by, *numbers], axis="columns")


def _rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """The rows of a frame in the order of its columns."""
    return list(zip(*(frame[column].tolist() for column in frame), strict=True))


def _name(row: dict[str, Any]) -> Name:
    place = None if pd.isna(row["latitude"]) or pd.isna(row["longitude"]) else (float(row["latitude"]), float(row["longitude"]))
    text = {key: "" if pd.isna(row[key]) else str(row[key]) for key in ("title_en", "title_zh", "unit", "group", "extra")}
    title = (text["title_en"] or row["id"], text["title_zh"] or text["title_en"] or row["id"])
    return Name(row["id"], title, text["unit"], text["group"], place, text["extra"])
