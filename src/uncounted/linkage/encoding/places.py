"""Places as written, normalised across scripts: towns, a province, nothing else.

A fine key is a county or a town of `records.places.gazetteer`, the wide one a province. A name that
the table lacks is a key by its consonants, so that all romanisations meet, and its province is
learned from the reports, where some write both. Places finer than a county, and distances on the
ground, are not used.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import attrs
import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from uncounted.linkage.encoding import place_tokens
from uncounted.linkage.encoding.spelling import VARIANT, variants
from uncounted.records.cells.placeholders import is_place_kind, stated_place
from uncounted.records.data_files import table_rows
from uncounted.records.names import lattice
from uncounted.records.names.sounds import script_of
from uncounted.records.places import gazetteer as table

MISSING, SAME, WITHIN, SAME_WIDE, NEAR, DIFFERENT = range(6)
LEVELS = 6
MOST_COMPARED = 4000  # distinct places whose spellings are compared letter by letter
LONGEST = 120

_ADMIN, _SIDES, _NUMBERED = (
    frozenset(row["words"].split()) for row in table_rows(__package__, "place_words.csv")
)
_HANGUL_END = re.compile(r"(특별시|직할시|자치주|자치현|시|군|구역|구|현|도|성|주)$")
_HAN_END = re.compile(r"(自治州|自治县|市|县|縣|郡|区|道|省|州)$")
# signs of vowels are marks, which `\w` leaves out
_MARKS = "".join(c for c in map(chr, range(0x900, 0x1B00)) if unicodedata.category(c)[0] == "M")
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{_MARKS}])*|\d+")
_ARTICLE = re.compile(r"\bال(?=\w{3})")
_NO_KEYS: Mapping[str, str] = MappingProxyType({})
_DIGIT = re.compile(r"\d")
_PARTS = re.compile(r"[,;/()（）\[\]、，]|\s-\s")


@attrs.frozen
class PlaceKeys:
    """The fine keys (towns), the wide key (province) and the chain between them that a text names.

    `own_words` are those of a text that is no place of the table.
    """

    fine: frozenset[str]
    wide: str | None
    chain: tuple[str, ...] = ()
    own_words: place_tokens.PlaceWords | None = attrs.field(default=None, eq=False)


@lru_cache(maxsize=65536)
def read(text: str) -> PlaceKeys:
    """Read a place as written: 함경북도 회령시 is Hoeryong, North Hamgyong Province."""
    text = table.settled(stated_place(text[:LONGEST]))
    if is_place_kind(text):
        return PlaceKeys(frozenset(), None)
    found = table.candidates(text)
    if not found:
        return _unlisted(text)
    towns = [place for place in found if _is_town(place)]
    path = found[0].path[1:]
    for place in found:
        path = table.shared(path, _above(place))
    if towns:
        return PlaceKeys(frozenset(place.code for place in towns), path[0] if path else None, path)
    words = [word for word in _words(text) if word not in _SIDES and not is_place_kind(word)]
    left = {_key(word) for word in words if not table.candidates(word)}
    return PlaceKeys(frozenset(left - {""}), path[0] if path else None, path)


def _is_town(place: table.Place) -> bool:
    """A county or city, or a prefecture or province that is called a city: 丹东市, 平壤市."""
    return place.level not in ("country", "province", "prefecture") or place.label("zh")[-1] == "市"


def _above(place: table.Place) -> tuple[str, ...]:
    """The codes from the province down to what a town lies in; a wide place with itself."""
    return place.path[1:-1] or place.path[1:] if _is_town(place) else place.path[1:]


def _unlisted(text: str) -> PlaceKeys:
    """A text that is no place of the table: each word what it may be, by name or by consonants."""
    words = _words(text)
    fine: set[str] = set()
    if any(word.isdigit() for word in words):
        # Camp 14 and Camp 15 have the word in common, and are two places.
        code, words = _code_of(words)
        fine.add(code)
    # what only says of which kind a place is does not say which: 수용소 is not 西安
    words = [word for word in words if word not in _NUMBERED and not is_place_kind(word)]
    if not words and not fine:
        return PlaceKeys(frozenset(), None)
    for word in words:
        named = table.candidates(word)
        codes = {place.code for place in named if _is_town(place)}
        if named and not codes:
            continue  # a province or a country beside what it is not the province of
        fine |= codes or _by_consonants().get(_key(word), frozenset({_key(word)}))
    return PlaceKeys(frozenset(fine - {""}), None, own_words=_own_words(text))


def _code_of(words: list[str]) -> tuple[str, list[str]]:
    """The number of a numbered place with its adjacent letters, and its other words."""
    code = [word for word in words if word.isdigit() or (len(word) == 1 and word.isascii())]
    return "".join(code), [word for word in words if word not in code and word not in _NUMBERED]


def _own_words(text: str, by_sound: Mapping[str, str] = _NO_KEYS) -> place_tokens.PlaceWords:
    """The words of a text, of its first part and of what follows a comma or a bracket.

    Keys that are known by sound take the place of those of the words.
    """
    keys: list[frozenset[str]] = []
    for part in _PARTS.split(text):
        words = _words(part)
        if any(word.isdigit() for word in words):
            code, rest = _code_of(words)
            words = [code, *rest]
        else:
            words = [word for word in words if not is_place_kind(word)]
        found = frozenset(by_sound.get(word) or _key(word) for word in words) - {""}
        if found:
            keys.append(found)
    head = keys[0] if keys else frozenset()
    return place_tokens.PlaceWords(head, frozenset().union(*keys[1:]) - head)


@lru_cache(maxsize=1)
def _by_consonants() -> dict[str, frozenset[str]]:
    """Towns of the table by the consonants of their names, for slips in a vowel."""
    found: dict[str, set[str]] = {}
    for place in table.every():
        if _is_town(place):
            for name in table.names_of(place.code):
                if len(key := _key(_bare(name))) > 2:
                    found.setdefault(key, set()).add(place.code)
    return {key: frozenset(codes) for key, codes in found.items()}


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")
    plain = "".join(map(_letter, unicodedata.normalize("NFKD", plain)))
    words = _WORD.findall(_ARTICLE.sub("", unicodedata.normalize("NFC", plain)))
    return [_bare(word) for word in words if word not in _ADMIN]


def _letter(char: str) -> str:
    """A letter or digit as it is compared: no accents, vocalisation, tatweel, or what is unseen."""
    if char.isascii():
        return char
    # viramas and the like (classes below 10) are letters' own
    if char == "ـ" or unicodedata.combining(char) >= 10 or unicodedata.category(char) == "Cf":
        return ""
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


def _bare(word: str) -> str:
    if len(word) < 2:
        return word
    if "가" <= word[0] <= "힣":
        return _HANGUL_END.sub("", word) or word
    return _HAN_END.sub("", word) or word


def _key(word: str) -> str:
    """A Latin key: Hangul by its consonants, so that all romanisations meet."""
    if all(map(lattice.is_hangul, word)):
        return lattice.skeleton(lattice.latin(word)) or word
    if word.isascii() and lattice.of_latin((word,)):
        return lattice.skeleton(word) or word
    return word


def across_scripts(texts: Sequence[str], places: Sequence[PlaceKeys]) -> list[PlaceKeys]:
    """The places with one key for words of different scripts that sound alike: حمص, Homs, Hims.

    A word in Latin letters has the key of the word of another script that sounds most like it.
    Places of the table, and places in Hangul and Chinese characters, stay as they are.
    """
    own = [
        [word for word in _words(text[:LONGEST]) if script_of(word) not in _READ_BY_TABLE]
        if place.own_words is not None
        else []
        for text, place in zip(texts, places, strict=True)
    ]
    words = sorted({word for group in own for word in group if len(word) > 1})
    if all(script_of(word) == "LATIN" for word in words):
        return list(places)
    keys, near = {}, variants(words)
    for at, word in enumerate(words):
        found = [
            (cost, words[other])
            for other, kind, cost in near.of(at)
            if kind == VARIANT and cost <= _SAME_SOUND and script_of(words[other]) != "LATIN"
        ]
        if script_of(word) != "LATIN":  # Изюм and Ізюм
            keys[word] = min([word, *(other for _, other in found)])
        elif found:
            keys[word] = min(found)[1]
    keys = {word: keys.get(key, key) for word, key in keys.items()}
    out = []
    for text, place, group in zip(texts, places, own, strict=True):
        if not keys.keys().isdisjoint(group):
            parts = _own_words(text, keys)
            place = attrs.evolve(place, fine=parts.head or parts.rest, own_words=parts)
        out.append(place)
    return out


_READ_BY_TABLE = ("HANGUL", "CJK", "HIRAGANA", "KATAKANA")
_SAME_SOUND = 1.5  # the cost up to which two words are one: less than of names


def parents(places: Sequence[PlaceKeys]) -> dict[str, str]:
    """Which province each town lies in, as most reports that name both say."""
    counts: dict[str, Counter[str]] = {}
    for place in places:
        if place.wide and len(place.fine) == 1:
            (town,) = place.fine
            counts.setdefault(town, Counter())[place.wide] += 1
    return {town: min(seen, key=lambda wide: (-seen[wide], wide)) for town, seen in counts.items()}


def compare(texts: Sequence[str], places: Sequence[PlaceKeys]) -> NDArray[np.uint8]:
    """Levels of distinct places, each with each: a square table (`SAME` and so on)."""
    count = len(places)
    levels = np.full((count, count), DIFFERENT, np.uint8)
    if count <= MOST_COMPARED and count:
        folded = [" ".join(_words(text[:LONGEST])) for text in texts]
        # two letters in twelve: a slip of the pen, not another place
        near = process.cdist(folded, folded, scorer=OSA.normalized_distance, dtype=np.float32)
        levels[near <= 0.17] = NEAR
        # and one sign of a code, which is short
        codes = [at for at, text in enumerate(folded) if len(text) > 2 and _DIGIT.search(text)]
        written = [folded[at] for at in codes]
        slips = process.cdist(written, written, scorer=OSA.distance, dtype=np.uint8)
        levels[np.ix_(codes, codes)] = np.where(slips <= 1, NEAR, levels[np.ix_(codes, codes)])
    above = parents(places)
    wide = [place.wide or _common(place, above) for place in places]
    wide_ids = np.unique([name or "" for name in wide], return_inverse=True)[1]
    only_wide = np.array([not place.fine for place in places], bool)
    known = np.array([name is not None for name in wide], bool)
    unclear = only_wide[:, None] | only_wide[None, :]
    same_wide = (wide_ids[:, None] == wide_ids[None, :]) & known[:, None] & known[None, :]
    levels[same_wide & (levels == DIFFERENT)] = SAME_WIDE
    # a province against a town of unknown province: nothing to compare
    levels[unclear & ~(known[:, None] & known[None, :])] = MISSING
    _mark_within(levels, places, wide)
    holders: dict[str, tuple[list[int], list[int]]] = {}
    for at, place in enumerate(places):
        for town in place.fine:
            holders.setdefault(town, ([], []))[place.own_words is not None].append(at)
    for listed, unlisted in holders.values():
        levels[np.ix_(listed, listed + unlisted)] = SAME
        levels[np.ix_(unlisted, listed)] = SAME
    _mark_unlisted(levels, places)
    np.fill_diagonal(levels, np.where(only_wide, WITHIN, SAME).astype(np.uint8))
    return levels


def _mark_unlisted(levels: NDArray[np.uint8], places: Sequence[PlaceKeys]) -> None:
    """Mark pairs of places of which the table has neither, by their words, in place."""
    here = np.array(
        [at for at, place in enumerate(places) if place.own_words is not None], np.int64
    )
    found = place_tokens.related(
        [place.own_words for place in places if place.own_words is not None]
    )
    left, right = here[found.left], here[found.right]
    for which, level in ((found.same, SAME), (found.within, WITHIN), (found.same_area, SAME_WIDE)):
        levels[left[which], right[which]] = levels[right[which], left[which]] = level


def _mark_within(
    levels: NDArray[np.uint8], places: Sequence[PlaceKeys], wide: Sequence[str | None]
) -> None:
    inside: dict[str, list[int]] = {}
    for at, place in enumerate(places):
        for code in place.chain or (wide[at] or "",):
            inside.setdefault(code, []).append(at)
    for at, place in enumerate(places):
        own = place.fine or place.chain[-1:] or {wide[at] or ""}
        for code in own:
            if code and code in inside:
                levels[at, inside[code]] = levels[inside[code], at] = WITHIN


def _common(place: PlaceKeys, above: dict[str, str]) -> str | None:
    found = {above[town] for town in place.fine if town in above}
    return found.pop() if len(found) == 1 else None
