"""What a process frees stays with it.

A case asks for some twenty megabytes, frees them, and the next asks for them again. Where the system takes them back in between, every page of
them is cleared anew: a quarter of the time of a case of the annual programme.
"""

from __future__ import annotations

import ctypes
import os
from functools import cache

# Numbers that glibc has for its options, and bytes: free memory at the end of the heap that is kept, the largest block that is taken from the heap.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT, _LARGEST = 64 << 20, 32 << 20


@cache
def keep_what_is_freed() -> bool:
    """Tell the C library so, once in a process.

    Returns:
        whether it can be told; only glibc can, whose own way is to give back all but a little.
    """
    told = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    return told is not None and bool(told(_TRIM_THRESHOLD, _KEPT)) and bool(told(_MMAP_THRESHOLD, _LARGEST))
