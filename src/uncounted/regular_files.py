"""Reading files that others may have put there: regular files only, and no more than a limit.

A pipe can wait without end, a device has no end, and a sparse file takes as much memory as its size
says. None of them is opened to be read, whatever lies at the path.
"""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 16 << 20  # of a file that is read whole, where nothing else is said
_NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)  # Windows has none
# A pipe would wait for its other end, and a terminal would become that of this process.
_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)


class NotRegular(OSError):
    """What lies at a path is a folder, a pipe or a device."""


class TooLarge(OSError):
    """A file has more bytes than it may."""


def opened(path: Path, *, most: int | None = None, links: bool = True) -> BufferedReader:
    """Open a regular file for reading; nothing else is waited for or read.

    What has the name is looked at first, and what was opened once more: another may have been
    put there in between.

    Args:
        path: the file.
        most: how many bytes it may have; None: any number, for what is read in pieces.
        links: whether a symbolic link is followed.

    Raises:
        NotRegular: a folder, a pipe, a socket or a device.
        TooLarge: more than `most` bytes.
        OSError: whatever else the system refuses; ELOOP for a link that is not followed.
    """
    _check(os.stat(path) if links else path.lstat(), most, links=links)  # noqa: PTH116
    descriptor = os.open(path, _FLAGS) if links else open_no_follow(path, _FLAGS)
    try:
        _check(os.fstat(descriptor), most)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read(path: Path, *, most: int = MOST_BYTES) -> bytes:
    """Read a regular file whole.

    Raises:
        NotRegular, TooLarge, OSError: as `opened`.
    """
    with opened(path, most=most) as file:
        content = file.read(most + 1)
    if len(content) > most:  # it grew, or is one of those whose size the system does not say
        raise _too_large(most)
    return content


def open_no_follow(path: Path, flags: int) -> int:
    """Open a file descriptor (mode 0600 where it makes the file), never through a symbolic link.

    Where the platform has no O_NOFOLLOW, what was opened is compared with what has the name,
    before and after: a link would lead elsewhere.

    Raises:
        OSError: ELOOP for a link; whatever else the system refuses.
    """
    if not _NO_FOLLOW and path.is_symlink():
        raise _link()
    descriptor = os.open(path, flags | _NO_FOLLOW | getattr(os, "O_BINARY", 0), 0o600)
    if not _NO_FOLLOW and not os.path.samestat(path.lstat(), os.fstat(descriptor)):
        os.close(descriptor)
        raise _link()
    return descriptor


def _check(found: os.stat_result, most: int | None, *, links: bool = True) -> None:
    if not links and stat.S_ISLNK(found.st_mode):
        raise _link()
    if stat.S_ISDIR(found.st_mode):
        raise NotRegular(errno.EISDIR, "it is a folder")
    if not stat.S_ISREG(found.st_mode):
        raise NotRegular(errno.EINVAL, "it is a device or a pipe, not a file")
    if most is not None and found.st_size > most:
        raise _too_large(most)


def _link() -> OSError:
    return OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def _too_large(most: int) -> TooLarge:
    return TooLarge(errno.EFBIG, f"it has more than {most:,} bytes")
