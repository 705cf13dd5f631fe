"""Texts that look alike: one letter of another alphabet makes two labels of one to a reader."""

from __future__ import annotations

import unicodedata

# Letters and signs that look like a Latin one, in small form. The commoner ones of Unicode's
# confusables (TR 39, which has thousands): Cyrillic, Greek, Armenian, small capitals and phonetic
# letters. The first rows are within Latin: I, i, l, 1 and | are one (capitals make no difference,
# so I is i), O and 0 are one.
_LIKE = {
    "i1|\u0131\u01c0\u0269\u0399\u03b9\u0406\u0456\u04c0\u04cf\u2223": "l",
    "0\u043e\u03bf\u0585\u1d0f\u03c3": "o",
    "\u0430\u03b1\u0251": "a",
    "\u0432\u03b2\u0184\u0185": "b",
    "\u0441\u1d04\u03f2": "c",
    "\u0501": "d",
    "\u0435\u03b5": "e",
    "\u0261\u0581": "g",
    "\u043d\u04bb\u03b7\u0570": "h",
    "\u0458\u03f3": "j",
    "\u043a\u03ba": "k",
    "\u043c\u03bc": "m",
    "\u03bd": "v",
    "\u0578": "n",
    "\u0440\u03c1": "p",
    "\u051b\u0566": "q",
    "\u0433\u1d26": "r",
    "\u0455\ua731": "s",
    "\u0442\u03c4": "t",
    "\u03c5\u1d1c\u057d": "u",
    "\u0475\u1d20": "v",
    "\u051d\u0461\u1d21": "w",
    "\u0445\u03c7": "x",
    "\u0443\u04af": "y",
    "\u03b6\u1d22": "z",
    "\u2010\u2011\u2012\u2013\u2014\u2015\u2212": "-",
    "\u2018\u2019\u02bc\u02b9`\u00b4": "'",
    # katakana and the character that looks like it
    "\u30ed": "\u53e3",
    "\u30fc": "\u4e00",
    "\u30a8": "\u5de5",
    "\u30ab": "\u529b",
    "\u30cb": "\u4e8c",
    "\u30cf": "\u516b",
    "\u30bf": "\u5915",
    "\u30c8": "\u535c",
}
_LATIN = str.maketrans({letter: like for letters, like in _LIKE.items() for letter in letters})


def shape(text: str) -> str:
    """What a reader sees of a text: equal for two that differ by letters that look alike.

    Capitals, spaces, marks that are not seen and compatibility forms make no difference either.
    Within Latin, I, l, 1 and | are one letter, O and 0, rn and m, vv and w.

    Examples:
        >>> shape("\u0410rea") == shape("Area"), shape("Area 1") == shape("Area 2")
        (True, False)
        >>> shape("Hill") == shape("HiII"), shape("Bom 10") == shape("Born lO")
        (True, True)
    """
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_LATIN)
    seen = "".join(letter for letter in folded if unicodedata.category(letter)[0] != "C")
    return " ".join(seen.replace("rn", "m").replace("vv", "w").split())
