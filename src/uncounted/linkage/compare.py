"""How far two reports agree, field by field, as small whole numbers (levels).

Level 0 always says that one of the two says nothing: it is no evidence either way.
The levels are not scores: what each is worth is learned, in `learning` and `model`.
Compiled; runs over any list of pairs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from uncounted.compiled import borrow, compiled, compiled_inner
from uncounted.linkage import threads
from uncounted.linkage.encode import NO_KEY, OPEN, Encoded

Levels = NDArray[np.uint8]

# Names: how given and family name agree, from most telling to least. The first four are one
# level cut by how rare the name is (log of 1 / chance that two people share it). "Slip": one
# letter (two of nine or more); "near": two letters in five. In Korean names a letter makes
# another name, so a slip there is a level of its own.
NAME = (
    "not said",
    "same, very rare",
    "same, rare",
    "same, usual",
    "same, very usual",
    "same given, family slip",
    "given slip, same family",
    "given slip, family slip",
    "same given, family near",
    "given near, same family",
    "both near, or one near and a slip",
    "given and family exchanged",
    "same given, family not said",
    "given initials agree, same family",
    "another given one letter off, same family",
    "given in part, same family",
    "given not said, same family",
    "same given, other family",
    "given slip or near, other family",
    "other given, same family",
    "other given, family slip or near",
    "different",
)
NAME_AGREES = 18  # levels, after "not said", that are some form of agreement; then other names
NAME_SAME = 4  # levels, after "not said", at which both parts share a reading
_FAMILY_ALONE = NAME.index("given not said, same family")
RARE = (9.5, 7.5, 5.5)
BIRTH = (
    "not said",
    "same day",
    "within a month",
    "same year",
    "compatible",
    "a slip apart",
    "same day of another year",
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
# Of a relative's name, of an occupation, of a number in another register.
FURTHER = ("not said", "same", "slip", "different")
FIELDS = ("name", "birth", "sex", "origin", "event", "relative", "occupation", "number")
COUNTS = (*(len(NAME), len(BIRTH), len(SEX), len(ORIGIN), len(EVENT)), *(len(FURTHER),) * 3)
# The levels of a pair in one whole number: field f at bits SHIFTS[f] and up.
_BITS = tuple((count - 1).bit_length() for count in COUNTS)
SHIFTS = tuple(sum(_BITS[:at]) for at in range(len(_BITS)))
MASKS = tuple((1 << bits) - 1 for bits in _BITS)
_SHORTEST, _SLIP_EVERY = 4, 3  # letters of a text that may have a slip, and for how many one
_WORD = 60  # letters of a word that are compared, at most
_OTHER_ACT = len(DATE) * len(PLACE)


class Arrays(NamedTuple):
    """The arrays of `Encoded` that the compiled loop reads."""

    name: NDArray[np.int32]
    form_starts: NDArray[np.int64]
    form_family: NDArray[np.int32]
    form_given: NDArray[np.int32]
    family_starts: NDArray[np.int64]
    family_values: NDArray[np.int64]
    family_weights: NDArray[np.float64]
    given_starts: NDArray[np.int64]
    given_values: NDArray[np.int64]
    given_weights: NDArray[np.float64]
    family_log_share: NDArray[np.float64]
    given_log_share: NDArray[np.float64]
    korean: NDArray[np.bool_]
    veiled: NDArray[np.bool_]
    family_firsts: NDArray[np.int64]
    given_firsts: NDArray[np.int64]
    family_words: NDArray[np.int64]
    given_words: NDArray[np.int64]
    letter_starts: NDArray[np.int64]
    letters: NDArray[np.int32]
    letter_sets: NDArray[np.int64]
    sex: NDArray[np.int8]
    birth: NDArray[np.int64]
    origin: NDArray[np.int64]
    relative: NDArray[np.int32]
    occupation: NDArray[np.int32]
    number: NDArray[np.int32]
    text_starts: NDArray[np.int64]
    text_letters: NDArray[np.int32]
    act_starts: NDArray[np.int64]
    act_kind: NDArray[np.int64]
    act_days: NDArray[np.int64]
    act_place: NDArray[np.int64]
    place_levels: NDArray[np.uint8]


def arrays(encoded: Encoded) -> Arrays:
    """Pick what the compiled loop needs."""
    e = encoded
    return Arrays(
        e.name,
        e.form_starts,
        e.form_family,
        e.form_given,
        e.family.starts,
        e.family.values,
        e.family.weights,
        e.given.starts,
        e.given.values,
        e.given.weights,
        e.family_log_share,
        e.given_log_share,
        e.korean,
        e.veiled,
        e.family_firsts,
        e.given_firsts,
        e.family_word_starts,
        e.given_word_starts,
        e.letter_starts,
        e.letters,
        _letter_sets(e),
        e.sex,
        e.birth,
        e.origin,
        e.relative,
        e.occupation,
        e.number,
        e.text_starts,
        e.text_letters,
        e.act_starts,
        e.act_kind,
        e.act_days,
        e.act_place,
        e.place_levels,
    )


def _letter_sets(encoded: Encoded) -> NDArray[np.int64]:
    """Which letters each word has, a bit a letter (others share one)."""
    sets = np.zeros(len(encoded.letter_starts) - 1, np.int64)
    owner = np.repeat(np.arange(len(sets)), np.diff(encoded.letter_starts))
    np.bitwise_or.at(sets, owner, np.int64(1) << (encoded.letters.astype(np.int64) % 61))
    return sets


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
    a = arrays(encoded)
    threads.over(len(left), lambda here: _fill(a, left[here], right[here], out[here]))
    return out


def packed(rows: Levels) -> NDArray[np.int32]:
    """Rows of levels, each in one number."""
    return np.asarray(
        sum(rows[:, f].astype(np.int32) << shift for f, shift in enumerate(SHIFTS)), np.int32
    )


def unpacked(codes: NDArray[np.int32]) -> Levels:
    """The rows of levels that numbers stand for."""
    each = [codes >> shift & mask for shift, mask in zip(SHIFTS, MASKS, strict=True)]
    return np.stack(each, axis=1).astype(np.uint8)


@compiled
def pair(a: Arrays, i: int, j: int) -> int:
    """The levels of one pair, in one number."""
    code = _name(a, a.name[i], a.name[j])
    birth = _birth(a.birth[i, 0], a.birth[i, 1], a.birth[j, 0], a.birth[j, 1])
    code |= int(birth << SHIFTS[1])
    if a.sex[i] and a.sex[j]:
        code |= (1 if a.sex[i] == a.sex[j] else 2) << SHIFTS[2]
    if a.origin[i] != NO_KEY and a.origin[j] != NO_KEY:
        code |= int(np.int64(a.place_levels[a.origin[i], a.origin[j]]) << SHIFTS[3])
    code |= _event(a, i, j) << SHIFTS[4]
    code |= _relative(a, i, j) << SHIFTS[5]
    code |= _text(a, a.occupation[i], a.occupation[j]) << SHIFTS[6]
    return code | _text(a, a.number[i], a.number[j]) << SHIFTS[7]


@compiled
def _fill(
    a: Arrays, left: NDArray[np.int64], right: NDArray[np.int64], out: NDArray[np.uint8]
) -> None:
    a, left, right, out = borrow(a), borrow(left), borrow(right), borrow(out)
    for at in range(len(left)):
        i, j = left[at], right[at]
        out[at, 0] = _name(a, a.name[i], a.name[j])
        out[at, 1] = _birth(a.birth[i, 0], a.birth[i, 1], a.birth[j, 0], a.birth[j, 1])
        if a.sex[i] and a.sex[j]:
            out[at, 2] = 1 if a.sex[i] == a.sex[j] else 2
        if a.origin[i] != NO_KEY and a.origin[j] != NO_KEY:
            out[at, 3] = a.place_levels[a.origin[i], a.origin[j]]
        out[at, 4] = _event(a, i, j)
        out[at, 5] = _relative(a, i, j)
        out[at, 6] = _text(a, a.occupation[i], a.occupation[j])
        out[at, 7] = _text(a, a.number[i], a.number[j])


@compiled_inner
def _relative(a: Arrays, i: int, j: int) -> int:
    """How the names of their relatives agree."""
    level = _name(a, a.relative[i], a.relative[j])
    if level == _FAMILY_ALONE:
        return 0  # one family name in five is Kim: that is no agreement
    if level > NAME_AGREES:
        return 3
    return 2 if level > NAME_SAME else (1 if level else 0)


@compiled_inner
def _text(a: Arrays, x: int, y: int) -> int:
    """How two texts agree: their letters and digits."""
    if x == NO_KEY or y == NO_KEY:
        return 0
    if x == y:
        return 1
    n = a.text_starts[x + 1] - a.text_starts[x]
    m = a.text_starts[y + 1] - a.text_starts[y]
    longer = max(n, m)
    if longer < _SHORTEST or abs(n - m) > longer // _SLIP_EVERY:
        return 3
    slips = _slips(a.text_letters, a.text_starts, x, y)
    return 2 if slips <= longer // _SLIP_EVERY else 3


@compiled_inner
def _name(a: Arrays, x: int, y: int) -> int:
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
            slips = _slips(a.letters, a.letter_starts, x, y)
            if slips == 0:
                return 0
            if longer >= shortest and slips <= (2 if longer >= 9 else 1):
                best = 1
            elif longer >= 5 and 5 * slips <= 2 * longer:
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
def _slips(letters: NDArray[np.int32], starts: NDArray[np.int64], x: int, y: int) -> int:
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


@compiled_inner
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


@compiled_inner
def _one_slip(x: int, y: int) -> bool:
    """Two of year, month and day the same, or day and month swapped, or year digits swapped."""
    a, b, c = _ymd(x)
    d, e, f = _ymd(y)
    if (a == d) + (b == e) + (c == f) == 2:
        # a year wrong by more than a digit is another year
        return a == d or abs(a - d) <= 1 or abs(a - d) % 10 == 0 or _digits_swapped(a, d)
    return a == d and b == f and c == e


@compiled_inner
def _digits_swapped(a: int, d: int) -> bool:
    return a // 100 == d // 100 and a % 10 == d // 10 % 10 and a // 10 % 10 == d % 10


@compiled_inner
def _birth(lo: int, hi: int, lo2: int, hi2: int) -> int:
    if (lo == 0 and hi == 0) or (lo2 == 0 and hi2 == 0):
        return 0
    if lo == hi and lo2 == hi2:
        if lo == lo2:
            return 1
        if _one_slip(lo, lo2):
            return 5
        if _ymd(lo)[1:] == _ymd(lo2)[1:]:
            return 6
    elif max(lo, lo2) <= min(hi, hi2):
        width = max(hi - lo, hi2 - lo2)
        return 2 if width <= 31 else (3 if width <= 366 else 4)
    gap = max(max(lo, lo2) - min(hi, hi2), 0)
    if gap <= 366:
        return 7
    return 8 if gap <= 3 * 366 else 9


@compiled_inner
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


@compiled_inner
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
