"""A report: what one source says about one person; the value that is sealed, linked and counted.

There is no field for a route, a shelter, a helper or a present whereabouts, and there must never be
one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
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
_TEXTS = ("sex", "origin", "note", "collector", "occupation", "number")
_OWN = ("note", "number")  # what no other report says: not remembered


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

    `id` is the source's own key, `names` start with the main one, `sex` is "f", "m" or None,
    `origin` a place as written, `collector` the first collector. `relative` is a parent, husband or
    wife by name, `number` an identifier in another register.
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
        """Plain values for canonical JSON (RFC 8785); unstated fields are left out."""
        second = any(getattr(self, name) is not None for name in _SECOND)
        return {"format": 2 if second else 1, **_plain(self)}

    @classmethod
    def from_payload(cls, payload: JSONObject) -> Report:
        """Read back what `to_payload` gave; refuse the format of a later version."""
        if payload.get("format") not in FORMATS:
            raise BadInput(
                "a stored report has a format that this version does not support",
                hint="open the case file with the version of uncounted that wrote it",
            )
        birth, relative = payload.get("birth"), payload.get("relative")
        return cls(
            source=_shared(_text(payload["source"])),
            id=_text(payload["id"]),
            names=tuple(Name(**name) for name in payload["names"]),
            birth=_shared_date(birth["edtf"], birth["written"]) if birth else None,
            acts=tuple(_act(act) for act in payload["acts"]),
            relative=Name(**relative) if relative else None,
            **_texts(payload, _TEXTS),
        )


def _plain(value: Any) -> Any:
    if isinstance(value, PartialDate):
        return value.to_payload()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if not isinstance(value, (Report, Act, Name)):
        return value
    stated = ((each.name, getattr(value, each.name)) for each in attrs.fields(type(value)))
    return {name: _plain(one) for name, one in stated if one is not None}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadInput(
            "a report has a value that is not text where text is required",
            hint="write the file again with the program that made it",
        )
    return value


def _texts(payload: JSONObject, names: Iterable[str]) -> dict[str, str]:
    stated = {name: _text(payload[name]) for name in names if payload.get(name) is not None}
    return {name: text if name in _OWN else _shared(text) for name, text in stated.items()}


def _act(payload: JSONObject) -> Act:
    date = payload.get("date")
    edtf, written = (date["edtf"], date["written"]) if date else (None, None)
    stated = _texts(payload, ("kind", "place", "authority", "outcome"))
    return _shared_act(edtf, written, **stated)


def forget_shared() -> None:
    """Forget the values that reports share, once many are read: those of reports stay."""
    for each in (_shared, _shared_date, _shared_act):
        each.cache_clear()


# Many reports say the same: each value is there once.
@lru_cache(maxsize=65_536)
def _shared(text: str) -> str:
    return text


@lru_cache(maxsize=65_536)
def _shared_date(edtf: str, written: str) -> PartialDate:
    return PartialDate.from_payload({"edtf": edtf, "written": written})


@lru_cache(maxsize=65_536)
def _shared_act(edtf: str | None, written: str | None, **stated: str) -> Act:
    date = None if edtf is None or written is None else _shared_date(edtf, written)
    return Act(date=date, **stated)
