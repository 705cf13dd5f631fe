"""What one source says about one person: the value that is sealed, linked and counted.

A report is one source's words, not the truth: nothing here decides that two reports
are the same person. There is no field for a route, a shelter, a helper or for where
a living person is now, and there must never be one.
"""

from __future__ import annotations

from typing import Any

import attrs

from uncounted.errors import BadInput
from uncounted.proof.canonical_json import JSONObject
from uncounted.records.dates.partial_date import PartialDate
from uncounted.records.names.name import Name

# What does not tell people of one name apart is of the first form, and its bytes stay. A
# version that knows only that one refuses the second, and does not lose what it says.
FORMATS = (1, 2)
_SECOND = ("relative", "occupation", "number")


@attrs.frozen
class Act:
    """Something done to the person: what, when, where, by whom, and what came of it.

    `kind`, `authority` and `outcome` are codes of the vocabulary; `place` is as written.
    """

    kind: str | None = None
    date: PartialDate | None = None
    place: str | None = None
    authority: str | None = None
    outcome: str | None = None


@attrs.frozen
class Report:
    """What one source says about one person.

    `id` is the source's own key, `names` start with the main one, `sex` is "f", "m" or
    None, `origin` a place as written, `collector` whoever collected it first. `relative` is
    a parent, husband or wife by name, `occupation` what they did before, `number` what
    another register knows them by: they tell people of one name apart, and nothing else.

    Examples:
        >>> report = Report("A", "1", (Name("김철수"),), sex="m")
        >>> Report.from_payload(report.to_payload()) == report
        True
    """

    source: str
    id: str
    names: tuple[Name, ...]
    sex: str | None = None
    birth: PartialDate | None = None
    origin: str | None = None
    acts: tuple[Act, ...] = ()
    note: str | None = None
    collector: str | None = None
    relative: Name | None = None
    occupation: str | None = None
    number: str | None = None

    def to_payload(self) -> JSONObject:
        """Plain values for canonical JSON (RFC 8785); what is not said is left out."""
        second = any(getattr(self, name) is not None for name in _SECOND)
        payload: JSONObject = {
            "format": 2 if second else 1,
            "source": self.source,
            "id": self.id,
            "names": [_name_payload(name) for name in self.names],
            "sex": self.sex,
            "birth": self.birth and self.birth.to_payload(),
            "origin": self.origin,
            "acts": [_act_payload(act) for act in self.acts],
            "note": self.note,
            "collector": self.collector,
            "relative": self.relative and _name_payload(self.relative),
            "occupation": self.occupation,
            "number": self.number,
        }
        return _stated(payload)

    @classmethod
    def from_payload(cls, payload: JSONObject) -> Report:
        """Read back what `to_payload` gave.

        Raises:
            BadInput: it is not a report, or one of a later version of this program.
        """
        if payload.get("format") not in FORMATS:
            raise BadInput(
                "a sealed report has a form that this version does not know",
                hint="open the case file with the version of uncounted that wrote it",
            )
        birth, relative = payload.get("birth"), payload.get("relative")
        return cls(
            source=_text(payload["source"]),
            id=_text(payload["id"]),
            names=tuple(Name(**name) for name in payload["names"]),
            sex=_perhaps_text(payload.get("sex")),
            birth=PartialDate.from_payload(birth) if birth else None,
            origin=_perhaps_text(payload.get("origin")),
            acts=tuple(_act(act) for act in payload["acts"]),
            note=_perhaps_text(payload.get("note")),
            collector=_perhaps_text(payload.get("collector")),
            relative=Name(**relative) if relative else None,
            occupation=_perhaps_text(payload.get("occupation")),
            number=_perhaps_text(payload.get("number")),
        )


def _stated(values: JSONObject) -> JSONObject:
    return {key: value for key, value in values.items() if value is not None}


def _name_payload(name: Name) -> JSONObject:
    return _stated(attrs.asdict(name))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadInput(
            "a report has something else where a text should be",
            hint="what uncounted writes is never so: have the file written again by what made it",
        )
    return value


def _perhaps_text(value: Any) -> str | None:
    return None if value is None else _text(value)


def _act_payload(act: Act) -> JSONObject:
    return _stated(
        {
            "kind": act.kind,
            "date": act.date and act.date.to_payload(),
            "place": act.place,
            "authority": act.authority,
            "outcome": act.outcome,
        }
    )


def _act(payload: JSONObject) -> Act:
    date = payload.get("date")
    return Act(
        kind=_perhaps_text(payload.get("kind")),
        date=PartialDate.from_payload(date) if date else None,
        place=_perhaps_text(payload.get("place")),
        authority=_perhaps_text(payload.get("authority")),
        outcome=_perhaps_text(payload.get("outcome")),
    )
