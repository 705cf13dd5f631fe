"""Names as forms, by number: each name is read once, however often its reports are encoded.

A name is read as its source's are. Forms are not kept as such: a million reports have half a
million.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise

import attrs
import numpy as np

from uncounted._processes import in_order
from uncounted.linkage.arrays import Flags, Ints
from uncounted.linkage.encoding.name_index import Indexer, NameParts
from uncounted.linkage.encoding.source_names import SourceNames
from uncounted.records.cells.name_parser import forms
from uncounted.records.names.forms import MOST_WORDS, Form
from uncounted.records.names.name import Name
from uncounted.records.names.sounds import UNWRITTEN, sounds
from uncounted.records.names.surnames import Key

MOST_FORMS = 8
_COLUMNS = 10
_SHORT = 2  # letters of the words that a compound is made of, at the least
_APART = 0.05  # names that have them apart, for each that has them together
type _Names = tuple[tuple[Name, ...], SourceNames]  # and how they are read
type _Part = tuple[tuple[tuple[Key, float], ...], tuple[str, ...], tuple[str, ...]]


@attrs.frozen
class Forms:
    """The forms of rows of names: row i has those from `starts[i]` to `starts[i + 1]`."""

    starts: Ints
    family: Ints  # a form: row of `families`
    given: Ints
    families: NameParts
    givens: NameParts
    korean: Flags
    masked: Flags
    family_firsts: Ints
    given_firsts: Ints
    open: Flags
    alias: Flags
    less_likely_order: Flags
    general: Flags


class ReadNames:
    """Names that were read, to be given again without reading."""

    def __init__(self) -> None:
        self._rows = Indexer[_Names]()
        self._starts = np.zeros(1, np.int64)
        self._table = np.zeros((0, _COLUMNS), np.int64)
        self._families, self._givens = Indexer[_Part](), Indexer[_Part]()

    def forms(self, names: Iterable[_Names]) -> Forms:
        """The forms of these names, in order; those that were not read before are read.

        Parts are numbered in the order in which these names have them, whatever was read before.
        """
        known = len(self._rows.of)
        rows = np.array([self._rows(each) for each in names], np.int64)
        self._read(list(self._rows.of)[known:])
        sizes = np.diff(self._starts)[rows]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        at = np.arange(starts[-1]) + np.repeat(self._starts[:-1][rows] - starts[:-1], sizes)
        return self._numbered(starts, self._table[at])

    def _read(self, names: Sequence[_Names]) -> None:
        starts, table = [int(self._starts[-1])], []
        for of_name in in_order(_read, names):
            for form in of_name:
                words = ((), ()) if form.korean else (form.family_words, form.given_words)
                family = tuple(form.family.items()), form.family_letters, words[0]
                given = tuple(form.given.items()), form.given_letters, words[1]
                general = not form.korean and not form.is_masked and bool(words[0] or words[1])
                kind = form.is_open, form.is_alias, form.is_other_way, general
                firsts = form.firsts if form.is_masked else (0, 0)
                parts = self._families(family), self._givens(given)
                table.append((*parts, form.korean, form.is_masked, *firsts, *kind))
            starts.append(int(self._starts[-1]) + len(table))
        read = np.array(table, np.int64).reshape(-1, _COLUMNS)
        self._table = np.concatenate([self._table, read])
        self._starts = np.concatenate([self._starts, np.array(starts[1:], np.int64)])

    def _numbered(self, starts: Ints, table: Ints) -> Forms:
        keys = Indexer[Hashable]()
        families, givens = NameParts(given=False, keys=keys), NameParts(given=True, keys=keys)
        both = (families, list(self._families.of)), (givens, list(self._givens.of))
        number = [np.zeros(len(known), np.int64) for _, known in both]
        words_of = [[words for _, _, words in known] for _, known in both]
        in_words = [np.array([bool(each) for each in words], bool) for words in words_of]
        general = in_words[0][table[:, 0]] | in_words[1][table[:, 1]]
        apart = _compounds(np.unique(table[general, :2], axis=0), *words_of)
        seen = [np.unique(table[:, side], return_index=True) for side in (0, 1)]
        order = sorted(
            (at, side, part)
            for side, (parts, first) in enumerate(seen)
            for part, at in zip(parts.tolist(), first.tolist(), strict=True)
        )
        for _, side, part in order:
            index, known = both[side]
            readings, letters, words = known[part]
            split = tuple(one for word in words for one in apart.get(word, (word,)))
            number[side][part] = index(dict(readings), letters, split[:MOST_WORDS])
        family, given = (number[side][table[:, side]] for side in (0, 1))
        masked = table[:, 3] > 0
        read_as_korean = [np.array(index.korean) for index, _ in both]
        unnamed = np.array([not readings for readings in families.readings])
        korean = read_as_korean[1][given] & (read_as_korean[0][family] | unnamed[family])
        firsts = [
            np.where(masked, table[:, 4 + side], np.array(index.firsts, np.int64)[part])
            for side, ((index, _), part) in enumerate(zip(both, (family, given), strict=True))
        ]
        return Forms(
            starts,
            family,
            given,
            families,
            givens,
            np.where(masked, table[:, 2] > 0, korean),
            masked,
            firsts[0],
            firsts[1],
            *(table[:, at] > 0 for at in (6, 7, 8, 9)),
        )


def _read(names: list[_Names]) -> list[list[Form]]:
    return [
        forms(each, way.order, korean=way.korean, language=way.language)[:MOST_FORMS]
        for each, way in names
    ]


def _compounds(
    names: Ints, families: Sequence[tuple[str, ...]], givens: Sequence[tuple[str, ...]]
) -> dict[str, tuple[str, str]]:
    """Words that other names write as two: Mohamadreza beside Mohammad Reza, by sound.

    A word that a slip of the key has cut in two is none: its halves are in no other names, or far
    more names have it whole. `names` are distinct pairs of a family and a given name.
    """
    pairs, times = Counter[tuple[str, str]](), Counter[str]()  # by sound
    spelt: dict[tuple[str, str], set[tuple[str, str]]] = {}
    by_sound: dict[str, set[str]] = {}
    for family, given in ((families[x], givens[y]) for x, y in names.tolist()):
        heard = {word: _heard(word) for word in (*given, *family)}
        for word, sound in heard.items():
            by_sound.setdefault(sound, set()).add(word)
        times.update(set(heard.values()))
        both = {*pairwise((*given, *family)), *pairwise((*family, *given))}
        pairs.update({(heard[one], heard[other]) for one, other in both})
        for one, other in both:
            spelt.setdefault((heard[one], heard[other]), set()).add((one, other))
    vocabulary = set[str]().union(*by_sound.values())
    out: dict[str, tuple[str, str]] = {}
    for (one, other), apart in sorted(pairs.items()):
        elsewhere = [times[each] > apart for each in (one, other)]
        shortest = min(len(one), len(other))
        enough = all(elsewhere) or (any(elsewhere) and apart > 1 and shortest > _SHORT)
        if shortest < _SHORT or not enough:
            continue
        words = {word for pair in spelt[one, other] if (word := "".join(pair)) in vocabulary}
        for word in words | by_sound.get(one + other, set()):
            if apart >= _APART * times[_heard(word)]:
                out.setdefault(word, min(spelt[one, other]))
    return out


def _heard(word: str) -> str:
    return sounds(word).removeprefix(UNWRITTEN)
