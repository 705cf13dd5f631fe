"""A fast approximation of the posterior mean and variance of log N, for clerical review.

For questions about a number that is estimated elsewhere with care, such as which of two
tables has more people behind it.
"""

from __future__ import annotations

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable
from uncounted.estimate.base.checks import check
from uncounted.estimate.graphical.decomposable import posterior_n0
from uncounted.estimate.simple.chao import moment

MOST_LISTS = 5  # up to which all graphs are averaged; more take too long for a glance


@attrs.frozen
class LogNMoments:
    """Mean and variance of log N."""

    mean: float
    variance: float


def log_n_moments(table: CaptureTable) -> LogNMoments:
    """Mean and variance of log N: over all graphs up to five lists, Chao's bound above.

    Smooth in the counts, so that differences of it are worth something. For more lists log N
    has the mean log(n + n0) of the bound and the variance var(n0) / N^2 (delta method).
    """
    checked = check(table)
    if checked.refusal is not None:
        raise NotEstimable(checked.refusal.reason, hint=checked.refusal.hint)
    table, n = checked.table, checked.table.observed
    if len(table.lists) > MOST_LISTS:
        f1, f2 = table.seen_exactly(1), table.seen_exactly(2)
        n0, variance = moment(f1, f2, n, share=1.0)
        return LogNMoments(float(np.log(n + n0)), variance / (n + n0) ** 2)
    posterior = posterior_n0(table)
    mean = posterior.expect(lambda n0: np.log(n + n0))
    return LogNMoments(mean, posterior.expect(lambda n0: (np.log(n + n0) - mean) ** 2))
