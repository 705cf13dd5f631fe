"""Source names and report ids in one Unicode form (NFC).

One keyboard gives an accented letter or a Hangul syllable whole, another in pieces. They
are one name: a report that was withdrawn must not come back because a Mac typed it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from uncounted.errors import BadInput, UsedWrongly
from uncounted.lookalikes import shape
from uncounted.vault.store.database import Storage


def whole(name: str) -> str:
    r"""Give the name as a case file keeps it (Unicode NFC).

    Examples:
        >>> whole("Cafe\u0301") == "Caf\u00e9"
        True
    """
    return unicodedata.normalize("NFC", name)


def forms(name: str) -> tuple[str, ...]:
    r"""Each way in which a name may have been kept, as now first: whole, in pieces, as given.

    Raises:
        BadInput: it is no text that can be written down.

    Examples:
        >>> forms("R-\ud800")
        Traceback (most recent call last):
        uncounted.errors.BadInput: the name of the source, or the id of the report, ...
    """
    if name.isascii():
        return (name,)
    if any("\ud800" <= letter <= "\udfff" for letter in name):
        raise BadInput(
            "the name of the source, or the id of the report, is not valid text",
            hint="it holds bytes that are not UTF-8, or half a character: write it again",
        )
    return tuple(dict.fromkeys((whole(name), unicodedata.normalize("NFD", name), name)))


def of_source(name: str, known: Iterable[str]) -> str:
    """The name of a source as the case file has it, or is to have it.

    Raises:
        UsedWrongly: one that differs from it only in capitals, spaces or letters that look
            alike is there; a report that was withdrawn would come back under the other.

    Examples:
        >>> of_source("Gather One", ["Gather One", "Gather Two"])
        'Gather One'
        >>> of_source("gather one", ["Gather One"])
        Traceback (most recent call last):
        uncounted.errors.UsedWrongly: the case file has a source with nearly the same name
    """
    there = set(known)
    for form in forms(name):
        if form in there:
            return form
    if shape(name) in {shape(other) for other in there}:
        raise UsedWrongly(
            "the case file has a source with nearly the same name",
            hint="they differ only in capitals, spaces or letters that look alike: write"
            " the name as before, or choose a clearly different one",
        )
    return whole(name)


def of_report(storage: Storage, source: str, report_id: str) -> tuple[str, str]:
    """Source and id of a report as the case file has them, or is to have them."""
    pairs = [(one, other) for one in forms(source) for other in forms(report_id)]
    return next((pair for pair in pairs if storage.report(*pair) is not None), pairs[0])
