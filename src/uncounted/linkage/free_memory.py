"""Memory that is free inside the heap, given back to the system.

The C library keeps freed memory for later allocations. Of a million reports that is a gigabyte once
they are read, too fragmented for the arrays of the chains.
"""

from __future__ import annotations

import ctypes


def give_back() -> None:
    """Give free memory back to the system, where the C library is glibc."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library
        return
    trim(0)
