"""Reports as integer arrays: what compiled comparisons and blocking read; no names after this."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import attrs
import numpy as np

from uncounted.linkage.arrays import Codes, Floats, Ints
from uncounted.linkage.encoding import places
from uncounted.linkage.encoding.columns import ReportColumns, columns
from uncounted.linkage.encoding.fathers import with_fathers
from uncounted.linkage.encoding.kernel_arrays import NameArrays, ReportArrays, letter_sets
from uncounted.linkage.encoding.name_index import Indexer, NameParts
from uncounted.linkage.encoding.read_names import Forms, ReadNames
from uncounted.linkage.encoding.short_forms import with_short_forms
from uncounted.linkage.encoding.source_names import (
    NOT_STATED,
    SourceNames,
    Stated,
    of_sources,
)
from uncounted.linkage.encoding.spelling import (
    NOT_LEARNED,
    VARIANT,
    Learned,
    Variants,
    apart_from_own_names,
    coded,
    variants,
)
from uncounted.records.dates.partial_date import PartialDate
from uncounted.records.names import initials
from uncounted.records.names.general import first_letters
from uncounted.records.names.sounds import UNWRITTEN, sounds
from uncounted.records.report import Report

OPEN = 10_000_000  # days: further than any date
NO_KEY = -1
BACKGROUND_REPORTS = 200.0  # what is thought of a name's share before any is seen counts so much
_WORD_BACKGROUND = 0.005
_EPOCH = 719163  # number of 1 January 1970


@attrs.frozen
class Encoded:
    """Reports as numbers: what is compared, the list of each, and blocking keys, a number each."""

    arrays: ReportArrays
    source: Ints
    keys: dict[str, Ints]

    @property
    def count(self) -> int:
        """How many reports there are."""
        return len(self.source)


def encode(
    reports: Iterable[Report] | ReportColumns,
    stated: Stated = NOT_STATED,
    read: ReadNames | None = None,
    spelling: Learned = NOT_LEARNED,
) -> Encoded:
    """Turn reports into arrays, reading each distinct name, date and place once.

    `stated`: the languages of a source's names, where its mapping says them. `read`: names that
    were read before, to which those of these reports are added. `spelling`: costs between
    scripts that were learned from likely matches.
    """
    recorded = reports if isinstance(reports, ReportColumns) else columns(reports)
    return _encoded(recorded, stated, ReadNames() if read is None else read, spelling)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Switch garbage collection off: reading makes no cycles, and a million names are many."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_uncollected()
def _encoded(
    recorded: ReportColumns, stated: Stated, names: ReadNames, spelling: Learned
) -> Encoded:
    sources = of_sources(recorded, stated)
    (name, relative, father), forms = _forms(recorded, sources, names)
    families, givens = forms.families, forms.givens
    form_family, form_given = forms.family.astype(np.int32), forms.given.astype(np.int32)
    sizes = np.diff(forms.starts)
    seen = int((sizes[name] > 0).sum())
    words = families.letters + givens.letters
    vocabulary = sorted(
        {word for parts in (families, givens) for part in parts.words for word in part}
    )
    numbers = {word: at for at, word in enumerate(vocabulary)}
    words.append(tuple(vocabulary))
    word_starts = np.cumsum([0, *map(len, words)])
    letters = np.array([ord(char) for group in words for word in group for char in word], np.int32)
    texts, place = _places(recorded)
    read = places.across_scripts(texts, [places.read(text) for text in texts])
    days = np.array([_days(day) for day in (*recorded.dates, None)], np.int64)
    letter_starts = np.cumsum([0, *(len(word) for group in words for word in group)])
    joined_starts, joined = _joined(forms)

    def uses(rows: Codes) -> tuple[Floats, Floats]:
        of_form = np.repeat(np.bincount(rows, minlength=len(sizes)), sizes)
        return (
            np.bincount(form_family, of_form, minlength=len(families.letters)),
            np.bincount(form_given, of_form, minlength=len(givens.letters)),
        )

    family_uses, given_uses = uses(name)
    spellings, apart = word_starts[:-1], len(families.letters)
    family = _name_arrays(families, spellings[: apart + 1], numbers, family_uses, seen, 0.02)
    given = _name_arrays(givens, spellings[apart:], numbers, given_uses, seen, 0.002)

    no_words, lists = np.zeros(len(vocabulary)), np.unique(recorded.source)
    of_lists = [uses(name[recorded.source == each]) for each in lists]
    as_family = [_word_sums(len(vocabulary), family, each) for each, _ in of_lists]
    as_given = [_word_sums(len(vocabulary), given, each) for _, each in of_lists]
    by_list = [one + other for one, other in zip(as_family, as_given, strict=True)]
    near = with_short_forms(
        apart_from_own_names(variants(vocabulary, spelling), by_list),
        vocabulary,
        [(sources[each], words_) for each, words_ in zip(lists, as_given, strict=True)],
        sum(as_family, no_words),
    )
    word_sums = _with_variants(sum(by_list, no_words), near)
    arrays = ReportArrays(
        name=name,
        form_starts=forms.starts,
        form_family=form_family,
        form_given=form_given,
        family=family,
        given=given,
        korean=forms.korean,
        general=forms.general,
        initials_only=forms.masked,
        open=forms.open,
        alias=forms.alias,
        less_likely_order=forms.less_likely_order,
        family_firsts=forms.family_firsts,
        given_firsts=forms.given_firsts,
        word_log_share=_log_shares(word_sums, seen, _WORD_BACKGROUND),
        word_firsts=np.array([initials.bits(first_letters(each)) for each in vocabulary], np.int64),
        variants=near,
        first_word=int(word_starts[-2]),
        letter_starts=letter_starts,
        letters=letters,
        letter_sets=letter_sets(letter_starts, letters),
        joined_starts=joined_starts,
        joined=joined,
        sex=recorded.sex,
        birth=days[recorded.birth],
        origin=place[recorded.origin],
        relative=relative,
        father=father,
        occupation=recorded.occupation,
        number=recorded.number,
        text_starts=np.cumsum([0, *map(len, recorded.texts)]),
        text_letters=np.array([ord(char) for text in recorded.texts for char in text], np.int32),
        act_starts=recorded.act_starts,
        act_kind=recorded.act_kind.astype(np.int64),
        act_days=days[recorded.act_date],
        act_place=place[recorded.act_place],
        place_levels=places.compare(texts, read),
    )
    return Encoded(arrays, recorded.source, _keys(arrays, families, givens, _towns(read)))


def _forms(
    recorded: ReportColumns, sources: Sequence[SourceNames], names: ReadNames
) -> tuple[tuple[Codes, Codes, Codes], Forms]:
    """Forms of names, and the row of names of each report, its relative and its father."""
    ways = Indexer[SourceNames]()
    read = np.array(
        [ways(attrs.evolve(each, scripts=(), order_assumed=False)) for each in sources], np.int64
    )
    ways_ = list(ways.of)
    way_of = read[recorded.source] if len(recorded.source) else np.zeros(0, np.int64)
    name_rows, relatives, fathers = with_fathers(recorded, ways_, way_of)
    all_ = np.stack([recorded.names, relatives, fathers]).astype(np.int64) * max(len(ways_), 1)
    code = (all_ + way_of).ravel()
    distinct, row = np.unique(code, return_inverse=True)
    found = names.forms(
        (name_rows[at // len(ways_)], ways_[at % len(ways_)]) for at in distinct.tolist()
    )
    name, relative, father = row.astype(np.int32).reshape(3, -1)
    return (name, relative, father), found


def _joined(forms: Forms) -> tuple[Ints, Codes]:
    """The sounds of all words of each form that is compared by words, as one, given name first.

    Not of names that are rows of syllables: where one is cut is known, and each is a name.
    """
    rows = []
    for family, given, general in zip(
        forms.family.tolist(), forms.given.tolist(), forms.general.tolist(), strict=True
    ):
        first, last = forms.givens.words[given], forms.families.words[family]
        words = (*first, *last) if general and (last or len(first) == 1) else ()
        rows.append(sounds("".join(words)).removeprefix(UNWRITTEN))
    return coded(rows)


def _name_arrays(
    parts: NameParts,
    spellings: Ints,
    numbers: Mapping[str, int],
    uses: Floats,
    seen: int,
    background: float,
) -> NameArrays:
    """The arrays of parts, each used in so many reports; readings are sorted in a row."""
    rows = [sorted(row) for row in parts.readings]
    starts = np.cumsum([0, *map(len, rows)])
    values = np.array([value for row in rows for value, _ in row], np.int64)
    weights = np.array([weight for row in rows for _, weight in row], np.float64)
    weighted = weights * np.repeat(uses, np.diff(starts))
    sums = np.bincount(values, weighted, minlength=len(parts.reading.of))
    bag = np.cumsum([0, *map(len, parts.words)])
    bag_words = np.array([numbers[word] for part in parts.words for word in part], np.int64)
    log_share = _log_shares(sums, seen, background)
    return NameArrays(starts, values, weights, log_share, spellings, bag, bag_words)


def _log_shares(sums: Floats, seen: int, background: float) -> Floats:
    """How common readings or words are among the names of reports, in logarithms."""
    # few reports say little about how common a name is
    share = (sums + BACKGROUND_REPORTS * background) / (seen + BACKGROUND_REPORTS)
    return np.asarray(np.log(np.minimum(share, 1.0)), np.float64)


def _word_sums(count: int, part: NameArrays, uses: Floats) -> Floats:
    """How many names have each word in a part, the family name or the given name."""
    owner = np.repeat(np.arange(len(uses)), np.diff(part.bag))
    each = np.unique(owner * max(count, 1) + part.bag_words)  # twice in a part is once
    return np.bincount(each % max(count, 1), uses[each // max(count, 1)], minlength=count)


def _with_variants(sums: Floats, near: Variants) -> Floats:
    """How many names have a word or a spelling of it."""
    owner = np.repeat(np.arange(len(sums)), np.diff(near.starts))
    same = near.kinds == VARIANT
    return sums + np.bincount(owner[same], sums[near.words[same]], minlength=len(sums))


def _places(recorded: ReportColumns) -> tuple[list[str], Ints]:
    """Places that say something, and which each row of `recorded.places` is (last: none)."""
    numbers = Indexer[str]()
    rows = [places.read(text) for text in recorded.places]
    of = [
        numbers(text) if place.fine or place.wide else NO_KEY
        for text, place in zip(recorded.places, rows, strict=True)
    ]
    return list(numbers.of), np.array([*of, NO_KEY], np.int64)


def _towns(read: Sequence[places.PlaceKeys]) -> Ints:
    """A town of each place, by number; its province if it has none; of no place (last): none."""
    numbers = Indexer[str]()
    towns = [
        min([numbers(key) for key in sorted(place.fine) or [place.wide or ""]]) for place in read
    ]
    return np.array([*towns, NO_KEY], np.int64)


def _days(day: PartialDate | None) -> tuple[int, int]:
    """First and last day, by number; (0, 0) if not stated."""
    if day is None or (day.earliest is None and day.latest is None):
        return 0, 0
    first = day.earliest.toordinal() if day.earliest else -OPEN
    return first, day.latest.toordinal() if day.latest else OPEN


def _keys(
    arrays: ReportArrays, families: NameParts, givens: NameParts, towns: Ints
) -> dict[str, Ints]:
    """Blocking keys, one number for each report and key; `NO_KEY` is a missing value."""
    a = arrays
    first, last = a.form_starts[a.name], a.form_starts[a.name.astype(np.int64) + 1] - 1
    given_of = np.append(a.form_given, 0)
    named = np.diff(a.form_starts)[a.name] > 0
    given, sound = np.array(givens.keys, np.int64), np.array(givens.sounds, np.int64)
    return {
        "given": np.where(named, given[given_of[first]], NO_KEY),
        "sound": np.where(named, sound[given_of[first]], NO_KEY),
        "alias": np.where(named, given[given_of[last]], NO_KEY),
        "family": np.where(named, _family_keys(a, families, givens)[first], NO_KEY),
        "birth_year": _periods(a.birth, "Y", 366, 1970),
        "birth_day": _exact(a.birth),
        "sex": np.where(a.sex > 0, a.sex.astype(np.int64), NO_KEY),
        "origin": towns[a.origin],
        "event_year": _first(a.act_starts, _periods(a.act_days, "Y", 366, 1970)),
        "event_day": _first(a.act_starts, _exact(a.act_days)),
        "event_month": _first(a.act_starts, _periods(a.act_days, "M", 31, 12_000_000)),
        "event_place": towns[_first(a.act_starts, a.act_place)],
        "number": a.number.astype(np.int64),
    }


def _family_keys(a: ReportArrays, families: NameParts, givens: NameParts) -> Ints:
    """The key of each form's family name (last: none): its reading, or that of words.

    A name without a family name that is compared by words has its last word.
    """
    by_reading = _heaviest(a.family)[a.form_family]
    word, last = np.array(families.keys, np.int64), np.array(givens.ends, np.int64)
    by_word = np.where(a.form_family > 0, word[a.form_family], last[a.form_given])
    offset = len(families.reading.of)
    worded = a.general | (a.initials_only & (a.form_family > 0) & (by_word >= 0))
    found = np.where(worded, np.where(by_word >= 0, by_word + offset, NO_KEY), by_reading)
    return np.append(found, NO_KEY)


def reordered(encoded: Encoded, order: Ints) -> Encoded:
    """The same reports in another order: which of them is first, and so on; each once."""
    arrays = encoded.arrays
    sizes = np.diff(arrays.act_starts)[order]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    acts = np.arange(starts[-1]) + np.repeat(arrays.act_starts[:-1][order] - starts[:-1], sizes)
    one_each = ("name", "sex", "birth", "origin", "relative", "father", "occupation", "number")
    moved = arrays._replace(
        **{field: getattr(arrays, field)[order] for field in one_each},
        act_starts=starts,
        **{field: getattr(arrays, field)[acts] for field in ("act_kind", "act_days", "act_place")},
    )
    keys = {name: values[order] for name, values in encoded.keys.items()}
    return Encoded(moved, encoded.source[order], keys)


def _exact(days: Ints) -> Ints:
    """The day of each interval of one day; `NO_KEY` for wider ones."""
    return np.where((days[:, 0] == days[:, 1]) & (days[:, 0] != 0), days[:, 0], NO_KEY)


def _periods(days: Ints, unit: str, widest: int, first: int) -> Ints:
    """The year or month of each interval, 1970's being `first`; `NO_KEY` for wider ones."""
    recorded = (days[:, 0] > 0) & (days[:, 1] - days[:, 0] <= widest)
    middle = np.where(recorded, (days[:, 0] + days[:, 1]) // 2, _EPOCH)
    found = (middle - _EPOCH).astype("datetime64[D]").astype(f"datetime64[{unit}]")
    return np.where(recorded, found.astype(np.int64) + first, NO_KEY)


def _first(starts: Ints, values: Ints) -> Ints:
    """The first value of each row, `NO_KEY` where it has none."""
    return np.where(np.diff(starts) > 0, np.append(values, NO_KEY)[starts[:-1]], NO_KEY)


def _heaviest(rows: NameArrays) -> Ints:
    owner = np.repeat(np.arange(len(rows.starts) - 1), np.diff(rows.starts))
    order = np.lexsort((rows.values, -rows.weights, owner))
    return _first(rows.starts, rows.values[order])
