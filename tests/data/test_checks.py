"""Every message of the data checks, provoked once by a small change of a pack that has none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pack_edits import TOY, add, copy_of_toy, edit

from saltloop.data.checks import CHECKS, check, manual
from saltloop.data.checks.plausible import likely_slip
from saltloop.data.pack import load
from saltloop.errors import InputError
from saltloop.units import Units

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "provoked.yaml").read_text(encoding="utf-8"))
CODES = sorted({message.code for each in CHECKS for message in each.messages})


def test_a_pack_in_order_has_no_problems() -> None:
    assert [p.text() for p in check(load(TOY))] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['code']}-{'-'.join(case['edits'][0]['table'].split())}")
def test_a_change_provokes_its_message_and_no_other(case: dict[str, Any], tmp_path: Path) -> None:
    pack = copy_of_toy(tmp_path)
    edit(pack, case["edits"])
    found = list(check(load(pack)))
    assert {p.message.code for p in found} == {case["code"], *case.get("also", ())}, [p.text() for p in found]
    texts = [p.text() for p in found if p.message.code == case["code"] and Path(p.place.file).stem == case["at"] and p.place.line > 1]
    assert any(all(word in text for word in case["words"]) for text in texts), texts


def built_on(base: Path) -> Path:
    """A pack beside another one that adds nothing to it."""
    region = base.parent / "region"
    region.mkdir()
    about = yaml.safe_load((base / "pack.yaml").read_text(encoding="utf-8")) | {"name": "region", "builds_on": [base.name]}
    (region / "pack.yaml").write_text(yaml.safe_dump(about, allow_unicode=True), encoding="utf-8")
    return region


LITHIUM = [{"table": "account_terms", "add": {"account": "waste_made", "flow": "made", "commodity": "salt", "measure": "content:Li"}}]


@pytest.mark.parametrize("code", ["D146", "D169", "D173"])
def test_what_a_pack_builds_on_may_hold_more_than_it_needs(code: str, tmp_path: Path) -> None:
    """The same rows are a slip in the pack that writes them, and none in one that builds on it."""
    base = copy_of_toy(tmp_path)
    edit(base, LITHIUM if code == "D173" else next(case["edits"] for case in CASES if case["code"] == code))
    assert {p.message.code for p in check(load(base))} == {code}
    assert [p.text() for p in check(load(built_on(base)))] == []


def test_every_message_is_provoked() -> None:
    assert sorted({case["code"] for case in CASES}) == CODES


@pytest.mark.parametrize("case", CASES[::5], ids=lambda case: case["code"])
def test_messages_are_told_in_chinese(case: dict[str, Any], tmp_path: Path) -> None:
    pack = copy_of_toy(tmp_path)
    edit(pack, case["edits"])
    for problem in check(load(pack)):
        text = problem.text("zh")
        assert any("\u4e00" <= sign <= "\u9fff" for sign in text)
        assert "{" not in text


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_code_has_a_page_that_says_what_and_why(code: str, language: str) -> None:
    page = manual(code, language)
    said, silent = [("What it does: ", "Why: "), ("做法：", "缘由：")][:: 1 if language == "en" else -1]
    assert page.startswith(code)
    assert all(word in page for word in said)
    assert not any(word in page for word in silent)
    assert "{" not in page
    assert language == "en" or not re.search(r"[a-z]+( [a-z]+){3}", page)


def test_an_unknown_code_names_a_near_one() -> None:
    with pytest.raises(InputError, match=r"D199  there is no message 'D1300'[\s\S]*Did you mean 'D130'"):
        manual("D1300")


def test_a_code_of_the_reader_has_a_page_too() -> None:
    assert "unknown unit '<unit>'" in manual("d101")


@pytest.mark.parametrize(
    ("value", "unit", "low", "high", "meant"),
    [
        (56.0, "MWh", 0, 5, "kWh"),
        (3.6, "MWh", 0.9, 1.1, "GJ"),
        (2000.0, "t", 0, 10, "kg"),
        (120.0, "m3", 0, 1, "L"),
        (0.3, "CNY/MWh", 200, 500, "CNY/kWh"),
        (0.21, "CNY/(t)", 1500, 2500, "万元/t"),
        (1.7e9, "t", 0, 1, None),
    ],
)
def test_the_likeliest_unit_slip_that_fits_is_named(value: float, unit: str, low: float, high: float, meant: str | None) -> None:
    slip = likely_slip(Units(), value, unit, low, high)
    assert (slip[0] if slip else None) == meant


def test_trade_over_a_link_with_a_capacity_is_only_a_warning(tmp_path: Path) -> None:
    pack = copy_of_toy(tmp_path)
    edit(pack, next(case["edits"] for case in CASES if "'waste_salt'" in case["words"]))
    edit(pack, [{"table": "links", "at": ["road_lake_park"], "set": {"capacity": 1000}}])
    assert {p.message.code for p in check(load(pack))} == {"D155"}


def test_a_market_without_a_price_in_a_year_does_not_hide_the_offer_of_another(tmp_path: Path) -> None:
    pack = copy_of_toy(tmp_path)
    add(pack, "markets", {"market": "others", "title_en": "Others", "title_zh": "其他供应商", "side": "supply"})
    for market, share in (("suppliers", 0.5), ("others", 1)):
        add(pack, "market_tiers", {"market": market, "commodity": "potash", "tier": 1, "value": share})
        add(pack, "market_access", {"market": market, "place": "lake", "commodity": "potash", "value": 0, "unit": "CNY/t"})
    add(pack, "prices", {"commodity": "potash", "market": "others", "year": 2021, "value": 9000, "unit": "CNY/t"})
    told = next(p for p in check(load(pack)) if p.message.code == "D154")
    # In 2023: bought at half of 3000, sold at 3000 less the freight of 100.
    assert "'potash' bought from 'suppliers' at 'lake' and sold to 'buyers' at 'lake' earns 1400 CNY per t" in told.text()


def test_an_exception_silences_only_its_element(tmp_path: Path) -> None:
    pack = copy_of_toy(tmp_path)
    edit(pack, next(case["edits"] for case in CASES if case["code"] == "D130"))
    add(pack, "balance_exceptions", {"process": "salt_washing", "element": "Na", "reason": "dust", "source": "invented"})
    assert [p.text().split("\n")[0].split("  ")[1:] for p in check(load(pack))] == [["D130", "chlorine does not balance in process 'salt_washing'"]]


def test_the_order_of_problems_does_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    pack = copy_of_toy(tmp_path)
    edit(pack, [{"table": "disposals", "drop": ["chlorine"]}, {"table": "basin_supplies", "drop": ["lake_brine"]}])
    first = [p.text() for p in check(load(pack))]
    rows = (pack / "disposals.csv").read_text(encoding="utf-8").splitlines()
    (pack / "disposals.csv").write_text("\n".join([rows[0], *reversed(rows[1:])]) + "\n", encoding="utf-8")
    assert [p.text() for p in check(load(pack))] == first


@pytest.mark.parametrize("table", sorted(path.stem for path in TOY.glob("*.csv")))
def test_an_absent_table_is_told_or_checked_but_never_breaks_a_check(table: str, tmp_path: Path) -> None:
    pack = copy_of_toy(tmp_path)
    (pack / f"{table}.csv").unlink()
    try:
        loaded = load(pack)
    except InputError:
        return
    for problem in check(loaded):
        assert problem.text("en")
        assert problem.text("zh")


@pytest.mark.parametrize(("tier", "share", "told"), [(2, 0.8, []), (2, 1.2, ["pays or asks 1.2 for tier 2"]), (1, 0.4, ["pays or asks 0.5 for tier 2"])])
def test_tiers_stand_in_order_in_every_year(tmp_path: Path, tier: int, share: float, told: list[str]) -> None:
    """Salt sells at 1, then at 0.5; from 2030 on one of the two has another share."""
    pack = copy_of_toy(tmp_path)
    add(pack, "market_tiers", {"market": "buyers", "commodity": "salt", "tier": tier, "year": 2030, "value": share})
    found = [p.text() for p in check(load(pack))]
    assert len(found) == len(told)
    assert all(words in text for words, text in zip(told, found, strict=True))
