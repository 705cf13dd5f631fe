"""Rates as a person reads them in a terminal: the sentence first, then what it rests on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from uncounted.cli.terminal import columns, interval_picture, plain_terminal
from uncounted.workflow.rate import (
    Contrast,
    Rates,
    RowLabels,
    TextTable,
    caveats,
    sentences,
    tables,
)

_WIDTH = 80
_PICTURE = (12, 32)  # characters at least and at most


def rate_lines(rates: Rates, labels: RowLabels) -> Iterator[str]:
    """The whole answer, line by line."""
    yield from _wrapped(sentences.sentence(rates, labels), indent="")
    yield from _head("If the reports were a random sample, which they are not")
    yield from _pictured(rates, tables.rates_table(rates))
    yield from _contrasts(rates, labels)
    if any(rate.tally.unknown for rate in rates.rates):
        yield from _head("The rate, if outcomes that are not known could have been anything")
        yield from _table(tables.unknown_table(rates))
    yield from _head(
        f"Where the rate among all {labels.unit} lies, chance aside, if only a share of them was "
        "reported"
    )
    yield from _table(tables.reported_table(rates))
    if len(rates.contrasts) == 1:
        yield from _wrapped(caveats.settles(rates.contrasts[0], labels))
    yield from _head(
        f"The rate among all {labels.unit}, if those that {labels.says} are more, or less, likely "
        "than the others to reach us"
    )
    yield from _table(tables.reporting_table(rates))
    if len(rates.contrasts) == 1:
        yield from _two_way(rates, rates.contrasts[0])
    yield from _stated(rates)
    yield from _sources(rates)
    yield ""
    yield from _wrapped("Of what: " + caveats.target(labels))
    for note in caveats.notes(rates, labels):
        yield from _wrapped("Mind: " + note)


def _contrasts(rates: Rates, labels: RowLabels) -> Iterator[str]:
    if rates.table.clustered:
        yield from _head("What rows that came together are worth")
        yield from _table(tables.cluster_table(rates))
    if len(rates.contrasts) == 1 and rates.contrasts[0].reason is None:
        contrast = rates.contrasts[0]
        yield from _head(
            f"{sentences.named(contrast.group)} against {sentences.named(contrast.against)}"
        )
        yield from _table(tables.contrast_table(rates, contrast))
        yield from _wrapped(caveats.clustered_words(contrast, _rows(rates)))
    elif len(rates.contrasts) > 1:
        yield from _head("Each against one of them, as if the reports were a random sample")
        yield from _table(tables.contrasts_table(rates))
        yield from _wrapped(caveats.columns_words(rates, labels))


def _two_way(rates: Rates, contrast: Contrast) -> Iterator[str]:
    table = tables.two_way_table(rates, contrast)
    if table is None:
        return
    yield from _head(
        f"The difference in points, if they are so many times as likely to reach us (down: "
        f"{contrast.against}, across: {contrast.group})"
    )
    yield columns([("", *table.header[1:]), *table.rows], right=range(len(table.header)))


def _stated(rates: Rates) -> Iterator[str]:
    """What follows from a stated coding, and from a stated belief about reporting."""
    corrected = tables.coding_table(rates)
    if corrected is not None and rates.settings.coding is not None:
        s, c = rates.settings.coding
        yield from _head(
            f"If a share {s:g} of those with the outcome, and {c:g} of those without, is coded "
            "rightly"
        )
        yield from _table(corrected)
    believed = tables.belief_table(rates)
    if believed is not None and rates.settings.bias_prior is not None:
        prior = rates.settings.bias_prior
        yield from _head(
            f"If the log of the reporting ratio is believed to be about {prior.mean:g}, give or "
            f"take {prior.sd:g}, in each group apart"
        )
        yield from _table(believed)


def _sources(rates: Rates) -> Iterator[str]:
    if not rates.table.sources:
        return
    yield from _head("Source by source")
    yield from _table(tables.source_table(rates))
    if len(rates.contrasts) == 1:
        yield from _wrapped(caveats.standardised_words(rates.contrasts[0], _rows(rates)))


def _rows(rates: Rates) -> int:
    return min((rate.tally.n for rate in rates.rates if rate.tally.n), default=0)


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
            drawn = interval_picture(
                low, rate.share, high, left=0.0, right=1.0, width=width, plain=plain_terminal()
            )
        rows.append((*row, drawn))
    yield columns(rows, right=range(1, len(table.header)))


def _table(table: TextTable) -> Iterator[str]:
    yield columns([table.header, *table.rows], right=range(1, len(table.header)))


def _head(text: str) -> Iterator[str]:
    yield ""
    yield from _wrapped(f"{text}:")


def _wrapped(text: str, indent: str = "  ") -> Iterator[str]:
    if text:
        yield from textwrap.wrap(text, _WIDTH, subsequent_indent=indent)
