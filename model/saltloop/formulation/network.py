"""Which flows can exist at all: a place can obtain a commodity, and has somewhere to put it.

A column exists only where its commodity can both arrive and leave, so nothing is declared on the full product of sets.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

Place = tuple[str, str]


@dataclass(frozen=True)
class Link:
    """A directed connection.

    Args:
        name: id, with `_back` for the way back.
        origin, destination: sites.
        mode: way of transport.
        distance: km.
        passes_through: what arrives may go on by a link of this kind.
        carries: commodities that may travel.
        capacity: per year in the unit of the mode; None: no limit.
    """

    name: str
    origin: str
    destination: str
    mode: str
    distance: float
    passes_through: bool
    carries: frozenset[str]
    capacity: float | None


@dataclass(frozen=True)
class Network:
    """What can be where.

    Args:
        shipments: link and commodity that may flow.
        obtainable: site and commodity that can be had there.
        placeable: site and commodity that can be used, sold, stored or sent on there.
    """

    shipments: tuple[tuple[str, str], ...]
    obtainable: frozenset[Place]
    placeable: frozenset[Place]


def _spread(start: set[Place], links: list[Link], forward: bool) -> set[Place]:
    """Places reached over links; only a pass-through link goes on from a place that was itself reached."""
    leaving: dict[str, list[tuple[str, Link]]] = defaultdict(list)
    for link in links:
        ends = (link.origin, link.destination) if forward else (link.destination, link.origin)
        leaving[ends[0]].append((ends[1], link))
    reached, front = set(start), list(start)
    while front:
        place = front.pop()
        for site, link in leaving[place[0]]:
            following = (site, place[1])
            if place[1] in link.carries and following not in reached and (link.passes_through or place in start):
                reached.add(following)
                front.append(following)
    return reached


def network(links: list[Link], sources: set[Place], sinks: set[Place]) -> Network:
    """Which commodity can travel which link.

    Args:
        links: all connections between the sites.
        sources: where a commodity is made, drawn, bought or stored.
        sinks: where it is used, sold, stored or disposed of.
    """
    obtainable, placeable = _spread(sources, links, forward=True), _spread(sinks, links, forward=False)
    shipments = []
    for link in links:
        for commodity in sorted(link.carries):
            origin, destination = (link.origin, commodity), (link.destination, commodity)
            has = obtainable if link.passes_through else sources
            takes = placeable if link.passes_through else sinks
            if origin in has and destination in takes:
                shipments.append((link.name, commodity))
    return Network(tuple(shipments), frozenset(obtainable), frozenset(placeable))
