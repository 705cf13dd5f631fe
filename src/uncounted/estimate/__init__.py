"""How many: numbers only.

From a `CaptureTable` to estimates of how many people there are in all, those on no
list included. Nothing here has ever seen a person, and nothing is estimated that
should be refused.
"""

from uncounted.estimate.chao import chao
from uncounted.estimate.checks import check, islands
from uncounted.estimate.coverage import sample_coverage
from uncounted.estimate.decomposable import (
    GammaPoissonPrior,
    InversePrior,
    decomposable,
)
from uncounted.estimate.identify import identify
from uncounted.estimate.independence import independence
from uncounted.estimate.latent_class import latent_class
from uncounted.estimate.loglinear import log_linear
from uncounted.estimate.result import Estimate, Study
from uncounted.estimate.sensitivity import saturated, tipping, with_xi, xi_table
from uncounted.estimate.stepwise import log_linear_stepwise
from uncounted.estimate.study import METHODS, run, run_over
from uncounted.estimate.two_lists import pairs, two_list
from uncounted.estimate.words import in_words, round_to_interval, what_would_change

__all__ = [
    "METHODS",
    "Estimate",
    "GammaPoissonPrior",
    "InversePrior",
    "Study",
    "chao",
    "check",
    "decomposable",
    "identify",
    "in_words",
    "independence",
    "islands",
    "latent_class",
    "log_linear",
    "log_linear_stepwise",
    "pairs",
    "round_to_interval",
    "run",
    "run_over",
    "sample_coverage",
    "saturated",
    "tipping",
    "two_list",
    "what_would_change",
    "with_xi",
    "xi_table",
]
