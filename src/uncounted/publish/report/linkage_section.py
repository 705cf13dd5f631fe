"""The section on record linkage: its uncertainty, and sensitivity to the linkage model."""

from __future__ import annotations

import math
from collections.abc import Iterator

from uncounted.estimate.base.rounding import Rounded, round_to_interval
from uncounted.publish.facts import AlternativeLinkages, LinkageFacts
from uncounted.publish.report.document import Paragraph, Section
from uncounted.publish.report.publishable import PublishableNumbers
from uncounted.publish.report.rounding import percent, spelled
from uncounted.text_table import whole

_FAILS = " The record linkage fails a check that it should pass."


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
        return " Alternative record-matching models were not tried."
    if ways.passing == 0:
        return " No alternative record-matching model that was tried passes its checks."
    if reach is None:
        return " Under alternative record-matching models there is no estimate."
    if further(numbers) is None:
        return " Alternative record-matching models that pass their checks do not widen it."
    return (
        " Over alternative record-matching models that pass their checks, it reaches "
        f"{_from_to(reach.low, reach.high)}."
    )


def further(numbers: PublishableNumbers) -> Rounded | None:
    """The headline as linked in other ways, where that reaches further than its range."""
    reach, main = numbers.linkage_range, numbers.headline and numbers.headline.value
    if not reach or not main or (reach.low, reach.high) == (main.low, main.high):
        return None
    return reach


def section(link: LinkageFacts, numbers: PublishableNumbers) -> Section:
    """How records were linked, the linkage uncertainty, and its effect on the estimate."""
    blocks = [Paragraph(link.method), Paragraph(_doubt(link))]
    if link.failed_check:
        blocks.append(
            Paragraph(
                f"{_FAILS.strip()} Records of different people may have been linked, or the chains"
                " may not have converged."
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
    return Section("linkage", "Record linkage", tuple(blocks))


def method(link: LinkageFacts) -> Section:
    """How records were linked, for a report without any figure of it."""
    return Section("linkage", "Record linkage", (Paragraph(link.method),))


def _doubt(link: LinkageFacts) -> str:
    low, high = link.people_interval
    text = (
        f"Which records are about the same person is not certain. Over {link.draws:,} posterior "
        f"draws of the linkage there are {whole(link.people_median)} different people on the "
        f"lists (95% interval {whole(low)}–{whole(high)}). The counts on this page are those of "
        "one representative grouping; the estimates average over all draws."
    )
    if link.linkage_variance_share is not None:
        text += (
            f" Record linkage accounts for {percent(link.linkage_variance_share)} of the variance "
            "of the main estimate (of log N)."
        )
    return text


def _otherwise(ways: AlternativeLinkages, numbers: PublishableNumbers) -> Iterator[str]:
    """Sensitivity to the prior and to the candidate pairs."""
    yield (
        f"The records were also linked under {spelled(ways.tried).lower()} alternative models: "
        "other prior distributions and other thresholds for candidate pairs. A model passes its "
        "checks if its chains agree, names weigh more than events, and it links no more records "
        "than their agreement supports. "
        f"{spelled(ways.passing) if ways.passing else 'None'} of these "
        f"{'pass' if ways.passing > 1 else 'passes'}."
    )
    if ways.not_estimable:
        undefined = spelled(ways.not_estimable).lower()
        yield f"Under {undefined} of those that pass there is no estimate."
    reach = numbers.linkage_range
    if reach is not None:
        yield (
            "Over these and the main model the intervals reach "
            f"{_from_to(reach.low, reach.high)}. This is not a 95% interval: it shows how much the "
            "estimate depends on choices that the records do not determine."
        )
    main = numbers.headline and numbers.headline.value
    if not main or ways.strict is None or ways.loose is None:
        return
    strict, loose = (
        whole(round_to_interval(point, None, numbers.table.observed, step=main.step).point)
        for point in (ways.strict, ways.loose)
    )
    yield (
        f"With strict matching the main estimate is about {strict}; with lenient matching, about "
        f"{loose}."
    )


def _from_to(low: int | None, high: int | None) -> str:
    if low is None:
        return "no estimate"
    return f"from {whole(low)} " + (
        f"to {whole(high)}" if high is not None else "with no upper limit"
    )
