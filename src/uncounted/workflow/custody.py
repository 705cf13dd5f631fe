"""Custody of a case file: withdraw a report, list the log, check everything, take a timestamp."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs
from cryptography.x509 import Certificate

from uncounted import regular_files
from uncounted.errors import NotVerified, UsedWrongly
from uncounted.proof import rfc3161
from uncounted.proof.canonical_json import JSONObject
from uncounted.vault.case import Case
from uncounted.vault.log import timestamps, tsa_client
from uncounted.vault.log.entries import Entry
from uncounted.vault.log.signatures import SignatureState, SignedEntries
from uncounted.vault.log.timestamps import StoredTimestamp
from uncounted.vault.log.tsa_client import place
from uncounted.vault.reports.decisions import DecisionStatus
from uncounted.workflow.linkages.person_ids import carry_ids, ids_without
from uncounted.workflow.release_record import keep_suppression_key

__all__ = [
    "Certificate",
    "CustodyLog",
    "DecisionStatus",
    "EntryNumber",
    "SignatureState",
    "SignedEntries",
    "SoundnessCheck",
    "StoredTimestamp",
    "TimestampTaken",
    "check",
    "log",
    "place",
    "read_roots",
    "take_timestamp",
    "withdraw",
]


@attrs.frozen
class EntryNumber:
    """The entry of the log that a command made."""

    entry: int


def withdraw(case: Case, source: str, report_id: str) -> EntryNumber:
    """Forget one report for good: its key is destroyed, and it is not let in again."""
    keep_suppression_key(case)
    ids = ids_without(case, source, report_id)
    entry = case.withdraw(source, report_id)
    carry_ids(case, ids)
    return EntryNumber(entry.seq)


@attrs.frozen
class CustodyLog:
    """The entries of a case file, what stands of its decisions, and times that are doubtful.

    `signatures` has the state of every entry's signature, entries of one state together.
    """

    entries: Sequence[Entry]
    decisions: dict[int, DecisionStatus]
    clock_warnings: Sequence[str]
    signatures: Sequence[SignedEntries]

    @property
    def reports(self) -> int:
        """How many entries are reports."""
        return sum(entry.kind == "report" for entry in self.entries)

    def listed(self) -> list[tuple[Entry, list[DecisionStatus]]]:
        """The entries to list: not reports, and a file's decisions with the file.

        The decisions of a file are the entries just before its own.
        """
        rows: list[tuple[Entry, list[DecisionStatus]]] = []
        of_file: list[DecisionStatus] = []
        for entry in self.entries:
            if entry.kind == "decision":
                of_file.append(self.decisions[entry.seq])
            elif entry.kind == "decisions":
                rows.append((entry, of_file))
                of_file = []
            elif entry.kind != "report":
                rows.append((entry, []))
        return rows

    def signature_states(self) -> list[SignatureState]:
        """The state of each entry's signature, in order."""
        return [run.state for run in self.signatures for _ in range(run.first, run.end)]

    def to_json(self) -> JSONObject:
        """As plain values."""
        states = self.signature_states()
        rows = [{**attrs.asdict(entry), "signature": states[entry.seq]} for entry in self.entries]
        for row in rows:
            if (status := self.decisions.get(row["seq"])) is not None:
                row["state"] = status.standing
                row["older_than_report"] = status.older_than_report
        return {"entries": rows, "clock_warnings": list(self.clock_warnings)}


def log(case: Case) -> CustodyLog:
    """Who did what when, without content."""
    return CustodyLog(
        list(case.entries()), case.decision_states(), case.doubtful_times(), case.signatures()
    )


@attrs.frozen
class SoundnessCheck:
    """What was found wrong with a case file, and the timestamps of its log.

    Attributes:
        entries: of the log.
        errors: each thing that is wrong, in words.
        timestamps: those that hold.
        doubtful_times: times that only their writer claims; no damage.
        unsigned: timestamps that are not signed under the certificates that were given.
        trusted: whether certificates were given.
        interrupted: files that are kept of a linkage that was interrupted; no damage.
    """

    entries: int
    errors: Sequence[str]
    timestamps: Sequence[StoredTimestamp]
    clock_warnings: Sequence[str]
    unsigned: int
    trusted: bool
    interrupted: int = 0

    def to_json(self) -> JSONObject:
        """As plain values."""
        return {
            "entries": self.entries,
            "errors": list(self.errors),
            "timestamps": [_stamp(each) | {"file": each.file.name} for each in self.timestamps],
            "clock_warnings": list(self.clock_warnings),
            "interrupted": self.interrupted,
        }


def check(case: Case, roots: Sequence[Certificate]) -> SoundnessCheck:
    """Read and recompute everything in a case file, and verify its timestamps."""
    held: list[StoredTimestamp] = []
    unsigned = 0
    wrong, entries = case.check(), sum(1 for _ in case.entries())
    for file in timestamps.files(case.folder):
        try:
            held.append(timestamps.verify(file, roots))
        except NotVerified:
            unsigned += 1
    doubtful, interrupted = case.doubtful_times(), case.unfinished_parts
    return SoundnessCheck(entries, wrong, held, doubtful, unsigned, bool(roots), interrupted)


@attrs.frozen
class TimestampTaken:
    """A trusted timestamp on the log."""

    taken: StoredTimestamp

    def to_json(self) -> JSONObject:
        """As plain values."""
        row = _stamp(self.taken)
        return {
            "time": row["time"],
            "authority": row["authority"],
            "policy": self.taken.stamp.policy,
            "trusted": row["trusted"],
            "entries": row["entries"],
            "file": str(self.taken.file),
        }


def take_timestamp(case: Case, authority: str, roots: Sequence[Certificate]) -> TimestampTaken:
    """Have a trusted timestamp put on the log by the authority at this address."""
    return TimestampTaken(
        case.timestamp(
            lambda query: tsa_client.ask(authority, query), authority=authority, roots=roots
        )
    )


def _stamp(stored: StoredTimestamp) -> JSONObject:
    return {
        "time": stored.stamp.time.isoformat(),
        "authority": stored.stamp.authority,
        "entries": stored.size,
        "trusted": stored.stamp.trusted,
    }


def read_roots(file: Path | None) -> list[Certificate]:
    """The certificates of a PEM file; none without a file."""
    if file is None:
        return []
    if not file.is_file():
        raise UsedWrongly("no such file of certificates", hint="check --roots")
    return rfc3161.certificates(regular_files.read(file))
