"""Costs of spelling names, re-estimated from the likely matches of a case.

Hard-assignment re-estimation of the transducer of `spelling`, as in Viterbi training (E. S. Ristad
and P. N. Yianilos, "Learning string-edit distance", IEEE PAMI 20, 1998): the words of two names
that are likely one person's are paired by the cheapest alignments, and the cost of a sound of one
script for one of the other is -log of how often the two are aligned, relative to the commonest
alignment of either. The prior costs count for some alignments of each sound, and are upper limits.

Within one script near words are other names. There only sounds that are unlike, and that many words
exchange, have learned costs: one list has its own orthography (Somali Cali and Xuseen, elsewhere
Ali and Hussein).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from scipy import optimize

from uncounted._numba import compiled
from uncounted.linkage.arrays import Codes, Floats, Ints
from uncounted.linkage.encoding.kernel_arrays import ReportArrays
from uncounted.linkage.encoding.name_index import Indexer
from uncounted.linkage.encoding.spelling import Learned, coded, prior_costs, sound_rows
from uncounted.records.names import sounds as heard

FEW = 20  # pairs of words, by scripts, or that exchange two sounds: from fewer nothing is learned
FEW_NAMES = 0.01  # of all pairs of reports: if fewer have names in two scripts, nothing is learned
FEW_WORDS = 0.03  # of the words of one script that are aligned: fewer exchange two sounds by error
MOST, MOST_SCRIPTS = 20_000, 20  # pairs of names, and of scripts: of more, the commonest
UNLIKE, ALIKE = 2.0, 1.5  # cost of two sounds in one script, as thought and as learned
LEAST = 0.2  # the same, so that words are a slip and not the same: Kamal is not Amal
_ROUNDS = 3
_PSEUDO_COUNT = 5.0  # alignments of each sound with the one that has the least prior cost
_MOST_APART = 1.0  # cost a sound of two words that count as spellings of one
_MOST_WORDS = 8  # of a name
_NEVER = 99.0

type _Words = tuple[int, ...]


def learned_costs(a: ReportArrays, left: Ints, right: Ints) -> Learned:
    """Learn costs for each two scripts in which the names of these pairs are written, or one.

    Parameters
    ----------
    a : ReportArrays
        Reports; the first form of a name counts, unless it is read as Korean.
    left, right : int array, shape (pairs,)
        Reports that are likely one person's.

    Returns
    -------
    dict of (str, str) to float64 array, shape (sounds and none, sounds and none)
        By scripts, as Unicode names them, the rows being sounds of the first. Scripts of which
        fewer than `FEW` distinct pairs of words are aligned are left out, and one script by itself
        where no unlike sounds (`UNLIKE`) are exchanged in as many, in `FEW_WORDS` of the aligned
        words, and so often that they are `ALIKE`.
    """
    if not a.general.any():
        return {}
    words = _vocabulary(a)
    scripts = [heard.script_of(word) for word in words]
    names, uses = _names(a, scripts, left, right)
    if not names:
        return {}
    named = sorted({word for pair in names for name in pair for word in name})
    rows, half = sound_rows([words[word] for word in named])
    place = {word: at for at, word in enumerate(named)}
    scripts = [scripts[word] for word in named]
    unwritten = {script for script, each in zip(scripts, half, strict=True) if each}
    number = Indexer[tuple[int, int]]()

    def numbered(one: int, other: int) -> int:
        first, second = sorted(
            (place[one], place[other]),
            key=lambda word: (scripts[word] not in unwritten, scripts[word], word),
        )
        return number((first, second))

    cells = [np.array([[numbered(i, j) for j in other] for i in one]) for one, other in names]
    pairs = np.array(list(number.of), np.int64)
    between = [(scripts[i], scripts[j]) for i, j in pairs.tolist()]
    distinct = sorted(set(between))
    of = np.array([distinct.index(each) for each in between], np.int64)
    with_vowels, without = prior_costs()
    within = np.array([one == other for one, other in distinct])
    prior = np.stack(
        [
            without if one in unwritten and other not in unwritten else with_vowels
            for one, other in distinct
        ]
    )
    starts, codes = coded(rows)
    sizes = np.maximum(np.diff(starts)[pairs].max(axis=1), 1)
    costs, aligned = prior, np.zeros(len(pairs))
    for _ in range(_ROUNDS):
        apart, _ = _aligned(costs, of, starts, codes, pairs, np.zeros(len(pairs)))
        aligned, used = _paired(cells, uses, apart / sizes)
        weight = np.where(within[of], used, aligned)  # each typing error is another word
        _, seen = _aligned(costs, of, starts, codes, pairs, weight)
        seen[within] = _either_way(seen[within])
        costs = _costs(prior, seen)
    _, by_word = _aligned(costs, of, starts, codes, pairs, aligned)
    often = seen >= FEW_WORDS * np.bincount(of, weight, len(distinct))[:, None, None]
    often &= _either_way(by_word) >= FEW
    exchanged = often & (prior >= UNLIKE) & (costs <= ALIKE)
    costs[within] = np.where(exchanged, np.maximum(costs, LEAST), prior)[within]
    enough = np.bincount(of, aligned, len(distinct)) >= FEW
    enough &= ~within | exchanged.any(axis=(1, 2))
    return {each: costs[at] for at, each in enumerate(distinct) if enough[at]}


def _vocabulary(a: ReportArrays) -> list[str]:
    starts, letters = a.letter_starts[a.first_word :], a.letters
    return [
        "".join(map(chr, letters[i:j].tolist())) for i, j in itertools.pairwise(starts.tolist())
    ]


def _names(
    a: ReportArrays, scripts: Sequence[str], left: Ints, right: Ints
) -> tuple[list[tuple[_Words, _Words]], Ints]:
    """Distinct pairs of names, each in one script, the commonest first; how often each occurs.

    Names that are written alike are among them, as one script.
    """
    script = _of_forms(a, scripts)
    first = a.form_starts[a.name]
    of = np.where(first < a.form_starts[a.name.astype(np.int64) + 1], script[first], -1)
    one, other = of[left], of[right]
    many = int(script.max()) + 1
    low, high = np.minimum(one, other), np.maximum(one, other)
    kind = np.where(low < 0, -1, low * many + high)
    kinds, uses = np.unique_counts(kind[kind >= 0])
    within = kinds // many == kinds % many
    between = kinds[~within][np.argsort(-uses[~within], kind="stable")[:MOST_SCRIPTS]]
    if uses[~within].sum() < FEW_NAMES * len(left):
        between = between[:0]
    found, often = list[int](), list[int]()
    for some in (between, kinds[within & (uses >= FEW_NAMES * len(left))]):
        these = np.isin(kind, some)
        forms, times = np.unique_counts(first[left[these]] * len(script) + first[right[these]])
        commonest = np.argsort(-times, kind="stable")[:MOST]
        found += forms[commonest].tolist()
        often += times[commonest].tolist()
    names = [(_words(a, form // len(script)), _words(a, form % len(script))) for form in found]
    return names, np.array(often, np.int64)


def _of_forms(a: ReportArrays, scripts: Sequence[str]) -> Ints:
    """The script of each form by number, and of no form (last); -1: Korean, or in several."""
    numbers = {name: at for at, name in enumerate(sorted(set(scripts)))}
    of_word = np.array([numbers[each] for each in scripts], np.int64)
    forms = len(a.general)
    low, high = np.full(forms + 1, len(numbers)), np.full(forms + 1, -1)
    for part, of_form in ((a.family, a.form_family), (a.given, a.form_given)):
        size = np.diff(part.bag)
        owner = np.repeat(np.arange(len(size)), size)
        least, most = np.full(len(size), len(numbers)), np.full(len(size), -1)
        np.minimum.at(least, owner, of_word[part.bag_words])
        np.maximum.at(most, owner, of_word[part.bag_words])
        low[:forms] = np.minimum(low[:forms], least[of_form])
        high[:forms] = np.maximum(high[:forms], most[of_form])
    alone = (low == high) & np.append(a.general, False)
    return np.where(alone, low, -1)


def _words(a: ReportArrays, form: int) -> _Words:
    parts = (a.family, int(a.form_family[form])), (a.given, int(a.form_given[form]))
    found = [part.bag_words[part.bag[at] : part.bag[at + 1]].tolist() for part, at in parts]
    return tuple([*found[0], *found[1]][:_MOST_WORDS])


def _paired(cells: Sequence[Ints], uses: Ints, rate: Floats) -> tuple[Floats, Floats]:
    """Which words are paired as spellings of one (1, else 0), and in how many pairs of reports.

    They are the cheapest of each two names.
    """
    aligned, used = np.zeros(len(rate)), np.zeros(len(rate))
    for cell, times in zip(cells, uses.tolist(), strict=True):
        chosen = cell[optimize.linear_sum_assignment(rate[cell])]
        chosen = chosen[rate[chosen] <= _MOST_APART]
        aligned[chosen] = 1.0
        used[chosen] += times
    return aligned, used


def _either_way(seen: Floats) -> Floats:
    """How often sounds of one script are aligned, whichever word has which."""
    both = seen + np.swapaxes(seen, 1, 2)
    return np.where(np.eye(seen.shape[1], dtype=np.bool_), seen, both)


def _costs(prior: Floats, seen: Floats) -> Floats:
    """-log of how often two sounds are aligned, relative to the commonest alignment of either."""
    likely, costs = np.exp(-prior), prior.copy()
    likely[:, -1, -1] = 0.0
    for axis, nothing in ((2, np.s_[:, -1, :]), (1, np.s_[:, :, -1])):
        uses = seen + _PSEUDO_COUNT * likely / likely.max(axis=axis, keepdims=True)
        cost = np.log(uses.max(axis=axis, keepdims=True)) - np.log(np.maximum(uses, 1e-300))
        cost[nothing] = _NEVER  # no sound is aligned with none in one word
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
