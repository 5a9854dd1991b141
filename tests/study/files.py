"""Study files for tests, on the toy pack: its base case, with a carbon cap that can be moved."""

from __future__ import annotations

from pathlib import Path

from saltloop.scenario.study import Study, load_study

PACKS = Path(__file__).parents[1] / "packs"
BASE = """\
title: {en: Toy, zh: 玩具}
region: toy
areas: [region]
periods: [2025]
maximise: value_added
prices: {year: 2025}
rules: {cap: {limit: co2, at_most: 90 kt}}
"""
# Thirty cases: two options in fifteen states.
MANY = """\
options: {rules.cap.at_most: [90 kt, 87 kt]}
states:
  prices.potash: {triangular: [-20 %, 0 %, +10 %]}
  sample: {latin_hypercube: 15, seed: 3}
"""
TITLE = "title: {en: Study, zh: 研究}\nbase: base.yaml\n"


def write_study(folder: Path, text: str, base: str = BASE) -> Path:
    """A study and its base in a project folder; the packs are those of the tests."""
    folder = folder / "project" / "scenarios"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "base.yaml").write_text(base, encoding="utf-8")
    (folder / "study.yaml").write_text(TITLE + text if not text.startswith("title") else text, encoding="utf-8")
    return folder / "study.yaml"


def study_of(folder: Path, text: str, base: str = BASE) -> Study:
    """The study of a text that follows title and base."""
    return load_study(write_study(folder, text, base), data=str(PACKS))
