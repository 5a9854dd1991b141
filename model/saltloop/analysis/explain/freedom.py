"""Whether a plan is the only best one, and which flows could be otherwise at the same objective."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import sparse

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
    keys, sums = _groups(program)
    chosen = _moved(program, face, sums, seed)[:shown]
    units, values = program.program.columns["unit"], sums @ program.values
    rows = []
    for n, found in zip(chosen, extremes(face, (sums[[n], :].toarray()[0] for n in chosen)), strict=True):
        value, first = float(values[n]), sums.indices[sums.indptr[n]]
        rows.append((*keys[n], value, min(found.least, value), max(found.most, value), units.iloc[first]))
    return pd.DataFrame(rows, columns=COLUMNS)


def _groups(program: Written) -> tuple[list[tuple[str, str, str]], sparse.csr_array]:
    """Each flow of a site, and which columns it is the sum of: one line for each flow."""
    found: dict[tuple[str, str, str], int] = {}
    lines, columns = [], []
    for n, (family, key) in enumerate(zip(program.program.columns["family"], program.program.columns["key"], strict=True)):
        if family in _FLOWS:
            site, item = _FLOWS[family]
            lines.append(found.setdefault((family, "" if site is None else key[site], key[item]), len(found)))
            columns.append(n)
    return list(found), sparse.csr_array((np.ones(len(lines)), (lines, columns)), shape=(len(found), len(program.values)))


def _moved(program: Written, face: Arrays, sums: sparse.csr_array, seed: int) -> list[int]:
    """Flows that differ between optimal plans found in random directions, that which moves most against its value first."""
    plans = sums @ np.array([program.values, *_random_plans(program, face, seed)]).T
    span = plans.max(axis=1) - plans.min(axis=1)
    relative = np.where(span > _DIFFERENT * (1 + np.abs(plans).max(axis=1)), span / (1 + np.abs(plans[:, 0])), 0.0)
    ordered: list[int] = np.argsort(-relative, kind="stable")[: np.count_nonzero(relative)].tolist()
    return ordered


def _random_plans(program: Written, face: Arrays, seed: int) -> Iterator[np.ndarray]:
    random = np.random.default_rng(seed)
    size = 1 + np.abs(program.values)
    flows = program.program.columns["family"].isin(_FLOWS).to_numpy()
    directions = [np.where(flows, random.normal(size=len(size)) / size, 0.0) for _ in range(_TRIES)]
    for found in extremes(face, directions):
        yield from found.plans
