"""Plans beside a front or a surface in words, as a table and as points of a chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from saltloop.data.read import records
from saltloop.interfaces.answer import SECOND, Table
from saltloop.interfaces.voice import Teller
from saltloop.language import NOTHING, Both, percent

_SHOWN, _NAMED, _FEW = 60, 2, 8
_TEXTS: dict[str, Both] = {
    "placed": ("Plans beside the front, at an equal {others}", "各方案相对前沿的位置（{others}相同）"),
    "plan": ("Plan", "方案"),
    "at_front": ("Front", "前沿值"),
    "distance": ("Apart", "差距"),
    "share": ("Share", "占比"),
    "verdict": ("Verdict", "判断"),
    "changes": ("Changes", "改动"),
    "note": ("Remark", "备注"),
    "on": ("on the front", "在前沿上"),
    "inside": ("could be better here", "可改进"),
    "outside": ("better than any plan here", "优于本情景任何方案"),
    "beyond": ("no plan here goes so far", "本情景无方案可达"),
    "no_place": ("no place here", "无法比较"),
    "and_more": ("{names} and {count} more", "{names}等 {more} 项"),
    "counted": ("Plans beside the front: {plans}.", "各方案相对前沿：{plans}。"),
    "elsewhere": (
        "{count} of them are held against the front of this scenario at their own sites, periods and slices, and are not in the chart.",
        "其中 {count} 个与本情景在相同地区、时期和时段下的前沿比较，不在图中。",
    ),
    "why": (
        "Outside: the policy itself pays, or changes plants, prices or limits. A charge that is paid counts as a loss here, though it is income of others.",
        "优于任何方案：政策本身支付资金，或改变了装置、价格或限额。所缴费用在此计为损失，虽为他方收入。",
    ),
}
_WORDS = ("on", "inside", "outside", "beyond", "no_place")
_COLOURS = {"on": "#1d6b41", "inside": SECOND, "outside": "#7b5aa6", "beyond": "#6f7d8c"}


@dataclass(frozen=True)
class Beside:
    """Plans beside a front in one language.

    Args:
        teller: numbers and language.
        placed: as `placed_frame` gives them.
        accounts: title and unit of each account, the first first.
    """

    teller: Teller
    placed: pd.DataFrame
    accounts: Sequence[tuple[str, str]]

    def _tell(self, key: str, **values: object) -> str:
        return _TEXTS[key][self.teller.language == "zh"].format(**values)

    def lines(self) -> Iterator[str]:
        """How many plans lie where; nothing where the scenario's own is the only one."""
        if len(self.placed) < 2:
            return
        counts = self.placed["verdict"][self.placed["name"] != ""].value_counts()
        chinese = self.teller.language == "zh"
        plans = [f"{self._tell(word)} {counts[word]}" if chinese else f"{counts[word]} {self._tell(word)}" for word in _WORDS if word in counts]
        elsewhere = int((self.placed["note_en"].ne("") & self.placed["verdict"].ne("no_place")).sum())
        yield self._tell("counted", plans=("，" if chinese else ", ").join(plans)) + (
            ("" if chinese else " ") + self._tell("elsewhere", count=elsewhere) if elsewhere else ""
        )

    def table(self) -> Table:
        """Every plan with its accounts, the front, and how far it is from it."""
        roles = ("first", "second", "third")[: len(self.accounts)]
        order = (*roles[1:], "first")
        units = dict(zip(roles, self.accounts, strict=True))
        others = ("、" if self.teller.language == "zh" else ", ").join(units[role][0] for role in roles[1:])
        several = len(self.placed) > 1
        rows = [[*self._row(r, [(r[role], units[role][1]) for role in order]), *([self._changes(r)] if several else [])] for r in records(self.placed)]
        heads = [self._tell("plan"), *(units[role][0] for role in order), *(self._tell(k) for k in ("at_front", "distance", "share", "verdict"))]
        note = self._tell("why") if "outside" in set(self.placed["verdict"]) else ""
        return Table(self._tell("placed", others=others), [*heads, *([self._tell("changes")] if several else [])], rows, _SHOWN, note)

    def _row(self, r: dict[str, Any], accounts: Sequence[tuple[float, str]]) -> list[str]:
        unit, known = self.accounts[0][1], not pd.isna(r["front"])
        apart = known and r["verdict"] != "on"
        return [
            r[f"title_{self.teller.language}"],
            *(NOTHING if pd.isna(value) else self.teller.amount(value, own) for value, own in accounts),
            self.teller.amount(r["front"], unit) if known else NOTHING,
            self.teller.amount(r["distance"], unit) if apart else NOTHING,
            percent(r["share"], self.teller.language) if apart else NOTHING,
            self._tell(r["verdict"]),
        ]

    def _changes(self, r: dict[str, Any]) -> str:
        """What the plan's scenario says differently, or why it has no place on this front."""
        names = r["changes"].split()
        text = ("、" if self.teller.language == "zh" else ", ").join(names[:_NAMED])
        text = self._tell("and_more", names=text, count=len(names) - _NAMED, more=len(names)) if len(names) > _NAMED else text
        note = r[f"note_{self.teller.language}"]
        return ("；" if self.teller.language == "zh" else "; ").join(part for part in (text, note) if part) or NOTHING

    def drawn(self) -> pd.DataFrame:
        """Those that lie beside the front that is shown."""
        return self.placed[self.placed["note_en"] == ""]

    def points(self, levels: Sequence[float | None], values: Sequence[float | None]) -> Iterator[dict[str, Any]]:
        """Points of a chart: each with its title where they are few, else one series for each verdict.

        Args:
            levels: the second account of `drawn`, in the unit of its axis.
            values: the first, likewise.
        """
        plans = self.drawn()
        titles = plans[f"title_{self.teller.language}"].tolist()
        hovers = [
            f"{title}<br>{self.teller.amount(second, self.accounts[1][1])}<br>{self.teller.amount(first, self.accounts[0][1])}"
            for title, second, first in zip(titles, plans["second"], plans["first"], strict=True)
        ]
        few, words = len(plans) <= _FEW, plans["verdict"].tolist()
        series = [[n] for n in range(len(plans))] if few else [[n for n, w in enumerate(words) if w == word] for word in _WORDS if word in words]
        for chosen in series:
            word = words[chosen[0]]
            yield {
                "type": "scatter",
                "mode": "markers+text" if few else "markers",
                "name": titles[chosen[0]] if few else self._tell(word),
                "x": [levels[n] for n in chosen],
                "y": [values[n] for n in chosen],
                "text": [titles[n] for n in chosen],
                "textposition": "bottom left",
                "marker": {"color": _COLOURS[word], "size": 11 if few else 9},
                "showlegend": not few,
                "customdata": [hovers[n] for n in chosen],
                "hovertemplate": "%{customdata}<extra></extra>",
            }
