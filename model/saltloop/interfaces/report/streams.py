"""From which source to which user each material goes, traced through the links between sites."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SOURCES = {"made": "process", "drawn": "basin", "bought": "market"}
SINKS = {"used": "process", "sold": "market", "disposed": "route"}
_TINY = 1e-9

Row = tuple[str, str, str, str, float]


@dataclass(frozen=True)
class End:
    """One end of a stream.

    Args:
        kind: process, basin, market, route, store or lost.
        id: the process, basin, market, route, store or link.
        site: where.
    """

    kind: str
    id: str
    site: str


@dataclass(frozen=True)
class Stream:
    """An amount of one material on its way from a source to a user."""

    source: End
    sink: End
    commodity: str
    value: float


def trace(yearly: pd.DataFrame, units: dict[str, str], unit: str) -> list[Stream]:
    """Streams of every commodity that is counted in a unit.

    At each site, all that comes in of a commodity is taken to mix, and every user there receives the mixture; what
    arrives by a link carries the mixture of the site that it comes from. So the streams out of a source add up to what
    it gives, and the streams into a user to what it takes.

    Args:
        yearly: site, commodity, role, agent, value.
        units: unit of every commodity.
        unit: the unit wanted.

    Returns:
        Streams with values in that unit; none below 1e-9 of the largest flow.

    Source: own; the mixture is the usual assumption where a balance does not say who is served by whom.
    """
    wanted = yearly[yearly["commodity"].map(units) == unit]
    if wanted.empty:
        return []
    smallest = float(wanted["value"].max()) * _TINY
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    for commodity, *row in zip(*(wanted[name].tolist() for name in ("commodity", "site", "role", "agent", "value")), strict=True):
        rows[str(commodity)].append((str(commodity), *row))
    return [stream for each in rows.values() for stream in _of_commodity(each) if stream.value > smallest]


def _of_commodity(rows: list[Row]) -> Iterator[Stream]:
    """Streams of one commodity over all sites."""
    sources, sinks, legs = _ends(rows)
    sites = sorted({end.site for end, _ in (*sources, *sinks)} | {site for leg in legs for site in leg[:2]})
    mixture = _mixtures(sites, sources, legs)
    for link, (origin, _destination, sent, arrived) in zip(_links(rows), legs, strict=True):
        if sent > arrived:
            sinks.append((End("lost", link, origin), sent - arrived))
    position = {site: i for i, site in enumerate(sites)}
    for sink, taken in sinks:
        for (source, _), share in zip(sources, mixture[position[sink.site]], strict=True):
            if share > 0:
                yield Stream(source, sink, rows[0][0], float(share) * taken)


def _ends(rows: list[Row]) -> tuple[list[tuple[End, float]], list[tuple[End, float]], list[tuple[str, str, float, float]]]:
    """Sources, sinks, and the legs (origin, destination, sent, arrived) of one commodity."""
    sources = [(End(SOURCES[role], agent, site), value) for _, site, role, agent, value in rows if role in SOURCES and value > 0]
    sinks = [(End(SINKS[role], agent, site), value) for _, site, role, agent, value in rows if role in SINKS and value > 0]
    stored: defaultdict[tuple[str, str], float] = defaultdict(float)
    for _, site, role, agent, value in rows:
        if role in ("stored_in", "stored_out"):
            stored[site, agent] += value if role == "stored_in" else -value
    for (site, agent), kept in stored.items():
        if kept != 0:
            (sinks if kept > 0 else sources).append((End("store", agent, site), abs(kept)))
    sent, arrived = _shipments(rows, "shipped_out"), _shipments(rows, "shipped_in")
    legs = [(sent[link][0], arrived[link][0], sent[link][1], arrived[link][1]) for link in _links(rows)]
    return sources, sinks, legs


def _links(rows: list[Row]) -> list[str]:
    return sorted(set(_shipments(rows, "shipped_out")) & set(_shipments(rows, "shipped_in")))


def _shipments(rows: list[Row], role: str) -> dict[str, tuple[str, float]]:
    """Site and amount by link."""
    return {agent: (site, value) for _, site, found, agent, value in rows if found == role}


def _mixtures(sites: list[str], sources: list[tuple[End, float]], legs: list[tuple[str, str, float, float]]) -> NDArray[np.float64]:
    """Share of each source (column) in what each site (row) has.

    total[p] mix[p, s] - sum over legs into p of arrived * mix[origin, s] = own[p, s].
    """
    position = {site: i for i, site in enumerate(sites)}
    own = np.zeros((len(sites), len(sources)))
    for column, (source, value) in enumerate(sources):
        own[position[source.site], column] = value
    total = own.sum(axis=1)
    through = np.zeros((len(sites), len(sites)))
    for origin, destination, _, arrived in legs:
        through[position[destination], position[origin]] += arrived
    total = total + through.sum(axis=1)
    matrix = np.diag(np.where(total > 0, total, 1.0)) - through
    if not legs:
        return own / np.where(total > 0, total, 1.0)[:, None]
    return np.asarray(np.linalg.lstsq(matrix, own, rcond=None)[0], dtype=np.float64)
