"""The section on record linkage: its uncertainty, and sensitivity to the linkage model."""

from __future__ import annotations

import math
from collections.abc import Iterator

from uncounted.estimate.base.rounding import Rounded, round_to_interval, whole
from uncounted.publish.facts import AlternativeLinkages, LinkageFacts
from uncounted.publish.report.document import Paragraph, Section
from uncounted.publish.report.publishable import PublishableNumbers
from uncounted.publish.report.rounding import percent, spelled

_FAILS = " The way in which the lists were linked fails a check that it should pass."


def lead_sentences(link: LinkageFacts, numbers: PublishableNumbers) -> str:
    """For the head of the report: how far the range would reach, beside the range itself."""
    if numbers.headline is None or numbers.headline.value is None:
        return ""
    return (_FAILS if link.failed_check else "") + _reaching(link.alternatives, numbers)


def _reaching(ways: AlternativeLinkages | None, numbers: PublishableNumbers) -> str:
    reach = numbers.linkage_range
    if ways is None:
        return ""
    if ways.tried == 0:
        return " What other ways of linking the lists would give was not looked at."
    if ways.passing == 0:
        return " No other way of linking the lists that was tried passes its checks."
    if reach is None:
        return " Where the lists are linked in other ways, there is no number."
    if further(numbers) is None:
        return " Linked in other ways that pass their checks, the lists take it no further."
    return (
        " Over other ways of linking the lists that pass their checks, the range reaches "
        f"{_from_to(reach.low, reach.high)}."
    )


def further(numbers: PublishableNumbers) -> Rounded | None:
    """The headline as linked in other ways, where that reaches further than its range."""
    reach, main = numbers.linkage_range, numbers.headline and numbers.headline.value
    if not reach or not main or (reach.low, reach.high) == (main.low, main.high):
        return None
    return reach


def section(link: LinkageFacts, numbers: PublishableNumbers) -> Section:
    """How it was decided, with how much doubt, and what hangs on it."""
    blocks = [Paragraph(link.method), Paragraph(_doubt(link))]
    if link.failed_check:
        blocks.append(
            Paragraph(
                f"{_FAILS.strip()} Reports of different people may have been taken for one person,"
                " or the answer may depend on where the computation began."
            )
        )
    if link.alternatives is not None and link.alternatives.tried:
        blocks.append(Paragraph(" ".join(_otherwise(link.alternatives, numbers))))
    if link.rhat is not None and math.isfinite(link.rhat):
        verdict = "agree" if link.rhat <= 1.05 else "do not agree well"
        blocks.append(
            Paragraph(
                f"Independent runs of the linkage {verdict} (R-hat of the number of people "
                f"{link.rhat:.3f}; 1 is perfect agreement).",
                "small",
            )
        )
    return Section("linkage", "How it was decided who is who", tuple(blocks))


def _doubt(link: LinkageFacts) -> str:
    low, high = link.people_interval
    text = (
        f"Which reports are about the same person is not certain. Over {link.draws:,} ways of "
        f"telling them apart, drawn by their probability, there were {whole(link.people_median)} "
        f"different people on the lists; in 95 of 100 ways, {whole(low)} to {whole(high)}. "
        "The counts on this page are those of one way, chosen by a fixed rule; the estimates "
        "average over all of them."
    )
    if link.linkage_variance_share is not None:
        text += (
            f" Who is who makes {percent(link.linkage_variance_share)} of the doubt in the main "
            "number (of its variance, on the scale of logarithms)."
        )
    return text


def _otherwise(ways: AlternativeLinkages, numbers: PublishableNumbers) -> Iterator[str]:
    """What hangs on the prior and on who may be one person at all."""
    yield (
        f"The reports were linked in {spelled(ways.tried).lower()} other ways, too: under other "
        "assumptions of how often reports are about one person, and other rules of which may be at "
        "all. A way passes its checks if independent runs agree, names decide more than events do, "
        "and no more reports are joined than agreement between them suggests. "
        f"{spelled(ways.passing) if ways.passing else 'None'} of these "
        f"{'do' if ways.passing > 1 else 'does'}."
    )
    if ways.not_estimable:
        undefined = spelled(ways.not_estimable).lower()
        yield f"Under {undefined} of those that pass there is no number at all."
    reach = numbers.linkage_range
    if reach is not None:
        yield (
            "Over these and the main way the range reaches "
            f"{_from_to(reach.low, reach.high)}. That is no interval of 95%: it says how far the "
            "number hangs on choices that the reports do not settle."
        )
    main = numbers.headline and numbers.headline.value
    # the same method on two more tables: where counts are hidden, that would help to search
    if not main or numbers.table.hidden or ways.strict is None or ways.loose is None:
        return
    strict, loose = (
        whole(round_to_interval(point, None, numbers.table.observed, step=main.step).point)
        for point in (ways.strict, ways.loose)
    )
    yield (
        f"If only pairs that are nearly sure were links, the main number would be about {strict}; "
        f"if all were but those that are nearly sure to be none, about {loose}."
    )


def _from_to(low: int | None, high: int | None) -> str:
    if low is None:
        return "no number"
    return f"from {whole(low)} " + (f"to {whole(high)}" if high is not None else "without an end")
