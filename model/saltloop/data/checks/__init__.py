"""The checks of a pack before any solve; each check is a function with its messages beside it, in a file per theme."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from saltloop.data.checks import calendars, elements, factors, ledger, markets, names, norms, observations, plausible, transport, ways
from saltloop.data.checks.registry import CHECKS, manual
from saltloop.data.pack import Pack
from saltloop.data.relations import Relations
from saltloop.errors import Problems

THEMES = (elements, ways, markets, transport, plausible, ledger, factors, norms, names, calendars, observations)


def check(pack: Pack, themes: Sequence[ModuleType] = THEMES) -> Problems:
    """Every problem of a pack that is not visible in one table alone.

    Args:
        pack: as `load` gives it, in base units.
        themes: what to check; all by default.

    Returns:
        errors, which make plans wrong or impossible, and warnings, which name what has no effect or deserves a look.
    """
    relations = Relations(pack)
    unknown = list(names.units_are_known(relations))
    if unknown:
        return Problems(unknown)
    names_of = {theme.__name__ for theme in themes}
    chosen = CHECKS if tuple(themes) == THEMES else [each for each in CHECKS if each.run.__module__ in names_of]
    return Problems(list(dict.fromkeys(problem for each in chosen for problem in each.run(relations))))


__all__ = ["CHECKS", "THEMES", "check", "manual"]
