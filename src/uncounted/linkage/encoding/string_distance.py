"""Edit distance of two spellings, capped. Compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from uncounted._numba import compiled_inner
from uncounted.linkage.arrays import Ints

SHORTEST = 3  # letters of a name that may have a slip
_LONG = 9  # letters of a word that may have two
_WORD = 60  # letters of a word that are compared, at most


@compiled_inner
def words_apart(
    letters: NDArray[np.int32], starts: NDArray[np.int64], sets: Ints, x: int, y: int, shortest: int
) -> int:
    """0 same letters, 1 a slip apart (two if long), 2 near, 3 other."""
    n = starts[x + 1] - starts[x]
    m = starts[y + 1] - starts[y]
    longer = max(n, m)
    most = max(2 * longer // 5, 1)
    if abs(n - m) > most or _bits(sets[x] ^ sets[y]) > 2 * most:
        return 3  # each slip changes one letter for another at most
    found = slips(letters, starts, x, y)
    if found == 0:
        return 0 if longer < _WORD else 1  # what follows was not looked at
    if longer >= shortest and found <= most_slips(longer):
        return 1
    return 2 if longer >= 5 and 5 * found <= 2 * longer else 3


@compiled_inner
def most_slips(longer: int) -> int:
    """Letters that may differ between two words a slip apart, the longer of so many letters."""
    return 2 if longer >= _LONG else 1


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
