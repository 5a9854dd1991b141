"""The page of what the plans name: every claim is there, every group is complete, the page is fresh; claims tried on the toy pack."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from interfaces.typed import Project, project
from saltloop.analysis.plan import solve_scenario
from saltloop.data.manual import between_markers
from saltloop.data.unused import unused
from saltloop.errors import InputError
from saltloop.interfaces import cli
from saltloop.interfaces.claims import Claim, Inventory
from saltloop.interfaces.coverage import ENTRIES, GROUPS, OUTSIDE, REPRESENTED, STATUSES, Coverage, inventory, main, markdown, read_coverage
from saltloop.results.tables import TABLES, all_tables
from saltloop.scenario.resolve import load_scenario

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "coverage"
CHINESE = re.compile("[\u4e00-\u9fff]")
AIM = 0.9


@cache
def project_root() -> Inventory:
    return inventory(ROOT)


@cache
def shipped() -> Coverage:
    """The shipped tables; reading them looks up every claim."""
    return read_coverage(FOLDER, project_root())


def test_every_claim_is_there_and_every_group_is_complete() -> None:
    found = shipped()
    assert sum(group.count for group in found.groups) == len(found.entries) == len({entry.name for entry in found.entries})
    assert sum(found.claims.values()) > len(found.entries)
    for entry in found.entries:
        assert entry.name.startswith(entry.group)
        assert set(entry.region.split()) <= {"QD", "QH", "GS"}
        assert CHINESE.search(entry.subject[1])
        assert not CHINESE.search(entry.subject[0])
        assert not entry.how[1] or CHINESE.search(entry.how[1])
    for group in found.groups:
        assert [entry.name for entry in found.of(group.name)] == [f"{group.name}{n:02}" for n in range(1, group.count + 1)]


def test_nine_tenths_of_the_groups_with_an_aim_are_represented() -> None:
    aimed = shipped().of(*(group.name for group in shipped().groups if group.aim))
    assert len(aimed) > 300
    assert sum(entry.status == REPRESENTED for entry in aimed) >= AIM * len(aimed)


@pytest.mark.parametrize("name", ["coverage.md", "coverage.zh.md"])
def test_the_page_is_fresh(name: str) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert between_markers(text, markdown(shipped(), "zh" if name.endswith(".zh.md") else "en")) == text, (
        "python -m saltloop.interfaces.coverage docs/coverage docs/coverage.md docs/coverage.zh.md"
    )


def test_the_policies_answer_the_entries_that_their_index_names() -> None:
    """The index of the policies names entries; each stands in the list, and none of them is outside."""
    with (ROOT / "scenarios" / "policies" / "index.csv").open(encoding="utf-8", newline="") as stream:
        named = {entry for row in csv.DictReader(stream) for entry in row["entries"].split()}
    status = {entry.name: entry.status for entry in shipped().entries}
    assert named <= set(status)
    assert {entry for entry in named if status[entry] == OUTSIDE} == set()


def test_every_fact_of_the_documents_is_cited_or_the_reason_is_told() -> None:
    facts = {name: len(pack.rows("facts")) for name, pack in project_root().packs.items()}
    assert sum(facts.values()) > 500
    for name in (name for name, count in facts.items() if count):
        found = unused(project_root().packs[name])
        assert list(found.loc[found["kind"] == "fact", "name"]) == [], name


@pytest.fixture
def toy(tmp_path: Path) -> Project:
    made = project(tmp_path)
    (tmp_path / "docs" / "list").mkdir(parents=True)
    return made


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    return inventory(project(tmp_path_factory.mktemp("toy")).root)


HOLD = (
    "commodity:potash",
    "process:solar_power",
    "process:salt_washing",
    "equipment:salt_hall",
    "site:park",
    "toy/site:park",
    "area:zone",
    "basin:river",
    "bound:river.draw_limit",
    "link:road_lake_park",
    "mode:road",
    "market:suppliers",
    "route:stack",
    "account:value_added",
    "background:fresh_water",
    "indicator:waste_use_rate",
    "factor:variable_cost",
    "land:unused",
    "demand:electricity",
    "tag:waste_using",
    "set:basins.*.draw_limit",
    "set:links.road_lake_park.capacity",
    "rule:charge",
    "equation:draw_limit",
    "key:capacity.may_build",
    "key:accounts.hours",
    "study_key:states",
    "command:run",
    "table:limits",
    "scenario:main.yaml",
)
FAIL = (
    "commodity:potas",
    "process:wind_power",
    "equipment:salt_washing",
    "site:zone",
    "other/site:park",
    "bound:river.stock",
    "set:basins.*.depth",
    "rule:chargee",
    "key:capacity.shall_build",
    "command:solve",
    "table:limit",
    "scenario:main",
    "lake:river",
    "potash",
)


@pytest.mark.parametrize("text", HOLD)
def test_what_is_there_may_be_claimed(known: Inventory, text: str) -> None:
    assert known.holds(Claim.of(text))
    assert Claim.of(text).text == text


@pytest.mark.parametrize("text", FAIL)
def test_what_is_not_there_may_not(known: Inventory, text: str) -> None:
    assert not known.holds(Claim.of(text))


def test_a_process_counts_only_where_all_its_equipment_has_a_place(toy: Project) -> None:
    assert inventory(toy.root).holds(Claim.of("process:salt_washing"))
    toy.edit({"table": "capacities", "drop": ["salt_hall"]})
    without = inventory(toy.root)
    assert not without.holds(Claim.of("process:salt_washing"))
    assert without.holds(Claim.of("recipe:salt_washing"))


def test_a_process_counts_only_where_its_inputs_arrive(toy: Project) -> None:
    assert inventory(toy.root).holds(Claim.of("process:coal_power"))
    toy.edit({"table": "market_access", "drop": ["suppliers", "coal"]})
    without = inventory(toy.root)
    assert not without.holds(Claim.of("process:coal_power"))
    assert without.holds(Claim.of("equipment:coal_power"))


def test_a_mode_counts_only_where_a_link_has_it_and_a_store_where_its_equipment_stands(toy: Project) -> None:
    toy.edit(
        {"table": "links", "drop": ["road"]},
        {"table": "stores", "add": {"store": "shed", "commodity": "salt", "equipment": "salt_hall", "chronology": "year"}},
        {"table": "stores", "add": {"store": "cave", "commodity": "salt", "equipment": "cavern", "chronology": "year"}},
        {"table": "equipment", "add": {"equipment": "cavern", "capacity_unit": "t", "resolution": "year"}},
    )
    found = inventory(toy.root)
    assert [text for text in ("mode:road", "mode:line", "store:shed", "store:cave") if found.holds(Claim.of(text))] == ["mode:line", "store:shed"]


def test_packs_that_others_build_on_are_read_with_them(toy: Project) -> None:
    second = toy.root / "data" / "second"
    second.mkdir()
    about = yaml.safe_load((toy.root / "data" / "toy" / "pack.yaml").read_text(encoding="utf-8")) | {"name": "second", "builds_on": ["toy"]}
    (second / "pack.yaml").write_text(yaml.safe_dump(about, allow_unicode=True), encoding="utf-8")
    found = inventory(toy.root)
    assert set(found.packs) == {"second"}
    assert found.holds(Claim.of("second/site:park"))


def test_the_tables_of_a_run_can_be_claimed_and_no_others() -> None:
    made = all_tables(solve_scenario(load_scenario(ROOT / "tests" / "packs" / "toy.yaml")).solved)
    assert tuple(made) == TABLES


def test_every_command_can_be_claimed_and_nothing_else(known: Inventory) -> None:
    assert known.known("command") == set(cli.main.commands)


ENTRY = "entry,group,subject_en,subject_zh,region,status,claims,how_en,how_zh\n"
GROUP = "group,title_en,title_zh,entries,aim\n"
GOOD = """\
A01,A,Lake,湖,QD,represented,basin:river site:park,,
A02,A,Law,法,QD,outside,,nothing flows,不产生物流
A03,A,Label,标识,QD,elsewhere,rule:charge,as a charge,以收费表示
"""


def folder(made: Project, entries: str, groups: str = "A,Things,事物,3,60 %\n") -> Path:
    found = made.root / "docs" / "list"
    (found / ENTRIES).write_text(ENTRY + entries, encoding="utf-8")
    (found / GROUPS).write_text(GROUP + groups, encoding="utf-8")
    return found


def test_shares_and_rows_by_hand(toy: Project, known: Inventory) -> None:
    found = read_coverage(folder(toy, GOOD), known)
    english, chinese = markdown(found), markdown(found, "zh")
    assert "| A Things | 3 | 1 | 1 | 1 | 33.3 % | 60 % |" in english
    assert "| A01 | Lake | QD | represented | basin `river`; site `park` |  |" in english
    assert "| A02 | Law | QD | outside |  | nothing flows |" in english
    assert "| A03 | 标识 | QD | 另行体现 | 规则 `charge` | 以收费表示 |" in chinese
    assert [entry.status for entry in found.entries] == [REPRESENTED, OUTSIDE, STATUSES[1]]
    assert dict(found.claims) == {"basin": 1, "site": 1, "rule": 1}


@pytest.mark.parametrize(
    ("entries", "groups", "code", "words"),
    [
        (GOOD.replace("site:park", "site:parks"), None, "R402", "Did you mean 'park'?"),
        (GOOD.replace("site:park", "lake:park"), None, "R402", "'lake:park'"),
        (GOOD.replace("basin:river site:park", ""), None, "R403", "A01"),
        (GOOD.replace("as a charge", ""), None, "R403", "A03"),
        (GOOD.replace("outside,,", "outside,rule:ban,"), None, "R403", "A02"),
        (GOOD.replace("outside", "unknown"), None, "R403", "unknown"),
        (GOOD.replace("A02", "A01"), None, "R404", "3 entries"),
        (GOOD, "A,Things,事物,4,\n", "R404", "should have 4 entries"),
        (GOOD.replace("A03,A", "B03,B"), "A,Things,事物,2,\n", "R404", "group B"),
    ],
)
def test_what_is_wrong_is_told(toy: Project, known: Inventory, entries: str, groups: str | None, code: str, words: str) -> None:
    where = folder(toy, entries) if groups is None else folder(toy, entries, groups)
    with pytest.raises(InputError) as caught:
        read_coverage(where, known)
    assert code in caught.value.text()
    assert words in caught.value.text()
    assert CHINESE.search(caught.value.text("zh"))


def test_another_header_is_told(toy: Project, known: Inventory) -> None:
    where = folder(toy, GOOD)
    (where / GROUPS).write_text("group,title\nA,Things\n", encoding="utf-8")
    with pytest.raises(InputError, match="R401"):
        read_coverage(where, known)


def test_the_page_is_written_only_if_all_holds(toy: Project) -> None:
    page = toy.root / "docs" / "list.md"
    before = "# List\n\n<!-- manual: start -->\n\n<!-- manual: end -->\n"
    page.write_text(before, encoding="utf-8")
    with pytest.raises(SystemExit, match="R402"):
        main([str(folder(toy, GOOD.replace("site:park", "site:parks"))), str(page)])
    assert page.read_text(encoding="utf-8") == before
    main([str(folder(toy, GOOD)), str(page)])
    assert "33.3 %" in page.read_text(encoding="utf-8")
