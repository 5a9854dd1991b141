"""ban, ceiling, minimum, phase_out, build_rate: rules on processes and their equipment."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from saltloop.data.pack import capacity_units
from saltloop.data.read import records
from saltloop.errors import message
from saltloop.formulation.rules.keys import about, expected
from saltloop.formulation.rules.rule import Amount, Context, Rule, Schedule

MIXED_UNITS = message(
    "S222", ("'{name}' in {key} names processes counted in different units: {units}", "{key} 中“{name}”的工艺计量单位不同：{units}"),
    ("name one process, or a tag whose processes share a unit", "请写一个工艺，或计量单位一致的标签"))


def activity_unit(rule: Rule, context: Context, name: str) -> str | None:
    """Common unit of the activities of the rule's processes; None, with a problem, if they differ."""
    processes = context.pack.tables["processes"]
    reference = dict(zip(processes["process"], processes["reference"], strict=True))
    commodities = context.pack.tables["commodities"]
    unit = dict(zip(commodities["commodity"], commodities["unit"], strict=True))
    units = sorted({unit[reference[p]] for p in rule.processes})
    if len(units) > 1:
        context.problems.add(MIXED_UNITS.at(context.place_of(rule.kind), name=name, key=context.key, units=", ".join(units)))
    return units[0] if len(units) == 1 else None


def equipment_of(rule: Rule, context: Context) -> set[str]:
    """The equipment that the rule's processes work on: shared equipment, else their own."""
    uses = context.pack.tables["uses"]
    return set(uses.loc[uses["process"].isin(rule.processes), "equipment"]) | (set(rule.processes) - set(uses["process"]))


def capacity_unit(rule: Rule, context: Context, name: str) -> str | None:
    """Common unit of the capacities of the rule's equipment; None, with a problem, if they differ."""
    of = capacity_units(context.pack.tables)
    units = sorted({of[u] for u in equipment_of(rule, context)})
    if len(units) > 1:
        context.problems.add(MIXED_UNITS.at(context.place_of(rule.kind), name=name, key=context.key, units=", ".join(units)))
    return units[0] if len(units) == 1 else None


def activity_of(rule: Rule, m: Any, y: Any) -> Any:
    """What the rule's processes put out in a period."""
    return sum(m.activity[p, j, y, t] for p, j, t in m.activities_of_rule[rule.name])


class Ban(Rule, kind="ban"):
    r"""A process, or every process with a tag, does not run.

    .. math:: \sum_{p \in area} \sum_{j \in banned} \sum_t activity_{pjyt} \le 0

    Example: ``no_pidgeon: {ban: mg_pidgeon}``
    Dual: what one unit of the banned activity would be worth.
    """

    title = ("Ban", "禁止")
    in_chinese = (
        "一个工艺或带某标签的全部工艺不得运行。",
        "",
        "被禁活动若允许一单位的价值。",
    )
    process: str = about("process, equipment or tag", "工艺、设备或标签", alias="ban")
    start: int | None = about("first year of the ban; absent: always", "禁止起始年；缺省：始终", None, alias="from")

    def bind_fields(self, context: Context) -> dict[str, Schedule]:
        """A bound of zero from the first year on."""
        self._processes = context.processes_in(self.process, self.kind)
        self._unit = activity_unit(self, context, self.process) or "1"
        return {"bound": Schedule(None, ((self.start or 0, 0.0),))}

    def row(self, m: Any, y: Any) -> Any:
        """No activity."""
        return activity_of(self, m, y) <= m.rule_number[self.name, "bound", y]


class Ceiling(Rule, kind="ceiling"):
    r"""The yearly output of processes is at most a value.

    .. math:: \sum_{p \in area} \sum_{j} \sum_t activity_{pjyt} \le value_y

    Example: ``potash_quota: {ceiling: potash_plant, at_most: 6 Mt, in: zone}``
    Dual: objective unit per unit of activity.
    """

    title = ("Ceiling", "上限")
    in_chinese = (
        "工艺的年产出不超过给定值。",
        "",
        "目标单位/活动量单位。",
    )
    process: str = about("process, equipment or tag", "工艺、设备或标签", alias="ceiling")
    at_most: Amount = about("largest activity in a year", "年最大活动量")

    def bind_fields(self, context: Context) -> dict[str, Schedule]:
        """The bound in the unit of the activity."""
        self._processes = context.processes_in(self.process, self.kind)
        unit = activity_unit(self, context, self.process)
        self._unit = unit or "1"
        return {"bound": context.schedule(self.at_most, unit, "at_most")}

    def row(self, m: Any, y: Any) -> Any:
        """Activity under the ceiling."""
        return activity_of(self, m, y) <= m.rule_number[self.name, "bound", y]


class Minimum(Rule, kind="minimum"):
    r"""The yearly output of processes is at least a value.

    .. math:: \sum_{p \in area} \sum_{j} \sum_t activity_{pjyt} \ge value_y

    Example: ``keep_potash: {minimum: kcl_cold_decomp_flotation, at_least: 3 Mt}``
    Dual: objective unit per unit of activity.
    """

    title = ("Minimum", "下限")
    in_chinese = (
        "工艺的年产出不低于给定值。",
        "",
        "目标单位/活动量单位。",
    )
    process: str = about("process, equipment or tag", "工艺、设备或标签", alias="minimum")
    at_least: Amount = about("smallest activity in a year", "年最小活动量")

    def bind_fields(self, context: Context) -> dict[str, Schedule]:
        """The bound in the unit of the activity."""
        self._processes = context.processes_in(self.process, self.kind)
        unit = activity_unit(self, context, self.process)
        self._unit = unit or "1"
        return {"bound": context.schedule(self.at_least, unit, "at_least")}

    def row(self, m: Any, y: Any) -> Any:
        """Activity above the minimum."""
        return activity_of(self, m, y) >= m.rule_number[self.name, "bound", y]


class PhaseOut(Rule, kind="phase_out"):
    r"""The capacity that a process may use falls in a straight line to zero.

    .. math:: \sum_{p \in area} \sum_{j} \sum_u \sum_t use_{ju}\, activity_{pjyt} \le share_y \cdot existing_{y},
        \qquad share_y = \min(1, \max(0, (by - y) / (by - from)))

    `existing` is what stands in the last year at full capacity; where processes share equipment, all of it counts for each.

    Example: ``phase_out_coke: {phase_out: coking, from: 2025, by: 2030}``
    Dual: what one unit more of the capacity in use would be worth.
    """

    title = ("Phase-out", "淘汰")
    in_chinese = (
        "工艺可用的产能沿直线降为零。",
        "`existing` 为满产能最后一年的在役产能；共用设备的工艺均以整台设备计。",
        "多允许使用一单位产能的价值。",
    )
    process: str = about("process, equipment or tag", "工艺、设备或标签", alias="phase_out")
    by: int = about("first year without it", "完全退出的首年")
    start: int | None = about("last year at full capacity; absent: the first period", "仍为满产能的最后一年；缺省：首期", None, alias="from")

    @model_validator(mode="after")
    def _order(self) -> PhaseOut:
        if self.start is not None and self.start >= self.by:
            raise expected("`from` must lie before `by`", "`from` 须早于 `by`")
        return self

    @property
    def on_capacity_used(self) -> bool:
        """It bounds the capacity that runs."""
        return True

    def bind_fields(self, context: Context) -> dict[str, Schedule]:
        """bound: the share that remains of the capacity standing at the sites, in units of capacity for a year."""
        self._processes = context.processes_in(self.process, self.kind)
        self._unit = self._for_a_year(capacity_unit(self, context, self.process))
        first = self.start if self.start is not None else min(context.years)
        standing = self._standing(context, first)
        share = {y: 1.0 if y <= first < self.by else max(0.0, (self.by - y) / (self.by - first)) if y < self.by else 0.0 for y in context.years}
        return {"bound": Schedule(None, tuple((y, share[y] * standing) for y in context.years))}

    def _for_a_year(self, unit: str | None) -> str:
        """A unit of capacity for a year: of one that is counted by the year, what it puts out."""
        yearly = unit.removesuffix("/a") if unit is not None else "1"
        return yearly if unit is None or yearly != unit else f"({unit})*a"

    def _standing(self, context: Context, first: int) -> float:
        """Capacity of all statuses but options in a year."""
        equipment = equipment_of(self, context)
        return float(
            sum(
                row["value"]
                for row in records(context.pack.tables["capacities"])
                if row["from_year"] <= first and (row["to_year"] is None or first <= row["to_year"])
                if row["equipment"] in equipment and row["site"] in self._sites and row["status"] != "option"
            )
        )

    def row(self, m: Any, y: Any) -> Any:
        """Capacity in use under what is left."""
        return sum(m.use[j, u] * m.activity[p, j, y, t] for p, j, u, t in m.uses_of_rule[self.name]) <= m.rule_number[self.name, "bound", y]


class BuildRate(Rule, kind="build_rate"):
    r"""The capacity built in one period is at most a value.

    .. math:: \sum_{p \in area} \sum_{u} new\_capacity_{puy} \le value_y

    Example: ``pv_pace: {build_rate: pv_utility_fixed, at_most: 2 GW}``
    Dual: objective unit per unit of capacity.
    """

    title = ("Build rate", "建设速度")
    in_chinese = (
        "一期内的新建产能不超过给定值。",
        "",
        "目标单位/产能单位。",
    )
    process: str = about("process or equipment", "工艺或设备", alias="build_rate")
    at_most: Amount = about("largest new capacity in a period", "一期内最大新建产能")

    @property
    def on_new_capacity(self) -> bool:
        """It bounds what is built."""
        return True

    def bind_fields(self, context: Context) -> dict[str, Schedule]:
        """The bound in the capacity unit of the equipment."""
        self._processes = context.processes_in(self.process, self.kind)
        unit = capacity_unit(self, context, self.process)
        self._unit = unit or "1"
        return {"bound": context.schedule(self.at_most, unit, "at_most")}

    def row(self, m: Any, y: Any) -> Any:
        """New capacity under the rate."""
        return sum(m.new_capacity[p, u, z, y] for p, u, z in m.capacities_of_rule[self.name, y]) <= m.rule_number[self.name, "bound", y]
