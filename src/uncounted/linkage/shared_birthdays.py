"""Whether the names of each list can be compared with those of the others, by shared birthdays.

Two reports with the same day of birth are mostly one person's, whatever their names. If the reports
of a list share days with those of other lists far more often than by chance, and hardly any of
these pairs is linked, its names are written in a way that was not compared, such as another script.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.linkage.arrays import Codes, Floats, Ints
from uncounted.linkage.encoding.encode import NO_KEY, Encoded

MOST_ON_A_DAY = 50  # reports born on a day; more are a date that stands for others
FEW_EXPECTED = 5.0  # pairs of one person beyond chance: of fewer nothing can be said
FEW_LINKED = 0.5  # of these
_SPREAD = 3.0  # standard deviations of the number by chance
_DRAWS = 10
_EPOCH = 719_163  # the ordinal of 1970-01-01


@attrs.frozen
class SharedBirthdays:
    """Pairs of reports of a list and of others that share a day of birth.

    `expected` is their number beyond chance, `linked` how many of them draws link on average.
    """

    source: int
    expected: float
    linked: float


def hardly_linked(encoded: Encoded, slots: NDArray[np.int32]) -> SharedBirthdays | None:
    """The list of which the fewest such pairs are linked, if these are fewer than half.

    `slots` are draws, shape (draws, reports).
    """
    day, sex = encoded.keys["birth_day"], encoded.keys["sex"]
    left, right = _sharing(day)
    other_list = encoded.source[left] != encoded.source[right]
    both_sexes = (sex[left] != NO_KEY) & (sex[right] != NO_KEY) & (sex[left] != sex[right])
    left, right = left[other_list & ~both_sexes], right[other_list & ~both_sexes]
    lists = int(encoded.source.max()) + 1
    found = _of_lists(encoded.source, left, right, np.ones(len(left)), lists)
    together = np.mean([row[left] == row[right] for row in _some(slots)], axis=0)
    linked = _of_lists(encoded.source, left, right, together, lists)
    chance = _by_chance(encoded, lists)
    expected = found - chance
    told = (expected >= FEW_EXPECTED) & (expected >= _SPREAD * np.sqrt(np.maximum(chance, 1.0)))
    share = np.where(told, linked / np.maximum(expected, 1.0), 1.0)
    at = int(share.argmin())
    if share[at] >= FEW_LINKED:
        return None
    return SharedBirthdays(at, float(expected[at]), float(linked[at]))


def in_words(found: SharedBirthdays | None, sources: Sequence[str]) -> str | None:
    """What that means for the linkage, in words."""
    if found is None:
        return None
    return (
        f"about {found.expected:,.0f} pairs of a report of list {sources[found.source]} and one of"
        f" another list share the day of birth beyond chance, and {found.linked:,.0f} are linked:"
        " its names cannot be compared with those of the other lists"
    )


def _sharing(day: Ints) -> tuple[Ints, Ints]:
    """Pairs of reports born on one day, but for days of more than `MOST_ON_A_DAY`."""
    order = np.argsort(day, kind="stable")
    order = order[day[order] != NO_KEY]
    times = np.bincount(np.unique(day[order], return_inverse=True)[1])
    order = order[np.repeat(times, times) <= MOST_ON_A_DAY]
    left, right = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for apart in range(1, MOST_ON_A_DAY):
        same = day[order[:-apart]] == day[order[apart:]]
        if not same.any():
            break
        left.append(order[:-apart][same])
        right.append(order[apart:][same])
    return np.concatenate(left), np.concatenate(right)


def _by_chance(encoded: Encoded, lists: int) -> Floats:
    """Pairs of each list and the others that share a day of birth by chance.

    Of two people born in one year, as many as days of the year are common among all births.
    """
    day, year = encoded.keys["birth_day"], encoded.keys["birth_year"]
    known = np.flatnonzero((day != NO_KEY) & (year != NO_KEY))
    if len(known) < 2:
        return np.zeros(lists)
    years, at = np.unique(year[known], return_inverse=True)
    dates = (day[known] - _EPOCH).astype("datetime64[D]")
    of_year = (dates - dates.astype("datetime64[Y]")).astype(np.int64)
    share = np.bincount(of_year) / len(known)
    one_day = max(float((share**2).sum()) - 1 / len(known), 0.0)
    counts = np.zeros((lists, len(years)))
    np.add.at(counts, (encoded.source[known], at), 1.0)
    pairs = (counts * (counts.sum(axis=0) - counts)).sum(axis=1)
    return np.asarray(pairs * one_day)


def _of_lists(source: Ints, left: Ints, right: Ints, weight: Floats, lists: int) -> Floats:
    """The weights of pairs, summed over those of each list."""
    out = np.bincount(source[left], weight, lists) + np.bincount(source[right], weight, lists)
    return np.asarray(out, np.float64)


def _some(slots: NDArray[np.int32]) -> Codes:
    return slots[:: max(1, len(slots) // _DRAWS)]
