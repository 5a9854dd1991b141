"""The flow diagrams: which places and flows to draw, so that a page of them can be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from saltloop.interfaces.report.folder import MASS, POWER, Folder
from saltloop.interfaces.report.sheet import word
from saltloop.interfaces.report.streams import End, Stream, trace
from saltloop.language import Both, both, listed_both, number_both

FLOWS_DRAWN = 36
PLACES_DRAWN = 18
TABLE_ROWS = 15
DOMINANT = 0.3
HIDING, HIDING_BETWEEN, RETURNED = 4.0, 30.0, 0.5
FAINT_PLACE = 4e-3
FAINT_FLOW = 1e-3
COLOURS = ("#2f6fa7", "#c27c1e", "#5b8c3a", "#8a5aa8", "#b5493b", "#2a9d8f", "#6c757d", "#a06a42", "#d16ba5", "#4c5fb0")
PLAIN_COLOURS = {"basin": "#7d6b4f", "market": "#8b93a0", "sold": "#1b3a5c", "route": "#9c4f2b", "store": "#a9a9a9", "lost": "#c0b8b0", "other": "#9aa5b1"}
PLAIN_TITLES = {
    "basin": "node_nature",
    "market": "node_bought",
    "sold": "node_sold",
    "route": "node_disposed",
    "store": "node_stored",
    "lost": "node_lost",
    "other": "node_other",
}

_WET = frozenset({"return_to_lake", "pond", "discharge"})
_WORKS = frozenset({"industry", "process"})

Place = tuple[str, ...]
Grouping = Callable[[Stream], tuple[Place, Place] | None]
Band = tuple[Place, Place, str, str]


@dataclass(frozen=True)
class Link:
    """One band of a diagram.

    Args:
        source: position of the place that it leaves.
        sink: position of the place that it enters.
        value: amount a year.
        kind: plain, recycled or disposed.
        label: the material, or how many are lumped.
        is_loop: on a cycle of the diagram.
    """

    source: int
    sink: int
    value: float
    kind: str
    label: Both
    is_loop: bool


@dataclass(frozen=True)
class View:
    """One diagram with what must be said about it.

    Args:
        key: name in the page.
        title: what the selector shows.
        unit: unit of the flows.
        places: title and colour of each place.
        links: what is drawn.
        notes: sentences beneath: what is left out and how much of it.
        left_out: amount that is not drawn: set aside, too small, or within one place.
    """

    key: str
    title: Both
    unit: str
    places: list[tuple[Both, str]]
    links: list[Link]
    notes: list[Both]
    left_out: float

    def through(self, place: int) -> tuple[float, float]:
        """Sum in and sum out of a place, over the flows drawn."""
        return (sum(link.value for link in self.links if link.sink == place), sum(link.value for link in self.links if link.source == place))

    @property
    def largest(self) -> list[Link]:
        """The largest flows, for the table beneath."""
        return sorted(self.links, key=lambda link: -link.value)[:TABLE_ROWS]


@dataclass
class _Bands:
    """Streams gathered into bands between places, and what is not among them."""

    amounts: dict[Band, float] = field(default_factory=dict)
    inside: float = 0.0
    bulk: dict[str, float] = field(default_factory=dict)

    @property
    def through(self) -> dict[Place, float]:
        """The larger of what goes into and out of each place."""
        into: defaultdict[Place, float] = defaultdict(float)
        out: defaultdict[Place, float] = defaultdict(float)
        for (source, sink, _, _), value in self.amounts.items():
            out[source] += value
            into[sink] += value
        return {place: max(into[place], out[place]) for place in sorted(into.keys() | out.keys())}


def views(folder: Folder) -> list[View]:
    """Every diagram that has flows: industries and parks, each industry from inside, and electricity."""
    mass = trace(folder.yearly, folder.units, MASS)
    overview = _bands(mass, _by_park(folder), folder)
    aside = _without_bulk(overview, folder)
    found = [_view(folder, "overview", both("view_overview"), MASS, aside)]
    found += [
        _view(
            folder,
            f"industry-{industry}",
            both("view_industry", industry=_industry_title(industry)),
            MASS,
            _without_bulk(_bands(mass, _inside(folder, industry), folder), folder),
        )
        for industry in _industries(folder, mass)
    ]
    if aside.bulk:
        found.append(_view(folder, "bulk", both("view_bulk"), MASS, overview))
    power = _bands(trace(folder.yearly, folder.units, POWER), _by_park(folder), folder)
    found.append(_view(folder, "power", both("view_power"), POWER, power))
    return [view for view in found if view.links]


def _industries(folder: Folder, streams: list[Stream]) -> list[str]:
    """Industries at work, those that handle most first."""
    handled: defaultdict[str, float] = defaultdict(float)
    for stream in streams:
        for industry in {_industry(folder, end) for end in (stream.source, stream.sink) if end.kind == "process"}:
            handled[industry] += stream.value
    return sorted(handled, key=lambda industry: (-handled[industry], industry))


def _industry(folder: Folder, end: End) -> str:
    return folder.name(end.id, "process").group


def _industry_title(industry: str) -> Both:
    english, chinese = word("industry", industry)
    return (english[:1].upper() + english[1:], chinese)


def _by_park(folder: Folder) -> Grouping:
    """Places: each industry in each park; nature, purchases, sales and each way of disposal."""

    def park(end: End) -> str:
        return folder.name(end.site, "site").group or end.site

    def places(stream: Stream) -> tuple[Place, Place]:
        return _outer(stream.source, folder, False, park(stream.source)), _outer(stream.sink, folder, True, park(stream.sink))

    return places


def _inside(folder: Folder, industry: str) -> Grouping:
    """Places: each process of an industry, each resource; the other industries as a whole."""

    def place(end: End, is_sink: bool) -> Place:
        if end.kind == "process" and _industry(folder, end) == industry:
            return ("process", end.id, industry)
        return (end.kind, end.id) if end.kind == "basin" else _outer(end, folder, is_sink)

    def places(stream: Stream) -> tuple[Place, Place] | None:
        source, sink = place(stream.source, False), place(stream.sink, True)
        return (source, sink) if "process" in (source[0], sink[0]) else None

    return places


def _outer(end: End, folder: Folder, is_sink: bool, *park: str) -> Place:
    """The place of an end: its industry (in a park), or what stands for all ends of its kind."""
    if end.kind == "process":
        return ("industry", _industry(folder, end), *park)
    if end.kind == "route":
        return ("route", end.id)
    return ("sold",) if end.kind == "market" and is_sink else (end.kind,)


def _bands(streams: list[Stream], grouping: Grouping, folder: Folder) -> _Bands:
    """Streams added up by their places, material and kind."""
    amounts: defaultdict[Band, float] = defaultdict(float)
    inside = 0.0
    for stream in streams:
        places = grouping(stream)
        if places is None:
            continue
        if places[0] == places[1]:
            inside += stream.value
        else:
            amounts[(*places, stream.commodity, _kind(stream, folder))] += stream.value
    return _Bands(dict(amounts), inside)


def _kind(stream: Stream, folder: Folder) -> str:
    """Disposed, recycled (a waste that a process takes up), or plain."""
    if stream.sink.kind == "route":
        return "disposed"
    is_reuse = stream.commodity in folder.wastes and stream.source.kind == stream.sink.kind == "process"
    return "recycled" if is_reuse else "plain"


def _merged(bands: _Bands) -> _Bands:
    """Places that are too many or too faint, put together with their like."""
    through = bands.through
    order = sorted(through, key=lambda place: (-through[place], place))
    if not order:
        return bands
    faint = {place for place in order if through[place] < FAINT_PLACE * through[order[0]]} | set(order[PLACES_DRAWN:])
    into = {place: ("other",) if place[0] in ("industry", "process") else (place[0],) for place in faint}
    amounts: defaultdict[Band, float] = defaultdict(float)
    inside = bands.inside
    for (source, sink, commodity, kind), value in bands.amounts.items():
        ends = (into.get(source, source), into.get(sink, sink))
        if ends[0] == ends[1]:
            inside += value
        else:
            amounts[(*ends, commodity, kind)] += value
    return _Bands(dict(amounts), inside, bands.bulk)


def _without_bulk(bands: _Bands, folder: Folder) -> _Bands:
    """Set aside materials that nobody buys and whose flow would hide the products: brine beside the salts made from it."""
    sellable = set(folder.sales["commodity"].unique())
    sold = sum(value for (_, sink, _, _), value in bands.amounts.items() if sink == ("sold",))
    bands = _without_returns(bands, folder, sold)
    totals: defaultdict[str, float] = defaultdict(float)
    between: defaultdict[str, float] = defaultdict(float)
    for (source, sink, commodity, _), value in bands.amounts.items():
        totals[commodity] += value
        between[commodity] += value if {source[0], sink[0]} <= _WORKS else 0.0
    bulk = dict(bands.bulk)
    for commodity in sorted(totals, key=lambda item: (-totals[item], item)):
        left = sum(totals.values()) - sum(bulk.values())
        hiding = (HIDING_BETWEEN if 2 * between[commodity] > totals[commodity] else HIDING) * sold
        if sold > 0 and commodity not in sellable and totals[commodity] > max(hiding, DOMINANT * left):
            bulk[commodity] = totals[commodity]
    return _Bands({band: value for band, value in bands.amounts.items() if band[2] not in bulk}, bands.inside, bulk)


def _without_returns(bands: _Bands, folder: Folder, sold: float) -> _Bands:
    """Set aside lakes, ponds and outfalls that take back more than half of all that is sold."""
    into: defaultdict[str, float] = defaultdict(float)
    for (_, sink, _, _), value in bands.amounts.items():
        if sink[0] == "route" and folder.name(sink[1], "route").group in _WET:
            into[sink[1]] += value
    returns = {route: value for route, value in into.items() if value > RETURNED * sold > 0}
    kept = {band: value for band, value in bands.amounts.items() if not (band[1][0] == "route" and band[1][1] in returns)}
    return _Bands(kept, bands.inside, {**bands.bulk, **returns})


def _view(folder: Folder, key: str, title: Both, unit: str, bands: _Bands) -> View:
    """Draw the largest bands one by one, lump the rest by pair of places, and say what is not drawn."""
    bands = _merged(bands)
    ranked = sorted(bands.amounts.items(), key=lambda item: (-item[1], item[0]))
    lumps: defaultdict[tuple[Place, Place, str], list[tuple[str, float]]] = defaultdict(list)
    for (source, sink, commodity, kind), value in ranked[FLOWS_DRAWN:]:
        lumps[source, sink, kind].append((commodity, value))
    drawn = [(source, sink, kind, folder.short(commodity, "commodity"), value) for (source, sink, commodity, kind), value in ranked[:FLOWS_DRAWN]]
    faint = FAINT_FLOW * ranked[0][1] if ranked else 0.0
    dropped = [value for group in lumps.values() if sum(v for _, v in group) < faint for _, value in group]
    lumped = 0
    for (source, sink, kind), group in sorted(lumps.items()):
        amount = sum(value for _, value in group)
        if amount >= faint:
            label = folder.short(group[0][0], "commodity") if len(group) == 1 else both("link_other", count=len(group))
            drawn.append((source, sink, kind, label, amount))
            lumped += len(group)
    links, places = _placed(drawn)
    notes = _notes(folder, unit, bands, (len(ranked[:FLOWS_DRAWN]), lumped, sum(link.value for link in links[FLOWS_DRAWN:])), dropped, links)
    if bands.inside:
        notes.append(both("flows_inside_plain" if key.startswith("industry-") else "flows_inside", amount=number_both(bands.inside, unit)))
    return View(
        key,
        title,
        unit,
        [(_place_title(folder, place, places), _colour(folder, place)) for place in places],
        links,
        notes,
        bands.inside + sum(bands.bulk.values()) + sum(dropped),
    )


def _placed(drawn: list[tuple[Place, Place, str, Both, float]]) -> tuple[list[Link], list[Place]]:
    """Links by position of their places, each told whether it lies on a cycle."""
    places = sorted({place for source, sink, *_ in drawn for place in (source, sink)})
    position = {place: i for i, place in enumerate(places)}
    onward: defaultdict[int, set[int]] = defaultdict(set)
    for source, sink, *_ in drawn:
        onward[position[source]].add(position[sink])
    reach = {start: _reached(start, onward) for start in range(len(places))}
    links = [
        Link(position[source], position[sink], value, kind, label, position[source] in reach[position[sink]]) for source, sink, kind, label, value in drawn
    ]
    return links, places


def _reached(start: int, onward: dict[int, set[int]]) -> set[int]:
    """Places that can be reached from one."""
    seen, waiting = {start}, [start]
    while waiting:
        for place in onward.get(waiting.pop(), set()) - seen:
            seen.add(place)
            waiting.append(place)
    return seen


def _notes(folder: Folder, unit: str, bands: _Bands, drawn: tuple[int, int, float], dropped: list[float], links: list[Link]) -> list[Both]:
    """What is left out of a diagram, each with its amount."""
    notes = []
    if bands.bulk:
        left = [both("amount_of", what=folder.short(item, "commodity", "route"), amount=number_both(value, unit)) for item, value in bands.bulk.items()]
        notes.append(both("flows_bulk", which=listed_both(left)))
    if drawn[1]:
        notes.append(both("flows_lumped", drawn=drawn[0], lumped=drawn[1], amount=number_both(drawn[2], unit)))
    if dropped:
        notes.append(both("flows_dropped", count=len(dropped), amount=number_both(sum(dropped), unit)))
    loops = sum(link.is_loop for link in links)
    if loops:
        notes.append(both("flows_loops", count=loops))
    return notes


def _place_title(folder: Folder, place: Place, places: list[Place]) -> Both:
    """What a place is called; an industry with its park only where the diagram shows it in several."""
    if place[0] == "industry":
        industry = _industry_title(place[1])
        is_alone = sum(other[:2] == place[:2] for other in places) == 1
        return industry if is_alone or len(place) < 3 else both("node_at", industry=industry, area=folder.short(place[2], "area", "site"))
    return folder.short(place[1], place[0]) if len(place) > 1 else both(PLAIN_TITLES[place[0]])


def _colour(folder: Folder, place: Place) -> str:
    industry = {"industry": 1, "process": 2}.get(place[0])
    if industry is None:
        return PLAIN_COLOURS[place[0]]
    return COLOURS[folder.industries.index(place[industry]) % len(COLOURS)]
