"""Rates as one HTML page for publication, with intervals, bounds and sensitivity analysis.

All counts of a group can be computed from its rate, so a page with a count under five is not
made, unless it is marked, in large letters, as not for publication.
"""

from __future__ import annotations

import datetime as dt
from importlib.metadata import version

import attrs

from uncounted.errors import NotPublishable
from uncounted.publish.rates.figure import rates_figure
from uncounted.publish.report.document import (
    Block,
    BulletList,
    Document,
    FigureBlock,
    Paragraph,
    Section,
    TableBlock,
)
from uncounted.publish.report.html import html
from uncounted.rates.caveats import SMALL_COUNT, notes, target
from uncounted.rates.outcomes import Tally
from uncounted.rates.parts import Part, parts
from uncounted.rates.result import Rates
from uncounted.rates.sentences import RowLabels, sentence
from uncounted.rates.tables import TextTable

_HIDDEN = "Some counts by source are small. None is shown, as they can lead back to people."


def page(rates: Rates, labels: RowLabels, *, made: dt.date, internal: bool = False) -> bytes:
    """The page; the same rates and day, the same bytes.

    An internal one prints small counts too, and says that it must not leave.
    """
    if not internal:
        refuse_small(rates)
    return html(document(rates, labels, made=made, internal=internal))


def small(tally: Tally) -> bool:
    """Whether a group's counts may identify a person.

    Fewer than 5 with, or without, the outcome; none counts too, for then the outcome of
    everybody in the group is known. A count of zero unknown outcomes discloses nothing.

    Examples:
        >>> small(Tally(14, 20)), small(Tally(30, 30)), small(Tally(14, 20, 3))
        (False, True, True)
    """
    return min(tally.x, tally.n - tally.x) < SMALL_COUNT or 0 < tally.unknown < SMALL_COUNT


def refuse_small(rates: Rates) -> None:
    """Refuse what would print a small count, or let it be computed."""
    found = sum(small(rate.tally) for rate in rates.rates)
    if found:
        raise NotPublishable(
            f"{found} of {len(rates.rates)} groups have fewer than {SMALL_COUNT}"
            " rows with, without or of unknown outcome: publishing them could"
            " disclose people",
            hint="merge groups; or add --not-for-publication for an internal page",
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
    reported, *others = (
        _section(rates, part, internal) for part in parts(rates, labels, public=not internal)
    )
    mind = tuple((note, "") for note in notes(rates, labels, public=not internal))
    sections = [
        attrs.evolve(reported, blocks=(_figure(rates, labels), *reported.blocks)),
        *others,
        Section("target", "Of what this is a rate", (Paragraph(target(labels)),)),
        *((Section("mind", "To be minded", (BulletList(mind),)),) if mind else ()),
        _made(rates),
    ]
    return Document(
        language="en",
        title=f"{what}, as reported to us",
        banner=banner,
        headline=headline,
        lead=(sentence(rates, labels),),
        about=(
            ("Among", f"{labels.unit} that were reported to us, and no random sample of all"),
            ("Made", day),
        ),
        sections=tuple(sections),
        made=day,
        version=version("uncounted"),
    )


def _section(rates: Rates, part: Part, internal: bool) -> Section:
    """A part as a section; of sources nothing where a count is small."""
    if part.key == "sources" and not internal and sources_hidden(rates):
        return Section(part.key, part.heading, (Paragraph(_HIDDEN),))
    return Section(part.key, part.heading, tuple(_block(part, block) for block in part.blocks))


def _block(part: Part, block: TextTable | str) -> Block:
    if isinstance(block, str):
        return Paragraph(block)
    return TableBlock(
        block.header,
        block.rows,
        numeric=frozenset(range(1, len(block.header))),
        caption="" if block.caption == part.heading else f"{block.caption}.",
    )


def _figure(rates: Rates, labels: RowLabels) -> FigureBlock:
    caption = (
        "Solid: what chance alone would leave, if the reports were a random sample, which they "
        f"are not. Dashed: the rate among all {labels.unit}, with chance, if those that "
        f"{labels.says} are up to four times more, or less, likely than the others to reach us."
    )
    return FigureBlock(rates_figure(rates, labels), caption)


def _made(rates: Rates) -> Section:
    text = (
        f"Made by uncounted {version('uncounted')}. Intervals at "
        f"{100 * rates.settings.level:g}%: Wilson and Jeffreys for a rate; Miettinen and "
        "Nurminen's score, Newcombe, Koopman and Jeffreys draws for two; bounds after Manski, "
        "with chance after Imbens and Manski."
    )
    return Section("made", "How it was made", (Paragraph(text, "small"),))
