"""What a mapping says: columns of dates, acts and consent, and about its source (plain values)."""

from __future__ import annotations

from datetime import date

import attrs

from uncounted.proof.canonical_json import JSONObject
from uncounted.records.dates.partial_date import PartialDate
from uncounted.vault.reports.consent import Consent

CONSENT_FIELDS = ("uses", "audience", "until", "given_by")
ACT_FIELDS = ("act", "date", "place", "authority", "outcome")
NAME_FIELDS = ("name", "family_name", "given_name")
# Each is one column of a file, and what a report says under the same name.
STATED_FIELDS = (
    "sex", "birth", "origin", "relative", "occupation", "number", "note", "collector",
)  # fmt: skip
PERSON_FIELDS = ("id", *NAME_FIELDS, "name_alt", *STATED_FIELDS)
FIELDS = PERSON_FIELDS + ACT_FIELDS


@attrs.frozen
class DateColumns:
    """Where a date is: in one column, or in columns for year, month and day.

    `by_age`: a birth, and its column has the age at the first act of the row.
    """

    year: str
    month: str | None = None
    day: str | None = None
    whole: bool = True
    by_age: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it is read from."""
        return tuple(name for name in (self.year, self.month, self.day) if name)


@attrs.frozen
class ActColumns:
    """Where one act of a row is; `kind` is a code when every row has the same act here.

    With `repeat` the acts are the rows of a second table of that name, joined by its column
    `parent` to the column `key` of the first; None: as KoBo and ODK do it. With `split` a
    cell may hold several acts, each with the same date, place and rest.
    """

    kind: str | None = None
    act: str | None = None
    date: DateColumns | None = None
    place: str | None = None
    authority: str | None = None
    outcome: str | None = None
    repeat: str | None = None
    key: str | None = None
    parent: str | None = None
    split: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it is read from: of the second table, if it is in one."""
        own = tuple(name for name in (self.act, self.place, self.authority, self.outcome) if name)
        return own + (self.date.columns if self.date else ())


@attrs.frozen
class Column:
    """A value that each row states for itself, in this column."""

    name: str


@attrs.frozen
class ConsentRule:
    """What consent each row has: the same for all, or read from columns. Nothing stated: none."""

    uses: frozenset[str] | Column = frozenset()
    audience: str | Column | None = None
    until: date | Column | None = None
    given_by: str | Column | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it is read from."""
        rules = (self.uses, self.audience, self.until, self.given_by)
        return tuple(rule.name for rule in rules if isinstance(rule, Column))

    @property
    def same_for_all(self) -> Consent | None:
        """The one consent of every row, or None where rows state their own."""
        if self.columns:
            return None
        return Consent(self.uses, self.audience, self.until, self.given_by)  # type: ignore[arg-type]


@attrs.frozen
class Covers:
    """What a source looked for: from when, to when, which acts. None and empty: not said."""

    start: PartialDate | None = None
    end: PartialDate | None = None
    acts: tuple[str, ...] = ()

    def admits_date(self, day: PartialDate) -> bool:
        """Tell whether some day of a date lies in the period."""
        first = self.start.earliest if self.start else None
        last = self.end.latest if self.end else None
        return not (
            (first and day.latest and day.latest < first)
            or (last and day.earliest and day.earliest > last)
        )

    def to_payload(self) -> JSONObject:
        """Plain values, for what a case file keeps about a source."""
        return {
            "from": self.start.edtf if self.start else None,
            "to": self.end.edtf if self.end else None,
            "acts": list(self.acts),
        }


@attrs.frozen
class SourceInfo:
    """What the mapping says about the source: who collects, what it covers, how dates are kept.

    `pads_dates`: the system fills a missing month and day with 1, so 1 January may be only
    a year. `day_first`: how 07/05/2013 is meant; None: not said. `unix_dates`: a date is a
    number of seconds since 1970, as in Uwazi's JSON. `calendar`: of dates without a mark; None:
    Gregorian. `languages`: of its names, as codes of language packs; empty: found from the names.
    """

    collector: str | None = None
    covers: Covers | None = None
    pads_dates: bool = False
    day_first: bool | None = None
    unix_dates: bool = False
    calendar: str | None = None
    languages: tuple[str, ...] = ()

    def about(self) -> JSONObject:
        """Plain values, for what a case file keeps about a source."""
        return {
            "collector": self.collector,
            "covers": self.covers.to_payload() if self.covers else None,
            **({"languages": list(self.languages)} if self.languages else {}),
        }
