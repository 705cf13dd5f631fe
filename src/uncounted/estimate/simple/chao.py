"""Chao's lower bound (Chao 1987), with the variant for heterogeneous capture probabilities.

It is a bound and is labelled one. It is not safe when lists avoid each other.
`variant` says how: from those on one list alone and on two (`moment`); the same for
lists that reach equally many (`equal`), which is no bound where they do not; or as a
log-linear model in which the doubt about how people differ takes parameters of its own
(`mth`, and `mh` for lists that reach equally many).
"""

from __future__ import annotations

from typing import Any, Literal

import attrs
import numpy as np
from scipy.special import gammaln

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly, unknown
from uncounted.estimate.base.estimator import estimator, log_normal_estimate
from uncounted.estimate.base.lower_bound import moment_of_lists, singles
from uncounted.estimate.base.result import Estimate, Floats

type Variant = Literal["moment", "equal", "mh", "mth"]

VARIANTS: tuple[Variant, ...] = ("moment", "equal", "mh", "mth")
MOST_LISTS = 12  # `mth` looks at each of the 2**J patterns
_STEPS = 100
_HIGHEST = 40.0  # log of more people than there can be

ASSUMPTION_EQUAL = (
    "Every list reaches equally many, or this is no bound. People may differ in how easily they "
    "are recorded, but for any one person being on one list does not make another list less "
    "likely. Then there are, on average, at least this many."
)
ASSUMPTION = (
    "Lists may differ in coverage and people in how easily they are recorded (capture "
    "heterogeneity), if people who are easier for one list are easier for each; for any one "
    "person, being on one list does not make being on another less likely. Then the expected "
    "total is at least this number."
)


@estimator("chao")
def chao(
    table: CaptureTable, *, level: float = 0.95, seed: int = 1, variant: Variant = "moment"
) -> Estimate:
    """Chao's lower bound of the total, from the people on one list, on two lists and more.

    `moment`: n + sum over pairs of lists of S_i S_j / f2, S_j the people on list j alone and
    f2 those on exactly two lists (f2 + 1 if there are none); the bound of Chao (1987)
    Biometrics 43:783 for lists that differ in size. See `moment_of_lists`.

    `equal`: n + (J-1)/J f1^2 / (2 f2), f1 the people on exactly one list; with f2 = 0
    the bias-corrected form n + (J-1)/J f1 (f1 - 1) / (2 (f2 + 1)); variance as in Chao
    (1987, 1989). Where lists differ in size it is above `moment`, and may be above N.

    `mh` and `mth`: the log-linear form of Rivest and Baillargeon (2007) Biometrics
    63:999, see `Bound`. Where no eta is held at 0, `mh` is `equal`.

    Parameters
    ----------
    table : CaptureTable
        2 lists or more; `mth` takes up to 12.
    level : float, default 0.95
        Of the log-normal interval around the bound.
    seed : int, default 1
        Kept in the result; nothing here is random.
    variant : Variant, default 'moment'
        `moment`, `equal`, `mh` or `mth`.

    Returns
    -------
    Estimate
        N with its interval, or a refusal with its reason.

    Raises
    ------
    UsedWrongly
        No such variant.

    References
    ----------
    Chao, A. (1987). Estimating the population size for capture-recapture data with unequal
    catchability. Biometrics 43:783-791.
    Rivest, L.-P. and Baillargeon, S. (2007). Biometrics 63:999-1006.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    >>> chao(table).point, chao(table, variant="equal").point
    (150.0, 160.0)
    >>> round(chao(table, variant="mh").point), round(chao(table, variant="mth").point)
    (160, 150)
    """
    if variant not in VARIANTS:
        raise UsedWrongly(
            unknown("variant", variant, VARIANTS), hint=f"variants: {', '.join(VARIANTS)}"
        )
    J, n = len(table.lists), table.observed
    f1, f2 = table.seen_exactly(1), table.seen_exactly(2)
    more: dict[str, Any] = {}
    if variant == "moment":
        n0, variance = moment_of_lists(singles(table), f2)
        form = "sum S_i S_j / f2" if f2 else "sum S_i S_j / (f2 + 1), as f2 = 0"
    elif variant == "equal":
        n0, variance = moment(f1, f2, n, share=(J - 1) / J)
        form = "(J-1)/J f1^2 / (2 f2)" if f2 else "bias-corrected, as f2 = 0"
    else:
        if f2 == 0:
            raise NotEstimable(
                "no one is on exactly two lists, so this form of the bound is infinite",
                hint="the variant `moment` has a form for it",
            )
        bound = Bound.of(table, variant)
        n0, variance = bound.n0, bound.variance
        form = f"log-linear, {variant}"
        eta = [{"lists": k + 3, "eta": float(each)} for k, each in enumerate(bound.eta)]
        more = {"eta": eta, "deviance": bound.deviance}
    return log_normal_estimate(
        "chao",
        n,
        n0,
        variance,
        level=level,
        point_kind="lower bound",
        interval_kind="log-normal, of the bound",
        assumption=ASSUMPTION_EQUAL if variant in ("equal", "mh") else ASSUMPTION,
        settings={"variant": variant, "form": form},
        diagnostics={"f1": f1, "f2": f2, **more},
        seed=seed,
    )


def moment(f1: float, f2: float, n: float, *, share: float) -> tuple[float, float]:
    """n0 and its variance from f1 and f2, those seen once and twice (Chao 1987, 1989).

    `share` is (J-1)/J for J lists or occasions, 1 for any number of them.
    """
    if f2 > 0:
        ratio = f1 / f2
        n0 = share * f1 * ratio / 2
        variance = f2 * (share * ratio**2 / 2 + share**2 * ratio**3 + share**2 * ratio**4 / 4)
    else:
        n0 = share * f1 * (f1 - 1) / 2
        variance = (
            share * f1 * (f1 - 1) / 2
            + share**2 * f1 * (2 * f1 - 1) ** 2 / 4
            - (share**2 * f1**4 / (4 * (n + n0)) if n + n0 else 0.0)
        )
    return n0, max(variance, 0.0)


@attrs.frozen(eq=False)
class Bound:
    """Chao's bound as a log-linear model, fitted with every eta at 0 or above.

    log mu = gamma + (what is below) + sum over k = 3..J of eta_k max(|omega| - k + 1, 0),
    where |omega| is on how many lists a pattern is; below stands beta |omega| (`mh`) or
    the sum of beta_j over its lists (`mth`). If people differ, log mu is convex in
    |omega|, so each eta, a second difference, is at least 0; exp(gamma) is then no more
    than are expected on no list. Rivest and Baillargeon (2007).

    Attributes:
        n0: exp(gamma), people on no list, at least.
        variance: of n0: n0 + n0^2 var(gamma) (Rivest and Levesque 2001, eq. 5), from the
            information on the parameters that are not held at 0.
        eta: for k = 3..J.
        deviance: of the fit to the observable cells (`mth`), to f_1 .. f_J (`mh`).
    """

    n0: float
    variance: float
    eta: Floats
    deviance: float

    @classmethod
    def of(cls, table: CaptureTable, variant: Variant) -> Bound:
        """Fit."""
        x, offset, base, hinges = _by_size(table) if variant == "mh" else _by_pattern(table)
        A = np.hstack([base, hinges])
        at, free = _above_zero(x, offset, A, base.shape[1])
        mu = np.exp(offset + A @ at)
        inside = A[:, free]
        information = inside.T @ (mu[:, None] * inside)
        n0 = float(np.exp(at[0]))
        variance = n0 + n0**2 * float(np.linalg.inv(information)[0, 0])
        seen = x > 0
        ratios = np.sum(x[seen] * np.log(x[seen] / mu[seen])) - np.sum(x - mu)
        return cls(n0, variance, at[base.shape[1] :], float(2 * ratios))


type Design = tuple[Floats, Floats, Floats, Floats]


def _hinges(size: Floats, J: int) -> Floats:
    return np.maximum(size[:, None] - np.arange(3, J + 1) + 1, 0.0)


def _by_size(table: CaptureTable) -> Design:
    """Counts f_1 .. f_J, each of C(J, k) patterns that are alike."""
    J = len(table.lists)
    k = np.arange(1.0, J + 1)
    x = np.array([float(table.seen_exactly(int(each))) for each in k])
    ways = gammaln(J + 1) - gammaln(k + 1) - gammaln(J - k + 1)
    return x, ways, np.column_stack([np.ones(J), k]), _hinges(k, J)


def _by_pattern(table: CaptureTable) -> Design:
    """All 2^J - 1 observable patterns."""
    J = len(table.lists)
    if J > MOST_LISTS:
        raise NotEstimable(
            f"this form of the bound takes up to {MOST_LISTS} lists, and there are {J}",
            hint="the variants `moment`, `equal` and `mh` take any number",
        )
    cells = np.arange(1, 1 << J)
    on = ((cells[:, None] >> np.arange(J)) & 1).astype(np.float64)
    x = np.zeros(len(cells))
    for pattern, count in table.counts.items():
        x[sum(1 << i for i in range(J) if pattern[i] == "1") - 1] = count
    base = np.column_stack([np.ones(len(cells)), on])
    return x, np.zeros(len(cells)), base, _hinges(on.sum(axis=1), J)


def _above_zero(x: Floats, offset: Floats, A: Floats, base: int) -> tuple[Floats, list[int]]:
    """Poisson maximum likelihood with every parameter from `base` on at 0 or above.

    1. Begin with those parameters at 0.
    2. Let in the one with the steepest rise of the likelihood; end when none rises.
    3. Fit. If one of them falls below 0, go towards the fit until the first is 0, take
       it out, and fit again.

    The likelihood is concave, so each fit is higher than the last, and the end is its
    only maximum (Lawson and Hanson 1974, ch. 23, for least squares).
    """
    at = np.zeros(A.shape[1])
    at[0] = np.log(x.sum()) - np.log(np.exp(offset).sum())
    free = list(range(base))
    at[free] = _newton(x, offset, A[:, free], at[free])
    while True:
        rise = A.T @ (x - np.exp(offset + A @ at))
        rise[free] = 0.0
        if rise.max(initial=0.0) <= 1e-7 * x.sum():
            return at, free
        free = sorted([*free, int(np.argmax(rise))])
        while True:
            goal = np.zeros_like(at)
            goal[free] = _newton(x, offset, A[:, free], at[free])
            below = [k for k in free if k >= base and goal[k] <= 0]
            if not below:
                at = goal
                break
            share = min(at[k] / (at[k] - goal[k]) for k in below)
            at = at + share * (goal - at)
            free = [k for k in free if k < base or at[k] > 1e-12]
            at[[k for k in range(base, len(at)) if k not in free]] = 0.0


def _newton(x: Floats, offset: Floats, A: Floats, start: Floats) -> Floats:
    """Newton's steps, halved while they lower the likelihood."""

    def value(at: Floats) -> float:
        eta = offset + A @ at
        return float(x @ eta - np.exp(np.minimum(eta, 300.0)).sum())

    at = start
    for _ in range(_STEPS):
        mu = np.exp(offset + A @ at)
        score = A.T @ (x - mu)
        step = np.linalg.lstsq(A.T @ (mu[:, None] * A), score, rcond=None)[0]
        if score @ step < 1e-10:
            return at
        here = value(at)
        while value(at + step) < here - 1e-9 * abs(here):
            step = step / 2
        at = at + step
        if at[0] > _HIGHEST:
            break
    raise NotEstimable(
        "this form of the bound has no finite value on this table",
        hint="too few people are on two lists or more; the variant `moment` looks at less",
    )
