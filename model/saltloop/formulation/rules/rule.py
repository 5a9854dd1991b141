"""What every rule kind shares: its YAML fields, how text becomes numbers, how it is found by its key.

A rule is written as text by an analyst (`RuleText` fields), bound once to a pack (units, names, sites), and then
gives one row per period. Rule classes know neither Pyomo nor a solver: `row` does arithmetic on `m`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal, Self

import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, PrivateAttr, WithJsonSchema

from saltloop.data.pack import Pack
from saltloop.data.read import listed_names, meant
from saltloop.errors import Place, Problem, Problems, Words, message
from saltloop.formulation.rules.keys import about, expected
from saltloop.units import split_quantity

UNKNOWN_ACCOUNT = message(
    "S203", ("unknown account '{name}' in {key}", "{key} 中的账户“{name}”未知"),
    ("known accounts: {known}.{hint}", "可用账户：{known}。{hint}"))
UNKNOWN_AREA = message(
    "S204", ("unknown area or site '{name}' in {key}", "{key} 中的区域或地点“{name}”未知"),
    ("areas: {areas}. Sites: {sites}.{hint}", "区域：{areas}。地点：{sites}。{hint}"))
UNKNOWN_PROCESS = message(
    "S205", ("no process, equipment or tag '{name}' in {key}", "{key} 中没有名为“{name}”的工艺、设备或标签"),
    ("name a process, its equipment, or a tag of processes.{hint}", "请写工艺、设备或工艺标签。{hint}"))
UNKNOWN_COMMODITY = message(
    "S206", ("unknown commodity '{name}' in {key}", "{key} 中的物料“{name}”未知"),
    ("name a commodity of the pack.{hint}", "请写数据包中的物料。{hint}"))
MIXED_COMMODITIES = message(
    "S224", ("'{name}' in {key} names commodities counted in different units: {units}", "{key} 中“{name}”的物料计量单位不同：{units}"),
    ("name one commodity, or a tag whose commodities share a unit", "请写一种物料，或计量单位一致的标签"))
OUTSIDE = message(
    "S207", ("'{name}' in {key} has no site among the areas of this scenario", "{key} 中的“{name}”在本情景的区域内没有地点"),
    ("areas of the scenario: {areas}", "本情景区域：{areas}"))
MIXED_BOUNDARY = message(
    "S208", ("rule '{rule}': area '{area}' has background values for '{has}' but not for '{lacks}' in {year}",
             "规则“{rule}”：区域“{area}”在 {year} 年有“{has}”的背景值而没有“{lacks}”的"),
    ("a ratio must stand on one boundary: add the background of '{lacks}', or say `background: no` for the model alone",
     "比率的边界须一致：请补“{lacks}”的背景值，或写 background: no 只计模型内"))


NEVER_IN_FORCE = message(
    "S140", ("{key} never holds: it begins in {first}, the last period is {last}", "{key} 从不生效：起始年 {first} 晚于末期 {last}"),
    ("check the years", "请核对年份"), warning=True)


def unknown_account(place: Place, name: str, key: str, titles: Mapping[str, tuple[str, str]]) -> Problem:
    """An account that is not there.

    Args:
        place: where it is named.
        name: as written.
        key: of the scenario, or the option of a command.
        titles: of the accounts there are, English and Chinese.
    """
    return UNKNOWN_ACCOUNT.at(place, name=name, key=key, known=listed_names(list(titles), name), hint=meant(name, titles))


def unknown_area(place: Place, name: str, key: str, pack: Pack) -> Problem:
    """An area or site that is not there.

    Args:
        place: where it is named.
        name: as written.
        key: of the scenario, or the option of a command.
        pack: with the areas and sites there are.
    """
    areas, sites = pack.titles("areas"), pack.titles("sites")
    return UNKNOWN_AREA.at(place, name=name, key=key, areas=", ".join(areas), sites=", ".join(sites), hint=meant(name, areas | sites))


@dataclass(frozen=True)
class Schedule:
    """A quantity that may change over the periods.

    Args:
        text: as written: one quantity, or a mapping from year to quantity.
        values: year and number in base units, once bound.
    """

    text: object
    values: tuple[tuple[int, float], ...] = ()

    def at(self, year: int) -> float | None:
        """The number in force: the last that is not later than year; None before the first."""
        current = [value for start, value in self.values if start <= year]
        return current[-1] if current else None

    def parts(self) -> list[tuple[int, object]]:
        """Start year and text of each part; one quantity alone starts with year 0."""
        if isinstance(self.text, dict):
            return sorted((int(year), part) for year, part in self.text.items())
        return [(0, self.text)]


def _schedule(raw: object) -> Schedule:
    if isinstance(raw, Schedule):
        return raw
    if isinstance(raw, dict):
        if not raw or not all(isinstance(k, int) for k in raw):
            raise expected("a mapping from years to quantities, such as {2025: 12 Mt, 2030: 10 Mt}", "由年份到数的映射，如 {2025: 12 Mt, 2030: 10 Mt}")
        if not all(isinstance(v, (int, float, str)) for v in raw.values()):
            raise expected("one quantity for each year", "每个年份一个数")
    elif isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        raise expected("a quantity such as 12 Mt or 60 %, or a mapping from year to quantity", "一个数，如 12 Mt 或 60 %，或由年份到数的映射")
    return Schedule(raw)


_QUANTITY_SCHEMA = {"anyOf": [{"type": "number"}, {"type": "string"},
                              {"type": "object", "additionalProperties": {"type": ["number", "string"]}}],
                    "description": "a quantity with its unit, or a mapping from year to quantity"}
Amount = Annotated[Schedule, BeforeValidator(_schedule), WithJsonSchema(_QUANTITY_SCHEMA)]


@dataclass
class Context:
    """What a rule needs to become numbers.

    Args:
        pack: names and units.
        sites: sites of the scenario.
        years: its periods.
        place_of: place of a field of this rule by its YAML key.
        key: address of the rule in messages, such as rules.carbon_cap.
        problems: collects what is wrong.
    """

    pack: Pack
    sites: tuple[str, ...]
    years: tuple[int, ...]
    areas: tuple[str, ...]
    place_of: Callable[[str], Place]
    key: str
    problems: Problems = field(default_factory=Problems)

    def names(self, table: str, column: str) -> list[str]:
        """The ids of a table."""
        return list(self.pack.tables[table][column])

    def account_unit(self, name: str, field_name: str) -> str | None:
        """Unit of an account; None, with a problem, if there is no such account."""
        accounts = dict(zip(self.names("accounts", "account"), self.pack.tables["accounts"]["unit"], strict=True))
        if name not in accounts:
            self.problems.add(unknown_account(self.place_of(field_name), name, f"{self.key}.{field_name}", self.pack.titles("accounts")))
        return accounts.get(name)

    def schedule(self, amount: Schedule, base: str | None, field_name: str) -> Schedule:
        """The amount in base units; problems are collected and the part is left out."""
        values = []
        for year, text in amount.parts():
            number = 0.0 if base is None else self.pack.units.quantity(text, base, self.place_of(field_name), f"{self.key}.{field_name}")
            if isinstance(number, Problem):
                self.problems.add(number)
            else:
                values.append((year, number))
        return Schedule(amount.text, tuple(values))

    def commodity_unit(self, name: str, field_name: str) -> str | None:
        """Unit of a commodity; None, with a problem, if there is none of that name."""
        units = dict(zip(self.names("commodities", "commodity"), self.pack.tables["commodities"]["unit"], strict=True))
        if name not in units:
            self.problems.add(UNKNOWN_COMMODITY.at(self.place_of(field_name), name=name, key=f"{self.key}.{field_name}",
                                                   hint=meant(name, self.pack.titles("commodities"))))
        return units.get(name)

    def commodities_in(self, name: str, field_name: str) -> tuple[tuple[str, ...], str | None]:
        """Commodities by id or by tag, and their unit; a problem where there are none, or where their units differ."""
        table = self.pack.tables["commodities"]
        found = {c: unit for c, unit, tags in zip(table["commodity"], table["unit"], table["tags"], strict=True) if name == c or name in tags}
        if not found:
            return (), self.commodity_unit(name, field_name)
        units = sorted(set(found.values()))
        if len(units) > 1:
            self.problems.add(MIXED_COMMODITIES.at(self.place_of(field_name), name=name, key=f"{self.key}.{field_name}", units=", ".join(units)))
        return tuple(found), units[0]

    def sites_in(self, place: str, field_name: str = "in") -> tuple[str, ...]:
        """Sites of the scenario in an area, or the site itself."""
        areas, all_sites = self.names("areas", "area"), self.names("sites", "site")
        if place not in areas and place not in all_sites:
            self.problems.add(unknown_area(self.place_of(field_name), place, f"{self.key}.{field_name}", self.pack))
            return ()
        found = tuple(s for s in sites_of(self.pack, [place]) if s in self.sites)
        if not found:
            self.problems.add(OUTSIDE.at(self.place_of(field_name), name=place, key=f"{self.key}.{field_name}", areas=", ".join(self.areas)))
        return found

    def processes_in(self, name: str, field_name: str) -> tuple[str, ...]:
        """Processes by id, by tag or by the equipment that they use."""
        table = self.pack.tables["processes"]
        uses = self.pack.tables["uses"]
        on_equipment = set(uses.loc[uses["equipment"] == name, "process"])
        found = tuple(p for p, tags in zip(table["process"], table["tags"], strict=True) if name == p or name in tags or p in on_equipment)
        if not found:
            tags = dict.fromkeys(sorted({tag for tags in table["tags"] for tag in tags}), ("", ""))
            hint = self._makers(name) or meant(name, self.pack.titles("processes", "equipment") | tags)
            self.problems.add(UNKNOWN_PROCESS.at(self.place_of(field_name), name=name, key=f"{self.key}.{field_name}", hint=hint))
        return found

    def _makers(self, name: str) -> Words | str:
        """A hint for a commodity where a process belongs: the processes that make it."""
        recipes = self.pack.tables["recipes"]
        found = dict.fromkeys(recipes.loc[(recipes["commodity"] == name) & (recipes["direction"] == "make"), "process"])
        listed = listed_names(list(found), name)
        return Words(f" '{name}' is a commodity, made by: {listed}.", f"“{name}”是物料，产出它的工艺：{listed.zh}。") if found else ""

    def background(self, account: str, area: str) -> dict[int, float]:
        """Background of an account by year, where the area declares it for every period."""
        table = self.pack.tables["background"]
        rows: pd.DataFrame = table[(table["account"] == account) & (table["area"] == area)]
        return {int(y): float(v) for y, v in zip(rows["year"], rows["value"], strict=True) if int(y) in self.years}


def sites_of(pack: Pack, places: Iterable[str]) -> tuple[str, ...]:
    """Sites that are named or lie in a named area, nested areas included, in the order of the pack."""
    wanted = set(places)
    areas = pack.tables["areas"]
    parent = dict(zip(areas["area"], areas["parent"], strict=True))

    def inside(area: str | None) -> bool:
        passed: set[str] = set()
        while area is not None and area not in passed:
            if area in wanted:
                return True
            passed.add(area)
            area = parent.get(area)
        return False

    sites = pack.tables["sites"]
    return tuple(s for s, area in zip(sites["site"], sites["area"], strict=True) if s in wanted or inside(area))


class Rule(BaseModel):
    """One rule of a scenario.

    A subclass declares its fields (the YAML), `kind` (the key that names it in YAML), `title`, `bind_fields` (text to
    numbers) and `row` (the constraint of one period). The first docstring sentence, formula and example become its
    manual page; `in_chinese` has what stands there in words: the sentence, what must be said with it, the dual.
    """

    # Validators are made for the kinds that a scenario uses, when it uses them: those of all kinds take longer than a small pack.
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, arbitrary_types_allowed=True, defer_build=True)
    kind: ClassVar[str] = ""
    title: ClassVar[tuple[str, str]] = ("", "")
    in_chinese: ClassVar[tuple[str, str, str]] = ("", "", "")
    kinds: ClassVar[dict[str, type[Rule]]] = {}

    area: str | None = about("area or site where it holds; absent: all sites of the scenario", "规则适用的区域或地点；缺省：情景的全部地点", None, alias="in")
    note: str | None = about("remark for readers", "备注", None)
    called: dict[Literal["en", "zh"], str] | None = about(
        "name for readers, as {en: ..., zh: ...}; absent: its key",
        "供阅读的名称，写成 {en: ..., zh: ...}；缺省：规则的键",
        None)
    _name: str = PrivateAttr("")
    _place: Place = PrivateAttr(Place())
    _sites: tuple[str, ...] = PrivateAttr(())
    _processes: tuple[str, ...] = PrivateAttr(())
    _numbers: dict[str, Schedule] = PrivateAttr(default_factory=dict)
    _periods: tuple[int, ...] = PrivateAttr(())
    _unit: str = PrivateAttr("1")

    def __init_subclass__(cls, *, kind: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if kind:
            cls.kind = kind
            Rule.kinds[kind] = cls

    @property
    def name(self) -> str:
        """Key of the rule in the scenario."""
        return self._name

    @property
    def place(self) -> Place:
        """File and line of the rule."""
        return self._place

    @property
    def sites(self) -> tuple[str, ...]:
        """Sites where it holds."""
        return self._sites

    @property
    def processes(self) -> tuple[str, ...]:
        """Processes that it selects; empty where it selects none."""
        return self._processes

    @property
    def numbers(self) -> dict[str, Schedule]:
        """Its numbers in base units by name."""
        return self._numbers

    @property
    def unit(self) -> str:
        """Unit of the row: its dual is objective unit per this unit."""
        return self._unit

    @property
    def tiers(self) -> tuple[int, ...]:
        """Numbers of the parts into which it charges accounts; empty for a rule that charges none."""
        return ()

    @property
    def charged_accounts(self) -> dict[int, str]:
        """The account that each tier may take up to its amount, for a rule that pays for accounts; empty for others."""
        return {}

    @property
    def on_new_capacity(self) -> bool:
        """Whether it acts on what is built instead of on what runs."""
        return False

    @property
    def on_capacity_used(self) -> bool:
        """Whether it acts on the capacity that runs instead of on output."""
        return False

    @property
    def selects(self) -> bool:
        """Whether it acts on things that may not exist in a scenario."""
        return bool(self._processes)

    @property
    def has_row(self) -> bool:
        """Whether it bounds something (a charge or a price does not)."""
        return True

    @property
    def periods(self) -> tuple[int, ...]:
        """Periods in which it holds."""
        return self._periods

    def bind(self, name: str, context: Context) -> Self:
        """The rule with names looked up and texts converted; problems are collected in the context."""
        bound = self.model_copy()
        bound._name, bound._place = name, context.place_of("")
        bound._sites = context.sites if self.area is None else context.sites_in(self.area)
        bound._periods = context.years
        bound._numbers = bound.bind_fields(context)
        bound._periods = tuple(y for y in context.years if all(s.at(y) is not None for s in bound._numbers.values()))
        bound._tell_if_never_in_force(context)
        return bound

    def _tell_if_never_in_force(self, context: Context) -> None:
        """A warning for a rule whose first year comes after the last period."""
        firsts = [min(year for year, _ in schedule.values) for schedule in self._numbers.values() if schedule.values]
        if context.years and firsts and max(firsts) > max(context.years):
            context.problems.add(NEVER_IN_FORCE.at(self._place, key=context.key, first=max(firsts), last=max(context.years)))

    def bind_fields(self, context: Context) -> dict[str, Schedule]:
        """The numbers of the rule in base units by name; sets unit and selected processes."""
        raise TypeError(f"{type(self).__name__} does not say how its fields become numbers")

    def row(self, m: Any, y: Any) -> Any:
        """The constraint of period y, an inequality in the variables of m."""
        raise TypeError(f"{type(self).__name__} has no row")


def constant(values: dict[int, float], years: tuple[int, ...]) -> Schedule:
    """A schedule of known numbers, zero where none is given."""
    return Schedule(None, tuple((y, values.get(y, 0.0)) for y in years))


def looks_like_quantity(text: object) -> bool:
    """Whether a text starts with a number."""
    return isinstance(text, (int, float)) or (isinstance(text, str) and split_quantity(text) is not None)
