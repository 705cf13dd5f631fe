"""Checkpoints (C2SP tlog-checkpoint): a log's size and root, signed.

A checkpoint says "this log had so many entries, and they hash to this". Whoever
keeps one can tell later whether the log was rewritten. Extension lines, which
nobody could audit, are neither written nor accepted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import attrs

from uncounted.errors import BadInput, MalformedNote, UnknownSigner
from uncounted.proof import strict_base64
from uncounted.proof.signed_note import AGAIN, Signer, Verifier, open_note

_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")  # below 2**60, and no int() of a million digits


@attrs.frozen
class Checkpoint:
    """What one checkpoint says.

    Attributes:
        origin: the log's own name, which no other log has.
        size: number of entries.
        root: Merkle tree hash over them, 32 bytes.
    """

    origin: str
    size: int
    root: bytes = attrs.field(repr=lambda root: root.hex()[:16])

    def text(self) -> str:
        r"""Give the text that is signed.

        Examples:
            >>> Checkpoint("example.org/log", 0, bytes(32)).text()
            'example.org/log\n0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n'
        """
        if not _is_origin(self.origin) or self.size < 0 or len(self.root) != 32:
            raise BadInput(
                "a checkpoint needs an origin on one line, a size and 32 bytes of root",
                hint="take all three from the same log",
            )
        return f"{self.origin}\n{self.size}\n{strict_base64.encode(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the text of a checkpoint (tlog-checkpoint, "Note text").

        Raises:
            MalformedNote: it is not one, or carries extension lines.
        """
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:
            raise MalformedNote("a checkpoint has three lines: origin, size, root", hint=AGAIN)
        root = strict_base64.decode(lines[2], size=32)
        if not _is_origin(lines[0]) or not _SIZE.fullmatch(lines[1]) or root is None:
            raise MalformedNote("a line of the checkpoint is malformed", hint=AGAIN)
        return cls(lines[0], int(lines[1]), root)


def sign(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """Make the signed note that goes into the log's folder."""
    return signer.sign(checkpoint.text())


def open_checkpoint(
    note: bytes, verifiers: Iterable[Verifier], *, origin: str | None = None
) -> Checkpoint:
    """Give the checkpoint in a note that one of these keys signed.

    Args:
        note: the bytes of the file.
        verifiers: keys that may sign for this log.
        origin: the log that it must be of, when that is known.

    Raises:
        MalformedNote: not a note, or not a checkpoint.
        UnknownSigner: none of the keys signed it, or it is another log's.
        BadSignature: changed after signing.
    """
    checkpoint = Checkpoint.parse(open_note(note, verifiers))
    if origin is not None and checkpoint.origin != origin:
        raise UnknownSigner(
            "the checkpoint belongs to another log",
            hint="use the checkpoint of this log or release",
        )
    return checkpoint


def _is_origin(origin: str) -> bool:
    return bool(origin) and origin.isprintable()  # so that it can be shown on a terminal
