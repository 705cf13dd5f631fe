"""Whether the names of each list can be compared with those of the others, by shared birthdays.

If the reports of a list share days of birth with those of other lists far more often than by
chance, most of these are of the same people. Where fewer than half of them are linked, the list's
names are written in a way that was not compared, such as another script.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.linkage.arrays import Flags, Floats, Ints
from uncounted.linkage.encoding.encode import NO_KEY, Encoded

MOST_REPORTS = 50_000  # of more, most days of birth are shared by chance
LEAST_EXCESS = 6.0  # shared days beyond chance: of fewer nothing can be said
LEAST_LINKED = 0.5  # of these
_SPREAD = 4.0  # standard deviations of the number by chance
_DRAWS = 10
_IMPUTED = 1, 15  # days of a month that stand for an unknown one
_HEAPED, _HEAP = 3.0, 5  # times as many births as on other days, and births, of a heaped date
_EPOCH = 719_163  # the ordinal of 1970-01-01


@attrs.frozen
class SharedBirthdays:
    """Days of birth of a list's reports that those of other lists share.

    `source` is the list, `excess` their number beyond chance, and `linked` on how many of them
    reports of two lists are linked, a mean over draws.
    """

    source: int
    excess: float
    linked: float

    def in_words(self, source: str) -> str:
        """What that means for the linkage; `source` is the list's name."""
        return (
            f"reports of list {source} share about {self.excess:,.0f} days of birth with other"
            f" lists beyond chance, and are linked on {self.linked:,.0f} of them: check whether its"
            " names are in a script or form that cannot be compared with the other lists'"
        )


def not_comparable(encoded: Encoded, slots: NDArray[np.int32]) -> SharedBirthdays | None:
    """The list with most such days that are not linked, of those linked on a small share of them.

    Parameters
    ----------
    encoded : Encoded
        The reports.
    slots : int array, shape (draws, reports)
        The person of each report in each draw.

    Returns
    -------
    SharedBirthdays or None
        None also of more than `MOST_REPORTS` reports.
    """
    born = np.flatnonzero(_usable(encoded))
    if encoded.count > MOST_REPORTS or len(born) < 2:
        return None
    source, lists = encoded.source[born], int(encoded.source.max()) + 1
    _, day = np.unique(encoded.keys["birth_day"][born], return_inverse=True)
    cells, cell = np.unique(day * lists + source, return_inverse=True)
    shared = np.bincount(cells // lists)[cells // lists] > 1
    of_list = cells % lists
    linked = np.zeros(len(cells))
    thinned = slots[:: max(1, len(slots) // _DRAWS)]
    for row in thinned:
        linked += _linked(row[born], day, source, cell, len(cells))
    chance = _by_chance(encoded, born, cells, cell, lists)
    by_list = [
        np.bincount(of_list, each, lists) for each in (shared, linked / len(thinned), chance)
    ]
    found, together, expected = by_list
    excess = found - expected
    enough = (excess >= LEAST_EXCESS) & (excess >= _SPREAD * np.sqrt(np.maximum(expected, 1.0)))
    few = enough & (together < LEAST_LINKED * excess)
    if not few.any():
        return None
    at = int(np.where(few, excess - together, -np.inf).argmax())
    return SharedBirthdays(at, float(excess[at]), float(together[at]))


def _usable(encoded: Encoded) -> Flags:
    """Reports with a name and a day of birth that does not stand for an unknown one.

    Heaped dates, days of a year on which far more are born than on others in some list or decade,
    are left out in all.
    """
    day = encoded.keys["birth_day"]
    usable = (day != NO_KEY) & (encoded.keys["given"] != NO_KEY)
    dates = (np.where(usable, day, _EPOCH) - _EPOCH).astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    of_month = (dates - month).astype(np.int64) + 1
    date = (month - dates.astype("datetime64[Y]")).astype(np.int64) * 31 + of_month
    usable &= ~np.isin(of_month, _IMPUTED)
    decade = dates.astype("datetime64[Y]").astype(np.int64) // 10
    heaped = np.zeros(int(date.max()) + 1, np.bool_)
    for group in (encoded.source, decade):
        for each in np.unique(group[usable]):
            times = np.bincount(date[usable & (group == each)], minlength=len(heaped))
            heaped |= (times >= _HEAP) & (times > _HEAPED * times.sum() / 365)
    return np.asarray(usable & ~heaped[date])


def _linked(person: Ints, day: Ints, source: Ints, cell: Ints, cells: int) -> Flags:
    """Cells (a day, a list) with a report whose person is on another list with this day."""
    of_person = np.unique(np.stack([day, person]), axis=1, return_inverse=True)[1].ravel()
    both = np.unique(np.stack([of_person, source]), axis=1)
    lists = np.bincount(both[0])
    out = np.zeros(cells, np.bool_)
    out[cell[lists[of_person] > 1]] = True
    return out


def _by_chance(encoded: Encoded, born: Ints, cells: Ints, cell: Ints, lists: int) -> Floats:
    """The probability, for each cell, that another list has its day by chance.

    Of the other lists' days in its year, as many as two births in one year are on one day.
    """
    days = (encoded.keys["birth_day"][born] - _EPOCH).astype("datetime64[D]")
    years = days.astype("datetime64[Y]")
    _, year = np.unique(years, return_inverse=True)
    of_year = (days - years).astype(np.int64)
    share = np.bincount(of_year) / len(born)
    one_day = max(float((share**2).sum()) - 1 / len(born), 1 / 365)
    first = np.zeros(len(cells), np.int64)
    first[cell] = np.arange(len(cell))
    year = year[first]
    times = np.zeros((int(year.max()) + 1, lists))
    np.add.at(times, (year, cells % lists), 1.0)
    others = times.sum(axis=1)[year] - times[year, cells % lists]
    return np.asarray(-np.expm1(-others * one_day))
