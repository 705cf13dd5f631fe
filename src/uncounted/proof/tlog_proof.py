"""Inclusion proofs as files (C2SP tlog-proof): one entry is in one signed log.

A `.tlog-proof` file holds the entry's place, the hashes from it up to the root,
and the checkpoint. It is checked offline against the keys the reader trusts.
The unauthenticated `extra` line of the format is neither written nor accepted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import attrs

from uncounted.errors import MalformedNote, NotVerified
from uncounted.proof import merkle, strict_base64
from uncounted.proof.checkpoint import Checkpoint, open_checkpoint
from uncounted.proof.signed_note import AGAIN, MAX_NOTE_BYTES, Verifier

_HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,17})")
_MAX_HASHES = 64


@attrs.frozen
class TlogProof:
    """An inclusion proof and the checkpoint it leads to.

    Attributes:
        index: the entry's place in the log, from 0.
        hashes: siblings from the leaf upwards, 32 bytes each.
        checkpoint: the signed note, byte for byte.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes

    def encode(self) -> bytes:
        """Give the bytes of the file."""
        lines = [_HEADER, f"index {self.index}", *map(strict_base64.encode, self.hashes), "", ""]
        return "\n".join(lines).encode() + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> TlogProof:
        """Read a file (tlog-proof, "Format"); no signature is checked here.

        Raises:
            MalformedNote: it is not one, or carries an `extra` line.
        """
        head, gap, checkpoint = data.partition(b"\n\n")
        if len(data) > MAX_NOTE_BYTES or not gap:
            raise MalformedNote(
                "the proof is too long, or has no checkpoint after an empty line", hint=AGAIN
            )
        try:
            header, *rest = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise MalformedNote("the proof's lines are not ASCII", hint=AGAIN) from None
        if header != _HEADER:
            raise MalformedNote("the first line is not that of a tlog-proof", hint=AGAIN)
        index = _INDEX.fullmatch(rest[0]) if rest else None
        hashes = [strict_base64.decode(line, size=merkle.HASH_BYTES) for line in rest[1:]]
        kept = tuple(value for value in hashes if value is not None)
        if index is None or len(kept) != len(hashes) or len(hashes) > _MAX_HASHES:
            raise MalformedNote("a line of the proof is malformed", hint=AGAIN)
        return cls(int(index[1]), kept, checkpoint)

    def verify(
        self, leaf: bytes, verifiers: Iterable[Verifier], *, origin: str | None = None
    ) -> Checkpoint:
        """Check that the leaf is in the log, and give the checkpoint that says so.

        1. The checkpoint is signed by one of the keys (and of the log `origin`).
        2. The hashes lead from the leaf at `index` to the checkpoint's root.

        Raises:
            MalformedNote, UnknownSigner, BadSignature: step 1.
            NotVerified: step 2.
        """
        checkpoint = open_checkpoint(self.checkpoint, verifiers, origin=origin)  # 1
        if not merkle.includes(  # 2
            leaf, self.index, checkpoint.size, self.hashes, checkpoint.root
        ):
            raise NotVerified(
                "the proof does not lead from this entry to the log's root",
                hint="the proof may belong to another entry, or to another log",
            )
        return checkpoint
