"""How far two reports agree, field by field, as small whole numbers (levels).

Level 0 always says that one of the two says nothing: it is no evidence either way.
The levels are not scores: what each is worth is learned, in `model` and `kernel`.
Compiled; runs over any list of pairs.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from uncounted.linkage.encode import NO_KEY, OPEN, Encoded

Levels = NDArray[np.uint8]

# Names: how much two names share, from most telling to least. The first four are one
# level cut by how rare the name is (log of 1 / chance that two people share it).
NAME = (
    "not said",
    "same, very rare",
    "same, rare",
    "same, usual",
    "same, very usual",
    "same given, family slip",
    "same given, family not said",
    "same given, other family",
    "given slip, same family",
    "another given one letter off, same family",
    "given in part, same family",
    "given not said, same family",
    "other given, same family",
    "given close, family not the same",
    "different",
)
RARE = (9.5, 7.5, 5.5)
BIRTH = (
    "not said",
    "same day",
    "within a month",
    "same year",
    "compatible",
    "a slip apart",
    "within a year",
    "within three years",
    "different",
)
SEX = ("not said", "same", "different")
ORIGIN = ("not said", "same town", "same province", "other town", "slip", "different")
DATE = ("not said", "same day", "within a month", "compatible", "close", "different")
PLACE = ORIGIN
EVENT = tuple(
    f"{kind}: {day}, {place}"
    for kind in ("same act", "other act")
    for day in DATE
    for place in PLACE
)
FIELDS = ("name", "birth", "sex", "origin", "event")
COUNTS = (len(NAME), len(BIRTH), len(SEX), len(ORIGIN), len(EVENT))
_OTHER_ACT = len(DATE) * len(PLACE)


class Arrays(NamedTuple):
    """The arrays of `Encoded` that the compiled loop reads."""

    form_starts: NDArray[np.int64]
    family_starts: NDArray[np.int64]
    family_values: NDArray[np.int64]
    family_weights: NDArray[np.float64]
    given_starts: NDArray[np.int64]
    given_values: NDArray[np.int64]
    given_weights: NDArray[np.float64]
    family_log_share: NDArray[np.float64]
    given_log_share: NDArray[np.float64]
    first_starts: NDArray[np.int64]
    first_values: NDArray[np.int64]
    second_starts: NDArray[np.int64]
    second_values: NDArray[np.int64]
    korean: NDArray[np.bool_]
    family_words: NDArray[np.int64]
    given_words: NDArray[np.int64]
    letter_starts: NDArray[np.int64]
    letters: NDArray[np.int32]
    sex: NDArray[np.int8]
    birth: NDArray[np.int64]
    origin: NDArray[np.int64]
    act_starts: NDArray[np.int64]
    act_kind: NDArray[np.int64]
    act_days: NDArray[np.int64]
    act_place: NDArray[np.int64]
    place_levels: NDArray[np.uint8]


def arrays(encoded: Encoded) -> Arrays:
    """Pick what the compiled loop needs."""
    e = encoded
    return Arrays(
        e.form_starts,
        e.family.starts,
        e.family.values,
        e.family.weights,
        e.given.starts,
        e.given.values,
        e.given.weights,
        e.family_log_share,
        e.given_log_share,
        e.first.starts,
        e.first.values,
        e.second.starts,
        e.second.values,
        e.korean,
        e.family_word_starts,
        e.given_word_starts,
        e.letter_starts,
        e.letters,
        e.sex,
        e.birth,
        e.origin,
        e.act_starts,
        e.act_kind,
        e.act_days,
        e.act_place,
        e.place_levels,
    )


def levels(encoded: Encoded, left: NDArray[np.int64], right: NDArray[np.int64]) -> Levels:
    """Compare pairs of reports.

    Args:
        encoded: the reports.
        left: index of one report a pair.
        right: index of the other.

    Returns:
        Levels of shape (pairs, fields), fields in the order of `FIELDS`.
    """
    out = np.zeros((len(left), len(FIELDS)), np.uint8)
    _fill(arrays(encoded), left, right, out)
    return out


@numba.njit(cache=True)
def _fill(
    a: Arrays, left: NDArray[np.int64], right: NDArray[np.int64], out: NDArray[np.uint8]
) -> None:
    for at in range(len(left)):
        i, j = left[at], right[at]
        out[at, 0] = _name(a, i, j)
        out[at, 1] = _birth(a.birth[i, 0], a.birth[i, 1], a.birth[j, 0], a.birth[j, 1])
        if a.sex[i] and a.sex[j]:
            out[at, 2] = 1 if a.sex[i] == a.sex[j] else 2
        if a.origin[i] != NO_KEY and a.origin[j] != NO_KEY:
            out[at, 3] = a.place_levels[a.origin[i], a.origin[j]]
        out[at, 4] = _event(a, i, j)


@numba.njit(cache=True)
def _name(a: Arrays, i: int, j: int) -> int:
    """The most telling level over all pairs of forms."""
    best = 255
    for f in range(a.form_starts[i], a.form_starts[i + 1]):
        for g in range(a.form_starts[j], a.form_starts[j + 1]):
            level = _forms(a, f, g)
            if level and level < best:
                best = level
                if best == 1:
                    return 1
    return 0 if best == 255 else best


@numba.njit(cache=True)
def _forms(a: Arrays, f: int, g: int) -> int:
    family, family_llr = _shared(
        a.family_starts, a.family_values, a.family_weights, a.family_log_share, f, g
    )
    given, given_llr = _shared(
        a.given_starts, a.given_values, a.given_weights, a.given_log_share, f, g
    )
    if given < 0 and family < 0:
        return 0
    if given == 1:
        if family == 1:
            total = family_llr + given_llr
            for cut in range(len(RARE)):
                if total >= RARE[cut]:
                    return 1 + cut
            return 4
        if family < 0:
            return 6
        return 5 if _close(a, a.family_words, f, g, 3) else 7
    if given < 0:
        return 11 if family == 1 else 14
    if _close(a, a.given_words, f, g, 4):
        if family != 1:
            return 13
        return 9 if a.korean[f] and a.korean[g] else 8
    if family == 1:
        return 10 if _in_part(a, f, g) else 12
    return 14


@numba.njit(cache=True)
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


@numba.njit(cache=True)
def _close(a: Arrays, words: NDArray[np.int64], f: int, g: int, shortest: int) -> bool:
    """Whether some spelling of one is one slip from some spelling of the other (two if long)."""
    for x in range(words[f], words[f + 1]):
        n = a.letter_starts[x + 1] - a.letter_starts[x]
        for y in range(words[g], words[g + 1]):
            m = a.letter_starts[y + 1] - a.letter_starts[y]
            longer = max(n, m)
            if longer < shortest:
                continue
            slips = 2 if longer >= 9 else 1
            if abs(n - m) <= slips and _slips(a.letters, a.letter_starts, x, y) <= slips:
                return True
    return False


@numba.njit(cache=True)
def _slips(letters: NDArray[np.int32], starts: NDArray[np.int64], x: int, y: int) -> int:
    """Optimal string alignment: letters changed, left out, put in, or two swapped."""
    p, q = starts[x], starts[y]
    n, m = starts[x + 1] - p, starts[y + 1] - q
    before = np.zeros(m + 1, np.int64)
    last = np.arange(m + 1)
    for i in range(1, n + 1):
        row = np.empty(m + 1, np.int64)
        row[0] = i
        for j in range(1, m + 1):
            same = letters[p + i - 1] == letters[q + j - 1]
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (0 if same else 1))
            if (
                i > 1
                and j > 1
                and letters[p + i - 1] == letters[q + j - 2]
                and letters[p + i - 2] == letters[q + j - 1]
            ):
                cost = min(cost, before[j - 2] + 1)
            row[j] = cost
        before, last = last, row
    return int(last[m])


@numba.njit(cache=True)
def _in_part(a: Arrays, f: int, g: int) -> bool:
    """One of two syllables the same, in its place; or one spelling begins the other."""
    if _meet(a.first_starts, a.first_values, f, g) or _meet(a.second_starts, a.second_values, f, g):
        return True
    for x in range(a.given_words[f], a.given_words[f + 1]):
        n = a.letter_starts[x + 1] - a.letter_starts[x]
        for y in range(a.given_words[g], a.given_words[g + 1]):
            m = a.letter_starts[y + 1] - a.letter_starts[y]
            short = min(n, m)
            if short < 3:
                continue
            p, q = a.letter_starts[x], a.letter_starts[y]
            if np.array_equal(a.letters[p : p + short], a.letters[q : q + short]):
                return True
    return False


@numba.njit(cache=True)
def _meet(starts: NDArray[np.int64], values: NDArray[np.int64], f: int, g: int) -> bool:
    x, y = starts[f], starts[g]
    while x < starts[f + 1] and y < starts[g + 1]:
        if values[x] == values[y]:
            return True
        if values[x] < values[y]:
            x += 1
        else:
            y += 1
    return False


@numba.njit(cache=True)
def _ymd(day: int) -> tuple[int, int, int]:
    """Year, month and day of a proleptic Gregorian day number (1 is 1 January 1)."""
    # H. F. Fliegel and T. C. Van Flandern, CACM 11 (1968) 657.
    n = day + 1721425 + 68569
    c = 4 * n // 146097
    n -= (146097 * c + 3) // 4
    y = 4000 * (n + 1) // 1461001
    n += 31 - 1461 * y // 4
    m = 80 * n // 2447
    d = n - 2447 * m // 80
    n = m // 11
    return 100 * (c - 49) + y + n, m + 2 - 12 * n, d


@numba.njit(cache=True)
def _one_slip(x: int, y: int) -> bool:
    """Two of year, month and day the same, or day and month swapped, or year digits swapped."""
    a, b, c = _ymd(x)
    d, e, f = _ymd(y)
    if (a == d) + (b == e) + (c == f) == 2:
        # a year wrong by more than a digit is another year
        return a == d or abs(a - d) <= 1 or abs(a - d) % 10 == 0 or _digits_swapped(a, d)
    return a == d and b == f and c == e


@numba.njit(cache=True)
def _digits_swapped(a: int, d: int) -> bool:
    return a // 100 == d // 100 and a % 10 == d // 10 % 10 and a // 10 % 10 == d % 10


@numba.njit(cache=True)
def _birth(lo: int, hi: int, lo2: int, hi2: int) -> int:
    if (lo == 0 and hi == 0) or (lo2 == 0 and hi2 == 0):
        return 0
    if lo == hi and lo2 == hi2:
        if lo == lo2:
            return 1
        if _one_slip(lo, lo2):
            return 5
    elif max(lo, lo2) <= min(hi, hi2):
        width = max(hi - lo, hi2 - lo2)
        return 2 if width <= 31 else (3 if width <= 366 else 4)
    gap = max(max(lo, lo2) - min(hi, hi2), 0)
    if gap <= 366:
        return 6
    return 7 if gap <= 3 * 366 else 8


@numba.njit(cache=True)
def _when(lo: int, hi: int, lo2: int, hi2: int) -> int:
    if (lo == 0 and hi == 0) or (lo2 == 0 and hi2 == 0):
        return 0
    if lo == hi and lo2 == hi2:
        if lo == lo2:
            return 1
        if _one_slip(lo, lo2):
            return 4
    elif max(lo, lo2) <= min(hi, hi2):
        return 2 if max(hi - lo, hi2 - lo2) <= 31 else 3
    return 4 if max(lo, lo2) - min(hi, hi2) <= 45 else 5


# How telling an event level is thought to be, for choosing among pairs of acts only.
_DATE_RANK = np.array([0.0, 4.0, 3.0, 1.0, 0.5, -2.0])
_PLACE_RANK = np.array([0.0, 2.0, 1.0, -0.5, 1.0, -1.0])


@numba.njit(cache=True)
def _event(a: Arrays, i: int, j: int) -> int:
    """The best-agreeing pair of acts, acts of one kind before others."""
    best, found, same_kind = -OPEN * 1.0, 0, False
    for x in range(a.act_starts[i], a.act_starts[i + 1]):
        for y in range(a.act_starts[j], a.act_starts[j + 1]):
            when = _when(a.act_days[x, 0], a.act_days[x, 1], a.act_days[y, 0], a.act_days[y, 1])
            where = 0
            if a.act_place[x] != NO_KEY and a.act_place[y] != NO_KEY:
                where = a.place_levels[a.act_place[x], a.act_place[y]]
            same = a.act_kind[x] == a.act_kind[y]
            rank = _DATE_RANK[when] + _PLACE_RANK[where]
            if (when or where) and ((same, rank) > (same_kind, best)):
                best, same_kind = rank, same
                found = when * len(PLACE) + where + (0 if same else _OTHER_ACT)
    return found
