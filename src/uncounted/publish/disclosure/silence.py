"""Keep HiGHS from printing.

It writes a line of its own to file descriptor 1 when it repairs a solution, whatever
it is told; there `uncounted --json` owes its reader one JSON object and nothing else.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Point file descriptor 1 at nothing; C's own buffer is emptied before it is put back."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        if os.name == "posix":
            ctypes.CDLL(None).fflush(None)
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
