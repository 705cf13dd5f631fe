"""Rates as one HTML page for publication, with intervals, bounds and sensitivity analysis.

All counts of a group can be computed from its rate, so a page with a count under five is not
made, unless it is marked, in large letters, as not for publication.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from importlib.metadata import version

from uncounted.errors import NotPublishable
from uncounted.publish.rates.figure import rates_figure
from uncounted.publish.report.document import (
    BulletList,
    Document,
    FigureBlock,
    Paragraph,
    Section,
    TableBlock,
)
from uncounted.publish.report.html import html
from uncounted.rates import caveats, sentences, tables
from uncounted.rates.caveats import SMALL_COUNT
from uncounted.rates.outcomes import Tally
from uncounted.rates.result import Contrast, Rates
from uncounted.rates.sentences import RowLabels
from uncounted.rates.tables import TextTable

type Blocks = list[Paragraph | TableBlock | FigureBlock | BulletList]


def page(rates: Rates, labels: RowLabels, *, made: dt.date, internal: bool = False) -> bytes:
    """The page; the same rates and day, the same bytes.

    Args:
        rates: what to print.
        labels: what the rows are called.
        made: the day, printed.
        internal: print small counts too, and say that the page must not leave.

    Raises:
        NotPublishable: a count under 5 without `internal`, or a letter that the font lacks.
    """
    if not internal:
        refuse_small(rates)
    return html(document(rates, labels, made=made, internal=internal))


def small(tally: Tally) -> bool:
    """Whether a group's counts may lead back to somebody.

    Fewer than 5 with, or without, the outcome; none counts too, for then the outcome of
    everybody in the group is known. Of unknown outcomes none says nothing of anybody.

    Examples:
        >>> small(Tally(14, 20)), small(Tally(30, 30)), small(Tally(14, 20, 3))
        (False, True, True)
    """
    return min(tally.x, tally.n - tally.x) < SMALL_COUNT or 0 < tally.unknown < SMALL_COUNT


def refuse_small(rates: Rates) -> None:
    """Refuse what would print a small count, or let it be computed.

    Raises:
        NotPublishable: saying in how many groups.
    """
    found = sum(small(rate.tally) for rate in rates.rates)
    if found:
        raise NotPublishable(
            f"{found} of {len(rates.rates)} groups have fewer than {SMALL_COUNT} with, without or "
            "of unknown outcome: that can lead back to people",
            hint="join groups into larger ones; --not-for-publication makes a page marked so",
        )


def sources_hidden(rates: Rates) -> bool:
    """Whether some source has a small count in some group; then none is shown."""
    return any(small(Tally(row.x, row.n, row.unknown)) for row in rates.sources)


def document(rates: Rates, labels: RowLabels, *, made: dt.date, internal: bool) -> Document:
    """What the page says."""
    what = f"{labels.unit[:1].upper()}{labels.unit[1:]} that {labels.says}"
    headline = f"{what}: what the reports say, and what they cannot"
    banner = ""
    if internal:
        headline = f"NOT FOR PUBLICATION. {headline}"
        banner = (
            "This page holds small counts, which can lead back to people. Keep it where the "
            "reports are kept, and let nothing of it leave."
        )
    day = f"{made.day} {made:%B %Y}"
    sections = [
        _reported(rates, labels, internal),
        _contrast(rates, labels),
        _missing(rates, labels),
        _reporting(rates, labels),
        *_stated(rates),
        *_sources(rates, internal),
        Section("target", "Of what this is a rate", (Paragraph(caveats.target(labels)),)),
        _mind(rates, labels, internal),
        _made(rates),
    ]
    return Document(
        language="en",
        title=f"{what}, as reported to us",
        banner=banner,
        headline=headline,
        lead=(sentences.sentence(rates, labels),),
        about=(
            ("Among", f"{labels.unit} that were reported to us, and no random sample of all"),
            ("Made", day),
        ),
        sections=tuple(section for section in sections if section is not None),
        made=day,
        version=version("uncounted"),
    )


def _grid(table: TextTable, caption: str) -> TableBlock:
    return TableBlock(
        table.header,
        table.rows,
        numeric=frozenset(range(1, len(table.header))),
        caption=caption,
    )


def _reported(rates: Rates, labels: RowLabels, internal: bool) -> Section:
    caption = (
        "Solid: what chance alone would leave, if the reports were a random sample, which they "
        f"are not. Dashed: the rate among all {labels.unit}, with chance, if those that "
        f"{labels.says} are up to four times more, or less, likely than the others to reach us."
    )
    blocks: Blocks = [FigureBlock(rates_figure(rates, labels), caption)]
    reading = "as if the reports were a random sample, which they are not"
    if rates.table.clustered:
        reading += "; rows that came together count for fewer"
    blocks.append(_grid(tables.rates_table(rates), f"Counts, and intervals {reading}."))
    if internal and rates.table.clustered:
        blocks.append(_grid(tables.cluster_table(rates), "What rows in clusters are worth."))
    return Section("reported", "What was reported", tuple(blocks))


def _single(rates: Rates) -> Contrast | None:
    if len(rates.contrasts) == 1 and rates.contrasts[0].reason is None:
        return rates.contrasts[0]
    return None


def _contrast(rates: Rates, labels: RowLabels) -> Section | None:
    if not rates.contrasts:
        return None
    single = _single(rates)
    if single is not None:
        table = tables.contrast_table(rates, single)
        heading = f"{sentences.named(single.group)} against {sentences.named(single.against)}"
        paragraph = sentences.tipping_sentence(single, labels)
    else:
        table = tables.contrasts_table(rates)
        heading = "One against another"
        paragraph = caveats.columns_words(rates, labels)
    caption = "Intervals as if the reports were a random sample, which they are not."
    blocks: Blocks = [Paragraph(paragraph)] if paragraph else []
    return Section("contrast", heading, (*blocks, _grid(table, caption)))


def _missing(rates: Rates, labels: RowLabels) -> Section:
    blocks: Blocks = []
    if any(rate.tally.unknown for rate in rates.rates):
        caption = "The least and the greatest, were the unknown outcomes all one or all the other."
        blocks.append(_grid(tables.unknown_table(rates), caption))
    caption = f"Bounds for all {labels.unit}, chance aside, if only such a share was reported."
    blocks.append(_grid(tables.reported_table(rates), caption))
    single = _single(rates)
    if single is not None:
        blocks.append(Paragraph(caveats.settles(single, labels)))
    return Section("missing", "What the data say without any assumption", tuple(blocks))


def _reporting(rates: Rates, labels: RowLabels) -> Section:
    caption = (
        f"The rate among all {labels.unit}, with chance, if those that {labels.says} are more, or "
        "less, likely than the others to reach us."
    )
    blocks: Blocks = [_grid(tables.reporting_table(rates), caption)]
    single = _single(rates)
    table = None if single is None else tables.two_way_table(rates, single)
    if single is not None and table is not None:
        caption = (
            f"The difference in points, {single.group} less {single.against}, when they are so "
            f"many times as likely to reach us: down for {single.against}, across for "
            f"{single.group}."
        )
        blocks.append(_grid(table, caption))
    return Section("reporting", "If one outcome reaches us more easily", tuple(blocks))


def _stated(rates: Rates) -> Iterator[Section]:
    coding, bias_prior = tables.coding_table(rates), tables.belief_table(rates)
    if coding is not None and rates.settings.coding is not None:
        s, c = rates.settings.coding
        caption = f"If a share {s:g} of those with the outcome and {c:g} of those without is right."
        yield Section("coding", "If some outcomes are coded wrongly", (_grid(coding, caption),))
    if bias_prior is not None and rates.settings.bias_prior is not None:
        prior = rates.settings.bias_prior
        caption = f"Log of the reporting ratio: about {prior.mean:g}, give or take {prior.sd:g}."
        yield Section("belief", "Under a belief about reporting", (_grid(bias_prior, caption),))


def _sources(rates: Rates, internal: bool) -> Iterator[Section]:
    if not rates.sources:
        return
    if not internal and sources_hidden(rates):
        hidden = "Some counts by source are small. None is shown, as they can lead back to people."
        yield Section("sources", "Source by source", (Paragraph(hidden),))
        return
    blocks: Blocks = [_grid(tables.source_table(rates), "Each source on its own.")]
    single = _single(rates)
    if single is not None:
        n = min(rate.tally.n for rate in rates.rates)
        text = caveats.standardised_words(single, n, public=not internal)
        blocks += [Paragraph(text)] if text else []
    yield Section("sources", "Source by source", tuple(blocks))


def _mind(rates: Rates, labels: RowLabels, internal: bool) -> Section | None:
    notes = caveats.notes(rates, labels, public=not internal)
    if not notes:
        return None
    return Section("mind", "To be minded", (BulletList(tuple((note, "") for note in notes)),))


def _made(rates: Rates) -> Section:
    text = (
        f"Made by uncounted {version('uncounted')}. Intervals at "
        f"{100 * rates.settings.level:g}%: Wilson and Jeffreys for a rate; Miettinen and "
        "Nurminen's score, Newcombe, Koopman and Jeffreys draws for two; bounds after Manski, "
        "with chance after Imbens and Manski."
    )
    return Section("made", "How it was made", (Paragraph(text, "small"),))
