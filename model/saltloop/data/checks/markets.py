"""Checks of markets: prices that exist, tiers that make sense, and no trade that earns without end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from saltloop.data.checks.registry import data_check
from saltloop.data.factors import BY_DISTANCE
from saltloop.data.relations import Connection, Relations, Row, place_of, plain_unit
from saltloop.errors import Problem, message

NOT_MONOTONE = message(
    "D150",
    (
        "market '{market}' pays or asks {later:g} for tier {tier} of '{commodity}' after {earlier:g}",
        "市场“{market}”的“{commodity}”第 {tier} 档系数为 {later:g}，前一档为 {earlier:g}",
    ),
    ("tiers of a {side} market must {way}: a plan fills the best tier first, whatever its number", "{side} 市场各档须{way_zh}：模型总是先用最有利的一档"),
)
NO_PRICE = message(
    "D151",
    ("'{commodity}' has no price in market '{market}' at {sites}", "“{commodity}”在市场“{market}”、地点 {sites} 没有价格"),
    (
        "add a row to prices.csv for it: for this market and site, or for all (leave market and site empty)",
        "请在 prices.csv 中补充：可指定市场和地点，或留空表示全部",
    ),
)
OUT_OF_REACH = message(
    "D152",
    ("market '{market}' trades '{commodity}', but reaches no site with it", "市场“{market}”交易“{commodity}”，但到达不了任何地点"),
    ("add a row to market_access.csv, or take the tier out", "请在 market_access.csv 中补充，或删去该档"),
    warning=True,
)
FREE_TRADE = message(
    "D154",
    (
        "free money: '{commodity}' bought from '{supplier}' at '{origin}' and sold to '{buyer}' at '{destination}' earns {gain:.6g} {money} per {unit}",
        "无风险套利：“{commodity}”在“{origin}”购自“{supplier}”，在“{destination}”售予“{buyer}”，每 {unit} 赚 {gain:.6g} {money}",
    ),
    (
        "bought at {cost:.6g}, sold at {revenue:.6g}, freight included, without a volume on either side ({count} such pair(s) of sites). Give a "
        "tier a volume, raise the freight, or let one of the markets have a price of its own",
        "含运费买价 {cost:.6g}、卖价 {revenue:.6g}，双方均无数量上限（共 {count} 对地点）。请给档次加 volume、提高运费，或为其中一个市场单列价格",
    ),
)
BOUNDED_TRADE = message(
    "D155",
    (
        "mere trade: '{commodity}' bought from '{supplier}' at '{origin}' and sold to '{buyer}' at '{destination}' earns {gain:.6g} {money} per {unit}",
        "纯贸易获利：“{commodity}”在“{origin}”购自“{supplier}”，在“{destination}”售予“{buyer}”，每 {unit} 赚 {gain:.6g} {money}",
    ),
    (
        "bought at {cost:.6g}, sold at {revenue:.6g}, freight included, up to the volume of a tier ({count} such pair(s) of sites). If no one "
        "trades so, correct a price or the freight",
        "含运费买价 {cost:.6g}、卖价 {revenue:.6g}，以档次数量为限（共 {count} 对地点）。若现实中无此贸易，请改正价格或运费",
    ),
    warning=True,
)
CANNOT_DEMAND = message(
    "D156",
    (
        "market '{market}' asks for '{commodity}' at '{site}' in demands.csv, but cannot buy it there",
        "demands.csv 中市场“{market}”要求“{site}”供应“{commodity}”，但它在那里无法购买",
    ),
    ("it needs side demand, a tier for the commodity and access to the site", "该市场须为 demand，且有该物料的档次并能到达该地点"),
)
WRONG_MONEY = message(
    "D159",
    ("'{unit}' is no {what} for '{commodity}', which is counted in {other}", "“{unit}”不能作为以 {other} 计量的“{commodity}”的{what_zh}"),
    ("the row selects it by '{word}'; give it a row of its own", "该行以“{word}”选中它；请为它单列一行"),
)


def _neighbours(rows: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """Tiers that follow one another, in each year from which one of them holds."""
    for year in sorted({row["year"] or 0 for row in rows}):
        yield from pairwise({row["tier"]: row for row in rows if (row["year"] or 0) <= year}.values())


@data_check(
    NOT_MONOTONE,
    in_chinese=(
        "分档价格对买入者递增，对卖出者递减。",
        "在同一市场、同一物料内，逐年按档次顺序，供应市场的价格系数不下降，需求市场的不上升。",
        "线性规划总是先用最有利的一档；次序不对的分档不会按所写的次序使用。",
    ),
)
def tiers_are_monotone(relations: Relations) -> Iterator[Problem]:
    """Tiers get dearer for who buys and cheaper for who sells.

    What it does: within a market and commodity, in each year and in order of the tier numbers, the price factors of a
    supply market do not fall and those of a demand market do not rise.

    Why: a linear plan fills the best tier first. Tiers in another order would not be used in the order written.
    """
    for (market, commodity), rows in relations.tiers.items():
        supply = relations.side[market] == "supply"
        for earlier, later in _neighbours(rows):
            if (later["value"] < earlier["value"]) if supply else (later["value"] > earlier["value"]):
                yield NOT_MONOTONE.at(
                    place_of(later),
                    market=market,
                    commodity=commodity,
                    tier=int(later["tier"]),
                    earlier=earlier["value"],
                    later=later["value"],
                    side=relations.side[market],
                    way="rise" if supply else "fall",
                    way_zh="递增" if supply else "递减",
                )


@data_check(
    NO_PRICE,
    OUT_OF_REACH,
    in_chinese=(
        "市场交易的物料在其可达之处都有价格，且至少可达一处。",
        "对 market_tiers 的每个市场和物料，按 market_access 汇集可达地点，逐一在 prices 中查找：该市场该地点的、该市场的、该地点的或通用的价格。",
        "没有价格的交易等于白送。",
    ),
)
def tiers_have_price_and_reach(relations: Relations) -> Iterator[Problem]:
    """What a market trades has a price wherever the market reaches, and it reaches some site.

    What it does: for every market and commodity of market_tiers, collects the sites by market_access and looks for a row
    of prices for each: of this market and site, of the market, of the site, or of all.

    Why: a trade without a price would be free.
    """
    sites: dict[tuple[str, str], list[str]] = {}
    for market, site, commodity in relations.access:
        sites.setdefault((market, commodity), []).append(site)
    for (market, commodity), rows in relations.tiers.items():
        reached = sites.get((market, commodity), [])
        unpriced = sorted(site for site in reached if not relations.price(commodity, market, site))
        if not reached:
            yield OUT_OF_REACH.at(place_of(rows[0]), market=market, commodity=commodity)
        if unpriced:
            yield NO_PRICE.at(place_of(rows[0]), market=market, commodity=commodity, sites=", ".join(unpriced))


@data_check(
    CANNOT_DEMAND,
    in_chinese=(
        "需求属于能够购买的市场。",
        "demands 每一行的市场须为需求方，有该物料的档次，并可达该地点。",
        "满足需求即是销售；没有档次和可达关系就没有销售，需求也就无法满足。",
    ),
)
def demands_name_a_buyer(relations: Relations) -> Iterator[Problem]:
    """A demand belongs to a market that can buy.

    What it does: the market of each row of demands is on the demand side, has a tier for the commodity and reaches the site.

    Why: what is served is a sale; without a tier and access there is no sale, and the demand cannot be met.
    """
    for row in relations.rows("demands"):
        key = (row["market"], row["site"], row["commodity"])
        if relations.side[row["market"]] != "demand" or key not in relations.access:
            yield CANNOT_DEMAND.at(place_of(row), market=row["market"], commodity=row["commodity"], site=row["site"])


@data_check(
    WRONG_MONEY,
    in_chinese=(
        "按标签给出的运费和费用适用于所选的每种物料。",
        "market_access 或 disposals 中按标签或 `*` 选取物料的行，在物料确定之前保留自己的单位；这里对所选物料逐一试算。零适用于一切。",
        "对市场交易的一切都收 20 CNY/t，电力就没法计费。",
    ),
)
def freight_and_fees_fit(relations: Relations) -> Iterator[Problem]:
    """Freight and fees given by tag fit every commodity that they select.

    What it does: a row of market_access or disposals that selects by tag or `*` keeps its own unit until a commodity is
    known; here each selected commodity is tried. Zero fits everything.

    Why: 20 CNY/t for all that a market trades cannot be charged on electricity.
    """
    for table, what, rows in (("market_access", ("freight", "运费"), relations.access), ("disposals", ("fee", "处置费"), relations.disposals)):
        told: set[tuple[int, str]] = set()
        for (_, _, commodity), row in rows.items():
            if relations.money(row, commodity) is None and (id(row), commodity) not in told:
                told.add((id(row), commodity))
                yield WRONG_MONEY.at(
                    place_of(row),
                    unit=plain_unit(row["unit"]),
                    what=f"{what[0]} ({table})",
                    what_zh=what[1],
                    commodity=commodity,
                    other=relations.unit[commodity],
                    word=row["commodity"],
                )


@dataclass(frozen=True)
class _Deal:
    """Bought here, sold there: cost and revenue per unit bought, in the year where it earns most."""

    supplier: str
    origin: str
    buyer: str
    destination: str
    tier: Row
    cost: float
    revenue: float

    @property
    def gain(self) -> float:
        """What one unit earns."""
        return self.revenue - self.cost


_Numbers = npt.NDArray[np.float64]


@dataclass
class _Trade:
    """The markets, sites and ways of a pack as arrays; what is limited by volume or capacity is left out if `unlimited`."""

    relations: Relations
    unlimited: bool

    def __post_init__(self) -> None:
        self.sites = [row["site"] for row in self.relations.rows("sites")]
        self.years = sorted({int(row["year"]) for row in self.relations.rows("prices")})
        index = {site: n for n, site in enumerate(self.sites)}
        self.links = [link for link in self.relations.connections if not (self.unlimited and link.is_limited)]
        staying = list(range(len(self.sites)))
        self.origin = np.array(staying + [index[link.origin] for link in self.links], dtype=int)
        self.destination = np.array(staying + [index[link.destination] for link in self.links], dtype=int)
        self.freight = np.array([0.0] * len(staying) + [self._measure(link, "freight", self.relations.pack.units.currency) for link in self.links])
        self.share = np.array([1.0] * len(staying) + [1 - self._measure(link, "loss", "1") for link in self.links])
        sides = {name: {c for m, c in self.relations.tiers if self.relations.side[m] == name} for name in ("supply", "demand")}
        two_sided = sides["supply"] & sides["demand"]
        self.commodities = sorted(two_sided)
        self.access: dict[tuple[str, str], dict[str, list[tuple[int, Row]]]] = defaultdict(lambda: defaultdict(list))
        for (market, site, commodity), row in self.relations.access.items():
            if commodity in two_sided:
                self.access[self.relations.side[market], commodity][market].append((index[site], row))

    def _measure(self, link: Connection, name: str, base: str) -> float:
        """Freight or loss of one unit loaded: of the link itself, else of its mode, fixed and by distance."""

        def number(kind: str, item: str, factor: str, unit: str) -> float | None:
            row = self.relations.factor.get((kind, item, factor))
            return None if row is None else row["value"] * (self.relations.pack.units.factor(row["unit"], unit) or 0.0)

        own = number("link", link.name.removesuffix("_back"), name, base)
        fixed, distance = number("mode", link.mode, name, base), number("mode", link.mode, f"{name}{BY_DISTANCE}", f"{base}/km")
        return own if own is not None else (fixed or 0.0) + (distance or 0.0) * link.distance

    def _offers(self, side: str, commodity: str) -> tuple[_Numbers, npt.NDArray[np.int_], list[Row]]:
        """The best price by site and year, freight included (NaN: none), the number of the tier that gives it, and the tiers."""
        sign, tiers = (1 if side == "supply" else -1), list[Row]()
        best, which = np.full((len(self.sites), len(self.years)), np.nan), np.zeros((len(self.sites), len(self.years)), dtype=int)
        for market, reached in self.access[side, commodity].items():
            tiers_open = [row for row in self.relations.tiers[market, commodity] if row["volume"] is None or (not self.unlimited and row["volume"] > 0)]
            if tiers_open:
                tier = min(tiers_open, key=lambda row: sign * row["value"])
                offered = self._offered(market, commodity, reached, sign, tier["value"])
                better = np.isnan(best) | (sign * offered < sign * best)
                best, which = np.where(better, offered, best), np.where(better, len(tiers), which)
                tiers.append(tier)
        return best, which, tiers

    def _offered(self, market: str, commodity: str, reached: list[tuple[int, Row]], sign: int, share: float) -> _Numbers:
        """What a market pays or asks by site and year, at a share of its price, freight included; NaN where it does not trade."""
        sites, prices, freights = list[int](), list[list[float]](), list[float]()
        for site, access in reached:
            by_year, freight = self.relations.price(commodity, market, self.sites[site]), self.relations.money(access, commodity)
            if by_year and freight is not None:
                sites.append(site)
                prices.append([by_year.get(year, np.nan) for year in self.years])
                freights.append(freight)
        offered = np.full((len(self.sites), len(self.years)), np.nan)
        if sites:
            offered[sites] = np.array(prices) * share + sign * np.array(freights)[:, None]
        return offered

    def _ways(self, commodity: str) -> tuple[_Numbers, _Numbers]:
        """Freight of one unit sent and share that arrives, by way; NaN where the way does not carry it."""
        factor = {mode: self.relations.pack.units.factor(self.relations.unit[commodity], unit) for mode, unit in self.relations.mode_unit.items()}
        load = [factor[link.mode] if commodity in self.relations.carried[link.mode] else None for link in self.links]
        loads = np.array([1.0] * len(self.sites) + [np.nan if value is None else value for value in load])
        return self.freight * loads, np.where(np.isnan(loads), np.nan, self.share)

    def deals(self, commodity: str) -> Iterator[_Deal]:
        """Those that do not lose, if unlimited, or that earn something; the best year of every way."""
        buy, supplier, suppliers = self._offers("supply", commodity)
        sell, buyer, buyers = self._offers("demand", commodity)
        if not suppliers or not buyers:
            return
        freight, share = self._ways(commodity)
        cost, revenue = buy[self.origin] + freight[:, None], sell[self.destination] * share[:, None]
        rounding = 1e-9 * np.maximum(np.abs(cost), np.abs(revenue))
        pays = revenue - cost >= -rounding if self.unlimited else revenue - cost > rounding
        gain = np.where(pays, revenue - cost, -np.inf)
        for way in np.flatnonzero(pays.any(axis=1)):
            year = int(gain[way].argmax())
            origin, destination = int(self.origin[way]), int(self.destination[way])
            tier = buyers[buyer[destination, year]]
            yield _Deal(
                suppliers[supplier[origin, year]]["market"],
                self.sites[origin],
                tier["market"],
                self.sites[destination],
                tier,
                float(cost[way, year]),
                float(revenue[way, year]),
            )


def _loops(relations: Relations, *, unlimited: bool) -> dict[tuple[str, str, str], list[_Deal]]:
    """Deals by commodity, supplier and buyer."""
    trade = _Trade(relations, unlimited)
    found: dict[tuple[str, str, str], list[_Deal]] = {}
    for commodity in trade.commodities:
        for deal in trade.deals(commodity):
            found.setdefault((commodity, deal.supplier, deal.buyer), []).append(deal)
    return found


@data_check(
    FREE_TRADE,
    BOUNDED_TRADE,
    in_chinese=(
        "同一物料一买一卖不应无止境地获利。",
        "对一个市场卖出而另一市场买入的每种物料，在两者都有价格的各年，比较同一地点以及沿每条线路（计运费和损耗）各地点之间的含运费价格。两边都没有数"
        "量限制时，不亏的买卖即为错误，因为没有东西限制它；在档次数量或线路运力之内，获利的买卖为警告。",
        "方案会把这种循环做到底，其增加值就只是买卖的差价。",
    ),
)
def trade_alone_does_not_pay(relations: Relations) -> Iterator[Problem]:
    """Buying and selling the same thing does not earn without end.

    What it does: compares, for every commodity that one market sells and another buys, the price with freight at one
    site, and from site to site over every link with its freight and loss, in each year for which both have a price.
    Without a volume on either side, a trade that does not lose is an error, since nothing bounds it; within the volume of
    a tier or the capacity of a link, a trade that earns is a warning.

    Why: a plan takes any such loop to the end, and its value added is the trade's.
    """
    endless = _loops(relations, unlimited=True)
    for unlimited, found, told in ((True, endless, FREE_TRADE), (False, _loops(relations, unlimited=False), BOUNDED_TRADE)):
        for key, deals in found.items():
            if not unlimited and key in endless:
                continue
            best = max(deals, key=lambda deal: deal.gain)
            yield told.at(
                place_of(best.tier),
                commodity=key[0],
                supplier=key[1],
                origin=best.origin,
                buyer=key[2],
                destination=best.destination,
                gain=best.gain,
                money=relations.pack.units.currency,
                unit=relations.unit[key[0]],
                cost=best.cost,
                revenue=best.revenue,
                count=len(deals),
            )
