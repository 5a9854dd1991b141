"""Other values at some paths of a scenario: what studies, fronts and sweeps vary."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from typing import Any

from saltloop.errors import Place, Problems
from saltloop.scenario.document import Document
from saltloop.scenario.nodes import Key, KeyPath
from saltloop.scenario.schema import OBJECTIVES, ScenarioFile


class Absent(Enum):
    """What stands where a document says nothing."""

    ABSENT = "-"


ABSENT = Absent.ABSENT


def key_path(path: str) -> KeyPath:
    """The keys of a scenario that a path names.

    `prices.x` is short for `prices.set.x`; a path that begins with no key of a scenario is one of the pack and stands under `set`.
    """
    words = path.split(".")
    known = [field.alias or name for name, field in ScenarioFile.model_fields.items()]
    if words[0] not in known:
        return "set", path
    if words[0] == "set":
        return "set", path.removeprefix("set.")
    keys: list[Key] = [int(word) if word.isdigit() else word for word in words]
    if words[0] == "prices" and len(words) > 1 and words[1] not in ("year", "missing", "set"):
        keys.insert(1, "set")
    return tuple(keys)


def value_at(document: Document, keys: KeyPath) -> object:
    """What a document says at the end of some keys; ABSENT if it says nothing."""
    found: Any = document.data
    for key in keys:
        inside = range(len(found)) if isinstance(found, list) else found if isinstance(found, dict) else ()
        if key not in inside:
            return ABSENT
        found = found[key]
    return found


def with_values(document: Document, values: Mapping[KeyPath, object], place: Place, problems: Problems) -> Document:
    """A document with other values at some paths, as a file that extends it would write them.

    A single weight of an objective changes in place, where a file would have to write the objective whole.

    Args:
        document: as read.
        values: by the keys that lead to them.
        place: where they come from.
        problems: collects what is wrong.
    """
    weights = {keys: value for keys, value in values.items() if keys[0] in OBJECTIVES and len(keys) > 1 and value_at(document, keys[:-1]) is not ABSENT}
    overlay: dict[Any, Any] = {}
    for keys, value in values.items():
        if keys not in weights:
            inner = overlay
            for key in keys[:-1]:
                inner = inner.setdefault(key, {})
            inner[keys[-1]] = value
    found = document.overlay(overlay, place, problems) if overlay else document
    return _with_weights(found, weights, place) if weights else found


def _with_weights(document: Document, weights: Mapping[KeyPath, object], place: Place) -> Document:
    data = copy.deepcopy(document.data)
    for keys, value in weights.items():
        inner: Any = data
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value
    return replace(document, data=data, origins={**document.origins, **dict.fromkeys(weights, place)})
