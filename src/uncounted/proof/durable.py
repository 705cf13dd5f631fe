"""Files that are there whole or not at all, whatever happens in between.

Every write goes to a temporary name beside the target, is flushed to the disk,
and only then takes the target's name. Nothing is ever edited in place.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from uncounted.errors import AlreadyThere, NoSpace

_SIDE_BY_SIDE = 8


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


def write(path: Path, data: bytes, *, private: bool = False) -> None:
    """Put `data` at `path`, durably and at once; parent folders are made.

    `private`: for its owner alone.

    Raises:
        NoSpace: the disk is full, or the folder cannot be written to.
    """
    sync_folders(place(path, data, private=private))


def place(path: Path, data: bytes, *, private: bool = False) -> set[Path]:
    """Do as `write`, but leave it to the caller to make the new names durable.

    Returns:
        The folders to be given to `sync_folders`; writing many files, once for all.
    """
    changed = {path.parent}
    with told_plainly():
        for parent in path.parents:
            if parent.exists():
                break
            changed.add(parent.parent)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        try:
            with temporary.open("xb") as file:
                if private and os.name == "posix":
                    os.fchmod(file.fileno(), 0o600)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    return changed


def place_all(files: Sequence[tuple[Path, bytes]]) -> set[Path]:
    """Do as `place` for many files, in any order; nearly all the time is spent on flushing.

    A disk flushes eight files in little more than the time of one, so from `_SIDE_BY_SIDE`
    files on that many are written side by side. Each is whole or not there, as ever.

    Raises:
        NoSpace: the disk is full, or the folder cannot be written to; some may be there.
    """
    if len(files) < _SIDE_BY_SIDE:
        return set[Path]().union(*(place(path, data) for path, data in files))
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        try:
            return set[Path]().union(*pool.map(place, *zip(*files, strict=True)))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def refuse_existing(path: Path) -> None:
    """Nothing that is there is ever written over.

    Raises:
        AlreadyThere: there is something at `path` that is not an empty folder.
    """
    if path.is_dir() and not any(path.iterdir()):
        return
    if path.exists() or path.is_symlink():
        raise AlreadyThere(f"{path} is there already", hint="name another, or move that one away")


def sync_folders(folders: Iterable[Path]) -> None:
    """Make the names in these folders durable, where the system can.

    Raises:
        NoSpace: the disk refuses.
    """
    if os.name != "posix":  # Windows opens no folders; renames are journalled there
        return
    for folder in folders:
        with told_plainly():
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
