"""Evaluation of the linkage of a case file: against labels, from a sample, or model-based.

Labels name reports by source and id. Clerical decisions are no labels here: the linkage keeps
to them. Labelled pairs that had been decided are counted, and where all were, it is refused.

Match probabilities stated before a decision can be calibrated against it, but only for pairs of
a random sample. Pairs that `review` shows are chosen by what they do to N, and among pairs of
equal probability they are matches more often than others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import attrs

from uncounted.errors import BadInput, UsedWrongly
from uncounted.estimate.base.validation import level_of
from uncounted.linkage import Linkage
from uncounted.linkage.evaluation import clerical, sampling
from uncounted.linkage.evaluation.calibration import Calibration
from uncounted.linkage.evaluation.clerical import ClericalEvaluation
from uncounted.linkage.evaluation.ground_truth import (
    TruthComparison,
    against_pairs,
    against_persons,
)
from uncounted.linkage.evaluation.labels import LabelledPairs, Persons, read_sample, read_truth
from uncounted.linkage.evaluation.recalibration import Recalibrated
from uncounted.linkage.evaluation.sampling import Sample
from uncounted.linkage.evaluation.self_reported import ExpectedAccuracy, expected_accuracy
from uncounted.proof.canonical_json import JSONObject
from uncounted.vault.case import Case
from uncounted.workflow.calibration import check_design, recalibrate
from uncounted.workflow.csv_file import write_csv
from uncounted.workflow.link import decided, latest_linkage

__all__ = [
    "Calibration",
    "ClericalEvaluation",
    "EvaluationRequest",
    "ExpectedAccuracy",
    "LinkageEvaluation",
    "Recalibrated",
    "SampleDrawn",
    "TruthComparison",
    "evaluate",
    "sentences",
]


@attrs.frozen
class EvaluationRequest:
    """What a user asks of an evaluation: labels, a sample to draw, or neither."""

    truth: Path | None = None
    all_records: bool = False
    size: int | None = None
    out: Path | None = None
    labels: Path | None = None
    adjudicated_sample: Path | None = None
    encoding: str | None = None
    level: float = 0.95
    seed: int = 1

    def check(self) -> None:
        """Refuse options that do not go together.

        Raises:
            UsedWrongly: with what to do instead.
        """
        for conflicts, words, hint in _CONFLICTS:
            if conflicts(self):
                raise UsedWrongly(words, hint=hint)
        level_of(self.level)  # no range of numbers refuses one that is not a number


_CONFLICTS: tuple[tuple[Callable[[EvaluationRequest], object], str, str], ...] = (
    (
        lambda r: sum(each is not None for each in (r.truth, r.size, r.labels)) > 1,
        "--truth, --sample and --labels cannot be used together",
        "draw with --sample, fill in the file, then give it as --labels",
    ),
    (
        lambda r: (r.size is None) != (r.out is None),
        "--sample and --out must be used together",
        "uncounted evaluate CASE --sample 200 --out sample.csv",
    ),
    (
        lambda r: r.adjudicated_sample and (r.size is not None or r.labels),
        "--adjudicated-sample can only be used alone or with --truth",
        "it is for a sample whose labels went to uncounted decide; others go to --labels",
    ),
    (
        lambda r: r.all_records and r.truth is None,
        "--all-records needs --truth",
        "add --truth FILE",
    ),
)


@attrs.frozen
class LinkageEvaluation:
    """Accuracy of a linkage and calibration of its match probabilities.

    Attributes:
        accuracy: the figures.
        decided: labelled pairs that had been decided, to which the linkage keeps.
        recalibrated: stated probabilities compared with later answers, of pairs of a random
            sample; None where there are too few.
        in_doubt: pairs of that sample that were uncertain when they were decided; None: no
            sample was given.
        not_random: decided pairs that are in no sample that was given.
    """

    accuracy: TruthComparison | ClericalEvaluation | ExpectedAccuracy
    decided: int = 0
    recalibrated: Recalibrated | None = None
    in_doubt: int | None = None
    not_random: int = 0

    def to_json(self) -> JSONObject:
        """As plain values."""
        return {
            **self.accuracy.to_json(),
            "n_decided": self.decided,
            "recalibrated": self._recalibrated(),
            "n_uncertain_in_sample": self.in_doubt,
            "n_not_random": self.not_random,
        }

    def _recalibrated(self) -> JSONObject | None:
        """The calibration line, and with labels also each bin recalibrated."""
        if self.recalibrated is None:
            return None
        out = self.recalibrated.to_json()
        if not isinstance(self.accuracy, ExpectedAccuracy):
            bins = self.accuracy.calibration.bins
            recalibrated = [self.recalibrated.of(each.stated) for each in bins]
            out["bins"] = [
                {
                    "stated": each.stated,
                    "calibrated": p,
                    "interval": list(interval),
                    "true": each.true,
                }
                for each, (p, interval) in zip(bins, recalibrated, strict=True)
            ]
        return out


@attrs.frozen
class SampleDrawn:
    """A random sample of pairs, and the file to which it was written."""

    sample: Sample
    out: Path

    def to_json(self) -> JSONObject:
        """As plain values."""
        return {**self.sample.to_json(), "out": str(self.out)}


def evaluate(
    case: Case, request: EvaluationRequest, *, on: dt.date
) -> LinkageEvaluation | SampleDrawn:
    """Evaluate the linkage against labels or model-based; or draw a sample to be labelled.

    Raises:
        NotLinked: the reports have not been linked, or something has changed since.
        BadInput: a file is not what it should be, or names none of the reports.
        UsedWrongly: labelled pairs are said to be complete, or too few were to be drawn.
        NotEstimable: there is no pair to be drawn.
    """
    if request.size is not None and request.out is not None:
        return _draw_sample(case, request.out, request.size, request.seed, on)
    if request.labels is not None:
        return _from_sample(case, request, request.labels, on)
    if request.truth is not None:
        return _against_truth(case, request, request.truth, on)
    return _model_based(case, request, on)


def _model_based(case: Case, request: EvaluationRequest, on: dt.date) -> LinkageEvaluation:
    """The accuracy that the draws themselves expect, and what decisions say of them."""
    linkage = latest_linkage(case, on).linkage
    found = recalibrate(case, linkage, _sample(request), request.level)
    return LinkageEvaluation(
        expected_accuracy(linkage, level=request.level), 0, found.line, found.in_doubt, found.others
    )


def _against_truth(
    case: Case, request: EvaluationRequest, truth: Path, on: dt.date
) -> LinkageEvaluation:
    """Compare the linkage with a file of person ids, or of labelled pairs."""
    labels = read_truth(truth, encoding=request.encoding)
    if request.all_records and not isinstance(labels, Persons):
        raise UsedWrongly(
            "--all-records needs a file of people, not of pairs",
            hint="omit it, or give a file with source, report, person",
        )
    linkage, level = latest_linkage(case, on).linkage, request.level
    if isinstance(labels, Persons):
        accuracy = against_persons(linkage, labels, complete=request.all_records, level=level)
    else:
        accuracy = against_pairs(linkage, labels, level=level)
    pairs = _decided_pairs(case, linkage, labels)
    found = recalibrate(case, linkage, _sample(request), level)
    return LinkageEvaluation(accuracy, pairs, found.line, found.in_doubt, found.others)


def _from_sample(
    case: Case, request: EvaluationRequest, labels: Path, on: dt.date
) -> LinkageEvaluation:
    """Estimate precision and recall from a sample that `evaluate` drew, with its answers."""
    sample = read_sample(labels, encoding=request.encoding)
    opened = latest_linkage(case, on)
    linkage = opened.linkage
    accuracy = clerical.estimate(linkage, sample, level=request.level)
    check_design(case, linkage, sample, opened.reports, opened.languages)
    pairs = _decided_pairs(case, linkage, sample)
    if pairs and accuracy.relinked:
        raise BadInput(
            f"the linkage already follows decisions on {pairs} of these pairs,"
            " so they cannot evaluate it",
            hint="draw and label another sample; to check the earlier probabilities:"
            " uncounted evaluate CASE --adjudicated-sample FILE",
        )
    line = None if pairs else accuracy.calibration.line
    return LinkageEvaluation(accuracy, pairs, line, None, recalibrate(case, linkage).others)


def _draw_sample(case: Case, out: Path, size: int, seed: int, on: dt.date) -> SampleDrawn:
    """Write a file of pairs to be labelled by hand, drawn with known probabilities."""
    opened = latest_linkage(case, on)
    drawn = sampling.draw_sample(
        opened.linkage, sampling.near(opened.reports, opened.languages), size=size, seed=seed
    )
    write_csv(out, sampling.HEADER, drawn.rows)
    return SampleDrawn(drawn, out)


def _decided_pairs(case: Case, linkage: Linkage, labels: Persons | LabelledPairs) -> int:
    """How many of the labelled pairs had been decided."""
    decisions = {frozenset((one, other)) for one, other, _ in decided(case, linkage.keys)}
    at = linkage.index
    if isinstance(labels, Persons):
        known = {at[key] for key in labels.of if key in at}
        return sum(pair <= known for pair in decisions)
    pairs = {
        frozenset((at[row.one], at[row.two]))
        for row in labels.rows
        if row.one in at and row.two in at and row.same is not None
    }
    return len(decisions & pairs)


def _sample(request: EvaluationRequest) -> LabelledPairs | None:
    sample = request.adjudicated_sample
    return None if sample is None else read_sample(sample, encoding=request.encoding)


def sentences(found: TruthComparison | ClericalEvaluation, again: Recalibrated | None) -> list[str]:
    """What the curve shows, in words: numbers of links, the line of labels, and that of the lot."""
    curve = found.calibration
    words = [
        curve.verdict(),
        *curve.parts(),
        *([] if curve.line is None else [curve.line.verdict()]),
    ]
    if (
        isinstance(found, TruthComparison)
        and found.compared_with == "pairs"
        and curve.doubtful.pairs
    ):
        only = "; that is informative only if the pairs of the file are a random sample."
        words = [sentence.removesuffix(".") + only for sentence in words]
    if again is not None and again != curve.line:
        words.append(again.verdict())
    return words
