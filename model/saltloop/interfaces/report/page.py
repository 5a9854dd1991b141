"""Put the page together and write it."""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from saltloop.interfaces.report import binding, goods, ledger, origin, plant, summary, targets
from saltloop.interfaces.report.atlas import Leg, atlas, legs, links_table, not_drawn, without_place
from saltloop.interfaces.report.diagram import View, views
from saltloop.interfaces.report.folder import Folder, read_folder
from saltloop.interfaces.report.residues import by_product_values, residues, value_map
from saltloop.interfaces.report.sheet import Sheet, amount, label, word
from saltloop.language import TEXTS, Both, both, number_both, unit_name

_HERE = Path(__file__).parent
_LINK_COLOURS = {"plain": "rgba(70,110,155,0.32)", "recycled": "rgba(38,140,82,0.62)", "disposed": "rgba(176,84,40,0.5)"}


def page(run: Path, language: str) -> str:
    """The page of a run.

    Args:
        run: folder of a finished run.
        language: en or zh, the language in which it opens.

    Raises:
        InputError: the folder is not that of a finished run.
    """
    return template().render(
        _content(read_folder(run)),
        language=language,
        texts=TEXTS,
        style=Markup((_HERE / "style.css").read_text(encoding="utf-8")),
        script=Markup((_HERE / "script.js").read_text(encoding="utf-8")),
        library=Markup(plotting_library()),
    )


@cache
def template() -> Template:
    """The template of the page, compiled once in a process."""
    environment = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals["say"] = _say
    return environment.get_template("template.html.j2")


def _say(pair: Both) -> Markup:
    """Both languages side by side; the style shows one of them."""
    english, chinese = escape(pair[0]), escape(pair[1])
    if english == chinese:
        return english
    return Markup(f'<span class="en" lang="en">{english}</span><span class="zh" lang="zh-CN">{chinese}</span>')


def _content(folder: Folder) -> dict[str, Any]:
    """Everything that the template prints."""
    diagrams, found = views(folder), legs(folder)
    chart = atlas(folder, found)
    title = _pair(folder.manifest["scenario"]["title"])
    beside = by_product_values(folder)
    values = value_map(folder, beside)
    return {
        "title": title,
        "shows": _pair(shown) if (shown := folder.manifest["scenario"].get("shows")) else None,
        "page_title": both("report_title", title=title),
        "facts": _facts(folder),
        "status": word("status", folder.manifest["status"]),
        "is_optimal": folder.manifest["status"] == "optimal",
        "paragraph": summary.paragraph(folder),
        "cards": ledger.cards(folder),
        "periods": ledger.from_year_to_year(folder),
        "several": _several(folder),
        "indicators": targets.indicators(folder),
        "more_indicators": [*targets.by_park(folder), *targets.scores(folder)],
        "diagrams": [_described(view) for view in diagrams],
        "has_map": bool(chart["sites"]),
        "map_notes": _map_notes(folder, found, bool(chart["sites"])),
        "links": links_table(folder, found),
        "binding": binding.sheets(folder),
        "products": goods.products(folder),
        "wastes": goods.wastes(folder),
        "residues": residues(folder, beside),
        "has_values": bool(values),
        "capacity": plant.capacity(folder),
        "edge": plant.edge(folder),
        "accounts": ledger.all_accounts(folder),
        "origin": origin.origin(folder),
        "data": embedded({"views": [_drawn(view) for view in diagrams], "atlas": chart, "values": values, "title": both("report_title", title=title)}),
    }


def _map_notes(folder: Folder, found: list[Leg], has_map: bool) -> list[Both]:
    """How to read the map, and what is not on it."""
    notes = [both("map_note"), not_drawn(found)] if has_map else []
    return [note for note in (*notes, without_place(folder)) if note is not None]


def _facts(folder: Folder) -> list[tuple[str, Both]]:
    """The lines of the header: key of the label, and what it says."""
    pack = folder.manifest["pack"]
    title = _pair(pack["title"])
    moment = str(folder.manifest["created"])
    created = moment[:16].replace("T", " ") + (" UTC" if moment.endswith("+00:00") else "")
    return [
        ("area", folder.title(folder.main_area, "area", "site")),
        ("period", _same(", ".join(str(year) for year in folder.periods))),
        ("objective", binding.objective(folder)),
        ("pack", (f"{title[0]}, {pack['version']}", f"{title[1]} {pack['version']}")),
        ("created", _same(created)),
    ]


def _several(folder: Folder) -> Both | None:
    years = ", ".join(str(year) for year in folder.periods)
    return both("several_periods", years=years, year=folder.period) if len(folder.periods) > 1 else None


def _described(view: View) -> dict[str, Any]:
    """A diagram as tables and sentences."""
    unit = (unit_name(view.unit, "en"), unit_name(view.unit, "zh"))
    flows = [
        [
            label(link.label),
            label(view.places[link.source][0]),
            label(view.places[link.sink][0]),
            amount(link.value, view.unit),
            label(_kind(link.kind, link.is_loop)),
        ]
        for link in view.largest
    ]
    through = sorted(((view.through(i), title) for i, (title, _) in enumerate(view.places)), key=lambda item: -max(item[0]))
    places = [[label(title), amount(into, view.unit), amount(out, view.unit)] for (into, out), title in through]
    columns = ("flow_commodity", "flow_from", "flow_to", "#flow_amount", "kind_of_flow")
    return {
        "key": view.key,
        "title": view.title,
        "notes": [both("flows_note", unit=unit), *view.notes],
        "flows": Sheet(f"flows-{view.key}", both("flows_table"), columns, flows, 100),
        "places": Sheet(f"places-{view.key}", both("nodes_table"), ("node", "#into", "#out"), places, 100),
    }


def _kind(kind: str, is_loop: bool) -> Both:
    words, loop = both(f"flow_{kind}"), both("flow_loop")
    return (f"{words[0]}, {loop[0]}", f"{words[1]}，{loop[1]}") if is_loop else words


def _drawn(view: View) -> dict[str, Any]:
    """A diagram as the script draws it; every word and number in both languages."""
    nodes = []
    for i, (title, colour) in enumerate(view.places):
        into, out = view.through(i)
        sums = both("node_hover", into=number_both(into, view.unit), out=number_both(out, view.unit))
        nodes.append(
            {
                "title": title,
                "colour": colour,
                "sums": sums,
                "size": max(into, out),
                "amount": number_both(max(into, out), view.unit),
                "isThrough": into > 0 and out > 0,
            }
        )
    links = [
        {
            "source": link.source,
            "sink": link.sink,
            "value": link.value,
            "colour": _LINK_COLOURS[link.kind],
            "isLoop": link.is_loop,
            "hover": _link_words(view, link.label, link.source, link.sink, number_both(link.value, view.unit)),
        }
        for link in view.links
    ]
    return {"key": view.key, "title": view.title, "nodes": nodes, "links": links}


def _link_words(view: View, what: Both, source: int, sink: int, shown: Both) -> Both:
    ends = both("link_hover", source=view.places[source][0], sink=view.places[sink][0])
    return (f"<b>{what[0]}</b> {shown[0]}<br>{ends[0]}", f"<b>{what[1]}</b> {shown[1]}<br>{ends[1]}")


def embedded(data: object) -> Markup:
    """JSON that cannot end the script element that holds it."""
    raw = json.dumps(data, ensure_ascii=False, allow_nan=False)
    for sign, instead in (("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        raw = raw.replace(sign, instead)
    return Markup(raw)


@cache
def plotting_library() -> str:
    """The plotting library, read once in a process, found without importing the package that carries it, which would take longer than the page."""
    spec = find_spec("plotly")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("plotly")
    source = Path(next(iter(spec.submodule_search_locations))) / "package_data" / "plotly.min.js"
    return source.read_text(encoding="utf-8").replace("</script", "<\\/script")


def _pair(title: dict[str, str]) -> Both:
    return (title["en"], title["zh"])


def _same(words: str) -> Both:
    return (words, words)
