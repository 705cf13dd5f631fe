"""Edit distance of the nearest spellings of two parts of names. Compiled."""

from __future__ import annotations

from uncounted._numba import compiled_inner
from uncounted.linkage.encoding.kernel_arrays import NameArrays, ReportArrays
from uncounted.linkage.encoding.string_distance import SHORTEST, words_apart


@compiled_inner
def apart(a: ReportArrays, names: NameArrays, others: NameArrays, f: int, g: int) -> int:
    """0 same letters, 1 a slip apart (two if long), 2 near, 3 other; the nearest spellings."""
    best = 3
    for x in range(names.spellings[f], names.spellings[f + 1]):
        for y in range(others.spellings[g], others.spellings[g + 1]):
            best = min(best, words_apart(a.letters, a.letter_starts, a.letter_sets, x, y, SHORTEST))
            if best == 0:
                return 0
    return best
