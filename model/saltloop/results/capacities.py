"""Capacity of a solved case: what stands, what was built, what is used."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from saltloop.results.solved import Solved


def capacity(solved: Solved) -> pd.DataFrame:
    """period, site, process, existing, new, retired, total, used, unit, land_ha, capital_cny.

    `process` names the equipment, which is the process itself unless several share it. `new` and `retired` are sums over the periods so far,
    `new` while it is alive and `retired` while it would stand by schedule, so total = existing + new - retired; `used` is the mean
    capacity in use over the year.
    """
    case, total = solved.case, solved.family("capacity")
    alive: dict[tuple[str, str, int], float] = defaultdict(float)
    gone: dict[tuple[str, str, int], float] = defaultdict(float)
    built = solved.family("new_capacity")
    for p, u, v, value in zip(built["site"], built["equipment"], built["period"], built["value"], strict=True):
        for y in case.years:
            if v <= y < v + case.lifetime.get(u, float("inf")):
                alive[p, u, y] += value
    retired = solved.family("retired_capacity")
    for p, u, z, v, value in zip(*(retired[name] for name in ("site", "equipment", "until", "period", "value")), strict=True):
        for y in (y for y in case.years if v <= y <= z):
            gone[p, u, y] += value
    activity = solved.family("activity")
    use: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for (j, u), value in case.use.items():
        use[j].append((u, value))
    used: dict[tuple[str, str, int], float] = defaultdict(float)
    for p, j, y, value in zip(activity["site"], activity["process"], activity["period"], activity["value"], strict=True):
        for u, rate in use[j]:
            used[p, u, y] += rate * value
    keys = list(zip(total["site"], total["equipment"], total["period"], strict=True))
    cost = [case.factor("equipment", u, "capital_cost") or 0.0 for _, u, _ in keys]
    return pd.DataFrame(
        {
            "period": total["period"],
            "site": total["site"],
            "process": total["equipment"],
            "existing": [case.existing.get(k, 0.0) for k in keys],
            "new": [alive[k] for k in keys],
            "retired": [gone[k] for k in keys],
            "total": total["value"],
            "used": [used[k] for k in keys],
            "unit": total["unit"],
            "land_ha": [case.land.get(u, 0.0) * v for (_, u, _), v in zip(keys, total["value"], strict=True)],
            "capital_cny": [c * alive[k] for c, k in zip(cost, keys, strict=True)],
        }
    )
