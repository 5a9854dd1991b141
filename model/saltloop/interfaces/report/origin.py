"""Where the numbers come from: evidence, certificate, versions, sizes, warnings."""

from __future__ import annotations

from typing import Any

from saltloop.interfaces.report.folder import TABLES, Folder
from saltloop.interfaces.report.sheet import Cell, Sheet, label, word
from saltloop.language import TEXTS, Both, both, percent_both
from saltloop.results.run import MANIFEST

_GRADES = ("A", "B", "C", "D")


def origin(folder: Folder) -> dict[str, Any]:
    """Evidence by grade, certificate, facts of the calculation, and warnings."""
    return {
        "evidence": _evidence(folder),
        "certificate": _certificate(folder),
        "facts": _facts(folder),
        "warnings": _warnings(folder),
        "files": both("result_files", files=", ".join([MANIFEST, *(f"{table}.parquet" for table in TABLES)])),
    }


def _evidence(folder: Folder) -> list[tuple[str, Both, float, Both]]:
    """Grade, meaning, share of the numbers, and the share in words."""
    shares = folder.manifest["evidence"]
    return [(grade, both(f"grade_{grade}"), float(shares[grade]), percent_both(float(shares[grade]))) for grade in _GRADES if shares.get(grade)]


def _certificate(folder: Folder) -> Sheet:
    rows = [[label(TEXTS.get(name, (name, name))), _tiny(pair["absolute"]), _tiny(pair["relative"])] for name, pair in folder.manifest["certificate"].items()]
    return Sheet("certificate", both("certificate"), ("check", "#absolute", "#relative"), rows)


def _tiny(value: float) -> Cell:
    """A residual: its order of magnitude is what matters."""
    return Cell((f"{value:.1e}", f"{value:.1e}"), value)


def _facts(folder: Folder) -> list[tuple[Both, Both]]:
    manifest = folder.manifest
    pack, scenario = manifest["pack"], manifest["scenario"]
    return [
        (both("scenario_file"), _same(str(scenario["path"]))),
        (both("pack"), _same(f"{pack['name']} {pack['version']}")),
        (both("inputs_hashed"), _same(str(len(manifest["hashes"])))),
        (both("sizes"), _counted(manifest["sizes"])),
        (both("versions"), _same(", ".join(f"{name} {version}" for name, version in manifest["versions"].items()))),
        (both("seconds"), _timed(manifest["seconds"])),
    ]


def _counted(sizes: dict[str, int]) -> Both:
    words = [(word("size", name), f"{count:,}") for name, count in sizes.items()]
    return (", ".join(f"{count} {name[0]}" for name, count in words), "，".join(f"{name[1]} {count}" for name, count in words))


def _timed(seconds: dict[str, float]) -> Both:
    words = [(word("seconds", stage), f"{taken:.2f}") for stage, taken in seconds.items()]
    return (", ".join(f"{name[0]} {taken}" for name, taken in words), "，".join(f"{name[1]} {taken}" for name, taken in words))


def _warnings(folder: Folder) -> list[Both]:
    return [(warning["en"], warning["zh"]) for warning in folder.manifest["warnings"]]


def _same(words: str) -> Both:
    return (words, words)
