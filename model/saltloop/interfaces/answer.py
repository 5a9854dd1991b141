"""An answer to a question as text for a terminal, as a page with charts, and as files for a spreadsheet."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from saltloop.errors import InputError, Place, message
from saltloop.interfaces.report.page import embedded, plotting_library
from saltloop.interfaces.voice import aligned, width
from saltloop.language import LANGUAGES, NOTHING, TEXTS, axis_scale, text
from saltloop.results.run import CANNOT_WRITE, new_file
from saltloop.results.spreadsheet import write_frames

NO_KIND = message(
    "R412",
    ("'{path}' is no kind of file that can be written", "“{path}”不是可写出的文件类型"),
    ("end it in .html, .csv, .parquet or .xlsx", "请以 .html、.csv、.parquet 或 .xlsx 结尾"),
)
_REPORT = Path(__file__).parent / "report"
INK, ACCENT, SECOND = "#1c2733", "#14497a", "#c9623f"
PALETTE = ("#14497a", "#c9623f", "#4c9a6c", "#8a6d3b", "#7b5aa6", "#3c8d9e", "#b04a6f", "#6f7d8c")


@dataclass(frozen=True)
class Table:
    """One table of an answer.

    Args:
        caption: over it.
        heads: of the columns.
        rows: printed cells.
        shown: rows that a terminal shows; a page shows all.
        note: beneath it.
        more: rows that stand in the tables of --out alone.
    """

    caption: str
    heads: list[str]
    rows: list[list[str]]
    shown: int = 12
    note: str = ""
    more: int = 0


@dataclass(frozen=True)
class Figure:
    """One chart: the data and the layout of the plotting library."""

    caption: str
    data: list[dict[str, Any]]
    layout: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """An answer in one language."""

    title: str
    lines: list[str]
    figures: list[Figure]
    tables: list[Table]


def answer_text(answer: Answer, language: str = "en") -> str:
    """The answer for a terminal."""
    return "\n".join(_lines(answer, language))


def _lines(answer: Answer, language: str) -> Iterator[str]:
    yield from (answer.title, "=" * width(answer.title), *answer.lines)
    for table in answer.tables:
        if not table.rows:
            continue
        yield from ("", table.caption, *aligned(table.heads, table.rows[: table.shown]))
        more = max(0, len(table.rows) - table.shown) + table.more
        if more:
            yield text("text_more", language, count=more, file="--out FILE")
        if table.note:
            yield f"  {table.note}"


def write_answer(out: Path, frames: dict[str, pd.DataFrame], answer: Callable[[str], Answer], language: str) -> None:
    """Write an answer to a file.

    Args:
        out: ends in .html: a page with charts in both languages; .xlsx: a sheet for each table; .csv or .parquet: the first table, the
            others beside it as <name>-<table>.
        frames: the tables by name, the main one first.
        answer: makes the answer in a language.
        language: in which a page opens.

    Raises:
        InputError: R412, another ending; R102, the disk does not take it.
    """
    if out.suffix not in (".html", ".csv", ".parquet", ".xlsx"):
        raise InputError(NO_KIND.at(Place(), path=out))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(CANNOT_WRITE.at(Place(), path=out, reason=error.strerror or error)) from error
    if out.suffix == ".xlsx":
        write_frames(frames, out)
    elif out.suffix == ".html":
        page = answer_page({each: answer(each) for each in LANGUAGES}, language)
        with new_file(out) as temporary:
            temporary.write_text(page, encoding="utf-8")
    else:
        for n, (name, frame) in enumerate(frames.items()):
            with new_file(out if n == 0 else out.with_name(f"{out.stem}-{name}{out.suffix}")) as temporary:
                if out.suffix == ".csv":
                    frame.to_csv(temporary, index=False, encoding="utf-8-sig", lineterminator="\n")
                else:
                    frame.to_parquet(temporary, index=False)


def answer_page(answers: dict[str, Answer], language: str) -> str:
    """An answer as one HTML file that needs no network: both languages, charts and tables."""
    environment = Environment(loader=FileSystemLoader(_REPORT), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    charts = {each: [{"data": f.data, "layout": f.layout} for f in answer.figures] for each, answer in answers.items()}
    return environment.get_template("answer.html.j2").render(
        answers=answers,
        language=language,
        switch={each: text("switch_language", each) for each in answers},
        without_script={each: text("no_script", each) for each in answers},
        more={each: TEXTS["text_more"][n].strip() for n, each in enumerate(LANGUAGES)},
        style=Markup((_REPORT / "style.css").read_text(encoding="utf-8")),
        script=Markup((_REPORT / "answer.js").read_text(encoding="utf-8")),
        library=Markup(plotting_library()),
        data=embedded(json.loads(json.dumps(charts, default=float))),
    )


def scaled(values: Any, unit: str, language: str) -> tuple[list[float | None], str]:
    """Numbers of an axis in a unit that reads well, and that unit; what is no number is left out."""
    numbers = pd.Series(values, dtype=float)
    factor, name = axis_scale(float(numbers.abs().max()) if len(numbers) else 1.0, unit, language)
    return [None if pd.isna(value) else value / factor for value in numbers], name


def printed(values: list[float], unit: str, language: str) -> tuple[list[str], str]:
    """Numbers of one column in one unit that reads well, with as many digits as tell them apart, and that unit."""
    shown, name = scaled(values, unit, language)
    known = sorted({v for v in shown if v is not None})
    width_of = (known[-1] - known[0]) or abs(known[-1]) if known else 0.0
    digits = min(6, max(0, 2 - math.floor(math.log10(width_of)))) if width_of else 0
    return [NOTHING if v is None else f"{v:,.{digits}f}".replace("-", "−") for v in shown], name


def axis(title: str, unit: str) -> dict[str, Any]:
    """Layout of an axis."""
    return {"title": {"text": f"{title} [{unit}]" if unit else title}, "zeroline": False, "gridcolor": "#e6ebf0", "automargin": True}


def bars_of(spans: pd.DataFrame, labels: list[str], hovers: list[str], factor: float) -> list[dict[str, Any]]:
    """Upright positions as a bar for each stretch: what binds from where to where."""
    places = {label: n for n, label in enumerate(dict.fromkeys(labels))}
    return [
        {
            "type": "bar",
            "orientation": "h",
            "y": labels,
            "x": [(b - a) / factor for a, b in zip(spans["start"], spans["end"], strict=True)],
            "base": [a / factor for a in spans["start"]],
            "marker": {"color": [PALETTE[places[label] % len(PALETTE)] for label in labels]},
            "customdata": hovers,
            "hovertemplate": "%{customdata}<extra></extra>",
            "showlegend": False,
        }
    ]
