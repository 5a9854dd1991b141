"""Equations read like mathematics: each is a template, and its formula has the symbols of its code, no more and no less."""

from __future__ import annotations

import re
from functools import cache

import pyomo.environ as pyo
import pytest
from pyomo.core.expr.template_expr import templatize_constraint
from pyomo.core.expr.visitor import identify_variables

import saltloop.formulation.rules  # noqa: F401
from everything import CHOICES, EVERYTHING
from saltloop.formulation.equation import Equation
from saltloop.formulation.indices import VARIABLES
from saltloop.formulation.manual import page
from saltloop.formulation.program import EQUATIONS, RULE, pyomo_model
from saltloop.formulation.rules.keys import meaning_of
from saltloop.formulation.rules.rule import Rule
from tiny import case_of

# Written in the formula for the reader; the code has the same number under another name, because a template cannot divide by a parameter.
WRITTEN_AS = {"repeats": "once", "efficiency_out": "inverse_efficiency_out"}
# What stands in a formula beside numbers: names of sets and of the area that a sum runs over, and functions.
NOT_A_NUMBER = {"in", "out", "alive", "area", "previous", "rule", "banned", "min", "max", "taxes"}
# Kinds of rules without a row, and formulas in which the declared numbers are worked out before the row.
ROWLESS = {"charge", "price"}
RULE_SYMBOLS = {
    "value": "rule_number",
    "ratio": "rule_number",
    "background": "rule_number",
    "bound": "rule_number",
    "share": "rule_number",
    "existing": "rule_number",
    "by": "rule_number",
    "from": "rule_number",
}


@cache
def model() -> pyo.ConcreteModel:
    return pyomo_model(case_of(EVERYTHING, **CHOICES))


def formula_of(docstring: str) -> str:
    """The LaTeX after `.. math::`, up to the first line that is not indented."""
    found = re.search(r"\.\. math::(.*?)(?:\n\s*\n(?!\s{4,}\\|\s{8,})|\Z)", docstring, re.DOTALL)
    return "" if found is None else found.group(1)


def symbols_of(formula: str) -> set[str]:
    """Names of numbers in a formula: words before a subscript, subscripts and LaTeX commands taken out."""
    text = formula.replace(r"\_", "_")
    for _ in range(3):
        text = re.sub(r"_\{[^{}]*\}|_[a-z]\b", " ", text)
    text = re.sub(r"\\[a-zA-Z]+", " ", text)
    return set(re.findall(r"[a-z][a-z_]*[a-z]", text)) - NOT_A_NUMBER


def symbols_in_code(name: str) -> set[str]:
    """Variables and parameters in the template of a constraint."""
    template = templatize_constraint(getattr(model(), name))[0]
    return set(re.findall(r"([a-z][a-z_]*)\[", str(template))) - {component.local_name for component in model().component_objects(pyo.Set)}


@pytest.mark.parametrize("each", EQUATIONS, ids=lambda each: each.name)
def test_every_equation_is_a_template_with_rows_to_show_it(each: Equation) -> None:
    constraint = getattr(model(), each.name)
    assert len(constraint) > 0
    assert str(templatize_constraint(constraint)[0])


@pytest.mark.parametrize("each", EQUATIONS, ids=lambda each: each.name)
def test_a_formula_has_the_symbols_of_its_code(each: Equation) -> None:
    written = {WRITTEN_AS.get(symbol, symbol) for symbol in symbols_of(formula_of(each.rule.__doc__ or ""))}
    assert written == symbols_in_code(each.name)


@pytest.mark.parametrize("each", EQUATIONS, ids=lambda each: each.name)
def test_an_equation_says_its_unit_its_titles_and_its_dual(each: Equation) -> None:
    assert formula_of(each.rule.__doc__ or "").strip()
    assert each.unit
    named = re.findall(r"\{(\w+)\}", each.unit)
    assert all(name in each.over for name in named)
    english, chinese = each.title
    assert english[0].isupper()
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert "Dual:" in (each.rule.__doc__ or "")


def rows_of_rules() -> list[str]:
    return sorted(c.local_name for c in model().component_objects(pyo.Constraint) if c.local_name.startswith(f"{RULE}_"))


@pytest.mark.parametrize("name", rows_of_rules())
def test_every_rule_row_is_a_template(name: str) -> None:
    assert str(templatize_constraint(getattr(model(), name))[0])


def test_every_kind_with_a_row_is_among_them() -> None:
    kinds = {rule.kind for rule in case_of(EVERYTHING, **CHOICES).choices.rules if f"{RULE}_{rule.name}" in rows_of_rules()}
    assert kinds == set(Rule.kinds) - ROWLESS


@pytest.mark.parametrize("name", rows_of_rules())
def test_the_formula_of_a_rule_has_the_variables_of_its_row(name: str) -> None:
    rule = next(r for r in case_of(EVERYTHING, **CHOICES).choices.rules if r.name == name.removeprefix(f"{RULE}_"))
    written = {RULE_SYMBOLS.get(symbol, symbol) for symbol in symbols_of(formula_of(type(rule).__doc__ or ""))}
    assert written - {"rule_number"} == symbols_in_code(name) - {"rule_number"}


@pytest.mark.parametrize("kind", sorted(Rule.kinds))
def test_a_rule_kind_says_its_formula_its_titles_and_an_example(kind: str) -> None:
    described = Rule.kinds[kind]
    english, chinese = described.title
    assert english[0].isupper()
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert formula_of(described.__doc__ or "").strip()
    assert f"{kind}:" in (described.__doc__ or "").split("Example:")[1]


@pytest.mark.parametrize("kind", sorted(Rule.kinds))
def test_a_rule_kind_and_its_keys_are_told_in_chinese(kind: str) -> None:
    described, english = Rule.kinds[kind], page(Rule.kinds[kind].__doc__ or "")
    assert [bool(part) for part in described.in_chinese] == [bool(part) for part in (english.sentence, english.text, english.dual)]
    for text in [part for part in described.in_chinese if part] + [meaning_of(field)[1] for field in described.model_fields.values()]:
        assert re.search("[\u4e00-\u9fff]", text), text


def test_variables_of_the_model_are_those_declared() -> None:
    declared = {component.local_name for component in model().component_objects(pyo.Var)}
    assert declared == set(VARIABLES)
    rows = [row for constraint in model().component_objects(pyo.Constraint) for row in constraint.values()]
    used = {variable.parent_component().local_name for row in rows for variable in identify_variables(row.body)}
    assert used == declared, "a variable stands in no row"


def test_parameters_are_all_read() -> None:
    """A parameter that no template reads is a number that does nothing."""
    read = set().union(*(symbols_in_code(c.local_name) for c in model().component_objects(pyo.Constraint)))
    assert {component.local_name for component in model().component_objects(pyo.Param)} <= read
