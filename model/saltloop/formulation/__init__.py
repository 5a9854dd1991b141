"""The linear programme: case, equations, accounts, rules, arrays."""

import importlib
import sys
from types import ModuleType


class _WhenUsed(ModuleType):
    """Stands for a module until something of it is asked for, then is replaced by it."""

    def __getattr__(self, name: str) -> object:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


# Pyomo imports these whenever scipy is present, which takes a second of every start, and uses none of them for a linear
# programme.
for _name in ("scipy.stats", "scipy.integrate", "scipy.spatial"):
    if _name not in sys.modules:
        sys.modules[_name] = _WhenUsed(_name)
