"""What each level of agreement is worth: m among reports of one person, u among others.

m of a field is drawn in two steps: whether the field agrees at all, from a Beta that is
cut off below (M. Sadinle, "Detecting duplicates in a homicide registry using a Bayesian
partitioning approach", Annals of Applied Statistics 8, 2014), then which level of
agreement or disagreement, from a Dirichlet. The cut keeps a fit from calling people the
same because they share an event. u is joint over what happened when and where, and over
family and given name, since those go together among different people too.

The prior means are judgements about such records, the same for every case.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy import special

from uncounted.linkage import compare

Floats = NDArray[np.float64]

# Among reports of one person: mean of each level (after "not said"), how many of them
# count as agreement, the least share of agreement, and the weight in pairs.
_NAME = (0.25, 0.3, 0.25, 0.06, 0.01, 0.01, 0.005, 0.02, 0.02, 0.02, 0.015, 0.02, 0.01, 0.01)
_BIRTH = (0.2, 0.05, 0.45, 0.1, 0.05, 0.08, 0.05, 0.02)
_SEX = (0.97, 0.03)
_ORIGIN = (0.6, 0.28, 0.04, 0.03, 0.05)
_DATE = (0.35, 0.25, 0.2, 0.1, 0.1)
_PLACE = (0.75, 0.1, 0.04, 0.03, 0.08)
_OTHER_ACT_SHARE = 0.15


def _event_means() -> tuple[float, ...]:
    """The product of date and place, each not said in one of ten; other acts agree less."""
    day = np.array([0.1, *(0.9 * np.array(_DATE))])
    place = np.array([0.1, *(0.9 * np.array(_PLACE))])
    same = np.outer(day, place).ravel()
    loose_day = np.array([0.1, 0.05, 0.1, 0.25, 0.2, 0.3])
    other = np.outer(loose_day, place).ravel()
    both = np.concatenate([(1 - _OTHER_ACT_SHARE) * same, _OTHER_ACT_SHARE * other])[1:]
    return tuple(both / both.sum())


@attrs.frozen
class FieldPrior:
    """Prior of m of one field, over its levels but the first ("not said")."""

    mean: tuple[float, ...]
    agrees: tuple[bool, ...]
    least: float  # share of agreement is never below this
    weight: float  # pairs that the prior counts for


def _prior(mean: tuple[float, ...], agrees: int, least: float, weight: float) -> FieldPrior:
    return FieldPrior(mean, tuple(at < agrees for at in range(len(mean))), least, weight)


PRIORS: tuple[FieldPrior, ...] = (
    _prior(_NAME, 9, 0.92, 400.0),
    _prior(_BIRTH, 6, 0.7, 400.0),
    _prior(_SEX, 1, 0.9, 400.0),
    _prior(_ORIGIN, 2, 0.5, 400.0),
    _prior(_event_means(), len(compare.EVENT), 0.0, 400.0),
)
# A level that no pair of different people shows still has this many pairs.
U_PRIOR = 0.5


@attrs.frozen
class Rates:
    """m and u of each field, over its levels but the first."""

    m: tuple[Floats, ...]
    u: tuple[Floats, ...]
    phi: float = 0.0  # share of pairs of different people who were taken together

    def weights(self) -> tuple[Floats, ...]:
        """log(m / u) a level, 0 for "not said"."""
        return tuple(
            np.concatenate([[0.0], np.log(m) - np.log(u)])
            for m, u in zip(self.m, self.u, strict=True)
        )

    def logs(self, patterns: compare.Levels) -> tuple[Floats, Floats, Floats]:
        """Log chance of rows of levels for one person, for two strangers, for two companions."""
        total = np.zeros((3, len(patterns)))
        name = np.minimum(self.m[0], self.u[0] * _MOST_EVIDENCE)
        rates = zip((name, *self.m[1:]), self.u, self._companions(), strict=True)
        for field, (m, u, f) in enumerate(rates):
            at = patterns[:, field]
            for row, rate in enumerate((m, u, f)):
                total[row] += np.concatenate([[0.0], np.log(rate)])[at]
        return total[0], total[1], total[2]

    def of(self, patterns: compare.Levels) -> Floats:
        """Evidence for each row of levels: log m - log((1 - phi) u + phi f), f for companions."""
        m, u, f = self.logs(patterns)
        if self.phi == 0.0:
            return m - u
        return np.asarray(m - np.logaddexp(np.log1p(-self.phi) + u, np.log(self.phi) + f))

    def _companions(self) -> tuple[Floats, ...]:
        """Rates among different people who were taken together.

        Often of one family name and one town, in one event; in given name, birth and sex
        like any two people.
        """
        name, birth, sex, origin, _ = self.u
        kin = np.where(_SAME_FAMILY, name, 0.0)
        return (
            0.5 * kin / kin.sum() + 0.5 * name,
            birth,
            sex,
            0.5 * self.m[3] + 0.5 * origin,
            self.m[4],
        )


# m / u of a name level is never above this: a given name of which one syllable differs, or
# all, is never evidence that two reports are one person's, whatever else they share.
_MOST_EVIDENCE = np.full(len(compare.NAME) - 1, np.inf)
_MOST_EVIDENCE[[6, 9]] = np.exp(-1.0)  # same given of another family; given in part
_MOST_EVIDENCE[[11, 12, 13]] = np.exp(-3.0)  # other given; close, of another family; different
# Name levels (after "not said") at which the family name is the same.
_SAME_FAMILY = np.array([x in (1, 2, 3, 4, 8, 9, 10, 11, 12) for x in range(1, len(compare.NAME))])


def companions(
    rates: Rates, patterns: compare.Levels, times: Floats, reports: int
) -> tuple[float, Floats]:
    """The share of all pairs who are different people taken together, by EM.

    Three kinds of pairs (one person, companions, strangers) with fixed rates; only the
    shares are learned. Without this kind, two sisters arrested together look like one
    person whose given name was mistaken: fields that agree are not independent among
    different people, and expectation-maximisation finds events instead of people.

    Returns:
        The share, and how many pairs of each row are thought to be of different people.
    """
    m, u, f = rates.logs(patterns)
    share = np.array([1.0 / reports, 1.0 - 1.0 / reports - 1e-3, 1e-3])
    for _ in range(100):
        logs = np.stack([m, u, f]) + np.log(share)[:, None]
        logs -= logs.max(axis=0)
        kinds = np.exp(logs)
        kinds *= times / kinds.sum(axis=0)
        share = np.clip(kinds.sum(axis=1) / times.sum(), 1e-7, 1.0)
    return float(min(share[2], 0.05)), np.asarray(times - kinds[0])


def counts(patterns: compare.Levels, times: Floats) -> tuple[Floats, ...]:
    """Pairs at each level but the first, a field at a time."""
    return tuple(
        np.bincount(patterns[:, field], times, minlength=size)[1:]
        for field, size in enumerate(compare.COUNTS)
    )


def start(pairs: tuple[Floats, ...]) -> Rates:
    """Before anything is learned: prior means for m, all pairs for u."""
    u = tuple((row + U_PRIOR) / (row + U_PRIOR).sum() for row in pairs)
    m = tuple(_expected(prior, np.zeros(len(prior.mean))) for prior in PRIORS)
    return Rates(m, u)


def _expected(prior: FieldPrior, linked: Floats) -> Floats:
    rate = prior.weight * np.array(prior.mean) + linked
    return np.asarray(rate / rate.sum())


def draw(
    rng: np.random.Generator,
    linked: tuple[Floats, ...],
    pairs: tuple[Floats, ...],
    phi: float = 0.0,
) -> Rates:
    """Draw m and u given which pairs are linked.

    Args:
        rng: the generator.
        linked: pairs at each level that one person's reports make.
        pairs: pairs of different people at each level. They stay what they were before
            sampling: taking away what a draw has linked would let false links feed on
            themselves, since a level that is linked away looks rarer by chance.
        phi: share of companions, kept as it is.
    """
    m = tuple(_draw_m(rng, prior, row) for prior, row in zip(PRIORS, linked, strict=True))
    u = []
    for row in pairs:
        rate = rng.standard_gamma(row + U_PRIOR) + 1e-300
        u.append(rate / rate.sum())
    return Rates(m, tuple(u), phi)


def _draw_m(rng: np.random.Generator, prior: FieldPrior, linked: Floats) -> Floats:
    rate = prior.weight * np.array(prior.mean) + linked
    agrees = np.array(prior.agrees)
    parts = rng.standard_gamma(rate) + 1e-300
    if agrees.all():
        return np.asarray(parts / parts.sum())
    share = _beta_above(rng, rate[agrees].sum(), rate[~agrees].sum(), prior.least)
    parts[agrees] *= share / parts[agrees].sum()
    parts[~agrees] *= (1 - share) / parts[~agrees].sum()
    return np.asarray(parts)


def _beta_above(rng: np.random.Generator, a: float, b: float, least: float) -> float:
    """A draw of Beta(a, b) above `least`, by inverting the distribution function."""
    below = special.betainc(a, b, least)
    if below > 1 - 1e-12:  # the data are far below the cut: the draw sits on it
        return least + 1e-6
    value = special.betaincinv(a, b, below + rng.random() * (1 - below))
    return float(min(max(value, least), 1 - 1e-9))
