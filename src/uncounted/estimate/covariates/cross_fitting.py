"""Cross-fitted doubly robust and targeted estimates of n0 (Das, Kennedy and Jewell 2021).

Chances come from regressions on other people than those they are used for (cross-fitting),
and the sum is corrected by which lists each person really is on, so that an error of the
regressions enters only as the product of two errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import attrs
import numpy as np
import numpy.typing as npt
from scipy.special import expit

from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.covariates.nuisance import Floats, Ints, Learner
from uncounted.histories import PersonTable

type Way = Literal["one-step", "tmle", "plug-in"]

FOLDS = 5
MARGIN = 0.005
FEWEST_ROWS = 100
MOST_CLIPPED = 0.05
_FLUCTUATIONS = 200
_SOLVED = 0.001  # of the standard error: a correction this small is none
_TINY = 1e-12


@attrs.frozen(eq=False)
class Unrecorded:
    """What a set of lists says of the unseen, before psi: sums over people.

    Attributes:
        documented: people on at least one list of the whole table.
        plug_in: sum of r(x), the regressions taken at their word.
        one_step: the same, corrected by where each person really is.
        tmle: the same after the regressions were moved until nothing is left to correct;
            None where that has no end, or with more than two lists.
        terms: each person's part of the one-step sum.
        targeted: each person's part after that move.
        clipped: people whose chances had to be raised to the margin.
        shares: chances of the patterns, shape (people, 2**K - 1).
    """

    documented: int
    plug_in: float
    one_step: float
    tmle: float | None
    terms: Floats
    targeted: Floats
    clipped: int
    shares: Floats

    @property
    def stood_for(self) -> Floats:
        """How many unseen each person stands for, r(x)."""
        return _unrecorded(self.shares)

    @property
    def largest_part(self) -> float:
        """Share of the corrected sum, signs aside, that one person decides."""
        return float(np.max(np.abs(self.terms)) / np.sum(np.abs(self.terms)))

    def of(self, way: Way) -> float:
        """The sum by one of the three ways.

        Raises:
            NotEstimable: there is no targeted one.
        """
        if way != "tmle":
            return self.one_step if way == "one-step" else self.plug_in
        if self.tmle is None:
            raise NotEstimable(
                "there is no targeted estimate: it has no end, or there are more than two lists",
                hint="way='one-step', or kinds of people that are on both lists more often",
            )
        return self.tmle

    def variance(self, way: Way, psi: float) -> float:
        """Variance of N: that of psi times the sum, and of how many happen to be unseen.

        With u_i the parts and n0 their sum, N - true N is the sum over the whole
        population of psi u_i + 1 for the seen, minus 1 for everybody: variance
        sum (psi u_i)^2 + n0. The same as n var(phi) + n (1 - p) / p^2 of the paper.
        """
        terms = psi * (self.targeted if way == "tmle" else self.terms)
        return float(np.sum(terms**2) + max(psi * self.of(way), 0.0))


def fit_lists(
    people: PersonTable,
    names: Sequence[str],
    *,
    learner: Learner,
    seed: int = 1,
    folds: int = FOLDS,
    margin: float = MARGIN,
    given_others: bool = False,
) -> Unrecorded:
    """Sums over people on these K lists; K = 2 in Das, Kennedy and Jewell.

    With q_w(x) the chance of pattern w for a person x among those seen, and s_w = 1 for
    patterns with an odd number of lists, -1 for an even number:

    1. the unseen a seen person x stands for: r(x) = prod_odd q_w(x) / prod_even q_w(x),
       which for two lists is q10 q01 / q11; n0 = sum r(x_i) is the plug-in;
    2. one-step: n0 = sum r(x_i) s_w / q_w(x_i), w being the pattern of person i. For two
       lists, n0 + n is the paper's sum of (q1 q2 / q12)(Y1 / q1 + Y2 / q2 - Y1 Y2 / q12);
    3. targeted, for two lists: the regressions are moved until the one-step sum has
       nothing left to correct.

    Only ratios of the q matter for two lists, so people on neither say nothing and need
    not be among those the regressions learn from.

    Raises:
        NotEstimable: too few people, a fold without overlap, no covariate, too many
            clipped.
    """
    kept = restricted(people, names, given_others)
    cell = _cells(kept, names)
    cells = 2 ** len(names) - 1
    _refuse(kept, names, cell, cells, folds)
    fold = _folds(cell, folds, seed)
    shares = np.empty((kept.observed, cells))
    for k in range(folds):
        out = fold == k
        predict = learner(kept.rows(~out).covariates, cell[~out], cells)
        shares[out] = predict(kept.rows(out).covariates)
    shares, clipped = _clip(shares, margin)
    if clipped > MOST_CLIPPED * kept.observed:
        raise NotEstimable(
            f"{clipped} of {kept.observed} people are of kinds that are hardly ever on both lists,"
            " so what is said of them rests on a handful",
            hint="join kinds of people, leave a covariate out, or use lists that overlap",
        )
    terms = _terms(shares, cell)
    moved = _target(shares, cell)
    return Unrecorded(
        documented=people.observed,
        plug_in=float(_unrecorded(shares).sum()),
        one_step=float(terms.sum()),
        tmle=None if moved is None else float(_terms(moved, cell).sum()),
        terms=terms,
        targeted=terms if moved is None else _terms(moved, cell),
        clipped=clipped,
        shares=shares,
    )


def restricted(people: PersonTable, names: Sequence[str], given_others: bool) -> PersonTable:
    """Keep the people on any of these lists; with `given_others`, on no other list."""
    at = [people.lists.index(name) for name in names]
    kept = people.memberships[:, at].any(axis=1)
    if given_others:
        kept &= ~np.delete(people.memberships, at, axis=1).any(axis=1)
    return people.rows(kept)


def _cells(people: PersonTable, names: Sequence[str]) -> Ints:
    """The pattern of each person as a number from 0; the last is "on all"."""
    at = [people.lists.index(name) for name in names]
    code = people.memberships[:, at] @ (1 << np.arange(len(at)))
    answer: Ints = code.astype(np.int64) - 1
    return answer


def parity_signs(cells: int) -> Floats:
    """1 for patterns of an odd number of lists, -1 for an even number, in order of cells."""
    return np.array([1.0 if c.bit_count() % 2 else -1.0 for c in range(1, cells + 1)])


def _refuse(people: PersonTable, names: Sequence[str], cell: Ints, cells: int, folds: int) -> None:
    if not people.covariates:
        raise NotEstimable(
            "there is no covariate, so there is nothing to adjust for",
            hint="use two-list, or name covariates",
        )
    if people.observed < FEWEST_ROWS:
        raise NotEstimable(
            f"{people.observed} people are on these lists, and regressions need {FEWEST_ROWS}",
            hint="use two-list, or strata",
        )
    counts = np.bincount(cell, minlength=cells)
    if counts[-1] < folds and len(names) == 2:
        raise NotEstimable(
            f"{counts[-1]} people are on both lists, so some fold of {folds} would have none",
            hint="fewer folds, or a method for count tables",
        )
    if counts.min() < folds:
        raise NotEstimable(
            f"a pattern has {counts.min()} people, so some fold of {folds} would have none",
            hint="two lists at a time",
        )


def _folds(cell: Ints, folds: int, seed: int) -> Ints:
    """Deal the people of each pattern over the folds, as evenly as can be.

    The deal within a pattern depends on its size alone, so that exchanging two lists
    exchanges nothing else.
    """
    fold = np.empty(len(cell), np.int64)
    for c in np.unique(cell):
        at = np.flatnonzero(cell == c)
        rng = np.random.default_rng([seed, len(at)])
        fold[at] = rng.permutation(np.arange(len(at)) % folds)
    return fold


def _clip(shares: Floats, margin: float) -> tuple[Floats, int]:
    """Raise the chances that stand in denominators to the margin; the rest give way.

    With two lists that is q12; q1 >= q12 and q1 q2 >= q12 hold for any three shares.
    """
    if not (np.isfinite(shares).all() and (shares >= 0).all()):
        raise UsedWrongly("the learner gave chances that are below 0 or no numbers")
    shares = shares / shares.sum(axis=1, keepdims=True)
    even = parity_signs(shares.shape[1]) < 0
    low = (shares < margin) & even
    touched = low.any(axis=1)
    room = 1 - np.where(low, margin, 0.0).sum(axis=1, keepdims=True)
    rest = np.where(low, 0.0, shares)
    raised = np.where(low, margin, rest * room / rest.sum(axis=1, keepdims=True))
    # A pattern that is never expected would divide 0 by 0 where somebody shows it.
    return np.maximum(np.where(touched[:, None], raised, shares), _TINY), int(touched.sum())


def _unrecorded(shares: Floats) -> Floats:
    """r(x): how many unseen a seen person stands for."""
    answer: Floats = np.exp(np.log(shares) @ parity_signs(shares.shape[1]))
    return answer


def _terms(shares: Floats, cell: Ints) -> Floats:
    s = parity_signs(shares.shape[1])
    answer: Floats = _unrecorded(shares) * s[cell] / shares[np.arange(len(cell)), cell]
    return answer


def _target(shares: Floats, cell: Ints) -> Floats | None:
    """Move two lists' chances until nothing is left to correct; None: no end, or more lists.

    h1 = q11 / (q10 + q11) is the chance of list 2 among people on list 1, h2 the other way
    round, o = (1 - h) / h. The one-step sum is sum over "01" of o1, plus the sum over
    people on list 1 of o2 (1 - Y2 / h1). In turn, the log-odds of h1 are moved by the same
    e for everybody, by weighted maximum likelihood with weights o2 / h1, which makes the
    last sum zero; and those of h2 likewise. Then three sums agree: of o1 over "01", of o2
    over "10", of o1 o2 over "11". Weights instead of a covariate keep the moves small.
    """
    if shares.shape[1] != 3:
        return None
    only1, only2, both = (cell == c for c in range(3))
    o1, o2 = shares[:, 0] / shares[:, 2], shares[:, 1] / shares[:, 2]
    for _ in range(_FLUCTUATIONS):
        o1 = o1 * np.exp(-_shift(o1, o2 * (1 + o1), both, both | only1))
        o2 = o2 * np.exp(-_shift(o2, o1 * (1 + o2), both, both | only2))
        parts = np.where(both, -o1 * o2, np.where(only1, o2, o1))
        sums = (parts[only1].sum(), parts[only2].sum(), -parts[both].sum())
        if max(sums) - min(sums) < _SOLVED * float(np.sqrt(np.sum(parts**2))):
            moved = np.column_stack([o1, o2, np.ones(len(o1))])
            answer: Floats = moved / moved.sum(axis=1, keepdims=True)
            return answer
    return None


def _shift(
    odds: Floats, weight: Floats, shown: npt.NDArray[np.bool_], restricted: npt.NDArray[np.bool_]
) -> float:
    """The e at which the weighted sum of shown minus h is zero; `odds` are those against."""
    logit, weight = -np.log(odds[restricted]), weight[restricted]
    wanted, e = float(weight[shown[restricted]].sum()), 0.0
    for _ in range(50):
        p = expit(logit + e)
        step = (wanted - float(weight @ p)) / float(weight @ (p * (1 - p)))
        e += float(np.clip(step, -1.0, 1.0))
        if abs(step) < 1e-10:
            break
    return e
