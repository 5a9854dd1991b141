"""Accounts that are weighed against each other: which, where, and whether they are wished high or low."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from saltloop.analysis.failure import titles
from saltloop.errors import Place, Problems, Words, message
from saltloop.formulation.case import Case
from saltloop.formulation.program import Program, period_weights
from saltloop.formulation.rules.limit import Limit
from saltloop.formulation.rules.rule import OUTSIDE, sites_of, unknown_account, unknown_area
from saltloop.language import Both

OBJECTIVE = "objective"
HIGH, LOW = "maximise", "minimise"
_PREFIX = {"max": HIGH, "min": LOW}
_OBJECTIVE_TITLE = ("Objective", "目标函数")
COUNT = message(
    "R411",
    ("--trade got {count} accounts", "--trade 给出了 {count} 个账户"),
    ("name two, or three for a surface, each once, such as: value_added co2", "请给出两个（曲线）或三个（曲面）不同的账户，如：value_added co2"),
)


@dataclass(frozen=True, eq=False)
class Wish:
    """One account of a trade-off.

    Args:
        name: as written, without its sense.
        sense: maximise or minimise.
        why: what the sense comes from.
        title: English and Chinese.
        unit: of the account.
        weights: of every column: what one unit of it adds to the account. Several periods are weighted as in the objective.
        account: its id; `objective` for that of the scenario.
        sites: whose accounts are summed.
    """

    name: str
    sense: str
    why: Words
    title: Both
    unit: str
    weights: np.ndarray
    account: str
    sites: tuple[str, ...]

    @property
    def sign(self) -> float:
        """1 for an account wished high, -1 for one wished low."""
        return 1.0 if self.sense == HIGH else -1.0


def wishes(case: Case, program: Program, trade: Sequence[str]) -> tuple[Wish, ...]:
    """The accounts of a trade-off.

    Args:
        case: their names and units.
        program: its columns.
        trade: two or three of `account`, `account@place` (a site or an area), `objective`, each with `max:` or `min:` in front or without.

    Raises:
        InputError: R411, or names that are not known.
    """
    problems = Problems()
    if len(set(trade)) != len(trade) or len(trade) not in (2, 3):
        problems.add(COUNT.at(Place(), count=len(trade)))
    found = [_wish(case, program, text, problems) for text in trade]
    problems.stop_if_any()
    return tuple(wish for wish in found if wish is not None)


def _wish(case: Case, program: Program, text: str, problems: Problems) -> Wish | None:
    prefix, _, rest = text.rpartition(":")
    account, _, place = rest.partition("@")
    units = dict(zip(case.pack.tables["accounts"]["account"], case.pack.tables["accounts"]["unit"], strict=True))
    sites = tuple(s for s in sites_of(case.pack, [place]) if s in case.sites) if place else tuple(case.sites)
    if account != OBJECTIVE and account not in units:
        problems.add(unknown_account(Place(), account, "--trade", case.pack.titles("accounts")))
        return None
    if not sites:
        if place in case.pack.titles("areas", "sites"):
            problems.add(OUTSIDE.at(Place(), name=place, key="--trade", areas=", ".join(case.choices.areas)))
        else:
            problems.add(unknown_area(Place(), place, "--trade", case.pack))
        return None
    sense, why = (_PREFIX[prefix], Words("as asked", "按指定")) if prefix in _PREFIX else wished(case, account)
    known = titles(case.pack)
    title = _OBJECTIVE_TITLE if account == OBJECTIVE else known.get(account, (account, account))
    if place:
        area = {r["area"]: (r["title_en"], r["title_zh"]) for r in case.pack.rows("areas")} | known
        title = (f"{title[0]}, {area[place][0]}", f"{area[place][1]}{title[1]}")
    if account == OBJECTIVE:
        return Wish(rest, sense, why, title, program.objective_unit, program.stages[0][1].copy(), account, sites)
    return Wish(rest, sense, why, title, units[account], _weights(case, program, account, sites), account, sites)


def _weights(case: Case, program: Program, account: str, sites: Iterable[str]) -> np.ndarray:
    """What each column adds to the account over some sites and all periods."""
    found, weight, span, chosen = np.zeros(len(program.across)), period_weights(case), program.across.span("account"), set(sites)
    keys = program.across.family("account").keys
    found[span] = [weight[int(y)] if a == account and p in chosen else 0.0 for a, p, y in keys]
    return found


def wished(case: Case, account: str) -> tuple[str, Words]:
    """Whether an account is wished high or low, and why.

    It is what the scenario's objective says; else what a limit of the scenario says; else what the indicators of the pack say
    (more of what stands above the line of one that should rise, less of what stands below); else low.
    """
    for stage in case.choices.objective:
        weight = 1.0 if account == OBJECTIVE else dict(stage.weights).get(account)
        if weight:
            return (stage.sense if weight > 0 else (LOW if stage.sense == HIGH else HIGH)), Words("as in the objective", "与目标函数一致")
    for rule in case.choices.rules:
        if isinstance(rule, Limit) and rule.account == account and rule.sense != "equals":
            return (LOW if rule.sense == "at_most" else HIGH), Words(f"as rule {rule.name} has it", f"与规则 {rule.name} 一致")
    votes = 0
    for row in case.pack.rows("indicators"):
        better = {"higher": 1, "lower": -1}.get(str(row["better"]), 0)
        votes += better * ((row["numerator"] == account) - (row["denominator"] == account))
    if votes:
        return (HIGH if votes > 0 else LOW), Words("as the indicators have it", "与指标体系一致")
    return LOW, Words("taken as low; write max: in front for high", "默认取低；如取高请加 max:")
