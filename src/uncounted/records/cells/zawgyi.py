"""Burmese text in the Zawgyi encoding, which looks like Unicode and mostly agrees with none."""

from __future__ import annotations

import re

from uncounted.records.names.name import visible

_CONSONANTS = "\u1000-\u1020\u103f\u105a-\u105d\u1061\u1065\u1066\u106e-\u1070\u1075-\u1081\u108e"
_FURTHER = "\ua9e0-\ua9e4\ua9e7-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa6f\uaa71-\uaa7a"
_MEDIALS = "\u103b-\u103e\u105e-\u1060\u1082"
# What Unicode does not have (Unicode Technical Note 11). The virama stands before another
# consonant, never after a dot below, and after nga only with an asat between; the vowel sign e
# stands after the letter or the medials that it is spoken after, and so do the medials ya and ra.
# Zawgyi has the virama for asat, and the signs where they are written.
_ZAWGYI = re.compile(
    f"\u1039(?![{_CONSONANTS}{_FURTHER}])|(?<=[\u1004\u1037])\u1039"
    f"|(?<![\\w{_MEDIALS}])\u1031|(?<![\\w\u103a{_MEDIALS}])[\u103b\u103c]"
)


def is_zawgyi(text: str) -> bool:
    """Whether Burmese letters are in an order that Zawgyi has, and Unicode has not.

    Short words can be the same in both, or be in the order of either; they are not told apart.

    Examples:
        >>> is_zawgyi("\u1031\u1021\u102c\u1004\u1039"), is_zawgyi("အောင်")
        (True, False)
    """
    if text.isascii() or not _ZAWGYI.search(text):
        return False
    return _ZAWGYI.search(visible(text)) is not None  # not only beside invisible ones
