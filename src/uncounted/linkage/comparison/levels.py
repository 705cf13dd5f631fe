"""Comparison vectors: how far two reports agree, field by field, as small integers (levels)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from uncounted import _threads
from uncounted._numba import borrow, compiled, compiled_inner, lend
from uncounted.linkage.arrays import Codes, Ints
from uncounted.linkage.comparison.dates import births, days
from uncounted.linkage.comparison.name_levels import AGREES_LAST, FAMILY_ALONE, NAME, SAME_LAST
from uncounted.linkage.comparison.names import of_names
from uncounted.linkage.encoding.encode import NO_KEY, OPEN, Encoded
from uncounted.linkage.encoding.kernel_arrays import ReportArrays
from uncounted.linkage.encoding.string_distance import slips

Levels = NDArray[np.uint8]

NAME_AGREES = AGREES_LAST  # levels, after "not said", that are some form of agreement
NAME_SAME = SAME_LAST  # levels, after "not said", at which both parts share a reading

BIRTH = (
    "not said",
    "same day",
    "within a month",
    "same year",
    "compatible",
    "a slip apart",
    "same day of another year",
    "within a year",
    "days within a year",
    "within three years",
    "days within three years",
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
FURTHER = ("not said", "same", "slip", "different")  # of a relative's name, of an occupation
# Of a number in another register: those of people who are registered together are neighbours.
NUMBER = ("not said", "same", "slip", "neighbour", "different")
FIELDS = ("name", "birth", "sex", "origin", "event", "relative", "occupation", "number")
COUNTS = tuple(map(len, (NAME, BIRTH, SEX, ORIGIN, EVENT, FURTHER, FURTHER, NUMBER)))
# The levels of a pair in one whole number: field f at bits SHIFTS[f] and up.
_BITS = tuple((count - 1).bit_length() for count in COUNTS)
SHIFTS = tuple(sum(_BITS[:at]) for at in range(len(_BITS)))
MASKS = tuple((1 << bits) - 1 for bits in _BITS)
_SHORTEST, _SLIP_EVERY = 4, 3  # letters of a text that may have a slip, and for how many one
_END = 2  # digits in which the numbers of neighbours differ, at most
_OTHER_ACT = len(DATE) * len(PLACE)


def codes(encoded: Encoded, left: Ints, right: Ints) -> Codes:
    """Compare pairs of reports: the levels of each pair, packed in one number."""
    out = np.zeros(len(left), np.int32)
    a = encoded.arrays
    _threads.over(len(left), lambda here: _fill(a, left[here], right[here], out[here]))
    return out


def levels(encoded: Encoded, left: Ints, right: Ints) -> Levels:
    """Compare pairs of reports: levels of shape (pairs, fields), in the order of `FIELDS`."""
    return unpacked(codes(encoded, left, right))


def unpacked(codes: Codes) -> Levels:
    """The rows of levels that numbers stand for."""
    each = [codes >> shift & mask for shift, mask in zip(SHIFTS, MASKS, strict=True)]
    return np.stack(each, axis=1).astype(np.uint8)


@compiled
def pair(a: ReportArrays, i: int, j: int) -> int:
    """The levels of one pair, in one number."""
    code = of_names(a, a.name[i], a.name[j])
    birth = births(a.birth[i, 0], a.birth[i, 1], a.birth[j, 0], a.birth[j, 1])
    code |= int(birth << SHIFTS[1])
    if a.sex[i] and a.sex[j]:
        code |= (1 if a.sex[i] == a.sex[j] else 2) << SHIFTS[2]
    if a.origin[i] != NO_KEY and a.origin[j] != NO_KEY:
        code |= int(np.int64(a.place_levels[a.origin[i], a.origin[j]]) << SHIFTS[3])
    code |= _event(a, i, j) << SHIFTS[4]
    code |= _relative(a, i, j) << SHIFTS[5]
    code |= _text(a, a.occupation[i], a.occupation[j]) << SHIFTS[6]
    return code | _number(a, a.number[i], a.number[j]) << SHIFTS[7]


@compiled
def _fill(a: ReportArrays, left: Ints, right: Ints, out: Codes) -> None:
    a, left, right, out = lend(a), borrow(left), borrow(right), borrow(out)
    for at in range(len(left)):
        out[at] = pair(a, left[at], right[at])


@compiled_inner
def _relative(a: ReportArrays, i: int, j: int) -> int:
    """A relative's name, or beside it the father's name that only the other's own name has."""
    x, y = a.relative[i], a.relative[j]
    if not _has_forms(a, y) and not _has_forms(a, a.father[i]):
        y = a.father[j]
    elif not _has_forms(a, x) and not _has_forms(a, a.father[j]):
        x = a.father[i]
    level = of_names(a, x, y)
    if level == FAMILY_ALONE:
        return 0  # one family name in five is Kim: that is no agreement
    if level > NAME_AGREES:
        return 3
    return 2 if level > NAME_SAME else (1 if level else 0)


@compiled_inner
def _has_forms(a: ReportArrays, x: int) -> bool:
    return bool(a.form_starts[x + 1] > a.form_starts[x])


@compiled_inner
def _text(a: ReportArrays, x: int, y: int) -> int:
    if x == NO_KEY or y == NO_KEY:
        return 0
    if x == y:
        return 1
    n = a.text_starts[x + 1] - a.text_starts[x]
    m = a.text_starts[y + 1] - a.text_starts[y]
    longer = max(n, m)
    if longer < _SHORTEST or abs(n - m) > longer // _SLIP_EVERY:
        return 3
    found = slips(a.text_letters, a.text_starts, x, y)
    return 2 if found <= longer // _SLIP_EVERY else 3


@compiled_inner
def _number(a: ReportArrays, x: int, y: int) -> int:
    """How two numbers agree: a slip, or the end alone is another."""
    level = _text(a, x, y)
    if level != 2:
        return level if level < 2 else 4
    p, q = a.text_starts[x], a.text_starts[y]
    n = a.text_starts[x + 1] - p
    if a.text_starts[y + 1] - q != n:
        return 2
    for at in range(n - _END):
        if a.text_letters[p + at] != a.text_letters[q + at]:
            return 2
    return 3


# How telling an event level is thought to be, for choosing among pairs of acts only.
_DATE_RANK = np.array([0.0, 4.0, 3.0, 1.0, 0.5, -2.0])
_PLACE_RANK = np.array([0.0, 2.0, 1.0, -0.5, 1.0, -1.0])


@compiled_inner
def _event(a: ReportArrays, i: int, j: int) -> int:
    """The best-agreeing pair of acts, acts of one kind first; an unsaid kind may be any."""
    best, found, same_kind = -OPEN * 1.0, 0, False
    for x in range(a.act_starts[i], a.act_starts[i + 1]):
        for y in range(a.act_starts[j], a.act_starts[j + 1]):
            when = days(a.act_days[x, 0], a.act_days[x, 1], a.act_days[y, 0], a.act_days[y, 1])
            where = 0
            if a.act_place[x] != NO_KEY and a.act_place[y] != NO_KEY:
                where = a.place_levels[a.act_place[x], a.act_place[y]]
            p, q = a.act_kind[x], a.act_kind[y]
            same = p == q or NO_KEY in (p, q)
            rank = _DATE_RANK[when] + _PLACE_RANK[where]
            if (when or where) and ((same, rank) > (same_kind, best)):
                best, same_kind = rank, same
                found = when * len(PLACE) + where + (0 if same else _OTHER_ACT)
    return found
