"""Evaluation of a linkage: against ground truth, a labelled sample, or its own draws."""

from uncounted.linkage.evaluation.calibration import Calibration
from uncounted.linkage.evaluation.clerical import ClericalEvaluation
from uncounted.linkage.evaluation.ground_truth import (
    TruthComparison,
    against_pairs,
    against_persons,
)
from uncounted.linkage.evaluation.labels import LabelledPairs, Persons, read_sample, read_truth
from uncounted.linkage.evaluation.self_reported import ExpectedAccuracy, expected_accuracy

__all__ = [
    "Calibration",
    "ClericalEvaluation",
    "ExpectedAccuracy",
    "LabelledPairs",
    "Persons",
    "TruthComparison",
    "against_pairs",
    "against_persons",
    "expected_accuracy",
    "read_sample",
    "read_truth",
]
