"""An infeasible or unbounded programme, told in the words of the scenario and of the pack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from saltloop.analysis.relaxation import Relaxed, relaxed_alone, relaxed_together
from saltloop.data.pack import Pack
from saltloop.errors import INFEASIBLE, STOPPED, UNBOUNDED, Place, Problem, SolveError, Words, message
from saltloop.formulation.arrays import arrays_of
from saltloop.formulation.case import Case
from saltloop.formulation.indices import VARIABLES
from saltloop.formulation.program import EQUATIONS, RULE, Program
from saltloop.formulation.rules.rule import Rule
from saltloop.formulation.tables import Key
from saltloop.language import Both, beyond, exact_digits, number_both
from saltloop.solve.conflict import Conflict, Ray, conflict, ray
from saltloop.solve.highs import Live

NO_PLAN = message(
    "M340",
    ("there is no feasible plan: these cannot hold together{smallest}", "没有可行方案：下列要求不能同时满足{smallest}"),
    (
        "relax or drop one of them, allow new capacity (capacity.may_build), or correct the number behind it",
        "请放宽或去掉其中一项，允许新建产能（capacity.may_build），或改正有关数值",
    ),
)
NO_LIMIT = message(
    "M341",
    ("the objective has no limit: these can grow together without end", "目标没有上限：下列活动可以一起无限增长"),
    (
        "it is a cycle that makes free money, or a limit of capacity, market or resource is missing; correct a price or give one of them a limit",
        "这是凭空生财的循环，或缺少产能、市场、资源的限额；请改正价格，或为其中一项设限",
    ),
)
# A balance or a definition always holds; it links the conflict together but is never its cause.
ALWAYS = ("balance", "account_definition", "charge_base", "storage_level", "capacity_stock")
_SHOWN = 12
# For the bounds that give way, so that the reason comes soon even where the programme is large.
_SECONDS = 10.0
COUNTED = ("account", "charged", "capacity")
_OF_TWO_MINDS = (
    "the solver said that there is no plan, and found one when it was asked again: see the warning on numbers, or try --algorithm ipm",
    "求解器先称没有可行方案，再次求解却得到了方案：请看数值警告，或改用 --algorithm ipm",
)
UNTITLED = ("period", "slice", "tier", "until")
FLOWS = {
    "activity": ("run", "运行"),
    "new_capacity": ("build", "新建"),
    "retired_capacity": ("retire", "退役"),
    "draw": ("draw", "取用"),
    "buy": ("buy", "购买"),
    "sell": ("sell", "出售"),
    "unmet": ("leave unserved", "缺供"),
    "ship": ("ship", "运输"),
    "store_in": ("store", "存入"),
    "store_out": ("take from store", "取出"),
    "store_level": ("keep in store", "库存"),
    "dispose": ("dispose of", "处置"),
    "allowance_buy": ("buy allowances", "购入配额"),
    "allowance_sell": ("sell allowances", "售出配额"),
}

Titles = dict[str, tuple[str, str]]


def titles(pack: Pack) -> Titles:
    """English and Chinese names of everything in a pack, by id."""
    found: Titles = {}
    for table, key in (
        ("processes", "process"),
        ("commodities", "commodity"),
        ("sites", "site"),
        ("equipment", "equipment"),
        ("basins", "basin"),
        ("markets", "market"),
        ("routes", "route"),
        ("accounts", "account"),
        ("land_classes", "land_class"),
    ):
        for r in pack.rows(table):
            found.setdefault(str(r[key]), (str(r["title_en"]), str(r["title_zh"])))
    return found


def joined_titles(parts: list[object], known: Titles) -> Words:
    """Names of a key in both languages."""
    pairs = [known.get(str(part), (str(part), str(part))) for part in parts]
    return Words(", ".join(en for en, _ in pairs), "、".join(zh for _, zh in pairs))


def row_words(case: Case, family: str, key: Key, known: Titles) -> Words:
    """A row of the programme as one line: a rule with its file and line where they are known, an equation with the things it is about."""
    if family == RULE:
        rule = _rule(case, key)
        en, zh = (f", {rule.place}", f"，{rule.place}") if str(rule.place) else ("", "")
        return Words(f"rule '{rule.name}' ({rule.title[0].lower()}) in {key[1]}{en}", f"规则“{rule.name}”（{rule.title[1]}），{key[1]} 年{zh}")
    each = next(e for e in EQUATIONS if e.name == family)
    names = joined_titles([part for name, part in zip(each.over, key, strict=True) if name not in ("period", "slice", "until")], known)
    return Words(f"{each.title[0]}: {names}", f"{each.title[1]}：{names.zh}")


def _rule(case: Case, key: Key) -> Rule:
    return next(r for r in case.choices.rules if r.name == key[0])


def _text(problem: Problem, lines: list[Words], language: str) -> str:
    """The message, its list between fact and remedy."""
    fact, _, remedy = problem.text(language).partition("\n")
    return "\n".join([f"{fact}{'：' if language == 'zh' else ':'}", *(line.zh if language == "zh" else line for line in lines), remedy])


def _more(count: int) -> list[Words]:
    return [Words(f"  - and {count} more", f"  - 另有 {count} 项")] if count > 0 else []


@dataclass(frozen=True)
class _Told:
    """What is told of a conflict.

    Args:
        named: positions of the rows that are causes: rules, then physical limits.
        linking: how many balances and definitions link them.
        alone: what each of the first rows would have to be if it alone gave way.
        together: a set that is enough where none alone is.
        found: the conflict itself.
    """

    named: tuple[int, ...]
    linking: int
    alone: tuple[Relaxed, ...]
    together: tuple[Relaxed, ...]
    found: Conflict


def _told(case: Case, program: Program, found: Conflict) -> _Told:
    families = {n: str(program.rows["family"].iloc[n]) for n in found.rows}
    named = tuple(sorted((n for n in found.rows if families[n] not in ALWAYS), key=lambda n: families[n] != RULE))
    arrays = arrays_of(program)
    alone = relaxed_alone(case, arrays, named[:_SHOWN], _SECONDS)
    rules = np.flatnonzero((program.rows["family"] == RULE).to_numpy())
    stuck = bool(alone) and all(each.enough is None for each in alone)
    together = relaxed_together(case, arrays, {*named, *map(int, rules)}, _SECONDS) if stuck else ()
    return _Told(named, len(found.rows) - len(named), alone, together, found)


def _conflict_text(case: Case, program: Program, told: _Told, language: str) -> str:
    known = titles(case.pack)
    words = [Words(f"  - {w}", f"  - {w.zh}") for w in (_with_way(case, program, each, known) for each in told.alone)]
    if told.together:
        words.append(Words("No one of them alone is enough. Together these changes are:", "单独放宽任何一项都不够。以下改动合在一起可行："))
        words += [Words(f"  - {w}", f"  - {w.zh}") for w in (_with_way(case, program, each, known) for each in told.together)]
    linked = [Words(f"They are linked by {told.linking} balances and definitions.", f"它们由 {told.linking} 个平衡与定义式相连。")] if told.linking else []
    smallest = (
        Words("; drop any one of them and the others can", "；去掉其中任何一项，其余可以满足")
        if told.found.complete
        else Words("; no rule of them can be left out; of the physical limits the weightiest are named", "；其中规则缺一不可，物理限制只列最重要者")
        if told.found.rules_only
        else Words(" (the set may be larger than needed)", "（冲突可能还可缩小）")
    )
    first = program.rows[["family", "key"]].iloc[told.named[0]] if told.named else None
    problem = NO_PLAN.at(_rule(case, first["key"]).place if first is not None and first["family"] == RULE else Place(), smallest=smallest)
    return _text(problem, [*words, *_more(len(told.named) - len(told.alone)), *linked], language)


def _with_way(case: Case, program: Program, each: Relaxed, known: Titles) -> Words:
    """A row in words, and the number with which there would be a plan."""
    row = program.rows[["family", "key"]].iloc[each.row]
    words = row_words(case, str(row["family"]), row["key"], known)
    if each.enough is None:
        return words
    (now, now_zh), (enough, enough_zh) = _apart(each.now, each.enough, each.unit)
    return Words(f"{words}: {now} -> {enough} would be enough", f"{words.zh}：{now_zh} -> {enough_zh} 即可行")


def _apart(now: float, enough: float, unit: str) -> tuple[Both, Both]:
    """The number of a rule as it is and one that is enough, typed as it is told; a ratio of like to like as a percentage."""
    upper, _, lower = unit.partition("/")
    now, enough, unit = (now * 100, enough * 100, "%") if upper == lower else (now, enough, unit)
    told, digits = beyond(enough, now)
    return number_both(now, unit, max(digits, exact_digits(now))), number_both(told, unit, digits)


def _ray_text(case: Case, program: Program, found: Ray, language: str) -> str:
    known = titles(case.pack)
    chain: list[tuple[float, Words]] = []
    for n, rate in found.columns:
        family, key = program.across.key(n)
        if family not in COUNTED:
            names = joined_titles([p for name, p in zip(VARIABLES[family][0], key, strict=True) if name not in UNTITLED], known)
            flow = FLOWS[family]
            chain.append((abs(rate), Words(f"  - {flow[0]}: {names}", f"  - {flow[1]}：{names.zh}")))
    lines = [line for _, line in sorted(chain, key=lambda pair: -pair[0])]
    return _text(NO_LIMIT.at(Place()), [*lines[:_SHOWN], *_more(len(lines) - _SHOWN)], language)


def on_failure(case: Case, program: Program) -> Callable[[Live, str], SolveError]:
    """What the solver's door calls when there is no optimal plan.

    Args:
        case: names and rules.
        program: arrays with names.
    """

    def explain(live: Live, kind: str) -> SolveError:
        found = conflict(program) if kind == "infeasible" else None
        # Where nothing contradicts itself the solver may be wrong: a programme without limit has been called one without a plan.
        if found is not None and (found.rows or found.columns or (again := live.run_unreduced()) not in ("unbounded", "optimal")):
            told = _told(case, program, found)
            return SolveError(INFEASIBLE, lambda language: _conflict_text(case, program, told, language))
        if found is not None and again == "optimal":
            return SolveError(STOPPED, lambda language: _OF_TWO_MINDS[language == "zh"])
        endless = ray(live)
        return SolveError(UNBOUNDED, lambda language: _ray_text(case, program, endless, language))

    return explain
