"""Backtests in words: as a page of the documents, and as rows for a pack."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from saltloop.analysis.backtest import BACKGROUND_COLUMNS, FEWEST, GRADES, Backtest, Grade, backtest, base_years, grade
from saltloop.data.about import read_about
from saltloop.data.manual import between_markers
from saltloop.data.pack import Pack, load
from saltloop.data.read import records
from saltloop.language import inline, number, percent

Lines = Iterator[str]
_NOTHING = 1e-9

_TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Backtest of {title}", "{title}：基准年回测"),
    "year": ("Base year {year}", "基准年 {year}"),
    "solved": (
        "The plants that stood in {year}, run for the most {objective} at prices of {year} (nearest year where there is none): {value}.",
        "{year} 年已有产能按 {year} 年价格（缺价取最近年份）以{objective}最大运行：{value}。",
    ),
    "items": ("Published figures", "公布的统计值"),
    "what": ("what", "对象"),
    "area": ("area", "区域"),
    "model": ("model", "模型"),
    "with_background": ("with background", "含背景值"),
    "published": ("published", "公布值"),
    "range": ("its range", "其范围"),
    "misfit": ("misfit", "偏差"),
    "comparison": ("comparison", "比较方式"),
    "source": ("source", "来源"),
    "grade": ("grade", "等级"),
    "same": ("same boundary", "口径相同"),
    "same_within": ("same boundary, inside the range", "口径相同，在范围内"),
    "part": ("model is a part of it", "模型为其一部分"),
    "ceiling": ("ceiling, kept", "上限，未超"),
    "none": ("not comparable", "不可比"),
    "part_over": ("CONTRADICTION: the part exceeds the whole", "矛盾：部分大于总体"),
    "ceiling_over": ("CONTRADICTION: above the ceiling", "矛盾：超过上限"),
    "made": ("{what}, made", "{what}产量"),
    "used": ("{what}, used", "{what}用量"),
    "drawn": ("{what}, drawn", "{what}开采量"),
    "bought": ("{what}, bought", "{what}购入量"),
    "sold": ("{what}, sold", "{what}销售量"),
    "disposed": ("{what}, disposed of", "{what}处置量"),
    "activity": ("{what}, activity", "{what}活动量"),
    "account": ("{what}", "{what}"),
    "other": ("{what}", "{what}"),
    "indicators": ("Published indicators", "公布的指标"),
    "indicators_note": (
        "From totals: computed from the official totals of the observations alone. Model: the plan, with background where the pack has it; "
        "where the background was set to fit, closeness tests the arithmetic and the boundary, not the model.",
        "“由总量”仅由观测的官方总量计算；“模型”为方案值（有背景值时含背景）。背景值按公布值设定时，吻合只检验算术与口径，不检验模型。",
    ),
    "indicator": ("indicator", "指标"),
    "official": ("official", "官方值"),
    "from_totals": ("from totals", "由总量"),
    "gap": ("gap", "差距"),
    "verdict": ("verdict", "结论"),
    "exact": ("reproduced", "重现"),
    "exact_totals": ("reproduced by the totals only", "仅总量可重现"),
    "apart": ("{share} apart", "相差 {share}"),
    "points": ("{count} points", "{count} 个百分点"),
    "unknown": ("not computable: no account in this plan", "无法计算：方案中无对应账户"),
    "backgrounds": ("Background that the official totals imply", "由官方总量推得的背景值"),
    "backgrounds_note": (
        "Official total less the model; `--background` prints the rows for background.csv.",
        "官方总量减模型；`--background` 输出可写入 background.csv 的行。",
    ),
    "account_name": ("account", "账户"),
    "total": ("official total", "官方总量"),
    "implied": ("implied background", "推得背景值"),
    "present": ("in the pack", "数据包现有"),
    "negative": ("NEGATIVE", "为负"),
    "graded": (
        "Grade of the pack: {letter}. Median misfit {median} over {count} items on the same boundary; contradictions: {contradictions}.",
        "数据包等级：{letter}。口径相同的 {count} 项偏差中位数为 {median}；矛盾 {contradictions} 处。",
    ),
    "not_graded": (
        "The pack has no grade: {count} items can be compared on the same boundary, {fewest} are needed; contradictions: {contradictions}.",
        "数据包不予评级：口径相同的可比项为 {count} 项，至少需要 {fewest} 项；矛盾 {contradictions} 处。",
    ),
    "scale": (
        "The grade goes by the median size of the misfit: {steps}, D above; one lower if anything contradicts a published total or "
        "ceiling. Indicators and totals with background do not count: the background is set to fit them. "
        "Plants run as suits the objective best, which nobody planned in the real year.",
        "等级按偏差绝对值的中位数：{steps}，更大为 D；与公布的总量或上限矛盾时降一级。"
        "指标和含背景的总量不计入，因背景值按其设定。方案按目标函数最优运行，实际年份并非如此安排。",
    ),
    "step": ("{letter} up to {most}", "{letter} 不超过 {most}"),
    "notes": ("Remarks", "说明"),
}


class Page:
    """The words of backtests in one language."""

    def __init__(self, pack: Pack, language: str) -> None:
        self.pack, self.language, self.which = pack, language, int(language == "zh")
        key = f"title_{language}"
        self.areas = {row.get("area") if table == "areas" else row["site"]: row[key] for table in ("sites", "areas") for row in pack.rows(table)}
        self.accounts = {row["account"]: row for row in pack.rows("accounts")}
        self.indicators = {row["indicator"]: row[key] for row in pack.rows("indicators")}

    def say(self, key: str, **values: object) -> str:
        """A text of this page."""
        return _TEXTS[key][self.which].format(**values)

    def head(self, *keys: str) -> list[str]:
        """Headings of a table."""
        return [self.say(key) for key in keys]

    def amount(self, value: float, unit: str) -> str:
        """A number with its unit; what is felt as nothing is zero."""
        return number(None if pd.isna(value) else 0.0 if abs(value) < _NOTHING else value, unit, self.language)

    def opening(self, test: Backtest) -> str:
        """What was solved, and the value of its objective."""
        stage = test.plan.solved.case.choices.objective[0]
        account = self.accounts[stage.weights[0][0]]
        value = self.amount(test.plan.solved.solution.objectives[0], account["unit"])
        return self.say("solved", year=test.year, objective=inline((account["title_en"], account["title_zh"]))[self.which], value=value)

    def what(self, row: dict[str, Any]) -> str:
        """What was observed, in words."""
        return self.say(row["kind"], what=row[f"title_{self.language}"])

    def items(self, test: Backtest) -> tuple[list[str], list[list[str]]]:
        """Every observation of the year."""
        head = self.head("what", "area", "model", "with_background", "published", "range", "misfit", "comparison", "grade", "source")
        return head, [self._item(row) for row in records(test.items)]

    def _item(self, row: dict[str, Any]) -> list[str]:
        key = row["compares"] + ("_over" if row["contradiction"] else "_within" if row["compares"] == "same" and row["within"] else "")
        unit = row["unit"]
        return [
            self.what(row),
            self.areas[row["area"]],
            self.amount(row["model"], unit),
            self.amount(row["total"], unit) if row["background"] else "–",
            self.amount(row["published"], unit),
            self.range(row),
            signed(row["misfit"], self.language),
            self.say(key),
            row["grade"],
            f"{row['source']} {row['locator']}".strip(),
        ]

    def range(self, row: dict[str, Any]) -> str:
        """The range of a published figure, as shares of it."""
        ends = [signed(row[name] / row["published"] - 1, self.language) if row["published"] else "–" for name in ("low", "high")]
        low, high = (end.lstrip("+−") for end in ends)
        return "–" if row["low"] == row["high"] else f"±{low}" if low == high and ends[0] != ends[1] else " … ".join(ends)

    def indicator_rows(self, test: Backtest) -> tuple[list[str], list[list[str]]]:
        """Every published indicator of the year."""
        head = self.head("indicator", "area", "official", "from_totals", "model", "gap", "verdict")
        rows = [
            [
                self.indicators[row["indicator"]],
                self.areas[row["area"]],
                *(self.amount(row[name], row["unit"]) for name in ("published", "from_totals", "model", "gap")),
                self.verdict_of(row),
            ]
            for row in records(test.indicators)
        ]
        return head, rows

    def verdict_of(self, row: dict[str, Any]) -> str:
        """What reproduces a published indicator."""
        if row["reproduces"]:
            return self.say("exact")
        if row["totals_reproduce"]:
            return self.say("exact_totals")
        if pd.isna(row["model"]):
            return self.say("unknown")
        return self.say("apart", share=self.apart(row))

    def apart(self, row: dict[str, Any]) -> str:
        """How far the model is from an official indicator: points of one that is a percentage, else a share of it."""
        if row["unit"] == "%":
            shown = number(round(row["gap"], 1), "", self.language)
            return self.say("points", count=f"+{shown}" if row["gap"] > 0 else shown)
        return signed(row["gap"] / row["published"] if row["published"] else float("nan"), self.language)

    def backgrounds(self, test: Backtest) -> tuple[list[str], list[list[str]]]:
        """Implied backgrounds beside those of the pack."""
        head = self.head("account_name", "area", "implied", "present", "verdict")
        told = [(self.areas[row["area"]], *self.background(row)) for row in records(test.background)]
        return head, [[account, area, *others] for area, account, *others in told]

    def background(self, row: dict[str, Any]) -> list[str]:
        """One implied background beside that of the pack."""
        return [
            self.accounts[row["account"]][f"title_{self.language}"],
            self.amount(row["value"], row["unit"]),
            self.amount(row["present"], row["unit"]) if row["present"] else "–",
            self.say("negative") if row["value"] < 0 else signed(row["present"] / row["value"] - 1, self.language) if row["present"] else "",
        ]

    def verdict(self, found: Grade) -> Lines:
        """The grade of the pack and how it is given."""
        steps = (", ", "，")[self.which].join(self.say("step", letter=letter, most=percent(most, self.language)) for letter, most in GRADES)
        said = {"count": found.compared, "contradictions": found.contradictions, "fewest": FEWEST}
        median = percent(found.median, self.language)
        yield self.say("graded", letter=found.letter, median=median, **said) if found.letter else self.say("not_graded", **said)
        yield self.say("scale", steps=steps)

    def remarks(self, test: Backtest) -> Lines:
        """What the rows themselves say."""
        for row in records(test.items):
            if row["note"]:
                yield f"{self.what(row)}, {self.areas[row['area']]}: {row['note']}"


def signed(share: float, language: str) -> str:
    """A misfit as a percentage with its sign."""
    shown = percent(None if pd.isna(share) else share, language)
    return f"+{shown}" if not pd.isna(share) and share > 0 and not shown.startswith("<") else shown


def _year(page: Page, test: Backtest) -> Lines:
    """One base year: observations, indicators, implied backgrounds."""
    yield from _markdown_title(page.say("year", year=test.year), 2)
    yield page.opening(test)
    for key, note, (head, rows) in (
        ("items", None, page.items(test)),
        ("indicators", "indicators_note", page.indicator_rows(test)),
        ("backgrounds", "backgrounds_note", page.backgrounds(test)),
    ):
        if rows:
            yield from _markdown_title(page.say(key), 3)
            yield from [page.say(note), ""] if note else []
            yield from _markdown_table(head, rows)


def background_csv(tests: Sequence[Backtest]) -> str:
    """The implied backgrounds as rows of background.csv."""
    columns = [name for name in BACKGROUND_COLUMNS if name != "present"]
    rows = pd.concat([test.background[columns] for test in tests], ignore_index=True)
    return rows.to_csv(index=False, float_format="%.8g", lineterminator="\n")


def _markdown_title(words: str, level: int) -> Lines:
    yield from ("", f"{'#' * (level + 1)} {words}", "")


def _markdown_table(head: list[str], rows: list[list[str]]) -> Lines:
    yield from ("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |" for cells in (head, ["---"] * len(head), *rows))


def markdown(pack: Pack, tests: Sequence[Backtest], language: str = "en") -> str:
    """The backtests of a pack as a part of docs/backtest.md."""
    page = Page(pack, language)
    lines = [f"## {pack.about['title'][language]} (`{pack.name}`)", "", *page.verdict(grade(tests))]
    for test in tests:
        lines += _year(page, test)
        lines += [*_markdown_title(page.say("notes"), 3), *(f"* {remark}" for remark in page.remarks(test))]
    return "\n".join([*lines, ""])


def backtests_of(data: Path) -> Iterator[tuple[Pack, list[Backtest]]]:
    """Every pack of a folder that declares base years, with its backtests."""
    for about in sorted(data.glob("*/pack.yaml")):
        if read_about(about, str(about)).data.get("base_years"):
            pack = load(about.parent)
            yield pack, [backtest(pack, year) for year in base_years(pack)]


def main(paths: list[str]) -> None:
    """Write the generated part of docs/backtest.md and its Chinese twin: `python -m saltloop.interfaces.backtest docs/backtest.md ...`."""
    found = list(backtests_of(Path("data")))
    for path in map(Path, paths):
        language = "zh" if path.name.endswith(".zh.md") else "en"
        block = "\n".join(markdown(pack, tests, language) for pack, tests in found)
        path.write_text(between_markers(path.read_text(encoding="utf-8"), block), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
