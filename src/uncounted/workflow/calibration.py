"""Calibration of match probabilities by clerical decisions that were made after they were stated.

Only decided pairs of a random sample count: the case file's earlier linkages are read back for
what they stated before the first decision on each pair.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import attrs
import numpy as np

from uncounted.errors import BadInput
from uncounted.linkage import Linkage
from uncounted.linkage.arrays import Ints, connected
from uncounted.linkage.encoding.source_names import NOT_STATED, Stated
from uncounted.linkage.evaluation import sampling
from uncounted.linkage.evaluation.calibration import StatedPairs, in_doubt, rooms
from uncounted.linkage.evaluation.labels import LabelledPairs
from uncounted.linkage.evaluation.recalibration import Recalibrated, recalibrated
from uncounted.linkage.result import composed
from uncounted.records.report import Report
from uncounted.vault.case import Case
from uncounted.vault.log.bodies import Pair
from uncounted.vault.reports.decisions import Decision


@attrs.frozen
class DecidedSample:
    """Calibration by decided pairs: those of a random sample, and no others.

    Attributes:
        line: None where the pairs in doubt are too few.
        in_doubt: decided pairs of the sample that were stated between .05 and .95; None: no sample.
        others: decided pairs that are in none.
    """

    line: Recalibrated | None
    in_doubt: int | None
    others: int


def recalibrate(
    case: Case, linkage: Linkage, sample: LabelledPairs | None = None, level: float = 0.95
) -> DecidedSample:
    """Hold what linkages stated against what people decided afterwards, of pairs of a sample.

    Of each pair that is decided, the linkage counts that was the latest before the first
    decision on it. A pair that earlier decisions joined, by way of other reports, is left
    out: no linkage is held against what it was told.

    Raises:
        BadInput: answers of the sample were not decided; those that were are then no lot.
    """
    stated_before = list(_stated_before(case))
    if sample is None:
        return DecidedSample(None, None, len(stated_before))
    check_design(case, linkage, sample)
    _check_decided(case, linkage, sample)
    rows = {frozenset((r.one, r.two)): r for r in sample.rows if r.same is not None}
    ours = [each for each in stated_before if each.pair in rows]
    answered = Counter(rows[each.pair].stratum for each in ours)
    stated = np.array([each.stated for each in ours], np.float64)
    weight = [rows[each.pair].of / answered[rows[each.pair].stratum] for each in ours]
    doubt = np.flatnonzero(in_doubt(stated)).tolist()
    line = recalibrated(
        stated[doubt],
        [ours[at].same for at in doubt],
        [ours[at].group for at in doubt],
        weight=[weight[at] for at in doubt],
        level=level,
        by="randomly sampled pairs that were decided",
    )
    return DecidedSample(line, len(doubt), len(stated_before) - len(ours))


def check_design(
    case: Case,
    linkage: Linkage,
    sample: LabelledPairs,
    reports: Sequence[Report] = (),
    languages: Stated = NOT_STATED,
) -> None:
    """Refuse a sample whose strata and their sizes are those of no linkage of this case file.

    What a pair stands for is in its columns, and a spreadsheet can change a column. A linkage
    that was forgotten (after a withdrawal, say) cannot be asked any more.
    """
    if sampling.is_of(linkage, sample.rows):
        _check_sharing(linkage, sample, reports, languages)
        return
    made = [entry.seq for entry in case.entries() if entry.kind == "linkage"]
    for seq in reversed(made[:-1]):
        stored = case.stored(seq)
        if stored is None or not stored.payload:
            return
        if sampling.is_of(Linkage.from_bytes(stored.payload), sample.rows):
            return
    raise BadInput(
        "the columns stratum and of do not belong to a linkage of this case"
        " file: the weights of the pairs are unknown",
        hint="use the file as it was drawn from this case file; change only `same`",
    )


def _check_sharing(
    linkage: Linkage, sample: LabelledPairs, reports: Sequence[Report], languages: Stated
) -> None:
    """The same for pairs that no draw links: their number follows from the reports."""
    stated = {row.stratum: row for row in sample.rows}
    if not reports or not stated.keys() & sampling.UNLINKED:
        return
    sizes = sampling.sharing_sizes(linkage, sampling.near(reports, languages))
    for letter in sorted(stated.keys() & sampling.UNLINKED):
        if stated[letter].of != sizes.get(letter):
            raise BadInput(
                f"row {stated[letter].row}: its stratum has another size in this"
                " case file: the weight of the pair is unknown",
                hint="use the file as it was drawn; change only `same`",
            )


def _check_decided(case: Case, linkage: Linkage, sample: LabelledPairs) -> None:
    """Refuse a sample of which some answers were decided and others not: who chose them?"""
    at = linkage.index
    done = {frozenset(composed(key) for key in each.pair) for each in case.decisions()}
    answers = [
        row for row in sample.rows if row.same is not None and {row.one, row.two} <= at.keys()
    ]
    lacking = [row.row for row in answers if frozenset((row.one, row.two)) not in done]
    if lacking:
        raise BadInput(
            f"{len(lacking)} of {len(answers)} answers of the sample were not"
            f" decided (row {lacking[0]} is the first), so the decided ones are"
            " not a random sample",
            hint="uncounted decide CASE --file FILE takes all of them; run uncounted"
            " link again, then --adjudicated-sample. Labels that were not"
            " decided go to --labels",
        )


@attrs.frozen
class _StatedBefore:
    """A decided pair, what was stated before it was first decided, and what was decided.

    `group` is that within which pairs hang together: the linkage, and the room in it.
    """

    pair: frozenset[tuple[str, str]] = attrs.field(repr=False)
    stated: float
    same: bool
    group: tuple[int, int]


def _stated_before(case: Case) -> Iterator[_StatedBefore]:
    """Each decided pair that a linkage had a probability for, which it had not been told."""
    made = [entry.seq for entry in case.entries() if entry.kind == "linkage"]
    ever = case.every_decision()
    first: dict[Pair, int] = {}
    for decision in ever:
        first.setdefault(decision.pair, decision.entry.seq)
    by_linkage: dict[int, list[Decision]] = {}
    for decision in case.decisions():
        earlier = [seq for seq in made if seq < first[decision.pair]]
        if earlier:
            by_linkage.setdefault(earlier[-1], []).append(decision)
    for seq, decisions in sorted(by_linkage.items()):
        stored = case.stored(seq)
        if stored is None or not stored.payload:
            continue
        before = [each.pair for each in ever if each.entry.seq < seq]
        yield from _stated_by(stored.payload, seq, before, decisions)


def _stated_by(
    payload: bytes, seq: int, before: Sequence[Pair], decisions: Sequence[Decision]
) -> Iterator[_StatedBefore]:
    """What one linkage stated of the pairs; `before` are those that it had been told of."""
    linkage = Linkage.from_bytes(payload)
    at, count = linkage.index, len(linkage.keys)

    def places(pairs: Sequence[Pair]) -> tuple[Ints, Ints]:
        both = [sorted(at[composed(key)] for key in pair) for pair in pairs]
        one, two = np.array(both, np.int64).reshape(-1, 2).T
        return one, two

    def there(pair: Pair) -> bool:
        return all(composed(key) in at for key in pair)

    joined = connected(count, *places([pair for pair in before if there(pair)]))
    kept = [decision for decision in decisions if there(decision.pair)]
    one, two = places([decision.pair for decision in kept])
    stated = linkage.together(one, two)
    room = rooms(count, StatedPairs.of(linkage.labels), StatedPairs(one, two, stated))
    for decision, p, which, known in zip(
        kept, stated, room, joined[one] == joined[two], strict=True
    ):
        if not known:
            pair = frozenset(composed(key) for key in decision.pair)
            yield _StatedBefore(pair, float(p), decision.same, (seq, int(which)))
