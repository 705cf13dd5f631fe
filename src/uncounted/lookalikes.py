"""Texts that look alike: one letter of another alphabet makes two labels of one to a reader."""

from __future__ import annotations

import unicodedata

# Letters of Cyrillic and Greek, in small form, that look like a Latin one (Unicode TR 39 has more).
_LATIN = str.maketrans(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u051b\u051d"
    "\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u0131",
    "abekmhopctyxijsdhqwabezhikmvoptuxi",
)


def shape(text: str) -> str:
    """What a reader sees of a text: equal for two that differ by letters that look alike.

    Capitals, spaces, marks that are not seen and compatibility forms make no difference either.

    Examples:
        >>> shape("\u0410rea") == shape("Area"), shape("Area 1") == shape("Area 2")
        (True, False)
    """
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_LATIN)
    seen = "".join(letter for letter in folded if unicodedata.category(letter)[0] != "C")
    return " ".join(seen.split())
