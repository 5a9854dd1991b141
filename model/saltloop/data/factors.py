"""The names in table factors that the equations know; every other name is free and serves the accounts that ask for it."""

from __future__ import annotations

from dataclasses import dataclass

MONEY = "money"
BY_DISTANCE = "_distance"
ANNUITY = "capital_annuity"
# Measure of flow capacity: what a unit can put out in a year by its profile or availability, so that idle output can be an account.
AVAILABLE = "available"


@dataclass(frozen=True)
class Known:
    """A factor that an equation reads.

    Args:
        kind: what the item is.
        name: its name in factors.csv.
        unit: what it converts to; `money` is the currency of the pack; per unit of the item.
        meaning: one sentence in English and in Chinese.
        share: True: lies between 0 and 1.
    """

    kind: str
    name: str
    unit: str
    meaning: tuple[str, str]
    share: bool = False

    @property
    def is_money(self) -> bool:
        """Whether accounts alone read it, which convert it themselves."""
        return self.unit.startswith(MONEY)


KNOWN: tuple[Known, ...] = (
    Known(
        "process",
        "evaporation",
        "m3",
        ("water that a pond evaporates per unit of activity; bounded by table evaporation", "盐田每单位活动量蒸发的水量，受 evaporation 表约束"),
    ),
    Known(
        "equipment",
        "availability",
        "1",
        ("share of the year's 8760 h that it can run; a profile replaces it", "全年 8760 小时的可用份额；有曲线时以曲线为准"),
        share=True,
    ),
    Known("equipment", "min_load", "1", ("smallest share of its capacity at which it runs", "最低负荷份额"), share=True),
    Known(
        "equipment",
        "lifetime",
        "a",
        ("years that new capacity stands; also spreads capital_cost in the measure capital_annuity", "新增产能寿命；capital_annuity 亦用它分摊投资"),
    ),
    Known("equipment", "land", "ha", ("land per unit of capacity, of the land class of the equipment", "单位产能占地")),
    Known("equipment", "pond_area", "ha", ("evaporating surface per unit of capacity; count it in land as well", "单位产能的蒸发面积；占地中亦应计入")),
    Known(
        "equipment",
        "capital_cost",
        MONEY,
        ("price of one unit of new capacity; the measure capital_annuity spreads it over the lifetime", "单位产能投资；capital_annuity 按寿命分摊"),
    ),
    Known("mode", "freight", MONEY, ("price per unit loaded, whatever the distance", "与距离无关的单位运价")),
    Known("mode", "freight_distance", f"{MONEY}/km", ("price per unit loaded and km", "每公里单位运价")),
    Known("mode", "loss", "1", ("share lost on the way, whatever the distance", "与距离无关的损耗份额"), share=True),
    Known("mode", "loss_distance", "1/km", ("share lost per km", "每公里损耗份额"), share=True),
    Known("link", "freight", MONEY, ("price per unit loaded; replaces that of the mode", "单位运价，代替方式的运价")),
    Known("link", "loss", "1", ("share lost on the way; replaces that of the mode", "损耗份额，代替方式的损耗"), share=True),
    Known("route", "land", "ha", ("land per unit disposed of, of the land class of the route", "处置单位物料的占地")),
    Known("commodity", "land", "ha", ("the same for one commodity; replaces that of the route", "该物料处置的单位占地，代替途径的数值")),
    Known("store", "loss", "1/h", ("share of the level lost per hour", "每小时损失份额"), share=True),
    Known("store", "efficiency_in", "1", ("share of what goes in that arrives in the store", "入库效率"), share=True),
    Known("store", "efficiency_out", "1", ("share of what leaves the store that arrives outside", "出库效率"), share=True),
    Known("store", "rate", "1/h", ("share of its size that goes in or out in an hour; absent: no bound", "每小时可充放份额；缺省不限")),
)
BY_KIND_AND_NAME = {(known.kind, known.name): known for known in KNOWN}


def base_unit(known: Known, currency: str) -> str:
    """The unit of a known factor in the currency of a pack."""
    return known.unit.replace(MONEY, currency)
