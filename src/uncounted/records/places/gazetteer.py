"""Gazetteer: which province or county a text names, and never anything finer.

The table (`places.csv`) is this project's own: the first-level divisions of the DPRK with their
cities, counties and districts; the provinces of China, the prefectures of its north-east and the
counties near the border; the neighbouring regions of Russia; other countries by name; each in
English, Korean and Chinese. Spellings in Latin letters, the South's first sound and traditional
characters are by rule. Sources: `docs/reference/places.md`. It has no village, road, crossing or
address, and none may be added.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType

import attrs

from uncounted.records.data_files import table_rows
from uncounted.records.places import exclusions, romanization

LEVELS = ("country", "province", "prefecture", "city", "county", "district")
LONGEST = 300  # letters of a text that are looked at
_MOST_WORDS = 5  # of one name
_FEWEST_FOLDED = 5  # letters of a name that is found by its sound alone
_SEPARATORS = re.compile(r"[^\w\s]+|[_ᆞ]")  # of a text as `key` gives it, which has ᆞ for ㆍ
_JOINING = frozenset("과와및和与及或到至往")  # between two names that are run together
_AT = re.compile("被?(?:关押|居?住|逃)?[在于到]|[住的]")  # before a name, without a space between
_LEVEL_AFTER = re.compile(" (?:city|county|district|province)$")
_HANGUL_END = re.compile(
    r"(?:특별시|직할시|특급시|자치주|자치현|자치구|변강|구역|지구|시|군|구|현|도|성|주|맹)$"
)
_HAN_END = re.compile(
    r"(?:自治州|自治县|自治区|边疆区|区域|地区|特别市|直辖市|市|县|郡|区|道|省|州|盟)$"
)
# Words after a name in Latin letters: what they say of its level, and parts of a county.
_PROVINCIAL = frozenset(["province", "do", "to", "sheng", "region", "krai", "oblast"])
_LOWER = frozenset(["city", "si", "shi", "county", "gun", "kun", "xian", "prefecture", "zhou"])
_LOWER |= frozenset(["district", "guyok", "kuyok", "guyeok", "ku", "gu"])
_LOCAL = frozenset(["ri", "ni", "li", "dong", "tong", "myon", "myeon", "village", "township"])
_LOCAL_HANGUL, _LOCAL_HAN = frozenset("리동면"), frozenset("里洞乡村街路")
_LATIN_END = re.compile(r"(?<=...)(?:guyok|kuyok|guyeok|si|shi|gun|kun|xian|do)$")
_PLAIN = str.maketrans(
    {
        form: row["plain"]
        for row in table_rows(__package__, "character_forms.csv")
        for form in row["forms"]
    }
)


@attrs.frozen
class Place:
    """A place of the table: its code and the codes from its country down to itself.

    Examples:
        >>> place("회령").path
        ('KP', 'KP-09', 'KP-09-hoeryong')
    """

    code: str
    path: tuple[str, ...]

    @property
    def level(self) -> str:
        """One of `LEVELS`."""
        return _ROWS[self.code]["level"]

    def label(self, language: str = "en") -> str:
        """Its name in "en", "ko" or "zh"."""
        return _ROWS[self.code][language]

    def contains(self, other: Place) -> bool:
        """Tell whether another place is this one or lies in it."""
        return other.path[: len(self.path)] == self.path


def _read() -> Mapping[str, dict[str, str]]:
    return MappingProxyType({row["code"]: row for row in table_rows(__package__, "places.csv")})


_ROWS = _read()


def _path(code: str) -> tuple[str, ...]:
    parent = _ROWS[code]["parent"]
    return (*_path(parent), code) if parent else (code,)


def every() -> tuple[Place, ...]:
    """Every place of the table, in its order."""
    return tuple(Place(code, _path(code)) for code in _ROWS)


def key(text: str) -> str:
    """The form in which a text and the table are compared."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    # Marks over Latin letters go (ŏ, ŭ), as does what cannot be seen; Hangul, which NFKD
    # takes apart, is put together.
    bare = "".join(
        c
        for c in letters
        if not 0x300 <= ord(c) <= 0x36F and c not in "'’‘`ʼ" and unicodedata.category(c) != "Cf"
    )
    plain = unicodedata.normalize("NFC", bare).translate(_PLAIN)
    return " ".join(re.sub(r"[-‐-―.]", " ", plain).split())


def folded(text: str) -> str:
    """A name in Latin letters by its sound, in which the usual systems meet."""
    found = key(text).replace(" ", "")
    for old, new in _FOLDS:
        found = found.replace(old, new)
    return re.sub(r"(.)\1+", r"\1", found)


_FOLDS = (
    *(("tch", "j"), ("ts", "j"), ("ch", "j"), ("sh", "s"), ("eo", "o"), ("eu", "u"), ("oo", "u")),
    *(("kh", "k"), ("th", "t"), ("ph", "p"), ("g", "k"), ("d", "t"), ("b", "p"), ("l", "r")),
    *(("hwe", "hoe"), ("hoi", "hoe")),
)


def _without_end(name: str) -> str:
    """A name without its 시, 군, 市, 县; itself where nothing of two letters would be left."""
    suffixes = _HAN_END if _is_han(name) else _HANGUL_END
    bare = suffixes.sub("", name)
    return bare if len(bare) > 1 else name


def _is_han(text: str) -> bool:
    return any(0x4E00 <= ord(char) <= 0x9FFF for char in text)


@cache
def names_of(code: str) -> frozenset[str]:
    """Every form by which a place is found, as `key` gives them."""
    own, by_reading = _names(code)
    return own | by_reading


def _names(code: str) -> tuple[frozenset[str], frozenset[str]]:
    """The forms of a place, and those that only its Korean reading gives: 강원 for Jiangyuan."""
    row = _ROWS[code]
    given = [key(name) for name in (row["ko"], row["zh"], row["en"], *row["also"].split(";"))]
    forms = {form for name in given if name for form in (name, _without_end(name))}
    hangul = [name for name in forms if romanization.is_hangul(name)]
    forms |= {_without_end(romanization.southern(name)) for name in hangul}
    forms |= {romanization.southern(name) for name in hangul}
    latin = {spelling for name in hangul for spelling in romanization.spellings(name)}
    side = re.fullmatch(r"(..)(남|북)도", row["ko"])
    if side:
        forms |= set(_sided(side[1], {"남": "south", "북": "north"}[side[2]]))
        zh = key(row["zh"])
        forms |= {zh[:2], zh[:2] + "道", zh[0] + zh[2]}  # 咸镜, of both halves, and 咸北
    korean = code.startswith("KP")
    own = forms | latin if korean else forms
    return (
        frozenset(form for form in own if len(form) > 1),
        frozenset() if korean else frozenset(latin - forms),
    )


def _sided(stem: str, side: str) -> Iterator[str]:
    """Names of half a province: North Hamgyong, Hamgyong North, N. Hamgyong; and of the whole."""
    yield from (stem, stem + "도")
    for name in romanization.spellings(stem):
        yield from (f"{side} {name}", f"{name} {side}", f"{side[0]} {name}", name, f"{name}do")


@lru_cache(maxsize=1)
def _exclusions() -> re.Pattern[str]:
    """Names of places in texts that mean no place."""
    named = {
        code: (row["ko"], row["zh"], row["en"], *row["also"].split(";"))
        for code, row in _ROWS.items()
    }
    keys = {code: {key(name) for name in names if name} for code, names in named.items()}
    countries = [names for code, names in keys.items() if _ROWS[code]["level"] == "country"]
    return exclusions.exclusion_pattern(set().union(*countries), set().union(*keys.values()))


def settled(text: str) -> str:
    """A text without the rivers, mountains, peoples and consulates that it names, and opposites.

    Examples:
        >>> settled("Tumen River near Musan"), settled("심양 한국 영사관"), settled("Tumen City")
        ('near musan', '심양', 'Tumen City')
    """
    if len(text) > LONGEST or not exclusions.may_name_one(text.casefold()):
        return text
    plain = key(text)
    left = _without_others(plain)
    return text if left == plain else left


def _without_others(plain: str) -> str:
    left = " ".join(_exclusions().sub(_kept, plain).split())
    return "" if exclusions.OPPOSITE.search(left) else left


def lies_opposite(text: str) -> bool:
    """Tell whether a text says what lies opposite a place: on which side that is, is not read."""
    if len(text) > LONGEST or not exclusions.may_name_one(text.casefold()):
        return False
    return bool(exclusions.OPPOSITE.search(_exclusions().sub(_kept, key(text))))


def is_place_name(text: str) -> bool:
    """Tell whether a text is the name of a place and no more."""
    found = place(text)
    bare = _LEVEL_AFTER.sub("", key(text))  # hoeryong of "Hoeryong City"
    return found is not None and not names_of(found.code).isdisjoint((bare, bare.replace(" ", "")))


def _kept(found: re.Match[str]) -> str:
    return f" {(found['kept'] or found['host'] or '').replace(' ', '')} "


Index = Mapping[str, tuple[str, ...]]


def _index(pairs: Iterable[tuple[str, str]]) -> Index:
    found: dict[str, dict[str, None]] = {}
    for name, code in pairs:
        found.setdefault(name, {})[code] = None
    return MappingProxyType({name: tuple(codes) for name, codes in found.items()})


@lru_cache(maxsize=1)
def _indexes() -> tuple[Index, Index, int]:
    """Names as they are and by their sound, with their codes; and the longest in characters."""
    named = [(code, *_names(code)) for code in _ROWS]
    own = [(name, code) for code, names, _ in named for name in sorted(names)]
    read = [(name, code) for code, _, names in named for name in sorted(names)]
    sounds = _index((folded(name), code) for name, code in own + read if name.isascii())
    by_sound = {sound: codes for sound, codes in sounds.items() if len(sound) >= _FEWEST_FOLDED}
    longest = max(len(name) for name, _ in own if not name.isascii())
    # What a place is called goes before what only the reading of its characters would give.
    return MappingProxyType({**_index(read), **_index(own)}), MappingProxyType(by_sound), longest


@lru_cache(maxsize=1)
def _lineages() -> Mapping[str, frozenset[str]]:
    found = {}
    for code, row in _ROWS.items():
        once = [above for name in row["once"].split(";") if name for above in _path(name)]
        found[code] = frozenset((*_path(code), *once))
    return MappingProxyType(found)


@lru_cache(maxsize=65_536)
def candidates(text: str) -> tuple[Place, ...]:
    """All places that a text can mean, each as fine as it says; empty where it names none.

    The parts may come in any order, with commas ("Musan, North Hamgyong") or run together
    ("함경북도 무산군"). A name of several places gives all of them, unless another part tells them
    apart. Places of which none lies in the other are no answer.

    Examples:
        >>> [found.label() for found in candidates("Unsan")]
        ['Unsan', 'Unsan']
        >>> [found.label("ko") for found in candidates("Unsan, South Pyongan")]
        ['은산군']
    """
    if len(text) > LONGEST:
        return ()
    plain = key(text.replace("\n", ","))
    if exclusions.may_name_one(plain):
        plain = _without_others(plain)
    return _meant(plain)


def _meant(plain: str) -> tuple[Place, ...]:
    """The places that a text means; the text is a `key`, without parts that are no place."""
    named = _named(plain)
    above = _lineages()
    fit = {
        code: None
        for codes in named
        for code in codes
        if all(any(other in above[code] for other in mention) for mention in named)
    }
    return tuple(Place(code, _path(code)) for code in fit)


def _named(plain: str) -> list[tuple[str, ...]]:
    return [codes for part in _SEPARATORS.split(plain) for codes in _mentions(part.split())]


@lru_cache(maxsize=65_536)
def place(text: str) -> Place | None:
    """Find the finest place that a text surely names, or None if it names none of the table.

    A name of several places is what they all lie in: "Unsan" alone is somewhere in the DPRK.
    """
    found = candidates(text)
    if not found:
        return None
    path = found[0].path
    for other in found[1:]:
        path = shared(path, other.path)
    return Place(path[-1], path) if path else None


def shared(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    """The beginning that two paths have in common."""
    depth = 0
    while depth < min(len(one), len(other)) and one[depth] == other[depth]:
        depth += 1
    return tuple(one[:depth])


def _mentions(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Codes of each name in one part of a text, from left to right."""
    at = 0
    while at < len(words):
        end, codes = _name_at(words, at)
        if codes is None:
            if not words[at].isascii():
                yield from _run_together(words[at])
            at += 1
            continue
        following = words[end] if end < len(words) else ""
        at = end
        if following in _LOCAL:
            continue
        yield _of_level(codes, following)


def _name_at(words: Sequence[str], at: int) -> tuple[int, tuple[str, ...] | None]:
    """The longest name that begins at a word: where it ends, and its codes."""
    names, by_sound, _ = _indexes()
    suffixes = range(min(len(words), at + _MOST_WORDS), at, -1)
    for end in suffixes:
        for form in (" ".join(words[at:end]), "".join(words[at:end])):
            for name in (form, _LATIN_END.sub("", form)):
                if name in names:
                    return end, names[name]
    for end in suffixes:
        if (sound := folded("".join(words[at:end]))) in by_sound:
            return end, by_sound[sound]
    return at, None


def _of_level(codes: tuple[str, ...], word: str) -> tuple[str, ...]:
    """Of several places those of the level that the word after a name says, if there are any."""
    if word not in _PROVINCIAL | _LOWER:
        return codes
    kept = tuple(
        code
        for code in codes
        if (_ROWS[code]["level"] in ("country", "province")) == (word in _PROVINCIAL)
    )
    return kept or codes


def _run_together(text: str) -> Iterator[tuple[str, ...]]:
    """Codes of the names in Korean or Chinese text without spaces, from left to right.

    Inside a word that begins with something else only names with their 시 or 市 count.
    """
    names, _, longest = _indexes()
    preposition = _AT.match(text)
    at, strange = preposition.end() if preposition else 0, False
    while at < len(text):
        for end in range(min(len(text), at + longest), at + 1, -1):
            name = text[at:end]
            bare = _without_end(name) == name
            if name not in names or (bare and strange):
                continue
            if bare and text[end : end + 1] in (_LOCAL_HANGUL | _LOCAL_HAN):
                continue
            yield names[name]
            at = end
            break
        else:
            strange = strange or not at or text[at] not in _JOINING
            at += 1
