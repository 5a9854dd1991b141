"""What of a list of subjects is represented, and where: `python -m saltloop.interfaces.coverage docs/coverage docs/coverage.md docs/coverage.zh.md`.

A folder holds two tables. `groups.csv` has the groups with the number of their entries and the share aimed at. `entries.csv` has one row per subject:
represented (with claims of where, see `claims`), elsewhere (in another form, which `how` tells), or outside (`how` tells why). Every claim is looked up
in the packs under `data`, the scenarios and the program itself; the page is written only if all of them hold.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from saltloop.data.about import read_about
from saltloop.data.manual import write_or_print
from saltloop.data.pack import load
from saltloop.data.read import did_you_mean
from saltloop.errors import InputError, Place, Problem, Problems, Words, message
from saltloop.interfaces.claims import Claim, Inventory
from saltloop.language import percent

ENTRIES, GROUPS = "entries.csv", "groups.csv"
REPRESENTED, ELSEWHERE, OUTSIDE = STATUSES = ("represented", "elsewhere", "outside")
_COLUMNS = {
    ENTRIES: ("entry", "group", "subject_en", "subject_zh", "region", "status", "claims", "how_en", "how_zh"),
    GROUPS: ("group", "title_en", "title_zh", "entries", "aim"),
}

NOT_A_TABLE = message(
    "R401",
    ("the table has other columns than it should", "表的列不符"),
    ("expected: {columns}", "应为：{columns}"),
)
NOT_THERE = message(
    "R402",
    ("entry {entry} claims '{claim}', which is not there", "条目 {entry} 声称“{claim}”，但并不存在"),
    (
        "correct the claim, or say how the entry is represented.{hint} A process must be able to run at some site: equipment there, a way in and a way out",
        "请更正，或说明该条目如何体现。{hint}工艺须能在某地点运行：有设备、原料有来源、产物有去向",
    ),
)
WRONG_STATUS = message(
    "R403",
    ("entry {entry} is {status}, which does not go with what it says", "条目 {entry} 的状态“{status}”与所填内容不符"),
    (
        "represented needs claims; elsewhere needs claims and how in both languages; outside needs how in both languages and no claims",
        "represented 须有声称；elsewhere 须有声称及中英文说明；outside 须有中英文说明且无声称",
    ),
)
WRONG_COUNT = message(
    "R404",
    ("group {group} should have {expected} entries, each once, and has {found}", "组 {group} 应有 {expected} 个互不重复的条目，现有 {found} 个"),
    ("add or remove entries, or correct the number in groups.csv", "请增删条目，或更正 groups.csv 中的数目"),
)

_TEXTS: dict[str, tuple[str, str]] = {
    "head": ("group | entries | represented | elsewhere | outside | share represented | aim", "组 | 条目 | 已体现 | 另行体现 | 不在模型内 | 体现率 | 目标"),
    "all": ("All groups", "全部"),
    "aimed": ("Groups with an aim, together", "设目标各组合计"),
    "rows": ("entry | subject | region | status | where | in which form, or why not", "条目 | 主题 | 区域 | 状态 | 所在 | 形式或理由"),
    REPRESENTED: ("represented", "已体现"),
    ELSEWHERE: ("elsewhere", "另行体现"),
    OUTSIDE: ("outside", "不在模型内"),
    "kinds": ("Claims by kind", "各类声称数"),
    "comma": ("; ", "；"),
}
_KINDS: dict[str, tuple[str, str]] = {
    "commodity": ("commodity", "物料"),
    "area": ("area", "区域"),
    "site": ("site", "地点"),
    "basin": ("basin", "资源体"),
    "link": ("link", "线路"),
    "mode": ("mode of transport", "运输方式"),
    "market": ("market", "市场"),
    "route": ("route of disposal", "处置途径"),
    "store": ("store", "储存"),
    "account": ("account", "账户"),
    "indicator": ("indicator", "指标"),
    "score": ("score", "评分"),
    "conflict": ("conflict of documents", "文件矛盾"),
    "factor": ("factor", "系数"),
    "norm": ("norm of", "限值"),
    "observation": ("observation of", "观测"),
    "background": ("background of", "背景值"),
    "demand": ("demand for", "需求"),
    "profile": ("profile of", "出力曲线"),
    "land": ("class of land", "地类"),
    "equipment": ("equipment", "设备"),
    "process": ("process", "工艺"),
    "recipe": ("recipe without a place", "无落点工艺"),
    "tag": ("tag", "标签"),
    "bound": ("bound", "限额"),
    "set": ("setting", "设置"),
    "rule": ("rule", "规则"),
    "equation": ("equation", "方程"),
    "key": ("key", "情景键"),
    "study_key": ("key of a study", "研究键"),
    "command": ("command", "命令"),
    "table": ("table", "结果表"),
    "scenario": ("scenario", "情景"),
    "page": ("page", "页面"),
}


@dataclass(frozen=True)
class Entry:
    """One subject of the list.

    Args:
        name: its id.
        group: group that it belongs to.
        subject: in English and Chinese.
        region: word of the list for where it applies.
        status: one of STATUSES.
        claims: where it lives.
        how: in which form, or why not, in English and Chinese; may be empty.
        place: file and line.
    """

    name: str
    group: str
    subject: tuple[str, str]
    region: str
    status: str
    claims: tuple[Claim, ...]
    how: tuple[str, str]
    place: Place


@dataclass(frozen=True)
class Group:
    """A group of subjects: id, title in English and Chinese, number of entries, share aimed at (empty: none), place."""

    name: str
    title: tuple[str, str]
    count: int
    aim: str
    place: Place


@dataclass(frozen=True)
class Coverage:
    """The groups and entries of a folder, in the order of the files."""

    groups: tuple[Group, ...]
    entries: tuple[Entry, ...]

    def of(self, *groups: str) -> list[Entry]:
        """The entries of some groups."""
        return [entry for entry in self.entries if entry.group in groups]

    @property
    def claims(self) -> Counter[str]:
        """Number of claims by kind."""
        return Counter(claim.kind for entry in self.entries for claim in entry.claims)


def inventory(root: Path) -> Inventory:
    """What a project folder ships: the packs under `data` that no other builds on, `scenarios` and `docs`."""
    folders = sorted(path.parent for path in (root / "data").glob("*/pack.yaml"))
    built_upon = {str(name) for folder in folders for name in read_about(folder / "pack.yaml", f"{folder.name}/pack.yaml").data["builds_on"]}
    return Inventory({folder.name: load(folder) for folder in folders if folder.name not in built_upon}, root)


def read_coverage(folder: Path, known: Inventory) -> Coverage:
    """The tables of a folder, with every claim looked up.

    Raises:
        InputError: a column is missing, a claim does not hold, a status does not fit, or a group is not complete.
    """
    problems = Problems()
    groups = tuple(
        Group(row["group"], (row["title_en"], row["title_zh"]), int(row["entries"]), row["aim"], place) for place, row in _rows(folder / GROUPS, problems)
    )
    entries = tuple(_entry(row, place) for place, row in _rows(folder / ENTRIES, problems))
    found = Coverage(groups, entries)
    for entry in entries:
        problems.extend(_problems_of(entry, known))
    for group in groups:
        names = {entry.name for entry in found.of(group.name)}
        if not len(names) == len(found.of(group.name)) == group.count:
            problems.add(WRONG_COUNT.at(group.place, group=group.name, expected=group.count, found=len(found.of(group.name))))
    for stray in sorted({entry.group for entry in entries} - {group.name for group in groups}):
        problems.add(WRONG_COUNT.at(Place(str(folder / GROUPS)), group=stray, expected=0, found=len(found.of(stray))))
    problems.stop_if_any()
    return found


def _rows(path: Path, problems: Problems) -> Iterator[tuple[Place, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream)
        if tuple(rows.fieldnames or ()) != _COLUMNS[path.name]:
            problems.add(NOT_A_TABLE.at(Place(str(path), 1), columns=", ".join(_COLUMNS[path.name])))
            return
        for row in rows:
            yield Place(str(path), rows.line_num), row


def _entry(row: dict[str, str], place: Place) -> Entry:
    claims = tuple(Claim.of(text) for text in row["claims"].split())
    return Entry(
        row["entry"], row["group"], (row["subject_en"], row["subject_zh"]), row["region"], row["status"], claims, (row["how_en"], row["how_zh"]), place
    )


def _problems_of(entry: Entry, known: Inventory) -> Iterator[Problem]:
    for claim in entry.claims:
        if not known.holds(claim):
            near = known.nearest(claim)
            hint = did_you_mean(near) if near and near != claim.name else Words("", "")
            yield NOT_THERE.at(entry.place, entry=entry.name, claim=claim.text, hint=hint)
    fits = {REPRESENTED: bool(entry.claims), ELSEWHERE: bool(entry.claims) and all(entry.how), OUTSIDE: not entry.claims and all(entry.how)}
    if not fits.get(entry.status, False) or any(entry.how) != all(entry.how):
        yield WRONG_STATUS.at(entry.place, entry=entry.name, status=entry.status)


def markdown(coverage: Coverage, language: str = "en") -> str:
    """The page: shares by group, claims by kind, then every entry."""
    which = 1 if language == "zh" else 0
    lines = [*_table(_TEXTS["head"][which], _shares(coverage, which, language)), ""]
    kinds = (f"{_KINDS[kind][which]} {count}" for kind, count in coverage.claims.most_common())
    lines += [f"{_TEXTS['kinds'][which]}: " + ", ".join(kinds) + "." if not which else f"{_TEXTS['kinds'][which]}：" + "、".join(kinds) + "。"]
    for group in coverage.groups:
        lines += ["", f"### {group.name} {group.title[which]}", ""]
        lines += _table(_TEXTS["rows"][which], (_told(entry, which) for entry in coverage.of(group.name)))
    return "\n".join(lines) + "\n"


def _shares(coverage: Coverage, which: int, language: str) -> Iterator[tuple[str, ...]]:
    def line(title: str, entries: list[Entry], aim: str) -> tuple[str, ...]:
        counts = Counter(entry.status for entry in entries)
        return (
            title,
            str(len(entries)),
            *(str(counts[status]) for status in STATUSES),
            percent(counts[REPRESENTED] / len(entries), language),
            aim or "–",
        )

    for group in coverage.groups:
        yield line(f"{group.name} {group.title[which]}", coverage.of(group.name), group.aim)
    aimed = [group for group in coverage.groups if group.aim]
    if aimed:
        yield line(_TEXTS["aimed"][which], coverage.of(*(group.name for group in aimed)), max(group.aim for group in aimed))
    yield line(_TEXTS["all"][which], list(coverage.entries), "")


def _told(entry: Entry, which: int) -> tuple[str, ...]:
    by_kind: dict[str, list[str]] = {}
    for claim in entry.claims:
        by_kind.setdefault(claim.kind, []).append(_named(claim))
    where = _TEXTS["comma"][which].join(f"{_KINDS[kind][which]} {', '.join(names)}" for kind, names in by_kind.items())
    return (entry.name, entry.subject[which], entry.region, _TEXTS[entry.status][which], where, entry.how[which])


def _named(claim: Claim) -> str:
    if claim.kind == "scenario":
        return f"[{claim.name.removesuffix('.yaml')}](../scenarios/{claim.name})"
    if claim.kind == "page":
        return f"[{claim.name}]({claim.name})"
    return f"`{claim.pack}/{claim.name}`" if claim.pack else f"`{claim.name}`"


def _table(head: str, rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {head} |"
    yield "|" + "---|" * len(head.split("|"))
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def main(arguments: list[str]) -> None:
    """Check the tables of the folder named first and write the pages named after it.

    Raises:
        SystemExit: with every problem of the tables.
    """
    folder = Path(arguments[0])
    try:
        found = read_coverage(folder, inventory(folder.resolve().parents[1]))
    except InputError as error:
        raise SystemExit(error.text()) from None
    write_or_print(arguments[1:], lambda language: markdown(found, language))


if __name__ == "__main__":
    main(sys.argv[1:])
