"""Estimated rates in sentences and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from uncounted.estimate.base.labels import label
from uncounted.estimate.base.rounding import round_to_interval
from uncounted.rates.estimated import (
    CALIBRATED,
    EstimatedContrast,
    EstimatedCount,
    EstimatedRate,
    EstimatedRates,
)
from uncounted.rates.sentences import (
    MAX_GROUPS_IN_SENTENCE,
    MIN_ROWS_FOR_PERCENT,
    RowLabels,
    interval_words,
    named,
    outward,
    per_cent,
    percentage_points,
    points_interval,
    ratio_words,
    within,
)
from uncounted.rates.tables import TextTable
from uncounted.text_table import plural

COVERAGE = (
    "Errors of the numbers are drawn independently. That gives the widest interval only among "
    "errors that all have the same correlation of 0 or more; other correlations can make it too "
    "narrow. On rates of known size the calibrated 95% intervals covered 91% (lists) and 90% "
    "(whole populations); on differences between groups 83%, with each data collection weighted "
    "alike."
)  # docs/dev/rates.md, measured by benchmarks/study_estimated_rates.py
_EACH = 2  # groups of which each has its own note
_WHOLE = MIN_ROWS_FOR_PERCENT  # an estimated rate has no decimal, however many rows there are


def estimated_sentence(rates: EstimatedRates, labels: RowLabels) -> str:
    """The estimated rates in one paragraph, with the interval and how they were estimated."""
    shown = [rate for rate in rates.rates if rate.rate is not None]
    parts = []
    if len(rates.rates) <= MAX_GROUPS_IN_SENTENCE and shown:
        first, *others = shown
        parts.append(
            f"Of all {labels.unit}{within(first.group)} an estimated {_with_interval(first)} "
            f"{labels.says}"
            + "".join(f"; of those{within(each.group)}, {_with_interval(each)}" for each in others)
            + f" ({100 * rates.level:g}% intervals, {_kind(rates)})."
        )
        if len(rates.contrasts) == 1:
            (contrast,) = rates.contrasts
            parts.append(
                f"The difference is {percentage_points(contrast.difference, _WHOLE)} points "
                f"({points_interval(contrast.difference_interval, _WHOLE)})."
            )
    if len(rates.rates) > MAX_GROUPS_IN_SENTENCE:
        parts.append(f"Rates of {len(rates.rates)} groups were estimated; the table has them.")
    else:
        parts += [_no_rate(rates, rate, labels) for rate in rates.rates if rate.rate is None]
    if shown:
        parts.append(
            f"The numbers of {labels.unit} with each outcome were estimated from "
            f"{len(rates.lists)} lists (multiple systems estimation)."
        )
    return " ".join(parts)


def estimated_target(labels: RowLabels) -> str:
    """Of what an estimated rate is a rate, and of what it is not."""
    return (
        f"It is a rate among {labels.unit} that could come onto one of the lists. It says nothing "
        "of those that no list can record, such as people who died unreported; if only those who "
        "came through in the end can report, it is a rate among them."
    )


def why_they_differ(rates: EstimatedRates, labels: RowLabels) -> str:
    """What share of those with and without the outcome is documented, by the estimate."""
    found = [rate for rate in rates.rates if rate.rate is not None]
    if not found or len(found) > MAX_GROUPS_IN_SENTENCE:
        return ""
    clauses: list[str] = []
    for rate in found:
        having, others = rate.with_outcome.documented_share, rate.without_outcome.documented_share
        if having is None or others is None:
            continue
        one, two = per_cent(having, _WHOLE), per_cent(others, _WHOLE)
        which = f"{one} of those that {labels.says} and {two} of the others are on a list"
        group = f" ({rate.group})" if rate.group else ""
        clauses.append(f"{f'{one} and {two}' if clauses else which}{group}")
    text = (
        f"By the estimate, {'; '.join(clauses)}. Where these differ, the documented share is not "
        "the rate."
    )
    if len(rates.contrasts) == 1 and rates.contrasts[0].difference_same_errors is not None:
        limits = points_interval(rates.contrasts[0].difference_same_errors, _WHOLE)
        text += (
            " If the estimates of each outcome err by the same factor in both groups, the "
            f"difference is {limits} points."
        )
    return text


def estimated_notes(rates: EstimatedRates, labels: RowLabels) -> Iterator[str]:
    """What must be minded of estimated rates, most important first."""
    refused = [rate for rate in rates.rates if rate.rate is None]
    if len(refused) <= _EACH:
        yield from (_no_rate(rates, rate, labels) for rate in refused)
    else:
        names = ", ".join(named(rate.group) for rate in refused)
        yield f"No rate is estimated in {len(refused)} groups ({names}); why: --verbose."
    if rates.not_calibrated is not None and len(refused) < len(rates.rates):
        yield f"The intervals are not calibrated: {rates.not_calibrated}."
    first = list(read_first_notes(rates, labels))
    if len(first) <= _EACH:
        yield from first
    else:
        yield (
            f"{len(first)} statements about the estimated numbers are to be read before them: "
            "--verbose."
        )
    yield from _unknown_notes(rates, labels)
    numbers = [count for _, _, count in _counts(rates, labels) if count.point is not None]
    codes = Counter(code for each in numbers for code in {told.code for told in each.warnings})
    if codes:
        listed = ", ".join(f"{code} ({n} of {len(numbers)} numbers)" for code, n in codes.items())
        yield f"Of the estimates: {listed}. Figures: --verbose; meaning: uncounted explain CODE."
    if rates.on_no_list:
        people = plural(rates.on_no_list, f"of the {labels.unit} is", f"of the {labels.unit} are")
        yield f"{people} on none of these lists and in no count."
    yield estimated_target(labels)


def read_first_notes(rates: EstimatedRates, labels: RowLabels) -> Iterator[str]:
    """What contradicts an estimated number, with its group and outcome."""
    for rate in rates.rates:
        place = within(rate.group)
        for which, count in (
            (f"{labels.unit}{place} that {labels.says}", rate.with_outcome),
            (f"the other {labels.unit}{place}", rate.without_outcome),
        ):
            if count.point is not None:
                yield from (f"Of {which}: {sentence}" for sentence in count.read_first)


def _counts(rates: EstimatedRates, labels: RowLabels) -> Iterator[tuple[str, str, EstimatedCount]]:
    """Each number with its group and outcome in words."""
    for rate in rates.rates:
        yield named(rate.group), labels.says, rate.with_outcome
        yield named(rate.group), "the others", rate.without_outcome


def estimate_warnings_table(rates: EstimatedRates, labels: RowLabels) -> TextTable | None:
    """The warnings of each number that has to be reported with them; None without any."""
    rows = tuple(
        (group, which, f"{told.code}: {told.text}")
        for group, which, count in _counts(rates, labels)
        for told in count.warnings
        if count.point is not None
    )
    return TextTable("Warnings of the estimates", ("", "", "warning"), rows) if rows else None


def reporting_ratio_table(rates: EstimatedRates, labels: RowLabels) -> TextTable | None:
    """How many times as likely those with the outcome are documented; None without rates."""
    rows = []
    for rate in rates.rates:
        if rate.reporting_ratio is not None and rate.reporting_ratio_interval is not None:
            low, high = (ratio_words(limit) for limit in rate.reporting_ratio_interval)
            rows.append((named(rate.group), ratio_words(rate.reporting_ratio), f"{low} to {high}"))
    caption = (
        f"How many times as likely those that {labels.says} are documented as the others (rho)"
    )
    header = ("", "estimated", f"{100 * rates.level:g}%")
    return TextTable(caption, header, tuple(rows)) if rows else None


def _unknown_notes(rates: EstimatedRates, labels: RowLabels) -> Iterator[str]:
    unknown = [rate for rate in rates.rates if rate.unknown]
    if len(unknown) > _EACH:
        people = sum(rate.unknown for rate in unknown)
        yield (
            f"The outcome of {people:,} of the documented {labels.unit} is not known. The rates if "
            "none or all of them had it: --verbose."
        )
        return
    for rate in unknown:
        which = f"{rate.unknown:,} of the documented {labels.unit}{within(rate.group)}"
        text = f"The outcome of {which} is not known."
        if rate.unknown_as is not None:
            none, every = (per_cent(each, _WHOLE) for each in rate.unknown_as)
            text += f" The estimate is {none} if none of them had it, {every} if all had."
        yield text


def unknown_outcomes_table(rates: EstimatedRates) -> TextTable | None:
    """The rates if none, and if all, of unknown outcome had it; None where all are known."""
    rows = [
        (
            named(rate.group),
            f"{rate.unknown:,}",
            *(rate_cells(rate)[:1]),
            *(per_cent(each, _WHOLE) for each in rate.unknown_as or ()),
        )
        for rate in rates.rates
        if rate.unknown
    ]
    if not rows:
        return None
    padded = tuple((*row, *[""] * (5 - len(row))) for row in rows)
    header = ("", "unknown", "estimated", "none had it", "all had it")
    return TextTable("Estimated rates and unknown outcomes", header, padded)


def long_notes(rates: EstimatedRates, labels: RowLabels) -> Iterator[str]:
    """What is too much for the notes: what contradicts numbers, and why groups have no rate."""
    first = list(read_first_notes(rates, labels))
    if len(first) > _EACH:
        yield from first
    refused = [rate for rate in rates.rates if rate.rate is None]
    if len(refused) > _EACH:
        yield from (_no_rate(rates, rate, labels) for rate in refused)


def _no_rate(rates: EstimatedRates, rate: EstimatedRate, labels: RowLabels) -> str:
    having, others = f"those that {labels.says}", f"the other {labels.unit}"
    which = having if rate.with_outcome.reason else others
    if rate.with_outcome.reason and rate.without_outcome.reason:
        which = "either outcome"
    text = (
        f"No rate is estimated{within(rate.group)}: there is no estimate of {which} "
        f"({rate.reason})."
    )
    known, of = (
        (rate.without_outcome, others) if rate.with_outcome.reason else (rate.with_outcome, having)
    )
    if known.point is not None and known.limit is None:
        return f"{text} There is no bound: a lower bound is above an estimate of {of}."
    if known.point is None or not (words := bound_words(rate)):
        return text
    most = round_to_interval(known.point, known.interval, known.documented).high
    return f"{text} The rate is {words}, if {of} are at most {most:,} ({100 * rates.level:g}%)."


def bound_words(rate: EstimatedRate) -> str:
    """What bounds a rate without an estimate, if the other number is right; empty if nothing."""
    low, high = rate.bounds
    low, high = outward((low, high), _WHOLE)
    if low > 0:
        return f"at least {per_cent(low, _WHOLE)}"
    return f"at most {per_cent(high, _WHOLE)}" if high < 1 else ""


def _with_interval(rate: EstimatedRate) -> str:
    assert rate.rate is not None
    return f"{per_cent(rate.rate, _WHOLE)} ({interval_words(rate.interval, _WHOLE)})"


def _kind(rates: EstimatedRates) -> str:
    if rates.method == CALIBRATED:
        return f"calibrated on {rates.tests} lists of known size"
    return f"not calibrated, of the method {label(rates.method)}"


def rate_cells(rate: EstimatedRate) -> tuple[str, str]:
    """The rate and its interval, or what bounds it."""
    if rate.rate is None or rate.interval is None:
        return "no estimate", bound_words(rate)  # the bound is of the other number's limit
    return per_cent(rate.rate, _WHOLE), interval_words(rate.interval, _WHOLE, "–").replace(
        " – ", "–"
    )


def difference_cells(contrast: EstimatedContrast) -> tuple[str, str]:
    """The difference in points and its interval."""
    return (
        f"{percentage_points(contrast.difference, _WHOLE)} points",
        points_interval(contrast.difference_interval, _WHOLE),
    )


def ratio_cells(contrast: EstimatedContrast) -> tuple[str, str]:
    """The ratio and its interval."""
    low, high = contrast.ratio_interval
    return ratio_words(contrast.ratio), f"{ratio_words(low)} to {ratio_words(high)}"


def estimated_table(rates: EstimatedRates, labels: RowLabels) -> TextTable:
    """Documented and estimated number of each group and outcome."""
    rows = [
        (group, which, f"{count.documented:,}", *_count_cells(count))
        for group, which, count in _counts(rates, labels)
    ]
    return TextTable(
        f"All {labels.unit} by outcome, estimated from {', '.join(rates.lists)} ({_kind(rates)})",
        ("", "", "documented", "estimated", f"{100 * rates.level:g}%", "documented share"),
        tuple(rows),
    )


def _count_cells(count: EstimatedCount) -> tuple[str, str, str]:
    if count.point is None or count.documented_share is None:
        return "no estimate", "", ""
    shown = round_to_interval(count.point, count.interval, count.documented)
    return f"{shown.point:,}", shown.span, per_cent(count.documented_share, _WHOLE)


def estimated_contrasts_table(rates: EstimatedRates) -> TextTable | None:
    """Difference and ratio of each group against the reference group; None without any."""
    if not rates.contrasts:
        return None
    rows = [
        (contrast.group, *difference_cells(contrast), _same(contrast), *ratio_cells(contrast))
        for contrast in rates.contrasts
    ]
    level = f"{100 * rates.level:g}%"
    first = f"against {named(rates.rates[0].group)}"
    header = (first, "difference", level, "same errors", "ratio", level)
    return TextTable("Estimated rates, one against another", header, tuple(rows))


def _same(contrast: EstimatedContrast) -> str:
    found = contrast.difference_same_errors
    return "" if found is None else points_interval(found, _WHOLE)
