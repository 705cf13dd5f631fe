"""Cross-fitted doubly robust estimates of n0 (Das et al. 2021, Dulce Rubio and Kennedy 2024).

Chances come from regressions on other people than those they are used for (cross-fitting),
and the sum is corrected by which lists each person really is on, so that an error of the
regressions enters only as the product of two errors.
"""

from __future__ import annotations

import attrs
import numpy as np

from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.covariates.nuisance import Floats, Ints, Learner
from uncounted.estimate.covariates.profiles import profiles_of, refuse_one_value
from uncounted.histories import PersonTable

type Lists = tuple[str, ...]

FOLDS = 5
MARGIN = 0.005
MARGIN_OF_MANY = 0.001  # of three lists and more, which have more patterns
FEWEST_ROWS = 100
MOST_CLIPPED = 0.05
MANY_EXPECTED = 5.0  # people of a category on a list, by its share of everyone (no one: p < 0.01)
_TINY = 1e-12


@attrs.frozen(eq=False)
class Unrecorded:
    """What some lists say of the unseen, before psi or xi: sums over people.

    Attributes:
        documented: people on at least one list of the whole table.
        plug_in: sum of r(x), the regressions taken at their word.
        one_step: the same, corrected by where each person really is.
        terms: each person's part of the one-step sum.
        clipped: people whose chances had to be raised to the margin.
        shares: chances of the patterns, shape (people, 2**J - 1).
    """

    documented: int
    plug_in: float
    one_step: float
    terms: Floats
    clipped: int
    shares: Floats

    @property
    def stood_for(self) -> Floats:
        """How many unseen each person stands for, r(x)."""
        return _unrecorded(self.shares, signs_of(self.shares.shape[1]))

    @property
    def largest_part(self) -> float:
        """Share of the corrected sum, signs aside, that one person decides."""
        return float(np.max(np.abs(self.terms)) / np.sum(np.abs(self.terms)))

    def variance(self, psi: float) -> float:
        """Variance of N: that of psi times the sum, and of how many happen to be unseen.

        With u_i the parts and n0 their sum, N - true N is the sum over the whole
        population of psi u_i + 1 for the seen, minus 1 for everybody: variance
        sum (psi u_i)^2 + n0. The same as n var(phi) + n (1 - p) / p^2 of the paper.
        """
        terms = psi * self.terms
        return float(np.sum(terms**2) + max(psi * self.one_step, 0.0))


def fit_lists(
    people: PersonTable, names: Lists, *, learner: Learner, seed: int = 1, alone: bool = False
) -> Unrecorded:
    """Sums over people on these lists (Das, Kennedy and Jewell 2021; Dulce Rubio and Kennedy 2024).

    With q_w(x) the chance of pattern w for a person x among those seen, and s_w = 1 for
    patterns with an odd number of lists, -1 for an even number:

    1. the unseen a seen person x stands for: r(x), the product of q_w(x) to the power s_w
       (q10 q01 / q11 for two lists); n0 = sum r(x_i) is the plug-in;
    2. one-step: n0 = sum r(x_i) s_w / q_w(x_i), w being the pattern of person i. For two lists
       n0 + n is the paper's sum of (q1 q2 / q12)(Y1 / q1 + Y2 / q2 - Y1 Y2 / q12); for more,
       the sum of the efficient influence function of 1 / P(seen).

    Only ratios of the q matter, so people on none of these lists say nothing and need not be
    among those the regressions learn from. With `alone`, only people who are on no other list
    are taken: the assumption is of those whom the other lists miss.
    """
    kept = restricted(people, names, alone=alone)
    cell = _cells(kept, names)
    cells = (1 << len(names)) - 1
    _refuse(people, kept, cell, len(names))
    if alone or len(names) > 2:
        _refuse_without_list(kept, names)
    fold = _folds(cell, seed)
    shares = np.empty((kept.observed, cells))
    for k in range(FOLDS):
        out = fold == k
        predict = learner(kept.rows(~out).covariates, cell[~out], cells)
        shares[out] = predict(kept.rows(out).covariates)
    signs = signs_of(cells)
    shares, clipped = _clip(shares, signs)
    if clipped > MOST_CLIPPED * kept.observed:
        both = "both" if len(names) == 2 else "two"
        raise NotEstimable(
            f"{clipped} of {kept.observed} people have covariates with which"
            f" hardly anyone is on {both} lists, so their estimate would depend on"
            " a few people",
            hint="merge categories, omit a covariate, or use lists that overlap more",
        )
    terms = _terms(shares, cell, signs)
    return Unrecorded(
        documented=people.observed,
        plug_in=float(_unrecorded(shares, signs).sum()),
        one_step=float(terms.sum()),
        terms=terms,
        clipped=clipped,
        shares=shares,
    )


def signs_of(cells: int) -> Floats:
    """1 for a pattern with an odd number of lists, -1 for an even one, in the order of `_cells`.

    Examples:
        >>> signs_of(3).tolist()
        [1.0, 1.0, -1.0]
    """
    return np.array([1.0 if (c + 1).bit_count() % 2 else -1.0 for c in range(cells)])


def margin_of(cells: int) -> float:
    """The least share of a pattern that stands in denominators."""
    return MARGIN if cells == 3 else MARGIN_OF_MANY


def restricted(people: PersonTable, names: Lists, *, alone: bool = False) -> PersonTable:
    """The people on any of these lists; with `alone`, of them those on no other list."""
    on = np.isin(people.lists, names)
    kept = people.memberships[:, on].any(axis=1)
    if alone:
        kept &= ~people.memberships[:, ~on].any(axis=1)
    return people.rows(kept)


def _cells(people: PersonTable, names: Lists) -> Ints:
    """The pattern of each person as a number from 0: for two lists 10, 01, 11."""
    at = [people.lists.index(name) for name in names]
    code = people.memberships[:, at] @ (1 << np.arange(len(at)))
    answer: Ints = code.astype(np.int64) - 1
    return answer


def _refuse(everyone: PersonTable, people: PersonTable, cell: Ints, lists: int) -> None:
    if not people.covariates:
        raise NotEstimable(
            "no covariate to adjust for",
            hint="use two-list, or name covariates",
        )
    if people.observed < FEWEST_ROWS:
        raise NotEstimable(
            f"{people.observed} people are on these lists, and regressions need {FEWEST_ROWS}",
            hint="use two-list, or strata",
        )
    counts = np.bincount(cell, minlength=(1 << lists) - 1)
    if counts.min() < FOLDS:
        every = "both lists" if lists == 2 else f"all {lists} lists"
        least = int(counts[-1] if counts[-1] < FOLDS else counts.min())
        people_are = "person is" if least == 1 else "people are"
        few = f"{least} {people_are} on {every if counts[-1] < FOLDS else 'some combination'}"
        raise NotEstimable(
            f"{few}, so some fold of {FOLDS} would have none",
            hint="a method for count tables" if lists == 2 else "use fewer lists at a time",
        )
    profiles_of(everyone)  # refuses covariates as the log-linear models do
    refuse_one_value(people, " among the people on these lists")


def _refuse_without_list(people: PersonTable, names: Lists) -> None:
    """A category without anyone on a list, or on two, though many were to be expected."""
    on = people.memberships[:, [people.lists.index(name) for name in names]]
    marks = np.column_stack([on, on.sum(axis=1) > 1]).astype(np.float64)
    for covariate, column in people.covariates.items():
        if column.dtype.kind == "f":
            continue
        _, of = np.unique(column, return_inverse=True)
        size = np.bincount(of)
        for j in range(marks.shape[1]):
            found = np.bincount(of, weights=marks[:, j])
            expected = size * marks[:, j].mean()
            if np.any((found == 0) & (expected >= MANY_EXPECTED)):
                where = "one of the lists" if j < len(names) else "two of the lists"
                raise NotEstimable(
                    f"in a category of {covariate!r} no person is on {where}, where"
                    f" {expected[found == 0].max():,.0f} were to be expected",
                    hint="merge categories, or omit the covariate if it is known mainly from"
                    " one list",
                )


def _folds(cell: Ints, seed: int) -> Ints:
    """Deal the people of each pattern over the folds, as evenly as can be.

    The deal within a pattern depends on its size alone, so that exchanging two lists
    exchanges nothing else.
    """
    fold = np.empty(len(cell), np.int64)
    for c in np.unique(cell):
        at = np.flatnonzero(cell == c)
        rng = np.random.default_rng([seed, len(at)])
        fold[at] = rng.permutation(np.arange(len(at)) % FOLDS)
    return fold


def _clip(shares: Floats, signs: Floats) -> tuple[Floats, int]:
    """Raise the shares that stand in denominators (q12) to the margin; the rest give way.

    q1 >= q12 and q1 q2 >= q12 hold for any three shares.
    """
    if not (np.isfinite(shares).all() and (shares >= 0).all()):
        raise UsedWrongly("the learner gave probabilities that are negative or not numbers")
    shares = shares / shares.sum(axis=1, keepdims=True)
    margin = margin_of(len(signs))
    low = (shares < margin) & (signs < 0)
    touched = low.any(axis=1)
    room = 1 - np.where(low, margin, 0.0).sum(axis=1, keepdims=True)
    rest = np.where(low, 0.0, shares)
    raised = np.where(low, margin, rest * room / rest.sum(axis=1, keepdims=True))
    # A pattern that is never expected would divide 0 by 0 if a person has it.
    return np.maximum(np.where(touched[:, None], raised, shares), _TINY), int(touched.sum())


def _unrecorded(shares: Floats, signs: Floats) -> Floats:
    """r(x): how many unseen a seen person stands for."""
    answer: Floats = np.exp(np.log(shares) @ signs)
    return answer


def _terms(shares: Floats, cell: Ints, signs: Floats) -> Floats:
    own = shares[np.arange(len(cell)), cell]
    answer: Floats = _unrecorded(shares, signs) * signs[cell] / own
    return answer
