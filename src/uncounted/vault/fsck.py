"""Integrity check of a case file: recompute what can be recomputed, and report differences.

It reads everything and mends nothing. A finding names an entry by its number and a
file by its place, and no person.
"""

from __future__ import annotations

import contextlib
import datetime
import itertools
import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

from uncounted import atomic_files
from uncounted.errors import Damaged
from uncounted.proof import tiles
from uncounted.proof.canonical_json import canonical
from uncounted.vault.access import rotation
from uncounted.vault.access.unlock import UnlockedCase
from uncounted.vault.keys import grants
from uncounted.vault.log import signatures
from uncounted.vault.log.bodies import VersionBody
from uncounted.vault.log.entries import Entries, Entry, OpenedEntry
from uncounted.vault.log.public_log import PublicLog
from uncounted.vault.log.rollback import SeenTreeHeads
from uncounted.vault.reports import attachments, decisions, erasures
from uncounted.vault.reports.replay import CaseState, agrees, replay

_FOLDERS = (grants.FOLDER, attachments.FOLDER)
_OURS = {"case.json", "case.db", "case.db-wal", "lock", "log", *_FOLDERS}
_BESIDE_TILES = re.compile(r"checkpoint|timestamps/[0-9]+-[0-9a-f]{16}\.(tsr|note)")
_SLACK = datetime.timedelta(minutes=2)  # clocks of two machines, and seconds cut off


def findings(
    case: UnlockedCase, entries: Entries, log: PublicLog, seen: SeenTreeHeads | None
) -> Iterator[str]:
    """Say what is wrong with an open case file; nothing is said of a sound one.

    1. Every page of the database fits its HMAC.
    2. Every entry opens and fits its commitment, and so does its artefact, but for what the
       entries say was forgotten; the fingerprint by which an import knows a report again is
       that of what was sent. Each is signed by whom it names, unless an earlier version wrote it.
    3. The database declares the tables of a case file and nothing else. The state is what the
       entries say, and what was decided is about reports that are there and can all be true.
    4. The published log holds the commitments of the entries, in order.
    5. Every attachment is there and what was attached, and no other file lies with them.
    6. Each member has the file that opens the case file to them, as it was made.
    7. Only the owner can read the files and write to the log.
    8. The identity that looks remembers the newest state, so that an older one is noticed.
    9. Nothing else lies in the folder: it would not be sealed.
    """
    storage, folder = case.storage, case.folder
    for _ in storage.damaged_pages():  # 1
        yield "a page of the database was altered"
    wrong = list[str]()
    replayed = replay(_opened(entries, wrong))  # 2
    yield from wrong
    with contextlib.suppress(Damaged):  # a first entry that does not open is found above
        yield from signatures.findings(entries.signed())
    if not storage.declares_its_tables():  # 3
        yield "the database declares other tables, indexes or triggers than those of a case file"
    if not agrees(replayed, storage):
        yield "the tables of reports, sources and members are not what the entries say"
    yield from _decided(replayed)
    yield from log.differences()  # 4
    yield from attachments.findings(entries, folder)  # 5
    for name, sealed in rotation.files(case).items():  # 6
        path = folder / grants.FOLDER / name
        if sealed is None or atomic_files.read_or_none(path) != sealed:
            yield f"{grants.FOLDER}/{name} is not the file that was made for its member"
    yield from _open_to_others(folder)  # 7
    if seen is not None and not seen.is_newest(log.tree_head()):  # 8
        yield "your home could not be written to: it does not remember the newest state"
    yield from _unknown_files(folder, storage.size())  # 9


def _open_to_others(folder: Path) -> Iterator[str]:
    if os.name == "nt":  # access is by lists that are inherited there; these bits say nothing of it
        return
    own = ("case.*", "lock", *(f"{of}{all_}" for of in _FOLDERS for all_ in ("", "/*")))
    for path in (folder, *(path for some in own for path in folder.glob(some))):
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0
        if mode & 0o055:
            yield f"{path.name} can be read by others than its owner"
        if mode & 0o022:
            yield f"{path.name} can be written to by others than its owner"
    log = (folder / "log", *(folder / "log").rglob("*"))
    if any(path.exists() and stat.S_IMODE(path.stat().st_mode) & stat.S_IWOTH for path in log):
        yield "log/ can be written to by everybody"


def _unknown_files(folder: Path, size: int) -> Iterator[str]:
    # Only counted: a name may say what no finding may.
    unknown = sum(path.name not in _OURS for path in folder.iterdir())
    if unknown:
        yield f"the folder holds {unknown} that are none of the case file's: they are not sealed"
    unknown = sum(not grants.is_ours(path.name) for path in (folder / grants.FOLDER).iterdir())
    if unknown:
        yield f"{grants.FOLDER}/ holds {unknown} that are no member's: they are not sealed"
    log = folder / "log"
    files = (path.relative_to(log).as_posix() for path in log.rglob("*") if not path.is_dir())
    size = _reached(log, size)
    unknown = sum(
        _BESIDE_TILES.fullmatch(name) is None and not tiles.is_of_log(name, size) for name in files
    )
    if unknown:
        yield f"log/ holds {unknown} that are none of the log's: they are not sealed"


def _reached(log: Path, size: int) -> int:
    # A crash whose journal was lost, too, leaves full tiles after the last entry. Nothing rests
    # on them, and the next entries overwrite them.
    reached = size
    for level in ("0", "entries"):
        number = size // tiles.WIDTH
        while (log / tiles.path(level, number, tiles.WIDTH)).exists():
            number += 1
        reached = max(reached, number * tiles.WIDTH)
    return reached


def _opened(entries: Entries, wrong: list[str]) -> Iterator[OpenedEntry]:
    # One at a time, and without what they say: memory does not grow with the testimony.
    gone, apart = erasures.forgotten(entries), entries.storage.apart()
    prints = _Prints(entries)
    for row in entries.storage.entries():
        try:
            opened = entries.open(row)
            if opened is None:
                if not gone.entry(row):
                    wrong.append(f"entry {row.seq} was destroyed, and nothing says why")
                continue
            wrong.extend(_bytes(entries, opened, gone, apart.get(row.seq)))
            if opened.entry.kind in erasures.VERSIONS and not prints.fits(opened):
                wrong.append(f"the fingerprint of entry {row.seq} is not that of what was sent")
        except Damaged as error:
            wrong.append(str(error))
            continue
        yield attrs.evolve(opened, payload=None)


class _Prints:
    """Fingerprints made again, version by version, in order."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        self._noted = set[int]()  # versions at or after a consent that was noted in the case file

    def fits(self, opened: OpenedEntry) -> bool:
        """Whether the fingerprint is what it must be, as far as what it is of was kept.

        Where a consent was noted here, a version carries what both it and the file's allow;
        the file's own, of which the fingerprint is, was not kept.
        """
        kind = opened.entry.kind
        body = VersionBody.from_json(opened.body)
        noted = body.previous in self._noted
        if noted or kind == "consent":
            self._noted.add(opened.entry.seq)
        if kind != "report":
            before = None if body.previous is None else self._entries.at(body.previous)
            return before is None or body.print == VersionBody.from_json(before.body).print
        if noted or opened.payload is None:
            return True
        sent = self._entries.keys.fingerprint(opened.payload, canonical(body.consent))
        return body.print == sent.hex()


def _bytes(
    entries: Entries, opened: OpenedEntry, gone: erasures.Erasures, apart: bool | None
) -> Iterator[str]:
    # `apart`: whether the bytes beside the entry are marked as made from reports; None: no bytes.
    seq = opened.entry.seq
    if apart is None:
        claimed = opened.body.get("payload") is not None and opened.payload is None
        if claimed and not gone.bytes_of(opened):
            yield f"the bytes of entry {seq} were destroyed, and nothing says why"
        return
    entries.artefact(opened)
    if gone.bytes_of(opened):
        yield f"the bytes of entry {seq} should have been forgotten, and are there"
    elif apart != erasures.made_from_reports(opened):
        yield f"the bytes of entry {seq} are not kept as what the entry says they are"


def _decided(state: CaseState) -> Iterator[str]:
    for seq, (pair, _) in state.decisions.items():
        if not state.reports.keys() >= set(pair):
            yield f"entry {seq} is a decision about a report that is not there"
    if any(decisions.contradictions(state.decided)):
        yield "decisions that stand contradict each other"


def doubtful_times(
    entries: Iterable[Entry], stamped: Iterable[tuple[int, int, datetime.datetime]] = ()
) -> Iterator[str]:
    """Say where the times of entries cannot all be right; nothing is damaged by that.

    An entry's time is what its member's clock said, and only a claim; its number is the order.

    1. An entry claims to be earlier than the one before it, by more than two minutes.
    2. A timestamp covers an entry that claims to be later.
    3. An entry that came after a timestamp was kept claims to be earlier.

    Args:
        entries: all of them, in order.
        stamped: of each timestamp its own entry, how many entries it covers, and its time.

    Examples:
        >>> list(doubtful_times([Entry(0, "create", "2026-11-24T16:00:00Z", "me"),
        ...                      Entry(1, "note", "2026-11-24T15:00:00Z", "me")]))
        ['entry 1 says an earlier time than entry 0: a clock was set back, or two clocks differ']
    """
    times = [(entry.seq, _time(entry.when)) for entry in entries]
    for (before, earlier), (seq, when) in itertools.pairwise(times):  # 1
        if when < earlier - _SLACK:
            yield (
                f"entry {seq} says an earlier time than entry {before}: "
                "a clock was set back, or two clocks differ"
            )
    for own, size, time in stamped:
        late = [seq for seq, when in times if seq < size and when > time + _SLACK]  # 2
        early = [seq for seq, when in times if seq >= own and when < time - _SLACK]  # 3
        if late:
            yield f"entry {late[0]} says a later time than the timestamp of entry {own} over it"
        if early:
            yield f"entry {early[0]} says an earlier time than the timestamp of entry {own}"


def _time(when: str) -> datetime.datetime:
    return datetime.datetime.strptime(when, "%Y-%m-%dT%H:%M:%S%z")
