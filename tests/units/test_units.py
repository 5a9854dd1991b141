"""The closed registry: what converts, and what is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltloop.errors import InputError, Place, Problem
from saltloop.units import Units, split_quantity, units_of

UNITS = Units()
PLACE = Place("scenario.yaml", 7)


@pytest.mark.parametrize(
    ("text", "base", "value"),
    [
        ("12 kt", "t", 12_000),
        ("12 Mt", "t", 12e6),
        ("420 hm3", "m3", 420e6),
        ("141 CNY/m3", "CNY/m3", 141),
        ("0.65 万元/tce", "CNY/tce", 6500),
        ("84 万元/ha", "CNY/ha", 840_000),
        ("84 万元/公顷", "CNY/ha", 840_000),
        ("3.5 亿立方米", "m3", 350e6),
        ("60 %", "1", 0.6),
        ("60%", "1", 0.6),
        ("60 %", "%", 60),
        ("5 ‰", "1", 0.005),
        ("-15 %", "1", -0.15),
        ("1.2 CNY/m3", "CNY/m3", 1.2),
        ("0.5 CNY/kWh", "CNY/MWh", 500),
        ("500 CNY/MWh", "CNY/kWh", 0.5),
        ("1 tce", "GJ", 29.3076),
        ("1 tce", "MWh", 8.141),
        ("300 mu", "ha", 20),
        ("300 亩", "ha", 20),
        ("1 a", "h", 8760),
        ("12 month", "a", 1),
        ("2 GW", "MW", 2000),
        ("10 MW", "MWh/h", 10),
        ("1 MW * a", "MWh", 8760),
        ("1 t/a", "kg/d", 1000 / 365),
        ("万元/公顷", "", None),
        ("3 吨标煤/万元", "tce/CNY", 3e-4),
        ("10 万吨", "t", 100_000),
        ("1,250 t", "t", 1250),
        ("1 250 t", "t", 1250),
        ("1_250 t", "t", 1250),
        ("1e3 t", "t", 1000),
        (".5 t", "t", 0.5),
        ("+40 %", "1", 0.4),
        (12, "t", 12),
        (0.6, "1", 0.6),
        ("12", "t", 12),
        ("40 元/t", "CNY/t", 40),
        ("６０％", "1", 0.6),
        ("－１５ %", "1", -0.15),
        ("−15 %", "1", -0.15),
        ("1，200 万吨", "t", 12e6),
        ("2.4 元/m³", "CNY/m3", 2.4),
        ("12\u3000Mt", "t", 12e6),
        ("100 mm", "m", 0.1),
        ("1 km * m2", "m3", 1000),
        ("5 万人", "person", 50_000),
        ("2 亿千瓦时", "MWh", 200_000),
        ("1 0.5", "t", None),
    ],
)
def test_a_quantity_converts_as_it_is_meant(text: object, base: str, value: float | None) -> None:
    found = UNITS.quantity(text, base, PLACE)
    if value is None:
        assert isinstance(found, Problem)
    else:
        assert found == pytest.approx(value, rel=1e-4)


@pytest.mark.parametrize(
    ("text", "base", "code"),
    [
        ("12 knots", "t", "D101"),
        ("12 kT", "t", "D101"),
        ("5 B", "t", "D101"),
        ("5 C", "t", "D101"),
        ("5 K", "t", "D101"),
        ("1 ton", "t", "D101"),
        ("1 USD/t", "CNY/t", "D101"),
        ("3 kwh", "MWh", "D101"),
        ("3 µm", "m", "D101"),
        ("12 m3", "t", "D102"),
        ("12 kt", "t/a", "D102"),
        ("60 %", "t", "D102"),
        ("12 MW", "MWh", "D102"),
        ("141 CNY", "CNY/m3", "D102"),
        ("1 tce", "t", "D102"),
        ("much", "t", "D103"),
        ("", "t", "D103"),
        ("kt", "t", "D103"),
        ("- 5 t", "t", "D103"),
        (True, "t", "D103"),
        (None, "t", "D103"),
        ("1,5 t", "t", "D101"),
        ("1/3 t", "t", "D101"),
        ("5 t t/", "t", "D101"),
        ("5 __import__('os')", "t", "D101"),
        ("5 t**", "t", "D101"),
    ],
)
def test_what_is_not_meant_is_refused_never_guessed(text: object, base: str, code: str) -> None:
    found = UNITS.quantity(text, base, PLACE, "rules.cap.at_most")
    assert isinstance(found, Problem), found
    assert found.message.code == code, found.text()
    assert found.place == PLACE


def test_a_pack_may_have_its_own_currency_and_units() -> None:
    units = units_of("LE", {"USD": "30 LE", "bag": "[bag]", "crate": "20 bag"}, PLACE)
    assert units.quantity("2 USD/t", "LE/t", PLACE) == pytest.approx(60)
    assert units.quantity("2 crate", "bag", PLACE) == pytest.approx(40)
    assert isinstance(units.quantity("2 CNY", "LE", PLACE), Problem)


def test_a_definition_that_rests_on_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="D101"):
        units_of("CNY", {"sack": "50 stone"}, PLACE)


@pytest.mark.parametrize(
    ("text", "parts"),
    [("0.65 万元/tce", (0.65, "万元/tce")), ("60%", (60.0, "%")), ("-15 %", (-15.0, "%")), ("12", (12.0, "")), ("t", None), ("+", None), ("", None)],
)
def test_number_and_unit_are_told_apart(text: str, parts: tuple[float, str] | None) -> None:
    assert split_quantity(text) == parts


@given(st.floats(-1e9, 1e9), st.sampled_from([("t", "kt"), ("m3", "hm3"), ("MWh", "tce"), ("CNY", "亿元"), ("ha", "mu"), ("1", "%")]))
def test_there_and_back_gives_the_number(value: float, pair: tuple[str, str]) -> None:
    there = UNITS.convert(value, pair[0], pair[1], PLACE)
    assert isinstance(there, float)
    assert UNITS.convert(there, pair[1], pair[0], PLACE) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "base", "english", "chinese"),
    [
        ("60 CNY", "(t)/(t)", "'CNY' does not fit where a share such as 60 % (t per t) belongs", "此处应为比例，如 60 %（t 与 t 之比）"),
        ("60 CNY", "1", "'CNY' does not fit where a share such as 60 % belongs", "请写百分数或不带单位的数：60 % 或 0.6"),
        ("60 %", "(CNY)/(m3)", "write CNY per m3, such as 12 CNY/m3", "请写每 m3 若干 CNY，如 12 CNY/m3"),
        ("60 %", "CNY/(t km)", "write CNY per t km, such as 12 CNY/(t km)", "请写每 t km 若干 CNY，如 12 CNY/(t km)"),
        ("60 %", "CNY/(t)", "'%' does not fit where 'CNY/t' belongs", "此处应为“CNY/t”的量纲"),
        ("60 %", "m3", "a unit that converts to m3, such as m3, 立方米, L", "请改用可换算为 m3 的单位，如 m3, 立方米, L"),
        ("60 %", "(CNY)/(t/a)", "'(CNY)/(t/a)' belongs", "“(CNY)/(t/a)”的量纲"),
    ],
)
def test_a_wrong_unit_is_told_in_words_that_a_planner_knows(text: str, base: str, english: str, chinese: str) -> None:
    found = Units().quantity(text, base, Place("f", 1), "rules.x.at_least")
    assert isinstance(found, Problem)
    assert english in found.text("en")
    assert chinese in found.text("zh")
    assert "rules.x.at_least" in found.text("zh")


@pytest.mark.parametrize("base", ["(CNY)/(m3)", "CNY/(t km)", "tce/(CNY)", "(t)/(t)", "m3", "kt/a"])
def test_what_a_message_of_a_wrong_unit_proposes_is_accepted(base: str) -> None:
    said = Units().quantity("60 person", base, Place("f", 1))
    assert isinstance(said, Problem)
    proposed = re.split("such as |write a percentage, or a number without a unit: ", said.text("en").splitlines()[1])[-1]
    texts = [text if text[0].isdigit() else f"3 {text}" for text in re.split(", | or ", proposed)]
    assert [type(Units().quantity(text, base, Place("f", 1))) for text in texts] == [float] * len(texts)
