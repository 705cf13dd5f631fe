"""Rates among reports, and their contrast: never a rate without what it rests on.

From rows that have an outcome or not, in groups, to each group's rate with its interval,
its bounds, and what follows if one outcome reaches us more easily than the other.
"""

from uncounted.estimate.rates.bounds import difference_bounds, outcome_bounds
from uncounted.estimate.rates.clusters import effective
from uncounted.estimate.rates.compare import compare
from uncounted.estimate.rates.contrasts import (
    newcombe,
    score_difference,
    score_odds_ratio,
    score_ratio,
)
from uncounted.estimate.rates.mixes import standardise
from uncounted.estimate.rates.outcomes import Columns, Outcomes, Tally, read
from uncounted.estimate.rates.proportions import jeffreys, wilson
from uncounted.estimate.rates.reporting import Belief, among_all, tipping
from uncounted.estimate.rates.values import Asked, Contrast, Rate, Rates
from uncounted.estimate.rates.words import Called, sentence

__all__ = [
    "Asked",
    "Belief",
    "Called",
    "Columns",
    "Contrast",
    "Outcomes",
    "Rate",
    "Rates",
    "Tally",
    "among_all",
    "compare",
    "difference_bounds",
    "effective",
    "jeffreys",
    "newcombe",
    "outcome_bounds",
    "read",
    "score_difference",
    "score_odds_ratio",
    "score_ratio",
    "sentence",
    "standardise",
    "tipping",
    "wilson",
]
