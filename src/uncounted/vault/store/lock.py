"""One process at a time in a case file.

The lock is the kernel's (`flock`), so it ends with the process that holds it,
however that ends. The text in the file only says who that is, for the message.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from uncounted.errors import CaseBusy
from uncounted.vault.store.files import on_disk

_PAUSE = 0.05
# Through a link somebody else's file would be emptied.
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class Lock:
    """The right to work on a case file, held until `release`.

    `wait` is how many seconds to wait for another process to finish.

    Raises:
        CaseBusy: another process holds it still.
        NoSpace: the folder cannot be written to.
    """

    def __init__(self, path: Path, *, wait: float = 0.0) -> None:
        with on_disk():
            self._descriptor = os.open(path, _FLAGS, 0o600)
        try:
            self._take(time.monotonic() + wait)
            with on_disk():
                os.ftruncate(self._descriptor, 0)
                os.pwrite(self._descriptor, f"{os.getpid()} {os.uname().nodename}\n".encode(), 0)
        except BaseException:
            os.close(self._descriptor)
            raise

    def _take(self, deadline: float) -> None:
        while True:
            try:
                with on_disk():
                    fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() >= deadline:
                    raise CaseBusy(
                        f"another process is working on the case file ({self._holder()})",
                        hint="wait until it has finished",
                    ) from error
                time.sleep(_PAUSE)
            else:
                return

    def _holder(self) -> str:
        process, _, host = (
            os.pread(self._descriptor, 200, 0).decode("ascii", "replace").partition(" ")
        )
        return (
            f"process {process} on {host.strip()}" if process.isdigit() else "it did not say which"
        )

    def release(self) -> None:
        """Let the next one in; doing it twice is no harm."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
