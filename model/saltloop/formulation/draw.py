"""Physical constraints, family 3: what nature gives."""

from __future__ import annotations

from typing import Any

from saltloop.formulation.equation import equation


@equation(over=("basin", "period", "slice"), unit="{basin}", title=("Draw limit", "取用限额"))
def draw_limit(m: Any, b: Any, y: Any, t: Any) -> Any:
    r"""All that is drawn from a basin in a year, or in a month that has its own limit, stays within the limit.

    .. math:: \sum_{p} \sum_{c} \sum_{s \in t} basin\_units_{pbc}\, draw_{pbcys} \le limit_{byt}

    Dual: what one more unit of the resource is worth.
    """
    return sum(m.basin_units[p, b, c] * m.draw[p, b, c, y, s] for p, c, s in m.draws_in[b, t]) <= m.limit[b, y, t]


@equation(over=("basin",), unit="{basin}", title=("Stock limit", "储量约束"))
def stock_limit(m: Any, b: Any) -> Any:
    r"""Over all periods a basin gives no more than its stock.

    .. math:: \sum_{y} \sum_{p} \sum_{c} \sum_{s} years_{y}\, basin\_units_{pbc}\, draw_{pbcys} \le stock_{b}

    Dual: what one more unit in the ground is worth.
    """
    return sum(m.years[y] * m.basin_units[p, b, c] * m.draw[p, b, c, y, s] for p, c, y, s in m.draws_ever[b]) <= m.stock[b]


@equation(over=("site", "equipment", "period", "slice"), unit="m3", title=("Pond evaporation", "盐田蒸发"))
def evaporation_limit(m: Any, p: Any, u: Any, y: Any, t: Any) -> Any:
    r"""A pond field evaporates no more water than sun and wind take from its area in the slice.

    .. math:: \sum_{j} evaporation_{j}\, activity_{pjyt} \le net\_evaporation_{pt}\, pond\_area_{u}\, capacity_{puy}

    Dual: what one more m3 of evaporation is worth.
    """
    return (
        sum(m.evaporation[j] * m.activity[p, j, y, t] for j in m.ponds_on[p, u])
        <= m.net_evaporation[p, t] * m.pond_area[u] * m.capacity[p, u, y]
    )
