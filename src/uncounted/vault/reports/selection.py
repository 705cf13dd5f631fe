"""Selection of reports by consent: those that may be put to a use on a day.

What is left out is counted by reason. It is listed, by source and id, only for a member who
asks, and nowhere kept: a list of who did not consent would be one more list.
"""

from __future__ import annotations

import datetime
import functools
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

import attrs

from uncounted.proof.canonical_json import JSONObject, canonical
from uncounted.vault.log.entries import Entries
from uncounted.vault.reports.consent import Consent
from uncounted.vault.store.database import Storage
from uncounted.vault.store.rows import ReportRow, Sealed


@attrs.frozen
class StoredReport:
    """A report as it now stands.

    `ref` is a random id of this version; it says nothing and may stand where a name
    may not. `collector` is who collected it first.
    """

    ref: str
    source: str
    id: str = attrs.field(repr=False)
    content: bytes = attrs.field(repr=False)  # canonical JSON, a fifth as large as its values
    collector: str | None = attrs.field(default=None, repr=False)

    @property
    def payload(self) -> JSONObject:
        """What is reported, as plain values."""
        payload: JSONObject = json.loads(self.content)
        return payload


@attrs.frozen
class Selection:
    """Reports that may be used, in the order in which they first came; how many may not, and why.

    A report counts once in `left_out_by_list`, under the first reason found.
    """

    reports: tuple[StoredReport, ...]
    left_out_by_list: dict[str, dict[str, int]]  # reasons of each source

    @property
    def left_out(self) -> dict[str, int]:
        """How many may not, by reason."""
        return left_out_of(self.left_out_by_list, self.left_out_by_list)

    def of_sources(self, sources: Iterable[str]) -> Selection:
        """Those of these sources."""
        named = set(sources)
        return Selection(
            tuple(report for report in self.reports if report.source in named),
            {name: why for name, why in self.left_out_by_list.items() if name in named},
        )


def left_out_of(by_list: Mapping[str, Mapping[str, int]], lists: Iterable[str]) -> dict[str, int]:
    """How many reports of these lists are left out, by reason."""
    total = Counter[str]()
    for name in lists:
        total.update(by_list.get(name, {}))
    return dict(sorted(total.items()))


def select(
    entries: Entries,
    uses: Iterable[str],
    on: datetime.date,
    audience: str | None = None,
) -> Selection:
    """Open the reports that may be put to all of these uses on this day, for this audience.

    The day is never before that of the newest entry: a clock that was set back does not bring
    a consent back that has ended.

    Raises:
        BadInput: a use that is not known.
    """
    refusal = _refusals(entries, uses, on, audience)
    found, left_out = [], defaultdict[str, Counter[str]](Counter)
    for row, sealed in entries.storage.reports_sealed():
        reason = refusal(row.consent)
        if reason is None:
            found.append(_opened(entries, row, sealed))
        else:
            left_out[row.source][reason] += 1
    return Selection(tuple(found), {name: dict(reasons) for name, reasons in left_out.items()})


@attrs.frozen
class LeftOut:
    """A report that may not be used, and the first reason found."""

    source: str
    report: str = attrs.field(repr=False)
    reason: str


def left_out(
    entries: Entries, uses: Iterable[str], on: datetime.date, audience: str | None = None
) -> Iterator[LeftOut]:
    """Which reports `select` leaves out, and why; none of them is opened."""
    refusal = _refusals(entries, uses, on, audience)
    for row in entries.storage.reports():
        if (reason := refusal(row.consent)) is not None:
            yield LeftOut(row.source, row.id, reason)


def _refusals(
    entries: Entries, uses: Iterable[str], on: datetime.date, audience: str | None
) -> Callable[[str], str | None]:
    """What says of a consent, as the tables have it, why it does not allow all of these uses."""
    wanted = tuple(uses)
    day = max(on, _newest_day(entries.storage) or on)

    @functools.lru_cache(maxsize=1024)
    def refusal(consent: str) -> str | None:
        given = Consent.from_json(json.loads(consent))
        return next(filter(None, (given.refusal(use, day, audience) for use in wanted)), None)

    refusal(
        canonical(Consent().to_json()).decode()
    )  # an unknown use is refused without reports too
    return refusal


def every_report(entries: Entries) -> Iterator[tuple[StoredReport, Consent]]:
    """Open every report, whatever its consent, and give with each what may be done with it."""
    for row, sealed in entries.storage.reports_sealed():
        yield _opened(entries, row, sealed), Consent.from_json(json.loads(row.consent))


def _opened(entries: Entries, row: ReportRow, sealed: Sealed) -> StoredReport:
    content = entries.payload(row.seq, sealed)
    return StoredReport(row.ref, row.source, row.id, content, row.collector)


def _newest_day(storage: Storage) -> datetime.date | None:
    # Where the machine is, as `on` is: the same clock is never a day ahead of itself.
    newest = storage.newest_time()
    return None if newest is None else datetime.datetime.fromisoformat(newest).astimezone().date()
