"""Files that extend files, what YAML may hold, and where each value comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from saltloop.errors import InputError, Place, Problems
from saltloop.scenario import Document, read_document
from saltloop.scenario.document import leaves
from scenario.files import BASE, scenario_of


def document_of(folder: Path, **files: str) -> Document:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    problems = Problems()
    document = read_document(folder / "main.yaml", problems)
    assert document is not None, [p.text() for p in problems]
    problems.stop_if_any()
    return document


def test_later_keys_win_mappings_merge_and_lists_are_replaced(tmp_path: Path) -> None:
    document = document_of(
        tmp_path, old="areas: [a, b]\nprices: {year: 2023, missing: error}\nnote: old\n", main="extends: old.yaml\nareas: [c]\nprices: {year: 2025}\n"
    )
    assert document.data == {"areas": ["c"], "prices": {"year": 2025, "missing": "error"}, "note": "old"}


def test_inheritance_goes_over_several_files(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "far.yaml").write_text("note: far\nregion: r\nlanguage: en\n", encoding="utf-8")
    document = document_of(tmp_path, old="extends: more/far.yaml\nnote: old\nregion: s\n", main="extends: old.yaml\nnote: new\n")
    assert document.data == {"note": "new", "region": "s", "language": "en"}
    assert [path.name for path in document.files] == ["main.yaml", "old.yaml", "far.yaml"]


def test_every_leaf_has_its_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    document = document_of(
        tmp_path,
        old="rules:\n  cap: {limit: co2,\n    at_most: 5 t}\n  use:\n    ban: x\nareas:\n  - a\n",
        main="extends: old.yaml\nrules:\n  cap:\n    at_most:\n      4 t\n",
    )
    assert {keys: (place.file, place.line) for keys, place in document.origins.items() if keys in dict(leaves(document.data))} == {
        ("rules", "cap", "limit"): ("old.yaml", 2),
        ("rules", "cap", "at_most"): ("main.yaml", 4),
        ("rules", "use", "ban"): ("old.yaml", 5),
        ("areas", 0): ("old.yaml", 7),
    }
    assert document.place("rules", "cap") == Place("main.yaml", 3)
    assert document.place("rules", "cap", "in") == Place("main.yaml", 3)


@pytest.mark.parametrize("off", ["off", "'off'", "Off", "no", "false"])
def test_a_rule_is_switched_off(tmp_path: Path, off: str) -> None:
    document = document_of(tmp_path, old="rules: {a: {limit: x, at_most: 1 t}, b: {ban: y}}\n", main=f"extends: old.yaml\nrules: {{a: {off}}}\n")
    assert document.data["rules"] == {"b": {"ban": "y"}}
    assert not any(keys[:2] == ("rules", "a") for keys in document.origins)


def test_a_rule_of_another_kind_replaces_the_older_one_whole(tmp_path: Path) -> None:
    document = document_of(tmp_path, old="rules: {a: {limit: x, at_most: 1 t, in: here}}\n", main="extends: old.yaml\nrules: {a: {net_zero: x}}\n")
    assert document.data["rules"]["a"] == {"net_zero": "x"}


def test_the_price_of_a_charge_is_changed_without_making_it_a_price_path(tmp_path: Path) -> None:
    document = document_of(tmp_path, old="rules: {a: {charge: x, price: 1 CNY/t}}\n", main="extends: old.yaml\nrules: {a: {price: 2 CNY/t}}\n")
    assert document.data["rules"]["a"] == {"charge": "x", "price": "2 CNY/t"}
    other = document_of(tmp_path, main="extends: old.yaml\nrules: {a: {price: salt, change: -1 %}}\n")
    assert other.data["rules"]["a"] == {"price": "salt", "change": "-1 %"}


def test_an_objective_and_periods_are_replaced_whole(tmp_path: Path) -> None:
    document = document_of(tmp_path, old="maximise: {a: 1, b: 2}\nperiods: {2025: 5, 2030: 5}\n", main="extends: old.yaml\nminimise: c\nperiods: {2040: 10}\n")
    assert document.data == {"minimise": "c", "periods": {2040: 10}}


def test_what_yaml_would_guess_stays_as_written(tmp_path: Path) -> None:
    document = document_of(
        tmp_path,
        main="""\
a: [010, 12:30, 2025-01-01, 1_000, 1e3, 1.5, .inf, =, ~, -15 %, yes, "off", 0x1F, 1e-3]
on: y
2025: z
""",
    )
    assert document.data == {
        "a": ["010", "12:30", "2025-01-01", 1000, "1e3", 1.5, ".inf", "=", None, "-15 %", True, "off", "0x1F", "1e-3"],
        "on": "y",
        2025: "z",
    }


def test_anchors_and_merge_keys_are_read(tmp_path: Path) -> None:
    document = document_of(tmp_path, main="rules:\n  a: &a {limit: x, at_most: 1 t}\n  b:\n    <<: *a\n    at_most: 2 t\n  c: *a\n")
    assert document.data["rules"]["b"] == {"at_most": "2 t", "limit": "x"}
    assert document.data["rules"]["c"] == {"limit": "x", "at_most": "1 t"}
    assert document.place("rules", "b", "limit").line == 2
    assert document.place("rules", "c").line == 6


def test_aliases_that_unfold_without_end_are_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    (tmp_path / "main.yaml").write_text("\n".join(lines), encoding="utf-8")
    problems = Problems()
    read_document(tmp_path / "main.yaml", problems)
    assert {p.message.code for p in problems} == {"S109"}


def test_nesting_too_deep_is_refused(tmp_path: Path) -> None:
    (tmp_path / "main.yaml").write_text("a: " + "[" * 5000 + "]" * 5000, encoding="utf-8")
    problems = Problems()
    assert read_document(tmp_path / "main.yaml", problems) is None
    assert [p.message.code for p in problems] == ["S109"]


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "main.yaml").write_bytes(b"\xef\xbb\xbfnote: x\n")
    document = read_document(tmp_path / "main.yaml", Problems())
    assert document is not None
    assert document.data == {"note": "x"}


def test_an_error_in_the_extended_file_names_that_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"old\.yaml:7  S110"):
        scenario_of(tmp_path, "extends: old.yaml\n", old=BASE + "colour: red\n")


def test_an_overlay_wins_over_the_files(tmp_path: Path) -> None:
    document = document_of(tmp_path, main="rules: {a: {limit: x, at_most: 1 t}, b: {ban: y}}\n")
    place, problems = Place("study.yaml", 4), Problems()
    changed = document.overlay({"rules": {"a": {"at_most": "2 t"}, "b": "off"}}, place, problems)
    assert changed.data == {"rules": {"a": {"limit": "x", "at_most": "2 t"}}}
    assert changed.place("rules", "a", "at_most") == place
    assert changed.place("rules", "a", "limit").file.endswith("main.yaml")
    document.overlay({"rules": {"c": "off"}}, place, problems)
    assert [(p.message.code, p.place) for p in problems] == [("S113", place)]
