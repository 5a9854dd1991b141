"""Physical constraints, family 2: what equipment can do, and how much of it there is."""

from __future__ import annotations

from typing import Any

from saltloop.formulation.equation import equation


@equation(over=("site", "equipment", "period", "slice"), unit="({equipment})*a", title=("Capacity limit", "产能约束"))
def capacity_limit(m: Any, p: Any, u: Any, y: Any, t: Any) -> Any:
    r"""Processes on one piece of equipment together stay within what is available of it in the slice.

    .. math:: \sum_{j} use_{ju}\, activity_{pjyt} \le availability_{put}\, hours\_share_{t}\, capacity_{puy}

    Dual: what one more unit of output of the equipment is worth.
    """
    return (
        sum(m.use[j, u] * m.activity[p, j, y, t] for j in m.processes_on[p, u])
        <= m.availability[p, u, t] * m.hours_share[t] * m.capacity[p, u, y]
    )


@equation(over=("site", "equipment", "period", "slice"), unit="({equipment})*a", title=("Minimum load", "最低负荷"))
def minimum_load(m: Any, p: Any, u: Any, y: Any, t: Any) -> Any:
    r"""Equipment that cannot idle runs at least at its minimum load, as long as it stands.

    .. math:: \sum_{j} use_{ju}\, activity_{pjyt} \ge min\_load_{u}\, availability_{put}\, hours\_share_{t}\, capacity_{puy}

    Dual: what one unit less of forced output would be worth.
    """
    return (
        sum(m.use[j, u] * m.activity[p, j, y, t] for j in m.processes_on[p, u])
        >= m.min_load[u] * m.availability[p, u, t] * m.hours_share[t] * m.capacity[p, u, y]
    )


@equation(over=("site", "equipment", "period"), unit="{equipment}", title=("Capacity stock", "产能存量"))
def capacity_stock(m: Any, p: Any, u: Any, y: Any) -> Any:
    r"""What stands is what stood by schedule, plus what was built and is still alive, less what was retired.

    .. math:: capacity_{puy} = existing_{puy} + \sum_{z} \sum_{v \in alive} new\_capacity_{puzv} - \sum_{v \le y \le z} retired\_capacity_{puzv}

    z is the last period of a permission to build, or of a schedule: what is retired is missed no longer than it would have stood.

    Dual: what one more unit of capacity is worth, in the sense of a gift.
    """
    return (
        m.capacity[p, u, y]
        == m.existing[p, u, y]
        + sum(m.new_capacity[p, u, z, v] for z, v in m.vintages_alive[p, u, y])
        - sum(m.retired_capacity[p, u, z, v] for z, v in m.retirements_missed[p, u, y])
    )


@equation(over=("site", "equipment", "until", "period"), unit="{equipment}", title=("Build limit", "可建上限"))
def build_limit(m: Any, p: Any, u: Any, z: Any, y: Any) -> Any:
    r"""Under the permissions that end in the same period no more is built than the pack lists as building, planned or option.

    .. math:: \sum_{v \le y} new\_capacity_{puzv} \le may\_build_{puzy}

    A permission that ends takes nothing away of what was built under it, nor of those that go on.

    Dual: what permission for one more unit is worth.
    """
    return sum(m.new_capacity[p, u, z, v] for v in m.vintages_until[p, u, z, y]) <= m.may_build[p, u, z, y]


@equation(over=("site", "equipment", "until", "period"), unit="{equipment}", title=("Retirement limit", "退役上限"))
def retirement_limit(m: Any, p: Any, u: Any, z: Any, y: Any) -> Any:
    r"""Of what stands until the same period by schedule, no more is retired than there is.

    .. math:: \sum_{v \le y} retired\_capacity_{puzv} \le standing\_until_{puzy}

    Dual: what retiring one more unit would save.
    """
    return sum(m.retired_capacity[p, u, z, v] for v in m.retirements_until[p, u, z, y]) <= m.standing_until[p, u, z, y]
