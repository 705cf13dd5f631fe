"""Rates among reports, and their contrast: never a rate without what it rests on.

From rows that have an outcome or not, in groups, to each group's rate with its interval,
its bounds, and what follows if one outcome reaches us more easily than the other.
"""

from uncounted.rates.bounds import difference_bounds, outcome_bounds
from uncounted.rates.clusters import effective
from uncounted.rates.compare import compare
from uncounted.rates.contrasts import newcombe, score_difference, score_odds_ratio, score_ratio
from uncounted.rates.outcomes import Columns, Outcomes, Tally, read
from uncounted.rates.proportions import jeffreys, wilson
from uncounted.rates.reporting_bias import Belief, among_all, tipping
from uncounted.rates.result import Asked, Contrast, Rate, Rates
from uncounted.rates.sentences import Called, sentence
from uncounted.rates.source_mix import standardise

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
