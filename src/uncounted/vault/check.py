"""The case file's fsck: recompute what can be recomputed, and say in words what is wrong.

It reads everything and mends nothing. A finding names an entry by its number and a
file by its place, and nobody by anything.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from uncounted.errors import Damaged
from uncounted.vault import attachments
from uncounted.vault.ledger import Ledger, Opened
from uncounted.vault.publication import Publication
from uncounted.vault.replay import State, replay
from uncounted.vault.storage import Storage


def findings(
    folder: Path, storage: Storage, ledger: Ledger, log: Publication, state: State
) -> Iterator[str]:
    """Say what is wrong with an open case file; nothing is said of a sound one.

    1. Every page of the database fits its HMAC.
    2. Every entry that is not forgotten opens, fits its commitment, and so does its artefact.
    3. The state is what the entries say.
    4. The published log holds the commitments of the entries, in order.
    5. Every attachment is there and what was attached, and no other file lies with them.
    6. Everything is for its owner alone.
    """
    for _ in storage.damaged_pages():  # 1
        yield "a page of the database was altered"
    entries = list[Opened]()
    for row in storage.entries():  # 2
        try:
            opened = ledger.open(row)
            if opened is not None:
                ledger.artefact(opened)
                entries.append(opened)
        except Damaged as error:
            yield str(error)
    if replay(entries) != state:  # 3
        yield "the tables of reports and sources are not what the entries say"
    yield from log.differences()  # 4
    yield from attachments.findings(storage, ledger, folder)  # 5
    private = ("case.*", "members/*", f"{attachments.FOLDER}/*")
    for path in (folder, *(path for some in private for path in folder.glob(some))):  # 6
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield f"{path.name} can be read by others than its owner"
