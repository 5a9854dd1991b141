"""The surface of three accounts in words, tables and a chart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pandas as pd

from saltloop.analysis.surface import Surface
from saltloop.data.read import records
from saltloop.interfaces.answer import SECOND, Answer, Figure, Table, axis, printed, scaled
from saltloop.interfaces.beside_text import Beside
from saltloop.interfaces.front_text import Speaker
from saltloop.language import NOTHING, Both


class _Surface(Speaker):
    """A surface in one language."""

    texts: ClassVar[dict[str, Both]] = {
        **Speaker.texts,
        "title": ("{scenario}: {first} against {second} and {third}", "{scenario}：{first}与{second}、{third}的权衡"),
        "wishes": ("{title} is wished {wish} ({why}).", "{title}取{wish}（{why}）。"),
        "grid": (
            "{count} pairs of levels, {missing} of them without a plan.",
            "共 {count} 组水平，其中 {missing} 组无可行方案。",
        ),
        "surface": ("The best {first}, by levels of {second} and {third}", "{second}与{third}各水平下最优的{first}"),
        "surface_note": ("A dash: no plan has both levels.", "“–”表示没有方案能同时达到两项水平。"),
        "ends": ("The best of each account, then of the others", "各账户最优，其余依次最优"),
        "best_of": ("Best of", "最优账户"),
        "chart": ("The surface", "曲面"),
    }

    def __init__(self, surface: Surface, names: pd.DataFrame, language: str) -> None:
        super().__init__(names, language)
        self.surface = surface
        self.weighed = self.accounts(surface.accounts)
        self.beside = Beside(self, surface.placed, [(a.title, a.unit) for a in self.weighed])

    def answer(self, scenario: dict[str, str]) -> Answer:
        """All of it."""
        said = self._said()
        points = self.surface.points
        lines = [self.tell("wishes", title=a.title, wish=a.wish, why=a.why) for a in self.weighed]
        lines.append(self.tell("grid", count=len(points), missing=int(points["first"].isna().sum())))
        lines += self.beside.lines()
        return Answer(self.tell("title", scenario=scenario[self.language], **said), lines, [self._chart()], list(self._tables()))

    def _said(self) -> dict[str, object]:
        return dict(zip(("first", "second", "third"), (a.title for a in self.weighed), strict=True))

    def _amounts(self, *values: float) -> list[str]:
        return [NOTHING if pd.isna(v) else self.amount(v, a.unit) for v, a in zip(values, self.weighed, strict=True)]

    def _tables(self) -> Iterator[Table]:
        surface, titles = self.surface, [a.title for a in self.weighed]
        account = dict(zip(surface.accounts["account"], titles, strict=True))
        ends = [[account[r["account"]], *self._amounts(r["first"], r["second"], r["third"])] for r in records(surface.ends)]
        yield Table(self.tell("ends"), [self.tell("best_of"), *titles], ends)
        yield self.beside.table()
        wide = surface.points.pivot(index="second", columns="third", values="first")
        (rows_of, row_unit), (columns_of, column_unit) = (
            printed([float(v) for v in levels], a.unit, self.language) for levels, a in ((wide.index, self.weighed[1]), (wide.columns, self.weighed[2]))
        )
        cells, unit = printed(wide.to_numpy().ravel().tolist(), self.weighed[0].unit, self.language)
        count = len(columns_of)
        rows = [[level, *cells[n * count : (n + 1) * count]] for n, level in enumerate(rows_of)]
        heads = [f"{titles[1]} [{row_unit}] \\ {titles[2]} [{column_unit}]", *columns_of]
        yield Table(f"{self.tell('surface', **self._said())} [{unit}]", heads, rows, len(rows), self.tell("surface_note"))

    def _chart(self) -> Figure:
        points, placed, triangles = self.surface.points, self.beside.drawn(), self.surface.triangles
        columns, units = {}, {}
        for role, account in zip(("first", "second", "third"), self.weighed, strict=True):
            columns[role], units[role] = scaled(pd.concat([points[role], placed[role]]), account.unit, self.language)
        count = len(points)
        # A point without a plan is in no triangle, but must lie somewhere.
        nowhere = next((v for v in columns["first"][:count] if v is not None), 0.0)
        mesh = {
            "type": "mesh3d",
            **{ax: [nowhere if v is None else v for v in columns[role][:count]] for ax, role in (("x", "second"), ("y", "third"), ("z", "first"))},
            **{corner: triangles[name].tolist() for corner, name in (("i", "a"), ("j", "b"), ("k", "c"))},
            "intensity": [nowhere if v is None else v for v in columns["first"][:count]],
            "colorscale": "Viridis",
            "flatshading": True,
            "opacity": 0.9,
            "colorbar": {"title": {"text": units["first"]}, "len": 0.7},
        }
        plans = {
            "type": "scatter3d",
            "mode": "markers+text" if len(placed) <= 8 else "markers",
            **{ax: columns[role][count:] for ax, role in (("x", "second"), ("y", "third"), ("z", "first"))},
            "text": placed[f"title_{self.language}"].tolist(),
            "marker": {"size": 5, "color": SECOND},
            "showlegend": False,
        }
        axes = {f"{ax}axis": axis(a.title, units[role]) for ax, role, a in zip("zxy", ("first", "second", "third"), self.weighed, strict=True)}
        return Figure(self.tell("chart"), [mesh, plans], {"height": 640, "scene": axes})


def surface_answer(surface: Surface, names: pd.DataFrame, scenario: dict[str, str], language: str = "en") -> Answer:
    """The surface of three accounts in one language.

    Args:
        surface: as `analysis.surface.surface` gives it.
        names: titles, as `results.titles.names_of` gives them.
        scenario: its title by language.
        language: en or zh.
    """
    return _Surface(surface, names, language).answer(scenario)
