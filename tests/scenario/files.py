"""Scenario files for tests, on the packs of `tests/packs`."""

from __future__ import annotations

from pathlib import Path

from saltloop.scenario import Scenario, load_scenario

PACKS = Path(__file__).parents[1] / "packs"
BASE = """\
title: {en: T, zh: 题}
region: toy
areas: [region]
periods: [2025]
maximise: value_added
prices: {year: 2025}
"""


def scenario_of(folder: Path, text: str = "", **files: str) -> Scenario:
    """The scenario of a text, in a project folder with other files beside it."""
    folder = folder / "project" / "scenarios"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    (folder / "main.yaml").write_text(text or BASE, encoding="utf-8")
    return load_scenario(folder / "main.yaml", data=str(PACKS))
