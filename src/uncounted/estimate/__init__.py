"""Multiple systems estimation: numbers only.

From a `CaptureTable` to estimates of how many people there are in all, those on no
list included. Nothing here has ever seen a person, and nothing is estimated that
should be refused.
"""

from uncounted.captures import read_tables
from uncounted.estimate.base.checks import check, disconnected_groups
from uncounted.estimate.base.claim import Claim
from uncounted.estimate.base.priors import GammaPoissonPrior, InversePrior, LogPrior
from uncounted.estimate.base.result import Estimate, Study
from uncounted.estimate.base.rounding import describe, round_to_interval
from uncounted.estimate.base.settings import EstimateSettings
from uncounted.estimate.base.xi import saturated, with_xi, xi_table
from uncounted.estimate.graphical.decomposable import decomposable
from uncounted.estimate.identification.estimator import identify
from uncounted.estimate.latent_class.estimator import latent_class
from uncounted.estimate.loglinear.selection import log_linear
from uncounted.estimate.loglinear.stepwise import log_linear_stepwise
from uncounted.estimate.robustness.claims import tipping
from uncounted.estimate.simple.chao import chao
from uncounted.estimate.simple.independence import independence
from uncounted.estimate.simple.sample_coverage import sample_coverage
from uncounted.estimate.simple.two_list import pairs, two_list
from uncounted.estimate.strata.partial_pooling import pool_strata
from uncounted.estimate.strata.stratified import run_strata, run_strata_over
from uncounted.estimate.study import METHODS, run, run_over
from uncounted.estimate.text.summary import summary

__all__ = [
    "METHODS",
    "Claim",
    "Estimate",
    "EstimateSettings",
    "GammaPoissonPrior",
    "InversePrior",
    "LogPrior",
    "Study",
    "chao",
    "check",
    "decomposable",
    "describe",
    "disconnected_groups",
    "identify",
    "independence",
    "latent_class",
    "log_linear",
    "log_linear_stepwise",
    "pairs",
    "pool_strata",
    "read_tables",
    "round_to_interval",
    "run",
    "run_over",
    "run_strata",
    "run_strata_over",
    "sample_coverage",
    "saturated",
    "summary",
    "tipping",
    "two_list",
    "with_xi",
    "xi_table",
]
