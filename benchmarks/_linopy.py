"""The reference programme in linopy: variables and parameters as labelled arrays, a row per family."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from benchmarks._programme import CARRIERS, COMMODITIES, FREE, GRID, HOURLY, PROCESSES, STORE, UPPER, Programme
from saltloop.formulation.calendar import EACH

DIMENSIONS = {
    "capacity": "pj", "activity": "pj", "buy": "pc", "sell": "pc", "dispose": "pc", "ship": "cpq", "store": "pk", "base_load": "pk", "cost": "p",
    "running": "pht", "charge": "pkt", "release": "pkt", "level": "pkt", "spill": "pkt", "grid": "pt",
}  # fmt: skip


def model(data: Programme) -> Any:
    """The programme as a linopy model."""
    import linopy

    warnings.simplefilter("ignore", linopy.LinopySemanticsWarning if hasattr(linopy, "LinopySemanticsWarning") else FutureWarning)

    parks = len(data.variables["cost"])
    sizes = {"p": parks, "q": parks, "j": PROCESSES, "h": HOURLY, "c": COMMODITIES, "k": CARRIERS, "t": len(data.steps)}
    axes = {letter: pd.RangeIndex(size, name=letter) for letter, size in sizes.items()}

    def number(name: str, letters: str, missing: float = 0.0) -> xr.DataArray:
        array = np.full([sizes[x] for x in letters], missing)
        for key, value in data.numbers[name].items():
            array[tuple(slice(None) if part == EACH else part for part in (key if isinstance(key, tuple) else (key,)))] = value
        return xr.DataArray(array, coords=[axes[x] for x in letters], dims=list(letters))

    m, v = linopy.Model(), {}
    for name, letters in DIMENSIONS.items():
        coords = [axes[x] for x in letters]
        upper = number(UPPER[name], letters) if name in UPPER else {"grid": GRID, "store": STORE}.get(name, np.inf)
        keys, mask = data.variables[name], None
        if "c" in letters:
            mask = xr.DataArray(np.zeros([sizes[x] for x in letters], dtype=bool), coords=coords, dims=list(letters))
            mask.values[tuple(np.array(keys).T)] = True
        v[name] = m.add_variables(lower=-np.inf if name == FREE else 0, upper=upper, coords=coords, name=name, mask=mask)
    _yearly(m, v, number)
    _sliced(m, v, number)
    m.add_objective(v["cost"].sum())
    return m


def _yearly(m: Any, v: dict[str, Any], number: Any) -> None:
    coefficient = number("coefficient", "jc")
    goods = coefficient.sel(c=slice(CARRIERS, None))
    into = (number("arrives", "c") * v["ship"]).sum("p").rename({"q": "p"})
    out = v["ship"].sum("q")
    left = (goods * v["activity"]).sum("j") + (v["buy"] - v["sell"] - v["dispose"] + into - out).sel(c=slice(CARRIERS, None))
    m.add_constraints(left == 0, name="balance")
    m.add_constraints(v["base_load"] - (number("uses_per_hour", "jk") * v["activity"]).sum("j") == 0, name="load_of")
    slow = slice(HOURLY, None)
    m.add_constraints((v["activity"] - number("use", "j") * v["capacity"]).sel(j=slow) <= 0, name="capacity_of")
    m.add_constraints((number("water", "j") * v["activity"]).sum("j") <= number("water_limit", "p"), name="water_of")
    sells = sorted(data_key for data_key in number("market", "c", np.nan).dropna("c").c.values.tolist())
    m.add_constraints(v["sell"].sum("p").sel(c=sells) <= number("market", "c").sel(c=sells), name="market_of")
    money = (number("running_cost", "j") * v["activity"] + number("capital_cost", "j") * v["capacity"]).sum("j")
    money = money + (number("buying", "c") * v["buy"] - number("selling", "c") * v["sell"] + number("disposing", "c") * v["dispose"]).sum("c")
    money = money + (number("freight", "cpq") * v["ship"]).sum(["c", "q"]) + (number("store_cost", "k") * v["store"]).sum("k")
    m.add_constraints(v["cost"] - money - (number("grid_price", "t") * v["grid"]).sum("t") == 0, name="cost_of")


def _sliced(m: Any, v: dict[str, Any], number: Any) -> None:
    hourly = {"j": slice(0, HOURLY - 1)}
    activity, capacity = (v[name].loc[hourly].rename({"j": "h"}) for name in ("activity", "capacity"))
    m.add_constraints(activity - (number("hours", "t") * v["running"]).sum("t") == 0, name="total")
    coefficient = number("coefficient", "jc").sel(c=slice(0, CARRIERS - 1), **hourly).rename({"j": "h", "c": "k"})
    gridded = xr.DataArray([1.0, 0.0, 0.0], dims=["k"], coords=[pd.RangeIndex(CARRIERS, name="k")])
    left = (coefficient * v["running"]).sum("h") + v["release"] + gridded * v["grid"] - v["base_load"] - v["charge"] - v["spill"]
    m.add_constraints(left == number("demand", "pkt"), name="carrier")
    m.add_constraints(v["running"] - number("availability", "pht") * capacity <= 0, name="capacity_in")
    before = v["level"].roll(t=1)
    change = number("charging", "k") * v["charge"] - number("releasing", "k") * v["release"]
    m.add_constraints(v["level"] - number("keep", "k") * before - change == 0, name="level_of")
    m.add_constraints(v["level"] - v["store"] <= 0, name="size_of")
    m.add_constraints(v["charge"] + v["release"] - number("rate", "k") * v["store"] <= 0, name="rate_of")
