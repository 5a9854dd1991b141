"""A rule that does not read as one row for all its indices is refused by name, with the construct that is in the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyomo.environ as pyo
import pytest

from everything import CHOICES, EVERYTHING
from saltloop.errors import InputError, Place
from saltloop.formulation.program import compile_program
from saltloop.formulation.rules.limit import Limit
from saltloop.formulation.templates import Names, read_row
from tiny import case_of

NAMES = Names(("make", "sell"), (("sites_of", 1),), ("price", "use"))
LOOKED_UP = {("a",): 2.0}
LISTED = ["a", "b"]
IN_THE_WAY: dict[str, tuple[Callable[..., Any], str, str]] = {
    "a condition on an index": (lambda m, p: m.make[p] <= (1 if p == "a" else 2), "a condition", "条件判断"),
    "a condition on an index by number": (lambda m, p: m.make[p] <= (1 if p > 2025 else 2), "a condition", "条件判断"),
    "a condition on a parameter": (lambda m, p: (m.make[p] if m.price[p] else m.sell[p]) <= 1, "a condition", "条件判断"),
    "the larger of two variables": (lambda m, p: max(m.make[p], m.sell[p]) <= 1, "a condition", "条件判断"),
    "a dictionary": (lambda m, p: LOOKED_UP[p] * m.make[p] <= 1, "dictionary or list of Python", "Python 字典或列表"),
    "a list": (lambda m, p: sum(m.make[q] for q in LISTED) <= 1, "make[a], a variable whose indices come from Python", "来自 Python"),
    "a list within a sum": (lambda m, p: sum(m.make[q] for q in LISTED for s in m.sites_of[p]) <= 1, "a loop over sites_of", "Python 列表"),
    "a filtered sum": (lambda m, p: sum(m.make[s] for s in m.sites_of[p] if s in LISTED) <= 1, "a condition on an index, compared with 'a'", "条件判断"),
    "no row": (lambda m, p: None, "no equation or inequality", "不是两边的等式或不等式"),
    "a row left out": (lambda m, p: pyo.Constraint.Skip, "no equation or inequality", "不是两边的等式或不等式"),
    "two bounds": (lambda m, p: pyo.inequality(1, m.make[p], 2), "RangedExpression", "RangedExpression"),
    "variables multiplied": (lambda m, p: m.make[p] * m.sell[p] <= 1, "a product of variables, make[_1] * sell[_1]", "变量相乘"),
    "division by a variable": (lambda m, p: m.price[p] / m.make[p] <= 1, "make[_1]", "make[_1]"),
    "a power": (lambda m, p: m.make[p] ** 2 <= 1, "make[_1]**2 (PowExpression)", "PowExpression"),
    "an index as a number": (lambda m, p: p * m.make[p] <= 1, "_1 (IndexTemplate)", "IndexTemplate"),
    "an index that is worked out": (lambda m, p: m.make[p + 1] <= 1, "an index that is worked out, _1 + 1", "计算得到的下标"),
    "an unknown name": (lambda m, p: m.mk[p] <= 1, "names what the model does not have", "没有的名称"),
    "another number of indices": (lambda m, p, q: m.make[p] <= 1, "TypeError", "TypeError"),
}


@pytest.mark.parametrize("name", IN_THE_WAY)
def test_what_is_in_the_way_is_named(name: str) -> None:
    rule, english, chinese = IN_THE_WAY[name]
    with pytest.raises(InputError) as raised:
        read_row("some_rule", rule, 1, NAMES, Place("plan.yaml", 7))
    said, gesagt = raised.value.text(), raised.value.text("zh")
    assert said.startswith("plan.yaml:7  M350  'some_rule' cannot be read as one row for all indices: ")
    assert english in said
    assert chinese in gesagt


def test_what_is_linear_is_read() -> None:
    template = read_row("row", lambda m, p: sum((m.use[s] + 2) / m.price[p] * m.make[s] for s in m.sites_of[p]) - m.sell[p] >= -(m.use[p] - 3), 1, NAMES)
    assert template.sense == ">="
    assert [(term.scale, term.column.name if term.column else None, len(term.factors), len(term.loops)) for term in template.terms] == [
        (1.0, "make", 1, 1),
        (-1.0, "sell", 0, 0),
        (-1.0, None, 1, 0),
    ]


def test_a_rule_is_refused_with_its_place_and_nothing_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Limit, "row", lambda self, m, y: m.account[self.account, "park", y] <= (1 if y > 2025 else 2))
    with pytest.raises(InputError, match=r"M350  'cap' cannot be read"):
        compile_program(case_of(EVERYTHING, **CHOICES))
