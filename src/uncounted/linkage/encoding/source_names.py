"""What the names of each source are: Korean or not, scripts, language, and order of the words.

As the mapping of a source states, or else found from the names themselves, a sample of each source.
A source of few names is judged by the case. docs/dev/names.md says what follows from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import attrs
import numpy as np

from uncounted.linkage.encoding.columns import ReportColumns, columns
from uncounted.linkage.encoding.name_order import orders
from uncounted.proof.canonical_json import JSONObject
from uncounted.records.cells.name_parser import LONGEST_WRITTEN, looks_korean, order_of
from uncounted.records.names import general, surnames
from uncounted.records.names.forms import Order
from uncounted.records.names.languages.pack import KOREAN, OTHER, Language, by_script, languages
from uncounted.records.names.name import Name
from uncounted.records.names.sounds import folded, script_of
from uncounted.records.report import Report

HABIT = 0.8  # share of a source's clear names that makes its order a habit
_CLEAR = 0.1  # share of a source's names whose endings tell the order, for it to be known by them
SAMPLE = 400  # distinct names of a source that are looked at
_KOREAN = 0.3  # share of names that may be Korean, from which a source's names are read as Korean
_FEW = 5.0  # names: what the case says of a source of few names counts so much
_NEARLY = 0.75  # signs of a language for each of that of which a list has most, to be in it
_SPOKEN = 0.15  # share of words that are signs of a language, from which it is that language
# The same, of signs that are no Korean family names: .44 to .70 of Burmese lists, at most .01 of
# Korean ones.
_CLEARLY_SPOKEN = 0.2

type Stated = Mapping[str, Sequence[str]]  # codes of languages, by source
NOT_STATED: Stated = MappingProxyType({})


@attrs.frozen
class SourceNames:
    """How the names of one source are read."""

    korean: bool = True
    order: Order | None = None
    order_assumed: bool = False  # that most names have the given name first, and nothing else
    language: Language | None = None  # of names in Latin letters that are not Korean
    scripts: tuple[str, ...] = ()  # commonest first


@attrs.frozen
class ListNames:
    """What the names of one list are, for a reader: languages, and scripts, commonest first."""

    languages: tuple[str, ...]
    scripts: tuple[str, ...]
    stated: bool = False  # by the mapping of the list
    family_first: bool = False  # in most names that are not Korean


def stated_languages(abouts: Mapping[str, JSONObject]) -> dict[str, list[str]]:
    """What mappings state of the names of sources, from what a case file keeps about each."""
    stated = {name: about.get("languages") for name, about in abouts.items()}
    return {
        name: list(map(str, codes)) for name, codes in stated.items() if isinstance(codes, list)
    }


def of_lists(reports: Iterable[Report], stated: Stated = NOT_STATED) -> dict[str, ListNames]:
    """How the names of each list are read; no language where none is known."""
    recorded = columns(reports)
    packs = by_script()
    out = {}
    named = {KOREAN: "Korean", OTHER: "other", **{each.code: each.name for each in languages()}}
    for name, found in zip(recorded.sources, of_sources(recorded, stated), strict=True):
        spoken = [packs[script].name for script in found.scripts if script in packs]
        if found.language is not None:
            shares_script = found.language.romanization is not None
            spoken = [found.language.name] if shares_script else [*spoken, found.language.name]
        if codes := stated.get(name, ()):
            spoken = [named.get(code, code) for code in codes]
        elif found.korean:
            spoken = ["Korean"]
        scripts = [script_name(each) for each in found.scripts]
        out[name] = ListNames(
            tuple(dict.fromkeys(spoken)),
            tuple(dict.fromkeys(scripts)),
            bool(codes),
            found.order == "first" and not found.order_assumed and not found.korean,
        )
    return out


def script_name(script: str) -> str:
    """The name of a script for users.

    Examples:
        >>> script_name("MYANMAR"), script_name("GREEK")
        ('Burmese', 'Greek')
    """
    return _SCRIPTS.get(script, script.capitalize())


_SCRIPTS = {"CJK": "Chinese characters", "MYANMAR": "Burmese", "ETHIOPIC": "Ethiopic"}


def of_sources(recorded: ReportColumns, stated: Stated = NOT_STATED) -> tuple[SourceNames, ...]:
    """What the names of each source are.

    Stated as Korean alone, or without Korean, they are; otherwise the names tell. In Latin letters
    they are of the stated pack, of several the one that they have most signs of.
    """
    samples = [_sample(recorded, source) for source in range(len(recorded.sources))]
    judged = [_may_be_korean(names) for names in samples]
    total = sum(map(len, judged))
    of_case = (sum(map(sum, judged)) + 1) / (total + 2)
    out = []
    written_in = [_scripts(names) for names in samples]
    spoken_in = _languages(
        [
            (names, stated.get(each, ()))
            for each, names in zip(recorded.sources, samples, strict=True)
        ],
        frozenset(scripts[0] for scripts in written_in if scripts) - {"LATIN"},
    )
    for source, names, korean, language, scripts in zip(
        recorded.sources, samples, judged, spoken_in, written_in, strict=True
    ):
        codes = stated.get(source, ())
        share = (sum(korean) + _FEW * of_case) / (len(korean) + _FEW)
        is_korean = share >= _KOREAN
        if codes and (KOREAN not in codes or len(codes) == 1):
            is_korean = KOREAN in codes
        if not codes and (in_characters := _in_characters(names)):
            is_korean, language = False, in_characters
        order = _korean_order(names) if is_korean else _order(names, language)
        spoken = None if is_korean else language
        out.append(
            SourceNames(
                is_korean,
                order,
                language=spoken,
                scripts=scripts,
            )
        )
    places = orders(
        recorded,
        [each.language for each in out],
        [each.order for each in out],
        [_has_family_names(each) for each in out],
    )
    return tuple(
        attrs.evolve(each, order=order, order_assumed=assumed)
        for each, (order, assumed) in zip(out, places, strict=True)
    )


def _has_family_names(source: SourceNames) -> bool:
    """Whether names have an order to be found: not Korean, nor rows of syllables as Burmese."""
    packs = [source.language, *map(by_script().get, source.scripts)]
    return not source.korean and not any(each is not None and each.syllables for each in packs)


def _sample(recorded: ReportColumns, source: int) -> list[Name]:
    rows = np.unique(recorded.names[recorded.source == source])
    if len(rows) > SAMPLE:
        rows = rows[:: len(rows) // SAMPLE]
    return [recorded.name_rows[row][0] for row in rows.tolist() if recorded.name_rows[row]]


def _scripts(names: Sequence[Name]) -> tuple[str, ...]:
    """Scripts of words, commonest first."""
    written = (_text(name, as_written=True) for name in names)
    found = Counter(script_of(word) for text in written for word in text.split())
    return tuple(script for script, _ in found.most_common())


def _may_be_korean(names: Sequence[Name]) -> list[bool]:
    """Of each name whose words tell, whether it may be Korean.

    In a list of names of another language, those with a sign of it are not: Ko Soe Myat is Burmese.
    """
    words = [_text(name).split() for name in names]
    most = frozenset[str]()
    for pack in languages():  # endings are no signs here: Suk and Hyuk are Korean syllables
        signs = pack.signs - surnames.latin().keys()
        if _count(words, signs) > _count(words, most):
            most = signs
    if _count(words, most) < _CLEARLY_SPOKEN * (sum(map(len, words)) + _FEW):
        most = frozenset()
    return [
        found and most.isdisjoint(each)
        for name, each in zip(names, words, strict=True)
        if (found := looks_korean(name)) is not None
    ]


def _count(names: Sequence[Sequence[str]], signs: frozenset[str]) -> int:
    return sum(word in signs for words in names for word in words)


def _text(name: Name, *, as_written: bool = False) -> str:
    parts = (name.given, name.family) if name.family and name.given else (name.written,)
    text = " ".join(part[:LONGEST_WRITTEN] for part in parts if part)
    return folded(text, as_written=as_written)


def _korean_order(names: Sequence[Name]) -> Order | None:
    return _habit([order_of(name) for name in names])


def _order(names: Sequence[Name], language: Language | None) -> Order | None:
    """Where family names stand in names that are not Korean, by endings of the language."""
    found = []
    for name in names:
        text = _text(name)
        spoken = by_script().get(script_of(text), language)
        found.append(general.place_of_family(general.words(text, spoken), spoken))
    clear = sum(order is not None for order in found)
    return _habit(found) if clear >= _CLEAR * len(found) else None


def _habit(orders: Sequence[Order | None]) -> Order | None:
    clear = Counter(order for order in orders if order)
    if not clear:
        return None
    (order, count), *_ = clear.most_common(1)
    return order if count >= HABIT * clear.total() else None


def _languages(
    lists: Sequence[tuple[Sequence[Name], Sequence[str]]], scripts: frozenset[str]
) -> list[Language | None]:
    """The language of each list's words in Latin letters, if many are signs of one; None if not.

    Lists with at least half of the share of signs that this takes are pooled, so that spellings of
    one name are read alike: their words in all decide whether they are in the language. Half of the
    signs are enough if another list is in the script of the language. A list may
    be in one only if it has nearly as many signs of it as of any other. Of stated languages it is
    one, unless others that have no pack are among them.
    """
    packs = languages()
    shape = len(lists), len(packs)  # a side may be none
    words = [_latin_words(names) for names, _ in lists]
    total = np.array([max(len(each), 1) for each in words], np.int64)
    signs = np.array(
        [sum(map(pack.is_sign, each)) for each in words for pack in packs], np.int64
    ).reshape(shape)
    may_be = np.array(
        [not codes or pack.code in codes for _, codes in lists for pack in packs], np.bool_
    ).reshape(shape)
    least = np.array([_SPOKEN / 2 if each.script in scripts else _SPOKEN for each in packs])
    near = may_be & (signs >= np.maximum(least / 2 * total[:, None], 1))
    together = (signs * near).sum(0)
    enough = together >= np.maximum(least * (total[:, None] * near).sum(0), 1)
    out: list[Language | None] = []
    for at, (_, codes) in enumerate(lists):
        is_stated = bool(codes) and OTHER not in codes
        among = may_be[at] if is_stated else near[at]
        most = int(np.max(signs[at], where=among, initial=0))
        there = np.flatnonzero(among & (signs[at] >= _NEARLY * most)).tolist()
        best = max(there, key=lambda k: (together[k], signs[at, k]), default=None)
        known = best is not None and (is_stated or enough[best])
        out.append(packs[best] if best is not None and known else None)
    return out


def _in_characters(names: Sequence[Name]) -> Language | None:
    """The language of names in Chinese characters that are none of China or Korea, by pinyin."""
    texts = [text for name in names if "CJK" in map(script_of, (text := _text(name)).split())]
    words = [word for text in texts for word in folded(general.in_pinyin(text)).split()]
    for pack in languages():
        many = pack.pinyin and sum(map(pack.is_sign, words)) >= _CLEARLY_SPOKEN * len(words)
        if words and many:
            return pack
    return None


def _latin_words(names: Sequence[Name]) -> list[str]:
    """Words in Latin letters, without initials, which are in no language."""
    words = (word for name in names for word in _text(name).split())
    return [word for word in words if len(word) > 1 and script_of(word) == "LATIN"]
