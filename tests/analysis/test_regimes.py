"""Which limits bind as one number moves, worked out by hand on the works of the fronts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analysis.test_pareto import WORKS
from saltloop.analysis.regimes import Regimes, regimes
from saltloop.analysis.variation import Range, Variation
from saltloop.errors import InputError, Place
from saltloop.scenario.document import Document, paths
from tiny import pack_of

DATA: dict[str, Any] = {
    "title": {"en": "Works", "zh": "工厂"},
    "region": "tiny",
    "areas": ["all"],
    "periods": [2025],
    "maximise": "gain",
    "prices": {"year": 2025},
    "rules": {"cap": {"limit": "smoke_out", "at_most": "20 t", "in": "all"}, "jobs": {"limit": "made", "at_least": "50 t", "in": "all"}},
}


def sweep(path: str, low: str, high: str, levels: int = 5) -> Regimes:
    document = Document(Path("works.yaml"), (), DATA, dict.fromkeys(paths(DATA), Place("works.yaml", 1)))
    return regimes(Variation(document, {path: Range(low, high)}, pack=pack_of(WORKS)), path, levels)


def test_a_cap_binds_up_to_where_everything_runs() -> None:
    """50 t must be made, which clean does with 5 t of smoke; clean is full at 10, dirty at 35, nothing more to gain from 55 on."""
    found = sweep("rules.cap.at_most", "80 t", "2 t")
    assert found.exact
    assert found.segments["start"].tolist() == pytest.approx([5, 10, 35, 55], abs=1e-4)
    assert found.segments["end"].iloc[-1] == pytest.approx(80)
    assert found.points["status"].iloc[0] == "infeasible"
    spans = found.spans.set_index("item")[["start", "end"]]
    assert spans.loc["cap"].tolist() == pytest.approx([5, 55], abs=1e-4)
    assert spans.loc["dirty"].tolist() == pytest.approx([35, 80])


def test_a_price_changes_what_binds_where_another_process_pays_more() -> None:
    """20 t of smoke: below 95 a tonne dirty ware (p - 70 for 0.5 t) pays more per smoke than clean (p - 90 for 0.1 t), so only the jobs keep clean."""
    found = sweep("prices.ware", "-8 %", "-2 %", 4)
    assert not found.exact, "a price stands among the coefficients"
    assert found.segments["start"].tolist() == pytest.approx([-8, -5], abs=1e-4)
    spans = found.spans.set_index("item")[["start", "end"]]
    assert spans.loc["cap"].tolist() == pytest.approx([-8, -2])
    assert spans.loc["jobs"].tolist() == pytest.approx([-8, -5], abs=1e-4)
    assert spans.loc["clean"].tolist() == pytest.approx([-5, -2], abs=1e-4)


def test_what_is_no_number_cannot_be_swept() -> None:
    document = Document(Path("works.yaml"), (), DATA, dict.fromkeys(paths(DATA), Place("works.yaml", 1)))
    assert not Variation(document, {"maximise": Range("gain", "made")}, pack=pack_of(WORKS)).axes


def test_a_number_that_makes_something_appear_is_refused() -> None:
    """A plant of no capacity is not in the programme at all."""
    with pytest.raises(InputError) as caught:
        sweep("set.capacities.works.clean.existing", "0 t/a", "50 t/a")
    assert "R415" in caught.value.text()
    assert "构成发生变化" in caught.value.text("zh")
