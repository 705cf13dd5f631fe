"""What stated probabilities should have been, as decisions that came after them teach.

A line on the log-odds: logit P(same) = a + b logit(stated) (D. R. Cox, "Two further
applications of a model for binary regression", Biometrika 45, 1958). Where probabilities
mean what they say, a is 0 and b is 1; b below 1 says that they were too sure. The prior is
weak and lies there, so that a dozen decisions change little.

Which pairs were decided may depend on what was stated, and on nothing else that tells same
from different: pairs of the review order, or of a drawn sample. Pairs that somebody chose
because they knew the answer teach something else.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy import special

from uncounted.linkage.evaluation.intervals import Interval

Floats = NDArray[np.float64]
LEAST_PAIRS, LEAST_GROUPS = 20, 10
PRIOR_MEAN = np.array([0.0, 1.0])
PRIOR_SPREAD = np.array([1.0, 0.5])
_SURE = 0.5 / 201  # what none of two hundred draws is taken for
_SHOWN = (0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98)
_ROUNDS = 100


@attrs.frozen(eq=False)
class Recalibrated:
    """The line, what it makes of stated probabilities, and whether it is another line.

    Attributes:
        pairs: decided pairs that a linkage had stated a probability for before.
        groups: of reports that those pairs lie in; pairs of one group hang together.
        coefficients: intercept and slope, 0 and 1 where probabilities mean what they say.
        covariance: of the two, never smaller than if every pair stood alone.
    """

    pairs: int
    same: int
    groups: int
    coefficients: tuple[float, float]
    covariance: Floats
    level: float

    def of(self, stated: float) -> tuple[float, Interval]:
        """What a stated probability becomes, with its interval.

        Examples:
            >>> line = Recalibrated(40, 20, 40, (0.0, 1.0), np.zeros((2, 2)), 0.95)
            >>> p, (low, high) = line.of(0.3)
            >>> round(p, 3), round(low, 3), round(high, 3)
            (0.3, 0.3, 0.3)
        """
        x = np.array([1.0, float(_log_odds(np.array([stated]))[0])])
        middle = float(x @ self.coefficients)
        half = -special.ndtri((1 - self.level) / 2) * np.sqrt(x @ self.covariance @ x)
        middle, low, high = (float(special.expit(middle + d)) for d in (0.0, -half, half))
        return middle, (low, high)

    @property
    def differs(self) -> bool:
        """Whether intercept and slope together are another line than (0, 1), by Wald's test."""
        off = np.array(self.coefficients) - PRIOR_MEAN
        wald = float(off @ np.linalg.solve(self.covariance, off))
        return wald > float(special.chdtri(2, 1 - self.level))

    def verdict(self) -> str:
        """Say in one sentence what decisions make of the stated probabilities."""
        of = f"{self.pairs:,} pairs that people decided after a linkage had stated how likely"
        if not self.differs:
            return f"Of {of}, as many are the same as was stated, as far as that many can tell."
        half = self.of(0.5)[0]
        how = "too sure, both ways" if self.coefficients[1] < 1 else "not sure enough"
        return f"By {of}, the linkage was {how}: what it states as .50 is {_short(half)}."

    def to_json(self) -> dict[str, Any]:
        """As plain values, with the curve at a few stated probabilities."""
        spread = np.sqrt(np.diag(self.covariance))
        reach = -float(special.ndtri((1 - self.level) / 2)) * spread
        ends = [
            {"value": value, "interval": [value - half, value + half]}
            for value, half in zip(self.coefficients, reach.tolist(), strict=True)
        ]
        curve = [(stated, *self.of(stated)) for stated in _SHOWN]
        return {
            "pairs": self.pairs,
            "same": self.same,
            "groups": self.groups,
            "intercept": ends[0],
            "slope": ends[1],
            "curve": [{"stated": s, "calibrated": p, "interval": list(i)} for s, p, i in curve],
            "differs": self.differs,
            "verdict": self.verdict(),
        }


def recalibrated(
    stated: Sequence[float],
    same: Sequence[bool],
    group: Sequence[Hashable],
    *,
    level: float = 0.95,
) -> Recalibrated | None:
    """Fit the line; None of fewer than 20 pairs, of 10 groups, or with one answer alone.

    The mode of the posterior by Newton's method. Its covariance is the inverse curvature,
    widened by the design effect of the groups (the mean of the eigenvalues of curvature
    times sandwich) where that is above 1.

    Args:
        stated: how likely the linkage held each pair, before it was decided.
        same: what was decided.
        group: pairs of equal groups hang together.
        level: of intervals.

    Examples:
        >>> answers = [True, False] * 20  # stated .9 or .1, and as likely one as the other
        >>> line = recalibrated([0.9, 0.9, 0.1, 0.1] * 10, answers, range(40))
        >>> round(line.of(0.9)[0], 1), line.differs
        (0.5, True)
    """
    y = np.array(same, np.float64)
    which = {one: at for at, one in enumerate(dict.fromkeys(group))}
    if len(y) < LEAST_PAIRS or len(which) < LEAST_GROUPS or y.min() == y.max():
        return None
    x = np.stack([np.ones(len(y)), _log_odds(np.array(stated, np.float64))], axis=1)
    beta = PRIOR_MEAN.copy()
    weight = 1.0 / PRIOR_SPREAD**2
    for _ in range(_ROUNDS):
        p = special.expit(x @ beta)
        slope = x.T @ (y - p) - weight * (beta - PRIOR_MEAN)
        step = np.linalg.solve(_curvature(x, p, weight), slope)
        beta = beta + step / max(1.0, float(np.abs(step).max()))
        if float(np.abs(step).max()) < 1e-10:
            break
    p = special.expit(x @ beta)
    covariance = np.linalg.inv(_curvature(x, p, weight))
    scores = np.zeros((len(which), 2))
    np.add.at(scores, [which[one] for one in group], x * (y - p)[:, None])
    groups = len(which)
    meat = scores.T @ scores * groups / (groups - 1)
    effect = float(np.trace(covariance @ meat)) / 2
    return Recalibrated(
        pairs=len(y),
        same=int(y.sum()),
        groups=groups,
        coefficients=(float(beta[0]), float(beta[1])),
        covariance=covariance * max(1.0, effect),
        level=level,
    )


def _curvature(x: Floats, p: Floats, weight: Floats) -> Floats:
    return np.asarray((x * (p * (1 - p))[:, None]).T @ x + np.diag(weight), np.float64)


def _log_odds(stated: Floats) -> Floats:
    """Log-odds, with 0 and 1 taken for as far off as so many draws can tell."""
    return np.asarray(special.logit(np.clip(stated, _SURE, 1 - _SURE)), np.float64)


def _short(share: float) -> str:
    return f"{share:.2f}".lstrip("0")
