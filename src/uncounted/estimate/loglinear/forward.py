"""Forward selection of pairs of lists, many tables at once (Chan, Silverman and Vincent 2021)."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt
from scipy.special import pdtr, pdtrc

from uncounted.estimate.loglinear.hierarchy import Model, main_effects, padded, pair_terms
from uncounted.estimate.loglinear.mle_existence import Register
from uncounted.estimate.loglinear.poisson import FITTED, Fits, fit_all

type Floats = npt.NDArray[np.float64]
type Ints = npt.NDArray[np.int64]

THRESHOLD = 0.02


@attrs.frozen(eq=False)
class ForwardSelection:
    """For each row of counts the model so far, log n0 and the fitted means; None: no estimate."""

    models: list[Model | None]
    intercept: Floats
    means: Floats

    def take(self, row: int, model: Model, fits: Fits, k: int) -> None:
        """Put a larger model in the place of the one of a row."""
        assert fits.means is not None
        self.models[row], self.intercept[row] = model, fits.intercept[k]
        self.means[row] = fits.means[k]


def choose(
    tables: Floats, threshold: float, register: Register
) -> tuple[list[Model | None], Floats]:
    """Forward selection on every row of counts at once: the models, and log n0.

    1. Begin with main effects; a row where they have no estimate has none.
    2. For each pair not in the model compare N*, the people on both, with its fitted
       mean: p is the smaller of the two Poisson tails.
    3. Add the pair of the least p below the threshold that leaves the model with an
       estimate; stop when there is none.
    """
    J = int(tables.shape[1]).bit_length() - 1
    chosen = _begin(tables, J, register)
    both = np.array(pair_terms(J))
    holds = ((np.arange(1 << J) & both[:, None]) == both[:, None]).T.astype(np.float64)
    stars = tables @ holds
    active = np.array([row for row, model in enumerate(chosen.models) if model], dtype=np.int64)
    while len(active):
        p = _surprise(stars[active], chosen.means[active] @ holds)
        for at, row in enumerate(active):
            p[at, np.isin(both, chosen.models[row])] = 1.0
        active = _add(tables, active, p, both, threshold, chosen, register)
    return chosen.models, chosen.intercept


def _begin(tables: Floats, J: int, register: Register) -> ForwardSelection:
    R = len(tables)
    fits = fit_each([main_effects(J)] * R, tables, np.arange(R))
    assert fits.means is not None
    chosen = ForwardSelection([main_effects(J)] * R, fits.intercept.copy(), fits.means)
    for row in np.flatnonzero(fits.status != FITTED):
        if register.code(main_effects(J), tables[row]):
            chosen.models[row], chosen.intercept[row] = None, np.nan
    return chosen


def _add(
    tables: Floats,
    active: Ints,
    p: Floats,
    both: Ints,
    threshold: float,
    chosen: ForwardSelection,
    register: Register,
) -> Ints:
    """One pair more for each active row, if any may be added; the rows that have grown."""
    order = np.argsort(p, axis=1, kind="stable")
    grown: list[int] = []
    trying = np.arange(len(active))
    for place in range(len(both)):
        trying = trying[p[trying, order[trying, place]] < threshold]
        if not len(trying):
            break
        rows = active[trying]
        larger = [
            tuple(sorted((*(chosen.models[row] or ()), int(both[order[at, place]]))))
            for at, row in zip(trying, rows, strict=True)
        ]
        fits = fit_each(larger, tables, rows)
        failed = np.zeros(len(rows), dtype=bool)
        for i, row in enumerate(rows):
            if fits.status[i] != FITTED and register.code(larger[i], tables[row]):
                failed[i] = True
                continue
            chosen.take(int(row), larger[i], fits, i)
            grown.append(int(row))
        trying = trying[failed]
    return np.array(sorted(grown), dtype=np.int64)


def fit_each(models: list[Model], tables: Floats, rows: Ints) -> Fits:
    """Fit `models[k]` to row `rows[k]`, with the fitted means; each model is laid out once."""
    distinct = {model: k for k, model in enumerate(dict.fromkeys(models))}
    which = np.array([distinct[model] for model in models], dtype=np.int64)
    return fit_all(padded(distinct), tables, which, rows, means=True)


def _surprise(star: Floats, mean: Floats) -> Floats:
    """The smaller of P(X <= N*) and P(X >= N*), X Poisson with the fitted mean."""
    least: Floats = np.minimum(
        pdtr(star, mean), np.where(star > 0, pdtrc(np.maximum(star - 1, 0), mean), 1.0)
    )
    return least
