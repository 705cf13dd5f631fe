"""The posterior of n0, the people on no list, from an unnormalised log density.

The function is dear (a sum over millions of graphs) and its tail may be heavy, so
it is evaluated where it matters: every integer near zero, then ever wider steps,
halved wherever there is mass. It never cuts the tail off in silence: what lies
beyond the last point is computed and counted.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import attrs
import numpy as np
import numpy.typing as npt

from uncounted.errors import NotEstimable
from uncounted.estimate.base.result import Floats

type Ints = npt.NDArray[np.int64]
type LogPosterior = Callable[[Ints], Floats]

LAST = 2**52  # beyond this, whole numbers are no longer exact in doubles
_DENSE = 24
_TAIL = 1e-10
_FINE = 1 / 250
_FAINT = 1e-7
_STEEP = 1.0
_SUBCELLS = 24
_ROUNDS = 60
_MOST_SPLIT = 5_000


@attrs.frozen(eq=False)
class Posterior:
    """Cells of whole numbers with their mass; inside a cell the log mass is linear.

    Cell i holds the integers `start[i] + 1 .. start[i] + width[i]`, the mass of the
    j-th being proportional to exp(slope[i] * j).
    """

    start: Ints
    width: Ints
    slope: Floats
    mass: Floats
    beyond: float
    points: int
    exact: bool

    @property
    def cumulative(self) -> Floats:
        """Mass up to the end of each cell; less than one by what lies beyond."""
        total: Floats = np.cumsum(self.mass)
        return total

    def quantiles(self, levels: Floats) -> Floats:
        """Smallest n0 whose cumulative mass reaches each level; inf beyond the last point."""
        levels = np.atleast_1d(np.asarray(levels, dtype=np.float64))
        cumulative = self.cumulative
        # The rounding of the sum must not push a level past the last cell.
        at = np.searchsorted(cumulative, levels * (1 - 1e-14))
        past = at >= len(cumulative)
        at = np.minimum(at, len(cumulative) - 1)
        left = np.maximum(levels - (cumulative[at] - self.mass[at]), 0.0)
        share = np.clip(left / np.maximum(self.mass[at], 1e-300), 0.0, 1.0)
        s, w = self.slope[at], self.width[at].astype(np.float64)
        flat = np.abs(s * w) < 1e-9
        safe = np.where(flat, 1.0, s)
        # share = (e^{sj} - 1) / (e^{sw} - 1), solved for j on whichever side does not overflow
        up = w + np.log(
            share + (1 - share) * np.exp(-np.minimum(np.abs(safe) * w, 700.0))
        ) / np.abs(safe)
        down = -np.log1p(share * np.expm1(-np.minimum(np.abs(safe) * w, 700.0))) / np.abs(safe)
        j = np.where(flat, share * w, np.where(s > 0, up, down))
        j = np.clip(np.ceil(j - 1e-9), 1, w)
        answer: Floats = np.where(past, np.inf, self.start[at] + j)
        return answer

    def draws(self, rng: np.random.Generator, size: int) -> Ints:
        """Draws of n0, stratified (one in each of `size` slices of probability), shuffled."""
        levels = (np.arange(size) + rng.random(size)) / size
        found = self.quantiles(levels)
        found = np.where(np.isfinite(found), found, float(LAST))
        answer: Ints = rng.permutation(found).astype(np.int64)
        return answer

    def expect(self, of: Callable[[Floats], Floats]) -> float:
        """Posterior mean of a function of n0 that is smooth within a cell."""
        middle = self.start + (self.width + 1) / 2
        return float(np.sum(self.mass * of(middle)) / np.sum(self.mass))


def at_grid(log_posterior: LogPosterior, grid: range) -> Posterior:
    """The posterior at exactly these whole numbers, and nowhere else."""
    n0 = np.arange(grid.start, grid.stop, grid.step, dtype=np.int64)
    return from_grid(n0, log_posterior(n0))


def from_grid(n0: Ints, f: Floats) -> Posterior:
    """The posterior at these whole numbers, of which the log density is known at each."""
    mass = np.exp(f - f.max())
    mass /= mass.sum()
    one = np.ones_like(n0)
    return Posterior(n0 - 1, one, np.zeros(len(n0)), mass, 0.0, len(n0), exact=True)


def explore(log_posterior: LogPosterior, observed: int) -> Posterior:
    """The posterior over all whole numbers from 0 up, its tail included."""
    nodes, f = _widen(log_posterior, observed)
    return from_nodes(*_refine(log_posterior, nodes, f))


def from_nodes(nodes: Ints, f: Floats) -> Posterior:
    """The posterior over all whole numbers, of which the log density is known at these nodes."""
    points = len(nodes)
    fine, value = _interpolate(nodes, f)
    top = value.max()
    width = np.diff(fine)
    start = np.concatenate([[fine[0] - 1], fine[:-1]])
    width = np.concatenate([[1], width])
    slope = np.concatenate([[0.0], np.diff(value) / np.diff(fine)])
    log_mass = np.concatenate([[value[0]], _log_cell(value[:-1], slope[1:], width[1:])]) - top
    mass = np.exp(log_mass)
    beyond = np.exp(_log_tail(nodes, f) - top)
    if not np.isfinite(beyond):
        raise NotEstimable(
            "under this prior on N the posterior has no end: its tail does not sum",
            hint="use a prior that falls as 1/N or faster, or give a grid of n0",
        )
    total = mass.sum() + beyond
    return Posterior(start, width, slope, mass / total, float(beyond / total), points, exact=False)


def _log_cell(left: Floats, slope: Floats, width: Ints) -> Floats:
    """Log of sum_{j=1..w} exp(left + slope j): a geometric series."""
    w = width.astype(np.float64)
    flat = np.abs(slope * w) < 1e-9
    s = np.where(flat, 1.0, slope)
    # Summed from the higher end, so that nothing overflows.
    down = -np.abs(s)
    series = np.log(-np.expm1(np.maximum(down * w, -700.0))) - np.log(
        -np.expm1(np.maximum(down, -700.0))
    )
    high = np.where(s > 0, s * w, s)
    answer: Floats = left + np.where(flat, np.log(w) + slope * (w + 1) / 2, high + series)
    return answer


def _log_tail(nodes: Ints, f: Floats) -> float:
    """Log mass beyond the last node, where the posterior is a power of n0 or falls faster."""
    a, b = float(nodes[-2]), float(nodes[-1])
    power = -(f[-1] - f[-2]) / np.log(b / a)
    return float(f[-1] + np.log(b) - np.log(power - 1)) if power > 1 else np.inf


def _first_nodes(observed: int) -> Ints:
    """Whole numbers to `_DENSE`, then steps too short for a peak to hide between two.

    The posterior of a graph that determines n0 is no narrower than about sqrt(n0) when
    most were seen, and n0^1.5 / n when few were (as few as n^2 / n0 are on two lists).
    Steps of four such widths, at most a quarter of n0, come within two of any peak. A
    peak that is missed is missed for good: the wide shoulder of the complete graph
    covers its flanks.
    """
    nodes = list(range(_DENSE))
    n = max(observed, 1)
    x = nodes[-1]
    while x < LAST // 2 and (x < n or x**0.5 * 4 / n < 0.25):
        x += max(1, int(min(4 * max(x**0.5, x**1.5 / n), 0.25 * x)))
        nodes.append(x)
    return np.array(nodes, dtype=np.int64)


def _widen(log_posterior: LogPosterior, observed: int) -> tuple[Ints, Floats]:
    """The first nodes, then steps of a quarter until the tail holds nothing."""
    nodes = _first_nodes(observed)
    f = log_posterior(nodes)
    while True:
        chunk = np.ceil(nodes[-1] * 1.25 ** np.arange(1, 25)).astype(np.int64)
        chunk = np.unique(chunk[chunk <= LAST])
        nodes = np.concatenate([nodes, chunk])
        f = np.concatenate([f, log_posterior(chunk)])
        total = np.logaddexp.reduce(_log_trapezoid(nodes, f))
        if _log_tail(nodes, f) - total < np.log(_TAIL) or nodes[-1] * 1.25 > LAST:
            return nodes, f


def _log_trapezoid(nodes: Ints, f: Floats) -> Floats:
    slope = np.diff(f) / np.diff(nodes)
    return _log_cell(f[:-1], slope, np.diff(nodes))


def _refine(log_posterior: LogPosterior, nodes: Ints, f: Floats) -> tuple[Ints, Floats]:
    """Halve every interval that holds, or may hide, more than `_FINE` of the mass.

    One that holds as little as `_FAINT` is halved too where the posterior is steep. The first
    nodes come near every peak, so that a peak between two nodes shows in their slopes; of later
    ones only those inside such an interval need a slope.
    """
    step = np.maximum(1, nodes // 100_000)
    rise = (log_posterior(nodes + step) - f) / step
    for _ in range(_ROUNDS):
        width = np.diff(nodes)
        log_mass = _log_trapezoid(nodes, f)
        # A peak between two nodes shows as rising on the left and falling on the right:
        # the tangents then meet above it.
        left, right = rise[:-1], rise[1:]
        hump = (left > 0) & (right < 0)
        gap = np.where(hump, left - right, 1.0)
        meet = (f[1:] - f[:-1] - right * width) / gap
        height = f[:-1] + left * np.clip(meet, 0, width)
        log_mass = np.where(hump, np.maximum(log_mass, height + np.log(width)), log_mass)
        total = np.logaddexp.reduce(_log_trapezoid(nodes, f))
        steep = (log_mass > total + np.log(_FAINT)) & (np.abs(np.diff(f)) > _STEEP)
        split = np.flatnonzero(((log_mass > total + np.log(_FINE)) | steep) & (width > 1))
        if len(split) == 0 or len(split) > _MOST_SPLIT:
            break
        low, high = nodes[split], nodes[split + 1]
        new = low + (high - low) // 2
        value = log_posterior(new)
        step = np.maximum(1, new // 100_000)
        slope, inside = np.full(len(new), np.nan), hump[split]
        if inside.any():
            beyond = log_posterior((new + step)[inside])
            slope[inside] = (beyond - value[inside]) / step[inside]
        nodes = np.insert(nodes, split + 1, new)
        f = np.insert(f, split + 1, value)
        rise = np.insert(rise, split + 1, slope)
    return nodes, f


def _interpolate(nodes: Ints, f: Floats) -> tuple[Ints, Floats]:
    """A cubic spline in log(n0 + 1) through the nodes, read off at up to 24 points between."""
    x = np.log1p(nodes.astype(np.float64))
    slope = _spline_slopes(x, f)
    pieces = [
        low + (high - low) * np.arange(k, dtype=np.int64) // k
        for low, high in pairwise(nodes.tolist())
        for k in [min(_SUBCELLS, high - low)]
    ]
    fine = np.concatenate([*pieces, nodes[-1:]])
    at = np.clip(np.searchsorted(nodes, fine, side="right") - 1, 0, len(nodes) - 2)
    width = x[at + 1] - x[at]
    t = (np.log1p(fine.astype(np.float64)) - x[at]) / width
    left, right = slope[at] * width, slope[at + 1] * width
    rise = f[at + 1] - f[at]
    value = f[at] + t * (left + t * (3 * rise - 2 * left - right + t * (left + right - 2 * rise)))
    return fine, value


def _spline_slopes(x: Floats, f: Floats) -> Floats:
    """Slopes at the nodes of the cubic spline whose two outer pieces are one cubic at each end.

    scipy's CubicSpline gives the same and takes half a second to import.
    """
    h, s = np.diff(x).tolist(), (np.diff(f) / np.diff(x)).tolist()
    outer = h[0] + h[1], h[-1] + h[-2]
    below = [0.0, *h[1:], outer[1]]
    middle = [h[1], *(2 * (a + b) for a, b in pairwise(h)), h[-2]]
    above = [outer[0], *h[:-1], 0.0]
    right = [
        ((h[0] + 2 * outer[0]) * h[1] * s[0] + h[0] ** 2 * s[1]) / outer[0],
        *(3 * (b * p + a * q) for (a, b), (p, q) in zip(pairwise(h), pairwise(s), strict=True)),
        ((h[-1] + 2 * outer[1]) * h[-2] * s[-1] + h[-1] ** 2 * s[-2]) / outer[1],
    ]
    for i in range(1, len(x)):
        factor = below[i] / middle[i - 1]
        middle[i] -= factor * above[i - 1]
        right[i] -= factor * right[i - 1]
    slopes = [right[-1] / middle[-1]]
    for i in range(len(x) - 2, -1, -1):
        slopes.append((right[i] - above[i] * slopes[-1]) / middle[i])
    return np.array(slopes[::-1])


def open_ended(draws: npt.NDArray[np.int64]) -> Floats:
    """Draws of N as floating point, `inf` where they have no end."""
    return np.where(draws >= LAST, np.inf, draws.astype(np.float64))


def quantiles(draws: Floats, level: float) -> tuple[float, float, float]:
    """The middle and the equal-tailed ends of draws, each a draw itself; `inf` may be one."""
    tails = [0.5, 0.5 - level / 2, 0.5 + level / 2]
    middle, low, high = np.quantile(draws, tails, method="inverted_cdf").tolist()
    return middle, low, high
