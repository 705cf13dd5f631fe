"""Rates in sentences: counts first, and percentages only with them."""

from __future__ import annotations

import math
import re

import attrs

from uncounted.estimate.base.rows import Interval
from uncounted.rates.outcomes import Tally
from uncounted.rates.reporting_bias import bias_adjusted
from uncounted.rates.result import Contrast, Rate, Rates

MIN_ROWS_FOR_PERCENT = 20  # rows below which no percentage is printed
MIN_ROWS_FOR_DECIMAL = 200  # rows from which a percentage has a decimal
MAX_GROUPS_IN_SENTENCE = 3  # groups that a sentence can carry; more are in a table
_LINKS = frozenset({"before", "after", "since", "until", "till", "from", "in", "during", "at"})
_LINKS |= {"on", "by", "between", "with", "without", "under", "over", "through", "up", "for"}
_LINKS |= {"near", "around"}


@attrs.frozen
class RowLabels:
    """What the rows are called.

    Parameters
    ----------
    unit : str
        The rows, in the plural, as in "of the 20 attempts".
    says : str
        What those with the outcome did, as in "14 ended in arrest".

    Examples
    --------
    >>> RowLabels("attempts", "ended in arrest").unit
    'attempts'
    """

    unit: str = "cases"
    says: str = "had the outcome"


def per_cent(share: float, n: float) -> str:
    """A share as a percentage, with a decimal from 200 rows on; 0 and 100 only if exact."""
    digits = 1 if n >= MIN_ROWS_FOR_DECIMAL else 0
    unit = 10.0**-digits / 100
    if 0 < share < unit:
        return f"under {unit:.{digits}%}"
    if 1 - unit < share < 1:
        return f"over {1 - unit:.{digits}%}"
    return f"{share:.{digits}%}"


def counts_with_percent(tally: Tally) -> str:
    """Counts first, then percentages, which are left out for fewer than 20 rows.

    Examples:
        >>> counts_with_percent(Tally(14, 20)), counts_with_percent(Tally(3, 7))
        ('14 of 20 (70%)', '3 of 7')
    """
    counts = f"{tally.x:,} of {tally.n:,}"
    return (
        counts
        if tally.n < MIN_ROWS_FOR_PERCENT
        else f"{counts} ({per_cent(tally.x / tally.n, tally.n)})"
    )


def interval_words(interval: Interval | None, n: float, joint: str = "to") -> str:
    """An interval in percent.

    Examples:
        >>> interval_words((0.481, 0.855), 20)
        '48% to 86%'
    """
    if interval is None:
        return "no interval"
    low, high = outward(interval, n)
    return f"{per_cent(low, n)} {joint} {per_cent(high, n)}"


def outward(interval: Interval, n: float) -> Interval:
    """An interval of shares to the step of `per_cent`, its limits rounded outward.

    Examples:
        >>> outward((0.481, 0.851), 20)
        (0.48, 0.86)
    """
    steps = 10.0 ** (3 if n >= MIN_ROWS_FOR_DECIMAL else 2)
    low, high = interval
    return math.floor(low * steps + 1e-9) / steps, math.ceil(high * steps - 1e-9) / steps


def points_interval(interval: Interval, n: float, joint: str = " to ") -> str:
    """An interval of a difference in percentage points, its limits rounded outward.

    Examples:
        >>> points_interval((-0.703, -0.221), 20)
        '-71 to -22'
    """
    return joint.join(percentage_points(limit, n) for limit in outward(interval, n))


def percentage_points(difference: float, n: float) -> str:
    """A difference in percentage points, with its sign."""
    text = f"{100 * difference:+.{1 if n >= MIN_ROWS_FOR_DECIMAL else 0}f}"
    return "0" if float(text) == 0 else text


def factor_words(factor: float, *, down: bool = False) -> str:
    """A factor to about two figures; `down` rounds it down, so as not to overstate it."""
    step = 0.01 if factor < 1.1 else 0.1 if factor < 5 else 1.0
    if factor >= 100:
        step = 10.0 ** (math.floor(math.log10(factor)) - 1)
    steps = math.floor(factor / step + 1e-9) if down else round(factor / step)
    digits = 2 if step == 0.01 else 1 if step == 0.1 else 0
    return f"{steps * step:,.{digits}f}".removesuffix(".0")


def ratio_words(value: float | None) -> str:
    """A ratio to two figures, and words where it has no end."""
    if value is None:
        return "none"
    if math.isinf(value):
        return "no end"
    if value == 0:
        return "0"
    if value >= 1000:
        return f"{float(f'{value:.2g}'):,.0f}"
    digits = max(0, 1 - math.floor(math.log10(value)))
    return f"{value:.{digits}f}"


def sentence(rates: Rates, labels: RowLabels) -> str:
    """The rates in one paragraph: counts, interval, condition and tipping point together.

    Parameters
    ----------
    rates : Rates
        What `compare` gives.
    labels : RowLabels
        What the rows are called.

    Returns
    -------
    str
        The paragraph; percentages only for groups of 20 rows and more.

    Examples
    --------
    >>> from uncounted.rates.outcomes import OutcomeTable
    >>> from uncounted.rates.compare import compare
    >>> found = compare(OutcomeTable.of({"before 2020": (14, 20), "since 2020": (6, 30)}))
    >>> for part in sentence(found, RowLabels("attempts", "ended in arrest")).split("; "):
    ...     print(part[:75])
    Of the 20 attempts before 2020 reported to us, 14 (70%) ended in arrest
    of the 30 since 2020, 6 (20%). If these reports were a random sample of all
    2.5 times would bring it within sampling error.
    """
    parts = [reported(rates, labels), chance(rates, labels)]
    parts.append("They are not a random sample.")
    if len(rates.contrasts) == 1:
        parts.append(tipping_sentence(rates.contrasts[0], labels))
    elif len(rates.rates) == 1:
        parts.append(if_easier(rates.rates[0], labels))
    else:
        parts.append(
            "How far reporting must have changed for each difference to be nothing but that "
            "is said beside it."
        )
    return " ".join(part for part in parts if part)


def reported(rates: Rates, labels: RowLabels) -> str:
    """The counts alone, in a sentence or two; of many groups, that the table has them."""
    if len(rates.rates) > MAX_GROUPS_IN_SENTENCE:
        return _reported_in_table(rates, labels)
    unknown = [rate for rate in rates.rates if rate.tally.unknown]
    known = " with a known outcome" if unknown else ""
    clauses: list[str] = []
    first = True
    for rate in rates.rates:
        clauses.append(_clause(rate, labels, known if first else "", first=first))
        first = first and not rate.tally.n
    text = "; ".join(clauses) + "."
    text = text[:1].upper() + text[1:]
    if unknown:
        unknown_words = _listed(
            [f"{rate.tally.unknown:,} more{within(rate.group)}" for rate in unknown]
        )
        text += f" The outcome is not known for {unknown_words}."
    return text


def _reported_in_table(rates: Rates, labels: RowLabels) -> str:
    unknown = sum(rate.tally.unknown for rate in rates.rates)
    known = " with a known outcome" if unknown else ""
    text = (
        f"There are {len(rates.rates)} groups; the table says of each how many of the "
        f"{labels.unit} reported to us{known} {labels.says}."
    )
    return f"{text} The outcome of {unknown:,} more is not known." if unknown else text


def _clause(rate: Rate, labels: RowLabels, known: str, *, first: bool) -> str:
    x, n, place = rate.tally.x, rate.tally.n, within(rate.group)
    if n == 0:
        return f"no outcome is known{place}"
    share = f" ({per_cent(x / n, n)})" if n >= MIN_ROWS_FOR_PERCENT else ""
    if not first:
        return f"of the {n:,}{place}, {_number(x)}{share}"
    whole, did = f"{labels.unit}{place} reported to us{known}", f"{_number(x)}{share} {labels.says}"
    return f"{whole}: only 1, of which {did}" if n == 1 else f"of the {n:,} {whole}, {did}"


def _number(x: int) -> str:
    return f"{x:,}" if x else "none"


def chance(rates: Rates, labels: RowLabels) -> str:
    """What chance alone would leave, under the condition that makes it so."""
    certain = [
        rate
        for rate in rates.rates
        if rate.interval is not None and rate.tally.n >= MIN_ROWS_FOR_PERCENT
    ]
    if len(rates.rates) > MAX_GROUPS_IN_SENTENCE:
        if certain:
            return _by_chance(rates, labels, "the intervals in the table")
        return (
            "What chance would leave cannot be said: all rows of each group come from one cluster."
        )
    parts = [
        f"{interval_words(rate.interval, rate.tally.n)}{within(rate.group)}" for rate in certain
    ]
    sentences = [_by_chance(rates, labels, _listed(parts))] if parts else []
    sentences += [
        f"What chance would leave{within(rate.group)} cannot be said: all its rows come from one "
        "cluster."
        for rate in rates.rates
        if rate.interval is None and rate.tally.n
    ]
    return " ".join(sentences)


def _by_chance(rates: Rates, labels: RowLabels, left: str) -> str:
    return (
        f"If these reports were a random sample of all {labels.unit}, chance alone would leave "
        f"{left}, {100 * rates.settings.level:g} times in 100."
    )


def tipping_sentence(contrast: Contrast, labels: RowLabels) -> str:
    """By what factor reporting must have changed for the contrast to be nothing but that."""
    tip = contrast.tipping
    if contrast.reason is not None:
        return f"They cannot be compared: {contrast.reason}."
    if tip is None:
        return ""
    enough = (
        "the smallest change" if tip.limit < 1.01 else f"{factor_words(tip.limit, down=True)} times"
    )
    by_chance = "It is within sampling error even for a random sample."
    if math.isinf(tip.point):
        text = (
            "One count is 0, so no change in what reaches us would explain all of the difference."
        )
        if tip.limit == 1:
            return f"{text} {by_chance}"
        return f"{text} It would be within sampling error if {_changed(contrast, labels, enough)}."
    text = f"The difference would disappear if {_changed(contrast, labels, _about(tip.point))}"
    if tip.limit == 1:
        return f"{text}. {by_chance}"
    return f"{text}; {enough} would bring it within sampling error."


def _about(point: float) -> str:
    return "barely more than" if point < 1.01 else f"about {factor_words(point)} times"


def _changed(contrast: Contrast, labels: RowLabels, factor: str) -> str:
    """Which of the two would have to be reported more easily: those with the outcome or without."""
    cases, others = f"those that {labels.says}", f"the other {labels.unit}"
    if contrast.tipping and contrast.tipping.direction == "less":
        cases, others = others, cases
    return (
        f"{cases} were {factor} as likely to reach us{within(contrast.group)} as"
        f"{within(contrast.reference)}, relative to {others}"
    )


def if_easier(rate: Rate, labels: RowLabels) -> str:
    """What the rate among all would be, were one outcome twice as easily reported."""
    if rate.share is None or rate.share in (0.0, 1.0) or rate.tally.n < MIN_ROWS_FOR_PERCENT:
        return ""
    twice, half = bias_adjusted(rate.share, 2.0), bias_adjusted(rate.share, 0.5)
    n = rate.tally.n
    return (
        f"If {labels.unit} that {labels.says} reach us twice as easily as the others, the rate "
        f"among all is {per_cent(twice, n)}; if half as easily, {per_cent(half, n)}."
    )


def named(group: str) -> str:
    """The group as a name in a sentence: marked as one where it is a word that wants another.

    Examples:
        >>> named("women"), named("before 2020"), named("after")
        ('women', 'before 2020', '"after"')
    """
    return f'"{group}"' if group.casefold() in _LINKS else group


def within(group: str) -> str:
    """The group as part of a sentence, with a space before it.

    Examples:
        >>> within("2015-2019"), within("before 2020"), within("women"), within("")
        (' in 2015-2019', ' before 2020', ' for women', '')
        >>> within("after"), within("7")
        (' in the group "after"', ' in group 7')
    """
    if not group:
        return ""
    if group.casefold() in _LINKS:
        return f" in the group {named(group)}"
    if group.isdecimal() and len(group) < 4:
        return f" in group {group}"
    if re.match(r"[12][0-9]{3}([^0-9]|$)", group):
        return f" in {group}"
    if group.split()[0].casefold() in _LINKS:
        return f" {group}"
    return f" for {group}"


def _listed(parts: list[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
