"""How far two names agree, as a level of `compare.NAME`. Compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from uncounted.compiled import compiled_inner
from uncounted.linkage.arrays import Arrays

RARE = (9.5, 7.5, 5.5)  # logs of 1 / chance that two people share the name, from level 1
_WORD = 60  # letters of a word that are compared, at most


@compiled_inner
def of_names(a: Arrays, x: int, y: int) -> int:
    """The most telling level over all pairs of forms of two rows of names."""
    best = 255
    for f in range(a.form_starts[x], a.form_starts[x + 1]):
        for g in range(a.form_starts[y], a.form_starts[y + 1]):
            level = _forms(a, f, g)
            if level and level < best:
                best = level
                if best == 1:
                    return 1
    return 0 if best == 255 else best


@compiled_inner
def _forms(a: Arrays, f: int, g: int) -> int:
    p, q = a.form_family[f], a.form_family[g]
    r, s = a.form_given[f], a.form_given[g]
    family, family_llr = _shared(
        a.family_starts, a.family_values, a.family_weights, a.family_log_share, p, q
    )
    given, given_llr = _shared(
        a.given_starts, a.given_values, a.given_weights, a.given_log_share, r, s
    )
    if given < 0 and family < 0:
        return 0
    if given == 1 and family == 1:
        total = family_llr + given_llr
        for cut in range(len(RARE)):
            if total >= RARE[cut]:
                return 1 + cut
        return 4
    if given < 0:
        if a.veiled[f] or a.veiled[g]:
            return _initials(a, f, g, family)
        return 16 if family == 1 else 21
    if given == 1 and family < 0:
        return 17 if _begin_apart(a.family_firsts[f], a.family_firsts[g]) else 12
    by_family = 0 if family == 1 else _apart(a, a.family_words, a.family_words, p, q, 3)
    by_given = 0 if given == 1 else _apart(a, a.given_words, a.given_words, r, s, 3)
    if a.korean[f] and a.korean[g]:
        # 전 and 천 are both spelt Chon: names that are known to differ can be spelt alike
        by_given = by_given if given == 1 else max(by_given, 1)
        by_family = by_family if family else max(by_family, 1)
        if by_given:
            return _korean(a, r, s, by_given, by_family)
    level = int(_BY_SLIPS[by_given, by_family])
    if level > 16 and _exchanged(a, f, g):
        return 11
    return 15 if level == 19 and _in_part(a, r, s) else level


# Rows: given the same, a slip apart, near, other; columns: the family name likewise.
_BY_SLIPS = np.array([[1, 5, 8, 17], [6, 7, 10, 18], [9, 10, 10, 18], [19, 20, 20, 21]])


@compiled_inner
def _korean(a: Arrays, f: int, g: int, by_given: int, by_family: int) -> int:
    """Given names that differ, both Korean."""
    if by_family:
        return 18 if by_given == 1 else 21
    if by_given == 1:
        return 14
    return 15 if _in_part(a, f, g) else 19


@compiled_inner
def _initials(a: Arrays, f: int, g: int, family: int) -> int:
    """Of one name only first letters are said, of the given name or of both."""
    x, y = a.family_firsts[f], a.family_firsts[g]
    if family < 0 and x and y:
        family = 0 if _begin_apart(x, y) else 1
    p, q = a.given_firsts[f], a.given_firsts[g]
    if not (p and q):  # the given name is not said
        return 0 if family < 0 else (16 if family else 21)
    apart = _begin_apart(p & _FIRST, q & _FIRST) or _begin_apart(p & ~_FIRST, q & ~_FIRST)
    if family == 1:
        return 19 if apart else 13
    return 21 if apart or family == 0 else 0


_FIRST = (1 << 26) - 1  # bits of the first syllable's letters


@compiled_inner
def _begin_apart(x: int, y: int) -> bool:
    """Both are said, and no letter is common to them."""
    return x != 0 and y != 0 and x & y == 0


@compiled_inner
def _exchanged(a: Arrays, f: int, g: int) -> bool:
    """Given name and family name in each other's place, each at most a slip apart."""
    return (
        _apart(a, a.given_words, a.family_words, a.form_given[f], a.form_family[g], 3) < 2
        and _apart(a, a.family_words, a.given_words, a.form_family[f], a.form_given[g], 3) < 2
    )


@compiled_inner
def _shared(
    starts: NDArray[np.int64],
    values: NDArray[np.int64],
    weights: NDArray[np.float64],
    log_share: NDArray[np.float64],
    f: int,
    g: int,
) -> tuple[int, float]:
    """Whether two forms share a reading (1, 0; -1 not said), and by how much.

    The log of the sum over readings s of P(s | f) P(s | g) / P(s): how much likelier the two
    spellings are of one name than of two people's.
    """
    x, y = starts[f], starts[g]
    x_end, y_end = starts[f + 1], starts[g + 1]
    if x == x_end or y == y_end:
        return -1, 0.0
    total = 0.0
    while x < x_end and y < y_end:
        if values[x] < values[y]:
            x += 1
        elif values[x] > values[y]:
            y += 1
        else:
            total += weights[x] * weights[y] * np.exp(-log_share[values[x]])
            x += 1
            y += 1
    # a reading that both admit only at a stretch is no agreement
    if total < 1.0:
        return 0, 0.0
    return 1, np.log(total)


@compiled_inner
def _apart(
    a: Arrays,
    words: NDArray[np.int64],
    others: NDArray[np.int64],
    f: int,
    g: int,
    shortest: int,
) -> int:
    """0 same letters, 1 a slip apart (two if long), 2 near, 3 other; the nearest spellings."""
    best = 3
    for x in range(words[f], words[f + 1]):
        n = a.letter_starts[x + 1] - a.letter_starts[x]
        for y in range(others[g], others[g + 1]):
            m = a.letter_starts[y + 1] - a.letter_starts[y]
            longer = max(n, m)
            most = max(2 * longer // 5, 1)
            if abs(n - m) > most or _bits(a.letter_sets[x] ^ a.letter_sets[y]) > 2 * most:
                continue  # each slip changes one letter for another at most
            found = slips(a.letters, a.letter_starts, x, y)
            if found == 0:
                return 0
            if longer >= shortest and found <= (2 if longer >= 9 else 1):
                best = 1
            elif longer >= 5 and 5 * found <= 2 * longer:
                best = min(best, 2)
    return best


@compiled_inner
def _bits(x: int) -> int:
    count = 0
    while x:
        x &= x - 1
        count += 1
    return count


@compiled_inner
def slips(letters: NDArray[np.int32], starts: NDArray[np.int64], x: int, y: int) -> int:
    """Optimal string alignment: letters changed, left out, put in, or two swapped."""
    # H. Hyyro, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances"
    # (2003): a column of the table is two words of bits, its differences up and down.
    p, q = starts[x], starts[y]
    n, m = min(starts[x + 1] - p, _WORD), min(starts[y + 1] - q, _WORD)
    if n == 0 or m == 0:
        return int(max(n, m))
    up, down, diagonal, before = -1, 0, 0, 0
    distance, last = n, 1 << (n - 1)
    for j in range(m):
        letter = letters[q + j]
        same = 0
        for i in range(n):
            same |= int(letters[p + i] == letter) << i
        swapped = ((~diagonal & same) << 1) & before
        diagonal = (((same & up) + up) ^ up) | same | down | swapped
        right = down | ~(diagonal | up)
        left = diagonal & up
        distance += int(right & last != 0) - int(left & last != 0)
        right = (right << 1) | 1
        up = (left << 1) | ~(diagonal | right)
        down = right & diagonal
        before = same
    return int(distance)


@compiled_inner
def _in_part(a: Arrays, f: int, g: int) -> bool:
    """One spelling begins the other. Sharing a syllable is not it: sisters do."""
    for x in range(a.given_words[f], a.given_words[f + 1]):
        n = a.letter_starts[x + 1] - a.letter_starts[x]
        for y in range(a.given_words[g], a.given_words[g + 1]):
            m = a.letter_starts[y + 1] - a.letter_starts[y]
            short = min(n, m)
            if short < 3:
                continue
            p, q = a.letter_starts[x], a.letter_starts[y]
            at = 0
            while at < short and a.letters[p + at] == a.letters[q + at]:
                at += 1
            if at == short:
                return True
    return False
