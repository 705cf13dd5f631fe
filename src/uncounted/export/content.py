"""What an export holds, whatever its form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import attrs

from uncounted.proof.canonical_json import JSONObject
from uncounted.vault.case import Case
from uncounted.vault.reports.attachments import Attachment
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.decisions import Decision

FORMAT = "uncounted-export/1"
ATTACHMENTS = "attachments"
WITHDRAWN = "withdrawn reports that must not come back"
_MADE = ("linkage", "estimate", "release")
_CHANGES = ("amendment", "consent", "report")


@attrs.frozen
class ExportedReport:
    """One report on its way out: what it says, who collected it first, and its consent.

    `decided` says that the consent was noted in the case file, so that no file of the
    source may widen it, wherever the report goes.
    """

    source: str
    id: str = attrs.field(repr=False)
    collector: str | None = attrs.field(repr=False)
    consent: Consent = attrs.field(repr=False)
    decided: bool
    says: JSONObject = attrs.field(repr=False)

    def to_json(self) -> JSONObject:
        """Plain values, in an order that people read."""
        return {
            "source": self.source,
            "id": self.id,
            "collector": self.collector,
            "consent": self.consent.to_json(),
            "consent_decided": self.decided,
            "says": self.says,
        }


def outgoing(case: Case) -> Iterator[ExportedReport]:
    """Every report as it stands, whatever its consent: it goes to its own keeper."""
    any_decided = any(entry.kind == "consent" for entry in case.entries())
    for report, consent in case.every_report_with_consent():
        yield ExportedReport(
            report.source,
            report.id,
            report.collector,
            consent,
            any_decided and consent_decided(case, report.source, report.id),
            report.payload,
        )


def consent_decided(case: Case, source: str, report_id: str) -> bool:
    """Whether the consent that stands was noted in the case file, not sent by the source."""
    return any(each.entry.kind == "consent" for each in case.history(source, report_id))


def places(attachments: list[Attachment]) -> dict[str, str]:
    """Where the file of each attachment lies in an export, by its SHA-256 in clear.

    The name that the file had is kept in the list of attachments; on the disk it could be
    any name, of another system or of another file, so the hash is used.
    """
    return {each.sha256: f"{ATTACHMENTS}/{each.sha256}" for each in attachments}


def decision_json(decision: Decision) -> JSONObject:
    """A decision as an export has it, each report by its source and id."""
    one, other = decision.pair
    return {
        "one": list(one),
        "other": list(other),
        "same": decision.same,
        "note": decision.note,
    }


def left_behind(case: Case, reports: int) -> dict[str, int]:
    """What is not carried, and how much of it there is: said in every export.

    `earlier versions` are versions of reports that stand no more, `withdrawn` the tombstones
    that keep a report from coming back: keyed hashes under a key of this case file, which
    say nothing to another one. An amendment arrives as what the source sent.
    """
    kinds = Counter(entry.kind for entry in case.entries())
    versions = sum(kinds[kind] for kind in _CHANGES) - reports
    found = {
        "earlier versions of reports": versions,
        WITHDRAWN: kinds["withdrawal"],
        "amendments (they arrive as what the source sent)": kinds["amendment"],
        "decisions that stand no more": kinds["decision"] - len(case.decisions()),
        **{f"{kind}s": kinds[kind] for kind in _MADE},
        "tables of person ids (people get new ids)": kinds["person-ids"],
    }
    return {what: count for what, count in found.items() if count}
