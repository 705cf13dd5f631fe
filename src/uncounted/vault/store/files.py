"""Files that only their owner may read, written whole or not at all.

Every file of an identity or a case file that is not the database goes through
here: mode 0600 in folders of mode 0700, through a neighbour and a rename, synced.
Nothing in clear about a person ever passes.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from uncounted.errors import AlreadyThere, Damaged, NoAccess, NoSpace, UsedWrongly

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {errno.EACCES, errno.EPERM}
_UNABLE = {errno.EXDEV, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOLCK, errno.EMLINK}
_NO_PATH = {errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP}


@contextlib.contextmanager
def on_disk() -> Iterator[None]:
    """Turn what a disk can refuse into `NoSpace`; other errors pass.

    Raises:
        NoSpace: the disk or the quota is full, fails, or cannot do what is needed, or the
            folder is read-only.
        UsedWrongly: there can be no such folder or file.

    Examples:
        >>> with on_disk():
        ...     raise OSError(errno.ENOSPC, "No space left on device")
        Traceback (most recent call last):
        uncounted.errors.NoSpace: the disk is full
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoSpace("the disk is full", hint="make room and do it again") from error
        if error.errno == errno.EROFS:
            raise NoSpace(
                "the folder cannot be written to: its disk is mounted read-only",
                hint="copy the folder to a disk of this computer and open the copy",
            ) from error
        if error.errno in _CLOSED:
            raise NoSpace("the folder cannot be written to", hint="check who owns it") from error
        if error.errno in _NO_PATH:
            raise UsedWrongly(
                "there can be no such folder: part of the path is a file, or too long",
                hint="name another folder",
            ) from error
        if error.errno in _UNABLE:
            raise NoSpace(
                "this disk cannot do what a case file needs: "
                "lock a file, link it, or rename it in one step",
                hint="keep the folder on a disk of this computer, not on a share or a stick",
            ) from error
        if error.errno == errno.EIO:
            raise NoSpace(
                "the disk failed", hint="copy what is on it while it can be read"
            ) from error
        raise


def read_private(path: Path) -> bytes:
    """Read a file whole.

    Raises:
        FileNotFoundError: there is none; the caller knows what that means.
        NoAccess: this user may not read it.
        Damaged: it is a folder, or the disk fails.
    """
    try:
        return path.read_bytes()
    except PermissionError as error:
        raise NoAccess(
            f"{path.name} may not be read by this user", hint="check who owns the folder"
        ) from error
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise Damaged(f"{path.name} cannot be read", hint="bring it back from a copy") from error


def content_of(path: Path) -> bytes | None:
    """What is in a file; None when it is not there, is none, or cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def make_folder(path: Path) -> None:
    """Make a folder for its owner alone (0700), parents included; an existing one is kept."""
    with on_disk():
        if not path.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir(mode=0o700, exist_ok=True)


def write_private(path: Path, content: bytes, *, replace: bool = False) -> None:
    """Write a file of mode 0600, whole or not at all, and wait until it is on the disk.

    Raises:
        AlreadyThere: the file exists and `replace` is not set.
        NoSpace: the disk is full or the folder read-only.
    """
    neighbour = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with on_disk():
        try:
            _write_synced(neighbour, content)
            if replace:
                neighbour.replace(path)
            else:
                # A link, unlike a rename, never takes the place of what is there.
                path.hardlink_to(neighbour)
        except FileExistsError as error:
            raise AlreadyThere(
                f"{path.name} is there already and is kept",
                hint="name another folder, or move that file away",
            ) from error
        finally:
            neighbour.unlink(missing_ok=True)
        sync_folder(path.parent)


def _write_synced(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
