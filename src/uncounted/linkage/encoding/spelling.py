"""Spellings of one name: which words of a case may be variants of each other, and at what cost.

A memoryless transducer over sounds (E. S. Ristad and P. N. Yianilos, "Learning string-edit
distance", IEEE PAMI 20, 1998): the cost of a pair of words is that of the best alignment, each
operation costing -log of its share among what its letter is seen as. Where one script leaves short
vowels out, they have costs of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from uncounted._numba import compiled, compiled_inner
from uncounted.linkage.arrays import Codes, Flags, Floats, Ints, Kinds, Singles
from uncounted.linkage.encoding.string_distance import SHORTEST, words_apart
from uncounted.records.names import sounds as heard

VARIANT, SLIP, NEAR, OTHER, TWO_SEXES = range(5)
ALL_WORDS = 4000  # distinct words up to which every pair is looked at
MOST_IN_BLOCK = 600  # words that share a key and are compared with one another
OWN_NAME, OWN_SHARE = 6, 0.01  # uses of a word that is no misspelling; over the other word's
_SIZE = len(heard.SOUNDS)  # its number is "no letter"
# Ends of words: in a, in a consonant or o, or another.
_ENDS = np.array(
    [1 if char in "aA" else -1 if char in heard.CONSONANTS + "o" else 0 for char in heard.SOUNDS]
)


# Costs by scripts, as Unicode names them; rows are sounds of the first, and none.
type Learned = Mapping[tuple[str, str], Floats]
NOT_LEARNED: Learned = {}


class Variants(NamedTuple):
    """Words that are near each word: row i from `starts[i]` to `starts[i + 1]`, in order."""

    starts: Ints
    words: Codes
    kinds: Kinds
    costs: Singles

    def of(self, word: int) -> Iterator[tuple[int, int, float]]:
        """The words near a word, with the kind and the cost of each."""
        row = slice(int(self.starts[word]), int(self.starts[word + 1]))
        columns = self.words[row], self.kinds[row], self.costs[row]
        return zip(*(column.tolist() for column in columns), strict=True)


# Letters that spellings exchange, and at what cost; the first of each row with all the others.
_NEAR_LETTERS = """
a e .7 o 1.2 i 1.6 u 1.5 A 0 E .7 W .9
e i .6 o 1.5 u 1.6 A .5 E .4
i E .6 o 2 u 1.8 y .2 A 2
o u .5 W .5 A 1.5 w .7
u W .5 w .3 A 2 y 2
U u .05 o .5 W .5 w .3 v 1.5
I i .05 e .6 y .2 E .6
E y .5 A .8
W w .4 v .7 f 1.2
3 a .1 e .1 i .1 o .1 u .1 U .2 I .2 A .2 E .3 W .3 y .5
H a .1 e .1 A .1 h .1 E .3
k q .3 g 1.2 X .6 c .9 C 1.5 G 1.5 s 2
q g 1 G .6 X .9 j 2
g G .2 h .8 j .6 X 1 Z 1 y 2
h X .4 G .4 j 1.5
X G 1 C 1.5 j 1.5
s z .6 S .9 T .6 c .5 C 1.5 D 1.5
z D .3 Z .6 c .7 j .8 S 1.5 T 1.2 C 1.5
t T .3 d 1.3 D 1 c 1
d D .3 T 1.2
S C .5 Z .9 c 1 j 1
C c 1 j 1 Z 1
Z j .3
j y .7 D 1.5 c 1.5
v w .2 b 1.2 f .8
w b 1.5 f 1.2
p b 1.2 f 1
f b 1.5
l r 1.8
m n 2
n N .6
m N 2
T D .6
"""
_NONE = {
    **{"a": 1.2, "e": 1.1, "i": 1.2, "o": 1.4, "u": 1.4, "I": 1.5, "U": 1.6, "E": 1.8, "W": 1.8},
    **{"A": 1.0, "3": 0.4, "H": 0.6, "h": 1.0, "y": 0.8, "w": 1.6, "X": 2.2, "G": 2.0, "N": 2.5},
    **{"n": 2.6, "r": 2.4, "t": 2.6},
}
_NO_CONSONANT, _CONSONANTS, _VOWELS_APART, _VOWEL_CONSONANT = 3.2, 4.0, 2.0, 4.5
# Where vowels are not written: what their letters stand for, and those that nothing stands for.
_UNWRITTEN = """
A a 0 e .4 o 1 E .6 i 1.5
w o .1 u .1 U 0 W .2 v .2 w 0 f 1
y i .1 I 0 E .2 e .3 y 0 a 1.5
a a 0 e .2 o 2 A 0
3 A .2
"""
_SHORT = {
    **{"a": 0.1, "e": 0.1, "i": 0.25, "o": 0.25, "u": 0.25},
    **{"I": 2.0, "U": 2.0, "E": 1.4, "W": 1.6},
}
_LONG = {"w": 2.2, "y": 1.6}  # letters of long vowels that nothing is written for


def _written(table: Floats, rows: str) -> None:
    at = heard.SOUNDS.index
    for row in rows.split("\n"):
        if not row:
            continue
        letter, *others = row.split()
        for other, cost in zip(others[::2], others[1::2], strict=True):
            table[at(letter), at(other)] = table[at(other), at(letter)] = float(cost)


@lru_cache(maxsize=1)
def prior_costs() -> Floats:
    """Costs before any name is seen (judgements): with vowels written, and of one who leaves out.

    Of shape (2, letters and none, letters and none); in the second the first letter is of the word
    without vowels.
    """
    vowel = np.array([char in heard.VOWELS for char in heard.SOUNDS])
    full = np.full((_SIZE + 1, _SIZE + 1), _CONSONANTS)
    full[:_SIZE, :_SIZE][np.ix_(vowel, vowel)] = _VOWELS_APART
    full[:_SIZE, :_SIZE][vowel[:, None] != vowel] = _VOWEL_CONSONANT
    for at, char in enumerate(heard.SOUNDS):
        full[at, at] = 0.0
        full[at, _SIZE] = full[_SIZE, at] = _NONE.get(char, _NO_CONSONANT)
    _written(full, _NEAR_LETTERS)
    half = full.copy()
    _written(half, _UNWRITTEN)
    for char, cost in _LONG.items():
        half[heard.SOUNDS.index(char), _SIZE] = cost
    for char, cost in _SHORT.items():
        half[_SIZE, heard.SOUNDS.index(char)] = cost
    return np.stack([full, half])


def sound_rows(vocabulary: Sequence[str]) -> tuple[list[str], Flags]:
    """The sounds of each word, and whether its script leaves short vowels out."""
    rows = [heard.sounds(word) for word in vocabulary]
    half = np.array([row.startswith(heard.UNWRITTEN) for row in rows], np.bool_)
    return [row.lstrip(heard.UNWRITTEN) for row in rows], half


def coded(rows: Sequence[str]) -> tuple[Ints, Codes]:
    """Where each row of sounds starts, and the sounds as numbers."""
    starts = np.cumsum([0, *map(len, rows)])
    return starts, np.array([heard.SOUNDS.index(char) for row in rows for char in row], np.int32)


def variants(vocabulary: Sequence[str], learned: Learned = NOT_LEARNED) -> Variants:
    """For each word the others that may be spellings of it, a slip of it, near, or for women.

    `learned` has costs between scripts that were learned from likely matches.
    """
    rows, half = sound_rows(vocabulary)
    of_script = {script: at for at, script in enumerate({*map(heard.script_of, vocabulary)})}
    scripts = np.array([of_script[heard.script_of(word)] for word in vocabulary], np.int64)
    starts, codes = coded(rows)
    letters = np.array([ord(char) for word in vocabulary for char in word], np.int32)
    letter_starts = np.cumsum([0, *map(len, vocabulary)])
    sets = _sets(starts, codes)
    letter_set = _sets(letter_starts, letters)
    left, right = _candidates(rows, sets)
    unwritten = np.zeros(len(of_script), np.bool_)
    unwritten[scripts] = half
    costs, table_of = _tables(of_script, unwritten, learned)
    kinds, cost = _compare(
        (starts, codes, half, scripts),
        (letter_starts, letters, letter_set),
        costs,
        table_of,
        left,
        right,
    )
    kept = kinds != OTHER
    left, right, kinds, cost = left[kept], right[kept], kinds[kept], cost[kept]
    one, other = np.concatenate([left, right]), np.concatenate([right, left])
    order = np.lexsort((other, one))
    counts = np.bincount(one, minlength=len(vocabulary))
    return Variants(
        np.concatenate([[0], np.cumsum(counts)]),
        other[order].astype(np.int32),
        np.concatenate([kinds, kinds])[order],
        np.concatenate([cost, cost])[order],
    )


def _tables(
    of_script: Mapping[str, int], unwritten: Flags, learned: Learned
) -> tuple[Singles, Ints]:
    """Tables of costs, and which each two scripts have, one without vowels first."""
    costs = [*prior_costs()]
    table_of = (unwritten[:, None] & ~unwritten).astype(np.int64)
    for (one, other), table in learned.items():
        i, j = of_script[one], of_script[other]
        table_of[i, j], table_of[j, i] = len(costs), len(costs) + 1
        costs += [table, table.T]
    return np.stack(costs).astype(np.float32), table_of


def apart_from_own_names(near: Variants, by_list: Sequence[Floats]) -> Variants:
    """The same, with names that are both common in one list a step further apart.

    A misspelling is rare beside the name that it stands for, so Maria is none of Marta where many
    have either; spellings of one name are mostly on different lists. `by_list` has the number of
    names of each list that have each word.
    """
    owner = np.repeat(np.arange(len(near.starts) - 1), np.diff(near.starts))
    own = np.zeros(len(owner), np.bool_)
    for times in by_list:
        one, other = times[owner], times[near.words]
        fewer, more = np.minimum(one, other), np.maximum(one, other)
        own |= (fewer >= OWN_NAME) & (fewer >= OWN_SHARE * more)
    kinds = near.kinds.copy()
    kinds[own & (near.kinds == NEAR)] = OTHER
    kinds[own & (near.kinds == SLIP)] = NEAR
    return near._replace(kinds=kinds)


def _sets(starts: Ints, codes: Codes) -> Ints:
    sets = np.zeros(len(starts) - 1, np.int64)
    owner = np.repeat(np.arange(len(sets)), np.diff(starts))
    np.bitwise_or.at(sets, owner, np.int64(1) << (codes.astype(np.int64) % 61))
    return sets


def _candidates(rows: Sequence[str], sets: Ints) -> tuple[Ints, Ints]:
    """Pairs of words to compare: all of few, else those that share consonants but for one."""
    if len(rows) <= ALL_WORDS:
        return _all_pairs(sets, _CONSONANT_BITS)
    keys: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        found = heard.skeleton_of(row)
        cut = found
        if len(found) < _LONG_ENOUGH:
            cut = "".join("a" if char in heard.VOWELS else char for char in row)
        for key in {found, cut, *(cut[:i] + cut[i + 1 :] for i in range(len(cut)))}:
            keys.setdefault(key, []).append(at)
    sizes = [words for words in keys.values() if 1 < len(words) <= MOST_IN_BLOCK]
    pairs = [
        np.array(words, np.int64)[np.stack(np.tril_indices(len(words), -1))] for words in sizes
    ]
    code = np.unique(
        np.concatenate([i * len(rows) + j for i, j in pairs] or [np.zeros(0, np.int64)])
    )
    return code // len(rows), code % len(rows)


_LONG_ENOUGH = 3  # consonants of a word of which one may be another

# Vowels and what may be unwritten say nothing of whether two words are near.
_CONSONANT_BITS = sum(
    1 << at for at, char in enumerate(heard.SOUNDS) if char not in heard.VOWELS + "hyvwXGgN"
)


@compiled
def _all_pairs(sets: Ints, mask: int) -> tuple[Ints, Ints]:
    """Pairs whose consonants differ in four at most."""
    n = len(sets)
    left, right = np.empty(n * (n - 1) // 2, np.int64), np.empty(n * (n - 1) // 2, np.int64)
    count = 0
    for i in range(n):
        for j in range(i):
            differ, bits = (sets[i] ^ sets[j]) & mask, 0
            while differ:
                differ &= differ - 1
                bits += 1
            if bits <= 4:
                left[count], right[count] = i, j
                count += 1
    return left[:count].copy(), right[:count].copy()


@compiled
def _compare(
    sounds: tuple[Ints, Codes, Flags, Ints],
    letters: tuple[Ints, Codes, Ints],
    costs: Singles,
    table_of: Ints,
    left: Ints,
    right: Ints,
) -> tuple[Kinds, Singles]:
    """How far the words of each pair are apart, by sounds and by letters."""
    starts, codes, half, scripts = sounds
    letter_starts, chars, sets = letters
    kinds = np.empty(len(left), np.uint8)
    out = np.empty(len(left), np.float32)
    row = np.empty(_WIDEST + 1, np.float32)
    for at in range(len(left)):
        i, j = left[at], right[at]
        if half[j] and not half[i]:
            i, j = j, i
        table = costs[table_of[scripts[i], scripts[j]]]
        x, y = codes[starts[i] : starts[i + 1]], codes[starts[j] : starts[j + 1]]
        out[at] = _cost(table, x, y, row)
        length = 0.5 * (len(x) + len(y))
        kind = OTHER
        one_script = scripts[i] == scripts[j]
        if out[at] <= min(0.15 if one_script else 2.4, 0.35 * length):
            kind = VARIANT
        elif out[at] <= min(4.2, 0.55 * length + 0.6):
            kind = SLIP
        elif out[at] <= min(6.0, 0.8 * length):
            kind = NEAR
        if kind != VARIANT and half[i] == half[j]:
            slip = words_apart(chars, letter_starts, sets, i, j, SHORTEST)
            kind = min(kind, max(slip, SLIP))
        # the end alone tells them apart
        kinds[at] = TWO_SEXES if out[at] <= _END and _of_two_sexes(x, y) else kind
    return kinds, out


_WIDEST = 60
_END = 1.5  # what an end in a costs, and a little


@compiled_inner
def _of_two_sexes(x: Codes, y: Codes) -> bool:
    """One ends in a, and the other in a consonant or o: Juan and Juana, Mario and Maria."""
    if len(x) == 0 or len(y) == 0:
        return False
    one, other = _ENDS[x[-1]], _ENDS[y[-1]]
    return bool(one * other < 0)


@compiled_inner
def _cost(table: Singles, x: Codes, y: Codes, row: Singles) -> float:
    """The cheapest alignment of two rows of sounds."""
    n, m = len(x), len(y)
    if n == 0 or m == 0:
        return 99.0
    none = table.shape[0] - 1
    row[0] = 0.0
    for j in range(m):
        row[j + 1] = row[j] + table[none, y[j]]
    for i in range(n):
        before = row[0]
        row[0] += table[x[i], none]
        for j in range(m):
            found = min(before + table[x[i], y[j]], row[j] + table[none, y[j]])
            found = min(found, row[j + 1] + table[x[i], none])
            before = row[j + 1]
            row[j + 1] = found
    return float(row[m])
