"""Tables of rates, as rows of words with a caption, for the terminal and the page.

Percentages are given with their counts, in the same table or the one before; for fewer than 20
rows a table holds intervals but no point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs

from uncounted.estimate.base.rows import Interval
from uncounted.rates.reporting_bias import AtReportingRatio, TippingPoint
from uncounted.rates.result import Contrast, Measure, Rate, Rates
from uncounted.rates.sentences import (
    MIN_ROWS_FOR_PERCENT,
    RowLabels,
    counts_with_percent,
    factor_words,
    interval_words,
    named,
    per_cent,
    percentage_points,
    points_interval,
    ratio_words,
)
from uncounted.rates.source_mix import SourceRate, WithoutSource

type Rows = tuple[tuple[str, ...], ...]
RHO_WORDS = {
    0.25: "1/4 as likely",
    0.5: "1/2 as likely",
    1.0: "as likely",
    2.0: "2 times as likely",
    4.0: "4 times as likely",
}


@attrs.frozen
class TextTable:
    """A header and rows of words, all of one length; all but the first are numbers."""

    caption: str
    header: tuple[str, ...]
    rows: Rows


def name(group: str) -> str:
    """A group as a row's name."""
    return group or "all"


def _rate(share: float, n: int) -> str:
    """A rate as a percentage; empty for fewer than 20 rows."""
    return per_cent(share, n) if n >= MIN_ROWS_FOR_PERCENT else ""


def _points(difference: float, n: int) -> str:
    """A difference in points; nothing for fewer than 20 rows."""
    return percentage_points(difference, n) if n >= MIN_ROWS_FOR_PERCENT else ""


def rates_table(rates: Rates) -> TextTable:
    """Counts, then the share, then what chance alone would leave."""
    caption = "If the reports were a random sample, which they are not"
    if rates.table.clustered:
        caption += "; clustered rows have a smaller effective sample size"
    level = f"{100 * rates.settings.level:g}%"
    rows = []
    for rate in rates.rates:
        n = rate.tally.n
        found = rate.intervals if rate.clustered is None else rate.clustered.intervals
        rows.append(
            (
                name(rate.group),
                f"{rate.tally.x:,} of {n:,}",
                _rate(rate.share or 0.0, n),
                interval_words(found.get("wilson"), n),
                interval_words(found.get("jeffreys"), n),
            )
        )
    header = ("", "reported", "rate", f"{level}, Wilson", f"{level}, Jeffreys")
    return TextTable(caption, header, tuple(rows))


def contrast_table(rates: Rates, contrast: Contrast) -> TextTable:
    """Difference, ratio and odds ratio with their intervals."""
    n = _coarser(rates, contrast)
    level = f"{100 * rates.settings.level:g}%"
    labels = {
        "difference": ("difference, points", "newcombe"),
        "ratio": ("ratio", "koopman"),
        "odds_ratio": ("odds ratio", ""),
    }
    rows = []
    for key, (label, other) in labels.items():
        measure = contrast.measures[key]
        best = contrast.best.get(key, Measure(None, {}))
        in_points = n if key == "difference" else None
        rows.append(
            (
                label,
                _value(measure.point, in_points) if n >= MIN_ROWS_FOR_PERCENT else "",
                _limits(best.intervals.get("score"), in_points),
                _limits(best.intervals.get(other), in_points) if other else "",
                _limits(best.intervals.get("jeffreys"), in_points),
            )
        )
    caption = (
        f"{named(contrast.group)} against {named(contrast.reference)}, as if the reports were a "
        "random sample"
    )
    header = ("", "reported", f"{level}, score", "Newcombe, Koopman", "Jeffreys")
    return TextTable(caption, header, tuple(rows))


def _coarser(rates: Rates, contrast: Contrast) -> int:
    return min(rates[contrast.group].tally.n, rates[contrast.reference].tally.n)


def _value(value: float | None, n: float | None) -> str:
    if n is None:
        return ratio_words(value)
    return "none" if value is None else percentage_points(value, n)


def _limits(interval: Interval | None, n: float | None) -> str:
    if interval is None:
        return "no interval"
    if n is not None:
        return points_interval(interval, n)
    return f"{_value(interval[0], n)} to {_value(interval[1], n)}"


def unknown_table(rates: Rates) -> TextTable:
    """What the data alone leave when some outcomes are not known."""
    rows = [
        (
            name(rate.group),
            f"{rate.tally.x:,} of {rate.tally.n:,}",
            f"{rate.tally.unknown:,}",
            _bounds((rate.bounds.low, rate.bounds.high), rate.tally.n),
            interval_words(rate.bounds.interval, rate.tally.n),
        )
        for rate in rates.rates
    ]
    for contrast in rates.contrasts:
        if contrast.bounds is None:
            continue
        n = _coarser(rates, contrast)
        rows.append(
            (
                "difference, points" if len(rates.contrasts) == 1 else f"{contrast.group}, points",
                "",
                "",
                _difference_bounds((contrast.bounds.low, contrast.bounds.high), n),
                _limits(contrast.bounds.interval, n),
            )
        )
    return TextTable(
        "The rate, if outcomes that are not known could have been anything",
        ("", "reported", "unknown", "bounds", "bounds and chance"),
        tuple(rows),
    )


def _bounds(bounds: Interval, n: int) -> str:
    if bounds[1] - bounds[0] > 1e-9:
        return interval_words(bounds, n)
    return _rate(bounds[0], n) or "as reported"


def _difference_bounds(bounds: Interval, n: int) -> str:
    if bounds[1] - bounds[0] > 1e-9:
        return _limits(bounds, n)
    return _points(bounds[0], n) or "as reported"


def reported_table(rates: Rates, labels: RowLabels) -> TextTable:
    """What the data alone leave when only a share of all is among the reports."""
    caption = (
        f"Where the rate among all {labels.unit} lies, chance aside, if only a share of them was "
        "reported"
    )
    known = [rate for rate in rates.rates if rate.tally.n]
    kept = slice(None) if len(known) <= 2 else slice(1, -1)  # so that a row fits
    cells = [
        [_bounds((row.low, row.high), rate.tally.n) for row in rate.reported[kept]]
        for rate in known
    ]
    heads = [f"{row.share:.0%}" for row in known[0].reported[kept]]
    return TextTable(caption, *_either_way(known, "share reported to us", heads, cells))


def reporting_table(rates: Rates, labels: RowLabels) -> TextTable:
    """The rate among all at each reporting ratio."""
    caption = (
        f"The rate among all {labels.unit}, with chance, if those that {labels.says} are more, or "
        "less, likely than the others to reach us"
    )
    known = [rate for rate in rates.rates if rate.reporting]
    cells = [
        [_at_rho(rate, row, point=len(known) <= 2) for row in rate.reporting] for rate in known
    ]
    if len(known) > 2:
        heads = [_rho(row.rho) for row in known[0].reporting]
        return TextTable(caption, *_either_way(known, "times", heads, cells))
    heads = [RHO_WORDS[row.rho] for row in known[0].reporting]
    return TextTable(caption, *_either_way(known, "to reach us", heads, cells))


def _at_rho(rate: Rate, row: AtReportingRatio, *, point: bool) -> str:
    n = rate.tally.n
    text = interval_words(row.interval, n)
    return f"{per_cent(row.rate, n)}, {text}" if point and n >= MIN_ROWS_FOR_PERCENT else text


def _either_way(
    known: Sequence[Rate], corner: str, heads: Sequence[str], cells: Sequence[Sequence[str]]
) -> tuple[tuple[str, ...], Rows]:
    """Header and rows: a column a group when there are one or two, else one row per group."""
    if len(known) <= 2:
        across = zip(heads, *cells, strict=True)
        return (corner, *(_head(rate) for rate in known)), tuple(across)
    rows = [
        (name(rate.group), f"{rate.tally.x:,} of {rate.tally.n:,}", *row)
        for rate, row in zip(known, cells, strict=True)
    ]
    return (corner, "reported", *heads), tuple(rows)


def two_way_table(rates: Rates, contrast: Contrast) -> TextTable | None:
    """The difference in points for every pair of reporting ratios; None for fewer than 20 rows."""
    n = _coarser(rates, contrast)
    if n < MIN_ROWS_FOR_PERCENT or not contrast.reporting:
        return None
    cells: dict[float, list[str]] = {}
    for row in contrast.reporting:
        cells.setdefault(row.rho_2, []).append(percentage_points(row.difference, n))
    firsts = sorted({row.rho_1 for row in contrast.reporting})
    caption = (
        "The difference in points, if they are so many times as likely to reach us (down: "
        f"{contrast.reference}, across: {contrast.group})"
    )
    header = ("", *(_rho(rho) for rho in firsts))
    return TextTable(caption, header, tuple((_rho(rho), *row) for rho, row in cells.items()))


def _rho(rho: float) -> str:
    return {0.25: "1/4", 0.5: "1/2"}.get(rho, f"{rho:g}")


def _head(rate: Rate) -> str:
    return f"{name(rate.group)}: {counts_with_percent(rate.tally)}"


def contrasts_table(rates: Rates) -> TextTable:
    """One row per contrast, for more than two groups; `caveats.columns_words` explains it."""
    rows = []
    for contrast in rates.contrasts:
        if contrast.reason is not None:
            rows.append((contrast.group, "no contrast", "", "", "", ""))
            continue
        n = _coarser(rates, contrast)
        difference = contrast.best.get("difference", Measure(None, {}))
        rows.append(
            (
                contrast.group,
                _points(contrast.measures["difference"].point or 0.0, n),
                _limits(difference.intervals.get("newcombe"), n),
                ratio_words(contrast.measures["odds_ratio"].point)
                if n >= MIN_ROWS_FOR_PERCENT
                else "",
                *_tipping(contrast.tipping),
            )
        )
    level = f"{100 * rates.settings.level:g}%"
    reference = named(rates.rates[0].group)
    header = (f"against {reference}", "points", f"{level}, Newcombe", "odds ratio")
    caption = "Each against one of them, as if the reports were a random sample"
    return TextTable(caption, (*header, "gone at", "by chance at"), tuple(rows))


def _tipping(tip: TippingPoint | None) -> tuple[str, str]:
    """Both factors with their direction, or that there is nothing to explain."""
    if tip is None:
        return "", ""
    point = "nothing" if math.isinf(tip.point) else f"{factor_words(tip.point)} {tip.direction}"
    limit = "1" if tip.limit == 1 else f"{factor_words(tip.limit, down=True)} {tip.direction}"
    return point, limit


def cluster_table(rates: Rates) -> TextTable:
    """What the rows are worth that came in clusters."""
    rows = []
    for rate in rates.rates:
        if rate.clustered is None:
            continue
        found = rate.clustered.effective
        if found is None:
            rows.append((name(rate.group), f"{rate.tally.n:,}", "1", f"{rate.tally.n:,}", "", ""))
            continue
        rows.append(
            (
                name(rate.group),
                f"{rate.tally.n:,}",
                f"{found.clusters:,}",
                f"{found.largest:,}",
                f"{found.design_effect:.1f}",
                f"{found.n:,.0f}" if found.n >= 10 else f"{found.n:.1f}",
            )
        )
    header = ("", "rows", "clusters", "largest", "design effect", "worth, in rows")
    return TextTable("Effective sample size of clustered rows", header, tuple(rows))


def source_table(rates: Rates) -> TextTable:
    """Each source on its own, and the difference without it."""
    by: dict[str, dict[str, SourceRate]] = {}
    for row in rates.sources:
        by.setdefault(row.source, {})[row.group] = row
    groups = [rate.group for rate in rates.rates]
    single = rates.contrasts[0] if len(rates.contrasts) == 1 else None
    without = {row.source: row for row in single.leaving_source} if single else {}
    rows = []
    for source, cells in by.items():
        words = [_cell(cells[group]) for group in groups]
        if single is not None:
            words.append(_without(without.get(source), _coarser(rates, single)))
        rows.append((source, *words))
    last = ("difference without it, points",) if single is not None else ()
    header = ("source", *(name(group) for group in groups), *last)
    return TextTable("Source by source", header, tuple(rows))


def _cell(row: SourceRate) -> str:
    if not row.n:
        return "none" if not row.unknown else f"{row.unknown} unknown"
    more = f", {row.unknown} unknown" if row.unknown else ""
    share = f" ({per_cent(row.x / row.n, row.n)})" if row.n >= MIN_ROWS_FOR_PERCENT else ""
    return f"{row.x:,} of {row.n:,}{share}{more}"


def _without(row: WithoutSource | None, n: int) -> str:
    if row is None or row.difference is None:
        return "nothing left"
    if n < MIN_ROWS_FOR_PERCENT:
        return _limits(row.interval, n)
    return f"{percentage_points(row.difference, n)} ({_limits(row.interval, n)})"


def coding_table(rates: Rates) -> TextTable | None:
    """Rates without wrong codings; None when no coding was stated."""
    if rates.settings.coding is None:
        return None
    rows = [
        (
            _head(rate),
            _rate(rate.corrected.value, rate.tally.n),
            interval_words(rate.corrected.interval, rate.tally.n),
        )
        for rate in rates.rates
        if rate.corrected is not None
    ]
    for contrast in rates.contrasts:
        if contrast.corrected is not None:
            label = f"difference, {contrast.group}" if contrast.group else "difference"
            rows.append(
                (
                    f"{label}, points",
                    percentage_points(contrast.corrected, _coarser(rates, contrast)),
                    "",
                )
            )
    s, c = rates.settings.coding
    caption = (
        f"If a share {s:g} of those with the outcome, and {c:g} of those without, is coded rightly"
    )
    return TextTable(caption, ("reported", "then", "and chance"), tuple(rows)) if rows else None


def belief_table(rates: Rates) -> TextTable | None:
    """Rates among all under a belief about reporting; None when none was stated."""
    prior = rates.settings.bias_prior
    if prior is None:
        return None
    rows = []
    for rate in rates.rates:
        if rate.believed is not None:
            n = rate.tally.n
            interval = interval_words(rate.believed.interval, n)
            rows.append((_head(rate), _rate(rate.believed.median, n), interval))
    for contrast in rates.contrasts:
        if contrast.believed is None:
            continue
        difference, n = contrast.believed.difference, _coarser(rates, contrast)
        label = f"difference, {contrast.group}, points"
        rows.append((label, _points(difference.median, n), _limits(difference.interval, n)))
        if contrast.believed.same_sign is not None:
            share = per_cent(contrast.believed.same_sign, MIN_ROWS_FOR_PERCENT)
            rows.append(("chance that it goes the way it was reported", share, ""))
    caption = (
        f"If the log of the reporting ratio is believed to be about {prior.mean:g}, give or take "
        f"{prior.sd:g}, in each group apart"
    )
    header = ("reported", "then", f"{100 * rates.settings.level:g}% with chance")
    return TextTable(caption, header, tuple(rows)) if rows else None
