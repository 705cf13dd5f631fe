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
from uncounted.records.custom_vocabulary import OwnWords
from uncounted.vault.reports.consent import Consent

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
            "audience": perhaps(fields["audience"]),
            "until": until,
            "given_by": perhaps(fields["given_by"]),
        }
    )


def settings(value: Any) -> JSONObject:
    """What was last said about a source: collector, coverage, own words."""
    found = dict(value)
    canonical(found)
    perhaps(found.get("collector"))
    covers = found.get("covers")
    if covers is not None:
        for day in (covers["from"], covers["to"]):
            perhaps(day)
        for act in _list(covers["acts"]):
            text(act)
    if found.get("vocabulary") is not None:
        OwnWords.parse(found["vocabulary"])
    return found


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong()
    return value


def _wrong() -> BadInput:
    return BadInput("a value of the export has the wrong type", hint=_HINT)
