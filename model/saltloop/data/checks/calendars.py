"""Checks of months, hours and years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from saltloop.data.checks.registry import data_check
from saltloop.data.relations import Relations, place_of
from saltloop.errors import Problem, message

MONTHS, HOURS = range(1, 13), range(24)

NOT_A_SHARE = message(
    "D193",
    ("the profile of '{equipment}' is {value:g} in month {month}", "“{equipment}”在 {month} 月的曲线值为 {value:g}"),
    ("expected a share from 0 to 1 (30 % is 0.3)", "应为 0 至 1 的份额（30 % 写 0.3）"),
)
NOT_IN_CALENDAR = message(
    "D194", ("{what} {value:g} in table {table}", "表 {table} 中的{what_zh} {value:g}"), ("expected {low} to {high}", "应为 {low} 至 {high}")
)
INCOMPLETE = message(
    "D195",
    ("the {what} of '{item}' is incomplete: {missing}", "“{item}”的{what_zh}不完整：{missing}"),
    (
        "give every month once: the whole (leave the finer column empty), or all of its parts; what is missing counts as zero",
        "每月须完整：整月一行（细分列留空），或全部细分；缺的按零计",
    ),
)
YEARS_REVERSED = message(
    "D196",
    ("'{equipment}' at '{site}' ends in {last}, before it starts in {first}", "“{site}”的“{equipment}”于 {last} 年结束，早于 {first} 年开始"),
    ("correct from_year or to_year", "请改正 from_year 或 to_year"),
)


def _outside(row: dict[str, Any], table: str, column: str, zh: str, allowed: range) -> Iterator[Problem]:
    if row[column] is not None and row[column] not in allowed:
        yield NOT_IN_CALENDAR.at(place_of(row), what=column, what_zh=zh, value=row[column], table=table, low=allowed[0], high=allowed[-1])


def _gaps(hours: dict[int, set[int | None]]) -> list[str]:
    """What is missing of 12 months with 24 hours or one whole day each; `25/24 h` is a whole day beside hours."""
    gaps = [f"m{m:02}" for m in MONTHS if m not in hours]
    for month, own in sorted(hours.items()):
        if (None in own and len(own) > 1) or (None not in own and len(own) < len(HOURS)):
            gaps.append(f"m{month:02} {len(own)}/{len(HOURS)} h")
    return gaps


@data_check(
    NOT_A_SHARE,
    NOT_IN_CALENDAR,
    INCOMPLETE,
    in_chinese=(
        "曲线给出全年的份额。",
        "每个数值在 0 到 1 之间；月份为 1 至 12，小时为 0 至 23；每一设备和地点，每月要么一行（全天），要么 24 小时各一行。蒸发和取用限额的月份也一并"
        "检查；一地的蒸发或为全年一个数，或为十二个月各一个数。",
        "缺少的小时按零计，黑夜多一点或少一点，储能和电站的结果就变了。",
    ),
)
def profiles_are_complete(relations: Relations) -> Iterator[Problem]:
    """A profile tells a share for the whole year.

    What it does: every value lies from 0 to 1; months run from 1 to 12, hours from 0 to 23; for each equipment and site,
    every month has either one row for the whole day or 24 hours. Months of evaporation and of draw limits are
    read as well; a site's evaporation is one value for the year or twelve.

    Why: a missing hour counts as zero, and a night too much or too little shifts a storage and a power plant.
    """
    profiles: dict[tuple[str, str | None], dict[int, set[int | None]]] = defaultdict(lambda: defaultdict(set))
    first: dict[tuple[str, str | None], dict[str, Any]] = {}
    for row in relations.rows("profiles"):
        month, hour, key = row["month"], row["hour"], (row["equipment"], row["site"])
        if month not in MONTHS or (hour is not None and hour not in HOURS):
            yield from _outside(row, "profiles", "month", "月份", MONTHS)
            yield from _outside(row, "profiles", "hour", "小时", HOURS)
        if not 0 <= row["value"] <= 1:
            yield NOT_A_SHARE.at(place_of(row), equipment=row["equipment"], value=row["value"], month=int(month))
        if key not in first:
            first[key] = row
        profiles[key][int(month)].add(None if hour is None else int(hour))
    for key, hours in profiles.items():
        gaps = _gaps(hours)
        if gaps:
            yield INCOMPLETE.at(place_of(first[key]), what="profile", what_zh="曲线", item=key[0], missing=", ".join(gaps))
    yield from _monthly(relations)


def _monthly(relations: Relations) -> Iterator[Problem]:
    months: dict[str, set[int | None]] = defaultdict(set)
    first: dict[str, dict[str, Any]] = {}
    for row in relations.rows("evaporation"):
        yield from _outside(row, "evaporation", "month", "月份", MONTHS)
        first.setdefault(row["site"], row)
        months[row["site"]].add(None if row["month"] is None else int(row["month"]))
    for site, own in months.items():
        if None not in own and not own >= set(MONTHS):
            missing = ", ".join(f"m{m:02}" for m in MONTHS if m not in own)
            yield INCOMPLETE.at(place_of(first[site]), what="evaporation", what_zh="蒸发量", item=site, missing=missing)
    for row in relations.rows("basin_limits"):
        yield from _outside(row, "basin_limits", "month", "月份", MONTHS)


@data_check(
    YEARS_REVERSED,
    in_chinese=(
        "设备的末年不早于起始年。",
        "比较 capacities 的 to_year 与 from_year。",
        "年份写反的产能永远不会在役。",
    ),
)
def capacities_end_after_they_start(relations: Relations) -> Iterator[Problem]:
    """Equipment ends after it starts.

    What it does: compares to_year with from_year in capacities.

    Why: reversed years make capacity that never stands.
    """
    for row in relations.rows("capacities"):
        if row["to_year"] is not None and row["to_year"] < row["from_year"]:
            yield YEARS_REVERSED.at(place_of(row), equipment=row["equipment"], site=row["site"], first=int(row["from_year"]), last=int(row["to_year"]))
