"""Trusted timestamps (RFC 3161) over the checkpoints of a case file.

A log shows in which order things happened; the times are those of the members' own clocks.
A stamp over a checkpoint bounds that from outside: everything in the log up to there was
there by then. Stamps lie beside the log, in `log/timestamps/`, each with the checkpoint
that it is about, so that a copy of the log carries its evidence.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import attrs
from cryptography import x509

from uncounted import atomic_files
from uncounted.errors import NotVerified
from uncounted.proof import rfc3161
from uncounted.proof.checkpoint import Checkpoint
from uncounted.proof.merkle import HASH_BYTES, Frontier
from uncounted.proof.rfc3161 import Timestamp, TimestampRequest
from uncounted.proof.signed_note import split
from uncounted.vault.log.bodies import TimestampBody
from uncounted.vault.log.entries import Entries
from uncounted.vault.log.public_log import origin

FOLDER = Path("log", "timestamps")
_NAME = re.compile(r"(?P<size>[0-9]+)-[0-9a-f]{16}")


@attrs.frozen
class StoredTimestamp:
    """A stamp that was asked for, and where it lies.

    Attributes:
        stamp: the authority's timestamp, verified.
        size: entries of the log that it covers.
        file: the response, whole; the checkpoint is in the same folder as `.note`.
    """

    stamp: Timestamp
    size: int
    file: Path


def obtain(
    folder: Path,
    note: bytes,
    ask: Callable[[bytes], bytes],
    authority: str,
    roots: Sequence[x509.Certificate] = (),
) -> tuple[StoredTimestamp, TimestampBody]:
    """Have a checkpoint stamped, and keep the response beside the log.

    1. Its hash goes to the authority, with a random number.
    2. The answer is verified, before anything is kept.
    3. Checkpoint and answer are written.

    Args:
        folder: of the case file.
        note: the signed checkpoint.
        ask: sends a query and gives the answer; see `tsa_client.ask`.
        authority: its address.
        roots: certificates under which it must have signed.

    Returns:
        What was kept, and the body of an entry that commits to it.

    Raises:
        NotVerified: the answer is not a good timestamp of this checkpoint.
        NotStamped: there was no answer.
    """
    size = Checkpoint.parse(split(note)[0]).size
    request = TimestampRequest.of(note)
    answer = ask(request.data)  # 1
    stamp = rfc3161.verify(answer, note, roots, nonce=request.nonce)  # 2
    digest = hashlib.sha256(answer).hexdigest()
    file = folder / FOLDER / f"{size}-{digest[:16]}.tsr"
    atomic_files.write(file.with_suffix(".note"), note)  # 3
    atomic_files.write(file, answer)
    checkpoint = hashlib.sha256(note).hexdigest()
    body = TimestampBody(authority, checkpoint, digest, size, stamp.time.isoformat())
    return StoredTimestamp(stamp, size, file), body


def files(folder: Path) -> list[Path]:
    """The responses that lie beside a log, oldest checkpoint first."""
    found = [file for file in (folder / FOLDER).glob("*.tsr") if _NAME.fullmatch(file.stem)]
    return sorted(found, key=lambda file: (int(file.stem.split("-")[0]), file.name))


def verify(file: Path, roots: Sequence[x509.Certificate] = ()) -> StoredTimestamp:
    """Verify a stamp offline, from its two files alone.

    Raises:
        NotVerified: the checkpoint is missing, or the stamp is not good or not about it.
    """
    note = atomic_files.read_or_none(file.with_suffix(".note"))
    if note is None:
        raise NotVerified(
            f"the checkpoint that {file.name} is about is missing",
            hint="restore it from a copy of the log",
        )
    stamp = rfc3161.verify(atomic_files.read_private(file), note, roots)
    return StoredTimestamp(stamp, Checkpoint.parse(split(note)[0]).size, file)


def findings(
    entries: Entries, folder: Path, case_id: str, leaves: Callable[[], bytes]
) -> Iterator[str]:
    """Say which stamps are missing or altered, or are about another log than this one.

    1. Every stamp that an entry speaks of is there, with its checkpoint, byte for byte.
    2. Every stamp that is there holds.
    3. Its checkpoint is one of this log: the same entries give the same root.
    """
    there = dict[str, Path]()
    for file in files(folder):
        answer = atomic_files.read_or_none(file)
        if answer is None:
            yield f"the timestamp {file.name} cannot be read"
        else:
            there[hashlib.sha256(answer).hexdigest()] = file
    for opened in entries.of_kind("timestamp"):  # 1
        seq, body = opened.entry.seq, TimestampBody.from_json(opened.body)
        about = there.get(body.response)
        note = atomic_files.read_or_none(about.with_suffix(".note")) if about is not None else None
        if note is None:
            yield f"the timestamp of entry {seq} is missing or was altered"
        elif hashlib.sha256(note).hexdigest() != body.checkpoint:
            yield f"the checkpoint of the timestamp of entry {seq} was altered"
    for file in there.values():
        try:
            verify(file)  # 2
            about_note = atomic_files.read_private(file.with_suffix(".note"))
            checkpoint = Checkpoint.parse(split(about_note)[0])
        except NotVerified as error:
            yield f"the timestamp {file.name}: {error}"
            continue
        if not _of_this_log(checkpoint, case_id, leaves()):  # 3
            yield f"the timestamp {file.name} is about another log"


def _of_this_log(checkpoint: Checkpoint, case_id: str, leaves: bytes) -> bool:
    if checkpoint.origin != origin(case_id) or checkpoint.size * HASH_BYTES > len(leaves):
        return False
    edge = Frontier()
    for at in range(0, checkpoint.size * HASH_BYTES, HASH_BYTES):
        edge = edge.append(leaves[at : at + HASH_BYTES])
    return edge.root() == checkpoint.root
