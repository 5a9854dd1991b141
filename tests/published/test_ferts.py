"""The published model of data/ferts, from YAML to verified files, against its published optimum."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from saltloop.data.checks import check
from saltloop.data.pack import load
from saltloop.interfaces.cli import main
from saltloop.results.run import Run, open_run

ROOT = Path(__file__).parents[2]
PUBLISHED = 58_793_820.0
"""LE. Choksi, Meeraus and Stoutjesdijk 1980, scenario 1: 58 793.82 thousand LE, as the dossier (published_models/README.md) quotes it."""
RECOMPUTED = 58_793_822.7006306
"""LE. The same model written as arrays straight from the source and solved by itself, outside this package."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("results")
    answer = CliRunner().invoke(main, ["run", str(ROOT / "scenarios" / "ferts.yaml"), "--out", str(out), "--no-report"])
    assert answer.exit_code == 0, answer.output
    return open_run(out / "ferts")


def flows(run: Run, role: str) -> pd.DataFrame:
    table = run.table("flows")
    return table[table["role"] == role]


def objective(run: Run) -> float:
    return float(run.manifest["objective"]["stages"][0]["value"])


def test_the_optimum_is_the_published_one(run: Run) -> None:
    assert objective(run) == pytest.approx(PUBLISHED, rel=1e-7)
    assert objective(run) == pytest.approx(RECOMPUTED, rel=1e-10)


def test_the_optimum_is_in_the_currency_of_the_source(run: Run) -> None:
    assert run.manifest["objective"]["unit"] == "LE"


def test_a_grade_is_made_only_where_the_source_allows_it(run: Run) -> None:
    made = flows(run, "made")
    assert set(made.loc[made["commodity"] == "can_310", "site"]) == {"aswan"}
    assert set(made.loc[made["commodity"] == "can_335", "site"]) == {"helwan"}


def test_only_final_products_travel(run: Run) -> None:
    commodities = load(ROOT / "data" / "ferts").tables["commodities"]
    final = {c for c, tags in zip(commodities["commodity"], commodities["tags"], strict=True) if "final_product" in tags}
    travelled = set(flows(run, "shipped_out")["commodity"])
    assert travelled
    assert travelled <= final


def test_every_demand_is_served(run: Run) -> None:
    demands = load(ROOT / "data" / "ferts").tables["demands"]
    served = flows(run, "sold").set_index(["site", "commodity"])["value"]
    for site, commodity, asked in zip(demands["site"], demands["commodity"], demands["value"], strict=True):
        assert served[site, commodity] >= asked * (1 - 1e-9)


def test_the_pack_passes_its_checks() -> None:
    assert [problem.text() for problem in check(load(ROOT / "data" / "ferts"))] == []
