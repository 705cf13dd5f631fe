"""What the reports of a cluster say for their being one person's.

In each field that K reports of a cluster say, one of them is the original that the others
copy. A report is *right* there with chance r (it may say less than another that is right),
a *slip* with chance s, and *different* with chance d = 1 - r - s. With t(l) the chance of
level l between a copy and a right original, of which n_i reports agree with report i (itself
among them) and k_i are a slip away from it,

    evidence of a field = log sum_i g_i prod_{j not i} t(l_ij) / u(l_ij)
    g_i = r / n_i + [n_i = 1] (s / (1 + k_i) + [k_i = 0] d / K)

Those who agree are one original, and not several: hence n_i. A report that agrees with one that
says all there is to say, as somebody else says as well, and itself says less, is a copy and no
original: what it leaves out would count in each comparison anew. What follows in g_i is for
originals that are themselves a slip or different, where nobody agrees with them. A report that
agrees with others which do not agree with one another ("1971", with a day in May and one in June)
is no original of them all: c of those err at the least (a slip is an error), and g_i is
d / K (d / r)^(c - 1), where its own d stands for the first. Whoever says little would else be the
original of anybody. Of two reports this is log m(l) / u(l), with

    m = r^2 a(l) for right levels, ((r + s)^2 - r^2) b(l) for slips, (1 - (r + s)^2) e(l) for
    different ones, and t = r a(l), s b(l), d e(l).

Two reports may say a field and not be comparable in it (a day alone, and a place alone). K
counts those that are comparable with somebody, and only those that are with most can be
originals or count in n_i: who can be compared with few contradicts nobody.

K reports are K chances to be wrong, never the K (K - 1) / 2 comparisons of all pairs: a pair
differs if either is wrong, so a rate of pairs counts each error twice where a third report
tells which of two was wrong. A report that leaves a field out costs nothing.

Summed over fields, less what different people explain (`MatchWeights`: namesakes, companions) of
the k - 1 pairs of the original, on average over who that may be: with weight exp(sum over j of
log m / u), m as it was before any partition, so that it is no part of what m is drawn from. A
cluster of two is worth its pair.

Compiled; what Python calls lends its arrays before it passes them on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from uncounted._numba import compiled, compiled_in_place, compiled_inner, lend
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
    Codes,
    Floats,
    Graph,
    PartitionState,
    cluster_buffers,
    edge,
    members,
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
    """Evidence of three and more."""
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
            total += _field(worth, k, f, buffers)
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
def _field(worth: MatchWeights, k: int, f: int, buffers: ClusterBuffers) -> float:
    """Evidence of one field of a cluster."""
    summary = _read(worth, k, f, buffers)
    if summary.most == 0:
        return 0.0
    top, total = -np.inf, 0.0
    for x in range(k):
        if _may_be_original(worth, k, f, x, summary, buffers):
            right, slip, different, _ = _as_original(worth, k, f, x, summary, buffers)
            copies = buffers.copies[x]
            if copies > top:
                total *= np.exp(top - copies) if total > 0.0 else 0.0
                top = copies
            weight = right + slip + different
            total += weight if copies == top else weight * np.exp(copies - top)
    log_total: float = np.log(total)
    return top + log_total


class FieldSummary(NamedTuple):
    """What is said of a field in a cluster.

    Reports that are compared with somebody, the most with whom one of them is, how many are
    compared with as many, and how many of their comparisons do not agree, each once for either.
    """

    speak: int
    most: int
    as_many: int
    contradict: int


@compiled_in_place
def _read(worth: MatchWeights, k: int, f: int, buffers: ClusterBuffers) -> FieldSummary:
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
    return FieldSummary(speak, most, as_many, contradict)


@compiled_in_place
def _how_many(seen: int, what: int) -> int:
    """One of the counts in `ClusterBuffers.seen`."""
    return seen // what & (AGREE - 1)


@compiled_inner
def _mark_all(worth: MatchWeights, k: int, f: int, buffers: ClusterBuffers) -> None:
    """Mark of each report with whom it agrees and with whom not."""
    words = buffers.right.shape[1]
    for x in range(k):
        for word in range(words):
            buffers.right[x, word] = buffers.wrong[x, word] = 0
    at = 0
    for x in range(1, k):
        for y in range(x):
            shown = level(buffers.codes[at], f)
            at += 1
            if shown:
                bits = buffers.right if worth.kind[f, shown] == RIGHT else buffers.wrong
                bits[x, y >> 6] |= np.int64(1) << (y & 63)
                bits[y, x >> 6] |= np.int64(1) << (x & 63)


@compiled_in_place
def _level(buffers: ClusterBuffers, f: int, x: int, y: int) -> int:
    """Level of a field of two reports of the cluster; of one and the same, none."""
    if x == y:
        return 0
    if x < y:
        x, y = y, x
    return level(buffers.codes[x * (x - 1) // 2 + y], f)


@compiled_inner
def _may_be_original(
    worth: MatchWeights, k: int, f: int, x: int, summary: FieldSummary, buffers: ClusterBuffers
) -> bool:
    """Whether x is compared with most, and says no less than another that is and agrees with it.

    It says less if the other says all there is to say, as somebody says as well, and x does not.
    """
    if _how_many(buffers.seen[x], MET) < summary.most:
        return False
    if _how_many(buffers.seen[x], ALL):
        return True
    for y in range(k):
        seen = buffers.seen[y]
        if _how_many(seen, ALL) and _how_many(seen, MET) == summary.most:
            shown = _level(buffers, f, x, y)
            if worth.kind[f, shown] == RIGHT and worth.says[f, shown] == LESS:
                return False
    return True


@compiled_in_place
def _as_original(
    worth: MatchWeights, k: int, f: int, x: int, summary: FieldSummary, buffers: ClusterBuffers
) -> tuple[float, float, float, int]:
    """The parts of g if x is the original of a field: x right, a slip and different.

    And how many of those that agree with it err, if they contradict one another: it is no original
    of them all then, and its own d stands for the first of them.
    """
    agree, slips = _how_many(buffers.seen[x], AGREE), _how_many(buffers.seen[x], SLIPS)
    err = _err(k, x, buffers) if agree > 1 and summary.contradict else 0
    if err:
        each = worth.chance[f, DIFFERENT] / worth.chance[f, RIGHT]
        return 0.0, 0.0, worth.chance[f, DIFFERENT] / summary.speak * each ** (err - 1), err
    alike = 1 + agree
    if agree and summary.as_many < summary.speak:
        for y in range(k):
            agrees = worth.kind[f, _level(buffers, f, x, y)] == RIGHT
            alike -= agrees and _how_many(buffers.seen[y], MET) < summary.most
    right = worth.chance[f, RIGHT] / alike
    if agree:
        return right, 0.0, 0.0, 0
    slip = worth.chance[f, SLIP] / (1 + slips)
    return right, slip, 0.0 if slips else worth.chance[f, DIFFERENT] / summary.speak, 0


@compiled_inner
def _err(k: int, x: int, buffers: ClusterBuffers) -> int:
    """How many of those that agree with x err at the least, as they contradict one another.

    Without whoever errs nobody contradicts anybody: they cover all contradictions. So they are at
    least as many as the fewest that one of them has, and as all over the most that one has.
    """
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
    """How many bits are set."""
    left, found = np.uint64(bits), 0
    while left:
        left &= left - np.uint64(1)
        found += 1
    return found


class ComparisonCounts(NamedTuple):
    """Comparisons within the clusters of a partition, field by field.

    `found` at each level, shape as `Worth.weights`. Shape as `Worth.chance`: in clusters of three
    and more, `kinds` of reports that are right, a slip and different; of clusters of two, `two` at
    levels of each kind.
    """

    found: Floats
    kinds: Floats
    two: Floats


@compiled
def comparisons(
    rng: np.random.Generator, graph: Graph, state: PartitionState, worth: MatchWeights
) -> ComparisonCounts:
    """How often each level is compared within clusters, and who is right.

    In each field of each cluster an original is drawn given the rest, and the others are
    compared with it: a cluster of K reports that say the field gives K - 1 comparisons. Of two,
    either is the original as well: whether it errs is left to `reports`.
    """
    found = np.zeros(worth.weights.shape)
    kinds, two = np.zeros(worth.chance.shape), np.zeros(worth.chance.shape)
    counts = ComparisonCounts(found, kinds, two)
    _count_all(rng, graph, state, worth, counts, cluster_buffers(BUFFERED_REPORTS))
    return counts


def reports(rng: np.random.Generator, counts: ComparisonCounts, chance: Floats) -> Floats:
    """Reports that are right, a slip and different, shape (fields, 4), as `Worth.chance`.

    Of two that are a slip apart, the original is right, or either is a slip; of two that are
    different, it is right or a slip, or either is different. That is drawn.
    """
    right, slip, different = chance[:, 1:].T
    kinds = counts.kinds + counts.two
    kinds[:, RIGHT] += counts.two[:, RIGHT]
    for kind, errs in (
        (SLIP, np.stack([right, slip / 2, np.zeros_like(slip)])),
        (DIFFERENT, np.stack([right, slip, different / 2])),
    ):
        pairs = counts.two[:, kind].astype(np.int64)
        kinds[:, 1:] += rng.multinomial(pairs, (errs / errs.sum(axis=0)).T)
    return kinds


@compiled
def _count_all(
    rng: np.random.Generator,
    graph: Graph,
    state: PartitionState,
    worth: MatchWeights,
    counts: ComparisonCounts,
    buffers: ClusterBuffers,
) -> None:
    graph, state, worth, counts = lend(graph), lend(state), lend(worth), lend(counts)
    buffers = lend(buffers)
    began, fits = state.levels_end[0], True
    for slot in range(len(state.head)):
        k = state.size[slot]
        if k < 2:
            continue
        if k <= BUFFERED_REPORTS:
            fits = _read_levels(graph, state, worth, slot, k, buffers) and fits
            if k == 2:
                _count_pair(worth, buffers.codes[0], counts)
            else:
                _count_more(rng, worth, k, counts, buffers)
        else:
            _count_large(rng, graph, state, worth, slot, k, counts, cluster_buffers(k))
    if began > 0 and not fits:  # levels of clusters that are no more have taken the room
        state.levels_at[:] = -1
        state.levels_end[0] = 0


@compiled
def _count_large(
    rng: np.random.Generator,
    graph: Graph,
    state: PartitionState,
    worth: MatchWeights,
    slot: int,
    k: int,
    counts: ComparisonCounts,
    buffers: ClusterBuffers,
) -> None:
    """Of a cluster whose levels are not kept; who calls holds the room."""
    buffers = lend(buffers)
    _compare(graph, state, worth, slot, k, buffers)
    _count_more(rng, worth, k, counts, buffers)


@compiled_inner
def _read_levels(
    graph: Graph,
    state: PartitionState,
    worth: MatchWeights,
    slot: int,
    k: int,
    buffers: ClusterBuffers,
) -> bool:
    """Levels of all pairs of a cluster into `buffers.codes`; they are kept while it is as it is.

    Whether they are: there may be no room.
    """
    at, pairs = state.levels_at[slot], k * (k - 1) // 2
    if at >= 0:
        for p in range(pairs):
            buffers.codes[p] = state.levels[at + p]
        return True
    _compare(graph, state, worth, slot, k, buffers)
    at = state.levels_end[0]
    if at + pairs > len(state.levels):
        return False
    state.levels_end[0] += pairs
    state.levels_at[slot] = at
    for p in range(pairs):
        state.levels[at + p] = buffers.codes[p]
    return True


@compiled_inner
def _compare(
    graph: Graph,
    state: PartitionState,
    worth: MatchWeights,
    slot: int,
    k: int,
    buffers: ClusterBuffers,
) -> None:
    """Write the levels of all pairs of a cluster."""
    group, codes, at = buffers.group, buffers.codes, 0
    members(state, slot, group, 0)
    for x in range(1, k):
        for y in range(x):
            codes[at] = _levels(graph, worth, group[x], group[y])
            at += 1


@compiled_inner
def _count_more(
    rng: np.random.Generator,
    worth: MatchWeights,
    k: int,
    counts: ComparisonCounts,
    buffers: ClusterBuffers,
) -> None:
    """As `_count_pair`, of a cluster of three and more: who is the original is drawn."""
    for f in range(len(worth.weights)):
        summary = _read(worth, k, f, buffers)
        if summary.most:
            _count_field(rng, worth, k, f, summary, buffers, counts)


@compiled_inner
def _levels(graph: Graph, worth: MatchWeights, i: int, j: int) -> int:
    """Packed levels of any pair: a candidate's are nearer than what a chain remembers."""
    at = edge(graph, i, j) if len(graph.dense) == 0 else -1
    return graph.codes[at] if at >= 0 else pair_of(graph, worth, i, j)[0]


@compiled_inner
def _count_pair(worth: MatchWeights, code: int, counts: ComparisonCounts) -> None:
    """As `_count_field`, of a cluster of two."""
    for f in range(len(worth.weights)):
        shown = level(code, f)
        if shown:
            counts.found[f, shown] += 1.0
            counts.two[f, worth.kind[f, shown]] += 1.0


@compiled_in_place
def kind_of_original(rng: np.random.Generator, right: float, slip: float, different: float) -> int:
    """What an original is, by lot."""
    left = rng.random() * (right + slip + different) - right
    return RIGHT if left < 0 else (SLIP if left < slip else DIFFERENT)


@compiled_in_place
def _count_field(
    rng: np.random.Generator,
    worth: MatchWeights,
    k: int,
    f: int,
    summary: FieldSummary,
    buffers: ClusterBuffers,
    counts: ComparisonCounts,
) -> None:
    weight, top, last, total = buffers.weight, -np.inf, -1, 0.0
    for x in range(k):
        weight[x] = 0.0
        if _may_be_original(worth, k, f, x, summary, buffers):
            right, slip, different, _ = _as_original(worth, k, f, x, summary, buffers)
            weight[x] = right + slip + different
            top, last = max(top, buffers.copies[x]), x
    for x in range(k):
        if weight[x] > 0:
            weight[x] *= np.exp(buffers.copies[x] - top)
            total += weight[x]
    left, original = rng.random() * total, last
    for x in range(k):
        left -= weight[x]
        if weight[x] > 0 and left < 0:
            original = x
            break
    for y in range(k):
        shown = _level(buffers, f, original, y)
        if shown:  # not every report that says a field can be compared in it with every other
            counts.found[f, shown] += 1.0
            counts.kinds[f, worth.kind[f, shown]] += 1.0
    right, slip, different, err = _as_original(worth, k, f, original, summary, buffers)
    surely = slip + different == 0.0
    counts.kinds[f, RIGHT if surely else kind_of_original(rng, right, slip, different)] += 1.0
    if err:  # it was counted as one of those who err, and those who agree with it as right
        counts.kinds[f, DIFFERENT] += err - 1
        counts.kinds[f, RIGHT] -= err - 1
