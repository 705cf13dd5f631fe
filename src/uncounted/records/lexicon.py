"""The lexicon of words in free-text cells, and patterns made from it.

`lexicon.csv` lists each word once, with its language and meanings. A pattern is a regular
expression in which `{meaning}` or `{meaning:ko zh}` stands for the words of that meaning.
"""

from __future__ import annotations

import re
from functools import cache
from typing import cast

from uncounted.records.data_files import table_rows
from uncounted.records.names.name import unmarked

_REFERENCE = re.compile(r"\{([a-z-]+(?:\|[a-z-]+)*)(?::([a-z]{2}(?: [a-z]{2})*))?( [0-9])?\}")
_SPACED = ("ko", "zh", "ja")  # languages in which a space may be left out


@cache
def _entries() -> tuple[tuple[str, str, frozenset[str]], ...]:
    return tuple(
        (word, row["language"], frozenset(row["meanings"].split()))
        for row in table_rows(__package__, "lexicon.csv")
        for word in row["words"].split("|")
    )


def _select(meanings: str, languages: str | None) -> list[tuple[str, str]]:
    wanted, spoken = set(meanings.split("|")), (languages or "").split()
    return [
        (word, language)
        for word, language, means in _entries()
        if means & wanted and (not spoken or language in spoken)
    ]


@cache
def words(meanings: str, languages: str | None = None) -> frozenset[str]:
    """The words of some meanings, without accents; those in Korean and Chinese without spaces."""
    return frozenset(
        unmarked(word.replace(" ", "") if language in _SPACED else word)
        for word, language in _select(meanings, languages)
    )


def pattern(template: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    """A regular expression that refers to meanings of the lexicon, compiled at its first use.

    `{kin}` stands for words of any language, `{kin:ko zh}` for those of two, `{fate|remark}` for
    words of either meaning, `{kin:ko 2}` for those of two letters or more; the longest is tried
    first.

    Examples:
        >>> pattern("{kin:en} of (.+)").fullmatch("wife of Kim")[1]
        'Kim'
    """
    return cast(re.Pattern[str], _Pattern(_REFERENCE.sub(_alternatives, template), flags))


class _Pattern:
    """A regular expression, compiled at its first use: few commands use many of them."""

    def __init__(self, text: str, flags: re.RegexFlag) -> None:
        self._written = text, flags

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):  # of copies and pickles, which are made without `__init__`
            raise AttributeError(name)
        if "compiled" not in self.__dict__:
            self.compiled = re.compile(*self._written)
        found: object = getattr(self.compiled, name)
        setattr(self, name, found)
        return found


def _alternatives(found: re.Match[str]) -> str:
    least = int(found[3] or 1)
    chosen = {entry for entry in _select(found[1], found[2]) if len(entry[0]) >= least}
    if not chosen:
        raise ValueError(f"no word of the lexicon means {found[0]}")
    longest_first = sorted(chosen, key=lambda entry: (-len(entry[0]), entry))
    forms = (
        re.escape(word).replace(r"\ ", " ?" if language in _SPACED else " ")
        for word, language in longest_first
    )
    return f"(?:{'|'.join(dict.fromkeys(forms))})"
