"""Record linkage of a case file: draw partitions of the reports, and read the latest back.

`latest_linkage` gives the stored linkage with the reports it is of; `captures` counts people.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from uncounted.errors import NotLinkable, NotLinked
from uncounted.progress import Progress, silent
from uncounted.records.custom_vocabulary import OwnWords
from uncounted.records.report import Report
from uncounted.vault.case import Case
from uncounted.workflow.csv_file import write_csv

if TYPE_CHECKING:
    from uncounted.linkage import Linkage
    from uncounted.linkage.diagnostics import CopiedList as CopiedList
    from uncounted.linkage.diagnostics import LinkageDiagnostics

DRAWS = 200


@attrs.frozen
class PeopleInterval:
    """The median number of people over the posterior draws of the linkage, and the middle 95%."""

    median: float
    interval: tuple[int, int]

    @classmethod
    def over(cls, people: Sequence[int]) -> PeopleInterval:
        """Of the number of people in each draw."""
        import numpy as np

        low, high = np.quantile(people, [0.025, 0.975], method="inverted_cdf")
        return cls(float(np.median(people)), (int(low), int(high)))


@attrs.frozen
class LinkSummary:
    """What a linkage found, and what it was made from; `diagnostics` as the case file has them."""

    reports: int
    pairs: int
    people: PeopleInterval
    draws: int
    lists: Mapping[str, int]
    decisions: int
    decisions_older: int
    seconds: float
    excluded: Mapping[str, int]
    diagnostics: LinkageDiagnostics

    @property
    def mixing(self) -> tuple[float, float, float, float] | None:
        """R-hat, what it may be, effective draws, what they should be; None: they are so."""
        from uncounted.linkage.mcmc import TARGET_ESS, TARGET_RHAT

        chains = self.diagnostics.chains
        if chains.rhat <= TARGET_RHAT and chains.ess >= TARGET_ESS:
            return None
        return chains.rhat, TARGET_RHAT, chains.ess, TARGET_ESS

    @property
    def blocking_loss(self) -> str | None:
        """Which links are lost with pairs that were not compared, in words."""
        from uncounted.linkage.blocking.recall import describe_loss

        return describe_loss(self.diagnostics.blocking)

    def to_json(self) -> dict[str, object]:
        """As plain values."""
        return {**attrs.asdict(self), "diagnostics": self.diagnostics.to_json()}


def link(
    case: Case, *, draws: int = DRAWS, seed: int = 1, on: dt.date, progress: Progress = silent
) -> LinkSummary:
    """Draw partitions of the reports whose consent allows `link` on the day `on`.

    Decisions on pairs of them hold in every draw; those on others are not looked at.
    """
    from uncounted import linkage

    chosen = case.reports("link", on)
    own = OwnWords.of_case(case.sources().values())
    reports = list(own.translated(Report.from_payload(stored.payload) for stored in chosen.reports))
    if not reports:
        raise NotLinkable(
            "no report may be linked",
            hint="import reports with consent for link: see [consent] in docs/reference/mapping.md",
        )
    keys = [(stored.source, stored.id) for stored in chosen.reports]
    decisions, older = decided(case, keys), _older_decisions(case, keys)
    result = linkage.link(reports, draws=draws, seed=seed, progress=progress, decisions=decisions)
    summary = LinkSummary(
        reports=len(result.keys),
        pairs=result.pairs,
        people=PeopleInterval.over(result.people.tolist()),
        draws=len(result.labels),
        lists=dict(sorted(Counter(result.sources).items())),
        decisions=len(decisions),
        decisions_older=older,
        seconds=result.seconds,
        excluded=dict(chosen.left_out),
        diagnostics=result.diagnostics,
    )
    noted = attrs.asdict(summary)
    body = {name: noted[name] for name in ("reports", "pairs", "people", "draws", "lists")}
    body |= {"settings": result.settings_json(), "diagnostics": result.diagnostics.to_stored()}
    case.put("linkage", body, result.to_bytes(), uses=["link"])
    return summary


def decided(case: Case, keys: Sequence[tuple[str, str]]) -> list[tuple[int, int, bool]]:
    """What people decided of pairs of these reports, each by its index in `keys`.

    A report that is not one of them links no others: a chain of decisions over one that may
    not be linked is left out.
    """
    at = {key: place for place, key in enumerate(keys)}
    return [
        (at[one], at[other], each.same)
        for each in case.decisions()
        for one, other in [each.pair]
        if one in at and other in at
    ]


def _older_decisions(case: Case, keys: Collection[tuple[str, str]]) -> int:
    """How many decisions on these reports are older than a version of one of the two."""
    known = set(keys)
    return sum(
        case.older_than_report(each) for each in case.decisions() if known.issuperset(each.pair)
    )


@attrs.frozen
class LinkedReports:
    """The latest linkage and its reports: `may[i]` says whether report i may be counted."""

    linkage: Linkage
    reports: Sequence[Report]
    may: Sequence[bool]
    left_out_by_list: Mapping[str, Mapping[str, int]]

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists that were linked, by name."""
        return tuple(sorted(set(self.linkage.sources)))

    @property
    def failed_check(self) -> str | None:
        """Which check the linkage fails that alternative linkages have to pass, in words."""
        return self.linkage.diagnostics.failed_check

    @property
    def copied(self) -> Sequence[CopiedList]:
        """Which lists share their reports with others."""
        return self.linkage.diagnostics.copied or ()

    def any_copied(self, lists: Sequence[str]) -> bool:
        """Whether one of these lists is nearly whole in another, by the reports that count."""
        from uncounted.linkage.copied_lists import SHARE, copied

        rows = zip(self.reports, self.may, strict=True)
        found = copied(each for each, may in rows if may and each.source in lists)
        return any(each.alike >= SHARE * each.of for each in found)


def latest_linkage(case: Case, on: dt.date, audience: str | None = None) -> LinkedReports:
    """The latest linkage, checked against the reports as they are now.

    `audience` is for whom something is published: reports whose consent is for another
    are not counted.

    Raises:
        NotLinked: there is none, or reports or decisions have come, changed or gone since.
    """
    from uncounted.linkage import Linkage

    stored = case.latest("linkage")
    if stored is None:
        raise NotLinked("the reports have not been linked", hint="run uncounted link first")
    result = Linkage.from_bytes(stored.payload) if stored.payload else None
    now = {(report.source, report.id): report for report in case.reports("link", on).reports}
    if result is None or stored.entry.seq < case.last_change or set(result.keys) != set(now):
        raise NotLinked(
            "the linkage is out of date (reports, consent or decisions changed)",
            hint="run uncounted link again",
        )
    countable = case.reports(("link", "statistics"), on, audience)
    may = {(report.source, report.id) for report in countable.reports}
    own = OwnWords.of_case(case.sources().values())
    return LinkedReports(
        result,
        list(own.translated(Report.from_payload(now[key].payload) for key in result.keys)),
        [key in may for key in result.keys],
        countable.left_out_by_list,
    )


@attrs.frozen
class ClustersSummary:
    """The point estimate of the partition that was written."""

    reports: int
    people: int
    people_interval: tuple[int, int]
    draws: int
    out: str


def clusters(case: Case, out: Path, *, on: dt.date) -> ClustersSummary:
    """Write which reports are about one person: `source,report,person,probability`."""
    from uncounted import linkage

    drawn = latest_linkage(case, on).linkage
    rows = linkage.people_rows(drawn)
    write_csv(
        out,
        ("source", "report", "person", "probability"),
        [(source, id_, person, f"{sure:.3f}") for source, id_, person, sure in rows],
    )
    return ClustersSummary(
        reports=len(rows),
        people=len({person for _, _, person, _ in rows}),
        people_interval=PeopleInterval.over(drawn.people.tolist()).interval,
        draws=len(drawn.labels),
        out=str(out),
    )
