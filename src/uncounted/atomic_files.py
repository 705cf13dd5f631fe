"""Atomic and private writes: a file is there whole or not at all, whatever happens in between.

Every write goes to a temporary name in the target's folder, is synced to the disk, and only then
takes the target's name; nothing is edited in place. A private file has mode 0600 from its first
byte, in folders of mode 0700: one that is closed to others at the end can be read until then.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

from uncounted import regular_files
from uncounted.errors import (
    DISK_FULL,
    AlreadyThere,
    Damaged,
    Error,
    NoAccess,
    NoSpace,
    UsedWrongly,
)

_CONCURRENT = 8
# Error numbers of the platform, the error that they become, what happened, and what to try.
_REFUSALS: tuple[tuple[str, type[Error], str, str], ...] = (
    ("ENOSPC EDQUOT EFBIG", NoSpace, *DISK_FULL),
    (
        "EROFS",
        NoSpace,
        "the folder cannot be written to: its disk is mounted read-only",
        "copy the folder to a disk of this computer and open the copy",
    ),
    ("EACCES EPERM", NoSpace, "the folder cannot be written to", "check who owns it"),
    (
        "ENOTDIR EISDIR EEXIST ENAMETOOLONG ELOOP",
        UsedWrongly,
        "there can be no such folder: part of the path is a file or a link, or too long",
        "name another folder",
    ),
    ("ENOTEMPTY", AlreadyThere, "the folder is not empty", "name another folder"),
    (
        "EXDEV ENOTSUP EOPNOTSUPP ENOSYS ENOLCK EMLINK",
        NoSpace,
        "this disk cannot do what a case file needs: "
        "lock a file, link it, or rename it in one step",
        "keep the folder on a disk of this computer, not on a share or a stick",
    ),
    ("EIO", NoSpace, "the disk failed", "copy what is on it while it can be read"),
)
_BY_NUMBER = {
    getattr(errno, name): (kind, message, hint)
    for names, kind, message, hint in _REFUSALS
    for name in names.split()
    if hasattr(errno, name)
}


@contextlib.contextmanager
def disk_errors() -> Iterator[None]:
    """Turn what a disk can refuse into one error with a hint; the path stays out of it.

    Raises:
        NoSpace: the disk or the quota is full, fails, or cannot do what is needed, or the
            folder is read-only.
        UsedWrongly: there can be no such folder or file.
        AlreadyThere: a folder that should be empty is not.
    """
    try:
        yield
    except BrokenPipeError:  # of a terminal, not of a disk
        raise
    except OSError as error:
        if error.errno in _BY_NUMBER:
            kind, message, hint = _BY_NUMBER[error.errno]
            raise kind(message, hint=hint) from error
        raise NoSpace(
            f"the folder cannot be written to: {error.strerror or type(error).__name__}",
            hint="name another folder",
        ) from error


def write(path: Path, content: bytes, *, private: bool = False, replace: bool = True) -> None:
    """Write a file atomically, and wait until its name is on the disk; parent folders are made.

    Args:
        path: where to.
        content: all of it.
        private: for its owner alone, in folders that are, too, where they are made here.
        replace: whether a file of that name is replaced.

    Raises:
        AlreadyThere: the file exists and `replace` is not set.
        NoSpace: the disk is full, or the folder cannot be written to.
    """
    sync_folders(place(path, content, private=private, replace=replace))


def place(path: Path, content: bytes, *, private: bool = False, replace: bool = True) -> set[Path]:
    """Do as `write`, but leave it to the caller to sync the folders, once for many files.

    Returns:
        The folders with new names in them, for `sync_folders`.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    with disk_errors():
        missing = [folder for folder in path.parents if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=0o700 if private else 0o777, exist_ok=True)
        try:
            with create(temporary) if private else temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if replace:
                temporary.replace(path)
            else:
                # A link, unlike a rename, never takes the place of what is there.
                path.hardlink_to(temporary)
        except FileExistsError as error:
            raise AlreadyThere(
                f"{path.name} already exists and was not overwritten",
                hint="give another folder, or move that file",
            ) from error
        finally:
            temporary.unlink(missing_ok=True)
    return {path.parent, *(folder.parent for folder in missing)}


def place_all(files: Sequence[tuple[Path, bytes]]) -> set[Path]:
    """Do as `place` for many files, in any order; nearly all the time is spent on syncing.

    A disk syncs eight files in little more than the time of one, so from `_CONCURRENT` files
    on that many are written at a time. Each is whole or not there.
    """
    if len(files) < _CONCURRENT:
        return set[Path]().union(*(place(path, content) for path, content in files))
    with ThreadPoolExecutor(_CONCURRENT) as pool:
        try:
            return set[Path]().union(*pool.map(place, *zip(*files, strict=True)))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def create(path: Path) -> IO[bytes]:
    """Open a new private file for bytes."""
    return open(path, "xb", opener=_private)


def create_text(path: Path) -> IO[str]:
    """Open a new private file for UTF-8; line ends go out as they are given."""
    return open(path, "x", encoding="utf-8", newline="", opener=_private)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def read_private(path: Path, *, most: int = regular_files.MOST_BYTES) -> bytes:
    """Read a file whole, of at most so many bytes.

    Raises:
        FileNotFoundError: there is none; the caller knows what that means.
        NoAccess: this user may not read it.
        Damaged: it is a folder, a pipe or a device, it is too large, or the disk fails.
    """
    try:
        return regular_files.read(path, most=most)
    except FileNotFoundError:
        raise
    except PermissionError as error:
        raise NoAccess(
            f"{path.name} cannot be read: permission denied", hint="check who owns the folder"
        ) from error
    except (regular_files.NotRegular, regular_files.TooLarge) as error:
        raise Damaged(
            f"{path.name} cannot be read: {error.strerror}",
            hint="something else was put in its place: move it away, and restore the file from a"
            " copy",
        ) from error
    except OSError as error:
        raise Damaged(f"{path.name} cannot be read", hint="restore it from a copy") from error


def read_or_none(path: Path) -> bytes | None:
    """Read a file whole; None when it is not there, is no regular file, or cannot be read."""
    try:
        return regular_files.read(path)
    except OSError:
        return None


def make_private_folder(path: Path) -> None:
    """Make a folder of mode 0700, parents included; an existing one is kept."""
    with disk_errors():
        if not path.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir(mode=0o700, exist_ok=True)


def refuse_existing(path: Path) -> None:
    """Refuse to write over anything but an empty folder."""
    if path.is_dir() and not any(path.iterdir()):
        return
    if path.exists() or path.is_symlink():
        raise AlreadyThere(
            f"{path} is there already", hint="give another name, or move the existing one"
        )


def sync_file(path: Path) -> None:
    """Wait until what is in a file is on the disk."""
    with disk_errors(), path.open("r+b") as file:  # Windows syncs no file opened for reading
        os.fsync(file.fileno())


def sync_folders(folders: Iterable[Path]) -> None:
    """Wait until the names in these folders are on the disk, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):  # Windows opens no folders; it journals renames
        return
    for folder in folders:
        with disk_errors():
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


@contextlib.contextmanager
def partial_folder(folder: Path, *, private: bool = False) -> Iterator[Path]:
    """Give a temporary folder that is to be renamed to `folder` when it is whole.

    What a killed process left under such a name may be testimony in clear, so it is deleted
    first. Whether one is still being written shows a lock on a file of the same name, which
    the system releases with the process. At the end the folder is removed, unless it was
    renamed.
    """
    with contextlib.ExitStack() as undo:
        with disk_errors():
            folder.parent.mkdir(parents=True, exist_ok=True)
            _sweep(folder)
            while True:  # until no other process takes the new lock file for one that was left
                temporary = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.partial")
                with contextlib.suppress(BlockingIOError):
                    undo.enter_context(_claim(temporary, new=True))
                    break
            undo.callback(shutil.rmtree, temporary, ignore_errors=True)  # Ctrl-C too
            temporary.mkdir(mode=0o700 if private else 0o777)
        yield temporary


def _sweep(folder: Path) -> None:
    left = re.compile(rf"(\.{re.escape(folder.name)}\.[0-9a-f]{{8}}\.partial)(?:\.lock)?")
    found = {match[1] for path in folder.parent.iterdir() if (match := left.fullmatch(path.name))}
    for temporary in (folder.with_name(name) for name in found):
        if temporary.is_symlink() or (temporary.exists() and not temporary.is_dir()):
            continue
        # Without a lock file no process is writing it: the file is there before the folder.
        locked = _lock_of(temporary).exists()
        claim = _claim(temporary, new=False) if locked else contextlib.nullcontext()
        with contextlib.suppress(OSError), claim:  # gone, or in use
            if temporary.exists():
                shutil.rmtree(temporary)


def _lock_of(temporary: Path) -> Path:
    return temporary.with_name(f"{temporary.name}.lock")


@contextlib.contextmanager
def _claim(temporary: Path, *, new: bool) -> Iterator[None]:
    """Hold the lock of a temporary folder, and delete the lock file at the end.

    Raises:
        BlockingIOError: another process holds it.
        OSError: the lock file cannot be opened, or not be locked.
    """
    from filelock import lock_descriptor

    path, held = _lock_of(temporary), False
    descriptor = regular_files.open_no_follow(path, os.O_RDWR | (os.O_CREAT if new else 0))
    try:
        try:
            held = lock_descriptor(descriptor, blocking=False)
        except OSError:
            if not new:
                raise
            held = True
        held = held and path.exists()  # its last holder may have deleted it
        if not held:
            raise BlockingIOError
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # Windows deletes no open file
                path.unlink()
    finally:
        os.close(descriptor)
        if held:
            with contextlib.suppress(OSError):
                path.unlink()
