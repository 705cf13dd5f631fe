"""Cells with names that are not Korean: the name apart from numbers, titles, nicknames and notes.

Rules by signs that lists in any language share; titles and words for "known as" are in the lexicon.
"""

from __future__ import annotations

import re
from functools import lru_cache

from uncounted.records.cells.kinship import whose
from uncounted.records.cells.placeholders import is_no_name
from uncounted.records.lexicon import pattern, words
from uncounted.records.names.languages.pack import by_script
from uncounted.records.names.name import unmarked, visible
from uncounted.records.names.sounds import script_of

_NUMBERED = re.compile(
    r"^(?:(?:n[°ºr]|no|№)[.]?\s*\d{1,5}[.):]?\s+|\d{1,5}\s*(?:[.):]+-?\s*|[-–]\s+))(?=[^\W\d_])",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"\s[sdwhc]/o\b[. ]*(?P<relative>.*)$", re.IGNORECASE)  # son, wife of
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])[\"”](?=[^\W\d_])")  # Дем"янюк
_QUOTED = re.compile(r"(?<!\w)[\"“”„«‹]([^\"“”„«»‹›]{2,60})[\"“”»›](?!\w)")
_QUOTED_LAST = re.compile(r"^(\S+ .*\S) ['‘]([^'‘’]{2,60})['’]$")
_BETWEEN = re.compile(r"(\s*[,،]\s*|\s+[-–—]\s+)")
_IN_BRACKETS = re.compile(r"\s*[(（\[][^)）\]]*[)）\]]")
_KNOWN_AS = pattern(
    r"(?<![^\W_])(?:{alias:ar}ـ?\s*"
    r"|(?:{alias:es pt fr uk ru fa tr bs sq vi so})(?:\s*:|(?![^\W_]))\s*)|\s@\s"
)
_PARTICLES = frozenset(
    {"al", "abu", "ben", "bin", "bint", "d", "da", "das", "de", "del", "della", "den", "der", "di"}
    | {"do", "dos", "du", "e", "el", "ibn", "la", "le", "ould", "umm", "van", "von", "y"}
)
_EDGES = " ()[],،:;.-–—"


@lru_cache(maxsize=1024)
def name_and_aliases(text: str) -> tuple[str, ...]:
    """Split a cell into the name and the nicknames beside it, without what is no name.

    Examples:
        >>> name_and_aliases('3. Шевчук Олег, 1956 р.н.'), name_and_aliases('Juan "Chino" Pérez')
        (('Шевчук Олег',), ('Juan Pérez', 'Chino'))
    """
    seen = _APOSTROPHE.sub("’", " ".join(visible(text).split()))
    seen = _RELATIVE.sub("", _NUMBERED.sub("", seen))
    parts = _QUOTED.split(seen)
    name, nicknames = " ".join(" ".join(parts[::2]).split()), parts[1::2]
    if not any(map(str.isalpha, name)):
        name, nicknames = seen, []
    if last := _QUOTED_LAST.match(name):
        name, nicknames = last[1], [*nicknames, last[2]]
    before, *others = (part.strip(_EDGES) for part in _KNOWN_AS.split(name))
    if others and len(before.split()) > 1:
        name, nicknames = before, [*others, *nicknames]
    aliases = [alias for alias in nicknames if any(map(str.isalpha, alias))]
    name = _untitled(_without_notes(name))
    return (name, *aliases) if name else (text,)


def relative_in(text: str) -> str | None:
    """Whose child, wife or husband somebody is by `s/o`, `d/o`, `w/o` after a name; else None.

    Examples:
        >>> relative_in("Mohammed Yunus s/o Abdul Hakim")
        'Abdul Hakim'
    """
    found = _RELATIVE.search(" ".join(visible(text).split())) if "/" in text else None
    return found["relative"].strip(_EDGES) or None if found else None


def _without_notes(text: str) -> str:
    """A name without notes after a comma or a dash: an age, words in small letters, no name."""
    name, *others = _BETWEEN.split(text)
    kept = [name]
    for sign, part in zip(others[::2], others[1::2], strict=True):
        if name and part and not _is_note(name, part):
            kept += [sign, part]
    return "".join(kept) if name else text


def _is_note(name: str, part: str) -> bool:
    bare = _IN_BRACKETS.sub("", part).strip(_EDGES)
    if bare.casefold() in words("suffix"):  # Smith, Jr.
        return True
    of_two = len(name.split()) > 1
    if whose(bare) is not None or (of_two and is_no_name(bare)):
        return True
    first, *rest = bare.split() or [""]
    if any(word[:1].isupper() for word in (first, *rest)):
        return False
    if first.isdecimal():
        return of_two
    small = first[:1].islower() and re.split(r"[-'’]", first)[0] not in _PARTICLES
    return small and name[:1].isupper() and not name.isupper() and (of_two or bool(rest))


def _untitled(text: str) -> str:
    """A name without titles and ranks before two words or more, not of a patronymic alone."""
    found = text.split()
    while len(found) > 2 and unmarked(found[0].casefold().strip(".")) in words("title"):
        pack = by_script().get(script_of(found[0]))
        if len(found) == 3 and pack and pack.father and pack.father.search(found[-1].casefold()):
            break
        found.pop(0)
    return " ".join(found)
