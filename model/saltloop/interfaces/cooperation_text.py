"""What planning together is worth as text: the gain, each player's part, the exchanges that carry it, and whether the shares are stable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from saltloop.analysis.cooperation import REST, Cooperation
from saltloop.data.pack import Pack
from saltloop.data.read import records
from saltloop.interfaces.voice import Teller, aligned, teller_of
from saltloop.language import NOTHING, listed, percent

_SHOWN = 12
_TEXTS: dict[str, tuple[str, str]] = {
    "gain": (
        "Together the plan is {gain} better than with each for itself ({share}): the objective is {everybody} instead of {nobody}.",
        "共同规划比各自规划好 {gain}（{share}）：目标值为 {everybody}，各自规划时为 {nobody}。",
    ),
    "no_gain": ("Planning together changes nothing: the objective is {everybody} either way.", "共同规划没有增益：目标值均为 {everybody}。"),
    "convention": (
        "In every case one plan divides market tiers, shared resources and rules as is best for all; only what may pass between players differs.",
        "各种情形下，市场分档、共用资源和规则都由一个总规划按整体最优分配；区别只在参与方之间可否交换。",
    ),
    "rest": (
        "Sites that belong to nobody named are one player more, '{rest}': {sites}.",
        "未列入任何参与方的地点合为另一个参与方“{rest}”：{sites}。",
    ),
    "rest_name": ("the rest", "其余地点"),
    "shares": ("What each has, adds and could be given:", "各方所有、所增与可得："),
    "player": ("player", "参与方"),
    "alone": ("alone", "各自规划"),
    "together": ("together", "共同规划"),
    "marginal": ("adds to all others", "边际贡献"),
    "shapley": ("Shapley share", "沙普利值"),
    "equal": ("equal share", "平均分配"),
    "transfer": ("is paid (+) or pays (−)", "应得（+）或应付（−）"),
    "shares_note": (
        "alone, together: what is booked at its sites; goods pass between players free of charge, so the payment puts that right: alone + Shapley share.",
        "“各自”“共同”为记在其地点的数额；参与方之间交换不计价，故由支付补正：最终各得“各自规划＋沙普利值”。",
    ),
    "core": (
        "The Shapley shares are stable: no group of players would do better on its own (they lie in the core).",
        "沙普利分配稳定：任何一组参与方单独合作都不会更好（属于核心）。",
    ),
    "no_core": ("The Shapley shares are not stable: {who} would do better by {excess} on their own.", "沙普利分配不稳定：{who} 单独合作可多得 {excess}。"),
    "equal_core": ("Equal shares are stable too.", "平均分配也稳定。"),
    "no_equal_core": ("Equal shares are not stable: {who} would do better by {excess} on their own.", "平均分配不稳定：{who} 单独合作可多得 {excess}。"),
    "exchanges": ("What passes between players and carries the gain:", "参与方之间承载增益的交换："),
    "commodity": ("commodity", "物料"),
    "origin": ("from", "从"),
    "destination": ("to", "到"),
    "amount": ("amount", "数量"),
    "first_unit": ("first unit worth", "首单位价值"),
    "loss_without": ("lost without it", "缺少它的损失"),
    "exchanges_note": (
        "first unit worth: when nobody exchanges yet. Lost without it: when this alone is forbidden and all else is planned anew; these do not add up.",
        "首单位价值：尚无任何交换时。缺少它的损失：仅禁止该项、其余重新规划；各项不可相加。",
    ),
    "more": ("... and {count} more", "……另有 {count} 项"),
}


def say(key: str, language: str, **values: object) -> str:
    """A text in one language."""
    return _TEXTS[key][language == "zh"].format(**values)


def cooperation_text(found: Cooperation, pack: Pack, unit: str, language: str = "en") -> str:
    """The gain, the shares, their stability and the exchanges.

    Args:
        found: by `cooperation`.
        pack: for titles.
        unit: of the objective.
        language: en or zh.
    """
    return "\n".join(_Page(found, teller_of(pack, language), unit).lines())


class _Page:
    """Lines in one language."""

    def __init__(self, found: Cooperation, teller: Teller, unit: str) -> None:
        self.found, self.teller, self.unit, self.language = found, teller, unit, teller.language

    def say(self, key: str, **values: object) -> str:
        return say(key, self.language, **values)

    def money(self, value: float) -> str:
        return self.teller.amount(value, self.unit)

    def name(self, player: str) -> str:
        return self.say("rest_name") if player == REST else self.teller.title(player)

    def lines(self) -> Iterator[str]:
        found = self.found
        felt = abs(found.gain) > 1e-9 * max(1.0, abs(found.everybody))
        share = percent(found.gain / abs(found.nobody), self.language) if found.nobody else NOTHING
        yield self.say(
            "gain" if felt else "no_gain", gain=self.money(found.gain), share=share, everybody=self.money(found.everybody), nobody=self.money(found.nobody)
        )
        yield self.say("convention")
        if REST in found.players:
            sites = listed([self.teller.title(site) for site in found.players[REST]], self.language)
            yield self.say("rest", rest=self.say("rest_name"), sites=sites)
        yield from self._shares()
        yield from self._stability()
        yield from self._exchanges()

    def _shares(self) -> Iterator[str]:
        columns = ("alone", "together", "marginal", "shapley", "equal", "transfer")
        yield from ("", self.say("shares"))
        rows = [[self.name(r["player"]), *(self.money(r[c]) for c in columns)] for r in records(self.found.shares)]
        yield from aligned([self.say(c) for c in ("player", *columns)], rows)
        yield "  " + self.say("shares_note")

    def _stability(self) -> Iterator[str]:
        yield ""
        for holds, good, bad, column in (
            (self.found.in_core, "core", "no_core", "excess"),
            (self.found.equal_in_core, "equal_core", "no_equal_core", "equal_excess"),
        ):
            worst = self.found.coalitions.sort_values(column, ascending=False, kind="stable").iloc[0]
            who = listed([self.name(p) for p in str(worst["coalition"]).split(" ")], self.language)
            yield self.say(good) if holds else self.say(bad, who=who, excess=self.money(float(worst[column])))

    def _exchanges(self) -> Iterator[str]:
        frame = self.found.exchanges
        if frame.empty:
            return
        yield from ("", self.say("exchanges"))
        columns = ("commodity", "origin", "destination", "amount", "first_unit", "loss_without")
        yield from aligned([self.say(c) for c in columns], [self._exchange(r) for r in records(frame.head(_SHOWN))])
        if len(frame) > _SHOWN:
            yield "  " + self.say("more", count=len(frame) - _SHOWN)
        yield "  " + self.say("exchanges_note")

    def _exchange(self, r: dict[str, Any]) -> list[str]:
        lost = NOTHING if pd.isna(r["loss_without"]) else self.money(r["loss_without"])
        names = [self.teller.title(r["commodity"]), self.name(r["origin"]), self.name(r["destination"])]
        return [*names, self.teller.amount(r["amount"], r["unit"]), self.teller.amount(r["first_unit"], r["value_unit"]), lost]
