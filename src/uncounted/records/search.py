"""Finding reports by words, in names, a relative's too, and the note.

Words are looked for as they stand, letter by letter: two syllables of Korean or two Chinese
characters are found like a long word. There is no index, so there is none to leak and none
to forget. Other spellings of a name are not looked for here: that is `records.cells.name_search`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from uncounted.errors import UsedWrongly
from uncounted.proof.canonical_json import JSONObject
from uncounted.records.names.name import visible


def key(text: str) -> str:
    """A text as it is compared: case, accents, spaces and hyphens make no difference.

    Examples:
        >>> key("Kim  Chŏl-su"), key("김 철수")
        ('kimcholsu', '김철수')
    """
    folded = visible(text).casefold()
    return "".join(_bare(c) for c in folded if not c.isspace() and c not in _PASSED_OVER)


_PASSED_OVER = frozenset("-‐‑'’·.,")


def _bare(letter: str) -> str:
    # Korean syllables decompose too, and must stay whole: half a syllable is no match.
    if letter < "\u1f00" and letter.isalpha():
        return unicodedata.normalize("NFD", letter)[0]
    return letter


def keys(words: Sequence[str]) -> tuple[str, ...]:
    """What is to be looked for, a key a word.

    Raises:
        UsedWrongly: there is no letter in any of them.
    """
    found = tuple(filter(None, map(key, words)))
    if not found:
        raise UsedWrongly("no words to search for", hint="give part of a name or of a note")
    return found


def found_in(payload: JSONObject, wanted: Sequence[str]) -> tuple[str, ...]:
    """Where all the words stand: `name`, `relative`, `note`, several of them, or nowhere.

    All words must be in one name, or all of them in the note.

    Args:
        payload: of a report.
        wanted: from `keys`.

    Examples:
        >>> found_in({"names": [{"written": "김철수"}], "note": "국경에서"}, keys(["철수"]))
        ('name',)
    """
    relative = payload.get("relative")
    texts = {
        "name": [name["written"] for name in payload.get("names", ())],
        "relative": [relative["written"]] if relative else [],
        "note": [payload.get("note") or ""],
    }
    return tuple(
        place
        for place, held in texts.items()
        if any(all(word in text for word in wanted) for text in map(key, held))
    )
