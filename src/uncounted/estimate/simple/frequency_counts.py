"""Chao's estimator from frequency counts of one list with repeats (zero-truncated counts).

An arrest book, a clinic, a camp's gate: there are no lists to compare, only how often
each person was written down. f_k people appear exactly k times, and those who appear
0 times are estimated from those who appear once and twice. Everything rests on the
same person being recognised each time, and on one appearance not making the next
likelier or less likely: a release that bars a second arrest, or a prison term that
begins with it, breaks both methods.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import attrs

from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.base.estimator import log_normal_estimate, z_of
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.simple.chao import moment

ASSUMPTION_ZELTERMAN = (
    "A person may appear again and again, one appearance says nothing about the next, and those "
    "who appear once or twice do so at one rate, at which those who never appear would too."
)
ASSUMPTION_CHAO = (
    "People may differ in how often they appear, but for any one person an appearance does not "
    "make another less likely. Then there are, on average, at least this many."
)


@attrs.frozen
class _Frequencies:
    """f_1, f_2 and n of a register that can answer at all."""

    f1: int
    f2: int
    observed: int


def zelterman(f: Mapping[int, int], *, level: float = 0.95, seed: int = 1) -> Estimate:
    """Zelterman's estimate from those who appear once and twice.

    lambda = 2 f2 / f1, N = n / (1 - exp(-lambda)). Zelterman (1988) Journal of Statistical
    Planning and Inference 18:225. lambda is the maximum likelihood estimate from f1 and f2
    alone (f2 / (f1 + f2) estimates lambda / (2 + lambda)), so what happens at three
    appearances and more does not move it. With G = exp(-lambda) / (1 - exp(-lambda))^2,
    Var(N) = n G + (n G lambda)^2 (1/f1 + 1/f2) (Boehning 2008, Statistical Methodology
    5:410).

    Args:
        f: number of people by how often they appear: `{1: 43, 2: 16, 3: 8}`.
        level: of the log-normal interval.
        seed: kept in the result; nothing here is random.

    Raises:
        UsedWrongly: keys that are no whole numbers from 1, counts below 0, a level that
            cannot be.

    Examples:
        >>> round(zelterman({1: 43, 2: 16, 3: 8, 4: 6, 6: 2, 7: 1}).point)
        145
    """

    def fit(seen: _Frequencies) -> Estimate:
        if not seen.f1 or not seen.f2:
            times = "once" if not seen.f1 else "twice"
            raise NotEstimable(
                f"nobody appears exactly {times}, and this estimate rests on those who do",
                hint="chao_from gives a lower bound where nobody appears exactly twice",
            )
        n, rate = seen.observed, 2 * seen.f2 / seen.f1
        chance = -math.expm1(-rate)
        n0 = n * math.exp(-rate) / chance
        weight = math.exp(-rate) / chance**2
        variance = n * weight + (n * weight * rate) ** 2 * (1 / seen.f1 + 1 / seen.f2)
        return log_normal_estimate(
            "zelterman",
            n,
            n0,
            variance,
            level=level,
            point_kind="Zelterman's estimate",
            assumption=ASSUMPTION_ZELTERMAN,
            settings={"uses": "f1 and f2"},
            diagnostics={"f1": seen.f1, "f2": seen.f2, "rate": rate},
            seed=seed,
        )

    return _checked("zelterman", f, level, fit)


def chao_from(
    f: Mapping[int, int],
    *,
    level: float = 0.95,
    seed: int = 1,
    occasions: int | None = None,
) -> Estimate:
    """Chao's lower bound from those who appear once and twice.

    n + f1^2 / (2 f2), the limit of many occasions; with J of them n + (J-1)/J f1^2 / (2 f2).
    With f2 = 0 the bias-corrected form, as in `chao`. Chao (1987) Biometrics 43:783.

    Args:
        f: number of people by how often they appear.
        level: of the log-normal interval around the bound.
        seed: kept in the result; nothing here is random.
        occasions: on how many occasions a person could be written down; None when a
            person may appear at any time.

    Raises:
        UsedWrongly: keys that are no whole numbers from 1 (or more than the occasions),
            counts below 0, a level that cannot be.

    Examples:
        >>> rabbits = {1: 43, 2: 16, 3: 8, 4: 6, 6: 2, 7: 1}
        >>> round(chao_from(rabbits).point), round(chao_from(rabbits, occasions=18).point)
        (134, 131)
    """
    if occasions is not None and (occasions < 2 or any(k > occasions for k in f)):
        raise UsedWrongly(
            "nobody can appear more often than there are occasions, of which two are needed",
            hint="leave occasions out when people may appear at any time",
        )
    share = 1.0 if occasions is None else (occasions - 1) / occasions

    def fit(seen: _Frequencies) -> Estimate:
        n0, variance = moment(seen.f1, seen.f2, seen.observed, share=share)
        return log_normal_estimate(
            "chao",
            seen.observed,
            n0,
            variance,
            level=level,
            point_kind="lower bound",
            interval_kind="log-normal, of the bound",
            assumption=ASSUMPTION_CHAO,
            settings={
                "occasions": "any number" if occasions is None else occasions,
                "form": "f1^2 / (2 f2)" if seen.f2 else "bias-corrected, as f2 = 0",
            },
            diagnostics={"f1": seen.f1, "f2": seen.f2},
            seed=seed,
        )

    return _checked("chao", f, level, fit)


def _checked(
    method: str, f: Mapping[int, int], level: float, fit: Callable[[_Frequencies], Estimate]
) -> Estimate:
    """Look at the frequencies, fit, and turn a refusal into a value."""
    z_of(level)
    if any(k != int(k) or k < 1 for k in f):
        raise UsedWrongly(
            "frequencies are given by how often a person appears, a whole number from 1 up",
            hint="{1: 43, 2: 16, 3: 8} says that 43 people appear once",
        )
    if any(many != int(many) or many < 0 for many in f.values()):
        raise UsedWrongly(
            "a number of people is a whole number from 0 up",
            hint="{1: 43, 2: 16, 3: 8} says that 43 people appear once",
        )
    try:
        return fit(_look(f))
    except NotEstimable as refusal:
        return Estimate(method, "refused", str(refusal), refusal.hint, level=level)


def _look(f: Mapping[int, int]) -> _Frequencies:
    n, f1 = sum(f.values()), f.get(1, 0)
    if n == 0:
        raise NotEstimable("there is nobody in the register", hint="check the frequencies")
    if f1 == n:
        raise NotEstimable(
            "nobody appears more than once, so nothing says how many never appear",
            hint="check whether the same person is recognised when they appear again",
        )
    return _Frequencies(f1, f.get(2, 0), n)
