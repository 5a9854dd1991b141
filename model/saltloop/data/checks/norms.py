"""Checks of table norms: each counts something of its process, in the right unit."""

from __future__ import annotations

from collections.abc import Iterator

from saltloop.data.checks.registry import data_check
from saltloop.data.norms import Weights, recipes_of, selected
from saltloop.data.relations import Relations, place_of
from saltloop.errors import Problem, message

COUNTS_NOTHING = message(
    "D136",
    ("the norm of '{process}' counts nothing: its recipe has no '{what}'", "“{process}”的限额没有对应消耗：配方中没有“{what}”"),
    ("correct commodity or measure; the recipe has: {known}", "请改正 commodity 或 measure；配方含：{known}"),
)
OTHER_DIMENSION = message(
    "D137",
    ("the norm of '{process}' is given in {unit}, but '{commodity}' counts in {found}", "“{process}”的限额以 {unit} 计，而“{commodity}”以 {found} 计"),
    (
        "give the norm in a unit that {found} converts to, or name what it counts in the column commodity",
        "请用可与 {found} 换算的单位，或在 commodity 列指明计入物料",
    ),
)
SAVES_NOTHING = message(
    "D138",
    ("the norm of '{process}' saves nothing: it counts no use of '{word}'", "“{process}”的限额无可减少的用量：未计入“{word}”"),
    ("name in the column saved something that the norm counts, or leave it empty", "请在 saved 列填写计入的物料或标签，或留空"),
    warning=True,
)


@data_check(
    COUNTS_NOTHING,
    OTHER_DIMENSION,
    SAVES_NOTHING,
    in_chinese=(
        "定额在其工艺的配方中找得到所考核的东西。",
        "按物料或标签以及加权系数选取配方的行；至少要有一行，其单位须能换算成定额的单位，定额要求节约的物料须在用料之内。",
        "什么也不计的定额总是达标，单位不同的定额则无法比较。",
    ),
)
def norms_count_something(relations: Relations) -> Iterator[Problem]:
    """A norm finds what it is about in the recipe of its process.

    What it does: selects the rows of the recipe by commodity or tag and by the factor that weighs them; there must be some, their
    unit must convert to that of the norm, and what the norm wants saved must be among what is used.

    Why: a norm that counts nothing is always met, and one in another unit cannot be compared.
    """
    weights, recipes = Weights(relations.pack), recipes_of(relations.pack)
    for norm in relations.rows("norms"):
        rows = list(selected(norm, recipes[norm["process"]], weights))
        if not rows:
            what = " x ".join(str(norm[name]) for name in ("commodity", "measure") if norm[name] is not None)
            known = ", ".join(sorted({row["commodity"] for row in recipes[norm["process"]]}))
            yield COUNTS_NOTHING.at(place_of(norm), process=norm["process"], what=what, known=known)
            continue
        apart = [(row["commodity"], unit) for row, _, unit in rows if relations.pack.units.factor(unit, norm["unit"]) is None]
        if apart:
            yield OTHER_DIMENSION.at(place_of(norm), process=norm["process"], unit=norm["unit"], commodity=apart[0][0], found=apart[0][1])
        elif norm["saved"] is not None and not any(row["direction"] == "use" and weights.is_selected(row["commodity"], norm["saved"]) for row, _, _ in rows):
            yield SAVES_NOTHING.at(place_of(norm), process=norm["process"], word=norm["saved"])
