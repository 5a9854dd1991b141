"""Every parameter of the equations by name and key, and every unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from saltloop.formulation.calendar import HOURS, YEAR
from saltloop.formulation.case import Case, over_slices
from saltloop.formulation.indices import Indices
from saltloop.formulation.terms import Terms

Values = dict[str, dict[Any, Any]]


_COUNTED = ["activity", "capacity", "new_capacity", "draw", "buy", "sell", "ship", "dispose", "unmet", "account", "charged", "allowance_buy", "allowance_sell"]


def numbers_of(case: Case, terms: Terms, found: Indices) -> Values:
    """Every parameter of the equations: numbers by key, arrays over the slices under EACH."""
    hours = case.hours
    share = {t: value / HOURS for t, value in hours.items()}
    store_rows = {s: case.pack.tables["stores"] for _, s in case.stores}

    def store_factor(name: str, default: float) -> dict[str, float]:
        return {s: value if (value := case.factor("store", s, name)) is not None else default for s in store_rows}

    repeats = over_slices(case.slices, [piece.repeats for piece in case.slices]) | {YEAR: 1.0}
    loss = store_factor("loss", 0.0)
    numbers = {(i.name, name, y): schedule.at(y) for i in case.choices.rules for name, schedule in i.numbers.items() for y in i.periods}
    data: Values = {
        "coefficient": case.coefficient,
        "use": case.use,
        "availability": case.availability,
        "min_load": case.min_load,
        "hours_share": share,
        "share": {
            (j, t): 1.0 if t == YEAR or case.process_slices[str(j)] != (YEAR,) else share[str(t)]
            for (_, _, t), users in found.members["processes_touching"].items()
            for j, _ in users
        },
        "existing": dict.fromkeys(found.rows["capacity_stock"], 0.0) | case.existing,
        "may_build": case.may_build,
        "standing_until": case.standing_until,
        "basin_units": case.draws,
        "limit": case.draw_limit,
        "stock": case.draw_stock,
        "years": dict(case.choices.periods),
        "evaporation": case.evaporation,
        "net_evaporation": case.net_evaporation,
        "pond_area": case.pond_area,
        "land": case.land,
        "heap_land": case.route_land,
        "land_available": case.land_available,
        "link_units": case.link_units,
        "delivered": case.delivered,
        "link_capacity": {name: link.capacity for name, link in case.links.items() if link.capacity is not None},
        "keep": {(s, t): (1 - loss[str(s)]) ** (hours[str(t)] / repeats[str(t)]) for s, t in found.members["previous"]},
        "efficiency_in": store_factor("efficiency_in", 1.0),
        "once": {t: 1 / value for t, value in repeats.items()},
        "inverse_efficiency_out": {s: 1 / value for s, value in store_factor("efficiency_out", 1.0).items()},
        "rate": {s: value for s, value in store_factor("rate", -1.0).items() if value >= 0},
        "hours": hours,
        "volume": case.volume,
        "demand": {key: amount for key, (amount, _) in case.demand.items()},
        "disposal_capacity": {key: limit for key, (_, limit) in case.disposals.items() if limit is not None},
        "rule_number": numbers,
        "paid": {(i, int(name.removeprefix("paid_")), y): v for (i, name, y), v in numbers.items() if name.startswith("paid_")},
        "width": {
            (i, int(name.removeprefix("width_"))): v for i, name, v in ((i, name, v) for (i, name, _), v in numbers.items()) if name.startswith("width_")
        },
    }
    for flow in _COUNTED:
        data[f"per_{flow}"] = terms.of(flow)
    missing = {(a, i, y) for flow in ("allowance_buy", "allowance_sell") for a, i, y in terms.of(flow)}
    for flow in ("allowance_buy", "allowance_sell"):
        data[f"per_{flow}"] = {key: terms.of(flow).get(key, 0.0) for key in missing}
    return data


def units_of(case: Case) -> dict[str, dict[str, str]]:
    """Unit by name for every kind of index that a unit text may name."""
    tables = case.pack.tables
    modes = dict(zip(tables["modes"]["mode"], tables["modes"]["unit"], strict=True))
    return {
        "commodity": case.commodity_unit,
        "process": case.process_unit,
        "equipment": case.equipment_unit,
        "basin": dict(zip(tables["basins"]["basin"], tables["basins"]["unit"], strict=True)),
        "account": dict(zip(tables["accounts"]["account"], tables["accounts"]["unit"], strict=True)),
        "link": {name: modes[link.mode] for name, link in case.links.items()},
        "store": {s: case.commodity_unit[c] for (_, s), c in case.stores.items()},
        "rule": {i.name: i.unit for i in case.choices.rules},
    }


def unit_reader(template: str, over: tuple[str, ...], units: dict[str, dict[str, str]]) -> tuple[Callable[[str], str], int]:
    """How a unit is read from a name, and the position of the index whose name it depends on: the template names at most one of the indices."""
    named = next((name for name in over if f"{{{name}}}" in template), None)
    if named is None:
        return (lambda _: template), 0
    texts = units[named]
    if template != f"{{{named}}}":
        texts = {name: template.replace(f"{{{named}}}", unit) for name, unit in texts.items()}
    return texts.__getitem__, over.index(named)
