"""Names of several words compared token by token; not of Korean names. Compiled."""

from __future__ import annotations

from uncounted._numba import compiled_inner
from uncounted.linkage.comparison import name_levels as levels
from uncounted.linkage.comparison.edit_distance import SHORTEST, words_apart
from uncounted.linkage.encoding.kernel_arrays import ReportArrays

_SHORTEST = 4  # letters of a word that may have a slip
_A, _O = ord("a"), ord("o")


@compiled_inner
def in_words(a: ReportArrays, f: int, g: int) -> int:
    """The level of two forms of which one has all the words of the other; 0 if neither has.

    Part by part, either may have more; else by the name as a whole, if the family name of one is
    open.
    """
    p, q = a.form_family[f], a.form_family[g]
    r, s = a.form_given[f], a.form_given[g]
    if count(a, p, r) + count(a, q, s) < 5:
        return 0  # two words each: they agree whole, or not
    family, family_worth = _within(a, p, 0, q, 0)
    given, given_worth = _within(a, 0, r, 0, s)
    if family and given:
        return _level(max(family, given), family_worth + given_worth)
    if not (a.open[f] or a.open[g]) or min(count(a, p, r), count(a, q, s)) < 2:
        return 0
    whole, worth = _within(a, p, r, q, s)
    if whole == 1 and count(a, p, r) == count(a, q, s):
        return levels.EXCHANGED  # the same words, some of them in the other part
    return _level(whole, worth) if whole else 0


@compiled_inner
def _level(kind: int, worth: float) -> int:
    if kind == 2:
        return levels.IN_PART_SLIP
    for cut in range(len(levels.RARE_IN_PART)):
        if worth >= levels.RARE_IN_PART[cut]:
            return levels.IN_PART + cut
    return levels.IN_PART_LAST


@compiled_inner
def count(a: ReportArrays, family: int, given: int) -> int:
    """How many words two parts have."""
    of_family = a.family.bag[family + 1] - a.family.bag[family]
    return int(of_family + a.given.bag[given + 1] - a.given.bag[given])


@compiled_inner
def _word(a: ReportArrays, family: int, given: int, at: int) -> int:
    """Word number `at` of two parts, the family's first."""
    of_family = a.family.bag[family + 1] - a.family.bag[family]
    if at < of_family:
        return int(a.family.bag_words[a.family.bag[family] + at])
    return int(a.given.bag_words[a.given.bag[given] + at - of_family])


@compiled_inner
def _within(a: ReportArrays, p: int, r: int, q: int, s: int) -> tuple[int, float]:
    """Whether all words of one are words of the other (1), or but for slips (2), and how telling.

    The log of 1 / chance that a person has these words by chance, those with a slip left out.
    """
    n, m = count(a, p, r), count(a, q, s)
    if n > m:
        p, r, q, s, n, m = q, s, p, r, m, n
    if n == 0:
        return 0, 0.0
    taken, same, worth = 0, 0, 0.0
    for x in range(n):
        word = _word(a, p, r, x)
        for y in range(m):
            if not taken >> y & 1 and word == _word(a, q, s, y):
                taken |= 1 << y
                same |= 1 << x
                worth -= a.word_log_share[word]
                break
    if same == (1 << n) - 1:
        return 1, worth
    for x in range(n):
        if same >> x & 1:
            continue
        found, one = False, a.first_word + _word(a, p, r, x)
        for y in range(m):
            other = a.first_word + _word(a, q, s, y)
            if taken >> y & 1 or words_apart(a, one, other, _SHORTEST) > 1:
                continue
            if not _of_two_sexes(a, one, other):
                taken |= 1 << y
                found = True
                break
        if not found:
            return 0, 0.0
    return 2, worth


@compiled_inner
def part_in_words(a: ReportArrays, family: bool, x: int, y: int) -> bool:
    """Whether all words of one family (or given) name are words of the other."""
    return (_within(a, x, 0, y, 0) if family else _within(a, 0, x, 0, y))[0] == 1


@compiled_inner
def apart_in_words(a: ReportArrays, family: bool, x: int, y: int) -> int:
    """The furthest word of two parts of as many words (two or more), else -1."""
    p, r = (x, 0) if family else (0, x)
    q, s = (y, 0) if family else (0, y)
    n = count(a, p, r)
    if n < 2 or n != count(a, q, s):
        return -1
    most = 0
    for at in range(n):
        one, other = a.first_word + _word(a, p, r, at), a.first_word + _word(a, q, s, at)
        most = max(most, words_apart(a, one, other, SHORTEST))
    return most


@compiled_inner
def other_sex(a: ReportArrays, r: int, s: int) -> bool:
    """Given names of one word, one of which is the other's for women: Juan and Juana."""
    if count(a, 0, r) != 1 or count(a, 0, s) != 1:
        return False
    return _of_two_sexes(a, a.first_word + _word(a, 0, r, 0), a.first_word + _word(a, 0, s, 0))


@compiled_inner
def _of_two_sexes(a: ReportArrays, x: int, y: int) -> bool:
    """Words that differ in a last o and a, or in a last a."""
    n = a.letter_starts[x + 1] - a.letter_starts[x]
    m = a.letter_starts[y + 1] - a.letter_starts[y]
    if abs(n - m) > 1:
        return False
    p, q = a.letter_starts[x], a.letter_starts[y]
    for at in range(max(n, m) - 1):
        if a.letters[p + at] != a.letters[q + at]:
            return False
    if n != m:
        return bool((a.letters[p + n - 1] if n > m else a.letters[q + m - 1]) == _A)
    one, other = a.letters[p + n - 1], a.letters[q + m - 1]
    return bool((one == _A and other == _O) or (one == _O and other == _A))
