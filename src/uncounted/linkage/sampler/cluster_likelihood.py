"""Log likelihood ratio (evidence) of a cluster: one report has the true value, others distort it.

In each field that K reports of a cluster say, one of them is the original that the others
copy. A report is *right* there with probability r (it may say less than another that is right),
a *slip* with s, and *different* with d = 1 - r - s. With t(l) the probability of
level l between a copy and a right original, of which n_i reports agree with report i (itself
among them) and k_i are a slip away from it,

    evidence of a field = log sum_i g_i prod_{j not i} t(l_ij) / u(l_ij)
    g_i = r / n_i + [n_i = 1] (s / (1 + k_i) + [k_i = 0] d / K)

Reports that agree are one original, and not several: hence n_i. A report that agrees with one that
says all there is to say, as another says as well, and itself says less, is a copy and no
original: what it leaves out would count again in each comparison. What follows in g_i is for
originals that are themselves a slip or different, with which no report agrees. A report that
agrees with others which do not agree with one another ("1971", with a day in May and one in June)
is no original of them all: c of those err at the least (a slip is an error), and g_i is
d / K (d / r)^(c - 1), where its own d stands for the first. A vague report would else be the
original of any. Of two reports this is log m(l) / u(l), with

    m = r^2 a(l) for right levels, ((r + s)^2 - r^2) b(l) for slips, (1 - (r + s)^2) e(l) for
    different ones, and t = r a(l), s b(l), d e(l).

Two reports may say a field and not be comparable in it (a day alone, and a place alone). K
counts those that are comparable with some other, and only those comparable with most can be
originals or count in n_i.

Reports that are different from the original x may have one other value: a second name, a wrong
date that one list took from another. Of those reports, D, one has it first, each with the same
probability, and the others have it with a probability lambda:

    product above  x  mean_{y in D} prod_{z in D, z not y} (1 - lambda + lambda a'(l_yz) / u(l_yz))

with a' the right levels' shares in m before any partition, 0 at other levels: over all levels each
factor has mean 1 under u. Of fewer than two such reports it is 1, and in clusters of more than
`BUFFERED_REPORTS` reports, as its cost is cubic.

K reports can err K times, never K (K - 1) / 2 times: a pair differs if either is wrong, so a rate
of pairs counts each error twice where a third report tells which was wrong. A missing field costs
nothing.

Summed over fields, less what non-matches explain (`MatchWeights`: given names, events) of
the k - 1 pairs of the original, averaged over which that may be, with weight exp(sum over j of
log m / u), m as it was before any partition, so that it is no part of what m is drawn from.

Compiled; what Python calls lends its arrays before it passes them on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from uncounted._numba import compiled, compiled_in_place, compiled_inner, lend
from uncounted.linkage.arrays import Codes, Floats
from uncounted.linkage.sampler.pair_likelihood import (
    AGREE,
    ALL,
    DIFFERENT,
    LESS,
    MET,
    RIGHT,
    SLIP,
    SLIPS,
    MatchWeights,
    level,
    of_two,
    pair_of,
)
from uncounted.linkage.sampler.state import (
    BUFFERED_REPORTS,
    ClusterBuffers,
    Graph,
    cluster_buffers,
)


@compiled
def evidence(graph: Graph, worth: MatchWeights, group: Codes, k: int) -> float:
    """Evidence of the cluster `group[:k]`."""
    if k < 2:
        return 0.0
    if k == 2:
        return of_two(graph, worth, group[0], group[1])
    if k <= len(graph.buffers.seen):
        return _of_more(graph, worth, group, k, graph.buffers)
    return _of_large(graph, worth, group, k, cluster_buffers(k))


@compiled
def _of_large(
    graph: Graph, worth: MatchWeights, group: Codes, k: int, buffers: ClusterBuffers
) -> float:
    """The same of more reports than a chain keeps room for; who calls holds the room."""
    return _of_more(graph, worth, group, k, lend(buffers))


@compiled_inner
def _of_more(
    graph: Graph, worth: MatchWeights, group: Codes, k: int, buffers: ClusterBuffers
) -> float:
    codes, alike, explained = buffers.codes, buffers.alike, buffers.explained
    at, any_level = 0, 0
    for x in range(k):
        alike[x] = explained[x] = 0.0
    for x in range(1, k):
        for y in range(x):
            code, for_one, by_others = pair_of(graph, worth, group[x], group[y])
            codes[at] = code
            any_level |= code
            at += 1
            alike[x] += for_one
            alike[y] += for_one
            explained[x] += by_others
            explained[y] += by_others
    total = -_mean_of_likeliest(alike, explained, k)
    for f in range(len(worth.weights)):
        if level(any_level, f):
            total += _of_field(worth, k, f, buffers)
    return total


@compiled_in_place
def _mean_of_likeliest(logs: Floats, values: Floats, k: int) -> float:
    """Mean of values, each weighted by the exponential of its log."""
    top, total, weight = logs[0], 0.0, 0.0
    for x in range(1, k):
        top = max(top, logs[x])
    for x in range(k):
        each = np.exp(logs[x] - top) if logs[x] < top else 1.0
        total += each * values[x]
        weight += each
    return total / weight


@compiled_in_place
def _of_field(worth: MatchWeights, k: int, f: int, buffers: ClusterBuffers) -> float:
    field = read_field(worth, k, f, buffers)
    if field.most == 0:
        return 0.0
    top, total = -np.inf, 0.0
    for x in range(k):
        if may_be_original(field, x):
            right, slip, different, _ = as_original(field, x)
            copies = buffers.copies[x]
            if may_recur(field, x):
                copies += recurring(field, x)
            if copies > top:
                total *= np.exp(top - copies) if total > 0.0 else 0.0
                top = copies
            weight = right + slip + different
            total += weight if copies == top else weight * np.exp(copies - top)
    log_total: float = np.log(total)
    return top + log_total


class FieldComparisons(NamedTuple):
    """Comparisons of field f within a cluster of k reports, as they stand in `buffers`."""

    weights: MatchWeights
    buffers: ClusterBuffers
    k: int
    f: int
    speak: int  # reports that are compared with some other
    most: int  # comparisons of the report that has most
    as_many: int  # reports that have as many
    contradict: int  # comparisons that do not agree, each once for either report


@compiled_in_place
def read_field(worth: MatchWeights, k: int, f: int, buffers: ClusterBuffers) -> FieldComparisons:
    """What a field says, by the levels of all pairs; written into `buffers`."""
    codes, seen, copies = buffers.codes, buffers.seen, buffers.copies
    steps, worths = worth.steps[f], worth.copies[f]
    seen[0], copies[0], at = 0, 0.0, 0
    for x in range(1, k):
        seen_x, copies_x = 0, 0.0
        for y in range(x):
            shown = level(codes[at], f)  # 0 where one does not say it: worth nothing
            at += 1
            step, copy = steps[shown], worths[shown]
            seen_x += step
            seen[y] += step
            copies_x += copy
            copies[y] += copy
        seen[x], copies[x] = seen_x, copies_x
    speak, most, as_many, contradict = 0, 0, 0, 0
    for x in range(k):
        met = _how_many(seen[x], MET)
        speak += met > 0
        contradict += met - _how_many(seen[x], AGREE)
        if met > most:
            most, as_many = met, 0
        as_many += met == most
    if contradict and speak > 2:
        _mark_all(worth, k, f, buffers)
    return FieldComparisons(worth, buffers, k, f, speak, most, as_many, contradict)


@compiled_in_place
def _how_many(seen: int, what: int) -> int:
    """One of the counts in `ClusterBuffers.seen`."""
    return seen // what & (AGREE - 1)


@compiled_inner
def _mark_all(worth: MatchWeights, k: int, f: int, buffers: ClusterBuffers) -> None:
    """Mark of each report with whom it agrees, with whom not, and from whom it is different."""
    words = buffers.right.shape[1]
    for x in range(k):
        buffers.recur[x] = np.nan  # until it is computed
        for word in range(words):
            buffers.right[x, word] = buffers.wrong[x, word] = buffers.differ[x, word] = 0
    at = 0
    for x in range(1, k):
        for y in range(x):
            shown = level(buffers.codes[at], f)
            at += 1
            if shown:
                bits = buffers.right if worth.kind[f, shown] == RIGHT else buffers.wrong
                bits[x, y >> 6] |= np.int64(1) << (y & 63)
                bits[y, x >> 6] |= np.int64(1) << (x & 63)
            if worth.kind[f, shown] == DIFFERENT:
                buffers.differ[x, y >> 6] |= np.int64(1) << (y & 63)
                buffers.differ[y, x >> 6] |= np.int64(1) << (x & 63)


@compiled_in_place
def may_recur(field: FieldComparisons, x: int) -> bool:
    """Whether several reports differ from x, and the cluster is not too large to look for it."""
    return field.contradict > 0 and field.k <= BUFFERED_REPORTS and differ(field, x) > 1


@compiled_inner
def recurring(field: FieldComparisons, x: int) -> float:
    """Log of how much likelier reports that differ from x are if one value recurs among them.

    Others from which the same reports differ share it.
    """
    recur = field.buffers.recur
    for y in range(x):
        if not np.isnan(recur[y]) and _same_differ(field, x, y):
            recur[x] = recur[y]
            return float(recur[x])
    top, total = -np.inf, 0.0
    for y in range(field.k):
        if differs(field, x, y):
            each = recurs_from(field, x, y)
            if each > top:
                total *= np.exp(top - each) if total > 0.0 else 0.0
                top = each
            total += 1.0 if each == top else np.exp(each - top)
    recur[x] = top + np.log(total / differ(field, x))
    return float(recur[x])


@compiled_in_place
def recurs_from(field: FieldComparisons, x: int, y: int) -> float:
    """The same if y has first what recurs among those that differ from x."""
    total = 0.0
    for z in range(field.k):
        shown = level_of(field, y, z)  # none with itself
        if shown and differs(field, x, z):
            total += field.weights.recurs[field.f, shown]
    return total


@compiled_in_place
def differ(field: FieldComparisons, x: int) -> int:
    """How many reports are different from x."""
    seen = field.buffers.seen[x]
    return _how_many(seen, MET) - _how_many(seen, AGREE) - _how_many(seen, SLIPS)


@compiled_in_place
def differs(field: FieldComparisons, x: int, y: int) -> bool:
    """Whether y is different from x."""
    return bool((field.buffers.differ[x, y >> 6] >> (y & 63)) & 1)


@compiled_in_place
def _same_differ(field: FieldComparisons, x: int, y: int) -> bool:
    same, words = True, field.buffers.differ
    for word in range(words.shape[1]):
        same &= words[x, word] == words[y, word]
    return same


@compiled_in_place
def level_of(field: FieldComparisons, x: int, y: int) -> int:
    """Level of two reports of the cluster; of one and the same, none."""
    if x == y:
        return 0
    if x < y:
        x, y = y, x
    return level(field.buffers.codes[x * (x - 1) // 2 + y], field.f)


@compiled_inner
def may_be_original(field: FieldComparisons, x: int) -> bool:
    """Whether x is compared with most reports, and none that is says all where x says less."""
    worth, f, counts = field.weights, field.f, field.buffers.seen
    if _how_many(counts[x], MET) < field.most:
        return False
    if _how_many(counts[x], ALL):
        return True
    for y in range(field.k):
        seen = counts[y]
        if _how_many(seen, ALL) and _how_many(seen, MET) == field.most:
            shown = level_of(field, x, y)
            if worth.kind[f, shown] == RIGHT and worth.says[f, shown] == LESS:
                return False
    return True


@compiled_in_place
def as_original(field: FieldComparisons, x: int) -> tuple[float, float, float, int]:
    """The parts of g if x is the original of a field (right, a slip, different), and how many err.

    Those err that agree with it and contradict one another: it is no original of them all then, and
    its own d stands for the first of them.
    """
    worth, f, seen = field.weights, field.f, field.buffers.seen
    agree, slips = _how_many(seen[x], AGREE), _how_many(seen[x], SLIPS)
    err = _err(field.k, x, field.buffers) if agree > 1 and field.contradict else 0
    if err:
        each = worth.chance[f, DIFFERENT] / worth.chance[f, RIGHT]
        return 0.0, 0.0, worth.chance[f, DIFFERENT] / field.speak * each ** (err - 1), err
    alike = 1 + agree
    if agree and field.as_many < field.speak:
        for y in range(field.k):
            agrees = worth.kind[f, level_of(field, x, y)] == RIGHT
            alike -= agrees and _how_many(seen[y], MET) < field.most
    right = worth.chance[f, RIGHT] / alike
    if agree:
        return right, 0.0, 0.0, 0
    slip = worth.chance[f, SLIP] / (1 + slips)
    return right, slip, 0.0 if slips else worth.chance[f, DIFFERENT] / field.speak, 0


@compiled_inner
def _err(k: int, x: int, buffers: ClusterBuffers) -> int:
    """How many of those that agree with x err at the least, as they cover all contradictions."""
    pairs, fewest, most = 0, k, 0
    for y in range(k):
        if (buffers.right[x, y >> 6] >> (y & 63)) & 1:
            contradicts = 0
            for word in range(buffers.right.shape[1]):
                contradicts += _count(buffers.right[x, word] & buffers.wrong[y, word])
            if contradicts:
                pairs += contradicts
                fewest, most = min(fewest, contradicts), max(most, contradicts)
    return max(fewest, -(-pairs // (2 * most))) if most else 0


@compiled_in_place
def _count(bits: int) -> int:
    left, found = np.uint64(bits), 0
    while left:
        left &= left - np.uint64(1)
        found += 1
    return found
