"""How many: numbers only.

From a `CaptureTable` to estimates of how many people there are in all, those on no
list included. Nothing here has ever seen a person, and nothing is estimated that
should be refused.
"""

from uncounted.estimate.chao import chao
from uncounted.estimate.checks import check, islands
from uncounted.estimate.decomposable import (
    GammaPoissonPrior,
    InversePrior,
    decomposable,
)
from uncounted.estimate.result import Estimate, Study
from uncounted.estimate.sensitivity import saturated, tipping, with_xi, xi_table
from uncounted.estimate.study import METHODS, run, run_over

__all__ = [
    "METHODS",
    "Estimate",
    "GammaPoissonPrior",
    "InversePrior",
    "Study",
    "chao",
    "check",
    "decomposable",
    "islands",
    "run",
    "run_over",
    "saturated",
    "tipping",
    "with_xi",
    "xi_table",
]
