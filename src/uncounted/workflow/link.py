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

from uncounted._cluster.dask import on_cluster
from uncounted.errors import NotConverged, NotLinkable, NotLinked, UsedWrongly, unknown
from uncounted.progress import Progress, silent
from uncounted.records.custom_vocabulary import OwnWords
from uncounted.records.report import Report, forget_shared
from uncounted.vault.case import Artefact, Case
from uncounted.vault.reports.selection import Selection
from uncounted.workflow.csv_file import write_csv
from uncounted.workflow.linkages import progress as link_progress
from uncounted.workflow.linkages.person_ids import ids_kept, keep_ids
from uncounted.workflow.linkages.progress import LinkProgress

if TYPE_CHECKING:
    from uncounted.linkage import Linkage
    from uncounted.linkage.diagnostics import CopiedList as CopiedList
    from uncounted.linkage.diagnostics import LinkageDiagnostics
    from uncounted.linkage.encoding.source_names import ListNames
    from uncounted.linkage.person_ids import LinkageChanges

DRAWS, LEAST_DRAWS = 200, 50
_MOST_LABELS = 4_000_000  # of 200 draws of 20,000 reports: of more there are fewer draws
_USES = ("link", "statistics")


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
    """What a linkage found, and what it was made from; `diagnostics` as the case file has them.

    `continued` has the stages that an interrupted linkage had done, in words; `not_kept` why some
    could not be used or kept.
    """

    reports: int
    pairs: int
    people: PeopleInterval
    draws: int
    lists: Mapping[str, int]
    uncertain: int
    decisions: int
    decisions_older: int
    seconds: float
    excluded: Mapping[str, int]
    diagnostics: LinkageDiagnostics
    names: Mapping[str, ListNames] = attrs.field(factory=dict)
    changes: LinkageChanges | None = None
    continued: str | None = None
    not_kept: str | None = None

    @property
    def other_names(self) -> str | None:
        """How names are read, in words; None: all as Korean, and no mapping states it."""
        found: dict[ListNames, list[str]] = {}
        for name, each in self.names.items():
            found.setdefault(each, []).append(name)
        if all(each.languages == ("Korean",) and not each.stated for each in found):
            return None
        return " · ".join(
            f"{' or '.join(each.languages) or 'no known language'}"
            f"{' (stated)' if each.stated else ''} in {_and(each.scripts)}"
            f"{', family name first' if each.family_first else ''}: {', '.join(lists)}"
            for each, lists in found.items()
        )

    @property
    def mixing(self) -> tuple[float, float, float, float] | None:
        """R-hat, what it may be, effective draws, what they should be; None: they are so."""
        from uncounted.linkage.mcmc import usual_run

        chains, aim = self.diagnostics.chains, usual_run(self.reports, self.draws)
        if chains.rhat <= aim.target and chains.ess >= aim.ess:
            return None
        return chains.rhat, aim.target, chains.ess, aim.ess

    @property
    def blocking_loss(self) -> str | None:
        """Which links are lost with pairs that were not compared, in words."""
        from uncounted.linkage.blocking.recall import describe_loss

        return describe_loss(self.diagnostics.blocking)

    @property
    def unfound(self) -> str | None:
        """Which matches are likely not found although all pairs were compared, in words."""
        from uncounted.linkage.blocking.recall import describe_unfound

        return describe_unfound(self.diagnostics.blocking)

    @property
    def by_chance(self) -> str | None:
        """How many links names that agree by chance explain, in words; None: few, or too many.

        Of too many a failed check says it.
        """
        from uncounted.linkage import chance_agreement

        share = self.diagnostics.fit.share_links_by_chance
        if share is not None and share > chance_agreement.MOST:
            return None
        return chance_agreement.describe(share)

    def to_json(self) -> dict[str, object]:
        """As plain values."""
        return {**attrs.asdict(self), "diagnostics": self.diagnostics.to_json()}


def _and(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


@attrs.frozen
class Audience:
    """For whom people are counted, and on which lists: which reports that allows.

    Attributes:
        name: the audience of a release; None where nothing leaves the case file.
        lists: the lists to link and count; none named: all.
    """

    name: str | None = None
    lists: Sequence[str] = ()

    def reports(self, case: Case, on: dt.date) -> Selection:
        """The reports that may be linked and counted for this audience on this day.

        A linkage is made of exactly these, so that no other report shapes what is counted.

        Raises:
            UsedWrongly: a list that the case file does not have.
        """
        chosen = case.reports(("link", "statistics"), on, self.name)
        known = sorted(case.sources())
        if missing := [name for name in self.lists if name not in known]:
            raise UsedWrongly(unknown("list", missing[0], known), hint=f"lists: {', '.join(known)}")
        return chosen.of_sources(self.lists or known)

    @property
    def command(self) -> str:
        """The command that links these reports."""
        options = f' --audience "{self.name}"' if self.name else ""
        options += f' --lists "{",".join(self.lists)}"' if self.lists else ""
        return f"uncounted link{options}"


INTERNAL = Audience()


def link(
    case: Case,
    audience: Audience = INTERNAL,
    *,
    draws: int | None = None,
    seed: int = 1,
    on: dt.date,
    dask: str | None = None,
    progress: Progress = silent,
) -> LinkSummary:
    """Draw partitions of the reports that may be linked and counted on the day `on`.

    The stages are tasks of the Dask scheduler at the address `dask`; None: of this computer.

    Unless `draws` says how many, there are 200, and of more than 20,000 reports fewer, 50 at the
    least: where links are many, draws differ little in how many people there are.
    Decisions on pairs of them hold in every draw; those on others are not looked at.
    Of many reports each stage is kept until the linkage is stored, and one that was interrupted
    goes on from there (`link_progress`).
    """
    from uncounted import linkage
    from uncounted.linkage.active_review import uncertain_pairs
    from uncounted.linkage.encoding.source_names import of_lists

    chosen = audience.reports(case, on)
    own = OwnWords.of_case(case.sources().values())
    reports = list(own.translated(Report.from_payload(stored.payload) for stored in chosen.reports))
    if not reports:
        raise NotLinkable(
            "no report may be linked and counted",
            hint="import reports with consent for link and statistics: see [consent] in"
            " docs/reference/mapping.md",
        )
    excluded = dict(chosen.left_out)
    content = link_progress.hash_of(chosen.reports)
    del chosen  # of a million reports two gigabytes
    forget_shared()
    keys = [(report.source, report.id) for report in reports]
    decisions, older = decided(case, keys), _older_decisions(case, keys)
    languages = _stated(case, {source for source, _ in keys})
    names = of_lists(reports, languages)
    draws = draws or usual_draws(len(reports))
    how = str(seed), draws, [list(each) for each in decisions], languages, case.sources()
    kept = LinkProgress(case, content, *how)
    each = iter(reports)
    del reports, keys  # of a million, half a gigabyte
    try:
        with on_cluster(dask):
            result = linkage.link(
                each,
                draws=draws,
                seed=seed,
                progress=progress,
                decisions=decisions,
                languages=languages,
                checkpoints=kept,
            )
    except (NotLinkable, NotConverged):  # it would end like this again
        case.forget_unfinished()
        raise
    summary = LinkSummary(
        reports=len(result.keys),
        pairs=result.pairs,
        people=PeopleInterval.over(result.people.tolist()),
        draws=len(result.labels),
        lists=dict(sorted(Counter(result.sources).items())),
        uncertain=uncertain_pairs(result.labels),
        decisions=len(decisions),
        decisions_older=older,
        seconds=result.seconds,
        excluded=excluded,
        diagnostics=result.diagnostics,
        names=names,
        continued=link_progress.in_words(kept.continued),
        not_kept=kept.note,
    )
    noted = attrs.asdict(summary)
    body = {name: noted[name] for name in ("reports", "pairs", "people", "draws", "lists")}
    body |= {"settings": result.settings_json(), "diagnostics": result.diagnostics.to_stored()}
    body |= {"languages": languages} if languages else {}
    entry = case.put("linkage", body, result.to_bytes(), uses=_USES)
    case.forget_unfinished()
    if audience != INTERNAL or summary.diagnostics.failed_check:  # people keep the ids they have
        return summary
    return attrs.evolve(summary, changes=keep_ids(case, entry.seq, result)[1])


def usual_draws(reports: int) -> int:
    """How many draws are kept of so many reports.

    Examples:
        >>> [usual_draws(reports) for reports in (500, 20_000, 50_000, 1_000_000)]
        [200, 200, 80, 50]
    """
    return min(DRAWS, max(LEAST_DRAWS, _MOST_LABELS // max(reports, 1)))


def _stated(case: Case, lists: Collection[str]) -> dict[str, list[str]]:
    """The languages of names that the mappings of these lists state."""
    from uncounted.linkage.encoding.source_names import stated_languages

    return {
        name: codes for name, codes in stated_languages(case.sources()).items() if name in lists
    }


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
    """A linkage, and the reports it is of: exactly those that may be counted."""

    linkage: Linkage
    reports: Sequence[Report]
    left_out_by_list: Mapping[str, Mapping[str, int]]
    entry: int = -1
    languages: Mapping[str, Sequence[str]] = attrs.field(factory=dict)  # stated, of names

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists that were linked, by name."""
        return tuple(sorted(set(self.linkage.sources)))

    @property
    def failed_check(self) -> str | None:
        """Which check the linkage fails that alternative linkages have to pass, in words."""
        return self.linkage.diagnostics.failed_check

    def refuse_failed(self) -> None:
        """Refuse to count people in a linkage that fails a check.

        Raises:
            NotLinked: it does.
        """
        if self.failed_check:
            raise NotLinked(
                f"the linkage fails a check, so nothing is counted: {self.failed_check}",
                hint="decide uncertain pairs (uncounted review) or import more fields, then run"
                " uncounted link again",
            )

    @property
    def copied(self) -> Sequence[CopiedList]:
        """Which lists share their reports with others."""
        return self.linkage.diagnostics.copied or ()

    def any_copied(self, lists: Sequence[str]) -> bool:
        """Whether one of these lists is nearly whole in another."""
        from uncounted.linkage.copied_lists import SHARE, copied

        found = copied(each for each in self.reports if each.source in lists)
        return any(each.alike >= SHARE * each.of for each in found)


def latest_linkage(case: Case, on: dt.date, audience: Audience = INTERNAL) -> LinkedReports:
    """The latest linkage of exactly the reports that may be counted for this audience.

    Raises:
        NotLinked: there is none, or reports or decisions have come, changed or gone since.
    """
    chosen = audience.reports(case, on)
    now = {(stored.source, stored.id): stored for stored in chosen.reports}
    languages = _stated(case, {source for source, _ in now})
    found, newest, restated = None, None, False
    for stored in case.artefacts("linkage"):
        newest = newest or stored
        if stored.entry.seq < case.last_change:
            break
        found = _linkage_of(stored, now)
        if found is not None and stored.body.get("languages", {}) == languages:
            break
        restated, found = restated or found is not None, None
    if newest is None:
        raise NotLinked("the reports have not been linked", hint=f"run {audience.command} first")
    if found is None and newest.entry.seq < case.last_change:
        raise NotLinked(
            "the linkage is out of date (reports, consent or decisions changed)",
            hint=f"run {audience.command} again",
        )
    if restated and found is None:
        raise NotLinked(
            "the linkage is out of date (the languages of names that mappings state changed)",
            hint=f"run {audience.command} again",
        )
    if found is None:
        whom = " for this audience and these lists" if audience != INTERNAL else ""
        raise NotLinked(
            f"no linkage is of exactly the reports that may be counted{whom}"
            " (a consent ended, or others were linked)",
            hint=f"run {audience.command}",
        )
    own = OwnWords.of_case(case.sources().values())
    payloads = (Report.from_payload(now[key].payload) for key in found.keys)
    reports = list(own.translated(payloads))
    return LinkedReports(found, reports, chosen.left_out_by_list, stored.entry.seq, languages)


def _linkage_of(stored: Artefact, reports: Collection[tuple[str, str]]) -> Linkage | None:
    """The stored linkage, if it is of exactly these reports."""
    from uncounted.linkage import Linkage

    if not stored.payload or stored.body.get("reports", len(reports)) != len(reports):
        return None
    linkage = Linkage.from_bytes(stored.payload)
    return linkage if set(linkage.keys) == set(reports) else None


@attrs.frozen
class ClustersSummary:
    """The point estimate of the partition that was written."""

    reports: int
    people: int
    people_interval: tuple[int, int]
    draws: int
    out: str
    retired: Mapping[str, str]


def clusters(case: Case, out: Path, *, on: dt.date) -> ClustersSummary:
    """Write which reports are about one person: `source,report,person,probability,previous`.

    `previous` is the report's person in the linkage before, if it was linked there.
    """
    from uncounted import linkage

    latest = latest_linkage(case, on)
    drawn = latest.linkage
    kept = list(ids_kept(case))
    ids = next((each for each in kept if each.linkage == latest.entry), None)
    if ids is None:
        ids = keep_ids(case, latest.entry, drawn)[0]
    before = next((each.of for each in kept if each.linkage < latest.entry), {})
    person = ids.of
    rows = [
        (source, id_, person[source, id_], f"{sure:.3f}", before.get((source, id_), ""))
        for source, id_, _, sure in linkage.people_rows(drawn)
    ]
    write_csv(out, ("source", "report", "person", "probability", "previous"), rows)
    return ClustersSummary(
        reports=len(rows),
        people=len(ids.people),
        people_interval=PeopleInterval.over(drawn.people.tolist()).interval,
        draws=len(drawn.labels),
        out=str(out),
        retired=ids.retired,
    )
