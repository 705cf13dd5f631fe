"""The case file: its members and its contents; every change is an entry of its log.

Everything another room may do with testimony at rest is a method here. Nothing
about a person is written outside `case.db`, and there never in clear; `log/` is
public and holds commitments only. Nothing here knows what a payload means.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

import attrs

from uncounted.errors import AlreadyThere, UsedWrongly
from uncounted.progress import Progress, silent
from uncounted.proof.canonical_json import JSONObject
from uncounted.vault import artefacts
from uncounted.vault.access import membership, rotation
from uncounted.vault.artefacts import OWN_KINDS, Artefact, Commitments
from uncounted.vault.keys.grants import Member
from uncounted.vault.log.entries import Entry
from uncounted.vault.open_case import OpenCase
from uncounted.vault.reports import age_files, attachments, decisions, ingest, unfinished, versions
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
from uncounted.vault.reports.replay import CaseState
from uncounted.vault.reports.selection import (
    LeftOut,
    Selection,
    StoredReport,
    every_report,
    left_out,
    select,
)
from uncounted.vault.reports.unfinished import UnfinishedWork
from uncounted.vault.reports.versions import UndoneImport, Version
from uncounted.vault.reports.withdrawal import withdraw

__all__ = [
    "OWN_KINDS",
    "Artefact",
    "Case",
    "CaseState",
    "Commitments",
    "Entry",
    "IncomingReport",
    "IntakeOutcome",
    "Member",
    "RejectedRow",
    "Selection",
]


class Case(OpenCase):
    """An open case file, its members and what it holds.

    Raises (everywhere):
        UsedWrongly: there is no such report, entry or member.
        Damaged, NoSpace: as `OpenCase`.
    """

    # --- members --------------------------------------------------------------------------

    @property
    def members(self) -> tuple[Member, ...]:
        """Whom the case key is sealed to, in the order in which they came."""
        rows = self._storage.holders()
        return tuple(Member(row.recipient, row.vkey, row.name) for row in rows)

    @property
    def epoch(self) -> int:
        """How many case keys there were, the present one included."""
        return self._unlocked.epoch

    def grant(self, recipient: str, *, vkey: str | None = None, name: str | None = None) -> Entry:
        """Make a recipient (age or SSH) a member, who can read all of this case file.

        With their verifier key they work in it under that name from the start; an identity
        without one states it at its first opening.

        Raises:
            AlreadyThere: they are a member, or the name is another's.
            BadInput: not a recipient, or not a verifier key.
            UsedWrongly: the two are not of one identity, or the name is none.
        """
        member = membership.checked(self._storage, recipient, vkey, name)
        return self._let_in("grant", {"member": attrs.asdict(member)}, member)

    def revoke(self, member: str) -> Entry:
        """Take a member's access away, by recipient or name: a new case key for the others.

        A copy of the folder made before always opens with their key. What they wrote
        stays theirs.

        Raises:
            UsedWrongly: there is no such member, or it is oneself.
            NoSpace: twice the size of the database is needed; nothing was changed.
        """
        gone = membership.find(self._storage, member)
        if gone.recipient == self._identity.recipient:
            raise UsedWrongly(
                "you cannot revoke your own access",
                hint="ask another member",
            )
        member_gone = attrs.asdict(Member(gone.recipient, gone.vkey, gone.name))
        return self._renew("revocation", {"member": member_gone}, removed=gone.recipient)

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
        old = self.refuse_second_recovery(replace=replace)
        member = Member(recipient, None, f"{membership.RECOVERY} {threshold} of {shares}")
        body = {
            "member": attrs.asdict(member),
            "shares": shares,
            "threshold": threshold,
            "replaces": None if old is None else old.recipient,
        }
        if old is None:
            return self._let_in("recovery", body, member)
        return self._renew("recovery", body, removed=old.recipient, added=member)

    def refuse_second_recovery(self, *, replace: bool) -> Member | None:
        """Give the recovery that there is, if it may be replaced.

        Raises:
            AlreadyThere: there is one, and `replace` is not set.
        """
        old = next((m for m in self.members if membership.is_recovery(m)), None)
        if old is not None and not replace:
            raise AlreadyThere(
                "this case file already has recovery shares",
                hint="add --replace to make new ones; the old ones then no longer work",
            )
        return old

    def _let_in(self, kind: str, body: JSONObject, member: Member) -> Entry:
        entry = membership.let_in(self._unlocked, self._entries, self._identity, kind, body, member)
        self.seal_log()
        return entry

    def _renew(
        self,
        kind: str,
        body: JSONObject,
        *,
        removed: str | None = None,
        added: Member | None = None,
    ) -> Entry:
        unlocked, entry = rotation.renew(
            self._unlocked,
            self._entries,
            self._identity,
            kind,
            body,
            removed=removed,
            added=added,
        )
        self._take_up(unlocked)
        self.seal_log()
        return entry

    # --- reports -------------------------------------------------------------------------

    def intake(
        self,
        source: str,
        about: JSONObject,
        incoming: Iterable[IncomingReport | RejectedRow],
        *,
        dry_run: bool = False,
        replace_ids: bool = False,
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
            BadInput: a payload has no canonical form, or what `incoming` raises; or most of the
                reports that change have another name now, and `replace_ids` is not set.
        """
        return ingest.ingest(
            self._entries,
            source,
            about,
            incoming,
            keep=not dry_run,
            replace_ids=replace_ids,
            progress=progress,
        )

    def reports(
        self, use: str | Iterable[str], on: datetime.date, audience: str | None = None
    ) -> Selection:
        """Open the reports that may be put to a use (or to several at once) on a day.

        The tables that consent is read from are compared with the entries first, once an opening:
        whatever is linked, counted or published of a case file comes through here.

        `audience` is for whom something is published; None: nothing leaves the case file.

        Raises:
            BadInput: not a use that there is.
            Damaged: the tables, the entries and the log differ.
        """
        self._compare_once()
        uses = (use,) if isinstance(use, str) else use
        return select(self._entries, uses, on, audience)

    def left_out(
        self, uses: Iterable[str], on: datetime.date, audience: str | None = None
    ) -> list[LeftOut]:
        """Which reports `reports` leaves out, and why, by source and id; none is opened."""
        self._compare_once()
        return list(left_out(self._entries, uses, on, audience))

    def every_report(self) -> Iterator[StoredReport]:
        """Open every report, whatever its consent: for its keepers, and no use of it.

        To link, count or publish, take `reports`.
        """
        return (report for report, _ in every_report(self._entries))

    def every_report_with_consent(self) -> Iterator[tuple[StoredReport, Consent]]:
        """Give what `every_report` gives, and beside each what may be done with it."""
        return every_report(self._entries)

    def history(self, source: str, report_id: str) -> list[Version]:
        """Every version of a report, the newest first."""
        return versions.history(self._entries, source, report_id)

    def amend(self, source: str, report_id: str, payload: JSONObject) -> Entry:
        """Let a report say something else from now on; what it said before stays as an entry.

        Raises:
            BadInput: the payload has no canonical form.
        """
        return versions.revise(self._entries, source, report_id, "amendment", payload=payload)

    def set_consent(self, source: str, report_id: str, consent: Consent) -> Entry:
        """Note what may be done with a report from now on; an import may only narrow it."""
        return versions.revise(self._entries, source, report_id, "consent", consent=consent)

    def withdraw(self, source: str, report_id: str) -> Entry:
        """Forget a report, for good: its keys, its rows, and the bytes of what was made from it.

        Linkages, estimates and commitments made before are gone; their entries stay, and
        the log still verifies. It is not let in again. Copies of the case file made
        before, and what was published, cannot be reached.
        """
        return withdraw(self._entries, self.folder, source, report_id)

    def undo_import(self, number: int) -> tuple[Entry, UndoneImport]:
        """Take the import of entry `number` back: reports stand as they did before it.

        What it brought is forgotten, and what was made from reports with it; the log
        still verifies. Reports that were changed since stay as they are, and are counted.
        """
        unfinished.forget(self._entries, self.folder)
        return versions.undo_import(self._entries, number)

    def sources(self) -> dict[str, JSONObject]:
        """What was last said about each source (collector, coverage), by its name."""
        return {name: json.loads(about) for name, about in self._storage.sources().items()}

    def every_rejects(self) -> list[ImportRejects]:
        """The imports that rejected rows, in order."""
        return list(every_rejects(self._entries))

    def rejects(self, name: str) -> list[RejectedRow]:
        """The rows that an import rejected, and why, by the name in its outcome."""
        return rejected_rows(self._entries, name)

    @property
    def last_change(self) -> int:
        """The entry that last changed what may be counted: an older linkage is out of date."""
        return self._storage.last_change()

    # --- attachments ----------------------------------------------------------------------

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
        new = attachments.of_report(self._storage, source, report_id, files, names)
        return self.attach_all(new, progress=progress)

    def attach_all(
        self, new: Sequence[attachments.NewAttachment], *, progress: Progress = silent
    ) -> list[Attachment]:
        """Seal files and attach them, each to its report: all of them or none.

        Raises:
            UsedWrongly: there is no such report, or no such file.
        """
        return attachments.attach_all(self._entries, self.folder, new, progress=progress)

    def attachments(
        self, source: str | None = None, report_id: str | None = None
    ) -> list[Attachment]:
        """Every attachment, or those of one report, in the order in which they came."""
        if source is not None and report_id is not None:
            source, report_id = naming.of_report(self._storage, source, report_id)
        return list(attachments.every(self._entries, source, report_id))

    def put_back(self, attachment: Attachment, target: IO[bytes]) -> None:
        """Write what an attachment holds to an open file, once it is known to be whole.

        Raises:
            Damaged: it is missing or was altered; nothing was written.
        """
        attachments.put_back(self.folder, attachment, target)

    # --- decisions on pairs of reports ------------------------------------------------------

    def decide(
        self, rows: Iterable[ProposedDecision | RejectedRow], *, dry_run: bool = False
    ) -> DecisionsOutcome:
        """Take in what people decided of pairs of reports: all or nothing, every row accounted for.

        A later decision on a pair takes the place of the earlier. With `dry_run` everything
        is done and taken back.

        Raises:
            BadInput: they cannot all be true together with what stands; nothing was kept.
        """
        return decisions.decide(self._entries, rows, keep=not dry_run)

    def decisions(self, source: str | None = None, report_id: str | None = None) -> list[Decision]:
        """The decisions that stand, or those about one report, in the order in which they came."""
        found = list(decisions.standing(self._entries).values())
        if source is not None and report_id is not None:
            key = naming.of_report(self._storage, source, report_id)
            found = [each for each in found if key in each.pair]
        return sorted(found, key=lambda each: each.entry.seq)

    def every_decision(self) -> list[Decision]:
        """Every decision that was not forgotten, those that no longer stand too, in order."""
        return list(decisions.every(self._entries))

    def older_than_report(self, decision: Decision) -> bool:
        """Whether one of a decision's two reports was amended, or sent anew, after it."""
        return decisions.older_than_report(self._entries, decision)

    def decision_states(self) -> dict[int, DecisionStatus]:
        """Of every decision's entry, by its number, whether it stands."""
        return decisions.states(self._entries)

    def undo_decision(self, number: int) -> tuple[Entry, int]:
        """Take the decision of entry `number` back, or all of a file's that still stand.

        What stood on those pairs before stands again. The entries keep their content, as an
        earlier version of a report does; they are forgotten with their reports.

        Returns:
            The new entry, and how many decisions were taken back.

        Raises:
            BadInput: what would stand again contradicts what was decided since.
        """
        return decisions.undo(self._entries, number)

    # --- work on reports that is not finished -------------------------------------------------

    def unfinished(self, of: bytes) -> UnfinishedWork:
        """Parts of work that was interrupted, if it is this one; any other is forgotten.

        `of` is a hash of all that the work is made from. Parts are sealed and not in the log.
        """
        return UnfinishedWork(self._entries, self.folder, self.signer, of)

    @property
    def unfinished_parts(self) -> int:
        """How many parts of work that was interrupted are kept, by any member."""
        return len(age_files.of_unfinished(self._storage))

    def forget_unfinished(self) -> None:
        """Forget what is kept of work that was interrupted."""
        unfinished.forget(self._entries, self.folder)

    # --- artefacts ------------------------------------------------------------------------

    def put(
        self,
        kind: str,
        body: JSONObject,
        payload: bytes | None = None,
        uses: Iterable[str] = (),
        commitments: Commitments | None = None,
    ) -> Entry:
        """Keep an artefact (a linkage, an estimate, a release) as an entry.

        `uses` says for which uses reports were opened to make it. With any, its bytes
        are forgotten when a report is withdrawn; the body is not, so nothing that names
        a report belongs there. `commitments` are kept before it, or with it not at all.

        Raises:
            UsedWrongly: a kind that is none, or that the case file keeps for itself; too large.
            BadInput: the body has no canonical form.
        """
        made = Commitments() if commitments is None else commitments
        return artefacts.put(self._entries, kind, body, payload, uses, made)

    def latest(self, kind: str) -> Artefact | None:
        """The last artefact of a kind, opened; None when there is none."""
        return artefacts.opened(self._entries, self._storage.latest(kind))

    def artefacts(self, kind: str) -> Iterator[Artefact]:
        """Every artefact of a kind that is not forgotten, opened, the newest first."""
        rows = [*self._storage.entries(kind)]
        found = (artefacts.opened(self._entries, row) for row in reversed(rows))
        return (each for each in found if each is not None)

    def stored(self, seq: int) -> Artefact | None:
        """The artefact of an entry, opened; None when there is none, or it was forgotten."""
        return artefacts.opened(self._entries, self._storage.entry(seq))

    def commit_to(self, value: bytes) -> str:
        """Give a salted commitment to a value, in hex; the salt stays in the case file."""
        return artefacts.commit_to(self._entries, value)

    def opens(self, commitment: str, value: bytes) -> bool:
        """Whether a commitment that this case file gave is to this value."""
        return artefacts.is_to(self._entries, commitment, value)

    def opening(self, seq: int) -> JSONObject:
        """Proof of one artefact's entry for a reader: what its leaf commits to, and the salt.

        `{"body": {"kind", "seq", "when", "by", "body"}, "salt": hex}`; with `proof(seq)`,
        `commit(canonical(body), salt)` is shown to be in the log.

        Raises:
            NotPublishable: the entry speaks of a report.
        """
        return artefacts.opening(self._entries, seq)
