"""The rule kinds: one file each, found by being in this folder, so that a new kind is one file and nothing else."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

for _module in sorted(module.name for module in iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")
