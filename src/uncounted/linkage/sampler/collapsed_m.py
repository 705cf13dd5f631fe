"""Collapsed Gibbs steps for m: candidate pairs are summed out, and drawn after it.

Drawn in turn, rates and partition hold one another: where few are one person at a level, its m is
small, and so few become so; where many happen to be, it is large, and they stay. Of two with no
other report in their clusters, it is known what they are worth together and apart for any m. So m
of a level is drawn with such pairs summed out, and then whether each is one person, given m: a
collapsed Gibbs step (J. S. Liu, "The collapsed Gibbs sampler in Bayesian computations with
applications to a gene regulation problem", Journal of the American Statistical Association 89,
1994). Likewise how often reports are a slip, or different.

The prior of one pair depends a little on how many others are together. So rate and pairs
are proposed as if there were as many as usual, and taken or not by what it says of all
(Metropolis-Hastings).

The pairs to sum out (`collapsed_pairs`) are chosen without a look at the state, and no report is in
two of a step's: whether another report is with one of them is the same before a step and after it.

A rate is a level's share of the levels of its kind, how often reports are not different, or how
often these are right. Its conditional is a Beta, by comparisons, times 1 + w for each pair that is
summed out, w being its odds of being a match; it is drawn by slice sampling (R. M. Neal 2003).

Compiled; what Python calls lends its arrays before it passes them on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from uncounted._numba import borrow, compiled, compiled_in_place, compiled_inner, lend
from uncounted.linkage.arrays import Floats, Ints, Kinds
from uncounted.linkage.sampler.collapsed_pairs import CollapsedPairs
from uncounted.linkage.sampler.comparison_counts import ComparisonCounts, kind_of_original
from uncounted.linkage.sampler.pair_likelihood import DIFFERENT, RIGHT, SLIP, agreement, level
from uncounted.linkage.sampler.state import (
    PartitionState,
    PriorParameters,
    add,
    cell_of,
    fresh,
    log_add,
    remove,
)

_WITH_OTHERS, _APART, _TOGETHER = 0, 1, 2  # of a pair: who is with them
_NOTHING = 1e-300  # m is no less
_STEPS = 10  # to step out of a slice, on both sides together
_SHRINKS = 100  # of a slice, after which the last rate stays
_WIDE = 3.0  # standard deviations of log odds: how wide a slice is at first
_TINY, _SURE = 1e-250, 1 - 1e-12  # between these are the rates that a slice starts from


class MConditional(NamedTuple):
    """What m is drawn from given a partition: comparisons within clusters, and the prior."""

    counts: ComparisonCounts
    level_kinds: Kinds  # right, a slip or different, shape (fields, levels) or more
    levels: Floats  # what the prior adds at each level, shape (fields, levels); 0: nothing
    kinds: Floats  # and to reports of each kind, shape (fields, 4)
    least: Floats  # how often reports are right or a slip at the least, by field


class _Work(NamedTuple):
    """The partition, the pairs that are summed out, and room to work in.

    `lists` has the list of each report; `usual` is an empty state of two reports, for the prior of
    a pair. Of the pairs of a step: `who` is with them; which have `changed`, and of which runs. Of
    its runs: pairs summed out (`times`), log of how likely each is, and the prior's part of it.
    """

    lists: Ints
    state: PartitionState
    usual: PartitionState
    prior: PriorParameters
    collapsed: CollapsedPairs
    who: Kinds
    changed: Ints
    run: Ints
    times: Floats
    worth: Floats
    by_prior: Floats
    by_lists: Floats


@compiled
def draw_collapsed(
    rng: np.random.Generator,
    lists: Ints,
    state: PartitionState,
    usual: PartitionState,
    prior: PriorParameters,
    collapsed: CollapsedPairs,
    given: MConditional,
    m: Floats,
) -> None:
    """Draw m with the chosen pairs summed out, then these pairs; state, counts and m in place."""
    many = state.on.shape[1]
    runs = pairs = 1
    for x in range(len(collapsed.field)):
        low, high = collapsed.runs[x], collapsed.runs[x + 1]
        runs = max(runs, high - low)
        pairs = max(pairs, collapsed.pairs[high] - collapsed.pairs[low])
    work = _Work(
        lists=lists,
        state=state,
        usual=usual,
        prior=prior,
        collapsed=collapsed,
        who=np.empty(pairs, np.uint8),
        changed=np.empty(pairs, np.int64),
        run=np.empty(pairs, np.int64),
        times=np.empty(runs),
        worth=np.empty(runs),
        by_prior=np.empty(runs),
        by_lists=np.empty((many, many)),
    )
    log_m = np.where(m > 0, np.log(np.maximum(m, _NOTHING)), 0.0)
    _draw(rng, work, given, log_m)
    for f in range(m.shape[0]):
        for at in range(m.shape[1]):
            if m[f, at] > 0:
                m[f, at] = np.exp(log_m[f, at])


@compiled
def _draw(rng: np.random.Generator, work: _Work, given: MConditional, log_m: Floats) -> None:
    work, given, log_m = lend(work), lend(given), borrow(log_m)
    collapsed = work.collapsed
    for x in range(len(collapsed.field)):
        f, at, kind = collapsed.field[x], collapsed.level[x], collapsed.kind[x]
        linked = _look(work, x)
        _weigh(work, log_m, x)
        if at:
            was, a, b = _of_level(given, log_m, f, at, linked)
        else:
            was, a, b = _of_kind(rng, given, log_m, f, kind, linked)
        least = given.least[f] if at == 0 and kind == DIFFERENT else 0.0
        runs = collapsed.runs[x + 1] - collapsed.runs[x]
        now = _draw_rate(rng, work, runs, was, a, b, least, at > 0)
        change = _gain(was, now, at > 0)
        for y in range(runs):
            work.worth[y] += change
        changed, log_ratio = _settle(rng, work, x)
        if rng.random() < np.exp(min(log_ratio, 0.0)):
            _move(given.level_kinds, log_m, f, at, kind, was, now)
            for n in range(changed):
                p, code = work.changed[n], collapsed.codes[work.run[n]]
                _count(given, code, work.state, collapsed.one[p], collapsed.two[p])
        else:
            for n in range(changed):
                p = work.changed[n]
                _change(work, collapsed.one[p], collapsed.two[p])


@compiled_inner
def _look(work: _Work, x: int) -> int:
    """Find the pairs of a step without other reports, and count how many are together."""
    lists, state, usual, collapsed = work.lists, work.state, work.usual, work.collapsed
    many, low, linked = state.on.shape[1], collapsed.pairs[collapsed.runs[x]], 0
    usual.n[0] = state.n[0]
    for at in range(len(state.cells)):
        usual.cells[at] = state.cells[at]
    for s in range(many):
        for t in range(many):
            work.by_lists[s, t] = 0.0
    for y in range(collapsed.runs[x], collapsed.runs[x + 1]):
        work.times[y - collapsed.runs[x]] = 0.0
        for p in range(collapsed.pairs[y], collapsed.pairs[y + 1]):
            i, j = collapsed.one[p], collapsed.two[p]
            a, b = state.slot[i], state.slot[j]
            who = _TOGETHER if a == b else _APART
            if state.size[a] + state.size[b] != (4 if a == b else 2):
                who = _WITH_OTHERS
            work.who[p - low] = who
            if who != _WITH_OTHERS:
                work.times[y - collapsed.runs[x]] += 1.0
                work.by_lists[lists[i], lists[j]] += collapsed.link_probability[p]
            if who == _TOGETHER:
                _join(usual, lists[i], lists[j], -1)
                linked += 1
    for s in range(many):
        for t in range(many):
            _join(usual, s, t, int(np.rint(work.by_lists[s, t])))
    return linked


@compiled_inner
def _join(usual: PartitionState, s: int, t: int, pairs: int) -> None:
    """Count so many more pairs of two lists as together."""
    many, one, two = usual.on.shape[1], np.int64(1) << s, np.int64(1) << t
    usual.cells[cell_of(one | two, many)] += pairs
    usual.cells[cell_of(one, many)] -= pairs
    usual.cells[cell_of(two, many)] -= pairs
    usual.n[0] -= pairs


@compiled_inner
def _weigh(work: _Work, log_m: Floats, x: int) -> None:
    """What the pairs of a step are worth, run by run."""
    lists, collapsed = work.lists, work.collapsed
    many = work.usual.on.shape[1]
    for s in range(many):
        for t in range(many):
            work.by_lists[s, t] = np.nan
    for y in range(collapsed.runs[x], collapsed.runs[x + 1]):
        p = collapsed.pairs[y]
        s, t = lists[collapsed.one[p]], lists[collapsed.two[p]]
        if np.isnan(work.by_lists[s, t]):
            work.by_lists[s, t] = _together(work, s, t)
        as_one = work.by_lists[s, t] + agreement(log_m, collapsed.codes[y])
        work.by_prior[y - collapsed.runs[x]] = work.by_lists[s, t]
        work.worth[y - collapsed.runs[x]] = as_one - collapsed.others[y]


@compiled_inner
def _together(work: _Work, s: int, t: int) -> float:
    """Log of the prior of a pair together to apart, by their lists, where others are as usual."""
    usual, prior = work.usual, work.prior
    many = usual.on.shape[1]
    one, two = cell_of(np.int64(1) << s, many), cell_of(np.int64(1) << t, many)
    # the first is alone in the first slot, the other on the way into it or into an empty one
    usual.size[0], usual.size[1], usual.mask[0] = 1, 0, np.int64(1) << s
    for at in range(many):
        usual.on[0, at] = at == s
    cells, others, n = usual.cells[one], usual.cells[two], usual.n[0]
    usual.cells[two] = max(others - 1, 0)
    usual.cells[one] = max(usual.cells[one], 1)
    usual.n[0] = max(n - 1, 1)
    ratio = log_add(usual, prior, t, 0) - log_add(usual, prior, t, 1)
    usual.cells[one], usual.cells[two], usual.n[0] = cells, others, n
    return ratio


@compiled_inner
def _settle(rng: np.random.Generator, work: _Work, x: int) -> tuple[int, float]:
    """Draw which pairs of a step are together; how many change, and the log prior correction."""
    collapsed, changed, log_ratio = work.collapsed, 0, 0.0
    low = collapsed.pairs[collapsed.runs[x]]
    for y in range(collapsed.runs[x], collapsed.runs[x + 1]):
        chance = np.exp(-_log_1_exp(-work.worth[y - collapsed.runs[x]]))
        for p in range(collapsed.pairs[y], collapsed.pairs[y + 1]):
            who = work.who[p - low]
            if who != _WITH_OTHERS and (rng.random() < chance) != (who == _TOGETHER):
                work.changed[changed], work.run[changed] = p, y
                changed += 1
                log_prior = work.by_prior[y - collapsed.runs[x]]
                log_ratio += log_prior if who == _TOGETHER else -log_prior
                log_ratio += _change(work, collapsed.one[p], collapsed.two[p])
    return changed, log_ratio


@compiled_inner
def _count(given: MConditional, code: int, state: PartitionState, i: int, j: int) -> None:
    """Count the comparison of a pair that has come together, or no more."""
    counts, kinds = given.counts, given.level_kinds
    more = 1.0 if state.slot[i] == state.slot[j] else -1.0
    for f in range(len(counts.found)):
        shown = level(code, f)
        if shown:
            counts.found[f, shown] += more
            counts.two[f, kinds[f, shown]] += more


@compiled_inner
def _change(work: _Work, i: int, j: int) -> float:
    """Put two together who are apart, or part them; log of the prior, after to before."""
    state, prior, s = work.state, work.prior, work.lists[j]
    a, b = state.slot[i], state.slot[j]
    remove(state, j, s)
    to = fresh(state) if a == b else a
    ratio = log_add(state, prior, s, to) - log_add(state, prior, s, b)
    add(state, j, s, to)
    state.value[a] = 0.0 if a == b else np.nan
    return ratio


@compiled_inner
def _of_level(
    given: MConditional, log_m: Floats, f: int, at: int, linked: int
) -> tuple[float, float, float]:
    """A level's share of its kind, and the counts it is drawn from, without `linked` pairs."""
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
def _of_kind(
    rng: np.random.Generator, given: MConditional, log_m: Floats, f: int, kind: int, linked: int
) -> tuple[float, float, float]:
    """How often reports are not different, or right of these (`kind`: slip), and both counts."""
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
def _gain(was: float, now: float, of_level: bool) -> float:
    """Log of how much more the pairs of a step are worth when its rate is `now`."""
    log_ratio: float
    if of_level:
        log_ratio = np.log(now / was)
    else:
        log_ratio = np.log((1 - now) * (1 + now)) - np.log((1 - was) * (1 + was))
    return log_ratio


@compiled_in_place
def _log_1_exp(x: float) -> float:
    value: float = x + np.exp(-x) if x > 30.0 else np.log1p(np.exp(x))
    return value


@compiled_inner
def _log_density(
    work: _Work, runs: int, x: float, was: float, a: float, b: float, least: float, of_level: bool
) -> float:
    """Of the log odds x of a rate: Beta(a, b), cut off below `least`, and pairs summed out."""
    log_now, log_not = -_log_1_exp(-x), -_log_1_exp(x)
    now = np.exp(log_now)
    if now < least or now < _TINY or now > _SURE:
        return -np.inf
    total, change = a * log_now + b * log_not, _gain(was, now, of_level)
    for y in range(runs):
        if work.times[y] > 0:
            total += work.times[y] * _log_1_exp(work.worth[y] + change)
    return total


@compiled_inner
def _draw_rate(
    rng: np.random.Generator,
    work: _Work,
    runs: int,
    was: float,
    a: float,
    b: float,
    least: float,
    of_level: bool,
) -> float:
    """A rate by a slice of its log odds (R. M. Neal, "Slice sampling", Ann. Statist. 31, 2003)."""
    start = np.log(was) - np.log1p(-was)
    height = _log_density(work, runs, start, was, a, b, least, of_level) + np.log(rng.random())
    wide = _WIDE / np.sqrt(max(min(a, b), 0.01))
    low = start - wide * rng.random()
    high, to_left = low + wide, int(rng.random() * _STEPS)
    to_right = _STEPS - 1 - to_left
    while to_left > 0 and _log_density(work, runs, low, was, a, b, least, of_level) > height:
        low, to_left = low - wide, to_left - 1
    while to_right > 0 and _log_density(work, runs, high, was, a, b, least, of_level) > height:
        high, to_right = high + wide, to_right - 1
    for _ in range(_SHRINKS):
        x = low + (high - low) * rng.random()
        if _log_density(work, runs, x, was, a, b, least, of_level) > height:
            now: float = np.exp(-_log_1_exp(-x))
            return now
        if x < start:
            low = x
        else:
            high = x
    return was


@compiled_inner
def _move(kinds: Kinds, log_m: Floats, f: int, at: int, kind: int, was: float, now: float) -> None:
    if at:
        mine, others = _gain(was, now, True), np.log1p(-now) - np.log1p(-was)
        for other in range(1, log_m.shape[1]):
            if kinds[f, other] == kind:
                log_m[f, other] += mine if other == at else others
        return
    errs, agrees = _gain(was, now, False), 2 * np.log(now / was)
    for other in range(1, log_m.shape[1]):
        its = kinds[f, other]
        if its == kind:
            log_m[f, other] += errs
        elif its == RIGHT or (its == SLIP and kind == DIFFERENT):
            log_m[f, other] += agrees
