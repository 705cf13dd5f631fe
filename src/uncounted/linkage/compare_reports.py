"""Comparison of reports: exact duplicates once, candidate pairs, levels, m- and u-probabilities.

Names are read and spelling is learned for all comparisons, although nearly the same reports are
compared again where duplicates are unsure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy import special

from uncounted.linkage import exact_duplicates
from uncounted.linkage.arrays import Ints
from uncounted.linkage.blocking import rules as blocking
from uncounted.linkage.blocking.recall import blocking_loss
from uncounted.linkage.diagnostics import BlockingDiagnostics
from uncounted.linkage.encoding.columns import ReportColumns, columns
from uncounted.linkage.encoding.encode import Encoded, encode, reordered
from uncounted.linkage.encoding.read_names import ReadNames
from uncounted.linkage.encoding.source_names import NOT_STATED, Stated, script_name
from uncounted.linkage.encoding.spelling import NOT_LEARNED, Learned
from uncounted.linkage.encoding.spelling_costs import learned_costs
from uncounted.linkage.mcmc import VERY_MANY
from uncounted.linkage.model import fellegi_sunter as model
from uncounted.linkage.model.fit import fit_pairs
from uncounted.linkage.sampler import candidate_graph
from uncounted.linkage.sampler.candidate_graph import CandidatePairs, Decision
from uncounted.progress import Progress
from uncounted.records.report import Report

ALL_PAIRS = 3000  # reports up to which every pair is compared
# Of more than 50,000 reports, the share from which copies count once: a few among tens of
# thousands of matches teach little, and one that may be another person has all compared again.
MIN_COPIED = 1e-3
# Match probability of pairs from which costs of spelling are learned, and how often that is done:
# each time all reports are compared again.
_LIKELY, _LEARNED, _LEARNED_OF_VERY_MANY = 0.9, 2, 1


@attrs.frozen
class Compared:
    """Reports as numbers, the pairs that were compared, and what levels are worth.

    `learned` has the pairs of scripts between which costs of spelling were learned; one script
    twice where lists have orthographies of their own.
    """

    encoded: Encoded
    pairs: CandidatePairs
    rates: model.MatchProbabilities
    lists: int
    blocking: BlockingDiagnostics
    one_to_one: bool = False  # m is learned from matches one to one
    learned: tuple[tuple[str, str], ...] = ()

    @property
    def expected(self) -> float:
        """How many matches are expected among the pairs that were compared.

        Their match probabilities overlook that a person is on a list once; the fit may not.
        """
        return min(float(special.expit(self.pairs.log_odds).sum()), self.rates.expected_pairs)

    @property
    def fits_together(self) -> bool:
        """Whether its parts are of the same reports and pairs."""
        arrays, pairs, count = self.encoded.arrays, self.pairs, self.encoded.count
        a_report: list[NDArray[Any]] = [*self.encoded.keys.values(), arrays.name, arrays.birth]
        a_pair = pairs.left, pairs.right, pairs.codes, pairs.log_odds
        return (
            {len(each) for each in a_report} == {count}
            and len(arrays.act_starts) == count + 1
            and {each.shape for each in a_pair} == {pairs.left.shape}
            and bool((pairs.right >= 0).all() and (pairs.right < pairs.left).all())
            and int(pairs.left.max(initial=0)) < count
            and self.lists == int(self.encoded.source.max()) + 1
        )


@attrs.frozen
class ComparedOnce:
    """Reports without exact duplicates, compared; and which of them each report is."""

    compared: Compared
    once: Ints

    def is_of(self, reports: int) -> bool:
        """Whether it can be of so many reports."""
        count = self.compared.encoded.count
        return (
            self.compared.fits_together
            and self.once.shape == (reports,)
            and bool(np.array_equal(np.unique(self.once), np.arange(count)))
        )


def comparing_once(
    reports: Iterable[Report],
    decisions: Sequence[Decision],
    *,
    across: bool,
    seed: int,
    languages: Stated,
    progress: Progress,
) -> ComparedOnce:
    """Compare reports, exact duplicates once.

    Of very many reports, of which lists may repeat people (`across`), a few duplicates stay. Where
    there are no duplicates, reports from an iterator are not kept while they are compared.
    """
    reports = list(reports)
    first = exact_duplicates.first_alike(reports, decisions, across=across)
    count = len(np.unique(first))
    few = len(reports) - count < MIN_COPIED * len(reports)
    if count < 2 or (across and few and len(reports) > VERY_MANY):
        first = np.arange(len(reports))  # one report alone has nothing to be compared with
    read = ReadNames()
    kept, once = np.unique(first, return_inverse=True)
    progress("reading names", 0, None)
    recorded = columns(reports[at] for at in kept)
    if len(kept) == len(once):
        reports.clear()
    found, spelling = _learning(recorded, languages, read, seed=seed, progress=progress)
    twice = np.flatnonzero(np.bincount(once) > 1)
    unsure = exact_duplicates.unsure(found.encoded, found.rates, twice)
    if len(unsure):
        first = exact_duplicates.without(first, kept[unsure])
        kept, once = np.unique(first, return_inverse=True)
        rows, learned = [reports[at] for at in kept], found.learned
        del found
        progress("reading names", 0, None)
        encoded = encode(rows, languages, read, spelling)
        found = compared(encoded, seed=seed, progress=progress, learned=learned)
    return ComparedOnce(found, once)


def comparing(
    reports: Sequence[Report],
    languages: Stated = NOT_STATED,
    *,
    seed: int,
    progress: Progress,
) -> Compared:
    """Compare reports: candidate pairs, their levels, and what each level is worth.

    Where likely matches have names in two scripts or orthographies, costs of spelling are learned
    from them, and reports are compared again.
    """
    progress("reading names", 0, None)
    return _learning(columns(reports), languages, ReadNames(), seed=seed, progress=progress)[0]


def _learning(
    recorded: ReportColumns,
    languages: Stated,
    read: ReadNames,
    *,
    seed: int,
    progress: Progress,
) -> tuple[Compared, Learned]:
    """As `comparing`, with names `read` before; and the costs of spelling that were learned."""
    spelling = NOT_LEARNED
    found = compared(encode(recorded, languages, read), seed=seed, progress=progress)
    for _ in range(_LEARNED if found.encoded.count <= VERY_MANY else _LEARNED_OF_VERY_MANY):
        progress("learning spellings", 0, None)
        likely = special.expit(found.pairs.log_odds) > _LIKELY
        left, right = found.pairs.left[likely], found.pairs.right[likely]
        learned = learned_costs(found.encoded.arrays, left, right)
        if not learned:
            break
        spelling = learned
        del found, likely, left, right  # of very many reports a gigabyte
        encoded = encode(recorded, languages, read, spelling)
        between = tuple((script_name(one), script_name(other)) for one, other in spelling)
        found = compared(encoded, seed=seed, progress=progress, learned=between)
    return found, spelling


def compared(
    encoded: Encoded,
    *,
    seed: int,
    progress: Progress,
    one_to_one: bool = False,
    learned: tuple[tuple[str, str], ...] = (),
) -> Compared:
    """Compare reports that are numbers already."""
    lists = int(encoded.source.max()) + 1
    left, right, found_by, everything, found = _pairs(encoded, progress)
    codes, rates, log_odds = fit_pairs(
        encoded, left, right, seed=seed, progress=progress, one_to_one=one_to_one
    )
    loss = blocking_loss(
        encoded.keys,
        left,
        right,
        found_by,
        special.expit(log_odds),
        everything=everything,
        found=found,
    )
    pairs = CandidatePairs(left, right, codes, log_odds)
    return Compared(encoded, pairs, rates, lists, loss, one_to_one, learned)


def arranged(compared: Compared, floor: float) -> tuple[Compared, Ints]:
    """The same reports with candidates near one another in memory; and the new order."""
    encoded, pairs = compared.encoded, compared.pairs
    order = candidate_graph.near_one_another(encoded.count, pairs, floor)
    place = np.argsort(order)
    endpoints = place[pairs.left], place[pairs.right]
    moved = attrs.evolve(pairs, left=np.maximum(*endpoints), right=np.minimum(*endpoints))
    return attrs.evolve(compared, encoded=reordered(encoded, order), pairs=moved), order


def _pairs(
    encoded: Encoded, progress: Progress
) -> tuple[Ints, Ints, NDArray[np.uint16], bool, BlockingDiagnostics]:
    """Pairs to compare, later report first; the rules that find each; whether all; diagnostics."""
    progress("finding candidate pairs", 0, None)
    found = blocking.find(encoded, everybody=encoded.count > ALL_PAIRS)
    if encoded.count > ALL_PAIRS:
        return found.left, found.right, found.rules, found.everybody, found.diagnostics
    left, right = (each.astype(np.int64) for each in np.tril_indices(encoded.count, -1))
    return left, right, blocking.rules_of(encoded, left, right), True, found.diagnostics


def with_rates_one_to_one(compared_: Compared, *, seed: int, progress: Progress) -> Compared:
    """The same reports, with rates from matches one to one."""
    return compared(
        compared_.encoded,
        seed=seed,
        progress=progress,
        one_to_one=True,
        learned=compared_.learned,
    )
