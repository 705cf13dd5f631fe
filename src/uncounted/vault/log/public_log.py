"""The public transparency log of a case file, and its agreement with the database.

Order of writing: entries into the database, then tiles, then the checkpoint, then
the published size into the database. Whatever is found afterwards is one of these
steps cut short, and is finished, or an older state was put back, and is reported.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from uncounted import atomic_files
from uncounted.errors import Damaged, NotVerified, RolledBack
from uncounted.proof.canonical_json import canonical
from uncounted.proof.checkpoint import Checkpoint, open_checkpoint, sign
from uncounted.proof.merkle import EMPTY_ROOT, HASH_BYTES, Frontier, leaf_hash, nodes_of
from uncounted.proof.signed_note import Verifier
from uncounted.proof.tiles import HEIGHT, WIDTH, TileLog, path
from uncounted.proof.tlog_proof import TlogProof
from uncounted.vault.keys.identity import Identity
from uncounted.vault.log.rollback import TreeHead
from uncounted.vault.store.database import Storage

_PUBLISHED = "published"
_NO_LOG = (
    "restore log/ from a copy of the folder, or from anyone who has the"
    " log, which is public; all reports are in case.db, and uncounted"
    " export --without-log exports them"
)
_HINT = "bring both back from one copy of the whole folder; keep this one as it is"


def origin(case_id: str) -> str:
    """The log's own name, in its checkpoints."""
    return f"uncounted.case/{case_id}"


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Damaged("a file of the log cannot be read", hint=_HINT) from error


class PublicLog:
    """The folder `log/` of a case file beside its database.

    What has been published is kept in the database as the right edge of the tree,
    so that no checkpoint is ever signed over an altered tile.
    """

    def __init__(self, folder: Path, case_id: str, storage: Storage) -> None:
        self._folder = folder
        self._origin = origin(case_id)
        self._storage = storage

    @_readable()
    def recover(self) -> None:
        """Compare the two halves, and take note of a checkpoint that a crash left unnoted.

        1. The checkpoint in the folder is signed by a person who was a member when the log had
           that size, and is of this case.
        2. It is not older than what the database knows to be published.
        3. It is not longer than the entries.
        4. It says what the entries say.

        Raises:
            RolledBack: step 2, the log is older, or missing; step 3 or 4, the database is, or is a
                copy that went its own way.
        """
        signed = self._signed()  # 1
        known = self._frontier()
        if known.size and TileLog(self._folder, 0).checkpoint() is None:  # 2
            raise RolledBack("the log of the case file is missing", hint=_NO_LOG)
        if signed.size < known.size:
            raise RolledBack(
                f"the log has {signed.size} entries, and {known.size} were"
                " published: an older log has replaced it",
                hint=_HINT,
            )
        if signed.size > self._storage.size():  # 3
            raise RolledBack(
                f"the log has {signed.size} entries and the database"
                f" {self._storage.size()}: an older database has replaced it",
                hint=_HINT,
            )
        edge = self._grown(known, signed.size)
        if edge.root() != signed.root:  # 4
            raise RolledBack(
                f"the log and the database have {signed.size} entries each but"
                " differ: one of them is from another copy",
                hint=_HINT,
            )
        self._check_tiles(signed)
        if signed.size > known.size:
            self._note(edge)

    def tree_head(self) -> TreeHead:
        """Size and root of what is published."""
        known = self._frontier()
        return TreeHead(known.size, known.root())

    def root_at(self, size: int) -> bytes:
        """The root over the first entries, as the database has them."""
        known = self._frontier()
        return self._grown(known if known.size <= size else Frontier(), size).root()

    @_readable()
    def seal(self, identity: Identity) -> None:
        """Publish the entries that are not published yet; nothing to do is no harm."""
        known, size = self._frontier(), self._storage.size()
        if known.size == size:
            return
        log = TileLog(self._folder, known.size)
        log.append(self._storage.leaves(known.size, size))
        edge = self._grown(known, size)
        if log.root() != edge.root():
            raise Damaged("the tiles of the log were altered: nothing was signed", hint=_HINT)
        log.publish(sign(log.state(self._origin), identity.signer))
        self._note(edge)

    def tidy(self) -> None:
        """Remove partial tiles that an earlier version, or a crash, left of smaller logs."""
        TileLog(self._folder, self._frontier().size).drop_superseded()

    @_readable()
    def checkpoint(self) -> bytes:
        """The signed note of what is published."""
        note = TileLog(self._folder, 0).checkpoint()
        if note is None:
            raise Damaged("the log has no checkpoint", hint="open the case file again")
        return note

    @_readable()
    def proof(self, seq: int) -> bytes:
        """That an entry is in the published log, as a tlog-proof file."""
        note = self.checkpoint()
        log = TileLog(self._folder)
        found = TlogProof(seq, tuple(log.inclusion_proof(seq)), note)
        try:
            (leaf,) = self._storage.leaves(seq, seq + 1)
            found.verify(leaf_hash(leaf), self._verifiers(), origin=self._origin)
        except NotVerified as error:
            raise Damaged("the tiles of the log were altered", hint=_HINT) from error
        return found.encode()

    @_readable()
    def leaves(self) -> bytes:
        """Give the hashes of all published leaves, in order, 32 bytes each."""
        return TileLog(self._folder).leaves()

    def has_its_leaves(self) -> bool:
        """Whether the leaves of the entries give the root of what is published, from the first."""
        known = self._frontier()
        return self._grown(Frontier(), known.size).root() == known.root()

    def differences(self) -> Iterator[str]:
        """Say where the published tiles and bundles are not what the entries say."""
        log = TileLog(self._folder)
        try:
            hashes = self.leaves()
        except Damaged as error:
            yield str(error)
            return
        if left := len(log.superseded()):
            yield f"the log holds {left} tiles of other sizes than its checkpoint has"
        full = []
        for start in range(0, log.size, WIDTH):
            leaves = list(self._storage.leaves(start, min(start + WIDTH, log.size)))
            ours = [leaf_hash(leaf) for leaf in leaves]
            if hashes[start * HASH_BYTES :][: len(ours) * HASH_BYTES] != b"".join(ours):
                yield f"the log's tile from entry {start} on is not what the entries say"
            if not self._has_bundle(start // WIDTH, leaves):
                yield f"the log's bundle from entry {start} on is not what the entries say"
            if len(ours) == WIDTH:
                full.append(nodes_of(ours)(HEIGHT, 0))
        yield from self._upper_differences(log, full)

    def _upper_differences(self, log: TileLog, hashes: list[bytes]) -> Iterator[str]:
        # The root alone does not need all of these tiles, and proofs of single entries do.
        level = 1
        while hashes:
            try:
                with _readable():
                    same = all(
                        log.node(level * HEIGHT, at) == ours for at, ours in enumerate(hashes)
                    )
            except Damaged:
                same = False
            if not same:
                yield f"the log's tiles of level {level} are not what the entries say"
            starts = range(0, len(hashes) - WIDTH + 1, WIDTH)
            hashes = [nodes_of(hashes[at : at + WIDTH])(HEIGHT, 0) for at in starts]
            level += 1

    def _has_bundle(self, number: int, leaves: list[bytes]) -> bool:
        content = b"".join(len(leaf).to_bytes(2) + leaf for leaf in leaves)
        partial = atomic_files.read_or_none(self._folder / path("entries", number, len(leaves)))
        if partial is not None:
            return partial == content
        # A full bundle stands in for a partial one, and may hold more than is published.
        full = atomic_files.read_or_none(self._folder / path("entries", number, WIDTH))
        return full is not None and full.startswith(content)

    def _signed(self) -> Checkpoint:
        note = TileLog(self._folder, 0).checkpoint()
        if note is None:
            return Checkpoint(self._origin, 0, EMPTY_ROOT)
        try:
            signed = open_checkpoint(note, self._verifiers(), origin=self._origin)
        except NotVerified as error:
            raise Damaged(
                "the checkpoint of the log was altered, or belongs to another case file",
                hint=_HINT,
            ) from error
        try:
            open_checkpoint(note, self._verifiers(signed.size), origin=self._origin)
        except NotVerified as error:
            raise Damaged(
                "the checkpoint of the log is signed by someone whose access had been revoked",
                hint=_HINT,
            ) from error
        return signed

    def _check_tiles(self, signed: Checkpoint) -> None:
        if signed.size and TileLog(self._folder, signed.size).root() != signed.root:
            raise Damaged("the tiles of the log do not give the root of its checkpoint", hint=_HINT)

    def _verifiers(self, size: int = 0) -> list[Verifier]:
        # Who may sign for so many entries: a member whose access entry r took away signed
        # for r of them at most. Everybody, for none.
        return [
            Verifier.parse(author.vkey)
            for author in self._storage.authors()
            if author.revoked is None or author.revoked >= size
        ]

    def _frontier(self) -> Frontier:
        kept = self._storage.meta(_PUBLISHED)
        if kept is None:
            return Frontier()
        fields = json.loads(kept)
        return Frontier(fields["size"], tuple(bytes.fromhex(peak) for peak in fields["peaks"]))

    def _grown(self, edge: Frontier, size: int) -> Frontier:
        for leaf in self._storage.leaves(edge.size, size):
            edge = edge.append(leaf_hash(leaf))
        return edge

    def _note(self, edge: Frontier) -> None:
        if self._storage.reads_only:
            return
        fields = {"size": edge.size, "peaks": [peak.hex() for peak in edge.peaks]}
        with self._storage.transaction():
            self._storage.set_meta(_PUBLISHED, canonical(fields))
