"""How good the linkage of a case file is: against labels, from a sample, or by its own opinion.

Labels name reports by source and id. What people decided is no label here: the linkage
keeps to it, so that it would be held against what it was told. Where that could happen it
is counted, and where it would be the whole answer it is refused.

What was stated before somebody decided can be held against the decision, but only of pairs
that were drawn by lot. Those that `review` shows are chosen by what they do to N, and of
pairs that are stated alike those are the same more often than others.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from uncounted.errors import BadInput, NotEstimable, UsedWrongly
from uncounted.proof import durable
from uncounted.vault.case import Case
from uncounted.workflow.link import decided, linked

if TYPE_CHECKING:
    from uncounted.linkage import Linkage
    from uncounted.linkage.evaluation import (
        ClericalEvaluation,
        Expected,
        LabelledPairs,
        Persons,
        TruthComparison,
    )
    from uncounted.linkage.evaluation.recalibration import Recalibrated
    from uncounted.linkage.evaluation.sampling import Sample
    from uncounted.records.report import Report

LEVEL = 0.95


@attrs.frozen
class Judged:
    """What was found, what it was held against, and how much of that the linkage was told.

    Attributes:
        found: the figures.
        told: labelled pairs that people had decided, and the linkage kept to.
        recalibrated: stated probabilities beside answers that came after, of pairs drawn by
            lot; None where there are too few.
        by_lot: pairs in doubt that were decided, and drawn by lot; None: no such sample was given.
        not_by_lot: decided pairs that are in no sample that was given, and so teach nothing.
        pictures: files that were written.
    """

    found: TruthComparison | ClericalEvaluation | Expected
    told: int = 0
    recalibrated: Recalibrated | None = None
    by_lot: int | None = None
    not_by_lot: int = 0
    pictures: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            **self.found.to_json(),
            "told": self.told,
            "recalibrated": self._again(),
            "by_lot": self.by_lot,
            "not_by_lot": self.not_by_lot,
            "pictures": list(self.pictures),
        }

    def _again(self) -> dict[str, Any] | None:
        """What decisions teach; with labels also each bin anew, and the error that is left."""
        from uncounted.linkage.evaluation import Expected

        if self.recalibrated is None:
            return None
        out = self.recalibrated.to_json()
        if not isinstance(self.found, Expected):
            bins = self.found.calibration.bins
            anew = [self.recalibrated.of(each.stated) for each in bins]
            out["bins"] = [
                {"stated": each.stated, "calibrated": p, "interval": list(ends), "true": each.true}
                for each, (p, ends) in zip(bins, anew, strict=True)
            ]
        return out


def opinion(
    case: Case,
    *,
    on: dt.date,
    level: float = LEVEL,
    drawn: Path | None = None,
    encoding: str | None = None,
) -> Judged:
    """What the draws themselves expect, without a label; and what decisions say of them.

    Args:
        case: an open case file that was linked.
        on: the day of use.
        level: of intervals.
        drawn: a sample whose answers were decided: those pairs were drawn by lot.
        encoding: of that file, where it cannot be told.

    Raises:
        NotLinked: the reports have not been linked, or something has changed since.
        BadInput: `drawn` is no sample, or its answers were not all decided.
    """
    from uncounted.linkage.evaluation import expected

    linkage = linked(case, on).linkage
    lot = recalibrate(case, linkage, _sample(drawn, encoding), level)
    return Judged(expected(linkage, level=level), 0, lot.line, lot.in_doubt, lot.others)


def against_truth(
    case: Case,
    truth: Path,
    *,
    complete: bool = False,
    level: float = LEVEL,
    pictures: Path | None = None,
    drawn: Path | None = None,
    encoding: str | None = None,
    on: dt.date,
) -> Judged:
    """Hold the linkage against a file of person ids, or of labelled pairs.

    Args:
        case: an open case file that was linked.
        truth: CSV: source, report, person; or source_1, report_1, source_2, report_2, same.
        complete: the people named are named in full.
        level: of intervals.
        pictures: a folder for the calibration curve.
        drawn: a sample whose answers were decided: those pairs were drawn by lot.
        encoding: of the files, where it cannot be told.
        on: the day of use.

    Raises:
        NotLinked: the reports have not been linked, or something has changed since.
        BadInput: the file is none of labels, or names none of the reports.
        UsedWrongly: labelled pairs are said to be complete.
    """
    from uncounted.linkage.evaluation import Persons, against_pairs, against_persons, read_truth

    labels = read_truth(truth, encoding=encoding)
    if complete and not isinstance(labels, Persons):
        raise UsedWrongly(
            "--complete says that people are named in full, and the file names pairs",
            hint="leave it out, or give a file of source, report, person",
        )
    linkage = linked(case, on).linkage
    if isinstance(labels, Persons):
        found = against_persons(linkage, labels, complete=complete, level=level)
    else:
        found = against_pairs(linkage, labels, level=level)
    told = _told(case, linkage, labels)
    lot = recalibrate(case, linkage, _sample(drawn, encoding), level)
    drawings = _draw(found, lot.line, pictures)
    return Judged(found, told, lot.line, lot.in_doubt, lot.others, drawings)


def from_sample(
    case: Case,
    labels: Path,
    *,
    level: float = LEVEL,
    pictures: Path | None = None,
    encoding: str | None = None,
    on: dt.date,
) -> Judged:
    """Estimate precision and recall from a sample that `draw_sample` drew, with its answers.

    Its pairs were drawn by lot, so they say too what stated probabilities should have been.

    Raises:
        NotLinked: the reports have not been linked, or something has changed since.
        BadInput: the file is no such sample, or the linkage was told its answers.
    """
    from uncounted.linkage.evaluation import clerical, read_sample

    sample = read_sample(labels, encoding=encoding)
    opened = linked(case, on)
    linkage = opened.linkage
    found = clerical.estimate(linkage, sample, level=level)
    _check_design(case, linkage, sample, opened.reports)
    told = _told(case, linkage, sample)
    if told and found.relinked:
        raise BadInput(
            f"the linkage was told the answers to {told} of these pairs, and agrees with them"
            " for that reason",
            hint="draw another sample, from the linkage as it is now, and label that; what it"
            " says of the probabilities before: uncounted evaluate CASE --drawn FILE",
        )
    again = None if told else found.calibration.line
    others = recalibrate(case, linkage).others
    return Judged(found, told, again, None, others, _draw(found, again, pictures))


def draw_sample(case: Case, out: Path, *, size: int, seed: int = 1, on: dt.date) -> Sample:
    """Write a file of pairs to be labelled by hand, drawn by lot with known chances.

    Raises:
        NotLinked: the reports have not been linked, or something has changed since.
        UsedWrongly: too few pairs were asked for.
        NotEstimable: there is no pair to be drawn.
    """
    from uncounted.linkage.evaluation import sampling

    opened = linked(case, on)
    drawn = sampling.draw(opened.linkage, sampling.near(opened.reports), size=size, seed=seed)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(sampling.HEADER)
    writer.writerows(drawn.rows)
    durable.write(out, text.getvalue().encode(), private=True)
    return drawn


def _told(case: Case, linkage: Linkage, labels: Persons | LabelledPairs) -> int:
    """Of the labelled pairs, those that people decided."""
    from uncounted.linkage.evaluation import Persons
    from uncounted.linkage.evaluation.ground_truth import index_of

    said = {frozenset((one, other)) for one, other, _ in decided(case, linkage.keys)}
    at = index_of(linkage)
    if isinstance(labels, Persons):
        known = {at[key] for key in labels.of if key in at}
        return sum(pair <= known for pair in said)
    pairs = {
        frozenset((at[row.one], at[row.two]))
        for row in labels.rows
        if row.one in at and row.two in at and row.same is not None
    }
    return len(said & pairs)


def _sample(drawn: Path | None, encoding: str | None) -> LabelledPairs | None:
    from uncounted.linkage.evaluation import read_sample

    return None if drawn is None else read_sample(drawn, encoding=encoding)


@attrs.frozen
class Lot:
    """What decided pairs teach of stated probabilities: those of a sample, and no others.

    Attributes:
        line: None where the pairs in doubt are too few.
        in_doubt: decided pairs of the sample that were stated between .05 and .95; None: no sample.
        others: decided pairs that are in none.
    """

    line: Recalibrated | None
    in_doubt: int | None
    others: int


def recalibrate(
    case: Case, linkage: Linkage, sample: LabelledPairs | None = None, level: float = LEVEL
) -> Lot:
    """Hold what linkages stated against what people decided afterwards, of pairs of a sample.

    Of each pair that is decided, the linkage counts that was the latest before the first
    decision on it. A pair that earlier decisions joined, by way of other reports, is left
    out: no linkage is held against what it was told.

    Args:
        case: an open case file.
        linkage: the latest.
        sample: a sample that was drawn by lot, and whose answers were decided.
        level: of intervals.

    Raises:
        BadInput: answers of the sample were not decided; those that were are then no lot.
    """
    import numpy as np

    from uncounted.linkage.evaluation.calibration import in_doubt
    from uncounted.linkage.evaluation.recalibration import recalibrated

    told = list(_foretold(case))
    if sample is None:
        return Lot(None, None, len(told))
    _check_design(case, linkage, sample)
    _check_decided(case, linkage, sample)
    rows = {frozenset((r.one, r.two)): r for r in sample.rows if r.same is not None}
    ours = [each for each in told if each.pair in rows]
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
        by="pairs drawn by lot and then decided",
    )
    return Lot(line, len(doubt), len(told) - len(ours))


def _check_design(
    case: Case, linkage: Linkage, sample: LabelledPairs, reports: Sequence[Report] = ()
) -> None:
    """Refuse a sample whose strata and their sizes are those of no linkage of this case file.

    What a pair stands for is in its columns, and a spreadsheet can change a column. A linkage
    that was forgotten (after a withdrawal, say) cannot be asked any more.
    """
    from uncounted.linkage import Linkage
    from uncounted.linkage.evaluation import sampling as drawing

    if drawing.is_of(linkage, sample.rows):
        _check_sharing(linkage, sample, reports)
        return
    made = [entry.seq for entry in case.entries() if entry.kind == "linkage"]
    for seq in reversed(made[:-1]):
        stored = case.stored(seq)
        if stored is None or not stored.payload:
            return
        if drawing.is_of(Linkage.from_bytes(stored.payload), sample.rows):
            return
    raise BadInput(
        "the columns stratum and of are those of no linkage of this case file, so it cannot be"
        " told what each pair stands for",
        hint="give the file as it was drawn, from this case file: only `same` is yours",
    )


def _check_sharing(linkage: Linkage, sample: LabelledPairs, reports: Sequence[Report]) -> None:
    """The same for pairs that no draw links: how many there are is told by the reports."""
    from uncounted.linkage.evaluation import sampling as drawing

    stated = {row.stratum: row for row in sample.rows}
    if not reports or not stated.keys() & drawing.UNLINKED:
        return
    sizes = drawing.sharing_sizes(linkage, drawing.near(reports))
    for letter in sorted(stated.keys() & drawing.UNLINKED):
        if stated[letter].of != sizes.get(letter):
            raise BadInput(
                f"row {stated[letter].row}: its stratum has another size in this case file, so it"
                " cannot be told what the pair stands for",
                hint="give the file as it was drawn: only `same` is yours",
            )


def _check_decided(case: Case, linkage: Linkage, sample: LabelledPairs) -> None:
    """Refuse a sample of which some answers were decided and others not: who chose them?"""
    from uncounted.linkage.evaluation.ground_truth import composed, index_of

    at = index_of(linkage)
    done = {frozenset(composed(key) for key in each.pair) for each in case.decisions()}
    asked = [row for row in sample.rows if row.same is not None and {row.one, row.two} <= at.keys()]
    lacking = [row.row for row in asked if frozenset((row.one, row.two)) not in done]
    if lacking:
        raise BadInput(
            f"{len(lacking)} of {len(asked)} answers of the sample were not decided (row"
            f" {lacking[0]} is the first), so those that were are no lot",
            hint="uncounted decide CASE --file FILE takes all of them; link again, then --drawn."
            " Answers that the linkage is not told go to --labels",
        )


@attrs.frozen
class _Foretold:
    """A decided pair, what was stated before it was first decided, and what was decided.

    `group` is that within which pairs hang together: the linkage, and the room in it.
    """

    pair: frozenset[tuple[str, str]] = attrs.field(repr=False)
    stated: float
    same: bool
    group: tuple[int, int]


def _foretold(case: Case) -> Iterator[_Foretold]:
    """Each decided pair that a linkage had a probability for, which it had not been told."""
    made = [entry.seq for entry in case.entries() if entry.kind == "linkage"]
    ever = case.every_decision()
    first: dict[Any, int] = {}
    for decision in ever:
        first.setdefault(decision.pair, decision.entry.seq)
    by_linkage: dict[int, list[Any]] = {}
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
    payload: bytes, seq: int, before: Sequence[Any], decisions: Sequence[Any]
) -> Iterator[_Foretold]:
    """What one linkage stated of the pairs; `before` are those that it had been told of."""
    import numpy as np

    from uncounted.linkage import Linkage
    from uncounted.linkage.evaluation.calibration import StatedPairs, rooms
    from uncounted.linkage.evaluation.ground_truth import composed, index_of
    from uncounted.linkage.sampler.candidate_graph import connected

    linkage = Linkage.from_bytes(payload)
    at, count = index_of(linkage), len(linkage.keys)

    def places(pairs: Sequence[Any]) -> tuple[Any, Any]:
        ends = [sorted(at[composed(key)] for key in pair) for pair in pairs]
        one, two = np.array(ends, np.int64).reshape(-1, 2).T
        return one, two

    def there(pair: Any) -> bool:
        return all(composed(key) in at for key in pair)

    told = connected(count, *places([pair for pair in before if there(pair)]))
    kept = [decision for decision in decisions if there(decision.pair)]
    one, two = places([decision.pair for decision in kept])
    stated = np.asarray((linkage.labels[:, one] == linkage.labels[:, two]).mean(axis=0), np.float64)
    room = rooms(count, StatedPairs.of(linkage.labels), StatedPairs(one, two, stated))
    for decision, p, which, known in zip(kept, stated, room, told[one] == told[two], strict=True):
        if not known:
            pair = frozenset(composed(key) for key in decision.pair)
            yield _Foretold(pair, float(p), decision.same, (seq, int(which)))


def sentences(found: TruthComparison | ClericalEvaluation, again: Recalibrated | None) -> list[str]:
    """What the curve shows, in words: numbers of links, the line of labels, and that of the lot."""
    from uncounted.linkage.evaluation import TruthComparison

    curve = found.calibration
    told = [
        curve.verdict(),
        *curve.parts(),
        *([] if curve.line is None else [curve.line.verdict()]),
    ]
    if isinstance(found, TruthComparison) and found.against == "pairs" and curve.doubtful.pairs:
        only = "; that says something only if the pairs of the file were drawn by lot."
        told = [sentence.removesuffix(".") + only for sentence in told]
    if again is not None and again != curve.line:
        told.append(again.verdict())
    return told


def _draw(
    found: TruthComparison | ClericalEvaluation, again: Recalibrated | None, folder: Path | None
) -> tuple[str, ...]:
    """Write the calibration curve, if a folder is given.

    Raises:
        NotEstimable: no labelled pair is in any draw, so there is no curve.
        AlreadyThere: the pictures exist.
    """
    from uncounted.publish.plots import save_plots
    from uncounted.publish.plots.calibration import CalibrationBin, calibration

    if folder is None:
        return ()
    if not found.calibration.bins:
        raise NotEstimable(
            "no draw links a labelled pair, so there is no curve to be drawn",
            hint="leave --pictures out, or label pairs that uncounted review shows",
        )
    shares = [
        CalibrationBin(
            each.stated,
            each.true,
            each.interval,
            each.pairs,
            *(() if again is None else again.of(each.stated)),
        )
        for each in found.calibration.bins
    ]
    drawn = calibration(shares, " ".join(sentences(found, again)), level=found.level)
    return tuple(str(path) for path in save_plots([drawn], folder))
