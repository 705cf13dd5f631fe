"""Identifying assumptions with a sensitivity parameter xi (Aleshin-Guendel et al. 2024).

No table can test them. Each says how large the odds of being unseen are when the
shares of the seen patterns are known, and says it in words: plain ones for readers who
must believe it, exact ones for those who must check it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import attrs
import numpy as np
from scipy.special import logsumexp

from uncounted.errors import UsedWrongly, unknown
from uncounted.estimate.base.result import Floats


def check_xi(xi: float) -> None:
    """Refuse what cannot be an xi."""
    if not (xi > 0 and math.isfinite(xi)):
        raise UsedWrongly(f"xi {xi} is not above 0", hint="1: as the method assumes")


def signs(J: int) -> Floats:
    """+1 for patterns of an odd number of lists, -1 for even ones; by mask, from 1 up."""
    odd = [mask.bit_count() % 2 == 1 for mask in range(1, 1 << J)]
    return np.where(odd, 1.0, -1.0)


@attrs.frozen
class NHOI:
    """No highest-order interaction: prod(odd patterns) / prod(even ones, unseen included) = xi.

    Among the seen patterns let r = prod(odd shares) / prod(even shares); the odds of
    being unseen are r / xi (Aleshin-Guendel, Sadinle and Wakefield 2024, section 3).
    xi = 1 is the saturated log-linear model without its highest term. With two lists
    xi = 1 / (odds ratio). A larger xi, fewer undocumented.
    """

    xi: float = attrs.field(default=1.0, validator=lambda _, __, xi: check_xi(xi))

    name = "no highest-order interaction"

    def log_odds(self, log_shares: Floats, lists: tuple[str, ...]) -> Floats:
        """log(r / xi)."""
        answer: Floats = log_shares @ signs(len(lists)) - math.log(self.xi)
        return answer

    def plain(self, lists: tuple[str, ...]) -> str:
        """In words for two lists, three, and more."""
        return words(lists, self.xi)

    def exact(self, lists: tuple[str, ...]) -> str:
        """As a condition on all 2^J cell probabilities."""
        J = len(lists)
        if J == 2:
            meaning = f"the odds ratio of the two lists is {1 / self.xi:.4g}"
        elif J == 3:
            meaning = (
                "the odds ratio of any two lists among people on the third, over that among "
                f"people not on it, is {self.xi:.4g}"
            )
        else:
            term = (-1) ** (J + 1) * math.log(self.xi) + 0.0
            meaning = f"the {J}-way log-linear interaction is {term:.4g}"
        return (
            "prod(pi of patterns of an odd number of lists) / prod(pi of those of an even number, "
            f"the unseen included) = xi = {self.xi:.4g}: {meaning}."
        )


@attrs.frozen
class MarginalPair:
    """Two named lists have the odds ratio 1 / xi over everybody, whatever else people are on.

    With the table collapsed to a and b, u the shares of the seen, and u00 that of the
    seen on neither: odds of being unseen = u10 u01 / (u11 xi) - u00. A draw in which
    more are seen on neither than there can be rules the assumption out.
    """

    a: str
    b: str
    xi: float = attrs.field(default=1.0, validator=lambda _, __, xi: check_xi(xi))

    @property
    def name(self) -> str:
        """Short, for tables."""
        return f"{self.a} and {self.b} independent over everybody"

    def log_odds(self, log_shares: Floats, lists: tuple[str, ...]) -> Floats:
        """log(u10 u01 / (u11 xi) - u00); nan where that is not above 0."""
        return _pair_log_odds(log_shares, lists, self.a, self.b, self.xi)

    def plain(self, lists: tuple[str, ...]) -> str:
        """In words."""
        _members(lists, self.a, self.b)
        return (
            f"In the whole population, the odds of being on "
            f"{self.b} are {_times(1 / self.xi)} for people on {self.a} as for people not on it."
        )

    def exact(self, lists: tuple[str, ...]) -> str:
        """As an odds ratio."""
        _members(lists, self.a, self.b)
        return (
            f"The odds ratio of {self.a} and {self.b} in the 2 x 2 table of all N people, the "
            f"other lists summed over, is 1/xi = {1 / self.xi:.4g}."
        )


type Assumption = NHOI | MarginalPair


def _members(lists: tuple[str, ...], *names: str) -> tuple[int, ...]:
    """Where the named lists stand."""
    if missing := [name for name in names if name not in lists]:
        raise UsedWrongly(
            unknown("list", missing[0], lists),
            hint=f"lists: {', '.join(lists)}",
        )
    if len(set(names)) < len(names):
        raise UsedWrongly("an assumption about lists names each of them once")
    return tuple(lists.index(name) for name in names)


def _sums(log_shares: Floats, J: int, at: tuple[int, ...]) -> Callable[..., Floats]:
    """Log shares of the seen, collapsed to some lists: a function of on (1) or not (0) each."""
    masks = np.arange(1, 1 << J)

    def of(*on: int) -> Floats:
        wanted = np.all([(masks >> i & 1) == x for i, x in zip(at, on, strict=True)], axis=0)
        if not wanted.any():
            return np.full(len(log_shares), -np.inf)
        answer: Floats = logsumexp(log_shares[:, wanted], axis=1)
        return answer

    return of


def _pair_log_odds(log_shares: Floats, lists: tuple[str, ...], a: str, b: str, xi: float) -> Floats:
    """log(u10 u01 / (u11 xi) - u00); nan below 0."""
    of = _sums(log_shares, len(lists), _members(lists, a, b))
    log_all = of(1, 0) + of(0, 1) - of(1, 1) - math.log(xi)
    share = np.exp(of(0, 0) - log_all)  # of those on neither list, the part that is recorded
    left = np.where(share < 1, -share, np.nan)
    answer: Floats = log_all + np.log1p(left)
    return answer


def _times(factor: float) -> str:
    return "the same" if factor == 1 else f"{factor:.3g} times as high"


def words(lists: tuple[str, ...], xi: float = 1.0) -> str:
    """What xi of `NHOI` says, in words, for two lists, three, and more."""
    if len(lists) == 2:
        a, b = lists
        how = _times(1 / xi)
        return f"The odds of being on {b} are {how} for people on {a} as for people not on it."
    if len(lists) == 3:
        a, b, c = lists
        how = "the same" if xi == 1 else f"{xi:.3g} times as large"
        return (
            f"The dependence of {a} and {b} (their odds ratio) is {how} among people on {c} "
            "as among people not on it."
        )
    free = f"Lists may have any interactions of fewer than {len(lists)} lists"
    if xi == 1:
        return (
            f"{free}; there is no interaction of all {len(lists)} (no highest-order interaction)."
        )
    return (
        f"{free}; the interaction of all {len(lists)} makes the undocumented {1 / xi:.3g} times "
        "as many as without it."
    )
