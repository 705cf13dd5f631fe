"""Cells with names that are not Korean: the name apart from numbers, titles, nicknames and notes.

Rules by signs that lists in any language share; titles and words for "known as" are in the lexicon.
"""

from __future__ import annotations

import re
from functools import lru_cache

from uncounted.records.cells.kinship import whose
from uncounted.records.cells.placeholders import is_no_name
from uncounted.records.lexicon import pattern, words
from uncounted.records.names.name import unmarked, visible

_NUMBERED = re.compile(
    r"^(?:(?:n[°ºr]?|no|№)[.]?\s*)?\d{1,5}(?:\s*[.):/-]+\s*|\s+)(?=[^\W\d_])", re.I
)
_CHILD_OF = re.compile(r"\s[sdwhc]/o\b.*$", re.IGNORECASE)  # son, daughter, wife of
_QUOTED = re.compile(
    r"[\"“”„«‹](?P<double>[^\"“”„«»‹›]{2,60})[\"“”»›]|(?<![\w'’])['‘](?P<single>[^'‘’]{2,60})['’](?!\w)"
)
_BETWEEN = re.compile(r"\s*[,،;؛]\s*|\s+[-–—]\s+")
_KNOWN_AS = pattern(
    r"(?<![^\W_])(?:{alias:es pt fr uk ru ar fa tr bs sq vi id so})(?:[:ـ]|(?![^\W_]))\s*|\s@\s"
)
_NUMBER = re.compile(r"(?<![^\W_])\d+(?![^\W_])")  # an age or a year, but not 2nd
_PARTICLES = frozenset(
    ["de", "da", "do", "dos", "das", "del", "la", "van", "von", "bin", "ibn", "al", "el", "y", "e"]
)
_EDGES = " ()[],،:;.-–—"


@lru_cache(maxsize=1024)
def name_and_aliases(text: str) -> tuple[str, ...]:
    """Split a cell into the name and the nicknames beside it, without what is no name.

    Examples:
        >>> name_and_aliases('3. Шевчук Олег, 1956 р.н.'), name_and_aliases('Juan "Chino" Pérez')
        (('Шевчук Олег',), ('Juan Pérez', 'Chino'))
    """
    seen = _CHILD_OF.sub("", _NUMBERED.sub("", " ".join(visible(text).split())))
    nicknames = [found["double"] or found["single"] for found in _QUOTED.finditer(seen)]
    name = " ".join(_QUOTED.sub(" ", seen).split())
    if not any(map(str.isalpha, name)):
        name, nicknames = seen, []
    name, *others = (part.strip(_EDGES) for part in _KNOWN_AS.split(name))
    name = _without_notes(name)
    aliases = [alias for alias in (*others, *nicknames) if any(map(str.isalpha, alias))]
    return (_untitled(name), *aliases) if name else (text,)


def _without_notes(text: str) -> str:
    """A name without notes after a comma or a dash: numbers, words in small letters, no name."""
    name, *others = _BETWEEN.split(text)
    if not others or not name:
        return text
    kept = [part for part in others if part and not _is_note(name, part)]
    return text if len(kept) == len(others) else ", ".join([name, *kept])


def _is_note(name: str, part: str) -> bool:
    first = part.split()[0]
    if _NUMBER.search(part) or is_no_name(part) or whose(part) is not None:
        return True
    capital = name[:1].isupper() and first[:1].islower() and first not in _PARTICLES
    return capital and (len(name.split()) > 1 or len(part.split()) > 1)


def _untitled(text: str) -> str:
    """A name without titles and ranks before two words or more."""
    found = text.split()
    while len(found) > 2 and unmarked(found[0].casefold().strip(".")) in words("title|rank"):
        found.pop(0)
    return " ".join(found)
