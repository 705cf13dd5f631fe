"""Calibration of the match probabilities: of pairs stated at .3, are .3 true matches?

In bins of the stated probability, the share that is true is compared with the one stated. Over all
pairs, and the uncertain ones alone, the number of true links is compared with its draws: if the
draws are right, the truth is as one more of them. Pairs of one group of reports are true or false
together, so intervals are over groups: reports that links of at least .02 join.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.linkage.arrays import Floats, Ints, Labels, connected
from uncounted.linkage.diagnostics import Json
from uncounted.linkage.evaluation.intervals import Interval, share_of_groups
from uncounted.linkage.evaluation.labels import Labelled
from uncounted.linkage.evaluation.recalibration import Recalibrated, recalibrated
from uncounted.linkage.result import Linkage, pair_shares

EDGES = (0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95)
DOUBT = (0.05, 0.95)
NEAR = 0.02  # pairs below it do not make one room of two; as in the order of review
LEAST_GROUPS = 20  # of a bin between .05 and .95: bins that have fewer are joined


@attrs.frozen(eq=False)
class StatedPairs:
    """Pairs of reports, and in which share of the draws each is together: `left < right`."""

    left: Ints
    right: Ints
    stated: Floats

    @classmethod
    def of(cls, labels: Labels) -> StatedPairs:
        """Every pair that some draw puts together."""
        return cls(*pair_shares(labels))

    @classmethod
    def labelled(cls, linkage: Linkage, rows: Sequence[Labelled]) -> StatedPairs:
        """The pairs of some labels, all of reports that were linked."""
        at = linkage.index
        pairs = np.array([sorted((at[row.one], at[row.two])) for row in rows], np.int64)
        left, right = pairs.reshape(-1, 2).T
        return cls(left, right, linkage.together(left, right))

    def only(self, kept: NDArray[np.bool_]) -> StatedPairs:
        """Some of them."""
        return StatedPairs(self.left[kept], self.right[kept], self.stated[kept])

    @property
    def doubtful(self) -> NDArray[np.bool_]:
        """Those between .05 and .95."""
        return in_doubt(self.stated)

    def drawn(self, labels: Labels, mass: Floats) -> Floats:
        """In each draw, the sum of `mass` over the pairs that are together."""
        return np.array([mass[row[self.left] == row[self.right]].sum() for row in labels])


def in_doubt(stated: Floats) -> NDArray[np.bool_]:
    """Which are between .05 and .95."""
    return (stated > DOUBT[0]) & (stated < DOUBT[1])


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
    """Links that the draws expect, and the actual number (with an interval if it is estimated)."""

    pairs: int
    expected: float
    interval: Interval
    actual: float
    actual_interval: Interval | None = None

    @property
    def within(self) -> bool:
        """Whether the actual number is one that the draws allow, with the doubt of both."""
        low, high = self.interval
        gap = self.actual - self.expected
        under, over = self.actual_interval or (self.actual, self.actual)
        down = np.hypot(self.actual - under, high - self.expected)
        up = np.hypot(over - self.actual, self.expected - low)
        return bool(gap - down <= 1e-9 and gap + up >= -1e-9)


@attrs.frozen
class Calibration:
    """Bins, links expected and actual over all pairs and over those in doubt.

    `error` is the expected calibration error; `never` counts true pairs that no draw puts together
    (in `all_pairs`). `within` and `across` are the pairs in doubt within one list and across two.
    `line` is fitted to the pairs in doubt; None where they are too few.
    """

    bins: tuple[Bin, ...]
    error: float | None
    all_pairs: Links
    doubtful: Links
    never: float
    level: float = 0.95
    within: Links | None = None
    across: Links | None = None
    line: Recalibrated | None = None

    def to_json(self) -> Json:
        """As plain values, with the sentence of `verdict`."""
        out: dict[str, Any] = attrs.asdict(self)
        for name in ("all_pairs", "doubtful", "within", "across"):
            if (links := getattr(self, name)) is not None:
                out[name]["within"] = links.within
        out["doubtful_within_a_list"] = out.pop("within")
        out["doubtful_across_lists"] = out.pop("across")
        out["line"] = None if self.line is None else self.line.to_json()
        return {**out, "verdict": self.verdict()}

    def verdict(self) -> str:
        """Say in one sentence whether the number of links is where the draws put it."""
        doubt = self.doubtful
        if not doubt.pairs:
            return "No pair has a probability between .05 and .95, so there is nothing to judge."
        pairs = "pair" if doubt.pairs == 1 else "pairs"
        return (
            f"Of the {doubt.pairs:,} {pairs} with a probability between .05 and .95"
            f" {_found(doubt, self.level)}."
        )

    def parts(self) -> tuple[str, ...]:
        """The same sentence of pairs within one list, and of those across lists, if both are."""
        if not (self.within and self.across and self.within.pairs and self.across.pairs):
            return ()
        return tuple(
            f"{where}, of {links.pairs:,}, {_found(links, self.level)}."
            for where, links in (("Within one list", self.within), ("Across lists", self.across))
        )


def _found(links: Links, level: float) -> str:
    low, high = links.interval
    actual = f"{links.actual:,.0f}"
    if links.actual_interval is not None:
        actual = "about {:,.0f} ({:,.0f} to {:,.0f})".format(links.actual, *links.actual_interval)
    inside = f"within the {level:.0%} band"
    if not links.within:
        too = "many" if links.actual < links.expected else "few"
        inside = f"OUTSIDE the {level:.0%} band, too {too} are expected"
    return (
        f"the draws expect {links.expected:,.0f} to be links ({low:,.0f} to {high:,.0f}), and"
        f" {actual} are: {inside}"
    )


def calibrate(
    pairs: StatedPairs,
    right: NDArray[np.bool_],
    group: Ints,
    labels: Labels,
    *,
    alike: NDArray[np.bool_],
    mass: Floats | None = None,
    never: float = 0.0,
    level: float = 0.95,
) -> Calibration:
    """Compare stated probabilities with the truth (`right`), by `group` of dependent pairs.

    `alike` pairs are of one list; `mass` are weights; `never` counts true pairs that are in no
    draw.
    """
    mass = np.ones(len(right)) if mass is None else mass
    kept = mass > 0
    bins, error = in_bins(pairs.stated[kept], right[kept], mass[kept], group[kept], level)

    def links(of: NDArray[np.bool_], never: float = 0.0) -> Links:
        of = of & kept
        return _links(pairs.only(of), right[of], labels, mass[of], never, level)

    doubt = pairs.doubtful
    usable = doubt & kept
    return Calibration(
        bins=bins,
        error=error,
        all_pairs=links(kept, never),
        doubtful=links(doubt),
        never=never,
        level=level,
        within=links(doubt & alike),
        across=links(doubt & ~alike),
        line=recalibrated(
            pairs.stated[usable],
            right[usable],
            group[usable].tolist(),
            weight=mass[usable],
            level=level,
        ),
    )


def _links(
    pairs: StatedPairs,
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
    stated: Floats,
    right: NDArray[np.bool_],
    mass: Floats,
    group: Ints,
    level: float,
) -> tuple[tuple[Bin, ...], float | None]:
    """Bins with a pair in them, with intervals over groups, and the calibration error."""
    out = []
    which = list(bins_of(stated, group))
    for low, high, here in which:
        weight, yes = mass[here] / mass[here].mean(), right[here].astype(np.float64)
        _, of = np.unique(group[here], return_inverse=True)
        sizes = np.bincount(of, weight)
        share, interval = share_of_groups(np.bincount(of, weight * yes), sizes, level)
        mean = float((weight * stated[here]).sum() / weight.sum())
        out.append(Bin(low, high, mean, share, interval, int(here.sum()), len(sizes)))
    return tuple(out), error_of(out, [float(mass[here].sum()) for *_, here in which])


def error_of(bins: Sequence[Bin], mass: Sequence[float]) -> float | None:
    """The expected calibration error: the mean distance of stated and true, by bin."""
    if not bins:
        return None
    gaps = [abs(each.stated - each.true) for each in bins]
    return float(np.average(gaps, weights=mass))


def bins_of(
    stated: Floats, group: Ints | None = None, least: int = LEAST_GROUPS
) -> Iterator[tuple[float, float, NDArray[np.bool_]]]:
    """Each bin that has a pair in it: from, up to (excluded, but for 1), and which pairs.

    Bins between .05 and .95 with pairs of fewer than `least` groups join the neighbour with fewer.
    """
    edges = list(itertools.pairwise(EDGES))
    group = np.arange(len(stated)) if group is None else group
    while len(edges) > 1:
        groups = [len(np.unique(group[_inside(stated, *each)])) for each in edges]
        at = int(np.argmin(groups))
        if groups[at] >= least:
            break
        neighbours = [other for other in (at - 1, at + 1) if 0 <= other < len(edges)]
        first = min(at, min(neighbours, key=lambda other: groups[other]))
        edges[first : first + 2] = [(edges[first][0], edges[first + 1][1])]
    for low, high in ((0.0, EDGES[0]), *edges, (EDGES[-1], 1.0)):
        here = _inside(stated, low, high)
        if here.any():
            yield low, high, here


def _inside(stated: Floats, low: float, high: float) -> NDArray[np.bool_]:
    return (stated >= low) & ((stated < high) | (high == 1.0))


def rooms(count: int, pairs: StatedPairs, queried: StatedPairs | None = None) -> Ints:
    """Number the groups of dependent pairs: within reports that pairs above .02 join."""
    near = pairs.only(pairs.stated > NEAR)
    of = connected(count, near.left, near.right)
    queried = pairs if queried is None else queried
    one, two = of[queried.left], of[queried.right]
    codes = np.minimum(one, two) * count + np.maximum(one, two)
    return np.asarray(np.unique(codes, return_inverse=True)[1], np.int64)
