"""Accounts and rules of many solved cases of one structure: which columns they add up is found once, a case is a few products of arrays.

The numbers are those of the tables `accounts` and `rules` of a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import sparse

from saltloop.formulation.case import Case
from saltloop.formulation.program import RULE, Program, name_of
from saltloop.formulation.rules.charge import Charge
from saltloop.formulation.rules.rule import sites_of
from saltloop.results.solved import per

ALL_SITES = ""
ACCOUNT_COLUMNS = ("case", "period", "area", "account", "value", "background", "total", "unit")
RULE_COLUMNS = ("case", "period", "rule", "kind", "area", "left", "bound", "slack", "binding", "dual", "dual_unit", "unit")
_BINDS = 1e-6


@dataclass(frozen=True)
class Plan:
    """A plan as arrays, in the order of rows and columns of the programme that the reader was made from.

    Args:
        values: of every column.
        duals: of every row.
        activity: of every row: matrix times values.
        lower: bound of every row.
        upper: likewise.
    """

    values: np.ndarray
    duals: np.ndarray
    activity: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


class CaseReader:
    """Reads accounts and rules out of plans of one structure.

    Args:
        case: names, areas and background.
        program: order of its rows and columns.
        detail: areas: accounts by area; sites: by site too.
    """

    def __init__(self, case: Case, program: Program, detail: str = "areas") -> None:
        self.accounts, self._sums = _account_sums(case, program, detail)
        self.rules, self._rows, self._lefts = _rule_rows(case, program)
        self._ratio, self._outside, self._shift = (self.rules[name].to_numpy() for name in ("ratio", "outside", "shift"))
        self.columns = [name_of(family, key) for family, key in zip(program.columns["family"], program.columns["key"], strict=True)]

    def account_values(self, plan: Plan) -> np.ndarray:
        """Value of each row of `accounts`, background left out."""
        found: np.ndarray = self._sums @ plan.values + 0.0
        return found

    def rule_values(self, plan: Plan) -> dict[str, np.ndarray]:
        """left, bound, slack, dual and binding of each row of `rules`; nan where a charge has none."""
        rows, is_ratio = self._rows, self._ratio
        bounds = rows >= 0
        at = np.where(bounds, rows, 0)
        upper = np.isfinite(plan.upper[at]) & ~((plan.lower[at] == plan.upper[at]) & (plan.duals[at] < 0))
        side = np.where(upper, plan.upper[at], plan.lower[at])
        distance = side - plan.activity[at]
        summed = self._lefts @ plan.values + self._outside
        bound = np.where(is_ratio, summed + distance, side + self._shift)
        slack = np.where(upper, distance, -distance)
        return {
            "left": np.where(is_ratio | ~bounds, summed, bound - distance),
            "bound": np.where(bounds, bound, np.nan),
            "slack": np.where(bounds, slack, np.nan),
            "dual": np.where(bounds, plan.duals[at], np.nan),
            "binding": bounds & (np.abs(slack) <= _BINDS * (1 + np.abs(side))),
        }


def _account_sums(case: Case, program: Program, detail: str) -> tuple[pd.DataFrame, sparse.csr_array]:
    """The rows of the table of accounts, and the columns that each adds up."""
    position = program.position("account")
    pack, names = case.pack, list(dict.fromkeys(a for a, _, _ in position.index))
    unit = dict(zip(pack.tables["accounts"]["account"], pack.tables["accounts"]["unit"], strict=True))
    outside = {(r["account"], r["area"], int(r["year"])): r["value"] for r in pack.rows("background")}
    areas = {a: tuple(s for s in sites_of(pack, [a]) if s in case.sites) for a in pack.tables["areas"]["area"]}
    groups: list[tuple[str, tuple[str, ...], bool]] = [(ALL_SITES, case.sites, False), *((a, sites, True) for a, sites in areas.items() if sites)]
    groups += [(s, (s,), False) for s in case.sites] if detail == "sites" else []
    at = dict(zip(position.index, position.to_numpy(), strict=True))
    found: list[tuple[Any, ...]] = []
    entries: list[tuple[int, int]] = []
    for area, sites, declared in groups:
        for y in case.years:
            for a in names:
                entries += [(len(found), at[a, p, y]) for p in sites]
                found.append((y, area, a, outside.get((a, area, int(y)), 0.0) if declared else 0.0, unit[a]))
    frame = pd.DataFrame(found, columns=["period", "area", "account", "background", "unit"])
    return frame, _ones(entries, len(found), len(program.columns))


def _ones(entries: list[tuple[int, int]], rows: int, columns: int) -> sparse.csr_array:
    row, column = zip(*entries, strict=True) if entries else ((), ())
    return sparse.csr_array((np.ones(len(entries)), (np.array(row, dtype=np.int64), np.array(column, dtype=np.int64))), shape=(rows, columns))


def _rule_rows(case: Case, program: Program) -> tuple[pd.DataFrame, np.ndarray, sparse.csr_array]:
    """The rows of the table of rules, their row in the programme (-1: a charge), and the accounts on the left of ratios and charges."""
    place = program.position(RULE, rows=True)
    at = {(str(key[0]), int(key[1])): int(n) for key, n in zip(place.index.tolist(), place.to_numpy(), strict=True)}
    accounts = dict(program.position("account").items())
    background = {(r["account"], r["area"], int(r["year"])): r["value"] for r in case.pack.rows("background")}
    by_name = {rule.name: rule for rule in case.choices.rules}
    bounding = [(by_name[i], y, n) for (i, y), n in sorted(at.items(), key=lambda pair: pair[1])]
    charging = [(rule, y, -1) for rule in case.choices.rules if isinstance(rule, Charge) for y in rule.periods]
    found: list[tuple[Any, ...]] = []
    rows: list[int] = []
    entries: list[tuple[int, int]] = []
    for rule, y, n in [*bounding, *charging]:
        account = getattr(rule, "account", None)
        ratio = n >= 0 and "ratio" in rule.numbers and account is not None
        if account is not None and (ratio or n < 0):
            entries += [(len(found), int(accounts[account, p, y])) for p in rule.sites]
        outside = background.get((account, rule.area, y), 0.0) if ratio and getattr(rule, "background", True) else 0.0
        shift = 0.0 if n < 0 or ratio or "background" not in rule.numbers else rule.numbers["background"].at(y) or 0.0
        found.append((y, rule.name, rule.kind, rule.area or ALL_SITES, per(program.objective_unit, rule.unit), rule.unit, ratio, outside, shift))
        rows.append(n)
    frame = pd.DataFrame(found, columns=["period", "rule", "kind", "area", "dual_unit", "unit", "ratio", "outside", "shift"])
    return frame.astype({"ratio": bool, "outside": float, "shift": float}), np.array(rows, dtype=np.int64), _ones(entries, len(found), len(program.columns))


def account_table(reader: CaseReader, cases: list[str], values: list[np.ndarray]) -> pa.Table:
    """Accounts of several cases of one structure, in the columns of ACCOUNT_COLUMNS."""
    frame, count = reader.accounts, len(cases)
    value = np.concatenate(values) if values else np.zeros(0)
    background = np.tile(frame["background"].to_numpy(dtype=float), count)
    columns = [_repeated(cases, len(frame)), *(_tiled(frame[name], count) for name in ("period", "area", "account"))]
    columns += [pa.array(value), pa.array(background), pa.array(value + background), _tiled(frame["unit"], count)]
    return pa.table(dict(zip(ACCOUNT_COLUMNS, columns, strict=True)))


def rule_table(reader: CaseReader, cases: list[str], values: list[dict[str, np.ndarray]]) -> pa.Table:
    """Rules of several cases of one structure, in the columns of RULE_COLUMNS."""
    frame, count = reader.rules, len(cases)

    def joined(name: str, kind: type = float) -> pa.Array:
        return pa.array(np.concatenate([v[name] for v in values]).astype(kind) if values else np.zeros(0, dtype=kind))

    columns = [_repeated(cases, len(frame)), *(_tiled(frame[name], count) for name in ("period", "rule", "kind", "area"))]
    columns += [joined("left"), joined("bound"), joined("slack"), joined("binding", bool), joined("dual"), _tiled(frame["dual_unit"], count)]
    return pa.table(dict(zip(RULE_COLUMNS, [*columns, _tiled(frame["unit"], count)], strict=True)))


def _tiled(column: pd.Series, count: int) -> pa.Array:
    """A column repeated for each case; texts as a dictionary, which costs next to nothing."""
    if column.dtype != object and not isinstance(column.dtype, pd.StringDtype):
        return pa.array(np.tile(column.to_numpy(dtype=np.int64), count))
    codes, words = pd.factorize(column)
    return pa.DictionaryArray.from_arrays(pa.array(np.tile(codes.astype(np.int32), count)), pa.array([str(word) for word in words], type=pa.string()))


def _repeated(cases: list[str], times: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.repeat(np.arange(len(cases), dtype=np.int32), times)), pa.array(cases, type=pa.string()))
