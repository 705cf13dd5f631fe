"""Consent: the uses, audience and period that a report may be used for.

Consent travels beside the report, outside its payload, and is asked at every
use: no consent stated is no use allowed, and an expired one counts as none on the
day of use. It says nothing about who the person is.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

import attrs

from uncounted.errors import BadInput
from uncounted.proof.canonical_json import JSONObject

USES = ("link", "statistics", "quote-anonymously", "share-with-un")


def _as_uses(uses: Iterable[str]) -> frozenset[str]:
    stated = frozenset(uses)
    if stated - set(USES):
        raise BadInput(
            f"{len(stated - set(USES))} of the uses are unknown",
            hint="the uses are " + ", ".join(USES),
        )
    return stated


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


@attrs.frozen
class Consent:
    """For which uses, for whom, until when (that day included), and who gave it.

    Raises:
        BadInput: a use that is not one of `USES`.

    Examples:
        >>> consent = Consent({"link"}, until=datetime.date(2026, 6, 30))
        >>> consent.allows("link", datetime.date(2026, 6, 30))
        True
        >>> consent.allows("link", datetime.date(2026, 7, 1))
        False
        >>> consent.refusal("statistics", datetime.date(2026, 1, 1))
        'no consent for statistics'
    """

    uses: frozenset[str] = attrs.field(converter=_as_uses, default=frozenset())
    audience: str | None = None
    until: datetime.date | None = None
    given_by: str | None = None

    def allows(self, use: str, on: datetime.date, audience: str | None = None) -> bool:
        """Whether a report may be put to this use on this day, for this audience."""
        return self.refusal(use, on, audience) is None

    def refusal(self, use: str, on: datetime.date, audience: str | None = None) -> str | None:
        """Why not, in words that say nothing of the person; None when it is allowed.

        `audience` is for whom something is published; None: nothing leaves the case file.
        A consent that names an audience is for that audience and no other.
        """
        if use not in USES:
            raise BadInput(f"{use!r} is not a known use", hint="the uses are " + ", ".join(USES))
        if use not in self.uses:
            return f"no consent for {use}"
        if self.until is not None and on > self.until:
            return "consent ended"
        if (
            audience is not None
            and self.audience is not None
            and not _same(self.audience, audience)
        ):
            return "no consent for this audience"
        return None

    def narrowed(self, other: Consent) -> Consent:
        """What this one and another both allow; two that name different audiences allow nothing.

        Examples:
            >>> both = Consent({"link", "statistics"}).narrowed(Consent({"link"}, "the UN"))
            >>> sorted(both.uses), both.audience
            (['link'], 'the UN')
        """
        named = [one for one in (self.audience, other.audience) if one is not None]
        agree = len(named) < 2 or _same(*named)
        until = [day for day in (self.until, other.until) if day is not None]
        return Consent(
            self.uses & other.uses if agree else frozenset(),
            named[0] if named else None,
            min(until, default=None),
            self.given_by,
        )

    def to_json(self) -> JSONObject:
        """Plain values, the same for equal consents."""
        return {
            "uses": sorted(self.uses),
            "audience": self.audience,
            "until": self.until.isoformat() if self.until else None,
            "given_by": self.given_by,
        }

    @classmethod
    def from_json(cls, fields: JSONObject) -> Consent:
        """The consent that `to_json` wrote."""
        until = fields["until"]
        return cls(
            frozenset(fields["uses"]),
            fields["audience"],
            datetime.date.fromisoformat(until) if until else None,
            fields["given_by"],
        )
