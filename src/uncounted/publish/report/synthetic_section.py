"""The section on coverage, for synthetic data: how far the report is from the true value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from uncounted.estimate.base.rounding import Rounded, round_estimate, whole
from uncounted.publish.facts import SyntheticTruth
from uncounted.publish.report.document import Paragraph, Section, TableBlock
from uncounted.publish.report.publishable import PublishableNumbers
from uncounted.publish.report.rounding import percent


def lead_sentence(truth: SyntheticTruth, value: Rounded) -> str:
    """For the head of the report: what the truth is, and whether the range holds it."""
    text = f"In this made-up example the truth is known: {whole(truth.number)}. "
    if _holds(value, truth.number):
        return text + "The range holds it."
    return text + 'The range misses it; "How far from the truth" below says why.'


def coverage_section(truth: SyntheticTruth, numbers: PublishableNumbers) -> Section:
    """The section that only a made-up population can have."""
    N = truth.number
    perfect = {
        e.method: value
        for e in (truth.perfect.estimates if truth.perfect else ())
        if (value := round_estimate(e, truth.perfect.observed if truth.perfect else 0))
    }
    rows = []
    for answer in numbers.answers:
        if answer.value is None:
            continue
        clean = perfect.get(answer.estimate.method)
        rows.append(
            (
                answer.label,
                _verdict(answer.value, N, answer.bound),
                "" if clean is None else _verdict(clean, N, answer.bound),
            )
        )
    grid = TableBlock(
        ("Method", "On these lists as linked", "Had nobody been mistaken for another"),
        tuple(rows),
        caption=f"Whether each published interval holds the truth, {whole(N)}.",
    )
    blocks: list[Paragraph | TableBlock] = [Paragraph(_distance(N, numbers)), grid]
    if truth.perfect is not None:
        blocks.append(Paragraph(_why(truth, numbers, perfect)))
        found, real = numbers.table.observed, truth.perfect.observed
        blocks.append(
            Paragraph(
                f"On the lists there are really {whole(real)} people; linking the reports found "
                f"{whole(found)}."
            )
        )
    if truth.capture:
        blocks.append(Paragraph(f"How these lists come by their people. {truth.capture}"))
    return Section("truth", "How far from the truth", tuple(blocks))


def _distance(N: int, numbers: PublishableNumbers) -> str:
    begin = f"The people are made up, so the truth is known: there are {whole(N)} of them. "
    if numbers.headline is None or numbers.headline.value is None:
        return begin + "No method gave a number to compare it with."
    value = numbers.headline.value
    off = (value.point - N) / N
    side = "above" if off > 0 else "below"
    missed = "" if abs(off) < 0.005 else f", {percent(abs(off))} {side} it"
    return (
        f"{begin}The number of this report is about {whole(value.point)}{missed}; its interval "
        f"{'holds' if _holds(value, N) else 'misses'} the truth. No real population allows this "
        "comparison, which is why a made-up one is worth looking at."
    )


def _holds(value: Rounded, N: int) -> bool:
    return (value.low or 0) <= N and (value.high is None or value.high >= N)


def _well_within(value: Rounded, N: int) -> bool:
    """Whether the truth is further from both ends than the rounding of an end may have moved it."""
    low = value.low is None or value.low + value.step <= N
    return low and (value.high is None or value.high - value.step >= N)


def _verdict(value: Rounded, N: int, bound: bool) -> str:
    if bound:
        kept = "true as a bound" if value.point <= N else "above the truth, where no bound may be"
        return f"at least {whole(value.point)}: {kept}"
    if _holds(value, N):
        return f"{value.span}: holds it"
    return f"{value.span}: misses it, too {'low' if (value.high or 0) < N else 'high'}"


def _why(truth: SyntheticTruth, numbers: PublishableNumbers, perfect: Mapping[str, Rounded]) -> str:
    N = truth.number
    full = {a.estimate.method: a.label for a in numbers.answers if not a.bound}
    judged = {m: v for m, v in perfect.items() if m in full}
    missing = {m: v for m, v in judged.items() if not _holds(v, N)}
    parts = []
    if not judged:
        return "Under perfect linkage no method gives a number."
    if not missing:
        parts.append(
            "Had every report been given to the right person, every interval would hold the "
            "truth. One population proves little: an interval that holds it here may miss it in "
            "the next."
        )
    else:
        parts.append(
            f"Had every report been given to the right person, {_named(missing, full)} would still "
            "miss the truth. So the linkage is not the reason: the assumption is."
        )
        parts.extend(_unequal_or_apart(missing.values(), N))
    parts.extend(_by_linkage(numbers, judged, N))
    headline = numbers.headline
    if headline and headline.value and (clean := judged.get(headline.estimate.method)):
        moved = headline.value.point - clean.point
        if abs(moved) < headline.value.step:
            parts.append("Linkage moved the main number by less than its rounding.")
        else:
            parts.append(
                f"Linkage moved the main number by about {whole(abs(moved))} "
                f"{'up, as links that are missed do' if moved > 0 else 'down, as false links do'}."
            )
    return " ".join(parts)


def _named(methods: Iterable[str], labels: Mapping[str, str]) -> str:
    """`the interval of "Independent lists"`, or of several."""
    names = [f'"{labels[m]}"' for m in methods]
    if len(names) == 1:
        return f"the interval of {names[0]}"
    return f"the intervals of {', '.join(names[:-1])} and {names[-1]}"


def _unequal_or_apart(missing: Iterable[Rounded], N: int) -> Iterator[str]:
    sides = {(v.high or 0) < N for v in missing}
    if True in sides:
        yield (
            "An interval that lies too low is what unequal capture gives. When some people are "
            "easy to record for every list and others for none, or lists ask one another for "
            "names, the lists overlap more than they would by chance; a method that does not "
            "know of this takes the overlap as a sign that few are missing."
        )
    if False in sides:
        yield (
            "An interval that lies too high is what lists give that avoid each other, as when "
            "they share out the work: they overlap less than they would by chance, and the "
            "method takes that as a sign that many are missing."
        )


def _by_linkage(
    numbers: PublishableNumbers, perfect: Mapping[str, Rounded], N: int
) -> Iterator[str]:
    """Where the linkage itself made an interval miss the truth, or happened to save it."""
    labels = {a.estimate.method: a.label for a in numbers.answers}
    linked = {
        a.estimate.method: a.value
        for a in numbers.answers
        if a.value is not None and a.estimate.method in perfect
    }
    lost = [m for m, v in linked.items() if not _holds(v, N) and _holds(perfect[m], N)]
    saved = [m for m, v in linked.items() if _holds(v, N) and not _holds(perfect[m], N)]
    rounded = [m for m in saved if not _well_within(linked[m], N)]
    saved = [m for m in saved if m not in rounded]
    if lost:
        yield f"It is the linkage that makes {_named(lost, labels)} miss it."
    if saved:
        yield (
            f"That as linked {_named(saved, labels)} held it is luck: mistakes of the linkage "
            "happened to move the number the right way."
        )
    if rounded:
        yield f"That as linked {_named(rounded, labels)} held it may be no more than rounding."
