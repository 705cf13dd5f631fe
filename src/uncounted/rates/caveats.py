"""Caveats of a rate, as sentences, most important first."""

from __future__ import annotations

import math
from collections.abc import Iterator

from uncounted.rates.clusters import MIN_CLUSTERS
from uncounted.rates.result import Contrast, Rate, Rates
from uncounted.rates.sentences import (
    MIN_ROWS_FOR_PERCENT,
    RowLabels,
    named,
    per_cent,
    percentage_points,
    points_interval,
)

SMALL_COUNT = 5  # counts under it can lead back to people
_LARGE = 0.2  # share of a group's rows from one cluster that is worth a word


def target(labels: RowLabels) -> str:
    """Of what it is a rate, and of what it is not."""
    return (
        f"It is a rate among {labels.unit} that were reported to us and whose outcome is known, "
        f"not among all {labels.unit}. If only those who came through in the end can report, each "
        "of them brings one that went well: it is then a rate among those who came through, not "
        "among all who tried, and more reports do not change that. Count their earlier "
        f"{labels.unit} only, or {labels.unit} reported about others."
    )


def settles(contrast: Contrast, labels: RowLabels) -> str:
    """How much must have been reported for the data alone to show a difference.

    First with chance, for a difference that chance could make is not shown; then of these
    attempts alone, as they happened, of which the reported ones are that share.
    """
    found, beyond = contrast.bounds, contrast.settles_beyond_chance
    if found is None or found.low == found.high == 0:
        return ""
    if contrast.settles is None:
        return (
            "With so many outcomes unknown the data alone do not show a difference, even if "
            "everything was reported."
        )
    aside = _at_least(contrast.settles)
    if beyond is None:
        return (
            "Without any assumption on what was not reported, the data do not show a difference "
            "beyond chance, even if everything was reported. Chance aside, one among the "
            f"{labels.unit} as they happened is certain only if at least {aside} of all was "
            "reported to us, in both groups."
        )
    return (
        "Without any assumption on what was not reported, the data show a difference beyond "
        f"chance only if at least {_at_least(beyond)} of all was reported to us, in both groups; "
        f"chance aside, one among the {labels.unit} as they happened is certain from {aside} on."
    )


def _at_least(share: float) -> str:
    """Rounded up, for it is a least."""
    return per_cent(math.ceil(100 * share - 1e-9) / 100, MIN_ROWS_FOR_PERCENT)


def columns_words(rates: Rates, labels: RowLabels) -> str:
    """What the last two columns of the table of contrasts say."""
    reference = named(rates.rates[0].group)
    return (
        f'"Gone at": how many times more or less likely those that {labels.says} must have been '
        f"to reach us, against {reference} and relative to the other {labels.unit}, for the whole "
        'difference to be gone. "By chance at": for it to come within what chance could make; 1 '
        "where it is already. Where a count is 0, nothing makes it go altogether."
    )


def notes(
    rates: Rates, labels: RowLabels, *, public: bool = False, persons: bool = False
) -> tuple[str, ...]:
    """Everything that must be minded; of clusters and lost rows no count if public.

    `persons`: rows are persons, of which none gave several.
    """
    found = [*(() if persons else _clusters(rates, public)), *_few(rates)]
    found += _sources(rates, public)
    found += [*_rows(rates, public), *_coding(rates), *_many(rates, labels)]
    return tuple(dict.fromkeys(found))


def _label(rate: Rate) -> str:
    return named(rate.group) or "the table"


def _clusters(rates: Rates, public: bool) -> Iterator[str]:
    if not rates.table.clustered:
        yield (
            "Each row counts as independent. If one person, interview or incident gave several, "
            "name that column with --cluster: without it the intervals are too narrow."
        )
        return
    for rate in rates.rates:
        if rate.clustered is None:
            continue
        found = rate.clustered.effective
        if found is None:
            yield f"All rows of {_label(rate)} come from one cluster: that is one voice."
            continue
        if found.clusters < MIN_CLUSTERS:
            few = "few" if public else f"{found.clusters}"
            yield (
                f"The rows of {_label(rate)} come from {few} clusters. Under {MIN_CLUSTERS} the "
                "interval is not to be trusted, and no clusters are drawn again."
            )
        if not public and found.largest > 1 and found.largest >= _LARGE * rate.tally.n:
            yield (
                f"One cluster gives {found.largest:,} of the {rate.tally.n:,} rows of "
                f"{_label(rate)}."
            )
        if found.assumed and found.largest > 1:
            yield (
                f"All rows of {_label(rate)} have the same outcome, so how alike rows of a "
                "cluster are cannot be seen; they were taken as wholly alike."
            )


def _few(rates: Rates) -> Iterator[str]:
    for rate in rates.rates:
        if rate.tally.n == 0:
            yield f"No outcome is known for {_label(rate)}."
        elif rate.tally.n < MIN_ROWS_FOR_PERCENT:
            yield (
                f"{_label(rate)} has fewer than {MIN_ROWS_FOR_PERCENT} rows with a known outcome: "
                "report counts, not percentages."
            )


def _sources(rates: Rates, public: bool) -> Iterator[str]:
    if not public and any(row.n and row.interval is None for row in rates.sources):
        yield (
            "Some source has all its rows of a group from one cluster: that is one voice, and no "
            "interval is made from it."
        )
    for contrast in rates.contrasts:
        found = contrast.standardised
        if found is None:
            continue
        pair = f"{named(contrast.group)} and {named(contrast.reference)}"
        if not found.sources:
            yield (
                f"No source has known outcomes in both {pair}: the contrast may be one of "
                "sources and not of what happened."
            )
        elif found.left_out and not public:
            yield (
                f"{found.left_out:,} rows come from sources that have only one of {pair}: they "
                "were left out where both are given the same mix."
            )


def _rows(rates: Rates, public: bool) -> Iterator[str]:
    lost = rates.table.ungrouped
    if lost:
        many = "Some rows are" if public else "1 row is" if lost == 1 else f"{lost:,} rows are"
        yield f"{many} in no group and in no count."
    if rates.table.others > 1 and not public:
        yield (
            f"{rates.table.others:,} different values were taken to say that the outcome did not "
            "happen. If one of them says that it is not known, name it with --unknown-is."
        )


def _coding(rates: Rates) -> Iterator[str]:
    if any(rate.corrected is not None and rate.corrected.outside for rate in rates.rates):
        yield (
            "The stated sensitivity and specificity do not fit the data: wrong codings alone "
            "would give another rate than the one that was reported."
        )


def _many(rates: Rates, labels: RowLabels) -> Iterator[str]:
    if len(rates.contrasts) > 2:
        yield (
            f"There are {len(rates.contrasts)} contrasts: by chance alone some would stand out, "
            f"even if all {labels.unit} ended alike. Do not pick the largest."
        )


def clustered_words(contrast: Contrast, n: int) -> str:
    """What drawing whole clusters again says of a difference, or why that was not done."""
    parts = []
    if contrast.bootstrap is not None:
        limits = points_interval(contrast.bootstrap, n, " and ")
        parts.append(f"Drawing whole clusters again leaves the difference between {limits} points.")
    elif contrast.bootstrap_reason is not None:
        parts.append(f"Clusters were not drawn again: {contrast.bootstrap_reason}.")
    if contrast.leaving_cluster is not None:
        limits = points_interval(contrast.leaving_cluster, n, " and ")
        parts.append(f"Without any one cluster it is between {limits}.")
    return " ".join(parts)


def standardised_words(contrast: Contrast, n: int, *, public: bool = False) -> str:
    """The difference with one mix of sources, beside the difference as reported.

    Of fewer than 20 rows the interval alone; if public, not why there is none.
    """
    found = contrast.standardised
    if found is None or found.difference is None or found.as_reported is None:
        return ""
    many = len(found.sources)
    over = "the one source that has" if many == 1 else f"the {many} sources that have"
    limits = "no interval" if public else f"no interval, for {found.reason}"
    if found.interval is not None:
        limits = points_interval(found.interval, n)
    if n < MIN_ROWS_FOR_PERCENT:
        return (
            f"Over {over} both, the difference when both groups have the same mix, in points: "
            f"{limits}."
        )
    crude, standardised = (
        percentage_points(each, n) for each in (found.as_reported, found.difference)
    )
    return (
        f"Over {over} both, the difference is {crude} points as reported "
        f"and {standardised} ({limits}) when both groups have the same mix."
    )
