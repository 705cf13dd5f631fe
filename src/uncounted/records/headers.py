"""What the name of a column says, and whether it may be repeated.

A header is not always one: without it a file has a person in its first row, and a key of
JSON can be a person's name, as in `{"Kim": {...}}`. So a name is repeated only where it is
made of words that are known here, or where the file shows that it is a header.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import resources

import attrs

from uncounted.records import vocabulary
from uncounted.records.columns import NAME_FIELDS

_LONGEST_WORD = 200  # letters of a name of a column
_LANGUAGE = re.compile(r"__[a-z]{2,3}$")
_BRACKETS = re.compile(r"\s*[(（\[][^)）\]]*[)）\]]\s*$")
# Keys of systems whose names are no words. KoBo's _id and _index number anew in a new project.
_SYSTEM_IDS = ("_uuid", "KEY", "meta/instanceID", "meta-instanceID", "sharedId")
# What only the tables of KoBo and ODK have: where one is, the first row is a header.
_OF_FORMS = ("_uuid", "_index", "_parent_index", "KEY", "PARENT_KEY")
# Keys of KoBo's, ODK's and Uwazi's own, and what a group of questions is plainly called.
_PARTS = frozenset((
    "_id", "_uuid", "_index", "_parent_index", "_parent_table_name", "_submission_time",
    "_submission__id", "_submission__uuid", "_submitted_by", "_status", "_geolocation", "_tags",
    "_notes", "_attachments", "_validation_status", "_xform_id_string", "__version__", "__id",
    "__system", "KEY", "PARENT_KEY", "SubmissionDate", "formhub", "meta", "instanceID",
    "instanceName", "rootUuid", "deprecatedID", "start", "end", "today", "deviceid",
    "submissionDate", "submitterId", "submitterName", "sharedId", "metadata", "template",
    "language", "published", "creationDate", "editDate", "documents", "attachments", "relations",
    "icon", "person", "people", "group", "case", "consent", "data", "details",
))  # fmt: skip
FEWEST_ITEMS = 3  # of JSON, and half of all, that must have a key of which nothing else is known


@lru_cache(maxsize=1)
def header_words() -> Mapping[str, Mapping[str, int]]:
    """The fields that a column's name can stand for, each with its place in `headers.csv`.

    The likeliest is first, as in the file.
    """
    found: dict[str, dict[str, int]] = {}
    table = resources.files(__package__).joinpath("headers.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(table.splitlines()):
        for language in ("en", "ko", "zh"):
            for rank, word in enumerate(row[language].split(";")):
                found.setdefault(_key(word), {}).setdefault(row["field"], rank)
        found.setdefault(_key(row["field"]), {}).setdefault(row["field"], 0)
    return found


def _key(name: str) -> str:
    return vocabulary.key(name.replace(".", " "))


def _bare(column: str) -> str:
    return _LANGUAGE.sub("", column).strip(" *:：?")


def fields_of(column: str) -> Mapping[str, int]:
    """Give the fields that the name of a column can stand for; groups are left out.

    Examples:
        >>> fields_of("victim/성명"), fields_of("Name__ko"), fields_of("shoe size")
        ({'name': 0}, {'name': 1}, {})
    """
    if column in _SYSTEM_IDS:
        return {"id": -1}
    if len(column) > _LONGEST_WORD:
        return {}
    bare = _bare(column)
    words = header_words()
    for name in (bare, bare.rpartition("/")[2], bare.rpartition("-")[2]):
        for form in (name, _BRACKETS.sub("", name)):
            if found := words.get(_key(form)):
                return found
    return {}


def is_known(column: str) -> bool:
    """Tell whether every part of a column's name is a word that is known, groups with it.

    Examples:
        >>> is_known("person/full_name"), is_known("meta-instanceID"), is_known("Kim/name")
        (True, True, False)
    """
    return len(column) <= _LONGEST_WORD and all(map(_is_word, _bare(column).split("/")))


def _is_word(part: str) -> bool:
    words = header_words()
    if part in _PARTS or _key(part) in words:
        return True
    return all(one in _PARTS or _key(one) in words for one in part.split("-"))


def names_a_person(columns: Iterable[str]) -> bool:
    """Tell whether columns whose names are known whole have an id or a name."""
    known = [fields_of(column) for column in columns if is_known(column)]
    return any(name in meant for meant in known for name in ("id", *NAME_FIELDS))


def is_header(columns: Iterable[str]) -> bool:
    """Tell whether the first row of a table is surely a header, and nobody's data.

    It is, where it names an id and a name, or three fields at all, or is that of a form.

    Examples:
        >>> is_header(["ref no", "full name", "x"]), is_header(["17", "Kim-wife", "1970"])
        (True, False)
    """
    there = tuple(columns)
    meant = {next(iter(found)) for column in there if (found := fields_of(column))}
    both = "id" in meant and bool(meant & set(NAME_FIELDS))
    return both or len(meant) > 2 or any(column in _OF_FORMS for column in there)


@attrs.define
class Keys:
    """The keys of the items of a JSON file, in the order in which each is first met."""

    items: int = 0
    found: dict[str, int] = attrs.field(factory=dict, repr=False)  # in how many items

    def see(self, keys: Iterable[str]) -> None:
        """Take note of the keys of one item."""
        self.items += 1
        for key in keys:
            self.found[key] = self.found.get(key, 0) + 1

    @property
    def sayable(self) -> frozenset[str]:
        """Those that may be repeated: of known words, or of so many items that they are no data."""
        often = {
            key
            for key, seen in self.found.items()
            if seen >= FEWEST_ITEMS and 2 * seen >= self.items
        }
        loose = _loose(self.found, often)
        return frozenset(
            key
            for key in self.found
            if is_known(key) or (key in often and loose.isdisjoint(_groups(key)))
        )


def _groups(key: str) -> Iterator[str]:
    """What a key of JSON is in, outermost first."""
    parts = key.split("/")
    return ("/".join(parts[:at]) for at in range(len(parts)))


def _loose(keys: Iterable[str], often: Container[str]) -> frozenset[str]:
    """Groups in which most keys are of few items each, as where each key is somebody."""
    inside: dict[str, dict[str, bool]] = {}
    for key in keys:
        for group, part in zip(_groups(key), key.split("/"), strict=True):
            firm = inside.setdefault(group, {})
            firm[part] = firm.get(part, False) or key in often or _is_word(part)
    return frozenset(group for group, firm in inside.items() if 2 * sum(firm.values()) < len(firm))
