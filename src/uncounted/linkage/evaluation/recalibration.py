"""Logistic recalibration of match probabilities from labelled pairs.

logit P(same) = a + b logit(stated) (D. R. Cox, "Two further applications of a model for binary
regression", Biometrika 45, 1958). Calibrated probabilities have a = 0 and b = 1; a below 0 says
that links are overstated in the middle, b below 1 that probabilities are too extreme. The prior is
weak and centred at (0, 1).

It holds for a random sample of pairs, or for all of them, and not for those that `review` puts
first: of pairs with the same stated probability these are matches more often.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy import special

from uncounted.linkage.arrays import Floats
from uncounted.linkage.diagnostics import Json
from uncounted.linkage.evaluation.intervals import Interval

LEAST_PAIRS, LEAST_GROUPS = 20, 10
PRIOR_MEAN = np.array([0.0, 1.0])
PRIOR_SPREAD = np.array([1.0, 0.5])
_SURE = 0.5 / 201  # what none of two hundred draws is taken for
_SHOWN = (0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98)
_ROUNDS = 100


@attrs.frozen(eq=False)
class Recalibrated:
    """The fitted line; its `covariance` is never smaller than if every pair stood alone."""

    pairs: int
    same: int
    groups: int
    coefficients: tuple[float, float]
    covariance: Floats
    level: float
    by: str = "labelled pairs"

    def of(self, stated: float) -> tuple[float, Interval]:
        """The recalibrated probability of a stated one, with its interval."""
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

    @property
    def intervals(self) -> tuple[Interval, Interval]:
        """Of the intercept and of the slope, each alone."""
        reach = -float(special.ndtri((1 - self.level) / 2)) * np.sqrt(np.diag(self.covariance))
        limits = [(c - r, c + r) for c, r in zip(self.coefficients, reach.tolist(), strict=True)]
        return limits[0], limits[1]

    def findings(self) -> tuple[str, ...]:
        """Significant findings: of the middle by the intercept, of the extremes by the slope.

        Each is given only if its own interval excludes the null.

        Examples:
            >>> Recalibrated(40, 9, 40, (-1.5, 1.05), np.eye(2) * 0.01, 0.95).findings()
            ('links are overstated in the middle: what is stated as .50 is .18 (.15 to .21)',)
        """
        (a_low, a_high), (b_low, b_high) = self.intervals
        found = []
        if not a_low <= 0 <= a_high:
            how = "overstated" if a_high < 0 else "understated"
            half, (low, high) = self.of(0.5)
            found.append(
                f"links are {how} in the middle: what is stated as .50 is {_short(half)}"
                f" ({_short(low)} to {_short(high)})"
            )
        if not b_low <= 1 <= b_high:
            low, high = self.of(0.1)[0], self.of(0.9)[0]
            how = f"likely and unlikely are too {'far apart' if b_high < 1 else 'near each other'}"
            if b_high < 1 and low > 0.1 and high < 0.9:
                how = "the linkage is too sure, both ways"
            elif b_low > 1 and low < 0.1 and high > 0.9:
                how = "the linkage is not sure enough"
            found.append(
                f"{how}: what is stated as .10 and .90 is {_short(low)} and {_short(high)}"
            )
        return tuple(found)

    def verdict(self) -> str:
        """Say in one sentence what the answers make of the stated probabilities."""
        of = f"{self.pairs:,} {self.by}"
        if found := self.findings():
            return f"By {of}, {'; and '.join(found)}."
        if self.differs:
            return f"By {of}, probabilities are not quite as stated; in which way cannot be told."
        return f"Of {of}, as many are the same as was stated, as far as that many can tell."

    def to_json(self) -> Json:
        """As plain values, with the curve at a few stated probabilities."""
        limits = [
            {"value": value, "interval": list(interval)}
            for value, interval in zip(self.coefficients, self.intervals, strict=True)
        ]
        curve = [(stated, *self.of(stated)) for stated in _SHOWN]
        return {
            "pairs": self.pairs,
            "same": self.same,
            "groups": self.groups,
            "by": self.by,
            "intercept": limits[0],
            "slope": limits[1],
            "curve": [{"stated": s, "calibrated": p, "interval": list(i)} for s, p, i in curve],
            "differs": self.differs,
            "verdict": self.verdict(),
        }


def recalibrated(
    stated: Sequence[float] | Floats,
    same: Sequence[bool] | NDArray[np.bool_],
    group: Iterable[Hashable],
    *,
    weight: Sequence[float] | Floats | None = None,
    level: float = 0.95,
    by: str = "labelled pairs",
) -> Recalibrated | None:
    """Fit the line; None of fewer than 20 pairs, of 10 groups, or with one answer alone.

    The posterior mode by Newton's method. Its covariance is the inverse curvature, widened by the
    design effect of groups and weights (the greatest eigenvalue of covariance times that of the
    scores) where that is above 1. `weight` is how many pairs each stands for.
    """
    y = np.array(same, np.float64)
    held = tuple(group)
    number = {one: at for at, one in enumerate(dict.fromkeys(held))}
    groups = len(number)
    if len(y) < LEAST_PAIRS or groups < LEAST_GROUPS or y.min() == y.max():
        return None
    w = np.ones(len(y)) if weight is None else np.array(weight, np.float64)
    w = w / w.mean()
    x = np.stack([np.ones(len(y)), _log_odds(np.array(stated, np.float64))], axis=1)
    beta = _mode(x, y, w)
    p = special.expit(x @ beta)
    covariance = np.linalg.inv(_curvature(x, p, w))
    scores = np.zeros((groups, 2))
    np.add.at(scores, [number[one] for one in held], x * (w * (y - p))[:, None])
    meat = scores.T @ scores * groups / (groups - 1)
    effect = float(np.linalg.eigvals(covariance @ meat).real.max())
    return Recalibrated(
        pairs=len(y),
        same=int(y.sum()),
        groups=groups,
        coefficients=(float(beta[0]), float(beta[1])),
        covariance=covariance * max(1.0, effect),
        level=level,
        by=by,
    )


def _mode(x: Floats, y: Floats, w: Floats) -> Floats:
    beta = PRIOR_MEAN.copy()
    for _ in range(_ROUNDS):
        p = special.expit(x @ beta)
        slope = x.T @ (w * (y - p)) - (beta - PRIOR_MEAN) / PRIOR_SPREAD**2
        step = np.linalg.solve(_curvature(x, p, w), slope)
        beta = beta + step / max(1.0, float(np.abs(step).max()))
        if float(np.abs(step).max()) < 1e-10:
            break
    return beta


def _curvature(x: Floats, p: Floats, w: Floats) -> Floats:
    return np.asarray(
        (x * (w * p * (1 - p))[:, None]).T @ x + np.diag(1.0 / PRIOR_SPREAD**2), np.float64
    )


def _log_odds(stated: Floats) -> Floats:
    """Log-odds, with 0 and 1 taken for as far off as so many draws can tell."""
    return np.asarray(special.logit(np.clip(stated, _SURE, 1 - _SURE)), np.float64)


def _short(share: float) -> str:
    return f"{share:.2f}".lstrip("0")
