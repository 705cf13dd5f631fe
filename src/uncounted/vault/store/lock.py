"""One process at a time in a case file: an exclusive, advisory lock on one file.

The operating system holds the lock (`flock`, on Windows `LockFileEx`; by way of filelock), so it
ends with the process, whatever ends that. The file stays; its text only names the holder in the
message of a refusal.
"""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

from filelock import lock_descriptor

from uncounted import atomic_files, regular_files
from uncounted.errors import CaseBusy

_PAUSE = 0.05
# Windows lets no other process read the byte that is locked, the first: the text begins after it.
_TEXT_AT = 1 if os.name == "nt" else 0


class Lock:
    """The right to work on a case file, held until `release`.

    Args:
        path: of the lock file, which is made where it is missing (mode 0600).
        wait: how many seconds to wait for another process to finish.

    Raises:
        CaseBusy: another process holds it still.
        NoSpace: the folder cannot be written to, or its disk has no locks.
        UsedWrongly: the file is a link: another file would be emptied through it.
    """

    def __init__(self, path: Path, *, wait: float = 0.0) -> None:
        with atomic_files.disk_errors():
            self._descriptor = regular_files.open_no_follow(path, os.O_RDWR | os.O_CREAT)
        try:
            with atomic_files.disk_errors():
                self._take(time.monotonic() + wait)
                os.ftruncate(self._descriptor, _TEXT_AT)
                os.lseek(self._descriptor, _TEXT_AT, os.SEEK_SET)
                os.write(self._descriptor, f"{os.getpid()} {platform.node()}\n".encode())
        except BaseException:
            self.release()
            raise

    def _take(self, deadline: float) -> None:
        while not lock_descriptor(self._descriptor, blocking=False):
            if time.monotonic() >= deadline:
                raise CaseBusy(
                    f"another process is working on the case file ({self._holder()})",
                    hint="wait until it has finished",
                )
            time.sleep(_PAUSE)

    def _holder(self) -> str:
        os.lseek(self._descriptor, _TEXT_AT, os.SEEK_SET)
        text = os.read(self._descriptor, 200).decode("ascii", "replace")
        process, _, host = text.partition(" ")
        return f"process {process} on {host.strip()}" if process.isdigit() else "process unknown"

    def release(self) -> None:
        """Release the lock; a second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
