"""An infeasible or unbounded programme, told in the words of the scenario and of the pack."""

from __future__ import annotations

from collections.abc import Callable

from saltloop.data.read import records
from saltloop.errors import INFEASIBLE, UNBOUNDED, SolveError
from saltloop.formulation.case import Case
from saltloop.formulation.indices import VARIABLES, Key
from saltloop.formulation.program import EQUATIONS, RULE, Program
from saltloop.solve.conflict import conflict, ray
from saltloop.solve.highs import Live

# A balance or a definition always holds; it links the conflict together but is never its cause.
_ALWAYS = ("balance", "account_definition", "charge_base", "storage_level", "capacity_stock")
_SHOWN = 12

Titles = dict[str, tuple[str, str]]


def titles(case: Case) -> Titles:
    """English and Chinese names of everything in the pack, by id."""
    found: Titles = {}
    for table, key in (("processes", "process"), ("commodities", "commodity"), ("sites", "site"), ("equipment", "equipment"), ("basins", "basin"),
                       ("markets", "market"), ("routes", "route"), ("accounts", "account")):
        for r in case.pack.rows(table):
            found.setdefault(str(r[key]), (str(r["title_en"]), str(r["title_zh"])))
    return found


def _name(part: object, known: Titles, language: str) -> str:
    return known.get(str(part), (str(part), str(part)))[language == "zh"]


def _row_words(case: Case, family: str, key: Key, language: str, known: Titles) -> str:
    if family == RULE:
        rule = next(r for r in case.choices.rules if r.name == key[0])
        kind = rule.title[language == "zh"].lower()
        return (f"rule '{rule.name}' ({kind}) in {key[1]}, {rule.place}" if language != "zh" else f"规则“{rule.name}”（{kind}），{key[1]} 年，{rule.place}")
    each = next(e for e in EQUATIONS if e.name == family)
    parts = [_name(part, known, language) for name, part in zip(each.over, key, strict=True) if name not in ("period", "slice")]
    return f"{each.title[language == 'zh']}: {', '.join(parts)}" if language != "zh" else f"{each.title[1]}：{'、'.join(parts)}"


def _conflict_text(case: Case, program: Program, language: str) -> str:
    found = conflict(program)
    known = titles(case)
    rows = [(str(f), k) for f, k in (program.rows.iloc[n][["family", "key"]] for n in found.rows)]
    named = [r for r in rows if r[0] == RULE] + [r for r in rows if r[0] not in (*_ALWAYS, RULE)]
    linking = len(rows) - len(named)
    shown = [f"  - {_row_words(case, f, k, language, known)}" for f, k in named[:_SHOWN]]
    more = len(named) - len(shown)
    if language == "zh":
        head = ["没有可行方案：下列要求不能同时满足；去掉其中任何一项，其余可以满足。" if found.complete else "没有可行方案：下列要求不能同时满足（冲突可能还可缩小）。"]
        tail = ([f"  - 另有 {more} 项"] if more > 0 else []) + ([f"它们由 {linking} 个平衡与定义式相连。"] if linking else [])
        return "\n".join([*head, *shown, *tail])
    head = ["There is no feasible plan: these cannot hold together; drop any one of them and the others can." if found.complete
            else "There is no feasible plan: these cannot hold together (the set may be larger than needed)."]
    tail = ([f"  - and {more} more"] if more > 0 else []) + ([f"They are linked by {linking} balances and definitions."] if linking else [])
    return "\n".join([*head, *shown, *tail])


def _ray_text(case: Case, program: Program, live: Live, language: str) -> str:
    known = titles(case)
    chain = []
    for n, rate in ray(live).columns:
        family, key = str(program.columns.iloc[n]["family"]), program.columns.iloc[n]["key"]
        if family in ("account", "charged", "capacity"):
            continue
        parts = [_name(p, known, language) for name, p in zip(VARIABLES[family][0], key, strict=True) if name not in ("period", "slice", "tier")]
        chain.append((abs(rate), f"  - {family}: {', '.join(parts)}"))
    lines = [line for _, line in sorted(chain, reverse=True)[:_SHOWN]]
    if language == "zh":
        return "\n".join(["目标没有上限：下列活动可以一起无限增长（凭空生财的循环，或缺少产能、市场、资源的限额）。", *lines])
    return "\n".join(["The objective has no limit: these can grow together without end (a cycle that makes free money, or a limit of capacity, "
                      "market or resource that is missing).", *lines])


def on_failure(case: Case, program: Program) -> Callable[[Live, str], SolveError]:
    """What the solver's door calls when there is no optimal plan."""
    def explain(live: Live, kind: str) -> SolveError:
        if kind == "infeasible":
            return SolveError(INFEASIBLE, lambda language: _conflict_text(case, program, language))
        return SolveError(UNBOUNDED, lambda language: _ray_text(case, program, live, language))
    return explain
