"""Ingest of reports: every row accounted for, and all of them or none.

The vault sees a payload, not its meaning; what a row must look like was decided
before. Nothing is overwritten: a changed report is a new entry, and the earlier
version stays. Memory does not grow with the file.
"""

from __future__ import annotations

import functools
import json
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import attrs

from uncounted.errors import BadInput, UsedWrongly
from uncounted.progress import Progress, silent
from uncounted.proof.canonical_json import JSONObject, canonical
from uncounted.vault.log.bodies import ImportBody
from uncounted.vault.log.entries import Entries
from uncounted.vault.reports import identifiers
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.rejected_rows import RejectedRow, Rejects, rejects_name
from uncounted.vault.reports.replay import version_body
from uncounted.vault.reports.versions import local_changes
from uncounted.vault.store.rows import ReportRow

Outcome = Literal["created", "updated", "unchanged", "rejected"]
_EVERY = 256
_MANY_RENAMED = 3  # fewer are corrections
SLOTS = 1 << 22  # bytes; with a million reports one look-up in nine is for nothing


@attrs.frozen
class IncomingReport:
    """A report on its way in: the source's own id, what it says, what may be done with it.

    `collector` is who collected it first, where that is known apart from what it says.
    """

    id: str
    payload: JSONObject = attrs.field(repr=False)
    consent: Consent
    row: int
    collector: str | None = attrs.field(default=None, repr=False)


@attrs.frozen
class IntakeOutcome:
    """What became of the rows: `rows` = `created` + `updated` + `unchanged` + `rejected`.

    `rejects` names the sealed list of rejected rows inside the case (`Case.rejects`), `entry`
    is the number of the import. Of the updated reports, `consent_kept` have a consent that was
    noted in the case file, and what both it and the file allow holds; of `amendments_replaced`
    an amendment made there no longer stands, and `renamed` have no name that they had before. Of
    the created and the updated, no use is allowed of `without_consent`. `not_in_file` of the
    source's reports were there before and none of them is in the file, which brought new ones.
    `reasons` counts why rows were rejected, the commonest first.
    """

    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    rejects: str | None
    entry: int
    consent_kept: int = 0
    amendments_replaced: int = 0
    without_consent: int = 0
    renamed: int = 0
    not_in_file: int = 0
    reasons: Mapping[str, int] = attrs.field(factory=dict)


def ingest(
    entries: Entries,
    source: str,
    about: JSONObject,
    incoming: Iterable[IncomingReport | RejectedRow],
    *,
    keep: bool = True,
    replace_ids: bool = False,
    progress: Progress = silent,
) -> IntakeOutcome:
    """Take the rows in, in one transaction, as `Case.intake` says."""
    if not source.strip():
        raise UsedWrongly("the source has no name", hint="--source NAME")
    source = identifiers.of_source(source, entries.storage.sources())
    with entries.storage.transaction(keep=keep):
        done = _Intake(entries, source, about).run(incoming, progress)
        if not replace_ids:
            _refuse_other_people(done)
        return done


def _refuse_other_people(done: IntakeOutcome) -> None:
    """Refuse an import whose ids seem to be those of other people; the transaction is taken back.

    Raises:
        BadInput: with counts.
    """
    if done.renamed >= _MANY_RENAMED and 2 * done.renamed > done.updated:
        raise BadInput(
            f"{done.renamed:,} of the {done.updated:,} reports that this file changes have another"
            " name than before: nothing was imported",
            hint="if its ids were assigned anew, decisions, consent and withdrawals would now be"
            " attached to other people: export it with the ids it had. If they are the same"
            " people, add --replace-ids",
        )


class _Intake:
    def __init__(self, entries: Entries, source: str, about: JSONObject) -> None:
        self._entries, self._storage, self._keys = entries, entries.storage, entries.keys
        self._source, self._about = source, about
        known = entries.storage.sources().get(source)
        self._before = None if known is None else json.loads(known)
        self._number = entries.storage.set_source(source, canonical(about).decode())
        self._tombstones = entries.storage.tombstones()
        self._when = entries.time()
        self._first = self._next = entries.storage.size()
        self._consent_kept = self._replaced = self._closed = self._renamed = 0
        self._met = bytearray(self._first)
        # Whether to look a report up, by a hash of its id: no need to, in a source that is new,
        # as long as no id of the same hash came with this file.
        self._had = entries.storage.has_reports(source)
        self._perhaps = bytearray((self._had,)) * SLOTS

    def run(
        self, incoming: Iterable[IncomingReport | RejectedRow], progress: Progress
    ) -> IntakeOutcome:
        counts: Counter[Outcome] = Counter()
        rejects = Rejects()
        for item in _with_progress(incoming, progress):
            done = item.reasons if isinstance(item, RejectedRow) else self._take(item)
            if isinstance(done, tuple):
                rejects.add(item.row, done)
                counts["rejected"] += 1
            else:
                counts[done] += 1
        return self._conclude(counts, rejects)

    def _take(self, item: IncomingReport) -> Outcome | tuple[str, ...]:
        """What became of the row, or why it is refused."""
        ways = identifiers.forms(item.id)
        if not item.id.strip():
            return ("no id",)
        if self._tombstones and any(
            self._keys.tag(source, report_id) in self._tombstones
            for source in identifiers.forms(self._source)
            for report_id in ways
        ):
            return ("withdrawn",)
        earlier = self._earlier(ways)
        if earlier is not None and self._met_before(earlier):
            return ("the id stands in an earlier row",)
        return self._keep(item, ways[0] if earlier is None else earlier.id, earlier)

    def _earlier(self, ways: tuple[str, ...]) -> ReportRow | None:
        for way in ways:
            if self._perhaps[hash(way) % SLOTS]:
                row = self._storage.report_of(self._number, self._source, way)
                if row is not None:
                    return row
        self._perhaps[hash(ways[0]) % SLOTS] = 1  # the form in which it is to be kept
        return None

    def _met_before(self, earlier: ReportRow) -> bool:
        # What came with this file is one of its entries. What it left as it was is noted, one
        # byte for each entry that there was: a set of ids would grow faster than that.
        if earlier.seq >= self._first:
            return True
        met, self._met[earlier.seq] = self._met[earlier.seq], 1
        return bool(met)

    def _keep(self, item: IncomingReport, report_id: str, earlier: ReportRow | None) -> Outcome:
        payload = canonical(item.payload)
        allowed, consent = item.consent, _consent_text(item.consent)
        mark = self._keys.fingerprint(payload, consent.encode())
        if earlier is not None and earlier.print == mark:
            return "unchanged"
        if earlier is not None:
            # What people decided about consent here, no file of the source may widen; it may
            # narrow it, since people also take a consent back through the source.
            here = local_changes(self._entries, earlier)
            self._renamed += _has_other_names(here.payload, item.payload)
            self._consent_kept += here.consent is not None
            self._replaced += here.amended
            if here.consent is not None:
                allowed = here.consent.narrowed(item.consent)
                consent = _consent_text(allowed)
        # The first collector of a claim stays named when another list repeats it.
        collector = (
            item.collector or item.payload.get("collector") or self._about.get("collector")
            if earlier is None
            else earlier.collector
        )
        row = ReportRow(
            source=self._source,
            id=report_id,
            ref=secrets.token_hex(16),
            seq=self._next,
            first=self._next if earlier is None else earlier.first,
            collector=collector,
            consent=consent,
            print=mark,
        )
        self._entries.append(
            "report",
            version_body(row, None if earlier is None else earlier.seq).to_json(),
            payload,
            seq=self._next,
            when=self._when,
        )
        self._storage.set_report(row, self._number)
        self._closed += not allowed.uses
        self._next += 1
        return "created" if earlier is None else "updated"

    def _not_in_file(self, counts: Counter[Outcome]) -> int:
        if not self._had or not counts["created"] or counts["updated"] or counts["unchanged"]:
            return 0
        return self._storage.reports_of(self._source) - counts["created"]

    def _conclude(self, counts: Counter[Outcome], rejects: Rejects) -> IntakeOutcome:
        listed = rejects.to_bytes() if counts["rejected"] else None
        body = ImportBody(
            source=self._source,
            about=self._about,
            before=self._before,
            rows=counts.total(),
            created=counts["created"],
            updated=counts["updated"],
            unchanged=counts["unchanged"],
            rejected=counts["rejected"],
            reports=(self._first, self._next),
            consent_kept=self._consent_kept,
            amendments_replaced=self._replaced,
        )
        entry = self._entries.append(
            "import", body.to_json(), listed, seq=self._next, when=self._when, derived=False
        )
        return IntakeOutcome(
            rows=body.rows,
            created=body.created,
            updated=body.updated,
            unchanged=body.unchanged,
            rejected=body.rejected,
            rejects=rejects_name(entry) if listed else None,
            entry=entry.seq,
            consent_kept=body.consent_kept,
            amendments_replaced=body.amendments_replaced,
            without_consent=self._closed,
            renamed=self._renamed,
            not_in_file=self._not_in_file(counts),
            reasons=rejects.reasons(),
        )


def _has_other_names(before: JSONObject, now: JSONObject) -> bool:
    """Whether a report has names, had names, and none is what it was."""
    had, has = _names(before), _names(now)
    return bool(had and has) and had.isdisjoint(has)


def _names(payload: JSONObject) -> set[str]:
    """The names of a report, each by its letters alone."""
    written = (" ".join(map(str, name.values())) for name in payload.get("names", ()))
    return {"".join(char for char in each.casefold() if char.isalnum()) for each in written}


@functools.lru_cache(maxsize=1024)
def _consent_text(consent: Consent) -> str:
    return canonical(consent.to_json()).decode()


def _with_progress(
    incoming: Iterable[IncomingReport | RejectedRow], progress: Progress
) -> Iterator[IncomingReport | RejectedRow]:
    done = 0
    for done, item in enumerate(incoming, start=1):
        if done % _EVERY == 0:
            progress("sealing reports", done, None)
        yield item
    progress("sealing reports", done, None)
