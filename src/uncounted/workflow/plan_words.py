"""The words of a plan are printed as they are: none of them may name somebody on record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from uncounted.errors import NotPublishable
from uncounted.publish.plan import Plan
from uncounted.records.names.name import Name, plain
from uncounted.records.report import Report

_LEAST_HANGUL, _LEAST_LATIN = 3, 7  # letters of a name that is hardly part of another word


def refuse_names(plan: Plan, reports: Iterable[Report]) -> None:
    """Refuse a plan in whose words a whole name stands that a report has.

    Short names, and names of one word in an alphabet, are not looked for: they stand in other
    words.

    Raises:
        NotPublishable: without the name.
    """
    texts = list(map(_spaced, plan.words()))
    for report in reports:
        for name in report.names:
            if any(wanted in text for wanted in _whole(name) for text in texts):
                raise NotPublishable(
                    "the words of the plan hold the name of somebody on record",
                    hint="title, population and what is said of lists are printed as they are; "
                    "say them without names",
                )


def _spaced(text: str) -> str:
    """Letters and digits alone, words apart, a space at either end."""
    kept = "".join(char if char.isalnum() else " " for char in plain(text))
    return f" {' '.join(kept.split())} "


def _whole(name: Name) -> Iterator[str]:
    """What to look for: in an alphabet whole words, else letters wherever they stand."""
    parts = (name.family or "", name.given or "")
    for written in {name.written, " ".join(parts), " ".join(parts[::-1])}:
        text = _spaced(written)
        words = text.split()
        closed = "".join(words)
        if closed and min(closed) >= "\u2e80":  # Hangul and characters, which have no words
            if len(closed) >= _LEAST_HANGUL:
                yield from {closed, text.strip()}
        elif len(words) > 1 and len(closed) >= _LEAST_LATIN:
            yield text
