"""Proportions in a terminal: a summary of about twelve lines; every table if asked for."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from uncounted.cli.terminal import plain_terminal
from uncounted.text_table import PLAIN, columns, interval_picture, plural
from uncounted.workflow.rate import (
    COVERAGE,
    MIN_ROWS_FOR_PERCENT,
    Contrast,
    EstimatedRates,
    Rate,
    RateResult,
    Rates,
    RowLabels,
    TextTable,
    claims_table,
    counts_with_percent,
    difference_cells,
    estimate_warnings_table,
    estimated_contrasts_table,
    estimated_table,
    long_notes,
    outward,
    parts,
    per_cent,
    percentage_points,
    points_interval,
    rate_cells,
    ratio_cells,
    ratio_words,
    reporting_ratio_table,
    target,
    tipping_sentence,
    unknown_outcomes_table,
    why_they_differ,
)

_WIDTH = 80
_LINES = 25  # of a screen
_PICTURE = (12, 32)  # characters at least and at most


def rate_summary(done: RateResult) -> Iterator[str]:
    """Each group's counts, share and interval, the contrasts, and what a reader must know.

    Of several contrasts, those for which a screen has no room are left to `--verbose`.
    """
    contrasts = len(done.rates.contrasts)
    lines = list(_summary(done, contrasts))
    over = sum(line.count("\n") + 1 for line in lines) - _LINES
    if over > 0 and contrasts > 1:
        lines = list(_summary(done, max(0, contrasts - over)))
    yield from lines


def rate_line(done: RateResult) -> str:
    """Each group's rate with its interval, and the difference of two, on one line."""
    rates, estimated = done.rates, done.estimated
    parts = []
    if estimated is None:
        kind = "of those reported"
        for rate in rates.rates:
            few = rate.tally.n < MIN_ROWS_FOR_PERCENT
            limits = "" if few else f" {_interval(rate)}"
            parts.append(f"{rate.group} {counts_with_percent(rate.tally)}{limits}".strip())
    else:
        kind = f"estimated from {len(estimated.lists)} lists"
        some = any(of_all.rate is not None for of_all in estimated.rates)
        kind += " (not calibrated)" if some and estimated.not_calibrated is not None else ""
        for of_all in estimated.rates:
            shown, limits = rate_cells(of_all)
            limits = f" ({limits})" if of_all.rate is not None else ""  # no bound without its terms
            parts.append(f"{of_all.group} {shown}{limits}".strip())
        if any(each.read_first for of_all in estimated.rates for each in of_all.counts):
            kind += "; a number is contradicted: --verbose"
    if len(rates.contrasts) == 1:
        if estimated is None:
            _, _, *cells, _ = _difference(rates, rates.contrasts[0])
        else:
            cells = [part for found in estimated.contrasts for part in difference_cells(found)]
        if all(cells) and cells:
            parts.append(f"difference {cells[0]} ({cells[1]})")
    return "; ".join([*parts, kind])


def _summary(done: RateResult, contrasts: int) -> Iterator[str]:
    yield from (
        _reported(done.rates, done.labels, contrasts)
        if done.estimated is None
        else _estimated(done, done.estimated, contrasts)
    )
    if done.warnings:
        yield ""
        yield f"{plural(len(done.warnings), 'warning')}: report with the shares"
        for note in done.warnings:
            yield from textwrap.wrap(note, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    yield ""
    left = len(done.rates.contrasts) - contrasts
    which = "other difference" if contrasts else "difference"
    tables = f"Tables and {plural(left, which)}" if left else "Tables"
    yield f"{tables}: --verbose       Sentence to quote: --sentence"


def _estimated(done: RateResult, estimated: EstimatedRates, shown: int) -> Iterator[str]:
    """Estimated rates beside those of the documented, with the first contrasts."""
    rates, labels = done.rates, done.labels
    some = any(rate.rate is not None for rate in estimated.rates)
    own = " (not calibrated)" if some and estimated.not_calibrated is not None else ""
    lists = f"estimated from {len(estimated.lists)} lists{own}"
    yield from _wrapped(f"Share of {labels.unit} that {labels.says}, {lists}", indent="")
    level = f"{100 * rates.settings.level:g}% interval"
    rows = [("", "estimated", level, "documented", level)]
    by_group = {contrast.group: contrast for contrast in estimated.contrasts}
    contrasts = {contrast.group: contrast for contrast in rates.contrasts[:shown]}
    for rate, of_all in zip(rates.rates, estimated.rates, strict=True):
        limits = _interval(rate) if rate.tally.n >= MIN_ROWS_FOR_PERCENT else ""
        rows.append((rate.group, *rate_cells(of_all), counts_with_percent(rate.tally), limits))
        if (contrast := contrasts.get(rate.group)) is None:
            continue
        _, _, points, limits, _ = _difference(rates, contrast)
        found = by_group.get(rate.group)
        cells = ("", "") if found is None else difference_cells(found)
        single = len(rates.contrasts) == 1
        if found is None and not limits:
            continue
        name = "difference" if single else f"  − {contrast.reference}"
        rows.append((name, *cells, points, limits))
        if found is not None and single:
            measure = contrast.best["ratio"]
            low, high = (ratio_words(limit) for limit in measure.intervals["score"])
            plain = (ratio_words(measure.point), f"{low} to {high}")
            rows.append(("ratio", *ratio_cells(found), *plain))
    yield columns(rows, right=[1, 2, 3, 4])
    for words in (done.claim_words, why_they_differ(estimated, labels)):
        if words:
            yield ""
            yield from _wrapped(words, indent="")


def _reported(rates: Rates, labels: RowLabels, shown: int) -> Iterator[str]:
    yield f"Share of reported {labels.unit} that {labels.says}"
    level = f"{100 * rates.settings.level:g}% interval"
    rows = [("", "n", "with it", level, "")]
    for rate in rates.rates:
        tally = rate.tally
        counts = counts_with_percent(tally).replace(f" of {tally.n:,}", "")
        unknown = f"(+{tally.unknown:,} with unknown outcome)" if tally.unknown else ""
        few = tally.n < MIN_ROWS_FOR_PERCENT
        limits = f"under {MIN_ROWS_FOR_PERCENT} rows" if few else _interval(rate)
        rows.append((rate.group, f"{tally.n:,}", counts, limits, unknown))
    rows += [_difference(rates, contrast) for contrast in rates.contrasts[:shown]]
    yield columns(rows, right=[1, 2, 3])
    yield ""
    text = f"These reports are not a random sample of all {labels.unit}."
    if len(rates.contrasts) == 1:
        text += f" {tipping_sentence(rates.contrasts[0], labels)}"
    yield from _wrapped(text, indent="")


def _interval(rate: Rate) -> str:
    if rate.interval is None:
        return "no interval"
    n = rate.tally.n
    return "–".join(per_cent(limit, n) for limit in outward(rate.interval, n))


def _difference(rates: Rates, contrast: Contrast) -> tuple[str, str, str, str, str]:
    """The difference in percentage points; without any of fewer than 20 rows."""
    name = "difference" if len(rates.contrasts) == 1 else f"{contrast.group} − {contrast.reference}"
    n = min(rates[group].tally.n for group in (contrast.group, contrast.reference))
    measure = contrast.best.get("difference")
    if n < MIN_ROWS_FOR_PERCENT or measure is None or measure.point is None:
        return name, "", "not shown", "", ""
    limits = measure.intervals.get("score")
    shown = "" if limits is None else points_interval(limits, n)
    return name, "", f"{percentage_points(measure.point, n)} points", shown, ""


def rate_lines(done: RateResult) -> Iterator[str]:
    """The summary, then every table."""
    rates, labels, estimated = done.rates, done.labels, done.estimated
    yield from rate_summary(done)
    if estimated is not None:
        yield from _table(estimated_table(estimated, labels), left=2)
        yield from _table(estimated_contrasts_table(estimated))
        if done.claims is not None:
            yield from _table(claims_table(estimated, done.claims))
        yield from _table(reporting_ratio_table(estimated, labels))
        yield from _table(unknown_outcomes_table(estimated))
        yield from _table(estimate_warnings_table(estimated, labels), left=3)
        for line in long_notes(estimated, labels):
            yield from _wrapped(line)
        yield ""
        yield from _wrapped(f"Identifying assumption: {estimated.assumption}")
        if estimated.not_calibrated is None:
            yield from _wrapped(COVERAGE)
        yield ""
        yield "Of the documented alone:"
    blocks = [block for part in parts(rates, labels) for block in part.blocks]
    first, *others = blocks
    assert isinstance(first, TextTable)  # of the rates themselves
    yield from _head(first.caption)
    yield from _pictured(rates, first)
    for block in others:
        if isinstance(block, str):
            yield from _wrapped(block)
        else:
            yield from _table(block)
    yield ""
    yield from _wrapped(target(labels))


def _table(table: TextTable | None, left: int = 1) -> Iterator[str]:
    if table is not None:
        yield from _head(table.caption)
        yield columns([table.header, *table.rows], right=range(left, len(table.header)))


def _pictured(rates: Rates, table: TextTable) -> Iterator[str]:
    """The table with each interval drawn on an axis from 0 to 100%."""
    plain = columns([table.header, *table.rows], right=range(1, len(table.header)))
    used = max(len(line) for line in plain.splitlines()) + 2
    width = min(_WIDTH - used, _PICTURE[1])
    if width < _PICTURE[0]:
        yield plain
        return
    rows = [(*table.header, "0%".ljust(width - 4) + "100%")]
    for row, rate in zip(table.rows, rates.rates, strict=True):
        drawn = ""
        if rate.interval is not None:
            low, high = rate.interval
            drawn = interval_picture(low, rate.share, high, left=0.0, right=1.0, width=width)
        if plain_terminal():
            drawn = drawn.translate(PLAIN)
        rows.append((*row, drawn))
    yield columns(rows, right=range(1, len(table.header)))


def _head(text: str) -> Iterator[str]:
    yield ""
    yield from _wrapped(f"{text}:")


def _wrapped(text: str, indent: str = "  ") -> Iterator[str]:
    if text:
        yield from textwrap.wrap(text, _WIDTH, subsequent_indent=indent)
