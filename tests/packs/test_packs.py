"""What is shipped as data holds: every pack loads and balances, every scenario solves, certified and verified from its files."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from molmass import Formula

from docs.workshop import Workshop, documented
from saltloop.analysis import plan
from saltloop.data.checks import check
from saltloop.data.chemistry import ELEMENTS
from saltloop.data.pack import Pack, load
from saltloop.data.schema import GRADES, TABLES
from saltloop.errors import SOLVED
from saltloop.formulation.rules.rule import sites_of
from saltloop.results.run import Run, open_run
from saltloop.results.verify import verify
from saltloop.scenario import resolve

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.parent for path in (ROOT / "data").glob("*/pack.yaml"))
# The scenarios of the province are solved where their answers are compared: test_qinghai.py.
SCENARIOS = sorted(path for path in (ROOT / "scenarios").glob("*.yaml") if not path.stem.startswith("qinghai"))
CERTIFICATE, BALANCE, TRACE = 1e-7, 0.02, 1e-6
# What the base-year documents say of the pilot zone: four parks and the zones of each (source 001, lines 1242-1286).
ZONE, PARKS = (
    "ccepz",
    {"golmud": {"Qarhan", "Kunlun"}, "delingha": {"salt chemistry", "green"}, "dachaidan": {"Xitieshan", "Yinmaxia", "boron"}, "ulan": {"Chahannuo"}},
)
INDUSTRIES = {"salt_lake", "oil_gas", "coal", "metallurgy", "building_material", "clean_power"}
GASES = {"co2_process": "CO2", "so2": "SO2"}


@cache
def about(folder: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((folder / "pack.yaml").read_text(encoding="utf-8")))


@cache
def pack(name: str) -> Pack:
    return load(ROOT / "data" / name)


def regions() -> list[str]:
    """Packs with places of their own; the others are shared parts."""
    return [folder.name for folder in FOLDERS if (folder / "sites.csv").exists()]


def lineage(name: str) -> set[str]:
    """The packs that a pack builds on, and those that they build on."""
    parents = about(ROOT / "data" / name)["builds_on"]
    return set(parents).union(*(lineage(parent) for parent in parents))


def test_every_folder_is_a_region_or_part_of_one() -> None:
    assert {folder.name for folder in FOLDERS} == set(regions()).union(*(lineage(name) for name in regions()))
    assert {path.name for path in (ROOT / "data").iterdir() if path.is_dir()} == {folder.name for folder in FOLDERS}


@pytest.mark.parametrize("name", regions())
def test_every_pack_loads_and_has_no_error(name: str) -> None:
    assert [problem.text() for problem in check(pack(name)).errors] == []


@pytest.mark.parametrize("name", regions())
def test_every_number_has_a_source_and_a_grade(name: str) -> None:
    sources = {row["source"] for row in pack(name).rows("sources")}
    bare, count = [], 0
    for table in (table for table in TABLES if "value" in table.names):
        for row in pack(name).rows(table.name):
            count += 1
            inside = "low" not in row or row["low"] <= row["value"] <= row["high"]
            if row["source"] not in sources or row["grade"] not in GRADES or not inside:
                bare.append(f"{row['_file']}:{row['_line']}")
    assert bare == []
    assert count > 100


@pytest.mark.parametrize("name", regions())
def test_every_source_says_what_it_is(name: str) -> None:
    used = {row["source"] for table in TABLES if "source" in table.names and table.name != "sources" for row in pack(name).rows(table.name)}
    sources = {row["source"]: row for row in pack(name).rows("sources")}
    assert used <= set(sources)
    assert [source for source in used if not (sources[source]["title"] or "").strip()] == []


@cache
def shares(species: str) -> dict[str, float]:
    """Tonnes of each element in a tonne of a species."""
    return {symbol: float(part.fraction) for symbol, part in Formula(species.replace("·", ".").replace("*", ".")).composition().items()}


def moved(of: Pack) -> dict[tuple[str, str], list[float]]:
    """(process, element) to t in and t out per unit of activity, added up here from the rows alone."""
    held: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in of.rows("compositions"):
        for element, share in shares(row["species"]).items():
            held[row["commodity"]][element] += row["value"] * share
    burns = {row["process"] for row in of.rows("processes") if "burns" in row["tags"]}
    fuels = {row["commodity"] for row in of.rows("commodities") if "fuel" in row["tags"]}
    found: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in of.rows("recipes"):
        for element, amount in held[row["commodity"]].items():
            used = row["direction"] == "use"
            found[row["process"], element][0 if used else 1] += row["value"] * amount
            if used and element == "C" and row["process"] in burns and row["commodity"] in fuels:
                found[row["process"], element][1] += row["value"] * amount
    for row in of.rows("factors"):
        if row["kind"] == "process" and row["factor"] in GASES:
            for element, share in shares(GASES[row["factor"]]).items():
                found[row["item"], element][1] += row["value"] * (of.units.factor(row["unit"], "t") or 0.0) * share
    return {key: value for key, value in found.items() if key[1] in ELEMENTS}


@pytest.mark.parametrize("name", regions())
def test_elements_balance_or_the_reason_is_written_down(name: str) -> None:
    """Within 2 % of what goes in, and a millionth of the largest element of the process; recomputed beside the check of the package."""
    excused = {(row["process"], row["element"]): row["reason"] for row in pack(name).rows("balance_exceptions")}
    flows = moved(pack(name))
    largest: dict[str, float] = defaultdict(float)
    for (process, _), amounts in flows.items():
        largest[process] = max(largest[process], *amounts)
    open_balances = {(process, element) for (process, element), (into, out) in flows.items() if abs(into - out) > max(BALANCE * into, TRACE * largest[process])}
    assert {key for key in open_balances if key not in excused and (key[0], "*") not in excused} == set()
    assert [key for key, reason in excused.items() if len(reason.split()) < 4 and len(reason) < 12] == []
    assert not pack(name).rows("compositions") or len(flows) > 100


def test_the_zone_has_its_four_parks_and_each_zone_of_them_is_a_site() -> None:
    found = pack("qaidam")
    area = {row["area"]: row["parent"] for row in found.rows("areas")}
    assert {park for park, parent in area.items() if parent == ZONE} == set(PARKS)
    for park, zones in PARKS.items():
        titles = [row["title_en"] for row in found.rows("sites") if row["area"] == park and row["kind"] == "park"]
        assert len(titles) == len(zones)
        assert all(any(zone.lower() in title.lower() for title in titles) for zone in zones), titles
    assert set(sites_of(found, [ZONE])) == {row["site"] for row in found.rows("sites")}
    working = {row["site"] for row in found.rows("capacities")}
    assert {row["site"] for row in found.rows("sites") if row["kind"] == "park"} <= working


def with_capacity(of: Pack) -> dict[str, dict[str, Any]]:
    """Processes whose equipment stands, or may be built, at some site."""
    equipment: dict[str, set[str]] = defaultdict(set)
    for row in of.rows("uses"):
        equipment[row["process"]].add(row["equipment"])
    standing: dict[str, set[str]] = defaultdict(set)
    for row in of.rows("capacities"):
        standing[row["site"]].add(row["equipment"])
    return {row["process"]: row for row in of.rows("processes") if any((equipment[row["process"]] or {row["process"]}) <= there for there in standing.values())}


def test_the_industries_of_the_zone_are_there_with_their_processes() -> None:
    by_industry: dict[str, set[str]] = defaultdict(set)
    for process, row in with_capacity(pack("qaidam")).items():
        by_industry[row["industry"]].add(process)
    assert set(by_industry) >= INDUSTRIES
    assert sum(len(by_industry[industry]) for industry in INDUSTRIES) >= 60
    assert min(len(by_industry[industry]) for industry in INDUSTRIES) >= 3


def loops(of: Pack) -> dict[str, set[str]]:
    """Wastes that come back: waste to the processes that use it and from whose products the process that makes it is fed.

    Power, steam and water join everything to everything, so they do not count as links.
    """
    kinds = {row["commodity"]: set(row["tags"]) for row in of.rows("commodities")}
    everywhere = {name for name, tags in kinds.items() if tags & {"power", "heat", "energy", "water", "steam"} or "water" in name or "steam" in name}
    processes = with_capacity(of)
    takes, gives = defaultdict(set), defaultdict(set)
    for row in of.rows("recipes"):
        if row["process"] in processes and row["commodity"] not in everywhere:
            (takes[row["commodity"]] if row["direction"] == "use" else gives[row["process"]]).add(
                row["process"] if row["direction"] == "use" else row["commodity"]
            )
    found: dict[str, set[str]] = defaultdict(set)
    for waste in (name for name, tags in kinds.items() if any("waste" in tag for tag in tags)):
        for user in takes[waste]:
            reached, todo = {user}, [user]
            while todo:
                for commodity in gives[todo.pop()]:
                    fed = takes[commodity] - reached
                    reached |= fed
                    todo += fed
            if any(waste in gives[process] for process in reached):
                found[waste].add(user)
    return found


def test_processes_close_loops() -> None:
    """Wastes are used by many processes, and some come back to the process that made them."""
    processes = with_capacity(pack("qaidam"))
    assert len([name for name, row in processes.items() if "waste_using" in row["tags"]]) >= 20
    assert len([name for name, row in processes.items() if "recycling" in row["tags"]]) >= 10
    closed = loops(pack("qaidam"))
    assert len(closed) >= 3, closed


def run_of(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, workshop: Workshop) -> Run:
    """The run of a shipped scenario: the one that a document shows, or else one without a workbook."""
    line = f"saltloop run {path.relative_to(ROOT).as_posix()}"
    if line in documented():
        outcome = workshop.type(line)
        assert outcome.code == SOLVED, outcome.printed
        return open_run(workshop.root / "results" / path.stem)
    monkeypatch.setattr(resolve, "load", lambda folder: pack(folder.name))
    monkeypatch.setattr("saltloop.results.workbook.write_workbook", lambda *_: None)
    plan.write_plan(plan.solve_scenario(resolve.load_scenario(path)), folder)
    return open_run(folder / path.stem)


def certified(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, workshop: Workshop) -> Run:
    """The run of a scenario: optimal, its certificate small, and its files in agreement with each other."""
    run = run_of(path, folder, monkeypatch, workshop)
    told = run.manifest
    assert told["status"] == "optimal"
    assert max(part["relative"] for part in told["certificate"].values()) <= CERTIFICATE
    findings = verify(run)
    assert [(finding.check[0], finding.error, finding.where) for finding in findings if not finding.holds] == []
    assert len(findings) >= 6
    assert (run.table("products")["sold"] > 0).any()
    return run


@pytest.mark.slow
@pytest.mark.parametrize("path", SCENARIOS, ids=[path.stem for path in SCENARIOS])
def test_every_scenario_solves_certified_and_verified(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workshop: Workshop) -> None:
    certified(path, tmp_path, monkeypatch, workshop)
