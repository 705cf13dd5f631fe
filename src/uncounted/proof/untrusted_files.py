"""Reading untrusted folders: no link is followed, nothing is read beyond its limit.

A folder from elsewhere may hold links out of it, pipes that wait without end, files
without end, and names that move a terminal's cursor. Nothing is followed, nothing
is read beyond its limit, and nothing here writes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Collection, Iterator
from io import BufferedReader
from pathlib import Path

from uncounted import regular_files
from uncounted.errors import NotVerified

_ANEW = "do not use these files; get the release again from its publisher"


def read(folder: Path, name: str, *, limit: int) -> bytes:
    """Read one file whole.

    Args:
        folder: where it lies.
        name: its path in the folder.
        limit: the most bytes that it may have.

    Raises:
        NotVerified: missing, not an ordinary file, or too long.
    """
    with _opened(folder, name) as file:
        length = os.fstat(file.fileno()).st_size
        if length > limit:
            raise NotVerified(f"{name} has more than {limit:,} bytes", hint=_ANEW)
        return file.read(length)


def chunks(folder: Path, name: str, *, size: int, first: int, each: int) -> Iterator[bytes]:
    """Read the beginning of a file in chunks, one in memory at a time.

    Args:
        folder: where it lies.
        name: its path in the folder.
        size: how many bytes the whole file must have.
        first: how many of them are read, from its beginning.
        each: bytes of a chunk; the last may have fewer.

    Raises:
        NotVerified: missing, not an ordinary file, or not of that size.
    """
    with _opened(folder, name) as file:
        length = os.fstat(file.fileno()).st_size
        if length != size:
            raise NotVerified(
                f"{name} was changed: {length:,} bytes instead of {size:,}", hint=_ANEW
            )
        while first > 0 and (chunk := file.read(min(each, first))):
            first -= len(chunk)
            yield chunk


def sha256(folder: Path, name: str, size: int) -> str | None:
    """Hash a file of that size, or give None when it has become another size meanwhile.

    Raises:
        NotVerified: missing, or not an ordinary file.
    """
    with _opened(folder, name) as file:
        if os.fstat(file.fileno()).st_size != size:
            return None
        return hashlib.file_digest(file, "sha256").hexdigest()


def walk(folder: Path, folders: Collection[str]) -> Iterator[tuple[str, int | None]]:
    """Give every name in the folder and its size; folders that are expected are entered.

    Args:
        folder: where to look.
        folders: paths of those within that may be there.

    Returns:
        Names with `/` between their parts; size None for what is neither an ordinary
        file nor an expected folder: other folders, links, pipes, devices.

    Raises:
        NotVerified: a folder cannot be read.
    """
    waiting = [""]
    while waiting:
        here = waiting.pop()
        with _readable(shown(here) or "the folder"), os.scandir(folder / here) as entries:
            for entry in entries:
                name = f"{here}/{entry.name}" if here else entry.name
                if entry.is_dir(follow_symlinks=False) and name in folders:
                    waiting.append(name)
                elif entry.is_file(follow_symlinks=False):
                    yield name, entry.stat(follow_symlinks=False).st_size
                else:
                    yield name, None


def shown(name: str) -> str:
    r"""Give a file's name so that it can be printed.

    Examples:
        >>> shown("a\x1b[2J")
        'a?[2J'
    """
    plain = "".join(letter if letter.isprintable() else "?" for letter in name)
    return plain if len(plain) <= 80 else f"{plain[:77]}..."


@contextlib.contextmanager
def _opened(folder: Path, name: str) -> Iterator[BufferedReader]:
    try:
        file = regular_files.opened(folder / name, links=False)
    except FileNotFoundError:
        raise NotVerified(
            f"{name} is missing", hint="check that this is the complete folder of a release"
        ) from None
    except regular_files.NotRegular:
        raise NotVerified(f"{name} is not a regular file", hint=_ANEW) from None
    except OSError:
        raise NotVerified(f"{name} cannot be read, or is not a regular file", hint=_ANEW) from None
    with _readable(name), file:
        yield file


@contextlib.contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except OSError:
        raise NotVerified(f"{name} cannot be read", hint="check its permissions") from None
