"""A Bayesian log-linear model of the observable cells with normal priors on its terms.

Every set of lists up to a stated order has a term, N(0, 5^2) unless said otherwise;
the terms shrink one another where the table is thin (Aleshin-Guendel, Sadinle and
Wakefield 2024). The posterior has one peak, and is drawn from by Hamiltonian moves of
many chains from starts spread around it. Draws that do not agree are refused.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
from scipy.special import logsumexp

from uncounted.captures import CaptureTable
from uncounted.errors import NotConverged, NotEstimable, UsedWrongly
from uncounted.estimate.base.assumptions import Assumption
from uncounted.estimate.base.result import Floats
from uncounted.estimate.identification.cell_models import CellDraws, counts_of, gradient

MOST_LISTS = 5
MOST_RHAT = 1.01
LEAST_ESS = 400
_CHAINS = 32
_WARM = 60  # moves a chain, twice
_LOOKS = 125  # at least, of each chain
_TARGET = 0.85
_ASIDE = 1.5  # standard deviations


@attrs.frozen(eq=False)
class Terms:
    """log p(terms | seen counts) up to a constant, its slope and curvature.

    Term theta belongs to the set theta of lists; the log share of a pattern is the sum of
    the terms of the sets that it holds, up to one constant for all patterns.
    """

    X: Floats
    counts: Floats
    sd: float

    @classmethod
    def of(cls, table: CaptureTable, order: int, sd: float) -> Terms:
        """Terms of all sets of at most `order` lists."""
        J = len(table.lists)
        sets = np.array([s for s in range(1, 1 << J) if s.bit_count() <= order])
        cells = np.arange(1, 1 << J)[:, None]
        return cls(((cells & sets) == sets).astype(np.float64), counts_of(table), sd)

    def log_shares(self, terms: Floats) -> Floats:
        """Log shares of the seen patterns, for terms of shape (..., terms)."""
        eta = terms @ self.X.T
        answer: Floats = eta - logsumexp(eta, axis=-1, keepdims=True)
        return answer

    def value_and_slope(self, terms: Floats) -> tuple[Floats, Floats]:
        """Log posterior and its gradient, for terms of shape (chains, terms)."""
        # scipy's logsumexp costs more than all the rest of a step.
        eta = terms @ self.X.T
        top = eta.max(axis=1, keepdims=True)
        e = np.exp(eta - top)
        total = e.sum(axis=1, keepdims=True)
        n = self.counts.sum()
        value = eta @ self.counts - n * (top + np.log(total))[:, 0]
        value -= (terms**2).sum(axis=1) / (2 * self.sd**2)
        return value, (self.counts - n * e / total) @ self.X - terms / self.sd**2

    def curvature(self, terms: Floats) -> tuple[Floats, Floats]:
        """Information of the counts, and of the prior, at one point."""
        p = np.exp(self.log_shares(terms))
        mean = p @ self.X
        information = self.counts.sum() * ((self.X.T * p) @ self.X - np.outer(mean, mean))
        return information, np.eye(len(terms)) / self.sd**2

    def mode(self) -> Floats:
        """The peak, by Newton's steps that are halved until they rise.

        Raises:
            NotConverged: it was not reached.
        """
        at = np.zeros(self.X.shape[1])
        for _ in range(200):
            value, slope = self.value_and_slope(at[None])
            step = np.linalg.solve(sum(self.curvature(at)), slope[0])
            if slope[0] @ step < 1e-10:
                return at
            share = 1.0
            while share > 1e-9 and self.value_and_slope((at + share * step)[None])[0] <= value:
                share /= 2
            at = at + share * step
        raise NotConverged("the peak of the log-linear model was not found")


@attrs.frozen
class LogLinear:
    """Shares of the seen patterns from a log-linear model with N(0, `sd`^2) terms.

    `order` is the largest number of lists that act on one another in the seen table;
    None: all but the highest, which leaves no pattern of shares out.
    """

    sd: float = 5.0
    order: int | None = None

    def __attrs_post_init__(self) -> None:
        if not 0 < self.sd < math.inf:
            raise UsedWrongly(f"a standard deviation of {self.sd} is none", hint="5 is usual")
        if self.order is not None and self.order < 1:
            raise UsedWrongly("the order of a log-linear model is 1 or more")

    @property
    def name(self) -> str:
        """With its prior."""
        order = "" if self.order is None else f" of at most {self.order} lists"
        return f"log-linear, terms{order} ~ N(0, {self.sd:g}^2)"

    def terms(self, table: CaptureTable) -> Terms:
        """The model on a table.

        Raises:
            NotEstimable: more than 5 lists.
        """
        J = len(table.lists)
        if J > MOST_LISTS:
            raise NotEstimable(
                f"the log-linear model of the seen patterns is for up to {MOST_LISTS} lists, and "
                f"there are {J}",
                hint="take the Dirichlet model, or leave lists out",
            )
        return Terms.of(table, min(self.order or J - 1, J - 1), self.sd)

    def batches(
        self, table: CaptureTable, size: int, rng: np.random.Generator
    ) -> Iterator[CellDraws]:
        """Draws of chains that agree, for as long as they are asked.

        Raises:
            NotConverged: R-hat above 1.01 or an effective sample below 400, eight times as long.
        """
        chains = Chains(self.terms(table), rng)
        chains.warm_up()
        looks = -(-size // _CHAINS)
        while True:
            seen = chains.sample(max(looks, _LOOKS))
            for last in (False, False, False, True):
                rhat, ess = agreement(seen)
                if rhat <= MOST_RHAT and ess >= LEAST_ESS:
                    break
                if last:
                    raise not_agreed(rhat, ess)
                seen = np.concatenate([seen, chains.sample(seen.shape[1])], axis=1)
            every = seen[:, :: seen.shape[1] // looks][:, :looks]
            flat = every.transpose(1, 0, 2).reshape(-1, every.shape[2])[: max(size, 1)]
            diagnostics = {
                "rhat": rhat,
                "ess": ess,
                "chains": _CHAINS,
                "accepted_moves": chains.accepted,
            }
            yield CellDraws(chains.model.log_shares(flat), diagnostics)

    def prior_share(self, table: CaptureTable, assumption: Assumption) -> float | None:
        """Part of the variance of log odds that the prior makes.

        With H the information of the counts and P that of the prior, the variance of a
        linear quantity c is c'(H + P)^-1 c, of which the prior makes
        c'(H + P)^-1 P (H + P)^-1 c. Both are summed over the peak and a point on either
        side of it in the direction of c, where the counts may say far less than at it.
        """
        model = self.terms(table)

        def log_odds(terms: Floats) -> Floats:
            return assumption.log_odds(model.log_shares(terms), table.lists)

        def parts(at: Floats) -> tuple[float, float, Floats]:
            information, prior = model.curvature(at)
            slope = gradient(log_odds, at)
            half = np.linalg.solve(information + prior, slope)
            return float(half @ prior @ half), float(slope @ half), half

        peak = model.mode()
        made, total, way = parts(peak)
        if not total > 0:
            return None
        away = _ASIDE * way / math.sqrt(total)
        for at in (peak - away, peak + away):
            more = parts(at)
            made, total = made + more[0], total + more[1]
        return made / total


class Chains:
    """Hamiltonian Monte Carlo, all chains at once (Neal 2011), scaled to the posterior."""

    def __init__(self, model: Terms, rng: np.random.Generator) -> None:
        self.model, self.rng = model, rng
        self.middle = model.mode()
        information, prior = model.curvature(self.middle)
        self.factor = np.linalg.cholesky(np.linalg.inv(information + prior))
        self.step, self.accepted = np.full(_CHAINS, 0.5), 0.0
        self.at = self._starts()

    def _starts(self) -> Floats:
        """Twice as far out as the peak's curvature says, but not where no chain gets away from.

        The posterior falls by half the number of terms where it is at home; a start from
        which it falls by more than twice their number is brought half the way back.
        """
        most = 2.0 * len(self.middle)
        top = self.model.value_and_slope(self.middle[None])[0] - most
        away = 2 * self.rng.standard_normal((_CHAINS, len(self.middle))) @ self.factor.T
        while (far := self.model.value_and_slope(self.middle + away)[0] < top).any():
            away[far] /= 2
        return self.middle + away

    def warm_up(self) -> None:
        """Find the step; then the spread from the chains, since the peak knows no tails."""
        self.sample(_WARM, tune=True)
        for _ in range(2):
            seen = self.sample(_WARM, tune=True)
            flat = seen.reshape(-1, seen.shape[2])
            spread = np.atleast_2d(np.cov(flat, rowvar=False))
            self.factor = np.linalg.cholesky(spread + 1e-9 * np.diag(np.diag(spread)))
        self.sample(_WARM, tune=True)

    def sample(self, looks: int, *, tune: bool = False) -> Floats:
        """Move every chain `looks` times: shape (chains, looks, terms).

        While tuning each chain has a step of its own, so that one that starts where the
        posterior is steep gets away; then all have the one in the middle.
        """
        seen = np.empty((_CHAINS, looks, len(self.middle)))
        taken = 0.0
        for look in range(looks):
            # One move in ten is short, for the corners in which the usual step is too long.
            chance = self._move(1.0 if tune or self.rng.random() < 0.9 else 0.1)
            taken += float(chance.mean())
            seen[:, look] = self.at
            if tune:
                self.step *= np.exp(0.3 * (chance - _TARGET))
        if tune:
            self.step[:] = np.median(self.step)
        self.accepted = taken / looks
        return seen

    def _move(self, share: float) -> Floats:
        """One leapfrog trajectory of random length for all; each chain's chance of acceptance."""
        momentum = self.rng.standard_normal(self.at.shape)
        step = (share * self.step * self.rng.uniform(0.8, 1.2, _CHAINS))[:, None]
        steps = max(1, round(self.rng.uniform(0.6, 2.2) / float(np.median(self.step))))
        value, slope = self.model.value_and_slope(self.at)
        start = value - (momentum**2).sum(axis=1) / 2
        at, pull = self.at, slope @ self.factor
        for _ in range(steps):
            momentum = momentum + step / 2 * pull
            at = at + (step * momentum) @ self.factor.T
            value, slope = self.model.value_and_slope(at)
            pull = slope @ self.factor
            momentum = momentum + step / 2 * pull
        log_ratio = value - (momentum**2).sum(axis=1) / 2 - start
        chance = np.exp(np.minimum(np.where(np.isfinite(log_ratio), log_ratio, -np.inf), 0.0))
        take = self.rng.random(len(chance)) < chance
        self.at = np.where(take[:, None], at, self.at)
        return chance


def agreement(seen: Floats) -> tuple[float, float]:
    """The worst rank-normalised R-hat and the least bulk effective sample (Vehtari et al. 2021).

    Args:
        seen: shape (chains, looks, quantities).
    """
    from arviz_stats.base import array_stats as untyped

    array_stats: Any = untyped
    axes = {"chain_axis": 0, "draw_axis": 1}
    rows = [seen[:, :, k] for k in range(seen.shape[2])]
    return (
        max(float(array_stats.rhat(row, **axes)) for row in rows),
        min(float(array_stats.ess(row, **axes)) for row in rows),
    )


def not_agreed(rhat: float, ess: float) -> NotConverged:
    """The refusal of draws that depend on where they started."""
    return NotConverged(
        f"the draws of the log-linear model depend on where they start (R-hat {rhat:.3f}, "
        f"{ess:.0f} effective draws)",
        hint="more draws, a smaller sd, or the Dirichlet model",
    )
