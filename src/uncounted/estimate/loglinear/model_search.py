"""Search over hierarchical log-linear models: all of them, or greedy, by BIC or AIC.

A greedy search adds or takes away one set of lists at a time while the criterion
falls, and stops where no single step helps. From main effects alone it may stop far
from the best (Silverman, Chan and Vincent 2024), so it starts from several models.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import attrs
import numpy as np
import numpy.typing as npt

from uncounted.errors import NotEstimable
from uncounted.estimate.loglinear.cell_counts import CellCounts
from uncounted.estimate.loglinear.forward import THRESHOLD, choose
from uncounted.estimate.loglinear.hierarchy import (
    Model,
    completed,
    main_effects,
    neighbours,
    padded,
    pair_terms,
)
from uncounted.estimate.loglinear.mle_existence import Register
from uncounted.estimate.loglinear.poisson import FITTED, SINGULAR, fit_all

type Floats = npt.NDArray[np.float64]
type Criterion = Literal["bic", "aic"]

STARTS = 24
_SEED = 20240401  # of the random starts: the same whatever the seed of the resamples


@attrs.frozen(eq=False)
class Ranked:
    """The admissible models of a table, best first."""

    models: tuple[Model, ...]
    numbers: Floats
    errors: Floats
    criterion: Floats
    fitted: int
    inadmissible: int

    @property
    def weights(self) -> Floats:
        """exp(-criterion / 2), adding up to 1 (Buckland, Burnham and Augustin 1997)."""
        weight = np.exp((self.criterion[0] - self.criterion) / 2)
        total: Floats = weight / weight.sum()
        return total


def rank(
    cells: CellCounts, models: Sequence[Model], criterion: Criterion, top: int, register: Register
) -> Ranked:
    """Fit every model, and keep the `top` best that have an estimate on this table.

    Which of the doubtful ones have one is decided from the best downwards, no further
    than needed: `inadmissible` counts those passed over on the way.
    """
    rows = np.zeros(len(models), dtype=np.int64)
    fits = fit_all(padded(models), cells.counts[None], np.arange(len(models)), rows)
    scores = criteria(models, fits.likelihood - cells.log_ways, cells.observed, criterion)
    kept: list[int] = []
    passed = int(np.sum(fits.status == SINGULAR))
    for k in np.argsort(scores, kind="stable"):
        if len(kept) == top or not np.isfinite(scores[k]):
            break
        if fits.status[k] == FITTED or not register.code(models[k], cells.counts):
            kept.append(int(k))
        else:
            passed += 1
    if not kept:
        raise NotEstimable(
            "no log-linear model has a maximum likelihood estimate on this table",
            hint="too many overlaps are empty; use fewer lists, or a lower bound (chao)",
        )
    n0, variance = np.exp(fits.intercept[kept]), fits.variance[kept]
    return Ranked(
        tuple(models[k] for k in kept),
        cells.observed + n0,
        np.sqrt(n0 + n0**2 * variance),
        scores[kept],
        len(models),
        passed,
    )


def criteria(
    models: Sequence[Model], likelihood: Floats, observed: float | Floats, criterion: Criterion
) -> Floats:
    """BIC (with the number of people) or AIC; parameters at minus infinity count too."""
    sizes = np.array([len(model) for model in models], dtype=np.float64)
    price = 2.0 if criterion == "aic" else np.log(observed)
    answer: Floats = price * sizes - 2 * likelihood
    return answer


def best_of(
    tables: Floats, models: Sequence[Model], criterion: Criterion, register: Register
) -> Floats:
    """N of the best admissible model for each row of counts; nan where there is none."""
    M, R = len(models), len(tables)
    fits = fit_all(padded(models), tables, np.tile(np.arange(M), R), np.repeat(np.arange(R), M))
    observed = tables[:, 1:].sum(axis=1)
    likelihood = fits.likelihood.reshape(R, M)
    scores = criteria(models, likelihood, observed[:, None], criterion)
    status, intercept = fits.status.reshape(R, M), fits.intercept.reshape(R, M)
    answer = np.full(R, np.nan)
    left = np.arange(R)
    while len(left):
        k = np.argmin(scores[left], axis=1)
        some = np.isfinite(scores[left, k])
        left, k = left[some], k[some]
        sure = status[left, k] == FITTED
        for i in np.flatnonzero(~sure):
            sure[i] = not register.code(models[k[i]], tables[left[i]])
        answer[left[sure]] = observed[left[sure]] + np.exp(intercept[left[sure], k[sure]])
        scores[left[~sure], k[~sure]] = np.inf
        left = left[~sure]
    return answer


class Greedy:
    """A downhill search over hierarchical models of one table; remembers what it has fitted."""

    def __init__(
        self, cells: CellCounts, order: int, criterion: Criterion, register: Register
    ) -> None:
        self._cells, self._order, self._criterion = cells, order, criterion
        self._register = register
        self._scores: dict[Model, float] = {}
        self._sure: set[Model] = set()

    @property
    def visited(self) -> int:
        """How many models have been fitted."""
        return len(self._scores)

    def best(self, many: int) -> tuple[Model, ...]:
        """The best of all models fitted so far, those without an estimate left out."""
        fine = sorted((score, model) for model, score in self._scores.items() if score < np.inf)
        answer: list[Model] = []
        for _, model in fine:
            if len(answer) == many:
                break
            if self._admissible(model):
                answer.append(model)
        return tuple(answer)

    def descend(self, start: Model) -> Model:
        """Step to the best neighbour while that is better; the model where no step helps."""
        self._fit([start])
        here, least = start, self._scores[start] if self._admissible(start) else np.inf
        while True:
            near = neighbours(here, self._cells.lists, self._order)
            self._fit(near)
            for model in sorted(near, key=lambda each: (self._scores[each], each)):
                if self._scores[model] >= least:
                    return here
                if self._admissible(model):
                    here, least = model, self._scores[model]
                    break
            else:
                return here

    def _fit(self, models: Sequence[Model]) -> None:
        new = [model for model in models if model not in self._scores]
        if not new:
            return
        rows = np.zeros(len(new), dtype=np.int64)
        fits = fit_all(padded(new), self._cells.counts[None], np.arange(len(new)), rows)
        likelihood = fits.likelihood - self._cells.log_ways
        scores = criteria(new, likelihood, self._cells.observed, self._criterion)
        scores[fits.status == SINGULAR] = np.inf
        self._scores.update(zip(new, scores.tolist(), strict=True))
        self._sure.update(
            model for model, status in zip(new, fits.status, strict=True) if status == FITTED
        )

    def _admissible(self, model: Model) -> bool:
        return model in self._sure or not self._register.code(model, self._cells.counts)


def starts(cells: CellCounts, order: int, many: int, register: Register) -> list[Model]:
    """Models to search from: main effects, pairs added one by one, all pairs, random ones.

    A random model has each non-empty pair with the same probability, itself drawn.
    """
    J = cells.lists
    found = [main_effects(J)]
    if order > 1:
        stepwise = choose(cells.counts[None], THRESHOLD, register)[0][0]
        masks = np.flatnonzero(cells.counts > 0)
        overlaps = [pair for pair in pair_terms(J) if np.any((masks & pair) == pair)]
        found += [stepwise or main_effects(J), completed(J, overlaps), completed(J, pair_terms(J))]
        rng = np.random.default_rng(_SEED)
        while len(found) < many:
            share = rng.random()
            found.append(completed(J, [pair for pair in overlaps if rng.random() < share]))
    return list(dict.fromkeys(found[:many]))


def greedy(
    cells: CellCounts, order: int, criterion: Criterion, top: int, many: int, register: Register
) -> Ranked:
    """Search from several starts, and rank the best `top` of all models met on the way."""
    search = Greedy(cells, order, criterion, register)
    for start in starts(cells, order, many, register):
        search.descend(start)
    models = search.best(top) or (main_effects(cells.lists),)
    return attrs.evolve(rank(cells, models, criterion, top, register), fitted=search.visited)
