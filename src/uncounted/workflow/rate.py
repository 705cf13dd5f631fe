"""Proportions of cases with an outcome, from a table of reports; and a page for publication."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import attrs

from uncounted import atomic_files
from uncounted.errors import UsedWrongly
from uncounted.proof.canonical_json import JSONObject
from uncounted.rates import (
    BiasPrior,
    OutcomeColumns,
    Rates,
    RateSettings,
    RowLabels,
    compare,
    read,
    sentence,
)
from uncounted.rates.caveats import SMALL_COUNT, notes, target
from uncounted.rates.parts import parts
from uncounted.rates.result import Contrast, Rate
from uncounted.rates.sentences import (
    MIN_ROWS_FOR_PERCENT,
    counts_with_percent,
    outward,
    per_cent,
    percentage_points,
    points_interval,
    tipping_sentence,
)
from uncounted.rates.tables import TextTable
from uncounted.records.fields import NAME_FIELDS
from uncounted.records.tabular.headers import fields_of

__all__ = [
    "MIN_ROWS_FOR_PERCENT",
    "BiasPrior",
    "Contrast",
    "OutcomeColumns",
    "Rate",
    "RateRequest",
    "RateResult",
    "RateSettings",
    "Rates",
    "RowLabels",
    "TextTable",
    "counts_with_percent",
    "notes",
    "outward",
    "parts",
    "per_cent",
    "percentage_points",
    "points_interval",
    "rate",
    "sentence",
    "target",
    "tipping_sentence",
]

_LONGEST = 80


@attrs.frozen
class RateRequest:
    """What a user asks of a rate."""

    columns: OutcomeColumns
    settings: RateSettings
    unit: str = "cases"
    outcome_label: str | None = None
    encoding: str | None = None
    out: Path | None = None
    internal: bool = False

    @property
    def labels(self) -> RowLabels:
        """The words for rows and outcome."""
        unit = _words(self.unit, "--unit")
        if self.outcome_label is not None:
            return RowLabels(unit, _words(self.outcome_label, "--outcome-label"))
        columns = self.columns
        value = columns.outcome if columns.outcome_is is None else columns.outcome_is
        return RowLabels(unit, f"had {_words(value, '--outcome-is')!r} marked")


@attrs.frozen
class RateResult:
    """Rates, their contrasts, and the words for rows and outcome."""

    rates: Rates
    labels: RowLabels

    @property
    def small_count(self) -> int | None:
        """The count below which an answer is not for publication, if one is."""
        smallest = self.rates.smallest
        return SMALL_COUNT if smallest is not None and smallest < SMALL_COUNT else None

    def to_json(self) -> JSONObject:
        """As plain values."""
        return {
            "sentence": sentence(self.rates, self.labels),
            "target": target(self.labels),
            **self.rates.to_json(),
            "warnings": list(notes(self.rates, self.labels)),
        }


def rate(table: Path, request: RateRequest, *, on: dt.date) -> RateResult:
    """Compare the rates of an outcome between the groups of a table."""
    if request.out is not None:
        atomic_files.refuse_existing(request.out)
    elif request.internal:
        raise UsedWrongly("--not-for-publication needs --out")
    labels = request.labels
    by = request.columns.by
    if by is not None and fields_of(by).keys() & {*NAME_FIELDS, "name_alt", "relative"}:
        raise UsedWrongly(
            "--by takes a column with few values, and this one is of people's names",
            hint="the values are printed: use years, periods or places",
        )
    found = compare(read(table, request.columns, encoding=request.encoding), request.settings)
    if request.out is not None:
        from uncounted.publish.rates.page import page

        atomic_files.write(request.out, page(found, labels, made=on, internal=request.internal))
    return RateResult(found, labels)


def _words(text: str, option: str) -> str:
    """Words that are printed in sentences: short, on one line, printable."""
    words = " ".join(text.split())
    if not words or len(words) > _LONGEST or not words.isprintable():
        raise UsedWrongly(
            f"{option} must be a few words on one line, at most {_LONGEST} letters",
            hint='--unit attempts --outcome-label "ended in arrest"',
        )
    return words
