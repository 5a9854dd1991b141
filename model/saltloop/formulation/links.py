"""Physical constraints, family 5: what a connection can carry."""

from __future__ import annotations

from typing import Any

from saltloop.formulation.equation import equation


@equation(over=("link", "period", "slice"), unit="{link}", title=("Link limit", "运力约束"))
def link_limit(m: Any, l: Any, y: Any, t: Any) -> Any:
    r"""All that travels a link stays within its capacity.

    .. math:: \sum_{c} \sum_{s \in t} link\_units_{lc}\, ship_{lcys} \le hours\_share_{t}\, link\_capacity_{l}

    Dual: what room for one more unit is worth.
    """
    return sum(m.link_units[l, c] * m.ship[l, c, y, s] for c, s in m.loads_of[l, t]) <= m.hours_share[t] * m.link_capacity[l]
