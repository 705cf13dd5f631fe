"""Letters for the sex whose meaning depends on the other values of the column.

M is male in a column of M and F and female (mujer) in one of H and M. H is male (hombre) beside M
or F and female (hembra) beside V. All values of a column are read to decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import attrs

from uncounted.records import vocabulary

LETTERS = frozenset("fhmv")
_LONGEST = 8  # characters of a cell that may be a letter with spaces or a full stop
_LEAST_H = 0.05  # of H and M: a few H among men's M are slips of the key
_MOST_WORDS = 1000  # different cells that are kept; a column of sexes has a few


@attrs.frozen
class SexLetters:
    """The codes of letters of one column (None: refused), and the remark on rows with them."""

    codes: Mapping[str, str | None] = attrs.field(factory=dict)
    remark: str = ""


_STATE = "under [values.sex] of the mapping"
_READINGS = {
    "hm": SexLetters(
        {"h": "m", "m": "f"},
        "has H and M and no F, so H is read as male (hombre) and M as female (mujer);"
        f" if this is wrong, state both {_STATE}",
    ),
    "fh": SexLetters({"h": "m"}),
    "hv": SexLetters({"h": "f", "v": "m"}),
    "mv": SexLetters(
        {"m": None, "v": None},
        f"has M and V, which may each be male or female (state both {_STATE})",
    ),
}
_BESIDE_WORDS = SexLetters(
    {"h": None, "m": None},
    f"has H and M beside words for the sex, so M may be male or female (state both {_STATE})",
)
_PLAIN = SexLetters()


def letter_of(text: str) -> str | None:
    """The letter of a cell, in lower case, if its meaning may depend on the column.

    Examples:
        >>> letter_of(" M. "), letter_of("F"), letter_of("Mujer"), letter_of("ж")
        ('m', 'f', None, None)
    """
    key = vocabulary.key(text) if len(text) <= _LONGEST else ""
    return key if key in LETTERS else None


def letters_in(cells: Iterable[str], stated: Mapping[str, str] | None = None) -> SexLetters:
    """Decide what the letters of a column mean from all its cells.

    `stated` has the codes that the mapping gives to letters; a contradiction to them leaves all
    letters as the vocabulary has them.

    Examples:
        >>> dict(letters_in(["H", "M", "", "H"]).codes), dict(letters_in(["M", "F", "H"]).codes)
        ({'h': 'm', 'm': 'f'}, {})
    """
    letters = Counter[str]()
    others: set[str] = set()
    for cell in cells:
        if letter := letter_of(cell):
            letters[letter] += 1
            if {"f", "m"} <= letters.keys():  # M is male, and H is no word of the vocabulary
                return _PLAIN
        elif len(others) < _MOST_WORDS:
            others.add(cell)
    found = _READINGS.get("".join(sorted(letters)), _PLAIN)
    if letters.keys() == {"h", "m"} and letters["h"] < _LEAST_H * letters.total():
        return _PLAIN
    if letters.keys() == {"h", "m"} and any(vocabulary.code_for("sex", word) for word in others):
        found = _BESIDE_WORDS
    return _without(found, stated or {})


def _without(found: SexLetters, stated: Mapping[str, str]) -> SexLetters:
    """The reading without the letters that the mapping states."""
    if any(found.codes.get(letter) not in (None, code) for letter, code in stated.items()):
        return _PLAIN
    left = {letter: code for letter, code in found.codes.items() if letter not in stated}
    return attrs.evolve(found, codes=left)
