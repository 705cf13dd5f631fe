"""Names as written: their script, words and titles; nothing is compared here."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import attrs


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@attrs.frozen
class Name:
    """A name as one source wrote it, in Unicode's composed form (NFC).

    `family` and `given` are set only when the source gives them apart; which of "Kim Jong Il" is
    the family name is for comparison.
    """

    written: str = attrs.field(converter=_nfc)
    family: str | None = attrs.field(default=None, converter=attrs.converters.optional(_nfc))
    given: str | None = attrs.field(default=None, converter=attrs.converters.optional(_nfc))

    @property
    def plain(self) -> str:
        """For comparison: `plain` of what was written."""
        return plain(self.written)


def _words(*rows: str) -> frozenset[str]:
    return frozenset(word for row in rows for word in row.split("|"))


def _wa(zeros: re.Match[str]) -> str:
    return "ဝ" * len(zeros[0])


# Words before or after a name that are no part of it. They go only as whole words and never
# as the only word.
_TITLES = _words(
    "mr|mrs|ms|miss|mister|madam|dr|prof|professor|sir|comrade|г-н|г-жа|товарищ",
    "씨|님|선생|선생님|여사|동무|동지|先生|女士|小姐|同志",
)
# 님 ends given names too (김꽃님), so without a space it is a title only after three syllables.
_KOREAN_TITLE = re.compile(
    r"(?<=[가-힣]{2}) ?(?:씨|여사|동무|동지|선생님?)$|(?<=[가-힣]{2}) 님$|(?<=[가-힣]{3})님$"
)
_CHINESE_TITLE = re.compile(r"(?<=[一-鿿]{2}) ?(?:先生|女士|小姐|同志)$")
# Burmese letters that look the same: digits zero and seven for wa and ra, and u for nya where no
# u can stand.
_LOOKALIKES = (
    (re.compile("(?<=[\u1000-\u103f])၀+(?![၀-၉])|(?<![၀-၉])၀+(?=[\u1000-\u103f])"), _wa),
    (re.compile("၇(?=[\u102b-\u1032\u1036\u103b-\u103e])"), "ရ"),
    (re.compile("ဥ(?=[\u102b\u102c\u103b-\u103e]|\u1037?\u103a)"), "ဉ"),
)
_SPLIT = re.compile(r"[\s\-‐-―·・.,;/()\[\]（）【】'’‘`´\"]+")


def visible(text: str) -> str:
    """A text as it is seen (NFKC), its letters kept: no invisible characters, plain spaces."""
    if text.isascii() and text.isprintable():
        return text
    folded = unicodedata.normalize("NFKC", _unhidden(text))
    if _is_seen(folded):  # and has no space but the plain one
        return folded
    # again: a compatible form may hold what the letter did not show
    return "".join(" " if _is_space(c) else c for c in _unhidden(folded))


def _is_seen(text: str) -> bool:
    return text.isprintable() and _UNSEEN.isdisjoint(text)


def _unhidden(text: str) -> str:
    if _is_seen(text):
        return text
    return "".join(char for char in text if not _is_invisible(char))


@lru_cache(maxsize=1024)  # what reads a name asks more than once
def plain(text: str) -> str:
    """Fold width, case, spaces and what cannot be seen (`visible`), and drop titles.

    Examples:
        >>> plain("ＫＩＭ\u200b  Chol  Su"), plain("김철수 씨"), plain("金哲洙先生")
        ('kim chol su', '김철수', '金哲洙')
    """
    return unicodedata.normalize("NFC", untitled(text).casefold())


@lru_cache(maxsize=1024)
def untitled(text: str) -> str:
    """A text as it is seen, without titles, its letters as they are."""
    words = " ".join(visible(text).split())
    if not words.isascii():
        for written, meant in _LOOKALIKES:
            words = written.sub(meant, words)
        words = _CHINESE_TITLE.sub("", _KOREAN_TITLE.sub("", words))
    parts = words.split(" ")
    while len(parts) > 1 and parts[0].casefold().strip(".") in _TITLES:
        parts.pop(0)
    while len(parts) > 1 and parts[-1].casefold().strip(".") in _TITLES:
        parts.pop()
    return " ".join(parts)


@lru_cache(maxsize=1024)
def tokens(text: str) -> tuple[str, ...]:
    """The words of a name, in its order."""
    return tuple(word for word in _SPLIT.split(plain(text)) if word)


def script(text: str) -> str:
    """Tell the script: "hangul", "han", "latin", "cyrillic", "kana", "other", "mixed", "none"."""
    found = {_script_of(char) for char in unicodedata.normalize("NFKC", text) if char.isalpha()}
    if not found:
        return "none"
    return found.pop() if len(found) == 1 else "mixed"


def _script_of(char: str) -> str:
    name = unicodedata.name(char, "")
    for start, script_name in _SCRIPTS:
        if name.startswith(start):
            return script_name
    return "other"


_SCRIPTS = (
    ("HANGUL", "hangul"),
    ("CJK", "han"),
    ("LATIN", "latin"),
    ("CYRILLIC", "cyrillic"),
    ("KATAKANA", "kana"),
    ("HIRAGANA", "kana"),
)


def _is_space(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in ("Cc", "Zs")


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in ("Cf", "Cs") or char in _UNSEEN


# What is no control character by its category, and is not seen either: joiners and blank
# letters, the blank of Braille, selectors of variants of a letter.
_UNSEEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
    + "".join(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)


def has_letters(text: str) -> bool:
    """Tell whether a text has anything in it that can be seen."""
    return any(not _is_space(char) and not _is_invisible(char) for char in text)


def unmarked(word: str) -> str:
    """A word without its accents: those of Latin and Cyrillic letters."""
    if word.isascii():
        return word
    apart = unicodedata.normalize("NFKD", word)
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare)


def joined(family: str | None, given: str | None) -> str:
    """A whole name from its parts: run together in Hangul and Han, with a space elsewhere."""
    parts = [part for part in (family, given) if part]
    close = len(parts) == 2 and all(script(part) in ("hangul", "han") for part in parts)
    return ("" if close else " ").join(parts)


def listed(text: str) -> list[str]:
    """Split a cell of several names at ; | / 、 and line ends, never at a comma."""
    return [part.strip() for part in re.split(r"[;|/、；\r\n]+", text) if has_letters(part)]
