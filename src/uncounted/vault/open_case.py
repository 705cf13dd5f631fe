"""An open case file: locked, unlocked, and in agreement with its public log.

Opening finishes what a crash cut short; leaving seals the log. What a case file holds is
`case`'s to say.
"""

from __future__ import annotations

import contextlib
import datetime
import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import attrs
from cryptography.x509 import Certificate

from uncounted.errors import Damaged, NoAccess, NoSpace
from uncounted.proof.signed_note import Signer
from uncounted.vault import fsck
from uncounted.vault.access import membership, rotation, unlock, verified_members
from uncounted.vault.access.known_cases import (
    TRUST_NOTHING,
    Introduction,
    KeyAnchor,
    KnownCase,
    KnownCases,
    Meeting,
)
from uncounted.vault.access.unlock import UnlockedCase
from uncounted.vault.keys.grants import Member
from uncounted.vault.keys.identity import Identity
from uncounted.vault.keys.recipients import Opener
from uncounted.vault.log import signatures, timestamps
from uncounted.vault.log.bodies import TimestampBody
from uncounted.vault.log.entries import Clock, Entries, Entry, now
from uncounted.vault.log.public_log import PublicLog
from uncounted.vault.log.rollback import SeenTreeHeads
from uncounted.vault.log.signatures import SignedEntries
from uncounted.vault.log.timestamps import StoredTimestamp
from uncounted.vault.reports import attachments
from uncounted.vault.reports.replay import CaseState, agrees, replay, tables
from uncounted.vault.reports.withdrawal import finish
from uncounted.vault.store import manifest
from uncounted.vault.store.lock import Lock

_LOCK = "lock"


class OpenCase:
    """An open case file. Use it in a `with` block; one process at a time.

    Leaving the block without an error seals the log. Every change is one
    transaction: whatever happens, all of it was kept or nothing.

    Raises (everywhere):
        Damaged: something is not what was sealed.
        NoSpace: the disk is full, or the folder is read-only; nothing was kept, but where
            something was forgotten already and is still to be overwritten, as the error says.
    """

    def __init__(
        self, unlocked: UnlockedCase, identity: Identity, lock: Lock, clock: Clock
    ) -> None:
        """Not for callers: `create` and `open` check what this takes for granted."""
        self.folder, self.id = unlocked.folder, unlocked.id
        self._identity, self._lock, self._clock = identity, lock, clock
        self._seen = _seen(identity, unlocked.id)
        self._unfinished: tuple[str, ...] = ()
        self._compared = False  # since it was opened; nobody else writes to it from then on
        self._take_up(unlocked)

    def _take_up(self, unlocked: UnlockedCase) -> None:
        storage = unlocked.storage
        number = membership.number_of(storage, self._identity)
        assert number is not None
        self._unlocked, self._storage = unlocked, storage
        self._entries = Entries(storage, unlocked.keys, number, self._identity.signer, self._clock)
        self._log = PublicLog(self.folder / unlock.LOG, self.id, storage)

    @classmethod
    def create(cls, folder: Path, identity: Identity, *, clock: Clock = now) -> Self:
        """Make a case file in a folder that is not there yet, or empty; its maker is a member.

        Raises:
            AlreadyThere: the folder holds something.
        """
        case_id = secrets.token_hex(16)
        with unlock.beginning(folder), contextlib.ExitStack() as undo:
            lock = Lock(folder / _LOCK)
            undo.callback(lock.release)
            unlocked = unlock.first(folder, case_id, identity)
            undo.callback(unlocked.storage.abandon)
            case = cls(unlocked, identity, lock, clock)
            with unlocked.storage.transaction():
                me = Member(identity.recipient, identity.vkey)
                said = {"case": case_id, "member": attrs.asdict(me), "signed": True}
                case._entries.append("create", said)
            case.seal_log()
            # Last of all: a folder without it is not a case file, only a beginning of one.
            manifest.write(folder, case_id)
            if (known := _known(identity)) is not None:
                known.created(folder, case_id, _remembered(unlocked, case._entries))
            undo.pop_all()
        return case

    @classmethod
    def open(
        cls,
        folder: Path,
        identity: Identity,
        *,
        through: Opener | None = None,
        wait: float = 0.0,
        clock: Clock = now,
        without_log: bool = False,
        despite_foreign: bool = False,
        meeting: Meeting = TRUST_NOTHING,
    ) -> Self:
        """Open a case file, and finish what a crash left half done.

        1. The folder is a case file that this version knows, no part of it is a link, and this
           identity opened no other at its path.
        2. No other process is at work, for `wait` seconds.
        3. The case key opens for this identity, and the database with it; both are of this
           case, and the one who gave the key is a member.
        4. The log and the database agree, and hold what this identity saw of them before. If it
           keeps no record of them (`known/`), `meeting` says whether to go on; it also shows the
           user a change of members. The case key is the one that was seen last, or was made by
           someone who had that one. The members are those that the entries say. With `without_log`
           and `despite_foreign` the first entry may be destroyed.
           Only then a database of an older version is brought up to this one.
        5. The identity is a member. With `through`, a key that access was granted to (a
           spare one, or that of recovery shares), it becomes one.
        6. A rotation or a withdrawal that a crash cut short is finished, and entries not
           yet in the log are put there.

        With `without_log` the log is not looked at, nothing of step 6 is done, and no change
        is let in: for a log that was lost, to leave with everything. With `despite_foreign`
        nothing of step 6 is done and no change is let in either: for a database to which a
        member added a trigger or a table, of which there is no other copy.

        Raises:
            NotACase: step 1.
            CaseBusy: step 2.
            NoAccess: the identity is not a member, or not any more; or step 4: it is not trusted.
            Swapped: step 1 or 4: it lies in the place of another.
            RolledBack: step 4: one half is older than the other, or both are older than what
                was seen, or went another way.
        """
        case_id = manifest.read(folder)  # 1
        unlock.refuse_others(folder)
        if (known := _known(identity)) is not None:
            known.refuse_other(folder, case_id)
        with contextlib.ExitStack() as undo:
            lock = Lock(folder / _LOCK, wait=wait)  # 2
            undo.callback(lock.release)
            opener = identity if through is None else through
            try:
                unlocked = unlock.unlock(
                    folder, case_id, opener, despite_foreign=despite_foreign
                )  # 3
            except NoAccess as error:
                home = identity.home if through is None else None
                raise unlock.why_not(error, home, case_id, through) from error
            storage = unlocked.storage
            undo.callback(storage.abandon)
            log = PublicLog(folder / unlock.LOG, case_id, storage)
            if not without_log:
                log.recover()  # 4
            if (seen := _seen(identity, case_id)) is not None:
                seen.compare(storage.size(), log.root_at)
            reader = Entries(storage, unlocked.keys, 0, identity.signer)
            trusted = without_log or storage.reads_only  # nothing is sealed, and `doubts` says it
            if known is not None:
                links = verified_members.succession_links(reader)
                known.refuse_other_key(case_id, unlocked.giver, _anchor(unlocked), links)
            if not trusted:
                verified_members.verify(reader, unlocked.epoch)
            if known is not None and seen is not None:
                if not trusted:
                    _look_closely(unlocked, reader, log, known, seen)
                shown = introduction(unlocked, reader, or_claimed=trusted)
                shown = attrs.evolve(shown, log_seen=bool(seen.heads))
                known.meet(shown, _remembered(unlocked, reader, or_claimed=trusted), meeting)
            if not storage.reads_only:
                storage.upgrade()
            if without_log:
                storage.only_read()
            if through is not None or membership.number_of(storage, identity) is None:  # 5
                membership.join(unlocked, identity, opener.recipient, clock)
            case = cls(unlocked, identity, lock, clock)
            if without_log:
                case._unfinished = ("the log was not looked at",)
            elif not storage.reads_only:
                rotation.tidy(unlocked)  # 6
                unlock.tidy(folder)
                log.tidy()
                case._finish_forgetting()
                case._seal_if_room()
            if not storage.reads_only:  # what was not verified is not remembered
                case._remember()
            undo.pop_all()
        return case

    def _finish_forgetting(self) -> None:
        # What cannot be overwritten for want of room does not prevent reading: `check` says it.
        try:
            if self._storage.must_scrub():
                finish(self._entries, self.folder)
            elif self._storage.must_sweep():
                attachments.sweep(self._entries, self.folder)
                with self._storage.transaction():
                    self._storage.nothing_to_sweep()
        except NoSpace as error:
            self._unfinished = (str(error),)

    def _seal_if_room(self) -> None:
        # Where there was no room to overwrite something, there may be none for the log: the
        # entries are kept, and the next opening puts them there.
        try:
            self.seal_log()
        except NoSpace:
            if not self._unfinished:
                raise

    @staticmethod
    def id_of(folder: Path) -> str:
        """Give the id of a case file, without any key.

        Raises:
            NotACase: the folder is none, or of a version not known here.
        """
        return manifest.read(folder)

    @property
    def signer(self) -> Signer:
        """The key of the identity that opened the case file; it signs what they publish."""
        return self._identity.signer

    @property
    def upgraded(self) -> bool:
        """Whether an older version wrote the case file, which this opening changed to today's."""
        return self._unlocked.older

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._seal_if_room()
        finally:
            self.close()

    def close(self) -> None:
        """Leave no journal behind, and let the next one in. Entries not in the log stay so."""
        try:
            self._storage.close()
        finally:
            self._lock.release()

    def entry(self, number: int) -> Entry | None:
        """One entry, without content; None when there is none of that number."""
        row = self._storage.entry(number)
        return None if row is None else Entry(row.seq, row.kind, row.when, row.by)

    def entries(self) -> Iterator[Entry]:
        """Everything that happened, in order, without content."""
        for row in self._storage.entries():
            yield Entry(row.seq, row.kind, row.when, row.by)

    # --- the log --------------------------------------------------------------------------

    def seal_log(self) -> None:
        """Put entries that are not in the public log yet there, under a signed checkpoint.

        The identity that does it remembers size and root, where it has a home.
        """
        if self._storage.reads_only:
            return
        self._log.seal(self._identity)
        if self._seen is not None:
            self._seen.add(self._log.tree_head())
            if manifest.exists(self.folder):  # else it is not made yet
                self._remember()

    def _remember(self) -> None:
        if (known := _known(self._identity)) is not None:
            known.opened(self.folder, self.id, _remembered(self._unlocked, self._entries))

    def checkpoint(self) -> bytes:
        """The log's newest signed checkpoint (a C2SP signed note)."""
        return self._log.checkpoint()

    def timestamp(
        self,
        ask: Callable[[bytes], bytes],
        *,
        authority: str,
        roots: Sequence[Certificate] = (),
    ) -> StoredTimestamp:
        """Have the log as it now is stamped by an authority (RFC 3161), and keep its answer.

        A crash after the answer was written leaves files that verify and no entry about
        them, which does no harm.

        Args:
            ask: sends a query and gives the answer; see `tsa_client.ask`.
            authority: its address, for the entry.
            roots: certificates under which it must have signed.

        Raises:
            NotVerified: the answer is not a good timestamp of this log.
            NotStamped: there was no answer.
        """
        self.seal_log()
        stored, body = timestamps.obtain(self.folder, self.checkpoint(), ask, authority, roots)
        with self._storage.transaction():
            self._entries.append("timestamp", body.to_json())
        return stored

    def proof(self, seq: int) -> bytes:
        """That an entry is in the published log, as a C2SP tlog-proof file.

        Raises:
            BadInput: there is no such entry, or it is not published yet.
        """
        return self._log.proof(seq)

    def leaves(self) -> bytes:
        """The published log's leaf hashes, 32 bytes each: public, as `log/` is."""
        return self._log.leaves()

    # --- checks ---------------------------------------------------------------------------

    def replay(self) -> CaseState:
        """The state told again from the entries; it must be what the tables say."""
        return replay(filter(None, map(self._entries.open, self._storage.entries())))

    def state(self) -> CaseState:
        """The state as the tables say it."""
        return tables(self._storage)

    def compare_tables(self) -> None:
        """Refuse a case file whose tables are not what its entries say, or these not what the log.

        Consent is read from the tables; a member with a changed program could write another one
        there. `check` finds that, too, and much more.

        Raises:
            Damaged: they differ.
        """
        if not self._tables_agree():
            raise Damaged(
                "the tables of reports, sources and members are not what the entries say:"
                " nothing was linked, counted or published",
                hint="uncounted check says more; restore the case file from a copy",
            )
        self._compared = True

    def _compare_once(self) -> None:
        if not self._compared:
            self.compare_tables()

    def _tables_agree(self) -> bool:
        return agrees(self.replay(), self._storage) and self._log.has_its_leaves()

    def doubts(self) -> tuple[str, ...]:
        """Why what is read here may not be what was recorded, in words; nothing when it is.

        For leaving with everything: `check` looks at much more.
        """
        try:
            agree = self._tables_agree()
        except Damaged as error:
            return (str(error),)
        found = [] if agree else ["the tables of reports and consents are not what the entries say"]
        try:
            verified_members.creation(self._entries)
        except Damaged as error:
            found.append(str(error))
        if foreign := self._storage.foreign():
            found.append(f"the database has foreign tables, indexes, triggers or views: {foreign}")
        return tuple(found)

    def signatures(self) -> list[SignedEntries]:
        """Whose signature holds: the state of every entry's, entries of one state together."""
        return self._entries.signed()

    def check(self) -> tuple[str, ...]:
        """Read and recompute everything; what is wrong, in words, or nothing."""
        return (
            *self._unfinished,
            *fsck.findings(self._unlocked, self._entries, self._log, self._seen),
            *timestamps.findings(self._entries, self.folder, self.id, self.leaves),
        )

    def doubtful_times(self) -> tuple[str, ...]:
        """Where the times of entries cannot all be right, in words; the order holds all the same.

        No finding of `check`: a time is only what a member's clock said, and a clock that was
        put right damages nothing.
        """
        stamped = []
        for opened in self._entries.of_kind("timestamp"):
            body = TimestampBody.from_json(opened.body)
            time = datetime.datetime.fromisoformat(body.time)
            stamped.append((opened.entry.seq, body.size, time))
        return tuple(fsck.doubtful_times(self.entries(), stamped))


def introduction(case: UnlockedCase, entries: Entries, *, or_claimed: bool = False) -> Introduction:
    """What is shown of a case file to an identity that has not opened it before."""
    creator, read = verified_members.creator(entries, or_claimed=or_claimed)
    signed = read and signatures.holds(case.storage, case.id, 0)
    return Introduction(case.id, creator, signed, case.giver, _members(case))


def _look_closely(
    case: UnlockedCase, entries: Entries, log: PublicLog, known: KnownCases, seen: SeenTreeHeads
) -> None:
    """Refuse what a home without a record of the case key would take for its case file.

    Where there is one, the database opens under a case key that no one else can have.
    """
    record = known.get(case.id)
    if record is not None and record.key is not None:
        return
    if not log.has_its_leaves():  # the root in the database may be one from the public log
        raise Damaged(
            "the entries of the case file are not those of its log: it was not opened",
            hint="keep it as evidence, and restore the case file from a copy",
        )
    if record is not None:
        verified_members.verify_everything(entries)
        newest = seen.heads[-1].size if seen.heads else 0
        known.refuse_unremembered(case.id, case.storage.holders(), newest)


def _members(case: UnlockedCase) -> tuple[Member, ...]:
    return tuple(Member(row.recipient, row.vkey, row.name) for row in case.storage.holders())


def _remembered(case: UnlockedCase, entries: Entries, *, or_claimed: bool = False) -> KnownCase:
    """What a home keeps of a case file as it is now, but for its paths."""
    creator, _ = verified_members.creator(entries, or_claimed=or_claimed)
    authors = tuple(Member(row.recipient, row.vkey) for row in case.storage.authors())
    unsigned = verified_members.unsigned(case.storage)
    return KnownCase(creator, _members(case), (), authors, _anchor(case), unsigned)


def _anchor(case: UnlockedCase) -> KeyAnchor:
    return KeyAnchor(case.epoch, case.keys.succession)


def _known(identity: Identity) -> KnownCases | None:
    return None if identity.home is None else KnownCases(identity)


def _seen(identity: Identity, case_id: str) -> SeenTreeHeads | None:
    return None if identity.home is None else SeenTreeHeads(identity.home, case_id)
