"""Places, down to the county and never finer: which province or county a text names.

The table (`places.csv`) has the countries; the first-level divisions of the DPRK under
their ISO 3166-2 codes, as they were from 2022 on (cities that were split off a province stand
under it, since that is how people write them); its main cities and the counties at its
northern border; the 31 provinces of the mainland of China and some prefectures under the first
two or four digits of GB/T 2260 (ISO 3166-2:CN has letters since 2017); counties of China
at the border; and three regions of Russia, ISO 3166-2:RU; in Korean, Chinese and English.
A code that ends in a name (`KP-09-hoeryong`) is our own. The codes of standards were
checked name by name; the other names were not checked against any list, nor is the table
complete below the provinces. It has no village, road, crossing or address, and none may be
added: a county is enough to count, and too little to find anybody.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

import attrs

LEVELS = ("country", "province", "prefecture", "city", "county")
_BRACKETED = re.compile(r"[(（\[].*?[)）\]]")
_SEPARATORS = re.compile(r"[,，、;/·>\n]+")
_SUFFIX = re.compile(
    r"[\s-]+(?:province|city|county|prefecture|municipality|special city|autonomous prefecture"
    r"|autonomous county|do|si|gun|shi|xian|sheng)$"
)


@attrs.frozen
class Place:
    """A place of the table: its code and the codes from its country down to itself.

    Examples:
        >>> place("회령").path
        ('KP', 'KP-09', 'KP-09-hoeryong')
    """

    code: str
    path: tuple[str, ...]

    @property
    def level(self) -> str:
        """One of `LEVELS`."""
        return _ROWS[self.code]["level"]

    def label(self, language: str = "en") -> str:
        """Its name in "en", "ko" or "zh"."""
        return _ROWS[self.code][language]

    def contains(self, other: Place) -> bool:
        """Tell whether another place is this one or lies in it."""
        return other.path[: len(self.path)] == self.path


def _read() -> Mapping[str, dict[str, str]]:
    table = resources.files(__package__).joinpath("places.csv").read_text(encoding="utf-8")
    return MappingProxyType({row["code"]: row for row in csv.DictReader(table.splitlines())})


_ROWS = _read()


def _path(code: str) -> tuple[str, ...]:
    parent = _ROWS[code]["parent"]
    return (*_path(parent), code) if parent else (code,)


def key(text: str) -> str:
    """The form in which a text and the table are compared.

    Examples:
        >>> key("North Hamgyŏng Province"), key("P'yongyang")
        ('north hamgyong', 'pyongyang')
    """
    letters = unicodedata.normalize("NFKD", text).casefold()
    # Marks over Latin letters go (ŏ, ŭ); Hangul, which NFKD takes apart, is put together.
    bare = "".join(c for c in letters if not 0x300 <= ord(c) <= 0x36F and c not in "'’‘`ʼ")
    words = " ".join(unicodedata.normalize("NFC", bare).split()).strip(" .")
    return _SUFFIX.sub("", words).replace("-", " ")


def _index() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for code, row in _ROWS.items():
        for name in (row["ko"], row["zh"], row["en"], *filter(None, row["also"].split(";"))):
            found.setdefault(key(name), code)
    return MappingProxyType(found)


_CODES = _index()
_LONGEST = max(map(len, _CODES))


@lru_cache(maxsize=4_096)
def place(text: str) -> Place | None:
    """Find the finest place that a text names, or None if it names none of the table.

    The parts may come in any order, with commas ("Musan, North Hamgyong") or run
    together as in Korean and Chinese ("함경북도 무산군", "吉林省延边州图们市"). Places of
    which none contains the other are no answer.

    Examples:
        >>> place("함경북도 무산군").code, place("Tumen City, Jilin").code
        ('KP-09-musan', 'CN-2224-tumen')
        >>> place("Kanto") is None
        True
    """
    if len(text) > 300:
        return None
    parts = _SEPARATORS.split(_BRACKETED.sub(" ", text))
    named = [Place(code, _path(code)) for part in parts for code in _named(key(part))]
    if not named:
        return None
    finest = max(named, key=lambda found: len(found.path))
    return finest if all(found.contains(finest) for found in named) else None


def _named(text: str) -> list[str]:
    """Codes that one part names: whole, else word by word, else from left to right."""
    for whole in (text, text.replace(" ", "")):
        if whole in _CODES:
            return [_CODES[whole]]
    words = text.split()
    if len(words) > 1:
        return [code for code in (_longest_from(words, at) for at in range(len(words))) if code]
    if not text or text.isascii():
        return []
    found, at = [], 0
    while at < len(text):
        for end in range(min(len(text), at + _LONGEST), at + 1, -1):
            if text[at:end] in _CODES:
                found.append(_CODES[text[at:end]])
                at = end
                break
        else:
            at += 1
    return found


def _longest_from(words: list[str], at: int) -> str | None:
    for end in range(len(words), at, -1):
        joined = key(" ".join(words[at:end]))
        if joined in _CODES:
            return _CODES[joined]
    return None
