"""A row read once: the rule of an equation is run with templates for its indices, and what comes back is taken apart into terms.

The rules stay ordinary Pyomo rules. They are run on a model that has their sets, parameters and variables by name and nothing
in them, so what is read holds for every case.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pyomo.core as pyo
from pyomo.common.errors import PyomoException
from pyomo.common.log import LoggingIntercept
from pyomo.core.expr import numeric_expr, relational_expr
from pyomo.core.expr.numvalue import native_numeric_types, native_types
from pyomo.core.expr.template_expr import GetItemExpression, IndexTemplate, TemplateSumExpression, templatize_rule

from saltloop.errors import InputError, Place, Words, message
from saltloop.formulation.tables import Member

NO_TEMPLATE = message(
    "M350",
    ("'{name}' cannot be read as one row for all indices: {construct}", "无法把“{name}”读作对所有下标都成立的一行：{construct}"),
    (
        "write coefficient * variable, sums over named sets of the model, one = or <= or >=; no if, no dictionary or list of Python, no local names",
        "请写作“系数 * 变量”，对模型中命名的集合求和，用一个 =、<= 或 >=；不用 if、Python 字典或列表、局部变量",
    ),
)


@dataclass(frozen=True)
class Slot:
    """An index of the row or of a sum, whose names are filled in later."""

    number: int


@dataclass(frozen=True)
class Ask:
    """A variable, parameter or set by name at indices."""

    name: str
    at: tuple[Slot | Member, ...]


@dataclass(frozen=True)
class Inverse:
    """One over a number."""

    of: Number


@dataclass(frozen=True)
class Product:
    """Numbers multiplied."""

    parts: tuple[Number, ...]


@dataclass(frozen=True)
class Sum:
    """Numbers added."""

    parts: tuple[Number, ...]


Number = float | Ask | Inverse | Product | Sum


@dataclass(frozen=True)
class Loop:
    """A sum over the members of a set."""

    members: Ask
    slots: tuple[int, ...]


@dataclass(frozen=True)
class Term:
    """scale x factors x variable, summed by loops; without a variable it is a constant."""

    scale: float
    factors: tuple[Number, ...] = ()
    column: Ask | None = None
    loops: tuple[Loop, ...] = ()


@dataclass(frozen=True)
class Template:
    """A row: how the sum of its terms compares with zero.

    Args:
        name: of the equation or rule.
        slots: indices of the row, in order.
        terms: of both sides, brought to one.
        sense: =, <= or >=.
    """

    name: str
    slots: tuple[int, ...]
    terms: tuple[Term, ...]
    sense: str


@dataclass(frozen=True)
class Names:
    """What rules may name.

    Args:
        variables: families of columns.
        members: indexed sets with the length of a member.
        numbers: parameters.
    """

    variables: tuple[str, ...]
    members: tuple[tuple[str, int], ...]
    numbers: tuple[str, ...]


class _UnreadableError(Exception):
    """What stands in the way of a template."""

    def __init__(self, english: str, chinese: str) -> None:
        self.words = Words(english, chinese)
        super().__init__(english)


@cache
def empty_model(names: Names) -> pyo.ConcreteModel:
    """A model with the named sets, parameters and variables and nothing in them.

    The sets that rows run over hold one key, because Pyomo asks for one to learn the length of a member.
    """
    m = pyo.ConcreteModel()
    for name in names.variables:
        setattr(m, name, pyo.Var(pyo.Any, dense=False))
    for name, width in names.members:
        setattr(m, name, pyo.Set(pyo.Any, dimen=width))
    for name in names.numbers:
        setattr(m, name, pyo.Param(pyo.Any, within=pyo.Any))
    for width in range(1, 10):
        setattr(m, f"indices_{width}", pyo.Set(dimen=width, initialize=[(0,) * width]))
    return m


def read_row(name: str, rule: Callable[..., Any], width: int, names: Names, place: Place | None = None) -> Template:
    """Run a rule once and take its row apart.

    Args:
        name: of the equation or rule, for messages.
        rule: function of the model and the indices.
        width: number of indices.
        names: what it may name.
        place: file and line of the rule, for messages.

    Raises:
        InputError: M350, with the construct that is in the way.
    """
    m = empty_model(names)
    try:
        row, indices = _run(rule, m, getattr(m, f"indices_{width}"))
        body, other, sense = _sides(row)
        reader = _Reader()
        slots = tuple(reader.slot(index) for index in indices)
        terms = (*reader.terms(body, Term(1.0)), *reader.terms(other, Term(-1.0)))
    except _UnreadableError as found:
        raise InputError(NO_TEMPLATE.at(place or Place(), name=name, construct=found.words)) from None
    return Template(name, slots, terms, sense)


def _compared(_: Any, other: Any) -> bool:
    raise _UnreadableError(f"a condition on an index, compared with {other!r}", f"对下标作条件判断，与 {other!r} 比较")


@contextmanager
def _indices_not_compared() -> Iterator[None]:
    """Refuse `p == "name"` and `p in names`, which Pyomo would answer with no for every index."""
    kept = IndexTemplate.__eq__, IndexTemplate.__ne__
    IndexTemplate.__eq__ = IndexTemplate.__ne__ = _compared
    try:
        yield
    finally:
        IndexTemplate.__eq__, IndexTemplate.__ne__ = kept


def _run(rule: Callable[..., Any], m: pyo.ConcreteModel, over: Any) -> tuple[Any, tuple[Any, ...]]:
    """The row with its index templates; whatever a rule raises is a construct that a template cannot have."""
    try:
        with LoggingIntercept(io.StringIO(), "pyomo"), _indices_not_compared():
            row, indices = templatize_rule(m, lambda block, index: rule(block, *index), over)
    except (ArithmeticError, AttributeError, LookupError, PyomoException, RuntimeError, TypeError, ValueError) as error:
        if isinstance(error.__context__, _UnreadableError):  # within a sum Pyomo complains of the sum that was left open
            raise error.__context__ from None
        said = str(error).strip().splitlines()
        raise _UnreadableError(*_reason(error, said[0] if said else type(error).__name__)) from None
    return row, indices


def _reason(error: Exception, said: str) -> tuple[str, str]:
    if isinstance(error, AttributeError):
        return f"it names what the model does not have ({said})", f"使用了模型中没有的名称（{said}）"
    if isinstance(error, LookupError) or "unhashable" in said:
        return f"a lookup in a dictionary or list of Python at {said}", f"在 Python 字典或列表中查找 {said}"
    if "Explicit iteration" in said:
        over = said.rsplit(" ", 1)[-1]
        return (
            f"a loop over {over} that is no sum(... for ... in {over}), or that runs over a list of Python at the same time",
            f"对 {over} 的循环不是 sum(... for ... in {over})，或同时循环 Python 列表",
        )
    if "bool" in said or "inequality" in said:
        return "a condition on an index or a variable (if, min, max, and, or)", "对下标或变量作条件判断（if、min、max、and、or）"
    return f"{type(error).__name__}: {said}", f"{type(error).__name__}：{said}"


def _sides(row: Any) -> tuple[Any, Any, str]:
    """The side that stays, the side that is subtracted, and the sense; as in Pyomo the side with variables stays, else the left one."""
    if isinstance(row, relational_expr.RangedExpression) or not isinstance(row, relational_expr.RelationalExpression):
        kind = type(row).__name__
        raise _UnreadableError(f"the row is no equation or inequality of two sides, but {kind}", f"该行不是两边的等式或不等式，而是 {kind}")
    left, right = row.args
    turned = _varies(right) and not _varies(left)
    if isinstance(row, relational_expr.EqualityExpression):
        return (right, left, "=") if turned else (left, right, "=")
    return (right, left, ">=") if turned else (left, right, "<=")


class _Reader:
    """Takes an expression apart; numbers its index templates."""

    def __init__(self) -> None:
        self._slots: dict[int, int] = {}
        self._kept: list[Any] = []

    def slot(self, template: Any) -> int:
        """Number of an index template."""
        self._kept.append(template)
        return self._slots.setdefault(id(template), len(self._slots))

    def terms(self, e: Any, so_far: Term) -> Iterator[Term]:
        """Terms of an expression that is multiplied by what was met on the way."""
        if e.__class__ in native_numeric_types:
            yield replace(so_far, scale=so_far.scale * e)
        elif isinstance(e, TemplateSumExpression):
            loops = tuple(Loop(self._set(group[0]._set), tuple(self.slot(t) for t in group)) for group in e.template_iters())
            yield from self.terms(e.template_args()[0], replace(so_far, loops=so_far.loops + loops))
        elif not e.is_potentially_variable():
            yield replace(so_far, factors=(*so_far.factors, self.number(e)))
        elif isinstance(e, GetItemExpression):
            yield replace(so_far, column=self._ask(e))
        elif isinstance(e, numeric_expr.ProductExpression):
            yield from self._product(e.args[0], e.args[1], so_far)
        elif isinstance(e, numeric_expr.DivisionExpression):
            yield from self.terms(e.args[0], replace(so_far, factors=(*so_far.factors, Inverse(self.number(e.args[1])))))
        elif isinstance(e, numeric_expr.NegationExpression):
            yield from self.terms(e.args[0], replace(so_far, scale=-so_far.scale))
        elif isinstance(e, numeric_expr.SumExpression):
            for part in e.args:
                yield from self.terms(part, so_far)
        else:
            raise self._unknown(e)

    def _product(self, a: Any, b: Any, so_far: Term) -> Iterator[Term]:
        if _varies(a) and _varies(b):
            raise _UnreadableError(f"a product of variables, {a} * {b}", f"变量相乘：{a} * {b}")
        factor, rest = (b, a) if _varies(a) else (a, b)
        if factor.__class__ in native_numeric_types:
            return self.terms(rest, replace(so_far, scale=so_far.scale * factor))
        return self.terms(rest, replace(so_far, factors=(*so_far.factors, self.number(factor))))

    def number(self, e: Any) -> Number:
        """An expression without variables."""
        if e.__class__ in native_numeric_types:
            return float(e)
        if isinstance(e, TemplateSumExpression) or e.__class__ is IndexTemplate or not hasattr(e, "args") or _varies(e):
            raise self._unknown(e)
        if isinstance(e, GetItemExpression):
            return self._ask(e)
        parts = tuple(self.number(part) for part in e.args)
        if isinstance(e, numeric_expr.ProductExpression):
            return Product(parts)
        if isinstance(e, numeric_expr.DivisionExpression):
            return Product((parts[0], Inverse(parts[1])))
        if isinstance(e, numeric_expr.NegationExpression):
            return Product((-1.0, *parts))
        if isinstance(e, numeric_expr.SumExpression):
            return Sum(parts)
        raise self._unknown(e)

    def _ask(self, e: Any) -> Ask:
        return Ask(e.args[0].local_name, tuple(self._index(part) for part in e.args[1:]))

    def _set(self, found: Any) -> Ask:
        """The set that a sum runs over: with indices, or one member of the family that was asked for by name."""
        if isinstance(found, GetItemExpression):
            return self._ask(found)
        index = found.index()
        return Ask(found.parent_component().local_name, index if isinstance(index, tuple) else (index,))

    def _index(self, part: Any) -> Slot | Member:
        if part.__class__ is IndexTemplate:
            return Slot(self.slot(part))
        if part.__class__ in native_types and isinstance(part, str | int):
            return part
        raise _UnreadableError(f"an index that is worked out, {part}", f"计算得到的下标：{part}")

    @staticmethod
    def _unknown(e: Any) -> _UnreadableError:
        if e.__class__ not in native_numeric_types and e.is_variable_type():
            return _UnreadableError(f"{e}, a variable whose indices come from Python instead of a set of the model", f"{e}：变量下标来自 Python 而非模型集合")
        return _UnreadableError(f"{e} ({type(e).__name__})", f"{e}（{type(e).__name__}）")


def _varies(e: Any) -> bool:
    return e.__class__ not in native_numeric_types and bool(e.is_potentially_variable())
