"""Texts and numbers in English and Chinese."""

from __future__ import annotations

import math
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saltloop.language import LANGUAGES, TEXTS, beyond, both, exact_digits, inline, listed, number, percent, span, text, unit_name


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_every_text_says_the_same_things_in_both_languages(key: str) -> None:
    english, chinese = TEXTS[key]
    assert english.strip()
    assert chinese.strip()
    assert fields(english) == fields(chinese)


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        (1.2e6, "t", "1.2 million t", "120万吨"),
        (3.4e9, "CNY", "3.4 bn CNY", "34亿元"),
        (2.9346e9, "CNY", "2.93 bn CNY", "29.3亿元"),
        (123456, "person", "123,500 persons", "12.3万人"),
        (99996, "t", "100,000 t", "10万吨"),
        (999.96e6, "CNY", "1 bn CNY", "10亿元"),
        (1e13, "CNY", "10 trillion CNY", "10万亿元"),
        (312.44, "CNY/t", "312.4 CNY/t", "312.4元/吨"),
        (312.0, "CNY/(t)", "312 CNY/t", "312元/吨"),
        (850.0, "CNY/(t/a)", "850 CNY/(t/a)", "850元/(吨/年)"),
        (62.34, "%", "62.3 %", "62.3%"),
        (84.23, "万元/ha", "842,300 CNY/ha", "84.2万元/公顷"),
        (-12.3e6, "CNY", "−12.3 million CNY", "−1,230万元"),
        (1.2e-5, "CNY/m3", "1.2×10⁻⁵ CNY/m³", "1.2×10⁻⁵元/立方米"),
        (5.2e6, "MWh", "5.2 million MWh", "52亿千瓦时"),
        (50, "MW", "50 MW", "5万千瓦"),
        (0.0, "t", "0 t", "0吨"),
        (0.62, "1", "0.62", "0.62"),
        (12345, "", "12,340", "1.23万"),
        (45, "LE/t", "45 LE/t", "45 LE/吨"),
        (3, "CNY/person", "3 CNY/person", "3元/人"),
        (math.nan, "t", "–", "–"),
        (None, "t", "–", "–"),
        (math.inf, "t", "∞", "∞"),
    ],
)
def test_numbers_are_written_as_each_language_writes_them(value: float | None, unit: str, english: str, chinese: str) -> None:
    assert number(value, unit, "en") == english
    assert number(value, unit, "zh") == chinese


_WORDS = {"trillion": 1e12, "bn": 1e9, "million": 1e6, "万亿": 1e12, "亿": 1e8, "万": 1e4}


def read_back(printed: str) -> float:
    """The number that a printed one says."""
    digits, scale = printed.replace(",", "").replace("−", "-"), 1.0
    for word, size in _WORDS.items():
        if digits.endswith(word):
            digits, scale = digits.removesuffix(word), size
            break
    mantissa, _, power = digits.strip().partition("×10")
    return float(mantissa) * scale * 10 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)


@given(st.floats(min_value=1e-9, max_value=1e15) | st.floats(min_value=-1e15, max_value=-1e-9), st.sampled_from(LANGUAGES))
def test_a_printed_number_is_within_half_a_percent_of_the_exact_one(value: float, language: str) -> None:
    assert read_back(number(value, "", language)) == pytest.approx(value, rel=5.1e-3)


@pytest.mark.parametrize(
    ("limit", "other", "rounded", "digits"),
    [
        (200.0, 250.0, 200.0, 3),
        (84.5312, 84.8786, 84.5, 3),
        (84.5312, 84.2, 84.6, 3),
        (98.33907, 98.3405, 98.339, 5),
        (-84.5312, -84.2, -84.6, 3),
        (200.0000000001, 100.0, 200.0, 3),
        (3.14159e-6, 3.1416e-6, 3.14159e-6, 6),
        (0.0, 1.0, 0.0, 3),
    ],
)
def test_a_limit_is_rounded_so_that_it_still_does(limit: float, other: float, rounded: float, digits: int) -> None:
    """Away from what does not, by no more than half the way between the two."""
    assert beyond(limit, other) == (pytest.approx(rounded, rel=1e-12), digits)


@given(st.floats(min_value=1e-6, max_value=1e12), st.floats(min_value=-0.5, max_value=0.5).filter(lambda share: abs(share) > 1e-6), st.sampled_from(LANGUAGES))
def test_a_limit_that_is_printed_still_does(other: float, share: float, language: str) -> None:
    limit = other * (1 + share)
    told = read_back(number(*beyond(limit, other)[:1], "", language, beyond(limit, other)[1]))
    assert (told >= limit * (1 - 2e-8)) if limit > other else (told <= limit * (1 + 2e-8))
    assert abs(told - limit) <= abs(limit - other) / 2 + 2e-8 * limit


@pytest.mark.parametrize(("value", "digits"), [(98.3405, 6), (470_000.0, 3), (470_000.00000001, 3), (0.0, 3), (1 / 3, 7), (5.50497e6, 6)])
def test_a_number_keeps_the_digits_that_it_was_written_with(value: float, digits: int) -> None:
    assert exact_digits(value) == digits


@pytest.mark.parametrize(
    ("low", "high", "unit", "english", "chinese"),
    [
        (30, 50, "MW", "30 – 50 MW", "3万 – 5万千瓦"),
        (9e8, 1.2e9, "CNY", "900 million – 1.2 bn CNY", "9亿 – 12亿元"),
        (149.8e4, 240.3e4, "t/a", "1.5 million – 2.4 million t/a", "149.8万 – 240.3万吨/年"),
        (0, 3.29e4, "t", "0 – 32,900 t", "0 – 3.29万吨"),
        (4.2031e6, 4.2042e6, "t", "4.203 million – 4.204 million t", "420.3万 – 420.4万吨"),
        (5, 5, "t", "5 – 5 t", "5 – 5吨"),
        (70, 80, "%", "70 – 80 %", "70 – 80%"),
        (5, math.inf, "t", "5 t – ∞", "5吨 – ∞"),
        (-math.inf, 5, "t", "−∞ – 5 t", "−∞ – 5吨"),
        (math.nan, 5, "t", "– – 5 t", "– – 5吨"),
        (1, 2, "", "1 – 2", "1 – 2"),
    ],
)
def test_a_range_tells_its_unit_once(low: float, high: float, unit: str, english: str, chinese: str) -> None:
    assert (span(low, high, unit, "en"), span(low, high, unit, "zh")) == (english, chinese)


@pytest.mark.parametrize(
    ("share", "english", "chinese"), [(0.6234, "62.3 %", "62.3%"), (0.0001, "< 0.1 %", "<0.1%"), (0.0, "0 %", "0%"), (1.0, "100 %", "100%"), (None, "–", "–")]
)
def test_shares_have_at_most_one_decimal(share: float | None, english: str, chinese: str) -> None:
    assert (percent(share, "en"), percent(share, "zh")) == (english, chinese)


def test_units_are_named_in_chinese_part_by_part() -> None:
    assert unit_name("CNY/m3", "zh") == "元/立方米"
    assert unit_name("t/a", "zh") == "吨/年"
    assert unit_name("CNY per t", "zh") == "元/吨"


def test_lists_end_with_and() -> None:
    assert listed([], "en") == ""
    assert listed(["a"], "zh") == "a"
    assert listed(["a", "b", "c"], "en") == "a, b and c"
    assert listed(["甲", "乙", "丙"], "zh") == "甲、乙和丙"


def test_a_pair_as_a_value_is_taken_in_each_language() -> None:
    assert both("link_hover", source=("Lake", "盐湖"), sink="A") == ("Lake → A", "盐湖 → A")


def test_titles_within_a_sentence_keep_the_capitals_of_names() -> None:
    assert inline(("Value added", "增加值")) == ("value added", "增加值")
    assert inline(("CO2", "二氧化碳")) == ("CO2", "二氧化碳")


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        text("no_such_text", "en")
