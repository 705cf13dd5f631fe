"""Proportions of cases with an outcome, from reports that are no random sample, by group.

For each group the proportion with its interval, worst-case (Manski) bounds and a
sensitivity analysis to differential reporting; for two groups also their contrast.

Imports `captures`, `delimited`, `errors`, and of `estimate` only `base.estimator` (normal
quantile, root finding) and `base.result` (types, JSON values); no capture-recapture model.
"""

from uncounted.rates.compare import compare
from uncounted.rates.outcomes import OutcomeColumns, OutcomeTable, Tally, read
from uncounted.rates.reporting_bias import BiasPrior
from uncounted.rates.result import Contrast, Rate, Rates, RateSettings
from uncounted.rates.sentences import RowLabels, sentence

__all__ = [
    "BiasPrior",
    "Contrast",
    "OutcomeColumns",
    "OutcomeTable",
    "Rate",
    "RateSettings",
    "Rates",
    "RowLabels",
    "Tally",
    "compare",
    "read",
    "sentence",
]
