"""The plan as text that a planner can read aloud, from the files of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from saltloop.data.read import records
from saltloop.interfaces.voice import Voice, aligned, beginning, width
from saltloop.language import percent, text, weighted
from saltloop.results.run import Run
from saltloop.results.verify import Finding

_PRODUCTS, _LIMITS, _RULES, _WARNINGS, _WIDE = 10, 8, 5, 6, 160
BOUNDARIES = {"model": "text_boundary_model", "model + background": "text_boundary_official", "published only": "text_boundary_none"}
SCORE_PARTS = ("indicator", "actual", "at_zero", "at_hundred", "points", "weight_share", "contribution_points")
_RESOURCES = ("draw_limit", "land_limit", "link_limit", "stock_limit", "evaporation_limit")


class _Page(Voice):
    """Lines of the plan of one run in one language."""

    def __init__(self, run: Run, language: str) -> None:
        super().__init__(run, language)
        self.area = self._area()

    def _area(self) -> str:
        """The area that the text speaks of: that of the scenario if it names one, else that of the pack if it is in the plan."""
        planned, declared = self.manifest["scenario"]["document"]["areas"], self.manifest["main_area"]
        return str(declared if len(planned) > 1 and declared in set(self.run.table("accounts")["area"]) else planned[0])

    def lines(self) -> Iterator[str]:
        """The whole page."""
        title = self.manifest["scenario"]["title"][self.language]
        yield title
        yield "=" * width(title)
        shows = self.manifest["scenario"].get("shows")
        if shows:
            yield shows[self.language]
        for year in sorted(self.run.table("accounts")["period"].unique()):
            yield from self._year(int(year))
        yield from self._foot()

    def _year(self, year: int) -> Iterator[str]:
        yield from self._opening(year)
        yield from self._products(year)
        yield from self._resources(year)
        yield from self._indicators(year)
        yield from self._scores(year)
        yield from self._rules(year)
        yield from self._tightest(year)

    def _opening(self, year: int) -> Iterator[str]:
        table = self.run.table("accounts")
        table = table[(table["period"] == year) & (table["area"] == self.area)]
        stages = []
        for s in self.manifest["objective"]["stages"]:
            what = weighted([(self.title(account), weight) for account, weight in s["accounts"].items()])
            stages.append(self.say("objective_" + s["sense"], what=what, value=self.amount(s["value"], s["unit"])))
        yield ""
        yield self.say("text_objective", year=year, area=self.title(self.area), stages=self.say("then").join(stages))
        said = {row["account"]: row for row in records(table)}
        facts = [self.say("text_fact", what=self.title(a), value=self.amount(said[a]["value"], said[a]["unit"])) for a in self._key_accounts() if a in said]
        if facts:
            yield self.say("text_facts", facts=self.say("text_join").join(facts))

    def _key_accounts(self) -> list[str]:
        names = self.run.table("names").query("kind == 'account'")
        shown = [a for a, g in zip(names["id"], names["group"], strict=True) if g in ("key", "money", "headline")]
        preferred = ("value_added", "profit", "fresh_water", "energy_use", "co2", "employment", "construction_land")
        return [a for a in preferred if a in set(names["id"])] or shown[:6] or list(names["id"])[:6]

    def _products(self, year: int) -> Iterator[str]:
        table = self.run.table("products")
        table = table[(table["period"] == year) & (table["commodity"] != "") & (table["sold"] > 0)]
        if table.empty:
            return
        yield ""
        yield self.say("text_products", count=min(_PRODUCTS, len(table)), total=len(table))
        money = str(self.manifest["objective"]["unit"])
        rows = [
            [self.title(r["commodity"]), self.amount(r["sold"], r["unit"]), self.amount(r["sales"], money), self.amount(r["contribution"], money)]
            for r in records(table.head(_PRODUCTS))
        ]
        head = [self.say(k) for k in ("product", "sold_amount", "text_sales", "text_contribution")]
        yield from aligned(head, rows)

    def _resources(self, year: int) -> Iterator[str]:
        table = self.run.table("limits")
        table = table[table["period"].isin([year, 0]) & table["family"].isin(_RESOURCES) & (table["bound"] > 0)]
        if table.empty:
            return
        table = table.assign(share=table["left"] / table["bound"]).sort_values("share", ascending=False)
        yield ""
        yield self.say("text_resources")
        rows = [
            [
                self.title(r["place"]),
                self.title(r["item"]),
                self.amount(r["left"], r["unit"]),
                self.amount(r["bound"], r["unit"]),
                percent(r["share"], self.language),
                self.worth(r["dual"], r["dual_unit"]),
            ]
            for r in records(table.head(_LIMITS))
        ]
        yield from aligned([self.say(k) for k in ("text_where", "item", "reached", "bound", "text_share", "marginal_value")], rows)
        if len(table) > _LIMITS:
            yield self.say("text_more", count=len(table) - _LIMITS, file="limits.parquet")

    def _indicators(self, year: int) -> Iterator[str]:
        table = self.run.table("indicators")
        table = table[(table["period"] == year) & (table["target"].notna() | table["published"].notna())]
        if table.empty:
            return
        yield ""
        yield self.say("text_indicators")
        marks = {True: self.say("met"), False: self.say("missed")}
        rows = []
        for r in records(table):
            unit, year_of_target = r["unit"], r["target_year"]
            target = "–" if pd.isna(r["target"]) else f"{self.amount(r['target'], unit)} ({year_of_target})"
            judged = not pd.isna(r["met"])
            mark = marks[bool(r["met"])] if judged else "–" if pd.isna(r["gap"]) else self.say("not_judged")
            actual = "–" if pd.isna(r["actual"]) else self.amount(float(r["actual"]), unit)
            gap = "–" if pd.isna(r["gap"]) else self.amount(float(r["gap"]), unit)
            rows.append([f"{self.title(r['indicator'])}, {self.title(r['area'])}", actual, target, gap, mark, self._boundary(r)])
        yield from aligned([self.say(k) for k in ("indicator", "actual", "target", "gap", "status", "text_boundary")], rows)

    def _boundary(self, r: dict[str, Any]) -> str:
        """What an indicator stands on."""
        words = self.say(BOUNDARIES[r["basis"]])
        return self.say("text_boundary_lacking", boundary=words) if r["needs"] else words

    def _scores(self, year: int) -> Iterator[str]:
        """Points of the area and of the areas in it, then what made those of the area."""
        table = self.run.table("scores")
        table = table[table["period"] == year]
        names = self.run.table("names")
        inner = [self.area, *names[(names["kind"] == "area") & (names["group"] == self.area)]["id"]]
        for score, own in table.groupby("score", sort=False):
            totals = own[(own["indicator"] == "") & own["area"].isin(inner)].set_index("area")
            if totals.empty:
                continue
            yield ""
            yield self.say("text_score", score=self.title(score))
            said = [[self.title(a), f"{totals['points'][a]:.1f}", percent(float(totals["share"][a]), self.language)] for a in inner if a in totals.index]
            yield from aligned([self.say(k) for k in ("area", "points", "text_computable")], said)
            parts = own[(own["area"] == self.area) & (own["indicator"] != "")]
            if not parts.empty:
                yield ""
                yield from aligned([self.say(k) for k in SCORE_PARTS], [self._part(r) for r in records(parts)])

    def _part(self, r: dict[str, Any]) -> list[str]:
        shown = [self.amount(r[name], r["unit"]) for name in ("actual", "at_zero", "at_hundred")]
        points = f"{r['points']:.0f}" if r["computable"] else self.say("text_not_computable")
        return [self.title(r["indicator"]), *shown, points, percent(r["share"], self.language), f"{r['contribution']:.1f}"]

    def _rules(self, year: int) -> Iterator[str]:
        table = self.run.table("rules")
        table = table[(table["period"] == year) & table["binding"].fillna(False).astype(bool)]
        yield ""
        if table.empty:
            yield self.say("text_no_rules")
            return
        table = table.assign(weight=(table["dual"] * table["bound"].replace(0.0, 1.0)).abs()).sort_values("weight", ascending=False)
        yield self.say("text_rules")
        rows = [
            [
                self.title(r["rule"]),
                self.kinds[r["rule"]],
                "" if pd.isna(r["area"]) else self.title(r["area"]),
                self.amount(r["bound"], r["unit"]),
                self.worth(r["dual"], r["dual_unit"]),
                self.span(r["dual_valid_from"], r["dual_valid_to"], r["unit"]),
            ]
            for r in records(table.head(_RULES))
        ]
        yield from aligned([self.say(k) for k in ("rule", "kind", "area", "bound", "marginal_value", "valid")], rows)

    def _tightest(self, year: int) -> Iterator[str]:
        """Limits other than natural resources, largest worth first."""
        table = self.run.table("limits")
        table = table[table["period"].isin([year, 0]) & table["binding"] & ~table["family"].isin(_RESOURCES)]
        table = table.assign(worth=(table["dual"] * table["bound"]).abs())
        table = table[table["worth"] > 0].sort_values("worth", ascending=False).head(_LIMITS)
        if table.empty:
            return
        yield ""
        yield self.say("text_tightest")
        rows = [
            [
                self.say("kind_" + r["family"]),
                self.title(r["place"]),
                self.title(r["item"]),
                self.amount(r["bound"], r["unit"]),
                self.worth(r["dual"], r["dual_unit"]),
            ]
            for r in records(table)
        ]
        yield from aligned([self.say(k) for k in ("kind", "text_where", "item", "bound", "marginal_value")], rows)

    def _foot(self) -> Iterator[str]:
        certificate = self.manifest["certificate"]
        worst = max(c["relative"] for c in certificate.values())
        sizes, seconds = self.manifest["sizes"], self.manifest["seconds"]
        yield ""
        yield self.say(
            "text_certificate",
            worst=f"{worst:.1e}",
            columns=f"{sizes['columns']:,}",
            rows=f"{sizes['rows']:,}",
            seconds=f"{seconds['solver_solve']:.2f}",
            algorithm=self.say("algorithm_" + self.manifest["algorithm"].partition(" ")[0]),
        )
        warnings = self.manifest["warnings"]
        for each in warnings[:_WARNINGS]:
            first = each[self.language].split("\n")[0]
            yield self.say("text_warning", text=beginning(first, _WIDE))
        if len(warnings) > _WARNINGS:
            yield self.say("text_more", count=len(warnings) - _WARNINGS, file="manifest.json")


def plan_text(run: Run, language: str = "en") -> str:
    """The plan of a run: objective, products, resources, indicators against targets, what binds and what it is worth."""
    return "\n".join(_Page(run, language).lines())


def verification_text(findings: list[Finding], language: str = "en") -> str:
    """One line for each check."""
    which = language == "zh"
    lines = []
    for f in findings:
        mark = text("text_holds" if f.holds else "text_fails", language)
        place = f" ({f.where})" if not f.holds and f.where else ""
        lines.append(
            f"{mark}  {f.check[which]}: {f.error:.1e} <= {f.tolerance:.0e}{place}"
            if f.holds
            else f"{mark}  {f.check[which]}: {f.error:.1e} > {f.tolerance:.0e}{place}"
        )
    return "\n".join(lines)
