"""Costs of spelling names in another script, learned from the likely links of a case.

Viterbi training of the transducer of `spelling` (E. S. Ristad and P. N. Yianilos, "Learning
string-edit distance", IEEE PAMI 20, 1998): the words of two names that are likely one person's are
paired by the cheapest alignments, and how often a sound of one script stands for one of the other
gives its cost. Costs start from those that every case has, and never rise: what links do not show
stays as it was. Within one script nothing is learned, since near words are other names there.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy import optimize

from uncounted._numba import compiled
from uncounted.linkage.arrays import Codes, Floats, Ints
from uncounted.linkage.encoding.kernel_arrays import ReportArrays
from uncounted.linkage.encoding.name_index import Indexer
from uncounted.linkage.encoding.spelling import Learned, coded, prior_costs, sound_rows
from uncounted.records.names import sounds as heard

FEW, MOST = 20, 20_000  # pairs of names: nothing is learned from fewer, and of more these are taken
_ROUNDS = 3
_THOUGHT = 5.0  # uses of each sound that are at the costs of every case
_MOST_APART = 1.0  # cost a sound of two words that are taken for spellings of one
_MOST_WORDS = 8  # of a name
_NEVER = 99.0

type _Words = tuple[int, ...]


def learned_costs(a: ReportArrays, left: Ints, right: Ints) -> Learned:
    """Learn costs for each two scripts in which the names of these pairs are written.

    Parameters
    ----------
    a : ReportArrays
        Reports; the first form of a name counts, unless it is read as Korean.
    left, right : int array, shape (pairs,)
        Reports that are likely one person's.

    Returns
    -------
    dict of (str, str) to float64 array, shape (sounds and none, sounds and none)
        By scripts, as Unicode names them, the rows being sounds of the first. Empty where fewer
        than `FEW` pairs of names are in two scripts.
    """
    if not a.general.any():
        return {}
    words = _vocabulary(a)
    rows, half = sound_rows(words)
    scripts = [heard.script_of(word) for word in words]
    names = _names(a, scripts, left, right)
    if names.total() < FEW:
        return {}
    number = Indexer[tuple[int, int]]()

    def numbered(one: int, other: int) -> int:
        first, second = sorted((one, other), key=lambda word: (not half[word], scripts[word]))
        return number((first, second))

    cells = [np.array([[numbered(i, j) for j in other] for i in one]) for one, other in names]
    pairs = np.array(list(number.of), np.int64)
    between = [(scripts[i], scripts[j]) for i, j in pairs.tolist()]
    distinct = sorted(set(between))
    of = np.array([distinct.index(each) for each in between], np.int64)
    unwritten = half[pairs[:, 0]] & ~half[pairs[:, 1]]
    with_vowels, without = prior_costs()
    prior = np.stack(
        [without if unwritten[of == at].any() else with_vowels for at in range(len(distinct))]
    )
    starts, codes = coded(rows)
    sizes = np.maximum(np.diff(starts)[pairs].max(axis=1), 1)
    costs, none = prior, np.zeros(len(pairs))
    for _ in range(_ROUNDS):
        apart, _ = _aligned(costs, of, starts, codes, pairs, none)
        times = _paired(cells, list(names.values()), apart / sizes)
        _, seen = _aligned(costs, of, starts, codes, pairs, times)
        costs = _costs(prior, seen)
    return dict(zip(distinct, costs, strict=True))


def _vocabulary(a: ReportArrays) -> list[str]:
    starts, letters = a.letter_starts[a.first_word :], a.letters
    return [
        "".join(map(chr, letters[i:j].tolist())) for i, j in itertools.pairwise(starts.tolist())
    ]


def _names(
    a: ReportArrays, scripts: Sequence[str], left: Ints, right: Ints
) -> Counter[tuple[_Words, _Words]]:
    """Words of the two names of each pair, each name in a script of its own."""
    first = a.form_starts[a.name]
    named = (first < a.form_starts[a.name.astype(np.int64) + 1]) & np.append(a.general, False)[
        first
    ]
    both = np.flatnonzero(named[left] & named[right])
    many = len(a.general) + 1
    forms, times = np.unique_counts(first[left[both]] * many + first[right[both]])
    words = {
        form: _words(a, form) for form in {*(forms // many).tolist(), *(forms % many).tolist()}
    }
    found: Counter[tuple[_Words, _Words]] = Counter()
    for form, count in zip(forms.tolist(), times.tolist(), strict=True):
        one, other = divmod(form, many)
        x, y = words[one], words[other]
        of_x, of_y = {scripts[word] for word in x}, {scripts[word] for word in y}
        if len(of_x) == len(of_y) == 1 and of_x != of_y:
            found[x, y] += count
            if len(found) == MOST:
                break
    return found


def _words(a: ReportArrays, form: int) -> _Words:
    parts = (a.family, int(a.form_family[form])), (a.given, int(a.form_given[form]))
    found = [part.bag_words[part.bag[at] : part.bag[at + 1]].tolist() for part, at in parts]
    return tuple([*found[0], *found[1]][:_MOST_WORDS])


def _paired(cells: Sequence[Ints], counts: Sequence[int], rate: Floats) -> Floats:
    """How often words are paired as spellings of one, the cheapest of each two names."""
    times = np.zeros(len(rate))
    for cell, count in zip(cells, counts, strict=True):
        chosen = cell[optimize.linear_sum_assignment(rate[cell])]
        times[chosen[rate[chosen] <= _MOST_APART]] += count
    return times


def _costs(prior: Floats, seen: Floats) -> Floats:
    """-log of how often a sound stands for another, over what it stands for most."""
    thought, costs = np.exp(-prior), prior.copy()
    thought[:, -1, -1] = 0.0
    for axis, nothing in ((2, np.s_[:, -1, :]), (1, np.s_[:, :, -1])):
        uses = seen + _THOUGHT * thought / thought.sum(axis=axis, keepdims=True)
        cost = np.log(uses.max(axis=axis, keepdims=True)) - np.log(np.maximum(uses, 1e-300))
        cost[nothing] = _NEVER  # nothing stands for no sound
        costs = np.minimum(costs, cost)
    return costs


@compiled
def _aligned(
    costs: Floats, of: Ints, starts: Ints, codes: Codes, pairs: Ints, times: Floats
) -> tuple[Floats, Floats]:
    """The cost of each pair of words, and how often sounds stand opposite one another."""
    none = costs.shape[1] - 1
    apart, seen = np.zeros(len(pairs)), np.zeros(costs.shape)
    for at in range(len(pairs)):
        table, counts = costs[of[at]], seen[of[at]]
        x = codes[starts[pairs[at, 0]] : starts[pairs[at, 0] + 1]]
        y = codes[starts[pairs[at, 1]] : starts[pairs[at, 1] + 1]]
        d = np.zeros((len(x) + 1, len(y) + 1))
        for i in range(len(x)):
            d[i + 1, 0] = d[i, 0] + table[x[i], none]
        for j in range(len(y)):
            d[0, j + 1] = d[0, j] + table[none, y[j]]
        for i in range(len(x)):
            for j in range(len(y)):
                both = d[i, j] + table[x[i], y[j]]
                alone = min(d[i, j + 1] + table[x[i], none], d[i + 1, j] + table[none, y[j]])
                d[i + 1, j + 1] = min(both, alone)
        i, j = len(x), len(y)
        apart[at] = d[i, j]
        while times[at] > 0 and (i > 0 or j > 0):
            if i > 0 and j > 0 and d[i, j] == d[i - 1, j - 1] + table[x[i - 1], y[j - 1]]:
                counts[x[i - 1], y[j - 1]] += times[at]
                i, j = i - 1, j - 1
            elif i > 0 and (j == 0 or d[i, j] == d[i - 1, j] + table[x[i - 1], none]):
                counts[x[i - 1], none] += times[at]
                i -= 1
            else:
                counts[none, y[j - 1]] += times[at]
                j -= 1
    return apart, seen
