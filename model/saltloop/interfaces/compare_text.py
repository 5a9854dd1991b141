"""Runs side by side as text, and what each changed input contributes to their difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from saltloop.analysis.compare import TABLES, side_by_side
from saltloop.analysis.contributions import Contributions
from saltloop.data.read import records
from saltloop.interfaces.voice import Voice, aligned
from saltloop.results.run import Run

_SHOWN = 10
_WIDE = 40
_ROUNDING = 1e-9
_TEXTS = {
    "accounts": ("Accounts", "账户"),
    "products": ("Sold", "销售量"),
    "capacity": ("Capacity", "产能"),
    "rules": ("What rules are worth", "规则的边际价值"),
    "same": ("no difference", "无差别"),
    "difference": ("difference", "差"),
    "item": ("", ""),
    "more": ("... and {count} more", "……另有 {count} 项"),
    "why": (
        "Why {account} goes from {first} to {second} (sites of the scenario without background; orders of change: {orders}, {kind}):",
        "{account}由 {first} 变为 {second} 的原因（情景各地点合计，不含背景值；{orders} 种变化次序，{kind}）：",
    ),
    "alike": ("The two scenarios say the same: no input differs.", "两个情景相同：没有输入变化。"),
    "exact": ("all of them", "全部次序"),
    "sampled": ("a sample", "抽样"),
    "input": ("input", "输入"),
    "before": ("before", "原值"),
    "after": ("after", "新值"),
    "contribution": ("contribution", "贡献"),
    "spread": ("over the orders", "随次序变化"),
    "sum": ("sum", "合计"),
}


def say(key: str, language: str, **values: object) -> str:
    """A text in one language."""
    return _TEXTS[key][language == "zh"].format(**values)


def compare_text(runs: Sequence[Run], language: str = "en") -> str:
    """What differs between runs: accounts of the first run's area, products, capacity, and what rules are worth."""
    return "\n".join(_lines(runs, language))


def _lines(runs: Sequence[Run], language: str) -> Iterator[str]:
    voice = Voice(runs[0], language)
    for run in runs[1:]:
        voice.titles = {**Voice(run, language).titles, **voice.titles}
    for number, run in enumerate(runs):
        yield f"[{number + 1}] {run.manifest['scenario']['title'][language]}  ({run.folder})"
    area = str(runs[0].manifest["scenario"]["document"]["areas"][0])
    for table in TABLES:
        found = side_by_side(runs, table)
        if table == "accounts":
            found = found[found["area"] == area]
        yield ""
        yield say(table, language)
        unit = "dual_unit" if table == "rules" else "unit"
        rows = []
        for r in records(found.head(_SHOWN)):
            words = [voice.title(r[key]) for key in ("account", "commodity", "site", "process", "rule") if r.get(key)]
            several = [str(r["period"])] if found["period"].nunique() > 1 else []
            rows.append(
                [", ".join([*words, *several]), *(voice.amount(r[f"run_{n + 1}"], r[unit]) for n in range(len(runs))), voice.amount(r["difference"], r[unit])]
            )
        if rows:
            yield from aligned([say("item", language), *(f"[{n + 1}]" for n in range(len(runs))), say("difference", language)], rows)
        else:
            yield f"  {say('same', language)}"
        if len(found) > _SHOWN:
            yield f"  {say('more', language, count=len(found) - _SHOWN)}"


def contribution_text(run: Run, found: Contributions, language: str = "en") -> str:
    """The contributions of the changed inputs, and their sum."""
    voice = Voice(run, language)
    if found.table.empty:
        return say("alike", language)
    # What is left of a difference of large numbers says nothing.
    least = _ROUNDING * max(abs(found.first), abs(found.second))

    def felt(value: float) -> float:
        return 0.0 if abs(value) <= least else value

    first, second = (voice.amount(value, found.unit) for value in (found.first, found.second))
    kind = say("exact" if found.exact else "sampled", language)
    lines = [say("why", language, account=voice.title(found.account), first=first, second=second, orders=found.orders, kind=kind)]
    rows = []
    for r in records(found.table):
        spread = voice.span(felt(r["lowest"]), felt(r["highest"]), found.unit)
        rows.append([str(r["input"]), _short(r["before"]), _short(r["after"]), voice.amount(felt(r["contribution"]), found.unit), spread])
    rows.append([say("sum", language), "", "", voice.amount(felt(float(found.table["contribution"].sum())), found.unit), ""])
    return "\n".join([*lines, *aligned([say(key, language) for key in ("input", "before", "after", "contribution", "spread")], rows)])


def _short(value: object) -> str:
    from saltloop.scenario.complaints import shown_value

    text = "–" if value is None or value != value else shown_value(value)
    return text if len(text) <= _WIDE else f"{text[: _WIDE - 3]}..."
