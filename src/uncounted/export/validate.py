"""Validation of the values of an export, one by one, before any is taken in.

What is taken in here is read again by every later step, so a value of another kind than
the format says would be a mine laid for them. Nothing is mended: it is as the format says,
or it is refused.
"""

from __future__ import annotations

import datetime
from typing import Any

from uncounted.errors import BadInput
from uncounted.proof.canonical_json import JSONObject, canonical
from uncounted.records import report_limits
from uncounted.records.custom_vocabulary import OwnWords
from uncounted.records.dates.partial_date import PartialDate
from uncounted.records.names.languages.pack import stated_words
from uncounted.vault.reports.consent import Consent

_LARGEST_COUNT = 10**12
_HINT = "take the export once more, or import the CSV files of an export one by one"


def text(value: Any) -> str:
    r"""A text that can be written down, and is not empty.

    Examples:
        >>> text("half a character: \ud800")
        Traceback (most recent call last):
        uncounted.errors.BadInput: a value of the export has the wrong type
    """
    if not isinstance(value, str) or not value:
        raise _wrong()
    return whole(value)


def whole(value: str) -> str:
    """The text, unless half a character is in it."""
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise _wrong()
    return value


def perhaps(value: Any) -> str | None:
    """A text, or None where nothing is said; an empty one may be there."""
    return None if value is None else whole(value) if isinstance(value, str) else text(value)


def name(value: Any) -> str:
    """A name that stands on terminals and pages, such as that of a list: on one line."""
    found = text(value)
    if not found.isprintable() or found != found.strip():
        raise _wrong()
    return found


def source(value: Any) -> str:
    """The name of a source, as an import of a table may have it too."""
    found = name(value)
    if not report_limits.is_source(found):
        raise BadInput(
            "a value of the export is no name that a source may have",
            hint="a source has up to 60 letters, digits, spaces, dots or hyphens, and not the"
            f" name of a column of tables ({', '.join(report_limits.RESERVED)})",
        )
    return found


def count(value: Any) -> int:
    """How many of something there are: a whole number, not below 0."""
    if type(value) is not int or not 0 <= value <= _LARGEST_COUNT:
        raise _wrong()
    return value


def collector(value: Any) -> str | None:
    """Who collected something first, or None; no terminal is steered by it."""
    found = perhaps(value)
    if found is not None and not report_limits.is_collector(found):
        raise _wrong()
    return found


def consent(fields: Any) -> Consent:
    """What may be done with a report; None: nothing was said, so nothing.

    Examples:
        >>> given = {"uses": ["link"], "audience": None, "until": "2030-01-31", "given_by": None}
        >>> consent(given).until
        datetime.date(2030, 1, 31)
    """
    if fields is None:
        return Consent()
    until = perhaps(fields["until"])
    if until is not None and datetime.date.fromisoformat(until).isoformat() != until:
        raise _wrong()
    return Consent.from_json(
        {
            "uses": [text(use) for use in _list(fields["uses"])],
            "audience": _short(fields["audience"]),
            "until": until,
            "given_by": _short(fields["given_by"]),
        }
    )


def settings(value: Any) -> JSONObject:
    """What was last said about a source: collector, coverage, own words, languages of names.

    Own words may be older than the vocabulary's: a code that it has gained since stays theirs.
    """
    kept = ("collector", "covers", "vocabulary", "languages")
    found = {key: value[key] for key in kept if key in value}
    canonical(found)
    who = collector(found.get("collector"))
    if who is not None and not who.isprintable():
        raise _wrong()
    covers = found.get("covers")
    if covers is not None:
        days, acts = (covers["from"], covers["to"]), _list(covers["acts"])
        found["covers"] = {"from": days[0], "to": days[1], "acts": acts}
        for day in filter(None, map(_short, days)):
            _date(day)
        if len(acts) > report_limits.MOST_ACTS:
            raise _wrong()
        if not all(report_limits.is_code("act", text(act)) for act in acts):
            raise _wrong()
    if found.get("vocabulary") is not None:
        OwnWords.parse(found["vocabulary"], kept=True)
    if not set(map(text, _list(found.get("languages", [])))) <= set(stated_words().values()):
        raise _wrong()
    return found


def _short(value: Any) -> str | None:
    found = perhaps(value)
    if found is not None and len(found) > report_limits.LONGEST_WORD:
        raise _wrong()
    return found


def _date(text: str) -> None:
    try:
        PartialDate.of(text)
    except BadInput:
        raise _wrong() from None


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong()
    return value


def _wrong() -> BadInput:
    return BadInput("a value of the export has the wrong type", hint=_HINT)
