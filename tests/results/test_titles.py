"""What the tables of a run name has a title in both languages."""

from __future__ import annotations

from pathlib import Path

from interfaces.typed import BASE, project, typed
from saltloop.results.run import open_run


def test_classes_of_land_are_named_in_the_language_of_the_reader(tmp_path: Path) -> None:
    """The park has 15 ha of unused land for 7.5 MW of solar plants, see the README of the toy pack."""
    made = project(tmp_path)
    made.write(BASE + "capacity: {may_build: [option]}\n", "solar")
    said = typed("run", made.root / "scenarios" / "solar.yaml", "--no-report", "--out", made.root / "results", "--lang", "zh")
    assert "未利用地" in said.text
    names = open_run(made.root / "results" / "solar").table("names").set_index("id")
    assert names.loc["unused", ["kind", "title_en", "title_zh"]].tolist() == ["land_class", "Unused land", "未利用地"]
    assert "未利用地" in typed("explain", made.root / "results" / "solar", "--lang", "zh").text
