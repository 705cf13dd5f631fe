"""Partial dates: stored as written, compared as intervals, never a timestamp."""

from __future__ import annotations

from datetime import date

import attrs

from uncounted.errors import BadInput
from uncounted.proof.canonical_json import JSONObject
from uncounted.records.dates import edtf
from uncounted.records.dates import parse as written


@attrs.frozen
class PartialDate:
    """A date as far as it is known.

    `edtf` is the normalised form; `earliest` and `latest` are the first and last day that
    it admits (None: open); `written` is what the source wrote.

    Examples:
        >>> day = parse("2013년 5월")
        >>> day.edtf, day.earliest, day.latest, day.written
        ('2013-05', datetime.date(2013, 5, 1), datetime.date(2013, 5, 31), '2013년 5월')
    """

    edtf: str
    earliest: date | None
    latest: date | None
    written: str

    @classmethod
    def of(cls, text: str, *, written: str | None = None) -> PartialDate:
        """Make one from an EDTF string of the profile."""
        earliest, latest = edtf.bounds(text)
        return cls(text, earliest, latest, text if written is None else written)

    @property
    def is_day(self) -> bool:
        """One day and no doubt about it."""
        return self.earliest is not None and self.earliest == self.latest

    def to_payload(self) -> JSONObject:
        """The form that is sealed: the bounds follow from the EDTF string."""
        return {"edtf": self.edtf, "written": self.written}

    @classmethod
    def from_payload(cls, payload: JSONObject) -> PartialDate:
        """Read back what `to_payload` gave."""
        return cls.of(payload["edtf"], written=payload["written"])


@attrs.frozen
class DateReading:
    """The date that a text says, or None ("unknown"), and remarks without content."""

    date: PartialDate | None
    notes: tuple[str, ...] = ()


def read(
    text: str,
    *,
    day_first: bool | None = None,
    birth: bool = False,
    calendar: str | None = None,
) -> DateReading:
    """Read a date as people write it, with remarks; a refusal does not repeat the text.

    `day_first` is how 07/05/2013 is meant (None: both); "1985년생" and "b. 1985" are of a `birth`.
    `calendar` is that of dates without a mark (None: the Gregorian one).
    """
    found, notes = written.translate(text, day_first=day_first, birth=birth, calendar=calendar)
    return DateReading(PartialDate.of(found, written=text) if found else None, notes)


def parse(text: str, *, day_first: bool | None = None, calendar: str | None = None) -> PartialDate:
    """Read a date as `read` does; "unknown" is refused as well.

    Examples:
        >>> parse("about 2013").edtf, parse("before May 2013").edtf, parse("201X").edtf
        ('2013~', '../2013-04', '201X')
    """
    found = read(text, day_first=day_first, calendar=calendar).date
    if found is None:
        raise BadInput("the date is unknown", hint="leave the cell empty")
    return found
