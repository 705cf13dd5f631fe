"""Age files of a case file: each under a key of its own, whole or not there at all.

What is sealed is read once, in pieces, and is on the disk in ciphertext only.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import IO, Protocol

import attrs
import pyrage
from pyrage import x25519

from uncounted import atomic_files, regular_files
from uncounted.errors import BadInput
from uncounted.vault.store.database import Storage

FOLDER = "attachments"
# What is written there. Nothing else is ever deleted: it is not ours (the indexes that a
# file server puts into every folder, for one), and `check` counts it.
OURS = re.compile(r"[0-9a-f]{64}\.age|\.[0-9a-f]{16}\.tmp")


class Readable(Protocol):
    """What is read in pieces."""

    def read(self, size: int = -1, /) -> bytes:
        """The next piece."""


@attrs.frozen
class SealedFile:
    """An age file: the size and hash of what it holds, its own hash, and what opens it."""

    size: int
    sha256: str
    file: str
    identity: str = attrs.field(repr=False)

    @property
    def key(self) -> x25519.Identity:
        """What opens the age file."""
        return x25519.Identity.from_str(self.identity)


def seal(
    plain: Readable, place: Path, known: Callable[[str], SealedFile | None] = lambda _: None
) -> SealedFile:
    """Seal what is read into a file of this folder, under a fresh key, and wait for the disk.

    `known` gives, by the hash of what was read, a file that holds the same and stands for it.
    """
    key = x25519.Identity.generate()
    atomic_files.make_private_folder(place)
    passing = place / f".{secrets.token_hex(8)}.tmp"
    with atomic_files.disk_errors():
        created = atomic_files.create(passing)
    try:
        with created as target:
            reading, writing = _Read(plain), Digest(target)
            with atomic_files.disk_errors():
                _encrypt(reading, writing, key)
                target.flush()
                os.fsync(target.fileno())
        if (found := known(reading.hexdigest())) is not None:
            return found
        name = writing.hexdigest()
        with atomic_files.disk_errors():
            passing.replace(place / f"{name}.age")
        atomic_files.sync_folders([place])
    finally:
        with atomic_files.disk_errors():  # an error, since nothing else says that it is there
            passing.unlink(missing_ok=True)
    return SealedFile(reading.size, reading.hexdigest(), name, str(key))


def hash_of(path: Path, size: int) -> str:
    """The hash of an age file that holds so many bytes; `TooLarge` if it has more."""
    with regular_files.opened(path, most=most_of(size)) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def most_of(size: int) -> int:
    """The most bytes that the age file of so many can have: 16 more for each 64 KiB, a header."""
    return size + 16 * (size // 65_536 + 2) + 65_536


def of_unfinished(storage: Storage) -> set[str]:
    """The names of the files of unfinished work, of any member."""
    with contextlib.suppress(ValueError, TypeError, LookupError, AttributeError):
        listed = json.loads(storage.unfinished() or b"{}").get("parts", [])
        named = [f"{part['file']}.age" for part in listed]
        return {name for name in named if OURS.fullmatch(name)}
    return set()


def _encrypt(reading: _Read, writing: Digest, key: x25519.Identity) -> None:
    # pyrage turns what a reader or a writer raises into an error of its own: the first is kept.
    try:
        pyrage.encrypt_io(reading, writing, [key.to_public()])
    except (OSError, pyrage.EncryptError) as error:
        if writing.failed is not None:
            raise writing.failed from error
        raise BadInput("the file cannot be read completely", hint="check its disk") from (
            reading.failed or error
        )


class _Read:
    """Reads from a file, and keeps the hash and the length of what was read."""

    def __init__(self, file: Readable) -> None:
        self._file, self._sha256 = file, hashlib.sha256()
        self.size = 0
        self.failed: OSError | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            part = self._file.read(size)
        except OSError as error:
            self.failed = error
            raise
        self._sha256.update(part)
        self.size += len(part)
        return part

    def hexdigest(self) -> str:
        return self._sha256.hexdigest()


class Digest:
    """Keeps the hash of what is written, and passes it on if there is somewhere to."""

    def __init__(self, file: IO[bytes] | None = None) -> None:
        self._file, self._sha256 = file, hashlib.sha256()
        self.failed: OSError | None = None

    def write(self, part: bytes) -> int:
        """Take the next part up."""
        if self._file is not None:
            try:
                self._file.write(part)
            except OSError as error:
                self.failed = error
                raise
        self._sha256.update(part)
        return len(part)

    def flush(self) -> None:
        """Pass on what is held back."""
        if self._file is not None:
            self._file.flush()

    def hexdigest(self) -> str:
        """The SHA-256 of what was written, in hex."""
        return self._sha256.hexdigest()
