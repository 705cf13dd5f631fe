"""Unfinished work: parts of what is being made from reports, kept until it is made.

Work that was interrupted goes on from them. Each part is an age file beside the attachments, under
a key of its own. The list of them, with their keys, is one row of the database, signed by the
member who works, so that no other member can put in parts of theirs. Nothing is in the log. They
are forgotten when the work is done, when other work begins, and when any report is forgotten.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pyrage

from uncounted import regular_files
from uncounted.errors import BadInput, Damaged
from uncounted.proof.canonical_json import canonical
from uncounted.proof.signed_note import Signer
from uncounted.vault.log.entries import Entries
from uncounted.vault.reports import age_files, attachments
from uncounted.vault.reports.age_files import SealedFile

_CONTEXT = b"uncounted unfinished work 1\0"


class UnfinishedWork:
    """Parts of one piece of work, by name, as this member has kept them.

    Args:
        entries: of the case file.
        folder: of the case file.
        signer: the key of the member who works.
        of: what the work is made from and how, as a hash. Other work that was not finished, or
            that of another member, is forgotten at once.

    Raises (everywhere):
        NoSpace: the disk is full, or the folder is read-only.
    """

    def __init__(self, entries: Entries, folder: Path, signer: Signer, of: bytes) -> None:
        self._entries, self._folder, self._signer, self._of = entries, folder, signer, of.hex()
        self._parts = dict[str, SealedFile]()
        stored = entries.storage.unfinished()
        if stored is None:
            return
        found = _opened(stored, entries.keys.case_id, signer)
        if found is None or found["of"] != self._of:
            forget(entries, folder)
            return
        self._parts = {each.pop("name"): SealedFile(**each) for each in found["parts"]}

    def __iter__(self) -> Iterator[str]:
        """The names of the parts that are kept, in the order in which they were."""
        return iter(self._parts)

    def load(self, name: str) -> bytes | None:
        """What a part holds; None when there is none of that name.

        Raises:
            Damaged: it is missing, or was altered.
        """
        part = self._parts.get(name)
        if part is None:
            return None
        path = self._folder / age_files.FOLDER / f"{part.file}.age"
        content, whole = io.BytesIO(), None
        try:
            if age_files.hash_of(path, part.size) == part.file:
                with regular_files.opened(path, most=age_files.most_of(part.size)) as file:
                    whole = age_files.Digest(content)
                    pyrage.decrypt_io(file, whole, [part.key])
        except (OSError, pyrage.DecryptError) as error:
            raise _damaged() from error
        if whole is None or whole.hexdigest() != part.sha256:
            raise _damaged()
        return content.getvalue()

    def save(self, name: str, content: bytes) -> None:
        """Keep a part, in place of an earlier one of that name."""
        storage = self._entries.storage
        with storage.transaction():
            storage.must_be_swept()
        sealed = age_files.seal(io.BytesIO(content), self._folder / age_files.FOLDER)
        before, self._parts = self._parts, {**self._parts, name: sealed}
        with storage.transaction():
            storage.set_unfinished(self._signed())
        if name in before:
            attachments.sweep(self._entries, self._folder)
        with storage.transaction():
            storage.nothing_to_sweep()

    def _signed(self) -> bytes:
        listed = [{"name": name, **attrs.asdict(part)} for name, part in self._parts.items()]
        said = {"by": self._signer.vkey, "of": self._of, "parts": listed}
        text = _text(self._entries.keys.case_id, said)
        return canonical({**said, "signature": self._signer.sign_bytes(text).hex()})


def forget(entries: Entries, folder: Path) -> None:
    """Forget what is kept of unfinished work, if there is any: its keys, then its files."""
    storage = entries.storage
    if storage.unfinished() is None:
        return
    with storage.transaction():
        storage.forget_unfinished()
        storage.must_be_swept()  # the next opening does it, where this is cut short
    attachments.sweep(entries, folder)
    with storage.transaction():
        storage.nothing_to_sweep()


def _opened(stored: bytes, case_id: str, signer: Signer) -> dict[str, Any] | None:
    """What the row says, if it is this member's own."""
    with contextlib.suppress(ValueError, TypeError, LookupError, AttributeError, BadInput):
        said: dict[str, Any] = json.loads(stored)
        signature = bytes.fromhex(said.pop("signature"))
        if said["by"] == signer.vkey and signer.verifier.verifies(_text(case_id, said), signature):
            return said
    return None


def _text(case_id: str, said: dict[str, Any]) -> bytes:
    return _CONTEXT + bytes.fromhex(case_id) + canonical(said)


def _damaged() -> Damaged:
    return Damaged(
        "a part of unfinished work is missing or was altered", hint="run the command again"
    )
