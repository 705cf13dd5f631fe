"""EDTF strings as intervals: doubt, open ends, and whether one lies in another."""

from __future__ import annotations

import re
from datetime import timedelta

from uncounted.errors import BadInput
from uncounted.records.dates import edtf
from uncounted.records.dates.single_dates import HINT


def is_backwards(start: str, end: str) -> bool:
    """Tell whether an EDTF date is after another, as far as both are stated."""
    one, two = start.rstrip("?~%"), end.rstrip("?~%")
    length = min(len(one), len(two))
    return ".." not in (one, two) and two[:length] < one[:length]


def months_of(text: str) -> tuple[int, int] | None:
    """The first and the last month that a date states, counted; None if it states none."""
    halves = text.split("/")
    try:
        first, last = edtf.bounds(f"{halves[0][:7]}/{halves[-1][:7]}")
    except BadInput:  # the range is refused, in these words, once it is read
        return None
    if first is None or last is None:
        return None
    return first.year * 12 + first.month, last.year * 12 + last.month


def is_of_two_winters(text: str) -> bool:
    """Tell whether a text is a winter, or the middle or end of one, of either end of its year."""
    return text[4:7] == "-24" or (text[4:7] == "-01" and text.split("/")[-1][:4] > text[:4])


def years_of(text: str) -> tuple[str, ...]:
    """The years that a date admits, if it is of one or two."""
    first, last = edtf.bounds(text)
    if first is None or last is None or last.year - first.year > 1:
        return ()
    return tuple(str(year) for year in range(first.year, last.year + 1))


def winters_of(text: str) -> tuple[str, str]:
    """The two winters of a year, from the first cold to the last."""
    year = int(text[:4])
    return f"{year}-01/{year}-03", f"{year}-11/{year + 1}-03"


def lies_in(one: str, other: str) -> bool:
    """Tell whether the days of one, as stated, are all days of the other."""
    first, last = edtf.bounds(re.sub("[?~%]", "", one))
    begin, end = edtf.bounds(other)
    if first is None or last is None or begin is None or end is None:
        return False
    return begin <= first and last <= end


def qualified(text: str, mark: str) -> str:
    """Add `?` or `~` to each date of an EDTF string; both together are `%`."""

    def one(end: str) -> str:
        if end in ("", ".."):
            return end
        there = end[-1] if end[-1] in "?~%" else ""
        return end.rstrip("?~%") + (mark if there in ("", mark) else "%")

    return "/".join(one(end) for end in text.split("/"))


def opened(text: str, *, before: bool, inclusive: bool) -> str:
    """Open an EDTF date to one side; without `inclusive` the date itself is left out."""
    halves = text.split("/")
    if inclusive and halves[0 if before else -1] == "..":
        return text
    if ".." in text:
        raise BadInput("a date with two open ends", hint=HINT)
    end = halves[-1] if before == inclusive else halves[0]
    # What is only about a date, or doubted, cannot be left out by a day.
    if inclusive or end[-1] in "?~%":
        return f"../{end}" if before else f"{end}/.."
    first, last = edtf.bounds(end)
    if first is None or last is None:
        raise BadInput("not a date: an open end without a year", hint=HINT)
    day = first - timedelta(days=1) if before else last + timedelta(days=1)
    short = day.isoformat()[: len(end)]
    return f"../{short}" if before else f"{short}/.."
