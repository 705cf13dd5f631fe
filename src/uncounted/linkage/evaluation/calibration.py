"""Whether probabilities of a link mean what they say: of pairs stated at .3, are .3 true?

Two questions. In bins of the stated probability, is the share that is true the one that is
stated? And over all pairs, or those in doubt alone, does the number of true links lie where
the draws say that it does? The second is the sharper one: if the draws are right, the truth
is as one more of them. Pairs of one group of reports are true or false together, so
intervals are over groups and never over pairs.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.linkage.draws import Labels, pair_shares
from uncounted.linkage.evaluation.intervals import Interval, clustered_share

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
EDGES = (0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95)
DOUBT = (0.05, 0.95)


@attrs.frozen(eq=False)
class Pairs:
    """Pairs of reports, and in which share of the draws each is together: `left < right`."""

    left: Ints
    right: Ints
    stated: Floats

    @classmethod
    def of(cls, labels: Labels) -> Pairs:
        """Every pair that some draw puts together.

        Examples:
            >>> Pairs.of(np.array([[0, 0, 1], [0, 1, 1]], np.int32)).stated.tolist()
            [0.5, 0.5]
        """
        return cls(*pair_shares(labels))

    def only(self, kept: NDArray[np.bool_]) -> Pairs:
        """Some of them."""
        return Pairs(self.left[kept], self.right[kept], self.stated[kept])

    @property
    def doubtful(self) -> NDArray[np.bool_]:
        """Those between .05 and .95."""
        return (self.stated > DOUBT[0]) & (self.stated < DOUBT[1])

    def drawn(self, labels: Labels, mass: Floats) -> Floats:
        """In each draw, the sum of `mass` over the pairs that are together."""
        return np.array([mass[row[self.left] == row[self.right]].sum() for row in labels])


@attrs.frozen
class Bin:
    """Pairs stated at `low` up to `high`: the mean stated, the share true with its interval."""

    low: float
    high: float
    stated: float
    true: float
    interval: Interval | None
    pairs: int
    groups: int


@attrs.frozen
class Links:
    """A number of links that the draws expect, and how many there are.

    `interval` is that of the draws. `actual_interval` is given where the actual number is
    itself estimated from a sample.
    """

    pairs: int
    expected: float
    interval: Interval
    actual: float
    actual_interval: Interval | None = None

    @property
    def within(self) -> bool:
        """Whether the actual number is one that the draws allow, with the doubt of both.

        Examples:
            >>> Links(80, 41.0, (30.0, 52.0), 44.0).within
            True
            >>> Links(80, 41.0, (30.0, 52.0), 58.0, (43.0, 78.0)).within
            True
        """
        low, high = self.interval
        gap = self.actual - self.expected
        under, over = self.actual_interval or (self.actual, self.actual)
        down = np.hypot(self.actual - under, high - self.expected)
        up = np.hypot(over - self.actual, self.expected - low)
        return bool(gap - down <= 1e-9 and gap + up >= -1e-9)


@attrs.frozen
class Calibration:
    """Bins, links expected and actual over all pairs and over those in doubt.

    `error` is the expected calibration error: the mean distance of stated and true over
    the pairs' bins. `never` counts true pairs that no draw puts together; they are among the
    actual links of `all_pairs`.
    """

    bins: tuple[Bin, ...]
    error: float | None
    all_pairs: Links
    doubtful: Links
    never: float
    level: float = 0.95

    def to_json(self) -> dict[str, Any]:
        """As plain values, with the sentence of `verdict`."""
        out: dict[str, Any] = attrs.asdict(self)
        for name in ("all_pairs", "doubtful"):
            out[name]["within"] = getattr(self, name).within
        return {**out, "verdict": self.verdict()}

    def verdict(self) -> str:
        """Say in one sentence whether the number of links is where the draws put it."""
        doubt = self.doubtful
        if not doubt.pairs:
            return "No pair has a probability between .05 and .95, so there is nothing to judge."
        low, high = doubt.interval
        actual = f"{doubt.actual:,.0f}"
        if doubt.actual_interval is not None:
            actual = "about {:,.0f} ({:,.0f} to {:,.0f})".format(
                doubt.actual, *doubt.actual_interval
            )
        inside = f"within the {self.level:.0%} band"
        if not doubt.within:
            too = "many" if doubt.actual < doubt.expected else "few"
            inside = f"OUTSIDE the {self.level:.0%} band, too {too} are expected"
        pairs = "pair" if doubt.pairs == 1 else "pairs"
        return (
            f"Of the {doubt.pairs:,} {pairs} with a probability between .05 and .95 the draws"
            f" expect {doubt.expected:,.0f} to be links ({low:,.0f} to {high:,.0f}), and"
            f" {actual} are: {inside}."
        )


def calibrate(
    pairs: Pairs,
    right: NDArray[np.bool_],
    group: Ints,
    labels: Labels,
    *,
    mass: Floats | None = None,
    never: float = 0.0,
    level: float = 0.95,
) -> Calibration:
    """Hold stated probabilities against what is true.

    Args:
        pairs: those whose truth is known.
        right: whether each is one person.
        group: each pair's group of reports, within which pairs hang together.
        labels: the draws, shape (draws, reports).
        mass: what each pair counts for; default 1.
        never: true pairs that are in no draw.
        level: of intervals.

    Examples:
        >>> draws = np.array([[0, 0, 1, 1], [0, 0, 1, 2]], np.int32)
        >>> found = calibrate(Pairs.of(draws), np.array([True, False]), np.array([0, 1]), draws)
        >>> [(each.stated, each.true, each.pairs) for each in found.bins]
        [(0.5, 0.0, 1), (1.0, 1.0, 1)]
    """
    mass = np.ones(len(right)) if mass is None else mass
    kept = mass > 0
    pairs, right, group, mass = pairs.only(kept), right[kept], group[kept], mass[kept]
    bins, error = in_bins(pairs.stated, right, mass, group, level)
    doubt = pairs.doubtful
    return Calibration(
        bins=bins,
        error=error,
        all_pairs=_links(pairs, right, labels, mass, never, level),
        doubtful=_links(pairs.only(doubt), right[doubt], labels, mass[doubt], 0.0, level),
        never=never,
        level=level,
    )


def _links(
    pairs: Pairs,
    right: NDArray[np.bool_],
    labels: Labels,
    mass: Floats,
    never: float,
    level: float,
) -> Links:
    return Links(
        pairs=len(right),
        expected=float((mass * pairs.stated).sum()),
        interval=band(pairs.drawn(labels, mass), level),
        actual=float(mass[right].sum()) + never,
    )


def band(drawn: Floats, level: float) -> Interval:
    """The middle `level` of draws, from the draws themselves."""
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return float(low), float(high)


def in_bins(
    stated: Floats, right: NDArray[np.bool_], mass: Floats, group: Ints, level: float
) -> tuple[tuple[Bin, ...], float | None]:
    """Bins with a pair in them, and the calibration error over them.

    The interval of a share is over groups of pairs: its variance is that of a ratio of
    totals of groups.
    """
    out = []
    for low, high, here in bins_of(stated):
        weight, yes = mass[here], right[here].astype(np.float64)
        share = float((weight * yes).sum() / weight.sum())
        _, which = np.unique(group[here], return_inverse=True)
        off = np.bincount(which, weight * (yes - share) / weight.sum())
        groups = len(off)
        variance = float((off * off).sum()) * groups / max(groups - 1, 1)
        mean = float((weight * stated[here]).sum() / weight.sum())
        interval = clustered_share(share, variance, groups, float(here.sum()), level)
        out.append(Bin(low, high, mean, share, interval, int(here.sum()), groups))
    return tuple(out), error_of(out, stated, mass)


def error_of(bins: Sequence[Bin], stated: Floats, mass: Floats) -> float | None:
    """The expected calibration error: the mean distance of stated and true, by bin."""
    if not bins:
        return None
    weights = np.array([mass[here].sum() for _, _, here in bins_of(stated)])
    gaps = np.array([abs(each.stated - each.true) for each in bins])
    return float((weights * gaps).sum() / weights.sum())


def bins_of(stated: Floats) -> Iterator[tuple[float, float, NDArray[np.bool_]]]:
    """Each bin that has a pair in it: from, up to (left out, but for 1), and which pairs.

    Examples:
        >>> [(low, high) for low, high, _ in bins_of(np.array([0.01, 0.5, 1.0]))]
        [(0.0, 0.05), (0.5, 0.65), (0.95, 1.0)]
    """
    for low, high in itertools.pairwise((0.0, *EDGES, 1.0)):
        here = (stated >= low) & ((stated < high) | (high == 1.0))
        if here.any():
            yield low, high, here
