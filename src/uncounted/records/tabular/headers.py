"""Column headers: what the name of a column says, and whether it may be repeated.

A file without a header has a person in its first row, and a key of JSON can be a person's name
(`{"Kim": {...}}`). So a name is repeated only where it is made of known words, or the file shows
that it is a header; what stands in brackets only where it is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from uncounted.records import vocabulary
from uncounted.records.data_files import table_rows
from uncounted.records.fields import ACT_FIELDS, NAME_FIELDS

_LONGEST_WORD = 200  # letters of a name of a column
# Not any two letters: name__kim is no language, and Ri, Ha and Na are names.
_LANGUAGE = re.compile(r"__(?:ar|de|en|es|fr|ja|ko|mn|pt|ru|th|vi|zh)$")
# After one line it is a language only where the rest is known: who is called Ko is no word.
_TAIL = re.compile(r"_(?:en|ko|zh)$", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*[(（\[][^)）\]]*[)）\]]\s*$")
# Letters of a word apart, as on forms: 성 명, 생 년 월 일.
_SPACED = re.compile(r"(?<!\S)[가-힣一-鿿](?:\s+[가-힣一-鿿])+(?=$|[\s(（\[*:：?/])")
_PSEUDONYMS = frozenset(("가명", "가명 처리", "pseudonym", "pseudonyms", "化名", "假名"))
_IN_A_SCRIPT = re.compile(
    r"korean|english|chinese|roman|hangul|hanja|한글|영문|한자|[中英韩]文|汉字|_(?:en|ko|zh)$",
    re.IGNORECASE,
)
# What KoBo calls a group without a name: `txtid` in its xlform/src/model.utils.coffee.
_GROUP = re.compile(r"group_[a-z]{2}[0-9][a-z0-9][a-z][0-9]{2}")
# Keys of systems whose names are no words. KoBo's _id and _index start again in a new project.
_SYSTEM_IDS = ("_uuid", "KEY", "meta/instanceID", "meta-instanceID", "sharedId")
# What only the tables of KoBo and ODK have: where one is, the first row is a header.
_OF_FORMS = ("_uuid", "_index", "_parent_index", "KEY", "PARENT_KEY")


@cache
def _parts(kind: str) -> frozenset[str]:
    rows = table_rows(__package__, "header_parts.csv")
    return frozenset(word for row in rows if row["kind"] == kind for word in row["words"].split())


@lru_cache(maxsize=1)
def header_words() -> Mapping[str, Mapping[str, int]]:
    """The fields that a column's name can stand for, each with its place in `headers.csv`.

    The likeliest is first, as in the file.
    """
    found: dict[str, dict[str, int]] = {}
    for row in table_rows(__package__, "headers.csv"):
        for language in ("en", "ko", "zh", "more"):
            for rank, word in enumerate(filter(None, row[language].split(";"))):
                found.setdefault(_key(word), {}).setdefault(row["field"], rank)
        found.setdefault(_key(row["field"]), {}).setdefault(row["field"], 0)
    return found


@lru_cache(maxsize=1)
def _act_headers() -> tuple[Mapping[str, str], tuple[tuple[str, str, str], ...]]:
    """Words for acts with their codes; fields, with what stands before and after a word."""
    rows = {
        row["what"]: row["words"].split(";") for row in table_rows(__package__, "act_headers.csv")
    }
    words = {
        _key(word): term.code
        for term in vocabulary.TERMS["act"]
        for word in (*term.spellings, *rows.get(term.code, ()))
    }
    cut = [(field, *_key(one).split("{}")) for field in ACT_FIELDS for one in rows.get(field, ())]
    return words, tuple((field, before, after) for field, before, after in cut)


def act_of(column: str) -> tuple[str, str] | None:
    """Give the act that a column is about, and the field of this act: date, place or authority.

    Examples:
        >>> act_of("Date of arrest"), act_of("lugar de desaparición"), act_of("Date of report")
        (('arrest', 'date'), ('disappearance', 'place'), None)
    """
    if len(column) > _LONGEST_WORD or fields_of(column):
        return None
    bare = _bare(column)
    words, templates = _act_headers()
    for name in map(_key, (bare, bare.rpartition("/")[2], _BRACKETS.sub("", bare))):
        for field, before, after in templates:
            inside = name[len(before) : len(name) - len(after)]
            if name.startswith(before) and name.endswith(after) and inside in words:
                return words[inside], field
    return None


def _key(name: str) -> str:
    return vocabulary.unmarked(vocabulary.key(name.replace(".", " ")))


def meanings(name: str) -> Mapping[str, int]:
    """Give the fields that the whole name stands for."""
    return header_words().get(_key(name), {})


def _bare(column: str) -> str:
    return _LANGUAGE.sub("", column).strip(" *:：?")


def _closed(found: re.Match[str]) -> str:
    return "".join(found[0].split())


def _surely_closed(found: re.Match[str]) -> str:
    """Letters joined if the result is not a person's name: 고 향, 장 소 and 이 명."""
    closed = _closed(found)
    sure = len(closed) > 2 or meanings(closed).keys() & {"name", "birth", "sex"}
    return closed if sure else found[0]


def fields_of(column: str) -> Mapping[str, int]:
    """Give the fields that the name of a column can stand for; groups are left out.

    Examples:
        >>> fields_of("victim/성명"), fields_of("Name__ko"), fields_of("이름(가명)")
        ({'name': 0}, {'name': 1}, {})
    """
    if column in _SYSTEM_IDS:
        return {"id": -1}
    if len(column) > _LONGEST_WORD or is_pseudonym(column):
        return {}
    bare = _SPACED.sub(_closed, _bare(column))
    for name in (bare, bare.rpartition("/")[2], bare.rpartition("-")[2]):
        for form in (name, _BRACKETS.sub("", name), _TAIL.sub("", name)):
            if found := meanings(form):
                return found
    return {}


def is_known(column: str) -> bool:
    """Tell whether every part of a column's name is known: groups, and what is in brackets, too."""
    if len(column) > _LONGEST_WORD:
        return False
    bare = _SPACED.sub(_surely_closed, _bare(column))
    if _is_word(bare):
        return True
    plain = _BRACKETS.sub("", bare)
    inside = bare[len(plain) :].strip(" ()（）[]")
    return all(map(_is_word, plain.split("/"))) and (not inside or _is_word(inside))


def is_pseudonym(column: str) -> bool:
    """Tell whether a column of names says in brackets that they are pseudonyms."""
    found = _BRACKETS.search(column) if len(column) <= _LONGEST_WORD else None
    return found is not None and _key(found[0].strip(" ()（）[]")) in _PSEUDONYMS


def is_in_a_script(column: str) -> bool:
    """Tell whether a column is of a name as it is written in one language."""
    return bool(_IN_A_SCRIPT.search(_bare(column)))


def is_plain_name(column: str) -> bool:
    """Tell whether a column is just called Name: the given one, where the family name is apart."""
    bare = _SPACED.sub(_closed, _bare(column))
    return _key(bare.rpartition("/")[2]) in ("name", "이름", "名字", "الاسم", "nombre")


def _is_word(part: str) -> bool:
    return _is_one(part) or all(map(_is_one, part.split("-")))


def _is_one(part: str) -> bool:
    if part in _parts("system") or _GROUP.fullmatch(part):
        return True
    # Not 이송일: three syllables may be a person's name.
    if (key := _key(part)) in header_words() or (len(part) > 3 and act_of(part)):
        return True
    words = key.split()
    return bool(words) and _plain_words().issuperset(words)


@lru_cache(maxsize=1)
def _plain_words() -> frozenset[str]:
    """The words that names of columns are made of, but for letters."""
    known = (
        _key(word)
        for row in table_rows(__package__, "headers.csv")
        for language in (
            "field",
            "en",
            "ko",
            "zh",
        )  # of others only whole names of columns are known
        for word in row[language].split(";")
    )
    return _parts("common").union(word for key in known for word in key.split() if len(word) > 1)


def is_header(columns: Iterable[str]) -> bool:
    """Tell whether the first row of a table is surely a header, and no person's data.

    It names an id and a name, or three fields, or is that of a form. Only columns that are known
    whole count: a row of data may have `Kim(wife)` three times.
    """
    there = tuple(columns)
    known = [column for column in there if is_known(column)]
    meant = {next(iter(found)) for found in map(fields_of, known) if found}
    meant |= {" of ".join(reversed(found)) for found in map(act_of, known) if found}
    both = "id" in meant and bool(meant & set(NAME_FIELDS))
    return both or len(meant) > 2 or any(column in _OF_FORMS for column in there)
