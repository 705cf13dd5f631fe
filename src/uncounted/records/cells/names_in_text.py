"""Whether a text holds one of the names on record, whole: what is published must not.

Names and texts are compared in one form: compatible forms (NFKC), without case, accents and signs
that are not seen, letters that look alike as one. Nothing is compared across scripts or
spellings: a name is found as it is on record, however it is spaced, hyphenated or ordered.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

import attrs

from uncounted.lookalikes import shape
from uncounted.records.cells.name_annotations import (
    names_in_runs,
    other_names,
    split_aliases,
    without_annotations,
)
from uncounted.records.cells.placeholders import is_no_name
from uncounted.records.names import surnames
from uncounted.records.names.name import Name, unmarked, untitled, visible

LEAST_CLOSED = 3  # letters of a name in Hangul or characters that is looked for wherever it stands
LEAST_LATIN = 7  # letters of a name in an alphabet
_LEAST_CAPITAL = 6  # of one whose words all have a capital in the text: Ri Chol
_MOST_TOKENS = 8
_LONGEST = 400  # characters of a name
_CLOSED = "\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_CLOSED}](?:[{_CLOSED}\s·・]*[{_CLOSED}])?")
_APART = re.compile(r"[()（）\[\]【】;/|、\r\n=]")
_COMMA = re.compile("[,，]")
_WORD = re.compile(r"[^\W_]+")
_TITLES = ("씨", "님", "여사", "선생", "동무", "동지", "先生", "女士", "小姐", "同志")


@attrs.frozen
class SoughtNames:
    """Names on record, as they are looked for.

    Attributes:
        closed: in Hangul, characters or kana, without spaces.
        words: in an alphabet, as words without case and accents.
    """

    closed: frozenset[str]
    words: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, names: Iterable[Name]) -> SoughtNames:
        """Each alternative of each name: aliases, what stands in brackets, each script."""
        closed, words = set[str](), set[tuple[str, ...]]()
        for name in set(names):
            apart = " ".join(filter(None, (name.family, name.given)))
            for piece in itertools.chain(_pieces(name.written), _pieces(apart)):
                closed.update(_closed_names(piece))
                if len(found := _words(piece)) > 1:
                    words.add(found)
        return cls(frozenset(closed), frozenset(words))

    def are_in(self, texts: Iterable[str]) -> bool:
        """Whether one of them stands in one of the texts.

        Examples:
            >>> names = SoughtNames.of([Name("김영숙 (Kim Young-sook)")])
            >>> [names.are_in([text]) for text in ("김 영숙", "Young-sook Kim", "영숙", "Kim")]
            [True, True, False, False]
        """
        seen = _ReadText.of(texts)
        return any(map(seen.holds_closed, self.closed)) or any(map(seen.holds_words, self.words))


def _pieces(written: str) -> Iterator[str]:
    """A cell's names: the whole of a name and what stands beside it, without annotations."""
    for alias in split_aliases(untitled(visible(written[:_LONGEST]))):
        if is_no_name(alias):
            continue
        first, *others = _APART.split(alias)
        beside = [part for other in others for part in _COMMA.split(other)]
        one, *more = _COMMA.split(first)
        if more and (_RUN.search(one) or len(_WORD.findall(one)) > 1):  # Kim, Chol Su is one name
            beside += [one, *more]
        pieces = [first, *other_names(first, beside)]
        for piece in pieces:
            bare = without_annotations(untitled(piece.strip()))
            if bare and not is_no_name(bare):
                yield bare


def _closed_names(piece: str) -> Iterator[str]:
    runs = _RUN.findall(piece)
    letters_beside = any(map(str.isalpha, _RUN.sub(" ", piece)))
    alone = ["".join(_WORD.findall(run)) for run in names_in_runs(runs, alone=not letters_beside)]
    joined = "".join(_WORD.findall("".join(runs)))
    for name in {*alone, *([] if letters_beside else [joined])}:
        if len(name) > 1:
            yield name.casefold()


def _words(piece: str) -> tuple[str, ...]:
    """The words of the part in an alphabet."""
    return tuple(map(_folded, _WORD.findall(_RUN.sub(" ", piece))))[:_MOST_TOKENS]


def _folded(word: str) -> str:
    return shape(unmarked(word.casefold())).replace(" ", "")


def _families(name: str) -> Iterator[int]:
    """How many letters of a name in Hangul or characters may be its family name."""
    yield 1
    if len(name) > 3 or name[:2] in surnames.hangul() or name[:2] in surnames.han():
        yield 2


@attrs.frozen
class _ReadText:
    """Texts as names are looked for in them.

    Attributes:
        spaced: letters and digits, with one space for each run of anything else.
        joined: each run of two or more words in an alphabet, without what stands between, and
            each word with a capital within it (KimCholSu), which may be several run together.
        capitals: those of words with a capital.
        in_any_order: each run of words, sorted.
    """

    spaced: str
    joined: frozenset[str]
    capitals: frozenset[str]
    in_any_order: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, texts: Iterable[str]) -> _ReadText:
        """Read texts; no name is found across two."""
        spaced = []
        joined, capitals, in_any_order = set[str](), set[str](), set[tuple[str, ...]]()
        for text in map(visible, texts):
            spaced.append(f" {' '.join(_WORD.findall(text)).casefold()} ")
            words = _WORD.findall(_RUN.sub(" ", text))
            joined.update(_folded(word) for word in words if any(map(str.isupper, word[1:])))
            for run in _runs_of_words(words):
                folded = tuple(map(_folded, run))
                in_any_order.add(tuple(sorted(folded)))
                capital = [word[:1].isupper() for word in run]
                if capital[0] or not any(capital):  # "in Kangwon" is not In Kang Won
                    joined.add("".join(folded))
                if all(capital):
                    capitals.add("".join(folded))
        return cls(
            "\n".join(spaced), frozenset(joined), frozenset(capitals), frozenset(in_any_order)
        )

    def holds_closed(self, name: str) -> bool:
        """Together anywhere; from the start of a word with spaces or signs between.

        A name of two letters is found beside a title alone: it stands in other words.
        """
        if len(name) < LEAST_CLOSED:
            apart = (name, f"{name} ", f"{name[:1]} {name[1:]}", f"{name[:1]} {name[1:]} ")
            return any(f" {form}{title}" in self.spaced for form in apart for title in _TITLES)
        if name in self.spaced or f" {' '.join(name)}" in self.spaced:
            return True
        return any(
            f" {name[:size]} {name[size:]}" in self.spaced
            or f" {name[size:]} {name[:size]} " in self.spaced
            for size in _families(name)
        )

    def holds_words(self, name: tuple[str, ...]) -> bool:
        """In any order; turned (the family name last) also if its words are joined or cut."""
        size = sum(map(len, name))
        turned = ("".join(name[at:] + name[:at]) for at in range(len(name)))
        if size < LEAST_LATIN:
            return size >= _LEAST_CAPITAL and any(order in self.capitals for order in turned)
        return tuple(sorted(name)) in self.in_any_order or any(
            order in self.joined for order in turned
        )


def _runs_of_words(words: list[str]) -> Iterator[list[str]]:
    for start in range(len(words)):
        for end in range(start + 2, min(start + _MOST_TOKENS, len(words)) + 1):
            yield words[start:end]
