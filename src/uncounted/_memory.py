"""Freed memory is given back to the operating system.

glibc keeps what was freed between objects that stay: of a million reports a gigabyte after they
are read from a case file, and more after they are compared.
"""

from __future__ import annotations

import ctypes


def release_freed() -> None:
    """Give freed memory back, by `malloc_trim(3)` of glibc; with another C library do nothing."""
    trim = getattr(ctypes.pythonapi, "malloc_trim", None)
    if trim is not None:
        trim(ctypes.c_size_t(0))
