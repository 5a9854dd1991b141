"""Answers about a finished run, as text: what binds, what is at the edge, what things cost and what wastes are worth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from saltloop.analysis.explain.arrays import written_program
from saltloop.analysis.explain.binding import binding
from saltloop.analysis.explain.build_up import build_up
from saltloop.analysis.explain.by_products import by_products
from saltloop.analysis.explain.entering import entering
from saltloop.analysis.explain.freedom import freedom
from saltloop.data.read import records
from saltloop.interfaces.voice import Voice, aligned
from saltloop.language import NOTHING, percent
from saltloop.results.run import Run

_ROWS = 12
_RUNNING = 1e-9
# Nearer than this a thing is in the plan or out of it at the same objective, which another question answers.
_AT_EDGE = 1e-6


class _Answers(Voice):
    """Lines about one run in one language; each method answers one question."""

    def __init__(self, run: Run, language: str) -> None:
        super().__init__(run, language)
        self.money = str(self.manifest["objective"]["unit"])

    def overview(self) -> Iterator[str]:
        yield self.say("explain_title", title=self.manifest["scenario"]["title"][self.language])
        yield from self.binding(binding(self.run).head(_ROWS))
        edge = entering(self.run)
        yield from self.edge(edge[(edge["apart"] > _AT_EDGE) & (edge["family"] == "process")])
        yield from self.by_products(by_products(self.run))
        yield from self.freedom()

    def binding(self, frame: pd.DataFrame) -> Iterator[str]:
        yield from ("", self.say("explain_binding" if len(frame) else "explain_nothing_binds"))
        rows = [
            [
                self.kinds.get(r["item"], "") if r["family"] == "rule" else self.say("kind_" + r["family"]),
                " · ".join(filter(None, (self.title(r["item"]), "" if pd.isna(r["place"]) else self.title(r["place"])))),
                self.amount(r["bound"], r["unit"]),
                self.amount(r["marginal_value"], r["value_unit"]),
                self.span(r["valid_from"], r["valid_to"], r["unit"]),
                self.say("not_checked" if pd.isna(r["unique"]) else "yes" if r["unique"] else "no"),
            ]
            for r in records(frame)
        ]
        if rows:
            yield from aligned(self.heads("kind", "item", "bound", "marginal_value", "valid", "unique"), rows)
            yield "  " + self.say("explain_binding_note")

    def edge(self, frame: pd.DataFrame, rows: int = _ROWS) -> Iterator[str]:
        """What is nearest to entering and to leaving."""
        for column, heading in (("enters_at", "explain_entering"), ("leaves_at", "explain_leaving")):
            part = frame[frame[column].notna()].head(rows)
            if len(part):
                yield from ("", self.say(heading))
                yield from aligned(self.heads("kind", "item", "text_where", "price_now", "price_then", "apart"), [self._edge(r, column) for r in records(part)])

    def _edge(self, r: dict[str, Any], column: str) -> list[str]:
        return [
            self.say("family_" + r["family"]),
            self._trade(r["item"]) if r["family"] != "process" else self.title(r["item"]),
            self.title(r["site"]),
            self.amount(r["now"], r["unit"]),
            self.amount(r[column], r["unit"]),
            percent(r["apart"], self.language),
        ]

    def _trade(self, item: str) -> str:
        commodity, market, tier = item.split(" ")
        return self.say("trade_words", commodity=self.title(commodity), market=self.title(market), tier=tier)

    def by_products(self, frame: pd.DataFrame) -> Iterator[str]:
        chosen = pd.concat([frame[frame["marginal_value"] > 0].head(_ROWS // 2), frame[frame["marginal_value"] < 0].head(_ROWS // 2)])
        if chosen.empty:
            return
        yield from ("", self.say("explain_by_products"))
        rows = [
            [
                self.title(r["commodity"]),
                self.title(r["site"]),
                *(self.amount(r[c], r["unit"]) for c in ("made", "used", "sold", "disposed")),
                self.worth(r["marginal_value"], r["value_unit"]),
            ]
            for r in records(chosen)
        ]
        yield from aligned(self.heads("item", "text_where", "made", "used", "sold", "disposed", "marginal_value"), rows)
        yield "  " + self.say("explain_by_product_note")

    def freedom(self) -> Iterator[str]:
        frame = freedom(written_program(self.run))
        yield from ("", self.say("explain_not_unique" if len(frame) else "explain_unique"))
        rows = [
            [
                self.say("family_" + r["family"]),
                self.title(r["item"]),
                self.title(r["site"]) or NOTHING,
                *(self.amount(r[c], r["unit"]) for c in ("value", "least", "most")),
            ]
            for r in records(frame)
        ]
        if rows:
            yield from aligned(self.heads("kind", "item", "text_where", "actual", "least", "most"), rows)

    def thing(self, what: str, site: str | None) -> Iterator[str]:
        """A process, or everything that makes a commodity, with its build-up; then where it is traded."""
        names = self.run.table("names").set_index("kind")
        kinds = set(names.index[names["id"] == what])
        makers = {what} if "process" in kinds else self._makers(what)
        terms = build_up(written_program(self.run), None if site is None else [site], makers)
        order = terms.groupby(["site", "process", "period", "slice"], sort=False)
        for (place, process, _, _), part in sorted(order, key=lambda item: -float(item[1]["level"].iloc[0])):
            yield from self._build_up(str(place), str(process), part)
        if not len(terms):
            yield self.say("explain_nobody")
        edge = entering(self.run)
        yield from self.edge(edge[edge["item"].str.split(" ").str[0].isin(makers | {what}) & edge["site"].isin(terms["site"])])

    def _makers(self, commodity: str) -> set[str]:
        """Processes that make a commodity at some site, in the plan or not."""
        terms = build_up(written_program(self.run))
        return set(terms[(terms["part"] == "made") & (terms["item"] == commodity)]["process"])

    def _build_up(self, site: str, process: str, terms: pd.DataFrame) -> Iterator[str]:
        level, per, total = float(terms["level"].iloc[0]), str(terms["per"].iloc[0]), float(terms["value"].sum())
        size = float(terms["value"].abs().max())
        equal = abs(total) <= 1e-7 * size
        state = (
            self.say("explain_running", amount=self.amount(level, per))
            if level > _RUNNING
            else self.say("explain_idle_equal")
            if equal
            else self.say("explain_idle", gap=self.amount(-total, f"{self.money}/{per}"))
        )
        yield from ("", self.say("explain_build_up", process=self.title(process), site=self.title(site), state=state))
        each = f"{self.money}/{per}"
        order = terms.sort_values("value", ascending=False)
        rows = [
            [
                self.say("part_burden" if r["part"] == "made" and r["value"] < 0 else "part_" + r["part"]),
                self.title(r["item"]) + (f" ({self.title(r['place'])})" if r["part"] == "rent" and r["place"] not in (site, r["item"]) else ""),
                self.amount(abs(r["amount"]), r["unit"]) if r["part"] in ("made", "used") else NOTHING,
                self.amount(r["price"], f"{self.money}/{r['unit']}") if r["part"] in ("made", "used") else NOTHING,
                self.amount(r["value"], each),
            ]
            for r in records(order)
        ]
        rows.append([self.say("explain_sum"), "", NOTHING, NOTHING, self.amount(0.0 if equal else total, each)])
        yield from aligned(self.heads("part", "item", "amount_each", "price_each", "value_each"), rows)


def overview_text(run: Run, language: str = "en") -> str:
    """What binds, what is at the edge, what by-products are worth, and whether the plan is the only best one."""
    return "\n".join(_Answers(run, language).overview())


def thing_text(run: Run, what: str, site: str | None = None, language: str = "en") -> str:
    """A process, or all that makes a commodity: what a unit brings and takes, and where it would enter or leave the plan.

    Args:
        run: a finished run.
        what: id of a process or commodity.
        site: id of a site; None: all.
        language: en or zh.
    """
    return "\n".join(_Answers(run, language).thing(what, site)).lstrip("\n")


def rule_text(run: Run, rule: str, language: str = "en") -> str:
    """One rule: its bound, its worth, how long that holds, and the activities that feel it most."""
    answers = _Answers(run, language)
    frame = binding(run)
    return "\n".join(answers.binding(frame[(frame["family"] == "rule") & (frame["item"] == rule)])).lstrip("\n")


def site_text(run: Run, site: str, language: str = "en") -> str:
    """One park: what binds there and what its by-products are worth."""
    answers, frame, products = _Answers(run, language), binding(run), by_products(run)
    lines = [*answers.binding(frame[(frame["place"] == site) | (frame["item"] == site)]), *answers.by_products(products[products["site"] == site])]
    return "\n".join(lines).lstrip("\n")
