"""Physical constraints, family 6: storage over the slices of the year."""

from __future__ import annotations

from typing import Any

from saltloop.formulation.equation import equation


@equation(over=("site", "store", "period", "slice"), unit="{store}", title=("Storage level", "储存水平"))
def storage_level(m: Any, p: Any, s: Any, y: Any, t: Any) -> Any:
    r"""The level at the end of a slice is what was left of the level before, plus what went in, less what came out.

    .. math::

        store\_level_{psyt} = keep_{st}\, store\_level_{psy,previous(t)}
        + (efficiency\_in_{s}\, store\_in_{psyt} - store\_out_{psyt} / efficiency\_out_{s}) / repeats_{t}

    The slice before is cyclic over the day or the year, as the slices say; flows are yearly sums, so they are divided by
    the times that the slice occurs. Dual: what one unit in store is worth.
    """
    return (
        m.store_level[p, s, y, t]
        == sum(m.keep[s, t] * m.store_level[p, s, y, v] for v in m.previous[s, t])
        + m.efficiency_in[s] * m.once[t] * m.store_in[p, s, y, t]
        - m.inverse_efficiency_out[s] * m.once[t] * m.store_out[p, s, y, t]
    )


@equation(over=("site", "store", "period", "slice"), unit="{store}", title=("Storage size", "储存容量"))
def storage_size(m: Any, p: Any, s: Any, y: Any, t: Any) -> Any:
    r"""The level stays within the equipment of the store.

    .. math:: store\_level_{psyt} \le \sum_{u} capacity_{puy}

    Dual: what one more unit of room is worth.
    """
    return m.store_level[p, s, y, t] <= sum(m.capacity[p, u, y] for u in m.equipment_of_store[s])


@equation(over=("site", "store", "period", "slice"), unit="{store}", title=("Storage rate", "储放速率"))
def storage_rate(m: Any, p: Any, s: Any, y: Any, t: Any) -> Any:
    r"""What goes in and out in a slice stays within the rate of the equipment, where the pack gives one.

    .. math:: store\_in_{psyt} + store\_out_{psyt} \le rate_{s}\, hours_{t} \sum_{u} capacity_{puy}

    Dual: what one more unit of throughput is worth.
    """
    return (
        m.store_in[p, s, y, t] + m.store_out[p, s, y, t]
        <= sum(m.rate[s] * m.hours[t] * m.capacity[p, u, y] for u in m.equipment_of_store[s])
    )
