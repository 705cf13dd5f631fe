"""Burmese text in the Zawgyi encoding, which looks like Unicode and agrees with none of it."""

from __future__ import annotations

import re

# In Unicode the virama stands before another consonant only, and the vowel sign e after the letter,
# or the medials, that it is spoken after (Unicode Technical Note 11); Zawgyi has the virama for
# asat, and the vowel sign where it is written.
_ZAWGYI = re.compile("\u1039(?!\\w)|(?<![\\w\u103b-\u103e\u105e-\u1060\u1082])\u1031")
_ZERO_WIDTH = dict.fromkeys(
    range(0x200B, 0x200E)
)  # between words, or between a letter and its sign


def is_zawgyi(text: str) -> bool:
    """Whether Burmese letters are in an order that Unicode does not have, and Zawgyi has.

    A text of few signs can be the same in both; it is not told apart.

    Examples:
        >>> is_zawgyi("\u1031\u1021\u102c\u1004\u1039"), is_zawgyi("အောင်")
        (True, False)
    """
    return not text.isascii() and _ZAWGYI.search(text.translate(_ZERO_WIDTH)) is not None
