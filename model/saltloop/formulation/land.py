"""Physical constraints, family 4: land by class."""

from __future__ import annotations

from typing import Any

from saltloop.formulation.equation import equation


@equation(over=("site", "land_class", "period"), unit="ha", title=("Land limit", "土地约束"))
def land_limit(m: Any, p: Any, g: Any, y: Any) -> Any:
    r"""Equipment, ponds and heaps stand on the land of their class.

    .. math:: \sum_{u} land_{u}\, capacity_{puy} + \sum_{c} \sum_{r} \sum_{t} heap\_land_{cr}\, dispose_{pcryt} \le land\_available_{pg}

    Dual: what one more ha is worth.
    """
    return (
        sum(m.land[u] * m.capacity[p, u, y] for u in m.equipment_on_land[p, g])
        + sum(m.heap_land[c, r] * m.dispose[p, c, r, y, t] for c, r, t in m.heaps_on_land[p, g])
        <= m.land_available[p, g]
    )
