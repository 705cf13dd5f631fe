"""The case file: a folder that nobody opens without a member's identity.

Everything another room may do with testimony at rest is a method here. Nothing
about a person is written outside `case.db`, and there never in clear; `log/` is
public and holds commitments only. Nothing here knows what a payload means.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from cryptography.x509 import Certificate

from uncounted.errors import AlreadyThere, NoAccess, NoSpace, UsedWrongly
from uncounted.progress import Progress, silent
from uncounted.proof.signed_note import Signer
from uncounted.vault import artefacts, fsck
from uncounted.vault.access import membership, rotation, unlock
from uncounted.vault.access.unlock import UnlockedCase
from uncounted.vault.artefacts import OWN_KINDS, Artefact
from uncounted.vault.keys import grants
from uncounted.vault.keys.grants import Member
from uncounted.vault.keys.identity import Identity
from uncounted.vault.keys.recipients import Opener
from uncounted.vault.log import timestamps
from uncounted.vault.log.entries import Clock, Entries, Entry, OpenedEntry, now
from uncounted.vault.log.public_log import PublicLog
from uncounted.vault.log.rollback import SeenTreeHeads, TreeHead
from uncounted.vault.log.timestamps import StoredTimestamp
from uncounted.vault.reports import attachments, decisions, ingest, versions
from uncounted.vault.reports import identifiers as naming
from uncounted.vault.reports.attachments import Attachment
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.decisions import (
    Decision,
    DecisionsOutcome,
    DecisionStatus,
    ProposedDecision,
)
from uncounted.vault.reports.ingest import IncomingReport, IntakeOutcome
from uncounted.vault.reports.rejected_rows import (
    ImportRejects,
    RejectedRow,
    every_rejects,
    rejected_rows,
)
from uncounted.vault.reports.replay import CaseState, replay, tables
from uncounted.vault.reports.selection import Selection, StoredReport, select
from uncounted.vault.reports.versions import UndoneImport, Version
from uncounted.vault.reports.withdrawal import finish, withdraw
from uncounted.vault.store import manifest
from uncounted.vault.store.lock import Lock

__all__ = [
    "OWN_KINDS",
    "Artefact",
    "Case",
    "CaseState",
    "Entry",
    "IncomingReport",
    "IntakeOutcome",
    "Member",
    "RejectedRow",
    "Selection",
]

_LOCK = "lock"

_MOST_DIGITS = 18  # of the number of an entry


class Case:
    """An open case file. Use it in a `with` block; one process at a time.

    Leaving the block without an error seals the log. Every change is one
    transaction: whatever happens, all of it was kept or nothing.

    Raises (everywhere):
        Damaged: something is not what was sealed.
        NoSpace: the disk is full, or the folder is read-only; nothing was kept, but where
            something was forgotten already and is still to be overwritten, as the error says.
    """

    def __init__(
        self,
        folder: Path,
        case_id: str,
        identity: Identity,
        base: UnlockedCase,
        lock: Lock,
        clock: Clock,
    ) -> None:
        """Not for callers: `create` and `open` check what this takes for granted."""
        self.folder = folder
        self.id = case_id
        self._identity, self._lock, self._clock = identity, lock, clock
        self._memory = _memory(identity, case_id)
        self._unfinished: tuple[str, ...] = ()
        self._stand_on(base)

    def _stand_on(self, base: UnlockedCase) -> None:
        number = membership.number_of(base.storage, self._identity)
        assert number is not None
        self._base, self._keys, self._storage = base, base.keys, base.storage
        self._ledger = Entries(base.storage, base.keys, number, self._identity.vkey, self._clock)
        self._log = PublicLog(self.folder / unlock.LOG, self.id, base.storage)

    @classmethod
    def create(cls, folder: Path, identity: Identity, *, clock: Clock = now) -> Case:
        """Make a case file in a folder that is not there yet, or empty; its maker is a member.

        Raises:
            AlreadyThere: the folder holds something.
            NoSpace: it cannot be written to.
        """
        case_id = secrets.token_hex(16)
        with unlock.beginning(folder), contextlib.ExitStack() as undo:
            lock = Lock(folder / _LOCK)
            undo.callback(lock.release)
            base = unlock.first(folder, case_id, identity)
            undo.callback(base.storage.abandon)
            case = cls(folder, case_id, identity, base, lock, clock)
            with base.storage.transaction():
                me = membership.described(Member(identity.recipient, identity.vkey))
                case._ledger.append("create", {"case": case_id, "member": me})
            case.seal_log()
            # Last of all: a folder without it is not a case file, only a beginning of one.
            manifest.write(folder, case_id)
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
    ) -> Case:
        """Open a case file, and finish what a crash left half done.

        1. The folder is a case file that this version knows, and no part of it is a link.
        2. Nobody else is at work, for `wait` seconds.
        3. The case key opens for this identity, and the database with it; both are of this
           case, and the one who gave the key is a member.
        4. The log and the database agree, and hold what this identity saw of them before.
        5. The identity is a member. With `through`, a key that access was granted to (a
           spare one, or that of recovery shares), it becomes one.
        6. A rotation or a withdrawal that a crash cut short is finished, and entries not
           yet in the log are put there.

        With `without_log` the log is not looked at, nothing of step 6 is done, and no change
        is let in: for whoever lost the log and wants to leave with everything.

        Raises:
            NotACase: step 1.
            CaseBusy: step 2.
            NoAccess: the identity is not a member, or not any more.
            RolledBack: step 4: one half is older than the other, or both are older than what
                was seen, or went another way.
        """
        case_id = manifest.read(folder)  # 1
        unlock.refuse_links(folder)
        with contextlib.ExitStack() as undo:
            lock = Lock(folder / _LOCK, wait=wait)  # 2
            undo.callback(lock.release)
            opener = identity if through is None else through
            try:
                base = unlock.unlock(folder, case_id, opener)  # 3
            except NoAccess as error:
                home = identity.home if through is None else None
                raise unlock.why_not(error, home, case_id, through) from error
            undo.callback(base.storage.abandon)
            log = PublicLog(folder / unlock.LOG, case_id, base.storage)
            if not without_log:
                log.recover()  # 4
            if (memory := _memory(identity, case_id)) is not None:
                memory.compare(base.storage.size(), log.root_at)
            if without_log:
                base.storage.only_read()
            if through is not None or membership.number_of(base.storage, identity) is None:  # 5
                membership.join(base, case_id, identity, opener.recipient, clock)
            case = cls(folder, case_id, identity, base, lock, clock)
            if without_log:
                case._unfinished = ("the log was not looked at",)
            else:
                rotation.tidy(folder, base)  # 6
                unlock.tidy(folder)
                case._finish_forgetting()
                case._seal_if_room()
            undo.pop_all()
        return case

    def _finish_forgetting(self) -> None:
        # What cannot be overwritten for want of room keeps nobody from reading: `check` says it.
        try:
            if self._storage.must_scrub():
                finish(self._storage, self._ledger, self.folder)
            elif self._storage.must_sweep():
                attachments.sweep(self._storage, self._ledger, self.folder)
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
    def look(folder: Path) -> str:
        """Give the id of a case file, without any key: is it one, and of a known version?

        Raises:
            NotACase: the folder is none.
        """
        return manifest.read(folder)

    @property
    def signer(self) -> Signer:
        """The key of whoever opened the case file; it signs what they publish."""
        return self._identity.signer

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

    # --- members --------------------------------------------------------------------------

    @property
    def members(self) -> tuple[Member, ...]:
        """Whom the case key is sealed to, in the order in which they came."""
        rows = self._storage.holders()
        return tuple(Member(row.recipient, row.vkey, row.name) for row in rows)

    @property
    def epoch(self) -> int:
        """How many case keys there were, the present one included."""
        return self._base.epoch

    def grant(self, recipient: str, *, vkey: str | None = None, name: str | None = None) -> Entry:
        """Let somebody open this case file: whoever holds the key of an age or SSH recipient.

        With their verifier key they work in it under that name from the start; an identity
        without one states it at its first opening. They can read all of it.

        Raises:
            AlreadyThere: they are a member, or the name is another's.
            BadInput: not a recipient, or not a verifier key.
            UsedWrongly: the two are not of one identity, or the name is none.
        """
        member = membership.checked(self._storage, recipient, vkey, name)
        return self._let_in("grant", {"member": membership.described(member)}, member)

    def _let_in(self, kind: str, body: dict[str, Any], member: Member) -> Entry:
        # The file is written before the transaction ends: where it cannot be, nothing is kept.
        # One that a crash leaves without its entry is deleted at the next opening.
        file = self.folder / grants.FOLDER / grants.file_name(member.recipient, self.epoch)
        try:
            with self._storage.transaction():
                entry = self._ledger.append(kind, body)
                sealed = membership.hold(self._base, self.id, member, entry.seq, self._identity)
                grants.put(self.folder, member.recipient, self.epoch, sealed)
        except BaseException:
            file.unlink(missing_ok=True)
            raise
        self.seal_log()
        return entry

    def revoke(self, member: str) -> Entry:
        """Take a member's access away, by recipient or name: a new case key for the others.

        What they may have kept is not reached: a copy of the folder made before opens with
        their key for ever. What they wrote stays theirs.

        Raises:
            UsedWrongly: there is no such member, or it is oneself.
            NoSpace: twice the size of the database is needed; nothing was changed.
        """
        gone = membership.find(self._storage, member)
        if gone.recipient == self._identity.recipient:
            raise UsedWrongly(
                "nobody can take away their own access: whoever does it knows the new key",
                hint="ask another member to do it",
            )
        said = {"member": membership.described(Member(gone.recipient, gone.vkey, gone.name))}
        return self._renew("revocation", said, gone=gone.recipient)

    def rotate(self) -> Entry:
        """Make a new case key and put everything under it, for the same members.

        Raises:
            NoSpace: twice the size of the database is needed; nothing was changed.
        """
        return self._renew("rotation", {})

    def add_recovery(
        self, recipient: str, shares: int, threshold: int, *, replace: bool = False
    ) -> Entry:
        """Let recovery shares open this case file, by the recipient of the key they make.

        With `replace`, shares that were made before open it no more, which takes a new
        case key.

        Raises:
            AlreadyThere: there are such shares, and `replace` is not set.
        """
        name = f"{membership.RECOVERY} {threshold} of {shares}"
        old = self.refuse_second_recovery(replace=replace)
        member = Member(recipient, None, name)
        said = {
            "member": membership.described(member),
            "shares": shares,
            "threshold": threshold,
            "replaces": None if old is None else old.recipient,
        }
        if old is None:
            return self._let_in("recovery", said, member)
        return self._renew("recovery", said, gone=old.recipient, came=member)

    def refuse_second_recovery(self, *, replace: bool) -> Member | None:
        """Give the recovery that there is, if it may be replaced.

        Raises:
            AlreadyThere: there is one, and `replace` is not set.
        """
        old = next((m for m in self.members if membership.is_recovery(m)), None)
        if old is not None and not replace:
            raise AlreadyThere(
                "there are recovery shares for this case file already",
                hint="--replace makes new ones, and the old ones open nothing from then on",
            )
        return old

    def _renew(
        self,
        kind: str,
        body: dict[str, Any],
        *,
        gone: str | None = None,
        came: Member | None = None,
    ) -> Entry:
        number = membership.number_of(self._storage, self._identity)
        assert number is not None
        entries = []

        def change(fresh: UnlockedCase) -> None:
            ledger = Entries(fresh.storage, fresh.keys, number, self._identity.vkey, self._clock)
            entry = ledger.append(kind, {**body, "epoch": fresh.epoch})
            if gone is not None:
                fresh.storage.remove_holder(gone, entry.seq)
            if came is not None:
                membership.hold(fresh, self.id, came, entry.seq, self._identity)
            entries.append(entry)

        self._stand_on(rotation.renew(self.folder, self.id, self._base, self._identity, change))
        self.seal_log()
        return entries[0]

    # --- reports -------------------------------------------------------------------------

    def intake(
        self,
        source: str,
        about: dict[str, Any],
        incoming: Iterable[IncomingReport | RejectedRow],
        *,
        dry_run: bool = False,
        progress: Progress = silent,
    ) -> IntakeOutcome:
        """Take a source's reports in: all or nothing, every row accounted for.

        A report is known by source and id. The same payload and consent again is
        `unchanged`; another one is a new version, and the earlier stays as an entry.
        Withdrawn reports, empty ids and an id twice in one intake are rejected. `about` is
        kept for `sources`; its `collector` is that of reports that name none. With
        `dry_run` everything is done and taken back.

        Raises:
            UsedWrongly: the source has no name.
            BadInput: a payload has no canonical form, or what `incoming` raises.
        """
        return ingest.take_in(
            self._storage,
            self._ledger,
            self._keys,
            source,
            about,
            incoming,
            keep=not dry_run,
            progress=progress,
        )

    def reports(
        self, use: str | Iterable[str], on: datetime.date, audience: str | None = None
    ) -> Selection:
        """Open the reports that may be put to a use (or to several at once) on a day.

        `audience` is for whom something is published; None: nothing leaves the case file.

        Raises:
            BadInput: not a use that there is.
        """
        uses = (use,) if isinstance(use, str) else use
        return select(self._storage, self._ledger, uses, on, audience)

    def every_report(self) -> Iterator[StoredReport]:
        """Open every report, whatever its consent, for whoever looks after the case file.

        Reading one's own file is no use of a report; to link, count or publish, ask `reports`.
        """
        for report, _ in self.every_report_with_consent():
            yield report

    def every_report_with_consent(self) -> Iterator[tuple[StoredReport, Consent]]:
        """Give what `every_report` gives, and beside each what may be done with it."""
        for row, sealed in self._storage.reports_sealed():
            payload = json.loads(self._ledger.payload(row.seq, sealed))
            stored = StoredReport(row.ref, row.source, row.id, payload, row.collector)
            yield stored, Consent.from_json(json.loads(row.consent))

    def history(self, source: str, report_id: str) -> list[Version]:
        """Every version of a report, the newest first.

        Raises:
            UsedWrongly: there is no such report.
        """
        return versions.history(self._storage, self._ledger, source, report_id)

    def amend(self, source: str, report_id: str, payload: dict[str, Any]) -> Entry:
        """Let a report say something else from now on; what it said before stays as an entry.

        Raises:
            UsedWrongly: there is no such report.
            BadInput: the payload has no canonical form.
        """
        return versions.revise(
            self._storage, self._ledger, source, report_id, "amendment", payload=payload
        )

    def set_consent(self, source: str, report_id: str, consent: Consent) -> Entry:
        """Note what may be done with a report from now on; an import may narrow it, not widen it.

        Raises:
            UsedWrongly: there is no such report.
        """
        return versions.revise(
            self._storage, self._ledger, source, report_id, "consent", consent=consent
        )

    def attach(
        self,
        source: str,
        report_id: str,
        files: Sequence[Path],
        *,
        names: Sequence[str] | None = None,
        progress: Progress = silent,
    ) -> list[Attachment]:
        """Seal files and attach them to a report: all of them or none; no clear copy is made.

        `names` are those to be kept, when the files are called otherwise.

        Raises:
            UsedWrongly: there is no such report, or no such file.
        """
        source, report_id = naming.of_report(self._storage, source, report_id)
        return attachments.attach(
            self._storage,
            self._ledger,
            self.folder,
            source,
            report_id,
            files,
            names=names,
            progress=progress,
        )

    def attach_all(
        self, wanted: Sequence[attachments.NewAttachment], *, progress: Progress = silent
    ) -> list[Attachment]:
        """Seal files and attach them, each to its report: all of them or none.

        Raises:
            UsedWrongly: there is no such report, or no such file.
        """
        return attachments.attach_all(
            self._storage, self._ledger, self.folder, wanted, progress=progress
        )

    def attachments(
        self, source: str | None = None, report_id: str | None = None
    ) -> list[Attachment]:
        """Every attachment, or those of one report, in the order in which they came."""
        if source is not None and report_id is not None:
            source, report_id = naming.of_report(self._storage, source, report_id)
        return list(attachments.every(self._storage, self._ledger, source, report_id))

    def put_back(self, attachment: Attachment, target: IO[bytes]) -> None:
        """Write what an attachment holds to an open file, once it is known to be whole.

        Raises:
            Damaged: it is missing or was altered; nothing was written.
        """
        attachments.put_back(self.folder, attachment, target)

    def take_back(self, number: int) -> tuple[Entry, UndoneImport]:
        """Take the import of entry `number` back: reports stand as they did before it.

        What it brought is forgotten, and what was made from reports with it; the log
        still verifies. Reports that were changed since stay as they are, and are counted.

        Raises:
            UsedWrongly: the entry is no import, or was taken back before.
        """
        return versions.take_back(self._storage, self._ledger, number)

    def decide(
        self, rows: Iterable[ProposedDecision | RejectedRow], *, dry_run: bool = False
    ) -> DecisionsOutcome:
        """Take in what people decided of pairs of reports: all or nothing, every row accounted for.

        A later decision on a pair takes the place of the earlier. With `dry_run` everything
        is done and taken back.

        Raises:
            BadInput: they cannot all be true together with what stands; nothing was kept.
        """
        return decisions.decide(self._storage, self._ledger, self._keys, rows, keep=not dry_run)

    def decisions(self, source: str | None = None, report_id: str | None = None) -> list[Decision]:
        """The decisions that stand, or those about one report, in the order in which they came."""
        found = list(decisions.standing(self._storage, self._ledger).values())
        if source is not None and report_id is not None:
            key = naming.of_report(self._storage, source, report_id)
            found = [each for each in found if key in each.pair]
        return sorted(found, key=lambda each: each.entry.seq)

    def every_decision(self) -> list[Decision]:
        """Every decision that was not forgotten, those that no longer stand too, in order."""
        return list(decisions.every(self._storage, self._ledger))

    def older_than_report(self, decision: Decision) -> bool:
        """Whether one of a decision's two reports was amended, or sent anew, after it."""
        return decisions.older_than_report(self._storage, self._ledger, decision)

    def decision_states(self) -> dict[int, DecisionStatus]:
        """Of every decision's entry, by its number, whether it stands."""
        return decisions.states(self._storage, self._ledger)

    def take_decision_back(self, number: int) -> tuple[Entry, int]:
        """Take the decision of entry `number` back, or all of a file's that still stand.

        What stood on those pairs before stands again. The entries keep their content, as an
        earlier version of a report does; they are forgotten with their reports.

        Returns:
            The new entry, and how many decisions were taken back.

        Raises:
            UsedWrongly: the entry is no decision, or there is nothing of it to take back.
            BadInput: what would stand again contradicts what was decided since.
        """
        return decisions.take_back(self._storage, self._ledger, number)

    def sources(self) -> dict[str, dict[str, Any]]:
        """What was last said about each source (collector, coverage), by its name."""
        return {name: json.loads(about) for name, about in self._storage.sources().items()}

    def every_rejects(self) -> list[ImportRejects]:
        """The imports that rejected rows, in order."""
        return list(every_rejects(self._storage, self._ledger))

    def rejects(self, name: str) -> list[tuple[int, tuple[str, ...]]]:
        """The rows that an import rejected, and why, by the name in its outcome.

        Raises:
            UsedWrongly: there is no such list.
        """
        number = name.removeprefix("rejects-")
        known = number.isdecimal() and len(number) <= _MOST_DIGITS
        row = self._storage.entry(int(number)) if known else None
        stored = artefacts.stored(self._ledger, row) if row and row.kind == "import" else None
        if stored is None or stored.payload is None:
            raise UsedWrongly(
                "there is no such list of rejected rows in this case file",
                hint="uncounted rejects CASE, without a name, lists those that there are",
            )
        return rejected_rows(stored.payload)

    def withdraw(self, source: str, report_id: str) -> Entry:
        """Forget a report, for good: its keys, its rows, and the bytes of what was made from it.

        Linkages, estimates and commitments made before are gone; their entries stay, and
        the log still verifies. It is not let in again. Copies of the case file made
        before, and what was published, cannot be reached.

        Raises:
            UsedWrongly: there is no such report.
        """
        return withdraw(self._storage, self._ledger, self._keys, self.folder, source, report_id)

    @property
    def last_change(self) -> int:
        """The entry that last changed what may be counted: an older linkage is out of date."""
        return self._storage.last_change()

    # --- artefacts ------------------------------------------------------------------------

    def put(
        self,
        kind: str,
        body: dict[str, Any],
        payload: bytes | None = None,
        uses: Iterable[str] = (),
    ) -> Entry:
        """Keep an artefact (a linkage, an estimate, a release) as an entry.

        `uses` says for which uses reports were opened to make it. With any, its bytes
        are forgotten when a report is withdrawn; the body is not, so nothing that names
        a report belongs there.

        Raises:
            UsedWrongly: a kind that is none, or that the case file keeps for itself; too large.
            BadInput: the body has no canonical form.
        """
        return artefacts.put(self._storage, self._ledger, kind, body, payload, uses)

    def latest(self, kind: str) -> Artefact | None:
        """The last artefact of a kind, opened; None when there is none."""
        return artefacts.stored(self._ledger, self._storage.latest(kind))

    def stored(self, seq: int) -> Artefact | None:
        """The artefact of an entry, opened; None when there is none, or it was forgotten."""
        return artefacts.stored(self._ledger, self._storage.entry(seq))

    def entry(self, number: int) -> Entry | None:
        """One entry, without content; None when there is none of that number."""
        row = self._storage.entry(number)
        return None if row is None else Entry(row.seq, row.kind, row.when, row.by)

    def entries(self) -> Iterator[Entry]:
        """Everything that happened, in order, without content."""
        for row in self._storage.entries():
            yield Entry(row.seq, row.kind, row.when, row.by)

    def commit_to(self, value: bytes) -> str:
        """Give a salted commitment to a value, in hex; the salt stays in the case file."""
        return artefacts.commit_to(self._storage, self._ledger, value)

    def opens(self, commitment: str, value: bytes) -> bool:
        """Whether a commitment that this case file gave is to this value."""
        return artefacts.is_to(self._storage, self._ledger, commitment, value)

    # --- the log --------------------------------------------------------------------------

    def seal_log(self) -> None:
        """Put entries that are not in the public log yet there, under a signed checkpoint.

        The identity that does it remembers size and root, where it has a home.
        """
        if self._storage.reads_only:
            return
        self._log.seal(self._identity)
        if self._memory is not None:
            self._memory.note(TreeHead(*self._log.state()))

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
        """Have the log as it now is stamped by an authority, and keep its answer.

        A crash after the answer was written leaves files that verify and no entry about
        them, which does no harm.

        Args:
            ask: sends a query and gives the answer; see `authority.ask`.
            authority: its address, for the entry.
            roots: certificates under which it must have signed.

        Raises:
            NotVerified: the answer is not a good timestamp of this log.
            NotStamped: there was no answer.
        """
        self.seal_log()
        kept, body = timestamps.take(self.folder, self.checkpoint(), ask, roots)
        self.put("timestamp", {"authority": authority, **body})
        return kept

    def proof(self, seq: int) -> bytes:
        """That an entry is in the published log, as a C2SP tlog-proof file.

        Raises:
            BadInput: there is no such entry, or it is not published yet.
        """
        return self._log.proof(seq)

    def leaves(self) -> bytes:
        """The published log's leaf hashes, 32 bytes each: public, as `log/` is."""
        return self._log.leaves()

    def opening(self, seq: int) -> dict[str, Any]:
        """What shows one artefact's entry to a stranger: what its leaf commits to, and the salt.

        `{"body": {"kind", "seq", "when", "by", "body"}, "salt": hex}`; with `proof(seq)`,
        `commit(canonical(body), salt)` is shown to be in the log.

        Raises:
            UsedWrongly: there is no such entry.
            NotPublishable: the entry speaks of a report.
        """
        return artefacts.opening(self._storage, self._ledger, seq)

    def replay(self) -> CaseState:
        """The state told again from the entries; it must be what the tables say."""
        opened = (self._ledger.open(row) for row in self._storage.entries())
        return replay(entry for entry in opened if isinstance(entry, OpenedEntry))

    def state(self) -> CaseState:
        """The state as the tables say it."""
        return tables(self._storage)

    def check(self) -> tuple[str, ...]:
        """Read and recompute everything; what is wrong, in words, or nothing."""
        rooms = (self.folder, self._storage, self._ledger)
        return (
            *self._unfinished,
            *fsck.findings(self.folder, self._base, self._ledger, self._log, self._memory),
            *timestamps.findings(*rooms, self.id, self.leaves),
        )

    def doubtful_times(self) -> tuple[str, ...]:
        """Where the times of entries cannot all be right, in words; the order holds all the same.

        No finding of `check`: a time is only what somebody's clock said, and a clock that was
        put right damages nothing.
        """
        stamped = []
        for row in self._storage.entries("timestamp"):
            stored = artefacts.stored(self._ledger, row)
            if stored is not None:
                time = datetime.datetime.fromisoformat(stored.body["time"])
                stamped.append((row.seq, int(stored.body["size"]), time))
        return tuple(fsck.doubtful_times(self.entries(), stamped))


def _memory(identity: Identity, case_id: str) -> SeenTreeHeads | None:
    return None if identity.home is None else SeenTreeHeads(identity.home, case_id)
