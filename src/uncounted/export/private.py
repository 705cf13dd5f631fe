"""Files of an export: testimony in clear, so for their owner alone from their first byte.

A file that is opened wide and closed to others at the end can be read until then, and
for ever when the process is killed before.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO


def create(path: Path) -> IO[bytes]:
    """Open a new file of mode 0600 for bytes.

    Raises:
        FileExistsError: there is one of that name: two parts of an export never share one.
    """
    return os.fdopen(_new(path), "wb")


def create_text(path: Path) -> IO[str]:
    """Open a new file of mode 0600 for UTF-8; line ends go out as they are given."""
    return os.fdopen(_new(path), "w", encoding="utf-8", newline="")


def _new(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
