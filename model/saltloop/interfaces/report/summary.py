"""The plan in a paragraph."""

from __future__ import annotations

from saltloop.interfaces.report.binding import found_binding
from saltloop.interfaces.report.folder import Folder
from saltloop.interfaces.report.goods import sold_products
from saltloop.interfaces.report.ledger import waste_use
from saltloop.interfaces.report.targets import is_met, judged
from saltloop.language import Both, both, inline, listed_both, number_both, percent_both

_PRODUCTS_NAMED, _RULES_NAMED = 4, 3


def paragraph(folder: Folder) -> Both:
    """What the plan yields, what it sells, what becomes of its waste, what binds it, and which targets it meets."""
    sentences = [_opening(folder), _products(folder), _waste(folder), _binding(folder), _targets(folder)]
    said = [sentence for sentence in sentences if sentence is not None]
    return (" ".join(sentence[0] for sentence in said), "".join(sentence[1] for sentence in said))


def _opening(folder: Folder) -> Both:
    area = folder.short(folder.main_area, "area", "site")
    value_added, profit = folder.account("value_added"), folder.account("profit")
    if value_added and profit:
        return both(
            "plan_opening",
            year=folder.period,
            area=area,
            value_added=number_both(value_added["value"], value_added["unit"]),
            profit=number_both(profit["value"], profit["unit"]),
        )
    stage = folder.manifest["objective"]["stages"][0]
    what = listed_both([inline(folder.title(name, "account")) for name in stage["accounts"]])
    return both("plan_opening_plain", year=folder.period, area=area, what=what, value=number_both(stage["value"], stage["unit"]))


def _products(folder: Folder) -> Both | None:
    frame = sold_products(folder)
    total = float(frame["money"].sum())
    if frame.empty:
        return None
    first = frame.head(_PRODUCTS_NAMED)
    largest = [
        _product(folder, item, value, money if total > 0 else None)
        for item, value, money in zip(first["commodity"], first["value"], first["money"], strict=True)
    ]
    if total <= 0:
        return both("plan_products_plain", count=len(frame), products=listed_both(largest))
    return both("plan_products", count=len(frame), total=number_both(total, folder.currency), products=listed_both(largest))


def _product(folder: Folder, item: str, value: float, money: float | None) -> Both:
    product, amount = folder.short(item, "commodity"), number_both(value, folder.units[item])
    if money is None:
        return both("plan_in_place", what=product, area=amount)
    return both("plan_product", product=product, amount=amount, money=number_both(money, folder.currency))


def _waste(folder: Folder) -> Both | None:
    use = waste_use(folder)
    return None if use is None else both("plan_waste", made=number_both(use[1], use[2]), share=percent_both(use[0]))


def _binding(folder: Folder) -> Both:
    found = found_binding(folder)[:_RULES_NAMED]
    if not found:
        return both("plan_binds_none")
    duals = [number_both(each.row["dual"], each.row["dual_unit"]) for each in found]
    titles = [each.title if each.place is None else _at(each.title, each.place) for each in found]
    first = both("plan_binds", rule=titles[0], dual=duals[0])
    if len(found) == 1:
        return first
    following = [both("plan_bind_item", rule=title, dual=dual) for title, dual in zip(titles[1:], duals[1:], strict=True)]
    more = both("plan_binds_next", rules=listed_both(following))
    return (f"{first[0]} {more[0]}", first[1] + more[1])


def _at(title: Both, place: Both) -> Both:
    return both("plan_in_place", what=title, area=place)


def _targets(folder: Folder) -> Both | None:
    rows = judged(folder)
    missed = [folder.short(row["indicator"], "indicator") for row in rows if is_met(row) is False]
    if not rows:
        return None
    if not missed:
        return both("plan_targets_met" if len(rows) > 1 else "plan_target_met", count=len(rows))
    return both("plan_targets_mixed", count=len(rows), met=len(rows) - len(missed), missed=len(missed), which=listed_both(missed))
