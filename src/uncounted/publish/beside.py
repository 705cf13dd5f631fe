"""A folder that takes its name only when it is whole.

It is written beside that name first. What a killed process left there may be testimony in
clear, so the next one under that name takes it away.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from uncounted.proof import durable


@contextlib.contextmanager
def beside(folder: Path, *, private: bool = False) -> Iterator[Path]:
    """Give a temporary folder beside `folder`; what a killed process left there goes first.

    Whether one is still being written is not told by its age, but by a lock on it that
    the kernel drops with the process. At the end it is removed, unless it was renamed.

    Raises:
        NoSpace: no folder can be made there.
    """
    temporary = folder.parent / f".{folder.name}.{secrets.token_hex(4)}.partial"
    with contextlib.ExitStack() as undo:
        undo.callback(shutil.rmtree, temporary, ignore_errors=True)  # Ctrl-C too
        with durable.told_plainly():
            folder.parent.mkdir(parents=True, exist_ok=True)
            _sweep(folder)
            temporary.mkdir(mode=0o700 if private else 0o777)
            descriptor = undo.enter_context(_opened(temporary))
        with contextlib.suppress(OSError):  # a disk without locks: nothing is swept there
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield temporary


def _sweep(folder: Path) -> None:
    left = re.compile(rf"\.{re.escape(folder.name)}\.[0-9a-f]{{8}}\.partial")
    for path in folder.parent.iterdir():
        if not left.fullmatch(path.name) or path.is_symlink() or not path.is_dir():
            continue
        with contextlib.suppress(OSError), _opened(path) as descriptor:  # gone, or in use
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path)


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
