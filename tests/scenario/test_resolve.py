"""What a scenario becomes: choices in base units, objective, prices, rules, notes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from saltloop.errors import InputError, Problems
from saltloop.formulation.choices import PriceChange, Stage
from saltloop.formulation.rules.exchange import Exchange
from saltloop.scenario import load_scenario, read_document, resolve_document, resolved
from scenario.files import BASE, PACKS, scenario_of


def base(**keys: str) -> str:
    """The base scenario with some keys written otherwise."""
    lines = {line.split(":")[0]: line for line in BASE.splitlines()}
    lines |= {key: f"{key}: {text}" for key, text in keys.items()}
    return "\n".join(line for line in lines.values()) + "\n"


def test_the_toy_scenario_is_found_beside_its_pack() -> None:
    scenario = load_scenario(PACKS / "toy.yaml")
    assert (scenario.name, scenario.title["zh"], scenario.pack.name) == ("toy", "玩具盐湖：基准情景", "toy")
    assert scenario.notes.found == []
    choices = scenario.choices
    assert choices.areas == ("region",)
    assert choices.objective == (Stage("maximise", (("value_added", 1.0),)),)
    assert (choices.existing, choices.may_build, choices.may_retire, choices.discount_rate) == (("existing",), (), False, 0.08)


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("[2025]", ((2025, 1),)),
        ("[2030, 2025]", ((2025, 5), (2030, 5))),
        ("[2020, 2025, 2035]", ((2020, 5), (2025, 10), (2035, 10))),
        ("{2025: 3, 2030: 7.5}", ((2025, 3), (2030, 7.5))),
    ],
)
def test_periods_stand_for_the_years_up_to_the_next(tmp_path: Path, text: str, periods: tuple[tuple[int, float], ...]) -> None:
    assert scenario_of(tmp_path, base(periods=text)).choices.periods == periods


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("profit", [{"profit": 1.0}]),
        ("{value_added: 1, co2: -60 CNY/t}", [{"value_added": 1.0, "co2": -60.0}]),
        ("{value_added: 1, co2: -6 万元/kt}", [{"value_added": 1.0, "co2": -60.0}]),
        ("{co2: 1, fresh_water: 2 kg/m3}", [{"co2": 1.0, "fresh_water": 0.002}]),
        ("[value_added, {co2: -1}]", [{"value_added": 1.0}, {"co2": -1.0}]),
    ],
)
def test_weights_convert_to_the_unit_of_the_first_account(tmp_path: Path, text: str, stages: list[dict[str, float]]) -> None:
    objective = scenario_of(tmp_path, base(maximise=text)).choices.objective
    assert [dict(stage.weights) for stage in objective] == [pytest.approx(stage) for stage in stages]


@pytest.mark.parametrize(("title", "english", "chinese"), [("{en: T}", "T", "T"), ("{zh: 题}", "题", "题"), ("{en: T, zh: 题}", "T", "题")])
def test_a_title_in_one_language_is_enough(tmp_path: Path, title: str, english: str, chinese: str) -> None:
    """It is not mixed with that of the extended file, which is another scenario's."""
    said, old = f"title: {title}\n", "title: {en: Old, zh: 旧}\n"
    rest = BASE.split("\n", 1)[1]
    alone = scenario_of(tmp_path / "alone", said + rest)
    other = scenario_of(tmp_path / "other", f"extends: base.yaml\n{said}shows: {{zh: 示例}}\n", base=old + rest + "shows: {en: S}\n")
    assert alone.title == other.title == {"en": english, "zh": chinese}
    assert other.shows == {"en": "示例", "zh": "示例"}


def test_typical_days_may_say_how_many_they_are(tmp_path: Path) -> None:
    long, short = (scenario_of(tmp_path / name, base(slices=text)) for name, text in (("long", "{typical_days: {days: 12}}"), ("short", "typical_days")))
    assert long.choices == short.choices
    assert long.choices.slices == "typical_days"


def test_prices_change_by_share_by_amount_by_market_and_by_year(tmp_path: Path) -> None:
    text = "{year: 2025, missing: error, set: {potash: -68 %, salt: {buyers: 0.18 CNY/kg}, coal: {2025: +10 %, 2030: -5 %}}}"
    rules = "rules: {dear: {price: salt_block, to: {2030: 160 CNY/t}}, less: {price: potash, change: -10 %}}\n"
    scenario = scenario_of(tmp_path, base(prices=text) + rules)
    changes = [(c.commodity, c.market, c.relative, dict(c.values)) for c in scenario.choices.price_changes]
    assert changes == [
        ("potash", None, True, {0: -0.68}),
        ("salt", "buyers", False, {0: pytest.approx(180)}),
        ("coal", None, True, {2025: 0.1, 2030: -0.05}),
        ("salt_block", None, False, {2030: 160.0}),
        ("potash", None, True, {0: -0.1}),
    ]
    assert isinstance(scenario.choices.price_changes[0], PriceChange)
    assert scenario.choices.price_changes[0].place.line == 6
    assert (scenario.choices.price_year, scenario.choices.missing_price) == (2025, "error")


def test_rules_are_bound_with_their_place(tmp_path: Path) -> None:
    scenario = scenario_of(
        tmp_path,
        BASE
        + """\
rules:
  cap: {limit: co2, at_most: 86.75 kt, in: zone}
  use:
    target: waste_used
    of: waste_made
    at_least: 60 %
""",
    )
    cap, use = scenario.choices.rules
    assert (cap.name, cap.place.line, cap.unit, cap.sites, cap.numbers["bound"].at(2025)) == ("cap", 8, "t", ("lake", "park"), 86750.0)
    assert (use.name, use.place.line, use.numbers["ratio"].at(2025)) == ("use", 9, pytest.approx(0.6))


def test_an_exchange_knows_both_ends(tmp_path: Path) -> None:
    scenario = scenario_of(
        tmp_path,
        BASE
        + """\
rules:
  none: {exchange: waste_salt, allow: no}
  some: {exchange: waste_salt, from: lake, to: zone, at_most: 5 kt}
  paid: {exchange: waste_salt, price: 0.01 CNY/kg}
""",
    )
    none, some, paid = (rule for rule in scenario.choices.rules if isinstance(rule, Exchange))
    everywhere = ("lake", "park", "town")
    ways = [(a, b) for a in everywhere for b in everywhere]

    def counted(rule: Exchange) -> list[tuple[str, str]]:
        return [way for way in ways if rule.counts("waste_salt", *way)]

    assert (counted(none), none.numbers["bound"].at(2025), none.has_row) == (ways, 0, True)
    assert (counted(some), some.numbers["bound"].at(2025), some.unit) == ([("lake", "lake"), ("lake", "park")], 5000, "t")
    assert not any(rule.counts("potash", *way) for rule in (none, some, paid) for way in ways)
    assert (paid.has_row, paid.transfer_account, paid.numbers["price"].at(2025)) == (False, "transfers", pytest.approx(10))


def test_a_charge_that_reaches_the_objective_is_not_warned_of(tmp_path: Path) -> None:
    assert not scenario_of(tmp_path, base(maximise="profit") + "rules: {tax: {charge: co2, price: 60 CNY/t}}\n").notes.found


def test_the_pack_is_read_from_a_folder_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "pack").symlink_to(PACKS / "toy")
    file = tmp_path / "scenarios" / "main.yaml"
    file.write_text(base(region="./pack"), encoding="utf-8")
    assert load_scenario(file).pack.about["name"] == "toy"


def test_problems_of_the_pack_are_told_with_those_of_the_scenario(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "pack.yaml").write_text("name: pack\n", encoding="utf-8")
    file = tmp_path / "main.yaml"
    file.write_text(base(region="./pack", slices="week"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(file)
    assert {p.message.code for p in caught.value.problems.errors} == {"D121", "S112"}


def test_the_resolved_form_is_plain_json_with_the_origin_of_every_leaf(tmp_path: Path) -> None:
    scenario = scenario_of(tmp_path, base(periods="{2025: 5}") + "set: {basins.river.draw_limit: -10 %}\n")
    form = json.loads(json.dumps(resolved(scenario), ensure_ascii=False))
    assert form["document"]["periods"] == {"2025": 5}
    assert form["origins"]["periods.2025"].endswith("main.yaml:4")
    assert form["origins"]["set.basins.river.draw_limit"].endswith("main.yaml:7")
    assert form["changes"][0]["before"] == 600_000.0
    assert form["changes"][0]["after"] == pytest.approx(540_000.0)


def test_a_document_is_resolved_again_on_a_pack_at_hand(tmp_path: Path) -> None:
    first = scenario_of(tmp_path)
    document = read_document(first.path, Problems())
    assert document is not None
    changed = document.overlay({"prices": {"set": {"potash": "-20.5 %"}}}, document.place("prices"), Problems())
    again = resolve_document(changed, pack=first.pack)
    assert again.pack is first.pack
    assert again.choices.price_changes[0].values == ((0, pytest.approx(-0.205)),)
