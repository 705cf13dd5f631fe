"""Controlled vocabulary: acts, authorities, outcomes and sexes, with labels in three languages.

A file's own words are added by the `[values.*]` of its mapping. There is no word for a route, a
shelter, a helper or a present whereabouts, and none may be added. Labels follow the UN Commission
of Inquiry on the DPRK (A/HRC/25/CRP.1, 2014) and the Working Group on Enforced Disappearances.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import attrs

from uncounted.records.data_files import table_rows
from uncounted.records.names.name import visible

KINDS = ("act", "authority", "outcome", "sex")


@attrs.frozen
class Term:
    """One word: its code, its label in English, Korean and Chinese, and other ways to write it."""

    code: str
    en: str
    ko: str
    zh: str
    also: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Everything that stands for this code."""
        return (self.code, self.en, self.ko, self.zh, *self.also)


def _read() -> Mapping[str, tuple[Term, ...]]:
    terms: dict[str, list[Term]] = {kind: [] for kind in KINDS}
    for row in table_rows(__package__, "vocabulary.csv"):
        also = tuple(row["also"].split(";")) if row["also"] else ()
        terms[row["kind"]].append(Term(row["code"], row["en"], row["ko"], row["zh"], also))
    return MappingProxyType({kind: tuple(found) for kind, found in terms.items()})


TERMS = _read()


def key(text: str) -> str:
    """The form in which a file's word and the vocabulary's are compared."""
    folded = visible(text).casefold()
    return " ".join(re.split(r"[\s_\-‐-―]+", folded.strip(" \t\r\n.")))


def _index(terms: Iterable[Term]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for term in terms:
        for spelling in term.spellings:
            found.setdefault(key(spelling), term.code)
    return MappingProxyType(found)


_CODES: Mapping[str, Mapping[str, str]] = {kind: _index(terms) for kind, terms in TERMS.items()}

# Accents, and Arabic vowel and stretching signs; such signs of other scripts are letters.
_MARKS = re.compile("[\u0300-\u036f\u0640\u064b-\u0655\u0670]")
_LETTERS = str.maketrans("ىیکةۀ", "ييكهه", "'’‘ʼ`ʹ")


def unmarked(word: str) -> str:
    """A word without accents and vowel signs: detención, detencion; أُعتقل, اعتقل."""
    if word.isascii():
        return word.translate(_LETTERS)
    bare = _MARKS.sub("", unicodedata.normalize("NFD", word)).translate(_LETTERS)
    return unicodedata.normalize("NFC", bare)


_UNMARKED: Mapping[str, Mapping[str, str]] = {
    kind: {
        # Ž (ženski) is not Z, which may be another word (as זכר, male)
        unmarked(word): code
        for word, code in found.items()
        if len(word) > 1
    }
    for kind, found in _CODES.items()
}


def code_for(kind: str, text: str) -> str | None:
    """Give the code that a word stands for, or None where the vocabulary does not have it.

    A code, a label in English, Korean or Chinese, or another spelling, with or without accents and
    vowel signs; a word and the same in brackets; an act or outcome in the passive (체포됨, 被逮捕).

    Examples:
        >>> code_for("act", "강제북송"), code_for("act", "Sent back"), code_for("act", "picnic")
        ('forced-return', 'forced-return', None)
    """
    return exact_code(kind, text) or _variant_code(kind, key(text))


def exact_code(kind: str, text: str) -> str | None:
    """Give the code of a word only if the vocabulary has it as it is written."""
    return _CODES[kind].get(key(text))


def _variant_code(kind: str, word: str) -> str | None:
    """The code of a word said twice, without spaces, or in the passive; None if it has none."""
    if _APART.search(word):
        parts = [part.strip() for part in _APART.split(word)]
        found = {_of_one(kind, part) for part in parts if part}
        return found.pop() if len(found) == 1 else None
    return _of_one(kind, word)


def _of_one(kind: str, word: str) -> str | None:
    codes = _CODES[kind]
    forms = [word]
    if kind in ("act", "outcome") and (found := _SUFFERED.fullmatch(word)):
        forms.append(found[1])
    if not word.isascii() and " " in word:
        forms += [form.replace(" ", "") for form in forms]
    code = next((codes[form] for form in forms if form in codes), None)
    return code or _UNMARKED[kind].get(unmarked(word))


_APART = re.compile(r"[()\[\]]")
_SUFFERED = re.compile(
    "(?:(?:(?:was|were|been|forcibl[ey]|arbitrar(?:il)?y|public(?:ly)?) )+|已?被|已|遭到?)?(.+?)"
    " ?(?:됨|당함|함|(?:되었|됐|당하였|당했|하였|했)[다음])?"
)


def codes(kind: str) -> tuple[str, ...]:
    """All codes of a kind, in the order of the vocabulary."""
    return tuple(term.code for term in TERMS[kind])


def label(kind: str, code: str, language: str = "en") -> str:
    """Label of a code in "en", "ko" or "zh"; a file's own code is its own label."""
    for term in TERMS[kind]:
        if term.code == code:
            return str(getattr(term, language))
    return code
