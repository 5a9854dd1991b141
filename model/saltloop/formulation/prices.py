"""The price of a commodity in a market at a site in a period."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from saltloop.data.pack import Pack
from saltloop.data.read import FILE, LINE
from saltloop.errors import Place, Problem, Problems, Words, message
from saltloop.formulation.choices import Choices, PriceChange

NO_PRICE = message(
    "M301",
    ("no price of '{commodity}' in market '{market}' at '{site}'", "“{commodity}”在市场“{market}”、地点“{site}”没有价格"),
    ("add a row to prices.csv, or take the commodity out of market_tiers.csv", "请在 prices.csv 中补充，或从 market_tiers.csv 中删去该物料"),
)
NO_PRICE_YEAR = message(
    "M302",
    ("no price of '{commodity}' for {asked}; the pack has {known}", "“{commodity}”没有 {asked} 年价格；数据包有 {known}"),
    ("say `missing: nearest` under prices to take the nearest year", "可在 prices 下写 missing: nearest 取最近年份"),
)
NEAREST_PRICE = message(
    "M303",
    ("{count} commodities have no price for {asked}; the nearest year was taken: {list}", "{count} 种物料没有 {asked} 年价格，取最近年份：{list}"),
    warning=True,
)


def _value(change: PriceChange, year: int) -> float | None:
    current = [v for start, v in change.values if start <= year]
    return current[-1] if current else None


@dataclass
class Prices:
    """Looks prices up, most specific row first, then applies the scenario's changes in order."""

    pack: Pack
    choices: Choices
    problems: Problems = field(default_factory=Problems)
    taken: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rows: dict[tuple[str, str | None, str | None], dict[int, float]] = defaultdict(dict)
        for row in self.pack.rows("prices"):
            self._rows[row["commodity"], row["market"], row["site"]][int(row["year"])] = row["value"]
        self._place = {r["commodity"]: Place(r[FILE], r[LINE]) for r in self.pack.rows("prices")}
        self._changes: dict[str, list[PriceChange]] = defaultdict(list)
        for change in self.choices.price_changes:
            self._changes[change.commodity].append(change)

    def _base(self, commodity: str, market: str, site: str) -> float:
        for key in ((commodity, market, site), (commodity, market, None), (commodity, None, site), (commodity, None, None)):
            if key in self._rows:
                return self._in_year(commodity, self._rows[key])
        self.problems.add(NO_PRICE.at(Place(), commodity=commodity, market=market, site=site))
        return 0.0

    def _in_year(self, commodity: str, by_year: dict[int, float]) -> float:
        asked = self.choices.price_year
        if asked in by_year:
            return by_year[asked]
        nearest = min(by_year, key=lambda y: (abs(y - asked), y))
        if self.choices.missing_price == "error":
            self.problems.add(NO_PRICE_YEAR.at(self._place[commodity], commodity=commodity, asked=asked, known=", ".join(map(str, sorted(by_year)))))
        self.taken[commodity] = nearest
        return by_year[nearest]

    def price(self, commodity: str, market: str, site: str, year: int) -> float:
        """Money per unit before the tier's factor; a problem is collected and 0 returned if there is none."""
        price = self._base(commodity, market, site)
        for change in self._changes[commodity]:
            value = _value(change, year)
            if value is not None and change.market in (None, market):
                price = price * (1 + value) if change.relative else value
        return price

    def note(self) -> Problem | None:
        """One warning that lists the prices taken from another year."""
        if not self.taken:
            return None
        taken, titles = sorted(self.taken.items()), {row["commodity"]: row["title_zh"] for row in self.pack.rows("commodities")}
        listed = Words(", ".join(f"{name} ({year})" for name, year in taken), "、".join(f"{titles[name]}（{year}）" for name, year in taken))
        return NEAREST_PRICE.at(Place(), count=len(self.taken), asked=self.choices.price_year, list=listed)
