"""Clerical review: take decisions on pairs of reports in, and say which pairs to look at next."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import attrs

from uncounted.errors import NotEstimable
from uncounted.progress import Progress, silent
from uncounted.records.intake import decisions_csv
from uncounted.vault.case import Case
from uncounted.vault.reports.decisions import ProposedDecision
from uncounted.workflow.captures import count
from uncounted.workflow.csv_file import write_csv
from uncounted.workflow.link import decided, latest_linkage

NEXT = 50  # pairs that are weighed when no number is given


@attrs.frozen
class RejectedDecision:
    """A row of a file of decisions that was not taken in, and why."""

    row: int
    reasons: Sequence[str]


@attrs.frozen
class DecisionSummary:
    """What became of a file of decisions: `rows` = new + changed + unchanged + rejected.

    Attributes:
        reasons: rows rejected, by reason.
        without_use: rows of a report that may not be linked.
        spends_sample: the file is one of `evaluate --sample`: a linkage that was given its
            answers cannot be evaluated by them.
        taken: rows that were not rejected.
        against_linkage: of those taken, how many contradict what the latest linkage is nearly
            certain of; a column that was sorted by itself shows here or in `largest_cluster`.
        most_joined: reports of the one person to whom decisions, with these, join most.
        entry: of the log.
    """

    rows: int
    new: int
    changed: int
    unchanged: int
    rejected: int
    reasons: Mapping[str, int]
    rejects: Sequence[RejectedDecision]
    without_consent: Sequence[int]
    is_evaluation_sample: bool
    accepted: int
    contradicting_linkage: int
    largest_cluster: int
    dry_run: bool
    entry: int | None


def decide(
    case: Case,
    file: Path,
    *,
    on: dt.date,
    encoding: str | None = None,
    dry_run: bool = False,
) -> DecisionSummary:
    """Take a file of decisions in: which reports are about one person, and which are not.

    Raises:
        BadInput: the file is none of decisions, or they contradict each other or those that
            stand; nothing was kept.
    """
    read = decisions_csv.read(file, encoding=encoding)
    rows = list(read.rows)
    done = case.decide(rows, dry_run=dry_run)
    rejected = {each.row for each in done.rejects}
    accepted = [
        each for each in rows if isinstance(each, ProposedDecision) and each.row not in rejected
    ]
    return DecisionSummary(
        rows=done.rows,
        new=done.new,
        changed=done.changed,
        unchanged=done.unchanged,
        rejected=done.rejected,
        reasons=dict(Counter(why for each in done.rejects for why in each.reasons)),
        rejects=[RejectedDecision(each.row, list(each.reasons)) for each in done.rejects],
        without_consent=_without_use(case, accepted, on),
        is_evaluation_sample=read.is_sample and bool(accepted),
        accepted=len(accepted),
        contradicting_linkage=_against_linkage(case, accepted),
        largest_cluster=_most_joined(case, accepted),
        dry_run=dry_run,
        entry=done.entry,
    )


def _without_use(case: Case, accepted: Sequence[ProposedDecision], on: dt.date) -> list[int]:
    """Rows about a report whose consent does not allow linking: they hold once it does."""
    named = {key for each in accepted for key in (each.one, each.other)}
    closed = {key for key in named if not case.history(*key)[0].consent.allows("link", on)}
    return [each.row for each in accepted if each.one in closed or each.other in closed]


_NEARLY_CERTAIN = 0.01  # of being wrong, by the draws


def _against_linkage(case: Case, accepted: Sequence[ProposedDecision]) -> int:
    """How many decisions contradict what the latest linkage is nearly certain of."""
    from uncounted.linkage import Linkage
    from uncounted.linkage.result import composed

    stored = case.latest("linkage")
    if stored is None or not stored.payload or not accepted:
        return 0
    linkage = Linkage.from_bytes(stored.payload)
    at = linkage.index
    count = 0
    for each in accepted:
        one, other = at.get(composed(each.one)), at.get(composed(each.other))
        if one is not None and other is not None:
            together = float((linkage.labels[:, one] == linkage.labels[:, other]).mean())
            count += (together if each.same else 1 - together) < _NEARLY_CERTAIN
    return count


def _most_joined(case: Case, accepted: Sequence[ProposedDecision]) -> int:
    """Of how many reports decisions make one person: the most, among those of these rows."""
    import numpy as np

    from uncounted.linkage.arrays import connected

    joined = {frozenset(each.pair) for each in case.decisions() if each.same}
    joined |= {frozenset((each.one, each.other)) for each in accepted if each.same}
    at = {key: place for place, key in enumerate(sorted({key for pair in joined for key in pair}))}
    one, other = np.array([[at[key] for key in pair] for pair in joined], np.int64).reshape(-1, 2).T
    person = connected(len(at), one, other)
    touched = [person[at[each.one]] for each in accepted if each.same]
    return int(np.bincount(person)[touched].max(initial=0)) if touched else 0


@attrs.frozen
class PairToReview:
    """A pair of reports, how likely it is one person, and what deciding it would narrow."""

    source_a: str
    report_a: str
    source_b: str
    report_b: str
    probability: float
    expected_reduction: float


@attrs.frozen
class ReviewSummary:
    """Which pairs to decide next.

    Attributes:
        pairs: those that would narrow the interval of N most come first.
        narrowing: the share of the interval's width that deciding them is expected to take off.
        linkage_share: the share of the variance of log N that comes from the linkage.
        why_no_number: pairs are in the order of the number of people, since no N is estimable.
        out: the file that was written.
    """

    uncertain: int
    decided: int
    pairs: Sequence[PairToReview]
    expected_reduction: float
    linkage_variance_share: float
    not_estimable_reason: str | None
    out: str | None


def review(
    case: Case,
    *,
    most: int | None = None,
    out: Path | None = None,
    on: dt.date,
    progress: Progress = silent,
) -> ReviewSummary:
    """Which pairs of reports to look at next: those that would narrow the interval of N most.

    How N moves with the table comes from a fast approximation (`estimate.fast_log_n`), at the
    point estimate of the partition. Where that table, or one next to it, allows no number yet,
    pairs come in the order of the number of people. The pairs are written to `out` for `decide`,
    if there are any.
    """
    from uncounted.estimate.fast_log_n import log_n_moments
    from uncounted.linkage.active_review import review_order

    opened = latest_linkage(case, on)
    keys = opened.linkage.keys
    decisions = decided(case, keys)
    progress("weighing pairs", 0, None)
    elsewhere, why = 0.0, None
    try:
        elsewhere = log_n_moments(count(opened).whole.point).variance
    except NotEstimable as error:
        why = str(error)
    ordered = partial(
        review_order,
        opened.linkage.labels,
        opened.linkage.sources,
        decided=[(one, other) for one, other, _ in decisions],
        most=most or NEXT,
    )
    try:
        near = None if why else lambda table: log_n_moments(table).mean
        order = ordered(value=near, elsewhere=elsewhere)
    except NotEstimable as error:  # a table near it, of one person fewer in a cell
        why, elsewhere = str(error), 0.0
        order = ordered(value=None, elsewhere=elsewhere)
    pairs = [
        PairToReview(
            *keys[pair.left],
            *keys[pair.right],
            round(pair.probability, 4),
            round(pair.expected_reduction, 6),
        )
        for pair in order.pairs
    ]
    if pairs and out is not None:
        _write_pairs(out, pairs)
    whole = order.linkage + elsewhere
    return ReviewSummary(
        uncertain=order.uncertain,
        decided=len(decisions),
        pairs=pairs,
        expected_reduction=round(order.expected_reduction, 6),
        linkage_variance_share=round(order.linkage / whole, 4) if whole else 0.0,
        not_estimable_reason=why,
        out=str(out) if pairs and out is not None else None,
    )


def _write_pairs(out: Path, pairs: Sequence[PairToReview]) -> None:
    """As `decide` reads them, `decision` and `note` empty."""
    header = (*decisions_csv.COLUMNS, decisions_csv.NOTE, "probability", "expected_reduction")
    rows = [
        (*attrs.astuple(pair)[:4], "", "", pair.probability, pair.expected_reduction)
        for pair in pairs
    ]
    write_csv(out, header, rows)
