"""Bodies of entries, by kind; the fields are the keys of their JSON, which never change.

A field with a default is one that older versions of this program did not write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import attrs

from uncounted.proof.canonical_json import JSONObject
from uncounted.vault.keys.grants import Member

type ReportKey = tuple[str, str]  # source and id of a report
type Pair = tuple[ReportKey, ReportKey]


def _range(numbers: Sequence[int]) -> tuple[int, int]:
    start, end = numbers
    return start, end


def _pair(keys: Sequence[Sequence[str]]) -> Pair:
    (source, report_id), (other_source, other_id) = keys
    return (source, report_id), (other_source, other_id)


def _member(fields: Member | JSONObject) -> Member:
    return fields if isinstance(fields, Member) else Member(**fields)


_KEYS: dict[type, list[str]] = {}  # of each kind, in the order of its fields


@attrs.frozen
class Body:
    """What an entry says, apart from its payload."""

    def to_json(self) -> JSONObject:
        """The object that is sealed; a field called `import_` is its key `import`."""
        return dict(zip(self._keys(), attrs.astuple(self, recurse=False), strict=True))

    @classmethod
    def _keys(cls) -> list[str]:
        if cls not in _KEYS:
            _KEYS[cls] = [field.name.rstrip("_") for field in attrs.fields(cls)]
        return _KEYS[cls]

    @classmethod
    def from_json(cls, fields: JSONObject) -> Self:
        """Read the object; keys that are not fields, such as `payload`, are passed over."""
        keys = cls._keys()
        try:
            return cls(*map(fields.__getitem__, keys))
        except KeyError:  # of an older version
            names = [field.name for field in attrs.fields(cls)]
            there = zip(names, keys, strict=True)
            return cls(**{name: fields[key] for name, key in there if key in fields})


@attrs.frozen
class VersionBody(Body):
    """`report`, `amendment`, `consent`: a version of a report.

    `first` and `previous` are entries: of its first version (None: this one), and the one before.
    """

    source: str
    id: str
    ref: str
    first: int | None
    previous: int | None
    collector: str | None
    consent: JSONObject
    print: str


@attrs.frozen
class ImportBody(Body):
    """`import`: what became of a file's rows; `reports` are its entries from and to."""

    source: str
    about: JSONObject
    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    reports: tuple[int, int] = attrs.field(converter=_range)
    before: JSONObject | None = None  # what was known of the source before
    consent_kept: int = 0
    amendments_replaced: int = 0


@attrs.frozen
class UndoBody(Body):
    """`undo`: an import that was taken back, and what is known of the source without it."""

    import_: int
    source: str
    about: JSONObject | None
    removed: int
    restored: int
    kept: int
    decisions: list[int] = attrs.field(factory=list)


@attrs.frozen
class WithdrawalBody(Body):
    """`withdrawal`: the entries that were forgotten with a report."""

    tombstone: str
    versions: list[int]
    attachments: list[int] | None = None
    decisions: list[int] = attrs.field(factory=list)


@attrs.frozen
class AttachmentBody(Body):
    """`attachment`: a file of a report.

    `size` and `sha256` are of its content in clear. `file` is the SHA-256 of the age file, and
    its name; `identity` is the age key that opens it.
    """

    source: str
    report: str = attrs.field(repr=False)
    name: str = attrs.field(repr=False)
    size: int
    sha256: str
    file: str
    identity: str = attrs.field(repr=False)


@attrs.frozen
class DecisionBody(Body):
    """`decision`: that two reports are about the same person or not."""

    pair: Pair = attrs.field(converter=_pair, repr=False)
    same: bool
    previous: int | None


@attrs.frozen
class DecisionsBody(Body):
    """`decisions`: what became of the rows of a file; its decisions are entries from and to."""

    rows: int
    new: int
    changed: int
    unchanged: int
    rejected: int
    decisions: tuple[int, int] = attrs.field(converter=_range)


@attrs.frozen
class DecisionUndoBody(Body):
    """`decision-undo`: which decisions were taken back, of which entry."""

    of: int
    decisions: list[int]


@attrs.frozen
class TimestampBody(Body):
    """`timestamp`: hashes of a checkpoint and of an authority's answer over it, and its time."""

    authority: str
    checkpoint: str
    response: str
    size: int
    time: str


@attrs.frozen
class MemberBody(Body):
    """`create`, `grant`, `join`, `recovery`, `revocation`: who came or went."""

    member: Member = attrs.field(converter=_member)
    replaces: str | None = None

    def to_json(self) -> JSONObject:
        """As of any body."""
        return attrs.asdict(self)
