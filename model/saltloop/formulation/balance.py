"""Physical constraints, family 1: the balance of every commodity."""

from __future__ import annotations

from typing import Any

from saltloop.formulation.equation import equation


@equation(over=("site", "commodity", "period", "slice"), unit="{commodity}", title=("Commodity balance", "物料平衡"))
def balance(m: Any, p: Any, c: Any, y: Any, t: Any) -> Any:
    r"""What is made, drawn, bought or brought in is sold, sent out, stored or disposed of.

    .. math::

        \sum_{j,s} coefficient_{jc}\, share_{jt}\, activity_{pjys} + \sum_{b} draw_{pbcyt} + \sum_{nk} buy_{pcnkyt}
        + \sum_{l \in in} delivered_{lc}\, ship_{lcyt} + \sum_{s} store\_out_{psyt}
        = \sum_{nk} sell_{pcnkyt} + \sum_{l \in out} ship_{lcyt} + \sum_{s} store\_in_{psyt} + \sum_{r} dispose_{pcryt}

    share is the part of a process's activity that falls in slice t: 1 where both are counted alike or the commodity is
    balanced by year, the hours of the slice where a yearly process meets a commodity balanced by slice.
    Dual: what one more unit of c at p is worth, objective unit per unit of c.
    """
    return (
        sum(m.coefficient[j, c] * m.share[j, t] * m.activity[p, j, y, s] for j, s in m.processes_touching[p, c, t])
        + sum(m.draw[p, b, c, y, t] for b in m.basins_giving[p, c])
        + sum(m.buy[p, c, n, k, y, t] for n, k in m.purchases_of[p, c])
        + sum(m.delivered[l, c] * m.ship[l, c, y, t] for l in m.links_into[p, c])
        + sum(m.store_out[p, s, y, t] for s in m.stores_of[p, c])
        == sum(m.sell[p, c, n, k, y, t] for n, k in m.sales_of[p, c])
        + sum(m.ship[l, c, y, t] for l in m.links_out_of[p, c])
        + sum(m.store_in[p, s, y, t] for s in m.stores_of[p, c])
        + sum(m.dispose[p, c, r, y, t] for r in m.routes_of[p, c])
    )
