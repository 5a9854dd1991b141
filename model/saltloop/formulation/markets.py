"""Physical constraints, family 7: what outside buyers and suppliers take and give, and what must be disposed of where."""

from __future__ import annotations

from typing import Any

from saltloop.formulation.equation import equation


@equation(over=("market", "commodity", "tier", "period"), unit="{commodity}", title=("Sales tier", "销售分档"))
def sales_tier(m: Any, n: Any, c: Any, k: Any, y: Any) -> Any:
    r"""A buyer takes no more at the price of a tier than the tier holds, over all sites.

    .. math:: \sum_{p} \sum_{t} sell_{pcnkyt} \le volume_{ncky}

    Dual: what one more unit of demand at this price is worth.
    """
    return sum(m.sell[p, c, n, k, y, t] for p, t in m.trades_of[n, c, k]) <= m.volume[n, c, k, y]


@equation(over=("market", "commodity", "tier", "period"), unit="{commodity}", title=("Purchase tier", "采购分档"))
def purchase_tier(m: Any, n: Any, c: Any, k: Any, y: Any) -> Any:
    r"""A supplier gives no more at the price of a tier than the tier holds, over all sites.

    .. math:: \sum_{p} \sum_{t} buy_{pcnkyt} \le volume_{ncky}

    Dual: what one more unit of supply at this price is worth.
    """
    return sum(m.buy[p, c, n, k, y, t] for p, t in m.trades_of[n, c, k]) <= m.volume[n, c, k, y]


@equation(over=("site", "market", "commodity", "period", "slice"), unit="{commodity}", title=("Demand served", "需求满足"))
def demand_served(m: Any, p: Any, n: Any, c: Any, y: Any, t: Any) -> Any:
    r"""A demand is met, or, where the pack names a price for it, stays unmet.

    .. math:: \sum_{k} sell_{pcnkyt} + unmet_{pncyt} \ge hours\_share_{t}\, demand_{pncy}

    Dual: what serving one more unit costs.
    """
    return sum(m.sell[p, c, n, k, y, t] for k in m.tiers_serving[p, n, c]) + m.unmet[p, n, c, y, t] >= m.hours_share[t] * m.demand[p, n, c, y]


@equation(over=("site", "commodity", "route", "period"), unit="{commodity}", title=("Disposal limit", "处置限量"))
def disposal_limit(m: Any, p: Any, c: Any, r: Any, y: Any) -> Any:
    r"""A route takes no more of a commodity at a site than it may.

    .. math:: \sum_{t} dispose_{pcryt} \le disposal\_capacity_{pcr}

    Dual: what room for one more unit is worth.
    """
    return sum(m.dispose[p, c, r, y, t] for t in m.steps_of[c]) <= m.disposal_capacity[p, c, r]
