"""The parts of an answer about rates, in reading order, for the terminal and the page.

Each has tables and sentences. What a public page must not show (how many clusters there are,
what leaving one out does) is left out where it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from uncounted.rates import caveats, tables
from uncounted.rates.result import Contrast, Rates
from uncounted.rates.sentences import RowLabels, named
from uncounted.rates.tables import TextTable


@attrs.frozen
class Part:
    """Tables and sentences under one heading; `key` is its anchor on the page."""

    key: str
    heading: str
    blocks: tuple[TextTable | str, ...]


def parts(rates: Rates, labels: RowLabels, *, public: bool = False) -> Iterator[Part]:
    """Everything but the sentence that comes first and the notes that come last."""
    single = rates.contrasts[0] if len(rates.contrasts) == 1 else None
    if single is not None and single.reason is not None:
        single = None
    clusters = rates.table.clustered and not public
    yield _part(
        "reported",
        "What was reported",
        tables.rates_table(rates),
        tables.cluster_table(rates) if clusters else None,
    )
    if single is not None:
        yield _part(
            "contrast",
            f"{named(single.group)} against {named(single.reference)}",
            tables.contrast_table(rates, single),
            None if public else caveats.clustered_words(single, _rows(rates)),
        )
    elif len(rates.contrasts) > 1:
        yield _part(
            "contrast",
            "One against another",
            tables.contrasts_table(rates),
            caveats.columns_words(rates, labels),
        )
    unknown = any(rate.tally.unknown for rate in rates.rates)
    yield _part(
        "missing",
        "What the data say without any assumption",
        tables.unknown_table(rates) if unknown else None,
        tables.reported_table(rates, labels),
        None if single is None else caveats.settles(single, labels),
    )
    yield _part(
        "reporting",
        "If one outcome reaches us more easily",
        tables.reporting_table(rates, labels),
        None if single is None else tables.two_way_table(rates, single),
    )
    yield from _stated_and_sources(rates, single, public)


def _stated_and_sources(rates: Rates, single: Contrast | None, public: bool) -> Iterator[Part]:
    coding, belief = tables.coding_table(rates), tables.belief_table(rates)
    if coding is not None:
        yield _part("coding", "If some outcomes are coded wrongly", coding)
    if belief is not None:
        yield _part("belief", "Under a belief about reporting", belief)
    if rates.table.sources:
        n, same_mix = _rows(rates), ""
        if single is not None:
            same_mix = caveats.standardised_words(single, n, public=public)
        yield _part("sources", "Source by source", tables.source_table(rates), same_mix)


def _part(key: str, heading: str, *blocks: TextTable | str | None) -> Part:
    """A part without the blocks that say nothing."""
    return Part(key, heading, tuple(block for block in blocks if block))


def _rows(rates: Rates) -> int:
    """Known outcomes in the smallest group that has any: what decides how finely to round."""
    return min((rate.tally.n for rate in rates.rates if rate.tally.n), default=0)
