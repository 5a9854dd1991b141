"""entry: a standard of use that new plants, or all plants, must meet."""

from __future__ import annotations

from typing import Any, Literal

from saltloop.data.read import records
from saltloop.errors import message
from saltloop.formulation.rules.capacity import activity_of, activity_unit
from saltloop.formulation.rules.keys import about
from saltloop.formulation.rules.rule import Amount, Context, Rule, Schedule

STANDARD_CHANGES = message(
    "S223", ("the standard {key} takes one value, not one for each year", "{key} 的准入标准只取一个值，不分年份"),
    ("give one quantity, and `from` for the first year; a stricter one later is a second rule", "请写一个数，起始年写在 from；以后更严的标准另写一条规则"))


class Entry(Rule, kind="entry"):
    r"""Processes that use more of a commodity per unit of output than a standard are not built, or do not run.

    .. math:: \sum_{p \in area} \sum_{j \in banned} \sum_t activity_{pjyt} \le 0

    Example: ``water_entry: {entry: steel, of: fresh_water, at_most: 3.5 m3/t}``
    Example: ``close_wasteful: {entry: caustic_soda, of: electricity, at_most: 2400 kWh/t, plants: all, from: 2030}``
    The sum runs over those that fail; with `plants: new`, over the new capacity of their equipment. The use is that of the recipe, so who fails
    is known before the solve.
    Dual: what one unit of what is refused would be worth.
    """

    title = ("Entry standard", "准入标准")
    in_chinese = (
        "单位产出某物料用量超过标准的工艺不得新建，或不得运行。",
        "对不达标者求和；plants: new 时对其设备的新建产能求和。用量取自配方，谁不达标在求解前已知。",
        "被拒绝者若允许一单位的价值。",
    )
    process: str = about("process, equipment or tag that must meet the standard", "须达标的工艺、设备或标签", alias="entry")
    of: str = about("commodity whose use is judged", "考核用量的物料")
    at_most: Amount = about("most that may be used per unit of output", "单位产出的最大用量")
    plants: Literal["new", "all"] = about(
        "new: those that fail are not built; all: they do not run either", "new：不达标者不得新建；all：也不得运行", "new")
    start: int | None = about("first year of the standard; absent: always", "标准起始年；缺省：始终", None, alias="from")

    @property
    def has_row(self) -> bool:
        """Nothing is refused where every process meets the standard."""
        return bool(self._processes)

    @property
    def on_new_capacity(self) -> bool:
        """Whether it holds for what is built."""
        return self.plants == "new"

    @property
    def selects(self) -> bool:
        """It is meant to refuse something."""
        return True

    def bind_fields(self, context: Context) -> dict[str, Schedule]:
        """A bound of zero for the processes that fail, from the first year on."""
        self._processes = context.processes_in(self.process, self.kind)
        output, used = activity_unit(self, context, self.process), context.commodity_unit(self.of, "of")
        self._unit = output or "1"
        base = None if output is None or used is None else f"({used})/({output})"
        if isinstance(self.at_most.text, dict):
            context.problems.add(STANDARD_CHANGES.at(context.place_of("at_most"), key=f"{context.key}.at_most"))
            return {}
        standard = context.schedule(self.at_most, base, "at_most").at(0)
        use = {r["process"]: r["value"] for r in records(context.pack.tables["recipes"]) if r["commodity"] == self.of and r["direction"] == "use"}
        self._processes = tuple(j for j in self._processes if standard is not None and use.get(j, 0.0) > standard)
        return {"bound": Schedule(None, ((self.start or 0, 0.0),))}

    def row(self, m: Any, y: Any) -> Any:
        """Nothing new, or nothing at all, of what fails."""
        if self.plants == "new":
            return sum(m.new_capacity[p, u, z, y] for p, u, z in m.capacities_of_rule[self.name, y]) <= m.rule_number[self.name, "bound", y]
        return activity_of(self, m, y) <= m.rule_number[self.name, "bound", y]
