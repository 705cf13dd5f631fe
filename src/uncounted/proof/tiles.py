"""Tiled transparency logs (C2SP tlog-tiles): a log as a folder of static files.

`tile/<L>/<N>` holds 256 hashes each, `tile/entries/<N>` the entries, `checkpoint`
the signed size and root. The entries are commitments: there is no content here.
Tiles are written before the checkpoint, never changed after it, and a crash in
between is repaired by appending the same entries again.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from uncounted import atomic_files, regular_files
from uncounted.errors import BadInput, Damaged
from uncounted.proof import merkle
from uncounted.proof.checkpoint import Checkpoint
from uncounted.proof.signed_note import split

WIDTH = 256
HEIGHT = 8  # one tile spans 8 levels of the tree
MAX_ENTRY_BYTES = 0xFFFF
_AT_ONCE = 512  # files held in memory, of 8 KiB each
_HASH = merkle.HASH_BYTES
_PARTIAL = re.compile(
    r"(?P<level>entries|[0-9]{1,2})/(?P<number>(?:x[0-9]{3}/)*[0-9]{3})\.p/(?P<width>[1-9][0-9]{0,2})"
)
_FILE = re.compile(
    r"tile/(?P<level>entries|[0-9]{1,2})/(?P<number>(?:x[0-9]{3}/)*[0-9]{3})"
    r"(?:\.p/(?P<width>[0-9]{1,3}))?"
)
_AGAIN = "restore the log from a copy: it is public, and others may have one"


class TileLog:
    """A log in a folder, at one size.

    Reading a node costs one file, so proofs take O(log n) of them. One writer at a
    time: its caller ensures that, and decides when each part is written.

    Examples:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     log = TileLog(Path(folder))
        ...     log.append([b"first", b"second"])
        ...     log.size, len(log.inclusion_proof(0)), log.entry(1)
        (2, 1, b'second')
    """

    def __init__(self, folder: Path, size: int | None = None) -> None:
        """Take up the log in `folder`.

        Args:
            folder: need not be there yet.
            size: entries to count as written. None: what the folder's checkpoint says,
                whose signature is NOT checked here, or 0 without one.

        Raises:
            MalformedNote: the checkpoint in the folder is not one.
        """
        self.folder = folder
        self._tile = lru_cache(maxsize=64)(self._read_tile)
        # Of one `append`: files to be written, and folders with new names.
        self._made: list[tuple[Path, bytes]] = []
        self._changed: set[Path] = set()
        self._stale: set[Path] = set()  # partial tiles that it made needless
        if size is None:
            note = self.checkpoint()
            size = Checkpoint.parse(split(note)[0]).size if note is not None else 0
        self.size = size

    def append(self, entries: Iterable[bytes]) -> None:
        """Write the tiles and entry bundles for `entries` after the first `size` ones.

        Nothing is seen by readers until `publish` writes a checkpoint. Writing the same
        entries again from an earlier size gives the same bytes.

        Raises:
            BadInput: an entry is longer than 65,535 bytes.
            Damaged: the tiles at the log's right edge are missing or cut short.
            NoSpace: the disk is full; the log stays as it was.
        """
        added = list(entries)
        if any(len(entry) > MAX_ENTRY_BYTES for entry in added):
            raise BadInput(
                f"an entry of the log has at most {MAX_ENTRY_BYTES:,} bytes",
                hint="commit to it, and put the commitment into the log",
            )
        if not added:
            return
        self._made, self._changed, self._stale = [], set(), set()
        self._append_entries(added)
        hashes, level = [merkle.leaf_hash(entry) for entry in added], 0
        while hashes:
            hashes = self._append_level(level, hashes)
            level += 1
        self._place()
        atomic_files.sync_folders(self._changed)
        for partial in self._stale:  # only now: the last checkpoint may still rest on them
            shutil.rmtree(partial, ignore_errors=True)
        self.size += len(added)
        self._tile.cache_clear()

    def publish(self, checkpoint: bytes) -> None:
        """Write the signed checkpoint, after the tiles; the caller has signed what `state` gave.

        Then the partial tiles go that it does not rest on: together they would tell when the log
        had which size.

        Raises:
            BadInput: it is not about this log as it now is.
        """
        signed = Checkpoint.parse(split(checkpoint)[0])
        if (signed.size, signed.root) != (self.size, self.root()):
            raise BadInput(
                "this checkpoint does not match the log",
                hint="sign the size and root that the log has now",
            )
        atomic_files.write(self.folder / "checkpoint", checkpoint)
        self.drop_superseded()

    def superseded(self) -> list[Path]:
        """Partial tiles and bundles of other sizes than the log has; through no link."""
        return [
            partial
            for folder in (self.folder / "tile").rglob("*.p")
            if folder.is_dir() and not folder.is_symlink()
            for partial in folder.iterdir()
            if self._is_superseded(partial)
        ]

    def drop_superseded(self) -> None:
        """Remove them, and their folders when nothing else is in them; what cannot be, stays."""
        for partial in self.superseded():
            with contextlib.suppress(OSError):
                partial.unlink()
                partial.parent.rmdir()

    def _is_superseded(self, partial: Path) -> bool:
        found = _PARTIAL.fullmatch(partial.relative_to(self.folder / "tile").as_posix())
        if found is None:  # not ours
            return False
        height = 0 if found["level"] == "entries" else int(found["level"])
        number = int(found["number"].replace("x", "").replace("/", ""))
        return int(found["width"]) != (self.size >> (HEIGHT * height)) - number * WIDTH

    def checkpoint(self) -> bytes | None:
        """Give the signed note in the folder, or None before the first."""
        try:
            return regular_files.read(self.folder / "checkpoint")
        except FileNotFoundError:
            return None

    def state(self, origin: str) -> Checkpoint:
        """Give the checkpoint to be signed for the log as it stands."""
        return Checkpoint(origin, self.size, self.root())

    def root(self, size: int | None = None) -> bytes:
        """Give the root over the first `size` entries; O(log n) reads."""
        return merkle.root(self.node, self._within(size))

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """Prove that entry `index` is in the log of `size` entries."""
        return merkle.inclusion_proof(self.node, index, self._within(size))

    def node(self, level: int, index: int) -> bytes:
        """Give the hash over the leaves `index * 2**level` up to the next such node.

        Raises:
            Damaged: the tile that holds it is missing or cut short.
        """
        height, inside = divmod(level, HEIGHT)
        number, offset = divmod(index << inside, WIDTH)
        tile = self._tile(height, number, self._width(height, number))
        hashes = [tile[i : i + _HASH] for i in range(0, len(tile), _HASH)]
        return merkle.root(merkle.nodes_of(hashes[offset : offset + (1 << inside)]), 1 << inside)

    def leaves(self, size: int | None = None) -> bytes:
        """Give the hashes of the first `size` entries, 32 bytes each, one after the other."""
        size = self._within(size)
        tiles = range((size + WIDTH - 1) // WIDTH)
        whole = b"".join(self._read_tile(0, number, self._width(0, number)) for number in tiles)
        return whole[: size * _HASH]

    def entry(self, index: int) -> bytes:
        """Give one entry; a whole bundle of up to 256 is read for it.

        Raises:
            BadInput: there is no such entry.
            Damaged: the bundle is missing, cut short, or does not fit the leaf hashes.
        """
        if not 0 <= index < self.size:
            raise BadInput(
                f"a log of {self.size} entries has no entry {index}",
                hint="entries are numbered from 0",
            )
        number, offset = divmod(index, WIDTH)
        found: bytes = self._bundle(number, self._width(0, number))[offset]
        if merkle.leaf_hash(found) != self.node(0, index):
            raise Damaged(f"entry {index} of the log does not match its hash", hint=_AGAIN)
        return found

    def _append_entries(self, added: list[bytes]) -> None:
        number, width = divmod(self.size, WIDTH)
        held = self._bundle(number, width) if width else []
        for at, chunk in _chunks(number, held + added):
            data = b"".join(len(entry).to_bytes(2, "big") + entry for entry in chunk)
            self._write("entries", at, len(chunk), data)

    def _append_level(self, level: int, added: list[bytes]) -> list[bytes]:
        # Gives the hashes that the full tiles written here add to the level above.
        number, width = divmod(self.size >> (HEIGHT * level), WIDTH)
        old = self._read_tile(level, number, width) if width else b""
        held = [old[i : i + _HASH] for i in range(0, len(old), _HASH)]
        above = []
        for at, chunk in _chunks(number, held + added):
            self._write(str(level), at, len(chunk), b"".join(chunk))
            if len(chunk) == WIDTH:
                above.append(merkle.root(merkle.nodes_of(chunk), WIDTH))
        return above

    def _write(self, level: str, number: int, width: int, data: bytes) -> None:
        self._made.append((self.folder / path(level, number, width), data))
        if len(self._made) == _AT_ONCE:
            self._place()
        if width == WIDTH:  # "MAY delete any partial tile once the full tile is available"
            self._stale.add((self.folder / path(level, number, 1)).parent)

    def _place(self) -> None:
        self._changed |= atomic_files.place_all(self._made)
        for path, _ in self._made:  # when each 256 entries came is not the reader's business
            with contextlib.suppress(OSError):
                os.utime(path, (0, 0))
        self._made = []

    def _read_tile(self, level: int, number: int, width: int) -> bytes:
        return self._read(str(level), number, width)[: width * _HASH]

    def _bundle(self, number: int, width: int) -> list[bytes]:
        data = self._read("entries", number, width)
        found: list[bytes] = []
        while data and len(found) < width:
            size = int.from_bytes(data[:2], "big") + 2
            found.append(data[2:size])
            if size > len(data):
                break
            data = data[size:]
        else:
            if len(found) == width:
                return found
        raise Damaged("an entry bundle of the log is cut short", hint=_AGAIN)

    def _read(self, level: str, number: int, width: int) -> bytes:
        for wide in {width: None, WIDTH: None}:  # the full tile stands in for a partial one
            try:
                data = regular_files.read(self.folder / path(level, number, wide))
            except FileNotFoundError:
                continue
            if level != "entries" and len(data) != wide * _HASH:
                raise Damaged("a tile of the log is cut short, or too long", hint=_AGAIN)
            return data
        raise Damaged(
            "a tile of the log is missing",
            hint=_AGAIN,
        )

    def _width(self, level: int, number: int) -> int:
        held = (self.size >> (HEIGHT * level)) - number * WIDTH
        if held <= 0:
            raise BadInput("this is beyond the end of the log", hint="ask for less")
        return min(held, WIDTH)

    def _within(self, size: int | None) -> int:
        if size is not None and not 0 <= size <= self.size:
            raise BadInput(f"the log has {self.size} entries, not {size}", hint="ask for less")
        return self.size if size is None else size


def path(level: str, number: int, width: int) -> str:
    """Give the path of a tile or bundle (tlog-tiles, "Merkle Tree").

    Examples:
        >>> path("0", 1234067, 256), path("entries", 273, 112)
        ('tile/0/x001/x234/067', 'tile/entries/273.p/112')
    """
    parts = [f"{number % 1000:03}"]
    while number := number // 1000:
        parts.append(f"x{number % 1000:03}")
    suffix = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(parts))}{suffix}"


def is_of_log(name: str, size: int) -> bool:
    """Whether a log of this size has a tile or bundle at a path, in the one spelling of it.

    Partial ones of every width count, where there can be one: which are superseded, a `TileLog`
    says.

    Examples:
        >>> is_of_log("tile/0/000", 300), is_of_log("tile/0/001", 300), is_of_log("tile/9/000", 300)
        (True, False, False)
    """
    found = _FILE.fullmatch(name)
    if found is None:
        return False
    height = 0 if found["level"] == "entries" else int(found["level"])
    number = int(found["number"].replace("x", "").replace("/", ""))
    width = WIDTH if found["width"] is None else int(found["width"])
    level = found["level"] if found["level"] == "entries" else str(height)
    if name != path(level, number, width):
        return False
    return (size >> (HEIGHT * height)) - number * WIDTH >= (width if width == WIDTH else 1)


def _chunks(number: int, items: list[bytes]) -> Iterator[tuple[int, list[bytes]]]:
    for start in range(0, len(items), WIDTH):
        yield number + start // WIDTH, items[start : start + WIDTH]
