"""A study given covariates: an estimate for each method and choice of lists."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import attrs

from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rows import CategoryRow, ListsXiRow, PsiRow, as_json
from uncounted.estimate.covariates.cross_fitting import Lists


@attrs.frozen(eq=False)
class CovariateStudy:
    """Estimates given covariates, refusals included.

    Attributes:
        observed: people on at least one list.
        lists: people on each list.
        covariates: names.
        chosen: the lists that each estimate is from.
        estimates: with two lists one a pair; with more, the log-linear average leads.
        sensitivity: rows of psi, for pairs of lists.
        seed: of the folds.
        xi: rows of xi, for three lists and more, and for pairs among people on no other list.
        categories: totals of the categories of covariates, by the log-linear average.
        read_first: what contradicts the headline, to be read before it.
        on_no_list: people of the file on none of the lists that were chosen. With two lists of
            more they are among the documented.
    """

    observed: int
    lists: Mapping[str, int]
    covariates: tuple[str, ...]
    chosen: tuple[Lists, ...]
    estimates: tuple[Estimate, ...]
    sensitivity: tuple[PsiRow, ...]
    seed: int
    xi: tuple[ListsXiRow, ...] = ()
    categories: tuple[CategoryRow, ...] = ()
    read_first: tuple[str, ...] = ()
    on_no_list: int = 0

    @property
    def refused(self) -> bool:
        """Whether there is no number."""
        return not any(estimate.ok for estimate in self.estimates)

    @property
    def first(self) -> Estimate:
        """The first estimate; when all are refused, its reason is given."""
        return self.estimates[0]

    @property
    def headline(self) -> Estimate | None:
        """The first estimate with a number that is from all lists; None where only pairs have one.

        Pairs rest on different assumptions, and none of them comes before the others.
        """
        every = len(self.lists)
        return next(
            (
                each
                for lists, each in zip(self.chosen, self.estimates, strict=True)
                if each.ok and not each.bound and (len(lists) == every or len(self.chosen) <= 2)
            ),
            None,
        )

    def to_json(self) -> dict[str, Any]:
        """`estimates`, each with its `lists`; `categories`; `sensitivity`: rows of psi and xi."""
        return {
            "observed": self.observed,
            "lists": dict(self.lists),
            "on_no_list": self.on_no_list,
            "covariates": list(self.covariates),
            "seed": self.seed,
            "version": version("uncounted"),
            "read_first": list(self.read_first),
            "estimates": [
                {"lists": list(lists), **estimate.to_json()}
                for lists, estimate in zip(self.chosen, self.estimates, strict=True)
            ],
            "categories": as_json(self.categories),
            "sensitivity": {"psi": as_json(self.sensitivity), "xi": as_json(self.xi)},
        }
