"""Dirichlet model of the observable cells: the shares of the patterns among the people observed.

How the unobserved relate to these is for `assumptions`. Shares are kept as logarithms, since
those of empty patterns may be very small.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import attrs
import numpy as np
from scipy.special import digamma, logsumexp, polygamma

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.base.assumptions import Assumption
from uncounted.estimate.base.result import Floats

MOST_LISTS = 10


def patterns(lists: Sequence[str]) -> tuple[str, ...]:
    """The seen patterns in the order of the columns of shares.

    Column k is mask k + 1: the first list is the lowest bit.

    Examples:
        >>> patterns("ABC")
        ('100', '010', '110', '001', '101', '011', '111')
    """
    J = len(lists)
    return tuple(
        "".join("1" if mask >> i & 1 else "0" for i in range(J)) for mask in range(1, 1 << J)
    )


def counts_of(table: CaptureTable) -> Floats:
    """The counts in the order of `patterns`, empty ones included."""
    if len(table.lists) > MOST_LISTS:
        raise NotEstimable(
            f"cells are modelled for up to {MOST_LISTS} lists, and there are {len(table.lists)}",
            hint="use fewer lists, or merge lists of one collector",
        )
    return np.array([table.counts.get(p, 0) for p in patterns(table.lists)], dtype=np.float64)


@attrs.frozen
class Dirichlet:
    """Shares with a Dirichlet(counts + `count`) posterior: no two patterns teach one another.

    `count` is the prior count of each of the 2^J - 1 patterns: 1 (uniform, as Aleshin-
    Guendel, Sadinle and Wakefield 2024 use it), 1/2, or None for 2^-J. Where patterns are
    empty it decides how small they are taken to be.
    """

    count: float | None = 1.0

    def __attrs_post_init__(self) -> None:
        if self.count is not None and not 0 < self.count < math.inf:
            raise UsedWrongly(
                f"a pseudo-count must be above 0, not {self.count}", hint="1, 1/2 or 2^-J"
            )

    @property
    def name(self) -> str:
        """With its prior count."""
        return f"Dirichlet({'2^-J' if self.count is None else f'{self.count:g}'})"

    def shapes(self, table: CaptureTable) -> Floats:
        """Count plus prior count of each pattern."""
        count = 2.0 ** -len(table.lists) if self.count is None else self.count
        answer: Floats = counts_of(table) + count
        return answer

    def batches(self, table: CaptureTable, size: int, rng: np.random.Generator) -> Iterator[Floats]:
        """Independent draws of the log shares, `size` at a time, without end."""
        shapes = self.shapes(table)
        while True:
            logs = log_gammas(shapes, size, rng)
            yield logs - logsumexp(logs, axis=1, keepdims=True)

    def prior_share(self, table: CaptureTable, assumption: Assumption) -> float | None:
        """Share of the variance of log odds that comes from empty patterns.

        By the delta method at the mean of the log shares: each log Gamma(shape) has the
        variance trigamma(shape).
        """
        shapes = self.shapes(table)
        at = digamma(shapes)

        def log_odds(logs: Floats) -> Floats:
            shares = logs - logsumexp(logs, axis=1, keepdims=True)
            return assumption.log_odds(shares, table.lists)

        parts = gradient(log_odds, at) ** 2 * polygamma(1, shapes)
        total = float(parts.sum())
        return float(parts[counts_of(table) == 0].sum()) / total if total > 0 else None


def log_gammas(shapes: Floats, size: int, rng: np.random.Generator) -> Floats:
    """Logarithms of Gamma(shape) draws, shape (size, len(shapes)), however small the shapes.

    log Gamma(a) = log Gamma(a + 1) + log(U) / a, which does not underflow.
    """
    shape = (size, len(shapes))
    logs: Floats = np.log(rng.standard_gamma(shapes + 1, shape))
    logs += np.log(rng.random(shape) + 2.0**-54) / shapes
    return logs


def gradient(log_odds: Callable[[Floats], Floats], at: Floats) -> Floats:
    """Slopes of log odds in each coordinate, by central differences; 0 where they are nan."""
    step = 1e-5 * np.eye(len(at))
    with np.errstate(invalid="ignore"):
        slopes = (log_odds(at + step) - log_odds(at - step)) / 2e-5
    return np.nan_to_num(slopes, nan=0.0, posinf=0.0, neginf=0.0)
