"""Files that are there whole or not at all, whatever happens in between.

Every write goes to a temporary name beside the target, is flushed to the disk,
and only then takes the target's name. Nothing is ever edited in place.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from uncounted.errors import NoSpace


@contextlib.contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what a disk can refuse into one error with a hint; the path stays out of it."""
    try:
        yield
    except OSError as problem:
        raise NoSpace(
            f"cannot write there: {problem.strerror or type(problem).__name__}",
            hint="free some space, or choose a folder that you may write to",
        ) from None


def write(path: Path, data: bytes) -> None:
    """Put `data` at `path`, durably and at once; parent folders are made.

    Raises:
        NoSpace: the disk is full, or the folder cannot be written to.
    """
    with told_plainly():
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if os.name != "posix":  # Windows opens no folders; renames are journalled there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
