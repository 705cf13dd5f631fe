"""A study as a person reads it in a terminal: the numbers, a small picture, what they rest on.

Nothing is printed finer than it is known, a refusal stands among the numbers with
its reason, and the methods that disagree are not in smaller print.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from uncounted.terminal import columns, interval_picture, number, plain_terminal, plural

if TYPE_CHECKING:
    from uncounted.estimate import Estimate, Study
    from uncounted.estimate.strata import Strata

_WIDTH = 88
_PICTURE = 34
_FARTHEST = 4  # the axis ends at so many times the largest point


def study_lines(study: Study | Strata) -> Iterator[str]:
    """A study in lines; a stratified one stratum by stratum, then the total."""
    from uncounted.estimate.strata import Strata

    if not isinstance(study, Strata):
        yield from _one_study(study)
        return
    for label, one in zip(study.labels, study.studies, strict=True):
        yield f"== {', '.join(f'{name} {value or "(empty)"}' for name, value in label.items())}"
        yield from _one_study(one)
        yield ""
    yield f"== in all: {number(study.observed)} people are documented"
    yield from _table(study.total, study.observed)
    yield from _warnings([w for estimate in study.total for w in estimate.warnings])


def _one_study(study: Study) -> Iterator[str]:
    from uncounted.estimate.words import what_would_change

    lists = " · ".join(f"{name} {number(n)}" for name, n in study.lists.items())
    yield f"{number(study.observed)} people are on {plural(len(study.lists), 'list')}: {lists}"
    yield ""
    yield from _table(study.estimates, study.observed)
    headline = study.headline
    if headline is not None:
        yield ""
        yield from _paragraph("What it rests on: ", headline.assumption)
        yield from _paragraph("What would change it: ", what_would_change(headline, study.observed))
    yield from _linkage(study)
    yield from _warnings(study.warnings)


def _table(estimates: tuple[Estimate, ...], observed: int) -> Iterator[str]:
    """One line a method: name, number in words, and its interval on an axis common to all."""
    from uncounted.estimate.words import in_words

    told = [e for e in estimates if e.ok]
    ends = [e.interval[1] for e in told if e.interval and e.interval[1] < float("inf")]
    points = [e.number() for e in told]
    right = max([*ends, *points], default=float(observed))
    right = min(right, _FARTHEST * max(points, default=right))  # one wide interval hides all others
    rows = []
    for estimate in told:
        low, high = estimate.interval or (estimate.number(), estimate.number())
        picture = interval_picture(
            low,
            estimate.number(),
            high,
            left=float(observed),
            right=right,
            width=_PICTURE,
            plain=plain_terminal(),
        )
        rows.append((estimate.method, in_words(estimate, observed), picture))
    if rows:
        ends_of_axis = number(observed).ljust(_PICTURE - len(number(right))) + number(right)
        yield columns([("", "", ends_of_axis), *rows])
    for estimate in estimates:
        if not estimate.ok:
            yield from _paragraph(f"{estimate.method}: no number: ", estimate.reason or "")


def _linkage(study: Study) -> Iterator[str]:
    if study.linkage is None:
        return
    share = study.linkage["variance_share"]
    low, high = study.linkage["observed"]["interval"]
    words = (
        f"averaged over {plural(study.linkage['draws'], 'draw')}, in which between {number(low)}"
        f" and {number(high)} people are recorded"
    )
    if share is not None:
        words += f"; {share:.0%} of the doubt comes from not being sure who is who"
    yield from _paragraph("Who is who: ", words + ".")


def _warnings(warnings: list[str] | tuple[str, ...]) -> Iterator[str]:
    for warning in dict.fromkeys(warnings):
        yield from _paragraph("Mind: ", warning)


def _paragraph(head: str, text: str) -> Iterator[str]:
    if text:
        yield from textwrap.wrap(head + text, _WIDTH, subsequent_indent="  ")
