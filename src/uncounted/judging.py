"""How good the linkage of a case file is: against labels, from a sample, or by its own opinion.

Labels name reports by source and id. What people decided is no label here: the linkage
keeps to it, so that it would be held against what it was told. Where that could happen it
is counted, and where it would be the whole answer it is refused.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from uncounted.counting import decided, linked
from uncounted.errors import BadInput, NotEstimable, UsedWrongly
from uncounted.proof import durable
from uncounted.vault.case import Case

if TYPE_CHECKING:
    from uncounted.linkage import Linkage
    from uncounted.linkage.evaluation import Clerical, Expected, Held, LabelledPairs, Persons
    from uncounted.linkage.evaluation.recalibrate import Recalibrated
    from uncounted.linkage.evaluation.sample import Sample

LEVEL = 0.95


@attrs.frozen
class Judged:
    """What was found, what it was held against, and how much of that the linkage was told.

    Attributes:
        found: the figures.
        told: labelled pairs that people had decided, and the linkage kept to.
        recalibrated: stated probabilities beside decisions that came after; None where
            there are too few.
        pictures: files that were written.
    """

    found: Held | Clerical | Expected
    told: int = 0
    recalibrated: Recalibrated | None = None
    pictures: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            **self.found.to_json(),
            "told": self.told,
            "recalibrated": self._again(),
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
            anew = [self.recalibrated.of(each.stated)[0] for each in bins]
            out["bins"] = [
                {"stated": each.stated, "calibrated": p, "true": each.true}
                for each, p in zip(bins, anew, strict=True)
            ]
        return out


def opinion(case: Case, *, on: dt.date, level: float = LEVEL) -> Judged:
    """What the draws themselves expect, without a label; and what decisions say of them.

    Raises:
        NotLinked: the reports have not been linked, or something has changed since.
    """
    from uncounted.linkage.evaluation import expected

    linkage = linked(case, on).linkage
    return Judged(expected(linkage, level=level), recalibrated=recalibrate(case, level))


def against_truth(
    case: Case,
    truth: Path,
    *,
    complete: bool = False,
    level: float = LEVEL,
    pictures: Path | None = None,
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
        encoding: of the file, where it cannot be told.
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
    told, again = _told(case, linkage, labels), recalibrate(case, level)
    return Judged(found, told, again, _draw(found, again, pictures))


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

    Raises:
        NotLinked: the reports have not been linked, or something has changed since.
        BadInput: the file is no such sample, or the linkage was told its answers.
    """
    from uncounted.linkage.evaluation import clerical, read_sample

    sample = read_sample(labels, encoding=encoding)
    linkage = linked(case, on).linkage
    found = clerical.estimate(linkage, sample, level=level)
    told = _told(case, linkage, sample)
    if told and found.relinked:
        raise BadInput(
            f"the linkage was told the answers to {told} of these pairs, and agrees with them"
            " for that reason",
            hint="draw another sample, from the linkage as it is now, and label that",
        )
    again = recalibrate(case, level)
    return Judged(found, told, again, _draw(found, again, pictures))


def draw_sample(case: Case, out: Path, *, size: int, seed: int = 1, on: dt.date) -> Sample:
    """Write a file of pairs to be labelled by hand, drawn by lot with known chances.

    Raises:
        NotLinked: the reports have not been linked, or something has changed since.
        UsedWrongly: too few pairs were asked for.
        NotEstimable: there is no pair to be drawn.
    """
    from uncounted.linkage.evaluation import sample

    opened = linked(case, on)
    drawn = sample.draw(opened.linkage, sample.near(opened.reports), size=size, seed=seed)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(sample.HEADER)
    writer.writerows(drawn.rows)
    durable.write(out, text.getvalue().encode(), private=True)
    return drawn


def _told(case: Case, linkage: Linkage, labels: Persons | LabelledPairs) -> int:
    """Of the labelled pairs, those that people decided."""
    from uncounted.linkage.evaluation import Persons
    from uncounted.linkage.evaluation.known import index_of

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


def recalibrate(case: Case, level: float = LEVEL) -> Recalibrated | None:
    """Hold what linkages stated against what people decided afterwards.

    Of each pair that is decided, the linkage counts that was the latest before the first
    decision on it. A pair that earlier decisions joined, by way of other reports, is left
    out: no linkage is held against what it was told.
    """
    from uncounted.linkage.evaluation.recalibrate import recalibrated

    stated, same, group = [], [], []
    for p, answer, which in _foretold(case):
        stated.append(p)
        same.append(answer)
        group.append(which)
    return recalibrated(stated, same, group, level=level)


def _foretold(case: Case) -> Iterator[tuple[float, bool, tuple[int, int]]]:
    """Of each decided pair: what was stated before it was first decided, and what was decided.

    The third is the group within which pairs hang together: the linkage, and the group of
    reports in it.
    """
    import numpy as np

    from uncounted.linkage import Linkage
    from uncounted.linkage.evaluation.calibration import Pairs
    from uncounted.linkage.evaluation.known import components, index_of

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
        linkage = Linkage.from_bytes(stored.payload)
        at = index_of(linkage)
        before = [[at.get(key) for key in each.pair] for each in ever if each.entry.seq < seq]
        known = np.array([ends for ends in before if None not in ends], np.int64).reshape(-1, 2)
        told = components(len(linkage.keys), known[:, 0], known[:, 1])
        pairs = Pairs.of(linkage.labels)
        group = components(len(linkage.keys), pairs.left, pairs.right)
        for decision in decisions:
            one, other = (at.get(key) for key in decision.pair)
            if one is None or other is None or told[one] == told[other]:
                continue
            p = float(np.mean(linkage.labels[:, one] == linkage.labels[:, other]))
            yield p, decision.same, (seq, int(group[one]))


def _draw(
    found: Held | Clerical, again: Recalibrated | None, folder: Path | None
) -> tuple[str, ...]:
    """Write the calibration curve, if a folder is given.

    Raises:
        NotEstimable: no labelled pair is in any draw, so there is no curve.
        AlreadyThere: the pictures exist.
    """
    from uncounted.publish.pictures import save_all
    from uncounted.publish.pictures.calibration import Share, calibration

    if folder is None:
        return ()
    if not found.calibration.bins:
        raise NotEstimable(
            "no draw links a labelled pair, so there is no curve to be drawn",
            hint="leave --pictures out, or label pairs that uncounted review shows",
        )
    shares = [
        Share(
            each.stated,
            each.true,
            each.interval,
            each.pairs,
            None if again is None else again.of(each.stated)[0],
        )
        for each in found.calibration.bins
    ]
    words = found.calibration.verdict() + ("" if again is None else f" {again.verdict()}")
    drawn = calibration(shares, words, level=found.level)
    return tuple(str(path) for path in save_all([drawn], folder))
