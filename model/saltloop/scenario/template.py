"""A first scenario on a pack, as commented text that can be run as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc

from saltloop.data.pack import Pack
from saltloop.formulation.rules.rule import Rule
from saltloop.scenario.schema import STATUSES

_COLUMN = 34


def new_scenario_text(pack: Pack) -> str:
    """A scenario on a pack, every key commented in English and Chinese, every rule kind with an example."""
    return "".join(f"{line}\n" for line in (*_head(pack), *_horizon(pack), *_objective(pack), *_prices(pack), *_capacity(), *_rest(pack)))


def _said(text: str, comment: str) -> str:
    return f"{text:<{_COLUMN}}# {comment}"


def _head(pack: Pack) -> Iterator[str]:
    yield f"# A scenario on the data pack {pack.name} {pack.about['version']}. Check it with `saltloop show`, solve it with `saltloop run`."
    yield f"# 基于数据包 {pack.name} 的情景。可用 saltloop show 检查，用 saltloop run 求解。"
    yield "title: {en: New scenario, zh: 新情景}"
    yield _said("# extends: other.yaml", "keys of another file hold where this one has none / 本文件没有的键取自另一文件")
    yield f"region: {pack.name}"


def _horizon(pack: Pack) -> Iterator[str]:
    areas = list(pack.tables["areas"]["area"])
    yield _said(f"areas: [{pack.about.get('main_area', areas[0])}]", f"what is optimised / 优化范围: {_few(areas)}")
    yield _said(f"periods: [{_years(pack)[-1]}]", "years, or {2025: 5, 2030: 5}: years that each stands for / 年份，或各期所代表年数")
    yield _said("slices: year", "year, months, typical_days, hours / 全年、各月、典型日、逐时")


def _objective(pack: Pack) -> Iterator[str]:
    accounts = list(pack.tables["accounts"]["account"])
    yield _said(f"maximise: {'value_added' if 'value_added' in accounts else accounts[0]}", f"or minimise / 也可用 minimise: {_few(accounts)}")


def _prices(pack: Pack) -> Iterator[str]:
    years, first = _years(pack), pack.tables["prices"].to_dict("records")[0]
    yield "prices:"
    yield _said(f"  year: {years[-1]}", f"years in the pack / 数据包年份: {_few([str(year) for year in years])}")
    yield _said("  missing: nearest", "where that year has none: nearest year, or error / 缺该年时取最近年份，或 error")
    yield _said(f"  # set: {{{first['commodity']}: -10 %}}", f"a change, or an amount such as / 变化率，或价格，如 {float(first['value']):.6g} {first['unit']}")


def _capacity() -> Iterator[str]:
    yield "capacity:"
    yield _said("  existing: [existing]", f"what stands / 已有: {', '.join(STATUSES)}")
    yield _said("  may_build: []", "what the plan may add / 可新建")
    yield _said("  may_retire: no", "yes: standing capacity may be given up / yes：允许退役")


def _rest(pack: Pack) -> Iterator[str]:
    yield "discount_rate: 8 %"
    yield _said("# set:", "any number of the pack by its path / 数据包中任一数值的路径")
    yield f"#   {_some_path(pack)}: -15 %"
    yield _said("rules: {}", "by names of your own; the kinds, each with an example / 规则自行命名；各类型示例：")
    yield "# rules:"
    for rule in Rule.kinds.values():
        lines = cleandoc(rule.__doc__ or "").splitlines()
        yield f"#   # {rule.title[0]} / {rule.title[1]}: {lines[0]} / {rule.in_chinese[0]}"
        for line in lines:
            if line.startswith("Example: ``"):
                yield f"#   {line.removeprefix('Example: ``').rstrip('`')}"


def _few(names: list[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (" ..." if len(names) > most else "")


def _years(pack: Pack) -> list[int]:
    return sorted({int(year) for year in pack.tables["prices"]["year"]})


def _some_path(pack: Pack) -> str:
    """The path of an input of a process."""
    rows = [row for row in pack.tables["recipes"].to_dict("records") if row["direction"] == "use"]
    return f"processes.{rows[0]['process']}.{rows[0]['commodity']}" if rows else "processes.{process}.{commodity}"
