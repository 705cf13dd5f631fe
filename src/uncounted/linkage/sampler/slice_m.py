"""Slice sampling of one rate of m, with pairs summed out (R. M. Neal 2003).

A rate is a level's share of the levels of its kind, how often reports are not different, or how
often these are right. Its conditional is a Beta, by comparisons, times 1 + w for each pair that is
summed out, w being its odds of being a match.

Compiled; `collapsed_m` lends and borrows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from uncounted._numba import compiled_in_place, compiled_inner
from uncounted.linkage.arrays import Floats, Kinds
from uncounted.linkage.sampler.comparison_counts import ComparisonCounts, kind_of_original
from uncounted.linkage.sampler.pair_likelihood import DIFFERENT, RIGHT, SLIP

_STEPS = 10  # to step out of a slice, on both sides together
_SHRINKS = 100  # of a slice, after which the last rate stays
_WIDE = 3.0  # standard deviations of log odds: how wide a slice is at first
_TINY, _SURE = 1e-250, 1 - 1e-12  # between these are the rates that a slice starts from


class MConditional(NamedTuple):
    """What m is drawn from given a partition: comparisons within clusters, and the prior."""

    counts: ComparisonCounts
    level_kinds: Kinds  # right, a slip or different, shape (fields, levels) or more
    levels: Floats  # what the prior adds at each level, shape (fields, levels); 0: there is none
    kinds: Floats  # and to reports of each kind, shape (fields, 4)
    least: Floats  # how often reports are right or a slip at the least, by field


class Runs(NamedTuple):
    """Runs of pairs that are alike: how many are summed out, and log of how likely each is."""

    times: Floats
    worth: Floats


@compiled_inner
def of_level(
    given: MConditional, log_m: Floats, f: int, at: int, linked: int
) -> tuple[float, float, float]:
    """A level's share of its kind, and what it is drawn from: counts there and at the others.

    `linked` pairs at the level are left out.
    """
    counts, kinds = given.counts, given.level_kinds
    mine = np.exp(log_m[f, at])
    kin, others = mine, 0.0
    for other in range(1, log_m.shape[1]):
        if other != at and kinds[f, other] == kinds[f, at]:
            kin += np.exp(log_m[f, other])
            others += given.levels[f, other] + counts.found[f, other]
    share = min(max(mine / kin, _TINY), _SURE)
    return share, given.levels[f, at] + counts.found[f, at] - linked, others


@compiled_inner
def of_kind(
    rng: np.random.Generator, given: MConditional, log_m: Floats, f: int, kind: int, linked: int
) -> tuple[float, float, float]:
    """How often reports are not different, or right of these (`kind`: slip), and both counts.

    `linked` pairs of that kind are left out. Who of the other clusters of two errs is drawn, as in
    `evidence.reports`, from m as it is now.
    """
    counts, kinds = given.counts, given.level_kinds
    right = slip = 0.0
    for at in range(1, log_m.shape[1]):
        right += np.exp(log_m[f, at]) if kinds[f, at] == RIGHT else 0.0
        slip += np.exp(log_m[f, at]) if kinds[f, at] == SLIP else 0.0
    agree = min(np.sqrt(right + slip), _SURE)
    rightly = min(np.sqrt(right / (right + slip)), _SURE)
    slips = counts.two[f, SLIP] - (linked if kind == SLIP else 0)
    differ = counts.two[f, DIFFERENT] - (linked if kind == DIFFERENT else 0)
    rights = given.kinds[f, RIGHT] + counts.kinds[f, RIGHT] + 2 * counts.two[f, RIGHT]
    wrong = given.kinds[f, SLIP] + counts.kinds[f, SLIP] + slips
    others = given.kinds[f, DIFFERENT] + counts.kinds[f, DIFFERENT] + differ
    r, s, d = agree * rightly, agree * (1 - rightly), 1 - agree
    for at in range(int(slips + differ)):  # slips are two, where there is one; and different ones
        if at < slips:
            own = kind_of_original(rng, r, s / 2, 0.0)
        else:
            own = kind_of_original(rng, r, s, d / 2)
        rights += own == RIGHT
        wrong += own == SLIP
        others += own == DIFFERENT
    return (rightly, rights, wrong) if kind == SLIP else (agree, rights + wrong, others)


@compiled_in_place
def gain(was: float, now: float, of_level: bool) -> float:
    """Log of how much more the pairs of a step are worth when its rate is `now`.

    They are at the level, with its share in proportion; or one of the two errs at the least.
    """
    log_ratio: float
    if of_level:
        log_ratio = np.log(now / was)
    else:
        log_ratio = np.log((1 - now) * (1 + now)) - np.log((1 - was) * (1 + was))
    return log_ratio


@compiled_in_place
def log_1_exp(x: float) -> float:
    """log(1 + exp(x))."""
    value: float = x + np.exp(-x) if x > 30.0 else np.log1p(np.exp(x))
    return value


@compiled_inner
def _log_density(
    runs: Runs, many: int, x: float, was: float, a: float, b: float, least: float, of_level: bool
) -> float:
    """Of the log odds x of a rate: Beta(a, b), cut off below `least`, and pairs summed out."""
    log_now, log_not = -log_1_exp(-x), -log_1_exp(x)
    now = np.exp(log_now)
    if now < least or now < _TINY or now > _SURE:
        return -np.inf
    total, change = a * log_now + b * log_not, gain(was, now, of_level)
    for y in range(many):
        if runs.times[y] > 0:
            total += runs.times[y] * log_1_exp(runs.worth[y] + change)
    return total


@compiled_inner
def draw_rate(
    rng: np.random.Generator,
    runs: Runs,
    many: int,
    was: float,
    a: float,
    b: float,
    least: float,
    of_level: bool,
) -> float:
    """A rate by a slice of its log odds (R. M. Neal, "Slice sampling", Ann. Statist. 31, 2003)."""
    start = np.log(was) - np.log1p(-was)
    height = _log_density(runs, many, start, was, a, b, least, of_level) + np.log(rng.random())
    wide = _WIDE / np.sqrt(max(min(a, b), 0.01))
    low = start - wide * rng.random()
    high, to_left = low + wide, int(rng.random() * _STEPS)
    to_right = _STEPS - 1 - to_left
    while to_left > 0 and _log_density(runs, many, low, was, a, b, least, of_level) > height:
        low, to_left = low - wide, to_left - 1
    while to_right > 0 and _log_density(runs, many, high, was, a, b, least, of_level) > height:
        high, to_right = high + wide, to_right - 1
    for _ in range(_SHRINKS):
        x = low + (high - low) * rng.random()
        if _log_density(runs, many, x, was, a, b, least, of_level) > height:
            now: float = np.exp(-log_1_exp(-x))
            return now
        if x < start:
            low = x
        else:
            high = x
    return was


@compiled_inner
def move(kinds: Kinds, log_m: Floats, f: int, at: int, kind: int, was: float, now: float) -> None:
    """Change m of a field as its rate has changed."""
    if at:
        mine, others = gain(was, now, True), np.log1p(-now) - np.log1p(-was)
        for other in range(1, log_m.shape[1]):
            if kinds[f, other] == kind:
                log_m[f, other] += mine if other == at else others
        return
    errs, agrees = gain(was, now, False), 2 * np.log(now / was)
    for other in range(1, log_m.shape[1]):
        its = kinds[f, other]
        if its == kind:
            log_m[f, other] += errs
        elif its == RIGHT or (its == SLIP and kind == DIFFERENT):
            log_m[f, other] += agrees
