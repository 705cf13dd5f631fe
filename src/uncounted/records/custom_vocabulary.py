"""A case file's own words: what its users add to the vocabulary and to the table of places.

They are written under `[vocabulary]` of a mapping, sealed with the source, and used at every later
import and in linkage. Places end at the county. No word for a route, a shelter, a helper or a
present whereabouts can be added.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

import attrs

from uncounted.errors import BadMapping, unknown
from uncounted.proof.canonical_json import JSONObject
from uncounted.records import vocabulary
from uncounted.records.places import gazetteer as places
from uncounted.records.report import Report

KINDS = (*vocabulary.KINDS, "place")
_LABELS = ("en", "ko", "zh")
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PLACE_CODE = re.compile(r"[A-Z]{2}(-[A-Za-z0-9]+)+")
_OF_OTHER_COUNTRY = re.compile(r"[A-Z]{2}-[A-Za-z0-9]+")  # which the table lacks: SY-aleppo
_ABOVE_COUNTIES = ("country", "province", "prefecture")
_NEVER = re.compile(
    r"\b(shelters?|safe ?houses?|hide ?outs?|hiding|routes?|crossing points?|helpers?|brokers?"
    r"|whereabouts(?! unknown)|address(es)?)\b"
    r"|은신처|쉼터|안가|안전가옥|탈출로|경로|루트|조력자|브로커|소재지|주소"
    r"|藏身|庇护所|安全屋|路线|帮助者|掮客|中间人|住址|地址"
)


@attrs.frozen
class OwnWord:
    """A code with its labels (of a new one), and other ways to write it."""

    code: str
    en: str = ""
    ko: str = ""
    zh: str = ""
    also: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Everything that stands for the code, each once."""
        return tuple(dict.fromkeys(filter(None, (self.code, *self.labels, *self.also))))

    @property
    def labels(self) -> tuple[str, str, str]:
        """In English, Korean and Chinese; empty where not said."""
        return self.en, self.ko, self.zh

    def joined(self, other: OwnWord) -> OwnWord:
        """Both's spellings, with this one's labels where it has any."""
        en, ko, zh = self.en or other.en, self.ko or other.ko, self.zh or other.zh
        also = dict.fromkeys((*self.also, *other.labels, *other.also))
        rest = tuple(text for text in also if text and text not in (en, ko, zh))
        return OwnWord(self.code, en, ko, zh, rest)

    def to_payload(self) -> JSONObject:
        """Plain values; what is not said is left out."""
        stated = {key: getattr(self, key) for key in _LABELS if getattr(self, key)}
        return {**stated, **({"also": list(self.also)} if self.also else {})}


@attrs.frozen
class OwnWords:
    """The own words of a case file, or of one mapping: by kind, in the order of their codes.

    Examples:
        >>> own = OwnWords.parse({
        ...     "act": {"border-handover": {"en": "Handover at the border", "ko": "국경 인계"}},
        ...     "place": {"KP-09-hoeryong": {"also": ["H. town"]}},
        ... })
        >>> own.code_for("act", "국경 인계"), own.place("H. Town")
        ('border-handover', '함경북도 회령시')
    """

    words: Mapping[str, tuple[OwnWord, ...]] = attrs.field(factory=dict)

    @classmethod
    def parse(cls, table: Any, *, kept: bool = False) -> OwnWords:
        """Read and check the `[vocabulary]` of a mapping, or words that a case file has `kept`."""
        found = {}
        for kind, rows in section("[vocabulary]", table, KINDS).items():
            where = f"[vocabulary.{kind}]"
            if not isinstance(rows, dict):
                raise BadMapping(
                    f"{where} is not a section", hint=f"write it as {where[:-1]}.code]"
                )
            found[kind] = tuple(_word(kind, code, rows[code], kept) for code in sorted(rows))
        own = cls(found)
        own.check(kept=kept)
        return own

    @classmethod
    def of_case(cls, abouts: Iterable[JSONObject]) -> OwnWords:
        """The own words of a case file, from what it keeps about each of its sources."""
        own = cls()
        for about in abouts:
            rows = about.get("vocabulary") or {}
            own = own.joined(
                cls({kind: tuple(_kept(*row) for row in rows[kind].items()) for kind in rows})
            )
        return own

    def joined(self, other: OwnWords) -> OwnWords:
        """The words of both."""
        found = {}
        for kind in KINDS:
            rows = {word.code: word for word in self.words.get(kind, ())}
            for word in other.words.get(kind, ()):
                known = rows.get(word.code)
                rows[word.code] = known.joined(word) if known else word
            if rows:
                found[kind] = tuple(rows[code] for code in sorted(rows))
        return OwnWords(found)

    def check(self, *, kept: bool = False) -> None:
        """Refuse a word that stands for two codes, here or with the vocabulary's own.

        Words that a case file has `kept` may be older than the vocabulary's: they have precedence.
        """
        for kind, words in self.words.items():
            meant: dict[str, str] = {}
            for word in words:
                for text in word.spellings:
                    known = places.place(text) if kind == "place" and not kept else None
                    code = known.code if known else None if kept else _vocabulary_code(kind, text)
                    key = _key(kind, text)
                    if meant.setdefault(key, code or word.code) != word.code:
                        raise BadMapping(
                            f"[vocabulary.{kind}] {word.code}: {text!r} already stands for"
                            f" {meant[key]!r}",
                            hint="write it under one code only, or delete it",
                        )

    def code_for(self, kind: str, text: str) -> str | None:
        """Give the code that an own word stands for, or None."""
        key = vocabulary.key(text)
        for word in self.words.get(kind, ()):
            if any(vocabulary.key(spelling) == key for spelling in word.spellings):
                return word.code
        return None

    def codes(self, kind: str) -> tuple[str, ...]:
        """The codes of a kind that the vocabulary does not have."""
        known = vocabulary.codes(kind) if kind != "place" else ()
        return tuple(word.code for word in self.words.get(kind, ()) if word.code not in known)

    def place(self, text: str) -> str:
        """Replace own words for a place by places of the table; other texts stay as they are."""
        return self._reader()(text)

    def translated(self, reports: Iterable[Report]) -> Iterator[Report]:
        """Reports with their places as they are compared; for linkage, never for storage."""
        if not self.words.get("place"):
            yield from reports
            return
        read = lru_cache(maxsize=65536)(self._reader())
        for report in reports:
            origin = read(report.origin) if report.origin else None
            acts = (
                attrs.evolve(act, place=read(act.place)) if act.place else act
                for act in report.acts
            )
            yield attrs.evolve(report, origin=origin, acts=tuple(acts))

    def _reader(self) -> Callable[[str], str]:
        codes = {
            places.key(spelling): word.code
            for word in self.words.get("place", ())
            for spelling in word.spellings
        }
        # Korean and Chinese run names together; a word in letters must stand alone.
        forms = (
            (rf"(?<!\w){re.escape(key)}(?!\w)" if key.isascii() else re.escape(key))
            for key in sorted(codes, key=lambda key: (-len(key), key))
        )
        spellings = re.compile("|".join(forms) or r"(?!)")

        def read(text: str) -> str:
            key = places.key(text[: places.LONGEST])
            seen = {codes[found] for found in spellings.findall(key)}
            if not seen:
                return text
            rest = places.candidates(spellings.sub(" ", key))
            if len(seen) == 1 and all(_lies_in(code, place) for place in rest for code in seen):
                return _in_table(*seen)
            return " ".join(spellings.sub(lambda at: f" {_in_table(codes[at[0]])} ", key).split())

        return read

    def to_payload(self) -> JSONObject:
        """Plain values, for what a case file keeps about a source."""
        return {
            kind: {word.code: word.to_payload() for word in words}
            for kind, words in self.words.items()
        }


def _vocabulary_code(kind: str, text: str) -> str | None:
    """The vocabulary's code of a word as written; places have none."""
    return vocabulary.exact_code(kind, text) if kind in vocabulary.KINDS else None


def _key(kind: str, text: str) -> str:
    return places.key(text) if kind == "place" else vocabulary.key(text)


def _kept(code: str, row: JSONObject) -> OwnWord:
    en, ko, zh = (row.get(key, "") for key in _LABELS)
    return OwnWord(code, en, ko, zh, tuple(row.get("also", ())))


def section(where: str, table: Any, keys: Iterable[str]) -> dict[str, Any]:
    """Refuse keys of a section that are not known, with the nearest one that is."""
    keys = tuple(keys)
    if not isinstance(table, dict):
        raise BadMapping(f"{where} is not a section", hint=f"write it as {where}")
    for key in table:
        if key not in keys:
            raise BadMapping(
                f"{where}: {unknown('key', key, keys)}", hint=f"keys: {', '.join(keys)}"
            )
    return table


def _word(kind: str, code: str, table: Any, kept: bool) -> OwnWord:
    where = f"[vocabulary.{kind}.{code}]"
    row = section(where, table, (*_LABELS, "also"))
    also = row.get("also", [])
    texts = [*(row.get(key, "x") for key in _LABELS), *(also if isinstance(also, list) else [None])]
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise BadMapping(
            f"{where} has a label that is not a text",
            hint='write it as en = "...", also = ["...", "..."]',
        )
    word = _kept(code, row)
    if any(_NEVER.search(vocabulary.key(text)) for text in word.spellings):
        raise BadMapping(
            f"{where} is a word that the vocabulary does not allow",
            hint="no route, shelter, helper or whereabouts: see docs/reference/vocabulary.md",
        )
    known = code in (vocabulary.codes(kind) if kind != "place" else _table())
    if known and any(word.labels) and not kept:
        raise BadMapping(
            f"{where} already exists, with its labels",
            hint='to add spellings: also = ["..."]',
        )
    if not known:
        _check_new(where, kind, word)
    return word


def _check_new(where: str, kind: str, word: OwnWord) -> None:
    if kind == "sex":
        raise BadMapping(
            f"{where} is not a code", hint="the codes are f and m; add words with also"
        )
    if not word.en:
        raise BadMapping(f"{where} is a new code without a label", hint='add a label: en = "..."')
    if kind == "place":
        _check_place(where, word.code)
    elif not _CODE.fullmatch(word.code):
        raise BadMapping(f"{where} is not a code", hint="a code is small letters and hyphens")


def _check_place(where: str, code: str) -> None:
    above = _table().get(code.rpartition("-")[0])
    elsewhere = above is None and bool(_OF_OTHER_COUNTRY.fullmatch(code))
    if not elsewhere and (above is None or not _PLACE_CODE.fullmatch(code)):
        raise BadMapping(
            f"{where} does not begin with the code of the place that contains it",
            hint="a county of North Hamgyong: KP-09- and its name in letters, without spaces",
        )
    if above is not None and above.level not in _ABOVE_COUNTIES:
        raise BadMapping(
            f"{where} is finer than a county",
            hint="places end at the county: see docs/reference/vocabulary.md",
        )
    found = [place.code for place in places.candidates(_in_table(code))]
    if found != ([_wide(above).code] if above else []):
        raise BadMapping(
            f"{where} would be read as a place of the built-in table",
            hint="add the spelling to the code of that place with also, or choose another code",
        )


@cache
def _table() -> dict[str, places.Place]:
    return {place.code: place for place in places.every()}


def _wide(place: places.Place) -> places.Place:
    """A place, or what it lies in where it is itself called a city."""
    is_city = place.level == "prefecture" and place.label("zh").endswith("市")
    return _table()[place.path[-2]] if is_city else place


def _lies_in(code: str, place: places.Place) -> bool:
    return f"{code}-".startswith(f"{place.code}-") or (
        code in _table() and place.contains(_table()[code])
    )


def _in_table(code: str) -> str:
    """What a place is called for comparison: its own name, or that of its province and its code."""
    table = _table()
    if code in table:
        path = table[code].path[1:] or table[code].path
        return " ".join(table[step].label("ko") for step in path)
    above, _, own = code.rpartition("-")
    if above not in table:  # in a country of which the table has nothing
        return own.casefold()
    wide = _wide(table[above])
    return f"{_in_table(wide.code)}, {own.casefold()}"
