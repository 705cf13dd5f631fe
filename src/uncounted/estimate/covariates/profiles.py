"""People by covariate profile: counts of capture patterns, and the terms of a regression.

People who agree in every covariate are one profile. Models of the capture pattern given
covariates need only the counts of each profile.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from uncounted.errors import NotEstimable
from uncounted.estimate.covariates.nuisance import Floats, Ints, products, terms_of
from uncounted.histories import Column, Covariates, PersonTable

FEWEST_OF_A_CATEGORY = 10


@attrs.frozen(eq=False)
class Profiles:
    """Counts of people by profile and pattern.

    Attributes:
        lists: names of the lists.
        counts: shape (S, 2**J), by mask of the lists (list j is bit j); column 0 is 0.
        features: shape (S, q), terms of the covariates; the first column is 1.
        categories: of each covariate of categories the names, and that of each profile.
        pairs: products of two features, which the Fisher information is made of.
    """

    lists: tuple[str, ...]
    counts: Floats
    features: Floats
    categories: Mapping[str, tuple[tuple[str, ...], Ints]]
    pairs: Floats = attrs.field(init=False)

    @pairs.default
    def _pairs(self) -> Floats:
        return products(self.features)

    @property
    def people(self) -> Floats:
        """Documented people of each profile."""
        answer: Floats = self.counts.sum(axis=1)
        return answer


def profiles_of(people: PersonTable) -> Profiles:
    """Count people by profile, and check that the covariates can be told apart.

    Raises:
        NotEstimable: a covariate with one value, a category with few people, covariates of
            which one is determined by the others.
    """
    refuse_one_value(people)
    columns = dict(people.covariates)
    codes = []
    categories = {}
    for name, column in columns.items():
        levels, code = np.unique(column, return_inverse=True)
        _refuse_covariate(name, column, np.bincount(code))
        codes.append(code)
        if column.dtype.kind != "f":
            categories[name] = tuple(str(level) for level in levels)
    _, first, of = np.unique(
        np.column_stack([np.zeros(people.observed, np.int64), *codes]),
        axis=0,
        return_index=True,
        return_inverse=True,
    )
    of = of.ravel()
    J = len(people.lists)
    mask = people.memberships @ (1 << np.arange(J))
    counts = np.bincount(of * (1 << J) + mask, minlength=len(first) << J).astype(np.float64)
    one = {name: column[first] for name, column in columns.items()}
    features = _features(columns, one)
    _refuse_collinear(tuple(columns), features)
    return Profiles(
        people.lists,
        counts.reshape(len(first), 1 << J),
        features,
        {
            name: (levels, np.searchsorted(levels, one[name].astype(np.str_)))
            for name, levels in categories.items()
        },
    )


def _features(columns: Covariates, one: Covariates) -> Floats:
    """A term for each category but the commonest; a number and a spline of it."""
    size = len(next(iter(one.values()))) if one else 1
    blocks = [np.ones((size, 1))]
    for name, column in columns.items():
        block = terms_of(column)(one[name])
        if column.dtype.kind != "f":
            common = int(np.argmax(np.unique(column, return_counts=True)[1]))
            block = np.delete(block, common, axis=1)
        blocks.append(block)
    return np.column_stack(blocks)


def refuse_one_value(people: PersonTable, whom: str = "") -> None:
    """Refuse a covariate that is the same for all of these people: it adjusts for nothing."""
    for name, column in people.covariates.items():
        if len(np.unique(column)) < 2:
            raise NotEstimable(
                f"covariate {name!r} has one value only{whom}",
                hint="leave it out of the covariates",
            )


def _refuse_covariate(name: str, column: Column, sizes: Ints) -> None:
    few = int(np.sum(sizes < FEWEST_OF_A_CATEGORY))
    if column.dtype.kind != "f" and few:
        raise NotEstimable(
            f"{few} of the {len(sizes)} categories of covariate {name!r} have fewer than"
            f" {FEWEST_OF_A_CATEGORY} people",
            hint="merge small categories, or leave these people out",
        )


def _refuse_collinear(names: tuple[str, ...], features: Floats) -> None:
    if len(features) >= features.shape[1] == np.linalg.matrix_rank(features):
        return
    raise NotEstimable(
        f"the covariates {', '.join(names)} determine one another, so their effects cannot be"
        " told apart",
        hint="leave one of them out",
    )
