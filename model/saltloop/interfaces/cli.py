"""The command line: every file in `commands` is a command: arguments in, one call, text out.

Heavy imports wait until a command needs them.
"""

from __future__ import annotations

import importlib
import pkgutil

from saltloop.interfaces import commands
from saltloop.interfaces.command import main

for found in pkgutil.iter_modules(commands.__path__):
    importlib.import_module(f"{commands.__name__}.{found.name}")

if __name__ == "__main__":
    main()
