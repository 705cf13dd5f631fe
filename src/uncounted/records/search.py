"""Full-text search of reports, in names, relatives' names and the note.

Words are looked for as written, as substrings: two syllables of Korean or two Chinese characters
are found like a long word. There is no index. Other spellings of a name:
`records.cells.name_search`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from uncounted.errors import UsedWrongly
from uncounted.proof.canonical_json import JSONObject
from uncounted.records.names.name import visible


def key(text: str) -> str:
    """A text as it is compared: case, accents, spaces and hyphens make no difference."""
    folded = visible(text).casefold()
    return "".join(_bare(c) for c in folded if not c.isspace() and c not in _PASSED_OVER)


_PASSED_OVER = frozenset("-‐‑'’·.,")


def _bare(letter: str) -> str:
    # Korean syllables decompose too, and must stay whole: half a syllable is no match.
    if letter < "\u1f00" and letter.isalpha():
        return unicodedata.normalize("NFD", letter)[0]
    return letter


def keys(words: Sequence[str]) -> tuple[str, ...]:
    """Search keys of words, one a word; refused if there is no letter in any of them."""
    found = tuple(filter(None, map(key, words)))
    if not found:
        raise UsedWrongly("no words to search for", hint="give part of a name or of a note")
    return found


def found_in(payload: JSONObject, wanted: Sequence[str]) -> tuple[str, ...]:
    """Fields of a report's payload (name, relative, note) of which one text holds all the words."""
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
