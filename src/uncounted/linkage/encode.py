"""Reports as arrays of whole numbers: what compiled comparisons and Splink's SQL see.

After this module there are no names, only numbers for readings, letters and keys.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.linkage import lattice, places
from uncounted.linkage.names import Form, Order, forms, order_of
from uncounted.records.dates import PartialDate
from uncounted.records.report import Act, Report

Ints = NDArray[np.int64]
OPEN = 10_000_000  # days: further than any date
NO_KEY = -1
HABIT = 0.8  # share of a source's clear names that makes its order a habit
MOST_FORMS = 8
BACKGROUND_REPORTS = 200.0  # what is thought of a name's share before any is seen counts so much
MOST_ACTS = 6


@attrs.frozen
class Ragged:
    """Rows of unequal length: row i is `values[starts[i]:starts[i + 1]]`, with a weight each."""

    starts: Ints
    values: Ints
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, rows: Iterable[Sequence[tuple[int, float]]]) -> Ragged:
        """Make one; each row is sorted by value."""
        starts, values, weights = [0], [], []
        for row in rows:
            for value, weight in sorted(row):
                values.append(value)
                weights.append(weight)
            starts.append(len(values))
        return cls(
            np.array(starts, np.int64), np.array(values, np.int64), np.array(weights, np.float64)
        )


@attrs.frozen
class Encoded:
    """All that is compared, as arrays. `reports` rows; forms and acts are ragged within them."""

    count: int
    form_starts: Ints  # (reports + 1)
    family: Ragged  # a row a form: readings of the family name
    given: Ragged
    family_log_share: NDArray[np.float64]  # by reading: log of how common it is here
    given_log_share: NDArray[np.float64]
    korean: NDArray[np.bool_]  # a form: its given name reads as Korean
    family_word_starts: Ints  # a form's spellings: rows into `letters`
    given_word_starts: Ints
    letter_starts: Ints
    letters: NDArray[np.int32]
    sex: NDArray[np.int8]  # 0 not said
    birth: Ints  # (reports, 2): first and last day; 0, 0 not said
    origin: Ints  # row of `place_levels`, NO_KEY not said
    act_starts: Ints
    act_kind: Ints
    act_days: Ints  # (acts, 2)
    act_place: Ints
    place_levels: NDArray[np.uint8]
    source: Ints
    keys: dict[str, Ints]  # blocking keys, a number a report


class _Numbers:
    """Gives each distinct value a number, in order of first sight."""

    def __init__(self) -> None:
        self.of: dict[Hashable, int] = {}

    def __call__(self, value: Hashable) -> int:
        return self.of.setdefault(value, len(self.of))


def habits(reports: Sequence[Report]) -> dict[str, Order | None]:
    """Where each source puts the family name, from its names that leave no doubt."""
    seen: dict[str, Counter[Order]] = {}
    for report in reports:
        found = [order_of(name) for name in report.names[:1]]
        seen.setdefault(report.source, Counter()).update(order for order in found if order)
    out: dict[str, Order | None] = {}
    for source, counts in seen.items():
        total = counts.total()
        likely = [order for order, n in counts.items() if total and n >= HABIT * total]
        out[source] = likely[0] if likely else None
    return out


def encode(reports: Sequence[Report]) -> Encoded:
    """Turn reports into arrays.

    Raises:
        Nothing for any content: what cannot be read is not said.
    """
    orders = habits(reports)
    rows = [forms(report.names, orders[report.source])[:MOST_FORMS] for report in reports]
    flat = [form for row in rows for form in row]
    owners = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    family_ids, given_ids = _Numbers(), _Numbers()
    family = Ragged.of([[(family_ids(k), w) for k, w in f.family.items()] for f in flat])
    given = Ragged.of([[(given_ids(k), w) for k, w in f.given.items()] for f in flat])
    words = [*(f.family_letters for f in flat), *(f.given_letters for f in flat)]
    word_starts = np.cumsum([0, *(len(group) for group in words)])
    letters = [ord(char) for group in words for word in group for char in word]
    acts = [_acts(report) for report in reports]
    flat_acts = [act for row in acts for act in row]
    place_ids = _Numbers()
    origin = np.array([_place(report.origin, place_ids) for report in reports], np.int64)
    act_place = np.array([_place(act.place, place_ids) for act in flat_acts], np.int64)
    texts = [str(text) for text in place_ids.of]
    kinds, sources = _Numbers(), _Numbers()
    birth = np.array([_days(report.birth) for report in reports], np.int64).reshape(-1, 2)
    act_days = np.array([_days(act.date) for act in flat_acts], np.int64).reshape(-1, 2)
    act_starts = np.cumsum([0, *map(len, acts)])
    place_levels = places.levels(texts, [places.read(text) for text in texts])
    return Encoded(
        count=len(reports),
        form_starts=np.cumsum([0, *map(len, rows)]),
        family=family,
        given=given,
        family_log_share=_log_shares(family, len(family_ids.of), owners, 0.02),
        given_log_share=_log_shares(given, len(given_ids.of), owners, 0.002),
        korean=np.array([form.korean for form in flat], np.bool_),
        family_word_starts=word_starts[: len(flat) + 1],
        given_word_starts=word_starts[len(flat) :],
        letter_starts=np.cumsum([0, *(len(word) for group in words for word in group)]),
        letters=np.array(letters, np.int32),
        sex=np.array([{"f": 1, "m": 2}.get(report.sex or "", 0) for report in reports], np.int8),
        birth=birth,
        origin=origin,
        act_starts=act_starts,
        act_kind=np.array([kinds(act.kind) for act in flat_acts], np.int64),
        act_days=act_days,
        act_place=act_place,
        place_levels=place_levels,
        source=np.array([sources(report.source) for report in reports], np.int64),
        keys=_keys(reports, rows, birth, acts, texts, place_ids),
    )


def _log_shares(rows: Ragged, count: int, owners: Ints, background: float) -> NDArray[np.float64]:
    """How common each reading is among the reports' names, in logarithms."""
    sums = np.bincount(rows.values, rows.weights, minlength=count)
    seen = len(np.unique(owners))
    # few reports say little about how common a name is
    share = (sums + BACKGROUND_REPORTS * background) / (seen + BACKGROUND_REPORTS)
    return np.asarray(np.log(np.minimum(share, 1.0)), np.float64)


def _acts(report: Report) -> list[Act]:
    said = [act for act in report.acts if act.date is not None or act.place is not None]
    return said[:MOST_ACTS]


def _place(text: str | None, numbers: _Numbers) -> int:
    place = places.read(text) if text else None
    return numbers(text) if place and (place.fine or place.wide) else NO_KEY


def _days(day: PartialDate | None) -> tuple[int, int]:
    """First and last day, by number; (0, 0) when nothing is said."""
    if day is None or (day.earliest is None and day.latest is None):
        return 0, 0
    first = day.earliest.toordinal() if day.earliest else -OPEN
    return first, day.latest.toordinal() if day.latest else OPEN


def _keys(
    reports: Sequence[Report],
    rows: Sequence[Sequence[Form]],
    birth: Ints,
    acts: Sequence[Sequence[Act]],
    texts: Sequence[str],
    place_ids: _Numbers,
) -> dict[str, Ints]:
    """Blocking keys, one number a report and key; `NO_KEY` matches nobody."""
    numbers: dict[str, _Numbers] = {}

    def number(column: str, value: Any) -> int:
        if value is None or value == "":
            return NO_KEY
        return numbers.setdefault(column, _Numbers())(value)

    columns: dict[str, list[int]] = {}
    for at, (report, names) in enumerate(zip(reports, rows, strict=True)):
        act = acts[at][0] if acts[at] else None
        event = _single(_days(act.date), 31) if act else None
        year = _single((int(birth[at, 0]), int(birth[at, 1])), 366)
        day = int(birth[at, 0]) if birth[at, 0] == birth[at, 1] != 0 else None
        where = places.read(act.place) if act and act.place else None
        towns = sorted(where.fine) if where else []
        origin = places.read(report.origin) if report.origin else None
        said = {
            "given": _skeleton(names[:1]),
            "alias": _skeleton(names[1:]) or _skeleton(names[:1]),
            "family": _family(names),
            "birth_year": year.year if year else None,
            "birth_day": day,
            "sex": report.sex,
            "origin": (*sorted(origin.fine), origin.wide) if origin else None,
            "event_month": (event.year, event.month) if event else None,
            "event_place": towns[0] if towns else None,
        }
        for column, value in said.items():
            columns.setdefault(column, []).append(
                year.year if column == "birth_year" and year else number(column, value)
            )
    return {column: np.array(values, np.int64) for column, values in columns.items()}


def _single(days: tuple[int, int], widest: int) -> datetime.date | None:
    first, last = days
    if first <= 0 or last - first > widest:
        return None
    return datetime.date.fromordinal((first + last) // 2)


def _skeleton(names: Sequence[Form]) -> str | None:
    for form in names:
        for word in form.given_letters:
            return lattice.skeleton(word) or None
    return None


def _family(names: Sequence[Form]) -> Hashable:
    for form in names:
        if form.family:
            return max(sorted(form.family, key=str), key=lambda key: form.family[key])
    return None
