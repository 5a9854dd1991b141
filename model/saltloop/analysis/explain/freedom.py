"""Whether a plan is the only best one, and which flows could be otherwise at the same objective."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from saltloop.analysis.explain.arrays import Written
from saltloop.formulation.arrays import Arrays, arrays_of
from saltloop.solve.face import extremes, optimal_face

COLUMNS = ["family", "site", "item", "value", "least", "most", "unit"]
# What an analyst would call another plan; accounts follow from these, and where a tonne passes through is a detail.
_FLOWS = {"activity": (0, 1), "draw": (0, 2), "buy": (0, 1), "sell": (0, 1), "dispose": (0, 1), "ship": (None, 1), "new_capacity": (0, 1)}
_DIFFERENT = 1e-6
_TRIES = 3


def freedom(program: Written, shown: int = 20, seed: int = 1) -> pd.DataFrame:
    """The flows that can vary while the first objective stays what it is.

    Random directions over the optimal plans find what can move: where the optimal plans are more than one point, a random
    direction has different ends with certainty, so an empty table says that the plan is the only one. The flows that moved most
    then get their exact range.

    Args:
        program: arrays of a run.
        shown: so many flows get their range.
        seed: of the random directions.

    Returns:
        family, site, item (process or commodity), value (in the plan), least, most (over all optimal plans) [unit]; sums over
        slices, markets, tiers and routes; largest span against the value first.
    """
    face = optimal_face(arrays_of(program.program), program.values, program.reduced_costs, program.duals)
    groups = _groups(program)
    moved = _moved(program, face, groups, seed)
    chosen = moved.sort_values("span", ascending=False, kind="stable").head(shown)
    weights = (_weights(program, groups[key]) for key in chosen["key"])
    rows = []
    for key, found in zip(chosen["key"], extremes(face, weights), strict=True):
        members = groups[key]
        value = float(program.values[members].sum())
        rows.append((*key, value, min(found.least, value), max(found.most, value), program.program.columns["unit"].iloc[members[0]]))
    return pd.DataFrame(rows, columns=COLUMNS)


def _groups(program: Written) -> dict[tuple[str, str, str], np.ndarray]:
    """Positions of the columns that make up each flow of a site."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for n, (family, key) in enumerate(zip(program.program.columns["family"], program.program.columns["key"], strict=True)):
        if family in _FLOWS:
            site, item = _FLOWS[family]
            found.setdefault((family, "" if site is None else key[site], key[item]), []).append(n)
    return {key: np.array(members) for key, members in found.items()}


def _weights(program: Written, members: np.ndarray) -> np.ndarray:
    weights = np.zeros(len(program.program.columns))
    weights[members] = 1.0
    return weights


def _moved(program: Written, face: Arrays, groups: dict[tuple[str, str, str], np.ndarray], seed: int) -> pd.DataFrame:
    """Flows that differ between optimal plans found in random directions, with their relative span."""
    plans = np.array([program.values, *_random_plans(program, face, seed)])
    rows = []
    for key, members in groups.items():
        sums = plans[:, members].sum(axis=1)
        span = float(sums.max() - sums.min())
        if span > _DIFFERENT * (1 + np.abs(sums).max()):
            rows.append((key, span / (1 + abs(sums[0]))))
    return pd.DataFrame(rows, columns=["key", "span"])


def _random_plans(program: Written, face: Arrays, seed: int) -> Iterator[np.ndarray]:
    random = np.random.default_rng(seed)
    size = 1 + np.abs(program.values)
    flows = program.program.columns["family"].isin(_FLOWS).to_numpy()
    directions = [np.where(flows, random.normal(size=len(size)) / size, 0.0) for _ in range(_TRIES)]
    for found in extremes(face, directions):
        yield from found.plans
