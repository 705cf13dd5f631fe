"""Where family names stand in the names of each source that are written in one cell.

Lists follow different customs: Bego Oric, ORIC Bego, Nguyen Van An. Counted are words in capitals
beside others; words that begin names of one list and end those of another; and which words belong
to one sex, as given names mostly do and family names do not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import attrs
import numpy as np

from uncounted.linkage.arrays import Floats
from uncounted.linkage.encoding.columns import ReportColumns
from uncounted.records.names import general
from uncounted.records.names.forms import Order
from uncounted.records.names.languages.pack import Language
from uncounted.records.names.sounds import sounds

MOST_REPORTS = 20_000  # of a source that are looked at
_FEWEST = 10  # names of a source, for its capitals to count
_CAPITALS = 0.8  # share of names with capitals at one end alone that makes them a custom
_ENOUGH = 30  # pairs of reports of two sources with a word in common, at the least
_CLEAR = 3.0  # times as many pairs of a word at the same end as at opposite ones, or the reverse
_OFTEN, _WORDS = 3, 5  # reports of a word for its sex to count, and such words at either end
_MORE_OF_ONE_SEX = 0.15  # pairs of reports with one given name are of one sex more often
_OTHER: dict[Order, Order] = {"first": "last", "last": "first"}


@attrs.frozen
class _Ends:
    """First and last words of the names of a source, by sound, in how many reports of each sex."""

    words: tuple[Counter[str], Counter[str]]
    by_sex: tuple[Counter[tuple[str, int]], Counter[tuple[str, int]]]
    capitals: Order | None


def orders(
    recorded: ReportColumns,
    languages: Sequence[Language | None],
    by_ending: Sequence[Order | None],
    to_find: Sequence[bool],
) -> list[tuple[Order | None, bool]]:
    """Where the family name stands in each source, if that is known, and whether it is assumed.

    Of sources with opposite orders, of which nothing else is known, it is assumed that most names
    have the given name first.

    Parameters
    ----------
    recorded : ReportColumns
    languages : sequence of Language or None
        Of the names in Latin letters of each source.
    by_ending : sequence of {"first", "last"} or None
        What endings of the language say; it is not changed.
    to_find : sequence of bool
        Sources whose names have an order that is to be found.
    """
    ends = [
        _ends(recorded, source, language) if which else None
        for source, (language, which) in enumerate(zip(languages, to_find, strict=True))
    ]
    own = [
        order or (each.capitals if each else None)
        for order, each in zip(by_ending, ends, strict=True)
    ]
    out: list[tuple[Order | None, bool]] = [(order, False) for order in own]
    for group in _groups(_same_way(ends)):
        order, assumed = _order_of(group, ends, own)
        for source, same_way in group.items():
            if order and not own[source]:
                out[source] = (order if same_way else _OTHER[order]), assumed
    return out


def _ends(recorded: ReportColumns, source: int, language: Language | None) -> _Ends:
    at = np.flatnonzero(recorded.source == source)
    at = at[:: len(at) // MOST_REPORTS + 1]
    both = Counter[str](), Counter[str]()
    by_sex = Counter[tuple[str, int]](), Counter[tuple[str, int]]()
    capitals = Counter[Order | None]()
    for row, sex in zip(recorded.names[at].tolist(), recorded.sex[at].tolist(), strict=True):
        for name in recorded.name_rows[row][:1]:
            words = general.words(name.written, language)
            if name.family or name.given or "," in name.written or len(words) < 2:
                continue
            for word, count, of_sex in zip((words[0], words[-1]), both, by_sex, strict=True):
                count[sounds(word)] += 1
                if sex:
                    of_sex[sounds(word), sex] += 1
            capitals[_in_capitals(name.written)] += 1
    order, many = max(capitals.items(), key=lambda each: each[1], default=(None, 0))
    clear = many >= max(_CAPITALS * capitals.total(), _FEWEST)
    return _Ends(both, by_sex, order if clear else None)


def _in_capitals(written: str) -> Order | None:
    """Which end of a name is in capitals, where the other is not."""
    words = ["".join(filter(str.isalpha, word)) for word in written.split()]
    words = [word for word in words if len(word) > 1]
    if len(words) < 2 or words[0].isupper() == words[-1].isupper():
        return None
    return "first" if words[0].isupper() else "last"


def _same_way(ends: Sequence[_Ends | None]) -> Floats:
    """Of each two sources: 1 if words end their names at the same end, -1 if at opposite ones."""
    found = np.zeros((len(ends), len(ends)))
    for s, one in enumerate(ends):
        for t, other in enumerate(ends[:s]):
            if one is None or other is None:
                continue
            (a, b), (c, d) = one.words, other.words
            same, opposite = _pairs(a, c) + _pairs(b, d), _pairs(a, d) + _pairs(b, c)
            if same + opposite < _ENOUGH:
                continue
            if max(same, opposite) > _CLEAR * min(same, opposite):
                found[s, t] = found[t, s] = 1 if same > opposite else -1
    return found


def _pairs(one: Counter[str], other: Counter[str]) -> int:
    """Pairs of reports of two sources with one word."""
    return sum(times * other[word] for word, times in one.items())


def _groups(same_way: Floats) -> list[dict[int, bool]]:
    """Sources in groups; of each, whether its names go the same way as those of the first."""
    groups: list[dict[int, bool]] = []
    for start in range(len(same_way)):
        if any(start in group for group in groups):
            continue
        group, todo = {start: True}, [start]
        for at in todo:
            for other in np.flatnonzero(same_way[at]).tolist():
                if other not in group:
                    group[other] = group[at] == (same_way[at, other] > 0)
                    todo.append(other)
        groups.append(group)
    return groups


def _order_of(
    group: dict[int, bool], ends: Sequence[_Ends | None], own: Sequence[Order | None]
) -> tuple[Order | None, bool]:
    """Where the family name stands in the first source of a group, and whether that is assumed."""
    votes = Counter[Order]()
    for source, same_way in group.items():
        if order := own[source]:
            each = ends[source]
            votes[order if same_way else _OTHER[order]] += each.words[0].total() if each else 1
    if votes:
        return votes.most_common(1)[0][0], False
    by_sex = Counter[tuple[str, int]](), Counter[tuple[str, int]]()
    names = 0
    for source, same_way in group.items():
        if each := ends[source]:
            for end, count in enumerate(each.by_sex):
                by_sex[end if same_way else 1 - end].update(count)
            names += each.words[0].total() * (1 if same_way else -1)
    first, last = map(_of_one_sex, by_sex)
    if abs(first - last) >= _MORE_OF_ONE_SEX:
        return ("last" if first > last else "first"), False
    if all(group.values()):
        return None, False
    return ("last" if names > 0 else "first"), True


def _of_one_sex(count: Counter[tuple[str, int]]) -> float:
    """How often two reports with one word are of one sex: the mean of words; NaN of few words."""
    sexes: dict[str, list[int]] = {}
    for (word, _), times in count.items():
        sexes.setdefault(word, []).append(times)
    shares = [
        sum(times * (times - 1) for times in each) / (sum(each) * (sum(each) - 1))
        for each in sexes.values()
        if sum(each) >= _OFTEN
    ]
    return float(np.mean(shares)) if len(shares) >= _WORDS else np.nan
