"""Rates as a person reads them in a terminal: the sentence first, then what it rests on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from uncounted.cli.terminal import columns, interval_picture, plain_terminal
from uncounted.workflow.rate import (
    Rates,
    RowLabels,
    TextTable,
    notes,
    parts,
    sentence,
    target,
)

_WIDTH = 80
_PICTURE = (12, 32)  # characters at least and at most


def rate_lines(rates: Rates, labels: RowLabels) -> Iterator[str]:
    """The whole answer, line by line."""
    yield from _wrapped(sentence(rates, labels), indent="")
    first, *others = (block for part in parts(rates, labels) for block in part.blocks)
    assert isinstance(first, TextTable)  # of the rates themselves
    yield from _head(first.caption)
    yield from _pictured(rates, first)
    for block in others:
        if isinstance(block, str):
            yield from _wrapped(block)
        else:
            yield from _head(block.caption)
            yield columns([block.header, *block.rows], right=range(1, len(block.header)))
    yield ""
    yield from _wrapped("Of what: " + target(labels))
    for note in notes(rates, labels):
        yield from _wrapped("Mind: " + note)


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


def _head(text: str) -> Iterator[str]:
    yield ""
    yield from _wrapped(f"{text}:")


def _wrapped(text: str, indent: str = "  ") -> Iterator[str]:
    if text:
        yield from textwrap.wrap(text, _WIDTH, subsequent_indent=indent)
