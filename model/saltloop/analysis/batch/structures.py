"""What is measured of a study's structures, kept beside its cases, so that no process and no later call measures it again.

A structure is known by all that its numbers depend on: the base and its pack, the paths with their values, the sources of this package and
the libraries that build programmes. What was measured under anything else has another name and is not found.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

import saltloop
from saltloop.analysis.response import Piece, Response
from saltloop.analysis.variation import Family, Group, Values, Variation
from saltloop.errors import InputError
from saltloop.formulation.arrays import Arrays, Layout, arrays_of
from saltloop.results.run import new_file

STRUCTURES = "structures"
_LIBRARIES = ("numpy", "pyomo", "pandas")


@cache
def sources() -> str:
    """Digest of the sources of this package."""
    found, root = hashlib.sha256(), Path(saltloop.__file__).parent
    for path in sorted(root.rglob("*.py")):
        found.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return found.hexdigest()


@dataclass(frozen=True)
class Structures:
    """Measured structures on disk; a folder that cannot be read or written only costs the time to measure again.

    Args:
        folder: where they are; it need not exist on a machine of a cluster.
        base: what the study's cases share.
    """

    folder: Path
    base: str

    def path(self, variation: Variation, group: Group) -> Path:
        """The file of a group."""
        versions = {name: metadata.version(name) for name in _LIBRARIES}
        said = json.dumps([self.base, sources(), versions, variation.domains, variation.seed, group], sort_keys=True, ensure_ascii=False, default=str)
        return self.folder / f"{hashlib.sha256(said.encode()).hexdigest()[:24]}.npz"

    def read(self, variation: Variation, group: Group) -> Family | None:
        """What was measured of a group; None if nothing was."""
        try:
            with self.path(variation, group).open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                return _family(variation, {name: file[name] for name in file.files})
        except (OSError, ValueError, KeyError, BadZipFile):
            return None

    def keep(self, variation: Variation, group: Group, family: Family) -> None:
        """Write what was measured, whole or not at all; what cannot be patched is not kept."""
        path = self.path(variation, group)
        if family.response is None or path.is_file() or not self.folder.parent.is_dir():
            return
        content = io.BytesIO()
        np.savez(content, **_content(family, family.response))  # type: ignore[arg-type]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with new_file(path) as unfinished:
                unfinished.write_bytes(content.getvalue())
        except (OSError, InputError):
            return


def build_one(variation: Variation, values: Values) -> Arrays | None:
    """A case built in full; None where its values are wrong, which is told where they are known by their lines."""
    try:
        return arrays_of(variation.build(values).program)
    except InputError:
        return None


def _content(family: Family, response: Response) -> dict[str, np.ndarray]:
    """A family as plain arrays; texts as the bytes of their JSON."""
    layout = response.layout
    texts = {
        "axes": [axis.path for axis in family.axes],
        "senses": layout.senses,
        "columns": layout.columns,
        "rows": layout.rows,
        "row_units": layout.row_units,
        "pieces": [[piece.axes, piece.degrees] for piece in response.pieces],
    }
    found = {name: np.frombuffer(json.dumps(text, ensure_ascii=False).encode(), dtype=np.uint8) for name, text in texts.items()}
    found |= {"starts": layout.starts, "indices": layout.indices, "numbers": response.numbers}
    for n, piece in enumerate(response.pieces):
        found |= {f"places_{n}": piece.places, f"sizes_{n}": piece.sizes, f"coefficients_{n}": piece.coefficients}
    return found


def _family(variation: Variation, content: dict[str, np.ndarray]) -> Family:
    """A family from plain arrays."""

    def text(name: str) -> Any:
        return json.loads(content[name].tobytes().decode())

    columns, rows = (tuple((family, tuple(key)) for family, key in text(name)) for name in ("columns", "rows"))
    senses, units = tuple(text("senses")), tuple(text("row_units"))
    layout = Layout.of_names(columns, rows, units, senses, content["starts"], content["indices"])
    pieces = tuple(
        Piece(tuple(axes), tuple(degrees), content[f"places_{n}"], content[f"sizes_{n}"], content[f"coefficients_{n}"])
        for n, (axes, degrees) in enumerate(text("pieces"))
    )
    known = {axis.path: axis for axis in variation.axes}
    return Family(tuple(known[path] for path in text("axes")), Response(layout, content["numbers"], pieces, np.zeros(0, dtype=np.int64)))
