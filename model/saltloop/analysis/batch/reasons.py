"""Why a case has no plan, on one line for a table."""

from __future__ import annotations

from collections.abc import Iterable

from saltloop.analysis.failure import ALWAYS, COUNTED, FLOWS, UNTITLED, joined_titles, row_words, titles
from saltloop.errors import Words
from saltloop.formulation.case import Case
from saltloop.formulation.indices import VARIABLES
from saltloop.formulation.program import RULE, Program

_SHOWN = 12


def contradiction(case: Case, program: Program, rows: Iterable[int]) -> Words:
    """The rules, then the physical limits, that contradict each other.

    Args:
        case: names and rules.
        program: names of the rows.
        rows: positions of rows that together prove it; balances and definitions among them are left out.
    """
    named = [program.down.key(n) for n in rows]
    told = sorted({pair for pair in named if pair[0] not in ALWAYS}, key=lambda pair: (pair[0] != RULE, pair[0], str(pair[1])))
    known = titles(case.pack)
    words = [row_words(case, family, key, known) for family, key in told[:_SHOWN]]
    more = [Words(f"{len(told) - _SHOWN} more", f"另有 {len(told) - _SHOWN} 项")] if len(told) > _SHOWN else []
    if not words:
        return Words("balances and definitions cannot hold together", "平衡与定义式不能同时满足")
    return Words("cannot hold together: " + "; ".join([*words, *more]), "不能同时满足：" + "；".join(w.zh for w in [*words, *more]))


def endless(case: Case, program: Program, rates: Iterable[tuple[int, float]]) -> Words:
    """What can grow together without end, the fastest first; accounts, which only count, are left out.

    Args:
        case: names.
        program: names of the columns.
        rates: positions of columns and how fast they grow.
    """
    known = titles(case.pack)
    chain: list[tuple[float, Words]] = []
    for n, rate in rates:
        family, key = program.across.key(n)
        if family not in COUNTED:
            names = joined_titles([part for name, part in zip(VARIABLES[family][0], key, strict=True) if name not in UNTITLED], known)
            flow = FLOWS[family]
            chain.append((abs(rate), Words(f"{flow[0]}: {names}", f"{flow[1]}：{names.zh}")))
    words = [line for _, line in sorted(chain, key=lambda pair: -pair[0])][:_SHOWN]
    return Words("can grow together without end: " + "; ".join(words), "可以一起无限增长：" + "；".join(w.zh for w in words))
