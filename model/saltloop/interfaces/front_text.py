"""The front of two accounts in words, tables and charts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from saltloop.analysis.pareto import Front
from saltloop.data.read import records
from saltloop.interfaces.answer import ACCENT, INK, Answer, Figure, Table, axis, bars_of, printed, scaled
from saltloop.interfaces.beside_text import Beside
from saltloop.interfaces.voice import Teller
from saltloop.language import NOTHING, Both

_SEGMENTS, _BARS, _LINES, _NAMED = 14, 24, 80, 2
_ASIDE = 1e-6
_TEXTS: dict[str, Both] = {
    "title": ("{scenario}: {first} against {second}", "{scenario}：{first}与{second}的权衡"),
    "wish": (
        "{first} is wished {first_wish} ({first_why}), {second} {second_wish} ({second_why}).",
        "{first}取{first_wish}（{first_why}），{second}取{second_wish}（{second_why}）。",
    ),
    "high": ("high", "高"),
    "low": ("low", "低"),
    "best": ("At its best {first} is {value}; {second} is then {level}.", "{first}最优为 {value}，此时{second}为 {level}。"),
    "no_plan_low": (
        "No plan of this scenario brings {second} below {level}; {first} is then {value} at best.",
        "本情景没有任何方案能使{second}低于 {level}；此时{first}最优为 {value}。",
    ),
    "no_plan_high": (
        "No plan of this scenario brings {second} above {level}; {first} is then {value} at best.",
        "本情景没有任何方案能使{second}高于 {level}；此时{first}最优为 {value}。",
    ),
    "one_point": (
        "One plan has both at their best: {first} {value}, {second} {level}. There is nothing to weigh.",
        "同一方案使两者同时最优：{first} {value}，{second} {level}。无需权衡。",
    ),
    "between": (
        "Kinks between: {kinks}; straight pieces: {segments}. Giving up one unit of {second} costs from {least} to {most} of {first}.",
        "其间折点 {kinks} 个，直线段 {segments} 个；{second}每让出一单位，{first}的代价为 {least} 至 {most}。",
    ),
    "front": ("The front", "前沿"),
    "spans": ("What binds at which level", "各约束起作用的区间"),
    "points": ("Levels of {second} and the best {first}", "{second}各水平下最优的{first}"),
    "segments": ("Straight pieces of the front, those that carry most of it", "前沿的直线段（影响最大者）"),
    "segments_note": (
        "Worth: what one unit more of {second} brings of {first}. Begins and ends: rules and limits with and without a marginal value from this piece on, "
        "seen from the piece before.",
        "“价值”为{second}每增加一单位所带来的{first}。“起作用/不再起作用”：与前一段相比，自本段起有/无边际价值的规则与限额。",
    ),
    "number": ("No.", "序号"),
    "from": ("From", "自"),
    "to": ("To", "至"),
    "worth": ("Worth", "价值"),
    "rules": ("Rules that bind", "起作用的规则"),
    "begins": ("Begins to bind", "开始起作用"),
    "ends": ("No longer binds", "不再起作用"),
    "what": ("Rule or limit", "规则或限额"),
    "where": ("Where", "所在"),
    "item": ("On what", "对象"),
    "marginal": ("Marginal value", "边际价值"),
    "kink": ("Kinks", "折点"),
    "rule": ("rule", "规则"),
    "and_more": ("{names} and {count} more", "{names}等 {more} 项"),
}
_ENDS = ("second_from", "second_to", "first_from", "first_to")


@dataclass(frozen=True)
class Account:
    """One account in one language."""

    title: str
    unit: str
    wish: str
    why: str


class Speaker(Teller):
    """Names of rules, limits and accounts in one language, with texts of its own."""

    texts: ClassVar[dict[str, Both]] = _TEXTS

    def __init__(self, names: pd.DataFrame, language: str) -> None:
        super().__init__(dict(zip(names["id"], names[f"title_{language}"], strict=True)), language)

    def tell(self, key: str, **values: object) -> str:
        """One of the texts."""
        return self.texts[key][self.language == "zh"].format(**values)

    def accounts(self, frame: pd.DataFrame) -> list[Account]:
        """The accounts that are weighed."""
        side = self.language
        return [Account(self._inline(r[f"title_{side}"]), r["unit"], self.tell(r["wish"]), r[f"why_{side}"]) for r in records(frame)]

    def _inline(self, title: str) -> str:
        return title if self.language == "zh" else title[:1].lower() + title[1:] if title[1:2].islower() else title

    def limit(self, r: dict[str, Any]) -> tuple[str, str, str]:
        """Kind, place and thing of a rule or limit."""
        if r["family"] == "rule":
            return self.tell("rule"), "", self.title(r["item"])
        return self.say(f"kind_{r['family']}"), self.title(r["place"]), self.title(r["item"])

    def label(self, r: dict[str, Any]) -> str:
        """A rule or limit in one line."""
        kind, place, thing = self.limit(r)
        return " · ".join(part for part in (kind, place, thing) if part)

    def several(self, frame: pd.DataFrame) -> str:
        """The weightiest rules and limits of a frame."""
        if frame.empty:
            return NOTHING
        top = [self.label(r) for r in records(frame.sort_values("weight", ascending=False).head(_NAMED))]
        names = ("；" if self.language == "zh" else "; ").join(top)
        more = len(frame) - len(top)
        return self.tell("and_more", names=names, count=more, more=len(frame)) if more else names

    def range_of(self, low: float, high: float, unit: str) -> str:
        """A marginal value, or the range of one."""
        return self.amount(low, unit) if abs(high - low) <= _ASIDE * max(abs(low), abs(high)) else self.span(low, high, unit)


class _Front(Speaker):
    """A front in one language."""

    def __init__(self, front: Front, names: pd.DataFrame, language: str) -> None:
        super().__init__(names, language)
        self.front = front
        self.first, self.second = self.accounts(front.accounts)[:2]
        self.beside = Beside(self, front.placed, [(a.title, a.unit) for a in (self.first, self.second)])

    def answer(self, scenario: dict[str, str]) -> Answer:
        """All of it."""
        title = self.tell("title", scenario=scenario[self.language], first=self.first.title, second=self.second.title)
        return Answer(title, [line[:1].upper() + line[1:] for line in (*self._lines(), *self.beside.lines())], self._figures(), self._tables())

    def value(self, number: float) -> str:
        """The first account."""
        return self.amount(number, self.first.unit)

    def column(self, values: pd.Series, account: Account) -> tuple[str, list[str]]:
        """Head and cells of a column of one account, all in one unit and with as many digits as tell them apart."""
        cells, unit = printed(values.tolist(), account.unit, self.language)
        return f"{account.title} [{unit}]" if unit else account.title, cells

    def level(self, number: float) -> str:
        """The second account."""
        return self.amount(number, self.second.unit)

    def _lines(self) -> Iterator[str]:
        one, two, points = self.first, self.second, self.front.points
        said = {"first": one.title, "second": two.title}
        yield self.tell("wish", **said, first_wish=one.wish, first_why=one.why, second_wish=two.wish, second_why=two.why)
        ends = points[points["kind"] == "end"]
        if len(ends) == 1:
            yield self.tell("one_point", **said, value=self.value(ends["first"].iloc[0]), level=self.level(ends["second"].iloc[0]))
            return
        wish = self.front.accounts["wish"].iloc[1]
        best, far = (ends.iloc[-1], ends.iloc[0]) if wish == "low" else (ends.iloc[0], ends.iloc[-1])
        yield self.tell("best", **said, value=self.value(best["first"]), level=self.level(best["second"]))
        yield self.tell(f"no_plan_{wish}", **said, value=self.value(far["first"]), level=self.level(far["second"]))
        worth, unit = self.front.segments["worth"].abs(), self.front.segments["worth_unit"].iloc[0]
        count = len(self.front.segments)
        yield self.tell("between", **said, kinks=count - 1, segments=count, least=self.amount(worth.min(), unit), most=self.amount(worth.max(), unit))

    def _tables(self) -> list[Table]:
        found = [self.beside.table(), self._points()]
        return [*found, self._segments(), self._spans()] if len(self.front.segments) else found

    def _points(self) -> Table:
        points = self.front.points[self.front.points["kind"] != "kink"]
        heads, columns = zip(*(self.column(points[c], a) for c, a in (("second", self.second), ("first", self.first))), strict=True)
        caption = self.tell("points", first=self.first.title, second=self.second.title)
        return Table(caption, list(heads), [list(row) for row in zip(*columns, strict=True)], 21)

    def _segments(self) -> Table:
        segments, binding = self.front.segments, self.front.binding
        step = (segments["first_to"] - segments["first_from"]).abs()
        chosen = sorted(step.sort_values(ascending=False).head(_SEGMENTS).index)
        keys = ["family", "place", "item", "period", "slice"]
        parts = {number: part.set_index(keys, drop=False) for number, part in binding.groupby("segment")}
        nothing, rows = binding.iloc[:0].set_index(keys, drop=False), []
        kept = segments.loc[chosen]
        ends, units = dict[str, list[str]](), dict[str, str]()
        for role, account in (("first", self.first), ("second", self.second)):
            units[role], cells = self.column(pd.concat([kept[f"{role}_from"], kept[f"{role}_to"]]), account)
            ends |= {f"{role}_from": cells[: len(kept)], f"{role}_to": cells[len(kept) :]}
        for n, r in enumerate(records(kept)):
            now, before = parts.get(r["segment"], nothing), parts.get(r["segment"] - 1)
            begins = nothing if before is None else now[~now.index.isin(before.index)]
            gone = nothing if before is None else before[~before.index.isin(now.index)]
            rows.append(
                [
                    str(r["segment"]),
                    *(ends[c][n] for c in _ENDS),
                    self.amount(r["worth"], r["worth_unit"]),
                    self.several(now[now["family"] == "rule"]),
                    self.several(begins),
                    self.several(gone),
                ]
            )
        two, one = self.second.title, self.first.title
        heads = [self.tell("number")]
        heads += [f"{self.tell(c.split('_')[1])} {units[c.split('_')[0]]}" for c in _ENDS]
        heads += [self.tell(k) for k in ("worth", "rules", "begins", "ends")]
        return Table(self.tell("segments"), heads, rows, _SEGMENTS, self.tell("segments_note", first=one, second=two))

    def _spans(self) -> Table:
        return spans_table(self, self.front.spans, self.tell("spans"), self.second.title, self.second.unit)

    def _figures(self) -> list[Figure]:
        return [self._curve(), *([self._bars()] if len(self.front.segments) else [])]

    def _curve(self) -> Figure:
        points, placed = self.front.points, self.beside.drawn()
        levels, unit = scaled(pd.concat([points["second"], placed["second"]]), self.second.unit, self.language)
        values, money = scaled(pd.concat([points["first"], placed["first"]]), self.first.unit, self.language)
        count, kink = len(points), (points["kind"] == "kink").to_numpy()
        hovers = [f"{self.level(r['second'])}<br>{self.value(r['first'])}" for r in records(points)]
        data: list[dict[str, Any]] = [
            {"type": "scatter", "mode": "lines", "x": levels[:count], "y": values[:count], "line": {"color": ACCENT, "width": 2}, "showlegend": False}
            | {"text": hovers, "hovertemplate": "%{text}<extra></extra>"}
        ]
        data.append(
            {"type": "scatter", "mode": "markers", "name": self.tell("kink"), "marker": {"color": ACCENT, "size": 6, "symbol": "diamond"}}
            | {"x": [x for x, k in zip(levels[:count], kink, strict=True) if k], "y": [y for y, k in zip(values[:count], kink, strict=True) if k]}
            | {"text": [h for h, k in zip(hovers, kink, strict=True) if k], "hovertemplate": "%{text}<extra></extra>"}
        )
        data += self.beside.points(levels[count:], values[count:])
        layout = {"xaxis": axis(self.second.title, unit), "yaxis": axis(self.first.title, money), "font": {"color": INK}}
        return Figure(self.tell("front"), data, layout)

    def _bars(self) -> Figure:
        return bars_figure(self, self.front.spans, self.tell("spans"), self.second.title, self.second.unit)


def _rules_first(spans: pd.DataFrame) -> pd.DataFrame:
    """Rules, then limits that begin or end on the way, then those that always bind; the weightiest of each first."""
    if spans.empty:
        return spans
    limit, always = spans["family"] != "rule", spans["start"].eq(spans["start"].min()) & spans["end"].eq(spans["end"].max())
    ordered = spans.assign(_limit=limit, _always=limit & always).sort_values(["_limit", "_always", "weight"], ascending=[True, True, False])
    return ordered.drop(columns=["_limit", "_always"])


def spans_table(speaker: Speaker, spans: pd.DataFrame, caption: str, along: str, unit: str) -> Table:
    """What binds from where to where, as a table."""
    kept = _rules_first(spans).head(_LINES)
    cells, name = printed([*kept["start"], *kept["end"]], unit, speaker.language)
    rows = [
        [*speaker.limit(r), cells[n], cells[len(kept) + n], speaker.range_of(r["marginal_low"], r["marginal_high"], r["marginal_unit"])]
        for n, r in enumerate(records(kept))
    ]
    heads = [speaker.tell(k) for k in ("what", "where", "item", "from", "to", "marginal")]
    heads[3], heads[4] = (f"{head} [{name}]" if name else head for head in heads[3:5])
    caption = f"{caption} ({along})" if speaker.language == "en" else f"{caption}（{along}）"
    return Table(caption, heads, rows, more=len(spans) - len(rows))


def bars_figure(speaker: Speaker, spans: pd.DataFrame, caption: str, along: str, unit: str) -> Figure:
    """What binds from where to where, as bars; rules first, then the weightiest limits that begin or end on the way."""
    ordered = _rules_first(spans)
    labels = [speaker.label(r) for r in records(ordered)]
    ordered = ordered.assign(label=labels)
    always = ordered.groupby("label")["start"].transform("min").eq(ordered["start"].min()) & ordered["end"].eq(ordered["end"].max())
    chosen = dict.fromkeys([*ordered["label"][(ordered["family"] == "rule")], *ordered["label"][~always]])
    kept = ordered[ordered["label"].isin(list(chosen)[:_BARS])]
    _, name = scaled(pd.concat([kept["start"], kept["end"]]), unit, speaker.language)
    factor = next((a / b for a, b in zip(kept["end"], scaled(kept["end"], unit, speaker.language)[0], strict=True) if b), 1.0)
    hovers = [
        f"{r['label']}<br>{speaker.span(r['start'], r['end'], unit)}<br>{speaker.range_of(r['marginal_low'], r['marginal_high'], r['marginal_unit'])}"
        for r in records(kept)
    ]
    rows = max(4, kept["label"].nunique())
    whole = [float(spans["start"].min()) / factor, float(spans["end"].max()) / factor]
    layout = {
        "xaxis": axis(along, name) | {"range": whole},
        "yaxis": {"autorange": "reversed", "automargin": True},
        "barmode": "overlay",
        "height": 110 + 28 * rows,
    }
    return Figure(caption, bars_of(kept, list(kept["label"]), hovers, factor), layout)


def front_answer(front: Front, names: pd.DataFrame, scenario: dict[str, str], language: str = "en") -> Answer:
    """The front of two accounts in one language.

    Args:
        front: as `analysis.pareto.front` gives it.
        names: titles, as `results.titles.names_of` gives them.
        scenario: its title by language.
        language: en or zh.
    """
    return _Front(front, names, language).answer(scenario)
