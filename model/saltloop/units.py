"""The closed registry of units: what is not listed here (or in a pack's own list) is not a unit.

Quantities are converted once, on entry; inside the package numbers are plain floats in the base unit of their thing.
Source: own list; 1 tce = 29.3076 GJ (GB/T 2589), 1 mu = 1/15 ha, 1 a = 365 d.
"""

from __future__ import annotations

import math
import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from saltloop.errors import InputError, Place, Problem, Words, message

# pint loads dask, where there is one, for quantities that are dask arrays; there are none here, and it takes a third of a second.
_is_loaded = "dask" in sys.modules
if not _is_loaded:
    sys.modules["dask"] = None  # type: ignore[assignment]
try:
    import pint
finally:
    if not _is_loaded:
        del sys.modules["dask"]

_DEFINITIONS = """
t = [mass]
kg = 1e-3 t = 千克 = 公斤
g = 1e-6 t
mg = 1e-9 t
kt = 1e3 t
Mt = 1e6 t
吨 = t
万吨 = 1e4 t
亿吨 = 1e8 t
km = [length]
m = 1e-3 km
mm = 1e-6 km
公里 = km
m2 = 1e-6 km ** 2
km2 = km ** 2 = 平方公里
ha = 1e-2 km ** 2 = 公顷
万公顷 = 1e4 ha
mu = 1 / 15 ha = 亩
万亩 = 1e4 mu
m3 = 1e-9 km ** 3 = 立方米
L = 1e-3 m3
hm3 = 1e6 m3
km3 = 1e9 m3
万立方米 = 1e4 m3
亿立方米 = 1e8 m3
d = [time] = 天
h = 1 / 24 d = 小时
a = 365 d = 年
month = 1 / 12 a = 月
GJ = [energy] = 吉焦
MJ = 1e-3 GJ
kJ = 1e-6 GJ
TJ = 1e3 GJ
PJ = 1e6 GJ
kWh = 3.6e-3 GJ = 千瓦时
万千瓦时 = 1e4 kWh
亿千瓦时 = 1e8 kWh
MWh = 3.6 GJ
GWh = 3.6e3 GJ
TWh = 3.6e6 GJ
tce = 29.3076 GJ = 吨标煤 = 吨标准煤
kgce = 1e-3 tce
ktce = 1e3 tce
Mtce = 1e6 tce
万吨标煤 = 1e4 tce = 万吨标准煤
W = 1e-6 MW
kW = 1e-3 MW = 千瓦
MW = MWh / h = 兆瓦
GW = 1e3 MW
万千瓦 = 10 MW
person = [person] = 人
万人 = 1e4 person
piece = [piece] = 件
head = [head] = 头
percent = 1e-2 = pct
permille = 1e-3
"""
_CNY = """
yuan = {currency} = 元 = 人民币元
kCNY = 1e3 {currency} = 千元
万元 = 1e4 {currency}
百万元 = 1e6 {currency}
亿元 = 1e8 {currency}
"""
# A ratio as formulas write it, such as (CNY)/(m3) or CNY/(t).
_RATIO = re.compile(r"^\(?([^()/]+)\)?/\(?([^()/]+)\)?$")
_MOST_SHOWN = 8
_QUANTITY = re.compile(r"^\s*([+-]?(?:\d+(?:[ _,]\d{3})*|\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(.*?)\s*$", re.DOTALL)

UNKNOWN_UNIT = message(
    "D101",
    ("unknown unit '{unit}'", "未知单位“{unit}”"),
    (
        "the registry is closed; known: {known}. A pack may declare more under `units:` in pack.yaml",
        "单位表是封闭的；可用：{known}。数据包可在 pack.yaml 的 units: 中补充",
    ),
)
WRONG_DIMENSION = message(
    "D102",
    ("'{unit}' does not fit where {wanted} belongs ({meaning})", "此处应为{wanted}（{meaning}），不能用“{unit}”"),
    ("{remedy}", "{remedy}"),
)
NOT_A_NUMBER = message(
    "D103",
    ("'{text}' is not a number with a unit", "“{text}”不是带单位的数"),
    ("expected something like 12 Mt, 141 CNY/m3 or 60 %", "应写成 12 Mt、141 元/m3 或 60 % 之类"),
)


@dataclass(frozen=True)
class Units:
    """The registry of one pack.

    Args:
        currency: name of the money unit, CNY by default.
        extra: further definitions as name -> definition, such as {"USD": "0.4 LE", "bag": "[bag]"}.
    """

    currency: str = "CNY"
    extra: tuple[tuple[str, str], ...] = ()

    def __getstate__(self) -> dict[str, object]:
        """What goes to another process: the definitions, from which the registry is made again."""
        return {"currency": self.currency, "extra": self.extra}

    @cached_property
    def _registry(self) -> pint.UnitRegistry[float]:
        registry: pint.UnitRegistry[float] = pint.UnitRegistry(None)
        money = f"{self.currency} = [money]\n" + (_CNY.format(currency=self.currency) if self.currency == "CNY" else "")
        registry.load_definitions((_DEFINITIONS + money).strip().splitlines())
        for name, definition in self.extra:
            registry.define(f"{name} = {definition}")
        return registry

    @cached_property
    def _factors(self) -> dict[tuple[str, str], float | None]:
        return {}

    @cached_property
    def _read(self) -> dict[str, pint.Quantity[float]]:
        return {}

    def known(self) -> list[str]:
        """Every unit name, for messages."""
        return sorted(str(name) for name in self._registry._units)

    def factor(self, unit: str, base: str) -> float | None:
        """How many of base one unit is; None if their dimensions differ.

        Raises:
            KeyError: a unit is unknown (its name is the argument).
        """
        key = (unit, base)
        if key not in self._factors:
            one, other = self._parsed(unit), self._parsed(base)
            if one.dimensionality != other.dimensionality:
                self._factors[key] = None
            else:
                self._factors[key] = 1.0 if unit == base else float(one.to_base_units().magnitude / other.to_base_units().magnitude)
        return self._factors[key]

    def dimension(self, unit: str) -> str:
        """The dimension in words of the registry, such as [money] / [mass].

        Raises:
            KeyError: the unit is unknown.
        """
        return str(self._parsed(unit).dimensionality)

    def _parsed(self, unit: str) -> pint.Quantity[float]:
        """One of a unit; each text is read once."""
        if unit not in self._read:
            self._read[unit] = self._parse(unit)
        return self._read[unit]

    def _parse(self, unit: str) -> pint.Quantity[float]:
        text = unit.strip().replace("%", "percent").replace("‰", "permille") or "1"
        try:
            found = self._registry.Quantity(1.0, "") if text == "1" else 1.0 * self._registry.parse_expression(text)
            is_plain = found.magnitude == 1 and bool(str(found.dimensionality))
        except (
            pint.errors.UndefinedUnitError,
            pint.errors.DefinitionSyntaxError,
            AttributeError,
            TypeError,
            ValueError,
            AssertionError,
            ZeroDivisionError,
        ) as error:
            names = getattr(error, "unit_names", unit)
            raise KeyError(names if isinstance(names, str) else ", ".join(names)) from error
        if not is_plain:  # pint drops commas and multiplies numbers out: "1,5 t" would pass as 5 t
            raise KeyError(unit)
        return found

    def convert(self, value: float, unit: str, base: str, place: Place, meaning: str = "") -> float | Problem:
        """Value in base units, or the problem that stands in the way."""
        try:
            factor = self.factor(unit, base)
        except KeyError as error:
            return UNKNOWN_UNIT.at(place, unit=error.args[0], known=", ".join(self.known()))
        if factor is None:
            wanted, remedy = self._wanted(base)
            return WRONG_DIMENSION.at(place, unit=unit, wanted=wanted, meaning=meaning or base, remedy=remedy)
        return value * factor

    def _wanted(self, base: str) -> tuple[Words, Words]:
        """What belongs where a unit did not fit, and what to write, in words that a planner knows."""
        upper, lower = ratio.groups() if (ratio := _RATIO.match(base)) else ("", "")
        if upper == lower and (upper or self.dimension(base) == self.dimension("1")):
            per = (f" ({upper} per {lower})", f"（{upper} 与 {lower} 之比）") if upper else ("", "")
            wanted = Words(f"a share such as 60 %{per[0]}", f"比例，如 60 %{per[1]}")
            return wanted, Words("write a percentage, or a number without a unit: 60 % or 0.6", "请写百分数或不带单位的数：60 % 或 0.6")
        if upper:
            plain = f"{upper}/({lower})" if " " in lower else f"{upper}/{lower}"
            wanted = Words(f"'{plain}'", f"“{plain}”的量纲")
            return wanted, Words(f"write {upper} per {lower}, such as 12 {plain}", f"请写每 {lower} 若干 {upper}，如 12 {plain}")
        fitting = ", ".join(self._alike(base)[:_MOST_SHOWN])
        remedy = Words(f"write the number in a unit that converts to {base}, such as {fitting}", f"请改用可换算为 {base} 的单位，如 {fitting}")
        return Words(f"'{base}'", f"“{base}”的量纲"), remedy

    def _alike(self, base: str) -> list[str]:
        """Units of the dimension of a base, the base first, then those nearest to it in size."""
        factors = {name: factor for name in self.known() if (factor := self.factor(name, base)) is not None}
        return list(dict.fromkeys([base, *sorted(factors, key=lambda name: (abs(math.log(factors[name])), name))]))

    def quantity(self, text: object, base: str, place: Place, meaning: str = "") -> float | Problem:
        """A quantity as written in a scenario, in base units; a bare number is taken in base units."""
        split = split_quantity(str(text))
        if split is None:
            return NOT_A_NUMBER.at(place, text=text)
        value, unit = split
        found = value if not unit else self.convert(value, unit, base, place, meaning)
        return found if isinstance(found, Problem) or math.isfinite(found) else NOT_A_NUMBER.at(place, text=text)


def plain_text(text: str) -> str:
    """A quantity as one keyboard writes it: full-width digits, signs and letters plain, m³ as m3, a true minus as a hyphen."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-").strip()


def has_sign(text: object) -> bool:
    """Whether a quantity is written with a plus or a minus before it."""
    return isinstance(text, str) and plain_text(text).strip()[:1] in ("+", "-")


def split_quantity(text: str) -> tuple[float, str] | None:
    """Number and unit of a text such as '0.65 万元/tce'; None if it does not start with a number."""
    match = _QUANTITY.match(plain_text(text))
    if match is None or not match.group(1) or match.group(1) in "+-":
        return None
    try:
        return float(re.sub(r"[ _,]", "", match.group(1))), match.group(2)
    except ValueError:
        return None


def units_of(currency: str, extra: dict[str, str], place: Place) -> Units:
    """The registry that a pack declares.

    Raises:
        InputError: a definition cannot be read.
    """
    units = Units(currency, tuple(extra.items()))
    for name, definition in extra.items():
        try:
            units.dimension(name)
        except (KeyError, pint.errors.PintError) as error:
            raise InputError(UNKNOWN_UNIT.at(place, unit=f"{name} = {definition}", known=", ".join(Units(currency).known()))) from error
    return units
